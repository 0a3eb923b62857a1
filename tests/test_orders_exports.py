"""Orders exported: tables, workbooks, the printed register."""

from __future__ import annotations

import csv
import io
import time
from dataclasses import replace
from datetime import datetime, timedelta

import pypdfium2
from openpyxl import load_workbook

from core.ports import Change
from core.register import entry_of
from tests.browser import text_of
from tests.orders_house import order
from tests.orders_people import Program, person
from tests.register_help import many
from tests.web_help import Running

pytest_plugins = ("tests.orders_fixtures",)


def test_exports_have_a_row_a_line_and_no_formula(web: Running, program: Program) -> None:
    lines = "- 3 000 sacs fond carré avec poignées plates à 1,40 MAD\n- 2 000 sachets fond plat à 0,35 MAD"
    bad = f"Bonjour, veuillez livrer :\n{lines}\nLivraison le 20 mars 2026."
    case_id = order(web.counter, bad, sender='"=cmd|calc" <a@argan.example>', subject="+1+1 commande")
    rows = list(csv.DictReader(io.StringIO(program("GET", "/export/csv?language=fr").body.decode("utf-8-sig")), delimiter=";"))
    assert [(r["ligne"], r["produit"], r["quantité"], r["prix unitaire"]) for r in rows] == [
        ("1", "Sac fond carré avec poignées plates", "3000", "1,4"), ("2", "Sachet fond plat", "2000", "0,35"),
    ]  # fmt: skip
    # What each number is stands beside it; the sum of the order stands once, so that a column may be summed.
    assert [[r[f"prix unitaire{x}"] for x in (" (devise)", " (taxe)", " (pour combien)", " (unité)")] for r in rows] == [
        ["MAD", "", "1", ""]
    ] * 2
    assert [(r["prix total, cette ligne"], r["prix total, toutes les lignes"], r["lignes en tout"]) for r in rows] == [
        ("4200", "4900", "2"), ("700", "", "2"),
    ]  # fmt: skip
    assert (rows[0]["date de livraison"], rows[0]["reçue le"][:10]) == ("20/03/2026", "02/03/2026")
    assert rows[0]["lien vers le dossier"] == f"http://127.0.0.1:{web.call.port}/orders/{case_id}"
    english = list(csv.DictReader(io.StringIO(program("GET", "/export/csv?language=en").body.decode("utf-8-sig"))))
    assert next((r["unit price"], r["delivery date"], r["quantity (unit)"]) for r in english) == ("1.4", "2026-03-20", "piece")
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    book = load_workbook(io.BytesIO(program("GET", "/export/excel?language=en").body))
    sheet = book.active
    assert sheet is not None
    top = [cell.value for cell in sheet[1]]
    first = dict(zip(top, [cell.value for cell in sheet[2]], strict=True))
    assert (first["quantity"], first["unit price"], first["unit price (currency)"]) == (3000, 1.4, "MAD")
    assert first["client"] == "'=cmd|calc"
    formats = dict(zip(top, [cell.number_format for cell in sheet[2]], strict=True))
    assert (first["delivery date"], formats["delivery date"]) == (datetime(2026, 3, 20), "yyyy-mm-dd")  # noqa: DTZ001 (a cell knows no zone)
    assert (formats["quantity"], formats["unit price"], formats["confidence"]) == ("#,##0", "#,##0.00##", "0 %")
    assert (first["total price, this line"], first["total price, all lines"]) == (4200, 4900)
    assert sheet.auto_filter.ref == f"A1:{sheet.cell(3, len(top)).coordinate}"
    assert [[c.value for c in row] for row in book["Totals"].iter_rows(min_row=2)] == [
        ["Waiting", "MAD", "tax not stated", 1, 4900]
    ]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert program("GET", "/export/csv?status=validee").body.decode().count("\r\n") == 1
    for wrong in ("status=x", "since=2026-13-01", "zone=Mars/Base"):
        assert program("GET", f"/export/csv?{wrong}").status == 422, wrong


