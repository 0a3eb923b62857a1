"""What a later message says and the order does not take is in doubt and told, whatever else the message changes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.alerts import alerts_of
from core.reading import Quantity, Rows
from core.rows import rows_of
from processors.continuing import adds
from tests.orders_life import Life

ONE = "Bonjour, je commande 900 sacs torsadés kraft, livraison le 20 mars."
TWO = "Bonjour, je commande 500 sacs torsadés blancs et 1500 sachets fond plat kraft, livraison le 20 mars."


def doubted(life: Life) -> list[tuple[str, str]]:
    """(facts, lines) of every alert of a doubtful reading."""
    found = alerts_of(life.order, life.directive, (), life.now)
    return [(", ".join(a.facts), a.values.get("line", "")) for a in found if a.rule == "doubtful"]


def amounts(life: Life) -> list[Decimal]:
    cells = [row.cell("quantity") for row in rows_of(life.order.facts, life.directive)]
    return [c.value.amount for c in cells if c is not None and isinstance(c.value, Quantity)]


@pytest.mark.parametrize(
    "text",
    [
        "finalement ce sera 400 de plus, et plutôt en blanc.",
        "finalement 400 de plus",
        "400 de plus et livraison plutôt le 25 mars",
        "plutôt en blanc, et 400 en plus",
        "je change : 400 sacs de plus",
        "correction : 400 supplémentaires",
        "actually make it 400 more, and in white instead",
        "change of plan: 400 extra please",
        "instead of kraft white please, and 400 more",
        "finalement encore 400, plutôt en blanc",
        "en fait 400 pièces de plus, en blanc à la place",
        "beddel l byed w 400 en plus",
    ],
)
def test_so_many_more_change_no_number_and_are_shown(text: str) -> None:
    assert adds(text) in ("unclear", "also")
    life = Life()
    life.write(ONE)
    assert doubted(life) == []
    life.write(text, subject="Re: Commande")
    assert amounts(life) == [900]
    assert any("quantity" in facts for facts, _ in doubted(life))
    assert "400" in life.order.later[-1]
    assert life.told("admin")[-1] in ("admin_question", "admin_review")
    assert len(life.told("admin")) == 2


@pytest.mark.parametrize(
    "text", ["finalement mettez 400", "plutôt 400 sacs", "400 au lieu de 900 et plus vite", "make it 400 instead"]
)
def test_so_many_instead_take_the_place(text: str) -> None:
    life = Life()
    life.write(ONE)
    life.write(text, subject="Re: Commande")
    assert amounts(life) == [400]
    assert doubted(life) == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Finalement 700 sacs torsadés blancs au lieu de 500, et livraison le 22/03", "1"),
        ("Livraison le 22/03 et 700 sacs torsadés plutôt que 500", "1"),
        ("livrez plutôt le 22 mars, et 2000 sachets fond plat au lieu de 1500", "2"),
        ("Please change the delivery date to 22 March and make it 2,000 white bags instead of 1,500.", "1, 2"),
        ("finalement livraison le 22 mars et 700 au lieu de 500", "1, 2"),
        ("change the date to 22 March, and 700 instead of 500", "1, 2"),
        ("correction : livraison le 22 mars, quantité 700", "1, 2"),
        ("en fait 700 torsadés et livraison le 22 mars", "1"),
        ("beddel lcommande: 700 torsadés, livraison 22 mars", "1"),
        ("modification : sachets fond plat à 0,30 dh et 2000 au lieu de 1500, livraison le 22 mars", "2"),
    ],
)
def test_half_of_a_change_that_is_taken_leaves_the_other_half_in_doubt(text: str, lines: str) -> None:
    life = Life()
    life.write(TWO)
    assert doubted(life) == []
    life.write(text, subject="Re: Commande")
    assert "2026-03-22" in str(life.value("delivery_date")) or "2026, 3, 22" in repr(life.value("delivery_date"))
    assert amounts(life) == [500, 1500]
    ((facts, which),) = doubted(life)
    assert "quantity" in facts
    assert which == lines
    assert "non repris" in life.order.later[-1]
    # The salesperson is shown the lines anew.
    assert len(life.notices) == 2


@pytest.mark.parametrize("text", ["merci beaucoup", "livraison plutôt le 22 mars", "merci pour les 500 sacs torsadés"])
def test_what_says_nothing_otherwise_of_the_lines_leaves_them_sure(text: str) -> None:
    life = Life()
    life.write(TWO)
    life.write(text, subject="Re: Commande")
    assert doubted(life) == []
    assert isinstance(life.value("lines"), Rows)
