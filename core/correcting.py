"""Corrections: the facts after a person wrote what they should be, lines added and taken away among them; what that does to totals.

A change's name is a fact's, ``lines.2.quantity`` for a cell of the second line, ``lines.2`` with the value '' for that line taken away.
Cells of a line after the last make a line more. Every number is that of the lines before the correction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from core.directive import Directive, FactSpec
from core.reading import Fact, Row, Rows
from core.rows import derived, product, rows_of, rows_spec
from core.wording import fact_text, row_text


def corrected(facts: tuple[Fact, ...], changes: Iterable[Fact], directive: Directive) -> tuple[Fact, ...]:
    """The facts after these changes. The value '' takes a fact away.

    A change of a column is one of the first line, and the other way round. A total that was written and follows from what is
    changed is calculated anew, with the sum that it is part of, unless it is given too; so is the sum of other lines than there were.
    """
    spec = rows_spec(directive)
    changes = tuple(changes)
    kept, lined = _parted(facts, changes, directive, spec)
    by_name = {f.name: f for f in facts}
    for change in kept:
        name, place, column = _address(change.name, spec)
        held = by_name.get(spec.name) if spec is not None else None
        summed = (found := directive.fact(column or name)) is not None and bool(found.derive)
        if spec is not None and held is not None and isinstance(held.value, Rows) and column and not (summed and place < 0):
            rows = list(held.value.rows)
            at = max(place, 0)
            if at < len(rows):
                cells = {c.name: c for c in rows[at].cells}
                _put(cells, replace(change, name=column))
                rows[at] = Row(tuple(cells.values()))
                by_name[spec.name] = replace(held, value=Rows(tuple(rows)), origin="person")
            if at == 0 and not summed:
                _put(by_name, replace(change, name=column))
            continue
        if place <= 0:
            _put(by_name, replace(change, name=column or name))
    after = _without_stale(facts, tuple(by_name.values()), kept, directive)
    if spec is not None and lined:
        given = {c.name for c in kept if _address(c.name, spec)[1] < 0}
        after = _relined(facts, after, lined, given, directive, spec)
    return derived(after, directive)


def changes_lines(changes: Iterable[Fact], facts: tuple[Fact, ...], directive: Directive) -> bool:
    """Whether one of these changes adds a line or takes one away."""
    return bool(_parted(facts, changes, directive, rows_spec(directive))[1])


def names_lines(changes: Iterable[Fact], facts: tuple[Fact, ...], directive: Directive) -> bool:
    """Whether one of these changes says by its number which of several lines there are it means."""
    spec, count = rows_spec(directive), len(rows_of(facts, directive))
    places = [_address(change.name, spec)[1] for change in changes]
    return count > 1 and any(0 <= place < count for place in places)


def told(changes: Iterable[Fact], facts: tuple[Fact, ...], directive: Directive) -> str:
    """What these changes are, in French: « quantité (6000 pièces au lieu de 5000 pièces), ligne 2 retirée (…), ligne ajoutée (…) »."""
    spec = rows_spec(directive)
    kept, lined = _parted(facts, changes, directive, spec)
    rows, found = rows_of(facts, directive), []
    for change in kept:
        name, place, column = _address(change.name, spec)
        label = _label(directive, column or name)
        lined_ = place >= 0 and len(rows) > 1
        held = {f.name: f for f in (rows[place].cells if lined_ else (*(rows[0].cells if len(rows) == 1 else ()), *facts))}
        more = _instead(held.get(column or name), change, directive.fact(column or name))
        found.append((f"ligne {place + 1} : {label}" if lined_ else label) + more)
    for place, cells in lined.items():
        if cells:
            found.append(f"ligne ajoutée ({row_text(Row(cells), directive, 'fr')})")
        else:
            found.append(f"ligne {place + 1} retirée ({row_text(rows[place], directive, 'fr')})")
    return ", ".join(found)


def _instead(was: Fact | None, change: Fact, spec: FactSpec | None) -> str:
    """« (6000 pièces au lieu de 5000 pièces) », « (retiré : rouge) »; '' where nothing can be told of it."""
    if isinstance(change.value, Rows):
        return ""
    old = fact_text(was.value, spec, "fr") if was is not None and not isinstance(was.value, Rows) else ""
    if change.value == "":
        return f" (retiré : {old})" if old else ""
    new = fact_text(change.value, spec, "fr")
    return f" ({new} au lieu de {old})" if old and old != new else f" ({new})"


def outdated(before: tuple[Fact, ...], after: tuple[Fact, ...], directive: Directive, *, lacking: bool = True) -> str:
    """What became of sums that somebody had written and that are no longer those of the lines, as a French sentence; '' for none.
    ``lacking``: with what there is to be given before one can be calculated anew, which may be there by the time it is read again."""
    found, now = [], {f.name: f for f in after}
    for spec in directive.facts:
        was = next((f for f in before if f.name == spec.name), None)
        if not spec.derive or was is None or was.origin == "derived":
            continue
        written, held = fact_text(was.value, spec, "fr"), now.get(spec.name)
        if held is None:
            more = f", et pour le recalculer il manque : {_lacking(after, spec, directive)}" if lacking else ""
            found.append(f"« {written} » était le total de ce qui a changé : il ne vaut plus{more}")
        elif held.origin == "derived" and held.value != was.value:
            found.append(f"« {written} » était le total de ce qui a changé : recalculé, {fact_text(held.value, spec, 'fr')}")
    return " ; ".join(found)


def _lacking(facts: tuple[Fact, ...], spec: FactSpec, directive: Directive) -> str:
    """What a total is calculated from and is not there, by line where there are several; in French."""
    rows = rows_of(facts, directive)
    found = []
    for number, row in enumerate(rows, 1):
        of = f", ligne {number}" if len(rows) > 1 else ""
        found += [f"{_label(directive, name)}{of}" for name in spec.derive if row.cell(name) is None]
    return " ; ".join(found) or "un même prix et une même devise pour toutes les lignes"


def _parted(
    facts: tuple[Fact, ...], changes: Iterable[Fact], directive: Directive, spec: FactSpec | None
) -> tuple[tuple[Fact, ...], dict[int, tuple[Fact, ...]]]:
    """(changes of what there is; lines by their place from 0: the cells of a line more, () for one that is taken away). A line that is
    taken away changes no more."""
    count = len(rows_of(facts, directive))
    kept: list[Fact] = []
    lined: dict[int, tuple[Fact, ...]] = {}
    for change in changes:
        _, place, column = _address(change.name, spec)
        if spec is None or place < 0 or (column and place < max(count, 1)):
            kept.append(change)
        elif not column and place < count and change.value == "":
            lined[place] = ()
        elif column in spec.columns and change.value != "":
            lined[place] = (*lined.get(place, ()), replace(change, name=column))
    return tuple(c for c in kept if lined.get(_address(c.name, spec)[1]) != ()), dict(sorted(lined.items()))


def _relined(
    before: tuple[Fact, ...],
    facts: tuple[Fact, ...],
    lined: dict[int, tuple[Fact, ...]],
    given: set[str],
    directive: Directive,
    spec: FactSpec,
) -> tuple[Fact, ...]:
    """The facts with lines added and without those taken away; one stays, whatever is taken away. ``given`` are sums that are told."""
    totals = {s.name for s in directive.facts if s.derive and s.name in spec.columns}
    several = len(rows_of(before, directive)) > 1
    old = rows_of(facts, directive)
    rows = [row for place, row in enumerate(old) if place not in lined]
    if not several:
        # A sum beside the only line may as well have been meant for the lines that nobody had read.
        rows = [Row(tuple(c for c in row.cells if c.name not in given and _is_of(row, c, directive))) for row in rows]
    rows += [Row(cells) for place, cells in lined.items() if cells]
    if not rows:
        return facts
    by_name = {f.name: f for f in facts}
    for name in spec.columns:
        # What tells of all lines stands (core.rows.addressed); a written sum of other lines does not.
        if name in totals:
            if name not in given:
                by_name.pop(name, None)
        elif not several or old[0].cell(name) is not None:
            by_name.pop(name, None)
    by_name.pop(spec.name, None)
    by_name |= {c.name: c for c in rows[0].cells if c.name not in totals or (len(rows) == 1 and c.name not in given)}
    if len(rows) > 1:
        by_name[spec.name] = _lines(rows, spec)
    return tuple(by_name.values())


def _is_of(row: Row, cell: Fact, directive: Directive) -> bool:
    """Whether a cell is the line's own beyond doubt: a sum is only if it can be calculated from the line."""
    maker = directive.fact(cell.name)
    if maker is None or not maker.derive or cell.origin == "derived":
        return True
    own = product(maker, row.cells, directive)
    return own is not None and own.value == cell.value


