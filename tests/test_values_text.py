"""How values are written for people."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.directive import FactSpec
from core.reading import Money, Quantity
from core.values import fact_text
from engine.typed import read_value, written_value

UNITS = FactSpec(
    name="quantity", type="quantity", units=("pièce", "kg"), unit_words={"pièce": ("pièces", "pce"), "kg": ("kilo", "kgs")}
)
PRICE = FactSpec(name="price", type="money")


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
    assert read_value(UNITS, written_value(quantity, UNITS)) == quantity
    assert read_value(PRICE, written_value(price, PRICE)) == price
