"""Finding the words and phrases of a directive in what a person wrote: any inflection, small typos, whole words only.

Every token has keys: itself without accents and its French and English stems. A word of a document is a short list of such
keys; a phrase may have a few other tokens between its own.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from core.directive import Word
from processors.tokens import LINE, SENTENCE, Token, Tokens, fold, tokenise
from processors.words_common import COMMON, FUNCTION, NUMBERS, word_set


@dataclass(frozen=True, slots=True)
class Hit:
    """A word found. ``first`` and ``last`` are its tokens; ``exact`` is False when a typo was forgiven."""

    word: Word
    start: int
    end: int
    quote: str
    exact: bool
    first: int
    last: int


_local = threading.local()


def _stemmers() -> tuple[Any, Any]:
    """The French and English stemmers of this thread (a stemmer is not safe across threads; loaded when first used)."""
    if not hasattr(_local, "stemmers"):
        import Stemmer  # 1 MB, and only where words are read

        _local.stemmers = (Stemmer.Stemmer("french", 0), Stemmer.Stemmer("english", 0))
    pair: tuple[Any, Any] = _local.stemmers
    return pair


def _squeeze(stem: str) -> str:
    """A stem without the spelling of its ending: "bugu" (buguer) and "bugg" (buggé) are "bug"."""
    if len(stem) > 3:
        if stem.endswith("gu"):
            return stem[:-1]
        if stem[-1] == stem[-2] and stem[-1] in "bdgmp":
            return stem[:-1]
    return stem


#: Small words whose stem is another word's: "très" is no "tree".
_ONLY_THEMSELVES = frozenset({"tres", "apres", "aupres", "expres"})


@lru_cache(maxsize=16384)
def keys(form: str, accented: str) -> tuple[str, ...]:
    """What a token may be matched by: itself first, then its stems, "f:" and "e:" before the French and the English ones."""
    if len(form) < 3 or form.isdigit() or form in _ONLY_THEMSELVES:
        return (form,)  # nothing shorter is stemmed: "AR" must never be "are"
    if "\u0600" <= form[0] <= "\u06ff":
        return _arabic(form)
    if len(form) == 3:
        return form, "f:" + form, "e:" + form  # "bugs" is a bug
    french, english = _stemmers()
    stems = [french.stemWord(form), fold(french.stemWord(accented))]
    # what the French stemmer leaves of a word without its accents: modelisee > modelise > modelis
    if form.endswith(("ee", "ees")):
        stems.append(french.stemWord(form.rstrip("s")[:-1]))
    if form.endswith("ent") and len(form) >= 6:  # ouvrent, as ouvre
        stems.append(french.stemWord(form[:-2]))
    if form.endswith("ons") and len(form) >= 7:  # modélisons, as modéliser
        stems.append(french.stemWord(form[:-3] + "er"))
    found = {form: None, **{"f:" + _squeeze(stem): None for stem in stems if len(stem) >= 3}}
    if form == accented:  # no English word has an accent: "modèles" is not "modelled"
        found["e:" + _squeeze(english.stemWord(form))] = None
    if form.endswith("en") and len(form) >= 8:  # Rechnungen
        found[form[:-2]] = None
    return tuple(found)


#: What Arabic writes before a word ("and", "with", "the" …) and after it (plural, feminine), the longest first.
_BEFORE = ("وبال", "وال", "بال", "كال", "فال", "لل", "ال", "و", "ب", "ل", "ف")
_AFTER = ("ات", "ين", "ون", "ة", "ه", "ي")


def _arabic(form: str) -> tuple[str, ...]:
    """A word in Arabic script, and it without what is written onto it; at least three letters are left."""
    found: dict[str, None] = {form: None}
    stem = next((form.removeprefix(b) for b in _BEFORE if form.startswith(b) and len(form) - len(b) >= 3), form)
    for bare in (form, stem):
        ending = next((a for a in _AFTER if bare.endswith(a) and len(bare) - len(a) >= 3), "")
        found["a:" + bare.removesuffix(ending)] = None
    return tuple(found)


def _family(form: str) -> tuple[str, ...]:
    """The word and its close derivations, so that a slip in one of them is seen: modéliser, modélisation."""
    if len(form) >= 7 and form.endswith("er"):
        return form, form[:-2] + "ation", form[:-1]
    if len(form) >= 9 and form.endswith("ation"):
        return form, form[:-5] + "er", form[:-5] + "e"
    return (form,)


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


#: A pattern with its place in the order of the documents.
_Placed = tuple[int, _Pattern]


#: What may stand inside a name of several words.
_BINDING = word_set("de d du des la le les l a au aux en of the s t")
#: "ne s'ouvre pas" is also "ne s'ouvre plus"; see ``_follow``.
_NO_MORE = ("plus", "jamais")


def _element(token: Token, *, tight: bool, room: int) -> _Element:
    found = set(keys(token.form, token.accented))
    found.update(spelled for spelled, value in NUMBERS.items() if token.form == str(value))
    if token.form == "pas":
        found.update(_NO_MORE)
    return _Element(token.form, frozenset(found), tight, 1 if tight else 1 + room)


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
        elements.append(_element(token, tight=tight, room=2 + skipped))
        previous = token
    patterns = [_Pattern(word, tuple(elements))]
    together = "".join(t.form for t in tokens)
    if len(tokens) > 1 and len(together) >= 6:  # "motdepasse"
        patterns.append(_Pattern(word, (_Element(together, frozenset((together,)), False, 1),)))
    return patterns


def _allowed_edits(length: int) -> int:
    return 0 if length < 5 else 1 if length < 9 else 2


_Read = tuple[tuple[str, ...], tuple[str, ...]]
_NOTHING: _Read = ((), ())
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
        for number, pattern in enumerate(p for w in dict.fromkeys(words) for p in _compile(w)):
            for key in pattern.elements[0].keys:
                if len(pattern.elements) == 1:
                    self._alone.setdefault(key, []).append((number, pattern))
                    continue
                seconds, second = self._begun.setdefault(key, {}), pattern.elements[1]
                for following in second.keys:
                    seconds.setdefault(following, []).append((number, pattern))
                self._reach = max(self._reach, second.reach)
            if nouns:
                self._accented.update(_participle(t.accented) for t in tokenise(pattern.word.text).items)
            if len(pattern.elements) == 1:
                self._singles.add(pattern.elements[0].form)
            for element in pattern.elements:
                self._known |= element.keys
                if len(element.form) >= 5 and element.form not in self._forms:
                    for form in _family(element.form):
                        self._vocabulary.setdefault(self._shelf(form[0], len(form)), []).append((form, element))
                self._forms |= {k for k in element.keys if ":" not in k}

    def find(self, text: str | Tokens) -> list[Hit]:
        """Every word found, in the order of the text; hits may overlap. Linear in the text for a given set of words."""
        tokens = tokenise(text) if isinstance(text, str) else text
        items = tokens.items
        readings = self._readings(tokens)
        hits: list[Hit] = []
        if not readings and not tokens.hyphens:
            return hits
        for i in sorted(readings):
            exact, near = readings[i]
            if near and self._nouns and _is_name(items, i):
                continue  # "Jacques Bertin" is no berline
            following: list[str] | None = None
            for key in (*exact, *near):
                patterns: Sequence[_Placed] = self._alone.get(key, ())
                if (begun := self._begun.get(key)) is not None:
                    # A pattern of several words is only tried where its second is near.
                    if following is None:
                        following = self._following(items, readings, i)
                    if seconds := [second for second in following if second in begun]:
                        placed = dict(patterns)
                        for second in seconds:
                            placed.update(begun[second])
                        patterns = sorted(placed.items())
                for _, pattern in patterns:
                    found = self._follow(pattern, items, readings, i)
                    if found is not None:
                        last, literal = found
                        literal = literal and key in exact
                        start, end = items[i].start, items[last].end
                        hits.append(Hit(pattern.word, start, end, tokens.text[start:end], literal, i, last))
        for i in tokens.hyphens:  # "e-mail" is an email
            near = readings.get(i, _NOTHING)[1]
            if near and self._nouns and _is_name(items, i):
                continue
            for _, pattern in self._alone.get(items[i].form + items[i + 1].form, ()):
                start, end = items[i].start, items[i + 1].end
                hits.append(Hit(pattern.word, start, end, tokens.text[start:end], True, i, i + 1))
        best: dict[tuple[Word, int], Hit] = {}
        for hit in hits:
            known = best.get((hit.word, hit.first))
            if known is None or (hit.exact, hit.end) > (known.exact, known.end):
                best[hit.word, hit.first] = hit
        return sorted(best.values(), key=lambda h: (h.start, -h.end))

    def _readings(self, tokens: Tokens) -> dict[int, _Read]:
        """What each token is in these lists, for those that are something."""
        found: dict[int, _Read] = {}
        for word in tokens.words - self._silent:
            places = tokens.places[word]
            reading = self._memory.get(word) or self._read(tokens.items[places[0]])
            if reading is not _NOTHING:
                for i in places:
                    found[i] = reading
        return found

    def _following(self, items: Sequence[Token], readings: Mapping[int, _Read], at: int) -> list[str]:
        """The keys of what stands so near after a token that it may go on with it."""
        found: list[str] = []
        for j in range(at + 1, min(at + 1 + self._reach, len(items))):
            if items[j].brk > LINE:
                break
            for keys in readings.get(j, _NOTHING):
                found += keys
        return found

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
            return exact, ()
        if not self._typos or len(form) < 4 + self._nouns or form in COMMON or form.isdigit():
            return _NOTHING
        if self._nouns and token.accented.endswith(("é", "ée", "és", "ées")):
            return _NOTHING  # a participle is no thing
        near = self._near(token)
        return ((), near) if near else _NOTHING

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
                return tuple(k for k in dict.fromkeys((own, form, form.removesuffix("s"))) if k in self._known), ()
        if form in self._known:
            return exact, ()
        relatives = {form + "s", form + "e", form.rstrip("sx") + "e"}
        if (form in COMMON or form in FUNCTION or len(form) <= 3) and relatives.isdisjoint(self._forms):
            return _NOTHING
        return exact, ()

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
                exact, near = readings.get(j, _NOTHING)
                if not element.keys.isdisjoint(exact) or not element.keys.isdisjoint(near):
                    literal = literal and not element.keys.isdisjoint(exact)
                    here, found = j, True
                    break
            if not found:
                return None
        first, last = items[at], items[here]
        if last.form in _NO_MORE and last.form not in fold(pattern.word.text) and not _has_ne(items, at):
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
