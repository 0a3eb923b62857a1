"""A reading: what the processors understood from one message, with reasons and evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Answer = Literal["approve", "refuse", "unclear"]
Intent = Literal["request", "reply", "question", "complaint", "thanks", "other"]
Sentiment = Literal["negative", "neutral", "positive"]
Urgency = Literal["low", "normal", "high"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The exact words or the file a fact came from.

    ``source`` is "text", "subject", "body", "file:<sha256>" (the file itself) or "document:<sha256>" (what the file says, see
    core.document); ``quote`` stands literally in that source (for a file: its name). ``start`` is the offset of the quote in
    characters, -1 for a file. In a document ``page`` counts from 1, ``box`` is where the quote stands on it (left, top, right,
    bottom as fractions of the page), ``place`` what people call it: "Commande!B3", "0:12".
    """

    source: str
    quote: str
    start: int = -1
    page: int = 0
    box: tuple[float, float, float, float] | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Dimensions:
    """Lengths in millimetres; the axes the sender named, in his order, e.g. ``(("largeur", 800), ("hauteur", 1200))``.

    An axis that was not named is ''.
    """

    lengths: tuple[tuple[str, Decimal], ...]
    type: Literal["dimensions"] = "dimensions"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount; ``currency`` is ISO 4217 or '' when not said; ``tax`` is "incl", "excl" or ''.

    A price of goods may be for several of them: ``per`` says of how many ("450 dh le mille" is per 1000), ``unit`` of which unit
    of the directive ("120 dh le carton"), '' for the piece or when not said.
    """

    amount: Decimal
    currency: str = ""
    tax: Literal["incl", "excl", ""] = ""
    per: int = 1
    unit: str = ""
    type: Literal["money"] = "money"


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day that the words name, resolved against the day the message was written."""

    day: date
    type: Literal["date"] = "date"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit as the directive spells it, '' for bare pieces."""

    amount: Decimal
    unit: str = ""
    type: Literal["quantity"] = "quantity"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a request for several things: a fact for each column that is known, each with its own evidence."""

    cells: tuple[Fact, ...]

    def cell(self, name: str) -> Fact | None:
        """The fact of that column, or None."""
        return next((f for f in self.cells if f.name == name), None)


@dataclass(frozen=True, slots=True)
class Rows:
    """All lines of a request for several things, in the sender's order; never fewer than two (core.rows)."""

    rows: tuple[Row, ...]
    type: Literal["rows"] = "rows"


#: str for text, choice and details, int for count, tuple[str, ...] (sha256) for files.
#: The tagged classes keep their type when written as JSON and read back.
FactValue = bool | int | str | Dimensions | Money | Day | Quantity | Rows | tuple[str, ...]

#: Who read a fact: the rules, the model, a person who wrote it; it may come from an earlier request of the same person, or
#: have been calculated from other facts.
Origin = Literal["rules", "model", "person", "inherited", "derived"]


@dataclass(frozen=True, slots=True)
class Fact:
    """A typed value with where it was read. ``confidence`` is 0..1; ``origin`` tells who read it.

    An inherited fact has its evidence in ``case:<id>`` (the quote is that case's reference), a derived one has none.
    ``doubt`` is what could not be told of it, by its name in core.doubts; '' for nothing in particular.
    """

    name: str
    value: FactValue
    evidence: tuple[Evidence, ...]
    confidence: float = 1.0
    origin: Origin = "rules"
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of the explanation: a rule that was looked at, whether it hit, and what it weighed.

    ``rule`` is a short stable name ("word:modéliser", "file:.glb"); ``text`` says it to a person, in French.
    """

    rule: str
    hit: bool
    weight: float = 0.0
    text: str = ""


#: The rule of the reason that a decision names somebody whom its request is not known to be of.
NAMED = "verdict:named"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A reply read as a decision, from the words alone; who may decide is another question.

    ``answer`` is "approve" only for a plain, unconditional yes in the sender's own new words.
    ``amount`` is what the writer names as his decision (None when he names none).
    ``evidence`` is the literal words that decided ('' when nothing did). ``note`` is what an administrator marked as the reason
    of his no that the customer is to read ("motif : …"), '' for none. ``named`` are the words of the decision by which it names
    somebody or something, ``signed`` names that stand beside it and may be its writer's; folded.
    """

    answer: Answer
    amount: Decimal | None = None
    evidence: str = ""
    reasons: tuple[Reason, ...] = ()
    note: str = ""
    named: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scale:
    """Words that change the amounts of what is asked for again: ``times`` as much, None: by as much as they do not say."""

    times: Decimal | None
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Reading:
    """What one message says. ``directive`` and ``kind`` are '' when nothing recognised it.

    ``repeat`` are the words by which the same as last time is asked for, None when it is not; ``scale`` those beside them that
    multiply or change its amounts.
    """

    directive: str
    kind: str
    confidence: float
    business: str = ""
    intent: Intent = "other"
    sentiment: Sentiment = "neutral"
    urgency: Urgency = "normal"
    language: str = ""
    facts: tuple[Fact, ...] = ()
    verdict: Verdict | None = None
    reasons: tuple[Reason, ...] = ()
    repeat: Evidence | None = None
    scale: Scale | None = None

    def fact(self, name: str) -> Fact | None:
        """The fact of that name, or None."""
        return next((f for f in self.facts if f.name == name), None)
