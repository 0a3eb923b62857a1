"""Who writes again about what was answered or dealt with is told that it is here; nobody is greeted by a word that is no name."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.wording import called
from tests.orders_house import order, orders_house
from tests.road import ADMIN, mail, plain


@pytest.mark.parametrize("act", ["answer", "finish"])
def test_who_writes_again_gets_a_receipt(tmp_path: Path, act: str) -> None:
    with orders_house(tmp_path / "data") as web:
        counter = web.counter
        case_id = order(
            counter, "Bonjour, votre facture 123 est fausse.", sender="Bonjour <ghita@client.example>", subject="facture"
        )
        (first,) = counter.fresh("ghita@")
        counter.fresh(ADMIN)
        assert plain(first).startswith("Bonjour,")
        web.edge.desk.acts.give(case_id, act, author="Anne", note="Voici la bonne." if act == "answer" else "")
        counter.settle()
        counter.fresh("ghita@")
        counter.pass_time(hours=1)
        counter.send(mail("Elle est encore fausse !", sender="ghita@client.example", answers=first, number=2))
        (receipt,) = counter.fresh("ghita@")
        assert "Une personne de l'équipe va le lire et vous répondre" in plain(receipt)
        assert any("Elle est encore fausse !" in plain(one) for one in counter.fresh(ADMIN))
        counter.send(mail("Et la 124 aussi", sender="ghita@client.example", answers=first, number=3))
        assert counter.fresh("ghita@") == []  # one receipt stands until a person answers


def test_who_writes_again_before_anybody_answered_is_told_so_once(tmp_path: Path) -> None:
    with orders_house(tmp_path / "data") as web:
        counter = web.counter
        order(counter, "Bonjour, votre facture 123 est fausse.", sender="ghita@client.example", subject="facture")
        (first,) = counter.fresh("ghita@")
        counter.fresh(ADMIN)
        for number, words in enumerate(("La 124 aussi est fausse.", "Et la 125 !", "Toujours rien ?"), 2):
            counter.send(mail(words, sender="ghita@client.example", answers=first, number=number))
            receipts = counter.fresh("ghita@")
            assert len(receipts) == (number == 2), words
            assert all("Une personne de l'équipe va le lire et vous répondre" in plain(one) for one in receipts)
            assert any(words in plain(one) for one in counter.fresh(ADMIN))
        counter.send(mail("Merci !", sender="ghita@client.example", answers=first, number=9))
        assert counter.fresh("ghita@") == []


@pytest.mark.parametrize(
    ("name", "so"),
    [
        ("Bonjour", ""), ("bonsoir !", ""), ("ghita@client.example", ""), ("+212 600", ""), ("سلام", ""), ("Mme", ""), ("", ""),
        ("Ghita", "Ghita"), ("Bonjour Traiteur", "Bonjour Traiteur"), ("M. Salam Alami", "M. Salam Alami"), ("غيثة", "غيثة"),
    ],
)  # fmt: skip
def test_what_is_no_name_greets_nobody(name: str, so: str) -> None:
    assert called(name) == so
