"""Reader: the lane that has stored messages read in worker processes (engine.reader_pool), and keeps what was read."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from core import codec
from core.errors import Transient
from core.ports import InboxRow, ReadRow, Store
from engine.pipeline import ReadMail
from engine.reader_pool import Answer, ReaderPool

log = logging.getLogger("guichet.reader")

#: Messages of one batch: what follows from them is committed, and delivered, in batches of about that many.
TAKE = 128
#: A message that could not be read so often is parked, raw bytes kept.
MOST_ATTEMPTS = 3

#: A message whose files are being read is looked at again by itself after this, should nobody have told that they are.
LOOK_AGAIN = timedelta(minutes=10)


class Improves(Protocol):
    """What the language model adds to readings (engine.understanding)."""

    def improve(self, rows: Sequence[ReadRow]) -> list[ReadRow]:
        """The rows, the unsure ones read better. Never raises; bounded in time."""

    def resume(self) -> None:
        """Ask again after a reload, whatever stopped it."""

    def close(self) -> None:
        """End its threads."""


class Reader:
    """The reading lane."""

    def __init__(
        self,
        store: Store,
        pool: ReaderPool,
        *,
        clock: Callable[[], datetime],
        read: Callable[[], None],
        understanding: Improves | None = None,
        share: Callable[[], tuple[int, int]] = lambda: (0, 1),
        documents: Callable[[], None] | None = None,
    ) -> None:
        """``understanding`` reads again with the model what the rules were unsure of; ``share``: see ``Store.unread``.

        ``documents`` is told that files wait to be read; None where nothing reads them.
        """
        self._store, self.pool, self._understanding = store, pool, understanding
        self._clock, self._read, self._share = clock, read, share
        self._documents = documents
        self._reload = False

    def reload(self) -> None:
        """Read by the documents as they are now, from the next batch on; from any thread."""
        self._reload = True

    def run(self) -> int:
        """Read what waits; how many messages."""
        if self._reload:
            self._reload = False
            self.pool.reload()
        now = self._clock()
        rows = self._store.unread(TAKE, now, self._share())
        if not rows:
            self.pool.rest()
            return 0
        outcomes: list[tuple[InboxRow, Answer]] = []
        papers: list[tuple[InboxRow, ReadMail]] = []
        for row, answer in self._answers([(row, _task(row)) for row in rows]):
            if isinstance(answer, ReadMail) and answer.wanted:
                papers.append((row, answer))
            else:
                outcomes.append((row, answer))
        outcomes += self._answers(self._with_documents(papers))
        done: list[ReadRow] = []
        failed: list[tuple[int, str, datetime | None]] = []
        held: Transient | None = None
        for row, answer in outcomes:
            if isinstance(answer, Transient):
                held = answer
            elif isinstance(answer, str):
                failed.append((row.id, answer, again(row, self._clock())))
            else:
                done.append(ReadRow(row, answer.message, answer.reading, answer.fingerprint))
        if self._understanding is not None and done:
            done = self._understanding.improve(done)
        if done or failed:
            self._store.save_readings(done, failed, self._clock())
            self._read()
        if held is not None:
            raise held
        return len(rows)

    def _answers(self, tasks: Sequence[tuple[InboxRow, Mapping[str, Any]]]) -> Iterator[tuple[InboxRow, Answer]]:
        if tasks:
            yield from zip([row for row, _ in tasks], self.pool.read([task for _, task in tasks]), strict=True)

    def _with_documents(self, papers: Sequence[tuple[InboxRow, ReadMail]]) -> list[tuple[InboxRow, dict[str, Any]]]:
        """Tasks for those whose files were read; the others wait for the lane that reads them (engine.documents)."""
        tasks: list[tuple[InboxRow, dict[str, Any]]] = []
        awaited = False
        for row, read in papers:
            known = self._store.documents([one.sha256 for one in read.wanted], row.taken_at)
            missing = [one for one in read.wanted if one.sha256 not in known]
            if missing and self._documents is not None:
                now = self._clock()
                self._store.await_documents(row.id, read.message, missing, now + LOOK_AGAIN, now)
                awaited = True
            else:
                documents = [codec.plain(known[one.sha256]) for one in read.wanted if one.sha256 in known]
                tasks.append((row, {**_task(row), "documents": documents}))
        if awaited and self._documents is not None:
            self._documents()
        return tasks


def _task(row: InboxRow) -> dict[str, Any]:
    return {
        "raw": row.raw,
        "size": row.size,
        "hints": dict(row.hints),
        "channel": row.channel,
        "now": row.received_at.isoformat(),
        "inbox": row.inbox,
    }


def again(row: InboxRow, now: datetime) -> datetime | None:
    """When a message that could not be read or decided is tried again; None to park it."""
    if row.attempts + 1 >= MOST_ATTEMPTS:
        return None
    return now + timedelta(seconds=5.0 * 4**row.attempts)
