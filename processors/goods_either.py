"""One number or another: "500 ou 600", "500/600", "entre 500 et 600", "500, voire 600". How many is ordered nobody can tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from processors.numbers_spoken import Number

_OR = (
    r"(?:,\s?)?(?:ou(?:\s(?:bien|alors|meme|plutot))?|or(?:\seven)?|wla|wella|walla|ola|awla|aw|اولا|او|ولا|voire(?:\smeme)?|sinon|"
    r"(?:et\s|and\s)?(?:au\s(?:plus|maxi?(?:mum)?)|max(?:i|imum)?|up\sto|at\smost|jusqu['’]\s?a))"
)
#: Words that leave a choice, and what stands between the least and the most.
_CHOICE = re.compile(rf"\s{{0,2}}{_OR}\s{{0,2}}(?:environ\s|de\s|a\s)?")
_SPAN = re.compile(r"\s{0,2}(?:a|to|7etta\sl|7ta\sl|حتى|[-–—/|])\s{0,2}(?:environ\s)?")
_TWO = re.compile(r"\s?(?:et|and|w|و)\s?")
_COMMA = re.compile(r"\s?,\s?")
#: Nothing at all between a number and the next, of as many figures, right before what is counted: "5000 6000 boîtes".
_BARE = re.compile(r" {1,2}")
_COUNTED = re.compile(r"\s(?!(?:x|par|sur|by)\b)[^\W\d_]{2,}")
_DIGITS, _NEXT = re.compile(r"\d+$"), re.compile(r" {1,2}(?P<n>\d{1,6})\s(?!(?:x|par|sur|by)\b)[^\W\d_]{2}")
#: What a number right behind it belongs to: "lot 12 20 cartons".
_NAMED = re.compile(
    r"(?<![^\W_])(?:lot|rue|av|avenue|bd|n|no|num|numero|porte|quai|local|magasin|appt?|imm|immeuble|bloc|hay|km|depot|taille|format|dim|dimensions?|"
    r"size|ref|reference|code|bc|bdc|cde|po|client|compte|zan9a|zanqat|tel|unit|street|road)[\s.:°º]{1,3}$"
)
_BETWEEN = re.compile(r"(?<![^\W_])(?:entre|between|bin|bayn|ما\sبين|بين)\s{0,2}$")
#: The same with words before it, in one sentence.
_INSTEAD = re.compile(rf"(?:^|[\s,(]){_OR}\s{{1,2}}(?:environ\s|de\s|a\s)?$")
_STOP = re.compile(r"[;!?\n\x1f]|\.(?=\s)")
#: From how many to how many something is changed: "passer de 3000 à 5000" leaves no choice.
_FROM_TO = re.compile(
    r"\b(?:pass|port|augment|mont|baiss|redui|diminu|descend|ramen|chang|modif|increas|rais|reduc|lower|go)[^\W\d_]*\b[^,;.!?\n\d]{0,45}\b(?:de|from)\s$"
)
#: Two numbers that are further apart than so many times are no such pair by what stands between them alone.
_APART = 10


def is_either(bare: str, one: Number, other: Number) -> bool:
    """Whether of two numbers that follow each other one or the other is meant, or what lies between."""
    between = bare[one.end : other.start]
    if _SPAN.fullmatch(between) is not None:
        return _FROM_TO.search(bare, max(0, one.start - 60), one.start) is None
    if _CHOICE.fullmatch(between) is not None:
        return True
    if _BARE.fullmatch(between) is not None:
        return _follows(bare, one, other)
    return _TWO.fullmatch(between) is not None and _BETWEEN.search(bare, max(0, one.start - 20), one.start) is not None


def goes_on(plain: str, end: int) -> bool:
    """Whether the number that ends at a place is the less of two of which one is meant: "commande 5000 6000 boîtes"."""
    one, other = _DIGITS.search(plain, max(0, end - 8), end), _NEXT.match(plain, end)
    if one is None or other is None or len(one[0]) != len(other["n"]):
        return False
    return int(one[0]) < int(other["n"]) <= 2 * int(one[0])


def _follows(bare: str, one: Number, other: Number) -> bool:
    """Whether a number stands bare before a greater one that counts something, and neither names anything else."""
    return (
        not (one.article or other.article)
        and one.value < other.value <= 2 * one.value
        and one.end - one.start == other.end - other.start
        and _COUNTED.match(bare, other.end) is not None
        and _NAMED.search(bare, max(0, one.start - 14), one.start) is None
    )


def is_instead(bare: str, at: int, one: Decimal, other: Number) -> bool:
    """Whether a number may be meant instead of one that ends at ``at`` in the same sentence: "500 roses rouges, voire 600"."""
    between = bare[at : other.start]
    if _STOP.search(between) or _INSTEAD.search(between) is None or any(map(str.isdigit, between)):
        return False
    return one != other.value and other.value / _APART <= one <= other.value * _APART


def one_of(bare: str, said: Sequence[Number]) -> tuple[list[Number], list[int]]:
    """The numbers, each pair of which one is meant as a single one of the first's value, and where those begin."""
    joined = [False] * len(said)
    for n in range(len(said) - 2, -1, -1):
        one, other = said[n], said[n + 1]
        between = bare[one.end : other.start]
        near = other.value / _APART <= one.value <= other.value * _APART
        if "\n" in between or not near or _FROM_TO.search(bare, max(0, one.start - 60), one.start) is not None:
            continue
        if _COMMA.fullmatch(between) is not None:
            joined[n] = joined[n + 1] and not one.article
        elif is_either(bare, one, other):
            joined[n] = one.value < other.value or (one.value != other.value and _CHOICE.fullmatch(between) is not None)
    found: list[Number] = []
    rivals: list[int] = []
    for n, number in enumerate(said):
        if n and joined[n - 1]:
            first = found.pop()
            found.append(Number(first.value, first.start, number.end, about=first.about))
            if first.start not in rivals:
                rivals.append(first.start)
        else:
            found.append(number)
    return found, rivals
