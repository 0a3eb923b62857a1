"""Cases, messages and news as the desk lists them. Two steps: which rows, by an index alone; then those few rows' bodies."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    type_coerce,
)

from core import codec
from core.case import Case
from core.message import Message
from core.ports import DeadlineRow
from core.reading import Reading
from core.views import WAITS, CaseFilter, CaseRow, Moment, Page, ReceivedRow, Said
from store.base import MILLIONTHS, chunks
from store.reader import Reader
from store.tables import cases, deadlines, events, inbox, journal, microseconds, moment, outbox, readings, words
from store.words import Words, asked_words

#: A word that so few cases hold leads to them; a commoner one is looked for while walking the list.
RARE = 2_000


class CaseViews(Reader, Words):
    """Lists of cases, and what belongs to one."""

    def find_cases(self, which: CaseFilter, *, limit: int, after: str = "") -> Page[CaseRow]:
        """Cases in order, at most ``limit``. Raises ValueError when ``after`` is not what a page before gave."""
        by = cases.c.updated_at if which.order == "updated" else cases.c.opened_at
        with self.db.read() as connection:
            query = self._filtered(connection, which, select(cases.c.id, by.label("by")))
            if query is None:
                return Page(())
            place = read_place(after) if after else None
            if which.order == "oldest":
                if place is not None:
                    query = query.where(or_(by > place[0], and_(by == place[0], cases.c.id > place[1])), by >= place[0])
                query = query.order_by(by, cases.c.id)
            else:
                if place is not None:
                    query = query.where(or_(by < place[0], and_(by == place[0], cases.c.id < place[1])), by <= place[0])
                query = query.order_by(by.desc(), cases.c.id.desc())
            found = connection.execute(query.limit(limit + 1)).all()
            rows = self._case_rows(connection, [row.id for row in found[:limit]])
            return Page(tuple(rows), make_place(found[limit - 1].by, found[limit - 1].id) if len(found) > limit else "")

    def count_cases(self, which: CaseFilter, *, most: int = 1_000) -> int:
        """How many there are; counting ends at ``most``."""
        with self.db.read() as connection:
            query = self._filtered(connection, which, select(literal(1).label("one")).select_from(cases), counted=True)
            if query is None:
                return 0
            return int(connection.execute(select(func.count()).select_from(query.limit(most).subquery())).scalar_one())

    def _filtered(
        self, connection: Connection, which: CaseFilter, query: Select[Any], *, counted: bool = False
    ) -> Select[Any] | None:
        """The query over the cases meant, walking the index of their order; None when there certainly are none.

        ``counted``: in no order, so that where the stage is all that is asked its own index has the answer.
        """
        stages = set(which.stages) & set(WAITS[which.waits]) if which.stages and which.waits else set(which.stages)
        if which.waits and not which.stages:
            stages = set(WAITS[which.waits])
        if which.waits and which.stages and not stages:
            return None
        # A list walks the index of its order, which holds all these columns. On SQLite a plus keeps others out of it: that of
        # stages would have every row looked at for the rest, and sorted.
        alone = counted and not (which.channels or which.kinds or which.business or which.since or which.until)
        stage = cases.c.stage if alone else aside(connection, cases.c.stage)
        opened_at = aside(connection, cases.c.opened_at) if which.order == "updated" else cases.c.opened_at
        some: Iterable[tuple[ColumnElement[str], Iterable[str]]] = (
            (stage, stages),
            (cases.c.channel, which.channels),
            (cases.c.kind, which.kinds),
            (cases.c.business, [which.business] if which.business else []),
        )
        for name, values in some:
            if chosen := sorted(set(values)):
                query = query.where(name.in_(chosen))
        if which.since is not None:
            query = query.where(opened_at >= which.since)
        if which.until is not None:
            query = query.where(opened_at < which.until)
        walk = True
        if which.person:
            digest = self.keys.person(which.person)
            query = query.where(or_(cases.c.email_hash == digest, cases.c.phone_hash == digest))
            walk = False
        if which.search.strip():
            found = self._with_words(connection, "case", which.search, cases.c.id, lead=walk)
            if found is None:
                return None
            query = query.where(*found)
        return query

    def _with_words(
        self, connection: Connection, kind: str, search: str, owner: ColumnElement[str], *, lead: bool = True
    ) -> list[ColumnElement[bool]] | None:
        """The conditions that every word searched for is known of the owner; None when one is known of nobody.

        ``lead``: a rare word may lead the way, instead of the index that is walked.
        """
        asked = asked_words(search)
        if not asked:
            return None
        found: list[ColumnElement[bool]] = []
        for word, count in self._rarest(connection, kind, [self._word(w) for w in asked]):
            if not count:
                return None
            if count <= RARE and lead:
                found.append(owner.in_(select(words.c.owner).where(words.c.word == word, words.c.kind == kind)))
                lead = False
            else:
                found.append(exists().where(words.c.word == word, words.c.kind == kind, words.c.owner == owner))
        return found

    def _rarest(self, connection: Connection, kind: str, asked: Sequence[int]) -> list[tuple[int, int]]:
        """(word, how many have it), the rarest first; counting ends above RARE."""
        found = []
        for word in dict.fromkeys(asked):
            few = select(literal(1).label("one")).where(words.c.word == word, words.c.kind == kind).limit(RARE + 1).subquery()
            found.append((word, int(connection.execute(select(func.count()).select_from(few)).scalar_one())))
        return sorted(found, key=lambda one: one[1])

    def case_rows(self, case_ids: Sequence[str]) -> list[CaseRow]:
        """These cases as a list has them, in that order; unknown ones are left out."""
        with self.db.read() as connection:
            return self._case_rows(connection, case_ids)

    def _case_rows(self, connection: Connection, ids: Sequence[str]) -> list[CaseRow]:
        rows: dict[str, Row[Any]] = {}
        parked: dict[str, int] = {}
        names = (cases.c.id, cases.c.body, cases.c.answered_at, cases.c.offer, cases.c.amount, cases.c.unit, cases.c.channel)
        for some in chunks(ids):
            rows |= {row.id: row for row in connection.execute(select(*names).where(cases.c.id.in_(some)))}
            stuck = select(outbox.c.case_id, func.count().label("n")).where(
                outbox.c.case_id.in_(some), outbox.c.state == "parked"
            )
            parked |= {row.case_id: row.n for row in connection.execute(stuck.group_by(outbox.c.case_id))}
        due = self._deadlines(connection, ids)
        found = []
        for id in ids:
            if (row := rows.get(id)) is None:
                continue
            case = codec.load(Case, self.keys.unseal("cases", id, row.body))
            found.append(
                CaseRow(
                    id=id,
                    ref=case.ref,
                    business=case.business,
                    directive=case.directive,
                    kind=case.kind,
                    stage=case.stage,
                    channel=row.channel,
                    subject=case.subject,
                    party=case.party,
                    amount=amount_of(row.amount),
                    unit=row.unit,
                    opened_at=case.opened_at,
                    updated_at=case.updated_at,
                    offer=row.offer,
                    closed_at=case.closed_at,
                    due=next(iter(due.get(id, ())), None),
                    answered=row.answered_at - case.opened_at if row.answered_at else None,
                    parked=parked.get(id, 0),
                    cancelled=case.cancelled,
                )
            )
        return found

    def case_deadlines(self, case_ids: Sequence[str]) -> dict[str, list[DeadlineRow]]:
        """The deadlines of these cases, soonest first; cases without are left out."""
        with self.db.read() as connection:
            return self._deadlines(connection, case_ids)

    def _deadlines(self, connection: Connection, ids: Sequence[str]) -> dict[str, list[DeadlineRow]]:
        found: dict[str, list[DeadlineRow]] = {}
        for some in chunks(ids):
            query = select(deadlines).where(deadlines.c.case_id.in_(some)).order_by(deadlines.c.due, deadlines.c.name)
            for row in connection.execute(query):
                found.setdefault(row.case_id, []).append(DeadlineRow(row.case_id, row.name, row.due))
        return found

    # ---- messages

    def said(self, case_id: str) -> list[Said]:
        """Every message of the case that was read, in the order they were taken."""
        return self._said(_SAID.where(inbox.c.case_id == case_id).order_by(inbox.c.id))

    def message(self, inbox_id: int) -> Said | None:
        """One message, None when there is none of that number or it was not read yet."""
        if not 0 < inbox_id < 2**63:
            return None
        return next(iter(self._said(_SAID.where(inbox.c.id == inbox_id))), None)

    def recent(self, limit: int) -> list[Said]:
        """The last messages that a person wrote and that were decided, the newest first."""
        query = _SAID.where(inbox.c.state == "decided", inbox.c.outcome.in_(("opened", "joined")))
        return self._said(query.order_by(inbox.c.id.desc()).limit(limit))

    def _said(self, query: Select[Any]) -> list[Said]:
        with self.db.read() as connection:
            rows = connection.execute(query).all()
        found = []
        for row in rows:
            plain = self.keys.unseal("readings", str(row.id), row.reading)
            _, message, reading = plain.split(b"\n", 2)
            found.append(
                Said(
                    row.id, row.channel, row.received_at, codec.load(Message, message), codec.load(Reading, reading), row.state,
                    row.outcome,
                )
            )  # fmt: skip
        return found

    def received(self, *, states: Sequence[str] = (), channel: str = "", limit: int, after: int = 0) -> list[ReceivedRow]:
        """Messages in these states, of that channel, the last taken first; those before number ``after`` where one is given."""
        names = (
            "id",
            "channel",
            "inbox",
            "received_at",
            "taken_at",
            "state",
            "outcome",
            "attempts",
            "case_id",
            "identity_hash",
            "error",
        )
        query = (
            select(*(inbox.c[name] for name in names), readings.c.body.label("reading"))
            .join(readings, readings.c.inbox_id == inbox.c.id, isouter=True)
            .order_by(inbox.c.id.desc())
            .limit(limit)
        )
        if states:
            query = query.where(inbox.c.state.in_(sorted(set(states))))
        if channel:
            query = query.where(inbox.c.channel == channel)
        if after:
            query = query.where(inbox.c.id < after)
        with self.db.read() as connection:
            rows = connection.execute(query).all()
        found = []
        for row in rows:
            message: Message | None = None
            if row.reading is not None:
                plain = self.keys.unseal("readings", str(row.id), row.reading)
                message = codec.load(Message, plain.split(b"\n", 2)[1])
            sender, subject = (
                (message.sender.name or message.sender.email, message.subject) if message is not None else ("", "")
            )
            error = self._text("inbox", row.identity_hash, row.error)
            found.append(
                ReceivedRow(
                    row.id, row.channel, row.inbox, row.received_at, row.taken_at, row.state, row.outcome, row.attempts,
                    row.case_id or "", sender, subject, error,
                )
            )  # fmt: skip
        return found

    def received_since(self, since: datetime, channel: str) -> tuple[int, datetime | None]:
        """(how many messages came on the channel since then, when the last of all came)."""
        mine = inbox.c.channel == channel
        with self.db.read() as connection:
            number = connection.execute(
                select(func.count()).select_from(inbox).where(mine, inbox.c.taken_at >= since)
            ).scalar_one()
            last = connection.execute(select(inbox.c.taken_at).where(mine).order_by(inbox.c.taken_at.desc()).limit(1)).scalar()
        return int(number), last

    # ---- news

    def waiting_event(self, event_id: str) -> bool | None:
        """Whether an event that was handed to the clerk still waits; None when there is no such one."""
        with self.db.read() as connection:
            found = connection.execute(select(events.c.waiting).where(events.c.id == event_id)).scalar()
        return None if found is None else bool(found)

    def event_body(self, event_id: str) -> str | None:
        """The event that was handed to the clerk, as JSON; None when there is no such one."""
        with self.db.read() as connection:
            found = connection.execute(select(events.c.body).where(events.c.id == event_id)).scalar()
        return None if found is None else self.keys.unseal("events", event_id, found).decode()

    def head_seq(self) -> int:
        """The number of the journal's last line, 0 when it is empty."""
        with self.db.read() as connection:
            return int(connection.execute(select(func.max(journal.c.seq))).scalar() or 0)

    def moments(self, after: int, limit: int) -> list[Moment]:
        """Lines of the journal behind that number, oldest first."""
        names = (journal.c.seq, journal.c.case_id, journal.c.kind, journal.c.at)
        query = select(*names).where(journal.c.seq > after).order_by(journal.c.seq).limit(limit)
        with self.db.read() as connection:
            return [Moment(row.seq, row.case_id, row.kind, row.at) for row in connection.execute(query)]


