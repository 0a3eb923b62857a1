"""Amounts of money: "1 200,50 € HT", "$5", "500 dh", "12€50"; a range is no amount."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from core.reading import Money
from processors.facts_numbers import NUMBER, Found, blank, has_digit, parse_number, trimmed
from processors.gated import Gated

_CURRENCIES = {
    "EUR": r"€|euros?|eur", "USD": r"\$|us\$|usd|dollars?", "GBP": r"£|gbp|pounds?", "CHF": r"chf|francs?\s+suisses?",
    "MAD": r"mad|dhs?|drhm?s?|dirh?ams?|derhams?|درهم(?:ا|اً)?|دراهم|د\.م\.?", "CAD": r"cad|ca\$|\$\s?ca",
    "XOF": r"f\s?cfa|xof", "TND": r"tnd|dinars?", "DZD": r"dzd|da(?=\s|$)",
}  # fmt: skip
_CURRENCY = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _CURRENCIES.items()}
_ANY = "|".join(_CURRENCIES.values())
#: Any currency as it is written.
CURRENCY = f"(?:{_ANY})"
#: With or without tax.
TAX = (
    r"h\.?t\.?v\.?a\.?|h\.?t\.?|t\.?v\.?a\.?c\.?|t\.?t\.?c\.?|hors\s+taxes?|hors\s+tva|toutes\s+taxes(?:\s+(?:comprises|incluses))?"
    r"|(?:tva|taxes?)\s+(?:20\s?%\s+)?(?:non\s+)?(?:incluses?|comprises?)|(?:tva|taxes?)\s+(?:en\s+sus|exclues?|en\s+plus)"
    r"|(?:excl|inc)\w{0,6}\.?\s+(?:of\s+)?(?:vat|tax(?:es)?|tva|mwst)|(?:vat|tax(?:es)?)\s+(?:not\s+)?(?:incl\w*|excl\w*)"
    r"|\+\s?(?:vat|tva|tax)|plus\s+(?:vat|tva|tax)|ex\.?\s+(?:vat|tax)|(?:before|pre)[\s-]+(?:tax|vat)|net\s+of\s+(?:tax(?:es)?|vat)"
    r"|(?:with|without|avec|sans|bla|bila|m3a)\s+(?:la\s+|l\s)?(?:vat|tax(?:es?)?|tva|taxes)"
    r"|(?:بلا|بدون|مع|شامل|شاملة|دون)\s(?:ال)?(?:tva|ضريبة|الضريبة|tax)"
)
#: Words that take a tax away from the price they stand beside, and those that hold it in.
_WITHOUT = re.compile(
    r"^(?:h\W?t|hors|excl|\+|plus|ex\b|ex\W|before|pre|net|without|sans|bla|bila|بلا|بدون|دون)"
    r"|\bnon\b|\bnot\b|\bexcl|\bsus\b|\bplus\b"
)
_WITHIN = re.compile(r"^(?:t\W?t\W?c|t\W?v\W?a\W?c|toutes|inc|with|avec|m3a|مع|شامل)|incl|compris")
_MONEY = Gated(
    rf"(?:(?<!\w)(?P<before>€|£|(?:us|ca)?\$|eur|usd|gbp|chf|mad)\s?(?P<first>{NUMBER})(?:\s?(?P<k1>k|m)(?!\w))?"
    rf"|(?<![\w.,/])(?P<euros>\d{{1,6}})\s?€\s?(?P<cents>\d{{2}})(?!\d)"
    rf"|(?<![\w.,/])(?P<number>{NUMBER})(?:\s?(?P<k2>k|mille|m(?=€)))?\s?(?P<after>{_ANY})(?![^\W_]))"
    rf"(?:\s?(?P<tax>{TAX})(?![^\W_]))?",
    re.IGNORECASE,
)
_MONEY_RANGE = Gated(
    rf"\b(?:entre|between|de|from)\s+{NUMBER}\s?(?:{_ANY})?\s+(?:et|and|[àa]|to)\s+{NUMBER}\s?(?:{_ANY})"
    rf"|(?<![\w.,-]){NUMBER}\s?(?:-|–|à|ou|or|to)\s?{NUMBER}\s?(?:{_ANY})(?![^\W_])",
    re.IGNORECASE,
)


def blank_money(text: str) -> str:
    """The text with its amounts of money blanked."""
    return blank(text, _MONEY) if has_digit(text) else text


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of money and where it stands."""

    money: Money
    start: int
    end: int


def amounts(text: str, *, english: bool = False, ranged: bool = True) -> list[Amount]:
    """Every amount with its currency, in the order of the text. ``english``: "1,200" is twelve hundred.

    A range is no amount, unless ``ranged`` False says that "500 à 2 dh" is a number and the price of one.
    """
    readable = (blank(text, _MONEY_RANGE) if ranged else text) if has_digit(text) else ""
    found: list[Amount] = []
    for match in list(_MONEY.finditer(readable))[:200]:
        written = match["first"] or match["number"]
        currency = match["before"] or match["after"] or "€"
        name = currency_of(currency)
        if match["euros"]:
            amount: Decimal | None = Decimal(f"{match['euros']}.{match['cents']}")
        else:
            amount = parse_number(written, english=english or name in ("USD", "GBP", "CAD") or bool(match["before"]))
        if amount is None:
            continue
        scale = (match["k1"] or match["k2"] or "").lower()
        amount *= {"k": 1000, "mille": 1000, "m": 1_000_000}.get(scale, 1)
        found.append(Amount(Money(amount, name, tax_of(match["tax"] or "")), *trimmed(text, *match.span())))
    return found


def currency_of(written: str) -> str:
    """The ISO code of a currency as it is written, '' for none that is known."""
    return next((n for n, p in _CURRENCY.items() if p.fullmatch(written)), "")


def tax_of(words: str) -> Literal["incl", "excl", ""]:
    """What words of tax say: "HT", "T.T.C.", "excl. VAT"."""
    tax = words.lower().strip()
    if not tax:
        return ""
    return "excl" if _WITHOUT.search(tax) is not None or _WITHIN.search(tax) is None else "incl"


def find_money(text: str, leads: Sequence[tuple[int, int]] = ()) -> Found | None:
    """The amount of money a text names; where it names several, the one right after a lead (character spans), else None."""
    found = [Found(a.money, ((a.start, a.end),), 0.9) for a in amounts(text)]
    led = [f for f in found if any(0 <= f.spans[0][0] - end <= 25 for _, end in leads)]
    if len({f.value for f in led}) == 1:
        return led[0]
    return found[0] if len({f.value for f in found}) == 1 else None
