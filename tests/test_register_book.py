"""The workbook of a register: its sheet of sums agrees with what the desk and the printed register count."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from openpyxl import load_workbook

from engine.export import Cell
from engine.register_export import BEFORE, Heading
from web.printing.book import register_book

MONEY = [
    *(Heading(text["fr"], kind) for text, kind in BEFORE),
    Heading("total, cette ligne", "money", "line"), Heading("devise"), Heading("taxe"),
    Heading("total, toutes les lignes", "money", "request"), Heading("devise"), Heading("taxe"),
]  # fmt: skip
Amount = tuple[str, str] | None


def row(ref: str, line: int, lines: int, mine: Amount, whole: Amount = None) -> list[Cell]:
    """A row as engine.register_export makes them."""

    def cells(amount: Amount) -> list[Cell]:
        return [Decimal(amount[0]), amount[1], "HT"] if amount else [None, "", ""]

    return [ref, "En attente", "", "", "", None, line, lines, *cells(mine), *cells(whole)]


def sums(*pages: list[list[Cell]]) -> list[list[Any]]:
    """The sheet of sums below its heading."""
    book = load_workbook(register_book("Commandes", MONEY, iter(pages), "fr"))
    return [[cell.value for cell in found] for found in book["Totaux"].iter_rows(min_row=2)]


def test_the_sheet_of_sums_is_the_column_of_totals_and_says_what_is_left_out() -> None:
    one = row("A", 1, 1, ("50", "MAD"), ("50", "MAD"))
    summed = [row("B", 1, 2, ("4200", "MAD"), ("4900", "MAD")), row("B", 2, 2, ("700", "MAD"))]
    mixed = [row("C", 1, 3, ("10", "MAD")), row("C", 2, 3, ("20", "EUR")), row("C", 3, 3, ("5", "MAD"))]
    without = row("E", 1, 1, None)
    unsaid = row("F", 1, 1, ("30", "MAD"), ("30", "MAD"))
    unsaid[-1] = ""
    assert sums([one, *summed, *mixed[:2]], [mixed[2], without, unsaid]) == [
        ["En attente", "MAD", "taxe non précisée", 1, 30],
        ["En attente", "MAD", "HT", 2, 50 + 4900],
        ["En attente", "sans total, hors des sommes", None, 2, None],
    ]


def test_a_register_without_sums_has_no_sheet_of_them() -> None:
    headings = MONEY[:8]
    book = load_workbook(register_book("Demandes", headings, iter([[row("A", 1, 1, None)[:8]]]), "fr"))
    assert book.sheetnames == ["Demandes"]
