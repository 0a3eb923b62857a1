"""What a person of ours wrote in the place of what the customer had asked for: he reads the difference when it is validated."""

from __future__ import annotations

from collections.abc import Iterable

from core.case import Case
from core.directive import Directive, FactSpec, in_language
from core.reading import Fact, Row, Rows
from core.register import roles
from core.rows import rows_of, rows_spec
from core.wording import fact_text, row_text


def replacing(case: Case, facts: tuple[Fact, ...], directive: Directive) -> tuple[Fact, ...]:
    """What the customer's words said before these facts, which a person corrected, take its place; what was replaced earlier stays.

    The lines, one or several, are kept as one fact of the rows' name.
    """
    kept, now = {f.name: f for f in case.replaced}, {f.name: f for f in facts}
    spec, columns = rows_spec(directive), _columns(directive)
    before = rows_of(case.facts, directive)
    total = roles(directive).total if len(before) > 1 else ""  # the sum of several lines is none of theirs
    if spec is not None and spec.name not in kept and before and _said(before) != _said(rows_of(facts, directive)):
        kept[spec.name] = Fact(spec.name, Rows(before), ())
    for was in case.facts:
        new = now.get(was.name)
        if was.name in kept or (was.name in columns and was.name != total) or was.origin in ("person", "derived"):
            continue
        if new is None or (new.origin in ("person", "derived" if was.name == total else "person") and new.value != was.value):
            kept[was.name] = was
    return tuple(kept.values())


def still_replaced(case: Case, before: tuple[Fact, ...], directive: Directive) -> tuple[Fact, ...]:
    """What stays replaced after a message of the customer's that changed some of the facts that there were before: the rest."""
    spec, was, now = rows_spec(directive), {f.name: f.value for f in before}, {f.name: f.value for f in case.facts}
    lined = _said(rows_of(before, directive)) != _said(rows_of(case.facts, directive))
    return tuple(
        f
        for f in case.replaced
        if not (lined if spec is not None and f.name == spec.name else was.get(f.name) != now.get(f.name))
    )


def corrections(case: Case, directive: Directive, language: str) -> list[str]:
    """What is otherwise than the customer wrote, in words: « quantité : 500 pièces au lieu de 600 pièces »."""
    found: list[str] = []
    spec, held = rows_spec(directive), {f.name: f for f in case.replaced}
    for of in directive.facts:
        was = held.get(of.name)
        if was is None:
            continue
        if spec is not None and of.name == spec.name and isinstance(was.value, Rows):
            found += _lines(was.value.rows, rows_of(case.facts, directive), directive, language)
        else:
            found += _one(of, was, case.fact(of.name), language)
    return found


def _lines(before: tuple[Row, ...], after: tuple[Row, ...], directive: Directive, language: str) -> Iterable[str]:
    if len(before) != len(after):
        gone, come = ("retiré", "ajouté") if language == "fr" else ("taken away", "added")
        old, new = _said(before), _said(after)
        for word, rows, others in ((gone, zip(before, old, strict=True), new), (come, zip(after, new, strict=True), old)):
            for row, said in rows:
                if said not in others:
                    yield _pair(word, row_text(row, directive, language), language)
        return
    for number, (was, now) in enumerate(zip(before, after, strict=True), 1):
        for of in (s for s in directive.facts if s.name in _columns(directive)):
            cell = was.cell(of.name)
            if cell is not None and cell.origin != "derived":
                yield from _one(of, cell, now.cell(of.name), language, number if len(after) > 1 else 0)


def _one(of: FactSpec, was: Fact, now: Fact | None, language: str, line: int = 0) -> Iterable[str]:
    """Of a sum only one that the customer had written himself and that is another now, whoever calculated it."""
    ours = now is not None and (now.origin == "person" or (bool(of.derive) and now.origin == "derived"))
    if (now is None and of.derive) or (now is not None and (now.value == was.value or not ours)):
        return
    label = in_language(of.label, language) or of.name
    if line:
        label = f"{'ligne' if language == 'fr' else 'line'} {line}, {label}"
    old = fact_text(was.value, of, language)
    if now is None:
        yield _pair(label, f"retiré ({old})" if language == "fr" else f"taken away ({old})", language)
    else:
        new, instead = fact_text(now.value, of, language), "au lieu de" if language == "fr" else "instead of"
        yield _pair(label, f"{new} {instead} {old}", language)


def _pair(label: str, said: str, language: str) -> str:
    return f"{label} : {said}" if language == "fr" else f"{label}: {said}"


def _columns(directive: Directive) -> frozenset[str]:
    spec = rows_spec(directive)
    return frozenset((*spec.columns, spec.name)) if spec is not None else frozenset()


def _said(rows: Iterable[Row]) -> list[dict[str, object]]:
    return [{c.name: c.value for c in row.cells if c.origin != "derived"} for row in rows]
