"""Which amounts are the price of what is ordered: not costs beside it, what is paid already, others' or earlier prices; totals in any
words; amounts said in words; and what holds under a condition is doubtful."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.reading import Fact, Money
from engine.pipeline import Setup, read_mail
from tests.orders_help import NOW, mail, sacherie

GOODS = [
    "5000 sachets fond plat kraft",
    "2000 sacs torsadés blancs",
    "3 cartons de sacs poignées plates",
    "بغيت 2000 كيس بيدين مبرومين",
]
OTHER = [
    "transport 150 dh", "frais de port 150 dh ht", "cliché 300 dh ht", "frais de dossier : 50 dh", "acompte de 300 dh",
    "j'ai versé 300 dh d'acompte", "budget max 5000 dh", "vos concurrents sont à 0,12 dh",
    "vous m'aviez fait 0,15 dh la dernière fois", "ailleurs je paie 0,11 dh", "remise de 50 dh", "TVA 20% : 150 dh",
    "deposit 100 EUR", "shipping 45 EUR", "150 dh de transport", "livraison : 80 dh de frais",
]  # fmt: skip


def prices(text: str) -> dict[str, Fact]:
    setup = Setup(businesses=(sacherie(),), authserv_ids=frozenset({"guichet.invalid"}))
    reading = read_mail(mail("commande", text), setup, now=NOW, hints={}).reading
    assert reading.kind == "COMMANDE"
    return {f.name: f for f in reading.facts if f.name in ("unit_price", "total_price")}


def amount(fact: Fact | None) -> tuple[Decimal, str] | None:
    assert fact is None or isinstance(fact.value, Money)
    return (fact.value.amount, fact.value.currency) if fact is not None else None


@pytest.mark.parametrize("other", OTHER)
@pytest.mark.parametrize("goods", GOODS)
def test_an_amount_of_something_else_is_no_price(goods: str, other: str) -> None:
    for text in (f"je commande {goods}. {other}", f"je commande {goods}, {other}", f"{other}\nje commande {goods}"):
        assert prices(text) == {}, text


@pytest.mark.parametrize("other", OTHER)
def test_the_price_beside_it_is_read(other: str) -> None:
    found = prices(f"je commande 2000 sacs torsadés à 0,85 dh ht. {other}")
    assert (amount(found.get("unit_price")), "total_price" in found) == ((Decimal("0.85"), "MAD"), False)


TOTALS = [
    "soit {}", "ça fait {}", "je vous dois donc {}", "montant à payer {}", "coût total {}", "pour la somme de {}", "{} le tout",
    "Valeur de la commande : {}", "kolchi {}", "majmou3 {}", "A payer : {}", "total commande : {}", "i.e. {}", "which comes to {}",
    "making {} altogether", "donc {}", "= {}", "cela nous fait {}",
]  # fmt: skip


@pytest.mark.parametrize("said", TOTALS)
@pytest.mark.parametrize(
    ("count", "one", "whole"), [(2000, "0,85", "1700"), (3500, "0,17", "595,00"), (12_000, "0.15", "1 800")]
)
def test_what_it_comes_to_is_the_total_in_any_words(said: str, count: int, one: str, whole: str) -> None:
    found = prices(f"je commande {count} sacs torsadés à {one} dh ht, {said.format(whole + ' dh ht')}")
    assert amount(found["unit_price"]) == (Decimal(one.replace(",", ".")), "MAD")
    assert amount(found["total_price"]) == (Decimal(whole.replace(" ", "").replace(",", ".")), "MAD")


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("à un dirham quarante hors taxe", (Decimal("1.4"), "MAD")),
        ("à un dirham vingt pièce", (Decimal("1.2"), "MAD")),
        ("à deux euros cinquante le sac", (Decimal("2.5"), "EUR")),
        ("à trois dirhams et demi", (Decimal("3.5"), "MAD")),
        ("b dirham w nos", (Decimal("1.5"), "MAD")),
        ("b jouj dirham", (Decimal(2), "MAD")),
        ("بدرهم ونصف للواحد", (Decimal("1.5"), "MAD")),
        ("à quatre-vingt-cinq centimes d'euro", (Decimal("0.85"), "EUR")),
        ("at two euros fifty each", (Decimal("2.5"), "EUR")),
    ],
)
def test_an_amount_in_words_is_one_and_no_quantity(said: str, wanted: tuple[Decimal, str]) -> None:
    for text in (f"bghit 2000 sac torsadé {said}", f"je commande 2000 sacs torsadés {said} merci"):
        setup = Setup(businesses=(sacherie(),), authserv_ids=frozenset({"guichet.invalid"}))
        facts = {f.name: f for f in read_mail(mail("x", text), setup, now=NOW, hints={}).reading.facts}
        assert amount(facts["unit_price"]) == wanted
        assert "lines" not in facts


@pytest.mark.parametrize(
    "text",
    [
        "je commande des sacs torsadés, 0,70 dh si 10 000, 0,80 dh sinon",
        "sacs poignées plates svp : 0,70 dh si on en prend 5000",
        "we order twisted handle bags, 0.65 EUR from 20,000",
        "je commande 2000 sacs torsadés, si vous les faites à 0,70 dh",
    ],
)
def test_what_holds_under_a_condition_is_doubtful(text: str) -> None:
    found = prices(text)
    assert "total_price" not in found
    assert "unit_price" not in found or found["unit_price"].confidence < 0.6


def test_a_comma_before_three_digits_is_a_thousand_where_decimals_have_a_dot() -> None:
    found = prices("we order 2000 twisted handle bags, 0.85 EUR each, comes to 1,700 EUR")
    assert amount(found["total_price"]) == (Decimal(1700), "EUR")


@pytest.mark.parametrize("said", ["1 dh et 1,30 dh ht", "0,90 dh et 1,10 dh", "0,90 dh, 1,10 dh"])
def test_two_prices_of_one_line_are_no_price_and_total(said: str) -> None:
    found = prices(f"je commande 2000 sacs torsadés : moitié 24x10x32, moitié 32x12x41. {said}")
    assert "total_price" not in found
    assert found["unit_price"].confidence < 0.6


@pytest.mark.parametrize(
    "earlier",
    [
        "Le devis précédent (DV-118) était de 2 400 DH.",
        "L'ancien devis DV-118 s'élevait à 2 400 DH TTC.",
        "Notre dernière commande (BC 77) était à 0,30 dh HT.",
        "The previous quote (Q-118) was 2,400 MAD.",
    ],
)
@pytest.mark.parametrize("goods", GOODS[:2])
def test_what_an_earlier_paper_came_to_is_no_price(goods: str, earlier: str) -> None:
    assert prices(f"je commande {goods}. {earlier}") == {}
    assert prices(f"{earlier} Je commande {goods}.") == {}
    assert amount(prices(f"je commande {goods} à 0,32 dh HT. {earlier}")["unit_price"]) == (Decimal("0.32"), "MAD")


@pytest.mark.parametrize(
    "text",
    [
        "{}, au prix du dernier devis : 0,32 dh HT",
        "{}, le prix était de 0,32 dh HT",
        "{}. Votre dernier tarif était de 0,32 dh HT",
    ],
)
def test_a_price_that_goes_on_is_one(text: str) -> None:
    assert amount(prices(f"je commande {text.format(GOODS[0])}")["unit_price"]) == (Decimal("0.32"), "MAD")


TWO = "je commande 5000 sachets fond plat kraft et 3000 sacs torsadés blancs"


@pytest.mark.parametrize("told", ["tt à 0,95 dh ttc", "tout à 0,95 dh ttc", "le tout à 0,95 dh ttc", "le tt a 0,95 dh ttc"])
def test_so_little_for_everything_is_the_price_of_one(told: str) -> None:
    for text in (f"je commande {GOODS[0]}. {told}", f"{TWO}, {told}", f"{TWO}. {told}"):
        found = prices(text)
        assert amount(found["unit_price"]) == (Decimal("0.95"), "MAD"), text
        assert "total_price" not in found or found["total_price"].origin == "derived"


@pytest.mark.parametrize("told", ["tt à 1600 dh ttc", "le tt pour 1600 dh ttc", "le tout à 1600 dh ttc", "tout à 1600 dh ttc"])
def test_so_much_for_everything_is_what_it_comes_to(told: str) -> None:
    for text in (f"je commande {GOODS[0]}. {told}", f"{TWO}. {told}"):
        found = prices(text)
        assert amount(found.get("total_price")) == (Decimal(1600), "MAD"), text
        assert "unit_price" not in found
