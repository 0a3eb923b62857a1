"""Figures of long periods: given at once as they were last counted, and counted anew beside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, cast

import pytest

import engine.reports
from core.errors import Transient
from core.views import DeskStore
from engine.reports import KEPT, STALE, Reports

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
YEAR, MONTH = date(2025, 3, 3), date(2026, 2, 1)
LAST = date(2026, 3, 2)


class Store:
    """Counts how often it is asked; each answer is the number of the question."""

    def __init__(self) -> None:
        self.asked = 0
        self.fails = False

    def report(self, since: date, until: date, zone: str, *, business: str = "") -> int:
        if self.fails:
            raise Transient("nothing answers")
        self.asked += 1
        return self.asked


class Later:
    """Another thread, whose work is done when the test says so."""

    def __init__(self) -> None:
        self.work: list[Callable[[], None]] = []

    def __call__(self, work: Callable[[], None]) -> None:
        self.work.append(work)

    def go(self) -> None:
        while self.work:
            self.work.pop(0)()


class Ticks:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(engine.reports.time, "monotonic", lambda: self.now)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> tuple[Reports, Store, Later, Ticks]:
    store, later = Store(), Later()
    reports = Reports(cast("DeskStore", store), clock=lambda: NOW, zone=lambda: "Europe/Paris", beside=later)
    return reports, store, later, Ticks(monkeypatch)


def test_a_year_is_given_as_it_was_and_counted_anew_once(made: Any) -> None:
    reports, store, later, ticks = made
    assert reports.report(YEAR, LAST) == 1
    ticks.now += KEPT - 1
    assert (reports.report(YEAR, LAST), later.work) == (1, [])
    ticks.now += 2
    assert [reports.report(YEAR, LAST) for _ in range(3)] == [1, 1, 1]
    assert (store.asked, len(later.work)) == (1, 1)
    later.go()
    assert reports.report(YEAR, LAST) == 2
    # What is too old is not given.
    ticks.now += STALE + 1
    assert (reports.report(YEAR, LAST), later.work) == (3, [])


def test_a_month_is_counted_while_one_waits(made: Any) -> None:
    reports, _, later, ticks = made
    assert reports.report(MONTH, LAST) == 1
    ticks.now += KEPT + 1
    assert (reports.report(MONTH, LAST), later.work) == (2, [])


def test_the_service_counts_a_year_when_it_starts(made: Any) -> None:
    reports, store, later, _ = made
    reports.warm()
    later.go()
    assert (reports.report(YEAR, LAST), store.asked) == (1, 1)


def test_trouble_beside_leaves_what_is_known_until_it_is_too_old(made: Any) -> None:
    reports, store, later, ticks = made
    reports.report(YEAR, LAST)
    store.fails = True
    ticks.now += KEPT + 1
    assert reports.report(YEAR, LAST) == 1
    later.go()
    assert (reports.report(YEAR, LAST), len(later.work)) == (1, 1)
    ticks.now += STALE
    with pytest.raises(Transient):
        reports.report(YEAR, LAST)


def test_a_desk_that_closes_gives_what_it_knows(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    reports, _, _, ticks = made
    reports.report(YEAR, LAST)
    ticks.now += KEPT + 1

    def closed(work: Callable[[], None]) -> None:
        raise RuntimeError("cannot schedule new futures after shutdown")

    monkeypatch.setattr(reports, "_beside", closed)
    assert reports.report(YEAR, LAST) == 1
