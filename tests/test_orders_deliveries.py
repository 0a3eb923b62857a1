"""Where to: an address ends before the goods that go there, several of one message are shown in doubt, and how soon is no place."""

from __future__ import annotations

import pytest

from core.doubts import why
from core.reading import Day, Fact, Rows
from engine.pipeline import Setup, read_mail
from tests.orders_help import NOW, mail, sacherie

COMMANDE = next(d for d in sacherie().directives if d.name == "commande")


def facts(text: str) -> dict[str, Fact]:
    setup = Setup(businesses=(sacherie(),), authserv_ids=frozenset({"guichet.invalid"}))
    return {f.name: f for f in read_mail(mail("commande", text), setup, now=NOW, hints={}).reading.facts}


def doubted(fact: Fact) -> bool:
    spec = COMMANDE.fact(fact.name)
    return spec is not None and fact.confidence < spec.doubt


GOODS = "1000 sacs poignées torsadées kraft"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (f"livraison à Rabat 3 rue Oqba et 2000 sachets fond plat, {GOODS}", "Rabat 3 rue Oqba"),
        (f"(livraison 9/3, 4 rue Patrice Lumumba) : {GOODS} à 1,20 DH", "4 rue Patrice Lumumba"),
        (f"à livrer au 12 rue Haute, Salé : {GOODS}", "12 rue Haute, Salé"),
        (f"livraison au 12 rue Haute (près de la poste), Salé. {GOODS}", "12 rue Haute (près de la poste), Salé"),
        (f"livraison : 12 lot Al Amal, Salé. {GOODS}", "12 lot Al Amal, Salé"),
        (f"livrez au 9 rue des Oliviers à 0,15 DH le sac, {GOODS}", "9 rue des Oliviers"),
        (f"deliver to 14 Market Street and {GOODS}", "14 Market Street"),
        (f"livri l 14 zanqat Fes w 3 cartons dyal sachets fond plat, {GOODS}", "14 zanqat Fes"),
        (f"{GOODS}. Livrez plutôt le 22/3 et à l'adresse 9 rue des Oliviers, Salé", "9 rue des Oliviers, Salé"),
        (f"{GOODS}\nLivraison au plus vite a notre depot ain sebaa", "depot ain sebaa"),
        (f"{GOODS}. Livraison dès que possible au 9 rue des Oliviers, Salé", "9 rue des Oliviers, Salé"),
        (f"{GOODS}. Livraison en urgence à notre dépôt, 9 rue des Oliviers", "dépôt, 9 rue des Oliviers"),
        ("بغيت 1000 كيس قاعدة مسطحة كرافت لكازا حي المعاريف", "كازا حي المعاريف"),
        ("بغيت 1000 كيس قاعدة مسطحة كرافت لحي الرياض", "حي الرياض"),
        ("bghit 1000 sachet fond plat kraft l casa 7ay lm3arif", "casa 7ay lm3arif"),
    ],
)
def test_an_address_ends_before_the_goods(text: str, address: str) -> None:
    found = facts(text)["delivery_address"]
    assert found.value == address
    assert not doubted(found)


TWO = [
    "Première commande, Rabat (livraison 9/3, 4 rue Oqba) : 1000 sacs torsadés kraft. Deuxième, Fès (livraison 16/3, 22 bd Zerktouni) : "
    "3000 sachets fond plat",
    "1000 sacs torsadés livraison 9/3 à Rabat 4 rue Oqba et 2000 sachets fond plat livraison 16/3 à Fès 22 bd Zerktouni",
    "1000 sacs torsadés, livraison le 9 mars au 4 rue Oqba.\n2000 sachets fond plat, livraison le 16 mars au 22 bd Zerktouni.",
    "- 1000 sacs torsadés : livrer 4 rue Oqba le 9 mars\n- 2000 sachets fond plat : livrer 22 bd Zerktouni le 16 mars",
    "1000 twisted handle bags delivered on 9 March to 4 rue Oqba and 2000 flat bottom bags delivered on 16 March to 22 bd Zerktouni",
    "1000 sacs torsadés livraison 09/03/2026 4 rue Oqba + 2000 sachets fond plat livraison 16/03/2026 22 bd Zerktouni",
]


@pytest.mark.parametrize("text", TWO)
def test_two_deliveries_are_both_shown_in_doubt(text: str) -> None:
    found = facts(text)
    day, place = found["delivery_date"], found["delivery_address"]
    assert isinstance(day.value, Day)
    assert day.value.day.isoformat() == "2026-03-09"
    assert doubted(day)
    assert len({e.quote for e in day.evidence}) == 2
    assert doubted(place)
    assert "rue Oqba" in str(place.value)
    assert "bd Zerktouni" in str(place.value)
    assert "sac" not in str(place.value)
    assert len(place.evidence) == 2


@pytest.mark.parametrize(
    "text",
    [
        f"{GOODS}, livraison le 9 mars au 4 rue Oqba, Rabat. Adresse de livraison : 4 rue Oqba, Rabat",
        f"{GOODS}, livraison le 9 mars, règlement le 30 mars, au 4 rue Oqba, Rabat",
        f"Commande du 02/03/2026, {GOODS}, livraison le 9 mars au 4 rue Oqba. Adresse de facturation : 22 bd Zerktouni",
    ],
)
def test_one_delivery_is_sure(text: str) -> None:
    found = facts(text)
    assert not doubted(found["delivery_date"])
    assert not doubted(found["delivery_address"])


