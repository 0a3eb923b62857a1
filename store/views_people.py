"""People, and what needs a person, as the desk lists them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, case, exists, func, or_, select

from core.case import Party
from core.ports import ParkedRow
from core.views import CaseRow, ContactRow, Page
from store.operators import Operators
from store.tables import cases, contacts, words
from store.views import RARE, CaseViews, make_place, read_place
from store.words import asked_words


class PeopleViews(Operators, CaseViews):
    """Lists of contacts and of parked things."""

    def find_contacts(self, *, search: str = "", limit: int, after: str = "") -> Page[ContactRow]:
        """People, the last changed first; ``search`` as in CaseFilter, over names and addresses. Raises ValueError as find_cases."""
        query: Select[Any] = select(contacts)
        if after:
            at, id = read_place(after)
            by = contacts.c.updated_at
            query = query.where(or_(by < at, and_(by == at, contacts.c.id < id)), by <= at)
        with self.db.read() as connection:
            if search.strip():
                asked = asked_words(search)
                if not asked:
                    return Page(())
                rare = self._rarest(connection, "contact", [self._word(w) for w in asked])
                for place, (word, count) in enumerate(rare):
                    if not count:
                        return Page(())
                    mine = words.c.word == word, words.c.kind == "contact"
                    if place == 0 and count <= RARE:
                        query = query.where(contacts.c.id.in_(select(words.c.owner).where(*mine)))
                    else:
                        query = query.where(exists().where(*mine, words.c.owner == contacts.c.id))
            query = query.order_by(contacts.c.updated_at.desc(), contacts.c.id.desc()).limit(limit + 1)
            found = connection.execute(query).all()
            rows = self._contact_rows(connection, found[:limit])
        last = found[limit - 1] if len(found) > limit else None
        return Page(tuple(rows), make_place(last.updated_at, last.id) if last is not None else "")

    def contact(self, contact_id: str) -> ContactRow | None:
        """One person, None when there is no such one."""
        with self.db.read() as connection:
            found = connection.execute(select(contacts).where(contacts.c.id == contact_id)).all()
            return next(iter(self._contact_rows(connection, found)), None)

    def contact_cases(self, contact_id: str, *, limit: int = 200) -> list[CaseRow]:
        """The person's cases, the last changed first."""
        with self.db.read() as connection:
            person = connection.execute(
                select(contacts.c.email_hash, contacts.c.phone_hash).where(contacts.c.id == contact_id)
            ).first()
            theirs = [
                column == digest
                for column, digest in zip((cases.c.email_hash, cases.c.phone_hash), person or (), strict=False)
                if digest
            ]
            if not theirs:
                return []
            query = select(cases.c.id).where(or_(*theirs)).order_by(cases.c.updated_at.desc(), cases.c.id.desc()).limit(limit)
            return self._case_rows(connection, list(connection.execute(query).scalars()))

    def _contact_rows(self, connection: Connection, rows: Sequence[Row[Any]]) -> list[ContactRow]:
        """With how many cases each has. A case that bears both his address and his number is one."""
        counts: dict[str, tuple[int, int]] = {}
        for row in rows:
            theirs = [c == d for c, d in ((cases.c.email_hash, row.email_hash), (cases.c.phone_hash, row.phone_hash)) if d]
            if theirs:
                query = select(func.count(), func.sum(case((cases.c.open, 1), else_=0))).where(or_(*theirs))
                total, still = connection.execute(query).one()
                counts[row.id] = (int(total), int(still or 0))
        found = []
        for row in rows:
            told = self._json("contacts", row.id, row.body)
            party = Party(**{n: str(told[n]) for n in ("email", "name", "phone", "language") if told.get(n)})
            total, still = counts.get(row.id, (0, 0))
            found.append(ContactRow(row.id, party, total, still, row.created_at, row.updated_at, str(told.get("address", ""))))
        return found

    def find_parked(self, *, limit: int, after: str = "") -> Page[ParkedRow]:
        """What needs a person, oldest first. Raises ValueError as find_cases."""
        found = self._parked(limit + 1, read_place(after) if after else None)
        return Page(tuple(row for _, row in found[:limit]), make_place(*found[limit - 1][0]) if len(found) > limit else "")
