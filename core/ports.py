"""The ports: what the engine asks of the store, of inboxes and of outside systems. Connectors and the store fill them.

The contract of an outgoing connector (``Outlet``)
    ``deliver`` gets a batch of effects of one system, in order, and answers one outcome an effect, in the same order:
    a Receipt, or one of the four errors of core.errors *as a value*. It raises the same errors only for the batch as a whole,
    before anything of it was sent (Transient, Unauthorized) or when nothing is known of any of it (Ambiguous).
    Payload references are already filled in.
    ``find`` looks effects up by their keys after an Ambiguous: a Receipt where it happened, None where it certainly did not.
    A connector whose system cannot be asked has ``findable = False``; then the courier parks rather than sends twice.

The contract of an inbox
    ``poll`` yields batches of what is new since ``cursor``. The engine stores a batch and its cursor in one commit, then calls
    ``acknowledge`` with what it stored: only then may the source be marked. Taking the same item again is harmless.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, Literal, Protocol, TypeVar, runtime_checkable

from core.accounts import Accounts
from core.case import Case, Party
from core.effects import Effect, Receipt, State
from core.errors import PortError
from core.lessons import Lesson
from core.message import Channel, Message
from core.model import Answer, AnswerRow, Question, Spent
from core.outside import OutsideCalls
from core.papers import Papers
from core.reading import Reading
from core.register import Entry

T = TypeVar("T")

# ------------------------------------------------------------------ inboxes


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing found in an inbox. ``external_id`` is unique in it (for IMAP "uidvalidity:uid").

    ``raw`` is None when it was not downloaded: too large (``size`` says), or ``error`` says why; ``head`` then holds its
    header. ``identity`` is the same for the same message however often it is found; '' lets the engine make it.
    ``skip`` says, for people, why it is deliberately left alone (older than the first day, for instance).
    """

    external_id: str
    raw: bytes | None
    size: int
    received_at: datetime
    identity: str = ""
    head: bytes = b""
    error: str = ""
    skip: str = ""
    hints: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Batch:
    """Some items of an inbox and the cursor that says everything up to them is accounted for."""

    items: tuple[Incoming, ...]
    cursor: Mapping[str, str]


class Ledger(Protocol):
    """What is already known of an inbox."""

    def unknown(self, external_ids: Sequence[str]) -> list[str]:
        """Those ids that were never settled, in the same order. An item that failed is unknown until it is parked."""


class Inbox(Protocol):
    """Where messages come from."""

    name: str
    channel: Channel
    #: Seconds between polls when nothing wakes it.
    interval: float

    def poll(self, cursor: Mapping[str, str], ledger: Ledger, limit: int) -> Iterator[Batch]:
        """Batches of at most ``limit`` new items. Raises PortError; the connection is closed then."""

    def acknowledge(self, external_ids: Sequence[str]) -> None:
        """Mark them at the source. Called after the commit; failing does no harm (they are in the ledger)."""

    def wait(self, seconds: float) -> bool:
        """Wait up to ``seconds`` for news; True when there may be some. Returns early when ``wake`` is called."""

    def wake(self) -> None:
        """Make a running ``wait`` return; safe from any thread."""

    def close(self) -> None:
        """Give the connection back."""


@runtime_checkable
class FetchesAhead(Protocol):
    """An inbox whose ``acknowledge`` may be called while another thread goes on with ``poll``."""

    fetches_ahead: Literal[True]


# ------------------------------------------------------------------ outlets


@dataclass(frozen=True, slots=True)
class Health:
    """How a connector is: ``ok`` None when it was never tried. ``detail`` is a sentence for the operator."""

    ok: bool | None
    detail: str = ""


@runtime_checkable
class Gathers(Protocol):
    """An outlet for which fuller batches cost fewer calls: the courier gives it one kind of effect at a time, and waits a little
    for a batch to fill while more is on its way."""

    #: Kinds of effects, each before those that wait for it, with the seconds that a batch of it may wait to fill.
    kinds: Mapping[str, float]


