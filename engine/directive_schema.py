"""The form of each document, as pydantic models. engine.directive_read turns what does not fit into French sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PlainValidator,
    PrivateAttr,
    ValidationInfo,
    model_validator,
)

from core.case import Stage, Standing
from core.directive import FactType
from core.document import Kind
from engine.directive_problem import nearest, shown, suggestion
from engine.directive_values import (
    Duration,
    Durations,
    FactName,
    FileKind,
    Language,
    Localized,
    Name,
    Scalar,
    ShortText,
    Value,
    When,
    amount,
    day,
    factors,
    known_zone,
    named,
    spelled,
    words,
    wrong,
)
from engine.directive_yaml import Map

#: More unknown words than this in one document are not looked at: it is another kind of document.
MOST_UNKNOWN = 60


@dataclass(slots=True)
class Ledger:
    """What one reading of a document found beside pydantic's own errors: (line, known words, the unknown word)."""

    unknown: dict[tuple[int, str], str] = field(default_factory=dict)


class Part(BaseModel):
    """A mapping in a document: it knows its lines; unknown words in it are told with the word that was probably meant."""

    model_config = ConfigDict(extra="forbid", strict=True, arbitrary_types_allowed=True)
    _line: int = PrivateAttr(default=0)
    _lines: dict[str, int] = PrivateAttr(default_factory=dict)

    @model_validator(mode="wrap")
    @classmethod
    def _keep_lines(cls, data: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        if not isinstance(data, Map):
            return handler(data)
        known = {f.alias or name for name, f in cls.model_fields.items()}
        clean: Map = Map(data.line)
        for key, value in data.items():
            line = data.lines.get(key, data.line)
            if key not in known:
                ledger = info.context
                assert isinstance(ledger, Ledger)
                if len(ledger.unknown) >= MOST_UNKNOWN:
                    continue
                ledger.unknown[line, key] = suggestion(key, known)
                # Read on as if it had been spelled right, so that what stands under it is checked in the same go.
                meant = nearest(key, known)
                if not meant or meant in data:
                    continue
                key = meant
            clean[key], clean.lines[key] = value, line
        part = handler(clean)
        part._line, part._lines = data.line, clean.lines
        return part

    def line(self, key: str = "") -> int:
        """The line of that word in the document, or of the whole part."""
        return self._lines.get(key, self._line)


class WordPart(Part):
    """A word that speaks for something, and how much (above 0, at most 100)."""

    word: ShortText
    weight: Annotated[float, Field(gt=0, le=100)] = 1.0


Words = Annotated[list[WordPart], BeforeValidator(words), Field(max_length=3000)]


class MatchPart(Part):
    """By what a request is recognised: ``threshold`` is what the weights of words, files and facts must come to."""

    words: Words = []
    against: Words = Field(default=[], alias="not")
    files: list[FileKind] = []
    file_weight: Annotated[float, Field(gt=0, le=100)] = 2.0
    threshold: Annotated[float, Field(gt=0, le=1000)] = 2.0
    facts: dict[FactName, Annotated[float, Field(gt=0, le=100)]] = {}


class ChoicePart(Part):
    """One value of a choice: the words that name it."""

    words: Words
    label: Localized | None = None


class UnitPart(Part):
    """A unit: what it is called, one and many in each language, and the words by which it is recognised."""

    names: dict[Language, Annotated[list[ShortText], Field(min_length=2, max_length=2)]] = {}
    words: list[ShortText] = []


class FactPart(Part):
    """A fact that a request needs (core.directive.FactSpec). ``at_least`` counts files; ``doubt``: below it is shown as doubtful."""

    type: FactType
    optional: bool = False
    unless: When | None = None
    ask: Localized | None = None
    label: Localized | None = None
    families: list[FileKind] = []
    at_least: Annotated[int, Field(ge=1, le=100)] = 1
    choices: dict[Value, ChoicePart] = {}
    after: list[ShortText] = []
    near: list[ShortText] = []
    units: Annotated[dict[ShortText, UnitPart], BeforeValidator(spelled)] = {}
    source: Name | None = Field(default=None, alias="list")
    price: Literal["", "unit", "total"] = ""
    derive: Annotated[list[FactName], BeforeValidator(factors)] = []
    columns: list[FactName] = []
    words: Words = []
    doubt: Annotated[float | None, Field(ge=0, le=1)] = None


class ListPart(Part):
    """A table of values that a choice takes from a document of its own."""

    name: Name = Field(alias="list")
    values: Annotated[dict[Value, ChoicePart], Field(min_length=1, max_length=2000)]


class StatusPart(Part):
    """A word of the business's own for where its requests stand."""

    stages: Annotated[list[Literal[Standing]], Field(min_length=1)]
    label: Localized | None = None


class RepeatPart(Part):
    """The words that ask for the same again, the facts that are then taken over, and how sure these are (0 to 1)."""

    words: Annotated[list[ShortText], Field(min_length=1, max_length=300)]
    inherit: Annotated[list[FactName], Field(min_length=1)]
    confidence: Annotated[float, Field(gt=0, le=1)] = 0.85


class AlertPart(Part):
    """What a person should look at (core.alerts). ``times`` the usual, ``least`` so many earlier ones."""

    rule: Literal[
        "habit", "differs", "late", "waiting", "doubtful", "missing", "unread", "further", "outsider", "wrote", "said", "aside"
    ]
    label: Localized
    fact: FactName | None = None
    of: list[FactName] = []
    times: Annotated[float, Field(gt=1, le=1000)] = 3.0
    least: Annotated[int, Field(ge=1, le=20)] = 2
    after: Duration | None = None
    until: list[ShortText] = []
    words: Annotated[list[ShortText], Field(max_length=300)] = []
    urgent: bool = False


class CompletePart(Part):
    """``complete``: when to ask again, when to close or to hand over to a person."""

    remind: Durations = []
    close: Duration | None = None
    doubtful: bool = False
    review: Duration | None = None


class ReviewPart(Part):
    """``review``: a person looks at it before anything goes out; ``judge`` says whether at its price or at its facts."""

    when: When | None = None
    by: Literal["admin"] = "admin"
    then: Literal["quote", "fulfil"] = "quote"
    judge: Literal["price", "facts"] = "price"
    receipt: Name | None = None
    remind: Durations = []


class ApprovePart(Part):
    """``approve``: who says yes to the price of which grid, when he is reminded, when the offer ends."""

    quote: Name
    by: Literal["customer", "admin"] = "customer"
    remind: Durations = []
    expire: Duration | None = None


class FulfilPart(Part):
    """``fulfil``: the steps of the work, in order; ``tell``: which text follows which status of the task."""

    steps: Annotated[list[Name], Field(max_length=10)]
    tell: dict[Name, Annotated[list[str], Field(min_length=1, max_length=30)]] = {}
    finish: Literal["steps", "person"] = "steps"
    remind: Durations = []


GATES: Mapping[str, type[Part]] = {
    "complete": CompletePart,
    "review": ReviewPart,
    "approve": ApprovePart,
    "fulfil": FulfilPart,
}
#: Gates that the product will know one day; a document that names one is told so.
LATER = frozenset({"verify", "consent", "sign", "pay"})


def gate(value: object) -> object:
    """``- complete``, ``- complete: {…}`` and ``- fulfil: [steps]`` have one form."""
    if isinstance(value, str):
        bare = Map(0)
        bare[value] = None
        value = bare
    if not isinstance(value, Map) or len(value) != 1:
        raise wrong("une étape s'écrit sur un tiret à elle : « - complete: {remind: 3 days} »")
    (name, options), line = next(iter(value.items())), value.line
    if name not in GATES:
        if name in LATER:
            raise wrong(f"l'étape {shown(name)} n'est pas encore proposée ; étapes possibles : {', '.join(GATES)}")
        raise wrong(f"{shown(name)} n'est pas une étape connue{suggestion(name, GATES)}")
    part = Map(line)
    if name == "fulfil" and isinstance(options, list):
        options, steps = Map(line), options
        options["steps"], options.lines["steps"] = steps, value.lines.get(name, line)
    part[name] = options if options is not None else Map(line)
    part.lines[name] = value.lines.get(name, line)
    return part


class GatePart(Part):
    """One of them is set: the gate's name is the word that stands there."""

    complete: CompletePart | None = None
    review: ReviewPart | None = None
    approve: ApprovePart | None = None
    fulfil: FulfilPart | None = None

    @property
    def name(self) -> str:
        """Which gate it is."""
        return next(name for name in GATES if getattr(self, name) is not None)

    @property
    def options(self) -> Part:
        """Its options."""
        part: Part = getattr(self, self.name)
        return part


class TicketPart(Part):
    """What the ticket's fields are called outside, and which value stands for which stage."""

    status_property: str = ""
    waiting_info: str = ""
    waiting_review: str = ""
    waiting_approval: str = ""
    fulfilling: str = ""
    done: str = ""
    rejected: str = ""
    expired: str = ""
    closed: str = ""
    properties: dict[Annotated[str, named(r"[A-Za-z][A-Za-z0-9_]{0,99}", "credits_estimes")], str] = {}
    task_property: str = ""
    files_property: str = ""
    task_fields: dict[ShortText, str] = {}


class DirectivePart(Part):
    """The front matter of a directive (core.directive.Directive)."""

    directive: Name
    kind: Annotated[str, named(r"[A-Z][A-Z0-9_]{0,40}", "MODELISATION")]
    default: bool = False
    listed: Localized | None = Field(default=None, alias="register")
    match: MatchPart = Field(default_factory=MatchPart)
    read_files: list[Kind] = []
    facts: dict[FactName, FactPart] = {}
    gates: Annotated[list[Annotated[GatePart, BeforeValidator(gate)]], Field(min_length=1, max_length=20)]
    ticket: TicketPart = Field(default_factory=TicketPart)
    doubt: Annotated[float, Field(ge=0, le=1)] = 0.0
    statuses: dict[Name, StatusPart] = {}
    repeat: RepeatPart | None = None
    alerts: dict[Name, AlertPart] = {}


class RowPart(Part):
    """A line of a price grid: its amount where its condition holds; without a condition always."""

    amount: Annotated[Decimal | None, PlainValidator(amount)]
    when: When | None = None
    label: Localized


class RevisionPart(Part):
    """The lines that hold from a day on."""

    since: Annotated[date, PlainValidator(day)]
    rows: Annotated[list[RowPart], Field(min_length=1, max_length=200)]


class GridPart(Part):
    """The front matter of a price grid. ``unit``: one and many, by language."""

    grid: Name
    unit: dict[Language, Annotated[list[ShortText], Field(min_length=2, max_length=2)]]
    prices: Annotated[list[RevisionPart], Field(min_length=1, max_length=100)]


class BusinessPart(Part):
    """The front matter of ``business.md``. ``zone`` is an IANA name."""

    business: ShortText
    zone: Annotated[str, AfterValidator(known_zone)] = "Europe/Paris"
    languages: Annotated[list[Language], Field(min_length=1, max_length=20)] = ["fr", "en"]
    accounts: list[ShortText] = []


class ButtonsPart(Part):
    """The titles of the buttons under a text that asks for a yes."""

    approve: Localized | None = None
    refuse: Localized | None = None


class TextPart(Part):
    """The front matter of a text to a customer or an administrator."""

    subject: Localized | None = None
    buttons: ButtonsPart | None = None


class ExpectPart(Part):
    """What an example must lead to; what is not named is not looked at."""

    kind: str | None = None
    stage: Literal[Stage] | None = None
    credits: Annotated[Decimal | None, PlainValidator(amount)] = None
    missing: list[str] | None = None
    validation_status: str | None = None
    status: str | None = None
    repeat: bool | None = None
    facts: dict[str, Scalar] | None = None
    answer: Literal["approve", "refuse", "unclear"] | None = None
    intent: Literal["request", "reply", "question", "complaint", "thanks", "other"] | None = None
    urgency: Literal["low", "normal", "high"] | None = None
    sentiment: Literal["negative", "neutral", "positive"] | None = None
    language: Language | None = None


class ExamplePart(Part):
    """A message, as an example in a directive writes it, and what it must lead to."""

    sender: str = Field(default="client@example.com", alias="from")
    subject: str = ""
    text: Annotated[str, Field(max_length=20_000)]
    files: list[Annotated[str, named(r"[^/\\\x00-\x1f]{1,200}", "photo.jpg")]] = []
    language: Language | None = None
    stage: Literal[Stage] | None = None
    expect: ExpectPart
