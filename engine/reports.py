"""Figures of a period, kept for a moment: counting a hundred thousand cases takes a while, and a page asks again and again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from core.views import DeskStore, FigureReport

#: Days of the longest period, and of the one that is shown first.
MOST_DAYS, USUAL_DAYS = 400, 30
#: Seconds that a report is kept, and how many of them.
KEPT, MOST_KEPT = 20.0, 32


class Reports:
    """Every call blocks and is safe from any thread."""

    def __init__(self, store: DeskStore, *, clock: Callable[[], datetime], zone: Callable[[], str]) -> None:
        """``zone`` gives the zone of the business, for whoever names none."""
        self._store, self._clock, self._zone = store, clock, zone
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
            if kept is not None and time.monotonic() - kept[0] < KEPT:
                return kept[1]
        found = self._store.report(first, last, place.key, business=business)
        with self._lock:
            while len(self._kept) >= MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = (time.monotonic(), found)
        return found
