"""The stretches of a text beside one another: which head others, which are parts of one list, which speak of the same again."""

from __future__ import annotations

import re
from collections.abc import Sequence

from processors.goods_marks import Marks
from processors.goods_pieces import Piece
from processors.goods_units import WORD
from processors.goods_values import Columns
from processors.words_common import word_set

#: The thing of the item before.
_SAME = re.compile(
    r"(?<![^\W_])(?:(?:l[ea]s?\s+|the\s+)?memes?(?!\s+(?:si|jour|date|adresse|prix|tarif|semaine|delai|temps|endroit|taille|format|couleur|"
    r"dimensions?|que|pas)(?![^\W_]))|idem|pareil\w*|ditto|dto|(?:the\s+)?same(?!\s+(?:day|price|size|address|time))|"
    r"n[ea]?fs(?:hom|ha|ou)?|b7al(?:hom|ha|ou)?|bhal(?:hom|ha|ou)?)(?![^\W_])|نفس|بحال"
)
_LIST = re.compile(r"[ \t]*(?:[-•*–—·>]|\(?\d{1,2}[).](?=\s)|[a-h]\)|l?\s?ligne\s\d{1,2}\b)?[ \t]*")
_FUNCTION = word_set(
    "et w and plus puis aussi de d des du le la les l un une en a au aux pour avec par x dyal dial f b the of in with for to also svp stp "
    "merci please 3afak format taille dimension dimensions couleur coloris modele type autre autres soit encore egalement chacun chacune "
    "je on nous voudrais veux prends prend it faut il me"
)


class Stretches:
    """One text. ``qualities`` are the spans of words of nature, ``again`` those that say "the same"."""

    def __init__(self, text: str, marks: Marks, qualities: Sequence[tuple[int, int]], columns: Columns) -> None:
        self._text, self._marks, self._qualities, self._columns = text, marks, qualities, columns
        self.again = [m.span() for m in _SAME.finditer(marks.plain)]

    def heads(self, piece: Piece) -> bool:
        """Whether a stretch is a heading: a line that ends with a colon."""
        return self._text[piece.start : piece.end].rstrip().endswith(":")

    def parallel(self, one: Piece, other: Piece) -> bool:
        """Whether two stretches are parts of one enumeration or lines of one list."""
        return other.joined or (self.begins_line(one) and self.begins_line(other))

    def begins_line(self, piece: Piece) -> bool:
        """Whether a line begins with a stretch, and the stretch with how many or with what."""
        start = piece.start
        while start < piece.end and self._text[start] in "\n \t":
            start += 1
        if piece.start and self._text[start - 1] not in "\n \t":
            return False
        begins = _LIST.match(self._text, start)
        at = begins.end() if begins is not None else start
        return (
            any(c.start - at <= 3 for c in piece.claims[:1])
            or any(h.start - at <= 8 for h in piece.hits[:1])
            or any(0 <= a - at <= 3 for a, _ in self._qualities)
        )

    def says_same(self, piece: Piece) -> bool:
        """Whether a stretch speaks of the thing of the one before: "les mêmes en blanc"."""
        return any(piece.start <= a < piece.end for a, _ in self.again)

    def strange(self, piece: Piece, *, until: int = -1) -> bool:
        """Whether a stretch holds, up to a place, a word that is neither a number, a unit, a quality nor a word of grammar."""
        taken = [
            *self._qualities,
            *((c.start, c.number_end) for c in piece.counts),
            *(s for p in piece.prices for s in p.spans),
        ]
        for word in WORD.finditer(self._marks.bare, piece.start, until if until >= 0 else piece.end):
            if any(a <= word.start() < b for a, b in taken):
                continue
            if word[0] not in _FUNCTION and self._columns.units.of(word[0]) is None:
                return True
        return False
