"""What the desk shows people: rows made to be read, and the port by which the store answers them.

Rows carry what a list needs and nothing sealed that it does not show; ``Views`` is the store's side. Searches are by words that
stand in a case (its reference, names, addresses, subject), each word whole: the store knows them by keyed hash only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Generic, Literal, Protocol, TypeVar

from core.case import Case, Party, Stage
from core.events import Role
from core.message import Channel, Message
from core.ports import DeadlineRow
from core.reading import Reading

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a longer list. ``next`` is what to pass as ``after`` for those behind them, '' at the end."""

    rows: tuple[T, ...]
    next: str = ""


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases; every condition that is set must hold. Times are aware; ``until`` is left out itself.

    ``waits`` keeps those that wait for the customer, for us, or for nobody. ``search`` are words, each of which must be known
    of the case. ``person`` is an address or number of the customer.
    """

    stages: tuple[Stage, ...] = ()
    channels: tuple[Channel, ...] = ()
    kinds: tuple[str, ...] = ()
    business: str = ""
    since: datetime | None = None
    until: datetime | None = None
    waits: Literal["", "customer", "us", "nobody"] = ""
    person: str = ""
    search: str = ""
    order: Literal["updated", "opened", "oldest"] = "updated"


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in a list. ``due`` is its next deadline; ``answered`` how long the customer waited for the first answer."""

    id: str
    ref: str
    business: str
    kind: str
    stage: Stage
    channel: Channel
    subject: str
    party: Party
    amount: Decimal | None
    unit: str
    opened_at: datetime
    updated_at: datetime
    closed_at: datetime | None = None
    due: DeadlineRow | None = None
    answered: timedelta | None = None
    parked: int = 0


@dataclass(frozen=True, slots=True)
class Said:
    """One message as it came in, with what was understood. ``outcome`` as in core.ports.Change; ``role`` of who wrote."""

    inbox_id: int
    channel: Channel
    at: datetime
    message: Message
    reading: Reading
    state: str
    outcome: str
    role: Role = "customer"


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A person in a list. ``id`` is ours."""

    id: str
    party: Party
    cases: int
    open: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class DayCount:
    """What one day (in the asked zone) saw: messages taken by channel, cases opened and ended by kind and stage."""

    day: date
    messages: Mapping[str, int] = field(default_factory=dict)
    opened: Mapping[str, int] = field(default_factory=dict)
    ended: Mapping[str, int] = field(default_factory=dict)
    amount: Decimal = Decimal(0)
    model_cost: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Delays:
    """Medians and 90th percentiles over cases opened in a period; None where no case has come so far."""

    cases: int
    answered: timedelta | None = None
    answered_90: timedelta | None = None
    resolved: timedelta | None = None
    resolved_90: timedelta | None = None


@dataclass(frozen=True, slots=True)
class FigureReport:
    """A period in figures. ``days`` oldest first, every day of the period among them.

    ``accepted`` of ``quoted`` cases were approved; ``credits`` is the sum approved, by unit; ``spoken`` messages by language.
    """

    days: tuple[DayCount, ...]
    delays: Delays
    quoted: int
    accepted: int
    refused: int
    credits: Mapping[str, Decimal]
    stages: Mapping[str, int]
    channels: Mapping[str, int]
    kinds: Mapping[str, int]


class Views(Protocol):
    """What the store answers the desk. Reads see what was committed; none waits for the writer."""

    def find_cases(self, which: CaseFilter, *, limit: int, after: str = "") -> Page[CaseRow]:
        """Cases in order, at most ``limit``. Raises ValueError when ``after`` is not what a page before gave."""

    def count_cases(self, which: CaseFilter, *, most: int = 10_000) -> int:
        """How many there are; counting ends at ``most``."""

    def said(self, case_id: str) -> list[Said]:
        """Every message of the case, oldest first."""

    def message(self, inbox_id: int) -> Said | None:
        """One message, None when there is none of that number or it was not read yet."""

    def case_deadlines(self, case_ids: Sequence[str]) -> dict[str, list[DeadlineRow]]:
        """The deadlines of these cases, soonest first; cases without are left out."""

    def find_contacts(self, *, search: str = "", limit: int, after: str = "") -> Page[ContactRow]:
        """People, the last heard first; ``search`` as in CaseFilter."""

    def contact(self, contact_id: str) -> ContactRow | None:
        """One person, None when there is no such one."""

    def contact_cases(self, contact_id: str, *, limit: int = 200) -> list[CaseRow]:
        """The person's cases, the last changed first."""

    def report(self, since: date, until: date, zone: str, *, business: str = "") -> FigureReport:
        """The days from ``since`` to ``until`` (both among them) in that IANA zone."""

    def case(self, case_id: str) -> Case | None:
        """The whole case, None when there is no such one."""
