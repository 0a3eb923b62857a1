"""Answers to the optional questions of our own letter beside a yes: sizes and views. A wish of a size or a view is none."""

from __future__ import annotations

import pytest
from blind_mails import QUOTE, QUOTE_EN, SUBJECT

from processors.verdict import read_verdict

OFFER, SILENT = ("\n".join("> " + line for line in text.split("\n")) for text in (QUOTE, QUOTE_EN))
ANSWERS = (
    "Hauteur 84 cm, largeur 71, profondeur environ 68.", "Dimensions hors tout : L 76 x P 80 x H 92 cm, assise à 43 cm.",
    "It's 90cm high and 74cm wide.", "Le fauteuil fait 33 pouces de haut par 29 de large.", "Larg. 73, prof. 75.", "65 x 65 x 95",
    "Assise 45 cm du sol.", "Mesures prises au mètre ruban : 69 cm de largeur, 72 cm de profondeur.", "Le fauteuil fait 1 m de haut.",
    "Pas d'autre vue, désolé, le fauteuil est sous une bâche.", "Je n'ai pas d'autre photo, le fauteuil est chez ma mère à Limoges.",
    "Je joins une vue arrière et une vue du dessous.", "Deux vues complémentaires en pièce jointe.", "Je n'ai qu'une seule photo.",
    "D'autres vues : non.", "Ses dimensions : je ne sais plus.", "No other pictures I'm afraid.",
    "Je ne dispose hélas ni des mesures exactes ni d'autres photographies.", "Dimensions : aucune idée.",
)  # fmt: skip
#: They order, ask, condition or correct: nothing of that kind answers our questions.
NO_ANSWERS = (
    "Hauteur 84 cm au lieu de 90.", "Faites-le en 84 cm.", "Il doit faire 84 cm de haut.", "Hauteur 84 cm maximum.",
    "Largeur 71 cm si possible.",
    "Envoyez-moi d'autres vues avant.", "Je veux une vue de dos avant de payer.", "Une autre photo d'abord.", "D'autres vues ?",
    "Le fauteuil est en chêne.", "Le fauteuil est en restauration jusqu'en janvier, attendez.", "Pas d'autre vue mais un autre fauteuil.",
    "84 crédits.", "Pour le 12.", "Deux vues pour deux fauteuils.", "Les dimensions sont fausses sur le devis.", "Réduisez de 10 cm.",
    "Plus haut de 5 cm.", "Je ne sais pas.", "D'autres vues : oui, svp.", "Avec 3 vues.", "Le fauteuil est plus petit que 84 cm.",
    "Ni photo ni accord de ma femme.", "Dimensions : à confirmer.", "Hauteur 84 cm ou 90 cm.", "La photo jointe est celle du bon modèle.",
)  # fmt: skip


def answer(text: str, quoted: str = OFFER) -> str:
    return read_verdict(text, subject="Re: " + SUBJECT, quoted=quoted).answer


@pytest.mark.parametrize("said", ANSWERS)
def test_an_answer_to_our_questions_leaves_a_yes_a_yes(said: str) -> None:
    for text in (
        f"Je valide. {said}",
        f"Bonjour,\n{said}\nJ'accepte votre offre.\nMarie",
        f"ok pour 2 crédits\n\n{said}\n\nMerci",
    ):
        assert answer(text) == "approve", text
    assert answer(said) == "unclear"
    assert answer(f"Je valide si le prix baisse. {said}") == "unclear"


@pytest.mark.parametrize("said", NO_ANSWERS)
def test_a_wish_of_a_size_or_a_view_is_no_answer(said: str) -> None:
    for text in (f"Je valide. {said}", f"{said} Je valide le devis.", f"J'accepte votre offre, {said[:1].lower()}{said[1:]}"):
        assert answer(text) != "approve", text


def test_sizes_answer_only_a_letter_that_asks_for_them() -> None:
    assert answer("Je valide. Hauteur 84 cm.", SILENT) == "unclear"
    assert answer("Je valide. Pas d'autre vue.", SILENT) == "unclear"
