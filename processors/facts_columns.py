"""A word that leads to a value may head a column: its value then stands below it, in the cells of that column, never beside it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from processors.facts_numbers import trimmed

#: What divides the cells of a line.
_DIVIDERS = (re.compile(r"\|"), re.compile(r"\t"), re.compile(r";"), re.compile(r" {2,}"))
#: Rows below one head at most.
_ROWS = 60
#: A cell that heads a column of goods; beside it a word is no label of a form.
HEAD = re.compile(
    r"(?:designations?|articles?|produits?|libelles?|references?|refs?|qt[es]?|qtes?|quantites?|prix|p\.?\s?u\.?|unites?|u\.?m|montants?|total|totaux|"
    r"postes?|lignes?|items?|descriptions?|goods|products?|qty|quantit(?:y|ies)|unit\s?prices?|prices?|amounts?|lines?|pos|sku|codes?|formats?|tva|vat|"
    r"delais?|dates?|colis|conditionnements?|observations?|الكمية|المنتج|الثمن|السعر)(?![^\W_])"
)


def column_below(plain: str, at: int) -> list[tuple[int, int]] | None:
    """The cells below the one that ends at ``at`` where its line heads the columns of a table, [] where they are empty; None where it
    heads none. ``plain`` is folded."""
    start = plain.rfind("\n", 0, at) + 1
    end = _line_end(plain, at)
    for divider in _DIVIDERS:
        cells = _cells(plain, start, end, divider)
        column = next((n for n, (a, b) in enumerate(cells) if a <= at <= b or a < at <= b + 1), -1)
        if column < 0 or not _heads(plain, cells, column):
            continue
        below = list(itertools.islice(_rows(plain, end, divider, len(cells)), _ROWS))
        if below:
            return [span for row in below for span in row[column : column + 1] if span[0] < span[1]]
    return None


def _heads(plain: str, cells: Sequence[tuple[int, int]], column: int) -> bool:
    """Whether a line is a head: several cells without a number or a colon, another one of which is known to head a column."""
    said = [plain[a:b] for a, b in cells]
    if len(said) < 2 or any(":" in cell or any(map(str.isdigit, cell)) for cell in said):
        return False
    return any(n != column and HEAD.match(cell) for n, cell in enumerate(said))


def _rows(plain: str, end: int, divider: re.Pattern[str], columns: int) -> Iterator[list[tuple[int, int]]]:
    """The cells of the lines right below, as many as the head has or fewer by one."""
    while end < len(plain):
        start, end = end + 1, _line_end(plain, end + 1)
        cells = _cells(plain, start, end, divider)
        rule = not any(map(str.isalnum, plain[start:end]))
        if rule and plain[start:end].strip():
            continue  # a line of dashes
        if rule or not columns - 1 <= len(cells) <= columns + 1:
            return
        yield cells


def _cells(plain: str, start: int, end: int, divider: re.Pattern[str]) -> list[tuple[int, int]]:
    bounds = [(start, start), *(m.span() for m in divider.finditer(plain, start, end)), (end, end)]
    cells = [trimmed(plain, a, b) for (_, a), (b, _) in itertools.pairwise(bounds)]
    edges = divider.pattern != "\\t"  # a bar before the first and after the last makes no cell of its own
    if edges and cells and cells[0][0] == cells[0][1]:
        cells = cells[1:]
    if edges and cells and cells[-1][0] == cells[-1][1]:
        cells = cells[:-1]
    return cells


def _line_end(plain: str, at: int) -> int:
    end = plain.find("\n", at)
    return len(plain) if end < 0 else end
