"""What the engine asks of the store: its transactions by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, Protocol, TypeVar

from core.accounts import Accounts
from core.case import Case, Party
from core.message import Channel
from core.model import Answer, AnswerRow, Spent
from core.outside import OutsideCalls
from core.papers import Papers
from core.ports.rows import (
    Change,
    DeadlineRow,
    Delivery,
    Found,
    Healing,
    InboxRow,
    JournalEntry,
    OutboxRow,
    ParkedRow,
    PendingEvent,
    Posted,
    ReadRow,
    Settled,
    Taken,
)

T = TypeVar("T")


class Records(Protocol):
    """Where the embedded stand-ins keep their tickets, contacts and tasks: the store's own table."""

    def put(self, system: str, key: str, data: Mapping[str, Any], now: datetime) -> tuple[str, bool]:
        """Store under a key if it is not there yet: (the record's id, whether it is new)."""

    def update(self, system: str, id: str, data: Mapping[str, Any]) -> bool:
        """Merge into the record of that id; False when there is none."""

    def remove(self, system: str, id: str) -> bool:
        """Delete the record of that id for good; whether it was there."""

    def get(self, system: str, key: str) -> tuple[str, Mapping[str, Any]] | None:
        """(id, data) of the record with that key."""

    def all(self, system: str) -> Iterable[tuple[str, str, Mapping[str, Any]]]:
        """(id, key, data) of every record, oldest first."""

    def at_once(self, work: Callable[[Records], T]) -> T:
        """What the function does with the records that it is given, in one commit: all of it, or nothing when it raises."""


class Answers(Protocol):
    """The questions that were put to a language model, kept by their hash (core.model.question_key)."""

    def answer(self, key: str) -> AnswerRow | None:
        """What is known of that question, None when it was never put."""

    def reserve_answer(
        self, key: str, model: str, cost: Decimal, budget: Decimal | None, now: datetime
    ) -> Literal["free", "known", "over"]:
        """Before a question is put: set its cost aside. "known": it was put before. "over": the month's budget would not hold it.

        ``budget`` is in US dollars for a calendar month (UTC), None for no limit. Models that hear (core.model.voice) have their own.
        """

    def keep_answer(self, key: str, answer: Answer, now: datetime) -> None:
        """Keep what was paid for, before it is used."""

    def release_answer(self, key: str) -> None:
        """The question was certainly not answered: it costs nothing and may be put again."""

    def spent(self, month: date, model: str = "") -> Spent:
        """What the questions of the month of that day (UTC) came to: to models that read, or to those that hear as ``model`` does."""

    def forget_answers(self, before: datetime) -> int:
        """Erase the words of answers older than that; their figures stay. How many."""


class Lookup(Protocol):
    """What the edge asks: it hands messages over, and looks up what became of them."""

    def receive(self, inbox: str, channel: Channel, items: Sequence[Taken], now: datetime) -> int:
        """Like ``take`` for messages that were told rather than polled: the inbox's cursor stays as it is."""

    def posted(self, identity: str) -> Posted | None:
        """The message of that identity, None when it was never taken."""

    def waiting_acts(self, case_id: str) -> list[PendingEvent]:
        """Acts about the case that were handed over and that the clerk has not decided yet, oldest first."""

    def deliveries(self, case_id: str) -> list[Delivery]:
        """Every effect of the case in the order of decision."""

    def named(self, name: str, id: str) -> str:
        """The case whose effect of that name ("ticket", "task") was answered with that id; '' when there is none."""

    def tally(self) -> list[tuple[str, str, str, int]]:
        """How many messages there are by (channel, state, outcome)."""

    def waiting(self, now: datetime) -> dict[str, datetime]:
        """By lane, since when its oldest piece of work could have been done; lanes with nothing to do are left out."""

    def notes(self) -> dict[str, tuple[bool, datetime, datetime | None]]:
        """By lane: (whether it is well, when it last gave a sign of life, when it last worked well)."""


