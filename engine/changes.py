"""News for whoever looks: what changed, in the order of the journal's numbers, to any number of listeners for one look a commit.

The journal's numbers are the truth: they grow, survive restarts and are the same on every node. A commit of this process rings
a bell; another node's is found by a look every LOOK seconds, of which there is one however many listen.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from core.errors import PortError, UserError
from core.views import DeskStore

#: Seconds between two looks when nothing rings, and between two signs of life to a listener.
LOOK, HEARTBEAT = 2.0, 15.0
#: Seconds after which a listener notices that the desk closes.
NOTICE = 0.3
#: Changes kept for listeners that come back; whoever was away longer is told to read everything again.
KEPT = 2_000


@dataclass(frozen=True, slots=True)
class Changed:
    """``kind`` as in the journal; "inbox": messages came or were read; "reset": read everything again; "": a sign of life.

    ``number`` is what to come back with.
    """

    number: int
    kind: str = ""
    case_id: str = ""


class Changes:
    """The bus of one desk. ``bell`` is safe from any thread; the rest belongs to the web's event loop."""

    def __init__(self, store: DeskStore, run: Callable[..., Awaitable[Any]], closing: Callable[[], bool]) -> None:
        """``run`` calls a function of the store in a thread."""
        self._store, self._run, self._closing = store, run, closing
        self._loop: asyncio.AbstractEventLoop | None = None
        self._rung = asyncio.Event()
        self._pump: asyncio.Task[None] | None = None
        self._listeners: set[asyncio.Event] = set()
        self._kept: deque[Changed] = deque(maxlen=KEPT)
        self._number = 0
        #: Whether messages came since the last look, and how many looks found some.
        self._inbox, self._messages = False, 0

    def bell(self, what: str) -> None:
        """Something was committed; from any thread, never blocks."""
        if what == "inbox":
            self._inbox = True
        loop = self._loop
        if loop is not None and self._listeners:
            try:
                loop.call_soon_threadsafe(self._rung.set)
            except RuntimeError:  # the loop has closed in this very moment: nobody listens any more
                return

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._listeners)

    async def follow(self, after: int | None = None) -> AsyncIterator[Changed]:
        """Every change behind that number (None: from now on), then those that come, with signs of life; ends when the desk closes."""
        mine = asyncio.Event()
        self._listeners.add(mine)
        try:
            await self._begin()
            number = self._number if after is None or after > self._number else after
            yield Changed(number)
            quiet, messages = 0.0, self._messages
            while not self._closing():
                fresh = await self._behind(number)
                for change in fresh:
                    number = max(number, change.number)
                    yield change
                if self._messages != messages:
                    messages = self._messages
                    yield Changed(number, "inbox")
                elif not fresh and quiet >= HEARTBEAT:
                    quiet = 0.0
                    yield Changed(number)
                try:
                    await asyncio.wait_for(mine.wait(), NOTICE)
                    mine.clear()
                    quiet = 0.0
                except TimeoutError:
                    quiet += NOTICE
        finally:
            self._listeners.discard(mine)

    async def _behind(self, number: int) -> list[Changed]:
        """What is known behind that number."""
        if number >= self._number:
            return []
        if self._kept and self._kept[0].number <= number + 1:
            return [change for change in self._kept if change.number > number]
        rows = await self._run(self._store.moments, number, KEPT + 1)
        if len(rows) > KEPT:
            return [Changed(self._number, "reset")]
        return [Changed(row.seq, row.kind, row.case_id) for row in rows]

    async def _begin(self) -> None:
        """The one look for all, while anybody listens."""
        loop = asyncio.get_running_loop()
        if self._pump is None or self._pump.done() or self._loop is not loop:
            self._loop, self._rung = loop, asyncio.Event()
            self._kept.clear()
            self._number = await self._run(self._store.head_seq)
            self._pump = loop.create_task(self._look())

    async def _look(self) -> None:
        while self._listeners and not self._closing():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._rung.wait(), LOOK)
            self._rung.clear()
            try:
                rows = await self._run(self._store.moments, self._number, KEPT)
            except (PortError, UserError, RuntimeError):  # the store is busy or closing: the next look finds it all
                continue
            news, self._inbox = self._inbox, False
            self._messages += news
            for row in rows:
                self._kept.append(Changed(row.seq, row.kind, row.case_id))
                self._number = row.seq
            if rows or news:
                for listener in self._listeners:
                    listener.set()
