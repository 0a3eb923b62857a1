"""What a regular expression cannot do without: strings of which one stands in every match, by each of its alternatives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

#: Strings of which one stands in every match.
Clause = frozenset[str]
#: Every clause holds for every match; () where nothing is known.
Needs = tuple[Clause, ...]

#: Stands in clauses for any decimal digit; and for so many at least in a row.
DIGIT = "\\d"
DIGITS = tuple(DIGIT * number for number in range(1, 6))
#: A literal shorter than this is in every text, but for signs that few texts have; one longer than that tells no more.
_SHORT, _ENOUGH = 2, 6
#: Most spellings of a run of literals that are told apart, and most clauses of an alternative.
_SPELLINGS, _CLAUSES = 32, 3
_RARE = frozenset("@<>[]{}#/°º€£$%×=|~_")
_NOTHING: Clause = frozenset(("",))
#: The last character whose case is one character's affair.
_PLAIN = "\u00ff"


@dataclass(slots=True)
class _Branch:
    """An alternative: where it stands in the pattern, what it needs, and every string it matches where these are few.

    ``inner`` are the alternatives of the ``group`` (where that begins and ends) that is all of it but looks around.
    """

    start: int
    end: int
    needs: Needs
    exact: Clause | None
    inner: list[_Branch] | None = None
    group: tuple[int, int] = (0, 0)


@dataclass(slots=True)
class _Piece:
    """A part of an alternative: every string it may be where these are few, what it needs, a group's alternatives, where it ends."""

    exact: Clause | None
    needs: Needs
    end: int
    group: list[_Branch] | None = None
    digit: bool = False


def alternatives(pattern: str, *, any_case: bool = False) -> list[tuple[str, Needs]]:
    """The alternatives of a pattern, each with what it needs, in lower case where ``any_case``.

    Raises ValueError for syntax that our patterns do not use.
    """
    branches, end = _Reader(pattern, any_case).branches(0)
    if end != len(pattern):
        raise ValueError(f"unbalanced pattern at {end}")
    return list(_flat(pattern, branches))


def _flat(pattern: str, branches: list[_Branch]) -> Iterator[tuple[str, Needs]]:
    """An alternative that is nothing but a group, and looks around it, stands for those in it."""
    for branch in branches:
        if branch.inner is None:
            yield pattern[branch.start : branch.end], branch.needs
            continue
        first, last = branch.group
        before, after = pattern[branch.start : first], pattern[last : branch.end]
        yield from ((before + source + after, needs) for source, needs in _flat(pattern, branch.inner))