class Store(Records, Answers, Lookup, Accounts, OutsideCalls, Papers, Protocol):
    """The transactions by name. Each is one commit or none; safe from any thread.

    Times are aware datetimes in UTC, passed in, never read inside. Reads see what was committed.
    """

    # ---- intake
    def cursor(self, name: str) -> dict[str, str]:
        """The inbox's cursor, {} before the first commit."""

    def unknown(self, inbox: str, external_ids: Sequence[str]) -> list[str]:
        """Those that were never settled (taken, skipped or parked), in the same order."""

    def take(self, inbox: str, channel: Channel, items: Sequence[Taken], cursor: Mapping[str, str], now: datetime) -> int:
        """Store new messages and the cursor in one durable commit; how many are new.

        An identity that is known is settled in the ledger without a new row. An item with an ``error`` counts an attempt
        and is parked at the fifth (it shows in ``parked``); one with ``skip`` is settled as skipped.
        """

    # ---- reader
    def unread(self, limit: int, now: datetime, share: tuple[int, int] = (0, 1)) -> list[InboxRow]:
        """Messages to read, oldest first, whose time has come; of ``n`` readers that share them those of number ``i``: (i, n)."""

    def save_readings(self, done: Sequence[ReadRow], failed: Sequence[tuple[int, str, datetime | None]], now: datetime) -> None:
        """Keep readings; a failed one (row id, why, next try) is tried again at that time, or parked when None."""

    def heal(self, version: str, attempts: int, now: datetime) -> int:
        """Let what is parked with its raw bytes be read again, if that version of the reading has not tried yet; how much.

        ``attempts`` is what they count as.
        """

    def healing(self) -> Healing | None:
        """The round of ``heal`` that is under way; None when there is none."""

    def healed(self, found: Healing, letter: Change | None, now: datetime) -> bool:
        """Keep how the round ended, with the letter that tells of it, in one commit; False when somebody else has."""

    # ---- clerk
    def read_messages(self, limit: int) -> list[ReadRow]:
        """Read messages in the order they were taken; stops before one that is still to be read for the first time."""

    def pending_events(self, limit: int) -> list[PendingEvent]:
        """Events that wait, oldest first."""

    def add_event(self, event: PendingEvent) -> bool:
        """Hand an operator's act to the clerk; False when its id is already known."""

    def due(self, now: datetime, limit: int) -> list[DeadlineRow]:
        """Deadlines that have passed, oldest first."""

    def next_due(self) -> datetime | None:
        """When the next deadline or waiting retry of any lane comes."""

    def find(self, refs: Sequence[str], thread_ids: Sequence[str], people: Sequence[str]) -> Found:
        """Where the clues lead. ``people`` are addresses or numbers, looked up by keyed hash."""

    def cases(self, ids: Sequence[str]) -> dict[str, Case]:
        """Cases by id; unknown ids are left out."""

    def past_cases(self, people: Sequence[str], business: str, directive: str, limit: int) -> list[Case]:
        """Requests of these people by that directive that were handed on or done, the last changed first."""

    def parties(self, people: Sequence[str]) -> dict[str, Party]:
        """Who is known under these addresses or numbers: the person with all that is known of him. Unknown ones are left out."""

    def noticed(self, people: Sequence[str], since: datetime) -> frozenset[str]:
        """Which of them got an automatic notice since then."""

    def commit(self, changes: Sequence[Change], now: datetime) -> None:
        """All of it or nothing. Raises Conflict when a case's version is not the expected one."""

    # ---- courier
    def ready(self, system: str, now: datetime, limit: int, kind: str = "") -> list[OutboxRow]:
        """Effects of that system whose time has come and that wait for no other, in the order they were decided.

        ``kind`` "" takes every kind.
        """

    def queued(self, system: str, now: datetime, limit: int) -> dict[str, int]:
        """How many effects are ready, by kind; at most ``limit`` are counted in all."""

    def coming(self, system: str, kind: str, now: datetime) -> bool:
        """Whether more of that kind may be ready in a moment.

        Messages or events wait for reader or clerk, or another system has or is about to have in hand what some of that kind wait for.
        """

    def sending(self, keys: Sequence[str], now: datetime) -> list[str]:
        """Mark as being sent, right before the outside call; those that were still free."""

    def settle(self, outcomes: Sequence[Settled], now: datetime) -> set[str]:
        """Keep how attempts ended, free what waited for them, and tell the clerk of every end: the systems whose effects were freed."""

    def lost(
        self, key: str, id: str, why: str, now: datetime, *, again: bool = False
    ) -> Literal["parked", "again", "early", "over"]:
        """A text that was taken outside, with that id, never reached its reader: it is parked, and the clerk is told.

        ``again``: sent once more it may arrive, since the outlet knows better now; so it goes out anew a few times.
        "early": we do not know yet that it was taken. "over": it ended otherwise, was sent anew since, or there is none of that key.
        """

    def recover(self, system: str, now: datetime, look_at: datetime) -> int:
        """After a start: what was being sent becomes uncertain, to be looked up at that time. How many."""

    def hurry(self, now: datetime) -> int:
        """Effects that wait for their next try go again at once; how many. Uncertain ones keep their time."""

    # ---- operators
    def parked(self) -> list[ParkedRow]:
        """What needs a person, oldest first."""

    def retry(self, ids: Sequence[str], now: datetime, author: str = "") -> int:
        """Let parked things go again; how many."""

    def drop(self, ids: Sequence[str], author: str, now: datetime) -> int:
        """Give parked things up; how many. What needed a dropped effect is parked with the reason."""

    def list_cases(self, *, stage: str = "", limit: int = 100, offset: int = 0) -> list[Case]:
        """Cases, the last changed first."""

    def outbox(self, case_id: str) -> list[OutboxRow]:
        """Every effect of the case in the order of decision."""

    def history(self, case_id: str) -> list[tuple[int, JournalEntry]]:
        """The journal of the case, oldest first."""

    # ---- directives
    def keep_directives(self, business: str, revision: str, documents: Mapping[str, str], now: datetime) -> None:
        """Keep a revision that was published: open cases go on by it whatever is published later."""

    def directives(self, revision: str) -> tuple[str, dict[str, str]] | None:
        """(business, documents) of a revision."""

    def last_directives(self, business: str) -> tuple[str, dict[str, str]] | None:
        """(revision, documents) that were kept last: the last good ones."""

    # ---- health
    def note(self, lane: str, ok: bool, detail: str, now: datetime) -> None:
        """Keep how a lane is doing (its last success, its last trouble)."""

    def trouble(self, lane: str) -> str:
        """What is wrong with the lane by its last note, "" when nothing is."""

    def status(self, now: datetime) -> dict[str, Any]:
        """Counts of messages, cases, effects and deadlines by state, and the notes of the lanes."""

    def close(self) -> None:
        """Finish what is being written and close."""
