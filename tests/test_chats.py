"""People on phones: photos first and words after, one-word answers, recordings, hurried French."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.lives import Life, fact, photo
from tests.road import JPEG
from tests.test_road_whatsapp import NUMBER, Phone

OGG = b"OggS\x00\x02" + bytes(200)


@pytest.fixture
def phone(tmp_path: Path) -> Iterator[Phone]:
    made = Phone(tmp_path / "data")
    yield made
    made.twilio.__exit__(None, None, None)


def test_two_photos_then_what_they_are_for_then_the_one_word_that_was_asked(phone: Phone) -> None:
    phone.write("", JPEG)
    phone.work()
    phone.write("", JPEG + b"2")
    phone.work()
    phone.write("c'est pour modéliser en 3d svp")
    phone.work()
    (case,) = phone.counter.cases()
    assert (case.kind, case.stage, len(case.files)) == ("MODELISATION", "waiting_info", 2)
    phone.write("fauteuil")
    phone.work()
    (case,) = phone.counter.cases()
    assert case.stage == "waiting_approval"
    assert "*2 crédits*" in phone.sent()[-1]["body"]
    (ticket,) = phone.counter.records("crm.ticket")
    assert ticket["properties.validation_status"] == "pending_credits"


def test_words_that_come_hours_after_the_photos_are_theirs_all_the_same(phone: Phone) -> None:
    phone.write("Bonjour", JPEG)
    phone.work()
    phone.later += timedelta(hours=3)
    phone.write("Je voudrais modéliser ce fauteuil en 3D")
    phone.work()
    (case,) = phone.counter.cases()
    assert (case.kind, case.stage, len(case.files)) == ("MODELISATION", "waiting_approval", 1)


def test_a_question_that_was_asked_and_a_request_hours_later_are_two(phone: Phone) -> None:
    phone.write("Bonjour, mon paiement est refusé depuis ce matin")
    phone.work()
    phone.write("Je voudrais modéliser ce fauteuil en 3D", JPEG)
    phone.work()
    assert [c.kind for c in phone.counter.cases()][:1] == ["SUPPORT"]


@pytest.mark.parametrize("words", ["ok c bon", "jvalide", "👍", "Oui je valide merci"])
def test_a_hurried_yes(phone: Phone, words: str) -> None:
    phone.write("slt c pour modéliser un fauteuil en 3d", JPEG)
    phone.work()
    phone.write(words)
    phone.work()
    (case,) = phone.counter.cases()
    assert case.stage == "done"


@pytest.mark.parametrize("words", ["oui mais c cher", "ok mais vous pouvez faire 1 crédit ?", "ok je réfléchis", "👎", "oui?"])
def test_no_yes_however_hurried(phone: Phone, words: str) -> None:
    phone.write("slt c pour modéliser un fauteuil en 3d", JPEG)
    phone.work()
    phone.write(words)
    phone.work()
    (case,) = phone.counter.cases()
    assert case.approval is None
    assert phone.counter.records("task") == []


def test_a_recording_without_words_goes_to_a_person_and_decides_nothing(phone: Phone) -> None:
    phone.write("slt c pour modéliser un fauteuil en 3d", JPEG)
    phone.work()
    phone.twilio.receive(NUMBER, "", media=(("audio/ogg", OGG),))
    phone.work()
    (case,) = phone.counter.cases()
    assert (case.stage, case.approval) == ("waiting_approval", None)
    assert "Rien n'est décidé" in phone.sent()[-1]["body"]
    assert [m["Subject"] for m in phone.counter.sent("patron")]


def test_another_photo_without_a_word_is_kept_and_answered_by_nothing() -> None:
    life = Life()
    known = (fact("complexity", "standard"), fact("object", "une chaise"))
    life.write("Une chaise en 3D svp", files=(photo(),), facts=known, channel="whatsapp", intent="request")
    before = len([e for e in life.effects if e.kind == "message.send"])
    life.write("", files=(photo(2),), channel="whatsapp")
    assert life.case is not None
    assert (life.case.stage, len(life.case.files)) == ("waiting_approval", 2)
    assert len([e for e in life.effects if e.kind == "message.send"]) == before


def test_a_short_answer_to_what_was_asked_is_taken_as_it_stands() -> None:
    life = Life()
    life.write("Une modélisation 3D svp", files=(photo(),), channel="whatsapp", intent="request")
    assert life.stage == "waiting_info"
    life.write("un cheval de manège", channel="whatsapp")
    assert life.case is not None
    found = life.case.fact("object")
    assert found is not None
    assert found.value == "un cheval de manège"
    assert found.evidence[0].quote == "un cheval de manège"
    assert life.stage == "waiting_review", "an object nobody listed is for a person to price"
    other = Life()
    other.write("Une modélisation 3D svp", files=(photo(),), channel="whatsapp", intent="request")
    other.write("c'est quoi un objet ?", channel="whatsapp", intent="question")
    assert other.case is not None
    assert other.case.fact("object") is None


def test_texts_for_a_phone_are_short_and_bear_their_reference_once(phone: Phone) -> None:
    phone.write("slt c pour modéliser un fauteuil en 3d", JPEG)
    phone.work()
    (quote,) = phone.sent()
    body = quote["body"]
    (case,) = phone.counter.cases()
    assert len(body) < 600
    assert body.count(case.ref) == 1
    assert "L'équipe" not in body
    assert "*2 crédits*" in body
    assert "Je valide" in body
