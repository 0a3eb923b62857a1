"""What the desk shows people: rows made to be read, and the port by which the store answers them.

Rows carry what a list needs; ``Views`` is the store's side. Searches are by words that stand in a case (its reference, names,
addresses, subject), each word whole: the store knows them by keyed hash only. Lists are paged by key: a page's ``next`` is
where the following one begins, whatever is written meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Generic, Literal, Protocol, TypeVar

from core.alerts import Alert
from core.case import Party, Stage
from core.erasure import Keeps, People
from core.events import Role
from core.figures import FigureReport
from core.lessons import Lesson
from core.message import Channel, Message
from core.nodes import NodeView
from core.ports import DeadlineRow, ParkedRow, Store
from core.reading import Reading
from core.register_views import RegisterFilter, RegisterReport, RegisterRow

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a longer list. ``next`` is what to pass as ``after`` for those behind them, '' at the end."""

    rows: tuple[T, ...]
    next: str = ""


#: Whom a case waits for, by stage.
WAITS: Mapping[str, tuple[Stage, ...]] = {
    "customer": ("waiting_info", "waiting_approval"),
    "us": ("waiting_review", "fulfilling"),
    "nobody": ("done", "rejected", "expired", "closed"),
}


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases; every condition that is set must hold.

    ``since`` and ``until`` bound the time a case was opened; aware, ``until`` itself left out. ``waits`` keeps those that wait
    for the customer, for us, or for nobody (WAITS). ``search`` are words, each of which must be known of the case.
    ``person`` is an address or number of the customer. ``order``: the last changed first, the last opened first, the first
    opened first; only the last two stand still while cases change.
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
    """A case in a list. ``due`` is its next deadline; ``answered`` how long the customer waited for the first answer.

    ``amount`` is the one approved, else the one offered last. ``offer`` is the state of that offer, '' before any.
    ``parked`` counts its effects that need a person. ``cancelled``: who asked took the request back (core.case.Case.cancelled).
    """

    id: str
    ref: str
    business: str
    directive: str
    kind: str
    stage: Stage
    channel: Channel
    subject: str
    party: Party
    amount: Decimal | None
    unit: str
    opened_at: datetime
    updated_at: datetime
    offer: str = ""
    closed_at: datetime | None = None
    due: DeadlineRow | None = None
    answered: timedelta | None = None
    parked: int = 0
    cancelled: bool = False


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
    """A person in a list. ``id`` is ours; ``address`` the postal one that somebody wrote down."""

    id: str
    party: Party
    cases: int
    open: int
    created_at: datetime
    updated_at: datetime
    address: str = ""


@dataclass(frozen=True, slots=True)
class ReceivedRow:
    """A message that came in, in a list: ``state`` and ``outcome`` as in core.ports; ``error`` why it could not be read so far.

    ``sender`` and ``subject`` are '' until it was read. ``case_id`` is '' for none.
    """

    id: int
    channel: Channel
    inbox: str
    received_at: datetime
    taken_at: datetime
    state: str
    outcome: str
    attempts: int
    case_id: str = ""
    sender: str = ""
    subject: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """A line of the journal as a list of news has it: its number, its case ('' for none) and kind."""

    seq: int
    case_id: str
    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DraftRow:
    """Documents that somebody is writing and that are not in force. ``base`` is the revision he began from.

    ``documents`` holds only those that differ from it; None for one that is to go. ``version`` counts how often it was saved.
    """

    business: str
    author: str
    base: str
    documents: Mapping[str, str | None]
    version: int
    at: datetime


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """One publication: from when on the revision was in force. ``author`` '' stands for the files themselves (an editor, git)."""

    id: int
    business: str
    revision: str
    author: str
    note: str
    at: datetime


