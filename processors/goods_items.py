"""A text cut into what it asks for: one item for every number of something, with the words that name it.

Lines, sentences and the parts of an enumeration ("3 cartons de roses et 2 palettes de lys", "roses 5000, lys 300") are stretches; a
stretch that says how many is an item. What it is stands beside the number, in a heading above it, or in the item before ("les mêmes en
blanc : 300"). A number of something that no word names is an item too: nothing that is asked for is left out without a sign.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from processors.goods_counts import Count
from processors.goods_marks import Marks
from processors.goods_pieces import Piece, pieces_of
from processors.goods_sayings import CORRECTED, JOINT
from processors.goods_units import WORD
from processors.goods_values import Columns
from processors.words import Hit
from processors.words_common import word_set

MOST_ITEMS = 60
#: A joint that makes what follows one more thing, at the very end of what stands before it.
_ONE_MORE = re.compile(
    r"(?:[+&;•|]|\s[-–—/]|(?<![^\W_])(?:et|and|plus|w|puis|ainsi\s+que|also)|(?<![^\W_])و)\s{0,2}(?:(?:aussi|encore|egalement|also|les|des|the)\s)?$"
)
#: The thing of the item before.
_SAME = re.compile(
    r"(?<![^\W_])(?:(?:l[ea]s?\s+|the\s+)?memes?(?!\s+(?:si|jour|date|adresse|prix|tarif|semaine|delai|temps|endroit|taille|format|couleur|"
    r"dimensions?|que|pas)(?![^\W_]))|idem|pareil\w*|ditto|dto|(?:the\s+)?same(?!\s+(?:day|price|size|address|time))|"
    r"n[ea]?fs(?:hom|ha|ou)?|b7al(?:hom|ha|ou)?|bhal(?:hom|ha|ou)?)(?![^\W_])|نفس|بحال"
)
#: From so many on a number before a word nobody knows, and "and", may be how many of it.
_MANY = 50
_UNKNOWN = re.compile(r"\s[^\W\d_]{3,20}\s?(?:\([^()\n]{0,30}\)\s?)?(?:\s(?:et|and|w|puis|plus)\s|[,+]\s?)")
_EACH = re.compile(r"\s?(?:de|of|dyal|d['’])?\s?(?:chaque|chacune?s?|each|koll|kol|كل)(?![^\W_])")
_LIST = re.compile(r"[ \t]*(?:[-•*–—·>]|\(?\d{1,2}[).](?=\s)|[a-h]\)|l?\s?ligne\s\d{1,2}\b)?[ \t]*")
_FUNCTION = word_set(
    "et w and plus puis aussi de d des du le la les l un une en a au aux pour avec par x dyal dial f b the of in with for to also svp stp "
    "merci please 3afak format taille dimension dimensions couleur coloris modele type autre autres soit encore egalement chacun chacune "
    "je on nous voudrais veux prends prend it faut il me"
)


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
        self._again = [m.span() for m in _SAME.finditer(marks.plain)]
        self._things = sorted([*((h.start, h.end) for h in hits), *self._again])

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
                under = heading is not None and self._columns.hardly(piece.hits) and self._heads(heading)
                hits = [*heading.hits, *piece.hits] if under and heading is not None else piece.hits
                items.append(Item([piece], claims, hits))
                used = used or under
            elif heading is not None and (not used or self._parallel(items[-1].own, piece)) and not self._says_same(piece):
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
        items, lost = self._corrected(items)
        return self._whole(loose, items), doubt or lost

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

    def _corrected(self, items: Sequence[Item]) -> tuple[list[Item], bool]:
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

    def _heads(self, piece: Piece) -> bool:
        """Whether a stretch is a heading: a line that ends with a colon."""
        return self._text[piece.start : piece.end].rstrip().endswith(":")

    def _parallel(self, one: Piece, other: Piece) -> bool:
        """Whether two stretches are parts of one enumeration or lines of one list."""
        return other.joined or (self._begins_line(one) and self._begins_line(other))

    def _begins_line(self, piece: Piece) -> bool:
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

    def _said_before(self, items: Sequence[Item], piece: Piece) -> bool:
        """Whether a stretch only says again how many of something are asked for."""
        if self._begins_line(piece) and self._strange(piece):
            return False
        joined = piece.joined and _ONE_MORE.search(self._marks.bare, max(0, piece.claims[0].start - 20), piece.claims[0].start)
        return (
            not joined and not self._says_same(piece) and any(piece.claims[0].amount == item.counts[0].amount for item in items)
        )

    def _next(self, last: Item, piece: Piece) -> Item | None:
        """The item of a stretch without a thing of its own, None where it stands alone in another sentence."""
        claims = piece.claims
        again = self._says_same(piece)
        told = any(piece.start <= a < piece.end for a, _ in self._qualities)
        if again or (told and not any(c.noun for c in claims)):
            return Item([piece], claims, last.hits, surely=0.75 if again else 0.65)
        if not self._parallel(last.own, piece) and not self._begins_line(piece):
            return None
        labelled = bool(last.own.hits) and last.own.hits[0].start < last.counts[0].start and piece.joined
        if (told and not piece.hits and not self._strange(piece)) or (
            labelled and not piece.hits and not self._strange(piece, until=claims[0].start)
        ):
            return Item([piece], claims, last.hits, surely=0.5)
        return Item([piece], claims, piece.hits, unknown=True)

    def _says_same(self, piece: Piece) -> bool:
        """Whether a stretch speaks of the thing of the one before: "les mêmes en blanc"."""
        return any(piece.start <= a < piece.end for a, _ in self._again)

    def _strange(self, piece: Piece, *, until: int = -1) -> bool:
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

    def _whole(self, loose: Sequence[Item], items: Sequence[Item]) -> list[Item]:
        """Every item in its place: what was said twice stands once, the sum of the others is none."""
        kept: list[Item] = []
        for item in items:
            if not any(self._same_again(before, item) for before in kept):
                kept.append(item)
        amounts = {i.counts[0].amount for i in kept}
        if not kept and not all(self._parallel(a.own, b.own) for a, b in itertools.pairwise(loose)):
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
        if one.counts[0].amount != other.counts[0].amount or other.own.joined or self._says_same(other.own):
            return False
        if other.unknown:
            return False  # it stands below as a line of its own
        value, same = self._columns.value(one.hits), self._columns.value(other.hits)
        if value is not None and same is not None and value[0] != same[0]:
            return False
        return self._quality_words(other) <= self._quality_words(one) or not (
            self._quality_words(one) or self._parallel(one.own, other.own)
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
