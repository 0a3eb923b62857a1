"""The head of a table of goods: what each column holds, by its words, and which cell of a row stands in which column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from processors.facts_money import CURRENCY, TAX, currency_of, tax_of
from processors.numbers_spoken import readable

#: "measure": what quantities count; "per": of how many a price is; "size": one side of it; "detail": how it is;
#: "sum": what all rows come to, in a row of its own.
Role = Literal["", "quantity", "unit", "total", "measure", "per", "size", "detail", "sum"]

#: (start, end, words) of a cell.
Words = tuple[int, int, str]

_TOTAL = re.compile(
    r"\btotal|\btotaux|\bmontant|\bmt\b|\bmnt\b|\bamount|\bsubtotal|\bsous[- ]total|\bvaleur|\bvalue\b"
    r"|\bext(?:ended)?\.?\s(?:price|cost)|المجموع|المبلغ"
)
_UNIT = re.compile(
    r"\bp\.?\s?u\b|\bp\.?\s?unit|\bprix\b|\bpx\b|unit\s*(?:price|cost)|\bprice\b|\brate\b|\btarif|\bcout\b|\btaman|الثمن|السعر"
)
_COUNTED = re.compile(r"\bqt|\bquantit|\bqty|\bq(?:uan)?\.?\s?c(?:de|om)|الكمية|العدد")
_COUNTED_HARDLY = re.compile(
    r"\bordered\b|\bcommandee?s?\b|\bnombre|\bnb|\bnbre|\bcolis\b|\bpieces\b|\bpcs\b|\bunites\b|\bcartons\b|\bpalettes\b"
)
#: What else a number of things may be: of one box, in stock, brought already, still to come.
_NOT_ORDERED = re.compile(
    r"\bcolisage|\bpcb\b|\bcond(?:itionnement)?\b|(?:/|\bpar\b|\bper\b|\bby\b)\s?(?:carton|colis|boite|ctn|box|case|palette|paquet|pack|lot)"
    r"|\bstock|\blivree?s?\b|\bdelivered|\breliquat|\breste|\bmin(?:i|imum)?\b|\bmoq\b"
)
_NO_PRICE = re.compile(
    r"\s*(?:(?:montant|total|taux|tx|mt|%)\s*)?(?:(?:de\s(?:la\s)?)?(?:tva|taxes?|vat|tax))\s*(?:amount|rate|%|\(%\))?\s*|.*\b(?:remise|discount|rabais|rem)\b.*"
)
#: A head that is nothing but the word "unit": what the numbers of the column of quantities count.
_MEASURE = re.compile(
    r"\s*(?:unites?|u|un|u\.|un\.|um|u\.m\.?|uom|uc|unit|units|unit of measure|unite de mesure|conditionnement|cond\.?|الوحدة)\s*"
)
_PER = re.compile(r"\s*(?:per|par|/|base|price unit|unite de prix|up|per qty)\s*")
_SIDE = re.compile(
    r"\s*(?:l|w|h|p|d|g|larg\w*|long\w*|haut\w*|prof\w*|soufflets?|fond|width|height|length|depth|gussets?|العرض|الطول|الارتفاع)"
    r"\.?\s*(?:[(\[]?\s*(?:en\s|in\s)?(?P<unit>cm|mm|in|inch(?:es)?|po)\s*[)\]]?)?\s*"
)
_DETAIL = re.compile(
    r"\s*(?:couleurs?|coloris|colou?rs?|teintes?|impressions?|print(?:ing)?|marquage|grammages?(?:\s?\(?(?P<unit>g|gr|gsm|g/m2|g/m²)\)?)?|"
    r"papiers?|paper|matieres?|formats?(?:\s?\(?cm\)?)?|dim(?:ensions?|s)?\.?(?:\s?\(?(?:cm|mm)\)?)?|tailles?|sizes?|finitions?|finish|اللون|القياس)\s*"
)
_PER_THOUSAND = re.compile(
    r"[/(]\s?(?:1[ .]?000|mille|k)\b|\b(?:le|par|per|les|au)\s+(?:1[ .]?000|mille|millier|thousand)\b|\bmille\b"
)
_BRACKETS = re.compile(r"[(\[]([^)\]]{1,20})[)\]]")
_CURRENCY = re.compile(rf"(?<![^\W_]){CURRENCY}(?![^\W_])")
_TAX = re.compile(rf"(?<![^\W_])(?:{TAX})(?![^\W_])")
_WORDS = re.compile(r"[^\W\d_]{2,}")
_IN = rf"(?:\s?[(\[]?\s?(?:(?:en|in)\s)?(?:{TAX}|{CURRENCY}|%)\s?[)\]]?){{0,3}}"
#: One head of a row of heads that only one blank divides, as programs of accounting print them.
_ONE_HEAD = (
    rf"(?:pos(?:te)?|lig(?:ne)?s?|line|item|n°|no|#|code(?:\s(?:article|art|produit))?|refs?|references?|article|art|sku|ean|material|matiere"
    rf"|designations?|descriptions?|libelles?|produits?|products?|intitule"
    rf"|(?:qtes?|qty|quantites?|quantity)(?:\s(?:commandees?|cdees?|cmd|ordered))?|u|un|um|udm|uom|unites?|unit(?!\sprice)"
    rf"|(?:p\.?\s?u\.?|prix(?:\sunit(?:aires?|\.)?)?|px|unit\sprice|price|tarif)(?:\s(?:brut|net))?{_IN}"
    rf"|(?:montant|total|totaux|amount|mt|valeur|value)(?:\s(?:ligne|line|net))?{_IN}|(?:taux\s|tx\s)?(?:tva|vat){_IN}|rem(?:ise)?{_IN})\.?"
)
_HEADS_APART = re.compile(rf"\s*(?:{_ONE_HEAD}\s+){{2,12}}{_ONE_HEAD}\s*")
_EACH_HEAD = re.compile(rf"(?<!\S){_ONE_HEAD}(?=\s|$)")
#: Columns of numbers.
_NUMBERS = frozenset(("quantity", "unit", "total", "per", "size"))
#: Heads of one table at most.
_MOST = 24


@dataclass(frozen=True, slots=True)
class Head:
    """What a column holds by its head; ``liked`` says how well where several may hold the same; ``thousand``: prices of a thousand.

    ``start`` and ``end`` are where it stands in its line.
    """

    role: Role
    unit: str = ""
    tax: Literal["incl", "excl", ""] = ""
    currency: str = ""
    thousand: bool = False
    liked: int = 0
    start: int = 0
    end: int = 0


def heads_of(cells: Sequence[Words]) -> list[Head]:
    """The heads of a table, [] for a line that is none: it tells no quantity and one more thing, or it holds values already."""
    if not 2 <= len(cells) <= _MOST:
        return []
    plain = [readable(words).replace("_", " ") for _, _, words in cells]
    found = [_head(cell) for cell in plain]
    known = [one.role for one in found]
    if "quantity" not in known or len([r for r in known if r]) + ("" in known) < 2:
        return []
    if any(one.role in ("quantity", "unit", "total") and _holds_value(cell) for one, cell in zip(found, plain, strict=True)):
        return []
    if known.count("quantity") > 1 or not all(
        _MEASURE.fullmatch(c) for c, r in zip(plain, known, strict=True) if r == "quantity"
    ):
        found = [
            Head("measure") if _MEASURE.fullmatch(cell) is not None and any(
                other.role == "quantity" and other is not one for other in found
            ) else one
            for one, cell in zip(found, plain, strict=True)
        ]  # fmt: skip
    if known.count("size") < 2:
        found = [replace(one, role="") if one.role == "size" else one for one in found]
    currency = next((one.currency for one in found if one.currency), "")  # amounts of one table are in one currency
    return [
        replace(
            one, currency=one.currency or currency if one.role in ("unit", "total") else "",
            start=start + len(words) - len(words.lstrip()), end=start + len(words.rstrip()),
        )
        for one, (start, _, words) in zip(found, cells, strict=True)
    ]  # fmt: skip


def crowded_heads(line: str) -> list[Words]:
    """The heads of a line between which only one blank stands, [] where it holds anything else: "Code Désignation Qté PU HT Total HT"."""
    plain = readable(line)
    if len(line) > 200 or _HEADS_APART.fullmatch(plain) is None:
        return []
    return [(*m.span(), line[m.start() : m.end()]) for m in _EACH_HEAD.finditer(plain)]


def _holds_value(cell: str) -> bool:
    """Whether a cell tells a value rather than what its column holds: "qté : 5000"."""
    bare = _PER_THOUSAND.sub("", _BRACKETS.sub("", cell))
    return any(map(str.isdigit, bare))


def _head(cell: str) -> Head:
    unit = _BRACKETS.search(cell)
    inside = unit[1].strip() if unit else ""
    if _NO_PRICE.fullmatch(cell):
        return Head("")
    if _NOT_ORDERED.search(cell) and not _UNIT.search(cell) and not _TOTAL.search(cell):
        return Head("")
    counted = inside or " ".join(_WORDS.findall(cell)[-1:])  # "Nb cartons", "Quantité en palettes"
    if _COUNTED.search(cell) and not _UNIT.search(cell):
        return Head("quantity", counted, liked=2 + bool(_TOTAL.search(cell)))
    tax, money = _TAX.search(cell), _CURRENCY.search(cell)
    told = Head(
        "", inside, tax_of(tax[0]) if tax else "", currency_of(money[0]) if money else "",
        _PER_THOUSAND.search(cell) is not None, 2 if re.search(r"\bnet\b", cell) else 1,
    )  # fmt: skip
    if _COUNTED_HARDLY.search(cell) and not _UNIT.search(cell) and not money:
        return Head("quantity", counted, liked=1 + bool(_TOTAL.search(cell)))
    if _TOTAL.search(cell):
        return replace(told, role="total")
    if _UNIT.search(cell):
        return replace(told, role="unit")
    if (side := _SIDE.fullmatch(cell)) is not None:
        return Head("size", side["unit"] or "")
    if _PER.fullmatch(cell):
        return Head("per")
    if (detail := _DETAIL.fullmatch(cell)) is not None:
        return Head("detail", detail["unit"] or "")
    return Head("measure" if _MEASURE.fullmatch(cell) else "")


def in_columns(head: Sequence[Head], cells: Sequence[Words], *, placed: bool) -> list[Head]:
    """The column of each cell of a row that has fewer or more cells than there are heads, in their order.

    ``placed``: cells stand below their heads, so where they stand counts, else only what they hold.
    """
    worst = float("-inf")
    best = [[worst] * len(head) for _ in cells]
    back = [[0] * len(head) for _ in cells]
    for n, cell in enumerate(cells):
        for column, one in enumerate(head):
            fits = _fits(one, cell, placed=placed)
            if n == 0:
                best[n][column] = fits
                continue
            for before in range(column + 1):
                shared = 1.5 if before == column else 0.0  # two cells below one head are rare
                value = best[n - 1][before] + fits - shared
                if value > best[n][column]:
                    best[n][column], back[n][column] = value, before
    at = max(range(len(head)), key=lambda c: best[-1][c])
    found = [head[at]]
    for n in range(len(cells) - 1, 0, -1):
        at = back[n][at]
        found.append(head[at])
    return found[::-1]


def _fits(head: Head, cell: Words, *, placed: bool) -> float:
    start, _, words = cell
    bare = words.strip()
    numeric = any(map(str.isdigit, bare)) and len(_WORDS.findall(bare)) <= 1
    if head.role in _NUMBERS:
        value = 2.0 if numeric else -2.0
    elif head.role == "measure":
        value = 1.5 if not numeric and len(bare) <= 12 else -1.0
    else:
        value = 0.3 if numeric else 1.0
    if placed:
        a, b = start + len(words) - len(words.lstrip()), start + len(words.rstrip())
        apart = max(head.start - b, a - head.end)
        value += 2.0 if apart < 0 else -min(3.0, apart / 8)
    return value
