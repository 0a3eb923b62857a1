"""How many: the numbers of a text that count something, with what they count and how surely."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from core.doubts import Doubt
from processors.goods_beside import alone, is_again, thing_after
from processors.goods_either import is_either, is_instead, one_of
from processors.goods_marks import Marks
from processors.goods_other_numbers import contents
from processors.goods_sayings import (
    AND_HALF,
    BOXES_OF,
    CORRECTED,
    IN_ALL,
    IN_ALL_BEFORE,
    IN_BRACKETS,
    IN_ONE,
    LABEL,
    MORE,
    MORE_BY,
    MORE_LABELLED,
    NO_MORE,
    NOT_ASKED,
    OF_EACH,
    OF_EACH_OF,
    RATHER,
    SAID,
    THIS_TIME,
    TIMES_OVER,
    X,
)
from processors.goods_units import AND, WORD, Units, unit_after
from processors.numbers_spoken import Number, numbers
from processors.words_common import NUMBERS

#: From here on a number surely counts what is asked for.
SURE = 0.8
#: A number that nothing explains.
BARE = 0.6
#: How surely something is read where more stands beside it that was not understood.
DOUBT = 0.45
#: So many times a number at most.
_TIMES = 24
#: A number with no name of what it counts is at least so much.
_LEAST = 50


@dataclass(frozen=True, slots=True)
class Count:
    """How many: ``unit`` as the directive spells it, ``sure`` 0..1, ``number_end`` where the number alone ends.

    ``thing``: a word says of what. ``noun``: that word is a unit or a thing, no mere quality. ``again``: it says in another unit what
    stands before it. ``in_all``: it is told to be the sum. ``either``: another number beside it may be meant as well.
    ``doubt``: what cannot be told of it (core.doubts); ``whole``: what a share comes to in all where it is told how often it comes.
    """

    value: Decimal
    unit: str
    start: int
    end: int
    sure: float
    thing: bool = False
    number_end: int = 0
    noun: bool = False
    again: bool = False
    in_all: bool = False
    either: bool = False
    doubt: Doubt = ""
    whole: Decimal = Decimal(0)

    @property
    def amount(self) -> tuple[Decimal, str]:
        """What is counted, to compare."""
        return self.value, self.unit

    @property
    def claims(self) -> bool:
        """Whether it asks for something: no line of an order may leave it out without a word."""
        return self.thing and (self.sure >= SURE or self.either or self.doubt == "share") and not self.again


def counts(
    marks: Marks,
    start: int,
    end: int,
    things: Sequence[tuple[int, int]],
    units: Units,
    qualities: Sequence[tuple[int, int]] = (),
    *,
    listed: bool = False,
) -> list[Count]:
    """How many of what, said between two places; ``things`` are the spans of words that name what is ordered, ``qualities`` of those
    that tell how it is. ``listed``: what begins with a number goes on with a list, whatever it counts."""
    first, beyond = (bisect_left(marks.numbers, at, key=lambda n: n.start) for at in (start, end))
    said, rivals = one_of(marks.bare, marks.numbers[first:beyond])
    reader = _Stretch(marks, start, end, units, things, qualities, listed=listed, rivals=rivals)
    found: list[Count] = []
    last: Number | None = None
    for number in said:
        times = last is not None and number.value >= _LEAST and last.value <= _TIMES
        times = times and last is not None and X.fullmatch(marks.bare, last.end, number.start) is not None
        if times and last is not None:
            if found and found[-1].start == last.start:
                found.pop()
            number = Number(last.value * number.value, last.start, number.end)  # "2 x 5000 roses"
        count = reader.count(number, found, last)
        if found and reader.rather(found[-1], number):
            found[-1] = replace(found[-1], sure=min(found[-1].sure, DOUBT), either=True, doubt="either")
            last = number
            continue
        if count is not None and times and not count.noun:
            count = replace(count, sure=min(count.sure, DOUBT))  # "12 x 20 350" may be a size and how many
        if count is not None:
            if found and CORRECTED.search(marks.bare, found[-1].end, number.start):
                wrong = found.pop()
                if not count.noun:  # "3000 (pardon, mettez 3500)": of the same
                    sure = max(count.sure, min(wrong.sure, SURE))
                    count = replace(count, unit=wrong.unit, thing=wrong.thing, noun=wrong.noun, sure=sure)
            if count.doubt == "share" and any(c.value == count.whole for c in found):
                last = number
                continue  # "30 000 roses en 3 livraisons de 10 000"
            if found and found[-1].doubt == "share" and found[-1].whole == count.value:
                shared = found.pop()  # "3 livraisons de 10 000 roses, soit 30 000"
                count = replace(count, unit=shared.unit, thing=True, noun=True, again=False, sure=max(count.sure, SURE))
            found.append(count)
        last = number
    return found


def asks(marks: Marks, units: Units, things: Sequence[tuple[int, int]], start: int, end: int, divided: bool) -> bool:
    """Whether a line that stands among the rows of a table asks for something: it counts something in a unit, and names what where it
    is not ``divided`` into cells; or it names something beside a number that is none of a line or a price."""
    named = any(start <= a < end for a, _ in things)
    if not (named or divided):
        return False
    if any(c.claims and c.noun and c.unit for c in counts(marks, start, end, [], units)):
        return True
    return named and divided and any(start <= n.start < end and n.value >= _LEAST and n.value % 1 == 0 for n in marks.numbers)


@dataclass(frozen=True, slots=True)
class _What:
    """What a number counts, before it is known whether it counts anything that is asked for."""

    unit: str
    end: int
    sure: float = 0.0
    thing: bool = False
    noun: bool = False


class _Stretch:
    """One stretch of the text whose numbers are read."""

    def __init__(
        self,
        marks: Marks,
        start: int,
        end: int,
        units: Units,
        things: Sequence[tuple[int, int]],
        qualities: Sequence[tuple[int, int]],
        *,
        listed: bool,
        rivals: Iterable[int] = (),
    ) -> None:
        self._listed, self._after_line = listed, start > 0 and "\n" in marks.plain[max(0, start - 1) : start + 1]
        self._more, self._rivals = marks.more, frozenset(rivals)
        self._plain, self._bare, self._start, self._end, self._units = marks.plain, marks.bare, start, end, units
        self._named = [s for s in things if start <= s[0] < end]
        self._told = [s for s in qualities if start <= s[0] < end]

    def count(self, number: Number, found: Sequence[Count], previous: Number | None) -> Count | None:
        """The number as one that counts, None where it counts nothing that is asked for."""
        bare = self._bare
        before = bare[max(self._start, number.start - 40) : number.start]
        if (
            found
            and found[-1].value == number.value
            and bare[found[-1].number_end : number.start].strip() in ("(", "= (", "soit")
        ):
            return None  # "100 (cent) cartons"
        word = WORD.match(bare, number.end)
        if word is not None and self._units.of(word[0]) is None and all(a != number.end for a, _ in self._named):
            return None  # "3tini"
        if NOT_ASKED.search(before) or (found and OF_EACH.search(before) and _follows(bare, found[-1], number.start)):
            return None  # "90 paquets de 100 roses"
        if found and OF_EACH_OF.fullmatch(bare, found[-1].end, number.start):
            return None
        inside = IN_ONE.match(bare, number.end)
        if inside is not None and (unit := self._units.of(inside["unit"])) is not None and unit != self._units.piece:
            return None  # "250 par carton"
        boxed = BOXES_OF.search(before)
        if boxed is not None and self._units.of(boxed["unit"]) not in (None, self._units.piece):
            return None  # "en cartons de 250"
        what = self._what(number, before, found)
        if contents(what.unit, before) and thing_after(bare, what.end, self._named) < 0:
            return None
        if number.article and not (what.noun and what.unit != self._units.piece):
            return None
        in_all = IN_ALL.match(bare, number.end) is not None or IN_ALL_BEFORE.search(before) is not None
        sure = 1.0 if in_all and (what.sure or number.value >= _LEAST) else what.sure
        if not sure or (what.noun and NO_MORE.match(bare, what.end)):
            return None
        if number.value != number.value.to_integral_value() and what.unit in ("", self._units.piece):
            return None
        doubt: Doubt = ""
        shared = TIMES_OVER.search(self._plain, max(self._start, number.start - 30), number.start)
        if shared is not None:
            sure, doubt = min(sure, DOUBT), "share"  # "3 livraisons de 10 000": of each or of all
        if MORE_BY.match(bare, number.end):
            sure, doubt = min(sure, DOUBT), "more"
        if number.about and number.value != 12:
            sure -= 0.3
        value, ends = number.value, what.end
        if what.noun and what.unit != self._units.piece:
            value, ends = self._and_more(value, what.end)
        either = number.start in self._rivals or (previous is not None and self._either(previous, number))
        again = bool(found) and not in_all and is_again(bare, found[-1].end, before, number.start)
        return Count(
            value, what.unit, number.start, ends, min(sure, DOUBT) if either else sure,
            what.thing, number.end, what.noun, again, in_all, either, "either" if either else doubt, _times(shared) * value,
        )  # fmt: skip

    def rather(self, one: Count, other: Number) -> bool:
        """Whether a number behind may be meant instead of one of the same: "500 roses rouges, voire 600"."""
        return is_instead(self._bare, one.number_end, one.value, other) and thing_after(self._bare, other.end, self._named) < 0

    def _and_more(self, value: Decimal, at: int) -> tuple[Decimal, int]:
        """A number of units with the part of one that stands behind it, and where it ends: "une palette et demie", "1 palette 1/2"."""
        if (half := AND_HALF.match(self._bare, at)) is not None:
            return value + Decimal("0.5"), half.end()
        for part in self._more:
            if at <= part.start and self._bare[at : part.start].strip() in ("", *AND):
                return value + part.value, part.end
        return value, at

    def _what(self, number: Number, before: str, found: Sequence[Count]) -> _What:
        """What is counted: by the unit or the thing that follows, the thing or the label before, the quality that follows."""
        bare, piece = self._bare, self._units.piece
        spelled = IN_BRACKETS.match(bare, number.end)
        ends = spelled.end() if spelled is not None and _same_number(spelled[1], number.value) else number.end
        unit = unit_after(bare[: self._end] if self._end - ends < 100 else bare, ends, self._units)
        nearby = thing_after(bare, ends, self._named)
        after = bare[number.end : self._end]
        many = number.value >= _LEAST and not number.about
        glued = after[:1] != "" and (after[0].isalpha() or after[0] in "°ºª%")
        if unit is not None and not (nearby >= 0 and nearby < unit[1] and unit[0] != piece):
            what = _What(unit[0], unit[1], 0.9, True, True)
        elif nearby >= 0 or (many and not glued and self._labelled(number.start, self._named)):
            what = _What(piece, number.end, 0.85, True, True)
        elif number.value >= _LEAST and (
            thing_after(bare, ends, self._told) >= 0 or (many and not glued and self._labelled(number.start, self._told))
        ):
            what = _What(piece, number.end, SURE, True)
        elif many and not glued and self._goes_on(number, before, found):
            what = _What(piece, number.end, SURE, True, True)  # "3000 roses + 3000 of those"
        else:
            what = _What(piece, number.end)
        if many and not glued and (RATHER.match(bare, number.end) or THIS_TIME.search(before)):
            what = replace(what, sure=max(what.sure, SURE), thing=True)
        if SAID.search(before):
            return replace(what, sure=0.95, thing=True)
        if re.match(r"\s?x\s", after) or re.search(r"(?:^|\s)x\s?$", before):
            return replace(what, sure=max(what.sure, 0.85))
        if not what.sure and many and not glued:
            return replace(what, sure=BARE if alone(before, after) else BARE - 0.1)
        return what

    def _either(self, one: Number, other: Number) -> bool:
        """Whether two numbers may be one or the other, however far they are apart."""
        return is_either(self._bare, one, other)

    def _goes_on(self, number: Number, before: str, found: Sequence[Count]) -> bool:
        """Whether a number is one more thing, whatever it is: after "et" or at the beginning of a line of a list."""
        if found:
            return found[-1].claims and any(p.search(before) is not None for p in (MORE, MORE_LABELLED))
        lead = self._bare[self._start : number.start].strip(" \t\n-•*–—·")
        return (self._listed and not lead) or (self._after_line and lead in ("et", "+", "w", "plus", "and", "puis", "و"))

    def _labelled(self, at: int, named: Sequence[tuple[int, int]]) -> bool:
        """Whether a thing's words stand right before a number: "roses rouges : 5000"."""
        ends = [b for _, b in named if self._start <= b <= at]
        return bool(ends) and LABEL.fullmatch(self._bare, max(ends), at) is not None


def _times(shared: re.Match[str] | None) -> int:
    """How often a share is told to come, 0 where that is not told."""
    said = shared["times"] if shared is not None else None
    return 0 if not said else int(said) if said.isdigit() else NUMBERS[said]


def _same_number(words: str, value: Decimal) -> bool:
    said = numbers(words)
    return len(said) == 1 and said[0].value == value


def _follows(bare: str, before: Count, at: int) -> bool:
    return before.end <= at and len(bare[before.end : at].split()) <= 1
