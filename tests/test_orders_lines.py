"""What each line of an order takes: nothing asked for is left out without a sign, and nothing goes to a line that it was not told for."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.reading import Day, Money, Quantity, Reading, Rows
from engine.pipeline import Setup, read_mail
from tests.orders_help import NOW, mail, sacherie

SETUP = Setup(businesses=(sacherie(),), authserv_ids=frozenset({"guichet.invalid"}))
P1, P2, P3, P4 = "sachet_fond_plat", "sac_sans_poignees", "sac_poignees_plates", "sac_poignees_torsadees"


def reading(text: str, subject: str = "commande") -> Reading:
    """As the service reads it."""
    return read_mail(mail(subject, text), SETUP, now=NOW, hints={}).reading


def lines(text: str) -> list[tuple[object, str]]:
    """(product, how many and of which unit) of every line."""
    facts = {f.name: f.value for f in reading(text).facts}
    held = facts.get("lines")
    rows = [{c.name: c.value for c in row.cells} for row in held.rows] if isinstance(held, Rows) else [facts]
    found: list[tuple[object, str]] = []
    for row in rows:
        quantity = row.get("quantity")
        found.append((row.get("product"), f"{quantity.amount} {quantity.unit}" if isinstance(quantity, Quantity) else ""))
    return found


def prices(text: str) -> list[str]:
    """The price of one of every line, '' for none."""
    held = next(f.value for f in reading(text).facts if f.name == "lines")
    assert isinstance(held, Rows)
    found = [row.cell("unit_price") for row in held.rows]
    return [
        f"{c.value.amount} {c.value.currency} {c.value.per}" if c is not None and isinstance(c.value, Money) else ""
        for c in found
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("je commande 3000 sacs torsadés + 3000 zzz", [(P4, "3000 pièce"), (None, "3000 pièce")]),
        ("je commande 3000 sacs torsadés\n3000 zzz\nmerci", [(P4, "3000 pièce"), (None, "3000 pièce")]),
        ("il nous faut 10 000 sachets plats kraft, les mêmes en blanc : 5 000", [(P1, "10000 pièce"), (P1, "5000 pièce")]),
        ("je commande 5000 sachets plats kraft et 3000 blancs", [(P1, "5000 pièce"), (P1, "3000 pièce")]),
        ("- 5000 sachets plats 12x20 kraft\n- 5000 sachets plats 14x24 kraft", [(P1, "5000 pièce"), (P1, "5000 pièce")]),
        (
            "- 5 000 sachets plats kraft\n- idem en 30x40 : 4 000\n- idem en blanc : 9 000",
            [(P1, "5000 pièce"), (P1, "4000 pièce"), (P1, "9000 pièce")],
        ),
        ("torsadées : 3 500 / zzz : 2 000 / fond plat : 10 000", [(P4, "3500 pièce"), (None, "2000 pièce"), (P1, "10000 pièce")]),
        ("Sachets fond plat :\n- 5000 en 12x20\n- 3000 en 14x24", [(P1, "5000 pièce"), (P1, "3000 pièce")]),
        ("* sacs poignées plates\n  - 26x17 : 3 000 pcs\n  - 32x17 : 2 000 pcs", [(P3, "3000 pièce"), (P3, "2000 pièce")]),
        ("Sachets plats 14x21 ........ 30 000\nSacs SOS 20x12x38 ........ 8 000", [(P1, "30000 pièce"), (P2, "8000 pièce")]),
        ("Produit : sachet fond plat\nQuantité : 5000\n\nProduit : sac torsadé\nQuantité : 3000", [(P1, "5000 pièce"), (P4, "3000 pièce")]),
        ("2000 sacs poignées plates, 1000 en kraft et 1000 en blanc", [(P3, "1000 pièce"), (P3, "1000 pièce")]),
        ("5000 sachets plats, 3000 sacs torsadés, soit 8 000 pièces en tout", [(P1, "5000 pièce"), (P4, "3000 pièce")]),
        ("2 cartons de chaque : sachets plats, sacs torsadés, sacs SOS", [(P1, "2 carton"), (P4, "2 carton"), (P2, "2 carton")]),
        ("pour vendredi 2 cartons sachets plats + 1 carton sacs torsadés", [(P1, "2 carton"), (P4, "1 carton")]),
        ("bghit 2 palettes sachets plats, soit 43 000 pièces", [(P1, "2 palette")]),
        ("je voudrais 1 palette (env. 12 000 pièces) de sachets plats", [(P1, "1 palette")]),
        ("il me faut 2 x 5000 sachets plats", [(P1, "10000 pièce")]),
        ("je commande 5000 sachets plats. Merci de livrer les 5000 sachets lundi.", [(P1, "5000 pièce")]),
        ("la dernière fois on avait pris 5000 sacs torsadés, cette fois on en veut 8000", [(P4, "8000 pièce")]),
        ("il nous faut 3000 sacs torsadés. Pouvez-vous aussi nous faire un prix pour 10000 sachets ?", [(P4, "3000 pièce")]),
        ("je commande 8000 sacs torsadés au lieu de 5000", [(P4, "8000 pièce")]),
    ],
)  # fmt: skip
def test_every_number_of_something_is_a_line(text: str, wanted: list[tuple[object, str]]) -> None:
    assert lines(text) == wanted


@pytest.mark.parametrize(
    "text", ["je commande 5000 à 6000 sachets plats", "entre 5000 et 6000 sacs torsadés", "5000 ou 6000 sacs torsadés"]
)
def test_one_number_or_another_is_doubtful(text: str) -> None:
    assert next(f.confidence for f in reading(text).facts if f.name == "quantity") < 0.5


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2000 sachets plats et 3000 sacs torsadés, prix 0.12 et 0,35", ["0.12  1", "0.35  1"]),
        ("500 sacs poignées plates, 700 sacs torsadés.\nPrix : 1,20 et 1,45 DH respectivement.", ["1.20 MAD 1", "1.45 MAD 1"]),
        ("2000 sachets plats et 3000 sacs torsadés. 0,45 dh pour les sacs, 0,12 pour les sachets", ["0.12 MAD 1", "0.45 MAD 1"]),
        ("5000 sachets plats et 2000 sacs sans poignées. Le tout à 95 € le mille", ["95 EUR 1000", "95 EUR 1000"]),
        ("8 mille sacs torsadés kraft + 8 mille les mêmes en blanc, les deux à 890 dh le mille", ["890 MAD 1000", "890 MAD 1000"]),
        ("- 5000 sachets plats\n  prix 0,12 dh\n- 3000 sacs torsadés\n  prix 0,45 dh", ["0.12 MAD 1", "0.45 MAD 1"]),
        ("Qté  Désignation    Prix\n500  Sachet plat    0,18\n300  Sac torsadé    0,90\n\nDevise : MAD", ["0.18 MAD 1", "0.90 MAD 1"]),
        ("article;quantite;prix_ht\nSachet plat;500;0,18\nSac torsadé;300;0,90", ["0.18  1", "0.90  1"]),
    ],
)  # fmt: skip
def test_every_line_takes_its_price(text: str, wanted: list[str]) -> None:
    assert prices(text) == wanted


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("5000 sachets plats, livraison vendredi, adresse : 12 rue Verte, Lyon", "12 rue Verte, Lyon"),
        ("5000 sachets plats, livraison semaine 51, boutique 8 rue des Lilas 69003 Lyon", "boutique 8 rue des Lilas 69003 Lyon"),
        ("5000 sachets plats\nAdresse : Hôtel Riad Salam, Marrakech", "Hôtel Riad Salam, Marrakech"),
        ("5000 sachets plats pour mardi 3 bis av. Jean Jaurès 69007 Lyon", "3 bis av. Jean Jaurès 69007 Lyon"),
        ("salam bghit 5000 sachet fond plat l Rabat agdal 14 rue oued sebou", "Rabat agdal 14 rue oued sebou"),
        (
            "5000 sachets plats\nAdresse de livraison :\nCafé Bahia\n9 avenue Hassan II\n80000 Agadir\n\nMerci",
            "Café Bahia, 9 avenue Hassan II, 80000 Agadir",
        ),
        ("5000 sachets plats\nAdresse de facturation : 3 rue du Bac, Paris\nAdresse de livraison : 9 rue Foch, Lyon", "9 rue Foch, Lyon"),
        ("5000 sachets plats svp. Livraison : franco\nBoulangerie Martin, 12 rue des Lilas, 69003 Lyon", None),
        ("5000 sachets plats, livraison urgente svp", None),
    ],
)  # fmt: skip
def test_where_to(text: str, address: str | None) -> None:
    facts = {f.name: f.value for f in reading("je commande " + text).facts}
    assert facts.get("delivery_address") == address
    assert facts.get("nature") is None  # no colour is a street


@pytest.mark.parametrize(
    "text",
    [
        "pour la commande de lundi mettez plutôt 4000 sacs torsadés",
        "tu peux changer la quantité de la commande d'hier ? 4000 au lieu de 6000 sacs torsadés",
        "can you please amend our PO 7719, it should be 5 pallets of flat bottom bags instead of 4",
        "notre commande du 12/02 (5000 sachets plats) n'est toujours pas là !",
        "combien pr 1000 sachets plats 14*20 imprimés ? et délai svp",
    ],
)
def test_what_changes_or_asks_after_an_order_opens_none(text: str) -> None:
    assert reading(text, "bonjour").kind == "AUTRE"


def test_an_invoice_as_usual_is_no_order_as_usual() -> None:
    assert reading("je commande 5000 sachets plats kraft. Facture comme d'habitude.").repeat is None
    assert reading("comme d'habitude svp").repeat is not None


def test_the_offer_that_is_accepted_is_read_as_doubtful() -> None:
    offer = "> Le 27 févr. 2026 à 11:04, Ventes a écrit :\n> notre offre : 8 000 sacs torsadés à 0,93 DH HT la pièce."
    text = f"ok pour nous, vous pouvez lancer la commande.\n\n{offer}"
    facts = {f.name: f for f in reading(text, "RE: offre").facts}
    assert (facts["product"].value, facts["quantity"].value) == (P4, Quantity(Decimal(8000), "pièce"))
    assert max(facts["product"].confidence, facts["quantity"].confidence) < 0.6


@pytest.mark.parametrize("head", ["Unité", "Unités", "U", "UM", "Conditionnement"])
@pytest.mark.parametrize("divider", [" | ", "\t", " ; "])
def test_a_column_of_units_says_what_the_quantities_count(head: str, divider: str) -> None:
    """An unknown unit is never taken for pieces without a doubt."""
    rows = [
        ("Produit", "Quantité", head),
        ("Sachets fond plat", "40", "cartons"),
        ("Sacs poignées plates", "2", "palette"),
        ("Sacs poignées torsadées", "500", "zzyx"),
    ]
    text = "Bonjour, notre commande :\n" + "\n".join(divider.join(row) for row in rows)
    assert lines(text)[:2] == [(P1, "40 carton"), (P3, "2 palette")]
    found = next(f for f in reading(text).facts if f.name == "lines")
    assert isinstance(found.value, Rows)
    assert next(c for c in found.value.rows[2].cells if c.name == "quantity").confidence < 0.5


def test_units_alone_are_a_column_of_quantities() -> None:
    text = "commande\nProduit | Unités\nSachets fond plat | 4000\nSacs poignées plates | 2000"
    assert [count for _, count in lines(text)] == ["4000 pièce", "2000 pièce"]


@pytest.mark.parametrize(
    ("said", "amount", "currency", "tax"),
    [
        ("a 1dh80", "1.80", "MAD", ""),
        ("a 1 dh 80", "1.80", "MAD", ""),
        ("à 1dhs50 HT la pièce", "1.50", "MAD", "excl"),
        ("a 2€50", "2.50", "EUR", ""),
        ("a 1DH", "1", "MAD", ""),
        ("à 14 centimes HT pièce", "0.14", "", "excl"),
        ("à 14 cts HT", "0.14", "", "excl"),
        ("à 14 ct la pièce", "0.14", "", ""),
        ("à 12 c€", "0.12", "EUR", ""),
        ("à 14 centimes de dh pièce", "0.14", "MAD", ""),
    ],
)
def test_a_price_in_hundredths_or_parted_by_its_currency_is_read(said: str, amount: str, currency: str, tax: str) -> None:
    found = {f.name: f for f in reading(f"500 sacs torsadés blanc {said}").facts}
    assert "lines" not in found
    price = found["unit_price"]
    assert isinstance(price.value, Money)
    assert (price.value.amount, price.value.currency, price.value.tax) == (Decimal(amount), currency, tax)
    assert price.confidence <= 0.45 if not currency else price.confidence >= 0.85


def test_a_number_after_a_price_or_cartons_are_no_hundredths() -> None:
    found = {f.name: f for f in reading("sacs torsadés blancs a 1 dh 20 cartons").facts}
    assert isinstance(found["unit_price"].value, Money)
    assert found["unit_price"].value.amount == 1
    assert found["quantity"].value == Quantity(Decimal(20), "carton")


@pytest.mark.parametrize(
    ("said", "day", "sure", "address"),
    [
        ("Livraison S50", "2026-12-07", True, None),
        ("livraison en S 15", "2026-04-06", True, None),
        ("livré mardi matin o depot tanger", "2026-03-03", True, "depot tanger"),
        ("livraison vendredi prochain", "2026-03-06", False, None),
        ("livraison vendredi", "2026-03-06", True, None),
        ("livraison mardi prochain", "2026-03-10", True, None),
    ],
)
def test_when_and_where_to(said: str, day: str, sure: bool, address: str | None) -> None:
    found = {f.name: f for f in reading(f"500 sacs torsadés blc 22x10x28. {said}").facts}
    when, nature = found["delivery_date"], found["nature"]
    assert isinstance(when.value, Day)
    assert when.value.day.isoformat() == day
    assert (when.confidence >= 0.6) is sure
    assert (found["delivery_address"].value if "delivery_address" in found else None) == address
    assert nature.value == "blc 22x10x28"
