"""Deadlines of commands: each is kept at its time or cancelled for nothing, by one thread that ends when none is left."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from connectors.gmail.deadline import Deadline, _Watch


def watching() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "deadlines"]


def until(true: Callable[[], bool], seconds: float = 5.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.005)
    return False


@pytest.fixture
def watch() -> _Watch:
    return _Watch()


def test_each_is_kept_at_its_time_whatever_came_first(watch: _Watch) -> None:
    kept: list[str] = []
    far = watch.add(60.0, lambda: kept.append("far"))
    watch.add(0.10, lambda: kept.append("later"))
    watch.add(0.02, lambda: kept.append("sooner"))
    assert until(lambda: len(kept) == 2)
    assert kept == ["sooner", "later"]
    far.cancel()


def test_what_is_cancelled_is_not_done_and_the_thread_ends_with_the_last(watch: _Watch) -> None:
    kept: list[str] = []
    before = len(watching())
    cancelled = watch.add(0.05, lambda: kept.append("cancelled"))
    cancelled.cancel()
    watch.add(0.1, lambda: kept.append("kept"))
    assert len(watching()) == before + 1
    assert until(lambda: bool(kept) and len(watching()) == before)
    assert kept == ["kept"]
    watch.add(0.01, lambda: kept.append("again"))
    assert until(lambda: kept == ["kept", "again"])


def test_thousands_that_are_cancelled_at_once_leave_nothing_behind(watch: _Watch) -> None:
    before = len(watching())
    last: Deadline | None = None
    for _ in range(3_000):
        last = watch.add(600.0, lambda: None)
        last.cancel()
    assert len(watching()) <= before + 1
    assert len(watch._waiting) <= 257


def test_a_defect_in_one_leaves_the_others_theirs(watch: _Watch, caplog: pytest.LogCaptureFixture) -> None:
    kept: list[str] = []

    def broken() -> None:
        raise KeyError("defect")

    watch.add(0.01, broken)
    watch.add(0.05, lambda: kept.append("kept"))
    assert until(lambda: bool(kept))
    assert "a deadline could not be kept" in caplog.text
