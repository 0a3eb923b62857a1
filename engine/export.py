"""Cases as rows of a table for spreadsheets: what every column holds, and words that no spreadsheet takes for a formula."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from core.views import CaseFilter, CaseRow, DeskStore
from engine.case_labels import CANCELLED, CHANNELS, OFFERS, STAGES, TO_TREAT_STAGE, label

#: Rows read from the store at a time.
PAGE = 500
Cell = str | float | int | Decimal | date | datetime | None
HEADINGS: dict[str, tuple[str, ...]] = {
    "fr": (
        "référence", "type", "étape", "canal", "ouvert le", "modifié le", "clos le", "première réponse (min)",
        "résolution (min)", "client", "courriel", "téléphone", "objet", "montant", "unité", "devis", "métier", "lien vers le dossier",
    ),
    "en": (
        "reference", "kind", "stage", "channel", "opened", "updated", "closed", "first response (min)",
        "resolution (min)", "customer", "email", "phone", "subject", "amount", "unit", "offer", "business", "link to the case",
    ),
}  # fmt: skip
#: What may begin a formula, also behind blanks and in full width; and what no cell can hold.
_FORMULA = re.compile(r"^[\s\x00-\x20\u00a0\ufeff'\u200b-\u200f]*[=+\-@\uff1d\uff0b\uff0d\uff20|%]|^[\t\r\n]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_LINES = re.compile(r"\s*[\r\n]+\s*")
_MOST = 32_000


def harmless(text: str) -> str:
    """The text as a cell that stays text: on one line, an apostrophe before what could be a formula."""
    plain = _LINES.sub(" ", _CONTROL.sub("", text.encode("utf-8", "replace").decode()))[:_MOST]
    return f"'{plain}" if _FORMULA.match(plain) else plain


def plain(cell: Cell, language: str) -> str:
    """The cell as a spreadsheet of that language reads it from CSV: « 1,4 » and « 31/12/2026 », or "1.4" and "2026-12-31"."""
    if isinstance(cell, datetime):
        return cell.strftime("%d/%m/%Y %H:%M:%S" if language == "fr" else "%Y-%m-%d %H:%M:%S")
    if isinstance(cell, date):
        return cell.strftime("%d/%m/%Y") if language == "fr" else cell.isoformat()
    if isinstance(cell, float | Decimal):
        text = f"{Decimal(str(cell)).normalize():f}"
        return text.replace(".", ",") if language == "fr" else text
    return "" if cell is None else str(cell)


class Exports:
    """Rows of cases. Blocks and is safe from any thread."""

    def __init__(self, store: DeskStore, to_treat: Callable[[CaseRow], bool]) -> None:
        """``to_treat``: whether a person is to deal with the case of a row, so that nothing is under way."""
        self._store, self._to_treat = store, to_treat

    def headings(self, language: str) -> tuple[str, ...]:
        """The names of the columns."""
        return HEADINGS.get(language, HEADINGS["fr"])

    def pages(self, which: CaseFilter, zone: ZoneInfo, language: str, link: Callable[[str], str]) -> Iterator[list[list[Cell]]]:
        """The rows, the first opened first: this order stands still while cases change. Times are those of that zone's clock, naive.

        ``link`` gives the address of a case by its id.
        """
        which = replace(which, order="oldest")
        after = ""
        while True:
            page = self._store.find_cases(which, limit=PAGE, after=after)
            yield [self._row(row, zone, language, link(row.id)) for row in page.rows]
            after = page.next
            if not after:
                return

    def _row(self, row: CaseRow, zone: ZoneInfo, language: str, link: str) -> list[Cell]:
        resolved = row.closed_at - row.opened_at if row.closed_at is not None else None
        amount: Cell = None
        if row.amount is not None:
            amount = number(row.amount)
        stage = CANCELLED if row.cancelled else TO_TREAT_STAGE if self._to_treat(row) else label(STAGES, row.stage)
        channel = label(CHANNELS, row.channel)[language]
        offer = label(OFFERS, row.offer)[language] if row.offer else ""
        cells: list[Cell] = [
            row.ref, row.kind, stage[language], channel, _time(row.opened_at, zone), _time(row.updated_at, zone),
            _time(row.closed_at, zone), _minutes(row.answered), _minutes(resolved), row.party.name, row.party.email,
            row.party.phone, row.subject, amount, row.unit, offer, row.business, link,
        ]  # fmt: skip
        return [harmless(cell) if isinstance(cell, str) else cell for cell in cells]


def number(amount: Decimal) -> int | Decimal:
    """The amount as a cell: whole where it is whole."""
    return int(amount) if amount == amount.to_integral_value() else amount


def _time(at: datetime | None, zone: ZoneInfo) -> datetime | None:
    """As the clock of the zone shows it, to the second: spreadsheets know no zones."""
    return at.astimezone(zone).replace(tzinfo=None, microsecond=0) if at is not None else None


def _minutes(span: timedelta | None) -> Cell:
    return round(span.total_seconds() / 60, 1) if span is not None else None
