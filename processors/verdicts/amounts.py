"""The numbers a reply names: which of them can be the amount the writer decides."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from functools import cache

from processors.verdicts.tokens import Token, fold, word_set

#: Nobody decides more than this in a reply; a larger number is a telephone, an order, or a slip of the finger.
LARGEST = Decimal(500)

_WORDS = (
    "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize",
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen",
    "null eins zwei drei vier funf sechs sieben acht neun zehn",
)
#: These look like other words ("très", "dos", "due"): numbers only right before the unit.
_BEFORE_UNIT = (
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez",
    "zero uno due tre quattro cinque sei sette otto nove dieci",
    "zero um dois tres quatro cinco seis sete oito nove dez",
    "nul een twee drie vier vijf zes zeven acht negen tien",
)
#: These are articles or other words as well: numbers only right before the unit.
_ARTICLES = dict.fromkeys(word_set("un une one eine einen ein uno una um uma een a"), 1)
_TENS = {
    "vingt": 20,
    "trente": 30,
    "quarante": 40,
    "cinquante": 50,
    "soixante": 60,
    "septante": 70,
    "huitante": 80,
    "octante": 80,
    "nonante": 90,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
}
_CREDIT = (
    "credit credits credi credis cred creds cr crs crdt crdts crd creditos credito crediti kredit kredite kredits credito "
    "credieten krediet kredieten guthaben كريدي رصيد"
)
_EURO = "€ eur euro euros"
#: A number followed by one of these is money, a length, a time or a share, unless it is the unit itself.
MEASURES = word_set(
    "€ $ £ % eur euro euros dh dhs mad usd cm mm m metre metres kg g h min jour jours day days semaine semaines mois "
    "an ans heure heures hours week weeks month months x fois chaises chaise tables table pieces piece photos modeles "
    "unites"
)


@cache
def number_words() -> dict[str, int]:
    """Folded word > value, articles excluded."""
    return _values(_WORDS)


@cache
def _ambiguous() -> dict[str, int]:
    return _values(_BEFORE_UNIT)


def _values(rows: tuple[str, ...]) -> dict[str, int]:
    return {w: i for row in rows for i, w in enumerate(row.split()) if w not in _ARTICLES}


@cache
def unit_words(unit: str) -> frozenset[str]:
    """The folded words that name the unit, its plural and its usual short forms."""
    folded = fold(unit.strip()) or "credit"
    for family in (_CREDIT, _EURO):
        if folded in family.split():
            return frozenset(family.split())
    return frozenset({folded, folded + "s", folded.removesuffix("s")})


def value(token: Token, *, before_unit: bool) -> Decimal | None:
    """The number a token writes, in figures or in words; None when it is none. Signs are kept."""
    if token.kind == "number":
        try:
            return Decimal(token.word.replace(",", ".").replace("−", "-"))
        except InvalidOperation:
            return None
    if token.kind != "word":
        return None
    if before_unit and token.word in _ARTICLES:
        return Decimal(_ARTICLES[token.word])
    spelt = number_words().get(token.word)
    if spelt is None and before_unit:
        spelt = _ambiguous().get(token.word)
    return None if spelt is None else Decimal(spelt)


def written(tokens: Sequence[Token], units: frozenset[str]) -> tuple[Decimal | None, int]:
    """The number at the beginning of these tokens and how many of them write it: « vingt-cinq » is two, « dix-huit » too."""
    words = [t.word if t.kind == "word" else "" for t in tokens]
    known = number_words()
    if words[:2] in (["quatre", "vingt"], ["quatre", "vingts"]):
        base, size = 80, 2
    elif words[0] in _TENS:
        base, size = _TENS[words[0]], 1
    elif words[0] == "dix" and words[1:2] and words[1] in {"sept", "huit", "neuf"}:
        return Decimal(10 + known[words[1]]), 2
    else:
        following = tokens[1].word.casefold() if len(tokens) > 1 else ""
        return value(tokens[0], before_unit=following in units), 1
    rest = words[size:]
    if rest[:2] in (["et", "un"], ["et", "onze"]):
        return Decimal(base + (1 if rest[1] == "un" else 11)), size + 2
    unit = known.get(rest[0]) if rest else None
    return (
        (Decimal(base + unit), size + 1)
        if unit is not None and 0 < unit < (17 if base in {60, 80} else 10)
        else (Decimal(base), size)
    )


def plausible(amount: Decimal) -> bool:
    """Whether a person may decide this amount: above zero, bounded, in halves or quarters at most."""
    return Decimal(0) < amount <= LARGEST and amount * 4 == int(amount * 4)
