"""The requests of a register as rows of a table: a row a line, numbers as numbers, words that no spreadsheet takes for a formula.

What is of the whole request (its total, its dates, its address) stands on its first line alone, so that a column may be summed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from core.directive import FactSpec, Localized, in_language
from core.reading import Day, Fact, Money, Quantity
from core.register import columns
from core.register_views import RegisterFilter, RegisterRow
from core.rows import rows_of, rows_spec
from core.views import DeskStore
from core.wording import alert_text, fact_text, tax_text, unit_text
from engine.case_labels import ALL_LINES, CHANNELS, label
from engine.export import PAGE, Cell, harmless, number
from engine.office import Office
from engine.registers import Column, Registers

Kind = Literal["text", "phone", "number", "money", "share", "day", "time"]


@dataclass(frozen=True, slots=True)
class Heading:
    """What a column of the table is called, and what its cells are. ``sum`` marks those that are added up: of a line, or of all of them."""

    text: str
    kind: Kind = "text"
    sum: Literal["", "line", "request"] = ""


BEFORE: tuple[tuple[Localized, Kind], ...] = (
    ({"fr": "numéro", "en": "number"}, "text"), ({"fr": "statut", "en": "status"}, "text"), ({"fr": "client", "en": "client"}, "text"),
    ({"fr": "courriel", "en": "email"}, "text"), ({"fr": "téléphone", "en": "phone"}, "phone"),
    ({"fr": "reçue le", "en": "received"}, "time"), ({"fr": "ligne", "en": "line"}, "number"),
    ({"fr": "lignes en tout", "en": "lines in all"}, "number"),
)  # fmt: skip
AFTER: tuple[tuple[Localized, Kind], ...] = (
    ({"fr": "confiance", "en": "confidence"}, "share"), ({"fr": "alertes", "en": "alerts"}, "text"),
    ({"fr": "jugée par", "en": "judged by"}, "text"), ({"fr": "jugée le", "en": "judged"}, "time"),
    ({"fr": "canal", "en": "channel"}, "text"), ({"fr": "objet du message", "en": "message subject"}, "text"),
    ({"fr": "identifiant du message", "en": "message id"}, "text"), ({"fr": "lien vers le dossier", "en": "link to the case"}, "text"),
)  # fmt: skip
#: What stands beside a number in columns of its own.
UNIT: Localized = {"fr": "unité", "en": "unit"}
CURRENCY: Localized = {"fr": "devise", "en": "currency"}
TAX: Localized = {"fr": "taxe", "en": "tax"}
PER: Localized = {"fr": "pour combien", "en": "for how many"}
THIS: Localized = {"fr": "cette ligne", "en": "this line"}


class RegisterExports:
    """Rows of requests. Blocks and is safe from any thread."""

    def __init__(self, store: DeskStore, office: Office, registers: Registers, *, clock: Callable[[], datetime]) -> None:
        self._store, self._office, self._registers, self._clock = store, office, registers, clock

    def headings(self, language: str) -> list[Heading]:
        """The columns."""
        found = [Heading(in_language(text, language), kind) for text, kind in BEFORE]
        for column in self._registers.columns():
            found += _headings(column, language)
        return [*found, *(Heading(in_language(text, language), kind) for text, kind in AFTER)]

    def pages(
        self, which: RegisterFilter, zone: ZoneInfo, language: str, link: Callable[[str], str]
    ) -> Iterator[list[list[Cell]]]:
        """The rows, the first opened first: this order stands still while requests change. Times are those of that zone's clock, naive.

        ``link`` gives the address of a request by its id.
        """
        every = self._registers.columns()
        for rows in self.requests(which):
            yield [line for row in rows for line in self._lines(row, every, zone, language, link(row.case.id))]

    def requests(self, which: RegisterFilter) -> Iterator[tuple[RegisterRow, ...]]:
        """The requests themselves, some at a time."""
        which, now, after = replace(which, order="oldest"), self._clock(), ""
        while True:
            page = self._store.find_register(which, now, limit=PAGE, after=after)
            yield page.rows
            after = page.next
            if not after:
                return

    def _lines(self, row: RegisterRow, every: list[Column], zone: ZoneInfo, language: str, link: str) -> Iterator[list[Cell]]:
        case = row.case
        directive = self._office.directive(case)
        specs = {spec.name: spec for spec in columns(directive)}
        held = rows_spec(directive)
        lined = frozenset(held.columns) if held is not None else frozenset()
        rows = [r.cells for r in rows_of(case.facts, directive)] or [case.facts]
        whole = {f.name: f for f in case.facts}
        status = directive.status(case.standing)
        alerts = "; ".join(dict.fromkeys(alert_text(r.alert, directive, language) for r in row.alerts))
        judged = case.judged
        for at, cells in enumerate(rows, 1):
            mine = {f.name: f for f in cells}
            line: list[Cell] = [
                case.ref, in_language(status.label, language) or status.word, case.party.name, case.party.email, case.party.phone,
                _time(case.opened_at, zone), at, len(rows),
            ]  # fmt: skip
            for column in every:
                of_all = whole.get(column.name) if at == 1 else None
                fact = mine.get(column.name) if column.name in lined else of_all
                line += _cells(fact, column, specs, language)
                if column.summed:
                    line += _cells(of_all, column, specs, language)
            line += [
                Decimal(str(round(row.sure, 2))), alerts, judged.who if judged is not None else "",
                _time(judged.at, zone) if judged is not None else None, label(CHANNELS, case.thread.channel)[language], case.subject,
                case.source_id, link,
            ]  # fmt: skip
            yield [harmless(cell) if isinstance(cell, str) else cell for cell in line]


def _headings(column: Column, language: str) -> list[Heading]:
    name = in_language(column.label, language)

    def aside(what: Localized, of: str = name) -> Heading:
        return Heading(f"{of} ({in_language(what, language)})")

    if column.type == "quantity":
        return [Heading(name, "number"), aside(UNIT)]
    if column.type == "money" and column.price == "unit":
        per = replace(aside(PER), kind="number")
        return [Heading(name, "money"), aside(CURRENCY), aside(TAX), per, aside(UNIT)]
    if column.type == "money":
        found = []
        for part in (THIS, ALL_LINES) if column.summed else ({},):
            of = f"{name}, {in_language(part, language)}" if part else name
            found += [Heading(of, "money", "line" if part is THIS else "request"), aside(CURRENCY, of), aside(TAX, of)]
        return found
    kind: Kind = "day" if column.type == "date" else "number" if column.type == "count" else "text"
    return [Heading(name, kind)]


def _cells(fact: Fact | None, column: Column, specs: Mapping[str, FactSpec], language: str) -> list[Cell]:
    value, spec = fact.value if fact is not None else None, specs.get(column.name)
    if column.type == "quantity":
        if not isinstance(value, Quantity):
            return [None, ""]
        return [number(value.amount), unit_text(value.unit, Decimal(1), spec, language)]
    if column.type == "money":
        priced = column.price == "unit"
        if not isinstance(value, Money):
            return [None, "", "", *([None, ""] if priced else [])]
        found: list[Cell] = [number(value.amount), value.currency, tax_text(value.tax, language)]
        return [*found, value.per, unit_text(value.unit, Decimal(1), spec, language)] if priced else found
    if isinstance(value, Day):
        return [value.day]
    if isinstance(value, int) and not isinstance(value, bool):
        return [value]
    return [fact_text(value, spec, language) if value is not None else ""]


def _time(at: datetime, zone: ZoneInfo) -> datetime:
    """As the clock of the zone shows it, to the second: spreadsheets know no zones."""
    return at.astimezone(zone).replace(tzinfo=None, microsecond=0)