class Views(Protocol):
    """What the store answers the desk. Reads see what was committed; none waits for the writer."""

    def find_cases(self, which: CaseFilter, *, limit: int, after: str = "") -> Page[CaseRow]:
        """Cases in order, at most ``limit``. Raises ValueError when ``after`` is not what a page before gave."""

    def count_cases(self, which: CaseFilter, *, most: int = 1_000) -> int:
        """How many there are; counting ends at ``most``."""

    def case_rows(self, case_ids: Sequence[str]) -> list[CaseRow]:
        """These cases as a list has them, in that order; unknown ones are left out."""

    def said(self, case_id: str) -> list[Said]:
        """Every message of the case that was read, in the order they were taken."""

    def message(self, inbox_id: int) -> Said | None:
        """One message, None when there is none of that number or it was not read yet."""

    def recent(self, limit: int) -> list[Said]:
        """The last messages that a person wrote and that were decided, the newest first."""

    def case_deadlines(self, case_ids: Sequence[str]) -> dict[str, list[DeadlineRow]]:
        """The deadlines of these cases, soonest first; cases without are left out."""

    def find_contacts(self, *, search: str = "", limit: int, after: str = "") -> Page[ContactRow]:
        """People, the last changed first; ``search`` as in CaseFilter, over names and addresses. Raises ValueError as find_cases."""

    def contact(self, contact_id: str) -> ContactRow | None:
        """One person, None when there is no such one."""

    def contact_cases(self, contact_id: str, *, limit: int = 200) -> list[CaseRow]:
        """The person's cases, the last changed first."""

    def save_contact(
        self, contact_id: str, party: Party, address: str, author: str, now: datetime
    ) -> tuple[Literal["saved", "taken", "unknown"], str]:
        """Keep a person as somebody at the desk says he is ('' for a new one): how it ended, and his id.

        "taken": that address or number is another's, whose id it is.
        """

    def received(self, *, states: Sequence[str] = (), channel: str = "", limit: int, after: int = 0) -> list[ReceivedRow]:
        """Messages in these states, of that channel, the last taken first; those before number ``after`` where one is given."""

    def received_since(self, since: datetime, channel: str) -> tuple[int, datetime | None]:
        """(how many messages came on the channel since then, when the last of all came)."""

    def find_parked(self, *, limit: int, after: str = "") -> Page[ParkedRow]:
        """What needs a person, oldest first. Raises ValueError as find_cases."""

    def count_parked(self, *, most: int = 1_000) -> int:
        """How much needs a person; counting ends at ``most``."""

    def waiting_event(self, event_id: str) -> bool | None:
        """Whether an event that was handed to the clerk still waits; None when there is no such one."""

    def event_body(self, event_id: str) -> str | None:
        """The event that was handed to the clerk, as JSON; None when there is no such one."""

    def report(self, since: date, until: date, zone: str, *, business: str = "") -> FigureReport:
        """The days from ``since`` to ``until`` (both among them) in that IANA zone."""

    def find_register(self, which: RegisterFilter, now: datetime, *, limit: int, after: str = "") -> Page[RegisterRow]:
        """Requests of registers in order, at most ``limit``. Raises ValueError as find_cases."""

    def count_register(self, which: RegisterFilter, now: datetime, *, most: int = 1_000) -> int:
        """How many there are; counting ends at ``most``."""

    def raised(self, case_id: str, now: datetime) -> list[Alert]:
        """What there is to look at in that request, as stored with its last decision."""

    def alert_counts(self, now: datetime, names: Sequence[str], *, most: int = 1_000) -> dict[str, int]:
        """How many there are of each of these alerts now; counting ends at ``most``, and those there are none of are left out."""

    def register_report(self, since: date, until: date, directives: Sequence[str], *, most: int = 10) -> RegisterReport:
        """The requests opened on the days from ``since`` to ``until`` (both among them), by the days of their business."""

    def head_seq(self) -> int:
        """The number of the journal's last line, 0 when it is empty."""

    def moments(self, after: int, limit: int) -> list[Moment]:
        """Lines of the journal behind that number, oldest first."""

    def lessons(self, business: str = "", *, limit: int = 10_000) -> list[Lesson]:
        """The labels of that business (of all for ''), the newest first."""

    def save_draft(self, draft: DraftRow) -> bool:
        """Keep it where the one kept has the version before (0: none is kept); False when it has not."""

    def draft(self, business: str, author: str) -> DraftRow | None:
        """That person's draft, None when there is none."""

    def drafts(self, business: str) -> list[DraftRow]:
        """Everybody's drafts of that business, the last saved first."""

    def drop_draft(self, business: str, author: str) -> bool:
        """Forget it; whether there was one."""

    def keep_publication(self, business: str, revision: str, author: str, note: str, now: datetime) -> bool:
        """Keep who put that revision in force, unless it is in force already; whether it was new."""

    def publications(self, business: str, *, limit: int = 100) -> list[PublishedRow]:
        """What was in force, the newest first."""


class DeskStore(Store, Views, Keeps, People, Protocol):
    """The store as the desk needs it."""

    def nodes(self) -> list[NodeView]:
        """The nodes that share the store, the first that came first; none where one process has everything."""
