"""Tables in plain text: lines of cells divided by bars, tabs or semicolons, under a head that says what the columns are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from core.reading import Money
from processors.facts_money import TAX, currency_of, tax_of
from processors.facts_numbers import Found
from processors.goods_counts import Count, counts
from processors.goods_marks import Marks
from processors.goods_values import Columns, Line
from processors.numbers_spoken import readable
from processors.words import Hit

Role = Literal["", "quantity", "unit", "total"]

_DIVIDERS = ("|", "\t", ";")
_ROLES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    ("unit", re.compile(r"\bp\.?\s?u\b|prix\s+u|unit\s*price|price\s*(?:/|per)?\s*unit|\bprix\b(?!.*total)|\bprice\b|\brate\b|\btarif|"
                        r"\btaman|الثمن|السعر")),
    ("total", re.compile(r"\btotal|\bmontant|\bamount|\bsubtotal|المجموع")),
    ("quantity", re.compile(r"\bqt|\bquantit|\bqty|\bnombre|\bnb|الكمية|العدد")),
)  # fmt: skip
#: Rows of one table that are looked at.
_MOST_ROWS = 60
_RULE = re.compile(r"[\s|:+=_-]*")
_BRACKETS = re.compile(r"[(\[]([^)\]]{1,20})[)\]]")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell below the head: its place, what its column holds, the unit and the tax that the head tells."""

    start: int
    end: int
    role: Role
    unit: str = ""
    tax: Literal["incl", "excl", ""] = ""

    @property
    def currency(self) -> str:
        """The currency that the head tells: "P.U. HT (MAD)"."""
        return currency_of(self.unit.casefold())


def table_cells(text: str) -> list[list[Cell]]:
    """The rows of the first table of the text that has a column of quantities, [] where there is none."""
    lines: list[tuple[int, str]] = []
    start = 0
    for line in text.split("\n"):
        lines.append((start, line))
        start += len(line) + 1
    for divider in _DIVIDERS:
        for at, (_, line) in enumerate(lines):
            if line.count(divider) < 1:
                continue
            head = [_role(cell) for _, _, cell in _cells(0, line, divider)]
            if len(head) < 2 or not any(role == "quantity" for role, _, _ in head):
                continue
            rows = _rows(lines[at + 1 :], divider, head)
            if rows:
                return rows
    return []


def _rows(
    lines: Sequence[tuple[int, str]], divider: str, head: Sequence[tuple[Role, str, Literal["incl", "excl", ""]]]
) -> list[list[Cell]]:
    rows = []
    for start, line in lines:
        if _RULE.fullmatch(line) and line.strip():
            continue
        cells = _cells(start, line, divider)
        if len(cells) < 2 or len(cells) > len(head):
            break
        rows.append([Cell(a, b, *head[n]) for n, (a, b, _) in enumerate(cells)])
    return rows


def _cells(start: int, line: str, divider: str) -> list[tuple[int, int, str]]:
    """(start, end, words) of every cell; a bar before the first and after the last is no cell."""
    found = []
    at = start
    parts = line.split(divider)
    for number, part in enumerate(parts):
        edge = divider == "|" and number in (0, len(parts) - 1) and not part.strip()
        if not edge:
            found.append((at, at + len(part), part))
        at += len(part) + 1
    return found


def _role(cell: str) -> tuple[Role, str, Literal["incl", "excl", ""]]:
    plain = readable(cell)
    tax = re.search(rf"(?<![^\W_])(?:{TAX})(?![^\W_])", plain)
    unit = _BRACKETS.search(plain)
    said = tax_of(tax[0]) if tax else ""
    for role, pattern in sorted(_ROLES, key=lambda r: r[0] != "total"):
        if pattern.search(plain):
            return role, unit[1].strip() if unit else "", said
    return "", "", said


def table_lines(
    text: str,
    columns: Columns,
    marks: Marks,
    hits: Sequence[Hit],
    qualities: Sequence[tuple[int, int]],
    table: Sequence[Sequence[Cell]],
) -> list[Line]:
    """The rows of a table whose head says what its columns are; a row without a thing or a number is no line."""
    lines: list[Line] = []
    things = [(h.start, h.end) for h in hits]
    for row in table[:_MOST_ROWS]:
        start, end = row[0].start, row[-1].end
        line: Line = {}
        columns.put_thing(line, [h for h in hits if start <= h.start < end])
        for cell in row:
            if cell.role == "quantity":
                _put_number(text, columns, marks, things, line, cell)
            elif cell.role in ("unit", "total"):
                _put_price(columns, marks, line, cell)
        columns.put_details(text, line, qualities, [(start, end)])
        if (columns.thing is None or columns.thing.name in line) and columns.count is not None and columns.count.name in line:
            lines.append(line)
    return lines


def _put_number(text: str, columns: Columns, marks: Marks, things: Sequence[tuple[int, int]], line: Line, cell: Cell) -> None:
    found = counts(marks, cell.start, cell.end, things, columns.units)
    number = next((n for n in marks.numbers if cell.start <= n.start < cell.end), None)
    if found:
        best = max(found, key=lambda c: c.sure)
    elif number is not None:
        unit = (cell.unit and columns.units.of(cell.unit)) or columns.units.piece
        best = Count(number.value, unit, number.start, number.end, 0.9)
    else:
        return
    columns.put_count(text, line, [replace(best, sure=0.95)])


def _put_price(columns: Columns, marks: Marks, line: Line, cell: Cell) -> None:
    spec = columns.unit_price if cell.role == "unit" else columns.total
    if spec is None:
        return
    price = next((p for p in marks.prices if cell.start <= p.start < cell.end), None)
    number = next((n for n in marks.numbers if cell.start <= n.start < cell.end), None)
    if price is not None:
        line[spec.name] = Found(price.money, price.spans, 0.95)
    elif number is not None:
        line[spec.name] = Found(Money(number.value, cell.currency, cell.tax), ((number.start, number.end),), 0.8)
