"""The retention lane: once an hour what is older than it is to be kept is erased, a few at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.ports import Change, JournalEntry, Spool
from core.views import DeskStore
from engine.erasure import sweep

#: Seconds between two looks, and most messages or cases of one transaction.
LOOK, FEW = 3600.0, 50


@dataclass(frozen=True, slots=True)
class Periods:
    """How long things are kept, in days; 0 for ever."""

    ignored: int = 0
    closed: int = 0
    answers: int = 0


class Retention:
    """The lane."""

    def __init__(self, store: DeskStore, spool: Spool, periods: Periods, *, clock: Callable[[], datetime]) -> None:
        self._store, self._spool, self._periods, self._clock = store, spool, periods, clock

    def run(self) -> int:
        """One small step; how much was erased, 0 when nothing is due."""
        now, periods = self._clock(), self._periods
        number = 0
        if periods.ignored:
            number += self._store.forget_ignored(now - timedelta(days=periods.ignored), FEW, now)
        if periods.closed:
            number += self._store.forget_cases(now - timedelta(days=periods.closed), FEW, now)
        if periods.answers and (gone := self._store.forget_answers(now - timedelta(days=periods.answers))):
            line = JournalEntry(now, "", "retention", {"what": "answers", "count": gone})
            self._store.commit([Change(None, journal=(line,))], now)
            number += gone
        sweep(self._store, self._spool)
        return number
