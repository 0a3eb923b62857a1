"""Numbers as people say them: "10 mille", "5k", "2k5", "trente mille", "une dizaine de mille", "alf w nos", "عشرة آلاف", "٥٠٠٠".

French, English and Moroccan Arabic in both scripts. Offsets are those of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from processors.facts_dates import plain_text
from processors.facts_numbers import NUMBER, parse_number
from processors.numbers_words import HALVES, JOINS, LINKS, NEVER_ALONE, ROUND, SCALES, UNITS

_TOKEN = re.compile(
    rf"(?<![\w.,/])(?:(?P<k>\d{{1,3}}k\d{{1,3}})(?![\w]|[.,]\d)|(?P<number>{NUMBER})(?P<after>[^\W\d_][^\W_]*)?)|(?P<word>[^\W_]+)"
)
_DIGITS = {
    **{ord(c): str(n) for zero in (0x0660, 0x06F0) for n, c in enumerate(map(chr, range(zero, zero + 10)))},
    0x066B: ",",
    0x066C: "'",
}
_ARABIC_COMMA = re.compile(r"(?<=\d)،(?=\d)")
_HALF = Decimal("0.5")
_OF = re.compile(r"\s(?:de|d|of|a|dyal|dial|د|ديال)[\s'’]\s?|\sde\s?")
_AND_A = re.compile(r"\s(?:et|and|w|و)\s?(?:a\s|une?\s)?|\sو")
_HUNDRED_AHEAD = re.compile(rf"\s?-?(?:{'|'.join(w for w, n in SCALES.items() if n == 100)})(?![^\W_])")
_SCALE_AHEAD = re.compile(rf"[\s-](?:a\s)?(?:{'|'.join(w for w, n in SCALES.items() if n >= 1000)}|milliers?)(?![^\W_])")


@dataclass(frozen=True, slots=True)
class Number:
    """A number said: its value and place. ``article`` when it is no more than "un"; ``about`` when it is rounded."""

    value: Decimal
    start: int
    end: int
    article: bool = False
    about: bool = False


def readable(text: str) -> str:
    """The text folded (no accents, lower case) with Arabic digits as Latin ones, every offset kept."""
    plain = plain_text(text).translate(_DIGITS)
    return _ARABIC_COMMA.sub(",", plain) if "،" in plain else plain


def numbers(plain: str) -> list[Number]:
    """Every number of a text that ``readable`` gave, in its order."""
    reading = _Reading(plain)
    for match in _TOKEN.finditer(plain):
        reading.take(match)
    reading.end()
    return [n for n in reading.found if n.value > 0]


@dataclass(slots=True)
class _Saying:
    """A number being put together: ``total`` is what its thousands come to, ``here`` what stands after them.

    ``scale`` is the thousand or million said last, ``counted`` whether a number of them stood before it.
    """

    start: int
    end: int
    total: Decimal = Decimal(0)
    here: Decimal = Decimal(0)
    article: bool = False
    about: bool = False
    digits: bool = False
    scale: int = 0
    counted: bool = False

    def number(self) -> Number:
        return Number(self.total + self.here, self.start, self.end, self.article, self.about)


class _Reading:
    """One text whose numbers are put together from left to right."""

    def __init__(self, plain: str) -> None:
        self.plain = plain
        self.found: list[Number] = []
        self._saying: _Saying | None = None

    def end(self) -> None:
        """What was being said is whole."""
        if self._saying is not None:
            self.found.append(self._saying.number())
        self._saying = None

    def take(self, match: re.Match[str]) -> None:
        """One number in digits, with a word glued to it where there is one ("10k", "5mya"), or one word."""
        start, end = match.span()
        if match["k"]:
            self.end()
            thousands, rest = match["k"].split("k")
            self._saying = _Saying(
                start, end, Decimal(thousands) * 1000, Decimal(rest.ljust(3, "0")), digits=True, counted=True
            )
        elif match["word"] or match[0] in UNITS:  # "3achra"
            self._word(match[0], start, end)
        else:
            self._digits(match["number"], start, match.end("number"))
            after = match["after"] or ""
            if after in SCALES or len(after) >= 2:
                self._word(after, match.start("after"), end)

    def _digits(self, written: str, start: int, end: int) -> None:
        value = parse_number(written, english=True)  # what is counted has no thousandths
        saying = self._saying
        if saying is not None and saying.scale == 1000 and not saying.here and not saying.about and value is not None:
            gap = self.plain[saying.end : start]
            goes_on = gap.strip() in ("w", "و") or (saying.counted and not gap.strip())
            if goes_on and "\n" not in gap and self._hundreds(value, end):  # "2 mille 500", "2 alaf w 500", "2 alaf w 5 mya"
                saying.here, saying.end, saying.digits = value, end, True
                return
        self.end()
        if value is not None:
            self._saying = _Saying(start, end, here=value, digits=True)

    def _hundreds(self, value: Decimal, end: int) -> bool:
        """Whether a number that ends there is one of hundreds."""
        return 100 <= value < 1000 or (value < 10 and _HUNDRED_AHEAD.match(self.plain, end) is not None)

    def _word(self, word: str, start: int, end: int) -> None:
        if word in JOINS:
            return
        bare = word[1:] if word[:1] == "و" and any(word[1:] in known for known in (UNITS, SCALES, HALVES)) else word
        start = end - len(bare)
        if bare in HALVES:
            self._half(start, end)
        elif bare in SCALES:
            self._scale(SCALES[bare], bare, start, end)
        elif bare in ROUND:
            self._round(Decimal(ROUND[bare]), bare, start, end)
        elif bare in UNITS:
            self._unit(Decimal(UNITS[bare]), start, end)
        elif word not in LINKS or self._saying is None:
            self.end()

    def _gap(self, start: int) -> str:
        return self.plain[self._saying.end : start] if self._saying is not None else "\n"

    def _joined(self, start: int) -> bool:
        """Whether nothing but a blank, a hyphen or "and" stands between what is being said and this place."""
        gap = self._gap(start)
        return "\n" not in gap and (not gap.strip(" -\u00a0\u202f") or gap.strip() in JOINS)

    def _half(self, start: int, end: int) -> None:
        """A half of the thousand before ("deux mille et demi"), of the one after ("two and a half thousand"), or of one thing."""
        saying = self._saying
        more = saying is not None and _AND_A.fullmatch(self._gap(start)) is not None
        if saying is not None and more and saying.scale and not saying.here:
            saying.here, saying.end = saying.scale * _HALF, end
        elif saying is not None and more and _SCALE_AHEAD.match(self.plain, end) is not None:
            saying.here, saying.end = saying.here + _HALF, end
        elif saying is not None and saying.article and self._joined(start):
            saying.here, saying.end = _HALF, end
        else:
            self.end()
            self._saying = _Saying(start, end, here=_HALF, article=True)

    def _scale(self, scale: int, word: str, start: int, end: int) -> None:
        saying = self._saying
        linked = scale >= 1000 and saying is not None and _OF.fullmatch(self._gap(start)) is not None
        # a number in digits is counted in thousands once: "10 mille, le mille à 380 dh"
        again = saying is not None and saying.digits and saying.counted and scale >= 1000
        if saying is not None and (linked or self._joined(start)) and not again:
            if scale == 100:
                saying.here = (saying.here or Decimal(1)) * 100
            else:
                saying.scale, saying.counted = scale, bool(saying.here)
                saying.total, saying.here = saying.total + (saying.here or Decimal(1)) * scale, Decimal(0)
            saying.end, saying.article = end, False
            return
        self.end()
        if word not in NEVER_ALONE:
            self._saying = _Saying(start, end)
            if scale == 100:
                self._saying.here = Decimal(100)
            else:
                self._saying.total, self._saying.scale = Decimal(scale), scale

    def _round(self, value: Decimal, word: str, start: int, end: int) -> None:
        saying = self._saying
        linked = saying is not None and saying.about and _OF.fullmatch(self._gap(start)) is not None
        if (
            saying is not None
            and not saying.total
            and (linked or (self._joined(start) and (saying.article or saying.here < 20)))
        ):
            times = Decimal(1) if saying.article and saying.here == 1 else saying.here
            saying.here, saying.end, saying.article, saying.about = times * value, end, False, True
            if value == 1000:
                saying.total, saying.here, saying.scale = saying.here, Decimal(0), 1000
            return
        self.end()
        if word not in NEVER_ALONE:
            self._saying = _Saying(start, end, here=value, about=True)

    def _unit(self, value: Decimal, start: int, end: int) -> None:
        saying = self._saying
        if (
            saying is None
            or not self._joined(start)
            or saying.article
            or saying.about
            or not self._adds(saying, value, start, end)
        ):
            self.end()
            if value >= 1000:  # "alfayn"
                self._saying = _Saying(start, end, value, scale=1000)
            else:
                self._saying = _Saying(start, end, here=value, article=value == 1)
        elif value == 20 and saying.here % 100 == 4:
            saying.here, saying.end = saying.here + 76, end
        else:
            saying.here, saying.end = saying.here + value, end

    def _adds(self, saying: _Saying, value: Decimal, start: int, end: int) -> bool:
        """Whether a word of a number goes on with the one before: "vingt et un", "two hundred and ten", not "trente et deux mille"."""
        if saying.digits:
            return saying.counted and not saying.here and self._hundreds(value, end)
        gap = self._gap(start)
        between = gap.strip()
        if between == "et":
            return value in (1, 11)
        if between == "and" and saying.here < 100 and not saying.total:
            return False
        return not (
            0 < saying.here < 20 and saying.here <= value < 100 and "-" not in gap and not (value == 20 and saying.here == 4)
        )
