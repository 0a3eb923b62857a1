"""Goods asked for: what, of which nature, how many, at which price; in one line or in several, in prose, lists and tables.

One thing asked for completes itself from the whole text; of several, each line takes what stands in its own stretches, and what is
told to be for all of them. Silence rather than a guess, and a doubt rather than a line left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import partial

from core.directive import Directive, FactSpec
from processors.facts_dates import plain_text
from processors.goods_agree import confirm, in_currency, whole_of
from processors.goods_counts import BARE, Count, asks
from processors.goods_details import LABEL
from processors.goods_fractions import parts_of_units
from processors.goods_items import Asked, asked_for
from processors.goods_marks import Marks, read_marks
from processors.goods_pieces import Piece
from processors.goods_prices import only_currency
from processors.goods_rows import table_lines, table_sums
from processors.goods_shares import Shares
from processors.goods_split import split_delivery
from processors.goods_tables import bare_rows, table_cells
from processors.goods_units import spaced
from processors.goods_values import Columns, Line
from processors.tokens import Tokens, tokenise

#: Characters that are looked at: more than a request ever has.
_LONG = 20_000
#: A message of so few words is about how many where it only names a number: the answer to a question, "comme d'habitude mais 5000".
_FEW = 14
#: A line of a form; who orders and where to tell nothing of the goods.
_FORM = re.compile(
    r"(?!(?:soci[eé]t[eé]|client|nom|contact|adresse|livraison|e?-?mail|t[eé]l|fax|factur|company|name|customer|ship|deliver|bill|from|de\b|[àa]\b))"
    r"[-•*_~–]{0,2}\s?[^\W\d_][^:\n]{1,25}?\s{0,12}(?::|\.{3,60})(?=\s)",
    re.IGNORECASE,
)
#: Words that only say what the quality beside them is of.
_LABEL_OF = re.compile(rf"(?<![^\W_])(?:{LABEL}|formats?|tailles?|dimensions?|dim|size|en|de)(?![^\W_])")
#: A price of one that is told to be it.
_TOLD = 0.85
#: A dot that shortens a word ends no phrase: "long. rouges".
_SHORT = re.compile(r"(?<![^\W_])[^\W\d_]{1,6}\.(?=\s[a-zà-ÿ])")


class GoodsReader:
    """Reads the columns of a directive's rows fact; compiled once."""

    def __init__(self, directive: Directive, rows: FactSpec) -> None:
        self._columns = Columns(directive, rows)
        self.columns = self._columns.names
        self.thing = self._columns.thing.name if self._columns.thing is not None else ""

    def names(self, tokens: Tokens) -> bool:
        """Whether a text names anything that is ordered."""
        return bool(self._columns.things(_words(_cut(tokens))))

    def named(self, said: str) -> bool:
        """Whether a few words begin with something that is ordered, as it is written in the directive."""
        return any(h.exact and not said[: h.start].strip(" \t\n-•*0123456789.,") for h in self._columns.things(tokenise(said)))

    def without_parts(self, text: str) -> str:
        """The text with the parts of units blanked: "1/2 palette" names no day."""
        return spaced(text, [(p.start, p.end) for p in parts_of_units(text, self._columns.units)])

    def read(self, tokens: Tokens, day: date, language: str) -> tuple[Line, list[Line]]:
        """(what is known of the only or the first line and of the whole, every line where there are several)."""
        tokens = _cut(tokens)
        text, columns = tokens.text, self._columns
        marks = read_marks(text, columns.units, day, english=language == "en")
        whole, lines = self._read(tokens, marks)
        if not lines:
            confirm(columns, whole)
        if (parts := split_delivery(marks.plain)) is not None:
            for line in (whole, *lines):
                columns.in_parts(text, line, parts)
        said = only_currency(marks.plain, marks.prices)
        for line in (whole, *lines):
            in_currency(columns, line, said)
        return whole, lines

    def _read(self, tokens: Tokens, marks: Marks) -> tuple[Line, list[Line]]:
        text, columns = tokens.text, self._columns
        words = _words(tokens)
        hits = columns.things(words)
        qualities = columns.qualities(words, marks, hits)
        claims = partial(asks, marks, columns.units, [(h.start, h.end) for h in hits])
        table = table_cells(text, claims, lambda a, b: any(a <= h.start < b for h in hits)) or bare_rows(text, marks, hits)
        if table and (lines := table_lines(text, columns, marks, hits, qualities, table)):
            inside = [(c.start, c.end) for row in table for c in row if c.head.role != "sum"]
            rest = [p for p in marks.prices if not any(a <= p.start < b for a, b in inside)]
            rest += table_sums(text, columns, marks, table)
            if len(lines) > 1:
                return whole_of(columns, lines, rest), lines
            outside: Line = {}
            columns.put_prices(outside, rest)
            return {**outside, **lines[0]}, []
        asked = asked_for(text, marks, hits, qualities, columns)
        if len(asked.items) > 1:
            return self._several(text, marks, qualities, asked)
        return self._one(tokens, qualities, asked), []

    # ------------------------------------------------------------------ one line, several

    def _one(self, tokens: Tokens, qualities: Sequence[tuple[int, int]], asked: Asked) -> Line:
        line: Line = {}
        columns, pieces = self._columns, asked.pieces
        item = asked.items[0] if asked.items else None
        hits = [h for p in pieces for h in p.hits]
        columns.put_thing(line, hits)
        if item is not None and columns.thing is not None and columns.thing.name not in line:
            columns.put_thing(line, item.hits)
        everywhere = [c for p in pieces for c in p.counts]
        found = [*item.counts, *(c for c in item.own.counts if c.again)] if item is not None else everywhere
        if item is not None and (said := [c for c in everywhere if c.sure > max(x.sure for x in found)]):
            found = said
        few = len(tokens.items) <= _FEW
        named = [c for c in found if c.sure > BARE or c.either or (c.doubt == "share" and c.thing)] or [
            c for c in found if few or (hits and c.sure >= BARE)
        ]
        columns.put_count(tokens.text, line, named)
        if asked.doubt or self._left_out(everywhere, named):
            columns.doubt(line)
        prices = [p for piece in pieces for p in piece.prices]
        if hits or named:
            columns.put_prices(line, prices)
        else:  # what is ordered stands in another text: "Prix : 0,17 dh HT, le reste dans l'objet"
            columns.put_prices(line, [p for p in prices if p.role == "unit" and p.sure >= _TOLD])
        if hits or named or few:
            near = [(p.start, p.end) for p in pieces if p.hits or p.counts or not hits]
            columns.put_details(tokens.text, line, qualities, [*near, *_around(tokens.text, pieces, qualities)])
        return line

    @staticmethod
    def _left_out(everywhere: Sequence[Count], named: Sequence[Count]) -> bool:
        """Whether a number of something is told that is not what was read."""
        known = {c.amount for c in named}
        return bool(known) and any(c.claims and not c.in_all and c.amount not in known for c in everywhere)

    def _several(self, text: str, marks: Marks, qualities: Sequence[tuple[int, int]], asked: Asked) -> tuple[Line, list[Line]]:
        columns = self._columns
        shares = Shares(text, marks, columns, asked, qualities)
        lines: list[Line] = []
        for item in asked.items:
            line: Line = {}
            columns.put_thing(line, item.hits, at_most=item.surely)
            columns.put_count(text, line, item.counts)
            columns.put_details(text, line, qualities, shares.stretches(item))
            if item.unknown:
                columns.doubt(line)
            lines.append(line)
        rest = shares.put_prices(lines)
        if asked.doubt:
            columns.doubt(lines[0])
        return whole_of(columns, lines, rest), lines


