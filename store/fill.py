"""What a migration cannot write, because it has no keys: columns of older rows that are read from their sealed bodies."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, text, update

from core import codec
from core.case import Case, Party
from core.effects import DONE
from core.reading import Money
from core.register import money_key
from store.base import MILLIONTHS
from store.commit import Commit
from store.tables import case_lines, cases, contacts, meta, outbox
from store.words import case_words, party_words

_PAGE = 500
_L = case_lines.c


#: The mark of a migration that needs no more than where the requests of registers stand.
STANDINGS = "standings"


class Fill(Commit):
    """Done once, when the store is opened after the migration that left its mark in ``meta``."""

    def fill(self, connection: Connection) -> None:
        """What the mark asks for: all of it or nothing."""
        if connection.dialect.name == "postgresql":
            # Sealed bodies are opened here between two statements.
            connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        mark = connection.execute(select(meta.c.value).where(meta.c.name == "fill")).scalar()
        connection.execute(delete(meta).where(meta.c.name == "fill"))
        if mark != STANDINGS:
            self._fill_all(connection)
        self._fill_standings(connection)

    def _fill_standings(self, connection: Connection) -> None:
        """Where the requests of registers stand that ended with a no: who took his own back was refused by nobody."""
        after = ""
        ended = select(cases.c.id, cases.c.body).where(
            cases.c.id.in_(select(_L.case_id).where(_L.n == 0, _L.stage == "rejected"))
        )
        while page := connection.execute(ended.where(cases.c.id > after).order_by(cases.c.id).limit(_PAGE)).all():
            after = page[-1].id
            found = [codec.load(Case, self.keys.unseal("cases", row.id, row.body)) for row in page]
            if back := [case.id for case in found if case.cancelled]:
                connection.execute(update(case_lines).where(_L.case_id.in_(back)).values(stage="cancelled"))

    def _fill_all(self, connection: Connection) -> None:
        after = ""
        while page := connection.execute(
            select(cases.c.id, cases.c.body).where(cases.c.id > after).order_by(cases.c.id).limit(_PAGE)
        ).all():
            after = page[-1].id
            found = [codec.load(Case, self.keys.unseal("cases", row.id, row.body)) for row in page]
            answered = self._first_texts(connection, [case.id for case in found])
            known = {case.id: case_words(case) for case in found}
            rows = [{"which": c.id, "answered_at": answered.get(c.id), **self._shown(c, known[c.id])} for c in found]
            connection.execute(update(cases).where(cases.c.id == bindparam("which")), rows)
            self._keep_words(connection, "case", list(known.items()))
            self._fill_sums(connection, found)
        after = ""
        while page := connection.execute(
            select(contacts.c.id, contacts.c.body).where(contacts.c.id > after).order_by(contacts.c.id).limit(_PAGE)
        ).all():
            after = page[-1].id
            people = [(row.id, self._json("contacts", row.id, row.body)) for row in page]
            names = ("email", "name", "phone", "language")
            named = [(id, party_words(Party(**{n: told[n] for n in names if told.get(n)}))) for id, told in people]
            self._keep_words(connection, "contact", named)

    def _fill_sums(self, connection: Connection, found: list[Case]) -> None:
        """The register's sums of these cases: a total has its tax beside its currency; a sum of one line alone is none of the request."""
        for case in found:
            mine = connection.execute(select(_L.n, _L.total, _L.currency).where(_L.case_id == case.id, _L.total.is_not(None)))
            for n, total, currency in mine.all():
                # A total of the whole request is a fact of its own; an amount that stands on lines alone is not.
                keys = {
                    money_key(f.value)
                    for f in case.facts
                    if isinstance(f.value, Money) and f.value.amount * MILLIONTHS == total
                }
                keys = {key for key in keys if key.partition(" ")[0] == currency.partition(" ")[0]}
                values = {"total": None, "currency": ""} if n or not keys else {"currency": max(keys)}
                connection.execute(update(case_lines).where(_L.case_id == case.id, _L.n == n).values(values))

    def _first_texts(self, connection: Connection, ids: list[str]) -> dict[str, Any]:
        """When the first text to the customer of each case had left."""
        query = (
            select(outbox.c.case_id, outbox.c.key, outbox.c.payload, outbox.c.changed_at)
            .where(outbox.c.case_id.in_(ids), outbox.c.kind == "message.send", outbox.c.state.in_(DONE))
            .order_by(outbox.c.seq)
        )
        found: dict[str, Any] = {}
        for row in connection.execute(query):
            if row.case_id not in found and self._to_customer(row.key, row.payload):
                found[row.case_id] = row.changed_at
        return found
