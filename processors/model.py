"""Where the rules are unsure, what a language model is asked, and how much of its answer is taken. Pure.

``unsure`` names what the rules could not settle, ``question`` asks for it, ``merge`` takes from the answer what the message proves.
The model fills gaps: what the rules are sure of stands, and nothing that decides (verdict, price, gate, urgency, sender) is read
from it. There is no field for such things in the schema, and what is not in the schema is not looked at.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import PurePath
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

from core.directive import Business, Directive, FactSpec
from core.message import Attachment, Message, is_decoration
from core.model import Answer, Question, Shown
from core.quote import price
from core.reading import Day, Dimensions, Fact, Intent, Money, Quantity, Reading, Reason
from processors.analyze import understand
from processors.model_prompt import INTENTS, NOT_ASKED, ask, instructions, schema
from processors.model_values import Place, Proof, Refused, places, prove, value_of
from processors.tokens import tokenise
from processors.verdict import read_verdict

#: What the vendor's vision reads; other pictures are not sent.
PICTURES = ("image/jpeg", "image/png", "image/gif", "image/webp")
PDF = "application/pdf"
#: Businesses whose instructions are kept made.
_KEPT = 8
#: A forward with fewer new words than this is read by what it forwards (as processors.analyze does).
_LITTLE = 25
_TEXT_FACT = 120


@dataclass(frozen=True, slots=True)
class Policy:
    """When the model is asked, how much it is shown, and how far it is believed.

    ``sure``: the rules' confidence in a directive, ``fact`` in a fact, from which they stand. ``read`` is the confidence of what
    the model read in words, ``seen`` of what it saw in a file. Sizes are in characters and bytes.
    """

    sure: float = 0.6
    fact: float = 0.6
    read: float = 0.75
    seen: float = 0.6
    text: int = 12_000
    pictures: int = 4
    picture_bytes: int = 3_500_000
    pdfs: int = 1
    pdf_bytes: int = 2_000_000
    papers: int = 4
    max_tokens: int = 4096


def unsure(message: Message, business: Business, rules: Reading, policy: Policy, *, now: datetime) -> tuple[str, ...]:
    """What the rules could not settle and a reader might: "directive", names of facts; () when there is nothing to ask.

    An answer that the rules read as a plain yes or no, a bare thanks and what no person wrote are none of the model's business.
    """
    if message.automatic is not None or rules.intent == "thanks":
        return ()
    said = any(c.isalpha() for c in f"{message.text} {message.subject}") or any(d.text.strip() for d in message.documents)
    if not said and not shown(message, policy):
        return ()
    if (message.in_reply_to or message.references) and _decides(message):
        return ()
    directive = business.directive(rules.directive) or business.default
    found = ["directive"] if rules.confidence < policy.sure and len(business.directives) > 1 else []
    known = {f.name for f in rules.facts if f.confidence >= policy.fact}
    values = _values(message, rules, known)
    for spec in directive.facts:
        excused = spec.unless is not None and spec.unless(values)
        if spec.required and spec.type != "files" and spec.name not in known and not excused:
            found.append(spec.name)
    found += [name for name in _deciding(directive, values, now) if name not in known and name not in found]
    return tuple(found)


def _decides(message: Message) -> bool:
    verdict = read_verdict(message.text, subject=message.subject, quoted=message.quoted, confident=message.confident)
    return verdict.answer != "unclear"


def _deciding(directive: Directive, values: Mapping[str, object], now: datetime) -> list[str]:
    """Facts for want of which the price list sends the case to a person: those its conditions name."""
    grid = directive.price_grid
    revision = grid.on(now.astimezone(ZoneInfo(directive.zone)).date()) if grid else None
    if grid is None or revision is None:
        return []
    row = price(grid, values, now.astimezone(ZoneInfo(directive.zone)).date())
    if row.amount is not None or (row.row >= 0 and revision.rows[row.row].when is not None):
        return []
    named = {name for one in revision.rows if one.when is not None for name in one.when.names}
    return [s.name for s in directive.facts if s.name in named and s.type not in NOT_ASKED]


def _values(message: Message, rules: Reading, known: set[str]) -> dict[str, object]:
    """What conditions may look at, as core.values gives it for a case."""
    values: dict[str, object] = {}
    for fact in rules.facts:
        value = fact.value
        if fact.name not in known or isinstance(value, tuple):
            continue
        if isinstance(value, Money | Quantity):
            values[fact.name] = value.amount
        elif isinstance(value, Day):
            values[fact.name] = value.day.isoformat()
        elif isinstance(value, Dimensions):
            values[fact.name] = max((length for _, length in value.lengths), default=None)
        else:
            values[fact.name] = value
    words: dict[str, None] = {}
    for attachment in message.attachments:
        if not is_decoration(attachment):
            words[attachment.family] = None
            words[PurePath(attachment.name).suffix.casefold()] = None
    return {**values, "files": tuple(words), "channel": message.channel, "language": message.language}


# ------------------------------------------------------------------ the question

_made: OrderedDict[tuple[str, str], tuple[str, str]] = OrderedDict()
_lock = Lock()


def _prefix(business: Business) -> tuple[str, str]:
    """(instructions, schema) of the business, made once a revision."""
    key = (business.name, business.revision)
    with _lock:
        if key not in _made:
            shape = json.dumps(schema(business), ensure_ascii=False, separators=(",", ":"))
            _made[key] = (instructions(business), shape)
            while len(_made) > _KEPT:
                _made.popitem(last=False)
        return _made[key]


def question(message: Message, business: Business, wanted: Sequence[str], policy: Policy) -> Question:
    """What the model is asked about the message; ``wanted`` is what ``unsure`` named."""
    system, shape = _prefix(business)
    files = shown(message, policy)
    return ask(
        message,
        system=system,
        shape=shape,
        text=message.text[: policy.text],
        body=_body(message)[: policy.text],
        wanted=wanted,
        files=tuple(Shown(a.name, a.type, a.size, a.sha256) for a in files),
        papers=[(d.name, d.text[: policy.text]) for d in message.documents if d.text.strip()][: policy.papers],
        names=[a.name for a in message.attachments if not is_decoration(a)][:50],
        max_tokens=policy.max_tokens,
    )


def shown(message: Message, policy: Policy) -> list[Attachment]:
    """The files that the model gets to see: a few pictures and PDFs of bearable size, each content once.

    One whose words are known for sure is not shown again, its words are: a page costs twenty times what its text does.
    """
    found: dict[str, Attachment] = {}
    read = {d.sha256 for d in message.documents if d.text.strip() and not d.doubtful}
    left = {"picture": policy.pictures, "pdf": policy.pdfs}
    for one in message.attachments:
        kind, limit = ("pdf", policy.pdf_bytes) if one.type == PDF else ("picture", policy.picture_bytes)
        if one.sha256 in found or one.sha256 in read or is_decoration(one) or not (one.type == PDF or one.type in PICTURES):
            continue
        if left[kind] and 0 < one.size <= limit:
            left[kind] -= 1
            found[one.sha256] = one
    return list(found.values())


def _body(message: Message) -> str:
    """A forwarded mail, where the sender wrote little himself."""
    if message.forwarded and len(message.body) > len(message.text) and len(tokenise(message.text).items) < _LITTLE:
        return message.body
    return ""


# ------------------------------------------------------------------ the answer


def merge(
    message: Message,
    business: Business,
    rules: Reading,
    answer: Answer,
    policy: Policy,
    *,
    now: datetime,
    with_files: bool = True,
) -> Reading:
    """The rules' reading with its gaps filled by what the answer proves. Total: any answer gives a reading.

    ``with_files`` False: the model saw no file, so none proves anything. ``now`` stands in for a date the message lacks.
    """
    data = _object(answer)
    if data is None:
        return replace(rules, reasons=(*rules.reasons, Reason(f"model:{answer.stop}", False, 0.0, _STOPPED[answer.stop])))
    reasons: list[Reason] = []
    texts = places(message, _body(message))
    files = shown(message, policy) if with_files else []
    doubts = {d for d in _list(data.get("unsure")) if isinstance(d, str)}
    reading = _directive(message, business, rules, data, _Proofs(texts, files), doubts, policy, reasons, now)
    directive = business.directive(reading.directive) or business.default
    facts = _facts(message, directive, reading, data, _Proofs(texts, files), doubts, policy, reasons, now)
    intent = reading.intent
    said = data.get("intent")
    if intent == "other" and isinstance(said, str) and said in INTENTS and said != "other":
        intent = _intent(said)
        reasons.append(Reason(f"model:intent:{said}", True, 0.0, f"intention selon le modèle : {said}"))
    return replace(reading, facts=facts, intent=intent, reasons=(*rules.reasons, *reasons))


_STOPPED = {
    "complete": "la réponse du modèle n'a pas la forme demandée : la lecture des règles reste",
    "refusal": "le modèle a décliné : la lecture des règles reste",
    "truncated": "la réponse du modèle est coupée : la lecture des règles reste",
    "malformed": "la réponse du modèle est illisible : la lecture des règles reste",
}


@dataclass(frozen=True, slots=True)
class _Proofs:
    texts: Sequence[Place]
    files: Sequence[Attachment]

    def of(self, quote: object) -> Proof:
        return prove(quote, self.texts, self.files)


def _object(answer: Answer) -> dict[str, Any] | None:
    if answer.stop != "complete":
        return None
    try:
        data = json.loads(answer.data, parse_float=Decimal, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _list(value: object) -> list[Any]:
    return value[:50] if isinstance(value, list) else []


def _intent(said: str) -> Intent:
    return next(i for i in _INTENTS if i == said)


_INTENTS: tuple[Intent, ...] = ("request", "reply", "question", "complaint", "thanks", "other")


def _directive(
    message: Message,
    business: Business,
    rules: Reading,
    data: Mapping[str, Any],
    proofs: _Proofs,
    doubts: set[str],
    policy: Policy,
    reasons: list[Reason],
    now: datetime,
) -> Reading:
    """The reading with the model's directive where the rules were unsure of theirs; its facts are then the rules' for that one."""
    if rules.confidence >= policy.sure:
        return rules
    said = data.get("directive")
    name = said.get("name") if isinstance(said, dict) else None
    chosen = business.directive(name) if isinstance(name, str) and name else None
    if not isinstance(said, dict) or chosen is None:
        reasons.append(Reason("model:directive", False, 0.0, "le modèle n'a reconnu aucune directive"))
        return rules
    try:
        if "directive" in doubts:
            raise Refused("le modèle en doute lui-même")
        proof = proofs.of(said.get("quote"))
    except Refused as error:
        reasons.append(Reason("model:directive", False, 0.0, f"{chosen.kind} selon le modèle, écarté : {error}"))
        return rules
    quote = proof.evidence.quote
    text = f"« {quote[:200]} » parle pour {chosen.kind}, selon le modèle"
    reasons.append(Reason(f"model:directive:{chosen.name}", True, 0.0, text))
    trust = policy.seen if proof.is_file else policy.read
    facts = rules.facts
    if chosen.name != rules.directive:
        facts = understand(message, business, now=now, only=chosen.name).facts
    return replace(
        rules,
        directive=chosen.name,
        kind=chosen.kind,
        confidence=max(trust, rules.confidence),
        facts=facts,
    )


def _facts(
    message: Message,
    directive: Directive,
    reading: Reading,
    data: Mapping[str, Any],
    proofs: _Proofs,
    doubts: set[str],
    policy: Policy,
    reasons: list[Reason],
    now: datetime,
) -> tuple[Fact, ...]:
    """The facts in the directive's order: the rules' where they are sure, else the model's where it is proven."""
    whole = data.get("facts")
    said = whole.get(directive.name) if isinstance(whole, dict) else None
    if not isinstance(said, dict):
        return reading.facts
    when = message.date or now
    day = (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(ZoneInfo(directive.zone)).date()
    found: list[Fact] = []
    for spec in directive.facts:
        ours = reading.fact(spec.name)
        candidates = _list(said.get(spec.name)) if spec.type not in NOT_ASKED else []
        if not candidates or (ours is not None and ours.confidence >= policy.fact):
            found += [ours] if ours is not None else []
            continue
        label = spec.label.get("fr") or spec.name
        try:
            fact = _fact(spec, candidates[0], proofs, policy, day, doubted=spec.name in doubts)
        except Refused as error:
            reasons.append(Reason(f"model:fact:{spec.name}", False, 0.0, f"{label} selon le modèle, écarté : {error}"))
            found += [ours] if ours is not None else []
            continue
        quote = fact.evidence[0].quote[:200]
        reasons.append(Reason(f"model:fact:{spec.name}", True, 0.0, f"{label} : « {quote} », selon le modèle"))
        found.append(fact)
    return tuple(found)


def _fact(spec: FactSpec, said: object, proofs: _Proofs, policy: Policy, day: date, *, doubted: bool) -> Fact:
    if not isinstance(said, dict):
        raise Refused("ce n'est pas la forme demandée")
    if doubted:
        raise Refused("le modèle en doute lui-même")
    proof = proofs.of(said.get("quote"))
    value = value_of(spec, said, proof, day)
    if spec.type == "text" and len(str(value)) > _TEXT_FACT:
        raise Refused("trop long pour être cette information")
    trust = policy.seen if proof.is_file else policy.read
    return Fact(spec.name, value, (proof.evidence,), trust, "model")
