"""What the clerk asks before it decides: events, deadlines, where clues lead, cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, func, or_, select, true

from core import codec
from core.case import Case, Party
from core.ports import DeadlineRow, Found, PendingEvent
from store.base import Group, chunks, insert_or
from store.tables import cases, contacts, deadlines, events, inbox, notices, outbox, threads

#: Open cases of one person that ``find`` names.
_PER_PERSON = 50


def _newest(column: ColumnElement[str | None], hashes: Sequence[str]) -> Select[Any]:
    """(hash, case id) of the open cases of these people, each person's newest first and at most _PER_PERSON of them."""
    rank = func.row_number().over(partition_by=column, order_by=(cases.c.opened_at.desc(), cases.c.id)).label("rank")
    ranked = select(column.label("hash"), cases.c.id, rank).where(column.in_(hashes), cases.c.open == true()).subquery()
    return select(ranked.c.hash, ranked.c.id).where(ranked.c.rank <= _PER_PERSON).order_by(ranked.c.hash, ranked.c.rank)


_MOST: BindParameter[int] = bindparam("most")
_PENDING = select(events).where(events.c.waiting == true()).order_by(events.c.n).limit(_MOST)
_DUE = select(deadlines).where(deadlines.c.due <= bindparam("now")).order_by(deadlines.c.due, deadlines.c.case_id).limit(_MOST)


_PUT_OFF = select(func.min(outbox.c.next_at)).where(outbox.c.blocked == 0, outbox.c.next_at > outbox.c.changed_at)
_NEXT = (
    select(func.min(deadlines.c.due)),
    _PUT_OFF.where(outbox.c.state == "intended"),
    _PUT_OFF.where(outbox.c.state == "uncertain"),
    select(func.min(inbox.c.next_at)).where(inbox.c.state == "new", inbox.c.next_at > inbox.c.changed_at),
)


