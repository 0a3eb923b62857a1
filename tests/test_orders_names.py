"""Words that name people, houses and courtesy tell nothing of the goods; the same words beside goods do."""

from __future__ import annotations

import pytest

from engine.pipeline import Setup, read_mail
from processors.tokens import tokenise
from processors.words import WordMatcher
from tests.orders_help import NOW, mail, sacherie

GOODS = "3 000 sachets fond plat pour le 20 mars"


def nature(text: str) -> object:
    read = read_mail(mail("Commande", text, sender="a@atlas.example"), Setup(businesses=(sacherie(),)), now=NOW, hints={})
    assert read.reading.kind == "COMMANDE"
    return next((f.value for f in read.reading.facts if f.name == "nature"), None)


@pytest.mark.parametrize(
    "text",
    [
        f"Bonjour, {GOODS} s'il vous plaît",
        f"Bonjour, s'il vous plait {GOODS}, si ça vous plaît",
        f"{GOODS}, ca fonctionne ? Le panier est stable.",
        f"Bonjour, {GOODS}. Merci, Marion Blanc",
        f"Bonjour, ici Rose Legrand du Panier Bio, il nous faut {GOODS}",
        f"Salut c'est Martine de la boulangerie Le Petit Brun, {GOODS}",
        f"{GOODS}.\nPour Le Petit Marron\ncdt\nBlanche Martin",
        f"{GOODS}.\nBien à vous,\nViolette Noir",
        f"Je suis Rose, {GOODS}",
    ],
)
def test_a_name_or_a_courtesy_is_no_quality(text: str) -> None:
    assert nature(text) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("3000 Sachets Fond Plat Kraft Blanc", "Kraft Blanc"),
        ("2000 sachets fond plat\nImpression Verte\nPapier Kraft", "Impression Verte"),
        ("2000 sachets fond plat\nCouleur : Noir", "Noir"),
        ("Le tout en Kraft Brun : 3000 sachets fond plat", "Kraft Brun"),
        ("3000 Sachets Fond Plat, Couleur Rouge", "Couleur Rouge"),
        ("BONJOUR, 3000 SACHETS FOND PLAT BLANC MERCI", "BLANC"),
        ("3000 sachets fond plat maron", "maron"),
    ],
)
def test_what_is_written_beside_goods_still_is_one(text: str, told: str) -> None:
    assert told in str(nature(text))


#: Words that people use beside orders and that differ by a letter or two from those of the list.
REAL = (
    "plaît plaid panier fonctionne stable branches volet roue palier tape module contrat cadre carte payer poignet sachez sache"
)


@pytest.mark.parametrize("word", REAL.split())
def test_a_word_that_exists_is_no_other_one_misspelled(word: str) -> None:
    directive = sacherie().directive("commande")
    assert directive is not None
    spec = {s.name: s for s in directive.facts}
    words = [*spec["nature"].words, *(w for choice in spec["product"].choices for w in choice.words)]
    assert WordMatcher(words, close=True).find(tokenise(f"il y a {word} ici")) == []