class Outlet(Protocol):
    """Where effects go."""

    @property
    def system(self) -> str:
        """Which system it is: the name of its lane."""

    #: Most effects a call of ``deliver`` takes.
    batch: int
    findable: bool
    #: Seconds that an Ambiguous must age before ``find`` can be believed: the call's timeout and the vendor's lag.
    lag: float

    def deliver(self, effects: Sequence[Effect]) -> list[Receipt | PortError]:
        """Do them; one outcome each, in order. Raises PortError for the whole batch."""

    def find(self, effects: Sequence[Effect]) -> list[Receipt | None]:
        """Look them up by key. Raises PortError."""

    def check(self) -> Health:
        """Try the credentials without changing anything."""

    def close(self) -> None:
        """Give connections back."""


# ------------------------------------------------------------------ language model


class Model(Protocol):
    """A language model that reads where the rules are unsure. Safe from several threads at once."""

    @property
    def name(self) -> str:
        """The id of the model: part of the key of every answer."""

    def ceiling(self, question: Question) -> Decimal:
        """A generous estimate of what the question can cost, in US dollars: set aside before it is put."""

    def ask(self, question: Question) -> Answer:
        """Put it. Raises PortError: Ambiguous when it may have been paid, the others when it certainly was not."""

    def check(self) -> Health:
        """Try the credentials and the model's name without paying."""

    def close(self) -> None:
        """Give connections back."""


# ------------------------------------------------------------------ spool


class Spool(Protocol):
    """The bytes of raw messages and files, under the SHA-256 of their content."""

    def put(self, content: bytes) -> str:
        """Store durably; the hex digest. Storing again is harmless."""

    def put_many(self, contents: Sequence[bytes]) -> list[str]:
        """Store all of them durably, for little more than the cost of one; their digests in order."""

    def get(self, sha256: str) -> bytes:
        """The whole content. Raises KeyError."""

    def open(self, sha256: str) -> BinaryIO:
        """The content as a stream. Raises KeyError."""

    def path(self, sha256: str) -> AbstractContextManager[Path]:
        """The content as a readable file for the time of the context. Raises KeyError."""

    def forget(self, sha256: str, idle: float) -> bool:
        """Remove it unless it was stored, again or for the first time, in the last ``idle`` seconds; whether it is gone."""


# ------------------------------------------------------------------ store


@dataclass(frozen=True, slots=True)
class Taken:
    """An incoming item as the engine hands it to the store: its identity is settled and its bytes are in the spool.

    ``raw`` is the spool's digest, '' when nothing was downloaded (then ``item.error`` or ``item.skip`` says why).
    """

    item: Incoming
    identity: str
    raw: str


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A stored incoming message on its way: new > read > decided, or parked, or skipped."""

    id: int
    inbox: str
    channel: Channel
    external_id: str
    identity: str
    raw: str
    size: int
    received_at: datetime
    taken_at: datetime
    hints: Mapping[str, str]
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A message that was read and waits for its decision. ``fingerprint`` is the hash of what it says, whatever its road."""

    row: InboxRow
    message: Message
    reading: Reading
    fingerprint: str


@dataclass(frozen=True, slots=True)
class DeadlineRow:
    """A deadline of a case."""

    case_id: str
    name: str
    due: datetime


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """An effect with where it stands. ``receipts`` are those of the case's named effects that its payload refers to."""

    effect: Effect
    state: State
    attempts: int
    next_at: datetime
    receipts: Mapping[str, Receipt]
    error: str = ""
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """How one attempt at an effect ended.

    ``state`` is "done" or "reconciled" (with a receipt), "intended" (again at ``next_at``), "uncertain" (look it up at
    ``next_at``) or "parked" (with ``error``). An attempt that must not be counted (the lane was stopped) says so.
    ``unreachable`` parks a text that its reader cannot get by this channel. ``line`` is the journal's line of an end from which nothing
    follows: it is written with it. Any other end becomes an event for the clerk.
    """

    key: str
    state: State
    receipt: Receipt | None = None
    error: str = ""
    next_at: datetime | None = None
    counted: bool = True
    unreachable: bool = False
    line: JournalEntry | None = None


