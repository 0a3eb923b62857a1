"""Orders in spreadsheets of any shape: empty cells, margins, titles, repeated heads, several sheets, every encoding; and their rows
pasted into a mail by a program that leaves one blank between its columns."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from decimal import Decimal
from email.message import EmailMessage

import openpyxl
import pytest

from core.reading import Fact, Money, Quantity, Rows
from engine.pipeline import Setup, read_mail
from processors.documents.read import read as read_file
from tests.orders_help import NOW, mail, sacherie

#: (product, its words, quantity, price of one) of a row; "" and None where its cell is empty.
Line = tuple[str, str, int | None, Decimal | None]
GOODS = {
    "sachet_fond_plat": ["Sachet fond plat", "Sachet fond plat kraft", "Sachet papier fond plat 12x20"],
    "sac_sans_poignees": ["Sac fond carré sans poignées", "Sac sans poignées brun"],
    "sac_poignees_plates": ["Sac poignées plates", "Sac fond carré avec poignées plates blanc"],
    "sac_poignees_torsadees": ["Sac torsadé", "Sac fond carré poignées torsadées 24x10x32"],
}


def facts_of_file(content: bytes, name: str) -> dict[str, Fact]:
    message = EmailMessage()
    message["Authentication-Results"] = "guichet.invalid; dmarc=pass header.from=client.example"
    message["From"], message["To"], message["Subject"] = "client@client.example", "commandes@sacherie.example", "Commande"
    message["Date"] = "Mon, 02 Mar 2026 10:00:00 +0100"
    message.set_content("Bonjour, ci-joint notre commande. Merci")
    message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    setup = Setup(businesses=(sacherie(),), authserv_ids=frozenset({"guichet.invalid"}))
    document = read_file(content, name, "sheet", ocr=None)
    reading = read_mail(bytes(message), setup, now=NOW, hints={}, documents=[document]).reading
    assert reading.kind == "COMMANDE"
    return {f.name: f for f in reading.facts}


def facts_of_text(text: str) -> dict[str, Fact]:
    setup = Setup(businesses=(sacherie(),), authserv_ids=frozenset({"guichet.invalid"}))
    return {f.name: f for f in read_mail(mail("Commande", text), setup, now=NOW, hints={}).reading.facts}


def lines_of(facts: dict[str, Fact]) -> list[tuple[object, ...]]:
    """(product, how many, unit, price, total) of every line."""
    lines = facts["lines"].value if "lines" in facts else None
    rows = [row.cells for row in lines.rows] if isinstance(lines, Rows) else [tuple(facts.values())]
    found: list[tuple[object, ...]] = []
    for cells in rows:
        told = {cell.name: cell.value for cell in cells}
        count, price, total = told.get("quantity"), told.get("unit_price"), told.get("total_price")
        assert isinstance(count, Quantity)
        one = price.amount if isinstance(price, Money) else None
        whole = total.amount if isinstance(total, Money) and "lines" in facts else None
        found.append((told.get("product"), count.amount, count.unit, one, whole))
    return found


def workbook(*sheets: Sequence[Sequence[object]], merged: str = "") -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, 1):
        sheet = book.create_sheet(f"Feuille {number}")
        for row in rows:
            sheet.append(list(row))
        if merged and number == 1:
            sheet.merge_cells(merged)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def some_lines(draw: random.Random) -> list[Line]:
    products = draw.sample(sorted(GOODS), draw.randint(1, 4))
    return [
        (
            p,
            draw.choice(GOODS[p]),
            draw.choice((300, 1500, 10_000)),
            draw.choice((None, Decimal("0.15"), Decimal("0.2"), Decimal("1.25"))),
        )
        for p in products
    ]


#: Columns that tell nothing of what is ordered, with what may stand in them.
BESIDE: dict[str, tuple[object, ...]] = {
    "TVA": (0.2, 20, None), "Remise": (None, "5 %"), "Stock": (None, 120), "Réf": (None, "AB-12"), "Observations": (None,),
    "Colisage": (None, 250), "Taux TVA": ("20 %", None),
}  # fmt: skip


@pytest.mark.parametrize("seed", range(60))
def test_a_workbook_of_any_shape_gives_its_lines(seed: int) -> None:
    draw = random.Random(seed)
    lines = some_lines(draw)
    columns = ["Désignation", "Qté", "PU HT (DH)", *draw.choice(([], ["Total HT"]))]
    for name in draw.sample(sorted(BESIDE), draw.randint(0, 3)):
        columns.insert(draw.randint(0, len(columns)), name)
    beside = {n: [draw.choice(BESIDE[n]) for _ in lines] for n in columns if n in BESIDE}
    sums = [draw.random() < 0.6 for _ in lines]
    rows: list[list[object]] = []
    for n, (_, words, count, price) in enumerate(lines):
        total = float(count * price) if count and price and sums[n] else None
        told = {"Désignation": words, "Qté": count, "PU HT (DH)": float(price) if price else None, "Total HT": total}
        rows.append([beside[c][n] if c in beside else told[c] for c in columns])
    if draw.random() < 0.5:  # what may be ordered and is not
        rows.insert(draw.randint(0, len(rows)), [{"Désignation": "Sac poignées plates vert"}.get(c) for c in columns])
    if draw.random() < 0.4:  # as printed on a second page
        rows.insert(draw.randint(1, len(rows)), list(columns))
    margin: list[object] = [None] * draw.randint(0, 2)
    several: list[list[list[object]]] = [[], [["BON DE COMMANDE"], []], [["Client", "Boulangerie Amal"]]]
    titles = draw.choice(several)
    before: list[list[list[object]]] = [[["Notes"]]] if draw.random() < 0.3 else []
    book = workbook(*before, [[*margin, *row] for row in (*titles, columns, *rows)])
    wanted = [
        (
            p,
            count,
            "pièce",
            price,
            count * price if price and count and sums[n] and "Total HT" in columns and len(lines) > 1 else None,
        )
        for n, (p, _, count, price) in enumerate(lines)
    ]
    assert lines_of(facts_of_file(book, "commande.xlsx")) == wanted


def test_two_sheets_and_merged_titles() -> None:
    head: list[object] = ["Produit", "Quantité", "PU DH HT"]
    first: list[list[object]] = [["BON DE COMMANDE", None, None], head, ["Sachet fond plat", 3000, 0.2]]
    found = lines_of(facts_of_file(workbook(first, [head, ["Sac torsadé", 4000, 0.7]], merged="A1:C1"), "a.xlsx"))
    assert found == [
        ("sachet_fond_plat", 3000, "pièce", Decimal("0.2"), None),
        ("sac_poignees_torsadees", 4000, "pièce", Decimal("0.7"), None),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "mac_roman"])
@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_a_text_table_in_any_encoding(encoding: str, delimiter: str) -> None:
    rows = [
        ["Désignation", "Quantité", "PU HT", "Total HT"],
        ["Sachet fond plat écru", "10 000", "0,145", "1 450,00"],
        ["Sac fond carré poignées plates", "2 500", "", ""],
        ["Total", "", "", "3 700,00"],
    ]
    content = "\r\n".join(delimiter.join(row) for row in rows).encode(encoding)
    assert lines_of(facts_of_file(content, "x.csv")) == [
        ("sachet_fond_plat", 10_000, "pièce", Decimal("0.145"), Decimal(1450)),
        ("sac_poignees_plates", 2500, "pièce", None, None),
    ]


@pytest.mark.parametrize(
    ("head", "unit"), [("Nb cartons", "carton"), ("Quantité en palettes", "palette"), ("Qté (paquets)", "paquet")]
)
def test_the_head_tells_what_is_counted(head: str, unit: str) -> None:
    found = lines_of(facts_of_file(workbook([["Article", head], ["Sac torsadé", 12]]), "a.xlsx"))
    assert found == [("sac_poignees_torsadees", 12, unit, None, None)]


HEADS = [
    ("Pos Article Désignation Qté Un PU HT Montant HT", "{n}0 10023{n} {words} {count} PCE {price} {total}"),
    ("Référence Désignation Quantité Prix unitaire Total", "SF-1{n} {words} {count} {price} DH {total} DH"),
    ("Ligne Code Désignation Qté U PU Montant", "{n} SFP{n}2 {words} {count} U {price} {total}"),
    ("Désignation Qté Prix", "{words} {count} {price}"),
    ("Item Description Qty UoM Price Amount", "{n} {words} {count} EA {price} {total}"),
    ("Désignation Quantité PU HT TVA Total HT", "{words} {count} {price} 20% {total}"),
]


@pytest.mark.parametrize(("head", "row"), HEADS)
@pytest.mark.parametrize("seed", range(6))
def test_rows_pasted_with_one_blank_between_their_columns(head: str, row: str, seed: int) -> None:
    draw = random.Random(seed)
    lines = [(p, w, c, price or Decimal("0.35")) for p, w, c, price in some_lines(draw)]
    wide = "{total}" in row and len(lines) > 1
    text = "\n".join(
        [
            "Bonjour, notre commande :",
            head,
            *(
                row.format(
                    n=n, words=w, count=f"{c:,}".replace(",", " "), price=str(p).replace(".", ","),
                    total=f"{c * p:,.2f}".replace(",", " ").replace(".", ","),
                )
                for n, (_, w, c, p) in enumerate(lines, 1)
                if c is not None
            ),
            "Montants en DH HT",
        ]
    )  # fmt: skip
    assert lines_of(facts_of_text(text)) == [
        (p, c, "pièce", price, c * price if wide else None) for p, _, c, price in lines if c
    ]
