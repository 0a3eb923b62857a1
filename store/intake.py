"""Taking messages in: the cursor, the ledger of every item, the new rows; one durable commit a batch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from core.message import Channel
from core.ports import Taken
from store.base import Group, chunks, clear, insert_new, upsert
from store.tables import cursors, inbox, ledger

#: An item that could not be downloaded is parked at this attempt.
ATTEMPTS = 5
#: "failed" alone will be tried again.
_SETTLED = ("taken", "known", "skipped", "parked")


class Intake(Group):
    """The transactions of the intake lanes."""

    def cursor(self, name: str) -> dict[str, str]:
        """The inbox's cursor, {} before the first commit."""
        with self.db.read() as connection:
            found = connection.execute(select(cursors.c.value).where(cursors.c.name == name)).scalar()
        return dict(json.loads(found)) if found else {}

    def unknown(self, inbox: str, external_ids: Sequence[str]) -> list[str]:
        """Those that were never settled (taken, skipped or parked), in the same order."""
        settled: set[str] = set()
        with self.db.read() as connection:
            for some in chunks([place(one) for one in external_ids]):
                query = select(ledger.c.external_id).where(
                    ledger.c.inbox == inbox, ledger.c.external_id.in_(some), ledger.c.state.in_(_SETTLED)
                )
                settled.update(connection.execute(query).scalars())
        return [one for one in external_ids if place(one) not in settled]

    def take(self, inbox: str, channel: Channel, items: Sequence[Taken], cursor: Mapping[str, str], now: datetime) -> int:
        """Store new messages and the cursor in one durable commit; how many are new.

        An identity that is known is settled in the ledger without a new row. An item with an ``error`` counts an attempt
        and is parked at the fifth (it shows in ``parked``); one with ``skip`` is settled as skipped.
        """
        return self.db.write(lambda connection: self._take(connection, inbox, channel, items, cursor, now))

    def _take(
        self,
        connection: Connection,
        name: str,
        channel: Channel,
        items: Sequence[Taken],
        cursor: Mapping[str, str],
        now: datetime,
    ) -> int:
        before: dict[str, tuple[str, int]] = {}
        for some in chunks([place(taken.item.external_id) for taken in items]):
            query = select(ledger.c.external_id, ledger.c.state, ledger.c.attempts)
            for known in connection.execute(query.where(ledger.c.inbox == name, ledger.c.external_id.in_(some))):
                before[known.external_id] = (known.state, known.attempts)

        entries: dict[str, dict[str, Any]] = {}
        rows: dict[str, dict[str, Any]] = {}
        for taken in items:
            external = place(taken.item.external_id)
            state, attempts = before.get(external, ("", 0))
            if state in ("taken", "known", "skipped") or (state == "parked" and taken.item.error):
                continue
            error = taken.item.error
            if taken.item.skip:
                state, error = "skipped", taken.item.skip
            elif error:
                attempts += 1
                state = "failed" if attempts < ATTEMPTS else "parked"
            else:
                state = "taken"
                if before.get(external, ("", 0))[0] == "parked":  # it came after all: nothing is left for a person to do
                    connection.execute(delete(inbox).where(inbox.c.identity_hash == self._parked_hash(name, external)))
            before[external] = (state, attempts)
            if state in ("taken", "parked"):
                row = self._row(name, channel, taken, now, state == "parked", attempts)
                if rows.setdefault(row["identity_hash"], row) is not row and state == "taken":
                    state = "known"
            entries[external] = {
                "inbox": name,
                "external_id": external,
                "state": state,
                "attempts": attempts,
                "error": self._seal_text("ledger", f"{name}\n{external}", error),
                "at": now,
            }

        new = self._insert(connection, list(rows.values()))
        for identity, row in rows.items():
            if identity not in new and entries[place(row["external_id"])]["state"] == "taken":
                entries[place(row["external_id"])]["state"] = "known"
        if entries:
            upsert(connection, ledger, list(entries.values()))
        upsert(connection, cursors, {"name": name, "value": json.dumps(dict(cursor)), "at": now})
        return sum(1 for identity in new if rows[identity]["state"] == "new")

    def _row(self, name: str, channel: Channel, taken: Taken, now: datetime, parked: bool, attempts: int) -> dict[str, Any]:
        item = taken.item
        # What was never downloaded has no content to be known by; its place in its inbox stands for it.
        identity = taken.identity or f"{name}\n{item.external_id}"
        digest = self._parked_hash(name, item.external_id) if parked else self.keys.hash("identity", identity)
        return {
            "inbox": name,
            "channel": channel,
            "external_id": clear(item.external_id),
            "identity_hash": digest,
            "body": self._seal_json("inbox", digest, {"identity": identity, "hints": dict(item.hints)}),
            "raw": taken.raw,
            "size": item.size,
            "received_at": item.received_at,
            "taken_at": now,
            "state": "parked" if parked else "new",
            "attempts": attempts if parked else 0,
            "next_at": now,
            "changed_at": now,
            "error": self._seal_text("inbox", digest, item.error) if parked else None,
            "outcome": "",
            "case_id": None,
        }

    def _parked_hash(self, name: str, external_id: str) -> str:
        """The identity of the row that stands for an item that could not be downloaded."""
        return self.keys.hash("parked", f"{name}\n{place(external_id)}")

    def _insert(self, connection: Connection, rows: list[dict[str, Any]]) -> set[str]:
        """Insert in that order what is not there yet; the identity hashes that are new."""
        if not rows:
            return set()
        statement = insert_new(connection, inbox, "identity_hash")
        return set(connection.execute(statement.returning(inbox.c.identity_hash), rows).scalars())


def place(external_id: str) -> str:
    """The id as the ledger's key: what is too long for an index is told apart by its hash."""
    plain = clear(external_id)
    return plain if len(plain) <= 300 else f"{plain[:200]}…{hashlib.sha256(plain.encode()).hexdigest()}"
