"""Tables in plain text: lines of cells divided by bars, tabs, semicolons or blanks, under a head that says what the columns are, or
without one, where what the cells hold tells it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from processors.facts_money import CURRENCY, TAX
from processors.facts_numbers import NUMBER
from processors.goods_heads import Head, Words, crowded_heads, heads_of, in_columns
from processors.goods_marks import Marks
from processors.numbers_spoken import readable
from processors.words import Hit

#: What divides the cells of a line: a bar, a tab, a semicolon, columns of blanks or rows of dots.
_BLANKS = re.compile(r"[ \u00a0]?\.{3,}[ \u00a0]?|[ \u00a0]{2,}")
_TAB = re.compile(r"\t")
_DIVIDERS = (re.compile(r"\|"), _TAB, re.compile(r";"), _BLANKS)
#: Those between which an empty cell stands where nothing is told.
_STRICT = frozenset("|;")
#: Rows of one table that are looked at, and lines between two of them that are none.
MOST_ROWS, _MOST_BETWEEN = 60, 2
SUM = re.compile(
    r"[\s|;]*(?:sous[- ]?)?(?:total|totaux|tva|port|frais|transport|livraison|remise|subtotal|grand|shipping|vat|net|montant|المجموع)"
    r"(?![^\W_])"
)
_TOTAL = re.compile(r"[\s|;]*(?:total|totaux|montant|net|grand\s?total|المجموع)(?![^\W_])")
_TWO_HEADS = re.compile(
    rf"(?P<one>\s?(?:p\.?\s?u\.?|prix(?:\s?unit\w*\.?)?|unit\s?price)(?:\s(?:{TAX}))?(?:\s?\(?(?:{CURRENCY})\)?)?(?:\s(?:{TAX}))?)\s(?:total|montant|amount|mt)(?:\s(?:{TAX}))?(?:\s?\(?(?:{CURRENCY})\)?)?\s*$"
)
_RULE = re.compile(r"[\s|:+=_-]*")
#: A cell that is a number, with a currency, a tax or the word of a unit at most.
_NUMERIC = re.compile(rf"\s*(?:{CURRENCY})?\s?\d[\d \u00a0\u202f.,'’]*\s*(?:{CURRENCY})?\s*(?:{TAX})?\s*(?:/\s?\S{{1,8}})?\s*")
WHOLE = re.compile(r"\s*\d[\d \u00a0\u202f.,'’]*\s*(?:[^\W\d_]{1,12}(?:\(s\))?)?\s*")

#: What the cells of a column of a table look like whose columns hardly stand apart.
_GAP, _ANY, _WORD = r"[ \u00a0]+", r"[^\s]{1,20}", re.compile(r"[^\W\d_]{2}")
_AMOUNT = rf"(?:(?:{CURRENCY})\s?)?{NUMBER}(?:\s?(?:{CURRENCY}))?"
_PARTS = {"quantity": rf"{NUMBER}", "measure": r"[^\W\d_]{1,12}\.?", "unit": _AMOUNT, "total": _AMOUNT, "per": NUMBER}


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a row and what its column holds. ``crowded``: only one blank divides it from its neighbours, so where it begins is a
    guess; a row of one such cell could not be divided at all."""

    start: int
    end: int
    head: Head
    crowded: bool = False


#: Whether what stands between two places asks for something; of a line of one cell more is wanted.
Claims = Callable[[int, int, bool], bool]
Names = Callable[[int, int], bool]

#: A row's cells, and what stands below it and goes on with it.
Row = list[Cell]


def table_cells(text: str, claims: Claims, names: Names) -> list[Row]:
    """The rows of the first table of the text whose head has a column of quantities, [] where there is none. ``claims``: whether a
    stretch of the text, of several cells or of one, asks for something; ``names``: whether it names a thing."""
    lines = _lines(text)
    for divider in _DIVIDERS:
        for at, (_, line) in enumerate(lines):
            if divider.search(line.strip()) is None:
                continue
            cells = _cells(0, line, divider)
            head = heads_of(_parted(cells) if divider in (_BLANKS, _TAB) else cells)
            loose = divider is _TAB and any(not words.strip() for _, _, words in cells[1:])
            if head and (rows := _rows(lines[at + 1 :], divider, head, claims, names, loose=loose)):
                return rows
    for at, (_, line) in enumerate(lines):
        head = heads_of(crowded_heads(line))
        if head and (rows := _rows(lines[at + 1 :], _BLANKS, head, claims, names, loose=False)):
            return rows
    return []


