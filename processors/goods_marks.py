"""What stands in a text about goods: how many, of which unit, at which price, of which size. Each mark with its place.

Numbers that count nothing (phones, references, dates, sizes, terms of payment) are blanked first, so that none of them is ordered.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from core.reading import Money
from processors.facts_dates import date_spans
from processors.facts_money import CURRENCY, TAX, amounts, currency_of, tax_of
from processors.facts_numbers import BLANK, NUMBER, ORDER_REFERENCE, POSTCODE, REFERENCES, parse_number
from processors.numbers_spoken import Number, numbers, readable
from processors.tokens import mask
from processors.words_common import word_set

#: "none": an amount that is no price of what is ordered.
Role = Literal["unit", "total", "", "none"]

#: Numbers that are looked at in one text.
MOST_NUMBERS = 1_000
#: What may stand between a number and its unit: "10 000 petites roses", "10 alf dyal roses", "2 000 x roses".
_BETWEEN = 4
_STOP = re.compile(r"[,;:.!?()|\n\t/=\[\]•–—]|\s-\s")
_WORD = re.compile(r"[^\W\d_]+(?:\d[^\W\d_]+)*")
_ARABIC_PREFIX = ("وال", "بال", "لل", "ال", "و", "ب", "ل")
_SIZE = r"\d{1,3}(?:[.,]\d{1,2})?"
MEASURES = re.compile(
    rf"(?<![\w.,]){_SIZE}(?:\s?(?:cm|mm))?(?:\s?[x×*+]\s?{_SIZE}(?:\s?(?:cm|mm))?){{1,3}}(?!\s?\d|[^\W\d_])(?:\s?(?:cm|mm)\b)?"
    rf"|(?<![\w.,/])[1-9]\d{{0,2}}\s?/\s?[1-9]\d{{0,2}}(?![\w/.,])(?:\s?(?:cm|mm)\b)?"
    r"|(?<![\w.,])\d{2,3}\s?(?:g/m[²2]?|grs?|grammes?|gsm|g)(?![^\W_])(?:\s?/\s?m[²2])?"
    r"|(?<![\w.,])\d\s?(?:couleurs?|coul\.?|colou?rs?|faces?|plis|alwan)(?![^\W_])"
    r"|(?<![\w.,])\d{1,3}(?:[.,]\d)?\s?(?:cm|mm|microns?|µm?)(?![^\W_])",
)
_NO_QUANTITY = tuple(
    re.compile(p)
    for p in (
        r"(?<![\w.,])\d{1,3}(?:[.,]\d{1,2})?\s?%",
        r"(?<![\w.,])\d{1,3}\s?(?:jours?|jrs?|j|semaines?|mois|ans|annees?|days?|weeks?|months?|years?|heures?|h|hours?|nhar|simanat?|chhour)(?![^\W_])",
        r"\b(?:semaine|sem\.?|week|wk)\s?(?:n\s?°\s?)?\d{1,2}(?!\d)",
        r"\b(?:ice|rc|if|cnss|patente|siret|siren|capital|tp|cp|bp|lot|km|etage|quai|porte|apt|appt|bureau|gsm|fax|tel|whatsapp|rib|iban)\b"
        r"\.?\s{0,2}(?:n\s?°)?\s{0,2}[:.]?\s{0,2}\+?\d[\d .()/-]{0,30}\d?(?:\s?(?:dhs?|mad|€|eur))?",
        r"\b(?:devis|offre|dv|quote|quotation)\s{0,2}(?:n\s?°)?\s{0,2}[a-z]{0,4}[-/]?\d[\w/-]*",
        r"(?<![\w.,])\d{1,2}\s?(?:livraisons?|fois|deliveries|expeditions?|lots?|magasins?|boutiques?|personnes?|clients?|articles?|lignes?)(?![^\W_])",
    )
)
_LIST_MARK = re.compile(r"^[ \t]*(?:[-•*–—·]|\(?\d{1,2}\)|\d{1,2}\.(?=\s)|[a-h]\))[ \t]+", re.MULTILINE)
_SAID = re.compile(
    r"(?:\bquantites?(?:\s+\w{1,12})?|\bqte?s?|\bqty|\bquantity|\bnombres?|\bnbre?|\bvolumes?|\bmenge|الكمية|العدد|\bch7al|\bkmiya)"
    r"(?:\s?\([^)\n]{1,20}\))?\s{0,2}\.?\s{0,2}[:=|]?\s{0,2}$"
)
_IN_ALL = re.compile(r"\s{0,2}(?:\w{1,12}\s){0,2}(?:en\s+tout|au\s+total|in\s+total|f\s?l?majmou3|في\s+المجموع)")
_WHOLE = re.compile(r"\s{0,2}(?:\([^)\n]{0,20}\)\s?)?(?:le\s+tout|en\s+tout|au\s+total|in\s+total|all\s+in|lkoll)")
_TOTAL_CUE = re.compile(
    r"\btotal\w*|\bmontant|\bamount|\bsoit\b|\bsomme|\ben\s+tout|\bnet\s+a\s+payer|\bfacture[zr]?\b|\bmajmou3|المجموع|الاجمالي|=\s?$"
)
_UNIT_CUE = re.compile(
    r"\bp\.?\s?u\b|\bprix|\bunit\w*|\bprice|\btarif|\brate\b|\beach\b|\btaman|\btmen|\btamane|الثمن|ثمن|السعر|\b[aà]\s+$|\bat\s+$|@\s?$"
    r"|\bb\s?$|\bpour\s+$|ب\s?$"
)
_PER_THOUSAND = re.compile(
    r"\s?(?:/|\ble\b|\bles\b|\bpar\b|\bper\b|\bpour\b|\ba\b|\bthe\b|\bl\b|\bdu\b|\bd\b)?\s?"
    r"(?:mille\b|1\s?000\b|1\.000\b|millier\b|thousand\b|l?alf\b|lmille\b|k\b|للالف|الالف|لالف)"
)
#: The same before the amount: "le mille à 380 dh", "la palette : 900 dh".
_PER_BEFORE = re.compile(
    r"\b(?:le|la|les|l['’]|par|per|the|pour)\s?(?:(?P<thousand>mille|1\s?000|millier|thousand|alf)|(?P<unit>[^\W\d_]{2,14}))"
    r"\s?(?:\b(?:a|at|est|fait|coute)\b|[:=@])\s?$"
)
_CONNECTED = re.compile(r"\s?(?:/|\b(?:le|la|l['’]?|par|per|chaque|the|a|un|une|each|du|l|d)\b['’]?|ال|لل|ل)\s?")
_BARE_EACH = re.compile(
    r"\s?(?:each\b|chacune?\b|chaque\b|l?wa7da\b|l?\s?wahe?da?\b|للواحدة?|الواحدة?|ea\b|/\s?u\b|u\b(?=\s|$|[.,;]))"
)
_MONEY_AFTER_TAX = re.compile(rf"(?<![\w.,/])(?P<n>{NUMBER})\s?(?P<tax>{TAX})\s?(?P<cur>{CURRENCY})(?![^\W_])")
_PRICED = re.compile(
    rf"(?:(?P<unit>\bp\.?\s?u\.?|\bprix\s+unit\w*\.?|\bunit\s+price|\bprix(?:\s+(?:convenu|de\s+vente))?|\bprice|\btarif|\btaman|الثمن|السعر)"
    rf"|(?P<total>\b(?:montant|total|amount)(?:\s+(?:total|general|net))?))"
    rf"[^\S\n]{{0,2}}(?P<tax>{TAX})?[^\S\n]{{0,2}}(?:[:=]|\bde\b|\best\b|\bis\b|\ba\b)?[^\S\n]{{0,2}}(?P<n>{NUMBER})(?!\s?(?:{CURRENCY}|%|unit|piece|pcs))"
)
_PRICED_AT = re.compile(
    rf"(?:\b[aà]|\bat|@|\bb)\s{{1,2}}(?P<n>\d{{1,4}}[.,]\d{{1,4}})(?![\d.,]*\d|\s?(?:{CURRENCY}|%|cm|mm|kg|g\b|m\b|x))"
)
_NO_PRICE = re.compile(r"\b(?:budget\w*|capital|acompte|remise|frais|port|caution|avance|deposit|discount)\W+(?:\w+\W+){0,2}$")
_TAX_BEFORE = re.compile(rf"(?<![^\W_])(?P<tax>{TAX})\s{{0,2}}[:=]?\s{{0,2}}$")
_CURRENCY_SAID = re.compile(rf"\b(?:devise|currency|monnaie)\s{{0,2}}[:=]?\s{{0,2}}(?P<cur>{CURRENCY})(?![^\W_])")
#: "100 (cent) cartons".
_IN_BRACKETS = re.compile(r"\s?\(([^()\n]{1,60})\)")
#: What is still there is not what is ordered: "il ne reste que 2 cartons".
_LEFT = re.compile(r"\b(?:rest\w{0,4}|plus\s+que|left|en\s+stock|stock\s+de|b9a|ba9i|baqi)\W+(?:\w+\W+){0,3}$")
#: A code after a word that announces one, unless it counts something.
_CODE = re.compile(
    r"\b(?:po|bc|bdc|cde|ref|reference|order|commande|facture|invoice|dossier|client|compte)\s{0,2}(?:n\s?[°o]|no\.?|#|:)?\s{0,2}"
    r"(?:[a-z]{1,4}[-/]?)?\d[\w/-]{2,20}"
)
#: A year before how many: "commande 2026 de 8000 roses".
YEAR_OF = re.compile(r"(?<!\d)20[2-3]\d(?=\s{1,2}(?:de|of|:)\s{1,2}\d)")
#: Somebody takes back what he just said: "2 tonnes... pardon, 2 500 roses".
_CORRECTED = re.compile(r"\b(?:pardon|plutot|enfin|correction|sorry|rather|oups|oops|smahli|erreur)\b")
_AFTER_NUMBER = word_set(
    "a et pour de livraison svp stp merci cette ce had hadi this please maximum minimum en livrables livrable"
)
_OF_EACH = re.compile(r"(?:\bde|\bof|\bd['’]|\bx|\bديال|\bdyal|\bpar)\s?$")


@dataclass(frozen=True, slots=True)
class Count:
    """How many: ``unit`` as the directive spells it, ``sure`` 0..1."""

    value: Decimal
    unit: str
    start: int
    end: int
    sure: float
    thing: bool = False
    number_end: int = 0


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


class Units:
    """The units of a quantity: any of their words, in the plural too, with what Arabic writes before a word. The first is the piece."""

    def __init__(self, units: Iterable[str], words: Mapping[str, Iterable[str]]) -> None:
        self.names = tuple(units)
        self._unit: dict[str, str] = {}
        for unit in self.names:
            for word in (unit, *words.get(unit, ())):
                self._unit.setdefault(readable(word).strip(), unit)

    @property
    def piece(self) -> str:
        """The unit of a bare number."""
        return self.names[0] if self.names else ""

    def of(self, word: str) -> str | None:
        """The unit that a folded word is, None when it is none."""
        bare = word.rstrip(".")
        for form in (bare, bare.removesuffix("s"), bare.removesuffix("x"), bare.removesuffix("es")):
            if form in self._unit:
                return self._unit[form]
        if len(bare) > 4 and bare[0] == "l" and bare[1:].isascii():  # "lpalettat"
            return self.of(bare[1:])
        for prefix in _ARABIC_PREFIX:
            if bare.startswith(prefix) and len(bare) - len(prefix) >= 3:
                return self._unit.get(bare.removeprefix(prefix))
        return None


def spaced(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with these spans blanked."""
    kept: list[str] = []
    at = 0
    for start, end in sorted(spans):
        start = max(start, at)
        if end > start:
            kept += (text[at:start], BLANK * (end - start))
            at = end
    return "".join((*kept, text[at:]))


