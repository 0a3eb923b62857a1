"""Somebody of the house who is no administrator answers a notice: nothing is decided, and he is told so, not thanked as a customer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.quick import Quick, quick
from tests.road import ADMIN, mail, plain

HOUSE = ADMIN.rpartition("@")[2].rstrip(">")
GHITA = "Ghita Alami <ghita@client.example>"
ORDER = "Bonjour, je commande 5000 sachets fond plat kraft à 0,32 dh HT pièce, livraison le 20 mars. Ghita"


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Quick]:
    with quick(tmp_path / "data", business="sacherie") as counter:
        yield counter


def answered(counter: Quick, text: str, sender: str, of: str = ADMIN) -> tuple[str, str]:
    """(what the writer is told, what the administrator is) when somebody answers the letter about Ghita's order to ``of``."""
    counter.send(mail(ORDER, sender=GHITA, subject="Commande", number="order"))
    letters = {to: counter.fresh(to)[-1] for to in ("ghita@client.example", ADMIN)}
    counter.send(mail(text, sender=sender, answers=letters[of], number="else"))
    (order,) = [c for c in counter.cases() if "ghita@client.example" in c.people]
    assert (order.stage, order.judged) == ("waiting_review", None)
    assert counter.fresh("ghita@client.example") == []
    address = sender.rpartition("<")[2].rstrip(">")
    return tuple(" ".join(" ".join(map(plain, counter.fresh(to))).split()) for to in (address, ADMIN))  # type: ignore[return-value]


@pytest.mark.parametrize("text", ["je valide", "non", "Je valide, c'est vu avec elle", "ok"])
def test_a_colleague_who_answers_a_notice_is_told_that_it_decides_nothing(counter: Quick, text: str) -> None:
    told, admin = answered(counter, text, f"Anne Collègue <anne@{HOUSE}>")
    assert "n'a rien décidé : rien n'est validé, rien n'est refusé" in told
    assert "Une personne de l'équipe va le lire" not in told
    assert f"anne@{HOUSE}" in admin


def test_so_is_whoever_was_handed_the_notice(counter: Quick) -> None:
    told, _ = answered(counter, "je valide", "Anne <anne@maison.example>")
    assert "n'a rien décidé" in told


def test_a_stranger_who_answers_the_customers_letter_is_no_colleague(counter: Quick) -> None:
    told, _ = answered(counter, "je valide", "Marc <marc@ailleurs.example>", "ghita@client.example")
    assert "n'a rien décidé" not in told
    assert "Nous avons bien reçu votre message" in told
