"""Quarantine that heals: what could not be read is tried once more, by itself, when the reading code has changed.

``meta`` keeps the version of the reading code that last looked at everything ("reader.version"), what is being tried again
("reader.healing", until all of it has ended) and what the last such round came to ("reader.healed").
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from core.ports import Change, Healing, JournalEntry
from store.base import chunks, upsert
from store.commit import Commit
from store.tables import inbox, meta

_VERSION, _UNDER_WAY, _LAST = "reader.version", "reader.healing", "reader.healed"


class Heals(Commit):
    """The transactions of a start with new reading code."""

    def heal(self, version: str, attempts: int, now: datetime) -> int:
        """Let everything that is parked with its raw bytes be read again, if that version has not tried yet; how much.

        ``attempts`` is what they count as: the reader parks what fails at its last one.
        """
        with self.db.read() as connection:
            if self._meta(connection, _VERSION) == version:
                return 0

        def work(connection: Connection) -> int:
            head = self._lock_head(connection)
            before = self._meta(connection, _VERSION)
            if before == version:  # another node was quicker
                return 0
            query = select(inbox.c.id).where(inbox.c.state == "parked", inbox.c.raw != "").order_by(inbox.c.id)
            ids = list(connection.execute(query.with_for_update()).scalars())
            again = {"state": "new", "attempts": attempts, "next_at": now, "changed_at": now}
            for some in chunks(ids):
                connection.execute(update(inbox).where(inbox.c.id.in_(some)).values(again))
            upsert(connection, meta, {"name": _VERSION, "value": version})
            if ids:
                # What an earlier round has not ended is part of this one.
                under_way = json.loads(self._meta(connection, _UNDER_WAY) or "{}")
                ids = sorted({*ids, *under_way.get("ids", [])})
                upsert(connection, meta, {"name": _UNDER_WAY, "value": json.dumps({"version": version, "ids": ids})})
                data = {"version": version, "before": before, "messages": len(ids)}
                self._append(connection, head, [JournalEntry(now, "", "reader.healing", data)])
            return len(ids)

        return self.db.write(work)

    def healing(self) -> Healing | None:
        """The round that is under way; None when there is none."""
        with self.db.read() as connection:
            under_way = json.loads(self._meta(connection, _UNDER_WAY) or "{}")
            if not under_way:
                return None
            states = self._states(connection, under_way["ids"])
        waiting = states.get("new", 0) + states.get("read", 0)
        return Healing(under_way["version"], len(under_way["ids"]), states.get("decided", 0), states.get("parked", 0), waiting)

    def healed(self, found: Healing, letter: Change | None, now: datetime) -> bool:
        """Keep how a round ended, with the letter that tells of it, in one commit; False when somebody else has."""
        effects = letter.effects if letter is not None else ()
        sealed = [self._effect_row(effect, now) for effect in effects]

        def work(connection: Connection) -> bool:
            head = self._lock_head(connection)
            if json.loads(self._meta(connection, _UNDER_WAY) or "{}").get("version") != found.version:
                return False
            connection.execute(delete(meta).where(meta.c.name == _UNDER_WAY))
            data = {"version": found.version, "messages": found.messages, "recovered": found.recovered}
            upsert(connection, meta, {"name": _LAST, "value": json.dumps(data | {"at": now.isoformat()})})
            self._store_effects(connection, effects, sealed, now)
            self._append(connection, head, [JournalEntry(now, "", "reader.healed", data)])
            return True

        return self.db.write(work)

    def last_healed(self) -> dict[str, Any] | None:
        """{"version", "messages", "recovered", "at"} of the last round that ended; None before the first."""
        with self.db.read() as connection:
            found = self._meta(connection, _LAST)
        return dict(json.loads(found)) if found else None

    def _meta(self, connection: Connection, name: str) -> str:
        return connection.execute(select(meta.c.value).where(meta.c.name == name)).scalar() or ""

    def _states(self, connection: Connection, ids: Sequence[int]) -> dict[str, int]:
        found: dict[str, int] = {}
        for some in chunks(list(ids)):
            query = select(inbox.c.state, func.count()).where(inbox.c.id.in_(some)).group_by(inbox.c.state)
            for state, number in connection.execute(query):
                found[state] = found.get(state, 0) + number
        return found
