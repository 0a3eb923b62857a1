"""What a message puts on top of a request that waits: its lines are added, nothing of the earlier ones changes. Pure.

Where it is not plain that it adds, and what, everything stays as it is: the person who judges the request reads the message.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from core.directive import Directive, FactSpec
from core.reading import Fact, Row, Rows
from core.rows import derived, doubtful, joined, rows_of, rows_spec
from core.unsettled import unsettled

#: How surely a fact of the whole request is known at most that was said only beside what is added.
BESIDE = 0.4


@dataclass(frozen=True, slots=True)
class Addition:
    """``facts`` are the request's after the message; ``rows`` the lines that came to it, () for none; ``left`` what the message says
    of the whole request that is not as it stands there. ``unclear``: nobody can tell what it adds, nothing was taken."""

    facts: tuple[Fact, ...]
    rows: tuple[Row, ...] = ()
    left: tuple[Fact, ...] = ()
    unclear: bool = False


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
    if spec is None or not earlier or not (told or not replaces):
        return None
    if told == "unclear":
        return Addition(old, unclear=True)
    needed = [n for n in spec.columns if (s := directive.fact(n)) is not None and s.required]
    said = [row for row in rows_of(new, directive) if any(e.source != "body" for c in row.cells for e in c.evidence)]
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