@dataclass(frozen=True, slots=True)
class PendingEvent:
    """Something other than a message that waits for the clerk: effects that ended, operators' acts.

    ``body`` is the JSON of the event (core.codec). Effects that only need their line in the journal have ``tell`` False.
    """

    id: str
    case_id: str
    kind: Literal["done", "parked", "operator", "task"]
    body: str
    at: datetime
    tell: bool = True


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One line of the journal before it is chained. ``data`` holds references and figures only; ``text`` is erasable prose."""

    at: datetime
    case_id: str
    kind: str
    data: Mapping[str, Any]
    text: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One decision, ready to be committed: a case (new or its next version), what it wants, and what it consumes.

    ``case`` None changes no case (an ignored message, a line for the journal). ``expected_version`` is 0 for a new case.
    ``deadlines`` replaces all deadlines of the case, None leaves them. ``thread_ids`` are identities by which later messages
    find the case (message ids, fingerprints). ``inbox_id``, ``event_ids`` and ``deadline`` are settled with it; ``outcome``
    is what became of the message: "opened", "joined", "ignored", "bounce", "repeat". ``notice_to`` is an address that gets an
    automatic notice by this decision. ``drops`` are keys of parked effects that this decision replaces. ``lessons`` are labels
    that a person gave with it; ``entry`` is what the register of its directive holds of the case, None where it keeps none.
    """

    case: Case | None
    expected_version: int = 0
    effects: tuple[Effect, ...] = ()
    deadlines: tuple[tuple[str, datetime], ...] | None = None
    thread_ids: tuple[str, ...] = ()
    journal: tuple[JournalEntry, ...] = ()
    inbox_id: int | None = None
    event_ids: tuple[str, ...] = ()
    deadline: DeadlineRow | None = None
    outcome: str = ""
    notice_to: str = ""
    drops: tuple[str, ...] = ()
    lessons: tuple[Lesson, ...] = ()
    entry: Entry | None = None

    @property
    def about(self) -> str:
        """The id of the case that it is about, by the journal where it changes none; '' for no case."""
        return self.case.id if self.case is not None else next((e.case_id for e in self.journal if e.case_id), "")


@dataclass(frozen=True, slots=True)
class Healing:
    """A round of reading parked messages again with new code: of so many ``messages``, what became of them so far."""

    version: str
    messages: int
    recovered: int
    parked: int
    waiting: int


class Conflict(Exception):
    """A case changed since it was read (``case_id``): read again and decide again. Nothing of the commit was kept."""

    def __init__(self, case_id: str) -> None:
        super().__init__(case_id)
        self.case_id = case_id


@dataclass(frozen=True, slots=True)
class Found:
    """Which cases the clues lead to: case ids by reference, by thread id and by correspondent (open ones, newest first)."""

    by_ref: Mapping[str, str]
    by_thread: Mapping[str, str]
    by_person: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class ParkedRow:
    """Something that needs a person. ``id`` is what ``retry`` and ``drop`` take: "effect:<key>" or "message:<id>"."""

    id: str
    case_id: str
    ref: str
    what: str
    why: str
    since: datetime
    attempts: int


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


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of a message that was handed over. ``state`` is new, read, decided, parked or dropped.

    ``outcome`` as in Change, '' before it was decided; ``case_id`` '' while it belongs to no case.
    """

    id: int
    state: str
    outcome: str
    case_id: str
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """One effect of a case without its payload: what it is, how it stands, what the outside world answered."""

    key: str
    kind: str
    name: str
    state: State
    receipt: Receipt | None = None


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

    def settle(self, outcomes: Sequence[Settled], now: datetime) -> None:
        """Keep how attempts ended, free what waited for them, and tell the clerk of every end."""

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
