"""Whose a price or a quality is where several lines are asked for: its own stretch's, that of the thing it is told to be for, each
in its order ("1,20 et 1,45 dh respectivement"), or everyone's ("les deux à 890 dh le mille", "tout en blanc")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from core.reading import Quantity
from processors.goods_items import Asked
from processors.goods_marks import Marks
from processors.goods_once import Item
from processors.goods_pieces import Piece
from processors.goods_prices import Price, comes_to
from processors.goods_units import WORD
from processors.goods_values import Columns, Line

#: What follows a price that is told what it is for.
_FOR = re.compile(r"\s{0,2}(?:pour|for|dyal|ديال)\s{1,2}(?:les?\s|la\s|l['’]|the\s)?\s?|\s{1,2}(?:les|the)\s")
#: Every line is meant: "les deux", "tout en blanc", "both", "bjouj".
_ALL = re.compile(
    r"(?<![^\W_])(?:(?P<sum>le\s+tout|l['’]ensemble|the\s+lot|all\s+in|kolchi|koulchi|lkoll)|les\s+(?:deux|trois|quatre|2|3|4)|"
    r"t(?:ou)?t(?:e?s)?\s+(?:en|a|les\s+(?:deux|trois|2|3))|tou(?:s|tes)|pour\s+tout|chacune?s?|both|all|each\s+of\s+them|bjouj|bjoj|bjuj|kamlin|kolhom)"
    r"(?![^\W_])(?!\s+(?:taxes?|les\s+(?:jours|lundis|mardis|mercredis|jeudis|vendredis|samedis|matins|mois)))|بجوج|كلهم|كاملين|(?P<sum_ar>كلشي|الكل)"
)
_CLAUSE = re.compile(r"[,;!?\n]|[.](?=\s|$)|\s[-–—]\s|\(|\)")
#: A price that nothing ties to a line is likely, not surely, that of all.
_LIKELY = 0.55
#: So many things never cost less than one of the money that is asked for all of them.
_CHEAPEST = 100
#: So much is never asked for one of so many.
_DEAR, _MANY = 50, 100


class Shares:
    """One text with several lines."""

    def __init__(self, text: str, marks: Marks, columns: Columns, asked: Asked, qualities: Sequence[tuple[int, int]]) -> None:
        self._text, self._marks, self._columns, self._asked = text, marks, columns, asked
        self._all = [(a, _with_more(text, b, qualities), whole) for a, b, whole in _for_all(marks.bare)]

    # ------------------------------------------------------------------ qualities

    def stretches(self, item: Item) -> list[tuple[int, int]]:
        """Where the qualities of one line stand: its stretches, the lines right below it, what is told of all."""
        found = [(p.start, p.end) for p in (*item.pieces, *self._below(item))]
        mine = [s for s in found if not any(a < s[1] and s[0] < b for a, b, _ in self._all)]
        for a, b in found:
            cuts = sorted((x, y) for x, y, _ in self._all if a < y and x < b)
            at = a
            for x, y in cuts:
                if x > at:
                    mine.append((at, x))
                at = max(at, y)
            if cuts and at < b:
                mine.append((at, b))
        return [*mine, *((a, b) for a, b, _ in self._all)]

    def _below(self, item: Item) -> list[Piece]:
        """The lines below an item, or between its heading and its number, that only tell of it: "Format : 24x32"."""
        pieces = self._asked.pieces
        at = next((n for n, p in enumerate(pieces) if p is item.own), len(pieces))
        top = next((n for n, p in enumerate(pieces) if p is item.pieces[0]), at)
        found = [p for p in pieces[top + 1 : at] if not p.claims and not p.hits]
        if any(p.claims for p in pieces[top + 1 : at]):
            found = []  # a heading of several
        for piece in pieces[at + 1 :]:
            if piece.hits or piece.claims or not self._text[piece.start : piece.end].strip():
                break
            found.append(piece)
        return found

    # ------------------------------------------------------------------ prices

    def put_prices(self, lines: Sequence[Line]) -> list[Price]:
        """Give every price to the lines that it is of; those that are of the whole are returned."""
        shares: list[list[Price]] = [[] for _ in lines]
        whole: list[Price] = []
        left: list[Price] = []
        for price in self._marks.prices:
            if price.role == "none":
                continue
            if (clause := self._in_all(price)) is not None:
                one = price.money.per != 1 or bool(price.money.unit) or not clause[2]
                one = (one and not self._much(price, lines)) or self._little(price, lines)
                if one and (price.role != "total" or self._little(price, lines)):
                    for share in shares:
                        share.append(replace(price, role="unit"))
                else:
                    whole.append(replace(price, role="total", sure=max(price.sure, 0.85)))
            elif (named := self._told(price, lines)) is not None:
                if price.role == "total":
                    whole.append(price)
                else:
                    shares[named].append(replace(price, role="unit"))
            else:
                left.append(price)
        left = self._in_order(left, shares)
        whole += self._by_place(left, shares, lines)
        for line, share in zip(lines, shares, strict=True):
            self._columns.put_prices(line, share)
        return whole

    def _little(self, price: Price, lines: Sequence[Line]) -> bool:
        """Whether an amount that is told of everything can only be that of one: « le tout à 0,95 » of thousands."""
        return price.money.amount * _CHEAPEST < self._pieces(lines)

    def _much(self, price: Price, lines: Sequence[Line]) -> bool:
        """Whether it can hardly be that of one."""
        told = price.money.per != 1 or bool(price.money.unit)
        return not told and price.money.amount >= _DEAR and self._pieces(lines) >= _MANY

    def _pieces(self, lines: Sequence[Line]) -> Decimal:
        """How many single things the lines ask for, as far as they say it."""
        spec = self._columns.count
        counts = [found.value for line in lines if spec is not None and (found := line.get(spec.name)) is not None]
        return sum((c.amount for c in counts if isinstance(c, Quantity) and c.unit == self._columns.units.piece), Decimal(0))

    def _in_all(self, price: Price) -> tuple[int, int, bool] | None:
        return next((c for c in self._all if c[0] <= price.start < c[1]), None)

    def _told(self, price: Price, lines: Sequence[Line]) -> int | None:
        """The line whose thing is named right after a price: "380 dh pour les roses, 1,20 pour les lys"."""
        end = max(b for _, b in price.spans)
        told = _FOR.match(self._marks.plain, end)
        if told is None:
            return None
        stop = _CLAUSE.search(self._marks.bare, told.end())
        until = min([stop.start() if stop else len(self._text), *(p.start for p in self._marks.prices if p.start > end)])
        hits = [h for piece in self._asked.pieces for h in piece.hits if told.end() <= h.start < until]
        if hits and hits[0].start - told.end() <= 6 and (line := self._columns.line_of(lines, hits)) is not None:
            return next(n for n, one in enumerate(lines) if one is line)
        word = WORD.match(self._marks.plain, told.end())
        return self._by_noun(word[0]) if word is not None and word.start() < until else None

    def _by_noun(self, noun: str) -> int | None:
        """The one line whose own words hold a noun."""
        stem = noun.rstrip("sx")
        if len(stem) < 3:
            return None
        found = [
            n for n, item in enumerate(self._asked.items)
            if re.search(rf"(?<![^\W_]){re.escape(stem)}[sx]?(?![^\W_])", self._marks.plain[item.own.start : item.own.end])
        ]  # fmt: skip
        return found[0] if len(found) == 1 else None

    def _in_order(self, left: list[Price], shares: list[list[Price]]) -> list[Price]:
        """Prices that stand together and are as many as the lines go to them in their order."""
        items = self._asked.items
        for piece in self._asked.pieces:
            here = [p for p in left if piece.start <= p.start < piece.end and p.role != "total"]
            if len(here) != len(items) or any(shares):
                continue
            last = here[0].start
            if any(c.start > last for c in piece.claims) or len(here) != len([p for p in left if p.role != "total"]):
                continue
            for share, price in zip(shares, here, strict=True):
                share.append(replace(price, role="unit"))
            return [p for p in left if all(p is not h for h in here)]
        return left

    def _by_place(self, left: Sequence[Price], shares: list[list[Price]], lines: Sequence[Line]) -> list[Price]:
        """Prices go to the line in whose stretches, or right below which, they stand."""
        items, whole = self._asked.items, []
        for price in left:
            inside = [n for n, i in enumerate(items) if any(p.start <= price.start < p.end for p in i.pieces)]
            above = self._line_above(price)
            if len(inside) == 1 and not self._of_all(price, inside[0], items, lines):
                shares[inside[0]].append(price)
            elif len(inside) > 1:  # a heading's
                for n in inside:
                    shares[n].append(replace(price, role=price.role or "unit"))
            elif not inside and price.role != "total" and above is not None:
                if above == len(items) - 1 and not any(shares[:-1]) and not self._one_by_one(items):
                    for share in shares:
                        share.append(replace(price, role="unit", sure=min(price.sure, _LIKELY)))
                elif not shares[above]:
                    shares[above].append(price)
                else:
                    whole.append(price)
            elif (
                not inside
                and above is not None
                and not any(p.role == "total" for p in shares[above])
                and self._comes_to(lines[above], [*shares[above], price])
            ):
                shares[above].append(price)
            else:
                whole.append(price)
        return whole

    def _of_all(self, price: Price, n: int, items: Sequence[Item], lines: Sequence[Line]) -> bool:
        """Whether a total that stands with the last line is that of all of them."""
        if price.role != "total" or n != len(items) - 1:
            return False
        mine = [p for p in self._marks.prices if items[n].own.start <= p.start < items[n].own.end]
        others = any(p.role == "total" and p.start < items[n].own.start for p in self._marks.prices)
        return not others and not self._comes_to(lines[n], mine) and not self._one_by_one(items)

    def _comes_to(self, line: Line, prices: Sequence[Price]) -> bool:
        """Whether the total among these prices is what a line's number and price come to."""
        count = line.get(self._columns.count.name) if self._columns.count is not None else None
        total = next((p for p in prices if p.role == "total"), None)
        one = next((p for p in prices if p.role != "total"), None)
        if count is None or total is None or one is None:
            return False
        return comes_to(count.value, one.money, total.money)

    def _one_by_one(self, items: Sequence[Item]) -> bool:
        """Whether the lines stand below one another rather than in one sentence."""
        return not any(i.own.joined for i in items)

    def _line_above(self, price: Price) -> int | None:
        """The line right below whose stretches a price stands."""
        above = [n for n, item in enumerate(self._asked.items) if item.own.start < price.start]
        return above[-1] if above else None


def _with_more(text: str, end: int, qualities: Sequence[tuple[int, int]]) -> int:
    """Where what is told of all ends: after the qualities too that follow as parts of their own, "brun les deux, 32x12x35"."""
    end -= text[end - 1 : end] == ","
    while end < len(text) and text[end] == ",":
        following = next(((a, b) for a, b in qualities if a > end and not text[end + 1 : a].strip()), None)
        if following is None or text[following[1] : following[1] + 1] not in (",", ".", ";", "\n", ""):
            break
        end = following[1]
    return end


def _for_all(bare: str) -> list[tuple[int, int, bool]]:
    """(start, end, whether what it comes to is meant) of the clauses that speak of every line."""
    found: list[tuple[int, int, bool]] = []
    cuts = [0, *(m.end() for m in _CLAUSE.finditer(bare)), len(bare)]
    for match in _ALL.finditer(bare):
        start = max(c for c in cuts if c <= match.start())
        end = min(c for c in cuts if c >= match.end())
        found.append((start, end, bool(match["sum"] or match["sum_ar"])))
    return found[:20]
