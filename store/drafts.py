"""Drafts of directives, and what was published when by whom. Documents are the company's own words: they stand in clear."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from core.views import DraftRow, PublishedRow
from store.base import Group, clear, insert_or
from store.tables import drafts, publications


class Drafts(Group):
    """The transactions of whoever edits directives."""

    def save_draft(self, draft: DraftRow) -> bool:
        """Keep it where the one kept has the version before (0: none is kept); False when it has not."""
        row = {
            "business": draft.business,
            "author": draft.author,
            "base": draft.base,
            "documents": json.dumps(dict(draft.documents)),
            "version": draft.version,
            "at": draft.at,
        }

        def work(connection: Connection) -> bool:
            if draft.version == 1:
                first = insert_or(connection, drafts).values(row).on_conflict_do_nothing()
                return bool(connection.execute(first.returning(drafts.c.version)).first())
            same = drafts.c.business == draft.business, drafts.c.author == draft.author, drafts.c.version == draft.version - 1
            return connection.execute(update(drafts).where(*same).values(row)).rowcount == 1

        return self.db.write(work)

    def draft(self, business: str, author: str) -> DraftRow | None:
        """That person's draft, None when there is none."""
        query = select(drafts).where(drafts.c.business == business, drafts.c.author == author)
        with self.db.read() as connection:
            row = connection.execute(query).first()
        return _draft(row) if row is not None else None

    def drafts(self, business: str) -> list[DraftRow]:
        """Everybody's drafts of that business, the last saved first."""
        query = select(drafts).where(drafts.c.business == business).order_by(drafts.c.at.desc(), drafts.c.author)
        with self.db.read() as connection:
            return [_draft(row) for row in connection.execute(query)]

    def drop_draft(self, business: str, author: str) -> bool:
        """Forget it; whether there was one."""
        which = delete(drafts).where(drafts.c.business == business, drafts.c.author == author)
        return self.db.write(lambda connection: connection.execute(which).rowcount) == 1

    def keep_publication(self, business: str, revision: str, author: str, note: str, now: datetime) -> bool:
        """Keep who put that revision in force, unless it is in force already; whether it was new."""
        row = {"business": business, "revision": revision, "author": clear(author), "note": clear(note), "at": now}
        last = select(publications.c.revision).where(publications.c.business == business).order_by(publications.c.id.desc())

        def work(connection: Connection) -> bool:
            if connection.execute(last.limit(1)).scalar() == revision:
                return False
            connection.execute(insert(publications), [row])
            return True

        return self.db.write(work)

    def publications(self, business: str, *, limit: int = 100) -> list[PublishedRow]:
        """What was in force, the newest first."""
        query = select(publications).where(publications.c.business == business).order_by(publications.c.id.desc()).limit(limit)
        with self.db.read() as connection:
            return [
                PublishedRow(row.id, row.business, row.revision, row.author, row.note, row.at)
                for row in connection.execute(query)
            ]


def _draft(row: Row[Any]) -> DraftRow:
    return DraftRow(row.business, row.author, row.base, json.loads(row.documents), row.version, row.at)
