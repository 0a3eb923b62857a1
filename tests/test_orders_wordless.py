"""A thumb alone says that our message was seen, an empty mail says nothing: neither is the customer's words, neither voids a yes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from processors.courtesy import nods
from tests.orders_life import Life
from tests.quick import Quick, quick
from tests.road import ADMIN, mail, plain

GHITA = "Ghita Alami <ghita@client.example>"
WHOLE = "Bonjour, je commande 5000 sachets fond plat kraft à 0,32 dh HT pièce, livraison le 20 mars. Ghita"
LACKING = "Bonjour, je commande des sachets fond plat kraft à 0,32 dh HT pièce, livraison le 20 mars. Ghita"


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Quick]:
    with quick(tmp_path / "data", business="sacherie") as counter:
        yield counter


def ordered(counter: Quick, text: str) -> tuple[list[str], object]:
    counter.send(mail(text, sender=GHITA, subject="Commande", number="order"))
    (told,) = counter.fresh("ghita@")
    return [plain(one) for one in counter.fresh(ADMIN)], told


def reply(counter: Quick, text: str, told: object) -> tuple[list[str], list[str]]:
    """(what the customer is written, what the administrator is)."""
    counter.send(mail(text, sender=GHITA, answers=told, number=f"r{len(counter.sent())}-{len(text)}"))  # type: ignore[arg-type]
    return [plain(one) for one in counter.fresh("ghita@")], [plain(one) for one in counter.fresh(ADMIN)]


def test_what_is_missing_is_not_asked_again_after_a_thumb_and_once_after_an_empty_mail(counter: Quick) -> None:
    _, asked = ordered(counter, LACKING)
    assert reply(counter, "👍", asked) == ([], [])
    (again,), nobody = reply(counter, "", asked)
    assert "Quelle quantité" in again
    assert nobody == []
    _, (notice,) = reply(counter, "5000", asked)
    assert "👍" not in notice
    assert "rien n'en est repris" not in notice
    assert "a écrit :" not in notice
    assert [one.words for one in counter.only().further] == ["5000"]


@pytest.mark.parametrize("text", ["👍", "👍🏽", "🙏 🙏", ""])
def test_an_older_yes_still_counts(counter: Quick, text: str) -> None:
    counter.send(mail(WHOLE, sender=GHITA, subject="Commande", number="order"))
    (told,), (notice,) = counter.fresh("ghita@"), counter.fresh(ADMIN)
    assert reply(counter, text, told) == ([], [])
    counter.send(mail("Je valide", sender=ADMIN, answers=notice, number="yes"))
    assert counter.only().judged is not None
    (confirmed,) = counter.fresh("ghita@")
    assert reply(counter, text, confirmed) == ([], [])  # nor is it a message after the decision
    assert counter.only().counts.get("wrote") is None


@pytest.mark.parametrize("text", ["👎", "❌", "👍 mais en blanc", "?", "500 👍"])
def test_a_sign_that_may_say_more_is_read_by_a_person(counter: Quick, text: str) -> None:
    assert not nods(text)
    _, told = ordered(counter, WHOLE)
    assert reply(counter, text, told)[1] != []


def test_a_thumb_answers_the_question_of_a_person() -> None:
    life = Life()
    life.write(WHOLE)
    life.write("👍")
    assert life.order.further == ()
    life.act("ask", note="Le kraft brun vous convient ?")
    life.write("👍")
    assert [one.words for one in life.order.further] == ["👍"]
    life.write("merci de livrer le matin")
    life.write("👍")
    assert [one.words for one in life.order.further] == ["👍", "merci de livrer le matin"]


def test_files_without_a_word_are_no_empty_mail(counter: Quick) -> None:
    _, told = ordered(counter, WHOLE)
    counter.send(mail("", sender=GHITA, answers=told, number="file", files=(("bon.pdf", b"%PDF-1.4 x"),)))  # type: ignore[arg-type]
    assert counter.fresh(ADMIN) != []
