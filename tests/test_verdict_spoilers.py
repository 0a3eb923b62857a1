"""No yes survives what takes it away, by kind and by place, over generated texts; and no politeness carries an order along.

``spoilers.py`` builds what takes a yes away from frames and what stands in them; the yeses are drawn from the reader's own lists. Each
run draws the same texts. « Je valide. Je vous souhaite un plateau en marbre » was read as a yes until this test was written.
"""

from __future__ import annotations

import random

import pytest
from blind_mails import QUOTE, REVIEW, SUBJECT
from spoilers import GOODS, PLACES, SPOILERS, expressions, placed, within

from processors.verdict import read_verdict

OFFER, ASKED = ("\n".join("> " + line for line in text.split("\n")) for text in (QUOTE, REVIEW))
WRITTEN = (
    "je valide", "je valide le devis", "oui", "ok", "d'accord", "ok pour moi", "c'est bon pour moi", "vous pouvez lancer", "allez-y",
    "c'est d'accord pour 2 crédits", "parfait", "j'accepte votre offre", "on y va", "je prends", "yes", "I approve", "go ahead", "wakha",
    "safi bda", "موافق",
)  # fmt: skip
#: Whatever does something else than decide, and in whose company goods are asked for all the same.
AROUND = (
    "open",
    "opener",
    "closing",
    "thanks",
    "praise",
    "mine",
    "ack",
    "ask_when",
    "logistics",
    "asap",
    "object",
    "filler",
    "greeting",
)
MANY = 330


def customer(text: str) -> str:
    return read_verdict(text, subject="Re: " + SUBJECT, quoted=OFFER).answer


def drawn() -> list[str]:
    return [e for e in expressions("yes", random.Random(7)) if customer(e) == "approve"]


@pytest.mark.parametrize("kind", SPOILERS)
def test_what_takes_a_yes_away_does_so_in_any_place(kind: str) -> None:
    draw = random.Random(kind)
    own = drawn()
    assert len(own) > 300
    approved = []
    for n in range(MANY):
        yes = WRITTEN[n % len(WRITTEN)] if n % 2 else draw.choice(own)
        spoiler = draw.choice(SPOILERS[kind])
        place = draw.choice([*PLACES, "within"])
        texts = list(within(yes, spoiler)) if place == "within" else [placed(place, yes, spoiler)]
        if texts and customer(text := draw.choice(texts)) == "approve":
            approved.append(text)
    assert approved == []


@pytest.mark.parametrize("act", AROUND)
def test_no_order_rides_along_behind_a_politeness(act: str) -> None:
    """Any expression of the lists that decides nothing, with goods behind it, beside a yes."""
    draw = random.Random(act)
    goods = [g for g in GOODS if " " in g]
    said = expressions(act, draw)
    approved = []
    for expression in draw.sample(said, min(len(said), 60)):
        for frame in ("Je valide. {E} {g}.", "{E} {g}, je valide", "Je valide, {e} {g}", "J'accepte votre offre\n{E} {g}"):
            text = frame.format(e=expression, E=expression[:1].upper() + expression[1:], g=draw.choice(goods))
            if customer(text) == "approve":
                approved.append(text)
    assert approved == []


@pytest.mark.parametrize(
    "text",
    [
        "Je valide. Je vous souhaite un plateau en marbre", "Je valide, et vous souhaite une lampe assortie.",
        "J'en profite pour vous souhaiter un plateau en marbre. Je valide le devis.", "Désolé je pars sur le laiton, je valide le devis.",
        "Je valide le devis. J'ai pris le plateau en marbre.",
        "J'accepte votre offre pour trois pièces", "Pour le 12, je valide", "Je valide.\nPour le 12", "allez-y avec deux",
        "Je valide.\nCordialement,\nMarie Durand\nPlateau en marbre", "ok pour moi\n\nMarie Durand\nPaul raconte",
        "Je valide. C'est pour la facture.", "Je valide à partir de lundi", "Quel délai pour le petit modèle ? Je valide.",
        "Veuillez recevoir une lampe assortie. Je valide.", "Je valide. Je reste disponible pour des pieds dorés.",
    ],
)  # fmt: skip
def test_false_yeses_that_were_found(text: str) -> None:
    assert customer(text) != "approve"


#: An administrator corrects himself before his number, and describes the thing: what is left of a kind takes a price away anywhere.
OF_A_PRICE = ("reservation", "condition", "somebody else decides", "speech", "irony", "not yet", "maybe")


@pytest.mark.parametrize("kind", [*OF_A_PRICE, "taken back"])
def test_what_takes_a_price_away_does_so_in_any_place(kind: str) -> None:
    draw = random.Random(kind)
    places = [
        p for p in PLACES if kind != "taken back" or (not PLACES[p].startswith("{S}") and not PLACES[p].startswith("{s}"))
    ]
    priced = []
    for _ in range(MANY // 2):
        said = draw.choice(("8 crédits", "mets 8 crédits", "on part sur 8 crédits", "ok pour 8 crédits"))
        text = placed(draw.choice(places), said, draw.choice(SPOILERS[kind]))
        if read_verdict(text, quoted=ASKED, role="admin").answer == "approve":
            priced.append(text)
    assert priced == []
