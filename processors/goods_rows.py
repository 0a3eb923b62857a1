"""The rows of a table of goods as lines: how many, of what, at which price, by what its columns hold."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from core.reading import Money, Quantity
from processors.facts_numbers import NUMBER, Found, parse_number, trimmed
from processors.goods_counts import DOUBT, Count, counts
from processors.goods_heads import Head, Role
from processors.goods_marks import Marks
from processors.goods_prices import Price, comes_to, told_of_all
from processors.goods_tables import MOST_ROWS, SUM, WHOLE, Cell, Row
from processors.goods_units import WORD
from processors.goods_values import Columns, Line
from processors.numbers_spoken import Number, numbers, readable
from processors.words import Hit

_NOTHING = re.compile(r"[\s\W]*|\s*(?:non|no|n/a|sans objet|neant)\s*")


def table_lines(
    text: str,
    columns: Columns,
    marks: Marks,
    hits: Sequence[Hit],
    qualities: Sequence[tuple[int, int]],
    table: Sequence[Row],
) -> list[Line]:
    """The rows of a table as lines. A row without a number is no line; one whose thing no word names is a doubtful one, unless it
    tells what the others come to."""
    lines: list[Line] = []
    reading = _Cells(text, columns, marks, hits)
    rows = [row for row in table if row[0].head.role != "sum"][:MOST_ROWS]
    outside = [h for h in hits if not any(row[0].start <= h.start < row[-1].end for row in rows)]
    kept, doubt = _best_columns(rows, reading)
    for row in rows:
        start, end = row[0].start, row[-1].end
        line: Line = {}
        columns.put_thing(line, [h for h in hits if start <= h.start < end])
        if len(row) == 1 and row[0].crowded:  # no cells can be told: what its words say, shown as doubtful
            said = counts(marks, start, end, [(h.start, h.end) for h in hits], columns.units, qualities)
            columns.put_count(text, line, said)
            columns.put_prices(line, [p for p in marks.prices if start <= p.start < end])
            columns.put_details(text, line, qualities, [(start, end)])
            columns.doubt(line)
            if columns.count is not None and columns.count.name in line:
                lines.append(line)
            continue
        by_role: dict[str, Cell] = {c.head.role: c for c in row if c.head.role not in kept or kept[c.head.role] == c.head}
        measure = _measure_of(row, marks)
        if (cell := by_role.get("quantity")) is not None and (found := reading.number(cell, measure)) is not None:
            part = found.unit in ("", columns.units.piece) and found.value != found.value.to_integral_value()
            unclear = part or doubt or (cell.crowded and not reading.agrees([cell, by_role.get("unit"), by_role.get("total")]))
            columns.put_count(text, line, [replace(found, sure=min(found.sure, DOUBT)) if unclear else found])
        for role, spec in (("unit", columns.unit_price), ("total", columns.total)):
            if spec is not None and (cell := by_role.get(role)) is not None and (price := reading.price(cell, row)) is not None:
                line[spec.name] = price
        stretches = [(start, end)]
        if columns.thing is not None and columns.thing.name not in line and reading.only_sizes(row, qualities):
            # "12x20 | 5000": what all rows are stands above or below them
            columns.put_thing(line, outside, at_most=0.75)
            stretches += [reading.line_of(h) for h in outside]
        columns.put_details(text, line, qualities, stretches, told=reading.told(row, qualities))
        if columns.count is None or columns.count.name not in line:
            continue
        if columns.thing is not None and columns.thing.name not in line:
            if SUM.match(marks.plain, start, end):
                continue
            columns.doubt(line)
        lines.append(line)
    return lines if columns.thing is None or any(columns.thing.name in line for line in lines) else []


def table_sums(text: str, columns: Columns, marks: Marks, table: Sequence[Row]) -> list[Price]:
    """What the rows of a table come to, where a row of its own tells it in no currency of its own."""
    reading = _Cells(text, columns, marks, [])
    cells = [row[0] for row in table if row[0].head.role == "sum"]
    found = [
        (reading.price(cell, [cell]), cell) for cell in cells if not any(cell.start <= p.start < cell.end for p in marks.prices)
    ]
    return [Price(one.value, "total", one.spans, 0.9) for one, _ in found if one is not None and isinstance(one.value, Money)]


def _measure_of(row: Row, marks: Marks) -> str:
    """The words in the row's column of units, "" where there are none."""
    return next((marks.plain[c.start : c.end].strip() for c in row if c.head.role == "measure"), "")


def _best_columns(rows: Sequence[Row], reading: _Cells) -> tuple[dict[Role, Head], bool]:
    """Of several columns that may hold the same, those by which most rows come to what they tell, then the most likely by their heads;
    and whether nothing tells which of two quantities is meant."""
    heads = list(dict.fromkeys(c.head for row in rows for c in row))
    several: dict[str, list[Head | None]] = {
        role: [h for h in heads if h.role == role] for role in ("quantity", "unit", "total")
    }
    ways = list(itertools.product(*(found or [None] for found in several.values())))
    if len(ways) == 1:
        return {}, False

    def agreeing(way: tuple[Head | None, ...]) -> int:
        return sum(reading.agrees([next((c for c in row if c.head == h), None) for h in way]) for row in rows)

    ranked = sorted(ways[:60], key=lambda way: (-agreeing(way), -sum(h.liked for h in way if h is not None)))
    best = ranked[0]
    like = [h for h in several["quantity"] if h is not None and best[0] is not None and h.liked == best[0].liked]
    doubt = len(like) > 1 and not agreeing(best)
    return {h.role: h for h in best if h is not None}, doubt


