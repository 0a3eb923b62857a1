"""Counts, quantities with a unit, and money."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from core.reading import Money, Quantity
from processors.classify import is_request, is_request_word
from processors.facts_numbers import BLANK, NUMBER, REFERENCES, Found, blank, measurable, parse_number, trimmed
from processors.words import CLAUSE, LINE, Tokens, keys, mask, tokenise
from processors.words_common import NUMBERS, word_set

_DOZENS = {
    "dizaine": 10, "douzaine": 12, "quinzaine": 15, "vingtaine": 20, "trentaine": 30, "quarantaine": 40, "cinquantaine": 50,
    "soixantaine": 60, "centaine": 100, "millier": 1000, "dozen": 12, "dutzend": 12, "docena": 12,
}  # fmt: skip
#: Nouns that follow a number without being what is counted.
_NOT_COUNTED = word_set(
    "mm cm dm m km metre metres meter meters inch inches pouces pieds feet jour jours semaine semaines mois an ans annee "
    "annees heure heures h minute minutes min fois euro euros eur dollars dh dhs credit credits photo photos image images "
    "fichier fichiers vue vues piece jointe jointes mail mails page pages pourcent kg g km day days week weeks month months "
    "year years hour hours times picture pictures files views euro pour personnes personne places place tiroirs drawers "
    "portes doors pieds legs seater etages px go mo question questions choses points rue avenue boulevard place janvier "
    "fevrier mars avril mai juin juillet aout septembre octobre novembre decembre january february march april may june "
    "july august september october november december et ou a au de la le les dans sur avec d x par and or to in of on the h "
    "am pm er ere eme e th st nd rd"
)
#: A number after these counts parts of the thing: "table à 4 pieds", "with 3 drawers".
_PART_OF = word_set("a avec with en in")
#: What may stand between the request and the number.
_BEFORE_COUNT = word_set(
    "de d des du les ces nos mes vos pour for the these our of ar realite augmentee faire have get make et and plus puis"
)
_TIMES = re.compile(
    r"(?<![\w.,×])(?<!\d\s)[x×]\s?(\d{1,4})(?!\s?(?:[x×]|[\d.,]|mm|cm|m\b))|(?<![\w.,×-])(?<![x×]\s)(\d{1,4})\s?[x×]\s+(?=[^\W\d_]{4})",
    re.IGNORECASE,
)
_COPIES = re.compile(
    r"(?:\b(?:quantit[ée]|qt[ée]|qty|quantity|nombre|number|menge|cantidad|anzahl)\s{0,2}(?:d['’]\w{1,20}|de\s\w{1,20})?\s{0,2}[:=]?\s{0,2}(\d{1,6})(?![\d.,]*\d)"
    r"|(?<![\w.,])(\d{1,6})\s(?:exemplaires?|unit[ée]s?|pi[èe]ces?(?!\sjointe)|pcs|copies|units|ex\.))",
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
_QUANTITY = re.compile(rf"(?<![\w.,/-])({NUMBER})(?:\s?(k|mille|milliers?|million|millions)(?![^\W_]))?", re.IGNORECASE)
_QUANTITY_SAID = re.compile(r"(?:quantit[ée]s?|qt[ée]s?|qty|quantity)\s{0,2}[:=]?\s{0,2}$", re.IGNORECASE)
_FACTOR = {"k": 1000, "mille": 1000, "millier": 1000, "milliers": 1000, "million": 1_000_000, "millions": 1_000_000}

_CURRENCIES = {
    "EUR": r"€|eur(?:o|os)?", "USD": r"\$|us\$|usd|dollars?", "GBP": r"£|gbp|pounds?", "CHF": r"chf|francs?\s+suisses?",
    "MAD": r"mad|dhs?|dirhams?", "CAD": r"cad|ca\$|\$\s?ca", "XOF": r"f\s?cfa|xof", "TND": r"tnd|dinars?", "DZD": r"dzd|da(?=\s|$)",
}  # fmt: skip
_CURRENCY = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _CURRENCIES.items()}
_ANY = "|".join(_CURRENCIES.values())
_MONEY = re.compile(
    rf"(?:(?<!\w)(?P<before>€|£|(?:us|ca)?\$|eur|usd|gbp|chf|mad)\s?(?P<first>{NUMBER})(?:\s?(?P<k1>k|m)(?!\w))?"
    rf"|(?<![\w.,/])(?P<euros>\d{{1,6}})\s?€\s?(?P<cents>\d{{2}})(?!\d)"
    rf"|(?<![\w.,/])(?P<number>{NUMBER})(?:\s?(?P<k2>k|mille|m(?=€)))?\s?(?P<after>{_ANY})(?![^\W_]))"
    r"(?:\s?(?P<tax>h\.?t\.?|t\.?t\.?c\.?|hors\s+taxes?|toutes\s+taxes\s+comprises|tva\s+(?:incluse|comprise)|taxes\s+incluses"
    r"|(?:excl|incl)\w{0,6}\.?\s+(?:vat|tax|tva|mwst)|\+\s?(?:vat|tva|tax)|plus\s+vat)(?![^\W_]))?",
    re.IGNORECASE,
)
_MONEY_RANGE = re.compile(
    rf"\b(?:entre|between|de|from)\s+{NUMBER}\s?(?:{_ANY})?\s+(?:et|and|[àa]|to)\s+{NUMBER}\s?(?:{_ANY})"
    rf"|(?<![\w.,-]){NUMBER}\s?(?:-|–|à|ou|or|to)\s?{NUMBER}\s?(?:{_ANY})(?![^\W_])",
    re.IGNORECASE,
)


def find_count(
    tokens: Tokens, nouns: Sequence[str], leads: Iterable[tuple[int, int]], dates: Iterable[tuple[int, int]]
) -> Found | None:
    """How many things are asked for: "3 chaises", "deux", "x4", "une dizaine"; None where several numbers could be meant.

    ``nouns`` are what may be counted (anything that a request or a lead phrase asks for where there is none);
    ``leads`` the token spans of the lead phrases; ``dates`` the character spans of dates.
    """
    readable = _without(measurable(tokens.text), dates)
    readable = blank(readable, _MONEY)
    found = [
        Found(int(m[1] or m[2]), (trimmed(tokens.text, *m.span()),), 0.9)
        for pattern in (_COPIES, _TIMES)
        for m in pattern.finditer(readable)
        if not set(m[1] or m[2]) <= {"0"}
    ]
    wanted = {k for noun in nouns for t in tokenise(noun).items for k in keys(t.form, t.accented)}
    ends = [last for _, last in leads]
    items = tokens.items
    for i, token in enumerate(items[:-1]):
        if readable[token.start : token.start + 1] == BLANK:
            continue
        value, confidence, at = _number_at(tokens, i)
        if value is None or value < 1:
            continue
        if at + 1 >= len(items) or items[at + 1].brk > LINE or not items[at + 1].form.isalpha():
            continue
        noun = _counted(tokens, at + 1, wanted)
        if noun < 0:
            continue
        if not wanted:
            if value == 1 and items[i].form in ("un", "une", "one", "1"):
                continue
            before = items[i - 1].form if i and items[i].brk <= LINE else ""
            if before in _PART_OF or (
                before and before not in _BEFORE_COUNT and not is_request_word(before) and i - 1 not in ends
            ):
                continue
            asked = any(0 < i - last <= 3 and tokens.joined(last, i) for last in ends) or is_request(tokens, i)
            asked = asked or any(0 < first - noun <= 3 and tokens.joined(noun, first) for first, _ in leads)
            if not asked:
                continue
        found.append(Found(value, ((token.start, items[noun].end),), confidence))
    values = {f.value for f in found}
    return max(found, key=lambda f: f.confidence) if len(values) == 1 else None


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
        if i + 1 < len(items) and items[i + 1].form in _DOZENS:
            at = i + 1
            at += at + 1 < len(items) and items[at + 1].form in ("de", "d", "of", "von")
            return _DOZENS[items[i + 1].form], 0.4, at
        if i + 1 < len(items) and items[i + 1].form in ("seul", "seule"):
            return 1, 0.8, i + 1
        return (1, 0.6, i) if form != "a" else (None, 0.0, i)
    if form in NUMBERS:
        return NUMBERS[form], 0.85, i
    return None, 0.0, i


def _counted(tokens: Tokens, i: int, wanted: set[str]) -> int:
    """The token of the noun counted from token ``i`` on, or -1."""
    items = tokens.items
    for j in range(i, min(i + 3, len(items))):
        form = items[j].form
        if j > i and items[j].brk > LINE:
            return -1
        if wanted:
            if not wanted.isdisjoint(keys(form, items[j].accented)):
                return j
            continue
        if form in _NOT_COUNTED or len(form) < 3:
            return -1
        if form.endswith(("s", "x")) and len(form) > 3:
            # "2 grandes tables"
            more = j + 1 < len(items) and items[j + 1].brk <= LINE and items[j + 1].form.endswith(("s", "x"))
            return j + 1 if more and len(items[j + 1].form) > 3 and items[j + 1].form not in _NOT_COUNTED else j
    return -1


def find_quantity(tokens: Tokens, units: Sequence[str], dates: Iterable[tuple[int, int]]) -> Found | None:
    """A number with one of the units, as the directive spells it ('' for bare pieces); None where several are named."""
    text = _without(mask_references(tokens.text), dates)
    spelled: list[tuple[str, set[str]]] = []
    for name in units:
        own = {k for t in tokenise(name).items for k in keys(t.form, t.accented)}
        for group in _SYNONYMS:
            if group & own:
                own |= group
        spelled.append((name, own))
    found: list[Found] = []
    starts = {t.start: i for i, t in enumerate(tokens.items)}
    for match in list(_QUANTITY.finditer(text))[:400]:
        number = parse_number(match[1])
        if number is None or number == 0:
            continue
        amount = number * _FACTOR.get((match[2] or "").lower(), 1)
        start = match.start()
        unit, end = _unit_after(tokens, starts, match.end(), spelled)
        if unit is None:
            unit, start = _unit_before(tokens, starts, match.start(), spelled)
            end = match.end()
        if unit is None and _QUANTITY_SAID.search(text[max(0, match.start() - 30) : match.start()]):
            unit, start, end = "", match.start(), match.end()
        if unit is not None:
            found.append(Found(Quantity(amount, unit), (trimmed(tokens.text, start, end),), 0.9))
    if not found:
        for token in tokens.items[:-1]:
            value = NUMBERS.get(token.form) or (_DOZENS.get(token.form))
            if value and value > 1:
                unit, end = _unit_after(tokens, starts, token.end, spelled)
                if unit is not None:
                    confidence = 0.4 if token.form in _DOZENS else 0.8
                    found.append(Found(Quantity(Decimal(value), unit), ((token.start, end),), confidence))
    return found[0] if len({f.value for f in found}) == 1 else None


def mask_references(text: str) -> str:
    """The text without phones, references and times, its quantities kept."""
    return blank(mask(text), *REFERENCES)


def _unit_after(
    tokens: Tokens, starts: dict[int, int], at: int, spelled: Sequence[tuple[str, set[str]]]
) -> tuple[str | None, int]:
    text = tokens.text
    while at < len(text) and text[at] in " \u00a0\u202f\n":
        at += 1
    i = starts.get(at)
    if i is None:
        return None, at
    items = tokens.items
    for j in range(i, min(i + 3, len(items))):
        if j > i and items[j].brk > LINE:
            break
        own = set(keys(items[j].form, items[j].accented))
        for unit, wanted in spelled:
            if own & wanted:
                return unit, items[j].end
        if items[j].form in _PIECES and not spelled:
            return "", items[j].end
        if j == i and items[j].form in _NOT_COUNTED - {"de", "d", "of", "h"}:
            break
        if items[j].form.isdigit():
            break
    return None, at


def _unit_before(
    tokens: Tokens, starts: dict[int, int], at: int, spelled: Sequence[tuple[str, set[str]]]
) -> tuple[str | None, int]:
    """The unit of "sachets : 10 000"."""
    i = starts.get(at)
    if not i or tokens.items[i].sep.strip()[:1] not in (":", "="):
        return None, at
    token = tokens.items[i - 1]
    own = set(keys(token.form, token.accented))
    return next(((unit, token.start) for unit, wanted in spelled if own & wanted), (None, at))


def find_money(text: str, leads: Sequence[tuple[int, int]] = ()) -> Found | None:
    """The amount of money a text names; where it names several, the one right after a lead (character spans), else None."""
    readable = blank(text, _MONEY_RANGE) if any(c.isdigit() for c in text) else ""
    found: list[Found] = []
    for match in list(_MONEY.finditer(readable))[:200]:
        written = match["first"] or match["number"]
        currency = match["before"] or match["after"] or "€"
        name = next((n for n, p in _CURRENCY.items() if p.fullmatch(currency)), "")
        if match["euros"]:
            amount: Decimal | None = Decimal(f"{match['euros']}.{match['cents']}")
        else:
            amount = parse_number(written, english=name in ("USD", "GBP", "CAD") or bool(match["before"]))
        if amount is None:
            continue
        scale = (match["k1"] or match["k2"] or "").lower()
        amount *= {"k": 1000, "mille": 1000, "m": 1_000_000}.get(scale, 1)
        tax = re.sub(r"[\s.]", "", (match["tax"] or "").lower())
        kind = (
            ""
            if not tax
            else "incl"
            if tax.startswith(("ttc", "toutes", "incl")) or "inclus" in tax or "comprise" in tax
            else "excl"
        )
        span = trimmed(text, *match.span())
        found.append(Found(Money(amount, name, kind), (span,), 0.9))  # type: ignore[arg-type]
    led = [f for f in found if any(0 <= f.spans[0][0] - end <= 25 for _, end in leads)]
    if len({f.value for f in led}) == 1:
        return led[0]
    return found[0] if len({f.value for f in found}) == 1 else None


def money_spans(text: str) -> list[tuple[int, int]]:
    """Where amounts of money stand."""
    return [m.span() for m in _MONEY.finditer(text)] if any(c.isdigit() for c in text) else []


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + BLANK * (end - start) + text[end:]
    return text
