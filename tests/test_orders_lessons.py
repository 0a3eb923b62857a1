"""Whatever way people say how an order is to be read, it is an example; of lines, ``eval`` tells the cell that is read otherwise."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal

import pytest
from rich.console import Console

from core.lessons import KIND
from core.reading import Evidence, Fact, Quantity
from core.views import Said
from engine.evaluation import Labelled, as_json, evaluate
from engine.pipeline import Setup, read_mail
from engine.show_reading import evaluated
from tests.orders_help import NOW, mail, sacherie
from tests.orders_life import ADMIN, FULL, Life

TWO = "Bonjour, il nous faut 3 000 sachets fond plat à 0,50 MAD et 500 sacs à poignées torsadées à 2 MAD, pour le 20 mars 2026."


def taught(life: Life) -> dict[str, str]:
    return {lesson.name: lesson.how for lesson in life.learned}


def test_a_correction_by_reply_is_an_example_as_one_in_the_desk() -> None:
    life = Life()
    life.write(FULL)
    life.admin("quantité 6000")
    assert taught(life) == {"quantity": "corrected"}
    (lesson,) = life.learned
    assert (lesson.value, lesson.before, lesson.author) == (
        Quantity(Decimal(6000), "pièce"),
        Quantity(Decimal(10000), "pièce"),
        ADMIN,
    )
    life.admin("Je valide")
    # A validation never takes a correction back.
    assert "quantity" not in taught(life)
    assert taught(life)[KIND] == taught(life)["unit_price"] == "confirmed"


def test_a_correction_with_its_yes_in_one_reply_is_both() -> None:
    life = Life()
    life.write(FULL)
    life.admin("je valide avec quantité 6000")
    assert life.status == "validee"
    assert (taught(life)["quantity"], taught(life)["unit_price"]) == ("corrected", "confirmed")


@pytest.mark.parametrize(("vouched", "words"), [(False, "quantité 6000"), (True, "je regarde demain")])
def test_who_is_not_known_and_what_corrects_nothing_teach_nothing(vouched: bool, words: str) -> None:
    life = Life()
    life.write(FULL)
    life.admin(words, vouched=vouched)
    assert life.learned == ()


# ------------------------------------------------------------------ what is told of lines


def of_two(*typed: tuple[str, str]) -> Labelled:
    """An order of two lines in which a person wrote these fields."""
    life = Life()
    life.write(TWO)
    for name, words in typed:
        value = Quantity(Decimal(words), "pièce")
        life.act("correct", facts=(Fact(name, value, (Evidence("desk", words, 0),), 1.0, "person"),))
    assert taught(life).keys() == {"lines"}
    read = read_mail(mail("", TWO, sender="a@atlas.example"), Setup(businesses=(sacherie(),)), now=NOW, hints={})
    said = Said(1, "email", NOW, read.message, read.reading, "done", "new")
    return Labelled(tuple(replace(lesson, business="sacherie") for lesson in life.learned), (said,))


def test_of_several_lines_eval_tells_which_cell_is_read_otherwise() -> None:
    found = evaluate([of_two(("lines.2.quantity", "700"))], [sacherie()])
    assert found.score("commande", "lines").right == 0
    told = {(m.line, m.name): (m.wanted.replace("\u202f", ""), m.found.replace("\u202f", "")) for m in found.misses}
    assert told == {(2, "quantity"): ("700 pièces", "500 pièces"), (2, "total_price"): ("1400 MAD", "1000 MAD")}
    console = Console(width=160, record=True, file=io.StringIO())
    console.print(evaluated(found, None))
    told_lines = console.export_text()
    assert "ligne 2, quantité : 700 pièces attendu, 500 pièces lu" in told_lines
    assert "quantity" not in told_lines
    assert {(m["line"], m["field"]) for m in as_json(found, None)["wrong"]} == {(2, "quantity"), (2, "total_price")}


def test_a_line_that_a_hand_set_back_as_it_was_read_is_read_right() -> None:
    found = evaluate([of_two(("lines.2.quantity", "700"), ("lines.2.quantity", "500"))], [sacherie()])
    assert (found.score("commande", "lines").right, found.misses) == (1, ())


def test_lines_of_which_nothing_is_read_are_told_cell_by_cell() -> None:
    read = read_mail(mail("", "Bonjour", sender="a@atlas.example"), Setup(businesses=(sacherie(),)), now=NOW, hints={})
    example = replace(
        of_two(("lines.2.quantity", "700")), said=(Said(1, "email", NOW, read.message, read.reading, "done", "new"),)
    )
    misses = [m for m in evaluate([example], [sacherie()]).misses if m.name == "quantity"]
    assert [(m.line, m.wanted, m.found) for m in misses] == [(1, misses[0].wanted, ""), (2, "700 pièces", "")]
    assert misses[0].wanted
