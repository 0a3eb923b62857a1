"""A new mail of the administrator that names a customer: his one waiting order is shown, and the reply to that decides; nothing before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.quick import Quick, quick
from tests.road import ADMIN, mail, plain

GHITA, OMAR, OTHER = "Ghita Alami <achats@alami.example>", "Omar Naji <omar@naji.example>", "Ghita Tazi <ghita@tazi.example>"


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Quick]:
    with quick(tmp_path / "data", business="sacherie") as counter:
        yield counter


def orders(counter: Quick, *senders: str) -> None:
    for n, sender in enumerate(senders):
        text = f"Bonjour, je commande {n + 1}000 sachets fond plat kraft, livraison le 20 mars."
        counter.send(mail(text, sender=sender, subject="Commande", number=f"order{n}"))
    counter.fresh()


def wrote(counter: Quick, text: str) -> str:
    """What he is answered who writes a new mail; nothing is decided by it."""
    counter.send(mail(text, sender=ADMIN, subject="commandes", number=f"new{len(text)}"))
    assert {c.stage for c in counter.cases()} == {"waiting_review"}
    (letter,) = counter.fresh(ADMIN)
    return plain(letter)


@pytest.mark.parametrize(
    "text",
    [
        "Je valide la commande de Ghita",
        "je valide la commande de Mme Alami",
        "ok pour Ghita",
        "Je refuse la commande de Ghita Alami",
    ],
)
def test_the_order_of_the_customer_he_names_is_shown_and_one_reply_decides(counter: Quick, text: str) -> None:
    orders(counter, OMAR, GHITA)
    counter.send(mail(text, sender=ADMIN, subject="commandes", number="new"))
    assert {c.stage for c in counter.cases()} == {"waiting_review"}
    (letter,) = counter.fresh(ADMIN)
    told = " ".join(plain(letter).split())
    assert "ce message ne répond à aucun avis : il ne décide rien, voici la demande" in told
    assert "Client : Ghita Alami, achats@alami.example" in told
    counter.send(mail("Je valide", sender=ADMIN, answers=letter, number="yes"))
    judged = {c.party.name: c.judged is not None for c in counter.cases()}
    assert judged == {"Ghita Alami": True, "Omar Naji": False}


def test_of_two_customers_of_a_name_none_is_guessed(counter: Quick) -> None:
    orders(counter, GHITA, OTHER, OMAR)
    told = wrote(counter, "Je valide la commande de Ghita")
    assert "CE QUI ATTEND" in told
    assert "Client : Ghita Tazi" in wrote(counter, "Je valide la commande de Ghita Tazi")


def test_of_two_orders_of_one_customer_none_is_guessed(counter: Quick) -> None:
    orders(counter, GHITA, GHITA, OMAR)
    assert "CE QUI ATTEND" in wrote(counter, "Je valide la commande de Ghita")


@pytest.mark.parametrize("text", ["Je valide la commande de Mounia", "Je valide la commande de Ghita Bennani"])
def test_a_name_of_nobody_who_waits_is_asked_about(counter: Quick, text: str) -> None:
    orders(counter, GHITA, OMAR)
    assert "CE QUI ATTEND" in wrote(counter, text)


def test_so_it_is_where_only_one_waits(counter: Quick) -> None:
    orders(counter, OMAR)
    told = wrote(counter, "Je valide la commande de Ghita")
    assert "aucune demande qui attend votre avis n'est d'un client de ce nom" in " ".join(told.split())
    assert "Client : Omar" not in told
    assert "Client : Omar Naji" in wrote(counter, "Je valide la commande de ce matin")


def test_a_number_beside_the_name_of_another_customer_shows_neither(counter: Quick) -> None:
    orders(counter, GHITA, OMAR)
    ref = next(c.ref for c in counter.cases() if c.party.name == "Omar Naji")
    assert "CE QUI ATTEND" in wrote(counter, f"Je valide la commande {ref} de Ghita")
    assert "Client : Omar Naji" in wrote(counter, f"Je valide la commande {ref} de Omar")


def test_a_name_in_arabic_letters_of_nobody_who_waits_shows_nobodys_order(counter: Quick) -> None:
    orders(counter, OMAR)
    assert "Client : Omar" not in wrote(counter, "Je valide la commande de لينا")


def test_the_list_says_where_something_is_to_be_checked(counter: Quick) -> None:
    orders(counter, GHITA)
    text = "Bonjour, je commande 500 ou 600 sachets fond plat kraft, livraison le 20 mars."
    counter.send(mail(text, sender=OMAR, subject="Commande", number="doubt"))
    counter.fresh()
    told = wrote(counter, "Je valide")
    rows = " ".join(told.split())
    assert ", Omar Naji (à vérifier) : " in rows
    assert ", Ghita Alami : " in rows
    assert "\n\nLe message reçu :" in told.replace("\r", "")
