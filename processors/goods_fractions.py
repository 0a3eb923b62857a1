"""Parts of a unit that are ordered: "1/2 palette", "¾ de palette", "2 1/2 cartons", "un quart de palette", "1 palette 1/2".

Read before days and sizes are looked for, which the same signs may be: a fraction of a unit is neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from processors.goods_units import WORD, Units
from processors.numbers_spoken import Number, readable

_SIGNS = {
    "½": Decimal("0.5"), "¼": Decimal("0.25"), "¾": Decimal("0.75"), "⅓": Decimal("0.333"), "⅔": Decimal("0.667"),
    "⅛": Decimal("0.125"),
}  # fmt: skip
#: Parts by name; "quart" and the like are of one thing where no number stands before.
_NAMES = {
    "quart": Decimal("0.25"), "quarter": Decimal("0.25"), "rob3": Decimal("0.25"), "roub3": Decimal("0.25"), "rbe3": Decimal("0.25"),
    "ربع": Decimal("0.25"), "tiers": Decimal("0.333"), "third": Decimal("0.333"), "tolt": Decimal("0.333"), "ثلث": Decimal("0.333"),
}  # fmt: skip
_MANY = {"trois": 3, "three": 3, "deux": 2, "two": 2, "3": 3, "2": 2}
_WRITTEN = r"(?P<over>[1-9])\s?[/⁄]\s?(?P<under>[2-9])"
_SIGN = f"[{''.join(_SIGNS)}]"
_NAME = rf"(?:(?:(?P<many>{'|'.join(_MANY)})[\s-]|(?:un|une|a|one)\s)?(?P<name>{'|'.join(sorted(_NAMES, key=len, reverse=True))})s?)"
_PART = re.compile(
    rf"(?<![\w.,/⁄-])(?:(?:(?P<whole>\d{{1,3}})(?:\s(?:et\s|and\s)?|(?={_SIGN})))?"
    rf"(?:{_WRITTEN}(?!\s?[/⁄]\s?\d|[\d.,/⁄]\d)|(?P<sign>{_SIGN}))|{_NAME}(?![^\W_]))"
)
#: What tells one number or the next rather than a part: the unit behind it is of several, and nothing stands between.
_RANGE = re.compile(r"(?<![\w.,/⁄-])(?P<less>\d{1,3})\s?/\s?(?P<more>\d{1,3})\s(?P<unit>[^\W\d_]{2,14}(?:s|x|at))(?![^\W_])")
_OF = re.compile(r"[\s-]?(?:(?:de|of|d['’]|dyal|dial|d|ديال)\s?)?(?:(?:une?|a|the|la|l['’])\s)?")
#: What stands before a day and before no number of anything: "le 1/2".
_DAY_BEFORE = re.compile(r"(?<![^\W_])(?:le|du|au|on|by|avant(?:\sle)?|before|nhar|youm|يوم|نهار)\s?$")
#: A unit with how many of it before, as it stands before the part that comes on top: "1 palette", "une palette et".
_UNIT_BEFORE = re.compile(
    r"(?:\d|(?<![^\W_])(?:une?|one|a|wahda|deux|two|jouj|trois|three|tlata|quatre|four))"
    r"\s?(?P<unit>[^\W\d_]{1,12})\.?\s(?:(?:et|and|w|و)\s)?$"
)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a unit and where it stands. ``more``: it comes on top of the number of units that stands before. ``either``: no part but
    one number or the next, "5/6 cartons"."""

    value: Decimal
    start: int
    end: int
    more: bool = False
    either: bool = False

    @property
    def number(self) -> Number:
        """The same as a number that was said."""
        return Number(self.value, self.start, self.end)


def parts_of_units(text: str, units: Units) -> list[Part]:
    """Every part of a unit that a text names; of pieces there are none. Never raises; linear."""
    plain = readable(text)
    ranges = list(_ranges(plain, units)) if "/" in plain else []
    found = [p for p in _parts(plain, units) if not any(p.start < r.end and r.start < p.end for r in ranges)]
    return [*ranges, *found][:50]


def _ranges(plain: str, units: Units) -> Iterator[Part]:
    """Two numbers of which one is meant, right before a unit that is of several: "5/6 cartons", "10/12 palettes"."""
    for match in list(_RANGE.finditer(plain))[:50]:
        less, more = int(match["less"]), int(match["more"])
        if 1 < less < more <= 2 * less and _counted(match["unit"], units):
            before = plain[max(0, match.start() - 30) : match.start()]
            if _DAY_BEFORE.search(before) is None:
                yield Part(Decimal(less), match.start(), match.end("more"), either=True)


def _parts(plain: str, units: Units) -> Iterator[Part]:
    for match in _PART.finditer(plain):
        value = _value(match)
        if value is None:
            continue
        before = plain[max(0, match.start() - 30) : match.start()]
        if _unit_at(plain, match.end(), units):
            if not (match["under"] and match["whole"] is None and _DAY_BEFORE.search(before)):
                yield Part(value, *match.span())
        elif (told := _UNIT_BEFORE.search(before)) is not None and match["whole"] is None and _counted(told["unit"], units):
            yield Part(value, *match.span(), more=True)


def _value(match: re.Match[str]) -> Decimal | None:
    """What it comes to, None where it is no part of one: "14/20" is written with two figures, "5/2" is a day."""
    if match["name"]:
        return _MANY.get(match["many"] or "", 1) * _NAMES[match["name"]]
    if match["sign"]:
        part = _SIGNS[match["sign"]]
    else:
        over, under = int(match["over"]), int(match["under"])
        if over >= under:
            return None
        part = (Decimal(over) / under).quantize(Decimal("0.001")).normalize()
    return part + int(match["whole"] or 0)


def _unit_at(plain: str, at: int, units: Units) -> bool:
    of = _OF.match(plain, at)
    word = WORD.match(plain, of.end() if of is not None else at)
    return word is not None and _counted(word[0], units)


def _counted(word: str, units: Units) -> bool:
    return (unit := units.of(word) or units.like(word)) is not None and unit != units.piece
