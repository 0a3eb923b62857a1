"""Replaying what customers really wrote through a draft: what would be decided otherwise. Nothing is done and nobody is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from core.decide import decide
from core.directive import Business
from core.effects import SendMessage
from core.events import MessageRead
from core.values import missing
from core.views import Said
from core.wording import fact_text
from core.work import Context
from engine.pipeline import understand_best


@dataclass(frozen=True, slots=True)
class Decided:
    """What one set of documents makes of a message that opens a case. ``texts`` are the names of what would be sent."""

    directive: str
    kind: str
    stage: str
    amount: Decimal | None
    missing: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Difference:
    """``what``: "kind", "stage", "amount", "missing", "texts" or "fact:<name>"; both values in words."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """One message, by the documents in force and by the draft. No ``differences`` where both say the same."""

    inbox_id: int
    at: datetime
    sender: str
    subject: str
    before: Decided
    after: Decided
    differences: tuple[Difference, ...]


def replay(said: Sequence[Said], now_in_force: Business, draft: Business) -> list[Replayed]:
    """Every message as the first of a case of its own, by the rules alone, on the day it came."""
    found = []
    for one in said:
        before, after = decided(one, now_in_force), decided(one, draft)
        found.append(
            Replayed(
                one.inbox_id, one.at, one.message.sender.email, one.message.subject, before, after, _differences(before, after)
            )
        )
    return found


def decided(said: Said, business: Business) -> Decided:
    """What these documents make of the message."""
    message = said.message
    reading = replace(understand_best(message, (business,), now=said.at), verdict=None)
    directive = business.directive(reading.directive) or business.default
    event = MessageRead(
        id="replay", at=said.at, message=message, reading=reading, role="customer", authorised=False, received_at=said.at
    )
    context = Context(
        now=said.at,
        business=business.label,
        admin_email="admin@guichet.invalid",
        reference=lambda ref: f"[#{ref}]",
        case_url=lambda case_id: "",
        new_id=("replay", "REP1AY00"),
    )
    decision = decide(None, event, directive, context)
    case = decision.case
    return Decided(
        directive=directive.name,
        kind=case.kind,
        stage=case.stage,
        amount=case.quote.amount if case.quote is not None else None,
        missing=tuple(s.name for s in missing(case, directive, required=True)),
        texts=tuple(e.payload.template for e in decision.effects if isinstance(e.payload, SendMessage)),
        facts={f.name: fact_text(f.value, directive.fact(f.name), "fr") for f in case.facts},
    )


def _differences(before: Decided, after: Decided) -> tuple[Difference, ...]:
    pairs: list[tuple[str, object, object]] = [
        (name, getattr(before, name), getattr(after, name)) for name in ("kind", "stage", "amount", "missing", "texts")
    ]
    names = dict.fromkeys([*before.facts, *after.facts])
    pairs += [(f"fact:{name}", before.facts.get(name, ""), after.facts.get(name, "")) for name in names]
    return tuple(Difference(what, _shown(a), _shown(b)) for what, a, b in pairs if a != b)


def _shown(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
