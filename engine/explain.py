"""Explain: what one mail would cause, without doing anything. The same road as the real one, minus store and connectors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from core import codec
from core.alerts import Alert, alerts_of
from core.case import Case, CaseFile, Party, Shown, Thread
from core.decide import Decision, decide
from core.directive import Business, Directive, FactSpec, in_language
from core.document import Document, Kind
from core.effects import Effect, SendMessage
from core.events import MessageRead, Role
from core.judging import judges
from core.message import Address, Family, Message
from core.quote import Quote, digest
from core.reading import Day, Dimensions, Fact, FactValue, Money, Quantity, Reading, Row, Rows, Verdict
from core.rows import confidence, digest_of, doubtful
from core.text_values import TOLD_APART, unsure
from core.wording import alert_text, fact_text, price_text, row_text
from core.work import Context
from engine.naming import judgement_of
from engine.office import authorised, letter_of, verdict_of
from engine.pipeline import Setup, read_mail
from processors.correlate import same_correspondent

OpenFile = Callable[[bytes, str, Kind], Document]
Stage = Literal["", "waiting_info", "waiting_review", "waiting_approval"]
STAGES: tuple[Stage, ...] = ("waiting_info", "waiting_review", "waiting_approval")


@dataclass(frozen=True, slots=True)
class Explained:
    """Everything that is known of one mail. ``decision`` is None for automatic mail, which decides nothing."""

    path: str
    message: Message
    reading: Reading
    verdict: Verdict | None
    authorised: bool | None
    decision: Decision | None
    directive: Directive
    role: Role
    stage: Stage = ""
    alerts: tuple[Alert, ...] = ()


def explain(
    raw: bytes, path: str, setup: Setup, *, admin_email: str, stage: Stage, now: datetime, open_file: OpenFile | None = None
) -> Explained:
    """What this mail would cause as the first of a case, or as a reply to a case of its sender's in ``stage``.

    ``open_file`` reads the files that a directive asks for; without it they stay unread. What is paid for is never asked.
    """
    files: dict[str, bytes] = {}
    read = read_mail(raw, setup, now=now, hints={}, keep=files.update)
    if read.wanted and open_file is not None:
        documents = [open_file(files[one.sha256], one.name, one.kind) for one in read.wanted if one.sha256 in files]
        read = read_mail(raw, setup, now=now, hints={}, documents=documents)
    business = next(b for b in setup.businesses if b.name == read.reading.business)
    directive = business.directive(read.reading.directive) or business.default
    message = read.message
    is_admin = bool(admin_email) and same_correspondent(message.sender.email, admin_email)
    if stage:
        business, directive = _with_approval(setup, business, directive, stage)
    role: Role = "admin" if is_admin and stage else "customer"
    if stage == "waiting_review" and not is_admin:
        role = "stranger" if admin_email else "customer"
    verdict: Verdict | None = None
    may: bool | None = None
    if stage:
        asked: Role = "admin" if stage == "waiting_review" else role
        letter = letter_of(_waiting(message, directive, stage, None, role, now), directive)
        verdict = verdict_of(message, directive, asked, letter=letter)
        may = authorised(message, role) and (role == "admin" or stage != "waiting_review")
    context = Context(
        now=now,
        business=business.label,
        admin_email=admin_email or "admin@guichet.invalid",
        reference=lambda ref: f"[#{ref}-000000]",
        case_url=lambda case_id: "",
        new_id=("explain", "EXP1A1N0"),
    )
    case = _waiting(message, directive, stage, verdict, role, now) if stage else None
    reading = replace(read.reading, verdict=verdict)
    if case is not None and verdict is not None and stage == "waiting_review" and judges(directive):
        verdict, changes = judgement_of(message, case, directive, verdict, now)
        reading = replace(reading, verdict=verdict, facts=changes if role == "admin" else reading.facts)
    decision: Decision | None = None
    alerts: tuple[Alert, ...] = ()
    if message.automatic is None:
        event = MessageRead(
            id="explain",
            at=now,
            message=message,
            reading=reading,
            role=role,
            authorised=bool(may) if stage else authorised(message, role),
            received_at=now,
        )
        decision = decide(case, event, directive, context)
        # What is unsure or unread is told by itself.
        alerts = tuple(a for a in alerts_of(decision.case, directive, (), now) if a.rule not in TOLD_APART)
    return Explained(path, message, read.reading, verdict, may, decision, directive, role, stage, alerts)


def _with_approval(setup: Setup, business: Business, directive: Directive, stage: Stage) -> tuple[Business, Directive]:
    """The directive that a case waiting for an answer would have: the message's own if it has such a gate, else the nearest one.

    An offer waits for its customer in the stage of approvals only: there a business that judges orders instead comes last.
    """

    def offers(one: Directive) -> bool:
        return one.gate("approve") is not None

    own = [(business, directive), *((business, d) for d in business.directives)]
    every = [*own, *((other, d) for other in setup.businesses for d in other.directives)]
    order = (
        [(offers, every), (judges, every)]
        if stage == "waiting_approval"
        else [(offers, own), (judges, own), (lambda d: offers(d) or judges(d), every)]
    )
    return next((found for waits, where in order for found in where if waits(found[1])), (business, directive))


def _waiting(message: Message, directive: Directive, stage: Stage, verdict: Verdict | None, role: Role, now: datetime) -> Case:
    """A case of this sender's as it might be, waiting in that stage: an offer at the amount a customer names, else at 2."""
    before = now - timedelta(hours=1)
    customer = message.sender if role == "customer" else Address("client@guichet.invalid")
    gate = directive.gate("approve")
    amount = (verdict.amount if verdict and role == "customer" else None) or Decimal(2)
    quote = None
    if gate is not None and stage == "waiting_approval":
        grid = directive.grids[gate.quote]
        unit = grid.unit["fr"][1]
        mark = digest("explain", 1, amount, unit, grid.name)
        quote = Quote(1, amount, unit, {}, grid.name, None, "admin", before, mark, key="explain/1/9")
    case = Case(
        id="explain",
        ref="EXP1A1N0",
        version=1,
        business=directive.business,
        directive=directive.name,
        revision=directive.revision,
        kind=directive.kind,
        stage=stage or "waiting_info",
        party=Party(customer.email, customer.name, language=message.language or "fr"),
        thread=Thread("email", "", customer.email, message.subject),
        opened_at=before,
        updated_at=before,
        facts=() if stage == "waiting_info" else _facts(directive),
        files=() if stage == "waiting_info" else _files(directive),
        quote=quote,
        price=amount if quote is not None else None,
        review="asked" if stage == "waiting_review" else "",
        people=(customer.email,),
        keys={"contact": "explain/1/0", "ticket": "explain/1/1"},
    )
    if stage == "waiting_review" and judges(directive):
        case = replace(case, shown=(Shown("explain/1/8", digest_of(case, directive), before),))
    return case


