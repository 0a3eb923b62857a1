"""The numbers a reply names: which of them can be the credits the writer decides."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from functools import cache

from processors.verdicts.tokens import Token, fold, word_set

#: Nobody decides more than this in a reply; a larger number is a telephone, an order, or a slip of the finger.
LARGEST = Decimal(500)

_WORDS = (
    "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze",
    "zero one two three four five six seven eight nine ten eleven twelve",
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


def plausible(amount: Decimal) -> bool:
    """Whether a person may decide this amount: above zero, bounded, in halves or quarters at most."""
    return Decimal(0) < amount <= LARGEST and amount * 4 == int(amount * 4)