def _lines(text: str) -> list[tuple[int, str]]:
    lines: list[tuple[int, str]] = []
    start = 0
    for line in text.split("\n"):
        lines.append((start, line))
        start += len(line) + 1
    return lines


def _rows(
    lines: Sequence[tuple[int, str]],
    divider: re.Pattern[str],
    head: Sequence[Head],
    claims: Claims,
    names: Names,
    *,
    loose: bool,
) -> list[Row]:
    """The rows below a head; ``loose``: its tabs only line up the columns, an empty cell between two stands for nothing."""
    rows: list[Row] = []
    strict = divider.pattern[-1] in _STRICT
    between: list[tuple[int, str]] = []
    for start, line in lines:
        if len(rows) > MOST_ROWS or len(between) > _MOST_BETWEEN:
            break
        if _RULE.fullmatch(line):
            if not line.strip() and rows:
                between.append((start, ""))
            continue
        plain = readable(line)
        cells = _cells(0, line, divider)
        if SUM.match(plain):
            if rows and any(map(str.isdigit, line)):
                rows += _sum(start, plain, cells, head)
                break
            continue
        if not any(map(str.isdigit, line)) and (again := heads_of(cells)):
            head = again  # printed anew on a second page or sheet, maybe with other columns
            continue
        row = _row(start, cells, divider, head) if 2 <= len(cells) <= len(head) + (0 if strict else 2) else None
        if row is None and divider is _TAB and (loose or len(cells) > len(head)):
            filled = [cell for cell in cells if cell[2].strip()]
            row = _row(start, filled, divider, head) if 2 <= len(filled) <= len(head) + 2 and len(filled) < len(cells) else None
        if row is None and divider is not _BLANKS and _asks_nothing(cells, head, named=names(start, start + len(line))):
            between.append((start, ""))
            continue
        if row is None and divider is _BLANKS:
            row = _crowded(start, plain, head, alone=len(cells) == 1)
        if row is None and claims(start, start + len(line), len(cells) > 1):
            row = [Cell(start, start + len(line), Head(""), crowded=True)]
        if row is None:
            if not rows or ":" in line:
                break
            between.append((start, line))
            continue
        if rows:
            rows[-1] += [_below(a, words) for a, words in between if words]
        between = []
        rows.append(row)
    if rows and between and between[0][1][:2].strip() == "" and between[0][1]:
        rows[-1].append(_below(*between[0]))  # what goes on below the last row stands in from its edge
    return rows


def _asks_nothing(cells: Sequence[Words], head: Sequence[Head], *, named: bool) -> bool:
    """Whether the cell of quantities is empty in a row whose cells a sign divides: what may be ordered, and is not."""
    counted = next(n for n, one in enumerate(head) if one.role == "quantity")
    if len(cells) > len(head) or not (named or len(cells) > 2):
        return False
    return named if counted >= len(cells) else not any(map(str.isalnum, cells[counted][2]))


def _sum(start: int, plain: str, cells: Sequence[Words], head: Sequence[Head]) -> list[Row]:
    """The row that tells what the others come to, where they have a column for it."""
    total = next((one for one in head if one.role == "total"), None)
    told = [(a, b) for a, b, words in cells if _NUMERIC.fullmatch(readable(words))]
    if total is None or not told or _TOTAL.match(plain) is None:
        return []
    return [[Cell(start + told[-1][0], start + told[-1][1], replace(total, role="sum"))]]


def _below(start: int, line: str) -> Cell:
    return Cell(start, start + len(line), Head(""))


def _row(start: int, cells: Sequence[Words], divider: re.Pattern[str], head: Sequence[Head]) -> Row | None:
    """The cells with their columns, None for a line that tells no quantity."""
    placed = divider is _TAB and len(cells) <= len(head)
    if len(cells) == len(head) or placed or divider.pattern[-1] in _STRICT:
        columns: Sequence[Head] = head[: len(cells)]
    else:
        columns = in_columns(head, cells, placed=divider is _BLANKS)
    # Under fewer heads than cells which cell is whose is a guess.
    guess = divider is _TAB and len(cells) > len(head)
    row = [Cell(start + a, start + b, column, guess) for column, (a, b, _) in zip(columns, cells, strict=True)]
    told = any(c.role == "quantity" and any(map(str.isdecimal, words)) for c, (_, _, words) in zip(columns, cells, strict=True))
    return row if told else None