def _facts(directive: Directive) -> tuple[Fact, ...]:
    """What a case that has got so far must know, whatever it is."""
    values: dict[str, FactValue] = {"count": 1, "yesno": True, "money": Money(Decimal(1)), "quantity": Quantity(Decimal(1))}
    values |= {"dimensions": Dimensions(()), "date": Day(date(2026, 1, 1)), "text": "…"}
    return tuple(
        Fact(spec.name, spec.choices[0].value if spec.choices else values.get(spec.type, "…"), ())
        for spec in directive.facts
        if spec.required and spec.type != "files"
    )


def _files(directive: Directive) -> tuple[CaseFile, ...]:
    wanted = [
        (spec, number) for spec in directive.facts if spec.required and spec.type == "files" for number in range(spec.at_least)
    ]
    return tuple(
        CaseFile(f"{number:064x}", "photo.jpg", "image/jpeg", 100_000, "image" if "image" in spec.families else _family(spec))
        for spec, number in wanted
    )


def _family(spec: FactSpec) -> Family:
    known: tuple[Family, ...] = ("model3d", "image", "pdf", "document", "spreadsheet", "archive", "audio", "video", "other")
    return next((f for f in known if f in spec.families), "image")


# ------------------------------------------------------------------ as data


def as_json(found: Explained) -> dict[str, Any]:
    """The line that ``explain --json`` prints."""
    message, reading, decision = found.message, found.reading, found.decision
    line: dict[str, Any] = {
        "path": found.path,
        "message": {
            "id": message.id,
            "from": message.sender.email,
            "to": [a.email for a in message.to],
            "subject": message.subject,
            "date": message.date.isoformat() if message.date else None,
            "body": message.body,
            "text": message.text,
            "signature": message.signature,
            "quoted": message.quoted,
            "language": message.language,
            "automatic": message.automatic,
            "attachments": [{"name": a.name, "type": a.type, "size": a.size, "sha256": a.sha256} for a in message.attachments],
            "in_reply_to": message.in_reply_to,
            "references": list(message.references),
        },
        "reading": {
            "directive": reading.directive,
            "kind": reading.kind,
            "confidence": round(reading.confidence, 3),
            "intent": reading.intent,
            "sentiment": reading.sentiment,
            "urgency": reading.urgency,
            "facts": {f.name: _fact(f, found.directive) for f in reading.facts},
            "repeat": reading.repeat.quote if reading.repeat is not None else None,
            "reasons": [codec.plain(r) for r in reading.reasons],
        },
    }
    if found.verdict is not None and found.stage != "waiting_info":
        line["verdict"] = {
            "answer": found.verdict.answer,
            "credits": _number(found.verdict.amount),
            "price": _price(found.verdict.amount, found.directive),
            "evidence": found.verdict.evidence,
        }
        line["authorised"] = bool(found.authorised)
    line["decision"] = _decision(found, decision)
    return line


