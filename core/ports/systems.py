"""What the engine asks of inboxes, outside systems, the language model and the spool.

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

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO, Literal, Protocol, runtime_checkable

from core.effects import Effect, Receipt
from core.errors import PortError
from core.message import Channel
from core.model import Answer, Question


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
