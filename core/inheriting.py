"""What a request takes over from an earlier one of the same person: what a repeat leaves out, the currency of prices told in none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from core.case import Case
from core.directive import Directive, Repeat
from core.qualities import altered
from core.reading import Evidence, Fact, Money, Quantity, Row, Rows, Scale
from core.rows import derived, rows_of, rows_spec

#: How surely at most something is known that is told beside a repeat of several lines without saying which of them is meant, and a
#: price that was one of goods of another kind.
_WHICH = 0.45


def inherited(facts: tuple[Fact, ...], last: Case, directive: Directive, scale: Scale | None = None) -> tuple[Fact, ...]:
    """The facts with what a repeat takes over from the earlier request: only what the message does not say itself.

    Who names another thing takes over nothing that went with the thing (price, nature …). Of several lines each is taken over; one
    whose thing the message names has what the message says of it. What is said of none of them, or of two, stands alone and in doubt;
    how they are to be ("mais en blanc") is said of all, in doubt. A quality that is changed takes no other away, and leaves the price to
    be verified.
    ``scale`` are words that change how many: amounts that are taken over are multiplied, or in doubt where nobody can tell by what.
    """
    repeat, spec = directive.repeat, rows_spec(directive)
    if repeat is None:
        return facts
    if scale is not None:
        # "x2" is no number of goods, and "le double" says nothing of how they are.
        facts = tuple(rest for f in facts if (rest := _beside_scale(f, scale)) is not None)
    before = {f.name: f for f in last.facts if f.origin != "derived"}
    facts = tuple(_confirmed(f, before.get(f.name), last, repeat) for f in facts)
    stated = {f.name: f for f in facts if f.origin != "derived"}
    columns = {*spec.columns, spec.name} if spec is not None else set()
    names = dict.fromkeys(repeat.inherit)
    altering = False
    several = spec is not None and spec.name in before
    if spec is not None and several and columns & set(repeat.inherit):
        names[spec.name] = None
        if columns & set(stated):
            told = rows_of(tuple(stated.values()), directive)
            rows = _changed(told, before[spec.name], last, directive, repeat)
            if rows is None and len(told) == 1 and all(_is_quality(c, directive) for c in told[0].cells):
                rows = _altered(told[0], before[spec.name], last, directive, repeat)
            names = {n: None for n in names if n not in columns}
            if rows is None:
                facts = tuple(
                    replace(f, confidence=min(f.confidence, _WHICH), doubt="which") if f.name in columns else f for f in facts
                )
            else:
                facts = (*(f for f in facts if f.name not in columns), *_columns_of(rows, last, directive))
    elif any(
        f.name in columns and f.name in before and _is_thing(f, directive) and f.value != before[f.name].value for f in facts
    ):
        names = {n: None for n in names if n not in columns}
    else:
        facts, altering = _with_qualities(facts, before, last, directive, repeat)
    kept = {f.name for f in facts if f.origin != "derived"}
    taken = (
        _inherit(before[n], last, repeat.confidence, directive, changed=altering)
        for n in names
        if n in before and n not in kept
    )
    every: tuple[Fact, ...] = (*facts, *taken)
    if scale is not None:
        several = any(isinstance(f.value, Rows) for f in every)
        every = tuple(_scaled(f, scale, several) for f in every)
    return derived(every, directive)


def _confirmed(fact: Fact, was: Fact | None, last: Case, repeat: Repeat) -> Fact:
    """What is hardly told and is what would be taken over: as sure as that, "les roses, kif dima"."""
    told = was is not None and was.value == fact.value and fact.name in repeat.inherit
    if not told or fact.doubt or fact.origin == "derived" or fact.confidence >= repeat.confidence:
        return fact
    proof = (*fact.evidence, Evidence(f"case:{last.id}", last.ref))
    return replace(fact, confidence=repeat.confidence, evidence=proof)


def _beside_scale(fact: Fact, scale: Scale) -> Fact | None:
    """The fact without what is the words of how many times; None where nothing is left of it."""
    start, end = scale.evidence.start, scale.evidence.start + len(scale.evidence.quote)
    same = [e for e in fact.evidence if e.source == scale.evidence.source]
    if isinstance(fact.value, Quantity):
        return None if any(start <= e.start and e.start + len(e.quote) <= end for e in same) else fact
    if scale.times is None or not isinstance(fact.value, str):
        return fact
    # "et le double" has a word more than what multiplies.
    over = [e for e in same if e.start < end and start < e.start + len(e.quote)]
    if not over:
        return fact
    said = {e.quote.casefold() for e in over}
    words = [word for word in fact.value.split(", ") if word.casefold() not in said]
    evidence = tuple(e for e in fact.evidence if e not in over)
    return replace(fact, value=", ".join(words), evidence=evidence) if words and evidence else None


def _scaled(fact: Fact, scale: Scale, several: bool) -> Fact:
    """The fact with what it takes over of numbers of goods multiplied; in doubt where it is not said by what, or which of several lines."""
    value = fact.value
    if isinstance(value, Rows):
        return replace(fact, value=Rows(tuple(Row(tuple(_scaled(c, scale, several) for c in r.cells)) for r in value.rows)))
    if fact.origin != "inherited" or not isinstance(value, Quantity):
        return fact
    proof = (*fact.evidence, scale.evidence)
    amount = value.amount * scale.times if scale.times is not None else value.amount
    if scale.times is None or amount != amount.to_integral_value():
        return replace(fact, evidence=proof, confidence=min(fact.confidence, _WHICH), doubt="more")
    sure = min(fact.confidence, _WHICH) if several else fact.confidence
    doubt = "which" if several else fact.doubt
    return replace(fact, value=replace(value, amount=amount.quantize(Decimal(1))), evidence=proof, confidence=sure, doubt=doubt)


def _changed(told: Sequence[Row], held: Fact, last: Case, directive: Directive, repeat: Repeat) -> tuple[Row, ...] | None:
    """The earlier lines with what is told of some of them, None where a told line is not one of them alone."""
    assert isinstance(held.value, Rows)
    rows = list(held.value.rows)
    places: dict[int, Row] = {}
    for row in told:
        thing = next((c for c in row.cells if _is_thing(c, directive)), None)
        alike = [
            n
            for n, r in enumerate(rows)
            if thing is not None and any(c.name == thing.name and c.value == thing.value for c in r.cells)
        ]
        if len(alike) != 1 or alike[0] in places:
            return None
        places[alike[0]] = row
    found = []
    for n, row in enumerate(rows):
        mine, changed = _with_qualities(
            places[n].cells if n in places else (), {c.name: c for c in row.cells}, last, directive, repeat
        )
        said = {c.name for c in mine}
        # a total that was written for other figures is none of a line that changed
        kept = (
            c
            for c in row.cells
            if c.origin != "derived" and c.name not in said and (n not in places or c.name in repeat.inherit)
        )
        found.append(Row((*mine, *(_inherit(c, last, repeat.confidence, directive, changed=changed) for c in kept))))
    return tuple(found)


def _altered(told: Row, held: Fact, last: Case, directive: Directive, repeat: Repeat) -> tuple[Row, ...]:
    """The earlier lines, each as it is told that they are to be, in doubt: nobody can tell whether all are meant."""
    assert isinstance(held.value, Rows)
    doubted = tuple(replace(c, confidence=min(c.confidence, _WHICH), doubt="which") for c in told.cells)
    found = []
    for row in held.value.rows:
        mine, changed = _with_qualities(doubted, {c.name: c for c in row.cells}, last, directive, repeat)
        said = {c.name for c in mine}
        kept = (c for c in row.cells if c.origin != "derived" and c.name not in said and c.name in repeat.inherit)
        found.append(Row((*mine, *(_inherit(c, last, repeat.confidence, directive, changed=changed) for c in kept))))
    return tuple(found)


def _is_quality(fact: Fact, directive: Directive) -> bool:
    spec = directive.fact(fact.name)
    return spec is not None and spec.type == "details"


def _with_qualities(
    facts: tuple[Fact, ...], before: Mapping[str, Fact], last: Case, directive: Directive, repeat: Repeat
) -> tuple[tuple[Fact, ...], bool]:
    """(what is told with what it leaves of how the goods were, whether it changes that)."""
    found: list[Fact] = []
    changed = False
    for fact in facts:
        held = before.get(fact.name)
        if held is not None and fact.name in repeat.inherit and held.value == fact.value:
            found.append(_confirmed(fact, held, last, repeat))
            continue
        if held is None or not _is_quality(fact, directive) or fact.name not in repeat.inherit:
            found.append(fact)
            continue
        changed = True
        now = altered(_inherit(held, last, repeat.confidence, directive), fact)
        found.append(replace(now, origin="inherited") if now.value != fact.value else fact)
    return tuple(found), changed


def _unsure(fact: Fact, directive: Directive) -> Fact:
    """The fact, if it is a price in doubt: it was one of other goods."""
    spec = directive.fact(fact.name)
    return replace(fact, confidence=min(fact.confidence, _WHICH), doubt="taken") if spec is not None and spec.price else fact


def _columns_of(rows: tuple[Row, ...], last: Case, directive: Directive) -> Iterable[Fact]:
    """The facts of several lines: those of the first, and all of them."""
    spec = rows_spec(directive)
    assert spec is not None
    calculated = {s.name for s in directive.facts if s.derive}
    yield from (c for c in rows[0].cells if c.name not in calculated)
    told = (e for r in rows for c in r.cells if c.origin != "inherited" for e in c.evidence)
    proof = (Evidence(f"case:{last.id}", last.ref), *told)
    yield Fact(
        spec.name, Rows(rows), tuple(dict.fromkeys(proof)), min(c.confidence for r in rows for c in r.cells), "inherited"
    )


def _is_thing(fact: Fact, directive: Directive) -> bool:
    spec = directive.fact(fact.name)
    return spec is not None and spec.type == "choice"


def _inherit(fact: Fact, last: Case, least: float, directive: Directive, *, changed: bool = False) -> Fact:
    """``changed``: the goods are to be otherwise, so that a price may be another."""
    proof = (Evidence(f"case:{last.id}", last.ref),)
    value = fact.value
    if isinstance(value, Rows):
        value = Rows(
            tuple(
                Row(tuple(_inherit(c, last, least, directive, changed=changed) for c in r.cells if c.origin != "derived"))
                for r in value.rows
            )
        )
    taken = Fact(fact.name, value, proof, max(fact.confidence, least), "inherited")
    return _unsure(taken, directive) if changed else taken


def lent(facts: tuple[Fact, ...], last: Case, directive: Directive) -> tuple[Fact, ...]:
    """The facts with the addresses of another request that they lack, in doubt."""
    lacking = [s.name for s in directive.facts if s.type == "address" and not any(f.name == s.name for f in facts)]
    held = [f for name in lacking if (f := last.fact(name)) is not None]
    return (
        *facts,
        *(replace(_inherit(f, last, 0.0, directive), confidence=min(f.confidence, _WHICH), doubt="taken") for f in held),
    )


def in_habitual_currency(facts: tuple[Fact, ...], past: Sequence[Case]) -> tuple[Fact, ...]:
    """The facts with the amounts that are told in no currency in the only one of the person's earlier requests. They stay as doubtful
    as they were read; the earlier request is their further evidence."""
    known: dict[str, Case] = {}
    for case in past:
        for fact in _amounts(case.facts):
            assert isinstance(fact.value, Money)
            if fact.value.currency:
                known.setdefault(fact.value.currency, case)
    if len(known) != 1:
        return facts
    currency, case = next(iter(known.items()))
    return tuple(_in_currency(f, currency, Evidence(f"case:{case.id}", case.ref)) for f in facts)


def _amounts(facts: Iterable[Fact]) -> Iterable[Fact]:
    for fact in facts:
        if isinstance(fact.value, Rows):
            for row in fact.value.rows:
                yield from _amounts(row.cells)
        elif isinstance(fact.value, Money):
            yield fact


def _in_currency(fact: Fact, currency: str, proof: Evidence) -> Fact:
    if isinstance(fact.value, Rows):
        return replace(
            fact, value=Rows(tuple(Row(tuple(_in_currency(c, currency, proof) for c in r.cells)) for r in fact.value.rows))
        )
    if not isinstance(fact.value, Money) or fact.value.currency or fact.origin == "person":
        return fact
    more = () if fact.origin == "derived" else (proof,)
    return replace(fact, value=replace(fact.value, currency=currency), evidence=(*fact.evidence, *more))
