"""What a message puts on top of a request that waits: its lines are added, nothing of the earlier ones changes. Pure.

Where it is not plain that it adds, and what, everything stays as it is: the person who judges the request reads the message.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from core.directive import Directive, FactSpec
from core.qualities import within
from core.reading import Fact, Row, Rows
from core.rows import derived, doubtful, joined, rows_of, rows_spec
from core.unsettled import unsettled

#: How surely a fact of the whole request is known at most that was said only beside what is added.
BESIDE = 0.4


@dataclass(frozen=True, slots=True)
class Addition:
    """``facts`` are the request's after the message; ``rows`` the lines that came to it, () for none; ``left`` what the message says
    of the whole request that is not as it stands there. ``unclear``: nobody can tell what it adds, nothing was taken but what may
    complete a line, in doubt. ``completes``: it tells more of a line that is there, and adds none."""

    facts: tuple[Fact, ...]
    rows: tuple[Row, ...] = ()
    left: tuple[Fact, ...] = ()
    unclear: bool = False
    completes: bool = False


def addition(
    old: tuple[Fact, ...], new: tuple[Fact, ...], directive: Directive, told: str, *, replaces: bool = True
) -> Addition | None:
    """What a message adds of which the words tell (core.events.ADDS). None where it is to be taken as any other message: the directive
    knows no lines, there is none yet, it says what was still lacking, or names nothing that could be one.

    ``replaces``: the message may put what it names in the place of what there is. Else, where no word tells that it adds either, whole
    lines beside which one of the earlier ones is left out may be meant as well to be all as more.
    """
    spec = rows_spec(directive)
    earlier = rows_of(old, directive)
    if spec is None or not earlier:
        return None
    if told == "unclear":
        return Addition(old, unclear=True)
    needed = [n for n in spec.columns if (s := directive.fact(n)) is not None and s.required]
    said = [row for row in rows_of(new, directive) if any(e.source != "body" for c in row.cells for e in c.evidence)]
    if len(said) == 1 and (more := _more_of(old, earlier, said[0], needed, directive, told)) is not None:
        return more
    if not (told or not replaces):
        return None
    if not told:
        return Addition(old, unclear=True) if _leaves_out(earlier, said, needed, directive) else None
    if len(earlier) == len(said) == 1 and _completes(earlier[0], said[0], needed):
        return None
    if not said:
        return None
    if not all(row.cell(n) is not None for row in said for n in needed):
        # A verb means a line, and none is whole; « aussi » alone may say anything that is not otherwise already.
        against = any(_contradicts(row, earlier[0]) for row in said)
        return Addition(old, unclear=True) if told == "adds" or against else None
    fresh = [row for row in said if not any(_same(row, one, needed) for one in earlier)]
    again = any(_thing(row, directive, spec) == _thing(one, directive, spec) for row in fresh for one in earlier)
    if again and (told == "also" or len(said) > 1):
        return Addition(old, unclear=True)
    return _put(old, earlier, fresh, [f for f in new if f.name not in {*spec.columns, spec.name}], directive, spec)


def taken(
    old: tuple[Fact, ...], new: tuple[Fact, ...], directive: Directive, told: str, *, amends: bool, replaces: bool
) -> tuple[tuple[Fact, ...], Addition | None]:
    """(a request's facts after a further message, what it added: None where it was taken as any other)."""
    found = addition(old, new, directive, told, replaces=replaces)
    if found is not None and found.completes:
        return found.facts, found
    if found is not None and (found.rows or not found.unclear):
        return found.facts, found
    facts = found.facts if found is not None else joined(old, new, directive, amends=amends)
    return unsettled(facts, new, directive, other=found is not None), found


def _put(
    old: tuple[Fact, ...],
    earlier: Sequence[Row],
    fresh: Sequence[Row],
    rest: Iterable[Fact],
    directive: Directive,
    spec: FactSpec,
) -> Addition:
    """The request with these lines more. What is said of the whole of it is taken only where nothing is known, as doubtful."""
    by_name = {f.name: f for f in old}
    left = []
    for fact in rest:
        if fact.origin == "derived" or (of := directive.fact(fact.name)) is None or of.type == "files":
            continue
        held = by_name.get(fact.name)
        if held is None and fresh:
            by_name[fact.name] = replace(fact, confidence=min(fact.confidence, BESIDE), doubt="beside")
        elif held is not None and held.value != fact.value:
            left.append(fact)
    if fresh:
        rows = (*earlier, *fresh)
        cells = [c for row in rows for c in row.cells]
        held = by_name.get(spec.name)
        proof = tuple(dict.fromkeys(e for c in cells for e in c.evidence))
        sure = min(c.confidence for c in cells)
        origin = held.origin if held is not None else "rules"
        by_name[spec.name] = Fact(spec.name, Rows(rows), proof, sure, origin)
        # A sum of fewer lines is none of these.
        for name in spec.columns:
            if (of := directive.fact(name)) is not None and of.derive:
                by_name.pop(name, None)
    return Addition(derived(tuple(by_name.values()), directive), tuple(fresh), tuple(left), unclear=not fresh and bool(left))


def _more_of(
    old: tuple[Fact, ...], earlier: Sequence[Row], said: Row, needed: Sequence[str], directive: Directive, told: str
) -> Addition | None:
    """A line that is said once more, with something that the one there lacks, has only in doubt or has less of: that one is completed
    rather than doubled. In doubt where a word may as well put it on top; nothing is taken where a verb does. None where no one line
    is meant, or what is said is nothing more."""
    like = [n for n, row in enumerate(earlier) if _like(row, said, directive)]
    if len(like) != 1:
        return None
    (at,) = like
    lacks = any(said.cell(n) is not None and not _known(earlier[at], n, directive) for n in needed)
    if not told and len(earlier) == 1:
        return None  # of the only line there is it is told as anything is
    if told == "also" and len(earlier) == 1 and _completes(earlier[at], said, needed):
        return None
    sure = not told and lacks
    row = _filled(earlier[at], said, directive, sure=sure)
    if row == earlier[at]:
        return None
    if told == "adds":
        return Addition(old, unclear=True)
    return Addition(_with_line(old, at, row, directive), unclear=not sure, completes=True)


def _like(row: Row, said: Row, directive: Directive) -> bool:
    """Whether a line is said once more: as many of the same unit, and nothing otherwise that is surely known."""
    counts = [c for c in said.cells if (s := directive.fact(c.name)) is not None and s.type in ("quantity", "count")]
    if not counts or any((held := row.cell(c.name)) is None or held.value != c.value for c in counts):
        return False
    return all(
        (held := row.cell(c.name)) is None or not _known(row, c.name, directive) or _agrees(held, c)
        for c in said.cells
        if c.origin != "derived"
    )


def _agrees(held: Fact, said: Fact) -> bool:
    if isinstance(held.value, str) and isinstance(said.value, str):
        return held.value == said.value or within(said.value, held.value) or within(held.value, said.value)
    return held.value == said.value


def _known(row: Row, name: str, directive: Directive) -> bool:
    cell, spec = row.cell(name), directive.fact(name)
    return cell is not None and spec is not None and not doubtful(cell, spec)


def _filled(row: Row, said: Row, directive: Directive, *, sure: bool) -> Row:
    """The line with what is said of it more: missing, surer than it was, or more of a quality. What a person wrote stands."""
    cells = {c.name: c for c in row.cells}
    for cell in said.cells:
        held = cells.get(cell.name)
        less = (
            held is not None and isinstance(held.value, str) and isinstance(cell.value, str) and within(cell.value, held.value)
        )
        if cell.origin == "derived" or (
            held is not None and (held.origin == "person" or (held.value == cell.value and not sure))
        ):
            continue
        if held is not None and _known(row, cell.name, directive) and (less or held.value == cell.value):
            continue
        cells[cell.name] = cell if sure else replace(cell, confidence=min(cell.confidence, BESIDE), doubt="line")
    return Row(tuple(cells.values()))


def _with_line(old: tuple[Fact, ...], at: int, row: Row, directive: Directive) -> tuple[Fact, ...]:
    """The facts with another line in the place of one of them."""
    held = next((f for f in old if isinstance(f.value, Rows)), None)
    if held is None:
        names = {c.name for c in row.cells}
        return derived((*(f for f in old if f.name not in names), *row.cells), directive)
    assert isinstance(held.value, Rows)
    rows = tuple(row if n == at else one for n, one in enumerate(held.value.rows))
    sure = min(c.confidence for one in rows for c in one.cells)
    first = {c.name: c for c in row.cells} if at == 0 else {}
    made = replace(held, value=Rows(rows), confidence=sure)
    return derived(tuple(made if f is held else first.get(f.name, f) for f in old), directive)


def _completes(earlier: Row, said: Row, needed: Iterable[str]) -> bool:
    """Whether what is said is what the only line still lacks, and contradicts nothing of it."""
    lacks = any(earlier.cell(n) is None and said.cell(n) is not None for n in needed)
    return lacks and not _contradicts(said, earlier)


def _leaves_out(earlier: Sequence[Row], said: Sequence[Row], needed: Sequence[str], directive: Directive) -> bool:
    """Whether whole lines are said that leave out a thing of whole ones that are surely known."""
    whole = [row for row in said if all(row.cell(n) is not None for n in needed)]
    if not whole or not all(_sure(row, needed, directive) for row in earlier):
        return False
    named = {_what(row, directive) for row in said}
    return any(_what(row, directive) not in named for row in earlier)


def _sure(row: Row, needed: Iterable[str], directive: Directive) -> bool:
    cells = [(row.cell(n), directive.fact(n)) for n in needed]
    return all(c is not None and s is not None and not doubtful(c, s) for c, s in cells)


def _what(row: Row, directive: Directive) -> tuple[str, ...]:
    return tuple(str(c.value) for c in row.cells if (s := directive.fact(c.name)) is not None and s.type == "choice")


def _contradicts(row: Row, other: Row) -> bool:
    """Whether a line says something otherwise than the other."""
    return any((held := other.cell(c.name)) is not None and held.value != c.value for c in row.cells)


def _same(row: Row, other: Row, needed: Iterable[str]) -> bool:
    """Whether a line says nothing that the other does not."""
    cells = [c for c in row.cells if c.origin != "derived"]
    return all((held := other.cell(c.name)) is not None and held.value == c.value for c in cells) and any(
        row.cell(n) is not None for n in needed
    )


def _thing(row: Row, directive: Directive, spec: FactSpec) -> list[tuple[str, str]]:
    """What a line is of, without how many and at which price."""
    kinds = {n for n in spec.columns if (s := directive.fact(n)) is not None and s.type not in ("quantity", "count", "money")}
    return sorted((c.name, str(c.value)) for c in row.cells if c.name in kinds)
