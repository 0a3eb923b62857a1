"""Messages that were decided and are to be read and decided once more: a file of theirs can be read at last, or a person wants it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, select, update

from core import codec
from core.papers import READER, WantedFile
from store.base import Group, chunks, upsert
from store.tables import documents, inbox


class Anew(Group):
    """Within another transaction."""

    def _decide_anew(self, connection: Connection, ids: Sequence[int], hints: Mapping[str, str], now: datetime) -> int:
        """Let these messages be read again, with these hints beside their own; how many. Those whose bytes were erased are not.

        The hint "again" counts how often each was: every time is news to its case.
        """
        found = 0
        for some in chunks(list(ids)):
            query = select(inbox.c.id, inbox.c.identity_hash, inbox.c.body).where(
                inbox.c.id.in_(some), inbox.c.state == "decided", inbox.c.raw != ""
            )
            for row in connection.execute(query).all():
                told = self._json("inbox", row.identity_hash, row.body)
                times = int(told["hints"].get("again", "0")) + 1
                told["hints"] |= {**hints, "again": str(times)}
                body = self._seal_json("inbox", row.identity_hash, told)
                # An attempt behind it, so that nothing that came later waits for it.
                values = {"state": "new", "attempts": 1, "body": body, "next_at": now, "changed_at": now}
                found += connection.execute(update(inbox).where(inbox.c.id == row.id).values(values)).rowcount
        return found

    def _unlock(self, connection: Connection, wanted: WantedFile, now: datetime) -> None:
        """Want a file once more, with passwords: sealed with it, and forgotten when it was read (``keep_document``)."""
        body = self.keys.seal("documents", wanted.sha256, codec.dump(wanted))
        values = {"version": READER, "state": "wanted", "attempts": 0, "next_at": now, "changed_at": now, "body": body}
        upsert(connection, documents, [{"sha256": wanted.sha256, **values}])
