"""Gathering: which kind of effect goes out next, and whether its batch is worth a moment's wait.

Where a hundred effects cost one call, a lane that wakes too early cuts a backlog into many small calls. So a batch that is not full
waits while more of its kind is on its way, but only then, and never for long: a message that comes alone is not held at all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

#: Seconds that a batch waits to fill while more is on its way: in all, and since it last grew.
MOST, STALLED = 2.0, 0.3
#: Seconds between two looks.
LOOK = 0.05


class Gathering:
    """The batches of one outlet. ``kinds`` are in the order in which one sets the next free; ``batch`` fills a call."""

    def __init__(
        self,
        kinds: tuple[str, ...],
        batch: int,
        pause: Callable[[float], None] = time.sleep,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kinds, self._batch = kinds, batch
        self._pause, self._seconds = pause, seconds
        #: By kind: (since when a batch waits, how many there were, since when so many).
        self._waiting: dict[str, tuple[float, int, float]] = {}

    def next(self, queued: Callable[[int], Mapping[str, int]], coming: Callable[[str], bool]) -> str:
        """The kind to deliver now, "" when nothing is ready.

        ``queued`` counts what is ready by kind, at most so many; ``coming`` tells whether more of a kind is on its way. A full batch
        goes at once. Else the first kind goes, for what it sets free then joins the next; it may wait to fill.
        """
        while True:
            counts = queued((len(self._kinds) + 1) * self._batch)
            self._waiting = {kind: since for kind, since in self._waiting.items() if kind in counts}
            order = [kind for kind in self._kinds if kind in counts] + [kind for kind in counts if kind not in self._kinds]
            full = next((kind for kind in order if counts[kind] >= self._batch), "")
            chosen = full or next(iter(order), "")
            if not chosen or full or self._enough(chosen, counts) or not coming(chosen):
                self._waiting.pop(chosen, None)
                return chosen
            self._pause(LOOK)

    def _enough(self, chosen: str, counts: Mapping[str, int]) -> bool:
        """Whether that kind waited long enough. All that wait are timed, so that one does not wait after the other."""
        now = self._seconds()
        for kind, number in counts.items():
            since, before, grew = self._waiting.get(kind, (now, 0, now))
            self._waiting[kind] = (since, number, now if number > before else grew)
        since, _, grew = self._waiting[chosen]
        return now - since >= MOST or now - grew >= STALLED
