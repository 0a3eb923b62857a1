"""Facts as people judge them: known, doubtful or missing; the lines of a request; their digest; what follows from them.

One model for requests of one thing and of several: **the facts of a directive's columns are those of the first line; when there
are more lines, a fact of type rows holds all of them, the first too.** A column that is calculated (``derive``) is each line's in the
lines, and the sum of them in the fact of that name. ``rows_of`` gives the lines whatever their number.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from core import codec
from core.case import Case
from core.directive import Directive, FactSpec, once
from core.qualities import detailed
from core.reading import Fact, FactValue, Money, Quantity, Row, Rows

#: How far a request is trusted at most of which a file could not be read.
UNREAD = 0.5
#: How surely at most a written total is known when what it is the total of has changed and it cannot be calculated.
STALE = 0.4
State = Literal["known", "doubtful", "missing"]


@dataclass(frozen=True, slots=True)
class FactState:
    """A fact of the directive as it stands in a case: ``fact`` None when missing."""

    spec: FactSpec
    state: State
    fact: Fact | None = None


@once
def rows_spec(directive: Directive) -> FactSpec | None:
    """The fact that holds the lines, None where a request is for one thing."""
    return next((s for s in directive.facts if s.type == "rows"), None)


def rows_of(facts: Iterable[Fact], directive: Directive) -> tuple[Row, ...]:
    """The lines of a request: those of its rows fact, else the one line that its facts make; () when no column is known."""
    spec = rows_spec(directive)
    by_name = {f.name: f for f in facts}
    if spec is None:
        return ()
    held = by_name.get(spec.name)
    if held is not None and isinstance(held.value, Rows):
        return held.value.rows
    cells = tuple(by_name[name] for name in spec.columns if name in by_name)
    return (Row(cells),) if cells else ()


def addressed(facts: Iterable[Fact], directive: Directive) -> Iterator[tuple[str, Fact]]:
    """Every fact with the address that ``corrected`` takes: its name, or ``lines.2.quantity`` for a cell of the second of several
    lines. A column stands by its own name only where it tells of all lines what no single one says."""
    spec, every = rows_spec(directive), tuple(facts)
    held = next((f for f in every if spec is not None and f.name == spec.name), None)
    rows = held.value.rows if held is not None and isinstance(held.value, Rows) else ()
    for fact in every:
        cell = rows[0].cell(fact.name) if rows else None
        if fact is held and rows:
            yield from ((f"{fact.name}.{n}.{cell.name}", cell) for n, row in enumerate(rows, 1) for cell in row.cells)
        elif cell is None or (cell.value, cell.evidence) != (fact.value, fact.evidence):
            yield fact.name, fact


def doubtful(fact: Fact, spec: FactSpec) -> bool:
    """Whether a fact was read with less confidence than the directive wants; a line with one doubtful cell is doubtful."""
    return fact.origin != "person" and fact.confidence < spec.doubt


def states(case: Case, directive: Directive) -> tuple[FactState, ...]:
    """Every fact of the directive but files, in its order. A rows fact counts only when there are several lines."""
    found: list[FactState] = []
    for spec in directive.facts:
        fact = case.fact(spec.name)
        if spec.type == "files" or (spec.type == "rows" and fact is None):
            continue
        state: State = "missing" if fact is None else "doubtful" if doubtful(fact, spec) else "known"
        found.append(FactState(spec, state, fact))
    return tuple(found)


def confidence(case: Case, directive: Directive) -> float:
    """How far the reading of a request is to be trusted, 0..1: the mean over the facts that the directive requires, 0 for a
    missing one, and no more than doubtful while a file is unread. A repeat of an
    earlier request that lacks nothing is worth at least what the directive says."""
    wanted = [s for s in states(case, directive) if s.spec.required]
    if not wanted:
        return 1.0
    mean = sum(s.fact.confidence if s.fact is not None else 0.0 for s in wanted) / len(wanted)
    if case.repeats and directive.repeat is not None and all(s.fact is not None and s.state != "doubtful" for s in wanted):
        mean = max(mean, directive.repeat.confidence)
    return round(min(mean, UNREAD) if case.unread else mean, 2)


def digest_of(case: Case, directive: Directive) -> str:
    """The fingerprint of what a person judges: the case, its kind, the values of its facts, whoever read them, and what
    he was shown with them: other cases of the person, and every further message of this one. 32 hex digits."""
    digest = hashlib.sha256(f"{case.id}\n{directive.kind}\n".encode())
    for fact in sorted(case.facts, key=lambda f: f.name):
        spec = directive.fact(fact.name)
        if spec is None or spec.type == "files":
            continue
        digest.update(f"{fact.name}\n".encode() + _plain(fact.value) + b"\n")
    for one in case.beside:
        digest.update(f"beside {one.case_id}\n".encode())
    for more in case.further:
        digest.update(f"further {more.id}\n".encode())
    return digest.hexdigest()[:32]


def _plain(value: FactValue) -> bytes:
    if isinstance(value, Rows):
        cells = [[(c.name, _plain(c.value).decode()) for c in sorted(r.cells, key=lambda c: c.name)] for r in value.rows]
        return codec.dump(cells)
    return codec.dump(value, FactValue)


# ------------------------------------------------------------------ what follows from facts


def derived(facts: tuple[Fact, ...], directive: Directive) -> tuple[Fact, ...]:
    """The facts with everything calculated anew: what somebody wrote stands, what was calculated before is replaced."""
    by_name = {f.name: f for f in facts if f.origin != "derived"}
    spec = rows_spec(directive)
    makers = [s for s in directive.facts if s.derive]
    if spec is not None and (held := by_name.get(spec.name)) is not None and isinstance(held.value, Rows):
        rows = tuple(_derive_row(row, [m for m in makers if m.name in spec.columns], directive) for row in held.value.rows)
        by_name[spec.name] = replace(held, value=Rows(rows))
        for maker in makers:
            if maker.name in spec.columns and maker.name not in by_name and (total := _sum(maker.name, rows)) is not None:
                by_name[maker.name] = total
        makers = [m for m in makers if m.name not in spec.columns]
    for maker in makers:
        if maker.name not in by_name and (fact := product(maker, by_name.values(), directive)) is not None:
            by_name[maker.name] = fact
    order = [f.name for f in facts if f.name in by_name]
    return tuple(by_name[n] for n in dict.fromkeys((*order, *by_name)))


def _derive_row(row: Row, makers: Iterable[FactSpec], directive: Directive) -> Row:
    cells = tuple(c for c in row.cells if c.origin != "derived")
    more = [fact for m in makers if all(c.name != m.name for c in cells) and (fact := product(m, cells, directive)) is not None]
    return Row((*cells, *more))


def _sum(name: str, rows: Iterable[Row]) -> Fact | None:
    """The sum over the lines; None where one has no amount or they are of several currencies."""
    cells = [row.cell(name) for row in rows]
    values = [c.value for c in cells if c is not None and isinstance(c.value, Money)]
    if len(values) != len(cells) or len({(v.currency, v.tax) for v in values}) != 1:
        return None
    first = values[0]
    total = sum((v.amount for v in values), Decimal(0))
    sure = min(c.confidence for c in cells if c is not None)
    return Fact(name, Money(total, first.currency, first.tax), (), sure, "derived")


def product(maker: FactSpec, facts: Iterable[Fact], directive: Directive) -> Fact | None:
    """The product of a quantity and a price, None where one is missing or they do not count the same thing.

    The first unit of a quantity is the piece. A price of "le mille" is for pieces; one whose unit nobody named is for what is counted.
    """
    by_name = {f.name: f for f in facts}
    number = price = None
    for name in maker.derive:
        fact = by_name.get(name)
        if fact is not None and isinstance(fact.value, Money):
            price = fact
        elif fact is not None and isinstance(fact.value, Quantity | int):
            number = fact
    if number is None or price is None or not isinstance(price.value, Money):
        return None
    money = price.value
    if isinstance(number.value, Quantity):
        spec = directive.fact(number.name)
        piece = spec.units[0] if spec is not None and spec.units else ""
        counted = number.value.unit or piece
        if counted != (money.unit or (piece if money.per != 1 else counted)):
            return None
        count = number.value.amount
    elif isinstance(number.value, int):
        count = Decimal(number.value)
    else:
        return None
    total = (count * money.amount / money.per).quantize(Decimal("0.01"))
    return Fact(maker.name, Money(total, money.currency, money.tax), (), min(number.confidence, price.confidence), "derived")


# ------------------------------------------------------------------ further messages, earlier requests


def joined(old: tuple[Fact, ...], new: tuple[Fact, ...], directive: Directive, *, amends: bool = False) -> tuple[Fact, ...]:
    """The facts after a further message. New lines take the place of all columns; a column alone does not say which of several
    lines it means, so it is left out (a person reads the message).

    ``amends``: the message says that something is to be otherwise. Its figures then stand, however surely the first ones were read.
    """
    spec = rows_spec(directive)
    if spec is not None:
        columns = {*spec.columns, spec.name}
        corrected_ones = any(f.origin == "person" and f.name in columns for f in old)
        if any(f.name == spec.name for f in new) and not corrected_ones:
            old = tuple(f for f in old if f.name not in columns)
        elif any(f.name == spec.name for f in (*old, *new)):
            new = tuple(f for f in new if f.name not in columns)
    stated, told = {f.name for f in new}, old
    # What the person says now stands above what was taken over from an earlier request.
    old = tuple(f for f in old if not (f.name in stated and f.origin in ("inherited", "derived")))
    kept = merge_facts(old, new)
    if amends:
        kept = tuple(_amended(before, new, directive) for before in kept)
    kept = detailed(kept, told, new, directive)
    return derived(_without_stale(told, kept, stated, directive), directive)


def _without_stale(
    before: tuple[Fact, ...], after: tuple[Fact, ...], stated: set[str], directive: Directive
) -> tuple[Fact, ...]:
    """The facts without totals that were written for another quantity or price than the message says now; in doubt what cannot be
    calculated anew. A total that a person gave, or that the message tells, stands."""
    was, now = {f.name: f.value for f in before}, {f.name: f for f in after}
    for maker in (s for s in directive.facts if s.derive):
        held = now.get(maker.name)
        if held is None or held.origin == "person" or maker.name in stated:
            continue
        if any(n in was and n in now and now[n].value != was[n] for n in maker.derive):
            if product(maker, after, directive) is not None:
                del now[maker.name]
            else:
                now[maker.name] = replace(held, confidence=min(held.confidence, STALE), doubt="stale")
    return tuple(now.values())


def _amended(before: Fact, new: tuple[Fact, ...], directive: Directive) -> Fact:
    """The fact as a message that changes something leaves it: what a person wrote stands, so does the thing unless it is told as
    surely; a bare number keeps the unit of the one that it replaces."""
    fact = next((f for f in new if f.name == before.name), None)
    spec = directive.fact(before.name)
    if fact is None or before.origin == "person" or (spec is not None and spec.type == "choice"):
        return before
    bare = bool(fact.evidence) and not any(c.isalpha() for e in fact.evidence for c in e.quote)
    if bare and isinstance(fact.value, Quantity) and isinstance(before.value, Quantity) and before.value.unit:
        return replace(fact, value=replace(fact.value, unit=before.value.unit))
    return fact


def merge_facts(old: tuple[Fact, ...], new: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """The facts after a message: a newer one replaces an older one unless it was read with less confidence.

    What a person corrected stands until a person corrects it again. The order of first mention is kept.
    """
    merged = {fact.name: fact for fact in old}
    for fact in new:
        before = merged.get(fact.name)
        if before is None or ((before.origin != "person" or fact.origin == "person") and fact.confidence >= before.confidence):
            merged[fact.name] = fact
    return tuple(merged.values())
