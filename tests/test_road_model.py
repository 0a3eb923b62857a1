"""The road with a language model beside it: it helps where the rules are unsure, and decides nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.anthropic import Anthropic
from tests.road import JPEG, Counter, Light, daemon, mail


@pytest.fixture
def model() -> Iterator[Anthropic]:
    with Anthropic() as fake:
        yield fake


def counter_with(model: Anthropic, folder: Path, **more: str) -> Counter:
    return Light(folder, anthropic_api_key=model.key, anthropic_base_url=model.url, **more)


UNSURE = "Bonjour, pourriez-vous me faire ça en 3D ? C'est un zgrumpf de chez nous. Merci"


def test_an_unsure_message_is_asked_about_once_and_the_figures_are_kept(tmp_path: Path, model: Anthropic) -> None:
    counter = counter_with(model, tmp_path / "data")
    counter.drop(mail(UNSURE, subject="demande", files=(("p.jpg", JPEG),)))
    assert counter.work() == {}
    asked = len(model.requests)
    assert asked >= 1
    assert counter.work() == {}
    assert len(model.requests) == asked
    (case,) = counter.cases()
    shown = json.loads(daemon(counter.settings.data_dir, "show", case.ref, "--json").stdout)
    assert any("model" in entry["kind"] for entry in shown["history"])
    key, url = model.key, model.url
    status = json.loads(
        daemon(counter.settings.data_dir, "status", "--json", ANTHROPIC_API_KEY=key, ANTHROPIC_BASE_URL=url).stdout
    )
    assert status["model"]["asked"] == asked


def test_a_model_that_is_down_or_out_of_budget_holds_nothing_up(tmp_path: Path, model: Anthropic) -> None:
    model.fail_next(50, 500)
    for number, more in enumerate(({}, {"anthropic_monthly_budget": "0"})):
        counter = counter_with(model, tmp_path / f"data{number}", **more)
        counter.drop(mail(UNSURE, subject="demande", files=(("p.jpg", JPEG),)))
        assert counter.work() == {}
        (case,) = counter.cases()
        assert case.stage in ("waiting_info", "waiting_review")


def test_a_plain_yes_is_never_shown_to_the_model(tmp_path: Path, model: Anthropic) -> None:
    counter = counter_with(model, tmp_path / "data")
    counter.drop(mail("Je souhaite modéliser ce fauteuil...", files=(("photo.jpg", JPEG),)))
    assert counter.work() == {}
    before = len(model.requests)
    (quote,) = counter.sent("client@example.com")
    counter.drop(mail("Je valide", answers=quote, number=2))
    assert counter.work() == {}
    assert counter.cases()[0].stage == "done"
    assert len(model.requests) == before
