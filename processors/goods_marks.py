"""What stands in a text about goods: numbers, prices and sizes, each with its place.

Numbers that count nothing (phones, references, dates, sizes, terms of payment) are blanked first, so that none of them is ordered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from processors.facts_dates import date_spans
from processors.facts_money import CURRENCY
from processors.facts_numbers import BLANK, CODE_REFERENCE, ORDER_REFERENCE, POSTCODE, REFERENCES
from processors.gated import Gated
from processors.goods_either import goes_on
from processors.goods_fractions import Part, parts_of_units
from processors.goods_other_numbers import OTHER_NUMBERS, REGISTERS, labelled
from processors.goods_prices import Price, prices
from processors.goods_units import WORD, Units, spaced, unit_after
from processors.numbers_spoken import Number, numbers, readable
from processors.tokens import mask

#: Numbers that are looked at in one text.
MOST_NUMBERS = 1_000
_SIZE = r"\d{1,3}(?:[.,]\d{1,2})?"
_LENGTH = r"(?:cm|mm|inch(?:es)?)\b|(?:(?<=\d)in|in(?=\s*(?:[,.;:)\n]|$|\d|-)))\b|[\"”″]"
_GLUED = r"(?:cm|mm|in|inch(?:es)?)\b"
_BY = r"(?:\s?(?:cm|mm))?(?:[^\S\n]?[x×*][^\S\n]?|\+)"
MEASURES = Gated(
    r"(?<![\w.,])[234]\s?[x×]\s?\d{2,3}\s?(?:g/m[²2]?|grs?|grammes?|gsm|g)(?![^\W_])|"
    rf"(?<![\w.,]){_SIZE}(?:{_BY}{_SIZE}){{2}}(?!\d|[.,]\d|(?!{_GLUED})[^\W\d_])(?:\s?(?:{_LENGTH}))?"
    rf"|(?<![\w.,]){_SIZE}{_BY}{_SIZE}(?![^\S\n\t]?\d{{3}}(?!\d)|\d|[.,]\d|(?!{_GLUED})[^\W\d_])(?:\s?(?:{_LENGTH}))?"
    rf"|(?<![\w.,/])(?<!page )(?<!page)[1-9]\d{{0,2}}\s?/\s?[1-9]\d{{0,2}}(?![\w/.,])(?:\s?(?:cm|mm)\b)?"
    rf"|(?<![^\W_])[lhpg]\.?\s?{_SIZE}(?:{_BY}[lhpg]\.?\s?{_SIZE}){{1,2}}(?![\w.,]\d|[^\W_])(?:\s?(?:cm|mm)\b)?"
    r"|(?<![\w.,])\d{2,3}\s?(?:g/m[²2]?|grs?|grammes?|gsm|g)(?![^\W_])(?:\s?/\s?m[²2])?"
    r"|(?<![\w.,])\d\s?(?:couleurs?|coul\.?|colou?rs?|faces?|plis|alwan)(?![^\W_])"
    r"|(?<![\w.,])\d{1,3}(?:[.,]\d)?\s?(?:cm|mm|microns?|µm?)(?![^\W_])",
)
_LIST_MARK = re.compile(r"^[ \t]*(?:[-•*–—·]|\(?\d{1,2}\)|\d{1,2}\.(?=\s)|[a-h]\))[ \t]+", re.MULTILINE)
_JOINED = re.compile(r"\s?(?:cm\s?)?\s(?:par|sur|by|fois|f|3la|على|في)\s")
_CENTIMETRES = re.compile(r"\s?(?:cm|centim\w*|mm)\b")
#: No side of what is asked for is longer.
_LONGEST_SIDE = 150
#: "500/600 roses": one or the other, from so many on.
_EITHER = re.compile(r"\d{3}\s?/\s?\d{3}")
_MANY = 200
#: "3x500 roses": so many times at most.
_MOST_TIMES = 24
#: What was once bought, brought or paid is not what is asked for now: "nous en avions reçu 2 500 en septembre".
_ONCE = Gated(
    r"\b(?:avais|avait|avions|aviez|avaient|had)\s(?:[^\W\d_]+\s){0,2}(?:pris|recu|command|achet|factur|livr|pay|eu|bought|received|ordered|paid)"
    r"|\betai(?:t|ent)\s(?:[^\W\d_]+\s){0,2}(?:arriv|livr|factur|mouill|abim|dechir|cass)"
    r"|\b(?:nous|on|j['’]|vous|you)\s?(?:ai|avons|a|avez|have)\s(?:[^\W\d_]+\s){0,2}(?:recue?s?|livree?s?|facturee?s?|received|billed)\s(?:[^\W\d_]+\s){0,1}\d"
)
#: What was said before and is taken back: "I told Anas 3,000 on the phone, forget that", "j'avais dit 3000".
_SAID = r"(?:told|said|mentioned|dit|ecrit|mis|annonce|parle\sde|demande|note)"
_TAKEN_BACK = Gated(
    rf"\b(?:j['’]ai|on\sa|nous\savons|i|we)\s(?:[^\W\d_]+\s)?{_SAID}\b[^.;!?\n()\d]{{0,30}}(?P<n>\d[\d.,  ]*)[^.;!?\n()\d]{{0,40}}"
    r"\b(?:forget|scrap|ignore|oublie\w*|ne\s(?:pas\s)?ten\w+\s(?:pas\s)?compte|laisse\w*\stomber)"
    rf"|(?<!comme\s)\b(?:j['’]avais|i\shad)\s(?:[^\W\d_]+\s)?{_SAID}\s(?:[^\W\d_]+\s){{0,3}}(?P<n2>\d[\d.,  ]*)(?![\d.,\s]*{CURRENCY})"
    r"[^.;!?\n()\d]{0,40}\b(?:finalement|en\sfait|plutot|mais|ce\ssera|make\sit|but|actually|now|maintenant)\b"
)
_RELATIVE = re.compile(r"\b(?:que|qu['’]|ceux|celles|celui|celle|dont|which|that)\b")
_CLAUSE = re.compile(r"[.;!?](?=\s|$)|\n\s*\n")
_NOW = re.compile(
    r"\b(?:cette\sfois|maintenant|aujourd|mais\s(?:la|cette|nous|on|je|il)|now|this\stime|daba|had\slme?rra|il\s(?:me|nous|m['’]en|nous\sen)\sfau\w*|je\s(?:voudrais|prends|commande))\b"
)
_MANY_TIMES = re.compile(r"(?P<n>\d{1,2})\s?[x×*]\s?(?P<of>\d{3})")
_LAST_BY = re.compile(r"(?<=\d)(?<!^\d)(?<!^\d\d)(?<!^\d\d\d)\s?[x×*]\s?(?=\d+$)")
#: "roses x5000".
_TIMES = re.compile(r"(?<![^\W_])[x×](?=\d{2})|(?<=\d)[x×*](?=\d{3})")
#: Darija may count a thing behind its name: "carton wahed", "carton 2 dyal …".
_ONE_BEHIND = Gated(
    r"(?<![^\W_])(?P<unit>[^\W\d_]{2,14})\s(?:wah[ei]?da?|wa7[ei]?da?|w7da|واحدة?|وحدة|(?P<n>\d{1,3})(?=\sdyal\s[^\W\d_]))(?![^\W_])"
)
_COUNTED_BEFORE = re.compile(r"(?:\d|(?<![^\W_])(?:jouj|juj|tlata|rb3a|khamsa|khmsa))\s?(?:dyal\s|d\s|de\s)?$")
#: Between two numbers of goods; what is a size or a day is blanked before.
_OR = re.compile(r"(?<=\d{3})/(?=\d{3})")
_AS_MANY = re.compile(
    r"(?<![^\W_])(?:et|and|w|plus|\+)\s(?P<n>autant|as\smany|the\ssame\s(?:number|quantity)|9edhom|qedhom)"
    r"(?=\s(?:de|d['’]|of|dyal|[^\W\d_]))"
)
_THOUSANDS = re.compile(r"[ \u00a0\u202f.]\d{3}(?!\d)")
#: A code after a word that announces one, unless it counts something.
_CODE = Gated(
    r"\b(?:po|bc|bdc|cde|ref|reference|order|commande|facture|invoice|dossier|client|compte)\s{0,2}(?:n\s?[°o]|no\.?|#|:)?\s{0,2}"
    r"(?:[a-z]{1,4}[-/]?)?\d[\w/-]{2,20}"
)
_BARE_CODE = re.compile(r"(?:order|commande|cde)\s\d+")
#: "TVA 20 %" is a rate.
_RATE = re.compile(r"(?:[.,]\d{1,2})?\s?%")
#: What makes of it an amount: "total commande : 730,00 EUR".
_AMOUNT = re.compile(rf"(?:[.,]\d{{1,2}})?\s?{CURRENCY}(?![^\W_])")
#: A code of letters and digits, as of an article: "EMB-1120", "TW_3212-B".
_ARTICLE = Gated(r"(?<![\w-])(?P<letters>[a-z]{1,5})[-_](?=\w*\d)\w{2,12}(?:[-_/]\w{1,8}){0,3}(?![\w])")
#: A year by the word before it: "depuis 2024".
_YEAR = Gated(
    r"\b(?:depuis|since|annee|en|in|fin|debut|printemps|ete|automne|hiver|saison|janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|"
    r"decembre)\s(?P<year>19[5-9]\d|20[0-2]\d)(?!\d)"
)
#: A year before how many: "commande 2026 de 8000 roses".
YEAR_OF = re.compile(r"(?<!\d)20[2-3]\d(?=\s{1,2}(?:de|of|:)\s{1,2}\d)")


@dataclass(frozen=True, slots=True)
class Marks:
    """A text with what it says of goods. ``plain`` is folded; ``bare`` is it without the numbers that count nothing."""

    plain: str
    bare: str
    measures: tuple[tuple[int, int], ...]
    prices: tuple[Price, ...]
    numbers: tuple[Number, ...]
    #: Parts of a unit that come on top of the number before them: "1 palette 1/2".
    more: tuple[Part, ...] = ()


def read_marks(text: str, units: Units, day: date, *, english: bool) -> Marks:
    """Everything in one text."""
    plain = readable(mask(text))
    digits = any(map(str.isdecimal, plain))
    parts = parts_of_units(text, units)
    spans = [(p.start, p.end) for p in parts]
    bare = spaced(_LIST_MARK.sub(lambda m: " " * len(m[0]), plain), [(p.start, p.end) for p in parts if not p.either])
    for part in (p for p in parts if p.either):  # neither a day nor a size
        bare = bare[: part.start] + bare[part.start : part.end].replace("/", "|") + bare[part.end :]
    bare = spaced(bare, date_spans(spaced(text, spans), day)) if digits else bare
    bare = _one_behind(bare, units)
    if digits:
        for pattern in (*REFERENCES, POSTCODE):
            source = bare if pattern is not POSTCODE else spaced(text, _blanks(bare))
            asked = pattern in (ORDER_REFERENCE, POSTCODE)
            found = [
                m for m in pattern.finditer(source)
                # a number at the beginning of a line is none of the tax that ends the line above: "0.12 ex VAT\n6,000 …"
                if not ((asked and unit_after(bare, m.end(), units) is not None)
                        or (pattern is CODE_REFERENCE and ("\n" in m[0] or _RATE.match(bare, m.end()))))
            ]  # fmt: skip
            bare = spaced(bare, [m.span() for m in found])
        codes = [
            m
            for m in _CODE.finditer(bare)
            if unit_after(bare, m.end(), units) is None
            and not _grouped(bare, m.end())
            and not _AMOUNT.match(bare, m.end())
            and not (_BARE_CODE.fullmatch(m[0]) and goes_on(bare, m.end()))
        ]
        bare = spaced(bare, [m.span() for m in codes])
        bare = spaced(bare, [m.span() for m in _ARTICLE.finditer(bare) if units.of(m["letters"]) is None])
        bare = spaced(bare, [m.span("year") for m in _YEAR.finditer(bare) if unit_after(bare, m.end(), units) is None])
        bare = spaced(bare, [m.span() for m in YEAR_OF.finditer(bare)])
        for pattern in REGISTERS:
            bare = pattern.sub(lambda m: BLANK * len(m[0]), bare)
        bare = spaced(bare, _once(bare))
        bare = spaced(bare, [m.span("n" if m["n"] else "n2") for m in _TAKEN_BACK.finditer(bare)])
    priced = prices(bare, units, english=english)
    bare = spaced(bare, [span for p in priced for span in p.spans])
    measures = tuple(_measures(bare, units))[:100] if digits else ()
    bare = spaced(bare, measures)
    if digits:
        for pattern in OTHER_NUMBERS:
            bare = pattern.sub(lambda m: BLANK * len(m[0]), bare)
        bare = spaced(bare, labelled(bare, units))
    said = _as_many(bare, numbers(_OR.sub("|", _TIMES.sub(BLANK, bare)))[:MOST_NUMBERS])
    said = sorted((*said, *(p.number for p in parts if not (p.more or p.either))), key=lambda n: n.start)
    if sides := list(_sides(bare, said, units)):
        bare = spaced(bare, sides)
        measures = tuple(sorted((*measures, *sides)))
        said = [n for n in said if not any(a <= n.start < b for a, b in sides)]
    return Marks(plain, bare, measures, tuple(priced), tuple(said), tuple(p for p in parts if p.more))


def _one_behind(bare: str, units: Units) -> str:
    """The text with what is said behind its unit before it, in the same place: "carton wahed" is "1     carton"."""
    for match in list(_ONE_BEHIND.finditer(bare))[:20]:
        start, end = match.span()
        if units.of(match["unit"]) is not None and _COUNTED_BEFORE.search(bare, max(0, start - 20), start) is None:
            said = match["n"] or "1"
            bare = bare[:start] + said + match["unit"].rjust(end - start - len(said)) + bare[end:]
    return bare


def _as_many(bare: str, said: list[Number]) -> list[Number]:
    """The numbers, with those that are said to be the number before: "et autant de roses"."""
    for match in list(_AS_MANY.finditer(bare))[:10]:
        before = [n for n in said if n.end <= match.start() and not n.article]
        if before:
            said.append(Number(before[-1].value, *match.span("n")))
    return sorted(said, key=lambda n: n.start)


def _once(bare: str) -> Iterator[tuple[int, int]]:
    """The clauses that tell of what was once: from their beginning, or from a relative, to their end or to what is now."""
    for match in list(_ONCE.finditer(bare))[:20]:
        before = [m.end() for m in _CLAUSE.finditer(bare, 0, match.start())]
        start = before[-1] if before else 0
        stop = _CLAUSE.search(bare, match.end())
        end = stop.start() if stop is not None else len(bare)
        if relative := list(_RELATIVE.finditer(bare, start, match.start())):
            start = relative[-1].start()
        else:  # what stands in the lines above is said for itself
            start = max(start, bare.rfind("\n", 0, match.start()) + 1)
            if now_before := list(_NOW.finditer(bare, start, match.start())):
                start = now_before[-1].start()
        line = bare.find("\n", match.end(), end)
        if line >= 0 and (bare.startswith("etai", match.start()) or any(map(str.isdecimal, bare[match.start() : line]))):
            end = line  # it has its number; the line below begins anew
        now = _NOW.search(bare, match.end(), end)
        yield start, now.start() if now is not None else end


def _sides(bare: str, said: Sequence[Number], units: Units) -> Iterator[tuple[int, int]]:
    """Where sizes stand whose sides words join: "trente sur vingt", "24 par 10 par 32", "twenty by ten"."""
    at = 0
    while at < len(said) - 1:
        last = at
        while last < len(said) - 1 and last - at < 2 and _JOINED.fullmatch(bare, said[last].end, said[last + 1].start):
            last += 1
        chain = said[at : last + 1]
        at = last + 1
        small = all(1 < n.value <= _LONGEST_SIDE and not n.article and not n.about for n in chain)
        if len(chain) > 1 and small and unit_after(bare, chain[-1].end, units) is None:
            measure = _CENTIMETRES.match(bare, chain[-1].end)
            yield chain[0].start, measure.end() if measure is not None else chain[-1].end


def _measures(bare: str, units: Units) -> Iterator[tuple[int, int]]:
    """Where sizes stand; what follows the last "x" is none where it counts: "12 x 20 x 21 boxes", "12 x 20 x 43 000"."""
    for match in MEASURES.finditer(bare):
        start, end = match.span()
        if _EITHER.fullmatch(match[0]):
            less, more = map(int, match[0].split("/"))
            if _MANY <= less < more <= 2 * less and not (less % 50 or more % 50):
                continue  # "500/600 roses"
        times = _MANY_TIMES.fullmatch(match[0])
        if (
            times is not None
            and int(times["n"]) <= _MOST_TIMES
            and int(times["of"]) >= _LONGEST_SIDE
            and _counted(bare, end, units)
        ):
            continue  # "3x500 roses"
        last = _LAST_BY.search(match[0])
        word = WORD.match(bare, end + 1)
        if last is not None and (
            (word is not None and units.of(word[0]) is not None and " " in last[0])
            or (" " in last[0] and _THOUSANDS.match(bare, end))
        ):
            end = start + last.start()
        yield start, end


def _counted(bare: str, at: int, units: Units) -> bool:
    word = WORD.match(bare, at + 1)
    return word is not None and units.of(word[0]) is not None


def _grouped(bare: str, at: int) -> bool:
    """Whether a number goes on, or counts what comes: "commande : 10 000 …", "commande 5000 x …"."""
    return re.match(r"[ \u00a0\u202f.]\d{3}(?!\d)|\s?(?:x\s|mille|k\b|alf|[^\W\d_])", bare[at : at + 10]) is not None


def _blanks(bare: str) -> list[tuple[int, int]]:
    return [m.span() for m in re.finditer(f"{BLANK}+", bare)]
