"""A register as a workbook: a row a line with numbers, days and times as such, and a sheet with the sums."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import IO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

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
    """How many requests have a sum and what they come to, by status, currency and tax.

    A request without one sum (two currencies, a line without a price) counts with what its lines have, as in the desk's figures.
    """

    def __init__(self, headings: Sequence[Heading]) -> None:
        self._headings = headings
        self._place: dict[str, int] = {heading.sum: at for at, heading in enumerate(headings) if heading.sum}
        self._found: dict[tuple[str, str, str], tuple[int, Decimal]] = {}
        self._whole = False  # whether the request of the row before has one sum
        self._seen: set[tuple[str, str, str]] = set()

    def add(self, row: Sequence[Cell]) -> None:
        """Count a row; those of a request follow one another, its first line first."""
        if "request" not in self._place:
            return
        if row[_LINE] == 1:
            self._whole, self._seen = row[self._place["request"]] is not None, set()
        elif self._whole:
            return
        at = self._place.get("request" if self._whole else "line")
        amount = row[at] if at is not None else None
        if at is not None and isinstance(amount, int | Decimal):
            key = (str(row[_STATUS]), str(row[at + 1]), str(row[at + 2]))
            times, total = self._found.get(key, (0, Decimal(0)))
            self._found[key] = (times + (key not in self._seen), total + amount)
            self._seen.add(key)

    def write(self, book: Workbook, french: bool) -> None:
        """Their sheet, where the register has sums at all."""
        if "request" not in self._place:
            return
        sheet = book.create_sheet("Totaux" if french else "Totals")
        for letter, width in zip("ABCDE", (18, 12, 14, 12, 18), strict=True):
            sheet.column_dimensions[letter].width = width
        sheet.freeze_panes = "A2"
        top = [
            self._headings[_STATUS].text,
            *(("devise", "taxe", "nombre") if french else ("currency", "tax", "number")),
            self._headings[self._place["request"]].text,
        ]
        row = [WriteOnlyCell(sheet, value=text) for text in top]
        for made in row:
            made.font, made.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
        sheet.append(row)
        for (status, currency, tax), (times, total) in sorted(self._found.items()):
            amount = WriteOnlyCell(sheet, value=total)
            amount.number_format = _NUMBERS["money"]
            texts = [WriteOnlyCell(sheet, value=text) for text in (status, currency, tax)]
            for made in texts:
                made.data_type = "s"
            sheet.append([*texts, times, amount])
