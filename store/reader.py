"""Reading: what is to be read, and what was understood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, func, select, update

from core import codec
from core.message import Message
from core.ports import InboxRow, ReadRow
from core.reading import Reading
from store.base import Group, chunks, ripe, upsert
from store.crypto import HEAD
from store.documents import held_back
from store.fresh import Fresh
from store.tables import files, inbox, readings

_COLUMNS = (
    inbox.c.id, inbox.c.inbox, inbox.c.channel, inbox.c.external_id, inbox.c.identity_hash, inbox.c.body, inbox.c.raw,
    inbox.c.size, inbox.c.received_at, inbox.c.taken_at, inbox.c.attempts,
)  # fmt: skip


#: Readings that are remembered for the clerk, who is next to want them: as many as the reader reads at once.
FRESH = 128

_FIRST_UNREAD = (
    select(inbox.c.id).where(inbox.c.state == "new", inbox.c.attempts == 0).order_by(inbox.c.id).limit(1).scalar_subquery()
)
_MOST: BindParameter[int] = bindparam("most")
_READ = (
    select(*_COLUMNS, func.substr(readings.c.body, 1, HEAD).label("head"))
    .join(readings, readings.c.inbox_id == inbox.c.id)
    .where(inbox.c.state == "read", inbox.c.id < func.coalesce(_FIRST_UNREAD, 2**62))
    .order_by(inbox.c.id)
    .limit(_MOST)
)
_READ_AFTER = _READ.where(inbox.c.id > bindparam("after"))
_BODIES = select(readings.c.inbox_id, readings.c.body).where(readings.c.inbox_id.in_(bindparam("ids", expanding=True)))


class Reader(Group):
    """The transactions of the reader lane, and the clerk's view of what it read."""

    @cached_property
    def _fresh(self) -> Fresh[ReadRow]:
        """What this process read last, by message."""
        return Fresh(FRESH)

    def unread(self, limit: int, now: datetime, share: tuple[int, int] = (0, 1)) -> list[InboxRow]:
        """Messages to read, oldest first, whose time has come; of ``n`` readers that share them those of number ``i``: (i, n)."""
        query = select(*_COLUMNS).where(inbox.c.state == "new", ripe(inbox, now)).order_by(inbox.c.id).limit(limit)
        number, readers = share
        if readers > 1:
            query = query.where(inbox.c.id % readers == number)
        with self.db.read() as connection:
            return [self._inbox_row(row) for row in connection.execute(query)]

    def read_messages(self, limit: int) -> list[ReadRow]:
        """Read messages in the order they were taken; stops before one that is still to be read for the first time.

        Those of somebody who has an earlier one whose files are being read come after it.
        """
        with self.db.read() as connection:
            held = held_back(connection)
            if not held:
                return self._read_rows(connection, connection.execute(_READ, {"most": limit}).all())
            found: list[ReadRow] = []
            after = 0
            while len(found) < limit:
                page = self._read_rows(connection, connection.execute(_READ_AFTER, {"most": limit, "after": after}).all())
                found += [read for read in page if not self._held(read, held)]
                if len(page) < limit:
                    break
                after = page[-1].row.id
            return found[:limit]

    def _held(self, read: ReadRow, held: Mapping[str, int]) -> bool:
        person = self.keys.person(read.message.sender.email)
        return bool(person) and held.get(person, read.row.id) < read.row.id

    def save_readings(self, done: Sequence[ReadRow], failed: Sequence[tuple[int, str, datetime | None]], now: datetime) -> None:
        """Keep readings; a failed one (row id, why, next try) is tried again at that time, or parked when None."""
        sealed: list[dict[str, Any]] = [
            {
                "inbox_id": read.row.id,
                "fingerprint": self.keys.hash("fingerprint", read.fingerprint),
                "body": self.keys.seal(
                    "readings",
                    str(read.row.id),
                    b"\n".join((codec.dump(read.fingerprint), codec.dump(read.message), codec.dump(read.reading))),
                ),
                "at": now,
            }
            for read in done
        ]
        attached = {
            (file.sha256, f"message:{read.row.id}"): {
                "sha256": file.sha256,
                "owner": f"message:{read.row.id}",
                "size": file.size,
                "family": file.family,
                "at": now,
            }
            for read in done
            for file in read.message.attachments
        }
        for read, row in zip(done, sealed, strict=True):
            self._fresh.keep(str(read.row.id), row["body"], read)
        self.db.write(lambda connection: self._save(connection, sealed, list(attached.values()), failed, now))

    def _save(
        self,
        connection: Connection,
        sealed: list[dict[str, Any]],
        attached: list[dict[str, Any]],
        failed: Sequence[tuple[int, str, datetime | None]],
        now: datetime,
    ) -> None:
        ids = [row["inbox_id"] for row in sealed]
        # A row that was decided, parked or dropped meanwhile keeps what became of it.
        moved: set[int] = set()
        for some in chunks(ids):
            statement = update(inbox).where(inbox.c.id.in_(some), inbox.c.state == "new")
            values = {"state": "read", "changed_at": now, "error": None}
            moved.update(connection.execute(statement.values(values).returning(inbox.c.id)).scalars())
        kept = [row for row in sealed if row["inbox_id"] in moved]
        if kept:
            upsert(connection, readings, kept)
        owners = {f"message:{id}" for id in moved}
        kept = [row for row in attached if row["owner"] in owners]
        if kept:
            upsert(connection, files, kept)
        for id, why, next_at in failed:
            digest = connection.execute(
                # "read": the clerk could not decide it.
                select(inbox.c.identity_hash).where(inbox.c.id == id, inbox.c.state.in_(("new", "read")))
            ).scalar()
            if digest is None:
                continue
            changes: dict[str, Any] = {
                "attempts": inbox.c.attempts + 1,
                "error": self._seal_text("inbox", digest, why),
                "changed_at": now,
                "state": "new" if next_at else "parked",
            }
            if next_at:
                changes["next_at"] = next_at
            connection.execute(update(inbox).where(inbox.c.id == id).values(changes))

    # ---- rows

    def _inbox_row(self, row: Row[Any]) -> InboxRow:
        body = self._json("inbox", row.identity_hash, row.body)
        return InboxRow(
            row.id, row.inbox, row.channel, row.external_id, body["identity"], row.raw, row.size, row.received_at, row.taken_at,
            body["hints"], row.attempts,
        )  # fmt: skip

    def _read_rows(self, connection: Connection, rows: Sequence[Row[Any]]) -> list[ReadRow]:
        """These messages as they were read; what is remembered is not opened again."""
        known: dict[int, ReadRow] = {}
        for row in rows:
            kept = self._fresh.find(str(row.id), row.head)
            if kept is not None:
                known[row.id] = kept
            self._fresh.drop(str(row.id))
        bodies: dict[int, bytes] = {}
        for some in chunks([row.id for row in rows if row.id not in known]):
            bodies.update((found.inbox_id, found.body) for found in connection.execute(_BODIES, {"ids": some}))
        return [
            replace(known[row.id], row=self._inbox_row(row)) if row.id in known else self._opened(row, bodies[row.id])
            for row in rows
        ]

    def _opened(self, row: Row[Any], body: bytes) -> ReadRow:
        fingerprint, message, reading = self.keys.unseal("readings", str(row.id), body).split(b"\n", 2)
        return ReadRow(
            self._inbox_row(row), codec.load(Message, message), codec.load(Reading, reading), codec.load(str, fingerprint)
        )
