"""Tables in plain text: lines of cells divided by bars, tabs or semicolons, under a head that says what the columns are."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from core.reading import Money
from processors.facts_money import CURRENCY, TAX, currency_of, tax_of
from processors.facts_numbers import Found
from processors.goods_counts import DOUBT, Count, counts
from processors.goods_marks import Marks
from processors.goods_prices import told_of_all
from processors.goods_values import Columns, Line
from processors.numbers_spoken import readable
from processors.words import Hit

Role = Literal["", "quantity", "unit", "total", "measure"]

#: What divides the cells of a line: a bar, a tab, a semicolon, columns of blanks or rows of dots.
_DIVIDERS = (re.compile(r"\|"), re.compile(r"\t"), re.compile(r";"), re.compile(r"[ \u00a0]?\.{3,}[ \u00a0]?|[ \u00a0]{2,}"))
_ROLES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    ("unit", re.compile(r"\bp\.?\s?u\b|prix\s+u|unit\s*price|price\s*(?:/|per)?\s*unit|\bprix\b(?!.*total)|\bprice\b|\brate\b|\btarif|"
                        r"\btaman|الثمن|السعر")),
    ("total", re.compile(r"\btotal|\bmontant|\bamount|\bsubtotal|المجموع")),
    ("quantity", re.compile(r"\bqt|\bquantit|\bqty|\bnombre|\bnb|\bcolis|\bnbre|\bpieces\b|\bunites\b|الكمية|العدد")),
)  # fmt: skip
#: A head that is nothing but the word "unit": what the numbers of the column of quantities count.
_MEASURE = re.compile(
    r"\s*(?:unites?|u|u\.|um|uom|unit|units|unit of measure|unite de mesure|conditionnement|cond\.?|الوحدة)\s*"
)
#: Rows of one table that are looked at.
_MOST_ROWS = 60
_PER_THOUSAND = re.compile(r"/\s?(?:1[ .]?000|mille|k)\b|\b(?:le|par|per|les)\s+(?:1[ .]?000|mille|millier|thousand)\b")
_SUM = re.compile(
    r"[\s|]*(?:sous[- ]?)?(?:total|totaux|tva|port|frais|transport|livraison|remise|subtotal|grand|shipping|vat|net|المجموع)(?![^\W_])"
)
_RULE = re.compile(r"[\s|:+=_-]*")
_BRACKETS = re.compile(r"[(\[]([^)\]]{1,20})[)\]]")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell below the head: its place, what its column holds, the unit, tax and currency that the head tells; ``thousand`` when
    its prices are those of a thousand."""

    start: int
    end: int
    role: Role
    unit: str = ""
    tax: Literal["incl", "excl", ""] = ""
    currency: str = ""
    thousand: bool = False


def table_cells(text: str) -> list[list[Cell]]:
    """The rows of the first table of the text that has a column of quantities, [] where there is none."""
    lines: list[tuple[int, str]] = []
    start = 0
    for line in text.split("\n"):
        lines.append((start, line))
        start += len(line) + 1
    for divider in _DIVIDERS:
        for at, (_, line) in enumerate(lines):
            if divider.search(line.strip()) is None:
                continue
            head = _heads([readable(cell) for _, _, cell in _cells(0, line, divider)])
            if len(head) < 2 or not any(one.role == "quantity" for one in head):
                continue
            rows = _rows(lines[at + 1 :], divider, _shared(head))
            if rows:
                return rows
    return []


@dataclass(frozen=True, slots=True)
class _Head:
    """What a column holds by its head."""

    role: Role
    unit: str = ""
    tax: Literal["incl", "excl", ""] = ""
    currency: str = ""
    thousand: bool = False


def _heads(cells: Sequence[str]) -> list[_Head]:
    """What the columns hold by their heads, folded: that of units told from that of quantities, which "Unités" alone may be too."""
    roles = [_role(cell) for cell in cells]
    measures = [_MEASURE.fullmatch(cell) is not None for cell in cells]
    if not any(one.role == "quantity" and not measure for one, measure in zip(roles, measures, strict=True)):
        return roles
    return [_Head("measure") if measure else one for one, measure in zip(roles, measures, strict=True)]


def _shared(head: Sequence[_Head]) -> list[_Head]:
    """Amounts of one table are in one currency: the head of one column tells that of the others."""
    currency = next((one.currency for one in head if one.currency), "")
    return [replace(one, currency=one.currency or currency) if one.role in ("unit", "total") else one for one in head]


def _rows(lines: Sequence[tuple[int, str]], divider: re.Pattern[str], head: Sequence[_Head]) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for start, line in lines:
        if _RULE.fullmatch(line) and line.strip():
            continue
        cells = _cells(start, line, divider)
        if not rows and not line.strip():
            continue
        if len(cells) < 2 or len(cells) > len(head):
            break
        rows.append(
            [Cell(a, b, h.role, h.unit, h.tax, h.currency, h.thousand) for h, (a, b, _) in zip(head, cells, strict=False)]
        )
    return rows


