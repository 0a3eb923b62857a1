"""Intake: what is new in an inbox goes to the spool and into the store, in one commit a batch; then it is acknowledged.

The order is the promise: bytes in the spool, commit of the rows and the cursor, only then the mark at the source. A kill
between any two of these finds the message again or finds it known; it is never lost and never taken twice.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from core.ports import Batch, FetchesAhead, Inbox, Incoming, Spool, Store, Taken

#: How many messages a batch holds at most.
BATCH = 100


class _Ledger:
    """The store's ledger of one inbox, as the inbox sees it."""

    def __init__(self, store: Store, inbox: str) -> None:
        self._store, self._inbox = store, inbox

    def unknown(self, external_ids: Sequence[str]) -> list[str]:
        return self._store.unknown(self._inbox, external_ids)


class Intake:
    """One inbox's lane."""

    def __init__(
        self, inbox: Inbox, store: Store, spool: Spool, *, clock: Callable[[], datetime], taken: Callable[[], None]
    ) -> None:
        self.inbox, self._store, self._spool = inbox, store, spool
        self._clock, self._taken = clock, taken
        #: Whether a backlog is coming in right now: more messages follow those that were taken.
        self.flood = False

    def poll(self) -> int:
        """Take everything that is new; how many messages. Raises PortError as the inbox does, with what came before kept."""
        try:
            return self._poll()
        finally:
            self.flood = False

    def _poll(self) -> int:
        inbox, total = self.inbox, 0
        ledger = _Ledger(self._store, inbox.name)
        batches = inbox.poll(self._store.cursor(inbox.name), ledger, BATCH)
        for batch in ahead(batches) if isinstance(inbox, FetchesAhead) else batches:
            rows = self._settled(batch.items)
            new = self._store.take(inbox.name, inbox.channel, rows, batch.cursor, self._clock())
            if new:
                total += new
                self._taken()
            done = [row.item.external_id for row in rows if row.raw]
            if done:
                inbox.acknowledge(done)
            del batch, rows  # not kept while the next is waited for
        return total

    def _settled(self, items: Sequence[Incoming]) -> list[Taken]:
        """Bytes to the spool, all together; identities settled. What was too large is kept as its header, with a hint."""
        contents = [_content(item) for item in items]
        digests = iter(self._spool.put_many([raw for raw in contents if raw is not None]))
        return [
            Taken(replace(item, raw=None, head=b""), item.identity or f"{self.inbox.name}:{digest}", digest)
            if raw is not None and (digest := next(digests))
            else Taken(item, item.identity or f"{self.inbox.name}:{item.external_id}", "")
            for item, raw in zip(items, contents, strict=True)
        ]


def _content(item: Incoming) -> bytes | None:
    return item.head if item.raw is None and item.head and "oversize" in item.hints else item.raw


def ahead(batches: Iterator[Batch]) -> Iterator[Batch]:
    """The same batches, the next one fetched while the last is worked on: two are in memory at once, never more.

    What the source raises is raised after what came before it. The thread ends with the iteration, also one that is given up.
    """
    first = next(batches, None)
    if first is None:
        return
    ready: queue.SimpleQueue[Batch | BaseException | None] = queue.SimpleQueue()
    wanted = threading.Semaphore(0)
    given_up = threading.Event()

    def fetch() -> None:
        last: BaseException | None = None
        try:
            while wanted.acquire() and not given_up.is_set():
                batch = next(batches, None)
                if batch is None:
                    break
                ready.put(batch)
                del batch
            if isinstance(batches, Generator):
                batches.close()
        except BaseException as error:  # whatever it is, it belongs to whoever iterates
            last = error
        ready.put(last)

    thread = threading.Thread(target=fetch, name="intake-ahead", daemon=True)
    thread.start()
    try:
        wanted.release()
        yield first
        del first
        while (found := ready.get()) is not None:
            if isinstance(found, BaseException):
                raise found
            wanted.release()
            yield found
            del found
    finally:
        given_up.set()
        wanted.release()
        thread.join()
