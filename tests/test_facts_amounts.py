"""Counts, quantities with units, money, and numbers as people write them."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.reading import Money, Quantity
from processors.facts_amounts import Units, find_count, find_quantity
from processors.facts_dates import date_spans
from processors.facts_money import find_money
from processors.facts_numbers import parse_number
from processors.tokens import tokenise

DAY = date(2026, 3, 4)
UNITS = Units(("sachets", "sacs", "kg", "pièces"))
NOUNS = Units(("chaise", "table", "fauteuil", "lampe", "objets à modéliser", "modèles 3D"))


def count(text: str, nouns: Units | None = None) -> object:
    found = find_count(tokenise(text), nouns, [], date_spans(text, DAY))
    return found and found.value


def quantity(text: str) -> tuple[str, str] | None:
    found = find_quantity(tokenise(text), UNITS, date_spans(text, DAY))
    if found is None:
        return None
    assert isinstance(found.value, Quantity)
    return f"{found.value.amount:f}", found.value.unit


def money(text: str) -> tuple[str, str, str] | None:
    found = find_money(text)
    if found is None:
        return None
    assert isinstance(found.value, Money)
    return f"{found.value.amount:f}", found.value.currency, found.value.tax


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 500,5", "1500.5"),
        ("1\u202f500", "1500"),
        ("10.000", "10000"),
        ("1,200.50", "1200.50"),
        ("1.200,50", "1200.50"),
        ("0.125", "0.125"),
        ("1’000", "1000"),
        ("1.234.567", "1234567"),
        ("12,5", "12.5"),
        ("3", "3"),
        ("1,500", "1.500"),
    ],
)
def test_numbers(text: str, value: str) -> None:
    assert parse_number(text) == Decimal(value)


def test_an_english_comma_groups() -> None:
    assert parse_number("1,500", english=True) == 1500


@given(st.integers(0, 99_999_999), st.integers(0, 99), st.sampled_from([" ", "\u00a0", "\u202f", "'", "’"]))
def test_a_written_number_is_read_back(whole: int, cents: int, group: str) -> None:
    text = f"{whole:,}".replace(",", group) + f",{cents:02d}"
    assert parse_number(text) == Decimal(f"{whole}.{cents:02d}")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("je voudrais 3 chaises", 3),
        ("besoin de deux tables", 2),
        ("we need 12 lamps", 12),
        ("lampe x4", 4),
        ("en 4 exemplaires", 4),
        ("quantité : 12", 12),
        ("je veux 2 grandes tables", 2),
        ("je voudrais une dizaine de lampes", 10),
        ("devis pour 2 fauteuils et 3 tables", 5),
        ("pouvez-vous faire ces 3 vases", 3),
        ("nombre d'objets : 7", 7),
    ],
)
def test_counts_of_anything_asked_for(text: str, value: int) -> None:
    assert count(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "3 chaises",
        "je voudrais une table à 4 pieds",
        "besoin de 5 jours",
        "pour 12 rue des Lilas",
        "devis 2026",
        "quantité : 12/03/2026",
        "je voudrais la 3D",
        "80 x 40 chaise",
        "je voudrais le devis pour le 3 mars",
        "rappelez-moi au 06 12 34 56 78",
        "il faut 80 cm",
        "je voudrais 12,5 lampes",
        "voici 3 photos",
        "merci de modifier la commande n° 4512",
        "je voudrais une lampe",
        "besoin de 200 euros",
        "je voudrais la version 2",
        "75011 Paris",
    ],
)
def test_no_count(text: str) -> None:
    assert count(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("nous avons 4 chaises différentes", 4),
        ("une table et quatre chaises", 5),
        ("2 fauteuils, 3 tables et une lampe", 6),
        ("une chaise", None),
        ("deux chaises ; ces deux chaises sont", 2),
        ("3 chaises, sur la photo on voit 5 chaises", None),
        ("5 objets à modéliser", 5),
        ("trois photos en pièce jointe", None),
        ("2 modèles 3D", 2),
        ("10 bananes", None),
        ("une seule chaise", None),
    ],
)
def test_counts_of_named_things(text: str, value: int | None) -> None:
    assert count(text, NOUNS) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10 mille sachets", ("10000", "sachets")),
        ("5k sachets", ("5000", "sachets")),
        ("10.000 sacs", ("10000", "sacs")),
        ("1 500,5 kg", ("1500.5", "kg")),
        ("3 kilos", ("3", "kg")),
        ("500 pcs", ("500", "pièces")),
        ("quantité : 5000", ("5000", "")),
        ("10 000 petits sachets", ("10000", "sachets")),
        ("dix sacs", ("10", "sacs")),
        ("sachets : 10 000", ("10000", "sachets")),
        ("le 12/03/2026 5000 sachets", ("5000", "sachets")),
        ("tel 06 12 34 56 78, 300 sacs", ("300", "sacs")),
        ("1 sachet", ("1", "sachets")),
        ("5 sacs et 10 sacs", None),
        ("le 3 mars", None),
        ("14h30", None),
        ("12 boîtes", None),
    ],
)
def test_quantities(text: str, value: tuple[str, str] | None) -> None:
    assert quantity(text) == value


@given(
    st.integers(1, 9_999_999),
    st.sampled_from(["sachets", "sacs", "kg"]),
    st.sampled_from(["", " ", ".", "\u202f"]),
    st.sampled_from(["", "Bonjour, "]),
)
def test_a_written_quantity_is_read_back(amount: int, unit: str, group: str, before: str) -> None:
    assert quantity(f"{before}{f'{amount:,}'.replace(',', group)} {unit} svp") == (str(amount), unit)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 200,50 € HT", ("1200.50", "EUR", "excl")),
        ("$5", ("5", "USD", "")),
        ("45 EUR TTC", ("45", "EUR", "incl")),
        ("500 dh", ("500", "MAD", "")),
        ("12€50", ("12.50", "EUR", "")),
        ("£1,500.00 + VAT", ("1500.00", "GBP", "excl")),
        ("budget de 3k€", ("3000", "EUR", "")),
        ("1.200 €", ("1200", "EUR", "")),
        ("800 CHF", ("800", "CHF", "")),
        ("1 000 000 FCFA", ("1000000", "XOF", "")),
        ("USD 40", ("40", "USD", "")),
        ("300 euros hors taxes", ("300", "EUR", "excl")),
        ("300 € TVA incluse", ("300", "EUR", "incl")),
        ("entre 100 et 200 €", None),
        ("200 à 300 euros", None),
        ("100 € ou 200 €", None),
        ("3 m", None),
        ("le 3 mars", None),
        ("12 sachets", None),
    ],
)
def test_money(text: str, value: tuple[str, str, str] | None) -> None:
    assert money(text) == value


@given(
    st.integers(0, 9_999_999),
    st.integers(0, 99),
    st.sampled_from([" €", "€", " EUR", " euros", " CHF", " dh"]),
    st.sampled_from([" ", "\u202f", "."]),
)
def test_a_written_amount_is_read_back(whole: int, cents: int, currency: str, group: str) -> None:
    got = money(f"Prix : {whole:,}".replace(",", group) + f",{cents:02d}{currency}, merci")
    assert got is not None
    assert Decimal(got[0]) == Decimal(f"{whole}.{cents:02d}")


@pytest.mark.parametrize(
    "piece",
    ["3 chaises ", "1 ", "12€ ", "x4 ", "une table et ", "sachets : 1 ", "1 000 ", "$", "entre 1 et ", "n° 1 ", "deux "],
)
def test_hostile_text_takes_bounded_time(piece: str) -> None:
    text = (piece * 60_000)[:50_000]
    start = time.process_time()
    count(text)
    count(text, NOUNS)
    quantity(text)
    money(text)
    assert time.process_time() - start < 3.0
