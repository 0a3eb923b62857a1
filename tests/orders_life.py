"""One order's life on the pure heart: messages are read by the rules, decided by ``decide``; nothing is stored or sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from core.case import Case
from core.decide import Decision, decide
from core.directive import Directive
from core.effects import Effect, SendMessage
from core.events import DeadlinePassed, MessageRead, OperatorActed, Role
from core.lessons import Lesson, lessons
from core.reading import Fact
from core.work import Context
from engine.naming import judgement_of
from engine.office import authorised, verdict_of
from engine.pipeline import Setup, read_mail
from engine.said import said_hints
from processors.analyze import facts_of
from tests.orders_help import NOW, mail, sacherie

ADMIN = "ventes@sacherie.example"
CLIENT = "client@client.example"
RECEIPT = "received"
FULL = "Bonjour, je commande 10 000 sacs fond carré poignées torsadées à 0,45 dh HT l'unité, livraison le 20 mars. Merci"


def commande() -> Directive:
    """The directive of orders."""
    found = sacherie().directive("commande")
    assert found is not None
    return found


class Life:
    """``write`` opens the case or joins it; ``admin`` answers the last notice unless told otherwise."""

    def __init__(self, *past: Case, directive: Directive | None = None, ref: str = "CMD0001A") -> None:
        self.directive = directive or commande()
        self.now: datetime = NOW
        self.case: Case | None = None
        self.decisions: list[Decision] = []
        self.learned: tuple[Lesson, ...] = ()  # from the last thing that happened
        self.past, self.ref = past, ref
        self._number = 0

    # ---- what happens
    def write(self, text: str, *, subject: str = "", vouched: bool = True) -> Decision:
        return self._message(text, "customer", CLIENT, "", subject, vouched=vouched)

    def admin(self, text: str, *, to: str | None = None, vouched: bool = True, received: datetime | None = None) -> Decision:
        """An administrator's reply to the notice of key ``to``: the last one by default, '' for none that is told."""
        key = self.notices[-1].key if to is None else to
        return self._message(text, "admin", ADMIN, key, "Re: Commande", vouched=vouched, received=received)

    def act(self, action: str, *, digest: str = "", facts: tuple[Fact, ...] = (), note: str = "") -> Decision:
        self._number += 1
        event = OperatorActed(
            f"act:{self._number}", self.now, action, "anne", "desk", None, note, digest, facts=facts  # type: ignore[arg-type]
        )  # fmt: skip
        return self._decide(event)

    def late(self, name: str) -> Decision:
        self.now += timedelta(days=3)
        return self._decide(DeadlinePassed(f"late:{name}:{self.now}", self.now, name, self.now))

    # ---- what is seen
    @property
    def order(self) -> Case:
        assert self.case is not None
        return self.case

    @property
    def stage(self) -> str:
        return self.order.stage

    @property
    def status(self) -> str:
        return self.directive.status(self.order.standing).word

    @property
    def texts(self) -> list[tuple[str, str, SendMessage, Effect]]:
        """(template, audience, payload, effect) of every text, oldest first, beside the word that every complete order brings."""
        found = [e for d in self.decisions for e in d.effects if isinstance(e.payload, SendMessage)]
        return [
            (e.payload.template, e.payload.audience, e.payload, e)
            for e in found
            if isinstance(e.payload, SendMessage) and e.payload.template != RECEIPT
        ]

    @property
    def notices(self) -> list[Effect]:
        """What showed the facts to be judged."""
        return [e for template, _, _, e in self.texts if template in ("admin_review", "admin_reminder", "admin_unclear")]

    def told(self, audience: str) -> list[str]:
        return [template for template, who, _, _ in self.texts if who == audience]

    def value(self, name: str) -> object:
        fact = self.order.fact(name)
        return fact.value if fact is not None else None

    # ---- the machinery
    def _message(
        self,
        text: str,
        role: Role,
        sender: str,
        replies_to: str,
        subject: str,
        *,
        vouched: bool,
        received: datetime | None = None,
    ) -> Decision:
        self._number += 1
        self.now += timedelta(minutes=5)
        raw = mail(subject, text, sender=sender)
        if not vouched:
            raw = raw.replace(b"dmarc=pass", b"dmarc=fail")
        setup = Setup(businesses=(sacherie(),), authserv_ids=frozenset({"guichet.invalid"}))
        read = read_mail(raw, setup, now=self.now, hints={})
        reading = read.reading
        if self.case is not None:
            reading = replace(reading, verdict=verdict_of(read.message, self.directive, role))
            if reading.directive != self.directive.name:
                reading = replace(reading, facts=facts_of(read.message, self.directive, now=self.now))
            if role == "admin":
                assert reading.verdict is not None
                told, changes = judgement_of(read.message, self.case, self.directive, reading.verdict, self.now)
                reading = replace(reading, verdict=told, facts=changes)
        may = authorised(read.message, role)
        event = MessageRead(
            f"m:{self._number}",
            self.now,
            read.message,
            reading,
            role,
            may,
            received or self.now,
            "inbox",
            replies_to=replies_to,
            hints=said_hints(read.message.text, read.message.sender.name) if self.case is not None else {},
        )
        return self._decide(event)

    def _decide(self, event: MessageRead | OperatorActed | DeadlinePassed) -> Decision:
        context = Context(
            self.now, "Sacherie", ADMIN, lambda ref: f"[#{ref}]", lambda case_id: "", new_id=(f"case-{self.ref}", self.ref)
        )
        decision = decide(self.case, event, self.directive, replace(context, past=self.past))
        self.learned = lessons(self.case, decision.case, event)
        self.case = decision.case
        self.decisions.append(decision)
        return decision


def waiting() -> Life:
    """A life whose one order has all that it needs and waits for a person."""
    life = Life()
    life.write(FULL)
    assert (life.stage, life.status, life.told("admin"), life.told("customer")) == (
        "waiting_review", "en_attente", ["admin_review"], [],
    )  # fmt: skip
    return life
