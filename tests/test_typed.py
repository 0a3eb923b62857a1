"""What people type into a field of the desk, as a value; what stands there again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.directive import Choice, FactSpec, Word
from core.reading import Day, Dimensions, Fact, FactValue, Money, Quantity, Row, Rows
from engine.typed import Unreadable, field_of, new_value, read_value, written_value
from tests.register_help import DIRECTIVE, FLAT, HANDLES, facts, request
from tests.store_help import NOW

GOODS = (Choice("plat", label={"fr": "Sachet à fond plat", "en": "Flat bag"}), Choice("anses"))

#: A list with its customers' words, some too weak to be sure by.
SOLD = (
    Choice("plat", (Word("fond plat", 3), Word("sachet", 2)), {"fr": "Sachet à fond plat"}),
    Choice("anses", (Word("poignées torsadées", 5), Word("twisted handles", 5)), {"fr": "Sac à anses"}),
    Choice("grand", (Word("nommé 30 x 40"),), {"fr": "Grand"}),
)


def spec(type: Any, **more: Any) -> FactSpec:
    return FactSpec("x", type, **more)


UNITS = spec("quantity", units=("pièce", "carton"))


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        (spec("choice", choices=GOODS), "plat", "plat"),
        (spec("choice", choices=GOODS), "sachet a fond PLAT", "plat"),
        (spec("choice", choices=SOLD), "sac poignées torsadées", "anses"),
        (spec("choice", choices=SOLD), "Twisted handles", "anses"),
        (spec("choice", choices=SOLD), "nommé 30 x 40", "grand"),
        (UNITS, "10 000 pièces", Quantity(Decimal(10_000), "pièce")),
        (UNITS, "10,000 pièces", Quantity(Decimal(10_000), "pièce")),
        (UNITS, "2.500", Quantity(Decimal(2_500))),
        (UNITS, "2,500 carton", Quantity(Decimal("2.5"), "carton")),
        (UNITS, "12,5 carton", Quantity(Decimal("12.5"), "carton")),
        (UNITS, "300", Quantity(Decimal(300))),
        (UNITS, "dix mille pièces", Quantity(Decimal(10_000), "pièce")),
        (UNITS, "10 mille", Quantity(Decimal(10_000))),
        (spec("count"), "7", 7),
        (spec("yesno"), "Oui", True),
        (spec("date"), "31/12/2026", Day(date(2026, 12, 31))),
        (spec("date"), "2026-12-31", Day(date(2026, 12, 31))),
        (spec("money"), "0,85 MAD HT", Money(Decimal("0.85"), "MAD", "excl")),
        (spec("money"), "0.85 MAD excl. tax", Money(Decimal("0.85"), "MAD", "excl")),
        (spec("money"), "€12.50 ttc", Money(Decimal("12.50"), "EUR", "incl")),
        (spec("money"), "1 200,00 dh", Money(Decimal("1200.00"), "MAD")),
        (spec("money"), "450 MAD HT / 1000", Money(Decimal(450), "MAD", "excl", 1000)),
        (spec("money"), "160 dh le mille", Money(Decimal(160), "MAD", "", 1000)),
        (spec("money"), "1.250,50 €", Money(Decimal("1250.50"), "EUR")),
        (spec("money"), "120 MAD / carton", Money(Decimal(120), "MAD", "", 1, "carton")),
        (spec("dimensions"), "largeur 80 × 1,2 m", Dimensions((("largeur", Decimal(80000)), ("", Decimal(1200))))),
        (spec("text"), "  kraft   brun ", "kraft brun"),
    ],
)
def test_what_is_typed_is_read_and_stands_there_again(kind: FactSpec, typed: str, value: FactValue) -> None:
    read = read_value(kind, typed)
    assert read == value
    assert read_value(kind, written_value(read, kind)) == read


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (spec("choice", choices=GOODS), "autre"), (spec("choice", choices=SOLD), "sachet avec poignées torsadées"),
        (spec("choice", choices=SOLD), "pas de poignées torsadées"), (spec("choice", choices=SOLD), "500 sacs poignées torsadées"),
        (spec("choice", choices=SOLD), "un sachet"), (spec("choice", choices=SOLD), "sac"),
        (UNITS, "beaucoup"), (UNITS, "une dizaine"), (UNITS, "0"),
        (UNITS, "-5"), (UNITS, "5 seaux"), (UNITS, "9" * 30),
        (spec("count"), "1,5"), (spec("yesno"), "peut-être"), (spec("date"), "31/02/2026"), (spec("date"), "demain"),
        (spec("money"), "cher"), (spec("money"), "-3 MAD"), (spec("money"), "3 bananes"), (spec("money"), "3 MAD / 0"),
        (spec("dimensions"), "grand"), (spec("text"), " "), (spec("text"), "x" * 3000), (spec("files"), "x"),
    ],
)  # fmt: skip
def test_what_is_no_value_says_what_is_expected(kind: FactSpec, typed: str) -> None:
    with pytest.raises(Unreadable) as told:
        read_value(kind, typed)
    assert set(told.value.why) == {"fr", "en"}
    assert all(told.value.why.values())


def test_a_cell_of_a_line_is_a_field_and_nothing_else_is() -> None:
    rows = Rows((Row(facts(FLAT, 5000)), Row(facts(HANDLES, 200))))
    case = request("c1", NOW, *facts(FLAT, 5000), Fact("lines", rows, ()))
    field, held = field_of(case, DIRECTIVE, "lines.2.quantity")
    assert field is not None
    assert held is not None
    assert (field.name, held.value) == ("quantity", Quantity(Decimal(200), "pièce"))
    for name in (
        "lines.3.quantity",
        "lines.0.quantity",
        "lines.2.delivery",
        "lines.x.quantity",
        "lines.2",
        "nothing",
        f"lines.{'9' * 99}.x",
    ):
        assert field_of(case, DIRECTIVE, name) == (None, None), name
    assert field_of(replace(case, facts=()), DIRECTIVE, "quantity")[1] is None


def test_what_a_correction_leaves_unsaid_stays_and_a_base_is_never_guessed() -> None:
    quantity, price = DIRECTIVE.fact("quantity"), spec("money", price="unit")
    assert quantity is not None
    mille, box = Money(Decimal(150), "MAD", "excl", 1000, "pièce"), Money(Decimal(120), "MAD", "", 1, "carton")
    assert new_value(DIRECTIVE, price, "0,16 dh", mille) == Money(Decimal("0.16"), "MAD", "excl", 1, "pièce")
    assert new_value(DIRECTIVE, price, "0.16", mille) == Money(Decimal("0.16"), "MAD", "excl", 1, "pièce")
    assert new_value(DIRECTIVE, price, "160 dh TTC le mille", mille) == Money(Decimal(160), "MAD", "incl", 1000, "pièce")
    assert new_value(DIRECTIVE, price, "130", box) == Money(Decimal(130), "MAD", "", 1, "carton")
    assert new_value(DIRECTIVE, quantity, "3 000", None) == Quantity(Decimal(3000), "pièce")
    assert new_value(DIRECTIVE, quantity, "3 000", Quantity(Decimal(2), "carton")) == Quantity(Decimal(3000), "carton")
