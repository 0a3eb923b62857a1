"""Finding the words and phrases of a directive in what a person wrote: any inflection, small typos, whole words only.

Every token has keys: itself without accents and its French and English stems. A word of a document is a short list of such
keys; a phrase may have a few other tokens between its own.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from core.directive import Word
from processors.tokens import LINE, SENTENCE, Token, Tokens, tokenise
from processors.word_patterns import NO_MORE, Pattern
from processors.word_vocabulary import NOTHING, Placed, Read, Vocabulary
from processors.words_common import word_set

#: What may stand inside a name of several words.
_BINDING = word_set("de d du des la le les l a au aux en of the s t")


class Hit(NamedTuple):
    """A word found. ``first`` and ``last`` are its tokens; ``exact`` is False when a typo was forgiven."""

    word: Word
    start: int
    end: int
    quote: str
    exact: bool
    first: int
    last: int


class WordMatcher:
    """Finds many words in one pass; compiled once for a set of directives, then shared by threads.

    ``typos`` False asks for the words as they are spelled, inflected or not. ``nouns`` True says that the words name things:
    a common word is one of them only in its own singular or plural ("poste" is no poster, "carte" no cartable).
    ``close`` True lets nothing but little words stand inside a phrase ("rose du jardin, tige courte" is no "rose courte").
    """

    def __init__(
        self,
        words: Iterable[Word],
        *,
        typos: bool = True,
        nouns: bool = False,
        close: bool = False,
        other: Iterable[Word] = (),
    ) -> None:
        """``other`` are words that mean something else, so never one of these misspelled."""
        self._nouns, self._close = nouns, nouns or close
        self._vocabulary = Vocabulary(words, typos=typos, nouns=nouns, other=other)

    def find(self, text: str | Tokens) -> list[Hit]:
        """Every word found, in the order of the text; hits may overlap. Linear in the text for a given set of words."""
        tokens = tokenise(text) if isinstance(text, str) else text
        items = tokens.items
        readings, begins = self._vocabulary.readings(tokens)
        hits: list[Hit] = []
        if not begins and not tokens.hyphens:
            return hits
        for i in begins:
            reading = readings[i]
            if reading.near and self._nouns and _is_name(items, i):
                continue  # "Jacques Bertin" is no berline
            following: list[frozenset[str]] | None = None
            for way in reading.ways:
                patterns: Sequence[Placed] = way.alone
                if way.begun:
                    # A pattern of several words is only tried where its second is near.
                    if following is None:
                        following = self._vocabulary.following(items, readings, i)
                    seconds = [
                        second for near in following if not way.seconds.isdisjoint(near) for second in way.seconds & near
                    ]
                    if seconds:
                        placed = dict(patterns)
                        for second in seconds:
                            placed.update(way.begun[second])
                        patterns = sorted(placed.items())
                for _, pattern in patterns:
                    found = self._follow(pattern, items, readings, i)
                    if found is not None:
                        last, literal = found
                        start, end = items[i].start, items[last].end
                        hits.append(Hit(pattern.word, start, end, tokens.text[start:end], literal and way.exact, i, last))
        for i in tokens.hyphens:  # "e-mail" is an email
            if readings.get(i, NOTHING).near and self._nouns and _is_name(items, i):
                continue
            for _, pattern in self._vocabulary.alone.get(items[i].form + items[i + 1].form, ()):
                start, end = items[i].start, items[i + 1].end
                hits.append(Hit(pattern.word, start, end, tokens.text[start:end], True, i, i + 1))
        if len(hits) < 2:
            return hits
        best: dict[tuple[int, int], Hit] = {}
        for hit in hits:
            place = id(hit.word), hit.first  # a word of these lists stands in them once
            known = best.get(place)
            if known is None or (hit.exact, hit.end) > (known.exact, known.end):
                best[place] = hit
        return sorted(best.values(), key=lambda h: (h.start, -h.end))

    def _follow(
        self,
        pattern: Pattern,
        items: Sequence[Token],
        readings: Mapping[int, Read],
        at: int,
    ) -> tuple[int, bool] | None:
        literal = True
        here = at
        for element in pattern.elements[1:]:
            found = False
            for j in range(here + 1, min(here + 1 + element.reach, len(items))):
                if items[j].brk > LINE or (element.tight and items[j].sep not in ("", " ", "-", "\u00a0", "\u202f")):
                    break
                if self._close and any(items[k].form not in _BINDING for k in range(here + 1, j)):
                    break  # "une lampe et un chevet" is no "lampe de chevet"
                reading = readings.get(j)
                if reading is None:
                    continue
                exactly = not element.keys.isdisjoint(reading.exact)
                if exactly or not element.keys.isdisjoint(reading.near):
                    literal = literal and exactly
                    here, found = j, True
                    break
            if not found:
                return None
        first, last = items[at], items[here]
        if last.form in NO_MORE and last.form not in pattern.folded and not _has_ne(items, at):
            return None  # "ça marche plus vite"
        if pattern.elements[0].form.isdigit() and len(pattern.elements) > 1:
            # "3 d'entre eux" and "1,3 D" are not 3D
            following = items[here + 1].sep if here + 1 < len(items) else ""
            if last.start > first.end and following[:1] in ("'", "’"):
                return None
            if at and items[at].sep in (",", ".") and items[at - 1].form.isdigit():
                return None
        return here, literal


def _is_name(items: Sequence[Token], at: int) -> bool:
    """Whether a word looks like a proper name: a capital within a sentence, or beside another one."""
    if not items[at].capital:
        return False
    if items[at].brk < SENTENCE:
        return True
    return at + 1 < len(items) and items[at + 1].brk <= LINE and items[at + 1].capital


def _has_ne(items: Sequence[Token], at: int) -> bool:
    return any(items[j].form in ("ne", "n") for j in range(max(0, at - 3), at + 1))


def longest(hits: Sequence[Hit]) -> list[Hit]:
    """The hits without those that stand inside a longer one ("vase" in "vase sculpté")."""
    kept: list[Hit] = []
    starts: list[int] = []
    for hit in sorted(hits, key=lambda h: (h.start - h.end, not h.exact, -abs(h.word.weight), h.start)):
        at = bisect_left(starts, hit.start)
        if (at == 0 or kept[at - 1].end <= hit.start) and (at == len(kept) or hit.end <= kept[at].start):
            kept.insert(at, hit)
            starts.insert(at, hit.start)
    return kept