@dataclass(frozen=True, slots=True)
class Marks:
    """A text with what it says of goods. ``plain`` is folded; ``bare`` is it without the numbers that count nothing."""

    plain: str
    bare: str
    measures: tuple[tuple[int, int], ...]
    prices: tuple[Price, ...]
    numbers: tuple[Number, ...]


def read_marks(text: str, units: Units, day: date, *, english: bool) -> Marks:
    """Everything in one text."""
    plain = readable(mask(text))
    digits = any(map(str.isdecimal, plain))
    bare = _LIST_MARK.sub(lambda m: " " * len(m[0]), plain)
    bare = spaced(bare, date_spans(text, day)) if digits else bare
    if digits:
        for pattern in (*REFERENCES, POSTCODE):
            source = bare if pattern is not POSTCODE else spaced(text, _blanks(bare))
            asked = pattern in (ORDER_REFERENCE, POSTCODE)
            found = [m for m in pattern.finditer(source) if not (asked and unit_after(bare, m.end(), units) is not None)]
            bare = spaced(bare, [m.span() for m in found])
        codes = [m for m in _CODE.finditer(bare) if unit_after(bare, m.end(), units) is None and not _grouped(bare, m.end())]
        bare = spaced(bare, [m.span() for m in codes])
        bare = spaced(bare, [m.span() for m in YEAR_OF.finditer(bare)])
        for pattern in _NO_QUANTITY[3:5]:
            bare = pattern.sub(lambda m: BLANK * len(m[0]), bare)
    prices = _prices(bare, units, english=english)
    bare = spaced(bare, [span for p in prices for span in p.spans])
    measures = tuple(m.span() for m in MEASURES.finditer(bare))[:100] if digits else ()
    bare = spaced(bare, measures)
    for pattern in _NO_QUANTITY if digits else ():
        bare = pattern.sub(lambda m: BLANK * len(m[0]), bare)
    return Marks(plain, bare, measures, tuple(prices), tuple(numbers(bare)[:MOST_NUMBERS]))


