"""Files that are read: each content once, whatever message it came with; and the messages that wait for them.

A message that waits is still to be read ("new"), put off until its files are: should this table ever forget it, it is looked at
again by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from core import codec
from core.document import Document
from core.message import Message
from core.papers import PASSING, READER, RETRIED, RETRIES, WantedFile
from store.anew import Anew
from store.base import chunks, insert_or, ripe, upsert
from store.tables import awaiting, documents, files, inbox


class DocumentsTable(Anew):
    """core.papers.Papers."""

    def documents(self, digests: Sequence[str], since: datetime | None = None) -> Mapping[str, Document]:
        """What was read in these files, by digest."""
        found: dict[str, Document] = {}
        with self.db.read() as connection:
            for some in chunks(list(dict.fromkeys(digests))):
                query = select(documents).where(
                    documents.c.sha256.in_(some), documents.c.state.in_(("read", "failed")), documents.c.version == READER
                )
                for row in connection.execute(query):
                    plain = self.keys.unseal("documents", row.sha256, row.body)
                    document = codec.load(Document, plain.split(b"\n", 1)[-1] if row.state == "failed" else plain)
                    ours = document.trouble is not None and document.trouble.code in PASSING
                    if not ours or since is None or row.changed_at >= since:
                        found[row.sha256] = document
        return found

    def await_documents(
        self, inbox_id: int, message: Message, wanted: Sequence[WantedFile], until: datetime, now: datetime
    ) -> None:
        """The message is read once these files are."""
        person = self.keys.person(message.sender.email)
        rows = [
            {
                "sha256": one.sha256, "version": READER, "state": "wanted", "attempts": 0, "next_at": now, "changed_at": now,
                "body": self.keys.seal("documents", one.sha256, codec.dump(one)),
            }
            for one in wanted
        ]  # fmt: skip

        def work(connection: Connection) -> None:
            waits = {"attempts": func.coalesce(func.nullif(inbox.c.attempts, 0), 1), "next_at": until, "changed_at": now}
            mine = update(inbox).where(inbox.c.id == inbox_id, inbox.c.state == "new").values(waits)
            if not connection.execute(mine).rowcount:
                return
            for row in rows:
                statement = insert_or(connection, documents)
                changed = {name: statement.excluded[name] for name in row if name != "sha256"}
                # One that is being waited for already keeps its attempts and its turn.
                connection.execute(
                    statement.on_conflict_do_update(
                        index_elements=["sha256"], set_=changed, where=documents.c.state != "wanted"
                    ),
                    row,
                )
            links = [{"inbox_id": inbox_id, "sha256": row["sha256"], "person_hash": person} for row in rows]
            upsert(connection, awaiting, links)

        self.db.write(work)

    def wanted_documents(self, limit: int, now: datetime) -> list[WantedFile]:
        """Files to read, oldest first, whose time has come."""
        query = (
            select(documents)
            .where(documents.c.state.in_(("wanted", "failed")), ripe(documents, now))
            .order_by(documents.c.next_at, documents.c.sha256)
            .limit(limit)
        )
        with self.db.read() as connection:
            rows = connection.execute(query).all()
        return [self._wanted(row) for row in rows]

    def keep_document(self, document: Document, now: datetime) -> int:
        """Keep what was read; how many messages are to be read now."""
        plain = codec.dump(document)
        ours = document.trouble is not None and document.trouble.code in RETRIED

        def work(connection: Connection) -> int:
            row = connection.execute(select(documents).where(documents.c.sha256 == document.sha256)).first()
            if row is None:
                return 0
            values = {
                "state": "read",
                "version": READER,
                "changed_at": now,
                "body": self.keys.seal("documents", row.sha256, plain),
            }
            # Attempts before the first outcome are those of the service that was down.
            tries = row.attempts if row.state == "failed" else 0
            if ours and row.state != "read" and tries < len(RETRIES):
                wanted = codec.dump(self._wanted(row))
                body = self.keys.seal("documents", row.sha256, wanted + b"\n" + plain)
                values |= {"state": "failed", "body": body, "attempts": tries + 1, "next_at": now + RETRIES[tries]}
            connection.execute(update(documents).where(documents.c.sha256 == document.sha256).values(values))
            unlocked = row.state == "wanted" and bool(self._wanted(row).passwords)
            late = (row.state == "failed" and not ours) or unlocked
            anew = self._read_anew(connection, document.sha256, now) if late else 0
            mine = select(awaiting.c.inbox_id).where(awaiting.c.sha256 == document.sha256)
            waiting = list(connection.execute(mine).scalars())
            connection.execute(delete(awaiting).where(awaiting.c.sha256 == document.sha256))
            freed = 0
            for some in chunks(waiting):
                others = select(awaiting.c.inbox_id).where(awaiting.c.inbox_id.in_(some))
                held = set(connection.execute(others).scalars())
                free = [id for id in some if id not in held]
                go = update(inbox).where(inbox.c.id.in_(free), inbox.c.state == "new")
                freed += connection.execute(go.values(next_at=now, changed_at=now)).rowcount
            return freed + anew

        return self.db.write(work)

    def _read_anew(self, connection: Connection, sha256: str, now: datetime) -> int:
        """Let the messages that were decided without this file be read again; how many."""
        owners = select(files.c.owner).where(files.c.sha256 == sha256, files.c.owner.like("message:%"))
        ids = [int(owner.partition(":")[2]) for owner in connection.execute(owners).scalars()]
        return self._decide_anew(connection, ids, {}, now)

    def retry_documents(self, now: datetime) -> int:
        """Want all files now that failed by a trouble of ours and would be tried again later."""
        mine = update(documents).where(documents.c.state == "failed", documents.c.next_at > now)
        return self.db.write(lambda connection: connection.execute(mine.values({"next_at": now})).rowcount)

    def put_off_document(self, sha256: str, next_at: datetime, now: datetime) -> None:
        """Count an attempt; the file is tried again at that time."""
        mine = update(documents).where(documents.c.sha256 == sha256, documents.c.state.in_(("wanted", "failed")))
        values = {"attempts": documents.c.attempts + 1, "next_at": next_at, "changed_at": now}
        self.db.write(lambda connection: connection.execute(mine.values(values)))

    def _wanted(self, row: Any) -> WantedFile:
        told = codec.load(WantedFile, self.keys.unseal("documents", row.sha256, row.body).split(b"\n", 1)[0])
        return WantedFile(told.sha256, told.name, told.kind, told.type, told.size, row.attempts, told.passwords)


_HELD_BACK = (
    select(awaiting.c.person_hash, func.min(awaiting.c.inbox_id))
    .join(inbox, inbox.c.id == awaiting.c.inbox_id)
    .where(inbox.c.state == "new", awaiting.c.person_hash != "")
    .group_by(awaiting.c.person_hash)
)


def held_back(connection: Connection) -> dict[str, int]:
    """Whose messages wait for their files, by keyed hash, and from which on."""
    return {row[0]: row[1] for row in connection.execute(_HELD_BACK)}


def erase_documents(connection: Connection, digests: Sequence[str]) -> None:
    """What these files say is forgotten with them; a message of somebody else's that holds the same file keeps its own copy."""
    for some in chunks(list(digests)):
        connection.execute(delete(documents).where(documents.c.sha256.in_(some), documents.c.state != "wanted"))
