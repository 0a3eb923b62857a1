"""The units of a quantity by their words, and the unit that follows a number: "10 000 petites roses", "10 alf dyal roses"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from processors.facts_numbers import BLANK
from processors.numbers_spoken import readable

#: What may stand between a number and its unit: "10 000 petites roses", "10 alf dyal roses", "2 000 x roses".
BETWEEN = 4
#: What ends the words that belong to a number.
STOP = re.compile(r"[,;:.!?()+&|\n\t/=\[\]•–—]|\s-\s")
#: Words after which another thing begins.
AND = frozenset(("et", "and", "plus", "w", "ou", "or", "puis", "wla"))
WORD = re.compile(r"[^\W\d_]+(?:\d[^\W\d_]+)*")
_ARABIC_PREFIX = ("وال", "بال", "لل", "ال", "و", "ب", "ل")


class Units:
    """The units of a quantity: any of their words, in the plural too, with what Arabic writes before a word. The first is the piece."""

    def __init__(self, units: Iterable[str], words: Mapping[str, Iterable[str]]) -> None:
        self.names = tuple(units)
        self._unit: dict[str, str] = {}
        for unit in self.names:
            for word in (unit, *words.get(unit, ())):
                self._unit.setdefault(readable(word).strip(), unit)

    @property
    def piece(self) -> str:
        """The unit of a bare number."""
        return self.names[0] if self.names else ""

    def of(self, word: str) -> str | None:
        """The unit that a folded word is, None when it is none."""
        bare = word.rstrip(".")
        for form in (bare, bare.removesuffix("s"), bare.removesuffix("x"), bare.removesuffix("es")):
            if form in self._unit:
                return self._unit[form]
        if len(bare) > 4 and bare[0] == "l" and bare[1:].isascii():  # "lpalettat"
            return self.of(bare[1:])
        for prefix in _ARABIC_PREFIX:
            if bare.startswith(prefix) and len(bare) - len(prefix) >= 3:
                return self._unit.get(bare.removeprefix(prefix))
        return None

    def like(self, word: str) -> str | None:
        """The unit that a folded word is with one letter missing, too many or in the wrong place: "cartns"."""
        if len(word) < 5 or not word.isascii():
            return None
        found = {
            unit
            for known, unit in self._unit.items()
            if len(known) >= 5 and _nearly(word.removesuffix("s"), known.removesuffix("s"))
        }
        return found.pop() if len(found) == 1 else None


def _nearly(one: str, other: str) -> bool:
    """Whether two words with the same first letter differ by one letter left out, or by two that changed places."""
    if one[0] != other[0] or abs(len(one) - len(other)) > 1:
        return False
    if len(one) == len(other):
        differ = [n for n, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
        return (
            len(differ) == 2
            and differ[1] == differ[0] + 1
            and one[differ[0]] == other[differ[1]]
            and one[differ[1]] == other[differ[0]]
        )
    short, long = sorted((one, other), key=len)
    return any(long[:n] + long[n + 1 :] == short for n in range(len(long)))


def spaced(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with these spans blanked."""
    kept: list[str] = []
    at = 0
    for start, end in sorted(spans):
        start = max(start, at)
        if end > start:
            kept += (text[at:start], BLANK * (end - start))
            at = end
    return "".join((*kept, text[at:]))


def unit_after(plain: str, at: int, units: Units) -> tuple[str, int] | None:
    """The unit that follows a number, and where it ends: "10 000 petites roses"."""
    stop = STOP.search(plain, at)
    limit = min(stop.start() if stop else len(plain), at + 60)
    for number, word in enumerate(WORD.finditer(plain, at, limit)):
        if number >= BETWEEN or BLANK in plain[at : word.start()] or any(map(str.isdigit, plain[at : word.start()])):
            return None
        if word[0] in AND:
            return None
        if (unit := units.of(word[0]) or (units.like(word[0]) if number == 0 else None)) is not None:
            dotted = plain[word.end() : word.end() + 1] == "." and len(word[0]) < 4
            return unit, word.end() + dotted
    return None