class _Cells:
    """What the cells of one table hold."""

    def __init__(self, text: str, columns: Columns, marks: Marks, hits: Sequence[Hit]) -> None:
        self._text, self._columns, self._marks = text, columns, marks
        self._things = [(h.start, h.end) for h in hits]
        self._currency, self._tax = told_of_all(marks.plain)

    def number(self, cell: Cell, measure: str = "") -> Count | None:
        """How many a cell of the column of quantities tells, with the unit that its row or its head names."""
        units = self._columns.units
        found = counts(self._marks, cell.start, cell.end, self._things, units)
        if found:
            best = max(found, key=lambda c: c.sure)
        elif (number := self._number(cell)) is not None:
            unit = (cell.head.unit and units.of(cell.head.unit)) or units.piece
            best = Count(number.value, unit, number.start, number.end, 0.9)
        else:
            return None
        sure = 0.95
        if measure:
            # A unit that nobody knows is not taken for pieces without a doubt.
            known = units.of(measure.partition("(")[0])
            best, sure = (replace(best, unit=known), sure) if known is not None else (best, DOUBT)
        return replace(best, sure=sure)

    def _number(self, cell: Cell) -> Number | None:
        number = next((n for n in self._marks.numbers if cell.start <= n.start < cell.end), None)
        if number is None and WHOLE.fullmatch(plain := self._marks.plain[cell.start : cell.end]):
            # what was taken for something else in the flow of the text is a number in its own column
            alone = next(iter(numbers(plain)), None)
            number = replace(alone, start=alone.start + cell.start, end=alone.end + cell.start) if alone is not None else None
        return number

    def price(self, cell: Cell, row: Row) -> Found | None:
        """The amount of a cell, with what its head and the text tell of it."""
        price: Price | None = next((p for p in self._marks.prices if cell.start <= p.start < cell.end), None)
        if price is not None:
            money, spans, sure = price.money, price.spans, 0.95
            if (
                price.sure <= DOUBT
            ):  # a bare amount: its column says that it is a price, not in which currency, and where it begins
                (start, end), written = trimmed(self._text, cell.start, cell.end), Money(money.amount)
                whole = parse_number(said) if re.fullmatch(NUMBER, said := self._marks.plain[start:end]) else None
                if whole is not None:
                    written, spans = Money(whole), ((start, end),)
                money, sure = written, 0.8
        elif (number := self._number(cell)) is not None:
            money, spans, sure = Money(number.value), ((number.start, number.end),), 0.8
        else:
            return None
        head = cell.head
        money = replace(
            money, currency=money.currency or head.currency or self._currency, tax=money.tax or head.tax or self._tax
        )
        per = next((n for c in row if c.head.role == "per" and (n := self._number(c)) is not None), None)
        if money.per == 1 and head.role == "unit" and (head.thousand or (per is not None and per.value == 1000)):
            money = replace(money, per=1000, unit=self._columns.units.piece)
        elif per is not None and per.value not in (1, 1000) and head.role == "unit":
            sure = DOUBT
        return Found(money, spans, sure)

    def agrees(self, cells: Sequence[Cell | None]) -> bool:
        """Whether a row's (quantity, price of one, total) cells come to one another."""
        count, one, total = cells
        if count is None or one is None or total is None:
            return False
        quantity, unit, whole = self.number(count), self.price(one, []), self.price(total, [])
        if quantity is None or unit is None or whole is None:
            return False
        return comes_to(Quantity(quantity.value), unit.value, whole.value, closely=True)

    def line_of(self, hit: Hit) -> tuple[int, int]:
        """The line in which words stand."""
        end = self._text.find("\n", hit.end)
        return self._text.rfind("\n", 0, hit.start) + 1, end if end >= 0 else len(self._text)

    def only_sizes(self, row: Row, qualities: Sequence[tuple[int, int]]) -> bool:
        """Whether a row has no words but those that tell how it is and of units: it names nothing else."""
        for word in WORD.finditer(self._marks.plain, row[0].start, row[-1].end):
            if any(a <= word.start() < b for a, b in qualities) or self._columns.units.of(word[0]) is not None:
                continue
            if any(a <= word.start() < b for p in self._marks.prices for a, b in p.spans):
                continue
            return False
        return True

    def told(self, row: Row, qualities: Sequence[tuple[int, int]]) -> list[tuple[str, tuple[tuple[int, int], ...]]]:
        """(words, where) of what columns tell of how it is that no word of the directive says: sides in columns of their own."""
        found: list[tuple[str, tuple[tuple[int, int], ...]]] = []
        sides = [c for c in row if c.head.role == "size" and any(map(str.isdigit, self._text[c.start : c.end]))]
        if len(sides) >= 2:
            spans = tuple(trimmed(self._text, c.start, c.end) for c in sides)
            unit = next((c.head.unit for c in sides if c.head.unit), "")
            found.append(("x".join(self._text[a:b] for a, b in spans) + (f" {unit}" if unit else ""), spans))
        for cell in row:
            start, end = trimmed(self._text, cell.start, cell.end)
            said = self._text[start:end]
            if cell.head.role != "detail" or _NOTHING.fullmatch(readable(said)) or len(said) > 60:
                continue
            if any(start <= a < end for a, _ in qualities) and not said.isdecimal():
                whole = [(a, b) for a, b in qualities if start <= a < end]
                if whole[0][0] == start and whole[-1][1] >= end:
                    continue
            found.append((said + (f" {cell.head.unit}" if cell.head.unit and said.isdecimal() else ""), ((start, end),)))
        return found
