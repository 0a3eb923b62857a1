"""The requests of a register as rows of a table: a row a line, numbers as numbers, words that no spreadsheet takes for a formula."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from core.directive import FactSpec, Localized, in_language
from core.reading import Day, Fact, Money, Quantity
from core.register import columns
from core.rows import rows_of, rows_spec
from core.values import fact_text
from core.views import DeskStore, RegisterFilter, RegisterRow
from engine.export import PAGE, harmless
from engine.office import Office
from engine.registers import Column, Registers

Cell = str | float | int | date | None
BEFORE: tuple[Localized, ...] = (
    {"fr": "numéro", "en": "number"}, {"fr": "statut", "en": "status"}, {"fr": "client", "en": "client"},
    {"fr": "courriel", "en": "email"}, {"fr": "téléphone", "en": "phone"}, {"fr": "reçue le", "en": "received"},
    {"fr": "ligne", "en": "line"},
)  # fmt: skip
AFTER: tuple[Localized, ...] = (
    {"fr": "confiance", "en": "confidence"}, {"fr": "alertes", "en": "alerts"}, {"fr": "jugée par", "en": "judged by"},
    {"fr": "jugée le", "en": "judged"}, {"fr": "canal", "en": "channel"}, {"fr": "objet du message", "en": "message subject"},
    {"fr": "identifiant du message", "en": "message id"}, {"fr": "adresse", "en": "link"},
)  # fmt: skip
#: What stands beside a number in a column of its own.
UNIT, CURRENCY = {"fr": "unité", "en": "unit"}, {"fr": "devise", "en": "currency"}


class RegisterExports:
    """Rows of requests. Blocks and is safe from any thread."""

    def __init__(self, store: DeskStore, office: Office, registers: Registers, *, clock: Callable[[], datetime], url: Callable[[str], str]
                 ) -> None:  # fmt: skip
        self._store, self._office, self._registers, self._clock, self._url = store, office, registers, clock, url

    def headings(self, language: str) -> list[str]:
        """The names of the columns."""
        found = [in_language(label, language) for label in BEFORE]
        for column in self._registers.columns():
            name = in_language(column.label, language)
            found.append(name)
            if column.type in ("quantity", "money"):
                found.append(f"{name} ({in_language(UNIT if column.type == 'quantity' else CURRENCY, language)})")
        return [*found, *(in_language(label, language) for label in AFTER)]

    def pages(self, which: RegisterFilter, zone: ZoneInfo, language: str) -> Iterator[list[list[Cell]]]:
        """The rows, the first opened first: this order stands still while requests change. Times are in that zone."""
        every = self._registers.columns()
        for rows in self.requests(which):
            yield [line for row in rows for line in self._lines(row, every, zone, language)]

    def requests(self, which: RegisterFilter) -> Iterator[tuple[RegisterRow, ...]]:
        """The requests themselves, some at a time."""
        which, now, after = replace(which, order="oldest"), self._clock(), ""
        while True:
            page = self._store.find_register(which, now, limit=PAGE, after=after)
            yield page.rows
            after = page.next
            if not after:
                return

    def _lines(self, row: RegisterRow, every: list[Column], zone: ZoneInfo, language: str) -> Iterator[list[Cell]]:
        case = row.case
        directive = self._office.directive(case)
        specs = {spec.name: spec for spec in columns(directive)}
        held = rows_spec(directive)
        lined = frozenset(held.columns) if held is not None else frozenset()
        rows = [r.cells for r in rows_of(case.facts, directive)] or [case.facts]
        whole = {f.name: f for f in case.facts}
        status = directive.status(case.stage)
        labels = dict.fromkeys(in_language(r.alert.label, language) for r in row.alerts)
        judged = case.judged
        for number, cells in enumerate(rows, 1):
            mine = {f.name: f for f in cells}
            line: list[Cell] = [
                case.ref, in_language(status.label, language) or status.word, case.party.name, case.party.email, case.party.phone,
                _time(case.opened_at, zone), number,
            ]  # fmt: skip
            for column in every:
                # What belongs to the whole request stands once.
                fact = mine.get(column.name) if column.name in lined else whole.get(column.name) if number == 1 else None
                line += _cells(fact, column, specs, language)
            line += [
                round(row.sure, 2), ", ".join(labels), judged.who if judged is not None else "",
                _time(judged.at, zone) if judged is not None else "", case.thread.channel, case.subject, case.source_id,
                self._url(case.id),
            ]  # fmt: skip
            yield [harmless(cell) if isinstance(cell, str) else cell for cell in line]


def _cells(fact: Fact | None, column: Column, specs: Mapping[str, FactSpec], language: str) -> list[Cell]:
    value = fact.value if fact is not None else None
    if column.type == "quantity":
        return [_number(value.amount), value.unit] if isinstance(value, Quantity) else [None, ""]
    if column.type == "money":
        if not isinstance(value, Money):
            return [None, ""]
        tax = {"incl": {"fr": "TTC", "en": "incl. tax"}, "excl": {"fr": "HT", "en": "excl. tax"}}.get(value.tax, {})
        per = (
            f"/ {value.per if value.per != 1 else ''} {value.unit}".replace("  ", " ").strip()
            if value.per != 1 or value.unit
            else ""
        )
        return [_number(value.amount), " ".join(filter(None, (value.currency, tax.get(language, ""), per)))]
    if isinstance(value, Day):
        return [value.day]
    if isinstance(value, int) and not isinstance(value, bool):
        return [value]
    return [fact_text(value, specs.get(column.name), language) if value is not None else ""]


def _number(amount: Decimal) -> Cell:
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def _time(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
