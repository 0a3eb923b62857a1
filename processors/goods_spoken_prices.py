"""Amounts said in words: "un dirham quarante", "deux euros cinquante", "quatre-vingt-cinq centimes", "b dirham w nos", "بدرهم ونصف"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from processors.facts_money import CURRENCY, TAX, currency_of
from processors.numbers_spoken import Number, numbers
from processors.numbers_words import UNITS

_UNIT = re.compile(rf"[\s-](?P<cur>dirh?ams?|derhams?|dh|euros?|dollars?|pounds?|{CURRENCY})(?![^\W_])")
_HUNDREDTHS = re.compile(
    r"[\s-](?:centimes?|cents?|santimes?|سنتيم|pence)(?![^\W_])(?:\s(?:d['’]\s?|de\s)?(?P<cur>euros?|dirh?ams?))?"
)
_GO_ON = re.compile(r"\s(?:et\s|and\s|w\s|و\s?)?(?=[^\W\d_])")
_HALF = re.compile(r"\s(?:et\s|and\sa\s|w\s|و\s?)(?:demie?|half|nos|noss?f?|ness|نص|نصف)(?![^\W_])")
#: One, which Darija leaves out: "b dirham w nos".
_ONE = re.compile(r"(?:(?<![^\W_])b\s?|(?<![^\W_])ب)(?P<cur>dirh?am|derham|درهم)(?![^\W_])")
#: Nothing of the currency itself: "zéro dirham vingt-cinq".
_ZERO = re.compile(r"(?<![^\W_])(?:zero|sifr|صفر)\s(?P<cur>dirh?ams?|derhams?|dh|euros?|درهم)(?![^\W_])")
_SMALL = "|".join(sorted((w for w, n in UNITS.items() if n < 100), key=len, reverse=True))
_SAID = rf"(?:{_SMALL}|zero|oh|sifr|صفر|\d{{1,4}})(?![^\W_])"
#: A number whose decimals are said: "zéro virgule dix-huit", "one point twenty five", "0 virgule 18".
DECIMALS = re.compile(
    rf"(?<![\w-])(?P<whole>{_SAID}(?:[\s-](?:et\s)?{_SAID}){{0,3}})\s(?:virgule|point|comma|fasila|فاصلة)\s(?P<rest>{_SAID}(?:[\s-](?:et[\s-])?{_SAID}){{0,3}})"
)
#: What tells that such a number is a price where no currency does.
_PRICED = re.compile(
    rf"\s(?:{TAX}|(?:l['’]|la\s|le\s|par\s|per\s)(?:[^\W\d_]{{3,}})|(?:unite|piece|mille|unit)s?|each)(?![^\W_])"
)


def _decimals(plain: str) -> Iterator[tuple[Decimal, int, int]]:
    """(value, start, end) of numbers whose decimals are said."""
    for match in (
        list(DECIMALS.finditer(plain))[:100]
        if any(w in plain for w in ("virgule", "point", "comma", "fasila", "فاصلة"))
        else ()
    ):
        whole, rest = _value(match["whole"]), _digits(match["rest"])
        if whole is not None and rest:
            yield Decimal(f"{whole}.{rest}"), *match.span()


def _value(said: str) -> int | None:
    if re.fullmatch(r"zero|oh|sifr|صفر|0", said):
        return 0
    found = numbers(said)
    return int(found[0].value) if len(found) == 1 else None


def _digits(said: str) -> str:
    """The decimals that words say: each of them, or a number after its zeros."""
    words = re.split(r"[\s-]+", said)
    zeros = 0
    while zeros < len(words) and words[zeros] in ("zero", "oh", "sifr", "صفر"):
        zeros += 1
    if len(words) > 1 and all(UNITS.get(w, 0 if w in ("zero", "oh") else 10) < 10 for w in words):
        return "".join(str(UNITS.get(w, 0)) for w in words)
    if zeros == len(words):
        return ""
    tail = " ".join(words[zeros:])
    value = tail if tail.isdecimal() else "".join(str(v) for v in [_value(tail)] if v is not None)
    return "0" * zeros + value if value else ""


def spoken_amounts(plain: str) -> Iterator[tuple[Decimal, str, tuple[int, int]]]:
    """(amount, currency, where) of every amount whose number is said in words, in a folded text."""
    found = [n for n in numbers(plain) if not any(map(str.isdigit, plain[n.start : n.end]))] if _any(plain) else []
    after = 0
    decimals: list[tuple[int, int]] = []
    for value, start, end in _decimals(plain) if _any(plain) else ():
        unit = _UNIT.match(plain, end)
        if unit is not None or _PRICED.match(plain, end) is not None:
            decimals.append((start, unit.end() if unit is not None else end))
            yield value, currency_of(unit["cur"]) if unit is not None else "", decimals[-1]
    for match in _ZERO.finditer(plain) if _any(plain) else ():
        amount, end = _rest(plain, match.end(), Decimal(0), found)
        if amount:
            decimals.append((match.start(), end))
            yield amount, currency_of(match["cur"]), decimals[-1]
    found = [n for n in found if not any(a <= n.start < b for a, b in decimals)]
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
    words = "dirham diram derham euro centime درهم dollar pound santim cent virgule فاصلة".split()
    return any(word in plain for word in (*words, " point "))


def _rest(plain: str, end: int, amount: Decimal, found: Sequence[Number]) -> tuple[Decimal, int]:
    """The amount with the hundredths that are said after its currency."""
    if (half := _HALF.match(plain, end)) is not None:
        return amount + Decimal("0.5"), half.end()
    go = _GO_ON.match(plain, end)
    small = next((n for n in found if go is not None and n.start == go.end() and 1 < n.value < 100), None)
    return (amount + small.value / 100, small.end) if small is not None else (amount, end)
