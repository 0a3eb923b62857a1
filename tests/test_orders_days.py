"""The day of a delivery among the days of other things: payments, calls, offers, papers, opening hours, earlier orders."""

from __future__ import annotations

import itertools
from datetime import date

import pytest

from core.doubts import why
from core.reading import Day
from engine.pipeline import Setup, read_mail
from tests.orders_help import NOW, mail, sacherie

#: Days to come, seen from Monday 2 March 2026.
DAYS = {"vendredi": "2026-03-06", "le 12 mars": "2026-03-12", "le 18/03": "2026-03-18", "lundi 9 mars": "2026-03-09"}
OTHERS = [
    "je te règle {}", "le virement partira {}", "chèque remis {}", "acompte versé {}", "solde {}", "paiement {}",
    "la facture sera payée {}", "passez-moi un coup de fil {}", "appelez-moi {}", "je vous rappelle {}", "on se voit {}",
    "réunion {}", "{} je te fais le virement", "{} on vous règle", "{} je vous appelle", "fermé {}",
    "nous sommes en congés {}", "votre offre expire {}", "échéance {}", "ma banque vous paie {}",
    "je vous confirmerai tout ça {}",
]  # fmt: skip
ENGLISH = [
    "payment on {}",
    "we will call you {}",
    "the invoice is due {}",
    "we are closed {}",
    "your quote expires {}",
    "wire transfer {}",
]
DELIVERED = [
    "livraison {}",
    "à livrer {}",
    "il me les faut {}",
    "je passe les prendre {}",
    "besoin {}",
    "pour {}",
    "merci de livrer {}",
]


def read_day(text: str) -> str | None:
    setup = Setup(businesses=(sacherie(),), authserv_ids=frozenset({"guichet.invalid"}))
    reading = read_mail(mail("commande", text), setup, now=NOW, hints={}).reading
    assert reading.kind == "COMMANDE"
    found = next((f.value for f in reading.facts if f.name == "delivery_date"), None)
    assert found is None or isinstance(found, Day)
    return found.day.isoformat() if found is not None else None


@pytest.mark.parametrize(("other", "day"), list(itertools.product(OTHERS, DAYS)))
def test_the_day_of_something_else_is_no_delivery(other: str, day: str) -> None:
    said = other.format(day)
    assert read_day(f"Je commande 5000 sachets fond plat, {said}") is None
    assert read_day(f"Bonjour,\n{said[0].upper()}{said[1:]}.\nJe commande 5000 sachets fond plat.") is None


@pytest.mark.parametrize("other", ENGLISH)
@pytest.mark.parametrize("day", ["Friday", "12 March", "on 18/03/2026"])
def test_nor_is_it_in_english(other: str, day: str) -> None:
    assert read_day(f"We order 5000 flat bottom bags, {other.format(day).replace('on on', 'on')}") is None


@pytest.mark.parametrize(("said", "day"), list(itertools.product(DELIVERED, DAYS)))
def test_the_day_of_the_delivery_is_read_beside_it(said: str, day: str) -> None:
    text = said.format(day)
    for other in ("Je vous règle le 30 mars", "Réunion le 20 mars"):
        assert read_day(f"Je commande 5000 sachets fond plat, {text}. {other}.") == DAYS[day]
        assert read_day(f"{other}. Je commande 5000 sachets fond plat, {text}.") == DAYS[day]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Suite à notre appel du 27 février, veuillez livrer 3000 sachets fond plat", None),
        ("la dernière livraison du 12 février était parfaite. On reprend 3000 sachets fond plat", None),
        ("Votre offre valable jusqu'au 31/03/2026 : nous commandons 8000 sacs poignées plates", None),
        ("3000 sachets fond plat. Nous sommes ouverts du lundi au vendredi", None),
        ("bghit 3000 sachet fond plat, nkhelssek nhar jem3a", None),
        ("بغيت 3000 كيس قاعدة مسطحة، غادي نخلصكم نهار الاثنين", None),
        ("Bon de commande du 02/03/2026, livraison le 25/03/2026, 2000 sacs torsadés", "2026-03-25"),
        ("commande livrable le 12 mars, 2000 sacs torsadés", "2026-03-12"),
        ("3000 sachets fond plat, livrer le 24-Mar-2026", "2026-03-24"),
        ("nhar tlat 10/3 3000 sachets fond plat", "2026-03-10"),
        ("3000 sachets fond plat, besoin urgent, vendredi dernier délai", "2026-03-06"),
        ("il nous faut 3000 sachets fond plat pour l'ouverture de la boutique le 4 avril", "2026-04-04"),
        ("je serai absent du 9 au 13 mars, livrer le 16 mars 3000 sachets fond plat", "2026-03-16"),
    ],
)
def test_days_of_several_things(text: str, day: str | None) -> None:
    assert read_day(text) == day


@pytest.mark.parametrize(
    "told",
    [
        "Nous serons à la foire de Casablanca du 12 au 14 mars.",
        "On tient un stand au salon Cafex du 12 au 14 mars.",
        "The trade show runs from 12 to 14 March.",
        "Le salon dure du 12 au 14 mars.",
    ],
)
def test_days_of_a_fair_are_no_delivery_and_the_first_of_them_is_in_doubt(told: str) -> None:
    text = f"Je commande 3000 sachets fond plat kraft. {told}"
    setup = Setup(businesses=(sacherie(),), authserv_ids=frozenset({"guichet.invalid"}))
    found = next(
        f for f in read_mail(mail("commande", text), setup, now=NOW, hints={}).reading.facts if f.name == "delivery_date"
    )
    assert (found.value, found.doubt) == (Day(date(2026, 3, 12)), "event")
    assert found.confidence < 0.6
    assert read_day(f"{text} Livraison le 9 mars.") == "2026-03-09"


@pytest.mark.parametrize(
    ("said", "near"),
    [
        ("livraison le 31/04", date(2026, 4, 30)),
        ("livraison : 31/04/2026", date(2026, 4, 30)),
        ("à livrer pour le 31 avril", date(2026, 4, 30)),
        ("livraison le 30 février 2027", date(2027, 2, 28)),
        ("delivery by 31 June", date(2026, 6, 30)),
    ],
)
def test_a_day_that_there_is_none_of_is_shown_in_doubt(said: str, near: date) -> None:
    setup = Setup(businesses=(sacherie(),), authserv_ids=frozenset({"guichet.invalid"}))
    text = f"Je commande 3000 sachets fond plat kraft, {said}"
    found = next(
        f for f in read_mail(mail("commande", text), setup, now=NOW, hints={}).reading.facts if f.name == "delivery_date"
    )
    assert (found.value, found.doubt) == (Day(near), "noday")
    assert found.confidence < 0.6
    assert "31" in why(found, "fr") or "30 février" in why(found, "fr")
    assert "n'existe pas" in why(found, "fr")


@pytest.mark.parametrize("said", ["ref 31/04", "format : 31/11", "3000 sachets 30/02"])
def test_what_is_no_day_at_all_is_none(said: str) -> None:
    assert read_day(f"Je commande 3000 sachets fond plat kraft, {said}") is None
