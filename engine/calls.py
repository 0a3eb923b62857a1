"""How often outside systems were called: since the start for /metrics, by day in the store for everybody else."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime

from core.errors import PortError, UserError
from core.outside import Budget, OutsideCalls

log = logging.getLogger("guichet.calls")

#: Seconds between two times that new counts are put into the store.
KEEP_EVERY = 30.0


class Calls:
    """Counts calls by (system, status): "200", "429" …, "lost" where no answer came. Safe from any thread.

    ``budgets`` gives the day's budget of those systems that have one, by system.
    """

    def __init__(self, budgets: Callable[[], Mapping[str, Budget]] = dict) -> None:
        self._budgets = budgets
        self._lock = threading.Lock()
        self._all: Counter[tuple[str, str]] = Counter()
        self._new: Counter[tuple[str, str]] = Counter()

    def count(self, system: str, status: str) -> None:
        """One call came to its end."""
        with self._lock:
            self._all[system, status] += 1
            self._new[system, status] += 1

    def totals(self) -> Mapping[tuple[str, str], int]:
        """Since the start of this process."""
        with self._lock:
            return dict(self._all)

    def keep(self, store: OutsideCalls, now: datetime) -> None:
        """Put what is new into the store, in one commit; none when there is nothing. What cannot be put there stays new."""
        with self._lock:
            new, self._new = self._new, Counter()
        if not new:
            return
        try:
            store.count_calls(new, self._budgets(), now)
        except (PortError, UserError) as error:
            log.info("the counts of outside calls could not be kept now: %s", error)
            with self._lock:
                self._new += new
