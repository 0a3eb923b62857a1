"""Lines of a request, what follows from facts, corrections, typed values; numbers as people say them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.correcting import corrected
from core.reading import Fact, Money, Quantity, Row, Rows
from core.rows import derived, digest_of, joined, product, rows_of
from engine.typed import read_value, written_value
from processors.numbers_spoken import numbers, readable
from tests.orders_life import Life, commande

TWO = (
    "Commande :\n- 10 000 sachets fond plat kraft, 0,12 € HT\n"
    "- 4 cartons de sacs fond carré poignées plates, 30 € HT le carton\nTotal 1320 € HT\n"
)


def two() -> Life:
    life = Life()
    life.write(TWO)
    return life


def cell(life: Life, line: int, column: str) -> object:
    found = rows_of(life.order.facts, life.directive)[line - 1].cell(column)
    return found.value if found is not None else None


def test_the_facts_of_the_columns_are_those_of_the_first_line_and_the_total_is_of_all() -> None:
    life = two()
    assert life.value("product") == cell(life, 1, "product") == "sachet_fond_plat"
    assert life.value("quantity") == Quantity(Decimal(10000), "pièce")
    assert cell(life, 2, "quantity") == Quantity(Decimal(4), "carton")
    assert cell(life, 1, "total_price") == Money(Decimal("1200.00"), "EUR", "excl")
    assert cell(life, 2, "total_price") == Money(Decimal("120.00"), "EUR", "excl")
    whole = life.order.fact("total_price")
    assert whole is not None
    assert (whole.value, whole.origin) == (Money(Decimal(1320), "EUR", "excl"), "rules")


def test_one_line_is_the_facts_themselves() -> None:
    life = Life()
    life.write("je commande 500 sacs fond carré poignées plates")
    assert life.order.fact("lines") is None
    (row,) = rows_of(life.order.facts, life.directive)
    assert {c.name for c in row.cells} == {"product", "quantity"}


def test_a_total_nobody_wrote_is_the_sum_of_the_lines() -> None:
    life = Life()
    life.write(TWO.replace("Total 1320 € HT\n", ""))
    whole = life.order.fact("total_price")
    assert whole is not None
    assert (whole.value, whole.origin, whole.evidence) == (Money(Decimal("1320.00"), "EUR", "excl"), "derived", ())


@pytest.mark.parametrize(
    ("quantity", "price", "total"),
    [
        (Quantity(Decimal(5000), "pièce"), Money(Decimal(180), "MAD", per=1000, unit="pièce"), "900.00"),
        (Quantity(Decimal(5000)), Money(Decimal("0.45"), "MAD"), "2250.00"),
        (Quantity(Decimal(3), "carton"), Money(Decimal(95), "MAD", unit="carton"), "285.00"),
        (Quantity(Decimal(3), "carton"), Money(Decimal(95), "MAD"), "285.00"),
        (Quantity(Decimal(3), "carton"), Money(Decimal("0.45"), "MAD", unit="pièce"), None),
        (Quantity(Decimal(3), "palette"), Money(Decimal(180), "MAD", per=1000), None),
    ],
)
def test_a_price_of_pieces_says_nothing_of_a_box(quantity: Quantity, price: Money, total: str | None) -> None:
    maker = commande().fact("total_price")
    assert maker is not None
    found = product(maker, (Fact("quantity", quantity, ()), Fact("unit_price", price, ())), commande())
    assert (str(found.value.amount) if found is not None else None) == total  # type: ignore[union-attr]


def test_what_was_calculated_goes_with_what_it_was_calculated_from() -> None:
    life = Life()
    life.write("je commande 500 sacs fond carré poignées plates à 1 dh l'unité")
    facts = tuple(f for f in life.order.facts if f.name != "unit_price")
    assert [f.name for f in derived(facts, life.directive)] == ["product", "quantity"]


def test_a_correction_of_one_line_leaves_the_others() -> None:
    life = two()
    before = digest_of(life.order, life.directive)
    life.act("correct", facts=(Fact("lines.2.quantity", Quantity(Decimal(6), "carton"), (), origin="person"),))
    assert cell(life, 2, "quantity") == Quantity(Decimal(6), "carton")
    assert cell(life, 2, "total_price") == Money(Decimal("180.00"), "EUR", "excl")
    assert life.value("quantity") == Quantity(Decimal(10000), "pièce")
    assert digest_of(life.order, life.directive) != before


def test_a_correction_of_the_first_line_is_one_of_the_facts_too() -> None:
    life = two()
    for name in ("quantity", "lines.1.quantity"):
        facts = corrected(life.order.facts, [Fact(name, Quantity(Decimal(7), "carton"), (), origin="person")], life.directive)
        by_name = {f.name: f.value for f in facts}
        assert by_name["quantity"] == Quantity(Decimal(7), "carton")
        rows = by_name["lines"]
        assert isinstance(rows, Rows)
        assert rows.rows[0].cell("quantity").value == Quantity(Decimal(7), "carton")  # type: ignore[union-attr]


def test_a_reply_that_does_not_say_which_line_corrects_nothing() -> None:
    life = two()
    life.admin("quantité 6000")
    assert life.told("admin")[-1] == "admin_unclear"
    assert cell(life, 1, "quantity") == Quantity(Decimal(10000), "pièce")
    life.admin("ligne 2 quantité 6 cartons")
    assert cell(life, 2, "quantity") == Quantity(Decimal(6), "carton")


def test_a_column_alone_does_not_change_a_request_of_several_lines_and_new_lines_do() -> None:
    life = two()
    facts = joined(life.order.facts, (Fact("quantity", Quantity(Decimal(1)), ()),), life.directive)
    assert {f.name: f.value for f in facts}["quantity"] == Quantity(Decimal(10000), "pièce")
    rows = Rows(tuple(Row((Fact("quantity", Quantity(Decimal(n)), ()),)) for n in (1, 2)))
    facts = joined(life.order.facts, (Fact("quantity", Quantity(Decimal(1)), ()), Fact("lines", rows, ())), life.directive)
    assert {f.name for f in facts} & {"product", "unit_price", "quantity", "lines"} == {"quantity", "lines"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("unit_price", Money(Decimal(180), "MAD", "excl", 1000, "pièce")),
        ("unit_price", Money(Decimal("95.5"), "MAD", "", 1, "carton")),
        ("unit_price", Money(Decimal("0.45"), "EUR", "incl")),
        ("quantity", Quantity(Decimal(10000), "pièce")),
        ("nature", "kraft brun, 24x10x32"),
        ("customer_reference", "BC-118"),
        ("delivery_address", "12 rue des Oliviers"),
    ],
)
def test_a_field_shows_a_value_as_it_reads_it(name: str, value: Money | Quantity | str) -> None:
    spec = commande().fact(name)
    assert spec is not None
    assert read_value(spec, written_value(value, spec)) == value


SPOKEN = {
    "10 mille": 10000, "5k": 5000, "7K": 7000, "10.000": 10000, "12,500": 12500, "trente mille": 30000, "deux mille cinq cents": 2500,
    "quatre-vingt-dix": 90, "une dizaine": 10, "deux douzaines": 24, "10 alf": 10000, "alf": 1000, "khamsa": 5, "jouj": 2,
    "عشرة آلاف": 10000, "ألفين": 2000, "٥٠٠٠": 5000, "خمسة": 5, "twenty-five thousand": 25000, "a dozen": 12, "ten thousand": 10000,
    "2,5 mille": 2500, "1 500": 1500, "1\u202f500": 1500,
}  # fmt: skip


@pytest.mark.parametrize(("said", "value"), SPOKEN.items())
def test_numbers_as_people_say_them(said: str, value: int) -> None:
    text = f"il faut {said} pièces"
    (number,) = numbers(readable(text))
    assert number.value == value
    assert text[number.start : number.end] in said
