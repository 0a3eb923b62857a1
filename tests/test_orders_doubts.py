"""What is to be checked says why, in words: in the notice, on the order's page and in the API."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.doubts import DOUBTS, why
from core.reading import Fact, Row, Rows
from core.text_values import unsure
from tests.orders_house import order, orders_house
from tests.orders_life import Life
from tests.orders_people import Program
from tests.road import ADMIN, plain

PRICED = "sachets fond plat kraft à 0,32 dh HT pièce"
HOMES = "3000 livrés le 20 mars au 12 rue des Oliviers, Casablanca et 2000 livrés le 30 mars au 5 avenue Hassan II, Rabat"


def doubts(*texts: str) -> list[str]:
    life = Life()
    for text in texts:
        life.write(text)
    return unsure(life.order, life.directive, "fr")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"Je commande 500 ou 600 {PRICED}", "quantité : 500 pièces, à vérifier (le message en laisse le choix : « 500 ou 600 sachets »)"),
        (f"Je commande 500 à 600 {PRICED}", "quantité : 500 pièces, à vérifier (le message en laisse le choix : « 500 à 600 sachets »)"),
        (f"Je commande 500 ou 600 {PRICED}", "prix total : 160 MAD HT, à vérifier (calculé avec un champ à vérifier)"),
        (
            f"Je commande 5000 {PRICED}, {HOMES}.",
            "date de livraison : 20 mars 2026, à vérifier (le message en dit plusieurs : « 20 mars … 30 mars »)",
        ),
        ("Je commande 500 sachets fond plat kraft à 0,32", "à vérifier (aucune monnaie n'est dite : « 0,32 »)"),
        (
            "Je commande : 3 livraisons de 10 000 sachets plats : 10 mars, 10 avril",
            "de chaque fois ou de tout, le message ne le dit pas : « 10 000 sachets »",
        ),
    ],
)  # fmt: skip
def test_a_notice_says_why(text: str, said: str) -> None:
    assert any(said in one for one in doubts(text))


def test_lines_with_days_and_places_of_their_own_lose_none() -> None:
    text = (
        f"Je commande 5000 {PRICED} livrés le 20 mars au 12 rue des Oliviers, Casablanca et 2000 sacs torsadés livrés le 30 mars "
        "au 5 avenue Hassan II, Rabat."
    )
    found = doubts(text)
    assert "date de livraison : 20 mars 2026, à vérifier (le message en dit plusieurs : « 20 mars … 30 mars »)" in found
    (place,) = [one for one in found if one.startswith("adresse de livraison")]
    assert place == (
        "adresse de livraison : 12 rue des Oliviers, Casablanca / 5 avenue Hassan II, Rabat, à vérifier (le message en dit plusieurs)"
    )


def test_what_a_later_message_says_otherwise_says_so() -> None:
    found = doubts(f"Je commande 5000 {PRICED} et 2000 sacs torsadés à 1,10 dh", "700 au lieu de 2000")
    assert "ligne 2, quantité : 2000 pièces, à vérifier (un message plus récent dit autre chose)" in found


def test_no_field_is_in_doubt_without_a_word() -> None:
    assert why(Fact("quantity", 3, (), 0.3), "fr") == "lu sans certitude"
    assert why(Fact("quantity", 3, (), 0.3, "derived"), "en") == "calculated with a field that is to be checked"
    assert all(words["fr"] and words["en"] for words in DOUBTS.values())


def test_the_page_and_the_api_say_it_too(tmp_path: Path) -> None:
    with orders_house(tmp_path / "data") as web:
        program = Program(web)
        case_id = order(web.counter, f"Bonjour, je commande 500 ou 600 {PRICED}, livraison le 20 mars. Ghita")
        (notice,) = web.counter.fresh(ADMIN)
        assert "le message en laisse le choix : « 500 ou 600 sachets »" in " ".join(plain(notice).split())
        fields = {one["name"]: one["why"] for one in program("GET", f"/api/orders/{case_id}").json["fields"]}
        assert fields["quantity"] == {
            "fr": "le message en laisse le choix : « 500 ou 600 sachets »",
            "en": 'the message leaves the choice: "500 ou 600 sachets"',
        }
        assert fields["product"] == {}


def test_a_line_keeps_its_doubt() -> None:
    life = Life()
    life.write("Je commande 500 ou 600 sachets fond plat kraft et 3 cartons de sacs torsadés")
    rows = life.value("lines")
    assert isinstance(rows, Rows)
    assert [_doubt(row) for row in rows.rows] == ["either", ""]


def _doubt(row: Row) -> str:
    cell = row.cell("quantity")
    assert cell is not None
    return cell.doubt
