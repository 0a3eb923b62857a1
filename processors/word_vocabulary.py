"""What a token is among the words of a set of directives: by its keys exactly, or nearly where a typo is forgiven."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.directive import Word
from processors.stems import family, keys
from processors.tokens import LINE, Token, Tokens, tokenise
from processors.word_patterns import Element, Pattern, patterns_of
from processors.words_common import COMMON, FUNCTION

#: A pattern with its place in the order of the documents.
Placed = tuple[int, Pattern]


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """The patterns that begin with a word by one of its keys, those of the keys before it left out.

    ``alone`` are of one word; ``begun`` of several, by the keys of their second. ``exact``: the key is the word's own.
    """

    exact: bool
    alone: tuple[Placed, ...]
    begun: Mapping[str, Sequence[Placed]]
    seconds: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """What a word is: by these keys ``exact``-ly, by those ``near``-ly; and the patterns that it begins."""

    exact: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    ways: tuple[Way, ...] = ()
    keys: frozenset[str] = frozenset()
    #: Whether it is a word by itself, and the keys of the second words of the phrases that it begins.
    alone: bool = False
    seconds: frozenset[str] = frozenset()


NOTHING = Read()
#: Words whose reading is remembered.
_REMEMBERED = 8192


class Vocabulary:
    """The words of a set of directives, by their keys; shared by threads. What ``typos`` and ``nouns`` mean: processors.words."""

    def __init__(
        self,
        words: Iterable[Word],
        *,
        typos: bool,
        nouns: bool,
        other: Iterable[Word],
    ) -> None:
        self._nouns, self._typos = nouns, typos
        #: Words that mean something else, so never one of these misspelled.
        self._other = {key for word in other for t in tokenise(word.text).items for key in keys(t.form, t.accented)}
        self._singles: set[str] = set()
        #: By the key of their first word: patterns of one word; those of several, by the key of their second.
        self.alone: dict[str, list[Placed]] = {}
        self._begun: dict[str, dict[str, list[Placed]]] = {}
        #: Within how many tokens the second stands.
        self._reach = 0
        self._vocabulary: dict[str, list[tuple[str, Element]]] = {}
        self._known: set[str] = set()
        self._forms: set[str] = set()
        self._memory: dict[str, Read] = {}
        self._silent: set[str] = set()
        self._accented: set[str] = set()
        for placed in enumerate(p for w in dict.fromkeys(words) for p in patterns_of(w)):
            pattern = placed[1]
            for key in pattern.elements[0].keys:
                if len(pattern.elements) == 1:
                    self.alone.setdefault(key, []).append(placed)
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

    def readings(self, tokens: Tokens) -> tuple[dict[int, Read], list[int]]:
        """What each token is in these lists, for those that are something; and those, in their order, with which one of the words
        may begin: it is one, or the second of a phrase that it begins is somewhere in the text."""
        found: dict[int, Read] = {}
        read: list[tuple[Read, list[int]]] = []
        there: set[str] = set()
        for word in tokens.words - self._silent:
            places = tokens.places[word]
            reading = self._memory.get(word) or self._read(tokens.items[places[0]])
            if reading is not NOTHING:
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

    def following(self, items: Sequence[Token], readings: Mapping[int, Read], at: int) -> list[frozenset[str]]:
        """The keys of each token that stands so near after one that it may go on with it."""
        found: list[frozenset[str]] = []
        for j in range(at + 1, min(at + 1 + self._reach, len(items))):
            if items[j].brk > LINE:
                break
            if (reading := readings.get(j)) is not None:
                found.append(reading.keys)
        return found

    def _reading(self, exact: tuple[str, ...], near: tuple[str, ...] = ()) -> Read:
        """A word with the patterns that it begins, each by the first of its keys that leads there."""
        ways: list[Way] = []
        seen: set[int] = set()
        for number, key in enumerate((*exact, *near)):
            alone = tuple(one for one in self.alone.get(key, ()) if one[0] not in seen)
            begun = {
                second: new
                for second, placed in self._begun.get(key, {}).items()
                if (new := [one for one in placed if one[0] not in seen])
            }
            seen.update(place for place, _ in alone)
            seen.update(place for placed in begun.values() for place, _ in placed)
            if alone or begun:
                ways.append(Way(number < len(exact), alone, begun, frozenset(begun)))
        seconds = frozenset[str]().union(*(way.seconds for way in ways))
        return Read(exact, near, tuple(ways), frozenset((*exact, *near)), any(way.alone for way in ways), seconds)

    def _read(self, token: Token) -> Read:
        """The keys of the documents' words that this token is, and those it may be when a typo is forgiven."""
        known = self._memory.get(token.accented)
        if known is None:
            if len(self._memory) >= _REMEMBERED:  # bounded: hostile text must not fill the memory
                self._memory.clear()
                self._silent.clear()
            known = self._memory[token.accented] = self._look(token)
            if known is NOTHING:
                self._silent.add(token.accented)
        return known

    def _look(self, token: Token) -> Read:
        form = token.form
        exact = tuple(k for k in keys(form, token.accented) if k in self._known)
        if exact and self._nouns:
            return self._noun(token, exact)
        if exact:
            if form not in self._forms and len(form) <= 4 and form in COMMON and form.rstrip("s") not in self._forms:
                return NOTHING  # "tu vas" is no vase
            return self._reading(exact)
        if not self._typos or len(form) < 4 + self._nouns or form in COMMON or form.isdigit():
            return NOTHING
        if self._nouns and token.accented.endswith(("é", "ée", "és", "ées")):
            return NOTHING  # a participle is no thing
        near = self._near(token)
        return self._reading((), near) if near else NOTHING

    def _shelf(self, letter: str, length: int) -> str:
        """Where words are kept that may be meant: those that name things are many, and looked up by length as well."""
        return f"{letter}{length}" if self._nouns else letter

    def _noun(self, token: Token, exact: tuple[str, ...]) -> Read:
        """The reading of a word that is in the list by one of its keys: the very word before its relatives."""
        form = token.form
        if token.accented.endswith(("é", "ée", "és", "ées")) and _participle(token.accented) not in self._accented:
            return NOTHING  # "livré" is no "livre"
        for own in (form, form.removesuffix("s"), form.removesuffix("x"), form.removesuffix("es")):
            if own in self._singles and (own == form or len(own) > 2):
                return self._reading(tuple(k for k in dict.fromkeys((own, form, form.removesuffix("s"))) if k in self._known))
        if form in self._known:
            return self._reading(exact)
        relatives = {form + "s", form + "e", form.rstrip("sx") + "e"}
        if (form in COMMON or form in FUNCTION or len(form) <= 3) and relatives.isdisjoint(self._forms):
            return NOTHING
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


def _participle(accented: str) -> str:
    """The word without the ending of its plural and of its feminine after é: "sculptées" is "sculpté"."""
    bare = accented.removesuffix("s")
    return bare.removesuffix("e") if bare.endswith("ée") else bare


def _allowed_edits(length: int) -> int:
    return 0 if length < 5 else 1 if length < 9 else 2
