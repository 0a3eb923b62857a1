"""A directive, compiled: how one kind of request is handled. Built and validated by engine.directives from the documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import wraps
from typing import Literal, TypeVar

from core.condition import Condition
from core.document import Kind
from core.texts import Text

T = TypeVar("T")

FactType = Literal[
    "text",
    "choice",
    "files",
    "dimensions",
    "count",
    "quantity",
    "money",
    "date",
    "yesno",
    "details",
    "rows",
    "reference",
    "address",
]

#: A text in each language it was written in, French always among them: ``{"fr": "…", "en": "…"}``.
Localized = Mapping[str, str]


def in_language(localized: Localized, language: str) -> str:
    """The text in that language, else in French, else ''."""
    return localized.get(language) or localized.get("fr", "")


@dataclass(frozen=True, slots=True)
class Word:
    """A word or phrase that recognises something, in any inflection. A negative weight speaks against."""

    text: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Match:
    """What recognises the kind. ``files``: extensions with the dot, or families. ``threshold``: the score that is sure.

    ``facts`` are what facts weigh that the rules read in the message, by name.
    """

    words: tuple[Word, ...] = ()
    files: tuple[str, ...] = ()
    file_weight: float = 2.0
    threshold: float = 2.0
    facts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a choice fact and the words that say it."""

    value: str
    words: tuple[Word, ...] = ()
    label: Localized = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FactSpec:
    """One fact the directive needs.

    ``required`` facts hold the case at the gate ``complete``; others are asked for along with the quote when ``ask`` is given.
    ``families`` limits a files fact; ``at_least`` counts them. ``instead`` names conditions that make the fact unnecessary.
    ``after`` are the words before a free text value ("modéliser ce …") for type text; ``choices`` for type choice.
    ``units`` are spelled in ``unit_words`` and told to people by ``unit_names``, (one, many) a language; a money fact has those of what is
    counted. ``price`` tells a money fact that is the price of one from that of all.
    A date after one of the words ``near`` comes before others, but need not follow one.
    ``derive`` names the facts whose product this one is, as far as nobody wrote it. ``columns`` are the facts that every line of a
    rows fact has. ``words`` are what a details fact is made of, beside measures.
    Read with less than ``doubt`` a fact is shown as doubtful.
    """

    name: str
    type: FactType
    required: bool = True
    ask: Localized = field(default_factory=dict)
    label: Localized = field(default_factory=dict)
    families: tuple[str, ...] = ()
    at_least: int = 1
    choices: tuple[Choice, ...] = ()
    after: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    unless: Condition | None = None
    unit_words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unit_names: Mapping[str, Mapping[str, tuple[str, str]]] = field(default_factory=dict)
    price: Literal["", "unit", "total"] = ""
    derive: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    words: tuple[Word, ...] = ()
    near: tuple[str, ...] = ()
    doubt: float = 0.0


@dataclass(frozen=True, slots=True)
class Status:
    """A business's own word for where requests stand, as the desk, the API and exports show it ("en_attente").

    ``stages`` are values of core.case.Standing.
    """

    word: str
    stages: tuple[str, ...]
    label: Localized = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Repeat:
    """How a person asks for the same as last time. ``words`` are phrases in any script; ``inherit`` the facts that then come from
    his last validated request when the message does not say them; ``confidence`` what such a reading is at least worth."""

    words: tuple[str, ...]
    inherit: tuple[str, ...]
    confidence: float = 0.85


AlertRule = Literal[
    "habit", "differs", "late", "waiting", "doubtful", "missing", "unread", "further", "outsider", "wrote", "said", "aside"
]


@dataclass(frozen=True, slots=True)
class AlertSpec:
    """Something that people should look at (core.alerts says what each rule means). ``fact`` is the one it is about.

    ``of`` are the facts that must be equal for a past request to count as the same habit; ``times`` how many times more or
    less than usual is too far; ``least`` how many past requests make a habit; ``after`` the delay of "waiting"; ``until`` the
    task's statuses by which something is delivered; ``words`` what the person writes that "said" and "aside" look for.
    """

    name: str
    rule: AlertRule
    label: Localized
    fact: str = ""
    of: tuple[str, ...] = ()
    times: Decimal = Decimal(3)
    least: int = 2
    after: timedelta = timedelta(0)
    until: tuple[str, ...] = ()
    urgent: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GridRow:
    """One line of a price grid: the first whose condition holds decides. ``amount`` None sends the case to a person."""

    amount: Decimal | None
    when: Condition | None
    label: Localized
    line: int = 0


