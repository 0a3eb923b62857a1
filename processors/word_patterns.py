"""The words and phrases of a directive, compiled: each of their words with the keys by which it is known, and how near it must stand."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import lru_cache

from core.directive import Word
from processors.stems import keys
from processors.tokens import Token, fold, tokenise
from processors.words_common import FUNCTION, NUMBERS

#: "ne s'ouvre pas" is also "ne s'ouvre plus".
NO_MORE = ("plus", "jamais")


@dataclass(frozen=True, slots=True)
class Element:
    """One word of a pattern."""

    form: str
    keys: frozenset[str]
    tight: bool  # nothing but a blank, a hyphen or nothing at all may stand before it
    reach: int  # how many tokens after the one before it may stand


@dataclass(frozen=True, slots=True)
class Pattern:
    """A word or phrase of a directive. ``folded`` is its text without capitals and accents."""

    word: Word
    elements: tuple[Element, ...]
    folded: str


@lru_cache(maxsize=8192)
def _element(form: str, accented: str, tight: bool, reach: int) -> Element:
    """One for all lists that have the word: documents say the same words in many places."""
    return Element(form, _keys(form, accented), tight, reach)


@lru_cache(maxsize=8192)
def _keys(form: str, accented: str) -> frozenset[str]:
    found = set(keys(form, accented))
    found.update(spelled for spelled, value in NUMBERS.items() if form == str(value))
    if form == "pas":
        found.update(NO_MORE)
    return frozenset(sys.intern(key) for key in found)


def patterns_of(word: Word) -> list[Pattern]:
    """The ways in which that word or phrase may be written: by its words, and written together."""
    tokens = tokenise(word.text).items
    digits = {t.end for t in tokens if t.form.isdigit()}
    content = [t for t in tokens if t.form not in FUNCTION or t.start in digits]  # the D of 3D says something
    if sum(t.start not in digits for t in content) < 2:  # "en 3D" is more than "3D"
        content = list(tokens)
    if not content:
        return []
    elements: list[Element] = []
    previous: Token | None = None
    for token in content:
        skipped = 0 if previous is None else tokens.index(token) - tokens.index(previous) - 1
        beside = previous is not None and not (token.form.isalpha() and previous.form.isalpha())
        tight = previous is not None and (token.start == previous.end or (beside and not skipped))
        elements.append(_element(sys.intern(token.form), token.accented, tight, 1 if tight else 3 + skipped))
        previous = token
    patterns = [Pattern(word, tuple(elements), fold(word.text))]
    together = "".join(t.form for t in tokens)
    if len(tokens) > 1 and len(together) >= 6:  # "motdepasse"
        patterns.append(Pattern(word, (Element(together, frozenset((together,)), False, 1),), fold(word.text)))
    return patterns
