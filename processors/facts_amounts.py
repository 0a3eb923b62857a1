"""Counts ("3 chaises", "deux", "x4") and quantities with a unit ("10 mille tulipes", "1 500,5 kg")."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from core.directive import Word
from core.reading import Quantity
from processors.classify import is_request, is_request_word
from processors.facts_money import blank_money
from processors.facts_numbers import BLANK, NUMBER, REFERENCES, Found, blank, measurable, parse_number, trimmed
from processors.gated import Gated
from processors.tokens import CLAUSE, LINE, Tokens, fold, mask
from processors.words import WordMatcher
from processors.words_common import DOZENS, NUMBERS, word_set

#: Nouns that follow a number without being what is counted.
_NOT_COUNTED = word_set(
    "mm cm dm m km metre metres meter meters inch inches pouces pieds feet jour jours semaine semaines mois an ans annee "
    "annees heure heures h minute minutes min fois euro euros eur dollars dh dhs credit credits photo photos image images "
    "fichier fichiers vue vues piece jointe jointes mail mails page pages pourcent kg g km day days week weeks month months "
    "year years hour hours times picture pictures files views euro pour personnes personne places place tiroirs drawers "
    "portes doors pieds legs seater etages px go mo question questions choses points rue avenue boulevard place janvier "
    "fevrier mars avril mai juin juillet aout septembre octobre novembre decembre january february march april may june "
    "july august september october november december et ou a au de la le les dans sur avec d x par and or to in of on the h "
    "am pm er ere eme e th st nd rd coloris couleur couleurs teinte teintes finition finitions taille tailles variante variantes version "
    "versions declinaison declinaisons angle angles format formats option options rendu rendus proposition propositions texture textures "
    "exemple exemples colours colors colour color finishes variants versions angles renders brins bruleurs vitesses bras branches marches "
    "battants ventaux niches niveaux plateaux roues wheels assises coussins lignes ligne clients client collegue collegues pouce"
)
#: A number after these counts parts of the thing: "table à 4 pieds", "with 3 drawers".
_PART_OF = word_set("a avec with en in")
#: Parts of things: "canapé avec 3 coussins" is one thing.
_PARTS = word_set(
    "coussins coussin assises plateaux roues vasques paniers bacs cushions wheels shelves baskets boites boxes casiers"
)
#: One thing each, in an enumeration: "ma table et ma lampe".
_ONE = word_set("un une one le la l ce cet cette mon ma son sa notre the our my this ein eine einen uno una")
#: Words that say how many.
_NUMERALS = _ONE | frozenset(NUMBERS) | {"a"}
_GENERAL = word_set(
    "modele modeles model models produit produits article articles reference references objet objets object objects 3 d"
)
#: What joins the things of an enumeration.
_LISTING = word_set("et avec plus and with ainsi que puis ses des les de")
_WITH = word_set("avec with ses des les de")
#: What may stand between the request and the number.
_BEFORE_COUNT = word_set(
    "de d des du les ces nos mes vos pour for the these our of ar realite augmentee faire have get make et and plus puis"
)
#: Lead phrases looked at in one text.
_LEADS = 50
_TIMES = Gated(
    r"(?<![\w.,×])(?<!\d\s)[x×]\s?(\d{1,4})(?!\s?(?:[x×]|[\d.,]|mm|cm|m\b|ft|feet|foot|in\b|inch|po\b|pouce|pied|[\"”]))|(?<![\w.,×-])(?<![x×]\s)(\d{1,4})\s?[x×]\s+(?=[^\W\d_]{4})",
    re.IGNORECASE,
)
_COPIES = Gated(
    r"(?:\b(?:quantit[ée]|qt[ée]|qty|quantity|menge|cantidad|anzahl"
    r"|nombre\s(?:de\s|d['’])(?:objets?|pi[èe]ces?|exemplaires?|mod[èe]les?|articles?|unit[ée]s?))\s{0,2}[:=]?\s{0,2}(\d{1,6})(?![\d.,]*\d)"
    r"|(?<!stock de )(?<!stock : )(?<!tirage de )(?<!par )"
    r"(?<![\w.,])(\d{1,6})\s(?:exemplaires?|unit[ée]s?|pi[èe]ces?(?!\sjointe)|pcs|copies|units|ex\.))",
    re.IGNORECASE,
)
_PIECES = word_set("piece pieces pcs pc unite unites unit units u exemplaire exemplaires ex stk stuck")
_SYNONYMS = (
    frozenset(("kg", "kilo", "kilos", "kilogramme", "kilogrammes", "kgs")),
    frozenset(("g", "gr", "gramme", "grammes")),
    frozenset(("t", "tonne", "tonnes")),
    frozenset(("l", "litre", "litres")),
    frozenset(("m", "metre", "metres", "ml")),
    _PIECES,
)
_QUANTITY = Gated(rf"(?<![\w.,/-])({NUMBER})(?:\s?(k|mille|milliers?|million|millions)(?![^\W_]))?", re.IGNORECASE)
_QUANTITY_SAID = re.compile(r"(?:quantit[ée]s?|qt[ée]s?|qty|quantity)\s{0,2}[:=]?\s{0,2}$", re.IGNORECASE)
_FACTOR = {"k": 1000, "mille": 1000, "millier": 1000, "milliers": 1000, "million": 1_000_000, "millions": 1_000_000}


class Units:
    """The units or nouns of a fact, compiled: any inflection, phrases, and the usual abbreviations of a unit."""

    def __init__(self, units: Sequence[str], *, nouns: bool = False) -> None:
        self._unit: dict[Word, str] = {}
        for unit in units:
            folded = fold(unit)
            spellings = next((g for g in _SYNONYMS if folded in g or folded.rstrip("s") in g), frozenset())
            for spelled in (unit, *sorted(spellings)):
                self._unit.setdefault(Word(spelled), unit)
        if not units:
            self._unit = {Word(spelled): "" for spelled in sorted(_PIECES)}
        self._matcher = WordMatcher(self._unit, typos=False, nouns=nouns)

    def places(self, tokens: Tokens) -> dict[int, tuple[int, str]]:
        """Where units stand: first token > (last token, the unit as the directive spells it)."""
        found: dict[int, tuple[int, str]] = {}
        for hit in self._matcher.find(tokens):
            if hit.first not in found or hit.last > found[hit.first][0]:
                found[hit.first] = (hit.last, self._unit[hit.word])
        return found


def find_count(
    tokens: Tokens, nouns: Units | None, leads: Sequence[tuple[int, int]], dates: Iterable[tuple[int, int]]
) -> Found | None:
    """How many things are asked for: "3 chaises", "deux", "x4", "une dizaine"; None where several numbers could be meant.

    ``nouns`` are what may be counted (anything that a request or a lead phrase asks for where there is none);
    ``leads`` the token spans of the lead phrases; ``dates`` the character spans of dates.
    """
    readable = cache(lambda: blank_money(_without(measurable(tokens.text), dates)))
    found = [
        Found(int(m[1] or m[2]), (trimmed(tokens.text, *m.span()),), 0.9)
        for pattern in (_COPIES, _TIMES)
        if pattern.possible(tokens.text)
        for m in pattern.finditer(readable())
        if not set(m[1] or m[2]) <= {"0"}
    ]
    wanted = nouns.places(tokens) if nouns else None
    lasts = {last for last, _ in wanted.values()} if wanted else frozenset()
    leads = leads[:_LEADS]
    ends = {last for _, last in leads}
    named: list[_Named] = []
    items = tokens.items
    for i, token in enumerate(items[:-1]):
        if not token.form.isdigit() and token.form not in _NUMERALS:
            continue
        value, confidence, at = _number_at(tokens, i)
        if value is None and wanted is not None and token.form in _ONE:
            value, confidence, at = 1, 0.5, i
        if value is None or value < 1:
            continue
        if at + 1 >= len(items) or items[at + 1].brk > LINE or not items[at + 1].form.isalpha():
            continue
        noun = _counted(tokens, at + 1, wanted)
        if noun < 0:
            continue
        if i and (items[i - 1].form == "en" or (items[noun].form in _PARTS and items[i - 1].form in _PART_OF)):
            continue
        if lasts and _tells_of(tokens, i, lasts):
            continue  # "un buffet deux portes"
        if wanted is None:
            before = items[i - 1].form if i and items[i].brk <= LINE else ""
            if before in _PART_OF or (
                before and before not in _BEFORE_COUNT and not is_request_word(before) and i - 1 not in ends
            ):
                continue
            asked = any(0 < i - last <= 3 and tokens.joined(last, i) for last in ends) or is_request(tokens, i)
            asked = asked or any(0 < first - noun <= 3 and tokens.joined(noun, first) for first, _ in leads)
            if not asked:
                continue
        if readable()[token.start : token.start + 1] == BLANK:
            continue
        article = token.form in _ONE and value == 1
        named.append(_Named(value, i, noun, confidence, article))
    if wanted is not None and all(n.article for n in named) and not _are_asked(tokens, named, leads):
        named = []
    total = _total(tokens, named)
    if total is not None:
        found.append(total)
    values = {f.value for f in found}
    return max(found, key=lambda f: f.confidence) if len(values) == 1 else None


@dataclass(frozen=True, slots=True)
class _Named:
    """A number and the noun it counts (first and last token); ``article`` when the number is only "un" or "une"."""

    value: int
    first: int
    last: int
    confidence: float
    article: bool


def _total(tokens: Tokens, named: Sequence[_Named]) -> Found | None:
    """One number said once or twice, or the sum of an enumeration: "une table et quatre chaises" are five things."""
    if not named:
        return None
    items = tokens.items
    only_articles = all(n.article for n in named)
    listing = _LISTING - _WITH if only_articles else _LISTING
    listed = [
        n.last < m.first and all(items[k].form in listing for k in range(n.last + 1, m.first)) and items[m.first].brk <= CLAUSE
        for n, m in itertools.pairwise(named)
    ]
    if only_articles:
        # "un canapé et un fauteuil"; "une chaise, la chaise" is one said twice
        things = {items[n.last].form for n in named}
        if not listed or not all(listed) or len(things) != len(named):
            return None
    if any(listed):
        if not all(listed):
            return None
        spans = tuple((items[n.first].start, items[n.last].end) for n in named)
        return Found(sum(n.value for n in named), spans, 0.6)
    told = [n for n in named if not n.article]
    if len({n.value for n in told}) != 1:
        return None
    best = max(told, key=lambda n: n.confidence)
    return Found(best.value, ((items[best.first].start, items[best.last].end),), best.confidence)


def _tells_of(tokens: Tokens, i: int, lasts: Set[int]) -> bool:
    """Whether the number only tells of the thing right before it: "un buffet bas deux portes". ``lasts``: where things end."""
    for j in range(i - 1, max(i - 4, -1), -1):
        if tokens.items[j + 1].brk > 0 or tokens.items[j].form in _LISTING:
            return False
        if j in lasts:
            return tokens.items[j].form not in _GENERAL
    return False


def _are_asked(tokens: Tokens, named: Sequence[_Named], leads: Sequence[tuple[int, int]]) -> bool:
    """Whether an enumeration without a number is what the sender asks for."""
    if len(named) < 2:
        return False
    first, last = named[0].first, named[-1].last
    if is_request(tokens, first):
        return True
    return any(
        (0 < first - b <= 3 and tokens.joined(b, first)) or (0 < a - last <= 4 and tokens.joined(last, a)) for a, b in leads
    )


def _number_at(tokens: Tokens, i: int) -> tuple[int | None, float, int]:
    """The whole number that starts at token ``i``, how sure, and its last token."""
    items = tokens.items
    form = items[i].form
    if form.isdigit():
        decimal_after = i + 1 < len(items) and items[i + 1].form.isdigit()
        decimal_before = i > 0 and items[i - 1].form.isdigit() and items[i].brk < CLAUSE
        glued = i + 1 < len(items) and items[i + 1].sep in ("", "-", "/", "°")
        if decimal_after or decimal_before or glued or len(form) > 6:
            return None, 0.0, i
        if i and (items[i].sep in ("", "-", "/", "#", "_") and items[i].brk == 0):
            return None, 0.0, i
        return int(form), 0.9, i
    if form in ("un", "une", "a", "one"):
        if i + 1 < len(items) and items[i + 1].form in DOZENS:
            at = i + 1
            at += at + 1 < len(items) and items[at + 1].form in ("de", "d", "of", "von")
            return DOZENS[items[i + 1].form], 0.4, at
        if i + 1 < len(items) and items[i + 1].form in ("seul", "seule"):
            return 1, 0.8, i + 1
        return (1, 0.6, i) if form != "a" else (None, 0.0, i)
    if form in NUMBERS:
        return NUMBERS[form], 0.85, i
    return None, 0.0, i


def _counted(tokens: Tokens, i: int, wanted: dict[int, tuple[int, str]] | None) -> int:
    """The token of the noun counted from token ``i`` on, or -1."""
    items = tokens.items
    for j in range(i, min(i + 3, len(items))):
        form = items[j].form
        if j > i and items[j].brk > LINE:
            return -1
        if wanted is not None:
            if j in wanted:
                return wanted[j][0]
            if j == i and form in _NOT_COUNTED - {"de", "d", "of"}:
                return -1  # "2 photos de la table"
            continue
        if form in _NOT_COUNTED or len(form) < 3:
            return -1
        if form.endswith(("s", "x")) and len(form) > 3:
            # "2 grandes tables"
            more = j + 1 < len(items) and items[j + 1].brk <= LINE and items[j + 1].form.endswith(("s", "x"))
            return j + 1 if more and len(items[j + 1].form) > 3 and items[j + 1].form not in _NOT_COUNTED else j
    return -1


def find_quantity(tokens: Tokens, units: Units, dates: Iterable[tuple[int, int]]) -> Found | None:
    """A number with one of the units, as the directive spells it ('' for bare pieces); None where several are named."""
    text = _without(blank(mask(tokens.text), *REFERENCES), dates)
    places = units.places(tokens)
    found: list[Found] = []
    starts = {t.start: i for i, t in enumerate(tokens.items)}
    for match in list(_QUANTITY.finditer(text))[:400]:
        number = parse_number(match[1])
        if number is None or number == 0:
            continue
        amount = number * _FACTOR.get((match[2] or "").lower(), 1)
        start, end = match.span()
        unit = ""
        after = _unit_after(tokens, starts, end, places)
        before = _unit_before(tokens, starts, start, places)
        if after is not None:
            unit, end = after
        elif before is not None:
            unit, start = before
        elif not _QUANTITY_SAID.search(text[max(0, start - 30) : start]):
            continue
        found.append(Found(Quantity(amount, unit), (trimmed(tokens.text, start, end),), 0.9))
    if not found:
        for token in tokens.items[:-1]:
            value = NUMBERS.get(token.form) or DOZENS.get(token.form)
            after = _unit_after(tokens, starts, token.end, places) if value and value > 1 else None
            if value and after is not None:
                confidence = 0.4 if token.form in DOZENS else 0.8
                found.append(Found(Quantity(Decimal(value), after[0]), ((token.start, after[1]),), confidence))
    return found[0] if len({f.value for f in found}) == 1 else None


def _unit_after(tokens: Tokens, starts: dict[int, int], at: int, places: dict[int, tuple[int, str]]) -> tuple[str, int] | None:
    """The unit of "10 000 petits tulipes" and where it ends."""
    text, items = tokens.text, tokens.items
    while at < len(text) and text[at] in " \u00a0\u202f\n":
        at += 1
    i = starts.get(at)
    if i is None:
        return None
    for j in range(i, min(i + 3, len(items))):
        if j > i and items[j].brk > LINE:
            return None
        if j in places:
            last, unit = places[j]
            return unit, items[last].end
        if items[j].form.isdigit() or (
            j == i and items[j].form in _NOT_COUNTED and items[j].form not in ("de", "d", "of", "h")
        ):
            return None
    return None


def _unit_before(tokens: Tokens, starts: dict[int, int], at: int, places: dict[int, tuple[int, str]]) -> tuple[str, int] | None:
    """The unit of "tulipes : 10 000" and where it starts."""
    i = starts.get(at)
    if not i or tokens.items[i].sep.strip()[:1] not in (":", "="):
        return None
    return next(((unit, tokens.items[first].start) for first, (last, unit) in places.items() if last == i - 1), None)


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + BLANK * (end - start) + text[end:]
    return text
