"""Figures of a period, kept for a moment: counting a hundred thousand cases takes a while, and a page asks again and again.

Those of a long period are given as they were counted last while they are counted anew beside: nobody waits for a year's.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from core.errors import PortError
from core.figures import FigureReport
from core.views import DeskStore

#: Days of the longest period, and of the one that is shown first.
MOST_DAYS, USUAL_DAYS = 400, 30
#: Seconds that a report is kept, and how many of them.
KEPT, MOST_KEPT = 20.0, 32
#: A period of more days than this is long, and how old its figures may be, in seconds.
LONG, STALE = 31, 300.0
#: Days of the period that is counted when the service starts, so that the first to ask for it does not wait.
WARMED = 365


class Reports:
    """Every call blocks and is safe from any thread."""

    def __init__(
        self,
        store: DeskStore,
        *,
        clock: Callable[[], datetime],
        zone: Callable[[], str],
        beside: Callable[[Callable[[], None]], object],
    ) -> None:
        """``zone`` gives the zone of the business, for whoever names none; ``beside`` has something done by another thread.

        ``beside`` raises RuntimeError when nothing more is done.
        """
        self._store, self._clock, self._zone, self._beside = store, clock, zone, beside
        self._renewing: set[tuple[date, date, str, str]] = set()
        self._lock = threading.Lock()
        self._kept: dict[tuple[date, date, str, str], tuple[float, FigureReport]] = {}

    def zone(self, name: str = "") -> ZoneInfo:
        """The zone of that IANA name, the business's for ''. Raises ValueError."""
        name = name or self._zone()
        if name not in available_timezones():
            raise ValueError(f"no such zone: {name[:60]}")
        return ZoneInfo(name)

    def report(
        self, since: date | None = None, until: date | None = None, zone: str = "", *, business: str = ""
    ) -> FigureReport:
        """The days from ``since`` to ``until``, both among them; the last thirty where nothing is said. Raises ValueError."""
        place = self.zone(zone)
        last = until or self._clock().astimezone(place).date()
        first = since or last - timedelta(min(USUAL_DAYS - 1, last.toordinal() - 1))
        if not 0 <= (last - first).days < MOST_DAYS or not first.year >= 1970 or last.year > 2200:
            raise ValueError(f"a period of 1 to {MOST_DAYS} days between 1970 and 2200 is needed")
        key = (first, last, place.key, business)
        with self._lock:
            kept = self._kept.get(key)
            age = time.monotonic() - kept[0] if kept is not None else STALE
            if kept is not None and (age < KEPT or (key in self._renewing and age < STALE)):
                return kept[1]
            anew = kept is not None and (last - first).days >= LONG and age < STALE
            if anew:
                self._renewing.add(key)
        if kept is not None and anew:
            with suppress(RuntimeError):  # the desk is closing: what is known is good enough
                self._beside(lambda: self._renew(key))
            return kept[1]
        return self._count(key)

    def warm(self) -> None:
        """Count a year in the background."""
        last = self._clock().astimezone(self.zone()).date()
        key = (last - timedelta(WARMED - 1), last, self.zone().key, "")
        with self._lock:
            self._renewing.add(key)
        self._beside(lambda: self._renew(key))

    def _renew(self, key: tuple[date, date, str, str]) -> None:
        try:
            self._count(key)
        except PortError:
            return  # whoever asks next is told
        finally:
            with self._lock:
                self._renewing.discard(key)

    def _count(self, key: tuple[date, date, str, str]) -> FigureReport:
        first, last, zone, business = key
        found = self._store.report(first, last, zone, business=business)
        with self._lock:
            while len(self._kept) >= MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = (time.monotonic(), found)
        return found
