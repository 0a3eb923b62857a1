"""What is nearly a yes and is none, and numbers that are nearly a price: written to find a wrong yes, in the languages customers write.

Beside lists of whole replies, every assent stands in every frame that takes it away, and with what people tell around it.
"""

from __future__ import annotations

import pytest
from blind_mails import FOLDER, QUOTE, REVIEW, SUBJECT

from processors.verdict import read_verdict

OFFER, ASKED = ("\n".join("> " + line for line in text.split("\n")) for text in (QUOTE, REVIEW))
LETTER = "Bonjour,\n\n{}\n\nMerci,\nKarim"
TOLD = (
    "J'ai été débordée par les soldes.",
    "Je suis en déplacement cette semaine.",
    "Désolé du retard, j'étais sur le marché.",
    "Mon associé est d'accord aussi.",
    "Désolé je vous avais oublié.",
)
ASSENTS = (
    "je valide le devis",
    "j'accepte votre devis",
    "c'est d'accord pour 2 crédits",
    "vous pouvez lancer la modélisation",
    "nous validons votre proposition",
    "jvalide le devis",
    "nous passons commande de la prestation",
)
#: A yes that names nothing: beside a tale it may answer the tale.
SHORT = ("c validé", "on fait comme ça", "ok pour moi", "je valide")
TAKEN_AWAY = (
    "si le délai tient, {}",
    "{} si c'est livré avant lundi",
    "{} sous réserve de l'accord de la direction",
    "dès que mon mari est rentré, {}",
    "{}, mais en rouge",
    "{} ?",
    "est-ce que {}",
    "je ne dis pas que {}",
    "Paul dit : {}",
    "il m'a écrit « {} »",
    "{}, enfin presque",
    "{}. En fait non.",
    "{}. Je plaisante.",
    "{}. Il y a une erreur sur le prix.",
    "{}. Nous avons finalement deux fauteuils.",
    "{}. Mon mari préfère le bleu.",
    "{}. J'ai ajouté un repose-pieds.",
    "demain {}",
    "{} demain si tout va bien",
    "peut-être que {}",
    "à moitié prix {}",
    "{} pour l'autre fauteuil",
)
PRICES = ("8 crédits", "Mets 8 crédits", "Ok pour 8 crédits", "On part sur 8 crédits", "8 crédits pour la cheminée")
DOUBTED = (
    "{} ?",
    "peut-être {}",
    "{} à confirmer",
    "{} si les photos suivent",
    "Nadia dit : {}",
    "{}. Enfin non, attends.",
    "{}. Je te redis demain.",
    "{}. Il faut que Nadia valide.",
    "{}. Ne l'envoie pas encore.",
    "{}. Ce n'est pas définitif.",
    "{}. Plutôt 6.",
    "{}. Elle n'est pas d'accord.",
    "{}, on négocie",
    "entre 6 et {}",
    "le concurrent propose {}",
)
WORK = ("J'ai regardé les photos ce matin.", "Le manteau est très chargé.", "Celle-ci est plus grande que la précédente.")


def lines(file: str) -> list[str]:
    return (FOLDER / f"{file}.txt").read_text("utf-8").splitlines()


def customer(text: str) -> str:
    return read_verdict(text, subject="Re: " + SUBJECT, quoted=OFFER).answer


def administrator(text: str) -> str:
    return read_verdict(text, subject="Re: " + SUBJECT, quoted=ASKED, role="admin").answer


def test_no_near_miss_of_a_customer_is_a_yes() -> None:
    replies = lines("near_customer")
    assert len(replies) > 200
    assert [t for said in replies for t in (said, LETTER.format(said)) if customer(t) == "approve"] == []


def test_no_number_in_an_administrators_reply_is_a_price_unless_he_prices() -> None:
    replies = lines("near_admin")
    assert len(replies) > 130
    assert [t for said in replies for t in (said, LETTER.format(said)) if administrator(t) == "approve"] == []


@pytest.mark.parametrize("told", ["", *TOLD])
def test_what_is_told_around_it_makes_no_yes_of_an_assent_that_is_taken_away(told: str) -> None:
    assert [yes for yes in ASSENTS if customer(f"Bonjour,\n\n{told} {yes[:1].upper()}{yes[1:]}.\n\nKarim") != "approve"] == []
    texts = [f"{told} {frame.format(yes)}".strip() for frame in TAKEN_AWAY for yes in ASSENTS + SHORT]
    assert [t for t in texts if customer(t) == "approve"] == []


@pytest.mark.parametrize("told", ["", *WORK])
def test_what_an_administrator_tells_makes_no_price_of_a_number_in_doubt(told: str) -> None:
    assert [price for price in PRICES if administrator(f"{told} {price}.".strip()) != "approve"] == []
    texts = [f"{told} {frame.format(price)}".strip() for frame in DOUBTED for price in PRICES]
    assert [t for t in texts if administrator(t) == "approve"] == []


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("jlaisse tomber, trop cher pr moi", "refuse"),
        ("mercie, jacepte le devi", "approve"),
        ("Jme suis décidé : cest oui", "approve"),
        ("vous pouvez lattaquer", "approve"),
        ("yep c validé chef", "approve"),
        ("validé chef", "unclear"),
        ("crédite-le", "unclear"),
    ],
)
def test_hurried_words_are_read_as_what_they_stand_for(text: str, answer: str) -> None:
    assert customer(text) == answer