def _grouped(bare: str, at: int) -> bool:
    """Whether a number goes on, or counts what comes: "commande : 10 000 …", "commande 5000 x …"."""
    return re.match(r"[ \u00a0\u202f.]\d{3}(?!\d)|\s?(?:x\s|mille|k\b|alf|[^\W\d_])", bare[at : at + 10]) is not None


def _blanks(bare: str) -> list[tuple[int, int]]:
    return [m.span() for m in re.finditer(f"{BLANK}+", bare)]


def unit_after(plain: str, at: int, units: Units) -> tuple[str, int] | None:
    """The unit that follows a number, and where it ends: "10 000 petites roses"."""
    stop = _STOP.search(plain, at)
    limit = min(stop.start() if stop else len(plain), at + 60)
    for number, word in enumerate(_WORD.finditer(plain, at, limit)):
        if number >= _BETWEEN or BLANK in plain[at : word.start()] or any(map(str.isdigit, plain[at : word.start()])):
            return None
        if (unit := units.of(word[0])) is not None:
            dotted = plain[word.end() : word.end() + 1] == "." and len(word[0]) < 4
            return unit, word.end() + dotted
    return None


# ------------------------------------------------------------------ prices


def _prices(plain: str, units: Units, *, english: bool) -> list[Price]:
    if not any(map(str.isdecimal, plain)):
        return []
    found: list[Price] = []
    said = _CURRENCY_SAID.search(plain)
    default = currency_of(said["cur"]) if said else ""
    reading = plain
    for match in list(_MONEY_AFTER_TAX.finditer(plain))[:100]:
        number = parse_number(match["n"])
        if number is not None:
            found.append(_priced(plain, Money(number, currency_of(match["cur"]), tax_of(match["tax"])), match.span(), units))
            reading = spaced(reading, [match.span()])
    found += [_priced(plain, a.money, (a.start, a.end), units) for a in amounts(reading, english=english, ranged=False)]
    reading = spaced(reading, [s for p in found for s in p.spans])
    for match in list(_PRICED.finditer(reading))[:100]:
        number = parse_number(match["n"])
        whole = match["n"].strip().isdecimal()
        if number is None or (match["unit"] and whole and not match["unit"].startswith(("p.u", "pu", "prix unit", "unit"))):
            continue
        role: Role = "unit" if match["unit"] else "total"
        money = Money(number, default, tax_of(match["tax"] or ""))
        one = _priced(plain, money, match.span("n"), units, role=role)
        found.append(replace(one, sure=one.sure if default else min(one.sure, 0.7), spans=_with(one.spans, said)))
    reading = spaced(reading, [s for p in found for s in p.spans])
    for match in list(_PRICED_AT.finditer(reading))[:100]:
        number = parse_number(match["n"])
        if number is not None:
            one = _priced(plain, Money(number, default), match.span("n"), units, role="unit")
            found.append(replace(one, sure=min(one.sure, 0.6), spans=_with(one.spans, said)))
    return sorted(found, key=lambda p: p.start)


