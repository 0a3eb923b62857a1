"""How values are written for people."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from core.case import Case, Party, Thread
from core.directive import FactSpec
from core.reading import Money, Quantity
from core.text_values import text_values
from core.texts import Text
from core.wording import fact_text
from engine.directive_build import _names, _spelled
from engine.directive_schema import UnitPart
from engine.directives import load_all
from engine.typed import read_value, written_value
from processors.goods_units import Units

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
UNITS = FactSpec(
    name="quantity", type="quantity", units=("pièce", "kg"), unit_words={"pièce": ("pièces", "piece", "pce"), "kg": ("kilo", "kgs")},
    unit_names={"pièce": {"fr": ("pièce", "pièces"), "en": ("piece", "pieces")}},
)  # fmt: skip
PRICE = FactSpec(name="price", type="money", unit_names=UNITS.unit_names)


@pytest.mark.parametrize(
    ("amount", "unit", "text"),
    [
        ("1", "pièce", "1 pièce"),
        ("1.5", "pièce", "1,5 pièce"),
        ("2", "pièce", "2 pièces"),
        ("9999", "pièce", "9999 pièces"),
        ("10000", "pièce", "10\u202f000 pièces"),
        ("3", "carton", "3 carton"),  # a unit that the documents do not spell in the plural stays as it is
        ("12", "", "12"),
    ],
)
def test_a_quantity_agrees_with_its_unit(amount: str, unit: str, text: str) -> None:
    assert fact_text(Quantity(Decimal(amount), unit), UNITS, "fr") == text


def test_units_are_told_in_the_language_of_who_reads_one_or_many() -> None:
    told = [fact_text(Quantity(Decimal(n), "pièce"), UNITS, "en") for n in ("0", "1", "1.5", "10000")]
    assert told == ["0 pieces", "1 piece", "1.5 pieces", "10,000 pieces"]
    mille = Money(Decimal("150.5"), "MAD", "excl", 1000, "pièce")
    assert fact_text(mille, PRICE, "fr") == "150,50 MAD HT / 1000 pièces"
    assert fact_text(mille, PRICE, "en") == "150.50 MAD excl. tax / 1000 pieces"
    assert fact_text(Money(Decimal("0.45"), "MAD", "incl", unit="pièce"), PRICE, "en") == "0.45 MAD incl. tax / piece"
    assert fact_text(Money(Decimal(3), per=10_000), PRICE, "fr") == "3 / 10\u202f000"


def test_documents_name_their_units_and_the_plural_among_their_words_serves_where_they_do_not() -> None:
    part = UnitPart(names={"en": ["box", "boxes"]}, words=["cartons", "ctn"])
    assert _names("carton", part) == {"fr": ("carton", "cartons"), "en": ("box", "boxes")}
    assert _spelled("carton", part) == ("cartons", "ctn", "box", "boxes")
    assert _names("kg", UnitPart(words=["kilo"])) == {"fr": ("kg", "kg")}


@pytest.mark.parametrize(
    ("amount", "french", "english"),
    [
        ("1.4", "1,40 MAD", "1.40 MAD"),
        ("1.40", "1,40 MAD", "1.40 MAD"),
        ("0.125", "0,125 MAD", "0.125 MAD"),
        ("4200", "4200 MAD", "4200 MAD"),
        ("28800.5", "28\u202f800,50 MAD", "28,800.50 MAD"),
        ("0", "0 MAD", "0 MAD"),
    ],
)
def test_money_has_two_decimals_or_none(amount: str, french: str, english: str) -> None:
    value = Money(Decimal(amount), "MAD")
    assert (fact_text(value, PRICE, "fr"), fact_text(value, PRICE, "en")) == (french, english)


@pytest.mark.parametrize("amount", ["1", "2", "9999", "10000", "1234567", "2.5"])
def test_what_is_shown_in_a_field_is_read_back_as_it_was(amount: str) -> None:
    quantity, price = Quantity(Decimal(amount), "pièce"), Money(Decimal(amount), "MAD", "excl")
    goods = Units(UNITS.units, UNITS.unit_words)
    for language in ("fr", "en"):
        assert read_value(UNITS, written_value(quantity, UNITS, language)) == quantity
        for one in (price, replace(price, per=1000, unit="pièce"), replace(price, unit="pièce")):
            assert read_value(PRICE, written_value(one, PRICE, language), goods) == one


def test_a_text_that_asks_for_some_values_is_given_those() -> None:
    """Every text and every line of a ticket of every business is written with nothing but what it asks for (StrictUndefined)."""
    text = Text(
        "x",
        {"fr": "{{ missing|join }}{% if alerts %}{{ name }}{% endif %}"},
        {"fr": "{{ kind }}"},
        {"fr whatsapp": "{{ facts }}"},
    )
    assert text.names("fr") == text.names("en") == {"missing", "alerts", "name", "kind"}
    assert text.names("fr", "whatsapp") == {"facts", "kind"}
    for business in load_all(ROOT / "directives").values():
        for directive in business.directives:
            case = Case(
                "c", "R", 1, business.name, directive.name, business.revision, directive.kind, "waiting_info",
                party=Party("a@example.com", "A"), thread=Thread("email", "gmail", "a@example.com"), opened_at=NOW, updated_at=NOW,
            )  # fmt: skip
            for one in (*directive.texts.values(), *directive.ticket.properties.values()):
                for language, channel in product(one.body, ("", "whatsapp")):
                    given: dict[str, Any] = {
                        "language": language,
                        "now": NOW,
                        "business": "",
                        "reference": "",
                        "case_url": "",
                        "extra": {},
                    }
                    whole = text_values(case, directive, **given)
                    some = text_values(case, directive, **given, only=one.names(language, channel))
                    assert one.render(language, some, channel) == one.render(language, whole, channel)
