"""Who is told that his order is validated reads what was corrected of what he wrote, and nothing that was not."""

from __future__ import annotations

import pytest

from core.effects import SendMessage
from core.replaced import corrections
from tests.orders_life import Life

ONE = "Je commande 600 sachets fond plat kraft à 0,32 dh HT, livraison le 20 mars."
TWO = "Je commande 600 sachets fond plat kraft à 0,32 dh HT et 2000 sacs torsadés blancs à 1,10 dh HT, livraison le 20 mars."


def confirmed(order: str, *answers: str) -> str:
    """The confirmation, after these replies of the administrator."""
    life = Life()
    life.write(order)
    for answer in answers:
        life.admin(answer)
    assert life.stage == "done"
    (told,) = [p for name, who, p, _ in life.texts if (name, who) == ("confirmation", "customer")]
    assert isinstance(told, SendMessage)
    return told.text


@pytest.mark.parametrize(
    ("order", "answers", "said"),
    [
        (ONE, ("je valide avec quantité 500",), "- quantité : 500 pièces au lieu de 600 pièces\n"),
        (ONE, ("quantité 500", "Je valide"), "- quantité : 500 pièces au lieu de 600 pièces\n"),
        (ONE, ("quantité 700", "quantité 500", "Je valide"), "- quantité : 500 pièces au lieu de 600 pièces\n"),
        (ONE, ("date de livraison 25 mars 2026", "Je valide"), "- date de livraison : 25 mars 2026 au lieu de 20 mars 2026\n"),
        (TWO, ("je valide avec ligne 2 : quantité 1500",), "- ligne 2, quantité : 1500 pièces au lieu de 2000 pièces\n"),
        (TWO, ("retirez la ligne 2", "Je valide"), "- retiré : Sac fond carré avec poignées torsadées · blancs · 2000 pièces"),
    ],
)
def test_a_confirmation_tells_what_was_corrected(order: str, answers: tuple[str, ...], said: str) -> None:
    letter = confirmed(order, *answers)
    assert "Par rapport à votre message, nous avons corrigé :" in letter
    assert said in letter
    assert letter.count("au lieu de") + letter.count("retiré") == 1


WRITTEN = "Je commande 1000 sachets fond plat kraft à 0,35 dh = 350 dh, livraison le 20 mars."
SUMMED = TWO.replace(", livraison", ", total 2392 dh HT, livraison")


@pytest.mark.parametrize(
    ("order", "answer", "said"),
    [
        (WRITTEN, "je valide avec prix unitaire 0,36 dh", "- prix total : 360 MAD au lieu de 350 MAD\n"),
        (SUMMED, "je valide avec ligne 2 : prix unitaire 1,20 dh HT", "- prix total : 2592 MAD HT au lieu de 2392 MAD HT\n"),
    ],
)
def test_a_total_that_he_had_written_is_told_with_the_price_that_changes_it(order: str, answer: str, said: str) -> None:
    letter = confirmed(order, answer)
    assert said in letter
    assert letter.count("au lieu de") == 2


@pytest.mark.parametrize("answers", [("Je valide",), ("quantité 500", "quantité 600", "Je valide")])
def test_nothing_is_told_where_nothing_is_otherwise(answers: tuple[str, ...]) -> None:
    assert "corrigé" not in confirmed(ONE, *answers)


def test_what_the_customer_changes_himself_is_no_correction_of_ours() -> None:
    life = Life()
    life.write(ONE)
    life.admin("date de livraison 25 mars 2026")
    life.admin("quantité 500")
    assert corrections(life.order, life.directive, "en") == [
        "quantity: 500 pieces instead of 600 pieces", "delivery date: 25 March 2026 instead of 20 March 2026",
    ]  # fmt: skip
    life.write("finalement 3000 sacs poignées plates au lieu des sachets")
    assert all("quantité" not in one for one in corrections(life.order, life.directive, "fr") if life.value("quantity") != 500)
