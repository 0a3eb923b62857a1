"""Long alternations of phrases, searched for quickly: an alternative is only tried on a text that holds what it cannot do without.

Python's ``re`` tries every alternative of such a pattern at every place of the text. Nearly every alternative has words that stand
in whatever it matches ("en conge" or "en vacances"), and nearly no text has any of them; looking for these is a hundred times quicker.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

#: A literal shorter than this is in every text; one longer than that tells no more.
_SHORT, _ENOUGH = 2, 6
#: Most spellings of a run of literals that are told apart.
_SPELLINGS = 32

#: Strings of which one stands in every match; None where nothing is known.
_Needs = frozenset[str] | None


@dataclass(slots=True)
class _Branch:
    """An alternative: where it stands in the pattern, what it needs, and every string it matches where these are few."""

    start: int
    end: int
    needs: _Needs
    exact: frozenset[str] | None
    inner: list[_Branch] | None = None


#: Length of the pieces by which a text is known, and how usual a letter is: the rarest piece of a literal stands for it.
_GRAM = 4
_USUAL = {letter: rank for rank, letter in enumerate(" esaitnrulodcmp'vbfgqh", 1)}


@lru_cache(maxsize=4)
def _grams(text: str) -> frozenset[str]:
    """Every piece of the text; several patterns are looked for in the same one."""
    return frozenset([text[at : at + _GRAM] for at in range(len(text) - _GRAM + 1)])


def _rarest(literal: str) -> str:
    """The piece of a literal that fewest texts have."""
    pieces = [literal[at : at + _GRAM] for at in range(len(literal) - _GRAM + 1)]
    return max(pieces, key=lambda piece: sum(_USUAL.get(letter, len(_USUAL)) for letter in piece))


class Gated:
    """A pattern without groups to be read, flags or back references. Finds what ``re.compile(pattern)`` finds."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._sources: list[str] = []
        #: The numbers of the alternatives to try: those that need nothing; by the piece of a literal; and by what is too short for one.
        self._always: list[int] = []
        self._by_gram: dict[str, list[tuple[int, str]]] = {}
        self._by_short: list[tuple[int, str]] = []
        self._compiled: dict[str, re.Pattern[str]] = {}

    def search(self, text: str) -> re.Match[str] | None:
        """The leftmost match; of several there that of the first alternative, as ``re`` does it."""
        best: re.Match[str] | None = None
        for number in self._viable(text):
            found = self._compile(self._sources[number]).search(text)
            if found is not None and (best is None or found.start() < best.start()):
                best = found
        return best

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Every match, one after another."""
        return self._compile(self.pattern).finditer(text) if self._viable(text) else iter(())

    def _viable(self, text: str) -> list[int]:
        """The alternatives that the text may match, in their order."""
        if not self._sources:
            self._prepare()
        found = set(self._always)
        for gram in self._by_gram.keys() & _grams(text):
            found.update(number for number, literal in self._by_gram[gram] if literal in text)
        found.update(number for number, literal in self._by_short if literal in text)
        return sorted(found)

    def _prepare(self) -> None:
        ways = alternatives(self.pattern)
        for number, (_, needs) in enumerate(ways):
            if not needs:
                self._always.append(number)
            for literal in needs or ():
                if len(literal) < _GRAM:
                    self._by_short.append((number, literal))
                else:
                    self._by_gram.setdefault(_rarest(literal), []).append((number, literal))
        self._sources = [source for source, _ in ways]

    def _compile(self, source: str) -> re.Pattern[str]:
        found = self._compiled.get(source)
        if found is None:
            found = self._compiled[source] = re.compile(source)
        return found


def alternatives(pattern: str) -> list[tuple[str, _Needs]]:
    """The alternatives of a pattern, each with strings of which one stands in all that it matches."""
    branches, end = _Reader(pattern).branches(0)
    if end != len(pattern):
        raise ValueError(f"unbalanced pattern at {end}")
    return [(pattern[branch.start : branch.end], branch.needs) for branch in _flat(branches)]


def _flat(branches: list[_Branch]) -> Iterator[_Branch]:
    """An alternative that is nothing but a group stands for those in it."""
    for branch in branches:
        yield from _flat(branch.inner) if branch.inner is not None else (branch,)


class _Reader:
    """Reads the syntax that our patterns use; what it does not know it refuses."""

    def __init__(self, pattern: str) -> None:
        self._p = pattern

    def branches(self, at: int) -> tuple[list[_Branch], int]:
        """The alternatives from there to the end of the group."""
        found: list[_Branch] = []
        while True:
            branch, at = self._branch(at)
            found.append(branch)
            if at >= len(self._p) or self._p[at] == ")":
                return found, at
            at += 1

    def _branch(self, at: int) -> tuple[_Branch, int]:
        p, start = self._p, at
        known: list[frozenset[str]] = []
        run: frozenset[str] = frozenset(("",))
        exact = True
        inner: list[_Branch] | None = None
        parts = 0
        while at < len(p) and p[at] not in "|)":
            piece, group, after = self._piece(at)
            quantified = self._quantifier(after)
            parts += 1
            inner = group if parts == 1 and quantified == (after, True, True) else None
            at, needed, once = quantified
            spelled = _spellings(group) if group is not None else piece
            if needed and spelled is not None and len(run) * len(spelled) <= _SPELLINGS:
                run = frozenset(a + b for a in run for b in spelled)
                if once:
                    continue
            else:
                known.append(run)
                if needed and group is not None and (needs := _union(group)):
                    known.append(needs)
                if needed and spelled is not None and once:
                    run = spelled
                    continue
            exact = False
            known.append(run)
            run = frozenset(("",))
        known.append(run)
        needs = max(known, key=_worth)
        worthwhile = needs if min(map(len, needs)) >= _SHORT else None
        return _Branch(start, at, worthwhile, run if exact and len(known) == 1 else None, inner if parts == 1 else None), at

    def _piece(self, at: int) -> tuple[frozenset[str] | None, list[_Branch] | None, int]:
        """What stands there: (the strings that it may be if these are few, a group's alternatives, where it ends)."""
        p, sign = self._p, self._p[at]
        if sign == "(":
            kind = re.compile(r"\((?:\?:|\?P<\w+>|\?<?[=!]|(?!\?))").match(p, at)
            if kind is None:
                raise ValueError(f"unknown group at {at} of {p[at : at + 20]!r}")
            group, end = self.branches(kind.end())
            looks = kind[0] in ("(?=", "(?!", "(?<=", "(?<!")
            return (frozenset(("",)) if looks else None), (None if looks else group), end + 1
        if sign == "[":
            end = at + 1 + (p[at + 1] == "^")
            end += p[end] == "]"
            while p[end] != "]":
                end += 2 if p[end] == "\\" else 1
            return None, None, end + 1
        if sign == "\\":
            escaped = p[at + 1]
            if escaped in "bB":
                return frozenset(("",)), None, at + 2
            if escaped in "dDwWsS":
                return None, None, at + 2
            if escaped == "n":
                return frozenset(("\n",)), None, at + 2
            if escaped.isalnum():
                raise ValueError(f"unknown escape \\{escaped}")
            return frozenset((escaped,)), None, at + 2
        if sign == ".":
            return None, None, at + 1
        return frozenset(("" if sign in "^$" else sign,)), None, at + 1

    def _quantifier(self, at: int) -> tuple[int, bool, bool]:
        """(where it ends, whether what it repeats is there at least once, whether exactly once)."""
        sign = self._p[at : at + 1]
        if sign == "{" and (counted := re.compile(r"\{(\d*),?\d*\}").match(self._p, at)):
            end, least = counted.end(), int(counted[1] or 0)
        elif sign and sign in "?*+":
            end, least = at + 1, int(sign == "+")
        else:
            return at, True, True
        return end + (self._p[end : end + 1] in ("?", "+")), least > 0, False


def _spellings(group: list[_Branch]) -> frozenset[str] | None:
    """Every string the group matches, None where these are many."""
    found: set[str] = set()
    for branch in group:
        if branch.exact is None:
            return None
        found |= branch.exact
    return frozenset(found) if len(found) <= _SPELLINGS else None


def _union(group: list[_Branch]) -> _Needs:
    """What a group needs: what any of its alternatives does, if all need something."""
    found: set[str] = set()
    for branch in group:
        needs = branch.exact or branch.needs
        if not needs:
            return None
        found |= needs
    return frozenset(found)


def _worth(literals: frozenset[str]) -> tuple[int, int]:
    """How well strings tell where to look: the longer the shortest, the better, and then the fewer."""
    return min(_ENOUGH, min(map(len, literals))), -len(literals)
