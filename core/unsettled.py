"""What a further message says and the request does not: nothing is taken from it, and what it may mean is in doubt. Pure.

A number that may be meant for any of several lines, "500 more" of what there is: whoever judges the request must see that it was said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from core.directive import Directive
from core.qualities import within
from core.reading import Fact, Row, Rows
from core.rows import derived, rows_of, rows_spec

#: How surely at most something is known of which a message says otherwise.
OTHERWISE = 0.4
#: Facts by which people tell what they mean rather than how it is to be.
_NAMING = ("choice", "reference", "files", "rows")


def otherwise(facts: Iterable[Fact], said: Iterable[Fact], directive: Directive) -> tuple[Fact, ...]:
    """What a message itself says that is nowhere so in the request; () where the directive knows no lines."""
    facts = tuple(facts)
    spec = rows_spec(directive)
    if spec is None:
        return ()
    held = {f.name: [f.value] for f in facts}
    for row in rows_of(facts, directive):
        for cell in row.cells:
            held.setdefault(cell.name, []).append(cell.value)
    found: list[Fact] = []
    for fact in said:
        of = directive.fact(fact.name)
        own = fact.origin != "derived" and any(e.source != "body" for e in fact.evidence)
        if of is None or of.type in _NAMING or not own or fact.name not in held or fact.value in held[fact.name]:
            continue
        if isinstance(fact.value, str) and any(_within(fact.value, value) for value in held[fact.name]):
            continue
        found.append(fact)
    return tuple(found)


def unsettled(facts: tuple[Fact, ...], said: Sequence[Fact], directive: Directive, *, other: bool = False) -> tuple[Fact, ...]:
    """The request's facts with those in doubt that the message says otherwise: of several lines those of the thing it names, else all.
    ``other``: it may speak of another thing that there is no line of; then none of them is in doubt. What a person wrote stands."""
    spec = rows_spec(directive)
    names = {f.name for f in otherwise(facts, said, directive)}
    if spec is None or not names:
        return facts
    things = {f.name: f.value for f in said if (s := directive.fact(f.name)) is not None and s.type == "choice"}
    alike = [all((c := row.cell(n)) is None or c.value == v for n, v in things.items()) for row in rows_of(facts, directive)]
    if other and not any(alike):
        names -= set(spec.columns)
    found: list[Fact] = []
    for fact in facts:
        if isinstance(fact.value, Rows):
            rows = tuple(
                _in_doubt(row, names) if mine or not any(alike) else row
                for row, mine in zip(fact.value.rows, alike, strict=True)
            )
            sure = min([fact.confidence, *(c.confidence for row in rows for c in row.cells)])
            found.append(replace(fact, value=Rows(rows), confidence=sure))
        else:
            found.append(_doubted(fact) if fact.name in names else fact)
    return derived(tuple(found), directive)


def _in_doubt(row: Row, names: set[str]) -> Row:
    return Row(tuple(_doubted(cell) if cell.name in names else cell for cell in row.cells))


def _doubted(fact: Fact) -> Fact:
    return fact if fact.origin == "person" else replace(fact, confidence=min(fact.confidence, OTHERWISE), doubt="otherwise")


def _within(said: str, value: object) -> bool:
    """Whether words are part of what is known."""
    return isinstance(value, str) and (said.casefold() in value.casefold() or within(said, value))
