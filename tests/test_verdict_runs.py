"""Sentences that run on without a mark are read as with one: never more of a yes, and as much of one where it stands in plain words."""

from __future__ import annotations

import random
from itertools import product

import pytest
from blind_mails import QUOTE, REVIEW, SUBJECT
from spoilers import SPOILERS

from processors.verdict import read_verdict

OFFER, ASKED = ("\n".join("> " + line for line in text.split("\n")) for text in (QUOTE, REVIEW))
BEFORE = (
    "bonjour", "bonsoir sophie", "j'ai bien reçu votre devis", "j'ai relu votre devis", "merci pour votre retour", "tout est bon",
    "désolé du retard", "ma femme est d'accord", "on était en déplacement",
)  # fmt: skip
YESES = (
    "je valide",
    "je valide le devis",
    "nous acceptons votre offre",
    "vous pouvez lancer",
    "c'est d'accord pour 2 crédits",
    "on valide",
)
BEHIND = (
    "merci beaucoup",
    "bonne journée",
    "merci pour votre rapidité",
    "désolé du retard",
    "à bientôt",
    "désolé j'étais en déplacement",
)


def customer(text: str) -> str:
    return read_verdict(text, subject="Re: " + SUBJECT, quoted=OFFER).answer


def test_a_yes_counts_without_marks_around_it() -> None:
    missed = [t for b, y, e in product(BEFORE, YESES, BEHIND) if customer(t := f"{b} {y} {e}") != "approve"]
    assert len(missed) < 0.05 * len(BEFORE) * len(YESES) * len(BEHIND), missed


@pytest.mark.parametrize("kind", SPOILERS)
def test_what_takes_a_yes_away_does_so_in_a_sentence_that_runs_on(kind: str) -> None:
    draw = random.Random(kind)
    approved = []
    for _ in range(60):
        spoiler, yes = draw.choice(SPOILERS[kind]), draw.choice(YESES)
        before, behind = draw.choice(BEFORE), draw.choice(BEHIND)
        texts = f"{before} {yes} {spoiler} {behind}", f"{before} {spoiler} {yes} {behind}", f"{before} {yes} {behind} {spoiler}"
        approved += [text for text in texts if customer(text) == "approve"]
    assert approved == []


@pytest.mark.parametrize(
    "text",
    [
        "vous voulez que je valide", "le bouton je valide ne marche pas", "il a écrit je valide", "vous dites je valide",
        "quand je valide merci",
        "il faut que je valide le devis merci", "j'ai dit je valide", "je valide c'est pour la table",
        "je valide vous me ferez un prix",
        "mon mari pense que je valide merci", "pour moi je valide c'est un autre devis",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_sentence_of_its_own(text: str) -> None:
    assert customer(text) == "unclear"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("bonjour claire c'est une belle pièce on part sur 12 crédits merci", 12), ("salam Mounia ok pour 5", 5),
        ("bonjour mounia ok 5 crédits", 5),
    ],
)  # fmt: skip
def test_an_administrators_price_in_a_sentence_that_runs_on(text: str, amount: int) -> None:
    verdict = read_verdict(text, quoted=ASKED, role="admin")
    assert (verdict.answer, verdict.amount) == ("approve", amount)