def _cells(start: int, line: str, divider: re.Pattern[str]) -> list[tuple[int, int, str]]:
    """(start, end, words) of every cell; a divider before the first and after the last makes no cell of its own."""
    found = []
    bounds = [(0, 0), *(m.span() for m in divider.finditer(line)), (len(line), len(line))]
    for number, ((_, a), (b, _)) in enumerate(itertools.pairwise(bounds)):
        edge = number in (0, len(bounds) - 2) and not line[a:b].strip() and divider.pattern[0] in "\\["
        if not edge:
            found.append((start + a, start + b, line[a:b]))
    return found


def _role(cell: str) -> _Head:
    plain = cell.replace("_", " ")
    tax = re.search(rf"(?<![^\W_])(?:{TAX})(?![^\W_])", plain)
    unit = _BRACKETS.search(plain)
    said = tax_of(tax[0]) if tax else ""
    money = re.search(rf"(?<![^\W_]){CURRENCY}(?![^\W_])", plain)
    for role, pattern in sorted(_ROLES, key=lambda r: r[0] != "total"):
        if pattern.search(plain):
            currency = currency_of(money[0]) if money and role != "quantity" else ""
            return _Head(role, unit[1].strip() if unit else "", said, currency, _PER_THOUSAND.search(plain) is not None)
    return _Head("")


def table_lines(
    text: str,
    columns: Columns,
    marks: Marks,
    hits: Sequence[Hit],
    qualities: Sequence[tuple[int, int]],
    table: Sequence[Sequence[Cell]],
) -> list[Line]:
    """The rows of a table whose head says what its columns are. A row without a number is no line; one whose thing no word names is a
    doubtful one, unless it tells what the others come to."""
    lines: list[Line] = []
    things = [(h.start, h.end) for h in hits]
    for row in table[:_MOST_ROWS]:
        start, end = row[0].start, row[-1].end
        line: Line = {}
        columns.put_thing(line, [h for h in hits if start <= h.start < end])
        for cell in row:
            if cell.role == "quantity":
                _put_number(text, columns, marks, things, line, cell, _measure_of(row, marks))
            elif cell.role in ("unit", "total"):
                _put_price(columns, marks, line, cell)
        columns.put_details(text, line, qualities, [(start, end)])
        if columns.count is None or columns.count.name not in line:
            continue
        if columns.thing is not None and columns.thing.name not in line:
            if _SUM.match(marks.plain, start, end):
                continue
            columns.doubt(line)
        lines.append(line)
    return lines if columns.thing is None or any(columns.thing.name in line for line in lines) else []


def _measure_of(row: Sequence[Cell], marks: Marks) -> str:
    """The words in the row's column of units, "" where there are none."""
    return next((marks.plain[cell.start : cell.end].strip() for cell in row if cell.role == "measure"), "")


def _put_number(
    text: str, columns: Columns, marks: Marks, things: Sequence[tuple[int, int]], line: Line, cell: Cell, measure: str
) -> None:
    found = counts(marks, cell.start, cell.end, things, columns.units)
    number = next((n for n in marks.numbers if cell.start <= n.start < cell.end), None)
    if found:
        best = max(found, key=lambda c: c.sure)
    elif number is not None:
        unit = (cell.unit and columns.units.of(cell.unit)) or columns.units.piece
        best = Count(number.value, unit, number.start, number.end, 0.9)
    else:
        return
    sure = 0.95
    if measure:
        # A unit that nobody knows is not taken for pieces without a doubt.
        known = columns.units.of(measure)
        best, sure = (replace(best, unit=known), sure) if known is not None else (best, DOUBT)
    columns.put_count(text, line, [replace(best, sure=sure)])


def _put_price(columns: Columns, marks: Marks, line: Line, cell: Cell) -> None:
    spec = columns.unit_price if cell.role == "unit" else columns.total
    if spec is None:
        return
    price = next((p for p in marks.prices if cell.start <= p.start < cell.end), None)
    number = next((n for n in marks.numbers if cell.start <= n.start < cell.end), None)
    if price is not None:
        money, spans, sure = price.money, price.spans, 0.95
    elif number is not None:
        money, spans, sure = Money(number.value), ((number.start, number.end),), 0.8
    else:
        return
    currency, tax = told_of_all(marks.plain)
    money = replace(money, currency=money.currency or cell.currency or currency, tax=money.tax or cell.tax or tax)
    if cell.thousand and money.per == 1:
        money = replace(money, per=1000, unit=columns.units.piece)
    line[spec.name] = Found(money, spans, sure)
