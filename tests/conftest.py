"""For all tests: where their folders lie, what the collector passes over, and what a busy machine must not fail."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest
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

# What pytest makes of a test module takes two thirds of a collection: it is kept, also where an environment would have it made anew.
sys.dont_write_bytecode = False


def pytest_collection(session: pytest.Session) -> None:
    """Of several workers each begins with modules of its own: on a fresh tree each is made ready once, not by all at the same time."""
    told = getattr(session.config, "workerinput", None)
    if told is None or session.config.args != session.config.getini("testpaths"):
        return
    names = sorted(path.stem for path in Path(__file__).parent.glob("test_*.py"))
    begin = len(names) * int(told["workerid"].removeprefix("gw")) // told["workercount"]
    for name in names[begin:] + names[:begin]:
        with suppress(BaseException):  # whatever it is: pytest imports it again, and tells
            import_module(name)


def pytest_collection_finish() -> None:
    """The tests and all that they loaded stay to the end: walking over them again and again was a quarter of the processor's time."""
    spare_collector()
    gc.set_threshold(20_000, 10, 10)  # but a web application that a test lets go is some megabytes of rings
