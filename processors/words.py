"""Finding the words and phrases of a directive in what a person wrote: any inflection, small typos, whole words only.

Every token has keys: itself without accents and its French and English stems. A word of a document is a short list of such
keys; a phrase may have a few other tokens between its own.
"""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from core.directive import Word
from processors.stems import family, keys
from processors.tokens import LINE, SENTENCE, Token, Tokens, fold, tokenise
from processors.words_common import COMMON, FUNCTION, NUMBERS, word_set


class Hit(NamedTuple):
    """A word found. ``first`` and ``last`` are its tokens; ``exact`` is False when a typo was forgiven."""

    word: Word
    start: int
    end: int
    quote: str
    exact: bool
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class _Element:
    form: str
    keys: frozenset[str]
    tight: bool  # nothing but a blank, a hyphen or nothing at all may stand before it
    reach: int  # how many tokens after the one before it may stand


@dataclass(frozen=True, slots=True)
class _Pattern:
    word: Word
    elements: tuple[_Element, ...]
    folded: str


#: A pattern with its place in the order of the documents.
_Placed = tuple[int, _Pattern]


#: What may stand inside a name of several words.
_BINDING = word_set("de d du des la le les l a au aux en of the s t")
#: "ne s'ouvre pas" is also "ne s'ouvre plus"; see ``_follow``.
_NO_MORE = ("plus", "jamais")


@lru_cache(maxsize=8192)
def _element(form: str, accented: str, tight: bool, reach: int) -> _Element:
    """One for all lists that have the word: documents say the same words in many places."""
    return _Element(form, _keys(form, accented), tight, reach)


@lru_cache(maxsize=8192)
def _keys(form: str, accented: str) -> frozenset[str]:
    found = set(keys(form, accented))
    found.update(spelled for spelled, value in NUMBERS.items() if form == str(value))
    if form == "pas":
        found.update(_NO_MORE)
    return frozenset(sys.intern(key) for key in found)


def _compile(word: Word) -> list[_Pattern]:
    tokens = tokenise(word.text).items
    digits = {t.end for t in tokens if t.form.isdigit()}
    content = [t for t in tokens if t.form not in FUNCTION or t.start in digits]  # the D of 3D says something
    if sum(t.start not in digits for t in content) < 2:  # "en 3D" is more than "3D"
        content = list(tokens)
    if not content:
        return []
    elements: list[_Element] = []
    previous: Token | None = None
    for token in content:
        skipped = 0 if previous is None else tokens.index(token) - tokens.index(previous) - 1
        beside = previous is not None and not (token.form.isalpha() and previous.form.isalpha())
        tight = previous is not None and (token.start == previous.end or (beside and not skipped))
        elements.append(_element(sys.intern(token.form), token.accented, tight, 1 if tight else 3 + skipped))
        previous = token
    patterns = [_Pattern(word, tuple(elements), fold(word.text))]
    together = "".join(t.form for t in tokens)
    if len(tokens) > 1 and len(together) >= 6:  # "motdepasse"
        patterns.append(_Pattern(word, (_Element(together, frozenset((together,)), False, 1),), fold(word.text)))
    return patterns


def _allowed_edits(length: int) -> int:
    return 0 if length < 5 else 1 if length < 9 else 2


@dataclass(frozen=True, slots=True, eq=False)
class _Way:
    """The patterns that begin with a word by one of its keys, those of the keys before it left out.

    ``alone`` are of one word; ``begun`` of several, by the keys of their second. ``exact``: the key is the word's own.
    """

    exact: bool
    alone: tuple[_Placed, ...]
    begun: Mapping[str, Sequence[_Placed]]
    seconds: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """What a word is: by these keys ``exact``-ly, by those ``near``-ly; and the patterns that it begins."""

    exact: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    ways: tuple[_Way, ...] = ()
    keys: frozenset[str] = frozenset()
    #: Whether it is a word by itself, and the keys of the second words of the phrases that it begins.
    alone: bool = False
    seconds: frozenset[str] = frozenset()


