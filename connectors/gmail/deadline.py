"""Deadlines of commands: what is not over in time has its connection cut.

One thread watches all of them. A timer each (``threading.Timer``) is a thread each, a dozen times a batch of mails; nearly all of
them end for nothing, for a deadline is a minute away and its command takes milliseconds.
"""

from __future__ import annotations

import heapq
import logging
import threading
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

#: Deadlines that are kept before those that were cancelled are left out.
_KEPT = 256


class Deadline:
    """Something to be done at a time (``time.monotonic``) unless it is cancelled before."""

    __slots__ = ("at", "cut")

    def __init__(self, at: float, cut: Callable[[], None]) -> None:
        self.at = at
        self.cut: Callable[[], None] | None = cut

    def __lt__(self, other: Deadline) -> bool:
        return self.at < other.at

    def cancel(self) -> None:
        """It is no longer to be done. One that is being done now goes on."""
        self.cut = None


class _Watch:
    """The thread and what it waits for. It ends when there is nothing to wait for, and comes back with the next deadline."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: list[Deadline] = []
        self._thread: threading.Thread | None = None

    def add(self, seconds: float, cut: Callable[[], None]) -> Deadline:
        made = Deadline(time.monotonic() + seconds, cut)
        with self._changed:
            if len(self._waiting) >= _KEPT:
                self._waiting = [one for one in self._waiting if one.cut is not None]
                heapq.heapify(self._waiting)
            heapq.heappush(self._waiting, made)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="deadlines", daemon=True)
                self._thread.start()
            elif self._waiting[0] is made:
                self._changed.notify()
        return made

    def _run(self) -> None:
        while (due := self._next()) is not None:
            cut = due.cut
            if cut is None:
                continue
            try:
                cut()
            except Exception:  # a defect in one must not leave the others without a deadline
                log.exception("a deadline could not be kept")

    def _next(self) -> Deadline | None:
        """The next deadline that has passed; None when none is left, and the thread is to end."""
        with self._changed:
            while True:
                while self._waiting and self._waiting[0].cut is None:
                    heapq.heappop(self._waiting)
                if not self._waiting:
                    self._thread = None
                    return None
                left = self._waiting[0].at - time.monotonic()
                if left <= 0:
                    return heapq.heappop(self._waiting)
                self._changed.wait(left)


_watch = _Watch()


def deadline(seconds: float, cut: Callable[[], None]) -> Deadline:
    """Have ``cut`` called after so many seconds, unless it is cancelled. It must be quick."""
    return _watch.add(seconds, cut)