class Clerk(Group):
    """The reads of the clerk and the clock."""

    def pending_events(self, limit: int) -> list[PendingEvent]:
        """Events that wait, oldest first."""
        with self.db.read() as connection:
            return [
                PendingEvent(
                    row.id, row.case_id, row.kind, self.keys.unseal("events", row.id, row.body).decode(), row.at, row.tell
                )
                for row in connection.execute(_PENDING, {"most": limit})
            ]

    def add_event(self, event: PendingEvent) -> bool:
        """Hand an operator's act to the clerk; False when its id is already known."""
        row = {
            "id": event.id,
            "case_id": event.case_id,
            "kind": event.kind,
            "body": self.keys.seal("events", event.id, event.body.encode()),
            "at": event.at,
            "tell": event.tell,
            "waiting": True,
        }
        new = insert_or(self.db.engine, events).values(row).on_conflict_do_nothing(index_elements=["id"]).returning(events.c.n)
        return self.db.write(lambda connection: connection.execute(new).first() is not None)

    def due(self, now: datetime, limit: int) -> list[DeadlineRow]:
        """Deadlines that have passed, oldest first."""
        with self.db.read() as connection:
            rows = connection.execute(_DUE, {"now": now, "most": limit})
            return [DeadlineRow(row.case_id, row.name, row.due) for row in rows]

    def next_due(self) -> datetime | None:
        """When the next deadline or waiting retry of any lane comes. Work that was never put off is not a retry."""
        with self.db.read() as connection:
            found = [connection.execute(query).scalar() for query in _NEXT]
        return min((one for one in found if one is not None), default=None)

    def find(self, refs: Sequence[str], thread_ids: Sequence[str], people: Sequence[str]) -> Found:
        """Where the clues lead. ``people`` are addresses or numbers, looked up by keyed hash."""
        by_ref: dict[str, str] = {}
        by_thread: dict[str, str] = {}
        mine: dict[str, dict[str, None]] = {}
        with self.db.read() as connection:
            for some in chunks(sorted(set(refs))):
                query = select(cases.c.ref, cases.c.id).where(cases.c.ref.in_(some))
                by_ref.update((row.ref, row.id) for row in connection.execute(query))
            hashes = {self.keys.thread(one): one for one in thread_ids}
            for some in chunks(sorted(hashes)):
                query = select(threads.c.thread_hash, threads.c.case_id).where(threads.c.thread_hash.in_(some))
                by_thread.update((hashes[row.thread_hash], row.case_id) for row in connection.execute(query))
            spelled: dict[str, list[str]] = {}
            for person in dict.fromkeys(people):
                spelled.setdefault(self.keys.person(person), []).append(person)
            spelled.pop("", None)
            for column in (cases.c.email_hash, cases.c.phone_hash):
                for some in chunks(sorted(spelled)):
                    for digest, id in connection.execute(_newest(column, some)):
                        for person in spelled[digest]:
                            mine.setdefault(person, {})[id] = None
        return Found(by_ref, by_thread, {person: tuple(ids) for person, ids in mine.items()})

    def cases(self, ids: Sequence[str]) -> dict[str, Case]:
        """Cases by id; unknown ids are left out."""
        found: dict[str, Case] = {}
        with self.db.read() as connection:
            for some in chunks(sorted(set(ids))):
                found.update(
                    (case.id, case)
                    for case in self._cases(connection.execute(select(cases.c.id, cases.c.body).where(cases.c.id.in_(some))))
                )
        return found

    def past_cases(self, people: Sequence[str], business: str, directive: str, limit: int) -> list[Case]:
        """Requests of these people by that directive that were handed on or done, the last changed first."""
        hashes = sorted({h for person in people if (h := self.keys.person(person))})
        found: dict[str, Any] = {}
        with self.db.read() as connection:
            for column in (cases.c.email_hash, cases.c.phone_hash):
                query = select(cases.c.id, cases.c.body, cases.c.updated_at).where(
                    column.in_(hashes),
                    cases.c.business == business,
                    cases.c.directive == directive,
                    cases.c.stage.in_(("fulfilling", "done")),
                )
                rows = connection.execute(query.order_by(cases.c.updated_at.desc(), cases.c.id).limit(limit))
                found |= {row.id: row for row in rows}
            newest = sorted(found.values(), key=lambda row: (row.updated_at, row.id), reverse=True)
            return list(self._cases(newest[:limit]))

    def parties(self, people: Sequence[str]) -> dict[str, Party]:
        """Who these addresses and numbers are, by address or number; those nobody has written from are left out."""
        hashes = {self.keys.person(person): person for person in people}
        hashes.pop("", None)
        found: dict[str, Party] = {}
        with self.db.read() as connection:
            for some in chunks(sorted(hashes)):
                query = select(contacts).where(or_(contacts.c.email_hash.in_(some), contacts.c.phone_hash.in_(some)))
                for row in connection.execute(query).mappings():
                    body = self._json("contacts", row["id"], row["body"])
                    said = {name: str(body[name]) for name in ("email", "name", "phone", "language") if body.get(name)}
                    party = Party(**said)
                    found |= {hashes[h]: party for h in (row["email_hash"], row["phone_hash"]) if h in hashes}
        return found

    def noticed(self, people: Sequence[str], since: datetime) -> frozenset[str]:
        """Which of them got an automatic notice since then."""
        hashes: dict[str, list[str]] = {}
        for person in people:
            hashes.setdefault(self.keys.person(person), []).append(person)
        found: set[str] = set()
        with self.db.read() as connection:
            for some in chunks(sorted(hashes)):
                query = select(notices.c.person_hash).where(notices.c.person_hash.in_(some), notices.c.at >= since).distinct()
                found.update(person for digest in connection.execute(query).scalars() for person in hashes[digest])
        return frozenset(found)

    def list_cases(self, *, stage: str = "", limit: int = 100, offset: int = 0) -> list[Case]:
        """Cases, the last changed first."""
        query = select(cases.c.id, cases.c.body)
        if stage:
            query = query.where(cases.c.stage == stage)
        query = query.order_by(cases.c.updated_at.desc(), cases.c.id).limit(limit).offset(offset)
        with self.db.read() as connection:
            return list(self._cases(connection.execute(query)))

    def _cases(self, rows: Iterable[Any]) -> Iterable[Case]:
        return (codec.load(Case, self.keys.unseal("cases", row.id, row.body)) for row in rows)
