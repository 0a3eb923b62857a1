"""Lanes: woken by work, resting after trouble, stopped by refused credentials until a reload."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from core.errors import Transient, Unauthorized
from engine.lanes import Lane, LocalLanes


class Bench:
    """Lanes over steps that the test scripts; what was noted and alerted."""

    def __init__(self) -> None:
        self.notes: list[tuple[str, bool, str]] = []
        self.alerts: list[str] = []
        self.lanes = LocalLanes(
            clock=lambda: datetime.now(UTC),
            note=lambda lane, ok, detail, at: self.notes.append((lane, ok, detail)),
            alert=lambda lane, trouble: self.alerts.append(lane),
        )


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    assert made.lanes.stop(5)


def until(true: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Wait for something that other threads bring about."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.005)
    return False


def test_a_lane_gives_memory_back_as_often_as_it_works(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[None] = []
    monkeypatch.setattr("engine.lanes.give_back_busy", lambda: given.append(None))
    left = [3, 2, 1, 0]
    bench.lanes.add(Lane("a", lambda: left.pop(0), every=60))
    bench.lanes.start()
    assert bench.lanes.wait_idle(5)
    assert (left, len(given)) == ([], 3)


def test_a_lane_goes_on_while_there_is_more_and_then_sleeps(bench: Bench) -> None:
    left = [3]
    runs: list[int] = []

    def step() -> int:
        runs.append(left[0])
        left[0] = max(0, left[0] - 1)
        return runs[-1]

    bench.lanes.add(Lane("a", step, every=60))
    bench.lanes.start()
    assert bench.lanes.wait_idle(5)
    assert runs == [3, 2, 1, 0]
    left[0] = 1
    bench.lanes.wake("a")
    assert until(lambda: runs == [3, 2, 1, 0, 1, 0])


def test_a_wake_during_a_step_is_not_lost(bench: Bench) -> None:
    inside, go_on = threading.Event(), threading.Event()
    runs: list[int] = []

    def step() -> int:
        runs.append(1)
        inside.set()
        go_on.wait(5)
        return 0

    bench.lanes.add(Lane("a", step, every=60))
    bench.lanes.start()
    assert inside.wait(5)
    bench.lanes.wake("a")
    go_on.set()
    assert until(lambda: len(runs) == 2)


def test_refused_credentials_stop_the_lane_alert_once_and_wait_for_a_reload(bench: Bench) -> None:
    refused = [True]
    runs: list[int] = []

    def step() -> int:
        runs.append(1)
        if refused[0]:
            raise Unauthorized("mot de passe refusé")
        return 0

    bench.lanes.add(Lane("a", step, every=0.01))
    bench.lanes.start()
    assert until(lambda: len(bench.alerts) == 1)
    for _ in range(20):
        bench.lanes.wake("a")
        time.sleep(0.005)
    assert len(runs) == 1, "a refused lane hammers the door"
    assert bench.lanes.troubles() == {"a": "accès refusé : mot de passe refusé"}
    refused[0] = False
    bench.lanes.wake_all()
    assert until(lambda: bench.lanes.troubles() == {})
    assert bench.alerts == ["a"]


def test_a_passing_trouble_backs_off_and_does_not_hold_up_another_lane(bench: Bench) -> None:
    runs: dict[str, int] = {"bad": 0, "good": 0}

    def bad() -> int:
        runs["bad"] += 1
        raise Transient("pas de réponse", after=60)

    def good() -> int:
        runs["good"] += 1
        return 0

    bench.lanes.add(Lane("bad", bad, every=0.01))
    bench.lanes.add(Lane("good", good, every=0.01))
    bench.lanes.start()
    assert until(lambda: runs["good"] > 20)
    assert runs["bad"] == 1
    assert bench.lanes.wait_idle(5)


def test_a_defect_is_noted_and_the_lane_lives_on(bench: Bench) -> None:
    def step() -> int:
        raise ZeroDivisionError("oups")

    bench.lanes.add(Lane("a", step))
    bench.lanes.start()
    assert until(lambda: bool(bench.notes))
    assert "erreur interne" in bench.notes[-1][2]
    assert bench.lanes.wait_idle(5)


def test_a_wake_is_no_other_lanes(bench: Bench) -> None:
    """A dozen lanes rest beside one that works: each wake of theirs is a thread that takes the interpreter from it."""
    ends: list[float] = []

    class Turn(threading.Condition):
        def wait(self, timeout: float | None = None) -> bool:
            came = super().wait(timeout)
            ends.append(time.monotonic())
            return came

    runs: list[None] = []
    bench.lanes.add(Lane("a", lambda: runs.append(None) or 0, every=60))
    resting = Lane("b", lambda: 0, every=60)
    bench.lanes.add(resting)
    resting.turn = Turn(bench.lanes._lock)
    bench.lanes.start()
    assert bench.lanes.wait_idle(5)
    for _ in range(20):
        before = len(runs)
        bench.lanes.wake("a")
        assert until(lambda before=before: len(runs) > before)  # type: ignore[misc]
        assert bench.lanes.wait_idle(5)
    assert not ends
    bench.lanes.wake("b")
    assert until(lambda: len(ends) == 1)
