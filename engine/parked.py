"""What needs a person: what it is, why, of which case; tried again or given up under a name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from core.ports import ParkedRow
from core.views import DeskStore, Page

#: Most things of one call.
MOST = 200


class Parked:
    """Every call blocks and is safe from any thread."""

    def __init__(
        self,
        store: DeskStore,
        *,
        clock: Callable[[], datetime],
        wake: Callable[[str], None],
        lanes: Callable[[], Iterable[str]],
        told: Callable[[str], None],
    ) -> None:
        """``told`` hears that the journal has grown."""
        self._store, self._clock, self._wake, self._lanes, self._told = store, clock, wake, lanes, told

    def find(self, *, limit: int = 50, after: str = "") -> Page[ParkedRow]:
        """A page, oldest first. Raises ValueError when ``after`` is not what a page before gave."""
        return self._store.find_parked(limit=max(1, min(limit, MOST)), after=after)

    def count(self, *, most: int = MOST) -> int:
        """How much there is; counting ends at ``most``."""
        return self._store.count_parked(most=most)

    def retry(self, ids: Sequence[str], author: str) -> int:
        """Let these go again; how many could. What needs something that was given up cannot."""
        done = self._store.retry(ids[:MOST], self._clock(), author)
        self._after(done)
        return done

    def drop(self, ids: Sequence[str], author: str) -> int:
        """Give these up; how many were still parked. What needs them is parked with the reason."""
        done = self._store.drop(ids[:MOST], author, self._clock())
        self._after(done)
        return done

    def _after(self, done: int) -> None:
        if done:
            self._told("journal")
            for name in self._lanes():
                if name in ("reader", "clerk") or name.startswith(("courier:", "intake:")):
                    self._wake(name)
