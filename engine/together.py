"""Calls of many threads that come at the same time, done as one: they share a look-up, a transaction and the wait for the disk."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")

#: Most calls that are done as one.
MOST = 64


class _Call(Generic[T]):
    """One caller's: what he brings, and how it ended. ``leads``: he is to do the next group."""

    __slots__ = ("error", "item", "leads", "turn")

    def __init__(self, item: T) -> None:
        self.item = item
        self.turn = threading.Event()
        self.leads = False
        self.error: BaseException | None = None


class Together(Generic[T]):
    """``work`` does many items at once, all or nothing. Who comes while nobody works does his own at once, in his own thread; who comes
    meanwhile waits, and the first of those does it for all of them. No thread more, and nothing waits for company."""

    def __init__(self, work: Callable[[Sequence[T]], None], most: int = MOST) -> None:
        self._work, self._most = work, most
        self._lock = threading.Lock()
        self._waiting: list[_Call[T]] = []
        self._busy = False

    def do(self, item: T) -> None:
        """Returns when it is done. Raises what ``work`` raised; a group that fails is done one by one, so that each hears of his own."""
        call = _Call(item)
        with self._lock:
            self._waiting.append(call)
            if not self._busy:
                self._busy = call.leads = True
        if not call.leads:
            call.turn.wait()
        if call.leads:
            self._lead()
        if call.error is not None:
            raise call.error

    def _lead(self) -> None:
        """Do the group of those that wait, oneself among them, and hand the lead to the first who came meanwhile."""
        with self._lock:
            group, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        try:
            self._work([call.item for call in group])
        except BaseException as error:  # whatever it is, it is for each of those who wait, and the lead must be handed on
            if len(group) == 1:
                group[0].error = error
            else:
                self._each(group)
        with self._lock:
            if self._waiting:
                self._waiting[0].leads = True
                self._waiting[0].turn.set()
            else:
                self._busy = False
        for call in group:
            call.turn.set()

    def _each(self, group: Sequence[_Call[T]]) -> None:
        for call in group:
            try:
                self._work([call.item])
            except BaseException as error:  # as above: it is raised where its caller waits
                call.error = error
