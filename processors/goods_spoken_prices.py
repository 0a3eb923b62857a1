"""Amounts said in words: "un dirham quarante", "deux euros cinquante", "quatre-vingt-cinq centimes", "b dirham w nos", "بدرهم ونصف"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from processors.facts_money import CURRENCY, currency_of
from processors.numbers_spoken import Number, numbers

_UNIT = re.compile(rf"[\s-](?P<cur>dirh?ams?|derhams?|dh|euros?|dollars?|pounds?|{CURRENCY})(?![^\W_])")
_HUNDREDTHS = re.compile(
    r"[\s-](?:centimes?|cents?|santimes?|سنتيم|pence)(?![^\W_])(?:\s(?:d['’]\s?|de\s)?(?P<cur>euros?|dirh?ams?))?"
)
_GO_ON = re.compile(r"\s(?:et\s|and\s|w\s|و\s?)?(?=[^\W\d_])")
_HALF = re.compile(r"\s(?:et\s|and\sa\s|w\s|و\s?)(?:demie?|half|nos|noss?f?|ness|نص|نصف)(?![^\W_])")
#: One, which Darija leaves out: "b dirham w nos".
_ONE = re.compile(r"(?:(?<![^\W_])b\s?|(?<![^\W_])ب)(?P<cur>dirh?am|derham|درهم)(?![^\W_])")


def spoken_amounts(plain: str) -> Iterator[tuple[Decimal, str, tuple[int, int]]]:
    """(amount, currency, where) of every amount whose number is said in words, in a folded text."""
    found = [n for n in numbers(plain) if not any(map(str.isdigit, plain[n.start : n.end]))] if _any(plain) else []
    after = 0
    for number in found:
        if number.start < after:
            continue
        if (cents := _HUNDREDTHS.match(plain, number.end)) is not None:
            after = cents.end()
            yield number.value / 100, currency_of(cents["cur"]) if cents["cur"] else "", (number.start, after)
        elif (unit := _UNIT.match(plain, number.end)) is not None:
            amount, after = _rest(plain, unit.end(), number.value, found)
            yield amount, currency_of(unit["cur"]), (number.start, after)
    for match in _ONE.finditer(plain) if _any(plain) else ():
        amount, end = _rest(plain, match.end(), Decimal(1), found)
        yield amount, currency_of(match["cur"]), (match.start("cur"), end)


def _any(plain: str) -> bool:
    return any(
        word in plain for word in ("dirham", "diram", "derham", "euro", "centime", "درهم", "dollar", "pound", "santim", "cent")
    )


def _rest(plain: str, end: int, amount: Decimal, found: Sequence[Number]) -> tuple[Decimal, int]:
    """The amount with the hundredths that are said after its currency."""
    if (half := _HALF.match(plain, end)) is not None:
        return amount + Decimal("0.5"), half.end()
    go = _GO_ON.match(plain, end)
    small = next((n for n in found if go is not None and n.start == go.end() and 1 < n.value < 100), None)
    return (amount + small.value / 100, small.end) if small is not None else (amount, end)
