"""An administrator's reply to a message that is not to be judged: he is told what became of it; « traité » closes it, nothing is sent."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from core.case import Case
from processors.courtesy import dealt_with
from tests.quick import Quick, quick
from tests.road import ADMIN, mail, plain

GHITA = "Ghita Alami <ghita@client.example>"


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Quick]:
    with quick(tmp_path / "data", business="sacherie", public_url="https://guichet.example") as counter:
        yield counter


def to_read(counter: Quick) -> EmailMessage:
    """The letter about a message that is no order."""
    counter.send(mail("Bonjour, votre facture 123 est fausse, merci de la corriger.", sender=GHITA, subject="facture"))
    counter.fresh("ghita@")
    (notice,) = counter.fresh(ADMIN)
    assert "Un message qui n'est pas une commande" in plain(notice)
    return notice


def answered(counter: Quick, text: str, notice: EmailMessage, **more: bool) -> tuple[Case, list[str]]:
    counter.send(mail(text, sender=ADMIN, answers=notice, number=f"reply{len(text)}", **more))
    assert counter.fresh("ghita@") == []
    return counter.only(), [" ".join(plain(one).split()) for one in counter.fresh(ADMIN)]


@pytest.mark.parametrize(
    "text", ["Je valide", "non", "Réponds-lui qu'on envoie une facture corrigée demain", "ok 👍", "quantité 6000"]
)
def test_he_is_told_that_nothing_was_sent_or_decided(counter: Quick, text: str) -> None:
    case, (letter,) = answered(counter, text, to_read(counter))
    assert (case.stage, case.finished_at, case.judged, case.approval) == ("fulfilling", None, None, None)
    assert "elle ne décide rien et rien n'est parti au client" in letter
    assert f"VOTRE RÉPONSE {text} SON MESSAGE Bonjour, votre facture 123" in letter
    assert "(ghita@client.example) ou depuis le guichet : https://guichet.example/cases/" in letter


def test_thanks_and_robots_are_not_answered_for_ever(counter: Quick) -> None:
    notice = to_read(counter)
    assert answered(counter, "merci !", notice)[1] == []
    told = [len(answered(counter, "voilà " * n + "la facture", notice)[1]) for n in range(1, 9)]
    assert told == [1] * 6 + [0] * 2


@pytest.mark.parametrize(
    "text", ["Traité", "c'est traité, merci", "Ok, réglé.", "c'est déjà fait", "dealt with", "It's done, thanks"]
)
def test_dealt_with_closes_it_and_says_so(counter: Quick, text: str) -> None:
    case, (letter,) = answered(counter, text, to_read(counter))
    assert (case.stage, case.finished_at is not None) == ("done", True)
    assert "le dossier est clos comme traité" in letter
    counter.pass_time(days=5)
    assert counter.fresh(ADMIN) == []


def test_nobody_closes_it_who_cannot_be_told_to_be_the_administrator(counter: Quick) -> None:
    case, (letter,) = answered(counter, "Traité", to_read(counter), vouched=False)
    assert case.stage == "fulfilling"
    assert "n'a pas pu être vérifié : rien n'en est fait" in letter


@pytest.mark.parametrize(
    "text",
    ["traité ?", "pas traité", "à traiter", "c'est traité par Omar demain", "fait le nécessaire", "je valide", "non", ""],
)
def test_what_says_something_else_is_not_dealt_with(text: str) -> None:
    assert not dealt_with(text)
