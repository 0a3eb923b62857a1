"""How many: whatever a customer says it in; and numbers that stand near the goods and count something else are never it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.reading import Fact, Quantity, Rows
from engine.pipeline import Setup, read_mail
from tests.orders_help import NOW, mail, sacherie

GOODS = ["sachets fond plat kraft", "sacs torsadés blancs", "sacs à poignées plates", "sacs fond carré sans poignées 20x30"]
#: Nothing of this says how many are ordered.
NEAR = [
    "c'est pour la chambre 312", "nous avons 12 magasins", "Notre numéro client est 4521", "appelez-moi au poste 204",
    "nous sommes 45 employés", "notre boutique fait 300 m2", "c'est pour les 1500 invités du mariage",
    "on fait 800 couverts par jour", "comme sur la photo IMG_4512", "pour des bouteilles de 75 cl", "pour 500 g de café",
    "pour 1 kg de farine", "même modèle que la commande 10452", "notre compte 411200", "code article 5000", "réf 10250",
    "article 20450 de votre catalogue page 12", "nous avions 3000 en stock", "Depuis 1998 nous travaillons ensemble",
    "on vous en avait acheté 5000 l'an dernier", "tel 0661 23 45 67", "pour le stand B204 hall 7",
    "capacité 5 kg, résistance 10 kg", "pour 2000 clients environ", "votre minimum est de 5000 je crois",
    "la dernière fois c'était 2000", "ICE 001234567000089", "RC 45123", "capital de 500 000 dhs", "20250 Casablanca",
    "rappelez-moi avant 18h30", "en 90 g, 2 couleurs", "villa 34", "la facture 20260045 est payée", "d'ici 15 jours",
    "si on en prend 10 000 quel prix ?", "il en reste 200", "table 14", "entre 9h et 12h", "remise 5%", "TVA 20 %",
]  # fmt: skip
FORMS = {
    (1500, "pièce"): [
        "3x500 {}", "3 x 500 {}", "3 fois 500 {}", "1500 {}", "1,5k {}", "alf w nos {}", "{} x1500", "{} x 1500",
        "{} : 1 500 pcs",
    ],
    (4000, "pièce"): [
        "3000, non pardon 4000 {}", "3000 {}. Ah non pardon 4000", "3000 {}\npardon 4000", "3000 {}, plutôt 4000",
        "pas 3000 mais 4000 {}", "on avait dit 3000 {} mais finalement 4000", "3000 {}. Rectification : 4000. Merci",
        "4 mille {}",
    ],
    (Decimal("1.5"), "palette"): [
        "une palette et demie de {}", "1,5 palette de {}", "1.5 palettes de {}", "1 palette et demi de {}",
        "wahd palette w nos dyal {}",
    ],
    (Decimal("0.5"), "palette"): [
        "une demi-palette de {}", "une demi palette de {}", "0,5 palette de {}",
    ],
    (1, "palette"): [
        "1 palette de 8 cartons de 250 {}", "une palette de {}", "1 palette (8 cartons de 250) de {}",
    ],
    (10, "carton"): [
        "10 colis de 200 {}", "10 caisses de {}", "10 cartons de 200 {}", "10 ctn {}", "dix cartons de {}",
    ],
}  # fmt: skip


def facts_of(text: str) -> dict[str, Fact]:
    setup = Setup(businesses=(sacherie(),), authserv_ids=frozenset({"guichet.invalid"}))
    return {f.name: f for f in read_mail(mail("commande", text), setup, now=NOW, hints={}).reading.facts}


@pytest.mark.parametrize("near", NEAR)
@pytest.mark.parametrize("goods", GOODS)
def test_a_number_near_the_goods_is_no_quantity(goods: str, near: str) -> None:
    for text in (
        f"Je commande des {goods}, {near}",
        f"Bonjour, {near}. Je commande des {goods}.",
        f"Bonjour,\nJe commande des {goods}.\n{near}\nMerci",
    ):
        facts = facts_of(text)
        assert "quantity" not in facts, (text, facts["quantity"])
        assert "lines" not in facts


@pytest.mark.parametrize("near", NEAR)
@pytest.mark.parametrize("said", ["2500", "deux mille cinq cents", "2 alaf w 5 mya"])
def test_the_quantity_beside_it_is_read(near: str, said: str) -> None:
    for text in (f"Je commande {said} sacs torsadés. {near}", f"{near}. Je commande {said} sacs torsadés"):
        facts = facts_of(text)
        assert facts["quantity"].value == Quantity(Decimal(2500), "pièce"), text
        assert facts["quantity"].confidence >= 0.6, text
        assert "lines" not in facts, text


@pytest.mark.parametrize(("form", "wanted"), [(form, wanted) for wanted, forms in FORMS.items() for form in forms])
@pytest.mark.parametrize("goods", GOODS)
def test_how_many_in_any_form(goods: str, form: str, wanted: tuple[Decimal, str]) -> None:
    facts = facts_of(f"Bonjour, je commande {form.format(goods)}")
    assert facts["quantity"].value == Quantity(Decimal(wanted[0]), wanted[1])
    assert "lines" not in facts


def test_as_many_of_something_else_is_a_line() -> None:
    lines = facts_of("je commande 3000 sacs torsadés et autant de sachets fond plat")["lines"].value
    assert isinstance(lines, Rows)
    assert [[c.value for c in row.cells if c.name in ("product", "quantity")] for row in lines.rows] == [
        ["sac_poignees_torsadees", Quantity(Decimal(3000), "pièce")],
        ["sachet_fond_plat", Quantity(Decimal(3000), "pièce")],
    ]


@pytest.mark.parametrize(
    "text", ["comme d'habitude mais 2000 de plus", "kif dima w 500 zyada", "same as usual, 1000 more", "pareil, 300 en moins"]
)
def test_so_many_more_than_before_is_doubtful(text: str) -> None:
    facts = facts_of(text)
    assert "quantity" not in facts or facts["quantity"].confidence < 0.6