def _lines(rows: Sequence[Row], spec: FactSpec) -> Fact:
    cells = [c for row in rows for c in row.cells]
    proof = tuple(dict.fromkeys(e for c in cells for e in c.evidence))
    return Fact(spec.name, Rows(tuple(rows)), proof, min(c.confidence for c in cells), "person")


def _without_stale(
    before: tuple[Fact, ...], after: tuple[Fact, ...], changes: tuple[Fact, ...], directive: Directive
) -> tuple[Fact, ...]:
    """The facts without the written totals that a correction made untrue: of the lines whose quantity or price it changes, and of
    all. One that cannot be calculated, before or after, follows from nothing and stands."""
    spec = rows_spec(directive)
    places = [_address(change.name, spec) for change in changes]
    given = {(max(place, 0), column or name) for name, place, column in places}
    sums = {column or name for name, place, column in places if place < 0}
    by_name = {f.name: f for f in after}
    held = by_name.get(spec.name) if spec is not None else None
    rows = list(held.value.rows) if held is not None and isinstance(held.value, Rows) else []
    old = rows_of(before, directive)
    for maker in (s for s in directive.facts if s.derive):
        if spec is None or maker.name not in spec.columns or not rows:
            stale = any((0, name) in given for name in maker.derive) and (0, maker.name) not in given
            if stale and (product(maker, before, directive) or product(maker, by_name.values(), directive)):
                by_name.pop(maker.name, None)
            continue
        told = False
        for at, row in enumerate(rows):
            if (at, maker.name) in given - {(0, name) for name in sums}:
                told = True
            elif any((at, name) in given for name in maker.derive):
                was = product(maker, old[at].cells, directive) if at < len(old) else None
                if was or product(maker, row.cells, directive):
                    rows[at], told = Row(tuple(c for c in row.cells if c.name != maker.name)), True
        if told and maker.name not in sums:
            by_name.pop(maker.name, None)
    if held is not None and rows:
        by_name[held.name] = replace(held, value=Rows(tuple(rows)))
    return tuple(by_name.values())


def _address(name: str, spec: FactSpec | None) -> tuple[str, int, str]:
    """(name, line from 0 or -1 when none is named, column or '')."""
    head, _, rest = name.partition(".")
    if spec is not None and head == spec.name and rest:
        number, _, column = rest.partition(".")
        return head, (int(number) - 1 if number.isdecimal() else -1), column
    return name, -1, name if spec is not None and name in spec.columns else ""


def _put(into: dict[str, Fact], change: Fact) -> None:
    if change.value == "":
        into.pop(change.name, None)
    else:
        into[change.name] = change


def _label(directive: Directive, name: str) -> str:
    spec = directive.fact(name)
    return (spec.label.get("fr") if spec is not None else "") or name