def _parted(cells: Sequence[Words]) -> list[Words]:
    """The heads with those of the price of one and of the total as two where one blank divides them: "P.U. HT Total HT"."""
    found: list[Words] = []
    for start, end, words in cells:
        match = _TWO_HEADS.match(readable(words))
        cut = match.end("one") if match is not None else 0
        found += [(start, start + cut, words[:cut]), (start + cut, end, words[cut:])] if cut else [(start, end, words)]
    return found


def _crowded(start: int, plain: str, head: Sequence[Head], *, alone: bool) -> Row | None:
    """The cells of a row whose long designation leaves one blank before its numbers: all columns from that of quantities on are there,
    in their order. ``alone``: no two columns stand apart, so more than one number has to tell that it is a row."""
    first = next(n for n, one in enumerate(head) if one.role == "quantity")
    columns = head[first:]
    numeric = [one for one in columns if one.role in _PARTS and one.role != "measure"]
    if not first or len(head) > first + 8 or (alone and len(numeric) < 2):
        return None
    parts = "".join(
        rf"(?:{_GAP}(?P<c{n}>{_PARTS['measure']}))?"
        if one.role == "measure"
        else rf"{_GAP}(?P<c{n}>{_PARTS.get(one.role, _ANY)})"
        for n, one in enumerate(columns)
    )
    match = re.fullmatch(rf"(?P<lead>.{{0,200}}?[^\s]){parts}\s*", plain)
    if match is None or _WORD.search(match["lead"]) is None:
        return None
    cells = [Cell(start, start + match.end("lead"), Head(""), crowded=True)]
    found = ((match.span(f"c{n}"), one) for n, one in enumerate(columns))
    return cells + [Cell(start + a, start + b, one, crowded=True) for (a, b), one in found if a >= 0]


def _cells(start: int, line: str, divider: re.Pattern[str]) -> list[Words]:
    """(start, end, words) of every cell; a divider before the first and after the last makes no cell of its own."""
    found = []
    bounds = [(0, 0), *(m.span() for m in divider.finditer(line)), (len(line), len(line))]
    for number, ((_, a), (b, _)) in enumerate(itertools.pairwise(bounds)):
        edge = number in (0, len(bounds) - 2) and not line[a:b].strip() and divider.pattern[0] in "\\["
        edge = edge and (divider is not _TAB or number > 0)  # an empty first cell of a sheet is one
        if not edge:
            found.append((start + a, start + b, line[a:b]))
    return found


# ---------------------------------------------------------------------- what a table without a head holds


def bare_rows(text: str, marks: Marks, hits: Sequence[Hit]) -> list[Row]:
    """The rows of a table without a head: lines of three cells or more below one another, each of which names a thing; what their
    columns hold is told by what stands in all of them. [] where that is not clear."""
    lines = _lines(text)
    for divider in _DIVIDERS:
        block: list[tuple[int, list[Words]]] = []
        for start, line in [*lines, (len(text), "")]:
            cells = _cells(start, line, divider)
            named = len(cells) >= 3 and any(start <= h.start < start + len(line) for h in hits)
            if named and (not block or len(block[0][1]) == len(cells)):
                block.append((start, cells))
                continue
            if len(block) >= 2 and (head := _told_by_values([cells for _, cells in block], marks)):
                return [[Cell(a, b, one) for one, (a, b, _) in zip(head, cells, strict=True)] for _, cells in block[:MOST_ROWS]]
            block = [(start, cells)] if named else []
    return []


def _told_by_values(rows: Sequence[Sequence[Words]], marks: Marks) -> list[Head]:
    columns = list(zip(*rows, strict=True))
    priced: list[int] = []
    whole: list[int] = []
    for n, column in enumerate(columns):
        plain = [readable(words) for _, _, words in column]
        amounts = [next((p for p in marks.prices if a <= p.start < b), None) for a, b, _ in column]
        decimals = all(map(_NUMERIC.fullmatch, plain)) and any(re.search(r"\d[.,]\d{1,2}(?!\d)", cell) for cell in plain)
        if all(amounts) or decimals:
            priced.append(n)
        elif all(WHOLE.fullmatch(cell) for cell in plain):
            values = [Decimal(re.sub(r"\D", "", cell)) for cell in plain]
            if values != [Decimal(k) for k in range(int(values[0]), int(values[0]) + len(values))]:  # the number of the line
                whole.append(n)
    if len(whole) != 1 or len(priced) > 2:
        return []
    head = [Head("")] * len(columns)
    head[whole[0]] = Head("quantity", liked=1)
    for n, role in zip(priced, ("unit", "total"), strict=False):
        head[n] = replace(Head("unit"), role=role)  # type: ignore[arg-type]
    return head
