"""Numbers as people say them: "10 mille", "5k", "trente mille", "une dizaine", "10 alf", "عشرة آلاف", "٥٠٠٠".

French, English and Moroccan Arabic in both scripts. Offsets are those of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from processors.facts_dates import plain_text
from processors.facts_numbers import NUMBER, parse_number
from processors.words_common import DOZENS, NUMBERS

#: Small numbers and tens by name; hundreds and thousands are scales.
_UNITS: dict[str, int] = {
    **{w: n for w, n in NUMBERS.items() if n < 100},
    "jouj": 2, "juj": 2, "joj": 2, "zouj": 2, "zoj": 2, "tlata": 3, "tleta": 3, "reb3a": 4, "rab3a": 4, "arba3a": 4,
    "khamsa": 5, "khemsa": 5, "setta": 6, "sta": 6, "seb3a": 7, "sab3a": 7, "tmnya": 8, "tmenya": 8, "tmania": 8, "tes3oud": 9,
    "tes3a": 9, "3achra": 10, "3echra": 10, "3chra": 10, "3chrin": 20, "3echrin": 20, "3achrin": 20, "tlatin": 30, "reb3in": 40,
    "khamsin": 50, "settin": 60, "sab3in": 70, "tmanin": 80, "tes3in": 90,
    "واحد": 1, "واحدة": 1, "جوج": 2, "زوج": 2, "اثنين": 2, "اتنين": 2, "اثنان": 2, "ثلاثة": 3, "ثلاث": 3, "تلاتة": 3, "تلاتا": 3,
    "اربعة": 4, "اربع": 4, "ربعة": 4, "خمسة": 5, "خمس": 5, "ستة": 6, "سبعة": 7, "ثمانية": 8, "تمنية": 8, "تمانية": 8, "تسعة": 9,
    "تسعود": 9, "عشرة": 10, "عشر": 10, "عشرين": 20, "عشرون": 20, "ثلاثين": 30, "تلاتين": 30, "اربعين": 40, "ربعين": 40,
    "خمسين": 50, "ستين": 60, "سبعين": 70, "ثمانين": 80, "تمانين": 80, "تسعين": 90, "miatayn": 200, "مئتين": 200, "ميتين": 200,
    "مائتين": 200, "alfayn": 2000, "alfin": 2000, "الفين": 2000, "الفان": 2000,
}  # fmt: skip
_SCALES: dict[str, int] = {
    "cent": 100, "cents": 100, "hundred": 100, "mya": 100, "miya": 100, "mia": 100, "مية": 100, "مئة": 100, "مائة": 100,
    "mille": 1000, "milles": 1000, "mil": 1000, "k": 1000, "thousand": 1000, "alf": 1000, "alaf": 1000, "lf": 1000, "الف": 1000,
    "الاف": 1000,
    "الافا": 1000, "million": 1_000_000, "millions": 1_000_000, "مليون": 1_000_000, "melyoun": 1_000_000,
}  # fmt: skip
_ROUND: dict[str, int] = {
    **DOZENS,
    **{w + "s": n for w, n in DOZENS.items()},
    "dozens": 12,
    "عشرات": 10,
}
_ROUNDING = re.compile(r"\s*(?:un|une|a|one|des|dizaine)?\s*$")
_JOINS = frozenset(("et", "and", "w", "و"))
_TOKEN = re.compile(rf"(?<![\w.,/])(?P<number>{NUMBER})(?=(?P<glued>[^\W\d_]*))|(?P<word>[^\W_]+)")
_DIGITS = {ord(c): str(n) for zero in (0x0660, 0x06F0) for n, c in enumerate(map(chr, range(zero, zero + 10)))}


@dataclass(frozen=True, slots=True)
class Number:
    """A number said: its value and place. ``article`` when it is no more than "un"; ``about`` when it is rounded."""

    value: Decimal
    start: int
    end: int
    article: bool = False
    about: bool = False


def _one(saying: _Saying, gap: str, value: Decimal) -> bool:
    """Whether "et" and "and" make one number: "vingt et un", "two hundred and ten", not "trente et deux mille"."""
    between = gap.strip()
    if between == "et":
        return value in (1, 11)
    return between != "and" or saying.here >= 100 or saying.total > 0


def readable(text: str) -> str:
    """The text folded (no accents, lower case) with Arabic digits as Latin ones, every offset kept."""
    return plain_text(text).translate(_DIGITS)


@dataclass(slots=True)
class _Saying:
    """A number being put together."""

    start: int
    end: int
    total: Decimal = Decimal(0)
    here: Decimal = Decimal(0)
    article: bool = False
    about: bool = False
    digits: bool = False
    scaled: bool = False

    def number(self) -> Number:
        return Number(self.total + self.here, self.start, self.end, self.article, self.about)


def numbers(plain: str) -> list[Number]:
    """Every number of a text that ``readable`` gave, in its order."""
    return [n for n in _numbers(plain) if n.value > 0]


def _numbers(plain: str) -> Iterator[Number]:
    saying: _Saying | None = None
    skip = 0
    for match in _TOKEN.finditer(plain):
        if match.start() < skip:
            continue
        gap = plain[saying.end : match.start()] if saying is not None else ""
        joined = saying is not None and (not gap.strip(" -\u00a0\u202f") or gap.strip() in _JOINS) and "\n" not in gap
        if match["number"]:
            if saying is not None:
                yield saying.number()
            saying = None
            value = parse_number(match["number"], english=True)  # what is counted has no thousandths
            glued = match["glued"]
            if value is None or (glued and glued not in _SCALES and len(glued) < 2):
                if value is not None:
                    saying = _Saying(match.start(), match.end("number"), here=value, digits=True)
                continue
            saying = _Saying(match.start(), match.end("number"), here=value, digits=True)
            continue
        word = match["word"]
        bare = word[1:] if word[:1] == "و" and (word[1:] in _UNITS or word[1:] in _SCALES) else word
        if word in _JOINS:
            continue
        if bare in _SCALES and (saying is None or not saying.digits or not saying.scaled):
            scale = _SCALES[bare]
            if saying is not None and joined and not (saying.about):
                if scale == 100:
                    saying.here = max(saying.here, Decimal(1)) * 100
                else:
                    saying.total += max(saying.here, Decimal(1)) * scale
                    saying.here = Decimal(0)
                    saying.scaled = saying.digits
                saying.end, saying.article = match.end(), False
                continue
            if saying is not None:
                yield saying.number()
                saying = None
            if len(word) > 2 and bare != "lf":
                saying = _Saying(match.start(), match.end())
                if scale == 100:
                    saying.here = Decimal(100)
                else:
                    saying.total = Decimal(scale)
            continue
        if bare in _ROUND:
            value = Decimal(_ROUND[bare])
            if saying is not None and joined and (saying.article or saying.here < 20):
                times = Decimal(1) if saying.article else saying.here
                saying.here, saying.end, saying.article, saying.about = times * value, match.end(), False, True
            else:
                if saying is not None:
                    yield saying.number()
                saying = _Saying(match.start(), match.end(), here=value, about=True)
            if (of := re.compile(r"\s+(?:de\s|d['’]|of\s)\s*").match(plain, match.end())) is not None:
                following = plain[of.end() : of.end() + 8]
                if following.startswith(("mille", "million", "millier")):
                    saying.end = of.end()
            continue
        if bare in _UNITS:
            value = Decimal(_UNITS[bare])
            if (
                saying is not None
                and joined
                and not saying.digits
                and not saying.about
                and not saying.article
                and _one(saying, gap, value)
            ):
                if value == 20 and saying.here % 100 == 4:
                    saying.here += 76
                elif value >= saying.here and saying.here and saying.here < 20 and "-" not in gap and value < 100:
                    yield saying.number()
                    saying = _Saying(match.start(), match.end(), here=value)
                    continue
                else:
                    saying.here += value
                saying.end = match.end()
                continue
            if saying is not None:
                yield saying.number()
            saying = _Saying(match.start(), match.end(), here=value, article=value == 1)
            continue
        if word in ("a", "the") and re.match(r"\s+(?:dozen|thousand|hundred)", plain[match.end() : match.end() + 12]):
            continue
        if saying is not None:
            yield saying.number()
            saying = None
    if saying is not None:
        yield saying.number()
