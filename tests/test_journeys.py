"""figurative.md from the first message to the end, with each channel as the only one that is set up."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from journeys import Way, way

from tests.road import GLB, JPEG

pytest_plugins = ("servers",)

PHOTO, MODEL = ("photo.jpg", JPEG), ("fauteuil.glb", GLB)
COMPLETE = "Je souhaite modéliser ce fauteuil..."


@pytest.fixture(params=["mail", "whatsapp", "hubspot", "form"])
def here(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Way]:
    def ask_for(name: str) -> object:
        return request.getfixturevalue(name)

    with way(request.param, tmp_path / "data", lambda: ask_for("mailbox"), lambda: ask_for("smtp")) as made:  # type: ignore[arg-type,return-value]
        yield made


def test_support(here: Way) -> None:
    here.ask("Bonjour, mon paiement est refusé depuis ce matin, pouvez-vous regarder ?", subject="Paiement")
    case = here.case()
    assert (case.kind, case.stage) == ("SUPPORT", "done")
    (answer,) = here.told()
    assert "Une personne de l'équipe" in answer
    assert here.tasks() == []


def test_complete_quote_yes_task_and_confirmation(here: Way) -> None:
    here.ask(COMPLETE, PHOTO)
    case = here.case()
    assert (case.kind, case.stage) == ("MODELISATION", "waiting_approval")
    (quote,) = here.told()
    assert "2 crédits" in quote
    assert here.tasks() == [], "nothing before the yes"
    here.say("Je valide")
    case = here.case()
    assert case.stage == "done"
    assert case.approval is not None
    assert case.approval.amount == Decimal(2)
    (task,) = here.tasks()
    assert case.ref in str(task)
    assert len(here.told()) == 2
    assert "validé" in here.told()[-1]


def test_incomplete_question_answer_and_quote(here: Way) -> None:
    here.ask("Je souhaite modéliser un fauteuil en 3D")
    assert here.case().stage == "waiting_info"
    assert "photo" in here.told()[-1]
    here.say("La voici", PHOTO)
    assert here.case().stage == "waiting_approval"
    assert "2 crédits" in here.told()[-1]
    assert len(here.told()) == 2


def test_too_complex_the_administrator_sets_the_price(here: Way) -> None:
    here.ask("Je souhaite modéliser cette cheminée sculptée avec ses ornements", PHOTO)
    case = here.case()
    assert case.stage == "waiting_review"
    assert here.told() == []
    assert "cheminée" in here.asked()[-1]
    here.judge("ok 5 crédits")
    assert here.case().stage == "waiting_approval"
    assert "5 crédits" in here.told()[-1]
    here.say("Je valide")
    case = here.case()
    assert case.stage == "done"
    assert case.approval is not None
    assert (case.approval.amount, case.approval.by) == (Decimal(5), "customer")
    assert len(here.tasks()) == 1


def test_a_refusal(here: Way) -> None:
    here.ask(COMPLETE, PHOTO)
    here.say("Je refuse")
    case = here.case()
    assert (case.stage, case.approval) == ("rejected", None)
    assert "close" in here.told()[-1]
    assert here.tasks() == []


def test_a_changed_request_voids_the_old_quote(here: Way) -> None:
    here.ask(COMPLETE, PHOTO)
    here.say("Finalement voici mon fichier 3D", MODEL)
    case = here.case()
    assert case.stage == "waiting_approval"
    assert [q.status for q in case.quotes] == ["void"]
    assert "1 crédit" in here.told()[-1]
    assert "2 crédits" in here.told()[-1], "it says which quote no longer holds"
    here.say("Je valide")
    case = here.case()
    assert case.stage == "done"
    assert case.approval is not None
    assert case.approval.amount == Decimal(1)


def test_the_same_request_twice_is_one_case(here: Way) -> None:
    here.ask(COMPLETE, PHOTO)
    here.ask(COMPLETE, PHOTO)
    assert here.case().stage == "waiting_approval"
    assert len(here.told()) == 1
