"""Erasing a person from the store, in one transaction after everything outside is gone. What is his: store.persons.

What figures need stays: a case's reference, kind, stage, amounts and dates, the effects without their words, the journal's rows.
What the spool held is only marked here (owner "erased"), and swept once nobody else owns it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, or_, select, update

from core import codec
from core.case import Case
from core.effects import DONE, ENDED, Effect
from core.erasure import Person, blank_case, blank_effect
from core.errors import UserError
from core.message import Message
from core.ports import JournalEntry
from core.reading import Reading
from store.base import chunks, insert_or
from store.documents import erase_documents
from store.outbox import End
from store.persons import Persons
from store.tables import (
    answers,
    case_lines,
    cases,
    contacts,
    deadlines,
    events,
    files,
    inbox,
    journal,
    lessons,
    notices,
    outbox,
    readings,
    texts,
    threads,
    words,
)
from store.words import case_words

#: Owner of what an erasure gave up, until it is off the spool.
ERASED = "erased"
#: A reason's rule ends with the key of the question that was put to the model.
_ANSWER = re.compile(r"[0-9a-f]{64}$")
_AGAIN = "recommencez dans un instant"


class Erasure(Persons):
    """core.erasure.People."""

    # ---- before

    def calm(self, person: Person, author: str, now: datetime) -> int:
        """Before anything is erased: give up what is unfinished, close his cases; how many effects were dropped.

        Raises UserError while an effect or a message of his is under way.
        """
        ids, letters = [case.id for case in person.cases], [letter.id for letter in person.letters]

        def work(connection: Connection) -> int:
            head = self._lock_head(connection)
            left: list[Any] = []
            for some in chunks(sorted(ids)):
                keys = select(outbox.c.key).where(outbox.c.case_id.in_(some), outbox.c.state.not_in((*DONE, "dropped")))
                left += self._lock(connection, connection.execute(keys).scalars())
            if any(row["state"] in ("sending", "uncertain") for row in left):
                raise UserError("un envoi de ces dossiers est en cours", todo=_AGAIN)
            self._none_waits(connection, letters)
            lines = [JournalEntry(now, row["case_id"], "dropped", {"effect": row["key"]}, "", author) for row in left]
            self._finish(connection, [End(row, "dropped", attempts=row["attempts"]) for row in left], now)
            for case in self._locked_cases(connection, ids):
                connection.execute(delete(deadlines).where(deadlines.c.case_id == case.id))
                connection.execute(update(events).where(events.c.case_id == case.id).values(waiting=False))
                if case.open:
                    ended = replace(case, version=case.version + 1, stage="closed", closed_at=now, updated_at=now)
                    self._keep_case(connection, ended)
                    lines.append(JournalEntry(now, case.id, "erasure.closed", {"was": case.stage}, "", author))
            self._append(connection, head, lines)
            return len(left)

        return self.db.write(work)

    def _none_waits(self, connection: Connection, letters: Sequence[int]) -> None:
        for some in chunks(letters):
            query = select(inbox.c.id).where(inbox.c.id.in_(some), inbox.c.state.in_(("new", "read")))
            if connection.execute(query).first():
                raise UserError("un message de cette personne est en cours de traitement", todo=_AGAIN)

    def _locked_cases(self, connection: Connection, ids: Sequence[str]) -> list[Case]:
        found: list[Case] = []
        for some in chunks(sorted(ids)):
            query = select(cases.c.id, cases.c.body).where(cases.c.id.in_(some)).order_by(cases.c.id)
            found += self._cases(connection.execute(query.with_for_update()))
        return found

    def _keep_case(self, connection: Connection, case: Case) -> None:
        row = self._case_row(case, case_words(case))
        connection.execute(update(cases).where(cases.c.id == case.id).values(row))
        connection.execute(update(case_lines).where(case_lines.c.case_id == case.id).values(stage=case.stage))

    # ---- erasing

    def erase_person(self, person: Person, told: Mapping[str, Any], author: str, now: datetime) -> dict[str, int]:
        """Erase him in one transaction, with the receipt's line in the journal; how much of what.

        Raises UserError when something came since the person was read.
        """
        ids, letters = [case.id for case in person.cases], [letter.id for letter in person.letters]

        def work(connection: Connection) -> dict[str, int]:
            head = self._lock_head(connection)
            self._nothing_new(connection, person)
            keys = self._answers_about(connection, ids, letters)
            prose = self._prose_about(connection, set(letters), set(ids))
            lines = self._erase_texts(connection, ids, author, now)
            count = {
                "texts": sum(int(line.data["count"]) for line in lines) + self._erase(connection, prose),
                "files": self._give_up(connection, ids, letters, now),
                "messages": self._erase_letters(connection, letters, now),
                "cases": self._erase_cases(connection, ids, now),
                "effects": self._erase_effects(connection, ids),
                "contacts": self._erase_contacts(connection, person.addresses),
                "answers": 0,
            }
            for some in chunks(sorted(keys)):
                gone = update(answers).where(answers.c.key.in_(some), answers.c.body.is_not(None)).values(body=None)
                count["answers"] += connection.execute(gone).rowcount
            receipt = JournalEntry(now, "", "person.erased", {"person": person.mark, **count, **told}, "", author)
            self._append(connection, head, [*lines, receipt])
            return count

        return self.db.write(work)

    def _nothing_new(self, connection: Connection, person: Person) -> None:
        ids = {case.id for case in person.cases}
        self._none_waits(connection, [letter.id for letter in person.letters])
        hashes = sorted(self._hashes(person.addresses))
        mine = select(cases.c.id).where(or_(cases.c.email_hash.in_(hashes), cases.c.phone_hash.in_(hashes)))
        new = set(connection.execute(mine).scalars()) - ids
        for some in chunks(sorted(ids)):
            new |= set(connection.execute(select(inbox.c.id).where(inbox.c.case_id.in_(some))).scalars()) - {
                letter.id for letter in person.letters
            }
            effects = select(outbox.c.key, outbox.c.state).where(outbox.c.case_id.in_(some))
            known = {row.effect.key: row.state for rows in person.effects.values() for row in rows}
            new |= {
                row.key
                for row in connection.execute(effects)
                if row.state not in ENDED or row.state == "parked" or known.get(row.key) != row.state
            }
        if new:
            raise UserError("quelque chose est arrivé dans ces dossiers entre-temps", todo=_AGAIN)

    def _answers_about(self, connection: Connection, ids: Sequence[str], letters: Sequence[int]) -> set[str]:
        """Keys of the questions that were put to the model about these messages."""
        found: set[str] = set()
        for some in chunks(letters):
            query = select(readings.c.inbox_id, readings.c.body).where(readings.c.inbox_id.in_(some))
            for row in connection.execute(query):
                _, message, plain = self.keys.unseal("readings", str(row.inbox_id), row.body).split(b"\n", 2)
                reasons = codec.load(Reading, plain).reasons
                found |= {match[0] for reason in reasons if (match := _ANSWER.search(reason.rule))}
                found |= {document.paid for document in codec.load(Message, message).documents if document.paid}
        for part in chunks(sorted(ids)):
            asked = select(journal.c.data).where(journal.c.case_id.in_(part), journal.c.kind == "model.read")
            found |= {
                match[1]
                for data in connection.execute(asked).scalars()
                if (match := re.search(r'"answer":"([0-9a-f]{64})"', data))
            }
        return found

    def _prose_about(self, connection: Connection, letters: set[int], ids: set[str]) -> list[str]:
        """Texts of the journal that speak of his messages outside his own cases."""
        query = (
            select(journal.c.data, journal.c.text_id, journal.c.case_id)
            .join(texts, texts.c.id == journal.c.text_id)
            .where(texts.c.body.is_not(None), journal.c.data.like('%"message":%'))
        )
        found = []
        for row in connection.execute(query):
            number = re.search(r'"message":(\d+)', row.data)
            if number and int(number[1]) in letters and row.case_id not in ids:
                found.append(row.text_id)
        return found

    def _give_up(self, connection: Connection, ids: Sequence[str], letters: Sequence[int], now: datetime) -> int:
        """Mark what the spool holds for them; how many contents."""
        owners = [*(f"case:{id}" for id in ids), *(f"message:{id}" for id in letters)]
        digests: set[str] = set()
        for some in chunks(owners):
            digests |= set(connection.execute(select(files.c.sha256).where(files.c.owner.in_(some))).scalars())
            connection.execute(delete(files).where(files.c.owner.in_(some)))
        for part in chunks(letters):
            raw = select(inbox.c.raw).where(inbox.c.id.in_(part), inbox.c.raw != "")
            digests |= set(connection.execute(raw).scalars())
        self._mark(connection, digests, now)
        erase_documents(connection, sorted(digests))
        return len(digests)

    def _mark(self, connection: Connection, digests: set[str], now: datetime) -> None:
        rows = [{"sha256": d, "owner": ERASED, "size": 0, "family": "other", "at": now} for d in sorted(digests)]
        for some in chunks(rows):
            connection.execute(insert_or(connection, files).on_conflict_do_nothing(), list(some))

    def _erase_letters(self, connection: Connection, letters: Sequence[int], now: datetime) -> int:
        """The identity's hash stays: the same message found again is no new one."""
        for some in chunks(letters):
            connection.execute(delete(readings).where(readings.c.inbox_id.in_(some)))
            rows = connection.execute(select(inbox.c.id, inbox.c.identity_hash, inbox.c.state).where(inbox.c.id.in_(some)))
            for row in rows.all():
                body = self._seal_json("inbox", row.identity_hash, {"identity": "", "hints": {}})
                state = "dropped" if row.state == "parked" else row.state
                gone = {"body": body, "raw": "", "error": None, "state": state, "changed_at": now}
                connection.execute(update(inbox).where(inbox.c.id == row.id).values(gone))
        return len(letters)

    def _erase_cases(self, connection: Connection, ids: Sequence[str], now: datetime) -> int:
        for some in chunks(sorted(ids)):
            for table in (threads, deadlines, events, lessons):
                connection.execute(delete(table).where(table.c.case_id.in_(some)))
            connection.execute(delete(words).where(words.c.kind == "case", words.c.owner.in_(some)))
        self._erase_entries(connection, ids)
        for case in self._locked_cases(connection, ids):
            blank = blank_case(case, now)
            self._keep_case(connection, blank)
            self._keep_words(connection, "case", [(case.id, case_words(blank))])
        return len(ids)

    def _erase_effects(self, connection: Connection, ids: Sequence[str], *, receipts: bool = True) -> int:
        """Empty their payloads of words; with the receipts, unless what they point at goes on living."""
        keys: list[str] = []
        for some in chunks(sorted(ids)):
            keys += connection.execute(select(outbox.c.key).where(outbox.c.case_id.in_(some))).scalars()
        for row in self._lock(connection, keys):
            blank = blank_effect(codec.load(Effect, self.keys.unseal("outbox", row["key"], row["payload"])))
            payload = self.keys.seal("outbox", row["key"], codec.dump(blank))
            gone = {"payload": payload, "error": None} | ({"receipt": None} if receipts else {})
            connection.execute(update(outbox).where(outbox.c.key == row["key"]).values(gone))
        return len(keys)

    def _erase_contacts(self, connection: Connection, addresses: Sequence[str]) -> int:
        ids = [row.id for row in self._contacts(connection, addresses)]
        for some in chunks(ids):
            connection.execute(delete(words).where(words.c.kind == "contact", words.c.owner.in_(some)))
            connection.execute(delete(contacts).where(contacts.c.id.in_(some)))
        connection.execute(delete(notices).where(notices.c.person_hash.in_(sorted(self._hashes(addresses)))))
        return len(ids)

    # ---- the spool

    def sweep(self, limit: int) -> list[str]:
        """Digests of the spool that were given up and that nobody owns."""

        def work(connection: Connection) -> list[str]:
            marked = select(files.c.sha256).where(files.c.owner == ERASED).order_by(files.c.sha256).limit(limit)
            digests = list(connection.execute(marked).scalars())
            owned: set[str] = set()
            for some in chunks(digests):
                others = select(files.c.sha256).where(files.c.sha256.in_(some), files.c.owner != ERASED)
                owned |= set(connection.execute(others).scalars())
                owned |= set(connection.execute(select(inbox.c.raw).where(inbox.c.raw.in_(some))).scalars())
            self._unmark(connection, sorted(owned))
            return [digest for digest in digests if digest not in owned]

        with self.db.read() as connection:
            if not connection.execute(select(func.count()).select_from(files).where(files.c.owner == ERASED)).scalar():
                return []
        return self.db.write(work)

    def swept(self, digests: Sequence[str]) -> None:
        """They are off the spool."""
        if digests:
            self.db.write(lambda connection: self._unmark(connection, digests))

    def _unmark(self, connection: Connection, digests: Sequence[str]) -> None:
        for some in chunks(digests):
            connection.execute(delete(files).where(files.c.sha256.in_(some), files.c.owner == ERASED))
