"""For all tests: where their folders lie, what the collector passes over, and what a busy machine must not fail."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import settings

from engine.collector import spare_collector

# Their time is bounded by the run's own timeout.
settings.register_profile("guichet", deadline=None)
settings.load_profile("guichet")

#: A disk in memory, and the room that it must have.
MEMORY, ROOM = Path("/dev/shm"), 6 * 2**30


def _in_memory() -> bool:
    return MEMORY.is_dir() and os.access(MEMORY, os.W_OK | os.X_OK) and shutil.disk_usage(MEMORY).free >= ROOM


# Waiting for the disk at every commit was a third of the whole run, and no test pulls the plug: what survives a kill is the same.
if "TMPDIR" not in os.environ and _in_memory():
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def pytest_collection_finish() -> None:
    """The tests and all that they loaded stay to the end: walking over them again and again was a quarter of the processor's time."""
    spare_collector()
    gc.set_threshold(20_000, 10, 10)  # but a web application that a test lets go is some megabytes of rings
