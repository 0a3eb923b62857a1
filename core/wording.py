"""Values as people read them: numbers, money, quantities with their unit, days, lines, and what there is to look at."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from core.alerts import Alert
from core.directive import Directive, FactSpec, Grid, Localized, in_language
from core.document import Trouble
from core.doubts import choice
from core.reading import Day, Dimensions, Fact, FactValue, Money, Quantity, Row, Rows
from core.rows import rows_spec

MONTHS: Mapping[str, tuple[str, ...]] = {
    "fr": tuple("janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()),
    "en": tuple("January February March April May June July August September October November December".split()),
}

#: Where a request stands.
STAGES: Mapping[str, Localized] = {
    "waiting_info": {"fr": "attend des informations du client", "en": "waiting for information from the customer"},
    "waiting_review": {"fr": "attend l'administrateur", "en": "waiting for the administrator"},
    "waiting_approval": {"fr": "attend l'accord du client", "en": "waiting for the customer's approval"},
    "fulfilling": {"fr": "en cours de réalisation", "en": "being carried out"},
    "done": {"fr": "faite", "en": "done"},
    "rejected": {"fr": "refusée", "en": "refused"},
    "expired": {"fr": "expirée", "en": "expired"},
    "closed": {"fr": "close", "en": "closed"},
}

#: The axes as facts name them, for texts that are not French.
_AXES = {
    "largeur": "width",
    "hauteur": "height",
    "profondeur": "depth",
    "longueur": "length",
    "diamètre": "diameter",
    "épaisseur": "thickness",
}


def inert(text: str) -> str:
    """Words of other people, made harmless for the courier's ``${name.field}`` references."""
    return text.replace("${", "$ {")


#: Words that people put where their name goes, and that are none.
_NO_NAME = frozenset(
    "bonjour bonsoir bonne journee salut salam hello hi hey coucou allo dear cher chere madame monsieur mme mr client customer me moi "
    "contact info inconnu unknown سلام السلام عليكم مرحبا".split()
)


def called(name: str) -> str:
    """The name as a greeting may use it; '' where what stands there is none (« Bonjour », an address, a number)."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    words = "".join(c if c.isalpha() else " " for c in plain).split()
    return "" if "@" in name or not words or _NO_NAME.issuperset(words) else name


def number_text(amount: Decimal, language: str) -> str:
    """The number as people write it: no needless zeros, thousands set apart from 10 000 on, a comma in French."""
    text = f"{amount.normalize():{',' if abs(amount) >= 10_000 else ''}f}"
    return text.replace(",", "\u202f").replace(".", ",") if language == "fr" else text


def money_text(amount: Decimal, language: str) -> str:
    """An amount of money as people write it: two decimals, or more where it has more, or none where it has none."""
    if amount == amount.to_integral_value() or amount.normalize().as_tuple().exponent <= -2:  # type: ignore[operator]
        return number_text(amount, language)
    return number_text(amount, language) + "0"


def unit_text(unit: str, amount: Decimal, spec: FactSpec | None, language: str) -> str:
    """The unit as that many of them are called; as the directive spells it where it has no name in the language."""
    names = spec.unit_names.get(unit, {}) if spec is not None else {}
    one, many = names.get(language) or names.get("fr") or (unit, unit)
    return one if _single(amount, language) else many


def _single(amount: Decimal, language: str) -> bool:
    """French counts less than two as one, English one alone."""
    return abs(amount) < 2 if language == "fr" else abs(amount) == 1


def quantity_text(value: Quantity, spec: FactSpec | None, language: str) -> str:
    """« 6000 pièces », "6000 pieces"."""
    return f"{number_text(value.amount, language)} {unit_text(value.unit, value.amount, spec, language)}".strip()


def tax_text(tax: str, language: str) -> str:
    """« HT », "incl. tax"; '' where nobody said."""
    return {"incl": {"fr": "TTC", "en": "incl. tax"}, "excl": {"fr": "HT", "en": "excl. tax"}}.get(tax, {}).get(language, tax)


def sum_name(key: str, language: str) -> str:
    """What a sum is of, by its key (core.register.money_key): « MAD HT », « MAD, taxe non précisée », "EUR incl. tax"."""
    currency, _, tax = key.partition(" ")
    currency = currency or {"fr": "sans devise", "en": "no currency"}.get(language, "sans devise")
    if tax:
        return f"{currency} {tax_text(tax, language)}"
    return f"{currency}, {untaxed(language)}"


def untaxed(language: str) -> str:
    """What is said of an amount of which nobody said whether the tax is in it."""
    return {"fr": "taxe non précisée", "en": "tax not stated"}.get(language, "taxe non précisée")


def price_of_goods(value: Money, spec: FactSpec | None, language: str) -> str:
    """« 150 MAD HT / 1000 pièces », "0.45 MAD excl. tax / piece"."""
    amount = " ".join(filter(None, (money_text(value.amount, language), value.currency, tax_text(value.tax, language))))
    many = number_text(Decimal(value.per), language) if value.per != 1 else ""
    each = " ".join(filter(None, (many, unit_text(value.unit, Decimal(value.per), spec, language))))
    return f"{amount} / {each}" if each else amount


def price_text(amount: Decimal, grid: Grid | None, language: str) -> tuple[str, str, str]:
    """(number, unit, both), the unit agreeing with the number: ("2", "crédits", "2 crédits")."""
    number = number_text(amount, language)
    if grid is None:
        return number, "", number
    one, many = grid.unit.get(language) or grid.unit["fr"]
    unit = one if _single(amount, language) else many
    return number, unit, f"{number} {unit}"


def day_text(day: date, language: str) -> str:
    """« 3 mars 2026 », "3 March 2026"."""
    month = MONTHS.get(language, MONTHS["en"])[day.month - 1]
    first = "1er" if language == "fr" and day.day == 1 else str(day.day)
    return f"{first} {month} {day.year}"


def size_text(size: int, language: str) -> str:
    """« 3,2 Mo », "3.2 MB"; decimal units as people's file managers show them."""
    units = ["o", "ko", "Mo", "Go"] if language == "fr" else ["B", "kB", "MB", "GB"]
    value, unit = float(size), 0
    while value >= 1000 and unit < len(units) - 1:
        value, unit = value / 1000, unit + 1
    text = f"{value:.0f}" if unit == 0 or value >= 10 else f"{value:.1f}"
    return f"{text.replace('.', ',') if language == 'fr' else text} {units[unit]}"


