"""For all tests. A machine that is busy with other work must not fail a property: their time is bounded by the run's own timeout."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("guichet", deadline=None)
settings.load_profile("guichet")
