"""Whole lines that a person adds to a request or takes away: in the fields of a form, in the API, in an administrator's reply.

Read as strictly as any correction: a line more is whole, and nothing of what was written about it is left over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from core.case import Case
from core.directive import Directive, FactSpec, Localized
from core.message import Message
from core.reading import Evidence, Fact, Money, Row, Rows
from core.rows import doubtful, rows_of, rows_spec
from engine.typed import Unreadable, new_value
from processors.analyze import facts_of
from processors.facts_dates import plain_text

#: The most lines that a person makes of a request.
MOST_LINES = 200
_NEEDED: Localized = {"fr": "ce champ manque à la ligne", "en": "this field is missing from the line"}

# ------------------------------------------------------------------ as typed


def typed_lines(
    case: Case, directive: Directive, values: Mapping[str, str]
) -> tuple[tuple[Fact, ...], dict[str, Localized], dict[str, str]]:
    """(lines added and taken away, what is wrong by field, the other fields) of what was typed.

    ``lines.2`` left empty takes the second line away; the fields of the number after the last make a line more, of the next number the
    next. A line of which nothing is written is none.
    """
    spec, rest = rows_spec(directive), dict(values)
    if spec is None:
        return (), {}, rest
    count = len(rows_of(case.facts, directive))
    found: list[Fact] = []
    wrong: dict[str, Localized] = {}
    more: dict[int, dict[str, str]] = {}
    for name, written in values.items():
        head, _, after = name.partition(".")
        number, _, column = after.partition(".")
        if head != spec.name or not number.isdecimal() or len(number) > 6:
            continue
        at = int(number)
        if not column and 1 <= at <= count:
            del rest[name]
            if written.strip():
                wrong[name] = {
                    "fr": "une ligne se retire en la laissant vide",
                    "en": "a line is taken away by leaving it empty",
                }
            else:
                found.append(Fact(name, "", (), origin="person"))
        elif column in spec.columns and at > count:
            del rest[name]
            more.setdefault(at, {})[column] = written
    added, unfit = _added(more, count, directive, spec)
    wrong |= unfit
    gone = {f.name for f in found}
    if found and len(gone) == count and not added and not unfit:
        wrong[found[-1].name] = {
            "fr": "une demande garde au moins une ligne : rejetez-la si rien n'en reste",
            "en": "a request keeps at least one line: refuse it if nothing of it is left",
        }
    rest = {name: written for name, written in rest.items() if name.rpartition(".")[0] not in gone}
    return (*found, *added), wrong, rest


def _added(
    more: Mapping[int, Mapping[str, str]], count: int, directive: Directive, spec: FactSpec
) -> tuple[list[Fact], dict[str, Localized]]:
    """(the cells of lines more, what is wrong by field)."""
    found: list[Fact] = []
    wrong: dict[str, Localized] = {}
    places = sorted(more)
    for at in places:
        told = {column: written for column, written in more[at].items() if written.strip()}
        if not told:
            continue
        if at > MOST_LINES or places != list(range(count + 1, count + 1 + len(places))):
            # A slip of the number must not make a line of what was meant for another.
            wrong[f"{spec.name}.{at}.{next(iter(told))}"] = {
                "fr": f"il y a {count} ligne(s) : la suivante porte le numéro {count + 1} ({MOST_LINES} au plus)",
                "en": f"there are {count} line(s): the next one has the number {count + 1} ({MOST_LINES} at most)",
            }
            continue
        for column in spec.columns:
            of, name = directive.fact(column), f"{spec.name}.{at}.{column}"
            if of is None:
                continue
            if column not in told:
                if of.required:
                    wrong[name] = _NEEDED
                continue
            try:
                found.append(Fact(name, new_value(directive, of, told[column], None), (), origin="person"))
            except Unreadable as error:
                wrong[name] = error.why
    return found, wrong


# ------------------------------------------------------------------ as written in a reply

_ORDINALS = {
    "premiere": 1, "1ere": 1, "1re": 1, "first": 1, "deuxieme": 2, "seconde": 2, "2eme": 2, "2e": 2, "second": 2, "troisieme": 3, "3eme": 3,
    "3e": 3, "third": 3, "quatrieme": 4, "4eme": 4, "4e": 4, "fourth": 4, "derniere": -1, "last": -1,
}  # fmt: skip
_TAKE = (
    r"\b(?:retir|enlev|supprim|annul|ot)(?:ez|er|e|ons)[ -](?:(?:moi|nous|aussi|egalement)[ -])?|"
    r"\b(?:remove|delete|drop|cancel|take out)\s(?:also\s)?"
)
_TAKES = re.compile(
    rf"(?:{_TAKE})(?:la |les |the )?(?:(?:lignes?|lines?)\s*(?:n\s*°\s*)?"
    r"(?P<n>\d{1,3}(?:\s*(?:,|et|and|&)\s*\d{1,3})*)(?![\w,.]*\d)|(?P<nth>" + "|".join(_ORDINALS) + r")\s(?:ligne|line)\b)"
)
_ADDS = re.compile(
    r"\b(?:r?ajout(?:ez|er|e|ons)|add)(?:[ -](?:moi|nous|aussi|egalement|also|svp|please))?\s*"
    r"(?:(?:une |la |a |one )?(?:nouvelle |autre |new |another )?(?:ligne|line)(?: de plus| supplementaire| more)?\s*[:,–-]?\s*|"
    r":\s*|(?=\d))(?P<line>[^\n;]+)"
)
#: Where a sentence ends: what follows is no more of the line.
_ENDS = re.compile(r"[.!](?=\s|\Z)")
_POLITE = re.compile(r"\s*(?:,?\s*(?:merci(?: beaucoup)?|svp|stp|s'il (?:vous|te) plait|please|thanks|thank you)\s*)+\Z")
_LINE = re.compile(r"\b(?:lignes?|lines?)\b")


@dataclass(frozen=True, slots=True)
class Relining:
    """What a reply says of whole lines. ``facts`` are the changes; ``rest`` is the text with blanks in the place of those words, so that
    places hold. ``asked``: it speaks of lines to be added or taken away; without facts nobody can tell which."""

    rest: str
    facts: tuple[Fact, ...] = ()
    asked: bool = False


def read_lines(message: Message, text: str, offset: int, case: Case, directive: Directive, now: datetime) -> Relining:
    """Lines that the text, at that place of the message's, adds (« ajoutez une ligne : 500 … à 0,80 ») or takes away
    (« retirez la ligne 2 »). Never raises."""
    spec, rows = rows_spec(directive), rows_of(case.facts, directive)
    plain = plain_text(text)
    if spec is None or not rows:
        return Relining(text)
    found: list[Fact] = []
    rest = text
    taken: set[int] = set()
    for cut in _TAKES.finditer(plain):
        numbers = [int(n) for n in re.findall(r"\d+", cut["n"] or "")] or [_ORDINALS[cut["nth"]]]
        for number in numbers:
            at = number if number > 0 else len(rows)
            if not 1 <= at <= len(rows) or at in taken:
                return Relining(text, asked=True)
            taken.add(at)
            found.append(Fact(f"{spec.name}.{at}", "", (_words(text, cut.start(), cut.end(), offset),), 1.0, "person"))
        # A line's own words end where another one is spoken of.
        rest = _without(rest, cut.start(), cut.end(), "\n")
    added = 0
    plain = plain_text(rest)
    for cut in _ADDS.finditer(plain):
        begin, end = cut.span("line")
        if (stop := _ENDS.search(plain, begin, end)) is not None:
            end = stop.start()
        if (polite := _POLITE.search(plain, begin, end)) is not None:
            end = polite.start()
        if (told := _read(message, rest[begin:end], begin + offset, case, directive, now)) is None:
            return Relining(text, asked=True)
        for row in told:
            added += 1
            found += (replace(c, name=f"{spec.name}.{len(rows) + added}.{c.name}") for c in row.cells)
        rest = _without(rest, cut.start(), end, " ")
    if len(taken) == len(rows) and not added:
        return Relining(text, asked=True)
    return Relining(rest, tuple(found), asked=bool(found))


def _without(text: str, start: int, end: int, filler: str) -> str:
    return text[:start] + filler * (end - start) + text[end:]


def _words(text: str, start: int, end: int, offset: int) -> Evidence:
    return Evidence("text", text[start:end], start + offset)


def _read(message: Message, words: str, at: int, case: Case, directive: Directive, now: datetime) -> list[Row] | None:
    """The lines that these words are, None unless they are that and nothing else: whole, sure, every number in a cell."""
    spec = rows_spec(directive)
    assert spec is not None
    alone = replace(message, text=words, body=words, subject="", quoted="", signature="", documents=(), attachments=())
    facts = facts_of(alone, directive, now=now)
    rows = rows_of(facts, directive)
    needed = [n for n in spec.columns if (s := directive.fact(n)) is not None and s.required]
    others = [f for f in facts if f.name not in {*spec.columns, spec.name}]
    if not rows or others or _LINE.search(plain_text(words)) or any(row.cell(n) is None for row in rows for n in needed):
        return None
    known = _habit(case)
    found: list[Row] = []
    covered: set[int] = set()
    for row in rows:
        cells = []
        for cell in row.cells:
            of = directive.fact(cell.name)
            if cell.origin == "derived":
                continue
            value = cell.value
            bare = isinstance(value, Money) and not value.currency
            if of is None or (doubtful(cell, of) and not bare):
                return None
            if isinstance(value, Money) and known is not None:
                value = replace(value, currency=value.currency or known.currency, tax=value.tax or known.tax)
            covered.update(n for e in cell.evidence for n in range(e.start, e.start + len(e.quote)))
            proof = tuple(replace(e, start=e.start + at) for e in cell.evidence)
            cells.append(Fact(cell.name, value, proof, 1.0, "person"))
        found.append(Row(tuple(cells)))
    return found if all(n in covered for n, c in enumerate(words) if c.isdigit()) else None


def _habit(case: Case) -> Money | None:
    """The currency and the tax that all amounts of the request have, None where they differ or there is none."""
    values = [f.value for f in case.facts] + [
        c.value for f in case.facts if isinstance(f.value, Rows) for r in f.value.rows for c in r.cells
    ]
    kinds = {(v.currency, v.tax): v for v in values if isinstance(v, Money)}
    return next(iter(kinds.values())) if len(kinds) == 1 else None
