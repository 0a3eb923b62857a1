"""Patterns that are only tried on a text that holds what they cannot do without.

Python's ``re`` tries every alternative of a pattern at every place of the text. Nearly every alternative has words that stand in
whatever it matches ("en conge" or "en vacances"), and nearly no text has any of them. The words of all patterns are looked for in
one pass over the text (Aho and Corasick's automaton, 8 µs a page), which is remembered for the patterns that look at it next.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from threading import Lock

from ahocorasick_rs import AhoCorasick

from processors.pattern_needs import DIGIT, DIGITS, Clause, Needs, alternatives

_DIGIT = re.compile(r"\d+")
#: What is named by a digit and measures nothing: "3D", "2-d". Stands for any digit that is none of these: ``NUMBER``.
_THREE_D = re.compile(r"(?<!\w)[234] ?-?[dD](?![\w'’])")
NUMBER = "\\d."
_GROUP = re.compile(r"\((?!\?)|\(\?P<")
#: Letters that ``re.IGNORECASE`` takes for another one, but ``str.lower`` does not.
_CASELESS = {ord("ſ"): "s", ord("ı"): "i", 0x307: ""}
_ODD = re.compile("[ſı\u0307]")
#: What is another letter in a text in lower case, though it is in lower case itself.
_CHANGED = re.compile("[ſı\u0307σς]")

#: A text longer than this is looked through by ``re`` alone: a hostile one would hold more words than memory.
_LONG = 100_000
#: Of patterns of no more alternatives than this only those are compiled that the text may match; of longer ones a single one.
_FEW = 8
#: So many alternatives are looked for one by one before a pattern is that has groups.
_SOME = 2

_lock = Lock()
#: Patterns whose words the automaton does not know yet, all words, and the automaton over them.
_new: list[Gated] = []
_words: set[str] = {*DIGITS, NUMBER, *string.digits}
_machine = AhoCorasick(_words)


class Gated:
    """A pattern, without flags but ``re.IGNORECASE``. Finds what ``re.compile(pattern)`` finds."""

    def __init__(
        self, pattern: str, flags: re.RegexFlag = re.NOFLAG, *, beyond_3d: bool = False, only: re.Pattern[str] | None = None
    ) -> None:
        """``beyond_3d``: it matches nothing of a text whose digits are all those of "3D" and the like.

        ``only``: what takes little time to find, and stands in every match.
        """
        self.pattern, self.flags, self.beyond_3d, self._only = pattern, flags, beyond_3d, only
        self._ready = False
        self._sources: list[str] = []
        #: What each alternative needs besides its word; those that need nothing; those that need a word, by it.
        self._needs: list[Needs] = []
        self._always: frozenset[int] = frozenset()
        self._by_word: dict[str, list[int]] = {}
        self._words: Clause = frozenset()
        self._compiled: dict[str, re.Pattern[str]] = {}
        #: Whether its words stand in the text in lower case wherever they stand in the text: that is looked through once for all.
        self._lower = True
        #: Whoever reads a group is given the match of the whole pattern.
        self._whole = _GROUP.search(pattern) is not None
        with _lock:
            _new.append(self)

    def search(self, text: str) -> re.Match[str] | None:
        """The leftmost match; of several there that of the first alternative, as ``re`` does it."""
        viable = self._viable(text)
        if self._whole:
            return self._compile(self.pattern).search(text) if viable and self._any(viable, text) else None
        best: re.Match[str] | None = None
        for number in viable:
            found = self._compile(self._sources[number]).search(text)
            if found is not None and (best is None or found.start() < best.start()):
                best = found
        return best

    def matches(self, text: str) -> bool:
        """Whether there is a match anywhere, which takes less time to tell than where the first is."""
        return any(self._compile(self._sources[number]).search(text) is not None for number in self._viable(text))

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Every match, one after another."""
        viable = self._viable(text)
        if not viable or (self._whole and not self._any(viable, text)):
            return iter(())
        return self._reduced(viable).finditer(text)

    def sub(self, replacement: str | Callable[[re.Match[str]], str], text: str, of: str = "") -> str:
        """The text with every match replaced. ``of`` is one whose words are known, of which it is what was left."""
        return self._reduced(viable).sub(replacement, text) if (viable := self._viable(of or text)) else text

    def possible(self, text: str) -> bool:
        """Whether the text has what a match needs."""
        return bool(self._viable(text))

    def _any(self, viable: Sequence[int], text: str) -> bool:
        """Whether one of the few alternatives that the text may match does: the whole pattern takes longer to look for."""
        if len(viable) == len(self._sources) or len(viable) > _SOME:
            return True
        return any(self._compile(self._sources[number]).search(text) is not None for number in viable)

    def _viable(self, text: str) -> Sequence[int]:
        """The alternatives that the text may match, in their order."""
        if not self._ready:
            _learn()
        there = _caseless(text, _machine) if self._lower else _present(text, _machine)
        words = self._words & there
        if (not words and not self._always) or (self._only is not None and self._only.search(text) is None):
            return ()
        found = set(self._always)
        for word in words:
            for number in self._by_word[word]:
                for clause in self._needs[number]:
                    if clause.isdisjoint(there):
                        break
                else:
                    found.add(number)
        return sorted(found)

    def prepare(self) -> set[str]:
        """Read the pattern: the words to be looked for in texts."""
        ways = alternatives(self.pattern, any_case=bool(self.flags))
        self._sources = [source for source, _ in ways]
        all_needs = [
            tuple(frozenset(NUMBER if one == DIGIT and self.beyond_3d else one for one in clause) for clause in ns)
            for _, ns in ways
        ]
        self._always = frozenset(number for number, needs in enumerate(all_needs) if not needs)
        for number, needs in enumerate(all_needs):
            for word in needs[0] if needs else ():
                self._by_word.setdefault(word, []).append(number)
        self._needs = [needs[1:] for needs in all_needs]
        self._words = frozenset(self._by_word)
        words = {word for needs in all_needs for clause in needs for word in clause}
        self._lower = bool(self.flags) or not any(word != word.lower() or _CHANGED.search(word) for word in words)
        return words

    def _reduced(self, viable: Sequence[int]) -> re.Pattern[str]:
        """The pattern, without the alternatives that match nothing there."""
        if self._whole or len(viable) == len(self._sources) or (len(self._sources) > _FEW and len(viable) > 1):
            return self._compile(self.pattern)
        return self._compile("|".join([self._sources[number] for number in viable]))

    def _compile(self, source: str) -> re.Pattern[str]:
        found = self._compiled.get(source)
        if found is None:
            found = self._compiled[source] = re.compile(source, self.flags)
        return found


