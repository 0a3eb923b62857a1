"""Finding all that is kept of a person, by the addresses and numbers he is known by (core.erasure)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, or_, select

from core import codec
from core.case import Case
from core.effects import DONE
from core.erasure import Letter, Person, Trace
from core.message import Message
from store.base import chunks
from store.clerk import Clerk
from store.commit import Commit
from store.lookup import Lookup
from store.operators import Operators
from store.tables import (
    cases,
    contacts,
    inbox,
    readings,
    words,
)
from store.words import asked_words

#: Messages of one page.
_PAGE = 500


class Persons(Lookup, Commit, Clerk, Operators):
    """What is somebody's."""

    def person(self, addresses: Sequence[str], more: Sequence[int] = ()) -> Person:
        """All that is kept of whoever is known by one of these addresses or numbers; ``more`` are messages found otherwise.

        Opens every reading: seconds for some ten thousand messages.
        """
        with self.db.read() as connection:
            known = dict.fromkeys(a.strip() for a in addresses if a.strip())
            contact: dict[str, str] = {}
            for row in self._contacts(connection, list(known)):
                contact |= {name: str(value) for name, value in self._json("contacts", row.id, row.body).items()}
                known |= dict.fromkeys(v for n in ("email", "phone") if (v := contact.get(n)))
            hashes = self._hashes(list(known))
            found = self._cases_of(connection, list(known), hashes)
            letters, traces = self._letters(connection, hashes, {case.id for case in found}, frozenset(more))
        effects = {case.id: self.outbox(case.id) for case in found}
        for case in found:
            threads_of = {row.effect.key: row.effect for row in effects[case.id]}
            for sent in self.deliveries(case.id):
                if sent.state in DONE and sent.receipt is not None:
                    effect, told = threads_of[sent.key], sent.receipt
                    thread = str(getattr(effect.payload, "thread", ""))
                    traces.append(Trace(effect.system, sent.kind, told.id, sent.key, told.others, told.url, thread))
        mark = self.keys.hash("erasure", "\n".join(sorted(self._hashes(addresses))))
        history = {case.id: self.history(case.id) for case in found}
        taught = tuple(self.lessons_of([case.id for case in found]))
        return Person(mark, tuple(known), contact, tuple(found), tuple(letters), tuple(traces), effects, history, taught)

    def unread_raw(self) -> list[tuple[int, str]]:
        """(id, digest) of the messages of which nothing was understood: only their bytes tell whom they are of."""
        query = (
            select(inbox.c.id, inbox.c.raw)
            .join(readings, readings.c.inbox_id == inbox.c.id, isouter=True)
            .where(readings.c.inbox_id.is_(None), inbox.c.raw != "")
            .order_by(inbox.c.id)
        )
        with self.db.read() as connection:
            return [(row.id, row.raw) for row in connection.execute(query)]

    def _hashes(self, addresses: Sequence[str]) -> set[str]:
        return {self.keys.person(address) for address in addresses} - {""}

    def _contacts(self, connection: Connection, addresses: Sequence[str]) -> list[Any]:
        hashes = sorted(self._hashes(addresses))
        query = select(contacts).where(or_(contacts.c.email_hash.in_(hashes), contacts.c.phone_hash.in_(hashes)))
        return list(connection.execute(query.order_by(contacts.c.id)))

    def _cases_of(self, connection: Connection, addresses: Sequence[str], hashes: set[str]) -> list[Case]:
        """His cases, oldest first: those of his address or number, and those that he also wrote to from it."""
        some = sorted(hashes)
        ids = set(
            connection.execute(
                select(cases.c.id).where(or_(cases.c.email_hash.in_(some), cases.c.phone_hash.in_(some)))
            ).scalars()
        )
        terms = [self._word(word) for address in addresses for word in asked_words(address)]
        ids |= set(connection.execute(select(words.c.owner).where(words.c.kind == "case", words.c.word.in_(terms))).scalars())
        found = []
        for part in chunks(sorted(ids)):
            rows = connection.execute(select(cases.c.id, cases.c.body).where(cases.c.id.in_(part)))
            found += [
                case
                for case in self._cases(rows)
                if hashes & self._hashes([case.party.email, case.party.phone, case.thread.to, *case.people])
            ]
        return sorted(found, key=lambda case: (case.opened_at, case.id))

    def _letters(
        self, connection: Connection, hashes: set[str], case_ids: set[str], more: frozenset[int]
    ) -> tuple[list[Letter], list[Trace]]:
        """What came in from him or belongs to his cases, and where else it stands."""
        letters: list[Letter] = []
        traces: list[Trace] = []
        for row in self._rows(connection):
            message = self._message(row)
            sender = message is not None and bool(hashes & self._hashes([message.sender.email, message.answer_to.email]))
            if not (sender or row.case_id in case_ids or row.id in more):
                continue
            said = (message.subject, message.body) if message is not None else ("", "")
            attached = tuple((a.sha256, a.name) for a in message.attachments) if message is not None else ()
            letters.append(Letter(row.id, row.channel, row.received_at, row.raw, *said, attached))
            if row.channel in ("whatsapp", "hubspot"):
                hints = self._json("inbox", row.identity_hash, row.body)["hints"]
                thread = str(hints.get("conversation", ""))
                traces.append(Trace(row.channel, "message.received", row.external_id, thread=thread))
        return letters, traces

    def _rows(self, connection: Connection) -> Iterator[Any]:
        after = 0
        while True:
            query = (
                select(inbox, readings.c.body.label("reading"))
                .join(readings, readings.c.inbox_id == inbox.c.id, isouter=True)
                .where(inbox.c.id > after)
                .order_by(inbox.c.id)
                .limit(_PAGE)
            )
            rows = connection.execute(query).all()
            yield from rows
            if len(rows) < _PAGE:
                return
            after = rows[-1].id

    def _message(self, row: Any) -> Message | None:
        if row.reading is None:
            return None
        return codec.load(Message, self.keys.unseal("readings", str(row.id), row.reading).split(b"\n", 2)[1])