def read_price(text: str, units: Units) -> Money | None:
    """The price that a text is and nothing else ("160 dh le mille", "1.250,50 €"), None when it is more or less than that."""
    found = _prices(readable(text), units, english=False)
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
        if not money.tax and (tax := re.match(rf"\s{{0,2}}(?:{TAX})(?![^\W_])", rest)):
            money, end = replace(money, tax=tax_of(tax[0].strip())), end + tax.end()
        elif not per_unit and (per := _PER_THOUSAND.match(rest)) and (per[0].strip() not in ("k",)):
            money, end, per_unit = replace(money, per=1000, unit=units.piece), end + per.end(), True
        elif not per_unit and (each := _BARE_EACH.match(rest)):
            money, end, per_unit = replace(money, unit=units.piece), end + each.end(), True
        elif not per_unit and (of := _unit_of_price(rest, units)) is not None:
            money, end, per_unit = replace(money, unit=of[0]), end + of[1], True
        else:
            break
    if not per_unit and (said := _per_before(plain, start, units)) is not None:
        money, start, per_unit = replace(money, per=said[0], unit=said[1]), said[2], True
    if role == "":
        before = plain[max(0, start - 30) : start]
        before = before[before.rfind("\n") + 1 :]
        if not money.tax and (tax := _TAX_BEFORE.search(before)):
            money = replace(money, tax=tax_of(tax["tax"]))
        total = max((m.start() for m in _TOTAL_CUE.finditer(before)), default=-1)
        unit = max((m.start() for m in _UNIT_CUE.finditer(before)), default=-1)
        if per_unit:
            role = "unit"
        elif _WHOLE.match(plain[end : end + 40]) or total > unit:
            role = "total"
        elif unit >= 0:
            role = "unit"
    if _NO_PRICE.search(plain[max(0, start - 30) : start]):
        return Price(money, "none", ((start, end),), 0.0)
    sure = 0.9 if role else 0.6
    return Price(money, role, ((start, end),), sure)


