"""A text cut into stretches: lines, sentences and the parts of an enumeration, each with its words, numbers and prices."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from processors.goods_counts import Count, counts
from processors.goods_marks import Marks
from processors.goods_prices import Price
from processors.goods_sayings import JOINT
from processors.goods_units import Units
from processors.words import Hit

#: Stretches of one text that are looked at.
_MOST = 480
_SENTENCE = re.compile(r"(?<=[.!?;])(?<!\.\.)\s+(?=[^\W\d_a-z]|\d)|(?<=[;])")
#: Dots that end no sentence.
_SHORT = re.compile(
    r"(?<![^\W_])(?:env|approx|n|no|qt[eé]|r[eé]f|art|pces?|min|max|dim|p|ex|cf|livr?|poign?|pgn|pal|ctns?|crt|pqts?|bdc|cde|mr?|mme|av|bd|r)\.$",
    re.IGNORECASE,
)
_SOFT = re.compile(r"\n(?=[^\S\n]*[a-zà-ÿ(])")


@dataclass(slots=True)
class Piece:
    """A stretch of the text with what stands in it. ``joined``: it goes on with an enumeration that began before it."""

    start: int
    end: int
    hits: list[Hit] = field(default_factory=list)
    counts: list[Count] = field(default_factory=list)
    prices: list[Price] = field(default_factory=list)
    joined: bool = False

    @property
    def claims(self) -> list[Count]:
        """The numbers that ask for something."""
        return [c for c in self.counts if c.claims and not c.in_all]


def pieces_of(
    text: str,
    marks: Marks,
    hits: Sequence[Hit],
    things: Sequence[tuple[int, int]],
    qualities: Sequence[tuple[int, int]],
    units: Units,
) -> list[Piece]:
    """The stretches of a text in their order. ``things`` are the spans that name what is ordered, or that it is the same again."""
    return _Cutting(text, marks, hits, things, qualities, units).pieces()


class _Cutting:
    """One text being cut."""

    def __init__(
        self,
        text: str,
        marks: Marks,
        hits: Sequence[Hit],
        things: Sequence[tuple[int, int]],
        qualities: Sequence[tuple[int, int]],
        units: Units,
    ) -> None:
        self._text, self._marks, self._hits, self._things, self._qualities = text, marks, hits, things, qualities
        self._units = units

    def pieces(self) -> list[Piece]:
        text = self._text
        cuts = {0, len(text)}
        start = 0
        for line in re.split(r"(\n)", text):
            if line == "\n":
                soft = _SOFT.match(text, start) is not None and start >= 1 and text[start - 1] not in ".:;!?\n"
                before = text[text.rfind("\n", 0, start) + 1 : start]
                if not (soft and len(before) > 45):
                    cuts.add(start)
            else:
                cuts.update(start + m.end() for m in _SENTENCE.finditer(line) if _SHORT.search(line, 0, m.start()) is None)
            start += len(line)
        pieces: list[Piece] = []
        for a, b in itertools.pairwise(sorted(cuts)):
            whole = self._piece(a, b, listed=bool(pieces) and bool(pieces[-1].claims) and "\n" in text[max(a - 1, 0) : a + 1])
            inner = self._inner(whole)
            if inner:
                ends = [a, *inner, b]
                pieces += [self._part(whole, x, y) for x, y in itertools.pairwise(ends)]
            else:
                pieces.append(whole)
        return pieces[:_MOST]

    def _piece(self, a: int, b: int, *, listed: bool) -> Piece:
        """``listed``: a line below one that says how many of something."""
        found = counts(self._marks, a, b, self._things, self._units, self._qualities, listed=listed)
        return Piece(
            a, b, [h for h in self._hits if a <= h.start < b], found, [p for p in self._marks.prices if a <= p.start < b]
        )

    @staticmethod
    def _part(whole: Piece, a: int, b: int) -> Piece:
        """What of a stretch stands between two places."""
        return Piece(
            a, b, [h for h in whole.hits if a <= h.start < b], [c for c in whole.counts if a <= c.start < b],
            [p for p in whole.prices if a <= p.start < b], joined=a > whole.start,
        )  # fmt: skip

    def _inner(self, piece: Piece) -> list[int]:
        """Where one stretch goes on to the next thing."""
        claims = piece.claims
        if len(claims) < 2:
            return []
        thing_first = any(h.start < claims[0].start for h in piece.hits) and not any(
            h.start >= claims[-1].end for h in piece.hits
        )
        cuts: list[int] = []
        for one, following in itertools.pairwise(claims):
            low, high = max(one.number_end, one.end if one.noun else 0), following.start
            if low > high:
                continue
            gap = [h for h in piece.hits if low <= h.start < high]
            joints = [low + m.start() for m in JOINT.finditer(self._marks.bare[low:high])]
            if not gap:
                cuts.append(joints[-1] if joints else high)
            elif len(joints) == 1:
                cuts.append(joints[0])
            elif joints:
                before = [j for j in joints if j <= gap[-1].start]
                cuts.append(before[-1] if thing_first and before else joints[-1])
            else:
                cuts.append(gap[0].start if thing_first else high)
        return cuts