_NOTHING = _Read()
#: Words whose reading a matcher remembers.
_REMEMBERED = 8192


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
        self._nouns, self._close = nouns, nouns or close
        #: Words that mean something else, so never one of these misspelled.
        self._other = {key for word in other for t in tokenise(word.text).items for key in keys(t.form, t.accented)}
        self._singles: set[str] = set()
        #: By the key of their first word: patterns of one word; those of several, by the key of their second.
        self._alone: dict[str, list[_Placed]] = {}
        self._begun: dict[str, dict[str, list[_Placed]]] = {}
        #: Within how many tokens the second stands.
        self._reach = 0
        self._vocabulary: dict[str, list[tuple[str, _Element]]] = {}
        self._known: set[str] = set()
        self._forms: set[str] = set()
        self._memory: dict[str, _Read] = {}
        self._silent: set[str] = set()
        self._accented: set[str] = set()
        self._typos = typos
        for placed in enumerate(p for w in dict.fromkeys(words) for p in _compile(w)):
            pattern = placed[1]
            for key in pattern.elements[0].keys:
                if len(pattern.elements) == 1:
                    self._alone.setdefault(key, []).append(placed)
                    continue
                seconds, second = self._begun.setdefault(key, {}), pattern.elements[1]
                for following in second.keys:
                    seconds.setdefault(following, []).append(placed)
                self._reach = max(self._reach, second.reach)
            if nouns:
                self._accented.update(_participle(t.accented) for t in tokenise(pattern.word.text).items)
            if len(pattern.elements) == 1:
                self._singles.add(pattern.elements[0].form)
            for element in pattern.elements:
                self._known |= element.keys
                if len(element.form) >= 5 and element.form not in self._forms:
                    for form in family(element.form):
                        self._vocabulary.setdefault(self._shelf(form[0], len(form)), []).append((form, element))
                self._forms |= {k for k in element.keys if ":" not in k}

    def find(self, text: str | Tokens) -> list[Hit]:
        """Every word found, in the order of the text; hits may overlap. Linear in the text for a given set of words."""
        tokens = tokenise(text) if isinstance(text, str) else text
        items = tokens.items
        readings, begins = self._readings(tokens)
        hits: list[Hit] = []
        if not begins and not tokens.hyphens:
            return hits
        for i in begins:
            reading = readings[i]
            if reading.near and self._nouns and _is_name(items, i):
                continue  # "Jacques Bertin" is no berline
            following: list[frozenset[str]] | None = None
            for way in reading.ways:
                patterns: Sequence[_Placed] = way.alone
                if way.begun:
                    # A pattern of several words is only tried where its second is near.
                    if following is None:
                        following = self._following(items, readings, i)
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
            if readings.get(i, _NOTHING).near and self._nouns and _is_name(items, i):
                continue
            for _, pattern in self._alone.get(items[i].form + items[i + 1].form, ()):
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

    def _readings(self, tokens: Tokens) -> tuple[dict[int, _Read], list[int]]:
        """What each token is in these lists, for those that are something; and those, in their order, with which one of the words
        may begin: it is one, or the second of a phrase that it begins is somewhere in the text."""
        found: dict[int, _Read] = {}
        read: list[tuple[_Read, list[int]]] = []
        there: set[str] = set()
        for word in tokens.words - self._silent:
            places = tokens.places[word]
            reading = self._memory.get(word) or self._read(tokens.items[places[0]])
            if reading is not _NOTHING:
                there |= reading.keys
                read.append((reading, places))
                for i in places:
                    found[i] = reading
        begins: list[int] = []
        for reading, places in read:
            if reading.alone or not reading.seconds.isdisjoint(there):
                begins += places
        begins.sort()
        return found, begins

    def _following(self, items: Sequence[Token], readings: Mapping[int, _Read], at: int) -> list[frozenset[str]]:
        """The keys of each token that stands so near after one that it may go on with it."""
        found: list[frozenset[str]] = []
        for j in range(at + 1, min(at + 1 + self._reach, len(items))):
            if items[j].brk > LINE:
                break
            if (reading := readings.get(j)) is not None:
                found.append(reading.keys)
        return found

    def _reading(self, exact: tuple[str, ...], near: tuple[str, ...] = ()) -> _Read:
        """A word with the patterns that it begins, each by the first of its keys that leads there."""
        ways: list[_Way] = []
        seen: set[int] = set()
        for number, key in enumerate((*exact, *near)):
            alone = tuple(one for one in self._alone.get(key, ()) if one[0] not in seen)
            begun = {
                second: new
                for second, placed in self._begun.get(key, {}).items()
                if (new := [one for one in placed if one[0] not in seen])
            }
            seen.update(place for place, _ in alone)
            seen.update(place for placed in begun.values() for place, _ in placed)
            if alone or begun:
                ways.append(_Way(number < len(exact), alone, begun, frozenset(begun)))
        seconds = frozenset[str]().union(*(way.seconds for way in ways))
        return _Read(exact, near, tuple(ways), frozenset((*exact, *near)), any(way.alone for way in ways), seconds)

    def _read(self, token: Token) -> _Read:
        """The keys of the documents' words that this token is, and those it may be when a typo is forgiven."""
        known = self._memory.get(token.accented)
        if known is None:
            if len(self._memory) >= _REMEMBERED:  # bounded: hostile text must not fill the memory
                self._memory.clear()
                self._silent.clear()
            known = self._memory[token.accented] = self._look(token)
            if known is _NOTHING:
                self._silent.add(token.accented)
        return known

    def _look(self, token: Token) -> _Read:
        form = token.form
        exact = tuple(k for k in keys(form, token.accented) if k in self._known)
        if exact and self._nouns:
            return self._noun(token, exact)
        if exact:
            if form not in self._forms and len(form) <= 4 and form in COMMON and form.rstrip("s") not in self._forms:
                return _NOTHING  # "tu vas" is no vase
            return self._reading(exact)
        if not self._typos or len(form) < 4 + self._nouns or form in COMMON or form.isdigit():
            return _NOTHING
        if self._nouns and token.accented.endswith(("é", "ée", "és", "ées")):
            return _NOTHING  # a participle is no thing
        near = self._near(token)
        return self._reading((), near) if near else _NOTHING

    def _shelf(self, letter: str, length: int) -> str:
        """Where words are kept that may be meant: those that name things are many, and looked up by length as well."""
        return f"{letter}{length}" if self._nouns else letter

    def _noun(self, token: Token, exact: tuple[str, ...]) -> _Read:
        """The reading of a word that is in the list by one of its keys: the very word before its relatives."""
        form = token.form
        if token.accented.endswith(("é", "ée", "és", "ées")) and _participle(token.accented) not in self._accented:
            return _NOTHING  # "livré" is no "livre"
        for own in (form, form.removesuffix("s"), form.removesuffix("x"), form.removesuffix("es")):
            if own in self._singles and (own == form or len(own) > 2):
                return self._reading(tuple(k for k in dict.fromkeys((own, form, form.removesuffix("s"))) if k in self._known))
        if form in self._known:
            return self._reading(exact)
        relatives = {form + "s", form + "e", form.rstrip("sx") + "e"}
        if (form in COMMON or form in FUNCTION or len(form) <= 3) and relatives.isdisjoint(self._forms):
            return _NOTHING
        return self._reading(exact)

    def _near(self, token: Token) -> tuple[str, ...]:
        from rapidfuzz.distance import OSA  # 6 MB: only where words are read

        form = token.form
        own = keys(form, token.accented)
        if not self._other.isdisjoint(own):
            return ()
        if any(k.rpartition(":")[2] in COMMON for k in own) or (form.endswith(("s", "x")) and form[:-1] in COMMON):
            return ()
        found: dict[str, None] = {}
        best = 3
        lengths = range(len(form) - 2, len(form) + 3) if self._nouns else (0,)
        for spelled, element in (e for n in lengths for e in self._vocabulary.get(self._shelf(form[0], n), ())):
            allowed = _allowed_edits(min(len(spelled), len(form) + 1))
            distance = OSA.distance(form, spelled, score_cutoff=allowed) if allowed else 1
            if distance > allowed and len(form) >= 6 and not self._nouns:
                # an inflected form with a slip ("modlisation" for modéliser): compare the stems
                stems = [(a, b) for a in own[1:] for b in element.keys if len(a) >= 7 and len(b) >= 8 and a[:2] == b[:2]]
                distance = 1 if any(OSA.distance(a, b, score_cutoff=1) <= 1 for a, b in stems) else allowed + 1
                if distance == 1:
                    allowed = 1
            if distance > allowed:
                continue
            if distance < best:
                best, found = distance, {}
            if distance == best:
                found.update(dict.fromkeys(element.keys))
        return tuple(found)

    def _follow(
        self,
        pattern: _Pattern,
        items: Sequence[Token],
        readings: Mapping[int, _Read],
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
        if last.form in _NO_MORE and last.form not in pattern.folded and not _has_ne(items, at):
            return None  # "ça marche plus vite"
        if pattern.elements[0].form.isdigit() and len(pattern.elements) > 1:
            # "3 d'entre eux" and "1,3 D" are not 3D
            following = items[here + 1].sep if here + 1 < len(items) else ""
            if last.start > first.end and following[:1] in ("'", "’"):
                return None
            if at and items[at].sep in (",", ".") and items[at - 1].form.isdigit():
                return None
        return here, literal


def _participle(accented: str) -> str:
    """The word without the ending of its plural and of its feminine after é: "sculptées" is "sculpté"."""
    bare = accented.removesuffix("s")
    return bare.removesuffix("e") if bare.endswith("ée") else bare


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
