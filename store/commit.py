"""The clerk's commit: a batch of decisions, all of it or nothing, each table written once for the whole batch."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, true, tuple_, update

from core import codec
from core.case import Case, Party
from core.ports import Change, Conflict
from store.anew import Anew
from store.base import MILLIONTHS, chunks, clear, insert_new, many, upsert
from store.journal import Journal
from store.lessons import Lessons
from store.outbox import End, Outbox
from store.register import RegisterTable
from store.tables import cases, contacts, deadlines, events, files, inbox, notices, threads
from store.words import Words, case_words, party_words

#: What has been decided or given up is not decided again.
_CONSUMED = ("decided", "dropped")
_NOTICES, _CASES, _DEADLINES = insert(notices), insert(cases), insert(deadlines)
_CHANGE_CASES = update(cases).where(cases.c.id == bindparam("which"), cases.c.version == bindparam("expected"))
_DECIDED = update(inbox).where(inbox.c.id == bindparam("which"))


@dataclass(slots=True)
class _Batch:
    """What the kept changes come to, one list a table."""

    changes: list[Change] = field(default_factory=list)
    #: The case as it ends up, and the version it has in the database now.
    cases: dict[str, tuple[Case, int]] = field(default_factory=dict)
    #: The marks of the words that each case in the database is found by.
    words: dict[str, int] = field(default_factory=dict)


class Commit(Journal, Outbox, Words, Lessons, RegisterTable, Anew):
    """The one transaction that changes cases."""

    def commit(self, changes: Sequence[Change], now: datetime) -> None:
        """All of it or nothing. Raises Conflict when a case's version is not the expected one.

        A change whose message, event or deadline was consumed before is left out: it was committed already.
        """
        if changes:
            # Sealing is done here, in the caller's thread, so that the one writer only writes.
            effects = [effect for change in changes for effect in change.effects]
            sealed = {effect.key: self._effect_row(effect, now) for effect in effects}
            self.db.write(lambda connection: self._commit(connection, changes, sealed, now))

    def _commit(
        self, connection: Connection, changes: Sequence[Change], sealed: dict[str, dict[str, Any]], now: datetime
    ) -> None:
        head = self._lock_head(connection)
        batch = self._check(connection, self._still_open(connection, changes))
        people = self._store_cases(connection, batch, now)
        entries = {c.case.id: (c.case, c.entry) for c in batch.changes if c.case is not None and c.entry is not None}
        self._keep_entries(connection, entries, people)
        effects = [effect for change in batch.changes for effect in change.effects]
        self._store_effects(connection, effects, [dict(sealed[effect.key]) for effect in effects], now)
        self._store_deadlines(connection, batch.changes)
        self._store_threads(connection, batch.changes, now)
        self._consume(connection, batch.changes, now)
        for change in batch.changes:
            for inbox_id, hints in change.anew:
                self._decide_anew(connection, [inbox_id], hints, now)
            for wanted in change.unlock:
                self._unlock(connection, wanted, now)
        self._keep_lessons(connection, [lesson for change in batch.changes for lesson in change.lessons])
        replaced = {key for change in batch.changes for key in change.drops}
        if replaced:
            rows = [row for row in self._lock(connection, replaced) if row["state"] == "parked"]
            self._finish(connection, [End(row, "dropped", attempts=row["attempts"]) for row in rows], now)
        told = [{"person_hash": self.keys.person(change.notice_to), "at": now} for change in batch.changes if change.notice_to]
        if told:
            many(connection, _NOTICES, told)
        self._append(connection, head, (entry for change in batch.changes for entry in change.journal))

    # ---- what is kept of the batch

    def _still_open(self, connection: Connection, changes: Sequence[Change]) -> list[Change]:
        """The changes of which nothing was consumed before, neither in the database nor earlier in the batch."""
        wanted = [change.inbox_id for change in changes if change.inbox_id is not None]
        messages: set[int] = set()
        for numbers in chunks(sorted(set(wanted))):
            query = select(inbox.c.id).where(inbox.c.id.in_(numbers), inbox.c.state.not_in(_CONSUMED)).order_by(inbox.c.id)
            messages.update(connection.execute(query.with_for_update()).scalars())
        waiting: set[str] = set()
        for names in chunks(sorted({id for change in changes for id in change.event_ids})):
            query_events = select(events.c.id).where(events.c.id.in_(names), events.c.waiting == true()).order_by(events.c.n)
            waiting.update(connection.execute(query_events.with_for_update()).scalars())
        due: set[tuple[str, str, datetime]] = set()
        for some in chunks(sorted({change.deadline.case_id for change in changes if change.deadline})):
            query_due = select(deadlines).where(deadlines.c.case_id.in_(some)).order_by(deadlines.c.case_id, deadlines.c.name)
            due.update((row.case_id, row.name, row.due) for row in connection.execute(query_due.with_for_update()))

        kept: list[Change] = []
        for change in changes:
            own = {(row.case_id, row.name, row.due) for row in (change.deadline,) if row}
            ids = set() if change.inbox_id is None else {change.inbox_id}
            if not (ids <= messages and waiting.issuperset(change.event_ids) and own <= due):
                continue
            kept.append(change)
            messages -= ids
            waiting.difference_update(change.event_ids)
            due -= own
            if change.case and change.deadlines is not None:
                # Within a batch too, a deadline that was replaced can no longer pass.
                due = {row for row in due if row[0] != change.case.id}
        return kept

    def _check(self, connection: Connection, changes: list[Change]) -> _Batch:
        """Every version is the expected one, in order. Raises Conflict."""
        versions: dict[str, int] = {}
        batch = _Batch(changes)
        for some in chunks(sorted({change.case.id for change in changes if change.case})):
            query = select(cases.c.id, cases.c.version, cases.c.words).where(cases.c.id.in_(some)).order_by(cases.c.id)
            for row in connection.execute(query.with_for_update()):
                versions[row.id], batch.words[row.id] = row.version, row.words
        stored = dict(versions)
        for change in changes:
            if change.case is not None:
                if versions.get(change.case.id, 0) != change.expected_version:
                    raise Conflict(change.case.id)
                versions[change.case.id] = change.case.version
                batch.cases[change.case.id] = (change.case, stored.get(change.case.id, 0))
        return batch

    # ---- cases and people

    def _store_cases(self, connection: Connection, batch: _Batch, now: datetime) -> dict[str, str]:
        """The contacts of these cases, by the hashes of their addresses and numbers."""
        known = {case.id: case_words(case) for case, _ in batch.cases.values()}
        rows = {case.id: self._case_row(case, known[case.id]) for case, _ in batch.cases.values()}
        new = [rows[case.id] for case, stored in batch.cases.values() if not stored]
        changed = [rows[case.id] | {"which": case.id, "expected": stored} for case, stored in batch.cases.values() if stored]
        if new:
            refs = {row["ref"]: row["id"] for row in new}
            for some in chunks(sorted(refs)):
                taken = connection.execute(select(cases.c.ref).where(cases.c.ref.in_(some))).scalars().first()
                if taken is not None:
                    raise Conflict(refs[taken])
            many(connection, _CASES, new)
        if changed and many(connection, _CHANGE_CASES, changed) != len(changed):
            raise Conflict(changed[0]["which"])
        fresh = [(id, some) for id, some in known.items() if batch.words.get(id) != rows[id]["words"]]
        self._keep_words(connection, "case", fresh)
        people = self._store_contacts(connection, [case.party for case, _ in batch.cases.values()], now)
        attached = {
            (file.sha256, case.id): {
                "sha256": file.sha256,
                "owner": f"case:{case.id}",
                "size": file.size,
                "family": file.family,
                "at": now,
            }
            for case, _ in batch.cases.values()
            for file in case.files
        }
        if attached:
            many(connection, insert_new(connection, files), list(attached.values()))
        return people

    def _case_row(self, case: Case, known: frozenset[str]) -> dict[str, Any]:
        return {
            "id": case.id,
            "ref": case.ref,
            "version": case.version,
            "business": case.business,
            "directive": case.directive,
            "revision": case.revision,
            "kind": case.kind,
            "stage": case.stage,
            "open": case.open,
            "email_hash": self.keys.person(case.party.email) or None,
            "phone_hash": self.keys.person(case.party.phone or next((p for p in case.people if p.startswith("+")), "")) or None,
            "body": self.keys.seal("cases", case.id, codec.dump(case)),
            "opened_at": case.opened_at,
            "updated_at": case.updated_at,
            **self._shown(case, known),
        }

    def _shown(self, case: Case, known: frozenset[str]) -> dict[str, Any]:
        """What lists and figures ask of the case; ``known`` are its words."""
        quote, approval = case.quote, case.approval
        amount = approval.amount if approval is not None else (quote.amount if quote is not None else None)
        return {
            "channel": case.thread.channel,
            "closed_at": case.closed_at,
            "approved_at": approval.at if approval is not None else None,
            "offer": quote.status if quote is not None else "",
            "amount": int(amount * MILLIONTHS) if amount is not None else None,
            "unit": clear(quote.unit) if quote is not None else "",
            "words": self._words_mark(known),
        }

    def _store_contacts(self, connection: Connection, parties: Iterable[Party], now: datetime) -> dict[str, str]:
        """One contact a person, known by either address; a case adds what was not known, and changes what was: ids by hash."""
        known: dict[str, dict[str, Any]] = {}
        hashes = {self.keys.person(address) for party in parties for address in (party.email, party.phone)} - {""}
        for some in chunks(sorted(hashes)):
            query = select(contacts).where(or_(contacts.c.email_hash.in_(some), contacts.c.phone_hash.in_(some)))
            for row in connection.execute(query).mappings():
                contact = dict(row)
                known |= {row[name]: contact for name in ("phone_hash", "email_hash") if row[name]}
        touched: dict[str, dict[str, Any]] = {}
        people: dict[str, dict[str, str]] = {}
        for party in parties:
            email, phone = self.keys.person(party.email), self.keys.person(party.phone)
            if not (email or phone):
                continue
            contact = known.get(email) or known.get(phone) or {"id": os.urandom(12).hex(), "created_at": now, "body": None}
            before = self._json("contacts", contact["id"], contact["body"]) if contact["body"] else {}
            told = {"email": party.email, "phone": party.phone, "name": party.name, "language": party.language}
            # What somebody at the desk wrote down stands above what mails say of their senders.
            told = {name: value for name, value in told.items() if name not in str(before.get("kept", "")).split()}
            after = before | {name: value for name, value in told.items() if value}
            for name, digest in (("email_hash", email), ("phone_hash", phone)):
                # An address that stands for somebody else already stays his.
                if digest and known.setdefault(digest, contact) is contact:
                    contact[name] = digest
            contact.setdefault("email_hash", None)
            contact.setdefault("phone_hash", None)
            if after != before:
                contact |= {"body": self._seal_json("contacts", contact["id"], after), "updated_at": now}
                touched[contact["id"]], people[contact["id"]] = contact, after
        if touched:
            upsert(connection, contacts, list(touched.values()))
            self._keep_words(connection, "contact", [(id, party_words(_party(told))) for id, told in people.items()])
        return {digest: contact["id"] for digest, contact in known.items()}

    # ---- what goes with them

    def _store_deadlines(self, connection: Connection, changes: Sequence[Change]) -> None:
        """The last word on the deadlines of each case."""
        last = {change.case.id: change.deadlines for change in changes if change.case and change.deadlines is not None}
        passed = [row for change in changes if (row := change.deadline)]
        for some in chunks(passed):
            keys = [(row.case_id, row.name) for row in some]
            connection.execute(delete(deadlines).where(tuple_(deadlines.c.case_id, deadlines.c.name).in_(keys)))
        # A case that begins here has none that would have to go.
        begun = {change.case.id for change in changes if change.case and not change.expected_version}
        for ids in chunks(sorted(last.keys() - begun)):
            connection.execute(delete(deadlines).where(deadlines.c.case_id.in_(ids)))
        rows = [
            {"case_id": id, "name": name, "due": due} for id, all_of_it in last.items() for name, due in dict(all_of_it).items()
        ]
        if rows:
            many(connection, _DEADLINES, rows)

    def _store_threads(self, connection: Connection, changes: Sequence[Change], now: datetime) -> None:
        rows = {
            self.keys.thread(thread): change.about
            for change in reversed(changes)
            if change.about
            for thread in change.thread_ids
            if thread.strip()
        }
        if rows:
            first = insert_new(connection, threads, "thread_hash")
            many(connection, first, [{"thread_hash": digest, "case_id": id, "at": now} for digest, id in sorted(rows.items())])

    def _consume(self, connection: Connection, changes: Sequence[Change], now: datetime) -> None:
        decided = [
            {
                "which": change.inbox_id,
                "state": "decided",
                "outcome": change.outcome,
                "case_id": change.about or None,
                "changed_at": now,
            }
            for change in changes
            if change.inbox_id is not None
        ]
        if decided:
            many(connection, _DECIDED, decided)
        for some in chunks(sorted({id for change in changes for id in change.event_ids})):
            connection.execute(update(events).where(events.c.id.in_(some)).values(waiting=False))


def _party(told: Mapping[str, str]) -> Party:
    return Party(**{name: told[name] for name in ("email", "name", "phone", "language") if told.get(name)})
