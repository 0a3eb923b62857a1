"""What people write otherwise: a tax said once, a box told after its price, cents and boxes, what a box holds, days of every week."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.reading import Day, Money, Quantity, Row, Rows
from tests.test_orders_read import told


def lines(text: str) -> tuple[Row, ...]:
    found = told(text)["lines"]
    assert isinstance(found, Rows)
    return found.rows


def cells(row: Row) -> dict[str, object]:
    return {c.name: c.value for c in row.cells}


@pytest.mark.parametrize("joint", [" et ", ", ", " / ", " and "])
@pytest.mark.parametrize(("said", "tax"), [("HT", "excl"), ("TTC", "incl"), ("hors taxes", "excl")])
def test_a_tax_said_at_the_end_of_an_enumeration_is_that_of_all(joint: str, said: str, tax: str) -> None:
    rows = lines(f"je commande 5000 sacs poignées plates kraft et 4000 sachets fond plat. Prix : 0,80 DH{joint}0,20 DH {said}")
    prices = [cells(row)["unit_price"] for row in rows]
    assert [p.tax for p in prices if isinstance(p, Money)] == [tax, tax]


@pytest.mark.parametrize(("said", "tax"), [("TOTAL (excl. VAT)", "excl"), ("Total TTC", "incl"), ("TOTAL HT", "excl")])
def test_the_tax_of_a_sum_is_that_of_the_lines_that_come_to_it(said: str, tax: str) -> None:
    table = ["Article | Qté | Prix | Montant", "sachet fond plat | 1000 | 0,50 | 500,00", "sac torsadé | 1000 | 1,00 | 1000,00"]
    text = "\n".join(("Commande", *table, "{}   {} MAD", ""))
    amounts = [c for row in lines(text.format(said, "1500,00")) for c in cells(row).values() if isinstance(c, Money)]
    assert {m.tax for m in amounts} == {tax}
    other = [c for row in lines(text.format(said, "1800,00")) for c in cells(row).values() if isinstance(c, Money)]
    assert {m.tax for m in other} == {""}, "a sum that is not theirs says nothing of their tax"


@pytest.mark.parametrize(
    ("word", "unit"), [("palette", "palette"), ("carton", "carton"), ("la palette", "palette"), ("/carton", "carton")]
)
def test_what_a_price_is_of_may_follow_its_currency(word: str, unit: str) -> None:
    price = told(f"je commande 5 {unit}s de sachets fond plat à 4200 dh {word} HT")["unit_price"]
    assert isinstance(price, Money)
    assert (price.amount, price.unit, price.tax) == (Decimal(4200), unit, "excl")


def test_cts_are_boxes_in_a_list_and_hundredths_after_a_price() -> None:
    rows = lines("commande :\n- torsadées 24x11x31 : 3 cts\n- fond plat 12x21 : 10 cts\nmerci")
    assert [cells(r)["quantity"] for r in rows] == [Quantity(Decimal(3), "carton"), Quantity(Decimal(10), "carton")]
    assert not any("unit_price" in cells(r) for r in rows)
    price = told("je commande 3000 sachets fond plat à 12 cts")["unit_price"]
    assert isinstance(price, Money)
    assert price.amount == Decimal("0.12")


@pytest.mark.parametrize("said", ["1 carton(s) = 500 pces", "1 carton = 500 sacs", "1 carton contient 500 pièces"])
def test_what_one_of_them_holds_is_not_ordered(said: str) -> None:
    found = told(f"commande\n{said}\n12 cartons sacs poignées plates kraft")
    assert found["quantity"] == Quantity(Decimal(12), "carton")
    assert "lines" not in found


@pytest.mark.parametrize("said", ["au même prix, soit 0,31 DH HT", "au prix, soit 0,31 DH HT", "même tarif soit 0,31 DH HT"])
def test_a_price_that_is_told_again_is_none_of_the_whole(said: str) -> None:
    found = told(f"je commande 1500 sachets fond plat {said}")
    assert isinstance(found["unit_price"], Money)
    assert found["unit_price"].amount == Decimal("0.31")


@pytest.mark.parametrize(
    "said",
    [
        "réception du lundi au jeudi 6h-12h", "ouvert tous les jours sauf lundi", "quai ouvert du mardi au samedi",
        "open from monday to friday",
        "on est là tous les jours hors samedi",
    ],
)  # fmt: skip
def test_the_days_of_every_week_are_no_day_of_delivery(said: str) -> None:
    assert "delivery_date" not in told(f"je commande 1500 sachets fond plat, {said}")
    assert (
        told(f"je commande 1500 sachets fond plat, {said}, pour le 18/03")["delivery_date"]
        == told("je commande 5 sacs pour le 18/03")["delivery_date"]
    )


@pytest.mark.parametrize(
    "said", ["-20 % sur nos coffrets gourmands jusqu'au 31 mars", "Profitez de -15% sur tout le site jusqu'au 12 avril !"]
)
def test_an_advertisement_at_the_foot_has_no_day_of_delivery(said: str) -> None:
    assert "delivery_date" not in told(f"je commande 1500 sachets fond plat\nMerci\nAntoine\n{said}")


def test_we_expect_you_is_a_day_of_delivery() -> None:
    day = told("je commande 1500 sachets fond plat. Notre chef vous attend mardi 10 mars dès 9 heures.")["delivery_date"]
    assert isinstance(day, Day)
    assert day.day.isoformat() == "2026-03-10"


@pytest.mark.parametrize(
    ("said", "ref"),
    [("BC26-309", "BC26-309"), ("PO44710", "PO44710"), ("Référence interne T-0302", "T-0302"), ("bdc2231", "bdc2231")],
)
def test_a_reference_may_be_glued_to_the_name_of_its_paper(said: str, ref: str) -> None:
    assert told(f"je commande 1500 sachets fond plat. {said}. Merci")["customer_reference"] == ref


@pytest.mark.parametrize("said", ["14 Mill Lane, Portsmouth PO4 8RA", "quai n°2, présentation 7h30"])
def test_neither_a_towns_code_nor_a_quay_says_which(said: str) -> None:
    found = told(f"je commande 1500 sachets fond plat. Livraison {said}")
    assert "customer_reference" not in found
    assert not str(found.get("delivery_address", "")).startswith("quai")


@pytest.mark.parametrize("one", ["wahed", "wa7ed", "wahda", "wa7da", "1 dyal"])
@pytest.mark.parametrize(("unit", "spelled"), [("carton", "carton"), ("palette", "palette"), ("karton", "carton")])
def test_one_said_behind_its_unit_is_a_line(unit: str, spelled: str, one: str) -> None:
    rows = lines(f"bghit {unit} {one} sachet fond plat kraft w 2 cartons torsadées")
    assert [cells(row).get("quantity") for row in rows] == [Quantity(Decimal(1), spelled), Quantity(Decimal(2), "carton")]


@pytest.mark.parametrize("street", ["bd du 20 Août", "avenue du 6 Novembre", "rue du 11 janvier", "place du 16 novembre"])
def test_the_day_that_a_street_is_named_after_is_none_of_delivery(street: str) -> None:
    day = told(f"je commande 500 sachets fond plat, livrez au {street}, Agadir, vendredi")["delivery_date"]
    assert isinstance(day, Day)
    assert day.day.isoformat() == "2026-03-06"


@pytest.mark.parametrize(
    ("said", "day"),
    [("jeudi prochain le 12", "2026-03-12"), ("mardi le 17", "2026-03-17"), ("vendredi prochain, le 20", "2026-03-20")],
)
def test_the_day_of_the_month_behind_a_weekday_tells_which(said: str, day: str) -> None:
    found = told(f"je commande 500 sachets fond plat pour {said}")["delivery_date"]
    assert isinstance(found, Day)
    assert found.day.isoformat() == day


@pytest.mark.parametrize("said", ["comme proposé vendredi", "comme annoncé jeudi", "comme indiqué mardi"])
def test_the_day_when_something_was_offered_is_none_of_delivery(said: str) -> None:
    assert "delivery_date" not in told(f"je commande 500 sachets fond plat à 0,13 dh {said}")


@pytest.mark.parametrize(
    "said", ["livraison 25/03 au dépôt, sinon rappelez-moi", "Livraison au magasin, mais pas samedi", "Livraison (lot 2231)"]
)
def test_a_site_with_nothing_that_says_which_is_no_address(said: str) -> None:
    assert "delivery_address" not in told(f"je commande 500 sachets fond plat. {said}")


@pytest.mark.parametrize("town", ["tanger", "agadir", "alger", "montpellier", "Tanger"])
def test_a_town_that_ends_like_a_verb_is_a_place(town: str) -> None:
    assert told(f"je commande 500 sachets fond plat. livraison {town} lot 41")["delivery_address"] == f"{town} lot 41"


def test_with_logo_is_no_avenue() -> None:
    assert told("je commande 500 sachets fond plat av logo rouge")["nature"] == "logo rouge"
    assert "nature" not in told("je commande 500 sachets fond plat, livrez 12 av. rouge, Fès")
