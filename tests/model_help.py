"""For the tests of reading with a model: a business of their own, messages, answers, and a model that needs no network."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from core.condition import parse_condition
from core.directive import Business, Choice, Directive, FactSpec, GateSpec, Grid, GridRevision, GridRow, Match, TicketSpec, Word
from core.message import Address, Attachment, Message
from core.model import Answer, Question, Usage
from core.ports import Health, InboxRow, ReadRow
from core.reading import Reading
from engine.directives import load_all
from processors.analyze import understand

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@cache
def figurative() -> Business:
    """The business that ships with the product."""
    return load_all(Path(__file__).resolve().parent.parent / "directives")["figurative"]


@cache
def bakery() -> Business:
    """A business that has a fact of every type; its order directive's prose holds something that must never come out."""
    grid = Grid(
        "prix",
        {"fr": ("part", "parts")},
        (
            GridRevision(
                date(2025, 1, 1),
                (
                    GridRow(Decimal(3), parse_condition("shape = round"), {"fr": "rond"}),
                    GridRow(None, None, {"fr": "à voir"}),
                ),
            ),
        ),
    )
    facts = (
        FactSpec("occasion", "text", label={"fr": "occasion"}, after=("pour fêter",)),
        FactSpec("shape", "choice", required=False, choices=(_choice("round", "rond"), _choice("square", "carré"))),
        FactSpec("guests", "count", required=False, units=("convives", "personnes")),
        FactSpec("size", "dimensions", required=False),
        FactSpec("weight", "quantity", required=False, units=("kg", "g")),
        FactSpec("budget", "money", required=False),
        FactSpec("day", "date", required=False),
        FactSpec("gluten", "yesno", required=False),
        FactSpec("photos", "files", required=False, families=("image",)),
    )
    order = _directive(
        "commande", "COMMANDE", Match((Word("gâteau", 3.0), Word("pièce montée", 3.0))), facts,
        gates=(GateSpec("complete"), GateSpec("approve", quote="prix")), grids={"prix": grid},
        prose="On fait des gâteaux. Le code de la réserve est MANDARINE-4471.",
    )  # fmt: skip
    hiring = _directive(
        "emploi", "EMPLOI", Match((Word("candidature", 3.0),)), (FactSpec("post", "text", required=False),),
        prose="Le salaire d'un apprenti ne se dit jamais : 1437 euros.",
    )  # fmt: skip
    other = _directive("autre", "AUTRE", Match((Word("horaires", 3.0),)), (), default=True)
    return Business("boulangerie", "Boulangerie Test", "r1", (order, hiring, other))


def _choice(value: str, word: str) -> Choice:
    return Choice(value, (Word(word),), {"fr": word})


def _directive(name: str, kind: str, match: Match, facts: tuple[FactSpec, ...], **more: Any) -> Directive:
    given: dict[str, Any] = {"gates": (), "ticket": TicketSpec(), "texts": {}, "grids": {}} | more
    return Directive(name, kind, "boulangerie", "r1", match, facts, **given)


def message(text: str = "", subject: str = "", *files: Attachment, **fields: Any) -> Message:
    """A mail of a customer."""
    given: dict[str, Any] = {
        "id": "<m1@example.com>", "channel": "email", "sender": Address("zoe@example.com", "Zoé Client"), "subject": subject,
        "date": NOW, "body": text, "text": text, "language": "fr", "attachments": files,
    }  # fmt: skip
    return Message(**(given | fields))


def picture(name: str = "photo.jpg", content: bytes = b"\xff\xd8\xff" + b"x" * 40_000, type_: str = "image/jpeg") -> Attachment:
    """A picture that is no decoration."""
    family: Any = "pdf" if type_ == "application/pdf" else "image"
    return Attachment(name, type_, len(content), hashlib.sha256(content).hexdigest(), family)


def read(mail: Message, business: Business) -> Reading:
    """The rules' reading."""
    from dataclasses import replace

    return replace(understand(mail, business, now=NOW), business=business.name)


def said(
    directive: str = "", quote: str = "", *, of: str = "", intent: str = "other", unsure: tuple[str, ...] = (), **facts: Any
) -> dict[str, Any]:
    """An answer of the bakery's schema; facts belong to ``of`` (the chosen directive by default)."""
    return {
        "directive": {"name": directive, "quote": quote},
        "intent": intent,
        "facts": {(of or directive): {name: [value] for name, value in facts.items()}},
        "unsure": list(unsure),
    }


def answer(data: Any, **fields: Any) -> Answer:
    """What the model said, as the connector gives it."""
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    given: dict[str, Any] = {
        "data": text,
        "stop": "complete",
        "model": "model-1",
        "usage": Usage(100, 20, 300, 0),
        "cost": Decimal("0.001"),
    }
    return Answer(**(given | fields))


class Told:
    """core.ports.Model, answered by a function; it remembers what it was asked and counts what was paid."""

    def __init__(self, script: Callable[[Question], Answer] | Any, *, ceiling: str = "0.01", name: str = "model-1") -> None:
        self.name, self._script, self._ceiling = name, script, Decimal(ceiling)
        self.asked: list[Question] = []
        self._lock = threading.Lock()

    def ceiling(self, question: Question) -> Decimal:
        return self._ceiling

    def ask(self, question: Question) -> Answer:
        with self._lock:
            self.asked.append(question)
        result = self._script(question) if callable(self._script) else self._script
        if isinstance(result, Exception):
            raise result
        return result if isinstance(result, Answer) else answer(result)

    def check(self) -> Health:
        return Health(True)

    def close(self) -> None:
        pass


def row(mail: Message, business: Business, number: int = 1) -> ReadRow:
    """The message as the reader lane holds it, read by the rules."""
    stored = InboxRow(number, "mail", "email", str(number), mail.id, "raw", 1, NOW, NOW, {})
    return ReadRow(stored, mail, read(mail, business), f"f{number}")


def later(**delta: float) -> datetime:
    """NOW and some time."""
    return NOW + timedelta(**delta)


def facts_of(reading: Reading) -> Mapping[str, Any]:
    """The values by name."""
    return {f.name: f.value for f in reading.facts}