def _cut(tokens: Tokens) -> Tokens:
    """As much of a text as is looked at."""
    if len(tokens.text) <= _LONG:
        return tokens
    items = tuple(t for t in tokens.items if t.end <= _LONG)
    return Tokens(tokens.text[:_LONG], items, tuple(h for h in tokens.hyphens if h + 1 < len(items)))


def _words(tokens: Tokens) -> Tokens:
    """The text as one whose shortened words end no phrase."""
    text = tokens.text
    return tokenise(_SHORT.sub(lambda m: m[0][:-1] + " ", text)) if _SHORT.search(text) else tokens


def _around(text: str, pieces: Sequence[Piece], qualities: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches beside one that names the thing: "Format : 24x32" on a line of its own, those that say nothing but how it is, and the
    further lines of such a form."""
    found = []
    for step in (1, -1):
        near = form = False
        for piece in pieces[::step]:
            said = text[piece.start : piece.end]
            if piece.hits or piece.counts:
                near = form = True
            elif not piece.prices and near:
                found.append((piece.start, piece.end))
                near = _only(text, piece, qualities)
                form = form and _FORM.match(said.lstrip()) is not None
            elif form and _FORM.match(said.lstrip()) is not None:
                found.append((piece.start, piece.end))
            else:
                near = form = False
    return found


def _only(text: str, piece: Piece, qualities: Sequence[tuple[int, int]]) -> bool:
    """Whether a stretch says nothing but how the goods are: "26x12x32", "logo vert"."""
    inside = [(a, b) for a, b in qualities if piece.start <= a < piece.end]
    rest = spaced(text[piece.start : piece.end], [(a - piece.start, b - piece.start) for a, b in inside])
    return not any(map(str.isalnum, _LABEL_OF.sub("", plain_text(rest))))
