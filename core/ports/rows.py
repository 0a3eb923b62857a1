"""What passes between the engine and the store, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from core.case import Case
from core.effects import Effect, Receipt, State
from core.lessons import Lesson
from core.message import Channel, Message
from core.papers import WantedFile
from core.ports.systems import Incoming
from core.reading import Reading
from core.register import Entry


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
    """An effect with where it stands. ``receipts`` are those of the case's named effects that its payload refers to (``refers``)."""

    effect: Effect
    state: State
    attempts: int
    next_at: datetime
    receipts: Mapping[str, Receipt]
    error: str = ""
    sent_at: datetime | None = None
    refers: bool = True


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
    ``unlock`` are files to read once more, with passwords; then the messages that they came with are decided once more.
    ``anew`` are messages (number, hints) that were decided and are to be read and decided once more, with these hints beside theirs.
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
    anew: tuple[tuple[int, Mapping[str, str]], ...] = ()
    unlock: tuple[WantedFile, ...] = ()

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