@pytest.mark.parametrize(
    "text",
    [
        "Je commande 3 livraisons de 10 000 sachets fond plat kraft à 0,32 dh",
        "Bonjour, nous avons besoin de 3 livraisons de 10 000 sachets fond plat kraft à 0,32 dh HT, livraison au 12 rue Haute, Fès.",
        "Bonjour, je commande des sachets fond plat kraft en 3 livraisons de 10 000 pièces à 0,32 dh HT, à partir du 20 mars, merci.",
    ],
)
def test_a_share_with_a_price_is_kept_in_doubt(text: str) -> None:
    found = facts(text)
    assert str(found["quantity"].value.amount) == "10000"  # type: ignore[union-attr]
    assert (found["quantity"].doubt, doubted(found["quantity"])) == ("share", True)
    assert "unit_price" in found


def test_a_share_beside_another_line_is_a_line() -> None:
    rows = facts("je commande 3 livraisons de 10 000 sachets fond plat kraft à 0,32 dh et 500 sacs torsadés blancs")[
        "lines"
    ].value
    assert isinstance(rows, Rows)
    assert [row.cell("quantity").value.amount for row in rows.rows] == [10000, 500]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text",
    [
        "je commande 30 000 sachets fond plat kraft à 0,32 dh en 3 livraisons de 10 000 sachets",
        "je commande 30 000 sachets fond plat kraft à 0,32 dh (trois livraisons de 10 000)",
        "nous prenons 3 livraisons de 10 000 sachets fond plat kraft à 0,32 dh, soit 30 000 sachets",
    ],
)
def test_shares_that_come_to_what_is_told_in_all_are_no_line(text: str) -> None:
    found = facts(text)
    assert "lines" not in found
    assert str(found["quantity"].value.amount) == "30000"  # type: ignore[union-attr]
    assert not doubted(found["quantity"])


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("5000 sachets fond plat, livrés au 12 rue Haute, Fès et 2000 livrés à Tanger", "12 rue Haute, Fès"),
        ("7000 sachets fond plat, 5000 à livrer au 12 rue Haute, Fès et 2000 au 5 rue du Port, Tanger", "12 rue Haute, Fès"),
        ("5000 flat bottom bags, deliver to 14 Mill Lane, Leeds and 500 to Hull", "14 Mill Lane, Leeds"),
    ],
)
def test_how_many_go_elsewhere_is_no_part_of_an_address_and_leaves_it_in_doubt(text: str, address: str) -> None:
    found = facts(f"je commande {text}")["delivery_address"]
    assert found.value == address
    assert (found.doubt, doubted(found)) == ("several", True)
    assert found.evidence[-1].quote.endswith(text.rpartition(" et " if "et 2" in text else " and ")[2])
    assert facts("je commande 700 sachets fond plat, livrés au 12 rue Haute, 20000 Fès")["delivery_address"].doubt == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2000 sachets fond plat à 0,40 dh, 1000 tout de suite et le reste en janvier", "1000 tout de suite et le reste en janvier"),
        ("2000 sachets fond plat kraft, la moitié maintenant, le reste plus tard", "la moitié maintenant, le reste plus tard"),
        ("2000 flat bottom bags, 500 now and the rest in January", "500 now and the rest in January"),
        ("2000 sachets fond plat kraft à livrer en deux fois", "en deux fois"),
        ("10 000 sachets fond plat kraft à 0,32 dh, livraisons échelonnées", "livraisons échelonnées"),
        ("bghit 4000 sachets fond plat kraft, 2000 daba w lba9i f yanayer", "w lba9i f yanayer"),
        ("2000 sachets fond plat à 0,40 dh, le solde dans deux semaines", "le solde dans deux semaines"),
    ],
)  # fmt: skip
def test_goods_that_are_to_come_in_parts_are_shown_in_doubt_with_the_words(text: str, said: str) -> None:
    found = facts(f"Bonjour, je commande {text}. Merci")
    quantity = found["quantity"]
    assert "lines" not in found
    assert (quantity.doubt, doubted(quantity)) == ("split", True)
    assert any(said in e.quote for e in quantity.evidence)
    assert why(quantity, "fr").startswith("à livrer en plusieurs fois : « ")
    assert str(quantity.value.amount) in ("2000", "10000", "4000")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "said",
    [
        "acompte de 500 dh maintenant, le reste fin janvier",
        "500 dh maintenant, le reste en janvier",
        "payable en deux fois",
        "50 % maintenant, le solde en janvier",
        "pas de livraison partielle svp",
        "à livrer en une fois",
        "le reste comme d'habitude",
    ],
)
def test_what_is_paid_in_parts_or_comes_at_once_is_sure(said: str) -> None:
    assert facts(f"Bonjour, je commande 2000 sachets fond plat kraft à 0,40 dh, {said}. Merci")["quantity"].doubt != "split"


def test_of_several_lines_each_is_in_doubt_when_the_rest_is_to_come_later() -> None:
    rows = facts("1000 sachets fond plat et 500 sacs torsadés, 200 tout de suite et le reste en janvier")["lines"].value
    assert isinstance(rows, Rows)
    assert {row.cell("quantity").doubt for row in rows.rows} == {"split"}  # type: ignore[union-attr]
