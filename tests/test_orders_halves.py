"""Parts of a unit: "1/2 palette" is how many, and neither a day nor a size."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest

from core.reading import Day, Fact, Quantity, Rows
from engine.pipeline import Setup, read_mail
from tests.orders_help import NOW, mail, sacherie

#: What is written, and how many of which unit it is.
PARTS = {
    "1/2 palette": ("0.5", "palette"),
    "1/2 plt": ("0.5", "palette"),
    "½ palette": ("0.5", "palette"),
    "1/4 de palette": ("0.25", "palette"),
    "3/4 palette": ("0.75", "palette"),
    "¾ de palette": ("0.75", "palette"),
    "1 palette 1/2": ("1.5", "palette"),
    "une palette et 1/2": ("1.5", "palette"),
    "2 1/2 palettes": ("2.5", "palette"),
    "2½ cartons": ("2.5", "carton"),
    "1/2 carton": ("0.5", "carton"),
    "une demi-palette": ("0.5", "palette"),
    "un quart de palette": ("0.25", "palette"),
    "trois quarts de palette": ("0.75", "palette"),
    "1/2 tonne": ("0.5", "tonne"),
    "1/2 بالطة": ("0.5", "palette"),
}


def facts(text: str) -> dict[str, Fact]:
    setup = Setup(businesses=(sacherie(),), authserv_ids=frozenset({"guichet.invalid"}))
    return {f.name: f for f in read_mail(mail("commande", text), setup, now=NOW, hints={}).reading.facts}


def lines(found: dict[str, Fact]) -> list[tuple[object, object]]:
    value = found["lines"].value
    assert isinstance(value, Rows)
    cells = [{c.name: c.value for c in row.cells} for row in value.rows]
    return [(c.get("product"), c.get("quantity")) for c in cells]


@pytest.mark.parametrize("said", PARTS)
def test_a_part_of_a_unit_is_how_many(said: str) -> None:
    amount, unit = PARTS[said]
    part = ("sac_poignees_plates", Quantity(Decimal(amount), unit))
    more = ("sachet_fond_plat", Quantity(Decimal(2), "carton"))
    found = facts(f"il nous faut {said} de sacs poignées plates kraft")
    assert found["quantity"].value == part[1]
    assert found["quantity"].confidence >= 0.8
    assert found["nature"].value == "kraft"
    assert "delivery_date" not in found
    found = facts(f"il nous faut {said} de sacs poignées plates kraft et 2 cartons de sachets fond plat blancs")
    assert lines(found) == [part, more]
    found = facts(f"1) sachet fond plat blanc 14/20 : 2 cartons\n2) sacs poignées plates kraft : {said}\nLivraison au dépôt")
    assert lines(found) == [more, part]
    assert "delivery_date" not in found


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("half a pallet of flat handle bags please, we order", "0.5"),
        ("we order 1/2 pallet of flat handle bags, delivery to our shop", "0.5"),
        ("we order three quarters of a pallet of flat handle bags", "0.75"),
        ("we order 1 pallet and a half of flat handle bags", "1.5"),
        ("bghit ness palette dyal sachet fond plat", "0.5"),
        ("bghit 1/2 palette dyal sachet fond plat", "0.5"),
        ("bghina rob3 palette dyal sachet fond plat", "0.25"),
        ("بغيت نص بالطة كيس قاعدة مسطحة", "0.5"),
        ("بغيت ½ بالطة كيس قاعدة مسطحة", "0.5"),
        ("بغيت ربع بالطة كيس قاعدة مسطحة", "0.25"),
    ],
)
def test_so_it_is_in_other_languages(text: str, amount: str) -> None:
    found = facts(text)
    assert found["quantity"].value == Quantity(Decimal(amount), "palette")
    assert "delivery_date" not in found


@pytest.mark.parametrize(
    ("day", "said"),
    list(itertools.product(("18/12/2026", "le 15/3", "le 1/4"), ("1/2 palette", "1 palette 1/2", "¼ de palette"))),
)
def test_the_day_beside_it_is_read(day: str, said: str) -> None:
    found = facts(f"il faut 3 palettes de sachets fond plat kraft et {said} de sacs sans poignées kraft, livraison {day}")
    value = found["delivery_date"].value
    wanted = {"18/12/2026": "2026-12-18", "le 15/3": "2026-03-15", "le 1/4": "2026-04-01"}
    assert isinstance(value, Day)
    assert value.day.isoformat() == wanted[day]
    assert len(lines(found)) == 2


@pytest.mark.parametrize(
    "text",
    [
        "sachets fond plat kraft 14/20 : 5 cartons",
        "sachets fond plat kraft, format : 10/12, 5 cartons",
        "sachets fond plat kraft, taille : 9/12\nquantité : 5 cartons",
        "flat bottom bags, size: 10/12, we order 5 boxes",
        "idem 18/24 : 5 cartons de sachets fond plat",
    ],
)
def test_a_size_is_no_day(text: str) -> None:
    found = facts(text)
    assert found["quantity"].value == Quantity(Decimal(5), "carton")
    assert "delivery_date" not in found
