"""The diagram of stages in docs/stages.md, drawn from what ``decide`` does: ``python -m engine.diagram > docs/stages.md``.

Every kind of event is played in every stage that a case can be in; each change of stage is an arrow.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from core.case import Case
from core.decide import decide
from core.directive import Directive
from core.effects import Receipt
from core.events import DeadlinePassed, EffectDone, Event, MessageRead, OperatorActed, Role
from core.message import Address, Attachment, Authentication, Message
from core.reading import Answer, Evidence, Fact, Reading, Verdict
from core.work import Context

_START = datetime(2026, 1, 1, tzinfo=UTC)
_PHOTO = Attachment("photo.jpg", "image/jpeg", 300_000, "a" * 64, "image")

#: What stages are called in the picture.
NAMES = {
    "": "[*]",
    "waiting_info": "waiting_info",
    "waiting_review": "waiting_review",
    "waiting_approval": "waiting_approval",
    "fulfilling": "fulfilling",
    "done": "done",
    "rejected": "rejected",
    "expired": "expired",
    "closed": "closed",
}


def _context(at: datetime) -> Context:
    return Context(at, "x", "admin@example.com", str, str, new_id=("case", "REF00000"))


def _message(number: int, *, role: Role = "customer", answer: Answer | None = None, amount: int | None = None,
             files: tuple[Attachment, ...] = (), facts: tuple[Fact, ...] = ()) -> MessageRead:  # fmt: skip
    at = _START + timedelta(minutes=number)
    verdict = Verdict(answer, Decimal(amount) if amount else None, f"mot {answer}") if answer else None
    message = Message(
        f"<{number}@example.com>", "email", Address(f"{role}@example.com"), subject="s", attachments=files,
        authentication=Authentication("pass"),
    )  # fmt: skip
    reading = Reading("", "", 1.0, intent="request", facts=facts, verdict=verdict)
    return MessageRead(f"m{number}", at, message, reading, role, True, at)


def _fact(name: str, value: str) -> Fact:
    return Fact(name, value, (Evidence("text", value, 0),))


def _openings() -> Iterator[tuple[str, MessageRead]]:
    yield "complete request", _message(1, files=(_PHOTO,), facts=(_fact("complexity", "standard"),))
    yield "request without a photo", _message(1, facts=(_fact("complexity", "standard"),))
    yield "too complex for the grid", _message(1, files=(_PHOTO,), facts=(_fact("complexity", "ornate"),))


def _events(case: Case, number: int) -> Iterator[tuple[str, Event]]:
    """Everything that can happen, with the words of the arrow."""
    yield "customer sends what was missing", _message(number, files=(_PHOTO,))
    yield "customer says yes", _message(number, answer="approve")
    yield "customer says no", _message(number, answer="refuse")
    yield "customer adds that it is ornate", _message(number, facts=(_fact("complexity", "ornate"),))
    yield "administrator says yes, with an amount", _message(number, role="admin", answer="approve", amount=4)
    yield "administrator says yes", _message(number, role="admin", answer="approve")
    yield "administrator says no", _message(number, role="admin", answer="refuse")
    at = _START + timedelta(minutes=number)
    acts: list[Callable[[], OperatorActed]] = [
        lambda: OperatorActed(f"o{number}v", at, "validate", "alice", "desk", Decimal(3)),
        lambda: OperatorActed(f"o{number}r", at, "reprice", "alice", "desk", Decimal(3)),
        lambda: OperatorActed(f"o{number}c", at, "close", "alice", "desk"),
    ]
    for label, act in zip(("operator validates", "operator sets a price", "operator closes"), acts, strict=True):
        yield label, act()
    for name in ("complete.close", "approve.expire"):
        yield "deadline passes", DeadlinePassed(f"d{number}{name}", at, name, at)
    if "task" in case.keys:
        yield "the task exists", EffectDone(f"e{number}", at, case.keys["task"], "task.create", "task", Receipt("1"))


def arrows(directive: Directive) -> dict[tuple[str, str], list[str]]:
    """(from, to) of every change of stage, with the words of what causes it."""
    found: dict[tuple[str, str], list[str]] = {}
    reached: dict[str, Case] = {}
    for label, opening in _openings():
        case = decide(None, opening, directive, _context(opening.at)).case
        found.setdefault(("", case.stage), []).append(label)
        reached.setdefault(case.stage, case)
    waiting = list(reached)
    number = 10
    while waiting:
        stage = waiting.pop(0)
        number += 1
        for label, event in _events(reached[stage], number):
            before = replace(reached[stage], updated_at=event.at)
            after = decide(before, event, directive, _context(event.at)).case
            if after.stage == stage:
                continue
            words = found.setdefault((stage, after.stage), [])
            if label not in words:
                words.append(label)
            if after.stage not in reached:
                reached[after.stage] = after
                waiting.append(after.stage)
    return found


def page(directive: Directive) -> str:
    """The page with the picture (Mermaid) and the same as a table."""
    found = arrows(directive)
    lines = [
        "# Stages of a case",
        "",
        f"Drawn from what `core.decide` does with the directive *{directive.name}*: `python -m engine.diagram > docs/stages.md`.",
        "A test keeps this page equal to the code.",
        "",
        "```mermaid",
        "stateDiagram-v2",
    ]
    for (before, after), words in found.items():
        lines.append(f"    {NAMES[before]} --> {NAMES[after]}: {' / '.join(words)}")
    ends = sorted({after for _, after in found} - {before for before, _ in found})
    lines += [f"    {NAMES[end]} --> [*]" for end in ends]
    lines += ["```", "", "| from | what happens | to |", "|---|---|---|"]
    lines += [f"| {before or '(new)'} | {', '.join(words)} | {after} |" for (before, after), words in found.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    from engine.directives import load_business

    folder = Path(__file__).resolve().parent.parent / "directives" / "figurative"
    directive = load_business(folder).directive("modelisation")
    sys.stdout.write(page(directive) if directive else "")