_SAID = select(
    inbox.c.id, inbox.c.channel, inbox.c.received_at, inbox.c.state, inbox.c.outcome, readings.c.body.label("reading")
).join(readings, readings.c.inbox_id == inbox.c.id)


def aside(connection: Connection, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The column as a condition that leads to no index of SQLite's."""
    if connection.dialect.name != "sqlite":
        return column
    return type_coerce(literal_column(f"+{column}"), column.type)


def make_place(at: datetime, id: str) -> str:
    """A place in a list, as a page hands it out."""
    return base64.urlsafe_b64encode(f"{microseconds(at)}:{id}".encode()).decode().rstrip("=")


def read_place(text: str) -> tuple[datetime, str]:
    """What ``make_place`` was given. Raises ValueError."""
    try:
        plain = base64.b64decode(text[:400] + "=" * (-len(text[:400]) % 4), altchars=b"-_", validate=True).decode()
        at, _, id = plain.partition(":")
        if not id:
            raise ValueError
        return moment(int(at)), id.replace("\0", "")
    except (ValueError, OverflowError) as error:
        raise ValueError("not a place in a list") from error


def amount_of(millionths: int | None) -> Decimal | None:
    """The amount of so many millionths."""
    return None if millionths is None else Decimal(millionths) / MILLIONTHS