def _learn() -> None:
    """Have an automaton that knows the words of every pattern there is."""
    global _machine
    with _lock:
        learned = list(_new)
        _new.clear()
        for gated in learned:
            _words.update(gated.prepare())
        if learned:
            _machine = AhoCorasick(sorted(_words), store_patterns=True)
        for gated in learned:
            gated._ready = True


@lru_cache(maxsize=64)
def _present(text: str, machine: AhoCorasick) -> frozenset[str]:
    """The words of patterns that stand in the text."""
    if len(text) > _LONG:
        return frozenset(_words)
    try:
        found = machine.find_matches_as_strings(text, overlapping=True)
    except UnicodeEncodeError:  # half a pair of surrogates: no text, and all may be in it
        return frozenset(_words)
    there = frozenset(found)
    if there.isdisjoint(string.digits) and (text.isascii() or _DIGIT.search(text) is None):
        return there
    longest, number = 0, False
    for run in _DIGIT.finditer(text):
        longest = max(longest, run.end() - run.start())
        number = number or _THREE_D.match(text, run.start()) is None
        if number and longest >= len(DIGITS):
            break
    return there.union(DIGITS[:longest], (NUMBER,) if number else ())


@lru_cache(maxsize=64)
def _caseless(text: str, machine: AhoCorasick) -> frozenset[str]:
    lowered = text.lower()
    if not lowered.isascii() and _ODD.search(lowered) is not None:
        lowered = lowered.translate(_CASELESS)
    return _present(lowered, machine)
