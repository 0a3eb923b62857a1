"""What a case knows, lacks and is otherwise than before; what it offers to conditions (``when:``)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import PurePath

from core.case import Case, CaseFile
from core.directive import Directive, FactSpec, in_language
from core.reading import Day, Dimensions, Fact, FactValue, Money, Quantity, Row, Rows
from core.register import roles
from core.rows import rows_of, rows_spec
from core.wording import row_text, told_text

#: How many characters of a customer's words go into tickets, tasks and notices.
SUMMARY = 4000


def file_words(files: tuple[CaseFile, ...]) -> tuple[str, ...]:
    """What ``files has …`` looks through: families and extensions with the dot."""
    words: dict[str, None] = {}
    for file in files:
        words[file.family] = None
        if suffix := _suffix(file.name):
            words[suffix] = None
    return tuple(words)


@lru_cache(maxsize=256)
def _suffix(name: str) -> str:
    return PurePath(name).suffix.casefold()


def _plain(value: FactValue) -> object:
    if isinstance(value, Money | Quantity):
        return value.amount
    if isinstance(value, Day):
        return value.day.isoformat()
    if isinstance(value, Dimensions):
        return max((length for _, length in value.lengths), default=None)
    return value


def condition_values(case: Case, directive: Directive) -> dict[str, object]:
    """Facts by name, in the form conditions compare: files as families and extensions, lengths as the longest in mm."""
    values: dict[str, object] = {fact.name: _plain(fact.value) for fact in case.facts}
    words = file_words(case.files)
    values["files"] = words
    for spec in directive.facts:
        if spec.type == "files":
            values[spec.name] = words
    values["channel"] = case.thread.channel
    values["language"] = case.party.language
    values["kind"] = case.kind
    return {name: value for name, value in values.items() if value is not None}


def known(case: Case, spec: FactSpec) -> bool:
    """Whether the case has this fact."""
    if spec.type == "files":
        return sum(1 for f in case.files if not spec.families or f.family in spec.families) >= spec.at_least
    return case.fact(spec.name) is not None


def missing(case: Case, directive: Directive, *, required: bool) -> tuple[FactSpec, ...]:
    """Facts that the case lacks and that are required (or only wanted), unless their condition excuses them."""
    values = condition_values(case, directive)
    return tuple(
        spec
        for spec in directive.facts
        if spec.required == required and not known(case, spec) and not (spec.unless is not None and spec.unless(values))
    )


def said(case: Case) -> str:
    """What the person said, for who judges it: the first words, then those that changed something, then what nobody applied."""
    changing = (f"Puis : {words}" for words in case.later)
    # Words of which something was kept stand there, with what of them was not.
    left = (one for one in case.untaken if not any(kept.startswith(f"« {one.words} »") for kept in case.later))
    return "\n\n".join((case.summary, *changing, *(f"Puis, non repris : « {one.words} »" for one in left)))


def differences(before: Sequence[Fact], after: Sequence[Fact], directive: Directive) -> list[str]:
    """What became different, in French for the people at work: « quantité : 3000 pièces au lieu de 2000 pièces »."""

    def told(fact: Fact, spec: FactSpec) -> str:
        if isinstance(fact.value, Rows):
            return " / ".join(row_text(row, directive, "fr") for row in fact.value.rows)
        return told_text(fact, spec, "fr")

    old, new = {f.name: f for f in before}, {f.name: f for f in after}
    found = []
    for spec in directive.facts:
        was, now = old.get(spec.name), new.get(spec.name)
        if spec.type == "files" or _said(was) == _said(now):
            continue
        label = in_language(spec.label, "fr") or spec.name
        is_now = told(now, spec) if now is not None else "plus rien"
        found.append(f"{label} : {is_now}" + (f" au lieu de {told(was, spec)}" if was is not None else ""))
    return found


def _said(fact: Fact | None) -> object:
    """What a fact says, whoever read it and however surely."""
    if fact is None or not isinstance(fact.value, Rows):
        return fact.value if fact is not None else None
    return [{cell.name: cell.value for cell in row.cells} for row in fact.value.rows]


def file_name(sha256: str) -> str:
    """The name of the effect that stores this file."""
    return f"file:{sha256[:20]}"


def several_rows(case: Case, directive: Directive) -> tuple[tuple[Row, ...], frozenset[str]]:
    """(the lines where there are several, the facts that each of them says): the sum of all is the request's."""
    rows, spec = rows_of(case.facts, directive), rows_spec(directive)
    if spec is None or len(rows) < 2:
        return (), frozenset()
    return rows, frozenset(spec.columns) - {roles(directive).total}


def open_total(case: Case, directive: Directive) -> FactSpec | None:
    """The fact that is the sum of several lines where it cannot be told: one has no price though another has. None otherwise."""
    rows, _ = several_rows(case, directive)
    total = directive.fact(roles(directive).total)
    if total is None or case.fact(total.name) is not None:
        return None
    return total if any(isinstance(cell.value, Money) for row in rows for cell in row.cells) else None
