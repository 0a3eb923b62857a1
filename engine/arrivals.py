"""What webhooks tell, taken in: raw bytes to the spool, rows and news to the store, then whom it concerns is woken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from core.message import Channel
from core.ports import Incoming, Spool, Taken
from core.views import DeskStore
from engine.hooks import Moved, Told
from engine.together import Together
from engine.watch import hand_over, lose


class Arrivals:
    """Every call blocks and is safe from any thread. Raises PortError or UserError when something could not be kept."""

    def __init__(self, store: DeskStore, spool: Spool, *, clock: Callable[[], datetime], wake: Callable[[str], None]) -> None:
        self._store, self._spool, self._clock, self._wake = store, spool, clock, wake
        #: Those that come at the same time are kept in one commit.
        self._together: Together[tuple[str, Channel, list[Taken]]] = Together(self._receive)

    def take(self, told: Told) -> None:
        """Keep what a webhook told, in one commit with those that come at the same time from other threads."""
        if told.items:
            self._together.do((told.inbox, told.channel, self.spooled(told.inbox, told.items)))
        self._news([told])

    def take_all(self, several: Sequence[Told]) -> None:
        """Keep all of it: one commit an inbox."""
        rows: dict[tuple[str, Channel], list[Incoming]] = {}
        for told in several:
            if told.items:
                rows.setdefault((told.inbox, told.channel), []).extend(told.items)
        self._receive([(inbox, channel, self.spooled(inbox, items)) for (inbox, channel), items in rows.items()])
        self._news(several)

    def spooled(self, inbox: str, items: Sequence[Incoming]) -> list[Taken]:
        """The raw bytes durably in the spool: each caller waits for the disk by himself, and all of them at the same time."""
        digests = self._spool.put_many([item.raw or b"" for item in items])
        return [
            Taken(replace(item, raw=None, head=b""), item.identity or f"{inbox}:{digest}", digest)
            for item, digest in zip(items, digests, strict=True)
        ]

    def _receive(self, several: Sequence[tuple[str, Channel, list[Taken]]]) -> None:
        """Messages that came at the same time, in one commit for each inbox; then they are read."""
        places: dict[tuple[str, Channel], list[Taken]] = {}
        for inbox, channel, rows in several:
            places.setdefault((inbox, channel), []).extend(rows)
        now = self._clock()
        new = sum(self._store.receive(inbox, channel, rows, now) for (inbox, channel), rows in places.items())
        if new:
            self._wake("reader")

    def _news(self, several: Sequence[Told]) -> None:
        """Tasks that people moved and texts that never arrived, for the clerk; then the lanes that are to look."""
        now = self._clock()
        moved = [m if m.key else self._whose(m) for told in several for m in told.moved]
        news = hand_over(self._store, moved, now) if moved else 0
        for lost in (lost for told in several for lost in told.lost):
            news += lose(self._store, lost.key, lost.id, lost.why, now, again=lost.again)
        if news:
            self._wake("clerk")
        for lane in dict.fromkeys(lane for told in several for lane in told.wake):
            self._wake(lane)

    def _whose(self, moved: Moved) -> Moved:
        """The task with its case in the key; as it is when no case of ours has it."""
        case_id = self._store.named("task", moved.task)
        return replace(moved, key=f"{case_id}/webhook") if case_id else moved
