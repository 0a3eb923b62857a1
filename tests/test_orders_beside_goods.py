"""Numbers and words beside what is ordered that are none of it: accounts, earlier orders, names; two numbers of which one is meant."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.reading import Quantity
from tests.orders_help import sacherie
from tests.test_orders_either import facts
from tests.test_orders_read import told

DOUBT = next(s.doubt for d in sacherie().directives if d.name == "commande" for s in d.facts if s.name == "quantity")


@pytest.mark.parametrize(
    "account",
    [
        "numéro client 4521", "notre numéro client : 40217", "notre n° client : 40217", "code client 4521", "n° client : 4521",
        "compte client 88123", "client n°88123", "notre n° de compte chez vous : 30221", "n° adhérent 5521", "our account number: 55120",
        "our no. (account): 5512", "notre numéro de contrat : 2231",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "frame",
    [
        "je commande 3000 sachets fond plat. {}",
        "{}. Je commande 3000 sachets fond plat",
        "je commande 3000 sachets fond plat\n{}\nMerci",
    ],
)
def test_the_number_of_who_orders_is_neither_a_reference_nor_how_many(frame: str, account: str) -> None:
    read = told(frame.format(account))
    assert read["quantity"] == Quantity(Decimal(3000), "pièce")
    assert "customer_reference" not in read
    assert "lines" not in read


@pytest.mark.parametrize(
    "said", ["référence client : 40217", "numéro de commande client : 40217", "bon de commande client n° 40217"]
)
def test_the_customers_own_reference_still_is_one(said: str) -> None:
    assert "40217" in str(told(f"je commande 3000 sachets fond plat. {said}").get("customer_reference"))


@pytest.mark.parametrize(
    "text",
    [
        "en plus de la commande de vendredi (réf. 2218), je commande 3000 sachets fond plat",
        "comme pour la commande du mois dernier (BC 7781), je commande 3000 sachets fond plat",
        "after the order of last week (PO 99812) we order 3000 flat bottom bags",
    ],
)
def test_the_reference_of_an_earlier_order_is_not_that_of_this_one(text: str) -> None:
    assert "customer_reference" not in told(text)


@pytest.mark.parametrize(
    "said",
    [
        "5000 6000 sachets fond plat", "5/6 cartons de sachets fond plat", "5 6 cartons de sachets fond plat",
        "10/12 palettes de sachets fond plat", "2/3 cartons sachets fond plat",
    ],
)  # fmt: skip
@pytest.mark.parametrize("frame", ["je commande {}", "envoie moi {} svp", "il nous faut {} pour vendredi", "bghit {}"])
def test_of_two_bare_numbers_one_is_meant_and_it_is_in_doubt(frame: str, said: str) -> None:
    found = facts(frame.format(said))
    first = said.replace("/", " ").split()[0]
    quantity = found["quantity"].value
    assert isinstance(quantity, Quantity)
    assert quantity.amount == Decimal(first)
    assert found["quantity"].confidence < DOUBT
    assert not {"customer_reference", "lines"} & set(found)


@pytest.mark.parametrize(
    ("said", "amount", "unit"),
    [
        ("18 500 sachets fond plat", 18500, "pièce"),
        ("BC 4500 5000 sachets fond plat", 5000, "pièce"),
        ("1/2 palette de sachets fond plat", Decimal("0.5"), "palette"),
        ("3/4 de palette de sachets fond plat", Decimal("0.75"), "palette"),
    ],
)
def test_what_is_one_number_stays_one(said: str, amount: Decimal, unit: str) -> None:
    found = facts(f"je commande {said}")["quantity"]
    assert found.value == Quantity(Decimal(amount), unit)
    assert found.confidence > DOUBT


@pytest.mark.parametrize("said", ["800 sac plates", "800 sacs plates", "800 sac plates blanc", "sacs plates 800 pcs"])
def test_plates_are_the_handles(said: str) -> None:
    assert told(f"je commande {said}")["product"] == "sac_poignees_plates"


@pytest.mark.parametrize("said", ["800 sacs plats", "800 sac plat", "800 sachets plats"])
def test_a_flat_bag_is_none_with_handles(said: str) -> None:
    assert told(f"je commande {said}")["product"] == "sachet_fond_plat"


@pytest.mark.parametrize("close", ["cordialement", "Cdt,", "bien à vous", "regards", "cordialement,\n"])
@pytest.mark.parametrize("name", ["rose", "violet", "brun", "gris"])
def test_who_signs_with_a_colours_name_tells_no_colour(close: str, name: str) -> None:
    assert "nature" not in told(f"je commande 3000 sachets fond plat pour vendredi\n{close} {name}")


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour, voici ma commande. Bonne journée\n--\nSamira\n5000 sachets fond plat kraft",
        "Bonjour, voici ma commande.\n\n-- \nSamira Bennani\nTél. 05 22 33 44 55\n5000 sachets fond plat kraft",
        "Bonjour, voici ma commande.\n\nEnvoyé de mon iPhone\n\n5000 sachets fond plat kraft",
    ],
)
def test_an_order_below_the_line_of_a_signature_is_read_in_doubt(text: str) -> None:
    found = facts(text)
    assert found["quantity"].value == Quantity(Decimal(5000), "pièce")
    assert found["product"].value == "sachet_fond_plat"
    assert found["quantity"].confidence < DOUBT


def test_what_a_signature_sells_is_no_order() -> None:
    sells = "Samira Bennani\nEmballages & sachets, 40 ans d'expérience, 350 références\nTél. 05 22 33 44 55"
    assert facts(f"Bonjour, voici ma commande.\n-- \n{sells}") == {}
    assert told(f"je commande 3000 sacs torsadés\n-- \n{sells}\n5000 sachets fond plat")["quantity"] == Quantity(
        Decimal(3000), "pièce"
    )
