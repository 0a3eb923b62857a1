"""Tables as shops' and hotels' programs print them: whatever their columns, dividers and heads, each row is a line with what it tells."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.reading import Fact, Money, Quantity, Row, Rows
from engine.pipeline import Setup, read_mail
from tests.orders_help import NOW, mail, sacherie

SETUP = Setup(businesses=(sacherie(),), authserv_ids=frozenset({"guichet.invalid"}))
P1, P2, P3, P4 = "sachet_fond_plat", "sac_sans_poignees", "sac_poignees_plates", "sac_poignees_torsadees"


def facts(text: str, subject: str = "Bon de commande") -> dict[str, Fact]:
    """What the service reads, by name."""
    return {f.name: f for f in read_mail(mail(subject, text), SETUP, now=NOW, hints={}).reading.facts}


def told(text: str) -> list[str]:
    """Every line as "product quantity unit price currency tax total (nature)", what is not there as "-"."""
    found = facts(text)
    held = found.get("lines")
    rows = held.value.rows if held is not None and isinstance(held.value, Rows) else (Row(tuple(found.values())),)
    return [
        " ".join(map(_told, (row.cell(n) for n in ("product", "quantity", "unit_price", "total_price", "nature"))))
        for row in rows
    ]


def _told(fact: Fact | None) -> str:
    if fact is None:
        return "-"
    if isinstance(fact.value, Quantity):
        return f"{fact.value.amount} {fact.value.unit}"
    if isinstance(fact.value, Money):
        money = fact.value
        return " ".join(filter(None, (str(money.amount), money.currency, money.tax, str(money.per) if money.per != 1 else "")))
    return str(fact.value)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (  # fewer cells than heads: each stands below its own
            "Pos  Article    Désignation                              Qté    UN   PU HT     Montant HT\n"
            "0010 EMB-1120   SAC POIGNEES TORSADEES BLANC 32X12X41    2 000  PCE  1,85      3 700,00\n"
            "0020 EMB-1133   SAC SANS POIGNEES BRUN 20X12X30          5 000  PCE  0,54      2 700,00\n"
            "TOTAL HT MAD : 6 400,00",
            [f"{P4} 2000 pièce 1.85 MAD excl 3700.00 MAD excl BLANC 32X12X41",
             f"{P2} 5000 pièce 0.54 MAD excl 2700.00 MAD excl BRUN 20X12X30"],
        ),
        (  # a number at the beginning of a line is not that of the tax above it
            "Qty      Item                      Unit price\n"
            "20,000   Flat paper bags, white    £0.012 ex VAT\n"
            "6,000    SOS bags, no handles      £0.055 ex VAT",
            [f"{P1} 20000 pièce 0.012 GBP excl - white", f"{P2} 6000 pièce 0.055 GBP excl - -"],
        ),
        (  # no head at all
            "SACS FC POIGNEES PLATES BRUN ; 40 000 ; 890,00 MAD HT / 1000\nSACHETS FOND PLAT BLANC ; 80 000 ; 120,00 MAD HT / 1000",
            [f"{P3} 40000 pièce 890.00 MAD excl 1000 - BRUN", f"{P1} 80000 pièce 120.00 MAD excl 1000 - BLANC"],
        ),
        (
            "1. Sac poignées plates | 3 000 pcs | 0,79 DH HT\n2. Sac torsadé | 1 500 pcs | 1,35 DH HT",
            [f"{P3} 3000 pièce 0.79 MAD excl - -", f"{P4} 1500 pièce 1.35 MAD excl - -"],
        ),
        (  # of two numbers of things the one is meant that comes to the total
            "Libellé | Qté cartons | Qté pièces | Prix unitaire | Total HT\nSachet fond plat | 10 | 20 000 | 0,15 | 3 000,00 DH\n"
            "Sac torsadé | 8 | 2 000 | 1,25 | 2 500,00 DH",
            [f"{P1} 20000 pièce 0.15 MAD excl 3000.00 MAD excl -", f"{P4} 2000 pièce 1.25 MAD excl 2500.00 MAD excl -"],
        ),
        (  # how many are in one box is not how many are ordered
            "Libellé | Colisage | Nb colis | Qté totale | PU\n"
            "Sac torsadé | 250 | 20 | 5 000 | 1,30 DH\nSac poignées plates | 250 | 8 | 2 000 | 0,95 DH",
            [f"{P4} 5000 pièce 1.30 MAD - -", f"{P3} 2000 pièce 0.95 MAD - -"],
        ),
        (  # sizes in columns of their own, with the unit of their heads
            "Description | L (in) | W (in) | H (in) | Qty | Unit Price (USD)\nTwisted handle bag | 10 | 5 | 13 | 5,000 | 0.14\n"
            "Flat bag | 6 | 3 | 9 | 20,000 | 0.02",
            [f"{P4} 5000 pièce 0.14 USD - 10x5x13 in", f"{P1} 20000 pièce 0.02 USD - 6x3x9 in"],
        ),
        (  # what a column of colours says is how it is, whether the directive knows the colour or not
            "Article;Couleur;Format;Quantité;Unité\nSac torsadé;havane;32x12x41;20;CARTON\nSachet fond plat;lilas;14x24;5000;PIECE",
            [f"{P4} 20 carton - - havane, 32x12x41", f"{P1} 5000 pièce - - lilas, 14x24"],
        ),
        (  # a price for so many
            "Description | Qty | UoM | Price | Per\n"
            "Sac torsadé | 12.000 | PC | 1,20 EUR | 1\nSachet fond plat | 50.000 | PC | 180,00 EUR | 1000",
            [f"{P4} 12000 pièce 1.20 EUR - -", f"{P1} 50000 pièce 180.00 EUR 1000 - -"],
        ),
        (  # what goes on below
            "Désignation                Quantité   Prix DH\nSac poignées torsadées     2 000      1,85\n  kraft blanc 32x12x41\n"
            "Sachet fond plat           10 000     0,12\n  kraft 14x24\nLivraison 12 mars",
            [f"{P4} 2000 pièce 1.85 MAD - kraft blanc 32x12x41", f"{P1} 10000 pièce 0.12 MAD - kraft 14x24"],
        ),
        (  # what all rows are stands below
            "Taille   Qté\n12x20    5000\n14x24    3000\nTout en sachets fond plat kraft",
            [f"{P1} 5000 pièce - - 12x20, kraft", f"{P1} 3000 pièce - - 14x24, kraft"],
        ),
        (  # three decimals, as some programs print whole numbers
            "Désignation\tQté\tPU HT\tMontant HT\n"
            "Sac poignées plates\t3 000,000\t0,79\t2 370,00\nSachet fond plat\t10 000,000\t0,21\t2 100,00\nDevise : MAD",
            [f"{P3} 3000 pièce 0.79 MAD excl 2370.00 MAD excl -", f"{P1} 10000 pièce 0.21 MAD excl 2100.00 MAD excl -"],
        ),
        (  # a form on each line is no head
            "Désignation : sac sans poignées | Qté : 4000 | PU HT : 0,55 DH\n"
            "Désignation : sachet fond plat | Qté : 12000 | PU HT : 0,19 DH",
            [f"{P2} 4000 pièce 0.55 MAD excl - -", f"{P1} 12000 pièce 0.19 MAD excl - -"],
        ),
    ],
)  # fmt: skip
def test_every_row_is_a_line_with_what_its_columns_tell(text: str, wanted: list[str]) -> None:
    assert told(text) == wanted


def test_what_is_not_in_the_list_is_a_doubtful_line() -> None:
    held = facts("Désignation | Qté | PU TTC\nSac poignées plates | 3 000 | 0,79 DH\nCabas réutilisable | 200 | 3,10 DH")[
        "lines"
    ]
    assert isinstance(held.value, Rows)
    assert held.value.rows[1].cell("product") is None
    assert held.confidence < 0.6


def test_two_numbers_of_things_of_which_nothing_says_which_is_meant_are_doubtful() -> None:
    found = facts("Désignation | Qté cartons | Qté pièces\nSac poignées plates | 12 | 3 000\nSac torsadé | 8 | 2 000")
    assert found["quantity"].confidence < 0.6


AGREEING = (
    "Désignation | Qté | {} | {}\nSac poignées plates | 3 000 | 0,79 | 2 370,00\nSachet plat | 10 000 | 0,21 | 2 100,00\n"
)


@pytest.mark.parametrize(
    ("unit", "total"), [("PU HT", "Montant HT"), ("Prix", "Montant HT"), ("PU HT", "Total"), ("PU HT DH", "Total")]
)
def test_figures_that_come_to_one_another_are_sure_and_of_one_tax(unit: str, total: str) -> None:
    held = facts(AGREEING.format(unit, total) + "Total HT : 4 470,00 MAD\nTVA 20% : 894,00\nTotal TTC : 5 364,00")
    rows = held["lines"].value
    assert isinstance(rows, Rows)
    for row in rows.rows:
        for name in ("unit_price", "total_price"):
            cell = row.cell(name)
            assert cell is not None
            assert isinstance(cell.value, Money)
            assert (cell.value.currency, cell.value.tax) == ("MAD", "excl")
            assert cell.confidence >= 0.75
    assert held["total_price"].value == Money(Decimal("4470.00"), "MAD", "excl")
    assert held["total_price"].confidence >= 0.9


def test_figures_that_do_not_come_to_one_another_stay_as_sure_as_they_were_read() -> None:
    found = facts("Sac poignées plates, quantité : 3 000, prix : 0,79 DH, total : 2 376,50 DH")
    agreeing = facts("Sac poignées plates, quantité : 3 000, prix : 0,79 DH, total : 2 370,00 DH")
    assert agreeing["total_price"].confidence > found["total_price"].confidence


def test_a_price_in_no_currency_has_the_only_one_that_is_named_else_it_is_doubtful() -> None:
    table = "Désignation | Qté | PU\nSac poignées plates | 3 000 | 0,79\nSachet plat | 10 000 | 0,21{}"
    carried = facts(table.format(" DH"))["lines"].value
    doubtful = facts(table.format(""))
    two = facts(table.format("\nTransport : 300 DH, caution 50 €"))
    assert isinstance(carried, Rows)
    first = carried.rows[0].cell("unit_price")
    assert first is not None
    assert first.value == Money(Decimal("0.79"), "MAD")
    assert [e.quote for e in first.evidence] == ["0,79", "0,21 DH"]  # where the currency is said
    assert 0.6 <= first.confidence < 0.8
    for found in (doubtful, two):
        assert found["unit_price"].value == Money(Decimal("0.79"))
        assert found["unit_price"].confidence < 0.6


# ---------------------------------------------------------------------- tables put together at random

HEADS = {
    "pos": ("Pos", "N°", "Ligne"),
    "code": ("Code", "Référence", "Article"),
    "thing": ("Désignation", "Libellé", "Description"),
    "colour": ("Couleur", "Coloris"),
    "quantity": ("Qté", "Quantité", "Qty", "Qté cdée"),
    "measure": ("UN", "Unité", "U.M."),
    "unit": ("PU HT", "Prix unitaire HT", "P.U. HT"),
    "total": ("Montant HT", "Total HT"),
    "rebate": ("Remise", "Taux TVA"),
}
THINGS = (
    (P1, "Sachet fond plat 14x24"), (P2, "Sac fond carré sans poignées 20x12x30"), (P3, "Sac poignées plates 26x17x25"),
    (P4, "SAC POIGNEES TORSADEES 32X12X41"),
)  # fmt: skip


@dataclass(frozen=True)
class Printed:
    """A table with the lines that it tells."""

    text: str
    lines: tuple[tuple[str, int, Decimal], ...]


@st.composite
def tables(draw: st.DrawFn) -> Printed:
    optional = draw(st.lists(st.sampled_from(["pos", "code", "colour", "measure", "total", "rebate"]), unique=True))
    before = [c for c in ("pos", "code") if c in optional]
    after = [c for c in ("colour", "quantity", "measure", "unit", "rebate", "total") if c in (*optional, "quantity", "unit")]
    columns = [*before, "thing", *after]
    if draw(st.booleans()):
        columns.remove("quantity")
        columns.insert(0, "quantity")
    heads = [draw(st.sampled_from(HEADS[c])) for c in columns]
    lines = tuple(
        (
            draw(st.sampled_from(THINGS)),
            draw(st.sampled_from((500, 1500, 2000, 20000))),
            Decimal(draw(st.integers(11, 399))) / 100,
        )
        for _ in range(draw(st.integers(2, 4)))
    )
    grouped = draw(st.sampled_from((" ", "", "\u202f")))
    rows = []
    for number, ((_, words), amount, price) in enumerate(lines, 1):
        cells = {
            "pos": str(10 * number), "code": f"EMB-{1100 + number}", "thing": words,
            "colour": draw(st.sampled_from(("kraft", "lilas", ""))),
            "quantity": f"{amount:,}".replace(",", grouped), "measure": "PCE", "unit": str(price).replace(".", ","),
            "total": f"{amount * price:,.2f}".replace(",", " ").replace(".", ","), "rebate": "20%",
        }  # fmt: skip
        rows.append([cells[c] for c in columns])
    divider = draw(st.sampled_from((" | ", ";", "\t", "blanks")))
    if divider == "blanks":
        widths = [max(len(r[n]) for r in [heads, *rows]) + 3 for n in range(len(columns))]
        text = "\n".join(
            "".join(cell.ljust(width) for cell, width in zip(r, widths, strict=True)).rstrip() for r in [heads, *rows]
        )
    else:
        text = "\n".join(divider.join(r) for r in [heads, *rows])
    return Printed(f"Bonjour,\nvoici notre commande :\n\n{text}\n\nCordialement", tuple((t[0], a, p) for t, a, p in lines))


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(tables())
def test_tables_of_any_columns_are_read_the_same(table: Printed) -> None:
    held = facts(table.text)["lines"]
    assert isinstance(held.value, Rows), table.text
    found = []
    for row in held.value.rows:
        product, quantity, price = (row.cell(n) for n in ("product", "quantity", "unit_price"))
        assert product is not None
        assert quantity is not None
        assert price is not None, table.text
        assert isinstance(quantity.value, Quantity)
        assert isinstance(price.value, Money)
        assert price.value.tax == "excl"
        found.append((product.value, int(quantity.value.amount), price.value.amount))
    assert found == list(table.lines), table.text


_CROWDED = (
    "Réf        Désignation                                     Qté    UN   PU HT     Montant HT\n"
    "SCT-K22    Sac kraft poignées torsadées 22x10x28           1 500  PCS  1,05     1 575,00\n"
    "SCT-K26    Sac kraft poignées torsadées 26x11x34           3 000  PCS  1,25     3 750,00\n"
    "SCT-K32    Sac fond carré poignées torsadées kraft 32x12x41 2 500 PCS{price}\n\n"
    "Total HT                                                          {total} MAD\n"
)


def test_a_long_designation_that_leaves_one_blank_before_the_quantity_hides_no_row():
    text = _CROWDED.format(price="  1,45     3 625,00", total="8 950,00")
    assert told(text) == [
        f"{P4} 1500 pièce 1.05 MAD excl 1575.00 MAD excl kraft, 22x10x28",
        f"{P4} 3000 pièce 1.25 MAD excl 3750.00 MAD excl kraft, 26x11x34",
        f"{P4} 2500 pièce 1.45 MAD excl 3625.00 MAD excl kraft 32x12x41",
    ]
    found = facts(text)
    assert isinstance(found["total_price"].value, Money)
    assert (found["total_price"].value.amount, found["total_price"].confidence) == (Decimal("8950.00"), 0.95)


def test_a_row_whose_cells_cannot_be_told_is_a_line_in_doubt():
    found = facts(_CROWDED.format(price="", total="8 950,00"))
    held = found["lines"].value
    assert isinstance(held, Rows)
    assert len(held.rows) == 3
    count = held.rows[2].cell("quantity")
    assert count is not None
    assert count.value == Quantity(Decimal(2500), "pièce")
    assert count.confidence <= 0.45
    assert found["lines"].confidence <= 0.45


def test_a_written_total_that_is_not_the_sum_of_the_lines_is_in_doubt():
    found = facts(_CROWDED.format(price="  1,45     3 625,00", total="9 950,00"))
    assert isinstance(found["total_price"].value, Money)
    assert (found["total_price"].value.amount, found["total_price"].confidence) == (Decimal("9950.00"), 0.45)


def test_heads_of_price_and_total_that_one_blank_divides_are_two():
    text = (
        "Désignation                                 Qté     P.U. HT Total HT\n"
        "Sac kraft poignées torsadées 22x10x28       1500    1,05       1575,00\n"
        "Sachet fond plat blanc 12x20                3000    0,25       750,00\n\n"
        "Total HT                                                       2325,00 MAD\n"
    )
    assert told(text) == [
        f"{P4} 1500 pièce 1.05 MAD excl 1575.00 MAD excl kraft, 22x10x28",
        f"{P1} 3000 pièce 0.25 MAD excl 750.00 MAD excl blanc 12x20",
    ]


@pytest.mark.parametrize(
    "head",
    [
        "Désignation\tQté\tP.U. HT (DH) Total HT",
        "Désignation\tQté\tPrix unitaire HT (DH) Montant HT (DH)",
        "Désignation\tQté\tP.U. (DH) HT Total HT",
    ],
)
def test_heads_of_a_paper_that_stand_close_are_two(head: str) -> None:
    """Heads that are not above their columns, as a program drew them: « 1,25 » is the price, never how many."""
    rows = [
        "Sac fond carré poignées torsadées kraft 26x32\t4 000\t1,25\t5 000,00",
        "Sac fond carré sans poignées blanc 18x24\t2 500\t0,60\t1 500,00",
    ]
    assert told("\n".join((head, *rows))) == [
        "sac_poignees_torsadees 4000 pièce 1.25 MAD excl 5000.00 MAD excl kraft 26x32",
        "sac_sans_poignees 2500 pièce 0.60 MAD excl 1500.00 MAD excl blanc 18x24",
    ]


def test_cells_under_too_few_heads_are_in_doubt_and_no_piece_is_cut() -> None:
    rows = ["Sac torsadé kraft 26x32\t4 000\t1,25\t5 000,00", "Sac torsadé blanc 18x24\t2 500\t0,60\t1 500,00"]
    text = "\n".join(("Désignation\tQté\tPrix et montant", *rows))
    found = facts(text)["lines"].value
    assert isinstance(found, Rows)
    for row in found.rows:
        count = row.cell("quantity")
        assert count is not None
        assert count.confidence < 0.6


def test_a_size_beside_a_cell_of_hundreds_is_kept() -> None:
    rows = ["sachets fond plat\tkraft brun 20x28\t10000\t0,31 DH", "sac torsadé\tnoir 32x40\t750\t1,85 DH"]
    text = "\n".join(("produit\tnature\tquantité\tprix unitaire", *rows))
    assert told(text)[1] == "sac_poignees_torsadees 750 pièce 1.85 MAD - noir 32x40"