def _decision(found: Explained, decision: Decision | None) -> dict[str, Any]:
    if decision is None:
        why = f"message automatique ({found.message.automatic}) : {found.message.automatic_reason}"
        return {
            "gate": None,
            "stage": "ignored",
            "validation_status": None,
            "status": None,
            "credits": None,
            "price": None,
            "effects": [],
            "reasons": [why],
        }
    case, directive = decision.case, found.directive
    gates = directive.gates
    amount = case.approval.amount if case.approval else (case.quote.amount if case.quote else None)
    return {
        "gate": gates[case.gate].gate if case.gate < len(gates) else None,
        "stage": case.stage,
        "validation_status": directive.ticket.status.get(case.stage) or None,
        "status": directive.status(case.standing).word,
        "confidence": confidence(case, directive),
        "facts": {f.name: _fact(f, directive) for f in case.facts},
        "unsure": unsure(case, directive, "fr"),
        "alerts": [alert_text(a, directive, "fr") for a in found.alerts],
        "credits": _number(amount),
        "price": _price(amount, directive),
        "effects": [_effect(e) for e in decision.effects],
        "reasons": [r.text for r in decision.reasons if r.text],
    }


def _price(amount: Decimal | None, directive: Directive) -> str | None:
    """The amount with the unit of the directive's grid, in French: « 2 crédits »."""
    return price_text(amount, directive.price_grid, "fr")[2] if amount is not None else None


def _effect(effect: Effect) -> dict[str, Any]:
    shown: dict[str, Any] = {"kind": effect.kind, "system": effect.system}
    if isinstance(effect.payload, SendMessage):
        shown |= {"text": effect.payload.template, "to": effect.payload.to, "subject": effect.payload.subject}
    elif effect.name:
        shown["name"] = effect.name
    return shown


def _fact(fact: Fact, directive: Directive) -> Mapping[str, Any]:
    """``said`` is the value as a person reads it, ``evidence`` the words it was read from; a line each where there are several, and
    then ``columns`` are the facts that each line says. ``state`` as in core.rows."""
    value, spec = fact.value, directive.fact(fact.name)
    rows = value.rows if isinstance(value, Rows) else ()
    said = [row_text(row, directive, "fr") for row in rows]
    return {
        "label": (in_language(spec.label, "fr") if spec is not None else "") or fact.name,
        "value": codec.plain(fact).get("value"),
        "said": said or fact_text(value, spec, "fr"),
        "evidence": [_row_evidence(row) for row in rows] or (fact.evidence[0].quote if fact.evidence else ""),
        "confidence": fact.confidence,
        "origin": fact.origin,
        "state": "doubtful" if spec is not None and doubtful(fact, spec) else "known",
        **({"columns": list(spec.columns)} if rows and spec is not None else {}),
    }


def _row_evidence(row: Row) -> str:
    """The words that a line was read from, each once."""
    return " … ".join(dict.fromkeys(quote for cell in row.cells for e in cell.evidence if (quote := e.quote)))


def _number(amount: Decimal | None) -> int | float | None:
    if amount is None:
        return None
    return int(amount) if amount == amount.to_integral_value() else float(amount)
