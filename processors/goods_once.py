"""Things asked for, each of them once: what is said again, corrected, shared out or summed up is no thing more."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from processors.goods_counts import Count
from processors.goods_marks import Marks
from processors.goods_pieces import Piece
from processors.goods_sayings import CORRECTED
from processors.goods_stretches import Stretches
from processors.goods_values import Columns
from processors.words import Hit


@dataclass(slots=True)
class Item:
    """One thing asked for: its stretches (a heading's first), its numbers, the words that name it.

    ``surely`` bounds how sure the thing is; ``unknown`` when no word names it.
    """

    pieces: list[Piece]
    counts: list[Count]
    hits: list[Hit]
    surely: float = 1.0
    unknown: bool = False

    @property
    def elliptic(self) -> bool:
        """Whether the thing is that of the item before."""
        return self.surely < 1 and not self.unknown

    @property
    def own(self) -> Piece:
        """The stretch that says how many."""
        return self.pieces[-1]


class Once:
    """The things of one text, each in its place."""

    def __init__(self, marks: Marks, qualities: Sequence[tuple[int, int]], columns: Columns, stretches: Stretches) -> None:
        self._marks, self._qualities, self._columns, self._stretches = marks, qualities, columns, stretches

    def corrected(self, items: Sequence[Item]) -> tuple[list[Item], bool]:
        """The items without those that only say another of them anew ("ah non, pour les roses 3000"), which then has their number; and
        whether one is said anew that is none of them."""
        kept: list[Item] = []
        lost = False
        for item in items:
            own = item.own
            named = min([item.counts[0].start, *(h.start for h in own.hits)])
            if not kept or own.joined or CORRECTED.search(self._marks.bare, own.start, named) is None:
                kept.append(item)
                continue
            value = self._columns.value(item.hits)
            alike = [
                i
                for i in kept
                if value is not None and (mine := self._columns.value(i.hits)) is not None and mine[0] == value[0]
            ]
            if len(alike) == 1:
                alike[0].counts = item.counts
            else:
                kept.append(item)
                lost = True
        return kept, lost

    def whole(self, loose: Sequence[Item], items: Sequence[Item]) -> list[Item]:
        """Every item in its place: what was said twice stands once, the sum of the others is none."""
        kept: list[Item] = []
        for item in items:
            if not any(self._same_again(before, item) for before in kept):
                kept.append(item)
        amounts = {i.counts[0].amount for i in kept}
        if not kept and not all(self._stretches.parallel(a.own, b.own) for a, b in itertools.pairwise(loose)):
            return []
        kept += [item for item in loose if item.counts[0].amount not in amounts]
        kept.sort(key=lambda i: i.own.start)
        kept = self._shared_out(kept)
        if len(kept) > 2:
            kept = [i for i in kept if not self._is_sum(i, kept)] or kept
        return kept

    @staticmethod
    def _shared_out(items: list[Item]) -> list[Item]:
        """Without those that the next ones share out among them: "2000 roses, 1000 rouges et 1000 jaunes"."""
        kept: list[Item] = []
        for n, item in enumerate(items):
            left, parts = item.counts[0].value, 0
            for part in items[n + 1 :]:
                if not part.elliptic or part.counts[0].unit != item.counts[0].unit or left <= 0:
                    break
                left, parts = left - part.counts[0].value, parts + 1
            if item.elliptic or left or parts < 2:
                kept.append(item)
                continue
            for part in items[n + 1 : n + 1 + parts]:
                part.surely = max(part.surely, 0.85)
        return kept

    def _same_again(self, one: Item, other: Item) -> bool:
        """Whether an item only says another once more, in a sentence of its own."""
        if one.counts[0].amount != other.counts[0].amount or other.own.joined or self._stretches.says_same(other.own):
            return False
        if other.unknown:
            return False  # it stands below as a line of its own
        value, same = self._columns.value(one.hits), self._columns.value(other.hits)
        if value is not None and same is not None and value[0] != same[0]:
            return False
        return self._quality_words(other) <= self._quality_words(one) or not (
            self._quality_words(one) or self._stretches.parallel(one.own, other.own)
        )

    def _quality_words(self, item: Item) -> set[str]:
        return {
            self._marks.plain[a:b].replace(" ", "")
            for a, b in self._qualities
            if any(p.start <= a < p.end for p in item.pieces)
        }

    def _is_sum(self, item: Item, items: Sequence[Item]) -> bool:
        """Whether an item without a thing of its own is what the others come to."""
        others = [i.counts[0] for i in items if i is not item]
        if not item.unknown:
            return False
        return {c.unit for c in others} == {item.counts[0].unit} and sum(c.value for c in others) == item.counts[0].value
