"""Retention periods: what is older than the business keeps it is erased, a few rows a transaction, with a line in the journal."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, delete, exists, false, literal, select

from core.effects import ENDED
from core.ports import JournalEntry
from store.erasure import Erasure
from store.journal import Head
from store.tables import cases, files, inbox, lessons, outbox, texts


class Retention(Erasure):
    """The transactions of the retention lane."""

    def forget_ignored(self, before: datetime, limit: int, now: datetime) -> int:
        """Erase what is kept of messages that were ignored or given up before that time; how many, at most ``limit``."""
        old = (
            select(inbox.c.id)
            .where(inbox.c.case_id.is_(None), inbox.c.raw != "", inbox.c.state.in_(("decided", "dropped")))
            .where(inbox.c.changed_at < before)
            .order_by(inbox.c.id)
            .limit(limit)
        )
        with self.db.read() as connection:
            if connection.execute(old).first() is None:
                return 0

        def work(connection: Connection) -> int:
            head = self._lock_head(connection)
            ids = list(connection.execute(old.with_for_update()).scalars())
            gone = self._give_up(connection, [], ids, now)
            self._erase_letters(connection, ids, now)
            self._tell(connection, head, "ignored", len(ids), gone, now)
            return len(ids)

        return self.db.write(work)

    def forget_cases(self, before: datetime, limit: int, now: datetime) -> int:
        """Erase the files and texts of cases closed before that time; how many, at most ``limit``.

        Who asked, for what and at which price stays. A case with an effect that has not ended is left for later.
        """
        mine = (
            exists().where(texts.c.case_id == cases.c.id, texts.c.body.is_not(None)),
            exists().where(inbox.c.case_id == cases.c.id, inbox.c.raw != ""),
            exists().where(files.c.owner == literal("case:").concat(cases.c.id)),
        )
        unfinished = exists().where(outbox.c.case_id == cases.c.id, outbox.c.state.not_in(ENDED) | (outbox.c.state == "parked"))
        old = (
            select(cases.c.id)
            .where(cases.c.open == false(), cases.c.closed_at < before, mine[0] | mine[1] | mine[2], ~unfinished)
            .order_by(cases.c.closed_at, cases.c.id)
            .limit(limit)
        )
        with self.db.read() as connection:
            if connection.execute(old).first() is None:
                return 0

        def work(connection: Connection) -> int:
            head = self._lock_head(connection)
            ids = list(connection.execute(old).scalars())
            query = select(inbox.c.id).where(inbox.c.case_id.in_(ids), inbox.c.state.not_in(("new", "read")))
            letters = list(connection.execute(query).scalars())
            lines = self._erase_texts(connection, ids, "", now)
            gone = self._give_up(connection, ids, letters, now)
            self._erase_letters(connection, letters, now)
            self._erase_effects(connection, ids, receipts=False)
            connection.execute(delete(lessons).where(lessons.c.case_id.in_(ids)))
            for case in self._locked_cases(connection, ids):
                bare = replace(
                    case, version=case.version + 1, summary="", files=(), notes=(), facts=(), later=(), beside=(), further=()
                )
                self._keep_case(connection, bare)
            head = self._append(connection, head, lines)
            self._tell(connection, head, "cases", len(ids), gone, now)
            return len(ids)

        return self.db.write(work)

    def _tell(self, connection: Connection, head: Head, what: str, number: int, contents: int, now: datetime) -> None:
        if number:
            data = {"what": what, "count": number, "contents": contents}
            self._append(connection, head, [JournalEntry(now, "", "retention", data)])
