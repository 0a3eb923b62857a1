"""Intake: what is new in an inbox goes to the spool and into the store, in one commit a batch; then it is acknowledged.

The order is the promise: bytes in the spool, commit of the rows and the cursor, only then the mark at the source. A kill
between any two of these finds the message again or finds it known; it is never lost and never taken twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from core.ports import Inbox, Incoming, Spool, Store, Taken

#: How many messages a batch holds at most.
BATCH = 100
#: A batch of so many is part of a backlog.
MANY = 20


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
        for batch in inbox.poll(self._store.cursor(inbox.name), ledger, BATCH):
            self.flood = len(batch.items) >= MANY
            rows = [self._settle(item) for item in batch.items]
            new = self._store.take(inbox.name, inbox.channel, rows, batch.cursor, self._clock())
            if new:
                total += new
                self._taken()
            done = [row.item.external_id for row in rows if row.raw]
            if done:
                inbox.acknowledge(done)
        return total

    def _settle(self, item: Incoming) -> Taken:
        """Bytes to the spool, identity settled. What was too large is kept as its header, with a hint."""
        raw = item.raw
        if raw is None and item.head and "oversize" in item.hints:
            raw = item.head
        if raw is None:
            return Taken(item, item.identity or f"{self.inbox.name}:{item.external_id}", "")
        identity = item.identity or f"{self.inbox.name}:{hashlib.sha256(raw).hexdigest()}"
        digest = self._spool.put(raw)
        return Taken(replace(item, raw=None, head=b""), identity, digest)