@dataclass(frozen=True, slots=True)
class GridRevision:
    """The rows in force from ``since`` (a day in the business's zone) on."""

    since: date
    rows: tuple[GridRow, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A dated price grid. ``unit`` is (singular, plural) a language: ``{"fr": ("crédit", "crédits")}``."""

    name: str
    unit: Mapping[str, tuple[str, str]]
    revisions: tuple[GridRevision, ...]

    def on(self, day: date) -> GridRevision | None:
        """The revision in force on that day, or None before the first."""
        current = [r for r in self.revisions if r.since <= day]
        return max(current, key=lambda r: r.since) if current else None


@dataclass(frozen=True, slots=True)
class GateSpec:
    """One gate of a directive with its options, already typed. Which options a gate takes is said in its own module.

    ``judge`` is for review: what a person decides there; ``receipt`` the text that tells the customer, once, that his request waits
    for that ('' for none). ``doubtful`` and ``review`` are for complete: facts in doubt are asked for
    too; after that delay of silence a person takes what there is.
    ``tell`` is for fulfil: the text that the customer gets when the task takes one of these statuses (folded); ``finish`` "person":
    the case stays open until a person says that it is dealt with.
    """

    gate: str
    when: Condition | None = None
    by: Literal["customer", "admin"] = "customer"
    quote: str = ""
    remind: tuple[timedelta, ...] = ()
    close: timedelta | None = None
    then: Literal["quote", "fulfil"] = "quote"
    judge: Literal["price", "facts"] = "price"
    receipt: str = ""
    doubtful: bool = False
    review: timedelta | None = None
    steps: tuple[str, ...] = ()
    tell: tuple[tuple[str, tuple[str, ...]], ...] = ()
    finish: Literal["steps", "person"] = "steps"
    line: int = 0


@dataclass(frozen=True, slots=True)
class TicketSpec:
    """How the case shows in the outside ticket: a value of the status property for every stage, and further properties.

    ``properties`` maps a property name to a text template over the case's values (see core.texts.values), ``task_fields`` a custom
    field of the task. ``status_property`` is '' when the business keeps none. ``open_stages`` are those where the ticket stays open.
    """

    status_property: str = ""
    status: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, Text] = field(default_factory=dict)
    task_property: str = ""
    files_property: str = ""
    task_fields: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Example:
    """An example written in a document, run as a test by ``daemon.py check``."""

    source: str
    line: int
    sender: str
    subject: str
    text: str
    files: tuple[str, ...]
    language: str
    stage: str
    expect: Mapping[str, object]


@dataclass(frozen=True)
class Directive:
    """One kind of request: what recognises it, the facts it needs, its gates in order, its texts.

    ``texts`` maps a template's name to its text; ``revision`` is the content hash of the business's documents.
    ``read_files``: what files are opened and read as part of the message; the others are only looked at by name and kind.
    ``register`` is what people call such requests, in the plural, where the desk keeps a register of them (core.register); empty
    where it keeps none. It has no slots, so that what follows from it can be kept with it (``once``).
    """

    name: str
    kind: str
    business: str
    revision: str
    match: Match
    facts: tuple[FactSpec, ...]
    gates: tuple[GateSpec, ...]
    ticket: TicketSpec
    texts: Mapping[str, Text]
    grids: Mapping[str, Grid]
    examples: tuple[Example, ...] = ()
    prose: str = ""
    source: str = ""
    default: bool = False
    zone: str = "Europe/Paris"
    statuses: tuple[Status, ...] = ()
    repeat: Repeat | None = None
    alerts: tuple[AlertSpec, ...] = ()
    read_files: tuple[Kind, ...] = ()
    register: Localized = field(default_factory=dict)

    def status(self, standing: str) -> Status:
        """The word for where a case stands: the business's, else the one written on tickets, else the name of the stage."""
        found = next((s for s in self.statuses if standing in s.stages), None)
        if found is None and standing == "cancelled":
            return self.status("rejected")
        return found or Status(self.ticket.status.get(standing, "") or standing, (standing,))

    def fact(self, name: str) -> FactSpec | None:
        """The specification of that fact, or None."""
        return _facts(self).get(name)

    def gate(self, name: str) -> GateSpec | None:
        """The first gate of that name, or None."""
        return _gates(self).get(name)

    @property
    def price_grid(self) -> Grid | None:
        """The grid by which its requests are priced: that of the gate ``approve``; None where they have no price."""
        return _price_grid(self)


def once(work: Callable[[Directive], T]) -> Callable[[Directive], T]:
    """A function of a directive and nothing else, worked out once for each and kept with it: a decision asks dozens of times."""
    name = f"{work.__module__}.{work.__qualname__}"

    @wraps(work)
    def told(directive: Directive) -> T:
        held = vars(directive)
        try:
            found: T = held[name]
        except KeyError:
            found = held[name] = work(directive)
        return found

    return told


@once
def _facts(directive: Directive) -> dict[str, FactSpec]:
    return {fact.name: fact for fact in reversed(directive.facts)}


@once
def _gates(directive: Directive) -> dict[str, GateSpec]:
    return {gate.gate: gate for gate in reversed(directive.gates)}


@once
def _price_grid(directive: Directive) -> Grid | None:
    approve = directive.gate("approve")
    return directive.grids.get(approve.quote) if approve is not None else None


@dataclass(frozen=True, slots=True)
class Business:
    """One folder under directives/. ``name`` is the folder's; ``label`` what customers read ("Figurative").

    ``accounts`` are the inboxes, addresses and numbers by which messages reach this business and no other (core.belonging).
    """

    name: str
    label: str
    revision: str
    directives: tuple[Directive, ...]
    zone: str = "Europe/Paris"
    languages: tuple[str, ...] = ("fr", "en")
    accounts: tuple[str, ...] = ()

    @property
    def default(self) -> Directive:
        """The directive for what nothing recognises; exactly one is marked, the loader sees to it."""
        return next(d for d in self.directives if d.default)

    def directive(self, name: str) -> Directive | None:
        """The directive of that name, or None."""
        return next((d for d in self.directives if d.name == name), None)
