"""A text cut into what it asks for: one item for every number of something, with the words that name it.

Lines, sentences and the parts of an enumeration ("3 cartons de roses et 2 palettes de lys", "roses 5000, lys 300") are stretches; a
stretch that says how many is an item. What it is stands beside the number, in a heading above it, or in the item before ("les mêmes en
blanc : 300"). A number of something that no word names is an item too: nothing that is asked for is left out without a sign.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from processors.goods_counts import Count
from processors.goods_marks import Marks
from processors.goods_once import Item, Once
from processors.goods_pieces import Piece, pieces_of
from processors.goods_sayings import CORRECTED, JOINT
from processors.goods_stretches import Stretches
from processors.goods_values import Columns
from processors.words import Hit

MOST_ITEMS = 60
#: A joint that makes what follows one more thing, at the very end of what stands before it.
_ONE_MORE = re.compile(
    r"(?:[+&;•|]|\s[-–—/]|(?<![^\W_])(?:et|and|plus|w|puis|ainsi\s+que|also)|(?<![^\W_])و)\s{0,2}(?:(?:aussi|encore|egalement|also|les|des|the)\s)?$"
)
#: From so many on a number before a word nobody knows, and "and", may be how many of it.
_MANY = 50
_UNKNOWN = re.compile(r"\s[^\W\d_]{3,20}\s?(?:\([^()\n]{0,30}\)\s?)?(?:\s(?:et|and|w|puis|plus)\s|[,+]\s?)")
_EACH = re.compile(r"\s?(?:de|of|dyal|d['’])?\s?(?:chaque|chacune?s?|each|koll|kol|كل)(?![^\W_])")


@dataclass(frozen=True, slots=True)
class Asked:
    """The stretches of a text and what is asked for; ``doubt`` where a number of something is none of the items."""

    pieces: tuple[Piece, ...]
    items: tuple[Item, ...]
    doubt: bool = False


def asked_for(text: str, marks: Marks, hits: Sequence[Hit], qualities: Sequence[tuple[int, int]], columns: Columns) -> Asked:
    """Everything that a text asks for."""
    return _Reading(text, marks, hits, qualities, columns).asked()


class _Reading:
    """One text being read."""

    def __init__(
        self, text: str, marks: Marks, hits: Sequence[Hit], qualities: Sequence[tuple[int, int]], columns: Columns
    ) -> None:
        self._text, self._marks, self._hits, self._qualities, self._columns = text, marks, hits, qualities, columns
        self._stretches = Stretches(text, marks, qualities, columns)
        self._once = Once(marks, qualities, columns, self._stretches)
        self._things = sorted([*((h.start, h.end) for h in hits), *self._stretches.again])

    def asked(self) -> Asked:
        pieces = pieces_of(self._text, self._marks, self._hits, self._things, self._qualities, self._columns.units)
        items, doubt = self._items(pieces)
        if len(items) <= 1:
            items = self._of_each(pieces) or items
        return Asked(tuple(pieces), tuple(items[:MOST_ITEMS]), doubt)

    # ------------------------------------------------------------------ items

    def _items(self, pieces: Sequence[Piece]) -> tuple[list[Item], bool]:
        items: list[Item] = []
        loose: list[Item] = []
        heading: Piece | None = None
        used = doubt = False
        for piece in pieces:
            named = self._columns.value(piece.hits) is not None
            claims = piece.claims
            doubt = doubt or self._leads_on(piece)
            if not claims:
                if not named and items and (said := self._said_instead(piece, items[-1])) is not None:
                    for before in pieces:
                        before.counts = [c for c in before.counts if c not in items[-1].counts]
                    items[-1].counts = [said]
                if not named:
                    continue
                if loose and not items and heading is None and not loose[-1].hits:
                    # "Quantité : 500", then "Produit : roses"
                    last = loose.pop()
                    items.append(Item([piece, *last.pieces], last.counts, piece.hits))
                else:
                    heading, used = piece, False
                continue
            if named:
                under = heading is not None and self._columns.hardly(piece.hits) and self._stretches.heads(heading)
                hits = [*heading.hits, *piece.hits] if under and heading is not None else piece.hits
                items.append(Item([piece], claims, hits))
                used = used or under
            elif (
                heading is not None
                and (not used or self._stretches.parallel(items[-1].own, piece))
                and not self._stretches.says_same(piece)
            ):
                items.append(Item([heading, piece], claims, [*heading.hits, *piece.hits]))
                used = True
            elif items and self._said_before(items, piece):
                continue
            elif items:
                item = self._next(items[-1], piece)
                if item is not None:
                    items.append(item)
                else:
                    doubt = True
            else:
                loose.append(Item([piece], claims, piece.hits, unknown=True))
        items, lost = self._once.corrected(items)
        return self._once.whole(loose, items), doubt or lost

    def _said_instead(self, piece: Piece, item: Item) -> Count | None:
        """How many of an item a stretch corrects that says nothing else: "5000 roses. Ah non, pardon, 4000"."""
        counts = [c for c in piece.counts if c.sure and not c.again]
        if len(counts) != 1 or counts[0].value < _MANY:
            return None
        if CORRECTED.search(self._marks.bare, piece.start, counts[0].start) is None:
            return None
        last = item.counts[0]
        unit = counts[0].unit if counts[0].noun else last.unit
        return replace(counts[0], unit=unit, thing=True, sure=max(counts[0].sure, last.sure))

    def _leads_on(self, piece: Piece) -> bool:
        """Whether a number of something that nobody knows leads on to one that asks for something: "2000 xyz et 1000 roses"."""
        return bool(piece.claims) and any(
            not c.claims and not c.again and not c.in_all and c.sure and c.value >= _MANY and c.end < piece.claims[-1].start
            and _UNKNOWN.match(self._marks.bare, c.number_end) is not None
            for c in piece.counts
        )  # fmt: skip

    def _of_each(self, pieces: Sequence[Piece]) -> list[Item]:
        """The items of a text that wants so many of each: "2 cartons de chaque : roses, lys et tulipes"."""
        claims = [(p, c) for p in pieces for c in p.claims]
        if len(claims) != 1 or _EACH.match(self._marks.bare, claims[0][1].end) is None:
            return []
        count = claims[0][1]
        things: list[list[Hit]] = []
        for hit in (h for p in pieces for h in p.hits if h.start > count.start):
            if things and JOINT.search(self._marks.bare, things[-1][-1].end, hit.start) is None:
                things[-1].append(hit)
            else:
                things.append([hit])
        named = [(hits, value[0]) for hits in things if (value := self._columns.value(hits)) is not None]
        if len(named) < 2 or len({rank for _, rank in named}) != len(named):
            return []
        ends = [*(hits[0].start for hits, _ in named[1:]), max(p.end for p in pieces if p.start <= named[-1][0][-1].start)]
        return [
            Item([Piece(hits[0].start, end, list(hits), [count], [], True)], [count], list(hits), 0.85)
            for (hits, _), end in zip(named, ends, strict=True)
        ]

    def _said_before(self, items: Sequence[Item], piece: Piece) -> bool:
        """Whether a stretch only says again how many of something are asked for."""
        if self._stretches.begins_line(piece) and self._stretches.strange(piece):
            return False
        joined = piece.joined and _ONE_MORE.search(self._marks.bare, max(0, piece.claims[0].start - 20), piece.claims[0].start)
        return (
            not joined
            and not self._stretches.says_same(piece)
            and any(piece.claims[0].amount == item.counts[0].amount for item in items)
        )

    def _next(self, last: Item, piece: Piece) -> Item | None:
        """The item of a stretch without a thing of its own, None where it stands alone in another sentence."""
        claims = piece.claims
        again = self._stretches.says_same(piece)
        told = any(piece.start <= a < piece.end for a, _ in self._qualities)
        if again or (told and not any(c.noun for c in claims)):
            return Item([piece], claims, last.hits, surely=0.75 if again else 0.65)
        if not self._stretches.parallel(last.own, piece) and not self._stretches.begins_line(piece):
            return None
        labelled = bool(last.own.hits) and last.own.hits[0].start < last.counts[0].start and piece.joined
        if (told and not piece.hits and not self._stretches.strange(piece)) or (
            labelled and not piece.hits and not self._stretches.strange(piece, until=claims[0].start)
        ):
            return Item([piece], claims, last.hits, surely=0.5)
        return Item([piece], claims, piece.hits, unknown=True)