def test_the_same_heading_is_the_same_sum_in_the_table_its_sums_the_pages_and_the_figures(
    web: Running, program: Program
) -> None:
    texts = (
        "Nous commandons 1 000 sachets fond plat kraft à 0,50 MAD HT pièce, livraison le 20 mars 2026.",
        "Nous commandons 1 000 sachets fond plat kraft à 0,60 MAD TTC pièce, livraison le 20 mars 2026.",
        "Nous commandons 1 000 sachets fond plat kraft à 0,70 MAD pièce, livraison le 20 mars 2026.",
        "Merci de livrer :\n- 1 000 sachets fond plat à 0,40 MAD HT\n- 4000 sacs poignées plates à 0,20 EUR",
        "Nous commandons 2 000 sachets fond plat kraft à 0,50 MAD HT pièce, livraison le 20 mars 2026.",
    )
    ids = [order(web.counter, text, sender=f"p{n}@atlas.example", number=n) for n, text in enumerate(texts, 1)]
    assert program("POST", f"/api/orders/{ids[-1]}/reject", {}).status == 200
    stats = program("GET", "/api/stats").json
    amounts = {key: float(amount) for key, amount in stats["amounts"].items()}
    assert amounts == {"MAD excl": 500, "MAD incl": 600, "MAD": 700}
    assert stats["without_total"] == 1
    book = load_workbook(io.BytesIO(program("GET", "/export/excel?language=fr").body))
    top, *rows = [[cell.value for cell in row] for row in book["Commandes"].iter_rows()]
    at, status = top.index("prix total, toutes les lignes"), top.index("statut")
    assert sum(row[at] or 0 for row in rows if row[status] != "Rejetée") == sum(amounts.values())
    listed = [[cell.value for cell in row] for row in book["Totaux"].iter_rows(min_row=2)]
    assert [line[1:] for line in listed if line[0] != "Rejetée"] == [
        ["MAD", "taxe non précisée", 1, 700], ["MAD", "HT", 1, 500], ["MAD", "TTC", 1, 600],
        ["sans total, hors des sommes", None, 1, None],
    ]  # fmt: skip
    anne = person(web)
    printed = pypdfium2.PdfDocument(anne.get("/export/pdf").body)[0].get_textpage().get_text_range()
    for text in (text_of(anne.get("/dashboard")), text_of(anne.get("/analytics")), " ".join(printed.split())):
        for name in (
            "MAD HT, hors rejetées et annulées",
            "MAD TTC, hors rejetées et annulées",
            "MAD, taxe non précisée, hors rejetées et annulées",
        ):
            assert name in text, name
        assert "sans total, hors de ces sommes" in text


def test_the_printed_register_has_its_charts_as_vectors_and_every_order(season: Running) -> None:
    answer = person(season).get("/export/pdf?since=2026-02-01")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    document = pypdfium2.PdfDocument(answer.body)
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    for case in season.counter.cases():
        if case.opened_at >= season.counter.now - timedelta(days=29):
            assert case.ref in text
    for word in ("Les plus demandés", "Boulangerie Atlas", "Où elles en sont", "Librairie Médina", "Montants en MAD"):
        assert word in text
    # An order of several lines has its sum in its own row, its lines under it with theirs.
    rows = [line.replace("\u202f", " ") for line in text.splitlines()]
    at = next(n for n, line in enumerate(rows) if "2 lignes" in line)
    printed = " ".join(rows[at - 6 : at + 20])
    for word in (
        "Maison Argan",
        "4900 MAD",
        "1. Sac fond carré avec poignées plates",
        "1,40 MAD",
        "4200 MAD",
        "2. Sachet fond plat",
        "700 MAD",
    ):
        assert word in printed, printed
    # What a thing is like and what one costs stand there as well; nothing is cut, days least of all.
    whole = " ".join(" ".join(rows).split())
    for word in ("Nature", "Prix unitaire", "kraft brun", "0,32 MAD HT / pièce", "28/02/2026", "09/02/2026", "12 mars 2026"):
        assert word in whole, word
    assert "…" not in whole
    first = document[0]
    kinds = [item.type for item in first.get_objects()]
    assert kinds.count(2) > 30  # paths
    assert kinds.count(3) == 0  # pictures


def test_a_thousand_orders_are_exported_in_under_two_seconds(web: Running, program: Program) -> None:
    store, now = web.counter.house.store, web.counter.now
    # The same orders as any, under the directive that is in force.
    business = web.edge.desk.business
    directive = business.directive("commande")
    assert directive is not None
    made = [
        replace(c, business=business.name, directive="commande", revision=business.revision, kind="COMMANDE")
        for c in many(1000, now, 20)
    ]
    store.commit([Change(case, 0, entry=entry_of(case, directive, (), now)) for case in made], now)
    for kind in ("csv", "excel"):
        took = []
        for _ in range(2):
            start = time.process_time()
            answer = program("GET", f"/export/{kind}")
            took.append(time.process_time() - start)
            assert answer.status == 200
        assert min(took) < 2.0, (kind, took)
    assert answer.body[:2] == b"PK"
