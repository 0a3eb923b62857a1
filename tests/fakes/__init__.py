"""Loopback servers that behave like the outside systems where it hurts, written from their specifications only.

``from fakes.hubspot import HubSpot`` in a test; ``with HubSpot() as fake: …`` listens on ``fake.url`` (127.0.0.1, a free port).
Each keeps its state in memory behind a lock, refuses what the real one refuses, counts its limits, and can be told to be
worse (``fail_next``, ``late_success``, ``drop_next``, ``script`` … of :class:`fakes.base.Fake`).
"""
