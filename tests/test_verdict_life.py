"""Small tales of one's own life beside a decision: with a plain yes they change nothing; beside a « mais » or alone they make none."""

from __future__ import annotations

import pytest
from blind_mails import QUOTE, SUBJECT

from processors.verdict import read_verdict
from processors.verdicts.lexicon import phrases
from processors.verdicts.life import life_words

OFFER = "\n".join("> " + line for line in QUOTE.split("\n"))
TALES = (
    "on vient d'avoir un bébé", "je suis sur la route donc je fais court", "ma fille de 12 ans a tout compris avant moi",
    "il pleut ici depuis trois jours", "mon chien a mangé mes lunettes", "je n'ai pas dormi de la nuit", "ma voiture est tombée en panne",
    "je suis à la plage avec les enfants", "y a pas le feu", "mes parents ont fêté leurs 50 ans de mariage", "j'ai la grippe",
    "we've just had a baby", "my daughter was born yesterday", "I'm at the beach with the kids",
)  # fmt: skip
#: Nearly such a tale: somebody else wrote, a day is named by which it must be there, something of the thing is wished.
NEAR = (
    "mon fils a joué avec le téléphone", "mon chat a marché sur le clavier", "c'est pour Noël", "il me le faut avant le mariage",
    "après les vacances", "pendant les vacances", "à la rentrée", "je suis heureuse du grand", "ma femme n'aime pas",
    "je suis passé au laiton",
    "mon bébé veut le rouge", "on attend le retour de vacances", "on a pris le plateau en marbre avec les enfants",
    "ma mère préfère sans accoudoirs", "le chien a cassé la chaise", "mon père doit dire oui", "désolé, pas moi", "on part à deux",
)  # fmt: skip


def answer(text: str) -> str:
    return read_verdict(text, subject="Re: " + SUBJECT, quoted=OFFER).answer


@pytest.mark.parametrize("tale", TALES)
def test_a_tale_of_life_changes_no_plain_yes(tale: str) -> None:
    said = tale[:1].upper() + tale[1:]
    for yes in ("oui pour 2 crédits", "je valide le devis", "j'accepte votre offre"):
        assert answer(f"Bonjour, {tale}, {yes}.") == "approve", yes
        assert answer(f"{yes}. {said} !\nMarie") == "approve", yes
    assert answer(f"Non merci, je refuse. {said}.") == "refuse"


@pytest.mark.parametrize("tale", TALES)
def test_a_tale_of_life_makes_no_yes(tale: str) -> None:
    for text in ("{}", "{}, on y va", "{}, oui", "je valide mais {}", "je valide le devis, mais {}",
                 "mais {}, je valide si ça marche",
                 "{} ? je valide", "{}. Je valide le devis ?", "je valide quand {}", "si {}, je valide",
                 "je valide parce que Paul dit que {}",
                 "{} donc je ne valide pas"):  # fmt: skip
        assert answer(text.format(tale)) != "approve", text


@pytest.mark.parametrize("tale", NEAR)
def test_what_is_nearly_a_tale_of_life_leaves_it_undecided(tale: str) -> None:
    for text in ("Je valide le devis, {}", "Je valide le devis.\n{T}.", "{T}. Je valide le devis."):
        assert answer(text.format(tale, T=tale[:1].upper() + tale[1:])) != "approve", text


def test_no_word_of_life_is_one_of_the_offer() -> None:
    named = {
        w
        for e, act in phrases().items()
        if act in {"object", "price", "change", "yes", "needs"} and len(e.split()) == 1
        for w in [e]
    }
    assert life_words() & named <= {"it", "this", "that", "la", "ca", "cela", "court", "leger"}