def fact_text(value: FactValue, spec: FactSpec | None, language: str) -> str:
    """The value as a person reads it."""
    if isinstance(value, bool):
        return {True: {"fr": "oui"}, False: {"fr": "non"}}[value].get(language, "yes" if value else "no")
    if isinstance(value, Dimensions):
        axes = {} if language == "fr" else _AXES
        return " × ".join(
            f"{axes.get(axis, axis) + ' ' if axis else ''}{number_text(length / 10, language)} cm"
            for axis, length in value.lengths
        )
    if isinstance(value, Money):
        return price_of_goods(value, spec, language)
    if isinstance(value, Day):
        return day_text(value.day, language)
    if isinstance(value, Quantity):
        return quantity_text(value, spec, language)
    if isinstance(value, Rows):
        return f"{len(value.rows)} lignes" if language == "fr" else f"{len(value.rows)} lines"
    if isinstance(value, tuple):
        return str(len(value))
    if isinstance(value, str) and spec is not None and spec.type == "choice":
        label = next((in_language(c.label, language) for c in spec.choices if c.value == value), "")
        return label or value
    return inert(str(value))


def told_text(fact: Fact, spec: FactSpec | None, language: str) -> str:
    """What a fact says, with the words that leave a choice where they do: « 600 pièces (« 600 ou 700 ») »."""
    text, open_ = fact_text(fact.value, spec, language), choice(fact, language)
    return f"{text} ({inert(open_)})" if open_ else text


def row_text(row: Row, directive: Directive, language: str) -> str:
    """A line of a request in words: "Rose rouge · 10 000 pièces · 0,12 EUR / pièce · total 1200 EUR"."""
    told = []
    lines = rows_spec(directive)
    order = lines.columns if lines is not None else ()
    for cell in sorted(row.cells, key=lambda c: order.index(c.name) if c.name in order else len(order)):
        spec = directive.fact(cell.name)
        text = told_text(cell, spec, language)
        # Beside the price of one, the sum of the line says what it is.
        named = spec is not None and spec.price == "total"
        told.append(f"total {text}" if named else text)
    return " · ".join(told)


def alert_text(alert: Alert, directive: Directive, language: str) -> str:
    """What there is to look at, as a sentence: « quantité loin de l'habitude : 90 000 pièces au lieu de 11 000 pièces »."""
    label, details = in_language(alert.label, language), alert_details(alert, directive, language)
    return f"{label}{' :' if language == 'fr' else ':'} {details}" if details else label


def alert_details(alert: Alert, directive: Directive, language: str) -> str:
    """The figures of an alert in words, '' where there are none."""
    values, french = alert.values, language == "fr"
    line = values.get("line", "")
    where = (f"ligne {line}, " if french else f"line {line}, ") if line else ""
    if "," in line:
        where = f"lignes {line} : " if french else f"lines {line}: "

    def figure(name: str) -> str:
        return _figure(values, name, alert, directive, language)

    if "usual" in values:
        now, usual = figure("now"), figure("usual")
        return where + (f"{now} au lieu de {usual} d'habitude" if french else f"{now} instead of the usual {usual}")
    if "written" in values:
        written, calculated = figure("written"), figure("calculated")
        return where + (
            f"le message dit {written}, le calcul donne {calculated}"
            if french
            else f"the message says {written}, the calculation gives {calculated}"
        )
    if "quote" in values:
        return f"« {values['quote']} »" if french else f'"{values["quote"]}"'
    if "who" in values:
        return inert(values["who"])
    if "code" in values:
        return f"{values['files']}, {Trouble(values['code']).sentence(language)}"  # type: ignore[arg-type]
    if "due" in values:
        day = day_text(date.fromisoformat(values["due"]), language)
        return f"prévue le {day}" if french else f"due on {day}"
    if "since" in values:
        day = day_text(datetime.fromisoformat(values["since"]).astimezone(ZoneInfo(directive.zone)).date(), language)
        return f"depuis le {day}" if french else f"since {day}"
    names = [in_language(spec.label, language) or name for name in alert.facts if (spec := directive.fact(name)) is not None]
    return where + ", ".join(names)


def _figure(values: Mapping[str, str], name: str, alert: Alert, directive: Directive, language: str) -> str:
    """A figure of an alert with what it counts (core.alerts): a sum, the price of one, or so many of a unit."""
    amount = Decimal(values[name])
    spec = directive.fact(alert.facts[0]) if alert.facts else None
    unit, tax = values.get("unit", ""), values.get("tax", "")
    if spec is not None and spec.type == "money":
        return price_of_goods(
            Money(amount, values.get("currency", ""), "incl" if tax == "incl" else "excl" if tax else "", unit=unit),
            spec,
            language,
        )
    return quantity_text(Quantity(amount, unit), spec, language)


def zone_text(zone: str) -> str:
    """What people call the clock of an IANA zone: "heure de Casablanca"."""
    return f"heure de {zone.rpartition('/')[2].replace('_', ' ')}" if "/" in zone else f"heure universelle ({zone})"
