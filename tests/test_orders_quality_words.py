"""Words that look like one of quality tell none; those that are one, in whatever form, do."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.reading import Quantity
from tests.test_orders_read import told

#: Verbs, adverbs, nouns and names of one stem with a colour or a quality, or one letter from it.
_OTHERS = (
    "je vous redis cela demain", "je redirai à Paul", "il a redit non", "merci de doubler la vigilance", "Réda passera les prendre",
    "vu avec reda", "c'est largement suffisant", "moyennant un acompte", "naturellement sans engagement", "mon comptable paiera",
    "c'est pour le resto", "on refait la déco", "la composition du paquet est inchangée", "destinés à la vente", "sift lina lfactura",
    "demandez rosie au comptoir", "the larger truck cannot come in", "pour la tente du salon", "une petite modif de facturation",
    "livrez à côté du banc", "l'imprimante est en panne", "appelez Marion", "we open in june", "paiement par composition",
)  # fmt: skip


@pytest.mark.parametrize("other", _OTHERS)
@pytest.mark.parametrize(
    "frame",
    [
        "je commande 3000 sachets fond plat, {}",
        "{}. Je commande 3000 sachets fond plat",
        "je commande 3000 sachets fond plat\n{}",
    ],
)
def test_no_quality_is_read_from_a_word_of_another_kind(frame: str, other: str) -> None:
    facts = told(frame.format(other))
    assert "nature" not in facts, facts["nature"]
    assert facts["product"] == "sachet_fond_plat"


@pytest.mark.parametrize(
    "said",
    [
        "rouge", "rouges", "verts", "vertes", "blanche", "blanches", "imprimé", "imprimées", "printed", "bruns", "brune", "noires",
        "moyens", "argentés", "crèmes", "recyclées", "reds", "naturelle", "grises", "kraft blnc", "kraft maron", "kraft natureles",
    ],
)  # fmt: skip
def test_a_quality_is_read_in_every_form_and_misspelled_beside_the_goods(said: str) -> None:
    assert said.split()[-1] in str(told(f"je commande 3000 sachets fond plat {said}").get("nature"))


def test_a_misspelled_quality_is_read_beside_goods_only() -> None:
    assert told("je commande 3000 sachets fond plat blnc")["nature"] == "blnc"
    assert "nature" not in told("je commande 3000 sachets fond plat, voyez avec blnc")


@pytest.mark.parametrize(
    "text",
    [
        "please put us down for 3500 twisted handle bags (I told Anas 3,000 on the phone, forget that)",
        "j'avais dit 3000 sachets fond plat, finalement ce sera 3500 sachets fond plat",
        "il nous faut 3500 sachets kraft, j'ai dit 3000 au téléphone mais oubliez",
        "we need 3500 flat bottom bags, I said 3000 earlier, scrap that",
    ],
)
def test_what_was_said_before_and_is_taken_back_is_not_ordered(text: str) -> None:
    facts = told(text)
    assert facts["quantity"] == Quantity(Decimal(3500), "pièce")
    assert "lines" not in facts
