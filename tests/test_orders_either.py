"""One number or another is how many of the two nobody can tell: the quantity is doubtful and shows the words of both."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.reading import Fact, Quantity, Rows
from engine.pipeline import Setup, read_mail
from tests.orders_help import NOW, mail, sacherie

DOUBT = next(s.doubt for d in sacherie().directives if d.name == "commande" for s in d.facts if s.name == "quantity")


def facts(text: str) -> dict[str, Fact]:
    setup = Setup(businesses=(sacherie(),), authserv_ids=frozenset({"guichet.invalid"}))
    return {f.name: f for f in read_mail(mail("commande", text), setup, now=NOW, hints={}).reading.facts}


@pytest.mark.parametrize(
    "text",
    [
        "commande : sacs torsadés {}",
        "je prends {} sacs torsadés",
        "commande sacs torsadés kraft : {} selon votre stock",
        "il nous faut {} pcs de sacs torsadés kraft",
        "sacs torsadés kraft, quantité : {}",
        "bghit sacs torsadés {}",
        "we order twisted handle bags, {}",
        "we need {} twisted handle bags",
    ],
)
@pytest.mark.parametrize(
    "said",
    [
        "500 ou 600", "500/600", "entre 500 et 600", "500 à 600", "500-600", "500 - 600", "500 or 600", "500 wla 600", "500 ولا 600",
        "500, voire 600", "500, 600 ou 700", "cinq cents ou six cents", "500 minimum, maximum 600", "600 ou 500",
    ],
)  # fmt: skip
def test_one_of_two_numbers_is_doubtful_wherever_it_stands(text: str, said: str) -> None:
    found = facts(text.format(said))
    assert found["quantity"].confidence < DOUBT
    assert "customer_reference" not in found
    assert "lines" not in found
    if not said.startswith(("500 min", "entre")):
        words = " ".join(e.quote for e in found["quantity"].evidence)
        assert said in words or "voire" in said


@pytest.mark.parametrize("said", ["3 ou 4 cartons", "3 à 4 cartons", "3-4 cartons", "une ou deux palettes", "2 to 3 boxes"])
def test_so_it_is_of_units(said: str) -> None:
    assert facts(f"commande : {said} de sacs torsadés")["quantity"].confidence < DOUBT
    assert facts(f"commande : sacs torsadés {said}")["quantity"].confidence < DOUBT


@pytest.mark.parametrize("said", ["500 ou 600", "500/600", "1000 à 1500", "500-600"])
def test_the_line_beside_it_is_kept(said: str) -> None:
    rows = facts(f"commande : sachets fond plat kraft {said} et 3 cartons de sacs torsadés")["lines"].value
    assert isinstance(rows, Rows)
    first, second = (row.cell("quantity") for row in rows.rows)
    assert first is not None
    assert first.confidence < DOUBT
    assert second is not None
    assert (second.value, second.confidence >= DOUBT) == (Quantity(Decimal(3), "carton"), True)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("commande : 500 sacs torsadés, livraison le 12 ou le 15 mars", 500),
        ("commande : 500 sacs torsadés format 24/32", 500),
        ("commande : 500 sacs torsadés 240/320 mm", 500),
        ("commande n° 500-600, 1000 sacs torsadés", 1000),
        ("commande : 500 sacs torsadés kraft ou blancs", 500),
        ("commande : 500 sacs torsadés à 1,20 dh ou 600 dh le tout", 500),
    ],
)
def test_what_is_no_choice_of_numbers_stays_sure(text: str, amount: int) -> None:
    quantity = facts(text)["quantity"]
    assert quantity.value == Quantity(Decimal(amount), "pièce")
    assert quantity.confidence >= DOUBT


@pytest.mark.parametrize(
    "text",
    [
        "merci de passer de 3000 à 5000 sachets fond plat",
        "go from 3000 to 5000 flat bags",
    ],
)
def test_from_so_many_to_so_many_leaves_no_choice(text: str) -> None:
    assert facts(text)["quantity"].doubt == ""
