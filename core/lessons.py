"""Lessons: what people said of a reading, kept as labelled examples against which readings are measured.

A correction labels one fact of one case, or its kind; a validation by a person labels what he let stand. Both count: measured by
corrections alone, every reading would look as if it were always wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.case import UNDECIDED, Case
from core.events import Event, MessageRead, OperatorActed
from core.reading import Fact, FactValue

#: The name under which a case's directive is labelled.
KIND = "kind"


@dataclass(frozen=True, slots=True)
class Lesson:
    """One label. ``name`` is the fact's, or KIND; ``value`` what it is (a directive's name for KIND), None: it is not told at all.

    ``before`` is what stood there, None for nothing. ``inherited``: that came from an earlier case, so no message tells it.
    A case has one label a name: the last one, a correction before a confirmation.
    """

    case_id: str
    business: str
    directive: str
    name: str
    value: FactValue | None
    before: FactValue | None
    how: Literal["corrected", "confirmed"]
    author: str
    at: datetime
    inherited: bool = False


def lessons(before: Case | None, after: Case, event: Event) -> tuple[Lesson, ...]:
    """What an event teaches about how the case's messages should have been read."""
    if before is None:
        return ()
    changed: tuple[Lesson, ...] = ()
    if isinstance(event, OperatorActed) and event.how != "link":
        author = event.author
        if event.action == "reassign" and after.directive != before.directive:
            return (_label(after, KIND, after.directive, before.directive, "corrected", author, event.at),)
        # What was agreed on since stands in no message: it teaches nothing about reading.
        told = event.facts if event.action in ("correct", "validate") and not event.agreed else ()
        changed = _changed(before, after, told, author, event.at)
        if event.action == "correct":
            return changed
    elif not (isinstance(event, MessageRead) and event.role == "admin" and event.authorised):
        return ()
    else:
        author = event.message.sender.email
        # What his reply corrects; anything else that was read from it is no word of his about the case's fields.
        told = tuple(f for f in event.reading.facts if f.origin == "person")
        changed = _changed(before, after, told, author, event.at)
    if before.stage not in UNDECIDED or after.stage not in ("fulfilling", "done"):
        return changed
    kept = [f for f in after.facts if f.origin in ("rules", "model") and before.fact(f.name) == f]
    confirmed = [_label(after, f.name, f.value, f.value, "confirmed", author, event.at) for f in kept]
    return (_label(after, KIND, after.directive, after.directive, "confirmed", author, event.at), *changed, *confirmed)


def _changed(before: Case, after: Case, told: Sequence[Fact], author: str, at: datetime) -> tuple[Lesson, ...]:
    """Labels of what a person wrote in the place of facts; a value that he let stand is confirmed."""
    found = []
    names = dict.fromkeys(f.name.partition(".")[0] for f in told)
    if any(f.name.count(".") == 1 and f.value == "" for f in told):
        # Where a line went, the first one may be another: what was calculated is nobody's word.
        names |= dict.fromkeys(f.name for f in after.facts if f.origin != "derived" and before.fact(f.name) != f)
    for name in names:
        was, now = before.fact(name), after.fact(name)
        if was != now:
            same = (was and was.value) == (now and now.value)
            how: Literal["corrected", "confirmed"] = "confirmed" if same else "corrected"
            inherited = was is not None and was.origin == "inherited"
            found.append(_label(after, name, _value(now), _value(was), how, author, at, inherited))
    return tuple(found)


def _label(
    case: Case,
    name: str,
    value: FactValue | None,
    before: FactValue | None,
    how: Literal["corrected", "confirmed"],
    author: str,
    at: datetime,
    inherited: bool = False,
) -> Lesson:
    return Lesson(case.id, case.business, case.directive, name, value, before, how, author, at, inherited)


def _value(fact: Fact | None) -> FactValue | None:
    return fact.value if fact is not None else None
