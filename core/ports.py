"""The ports: what the engine asks of the store, of inboxes and of outside systems. Connectors and the store fill them.

The contract of an outgoing connector (``Outlet``)
    ``deliver`` gets a batch of effects of one system, in order, and answers one outcome an effect, in the same order: a Receipt, or
    one of the four errors of core.errors *as a value*. It raises the same errors only for the batch as a whole, before anything of it was sent
    (Transient, Unauthorized) or when nothing is known of any of it (Ambiguous). Payload references are already filled in.
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
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Literal, Protocol, TypeVar

from core.case import Case
from core.effects import Effect, Receipt, State
from core.errors import PortError
from core.message import Channel, Message
from core.reading import Reading

T = TypeVar("T")


# ------------------------------------------------------------------ inboxes


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing found in an inbox. ``external_id`` is unique in it (for IMAP "uidvalidity:uid").

    ``raw`` is None when it was not downloaded: too large (``size`` says), or ``error`` says why; ``head`` then holds its header.
    ``identity`` is the same for the same message however often and wherever it is found (see FAILURES 7); '' lets the engine make it.
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


# ------------------------------------------------------------------ outlets


@dataclass(frozen=True, slots=True)
class Health:
    """How a connector is: ``ok`` None when it was never tried. ``detail`` is a sentence for the operator."""

    ok: bool | None
    detail: str = ""


class Outlet(Protocol):
    """Where effects go."""

    system: str
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


# ------------------------------------------------------------------ spool


class Spool(Protocol):
    """The bytes of raw messages and files, under the SHA-256 of their content."""

    def put(self, content: bytes) -> str:
        """Store durably; the hex digest. Storing again is harmless."""

    def get(self, sha256: str) -> bytes:
        """The whole content. Raises KeyError."""

    def open(self, sha256: str) -> BinaryIO:
        """The content as a stream. Raises KeyError."""

    def path(self, sha256: str) -> AbstractContextManager[Path]:
        """The content as a readable file for the time of the context. Raises KeyError."""


# ------------------------------------------------------------------ store


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A stored incoming message on its way: new > read > decided, or parked."""

    id: int
    inbox: str
    channel: Channel
    external_id: str
    identity: str
    raw: str
    size: int
    received_at: datetime
    hints: Mapping[str, str]
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A message that was read and waits for its decision."""

    row: InboxRow
    message: Message
    reading: Reading


@dataclass(frozen=True, slots=True)
class DeadlineRow:
    """A deadline of a case."""

    case_id: str
    name: str
    due: datetime


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """An effect with where it stands. ``receipts`` are those its payload refers to."""

    effect: Effect
    state: State
    attempts: int
    next_at: datetime
    receipts: Mapping[str, Receipt]
    error: str = ""
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PendingEvent:
    """Something other than a message that waits for the clerk: receipts, parked effects, operators' acts. ``body`` is its JSON."""

    id: str
    case_id: str
    kind: Literal["done", "parked", "operator"]
    body: str
    at: datetime


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
    """One decision, ready to be committed: a case (new or next version), what it wants, and what it consumes.

    ``expected_version`` is 0 for a new case. ``deadlines`` replaces all deadlines of the case. ``thread_ids`` are identities of
    messages, ours and theirs, by which later messages find the case. ``consumes`` settles what caused it.
    ``outcome`` is told of the message: "case", "ignored", "bounce", "repeat" …
    """

    case: Case | None
    expected_version: int
    effects: tuple[Effect, ...] = ()
    deadlines: tuple[tuple[str, datetime], ...] = ()
    thread_ids: tuple[str, ...] = ()
    journal: tuple[JournalEntry, ...] = ()
    inbox_id: int | None = None
    event_id: str = ""
    deadline: DeadlineRow | None = None
    outcome: str = ""
    notice_to: str = ""


class Conflict(Exception):
    """A case changed since it was read: read again and decide again."""


class Unique(Protocol):
    """A place where records of the embedded stand-ins are kept: the store's own tickets, contacts and tasks."""

    def put(self, system: str, key: str, data: Mapping[str, Any]) -> str:
        """Store under a key if it is not there yet; the record's id either way."""

    def update(self, system: str, id: str, data: Mapping[str, Any]) -> bool:
        """Merge into the record; False when there is none."""

    def get(self, system: str, key: str) -> tuple[str, Mapping[str, Any]] | None:
        """(id, data) of the record with that key."""

    def all(self, system: str) -> Iterable[tuple[str, str, Mapping[str, Any]]]:
        """(id, key, data) of every record, oldest first."""


Retry = Callable[[int], float]


class Store(Protocol):
    """The transactions by name. Each is one commit, or none. Times are aware UTC datetimes, passed in, never read inside."""

    # intake
    def cursor(self, name: str) -> dict[str, str]: ...
    def unknown(self, inbox: str, external_ids: Sequence[str]) -> list[str]: ...
    def take(self, inbox: str, channel: Channel, items: Sequence[tuple[Incoming, str, str]],
             cursor: Mapping[str, str], now: datetime) -> int: ...  # fmt: skip

    # reader
    def unread(self, limit: int, now: datetime) -> list[InboxRow]: ...
    def save_readings(self, done: Sequence[tuple[InboxRow, Message, Reading, str]],
                      failed: Sequence[tuple[InboxRow, str]], now: datetime) -> None: ...  # fmt: skip

    # clerk
    def read_messages(self, limit: int) -> list[ReadRow]: ...
    def pending_events(self, limit: int) -> list[PendingEvent]: ...
    def due(self, now: datetime, limit: int) -> list[DeadlineRow]: ...
    def case(self, case_id: str) -> Case | None: ...
    def commit(self, changes: Sequence[Change], now: datetime) -> None: ...

    # courier
    def ready(self, system: str, now: datetime, limit: int) -> list[OutboxRow]: ...
    def sending(self, keys: Sequence[str], now: datetime) -> list[str]: ...

    def close(self) -> None: ...
