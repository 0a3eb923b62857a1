"""Goods asked for: what, of which nature, how many, at which price; in one line or in several, in prose, lists and tables.

The text is cut into pieces (lines, sentences, what stands before and after "et 5 cartons de …"). A piece that names a thing and says
how many is a line of its own; everything else completes the only line there is, or the one before it. Silence rather than a guess.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from core.directive import Directive, FactSpec, Word
from core.reading import Money, Quantity
from processors.facts_numbers import Found, trimmed
from processors.goods_marks import Count, Marks, Price, Units, counts, read_marks
from processors.goods_tables import Cell, table_cells
from processors.negation import negated
from processors.tokens import Tokens
from processors.words import Hit, WordMatcher, longest

#: What the words of a value must weigh to name it, and from where on it is named without doubt.
_NAMED, _SURE = 1.5, 3.0
_MOST_LINES = 60
#: How surely something is read where more stands beside it that was not understood.
_DOUBT = 0.45
#: Characters and words of products that are looked at: more than a request ever has.
_LONG, _HITS = 20_000, 400
#: A message of so few words is about how many where it only names a number: the answer to a question, "comme d'habitude mais 5000".
_FEW = 14
_SENTENCE = re.compile(r"(?<=[.!?;])\s+(?=[^\W\d_a-z]|\d)|(?<=[;])")
_SOFT = re.compile(r"\n(?=[^\S\n]*[a-zà-ÿ(])")
#: What follows a price that is told what it is for.
_FOR = re.compile(r"\s{0,2}(?:pour|for|dyal|ديال)\s{1,2}(?:les?\s|la\s|l['’]|the\s)?\s?|\s{1,2}(?:les|the)\s", re.IGNORECASE)
#: What joins a thing to the one before it.
_AND = re.compile(r"(?:\+|&|\b(?:et|and|plus|w|ou)\b)\s{0,2}$", re.IGNORECASE)
_NO_WORDS = re.compile(r"\b(?:sans|without|bla|no|بدون|بلا)\b")

#: The facts of one line by name.
Line = dict[str, Found]


@dataclass(slots=True)
class _Piece:
    """A stretch of the text with what stands in it."""

    start: int
    end: int
    hits: list[Hit] = field(default_factory=list)
    counts: list[Count] = field(default_factory=list)
    prices: list[Price] = field(default_factory=list)
    total_only: bool = False


class GoodsReader:
    """Reads the columns of a directive's rows fact; compiled once."""

    def __init__(self, directive: Directive, rows: FactSpec) -> None:
        columns = [s for n in rows.columns if (s := directive.fact(n)) is not None]
        self.columns = frozenset(s.name for s in columns)
        self._thing = next((s for s in columns if s.type == "choice"), None)
        self._count = next((s for s in columns if s.type == "quantity"), None)
        self._details = next((s for s in columns if s.type == "details"), None)
        self._unit_price = next((s for s in columns if s.price == "unit"), None)
        self._total = next((s for s in columns if s.price == "total"), None)
        self._rank: dict[Word, int] = {}
        for rank, choice in enumerate(self._thing.choices if self._thing else ()):
            self._rank.update((word, rank) for word in choice.words)
        self._things = WordMatcher(self._rank, close=True)
        self._words = WordMatcher(self._details.words, close=True, typos=False) if self._details else None
        self._units = Units(self._count.units, self._count.unit_words) if self._count else Units((), {})

    def read(self, tokens: Tokens, day: date, language: str) -> tuple[Line, list[Line]]:
        """(what is known of the only or the first line and of the whole, every line where there are several)."""
        if len(tokens.text) > _LONG:
            cut = tokens.text[:_LONG]
            items = tuple(t for t in tokens.items if t.end <= _LONG)
            tokens = Tokens(cut, items, tuple(h for h in tokens.hyphens if h + 1 < len(items)))
        text = tokens.text
        marks = read_marks(text, self._units, day, english=language == "en")
        hits = [h for h in longest(self._things.find(tokens)[:_HITS]) if not self._denied(tokens, h)]
        table = table_cells(text)
        if table and (lines := self._table(tokens, marks, hits, table)):
            return self._whole(lines, marks, [c for row in table for c in row])
        pieces = self._pieces(text, marks, hits)
        heads = [p for p in pieces if p.hits and p.counts and self._value(p.hits) is not None]
        if len(heads) > 1 and self._several(heads):
            return self._listed(tokens, marks, pieces, heads)
        return self._one(tokens, marks, pieces, heads), []

    def _denied(self, tokens: Tokens, hit: Hit) -> bool:
        return not _NO_WORDS.search(hit.word.text.casefold()) and bool(negated(tokens, hit.first, hit.last))

    # ------------------------------------------------------------------ pieces

    def _pieces(self, text: str, marks: Marks, hits: Sequence[Hit]) -> list[_Piece]:
        """The text in stretches, each with its words, numbers and prices."""
        cuts = {0, len(text)}
        start = 0
        for line in re.split(r"(\n)", text):
            if line == "\n":
                soft = _SOFT.match(text, start) is not None and start >= 1 and text[start - 1] not in ".:;!?\n"
                before = text[text.rfind("\n", 0, start) + 1 : start]
                if not (soft and len(before) > 45):
                    cuts.add(start)
            else:
                cuts.update(start + m.end() for m in _SENTENCE.finditer(line))
            start += len(line)
        places = sorted(cuts)
        things = [(h.start, h.end) for h in hits]
        pieces: list[_Piece] = []
        for a, b in itertools.pairwise(places):
            whole = self._piece(a, b, marks, hits, things)
            inner = self._inner(whole)
            if not inner:
                pieces.append(whole)
            else:
                ends = [a, *inner, b]
                pieces += [self._piece(x, y, marks, hits, things) for x, y in itertools.pairwise(ends)]
        return pieces[: 8 * _MOST_LINES]

    def _piece(self, a: int, b: int, marks: Marks, hits: Sequence[Hit], things: Sequence[tuple[int, int]]) -> _Piece:
        found = counts(marks, a, b, things, self._units)
        return _Piece(a, b, [h for h in hits if a <= h.start < b], found, [p for p in marks.prices if a <= p.start < b])

    def _inner(self, piece: _Piece) -> list[int]:
        """Where one stretch speaks of the next thing: "3 cartons de roses et 2 palettes de lys", "roses 5000, lys 300"."""
        sure = [c for c in piece.counts if c.sure >= 0.8]
        if len(sure) < 2 or not piece.hits:
            return []
        if sure[0].start < piece.hits[0].start or sure[0].thing:
            cuts = []
            for one, following in zip(sure, [*sure[1:], None], strict=False):
                until = following.start if following else piece.end
                named = any(one.start <= h.start < until for h in piece.hits)
                if named and one is not sure[0] and any(h.start < one.start for h in piece.hits):
                    cuts.append(one.start)
            return cuts
        cuts, seen = [], False
        for place, mark in sorted([*((c.start, c) for c in sure), *((h.start, None) for h in piece.hits)], key=lambda p: p[0]):
            if mark is not None:
                seen = True
            elif seen:
                cuts.append(place)
                seen = False
        return cuts

    def _several(self, heads: Sequence[_Piece]) -> bool:
        """Whether the stretches are lines of their own: of different things, or said in full twice."""
        values = {self._value(p.hits)[0] for p in heads if self._value(p.hits)}  # type: ignore[index]
        amounts = {(c.value, c.unit) for p in heads for c in p.counts[:1]}
        return len(amounts) > 1 or len(values) > 1

    # ------------------------------------------------------------------ values

    def _value(self, hits: Sequence[Hit]) -> tuple[int, float, list[Hit]] | None:
        """(rank of the thing named, how surely, by which words); None where nothing or two things alike are named."""
        scores: dict[int, float] = {}
        words: dict[int, list[Hit]] = {}
        seen: set[Word] = set()
        for hit in hits:
            if hit.word in seen:
                continue
            seen.add(hit.word)
            rank = self._rank[hit.word]
            scores[rank] = scores.get(rank, 0.0) + hit.word.weight
            words.setdefault(rank, []).append(hit)
        ranked = sorted(scores.items(), key=lambda p: -p[1])
        if not ranked or ranked[0][1] < _NAMED:
            return None
        second = ranked[1][1] if len(ranked) > 1 else 0.0
        rank, first = ranked[0]
        if first - second < 0.25:
            return None
        sure = 0.95 if first >= _SURE and first - second >= 1 else 0.85 if first >= _SURE else 0.65 if first >= 2 else 0.5
        if not any(h.exact for h in words[rank]):
            sure -= 0.1
        return rank, round(sure, 2), words[rank]

    def _put_thing(self, line: Line, hits: Sequence[Hit]) -> None:
        value = self._value(hits)
        if value is None or self._thing is None:
            return
        spans = tuple(dict.fromkeys((h.start, h.end) for h in sorted(value[2], key=lambda h: h.start)))
        line[self._thing.name] = Found(self._thing.choices[value[0]].value, spans, value[1])

    def _put_count(self, text: str, line: Line, found: Sequence[Count]) -> None:
        if self._count is None or not found:
            return
        best = max(found, key=lambda c: c.sure)
        others = {(c.value, c.unit) for c in found if c.sure >= best.sure - 0.05} - {(best.value, best.unit)}
        if others and {v for v, _ in others} != {best.value}:
            best = replace(best, sure=_DOUBT)  # several numbers as good as this one: shown as doubtful
        quantity = Quantity(
            best.value.normalize() if best.value != best.value.to_integral_value() else Decimal(int(best.value)), best.unit
        )
        line[self._count.name] = Found(quantity, (trimmed(text, best.start, best.end),), round(best.sure, 2))

    def _put_prices(self, line: Line, prices: Sequence[Price]) -> None:
        prices = [p for p in prices if p.role != "none"]
        named = [p for p in prices if p.role]
        unit = [p for p in named if p.role == "unit"]
        total = [p for p in named if p.role == "total"]
        loose = [p for p in prices if not p.role]
        if loose and not unit:
            # the smaller is the price of one, the other what it comes to; so much is not paid for a piece of so many
            loose.sort(key=lambda p: p.money.amount)
            if self._comes_to(line, loose[0]) and not total:
                total = [replace(loose[0], sure=0.6)]
            else:
                unit, loose = loose[:1], loose[1:]
        if loose and not total and unit and loose[-1].money.amount > unit[0].money.amount:
            total = [replace(loose[-1], sure=0.6)]
        for spec, found in ((self._unit_price, unit), (self._total, total)):
            if spec is None or not found:
                continue
            best = max(found, key=lambda p: (p.sure, bool(p.money.currency)))
            several = len({p.money.amount for p in found if p.sure >= best.sure}) > 1
            line[spec.name] = Found(best.money, best.spans, 0.45 if several else best.sure)

    def _comes_to(self, line: Line, price: Price) -> bool:
        """Whether an amount that nothing explains is rather what many pieces come to."""
        found = line.get(self._count.name) if self._count is not None else None
        count = found.value if found is not None else None
        return (
            isinstance(count, Quantity) and count.unit == self._units.piece and count.amount >= 100 and price.money.amount >= 50
        )

    def _put_details(self, tokens: Tokens, marks: Marks, line: Line, stretches: Sequence[tuple[int, int]]) -> None:
        if self._details is None:
            return
        spans = [(a, b) for a, b in marks.measures]
        if self._words is not None:
            spans += [(h.start, h.end) for h in longest(self._words.find(tokens)) if not negated(tokens, h.first, h.last)]
        spans = sorted({trimmed(tokens.text, a, b) for a, b in spans if any(x <= a < y for x, y in stretches)})
        kept: list[tuple[int, int]] = []
        for a, b in spans:
            if not kept or a >= kept[-1][1]:
                kept.append((a, b))
        if kept:
            said = dict.fromkeys(" ".join(tokens.text[a:b].split()) for a, b in kept)
            line[self._details.name] = Found(", ".join(said), tuple(kept), 0.85)

    # ------------------------------------------------------------------ one line, several, a table

    def _one(self, tokens: Tokens, marks: Marks, pieces: Sequence[_Piece], heads: Sequence[_Piece]) -> Line:
        line: Line = {}
        chosen = heads[0] if heads else None
        hits = [h for p in pieces for h in p.hits]
        self._put_thing(line, hits)
        if chosen is not None and self._thing is not None and self._thing.name not in line:
            self._put_thing(line, chosen.hits)
        found = chosen.counts if chosen is not None else [c for p in pieces for c in p.counts]
        if chosen is not None and (said := [c for p in pieces for c in p.counts if c.sure > max(x.sure for x in found)]):
            found = said
        few = len(tokens.items) <= _FEW
        named = [c for c in found if c.sure > 0.6] or (found if hits or few else [])
        self._put_count(tokens.text, line, named)
        if chosen is not None and self._left_out(tokens.text, pieces, heads[:1]):
            self._doubt(line)
        if hits or named:
            self._put_prices(line, [p for piece in pieces for p in piece.prices])
        if hits or named or few:
            near = [(p.start, p.end) for p in pieces if p.hits or p.counts or not hits]
            around = self._around(pieces)
            self._put_details(tokens, marks, line, [*near, *around])
        return line

    def _left_out(self, text: str, pieces: Sequence[_Piece], heads: Sequence[_Piece]) -> bool:
        """Whether a number of something stands beside the lines and is none of them: "3000 roses + 3000 of those"."""
        ids = {id(p) for p in heads}
        for head in heads:
            if any(c.thing and c.sure >= 0.8 and _AND.search(text, head.start, c.start) for c in head.counts[1:]):
                return True
        for piece in pieces:
            counted = [c for c in piece.counts if c.thing and c.sure >= 0.8]
            if id(piece) in ids or not counted or not piece.hits:
                continue
            # said again in another sentence it is no other thing
            if any(p.end == piece.start and not re.search(r"[.!?\n]\s*$", text[p.start : p.end]) for p in heads):
                return True
        return False

    def _doubt(self, line: Line) -> None:
        """A line that is shown as doubtful."""
        if self._count is not None and (found := line.get(self._count.name)) is not None:
            line[self._count.name] = replace(found, confidence=min(found.confidence, _DOUBT))

    def _around(self, pieces: Sequence[_Piece]) -> list[tuple[int, int]]:
        """Stretches right beside one that names the thing: "Format : 24x32" on a line of its own."""
        found = []
        beside = [None, *pieces, None]
        for before, piece, after in zip(beside, pieces, beside[2:], strict=False):
            if not piece.hits and not piece.prices and any(p is not None and (p.hits or p.counts) for p in (before, after)):
                found.append((piece.start, piece.end))
        return found

    def _listed(
        self, tokens: Tokens, marks: Marks, pieces: Sequence[_Piece], heads: Sequence[_Piece]
    ) -> tuple[Line, list[Line]]:
        lines: list[Line] = []
        rest: list[Price] = []
        ids = {id(p) for p in heads[:_MOST_LINES]}
        told = [(price, hits) for piece in pieces for price in piece.prices if (hits := self._for(tokens.text, price, piece))]
        for piece in pieces:
            piece.prices = [p for p in piece.prices if all(p is not price for price, _ in told)]
            if id(piece) in ids:
                line: Line = {}
                self._put_thing(line, piece.hits)
                self._put_count(tokens.text, line, piece.counts)
                self._put_prices(line, piece.prices)
                self._put_details(tokens, marks, line, [(piece.start, piece.end)])
                lines.append(line)
            elif lines and piece.prices and all(p.role == "unit" for p in piece.prices):
                if self._unit_price is not None and self._unit_price.name not in lines[-1]:
                    self._put_prices(lines[-1], piece.prices)
            else:
                rest += piece.prices
        if self._left_out(tokens.text, pieces, heads):
            self._doubt(lines[0])
        for price, hits in told:
            named = self._line_of(lines, hits)
            if named is None or price.role == "total":
                rest.append(price)
            elif self._unit_price is not None and self._unit_price.name not in named:
                self._put_prices(named, [price if price.role else replace(price, role="unit")])
        return self._first(lines, rest), lines

    def _for(self, text: str, price: Price, piece: _Piece) -> list[Hit]:
        """The words of the thing that a price is told to be for right after it: "380 dh pour les roses, 1,20 pour les lys"."""
        end = max(b for _, b in price.spans)
        told = _FOR.match(text, end)
        if told is None:
            return []
        until = min([piece.end, *(p.start for p in piece.prices if p.start > end)])
        hits = [h for h in piece.hits if told.end() <= h.start < until]
        return hits if hits and hits[0].start - told.end() <= 2 else []

    def _line_of(self, lines: Sequence[Line], hits: Sequence[Hit]) -> Line | None:
        """The one line whose thing the words rather name than that of any other line."""
        if self._thing is None or not hits:
            return None
        ranks = {c.value: rank for rank, c in enumerate(self._thing.choices)}
        scores: list[tuple[float, int]] = []
        for place, line in enumerate(lines):
            found = line.get(self._thing.name)
            rank = ranks.get(str(found.value), -1) if found is not None else -1
            scores.append((sum({h.word: h.word.weight for h in hits if self._rank[h.word] == rank}.values()), place))
        scores.sort(reverse=True)
        if scores[0][0] <= 0 or (len(scores) > 1 and scores[0][0] == scores[1][0]):
            return None
        return lines[scores[0][1]]

    def _first(self, lines: Sequence[Line], rest: Sequence[Price]) -> Line:
        """What stands for the whole: the first line, with the total of all where it is written."""
        whole = dict(lines[0])
        if self._total is not None:
            whole.pop(self._total.name, None)
            totals = [p for p in rest if p.role == "total"]
            self._put_prices(whole, totals)
        return whole

    def _whole(self, lines: list[Line], marks: Marks, cells: Sequence[Cell]) -> tuple[Line, list[Line]]:
        inside = [(c.start, c.end) for c in cells]
        rest = [p for p in marks.prices if not any(a <= p.start < b for a, b in inside)]
        if len(lines) > 1:
            return self._first(lines, rest), lines
        line = lines[0]
        outside: Line = {}
        self._put_prices(outside, rest)
        return {**outside, **line}, []

    def _table(self, tokens: Tokens, marks: Marks, hits: Sequence[Hit], table: list[list[Cell]]) -> list[Line]:
        """The rows of a table whose head says what its columns are."""
        lines: list[Line] = []
        things = [(h.start, h.end) for h in hits]
        for row in table[:_MOST_LINES]:
            start, end = row[0].start, row[-1].end
            line: Line = {}
            self._put_thing(line, [h for h in hits if start <= h.start < end])
            for cell in row:
                number = next((n for n in marks.numbers if cell.start <= n.start < cell.end), None)
                if cell.role == "quantity" and self._count is not None:
                    found = counts(marks, cell.start, cell.end, things, self._units)
                    if found:
                        best = max(found, key=lambda c: c.sure)
                    elif number is not None:
                        best = Count(
                            number.value,
                            (cell.unit and self._units.of(cell.unit)) or self._units.piece,
                            number.start,
                            number.end,
                            0.9,
                        )
                    else:
                        continue
                    self._put_count(tokens.text, line, [replace(best, sure=0.95)])
                elif cell.role in ("unit", "total"):
                    spec = self._unit_price if cell.role == "unit" else self._total
                    price = next((p for p in marks.prices if cell.start <= p.start < cell.end), None)
                    if spec is None:
                        continue
                    if price is not None:
                        line[spec.name] = Found(price.money, price.spans, 0.95)
                    elif number is not None:
                        money = Money(number.value, cell.currency, cell.tax)
                        line[spec.name] = Found(money, ((number.start, number.end),), 0.8)
            self._put_details(tokens, marks, line, [(start, end)])
            if (self._thing is None or self._thing.name in line) and self._count is not None and self._count.name in line:
                lines.append(line)
        return lines
