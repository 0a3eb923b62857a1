"""A register as a workbook: a row a line with numbers, days and times as such, and a sheet with the sums."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from core.wording import untaxed
from engine.export import Cell, plain
from engine.register_export import Heading, Kind
from web.saving import IN_MEMORY

#: Rows from which the widths of columns are taken; the narrowest and the widest, in characters.
_LOOKED_AT, _NARROW, _WIDE = 50, 8, 44
_NUMBERS: dict[Kind, str] = {"money": "#,##0.00##", "share": "0 %"}
_PHONE = re.compile(r"'\+[\d .()-]+\Z")
# Columns of BEFORE: where a request stands, and which of its lines a row is.
_STATUS, _LINE = 1, 6


def register_book(name: str, headings: Sequence[Heading], pages: Iterator[list[list[Cell]]], language: str) -> IO[bytes]:
    """The file, at its beginning. ``pages`` are rows as engine.register_export gives them, at least one page."""
    french = language == "fr"
    formats = _NUMBERS | {
        "day": "dd/mm/yyyy" if french else "yyyy-mm-dd",
        "time": "dd/mm/yyyy hh:mm" if french else "yyyy-mm-dd hh:mm",
    }
    book = Workbook(write_only=True)
    sheet = book.create_sheet(name[:31] or "Guichet")
    first = next(pages)
    # A workbook written row by row takes the widths before the first one.
    for place, heading in enumerate(headings):
        longest = max((len(plain(row[place], language)) for row in first[:_LOOKED_AT]), default=0)
        width = max(longest, min(len(heading.text), 18), 16 if heading.kind == "time" else 0) + 2
        sheet.column_dimensions[get_column_letter(place + 1)].width = max(_NARROW, min(_WIDE, width))
    sheet.freeze_panes = "B2"
    top = [WriteOnlyCell(sheet, value=heading.text) for heading in headings]
    for made in top:
        made.font, made.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    sheet.append(top)

    def cell(value: Cell, kind: Kind) -> object:
        if isinstance(value, str):
            # An apostrophe keeps a number with its + from being calculated in CSV; a cell of text needs none.
            made = WriteOnlyCell(sheet, value=value.removeprefix("'") if kind == "phone" and _PHONE.match(value) else value)
            made.data_type = "s"  # never a formula, whatever it begins with
            return made
        shape = formats.get(kind)
        if kind == "number" and isinstance(value, int | Decimal):
            shape = "#,##0" if value == int(value) else "#,##0.00#"
        if value is None or shape is None:
            return value
        made = WriteOnlyCell(sheet, value=value)
        made.number_format = shape
        return made

    sums = _Sums(headings)
    number = 1
    for page in _all(first, pages):
        for row in page:
            number += 1
            sheet.append([cell(value, heading.kind) for value, heading in zip(row, headings, strict=True)])
            sums.add(row)
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(headings))}{number}"
    sums.write(book, french)
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115
    book.save(file)
    file.seek(0)
    return file


def _all(first: list[list[Cell]], pages: Iterator[list[list[Cell]]]) -> Iterator[list[list[Cell]]]:
    yield first
    yield from pages


class _Sums:
    """How many requests have a total and what these come to, by status, currency and tax; and how many have none.

    It is the column of totals added up, and so are the desk's figures: a request without one total (two currencies, a line without a
    price) is in no sum.
    """

    def __init__(self, headings: Sequence[Heading]) -> None:
        self._headings = headings
        self._at = next((at for at, heading in enumerate(headings) if heading.sum == "request"), None)
        self._found: dict[tuple[str, str, str], tuple[int, Decimal]] = {}
        self._without: dict[str, int] = {}

    def add(self, row: Sequence[Cell]) -> None:
        """Count a row; what is of the whole request stands on its first."""
        if self._at is None or row[_LINE] != 1:
            return
        amount, status = row[self._at], str(row[_STATUS])
        if isinstance(amount, int | Decimal):
            key = (status, str(row[self._at + 1]), str(row[self._at + 2]))
            times, total = self._found.get(key, (0, Decimal(0)))
            self._found[key] = (times + 1, total + amount)
        else:
            self._without[status] = self._without.get(status, 0) + 1

    def write(self, book: Workbook, french: bool) -> None:
        """Their sheet, where the register has sums at all."""
        if self._at is None:
            return
        sheet = book.create_sheet("Totaux" if french else "Totals")
        for letter, width in zip("ABCDE", (18, 26, 20, 12, 18), strict=True):
            sheet.column_dimensions[letter].width = width
        sheet.freeze_panes = "A2"
        top = [
            self._headings[_STATUS].text,
            *(("devise", "taxe", "nombre") if french else ("currency", "tax", "number")),
            self._headings[self._at].text,
        ]
        row = [WriteOnlyCell(sheet, value=text) for text in top]
        for made in row:
            made.font, made.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
        sheet.append(row)
        for (status, currency, tax), (times, total) in sorted(self._found.items()):
            amount = WriteOnlyCell(sheet, value=total)
            amount.number_format = _NUMBERS["money"]
            sheet.append([*_texts(sheet, status, currency, tax or untaxed("fr" if french else "en")), times, amount])
        for status, times in sorted(self._without.items()):
            left_out = "sans total, hors des sommes" if french else "no total, in no sum"
            sheet.append([*_texts(sheet, status, left_out, ""), times])


def _texts(sheet: Any, *texts: str) -> list[Any]:
    """Cells of text, never formulas."""
    cells = [WriteOnlyCell(sheet, value=text) for text in texts]
    for made in cells:
        made.data_type = "s"
    return cells
