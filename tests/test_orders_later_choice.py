"""A later message that leaves a choice, « 600 ou 700 », is told with it wherever its change is told: to who judges and to the customer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.quick import Quick, quick
from tests.road import ADMIN, mail, plain

GHITA = "Ghita Alami <ghita@client.example>"
ONE = "Bonjour, je commande 5000 sachets fond plat kraft à 0,32 dh HT pièce, livraison le 20 mars. Ghita"
TWO = "Bonjour, je commande 5000 sachets fond plat kraft à 0,32 dh HT pièce et 500 sacs torsadés blancs. Ghita"


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Quick]:
    with quick(tmp_path / "data", business="sacherie") as counter:
        yield counter


def told(counter: Quick, first: str, then: str) -> tuple[str, str]:
    """(the notice, the customer's receipt) that a second message brings about, each in one line."""
    counter.send(mail(first, sender=GHITA, subject="Commande", number=1))
    receipt = counter.fresh("ghita@")[-1]
    counter.fresh(ADMIN)
    counter.send(mail(then, sender=GHITA, answers=receipt, number=2))
    (notice,), (answer,) = counter.fresh(ADMIN), counter.fresh("ghita@")
    return " ".join(plain(notice).split()), " ".join(plain(answer).split())


@pytest.mark.parametrize(
    ("first", "then", "so"),
    [
        (ONE, "Finalement mettez 600 ou 700 au lieu de 5000", "quantité : 600 pièces (« 600 ou 700 ») au lieu de 5000 pièces"),
        (ONE, "passez à 600 ou 700", "quantité : 600 pièces (« 600 ou 700 ») au lieu de 5000 pièces"),
        (TWO, "Finalement 600 ou 700 sacs torsadés", "non repris, à vérifier : quantité : 600 pièces (« 600 ou 700 sacs »)"),
    ],
)
def test_a_choice_is_told_as_one_to_who_judges(counter: Quick, first: str, then: str, so: str) -> None:
    notice, _ = told(counter, first, then)
    assert notice.count(so) == 2  # what changed since, and under the customer's words
    assert "600 pièces au lieu" not in notice
    assert "600 pièces ;" not in notice


def test_a_choice_that_is_added_is_told_as_one_to_both(counter: Quick) -> None:
    notice, receipt = told(counter, ONE, "ajoutez 600 ou 700 sacs torsadés blancs")
    assert "ajouté : Sac fond carré avec poignées torsadées · blancs · 600 pièces (« 600 ou 700 sacs »)" in notice
    assert "- Sac fond carré avec poignées torsadées · blancs · 600 pièces (« 600 ou 700 sacs »)" in receipt
