"""The revisions of the directives that were published: open cases go on by the one they began with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from store.base import Group, upsert
from store.tables import directives


class Revisions(Group):
    """Keeping and finding published documents. They are the company's own words, so they stand in clear."""

    def keep_directives(self, business: str, revision: str, documents: Mapping[str, str], now: datetime) -> None:
        """Keep a revision that was published: open cases go on by it whatever is published later."""
        row = {"revision": revision, "business": business, "documents": json.dumps(dict(documents)), "at": now}

        def work(connection: Connection) -> None:
            upsert(connection, directives, row)

        self.db.write(work)

    def directives(self, revision: str) -> tuple[str, dict[str, str]] | None:
        """(business, documents) of a revision."""
        query = select(directives.c.business, directives.c.documents).where(directives.c.revision == revision)
        with self.db.read() as connection:
            row = connection.execute(query).first()
        return (row.business, json.loads(row.documents)) if row else None

    def last_directives(self, business: str) -> tuple[str, dict[str, str]] | None:
        """(revision, documents) that were kept last: the last good ones."""
        query = select(directives.c.revision, directives.c.documents).where(directives.c.business == business)
        with self.db.read() as connection:
            row = connection.execute(query.order_by(directives.c.at.desc()).limit(1)).first()
        return (row.revision, json.loads(row.documents)) if row else None
