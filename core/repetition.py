"""Whether a request asks for what another one of the same person does: sent again in other words it may be made twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from core.case import Beside, Case
from core.directive import Directive, FactSpec
from core.reading import Fact, Row
from core.rows import rows_of, rows_spec

#: Types of facts that say what is asked for and how many: equal in both. One of details may be left out of either.
_WHAT = ("choice", "quantity")


def same_again(case: Case, other: Case, directive: Directive) -> bool:
    """Whether both ask for the same, line by line in any order, and no reference of theirs tells them apart.

    Prices do not: the same goods at another price may be the same request, said better. Nor does the day while the other one
    waits; once it is judged, another day is another delivery. False where nothing says how many of what.
    """
    if (case.business, case.directive) != (other.business, other.directive):
        return False
    apart = ("reference",) if other.judged is None else ("reference", "date")
    if any(_differ(case.fact(s.name), other.fact(s.name)) for s in directive.facts if s.type in apart):
        return False
    spec = rows_spec(directive)
    columns = [s for s in directive.facts if spec is not None and s.name in spec.columns]
    return _alike(rows_of(case.facts, directive), list(rows_of(other.facts, directive)), columns)


def among(case: Case, others: Iterable[tuple[Beside, Case]], directive: Directive) -> tuple[Beside, ...]:
    """What stands beside a case, with those of the others that ask for the same, marked as such."""
    found = {one.case_id: one for one in case.beside}
    for told, other in others:
        if other.id != case.id and same_again(case, other, directive):
            found[other.id] = replace(found.get(other.id, told), same=True)
    return tuple(found.values())


def _alike(rows: tuple[Row, ...], others: list[Row], columns: list[FactSpec]) -> bool:
    if not rows or len(rows) != len(others):
        return False
    for row in rows:
        like = next((other for other in others if _same_line(row, other, columns)), None)
        if like is None:
            return False
        others.remove(like)
    return True


def _same_line(row: Row, other: Row, columns: list[FactSpec]) -> bool:
    what = [s.name for s in columns if s.type in _WHAT]
    if not what or not all((one := row.cell(n)) and (two := other.cell(n)) and one.value == two.value for n in what):
        return False
    return not any(_differ(row.cell(s.name), other.cell(s.name)) for s in columns if s.type == "details")


def _differ(one: Fact | None, two: Fact | None) -> bool:
    """Whether both are told, and otherwise."""
    return one is not None and two is not None and one.value != two.value
