"""Values of facts as people type them into the desk's fields, and as those fields show them again."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal

from core.case import Case
from core.directive import Directive, FactSpec, Localized
from core.reading import Day, Dimensions, Fact, FactValue, Money, Quantity
from core.rows import rows_of, rows_spec
from core.wording import number_text, price_of_goods, quantity_text
from processors.facts_choice import named_choice
from processors.facts_numbers import NUMBER, parse_number
from processors.goods_prices import read_price
from processors.goods_units import Units
from processors.numbers_spoken import numbers, readable

#: Characters of a field.
MOST = 2_000
_NUMBER = re.compile(r"[+-]?\d[\d\s\u00a0\u202f'’]*(?:[.,]\d+)?")
#: One mark before three digits and no other: "10,000", "2.500".
_GROUPED = re.compile(r"[1-9]\d{0,2}[.,]\d{3}(?![\d.,])")
_SYMBOLS = {
    "€": "EUR",
    "$": "USD",
    "£": "GBP",
    "dh": "MAD",
    "dhs": "MAD",
    "dirham": "MAD",
    "dirhams": "MAD",
    "euro": "EUR",
    "euros": "EUR",
}
_TAX: dict[str, Literal["incl", "excl"]] = {"ht": "excl", "ttc": "incl", "excl": "excl", "incl": "incl"}
_YES, _NO = {"oui", "yes", "vrai", "true", "1"}, {"non", "no", "faux", "false", "0"}
_LENGTH = {"mm": Decimal(1), "cm": Decimal(10), "m": Decimal(1000)}
_MOST_AMOUNT = Decimal(10) ** 12


class Unreadable(ValueError):
    """What was typed is no value of that kind; ``why`` says what is expected."""

    def __init__(self, why: Localized) -> None:
        super().__init__(why["fr"])
        self.why = why


def field_of(case: Case, directive: Directive, name: str) -> tuple[FactSpec | None, Fact | None]:
    """(what may be typed there, what stands there). ``lines.2.quantity`` is a cell of the second line; (None, None): no such field."""
    head, _, rest = name.partition(".")
    spec = rows_spec(directive)
    if spec is None or head != spec.name:
        return directive.fact(name), case.fact(name)
    number, _, column = rest.partition(".")
    rows = rows_of(case.facts, directive)
    at = int(number) - 1 if number.isdecimal() and len(number) < 6 else -1
    if column not in spec.columns or not 0 <= at < len(rows):
        return None, None
    return directive.fact(column), rows[at].cell(column)


def new_value(directive: Directive, spec: FactSpec, written: str, before: FactValue | None) -> FactValue:
    """What a person writes in the place of ``before``, in a field or in a reply alike. Raises Unreadable.

    What he leaves unsaid stays: the unit of a quantity (else the directive's first), the currency and tax of an amount and what one
    of it is the price of. A price "le mille" that is replaced by one without a base becomes the price of one: it is never guessed.
    """
    counted = next((s for s in directive.facts if s.type == "quantity" and s.units), None)
    units = Units(counted.units, counted.unit_words) if counted is not None else None
    value = read_value(spec, written, units)
    if isinstance(value, Quantity) and not value.unit:
        kept = before.unit if isinstance(before, Quantity) else ""
        return Quantity(value.amount, kept or (spec.units[0] if spec.units else ""))
    if isinstance(value, Money):
        old = before if isinstance(before, Money) else Money(value.amount, "")
        per, unit = value.per, value.unit
        if not unit:
            unit = old.unit if per == 1 else (old.unit if old.per != 1 else "") or (units.piece if units is not None else "")
        return Money(value.amount, value.currency or old.currency, value.tax or old.tax, per, unit)
    return value


def read_value(spec: FactSpec, written: str, units: Units | None = None) -> FactValue:
    """The value that the text stands for; ``units`` are what goods are counted in. Raises Unreadable."""
    text = " ".join(written.split())
    if not text or len(text) > MOST:
        raise Unreadable({"fr": "une valeur est attendue", "en": "a value is needed"})
    if spec.type == "choice":
        return _choice(spec, text)
    if spec.type == "yesno":
        if (word := text.casefold()) in _YES | _NO:
            return word in _YES
        raise Unreadable({"fr": "oui ou non est attendu", "en": "yes or no is needed"})
    if spec.type == "count":
        number, rest = _number(text)
        if rest or number != number.to_integral_value() or number < 0:
            raise Unreadable({"fr": "un nombre entier est attendu", "en": "a whole number is needed"})
        return int(number)
    if spec.type == "quantity":
        number, unit = _counted(text)
        unit = _unit(spec, unit)
        if _GROUPED.match(text) and (not spec.units or unit in ("", spec.units[0])):
            # Nobody orders 2,500 of a thing by the thousandth: the mark sets thousands apart, as English and German do.
            number *= 1000
        if number <= 0:
            raise Unreadable({"fr": "une quantité plus grande que zéro est attendue", "en": "a quantity above zero is needed"})
        return Quantity(number, unit)
    if spec.type == "money":
        known = units or Units((), {})
        try:
            price = _money(text)
        except Unreadable:
            if (found := read_price(text, known)) is None:
                raise
            return found
        return replace(price, unit=_called(spec, price.unit) or known.of(readable(price.unit)) or price.unit)
    if spec.type == "date":
        return _day(text)
    if spec.type == "dimensions":
        return _dimensions(text)
    if spec.type in ("files", "rows"):
        raise Unreadable({"fr": "cette valeur ne se saisit pas ici", "en": "this value cannot be typed here"})
    return text


def written_value(value: FactValue | None, spec: FactSpec | None = None, language: str = "fr") -> str:
    """The value in that language as ``read_value`` takes it, '' for none. In English no mark sets thousands apart."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, Money):
        return _unmarked(price_of_goods(value, spec, language), language)
    if isinstance(value, Day):
        return value.day.isoformat()
    if isinstance(value, Quantity):
        return _unmarked(quantity_text(value, spec, language), language)
    if isinstance(value, Dimensions):
        return " × ".join(f"{axis} {number_text(length / 10, language)} cm".strip() for axis, length in value.lengths)
    return "" if isinstance(value, tuple) else str(value)


def _unmarked(text: str, language: str) -> str:
    return text if language == "fr" else re.sub(r"(?<=\d),(?=\d{3})", "", text)


def _choice(spec: FactSpec, text: str) -> str:
    wanted = _plain(text)
    for choice in spec.choices:
        if wanted in {_plain(choice.value), *(_plain(label) for label in choice.label.values())}:
            return choice.value
    if (named := named_choice(spec, text)) is not None:
        return named
    listed = ", ".join(choice.label.get("fr") or choice.value for choice in spec.choices)
    english = ", ".join(choice.label.get("en") or choice.label.get("fr") or choice.value for choice in spec.choices)
    raise Unreadable({"fr": f"un de ces choix est attendu : {listed}", "en": f"one of these is needed: {english}"})


def _number(text: str) -> tuple[Decimal, str]:
    """(the number that the text begins with, what follows)."""
    found = _NUMBER.match(text)
    if found is None:
        raise Unreadable({"fr": "un nombre est attendu", "en": "a number is needed"})
    plain = re.sub(r"[\s\u00a0\u202f'’]", "", found[0]).replace(",", ".")
    # "1.250,50", "1,250.50": as messages write it.
    grouped = re.match(NUMBER, text) if re.match(r"[.,]\d", text[found.end() :]) else None
    if grouped is not None and (whole := parse_number(grouped[0])) is not None:
        return whole, text[grouped.end() :].strip()
    try:
        value = Decimal(plain)
    except InvalidOperation:
        raise Unreadable({"fr": "un nombre est attendu", "en": "a number is needed"}) from None
    if abs(value) > _MOST_AMOUNT:
        raise Unreadable({"fr": "ce nombre est trop grand", "en": "this number is too large"})
    return value, text[found.end() :].strip()


def _counted(text: str) -> tuple[Decimal, str]:
    """(the number, its unit): in digits, or in words as messages say it ("dix mille", "10 mille cartons")."""
    plain = readable(text)
    said = numbers(plain)
    if (
        len(said) == 1
        and said[0].start == 0
        and not (said[0].article or said[0].about)
        and re.search(r"[^\W\d_]", plain[: said[0].end])
    ):
        return said[0].value, text[said[0].end :].strip()
    return _number(text)


def _unit(spec: FactSpec, text: str) -> str:
    """The unit as the directive spells it; '' for bare pieces. Raises Unreadable for one that it does not know."""
    wanted = _plain(text)
    for unit in spec.units:
        if wanted in (_plain(unit), _plain(unit) + "s", _plain(unit).removesuffix("s")):
            return unit
    if wanted and (unit_said := Units(spec.units, spec.unit_words).of(readable(text))):
        return unit_said
    if wanted and spec.units:
        listed = ", ".join(spec.units)
        raise Unreadable({"fr": f"une de ces unités est attendue : {listed}", "en": f"one of these units is needed: {listed}"})
    return text[:40]


def _called(spec: FactSpec, word: str) -> str:
    """The unit of a price that has this name in some language, '' for none."""
    return next(
        (unit for unit, names in spec.unit_names.items() if word and word in {w for pair in names.values() for w in pair}), ""
    )


def _money(text: str) -> Money:
    """« 0,85 MAD HT », « €12 », « 450 MAD HT / 1000 », « 120 MAD / carton »."""
    wrong = Unreadable(
        {"fr": "un montant est attendu, par exemple « 0,85 MAD HT »", "en": 'an amount is needed, such as "0,85 MAD HT"'}
    )
    text, _, per_text = text.partition("/")
    text, per_text = text.strip(), per_text.strip()
    for symbol in "€$£":
        if text.startswith(symbol):
            text = f"{text[1:].strip()} {symbol}"
    if not re.match(r"[+-]?\d", text):
        raise wrong
    amount, rest = _number(text)
    currency = ""
    tax: Literal["incl", "excl", ""] = ""
    for word in re.sub("([€$£])", r" \1 ", rest).split():
        plain = word.casefold().strip(".")
        if plain in _TAX:
            tax = _TAX[plain]
        elif plain in ("tax", "vat"):  # "excl. tax"
            continue
        elif plain in _SYMBOLS:
            currency = _SYMBOLS[plain]
        elif re.fullmatch(r"[a-z]{3}", plain):
            currency = plain.upper()
        else:
            raise wrong
    if amount < 0:
        raise Unreadable({"fr": "un montant positif est attendu", "en": "a positive amount is needed"})
    found = re.fullmatch(r"(\d{1,6})?\s*(.{0,40})", per_text)
    if found is None or found[1] == "0":
        raise wrong
    return Money(amount, currency, tax, int(found[1] or 1), found[2].strip())


def _day(text: str) -> Day:
    found = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text)
    try:
        day = date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat(text)
    except ValueError:
        raise Unreadable(
            {"fr": "une date est attendue, par exemple 31/12/2026", "en": "a date is needed, such as 2026-12-31"}
        ) from None
    return Day(day)


def _dimensions(text: str) -> Dimensions:
    lengths = []
    for part in re.split(r"\s*[×xX*]\s*", text):
        found = re.fullmatch(r"([a-zéèà]*)\s*(\d+(?:[.,]\d+)?)\s*(mm|cm|m)?", part.strip(), re.IGNORECASE)
        if found is None:
            raise Unreadable(
                {
                    "fr": "des longueurs sont attendues, par exemple « 80 × 120 cm »",
                    "en": 'lengths are needed, such as "80 × 120 cm"',
                }
            )
        lengths.append((found[1].casefold(), Decimal(found[2].replace(",", ".")), (found[3] or "").casefold()))
    last = next((unit for _, _, unit in reversed(lengths) if unit), "cm")
    return Dimensions(tuple((axis, number * _LENGTH[unit or last]) for axis, number, unit in lengths))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold().strip()