def _per_before(plain: str, start: int, units: Units) -> tuple[int, str, int] | None:
    """(of how many, the unit, where it is said) of a price that is told what it is for before its amount."""
    begin = max(0, start - 30)
    match = _PER_BEFORE.search(plain[begin:start])
    if match is None:
        return None
    if match["thousand"]:
        return 1000, units.piece, begin + match.start()
    unit = units.of(match["unit"])
    return (1, unit, begin + match.start()) if unit is not None else None


def _unit_of_price(rest: str, units: Units) -> tuple[str, int] | None:
    """ "/pièce", "la palette", "per box", "pièce"."""
    joined = _CONNECTED.match(rest)
    at = joined.end() if joined else 0
    word = _WORD.match(rest, at) or (_WORD.match(rest, at + 1) if not joined and rest[:1] == " " else None)
    if word is None:
        return None
    unit = units.of(word[0])
    # "0,45 dh roses rouges": only a price of its own is "la pièce" without a word between
    if unit is None or (
        joined is None and (unit != units.piece or word[0] not in ("piece", "pieces", "unite", "pce", "pcs", "u"))
    ):
        return None
    return unit, word.end()


# ------------------------------------------------------------------ counts


def counts(marks: Marks, start: int, end: int, things: Iterable[tuple[int, int]], units: Units) -> list[Count]:
    """How many of what, said between two places; ``things`` are the spans of words that name what is ordered."""
    bare = marks.bare
    named = [s for s in things if start <= s[0] < end]
    found: list[Count] = []
    first = bisect_left(marks.numbers, start, key=lambda n: n.start)
    for number in marks.numbers[first:]:
        if number.start >= end:
            break
        before, after = bare[max(start, number.start - 30) : number.start], bare[number.end : end]
        if (
            found
            and found[-1].value == number.value
            and bare[found[-1].number_end : number.start].strip() in ("(", "= (", "soit")
        ):
            continue  # "100 (cent) cartons"
        spelled = _IN_BRACKETS.match(bare, number.end)
        told = spelled.end() if spelled is not None and _same_number(spelled[1], number.value) else number.end
        if _LEFT.search(before):
            continue
        unit = unit_after(bare[:end] if end - told < 100 else bare, told, units)
        if found and _OF_EACH.search(before) and _follows(bare, found[-1], number.start):
            continue  # "90 paquets de 100 roses"
        sure, span_end, name, thing = 0.0, number.end, units.piece, False
        nearby = _thing_after(bare, number.end, named)
        if unit is not None and not (nearby >= 0 and nearby < unit[1] and unit[0] != units.piece):
            name, span_end, sure = unit[0], unit[1], 0.9
            thing = True
        elif nearby >= 0:
            sure, thing = 0.85, True
        if _SAID.search(before):
            sure = 0.95
        elif re.match(r"\s?x\s", after) or re.search(r"(?:^|\s)x\s?$", before):
            sure = max(sure, 0.85)
        if number.article and not (unit is not None and unit[0] != units.piece):
            continue
        if not sure and number.value >= 50 and not number.about and _alone(before, after):
            sure = 0.6
        if (sure or number.value >= 50) and _IN_ALL.match(bare[number.end : number.end + 40]):
            sure = 1.0
        if (sure and number.value == number.value.to_integral_value()) or (sure and name not in ("", units.piece)):
            sure = sure - 0.3 if number.about and number.value != 12 else sure
            if found and _CORRECTED.search(bare, found[-1].end, number.start):
                found.pop()
            found.append(Count(number.value, name, number.start, span_end, sure, thing, number.end))
    return found


def _same_number(words: str, value: Decimal) -> bool:
    said = numbers(words)
    return len(said) == 1 and said[0].value == value


def _follows(bare: str, before: Count, at: int) -> bool:
    return before.end <= at and len(bare[before.end : at].split()) <= 1


def _thing_after(bare: str, at: int, named: Iterable[tuple[int, int]]) -> int:
    """Where a thing's words begin that a number counts, -1 for none."""
    for start, _ in named:
        between = bare[at:start] if start >= at else None
        if between is not None and len(between) <= 40 and not _STOP.search(between) and len(between.split()) <= _BETWEEN:
            return start
    return -1


def _alone(before: str, after: str) -> bool:
    """Whether nothing that is counted stands after a bare number."""
    following = _WORD.match(after.lstrip(" "))
    if after[:1] and (after[0].isalpha() or after[0] in "°ºª%"):
        return False
    if re.search(r"[\w°/#_-]$", before) and not before.endswith((" -", "\n-")):
        return False
    return following is None or (after[:1] in ",;:.)|\n\t" or following[0] in _AFTER_NUMBER)
