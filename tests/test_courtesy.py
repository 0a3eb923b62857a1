"""Thanks, greetings and closings: what is nothing else, whom a greeting names, and what is no name behind a closing."""

from __future__ import annotations

from itertools import product

import pytest

from processors.courtesy import polite, thanks, thanks_only
from processors.verdict import read_verdict
from processors.verdicts.politeness import MATTERS, PIECES
from tests.test_orders_named import answer

CLOSINGS = ("cordialement", "bien à vous", "amicalement", "respectueusement", "bien cordialement")
GREETINGS = ("Bonjour", "bonsoir", "Salut", "salam", "Hello")
YESES = ("je valide", "je valide la commande", "c'est validé", "ok pour moi", "wakha")


@pytest.mark.parametrize(
    "text",
    [
        "Merci", "merci beaucoup !", "Bonjour, merci pour votre rapidité, tout est parfait.", "Merci pour votre retour", "noté, merci",
        "Parfait merci bonne journée", "merci\nCordialement\nNadia", "Merci encore pour le retour rapide, excellent week-end",
        "choukran bzaf", "شكرا جزيلا", "merci et bonne réception", "Thank you so much for your help", "Merci Madame", "désolée, merci",
    ],
)  # fmt: skip
def test_thanks_and_nothing_else(text: str) -> None:
    assert thanks(text, "Nadia Bennani")
    assert polite(text.replace("\nNadia", ""))


@pytest.mark.parametrize(
    "text",
    [
        "ok", "", "svp", "s'il vous plaît", "désolé", "Désolée, j'ai oublié de répondre", "por favor",
        "3afak", "please", "merci 500", "Merci ?",
        "merci de ne rien lancer", "merci, mais attendez", "merci marbre", "Merci\nSachets Kraft",
        "Merci\n\nAnnulez", "merci pour les sachets",
        "Merci de m'envoyer la facture", "Merci, mon patron veut réfléchir",
    ],
)  # fmt: skip
def test_what_asks_for_something_or_is_an_apology_is_no_thanks(text: str) -> None:
    assert not thanks(text, "Nadia Bennani")
    assert not thanks_only(text, name="Nadia Bennani")


@pytest.mark.parametrize("greeting", GREETINGS)
def test_a_greeting_names_the_reader_and_not_whose_order_it_is(greeting: str) -> None:
    """Our letters are signed by a house: whoever answers them may greet whomever he thinks reads them."""
    for name, yes, mark in product(("Mounia", "Mme Tazi", "mounia"), YESES, (", ", " ", ",\n", "\n\n")):
        words = f"{greeting} {name}{mark}{yes}"
        assert read_verdict(words).answer == "approve", words
        assert answer(words) == "approve", words
    assert answer(f"{greeting}, je valide la commande de Mounia") == "unclear"
    assert answer(f"{greeting} Rachid, je valide la commande de Mounia") == "unclear"


@pytest.mark.parametrize("closing", CLOSINGS)
def test_a_matter_or_a_thing_is_no_name_behind_a_closing(closing: str) -> None:
    for word in sorted(MATTERS | PIECES):
        assert read_verdict(f"Je valide. {closing} {word}").answer == "unclear", word
        assert read_verdict(f"Je valide, bonjour {word}").answer == "unclear", word
    for name in ("sophie", "Sophie Marbot", "M. Durand", "karim"):
        assert read_verdict(f"Je valide. {closing} {name}").answer == "approve", name
