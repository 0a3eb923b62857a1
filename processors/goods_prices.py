"""Prices of goods: an amount, whether it is of one, of a thousand, of a box or of all, with or without tax."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from core.reading import Money, Quantity
from processors.facts_money import TAX, amounts, currency_of, tax_of
from processors.facts_numbers import parse_number
from processors.goods_other_amounts import conditional, other_amount
from processors.goods_price_words import (
    ALL_IN,
    AND,
    APART,
    BARE_EACH,
    CONNECTED,
    CURRENCY_BESIDE,
    CURRENCY_SAID,
    ENDING,
    GOES_ON,
    HUNDREDTHS,
    LEADS_ON,
    LOT,
    MONEY_AFTER_TAX,
    PARTED,
    PER_BEFORE,
    PER_THOUSAND,
    PRICED,
    PRICED_AT,
    TAX_BEFORE,
    TAX_SAID,
    TAXED,
    TOTAL_CUE,
    UNIT_CUE,
    WHOLE,
)
from processors.goods_spoken_prices import spoken_amounts
from processors.goods_units import WORD, Units, spaced
from processors.numbers_spoken import readable

#: "none": an amount that is no price of what is ordered.
Role = Literal["unit", "total", "", "none"]

#: Decimals after a dot, and after a comma: where only the former are written, "1,700" is a thousand.
_DOTTED, _COMMA = re.compile(r"(?<![\d.,])\d{1,3}\.\d{1,2}(?![\d.,]*\d)"), re.compile(r"(?<![\d.,])\d{1,6},\d{1,2}(?!\d)")
#: How surely such a number is a price.
_UNTOLD = 0.45


@dataclass(frozen=True, slots=True)
class Price:
    """An amount and whether it is of one or of all; ``spans`` are the words that say it."""

    money: Money
    role: Role
    spans: tuple[tuple[int, int], ...]
    sure: float

    @property
    def start(self) -> int:
        """Where it begins."""
        return self.spans[0][0]


def prices(plain: str, units: Units, *, english: bool) -> list[Price]:
    """The prices of a text. ``plain`` is folded, places kept; ``english`` writes a point before decimals, commas in thousands."""
    in_words = list(spoken_amounts(plain))
    found = [
        replace(p, sure=min(p.sure, 0.7)) for a, name, span in in_words for p in [_priced(plain, Money(a, name), span, units)]
    ]
    if not any(map(str.isdecimal, plain)):
        return found
    english = english or (_DOTTED.search(plain) is not None and _COMMA.search(plain) is None)
    said = CURRENCY_SAID.search(plain)
    default = currency_of(said["cur"]) if said else ""
    reading = spaced(plain, [span for _, _, span in in_words])
    for match in list(MONEY_AFTER_TAX.finditer(plain))[:100]:
        number = parse_number(match["n"])
        if number is not None:
            found.append(_priced(plain, Money(number, currency_of(match["cur"]), tax_of(match["tax"])), match.span(), units))
            reading = spaced(reading, [match.span()])
    for match in list(HUNDREDTHS.finditer(reading))[:100]:
        number = parse_number(match["n"])
        if number is not None and not _are_boxes(plain, match):
            currency = "EUR" if match["euro"] else currency_of(match["cur"]) if match["cur"] else default
            one = _priced(plain, Money(number / 100, currency), match.span(), units)
            found.append(replace(one, sure=one.sure if currency else min(one.sure, 0.7)))
            reading = spaced(reading, [match.span()])
    for match in list(PARTED.finditer(reading))[:100]:
        amount = Decimal(f"{match['n']}.{match['c'] or match['d']}")
        found.append(_priced(plain, Money(amount, currency_of(match["cur"])), match.span(), units))
        reading = spaced(reading, [match.span()])
    found += [_priced(plain, a.money, (a.start, a.end), units) for a in amounts(reading, english=english, ranged=False)]
    reading = spaced(reading, [s for p in found for s in p.spans])
    for match in list(PRICED.finditer(reading))[:100]:
        number = parse_number(match["n"])
        whole = match["n"].strip().isdecimal()
        if number is None or (match["unit"] and whole and not match["unit"].startswith(("p.u", "pu", "prix unit", "unit"))):
            continue
        role: Role = "unit" if match["unit"] else "total"
        currency = currency_of(match["cur"]) if match["cur"] else default
        money = Money(number, currency, tax_of(match["tax"] or ""))
        one = _priced(plain, money, match.span("n"), units, role=role)
        spans = (*one.spans, match.span("cur")) if match["cur"] else _with(one.spans, said)
        found.append(replace(one, sure=one.sure if currency else min(one.sure, 0.7), spans=spans))
    reading = spaced(reading, [s for p in found for s in p.spans])
    for match in list(TAXED.finditer(reading))[:100]:
        number = parse_number(match["n"])
        if number is not None:
            one = _priced(plain, Money(number, default, tax_of(match["tax"])), match.span(), units)
            found.append(replace(one, sure=min(one.sure, 0.7), spans=_with(one.spans, said)))
    reading = spaced(reading, [s for p in found for s in p.spans])
    for match in list(PRICED_AT.finditer(reading))[:100]:
        number = parse_number(match["n"])
        if number is not None:
            one = _priced(plain, Money(number, default), match.span("n"), units, role="unit")
            found.append(replace(one, sure=min(one.sure, 0.6), spans=_with(one.spans, said)))
    found += _enumerated(spaced(reading, [s for p in found for s in p.spans]), found, units)
    found += _beside_priced(spaced(reading, [s for p in found for s in p.spans]), found)
    found = [replace(p, role="none", sure=0.0) if other_amount(plain, p.start, p.spans[-1][1]) else p for p in found]
    found = _of_one_currency(reading, sorted(found, key=lambda p: p.start))
    currency, tax = told_of_all(plain)
    return [replace(p, money=replace(p.money, currency=p.money.currency or currency, tax=p.money.tax or tax)) for p in found]


def _are_boxes(plain: str, match: re.Match[str]) -> bool:
    """Whether "3 cts" at the end of its part are rather boxes: nothing around them speaks of a price."""
    if not match[0].endswith(("ct", "cts")) or not match["n"].isdecimal():
        return False
    ends = re.match(r"\s?(?:[,.;:)!?\n]|$)", plain[match.end() : match.end() + 2])
    return ends is not None and UNIT_CUE.search(plain[max(0, match.start() - 25) : match.start()]) is None


def told_of_all(plain: str) -> tuple[str, Literal["incl", "excl", ""]]:
    """(currency, tax) that a folded text says once for all its prices: "Devise : MAD", "all prices ex VAT"."""
    currency, tax = CURRENCY_SAID.search(plain), TAX_SAID.search(plain)
    return currency_of(currency["cur"]) if currency else "", tax_of(tax["tax"]) if tax else ""


def comes_to(count: object, one: object, total: object, *, closely: bool = False) -> bool:
    """Whether so many at such a price come to a total: about, or ``closely`` but for what rounding leaves."""
    if not isinstance(count, Quantity) or not isinstance(one, Money) or not isinstance(total, Money):
        return False
    if (one.unit and count.unit and one.unit != count.unit) or (one.tax and total.tax and one.tax != total.tax):
        return False
    expected = count.amount * one.amount / one.per
    leeway = max(Decimal("0.05"), expected / 2000) if closely else max(Decimal(1), expected / 100)
    return expected > 0 and abs(expected - total.amount) <= leeway


def only_currency(plain: str, found: Sequence[Price]) -> tuple[str, tuple[int, int]] | None:
    """(currency, where) of the only currency that a folded text names, with its prices or beside words of prices; None for none or two."""
    named = [(p.money.currency, p.spans[-1]) for p in found if p.money.currency and p.sure != _UNTOLD]
    named += [(name, m.span("cur")) for m in CURRENCY_BESIDE.finditer(plain) if (name := currency_of(m["cur"]))]
    return named[0] if len({name for name, _ in named}) == 1 else None


def _enumerated(reading: str, found: list[Price], units: Units) -> list[Price]:
    """Amounts that go on with, or lead to, one that says its currency: "1,20 et 1,45 dh", "0,12 dh pour les roses, 0,35 pour les lys"."""
    more: list[Price] = []
    for price in [p for p in found if p.role != "total"]:
        begin, end = min(a for a, _ in price.spans), max(b for _, b in price.spans)
        before = list(LEADS_ON.finditer(reading, max(0, begin - 40), begin))
        after = GOES_ON.match(reading, end)
        for match in (before[-1] if before and before[-1].end() == begin else None, after):
            number = parse_number(match["n"]) if match is not None else None
            if match is None or number is None or (price.money.amount and not 1 / 12 < number / price.money.amount < 12):
                continue
            span = match.span("n")
            counted = WORD.match(reading, span[1] + 1)
            if counted is not None and units.of(counted[0]) is not None:
                continue
            if all(span[0] >= b or a >= span[1] for p in (*found, *more) for a, b in p.spans):
                role: Role = price.role or "unit"
                more.append(Price(replace(price.money, amount=number), role, (span,), min(price.sure, 0.7)))
    return more


def _beside_priced(reading: str, found: Sequence[Price]) -> list[Price]:
    """Amounts that end a line or a part of an enumeration like the prices of the others, in no currency of their own: in doubt."""
    priced = [p for p in found if p.role != "total" and p.money.currency and p.money.amount]
    told = ALL_IN.search(reading)
    if told is not None and not priced:
        money = Money(Decimal(0), currency_of(told["cur"]), tax_of(told["tax"] or ""))
        spans = [(n, m.span("n")) for m in list(ENDING.finditer(reading))[:60] if (n := parse_number(m["n"]))]
        return [Price(replace(money, amount=n), "unit", (span, told.span("cur")), 0.7) for n, span in spans]
    if not priced:
        return []
    more: list[Price] = []
    for match in list(ENDING.finditer(reading))[:60]:
        number = parse_number(match["n"])
        like = next((p for p in priced if number and 1 / 12 < number / p.money.amount < 12), None)
        if number is not None and like is not None:
            more.append(Price(replace(like.money, amount=number), "unit", (match.span("n"),), _UNTOLD))
    return more


def _of_one_currency(plain: str, found: list[Price]) -> list[Price]:
    """The prices of an enumeration, each in the currency and with the tax that one of them says."""
    for n in range(len(found) - 1):
        one, other = found[n], found[n + 1]
        between = plain[max(b for _, b in one.spans) : other.start]
        alike = not one.money.currency or (one.money.currency == other.money.currency and not one.money.tax)
        if one.role != "total" and other.role != "total" and alike and AND.fullmatch(between):
            found[n] = replace(
                one, money=replace(one.money, currency=other.money.currency, tax=one.money.tax or other.money.tax)
            )
    return found


def read_price(text: str, units: Units) -> Money | None:
    """The price that a text is and nothing else ("160 dh le mille", "1.250,50 €"), None when it is more or less than that."""
    found = prices(readable(text), units, english=False)
    if len(found) != 1:
        return None
    start, end = min(a for a, _ in found[0].spans), max(b for _, b in found[0].spans)
    return found[0].money if not text[:start].strip() and not text[end:].strip(" .") else None


def _with(spans: tuple[tuple[int, int], ...], said: re.Match[str] | None) -> tuple[tuple[int, int], ...]:
    return (*spans, said.span("cur")) if said is not None else spans


def _priced(plain: str, money: Money, span: tuple[int, int], units: Units, *, role: Role = "") -> Price:
    """The price with what follows it (tax, "le mille", "la palette") and what it is for by the words around it."""
    start, end = span
    per_unit = False
    for _ in range(3):
        rest = plain[end : end + 40]
        if not money.tax and (tax := re.match(rf"(?:,\s?|\s{{0,2}})(?:{TAX})(?![^\W_])", rest)):
            money, end = replace(money, tax=tax_of(tax[0].strip(" ,"))), end + tax.end()
        elif not per_unit and (per := PER_THOUSAND.match(rest)) and (per[0].strip() not in ("k",)):
            money, end, per_unit = replace(money, per=1000, unit=units.piece), end + per.end(), True
        elif not per_unit and (each := BARE_EACH.match(rest)):
            money, end, per_unit = replace(money, unit=units.piece), end + each.end(), True
        elif not per_unit and (of := _unit_of_price(rest, units)) is not None:
            money, end, per_unit = replace(money, unit=of[0]), end + of[1], True
        else:
            break
    if not per_unit and (said := _per_before(plain, start, units)) is not None:
        money, start, per_unit = replace(money, per=said[0], unit=said[1]), said[2], True
    if role == "":
        before = plain[max(0, start - 120) : start]
        before = APART.sub("  ", before[before.rfind("\n") + 1 :])[-30:]  # in a table the words may stand far away
        if not money.tax and (tax := TAX_BEFORE.search(before)):
            money = replace(money, tax=tax_of(tax["tax"]))
        total = max((m.start() for m in TOTAL_CUE.finditer(before)), default=-1)
        unit = max((m.start() for m in UNIT_CUE.finditer(before)), default=-1)
        if per_unit:
            role = "unit"
        elif LOT.search(before) or WHOLE.match(plain[end : end + 40]) or total > unit:
            role = "total"
        elif unit >= 0:
            role = "unit"
    if other_amount(plain, start, end):
        return Price(money, "none", ((start, end),), 0.0)
    sure = _UNTOLD if conditional(plain, start, end) else 0.9 if role else 0.6
    return Price(money, role, ((start, end),), sure)


def _per_before(plain: str, start: int, units: Units) -> tuple[int, str, int] | None:
    """(of how many, the unit, where it is said) of a price that is told what it is for before its amount."""
    begin = max(0, start - 30)
    match = PER_BEFORE.search(plain[begin:start])
    if match is None:
        return None
    if match["thousand"]:
        return 1000, units.piece, begin + match.start()
    unit = units.of(match["unit"])
    return (1, unit, begin + match.start()) if unit is not None else None


def _unit_of_price(rest: str, units: Units) -> tuple[str, int] | None:
    """ "/pièce", "la palette", "per box", "pièce"."""
    joined = CONNECTED.match(rest)
    at = joined.end() if joined else 0
    word = WORD.match(rest, at) or (WORD.match(rest, at + 1) if not joined and rest[:1] == " " else None)
    if word is None:
        return None
    unit = units.of(word[0])
    if unit is not None and joined is None and word[0][0] == "l" and units.of(word[0][1:]) == unit:
        return unit, word.end()  # "280 dh lcartona"
    if unit is not None and joined is not None and "/" in joined[0] and word[0].endswith("s") and len(word[0]) > 3:
        return None  # "0,45 dh / roses rouges : 300": the price of one is told in the singular
    if unit is not None and joined is not None and joined[0].startswith(" / ") and re.match(r"\s[^\W\d_]", rest[word.end() :]):
        return None  # "0,45 dh / rose rouge : 300"
    # "0,45 dh roses rouges": only a price of its own is "la pièce" without a word between
    if unit is None:
        return None
    if joined is None and unit != units.piece:
        # "4200 dh palette HT", but "300 dh cartons : 5"
        return (
            None
            if word[0].endswith("s") or re.match(r"\s(?:de|d['’]|of|dyal)\b|\s?[:=]", rest[word.end() :])
            else (unit, word.end())
        )
    if joined is None and word[0] not in ("piece", "pieces", "unite", "pce", "pcs", "u"):
        return None
    return unit, word.end()
