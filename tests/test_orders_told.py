"""What is taken back, what was once, what is told of all, what is only asked: people say more than what they order."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.reading import Fact, Money, Quantity, Reading, Row, Rows
from engine.pipeline import Setup, read_mail
from tests.orders_help import NOW, mail, sacherie

SETUP = Setup(businesses=(sacherie(),), authserv_ids=frozenset({"guichet.invalid"}))
P1, P2, P3, P4 = "sachet_fond_plat", "sac_sans_poignees", "sac_poignees_plates", "sac_poignees_torsadees"


def reading(text: str, subject: str = "") -> Reading:
    return read_mail(mail(subject, text), SETUP, now=NOW, hints={}).reading


def rows(text: str) -> list[Row]:
    """The lines, the only one too."""
    facts: dict[str, Fact] = {f.name: f for f in reading(text).facts}
    held = facts.get("lines")
    return list(held.value.rows) if held is not None and isinstance(held.value, Rows) else [Row(tuple(facts.values()))]


def counted(text: str) -> list[tuple[object, int]]:
    """(product, how many) of every line."""
    found = []
    for row in rows(text):
        product, quantity = row.cell("product"), row.cell("quantity")
        number = int(quantity.value.amount) if quantity is not None and isinstance(quantity.value, Quantity) else 0
        found.append((product.value if product is not None else None, number))
    return found


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Je commande :\n- sachets plats : 5000\n- sacs sans poignées : 3000 (pardon, mettez 3500)", [(P1, 5000), (P2, 3500)]),
        ("je commande 3000 sacs torsadés, finalement mettez 4000", [(P4, 4000)]),
        ("1 000 sacs torsadés, 2 000 sachets fond plat. Ah non attendez, pour les sachets 3 000", [(P4, 1000), (P1, 3000)]),
        ("je commande 5000 sachets plats et 2000 torsadés. Non pardon 6000 sachets plats", [(P1, 6000), (P4, 2000)]),
        ("je prends 3000 torsadés, 5000 sachets plats et enfin 2000 poignées plates", [(P4, 3000), (P1, 5000), (P3, 2000)]),
        # what was once
        ("Nous en avions reçu 2 500 en septembre dernier. Il nous faut 3 200 sacs torsadés", [(P4, 3200)]),
        ("j'avais pris 2000 torsadés, cette fois 3000", [(P4, 3000)]),
        ("je commande 3000 sacs torsadés comme ceux que j'avais pris en janvier", [(P4, 3000)]),
        ("La livraison de janvier (6 000 sacs) était arrivée mouillée. Il nous faut 8 000 sacs poignées plates", [(P3, 8000)]),
        ("je commande 3000 sacs torsadés (le logo est chez vous depuis 2024)", [(P4, 3000)]),
    ],
)
def test_what_is_taken_back_or_was_once_is_not_ordered(text: str, wanted: list[tuple[str, int]]) -> None:
    assert counted(text) == wanted


def test_what_was_once_paid_is_not_the_price() -> None:
    (row,) = rows("8 000 sacs torsadés svp. Vous nous les aviez facturés 0,72 DH ; le nouveau prix est de 0,79 DH HT l'unité")
    price = row.cell("unit_price")
    assert price is not None
    assert price.value == Money(Decimal("0.79"), "MAD", "excl", 1, "pièce")


@pytest.mark.parametrize(
    "text", ["2000 sacs poignées plates + 1000 sacs torsadés, kraft brun les deux, 32x12x35",
             "2000 sacs poignées plates et 1000 torsadés, le tout en kraft brun, 32x12x35."]
)  # fmt: skip
def test_a_size_beside_what_is_told_of_all_is_of_all(text: str) -> None:
    natures = [row.cell("nature") for row in rows(f"je commande {text}")]
    assert [n.value for n in natures if n is not None] == ["kraft brun, 32x12x35"] * 2


@pytest.mark.parametrize("text", ["EUR 0.14 each, excl. VAT", "0.14 EUR each, all ex VAT", "tout hors taxes, 0,14 € pièce"])
def test_a_tax_behind_a_comma_or_told_of_all_is_that_of_the_price(text: str) -> None:
    (row,) = rows(f"I order 5000 twisted handle bags. {text}")
    price = row.cell("unit_price")
    assert price is not None
    assert isinstance(price.value, Money)
    assert (price.value.amount, price.value.currency, price.value.tax) == (Decimal("0.14"), "EUR", "excl")


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("5000 sachets plats à 0,14 dh, 3000 torsadés à 1,10 dh, 2000 sans poignées 0,4", Money(Decimal("0.4"), "MAD")),
        ("5000 sachets plats 0,14 dh\n3000 torsadés 1,10 dh\n2000 sans poignées 0,40", Money(Decimal("0.40"), "MAD")),
        ("5000 sachets plats à 0,14 dh et 3000 torsadés 24,5", None),  # so much dearer may be a size
    ],
)
def test_a_bare_amount_beside_prices_is_a_price_in_doubt(text: str, last: Money | None) -> None:
    price = rows(f"je commande {text}")[-1].cell("unit_price")
    assert (price.value if price is not None else None) == last
    assert price is None or price.confidence < 0.6


@pytest.mark.parametrize(
    "text",
    [
        "3 livraisons de 10 000 sachets plats : 10 mars, 10 avril",
        "je commande 2 fois de 10 000 sachets plats",
        "je commande 2000 grands (blancs) et 1000 torsadés",
    ],
)
def test_how_many_in_all_is_in_doubt_where_it_is_not_clear(text: str) -> None:
    facts = {f.name: f for f in reading(text, "commande").facts}
    assert facts["quantity"].confidence < 0.6


@pytest.mark.parametrize(
    "text",
    [
        "merci de porter la quantité de notre BC 9087 de 6 000 à 9 000 sacs sans poignées. Le reste est inchangé",
        "chhal dayrin daba f sac torsadé 32x41? bghit n3ref taman 9bel ma ncommandé",
        "Bonjour, TVA 20% sur 1000 sachets ?",
        "Où sont mes 3000 sachets plats commandés le 20 février ?",
        "3000 sacs torsadés en combien de temps ?",
        "Can you give me a price on 5000 twisted handle bags?",
        "On a reçu 2000 sacs au lieu de 3000 sacs torsadés",
        "Est-ce que le prix de 1,10 dh pour 3000 sacs torsadés est HT ou TTC ?",
        "On aurait besoin de 3000 sacs torsadés, c'est quoi le prix ?",
        "Les poignées se décollent sur les 3000 sacs torsadés du mois dernier",
        "Je suis absente jusqu'au 9 mars. En cas d'urgence concernant une commande, contactez M. Rami",
    ],
)
def test_questions_complaints_changes_and_absences_are_no_orders(text: str) -> None:
    assert reading(text).kind == "AUTRE"


@pytest.mark.parametrize(
    "text",
    [
        "Pouvez-vous nous livrer 30000 sachets fond plat pour après-demain, merci",
        "il faudrait que vous nous livriez une palette de sacs sans anses lundi 16",
        "La livraison de janvier était arrivée avec deux cartons mouillés, c'est réglé. Cette fois-ci il nous faut 8 000 sacs torsadés.",
        "comme d'habitude pour nous mais cette fois-ci 12 000 au lieu de 8 000",
        "Le prix de 1,10 me va, lancez les 3000 torsadés",
        "En plus de la commande de ce matin ajoutez 1000 sacs torsadés",
        "Suite à votre devis, ok pour 3000 sacs torsadés à 1,10 dh",
    ],
)
def test_orders_that_speak_of_prices_deliveries_and_the_past_are_orders(text: str) -> None:
    assert reading(text).kind == "COMMANDE"


def test_a_repeat_with_another_number_says_both() -> None:
    told = reading(
        "comme d'habitude pour nous mais cette fois-ci 12 000 au lieu de 8 000, on a une grosse fin de Ramadan. Merci !"
    )
    assert told.repeat is not None
    assert [f.value for f in told.facts if f.name == "quantity"] == [Quantity(Decimal(12000), "pièce")]
