"""Lives of cases for tests: a driver that plays events through ``decide`` and keeps everything that was wanted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from core.case import Case, Party
from core.decide import Decision, decide
from core.directive import Business, Directive
from core.effects import Effect, Receipt, SendMessage
from core.events import DeadlinePassed, EffectDone, Event, MessageRead, OperatorActed, Role
from core.message import Address, Attachment, Authentication, Message
from core.reading import Answer, Evidence, Fact, Reading, Verdict
from core.work import Context
from engine.directives import load_business
from engine.said import said_hints

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CUSTOMER, ADMIN = "client@example.com", "patron@studio.example"
FOLDER = Path(__file__).resolve().parent.parent / "directives" / "figurative"

_loaded: dict[str, Business] = {}


def figurative() -> Business:
    """The first business, loaded once."""
    if "figurative" not in _loaded:
        _loaded["figurative"] = load_business(FOLDER)
    return _loaded["figurative"]


def photo(number: int = 1) -> Attachment:
    """A picture as a customer sends one."""
    return Attachment(f"photo{number}.jpg", "image/jpeg", 300_000, f"{number:064x}", "image")


def model(number: int = 9) -> Attachment:
    """A 3D file."""
    return Attachment(f"objet{number}.glb", "model/gltf-binary", 900_000, f"{number:064x}", "model3d")


def fact(name: str, value: Any, confidence: float = 0.9) -> Fact:
    """A fact with some evidence."""
    return Fact(name, value, (Evidence("text", str(value), 0),), confidence)


class Life:
    """One case from its first message on. ``effects`` are all that were ever wanted, in order."""

    def __init__(self, directive: str = "modelisation", business: Business | None = None) -> None:
        self.business = business or figurative()
        found = self.business.directive(directive)
        assert found is not None, [d.name for d in self.business.directives]
        self.directive: Directive = found
        self.case: Case | None = None
        self.now = START
        self.effects: list[Effect] = []
        self.deadlines: dict[str, datetime] = {}
        self.notices: list[str] = []
        self.noticed = False
        self.admin = ADMIN
        self.known: Party | None = None
        self._number = 0

    # ---- what happens
    def happen(self, event: Event) -> Decision:
        """Play one event; checks what must hold of every decision."""
        context = Context(
            now=self.now,
            business=self.business.label,
            admin_email=self.admin,
            reference=lambda ref: f"[#{ref}-ABC123]",
            case_url=lambda case_id: f"https://guichet.example/cases/{case_id}",
            noticed=self.noticed,
            new_id=("0123456789abcdef", "K7Q2M9XD"),
            known=self.known,
            approve_url=lambda case_id, number, digest, to: f"https://guichet.example/approve/{number}-{digest}-{to}",
        )
        before = self.case
        decision = decide(before, event, self.directive, context)
        again = decide(before, event, self.directive, context)
        assert decision == again, "decide is not pure"
        self.case = decision.case
        have = {e.key for e in self.effects}
        new = {e.key for e in decision.effects}
        assert len(new) == len(decision.effects), "two effects of one decision share a key"
        assert not have & new, "a key was used twice"
        for effect in decision.effects:
            assert set(effect.after) <= have | new, "an effect waits for one that nobody wants"
        self.effects += decision.effects
        if decision.deadlines is not None:
            self.deadlines = dict(decision.deadlines)
        if decision.notice_to:
            self.notices.append(decision.notice_to)
        return decision

    def write(self, text: str = "", **fields: Any) -> Decision:
        """A message of the customer (or of whom ``role`` says), played; ``fields`` as in ``message``."""
        return self.happen(self.message(text, **fields))

    def message(
        self,
        text: str = "",
        *,
        answer: Answer | None = None,
        credits: int | None = None,
        files: tuple[Attachment, ...] = (),
        facts: tuple[Fact, ...] = (),
        role: Role = "customer",
        authorised: bool = True,
        intent: str = "other",
        **more: Any,
    ) -> MessageRead:
        """The event of a message, not yet played."""
        self._number += 1
        self.now += timedelta(minutes=5)
        sender = ADMIN if role == "admin" else (CUSTOMER if role == "customer" else "autre@ailleurs.example")
        fields = {k: more.pop(k) for k in list(more) if k in Message.__dataclass_fields__}
        message = Message(
            id=f"<{self._number}@example.com>",
            channel="email",
            sender=Address(sender, "Jean Dupont"),
            subject="Modélisation fauteuil",
            body=text,
            text=text,
            language="fr",
            attachments=files,
            authentication=Authentication("pass" if authorised else "none"),
        )
        message = replace(message, **fields)
        verdict = Verdict(answer, Decimal(credits) if credits is not None else None, text) if answer else None
        reading = Reading(
            self.directive.name,
            self.directive.kind,
            0.9,
            intent=intent,
            language="fr",
            facts=facts,
            verdict=verdict,  # type: ignore[arg-type]
        )
        event = MessageRead(
            id=f"message:{self._number}",
            at=self.now,
            message=message,
            reading=reading,
            role=role,
            authorised=authorised,
            received_at=self.now,
            account="inbox",
            hints=said_hints(text),
        )
        return replace(event, **more)

    def open(
        self, *, complexity: str = "standard", files: tuple[Attachment, ...] | None = None, thing: str = "fauteuil"
    ) -> Decision:
        """A complete request."""
        facts = (fact("complexity", complexity),) if complexity else ()
        if thing:
            facts = (fact("object", thing), *facts)
        return self.write(
            f"Je souhaite modéliser ce {thing}", files=(photo(),) if files is None else files, facts=facts, intent="request"
        )

    def done(self, name: str) -> Decision:
        """The named effect was done outside."""
        assert self.case is not None
        effect = next(e for e in self.effects if e.name == name)
        return self.happen(
            EffectDone(f"{effect.key}#1", self.now, effect.key, effect.kind, name, Receipt("86c870m18", "https://x"))
        )

    def late(self, name: str) -> Decision:
        """The deadline has passed."""
        due = self.deadlines.pop(name)
        self.now = max(self.now, due)
        return self.happen(DeadlinePassed(f"deadline:{name}:{due.isoformat()}", self.now, name, due))

    def act(self, action: str, amount: int | None = None, note: str = "", digest: str = "", how: str = "desk") -> Decision:
        """An operator acts; by "link" it is the customer."""
        self._number += 1
        self.now += timedelta(minutes=5)
        value = Decimal(amount) if amount is not None else None
        who = CUSTOMER if how == "link" else "alice"
        return self.happen(OperatorActed(f"op:{self._number}", self.now, action, who, how, value, note, digest))  # type: ignore[arg-type]

    # ---- what is asked of it
    def sent(self, template: str = "") -> list[SendMessage]:
        """The texts that were wanted, of that template."""
        messages = [e.payload for e in self.effects if isinstance(e.payload, SendMessage)]
        return [m for m in messages if not template or m.template == template]

    def wanted(self, kind: str) -> list[Effect]:
        """The effects of that kind."""
        return [e for e in self.effects if e.kind == kind]

    @property
    def stage(self) -> str:
        """Where the case stands."""
        assert self.case is not None
        return self.case.stage

    def status(self) -> str:
        """The status that the ticket shows after the last decision."""
        shown = ""
        for effect in self.effects:
            if effect.kind in ("ticket.open", "ticket.update"):
                shown = effect.payload.properties.get("validation_status", shown)  # type: ignore[union-attr]
        return shown


def offered(life: Life) -> str:
    """The digest of the case's open offer."""
    assert life.case is not None
    assert life.case.quote is not None
    return life.case.quote.digest