class _Reader:
    """Reads the syntax that our patterns use; what it does not know it refuses."""

    def __init__(self, pattern: str, any_case: bool) -> None:
        self._p, self._any_case = pattern, any_case

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
        known: list[Clause] = []
        run = _NOTHING
        exact = True
        inner: list[_Branch] | None = None
        group = (0, 0)
        parts = digits = 0
        while at < len(p) and p[at] not in "|)":
            began, piece = at, self._piece(at)
            at, least, once = self._quantifier(piece.end)
            if piece.exact != _NOTHING or piece.group is not None or at != piece.end:
                parts += 1
                inner, group = (piece.group if parts == 1 and at == piece.end else None), (began, at)
            digits = digits + least if piece.digit else 0
            if digits > 1:
                known.append(frozenset((DIGITS[min(digits, len(DIGITS)) - 1],)))
            spelled = piece.exact
            if once and not least and spelled is not None:  # "appels?": one more spelling
                spelled, least = spelled | _NOTHING, 1
            if least and spelled is not None and len(run) * len(spelled) <= _SPELLINGS:
                run = frozenset(a + b for a in run for b in spelled)
                if once:
                    continue
            else:
                known.append(run)
                if least:
                    known += piece.needs
                if least and spelled is not None and once:
                    run = spelled
                    continue
            exact = False
            known.append(run)
            run = _NOTHING
        known.append(run)
        whole = run if exact and len(known) == 1 else None
        return _Branch(start, at, _best(known), whole, inner if parts == 1 else None, group), at

    def _piece(self, at: int) -> _Piece:
        p, sign = self._p, self._p[at]
        if sign == "(":
            return self._group(at)
        if sign == "[":
            end = at + 1 + (p[at + 1] == "^")
            end += p[end] == "]"
            while p[end] != "]":
                end += 2 if p[end] == "\\" else 1
            signs = p[at + 1 : end]
            if re.fullmatch(r"\d-\d", signs, re.ASCII):
                return _Piece(None, (frozenset((DIGIT,)),), end + 1, digit=True)
            if signs[0] == "^" or "\\" in signs or "-" in signs[1:-1] or len(signs) > 4:
                return _Piece(None, (), end + 1)
            letters = [self._letter(one) for one in signs]
            return _Piece(None if None in letters else frozenset(letters), (), end + 1)  # type: ignore[arg-type]
        if sign == "\\":
            return self._escaped(at)
        if sign == ".":
            return _Piece(None, (), at + 1)
        if sign in "^$":
            return _Piece(_NOTHING, (), at + 1)
        letter = self._letter(sign)
        return _Piece(None if letter is None else frozenset((letter,)), (), at + 1)

    def _letter(self, sign: str) -> str | None:
        """How the sign stands in a text that is looked at; None where that is not one sign."""
        if not self._any_case:
            return sign
        return sign.lower() if sign <= _PLAIN and sign != "µ" else None

    def _group(self, at: int) -> _Piece:
        p = self._p
        kind = re.compile(r"\((?:\?:|\?P<\w+>|\?P=(?P<again>\w+)|\?<?[=!]|(?!\?))").match(p, at)
        if kind is None:
            raise ValueError(f"unknown group at {at} of {p[at : at + 20]!r}")
        if kind["again"]:
            return _Piece(None, (), kind.end() + 1)
        group, end = self.branches(kind.end())
        if kind[0] in ("(?=", "(?!", "(?<=", "(?<!"):
            return _Piece(_NOTHING, (), end + 1)
        needed = _union(group)
        return _Piece(_spellings(group), (needed,) if needed else (), end + 1, group)

    def _escaped(self, at: int) -> _Piece:
        escaped = self._p[at + 1]
        if escaped in "bBAZ":
            return _Piece(_NOTHING, (), at + 2)
        if escaped == "d":
            return _Piece(None, (frozenset((DIGIT,)),), at + 2, digit=True)
        if escaped in "DwWsS":
            return _Piece(None, (), at + 2)
        if escaped == "n":
            return _Piece(frozenset(("\n",)), (), at + 2)
        if escaped == "u":
            return _Piece(None, (), at + 6)
        if escaped.isalnum():
            raise ValueError(f"unknown escape \\{escaped}")
        return _Piece(frozenset((escaped,)), (), at + 2)

    def _quantifier(self, at: int) -> tuple[int, int, bool]:
        """(where it ends, how often what it repeats is there at least, whether it is there once at most)."""
        sign = self._p[at : at + 1]
        if sign == "{" and (counted := re.compile(r"\{(\d*)(,?)(\d*)\}").match(self._p, at)):
            end, least = counted.end(), int(counted[1] or 0)
            once = (counted[3] if counted[2] else counted[1]) == "1"
        elif sign and sign in "?*+":
            end, least, once = at + 1, int(sign == "+"), sign == "?"
        else:
            return at, 1, True
        return end + (self._p[end : end + 1] in ("?", "+")), least, once


def _spellings(group: list[_Branch]) -> Clause | None:
    """Every string the group matches, None where these are many."""
    found: set[str] = set()
    for branch in group:
        if branch.exact is None:
            return None
        found |= branch.exact
    return frozenset(found) if len(found) <= _SPELLINGS else None


def _union(group: list[_Branch]) -> Clause | None:
    """What a group needs: what any of its alternatives does, if all need something."""
    found: set[str] = set()
    for branch in group:
        best = _best([branch.exact] if branch.exact is not None else branch.needs)
        if not best:
            return None
        found |= best[0]
    return frozenset(found)


def _best(clauses: list[Clause] | Needs) -> Needs:
    """The clauses that tell most."""
    worth = [_shortest(clause) for clause in dict.fromkeys(clauses) if all(_tells(one) for one in clause)]
    return tuple(sorted(worth, key=_worth, reverse=True)[:_CLAUSES])


def _tells(literal: str) -> bool:
    return len(literal) >= _SHORT or literal in _RARE


def _shortest(clause: Clause) -> Clause:
    """Without the strings in which another one of them stands anyway."""
    return frozenset(one for one in clause if not any(other in one for other in clause if other != one))


def _worth(clause: Clause) -> tuple[int, int]:
    """How well strings tell where to look: the longer the shortest, the better, and then the fewer."""
    return min(_ENOUGH, min(map(len, clause))), -len(clause)
