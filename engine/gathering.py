"""Gathering: which kind of effect goes out next, and whether its batch is worth a moment's wait.

Where a hundred effects cost one call, a lane that wakes too early cuts a backlog into many small calls. So a batch that is not full
waits while more of its kind is on its way, but only then, and never for long: a message that comes alone is not held at all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

#: Seconds that a batch waits for the next of its kind while more is on its way.
STALLED = 1.5
#: Seconds between two looks, and looks of one call: in between, the lane may be told to stop.
LOOK, LOOKS = 0.1, 3


class Gathering:
    """The batches of one outlet. ``kinds`` are in the order in which one sets the next free, each with the seconds that a batch of it
    waits at most; ``batch`` fills a call."""

    def __init__(
        self,
        kinds: Mapping[str, float],
        batch: int,
        pause: Callable[[float], None] = time.sleep,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kinds, self._batch = kinds, batch
        self._pause, self._seconds = pause, seconds
        #: By kind: (since when a batch waits, how many there were, since when so many).
        self._waiting: dict[str, tuple[float, int, float]] = {}

    def next(self, queued: Callable[[int], Mapping[str, int]], coming: Callable[[str], bool]) -> str | None:
        """The kind to deliver now, "" when nothing is ready, None when what is ready waits for more: ask again.

        ``queued`` counts what is ready by kind, at most so many; ``coming`` tells whether more of a kind is on its way. A full batch
        goes at once. Else the first kind goes when no more of it is on its way, for what it sets free then joins the next; and any
        that waited long enough.
        """
        for _ in range(LOOKS):
            counts = queued((len(self._kinds) + 1) * self._batch)
            order = [kind for kind in self._kinds if kind in counts] + [kind for kind in counts if kind not in self._kinds]
            chosen = next((kind for kind in order if counts[kind] >= self._batch), "") or self._patient(order, counts)
            if not chosen and order and not coming(order[0]):
                chosen = order[0]
            if chosen or not order:
                self._waiting.pop(chosen, None)
                return chosen
            self._pause(LOOK)
        return None

    def _patient(self, order: Sequence[str], counts: Mapping[str, int]) -> str:
        """The first kind that waited long enough. The first of all also when it stopped growing; those behind it grow after it."""
        now, before = self._seconds(), self._waiting
        self._waiting = {}
        for kind in order:
            since, number, grew = before.get(kind, (now, 0, now))
            self._waiting[kind] = (since, counts[kind], now if counts[kind] > number else grew)
        for kind in order:
            since, _, grew = self._waiting[kind]
            if now - since >= self._kinds.get(kind, 0.0) or (kind == order[0] and now - grew >= STALLED):
                return kind
        return ""
