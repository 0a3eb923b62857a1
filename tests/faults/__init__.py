"""The fault suite: the whole daemon, killed, frozen, cut off, starved and lied to, must lose nothing and do nothing twice.

``python -m tests.faults`` (``make faults``) runs it; docs/faults.md says what it does and how to repeat a seed.
"""
