"""Spreadsheets as tables: a row a line, its cells apart by tabulations, each with its name ("B3")."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from core.document import Page, Unread, Word
from processors.documents.archive import opened, unsealed
from processors.documents.layout import clean
from processors.documents.limits import Budget

_DELIMITERS = ";,\t|"
#: Lines that the delimiter is guessed from.
_SAMPLE = 60
_MARKS = {"€": "€", "EUR": "€", "MAD": "MAD", "DH": "DH", "$": "$", "£": "£"}
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\ufffd]")
_PERCENT = re.compile(r"%")


def read_workbook(content: bytes, budget: Budget) -> Iterator[tuple[Page, int]]:
    """A page a sheet, each with how many there are. Raises Unread, also after some of them."""
    content = unsealed(content, budget)
    opened(content, budget.limits.unfolded).close()
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # openpyxl raises KeyError, ValueError, its own and those of XML for what is broken
        raise Unread("broken", type(error).__name__) from None
    sheets = book.worksheets
    cells = budget.limits.cells
    for number, sheet in enumerate(sheets[: budget.limits.sheets], 1):
        try:
            page, cells, cut = _sheet(sheet, number, budget, cells)
        except Unread:
            raise
        except Exception as error:  # as above
            raise Unread("broken", f"feuille {number}, {type(error).__name__}") from None
        yield page, len(sheets)
        if cut:
            raise Unread("cut", f"{cut} de la feuille {sheet.title}")
    if len(sheets) > budget.limits.sheets:
        raise Unread("cut", f"{budget.limits.sheets} feuilles sur {len(sheets)}")


def _sheet(sheet: Any, number: int, budget: Budget, cells: int) -> tuple[Page, int, str]:
    # What a file says of its own size may be a lie: Excel's largest, or nothing.
    sheet.reset_dimensions()
    rows: list[list[tuple[str, str]]] = []
    cut = ""
    for index, row in enumerate(sheet.iter_rows(max_col=budget.limits.columns), 1):
        if index > budget.limits.rows or cells <= 0 or budget.over:
            cut = f"{index - 1} lignes"
            break
        shown = [
            (f"{_column(column)}{index}", _shown(c.value, str(getattr(c, "number_format", "") or "")))
            for column, c in enumerate(row, 1)
        ]
        cells -= sum(1 for _, value in shown if value)
        rows.append(shown)
    return _table(rows, number, clean(str(sheet.title))[:60]), cells, cut


def _shown(value: object, style: str) -> str:
    """A cell as people see it: no date as a number, no figure that could be read as another."""
    if value is None or isinstance(value, bool):
        return "" if value is None else ("oui" if value else "non")
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y}" if (value.hour, value.minute) == (0, 0) else f"{value:%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, int | float | Decimal):
        return _figure(value, style)
    return clean(" ".join(str(value).split()))[:2000]


def _figure(value: float | Decimal, style: str) -> str:
    if isinstance(value, float) and (value != value or abs(value) > 1e15):
        return ""
    if _PERCENT.search(style):
        return f"{round(float(value) * 100, 2):g} %".replace(".", ",")
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    number = round(number, 6)
    text = format(number.to_integral_value() if number == number.to_integral_value() else number.normalize(), "f")
    whole, point, part = text.partition(".")
    # "1,125" might be a thousand: a zero more says that it is not.
    text = f"{whole},{part}{'0' if len(part) == 3 else ''}" if point else whole
    mark = next((mark for sign, mark in _MARKS.items() if sign in style.upper()), "")
    return f"{text} {mark}".strip()


def _column(number: int) -> str:
    name = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def read_csv(content: bytes, budget: Budget) -> Iterator[tuple[Page, int]]:
    """One page. Raises Unread, also after it."""
    text = decoded(content)
    delimiter, text = _delimiter(text)
    rows: list[list[tuple[str, str]]] = []
    cut = ""
    cells = budget.limits.cells
    csv.field_size_limit(100_000)
    try:
        for index, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1):
            if index > budget.limits.rows or cells <= 0 or budget.over:
                cut = f"{index - 1} lignes"
                break
            shown = [
                (f"{_column(column)}{index}", clean(" ".join(cell.split())))
                for column, cell in enumerate(row[: budget.limits.columns], 1)
            ]
            cells -= sum(1 for _, value in shown if value)
            rows.append(shown)
    except csv.Error:
        cut = f"{len(rows)} lignes"
    yield _table(rows, 1, ""), 1
    if cut:
        raise Unread("cut", cut)


def _table(rows: Sequence[list[tuple[str, str]]], number: int, name: str) -> Page:
    """The rows that hold anything, one a line; an empty cell keeps its place, but for the columns before the first one in use."""
    lines: list[str] = []
    words: list[Word] = []
    at = 0
    margin = min((n for row in rows for n, (_, value) in enumerate(row) if value), default=0)
    for row in rows:
        used = max((n for n, (_, value) in enumerate(row) if value), default=-1)
        if used < 0:
            continue
        kept = row[margin : used + 1]
        for place, value in kept:
            if value:
                words.append(Word(at, at + len(value), None, place))
            at += len(value) + 1
        lines.append("\t".join(value for _, value in kept))
    return Page(number, "\n".join(lines), tuple(words), "table", name)


def decoded(content: bytes) -> str:
    """The text of bytes whose encoding nobody told: a mark at the beginning, UTF-8, else what the letters make likely.

    Raises Unread for what is no text in any of them.
    """
    text = _decoded(content)
    if len(_CONTROL.findall(text)) > len(text) // 100:
        raise Unread("broken", "ce n'est pas du texte")
    return text


def _decoded(content: bytes) -> str:
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(name, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        best = from_bytes(content[:50_000], cp_isolation=["cp1252", "cp1256", "mac_roman", "utf_16_le", "utf_16_be"]).best()
        return content.decode(best.encoding if best is not None else "cp1252", "replace")


def _delimiter(text: str) -> tuple[str, str]:
    """The character between cells, and the text without Excel's line that names it.

    The one by which most lines have the same number of cells, the more the better. A comma inside a price ("0,45") splits some lines
    and not others, so it loses against the semicolon that splits all alike.
    """
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        return first.strip()[-1], rest
    sample = "\n".join(text.splitlines()[:_SAMPLE])
    best, most = ",", 0.0
    for delimiter in _DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(io.StringIO(sample), delimiter=delimiter) if any(map(str.strip, row))]
        except csv.Error:
            continue
        wide = Counter(width for width in widths if width > 1)
        if not wide:
            continue
        width, times = wide.most_common(1)[0]
        score = times / len(widths) + min(width, 20) / 100
        if score > most:
            best, most = delimiter, score
    return best, text
