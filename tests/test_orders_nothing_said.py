"""Who asks for goods without saying which or how many has an order of which everything is missing: he is asked for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.quick import Quick, quick
from tests.road import ADMIN, mail, plain

HIND = "Hind <hind@fleurs.example>"


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Quick]:
    with quick(tmp_path / "data", business="sacherie") as made:
        yield made


def test_he_is_asked_which_and_how_many_and_his_answer_completes_it(counter: Quick) -> None:
    counter.send(mail("bjr il me faut des sacs pour mon magasin, merci", sender=HIND, subject="sacs", number=1))
    case = counter.only()
    assert (case.kind, case.stage, case.facts) == ("COMMANDE", "waiting_info", ())
    assert counter.fresh(ADMIN) == []
    (question,) = counter.fresh("hind@")
    assert "Quel produit souhaitez-vous" in plain(question)
    assert "Quelle quantité" in plain(question)
    counter.send(mail("300 sacs poignées plates kraft svp", sender=HIND, answers=question, number=2))
    assert counter.only().stage == "waiting_review"


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour, nous avons besoin de sacs pour l'ouverture de la boutique.",
        "Hello, we need bags for our shop, thanks",
        "salam bghit sachets 3afak",
        "Bonjour, je voudrais des sachets svp",
        "بغيت أكياس من فضلك",
    ],
)
def test_so_is_it_in_other_words(counter: Quick, text: str) -> None:
    counter.send(mail(text, sender=HIND, subject="bonjour", number=1))
    case = counter.only()
    assert (case.kind, case.stage) == ("COMMANDE", "waiting_info")


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour, il nous faut des sacs : quels sont vos prix ?",
        "Bonjour, les sacs sont arrivés abîmés, réclamation",
        "Hello, do you have bags in stock?",
        "Nous ne voulons plus de sacs, merci.",
        "Je voudrais des échantillons de sacs",
    ],
)
def test_a_question_a_complaint_and_a_no_stay_for_a_person(counter: Quick, text: str) -> None:
    counter.send(mail(text, sender=HIND, subject="bonjour", number=1))
    assert counter.only().kind == "AUTRE"
