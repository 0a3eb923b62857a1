"""Orders as they are said aloud: days, prices and sizes in words; taxes in any words; the day of an event is not the one of a delivery."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.reading import Day, Money, Quantity
from tests.test_orders_lines import reading
from tests.test_orders_read import told

GOODS = "je commande 8000 sachets fond plat kraft"


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("pour le dix-huit mars", "2026-03-18"),
        ("pour le dix huit mars", "2026-03-18"),
        ("pour le dix-sept", "2026-03-17"),
        ("livraison le dix-sept mars", "2026-03-17"),
        ("pour le vingt-et-un mars", "2026-03-21"),
        ("pour le vingt et un", "2026-03-21"),
        ("avant le trente et un mars", "2026-03-31"),
        ("livraison le premier", "2026-04-01"),
        ("livraison le premier avril", "2026-04-01"),
        ("pour le dix-neuf avril deux mille vingt-six", "2026-04-19"),
        ("pour le vingt-huit", "2026-03-28"),
        ("le seize mars", "2026-03-16"),
        ("by the twenty-third", "2026-03-23"),
        ("by the twenty third of March", "2026-03-23"),
        ("on March eighteenth", "2026-03-18"),
        ("by March the eighteenth", "2026-03-18"),
        ("on the nineteenth of march", "2026-03-19"),
        ("by the thirty-first of March", "2026-03-31"),
        ("on the first of April twenty twenty-six", "2026-04-01"),
        ("nhar tmntach mars", "2026-03-18"),
        ("nhar 3chrin mars", "2026-03-20"),
        ("nhar khamsa w 3chrin mars", "2026-03-25"),
        ("pour le vingt-sept mars merci", "2026-03-27"),
        ("يوم عشرين مارس", "2026-03-20"),
        ("Pour le 16 si c'est jouable", "2026-03-16"),
        ("pour le 16 si possible", "2026-03-16"),
        ("pour le 16 au plus tard", "2026-03-16"),
        ("pour le 16 s'il vous plaît", "2026-03-16"),
        ("by the 16th if possible", "2026-03-16"),
        ("by the 16th at the latest", "2026-03-16"),
    ],
)
def test_a_day_is_read_as_it_is_said(said: str, day: str) -> None:
    value = told(f"{GOODS}, {said}")["delivery_date"]
    assert isinstance(value, Day)
    assert value.day.isoformat() == day


def test_the_first_of_something_and_a_number_are_no_day() -> None:
    assert "delivery_date" not in told(f"{GOODS}, c'est le premier de nos achats")
    assert "delivery_date" not in told(f"{GOODS} à soixante-dix-sept dirhams le mille")


@pytest.mark.parametrize(
    ("said", "amount", "currency"),
    [
        ("à zéro virgule dix-huit dirham", "0.18", "MAD"),
        ("à zéro dirham vingt-cinq", "0.25", "MAD"),
        ("à un virgule vingt dirham", "1.20", "MAD"),
        ("à deux virgule cinq dirhams pièce", "2.5", "MAD"),
        ("à zéro virgule zéro huit euro", "0.08", "EUR"),
        ("à 0 virgule 18 dirham", "0.18", "MAD"),
        ("at zero point eighteen dirhams each", "0.18", "MAD"),
        ("at one point twenty five dirhams each", "1.25", "MAD"),
        ("at zero point two five dirhams each", "0.25", "MAD"),
        ("à quatre-vingt-dix-neuf dirhams le mille", "99", "MAD"),
        ("à soixante-dix-sept dirhams le mille", "77", "MAD"),
    ],
)
def test_a_price_is_read_as_it_is_said(said: str, amount: str, currency: str) -> None:
    facts = told(f"{GOODS} {said}")
    assert isinstance(price := facts["unit_price"], Money)
    assert (price.amount, price.currency) == (Decimal(amount), currency)
    assert facts["quantity"] == Quantity(Decimal(8000), "pièce")
    assert "lines" not in facts


@pytest.mark.parametrize(
    "said",
    [
        "douze par vingt-deux",
        "trente-deux par dix-sept par quarante et un",
        "vingt-quatre sur dix sur trente et un",
        "twelve by twenty-two",
    ],
)
def test_a_size_in_words_is_no_day_and_no_number_of_things(said: str) -> None:
    facts = told(f"{GOODS} format {said}")
    assert said in str(facts["nature"])
    assert facts["quantity"] == Quantity(Decimal(8000), "pièce")
    assert not {"lines", "delivery_date"} & set(facts)


@pytest.mark.parametrize(
    ("said", "tax"),
    [
        ("tax included", "incl"),
        ("net of VAT", "excl"),
        ("ttc compris", "incl"),
        ("m3a TVA", "incl"),
        ("bla TVA", "excl"),
        ("بلا TVA", "excl"),
        ("sans taxes", "excl"),
        ("without tax", "excl"),
        ("VAT included", "incl"),
        ("VAT excluded", "excl"),
        ("including VAT", "incl"),
        ("TVA non comprise", "excl"),
        ("TVA comprise", "incl"),
        ("TVA en sus", "excl"),
        ("avec TVA", "incl"),
        ("hors taxe", "excl"),
        ("بدون الضريبة", "excl"),
        ("شامل الضريبة", "incl"),
        ("H.T.", "excl"),
        ("T.T.C.", "incl"),
        ("ex VAT", "excl"),
        ("plus VAT", "excl"),
        ("taxes comprises", "incl"),
        ("pre-tax", "excl"),
        ("exclusive of taxes", "excl"),
        ("tva 20% incluse", "incl"),
    ],
)
def test_a_tax_is_known_in_any_words(said: str, tax: str) -> None:
    price = told(f"{GOODS} à 1,20 dh {said}")["unit_price"]
    assert isinstance(price, Money)
    assert (price.amount, price.tax) == (Decimal("1.20"), tax)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("Je les voudrais pour le 28 mars, la réception est le 30.", "2026-03-28"),
        ("Livraison le 20 mars, le salon a lieu le 25 mars.", "2026-03-20"),
        ("L'ouverture est le 25 mars, livrez le 20 mars.", "2026-03-20"),
        ("L'ouverture du magasin est le 25 mars, il nous les faut le 20 mars.", "2026-03-20"),
        ("We need them by 20 March, the wedding is on 25 March.", "2026-03-20"),
        ("The fair is on 25 March, please deliver on 20 March.", "2026-03-20"),
        ("Le mariage est prévu le 4 avril, à livrer le 1er avril.", "2026-04-01"),
        ("Inauguration le 25 mars. Livraison le 20 mars.", "2026-03-20"),
        ("Il les faut le 20 mars pour la fête du 25 mars.", "2026-03-20"),
        ("Livrez avant le 20 mars (soirée le 25 mars).", "2026-03-20"),
    ],
)
def test_the_day_of_an_event_is_no_day_of_delivery_where_another_is(said: str, day: str) -> None:
    value = told(f"{GOODS}. {said}")["delivery_date"]
    assert isinstance(value, Day)
    assert value.day.isoformat() == day


@pytest.mark.parametrize(
    "said",
    [
        "Il nous les faut une semaine avant le mariage (le 30).",
        "C'est pour l'inauguration du 25 mars.",
        "Pour le salon, le 25 mars.",
    ],
)
def test_the_day_of_an_event_alone_is_in_doubt(said: str) -> None:
    facts = {f.name: f for f in reading(f"{GOODS}. {said}").facts}
    assert "delivery_date" not in facts or facts["delivery_date"].confidence < 0.6


@pytest.mark.parametrize(
    "said", ["Réception le 25 mars à notre dépôt", "Date de réception : 25 mars 2026", "réception souhaitée le 25 mars"]
)
def test_goods_are_received_too(said: str) -> None:
    facts = {f.name: f for f in reading(f"{GOODS}. {said}").facts}
    assert facts["delivery_date"].confidence >= 0.6
