"""What letters to administrators say: why a person should read, and where the request stands in words, never in a machine's."""

from __future__ import annotations

import pytest

from core.wording import STAGES
from tests.lives import Life as Quoted
from tests.orders_life import FULL, Life

pytest_plugins = ("tests.lives_fixtures",)


def letter(life: Life) -> str:
    """The last text to an administrator."""
    return next(m.text for _, who, m, _ in reversed(life.texts) if who == "admin")


@pytest.mark.parametrize(
    "words", ["Ma commande est-elle partie ? J'en ai besoin pour une fête.", "Le camion n'a pas de hayon."]
)
def test_the_reason_of_a_letter_after_the_decision_is_why_to_read_it(words: str) -> None:
    life = Life()
    life.write(FULL)
    life.admin("Je valide")
    life.write(words)
    told = letter(life)
    assert words in told
    assert "un message est arrivé après la décision : à lire" in told
    assert "le client apprend" not in told


@pytest.mark.parametrize(("answer", "told"), [("approve", "en cours de réalisation"), ("refuse", "refusée")])
def test_an_ended_request_is_told_in_words(quoted: Quoted, answer: str, told: str) -> None:
    quoted.write("Je valide" if answer == "approve" else "non merci", answer=answer)
    if answer == "approve":
        quoted.done("task")
        told = STAGES[quoted.stage]["fr"]
    quoted.write("Et finalement, pouvez-vous me rappeler ?", intent="other")
    late = [m for m in quoted.sent() if m.template in ("admin_late", "admin_question")][-1]
    assert told in late.text
    for word in {*quoted.directive.ticket.status.values(), *STAGES}:
        assert word not in late.text


def test_a_thumb_alone_is_not_told_of_lines_that_it_does_not_correct() -> None:
    life = Life()
    life.write("Bonjour, je commande 5000 sachets fond plat kraft et 300 sacs poignées plates blancs, livraison le 20 mars.")
    life.admin("👍")
    assert "une correction nomme la sienne" not in letter(life)
    life.admin("quantité peut-être 600")
    assert "une correction nomme la sienne" in letter(life)
