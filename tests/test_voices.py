"""Voices to text, and pictures to a model that sees: recorded answers stand for services we cannot ask here.

What a service really hears in Darija, or sees in handwriting, nobody learns from these tests: they show that its answer is kept, paid
once, within its budget, and becomes text with a place and a confidence; and that nothing is lost where there is no answer.
"""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import paper_files as make
import pytest
from directive_helpers import reading_florist
from fakes.anthropic import Anthropic
from fakes.openai import OpenAI

from assembly import open_store
from connectors.openai.client import OpenAITranscriber, ogg_seconds
from core.document import Document, Page, Trouble, Unread
from core.errors import Ambiguous, PortError, Rejected, Transient, Unauthorized, UserError
from core.model import voice
from core.papers import WantedFile
from data_folder import keys_of
from engine.paid import Paid
from engine.seeing import Hearing
from store import SqlStore
from tests.ocr import tesseract
from tests.road import Light, mail, settings_for

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
#: A page of Ogg Opus that ends after 4.5 seconds; what is said in it is recorded, not spoken.
VOICE = b"OggS\0\2" + bytes(8) + b"OpusHead" + bytes(4000) + b"OggS\0\4" + (216_000).to_bytes(8, "little") + bytes(20)
#: A customer's words in Darija, as a transcription gives them.
DARIJA = "salam bghit 10 alf dyal sachet fond plat\nw jib liya hadchi qbel nhar 15"


@pytest.fixture
def fake() -> Iterator[OpenAI]:
    with OpenAI() as server:
        yield server


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    settings = settings_for(tmp_path)
    store = open_store(settings, keys_of(settings), lambda: NOW)
    yield store
    store.close()


def client(fake: OpenAI, model: str = "gpt-4o-transcribe", **more: Any) -> OpenAITranscriber:
    return OpenAITranscriber(fake.key, model=model, base_url=f"{fake.url}/v1", **more)


def wanted(content: bytes = VOICE, name: str = "voix.ogg") -> WantedFile:
    import hashlib

    return WantedFile(hashlib.sha256(content).hexdigest(), name, "voice", "audio/ogg", len(content))


def hearing(fake: OpenAI, store: SqlStore, budget: Decimal | None = Decimal(5), **more: Any) -> Hearing:
    return Hearing(client(fake, **more), Paid(store, clock=lambda: NOW, budget=budget))


# ------------------------------------------------------------------ the connector


def test_a_transcript_says_what_when_and_how_surely(fake: OpenAI) -> None:
    fake.say(VOICE, DARIJA, language="ar", logprob=-0.2, seconds=8.0)
    timed = client(fake, "whisper-1").transcribe(VOICE)
    assert [(s.start, s.text) for s in timed.segments] == [(0.0, DARIJA.split("\n")[0]), (4.0, DARIJA.split("\n")[1])]
    assert (timed.language, timed.seconds, timed.cost) == ("ar", 8.0, Decimal("0.000800"))
    assert timed.confidence == pytest.approx(0.81, abs=0.01)
    whole = client(fake).transcribe(VOICE)
    assert [s.text for s in whole.segments] == [DARIJA.replace("\n", " ")]
    assert whole.confidence == pytest.approx(0.819, abs=0.001)
    # Billed by tokens, it does not say how long it was: the file does.
    assert whole.seconds == ogg_seconds(VOICE) == 4.5
    assert client(fake).ceiling(len(VOICE)) > whole.cost


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (lambda f: f.fail_next(9, 503), Ambiguous),
        (lambda f: f.fail_next(9, 429, retry_after=100), Transient),
        (lambda f: f.late_success(9), Ambiguous),
        (lambda f: f.drop_next(9), Ambiguous),
        (lambda f: f.garble_next(9), Ambiguous),
        (lambda f: f.cut_next(9), Ambiguous),
        (lambda f: setattr(f, "key", "another"), Unauthorized),
        (lambda f: setattr(f, "quota", False), Unauthorized),
    ],
)  # fmt: skip
def test_every_end_of_a_call_is_one_of_the_four(
    fake: OpenAI, trouble: Callable[[OpenAI], None], error: type[PortError]
) -> None:
    ours = client(fake, timeout=(1.0, 2.0))
    trouble(fake)
    with pytest.raises(error) as told:
        ours.transcribe(VOICE)
    assert type(told.value) in (error, *error.__subclasses__())


def test_what_the_vendor_does_not_take_is_rejected(fake: OpenAI) -> None:
    with pytest.raises(Rejected):
        client(fake).transcribe(b"OggS\0\0broken" + bytes(100))
    with pytest.raises(Rejected):
        client(fake).transcribe(b"OggS" + bytes(25_000_001))
    assert fake.heard == []


def test_the_check_costs_nothing(fake: OpenAI) -> None:
    assert client(fake).check().ok
    assert not client(fake, "gpt-4o-mini-transcribe-2099-01-01").check().ok
    assert fake.heard == []


def test_a_model_without_a_price_is_refused(fake: OpenAI) -> None:
    with pytest.raises(UserError):
        client(fake, "gpt-9-hear")
    assert client(fake, "gpt-transcribe", price=Decimal("0.01")).ceiling(42_000) == Decimal("0.010000")


# ------------------------------------------------------------------ paid once, within the budget


def test_the_same_voice_is_paid_once(fake: OpenAI, store: SqlStore) -> None:
    fake.say(VOICE, DARIJA, language="ar", seconds=8.0)
    ours = hearing(fake, store, model="whisper-1")
    first = ours.read(wanted(), VOICE, None)
    again = ours.read(wanted(name="copie.ogg"), VOICE, None)
    assert first is not None
    assert again is not None
    assert len(fake.heard) == 1
    assert first.text == again.text == DARIJA
    start = first.text.index("qbel")
    assert (first.evidence(start, start + 4).place, first.method, first.language) == ("0:04", "transcript", "ar")
    assert store.spent(NOW.date(), voice("whisper-1")).cost == Decimal("0.0008")
    assert store.spent(NOW.date()).asked == 0, "what voices cost is counted apart"


def test_a_budget_that_is_spent_asks_no_more(fake: OpenAI, store: SqlStore) -> None:
    document = hearing(fake, store, Decimal("0.0001")).read(wanted(), VOICE, None)
    assert document is not None
    assert document.trouble is not None
    assert document.trouble.code == "budget"
    assert fake.heard == []


def test_a_lost_answer_is_never_paid_again(fake: OpenAI, store: SqlStore) -> None:
    fake.say(VOICE, DARIJA)
    fake.late_success(1)
    for _ in range(2):
        document = hearing(fake, store).read(wanted(), VOICE, None)
        assert document is not None
        assert document.trouble is not None
        assert document.trouble.code == "unreachable"
    assert len(fake.heard) == 1


def test_what_passes_is_asked_again_and_refused_credentials_hold_up_nobody(fake: OpenAI, store: SqlStore) -> None:
    fake.say(VOICE, DARIJA)
    fake.fail_next(1, 429, retry_after=100)
    ours = hearing(fake, store)
    with pytest.raises(Transient) as told:
        ours.read(wanted(), VOICE, None)
    assert told.value.after == 100
    fake.key = "another"
    closed = Hearing(OpenAITranscriber("refused", base_url=f"{fake.url}/v1"), Paid(store, clock=lambda: NOW, budget=None))
    for _ in range(2):
        document = closed.read(wanted(), VOICE, None)
        assert document is not None
        assert document.trouble is not None
        assert document.trouble.code == "unreachable"
    # Refused once, it is not asked again for a while.
    assert [call.status for call in fake.calls] == [429, 401]


def test_silence_is_told(fake: OpenAI, store: SqlStore) -> None:
    document = hearing(fake, store).read(wanted(), VOICE, None)
    assert document is not None
    assert document.trouble == Trouble("silent")


# ------------------------------------------------------------------ the road


@pytest.fixture
def directives(tmp_path: Path) -> Path:
    return reading_florist(tmp_path / "directives", "image, voice")


def test_a_voice_message_becomes_a_case(fake: OpenAI, tmp_path: Path, directives: Path) -> None:
    """Recorded: a customer says what he wants; the case stands with the facts, their time in the voice as their place."""
    fake.say(
        VOICE,
        "Bonjour, je voudrais un bouquet de fleurs pour un anniversaire\nvingt roses, enfin 20 roses s'il vous plaît",
        seconds=9.0,
    )
    counter = Light(
        tmp_path / "data",
        directives_dir=directives,
        openai_api_key=fake.key,
        openai_base_url=f"{fake.url}/v1",
        openai_model="whisper-1",
    )
    counter.drop(mail("", subject="", files=(("PTT-0001.ogg", VOICE),)))
    assert counter.work() == {}
    (case,) = counter.cases()
    assert case.kind == "BOUQUET"
    facts = {fact.name: fact for fact in case.facts}
    assert facts["tiges"].value == 20
    assert facts["tiges"].evidence[0].place == "0:04"
    assert len(fake.heard) == 1


@pytest.mark.server("tesseract")
def test_handwriting_is_shown_to_the_model_that_sees(tmp_path: Path, directives: Path) -> None:
    """Recorded: recognition reads nothing in a faint scribble, the model copies it out; its words prove the facts."""
    tesseract()
    from PIL import Image

    scribble = make.saved(Image.effect_noise((700, 500), 12).convert("RGB"), "PNG")
    copied = {"pages": [{"number": 1, "text": "Un bouquet de fleurs pour un anniversaire\n20 roses"}], "sure": "medium"}
    with Anthropic() as fake:
        fake.next_answers(copied)
        counter = Light(tmp_path / "data", directives_dir=directives, anthropic_api_key=fake.key, anthropic_base_url=fake.url)
        counter.drop(mail("voici", subject="photo", files=(("bon.png", scribble),)))
        counter.work()
        (case,) = counter.cases()
        assert case.kind == "BOUQUET"
        fact = next(f for f in case.facts if f.name == "tiges")
        assert (fact.value, fact.evidence[0].page) == (20, 1)
        assert fact.confidence <= 0.6
        copies = [body for body in fake.requests if '"pages"' in json.dumps(body["output_config"])]
        assert len(copies) == 1
        assert copies[0]["messages"][0]["content"][0]["type"] == "image"
        assert "bon.png" not in json.dumps(copies[0]), "the same bytes are one question, whatever they are called"


def test_what_is_unsafe_is_shown_to_nobody() -> None:
    from engine.seeing import _doubted

    def found(trouble: Trouble | None, confidence: float = 0.9) -> Document:
        return Document(
            "a" * 64, "x.png", "image", (Page(1, "x", method="ocr", confidence=confidence),), "", confidence, 1, trouble
        )

    assert _doubted(found(Trouble("no-text")))
    assert _doubted(found(None, 0.5))
    assert not _doubted(found(None, 0.9))
    for code in ("bomb", "encrypted", "not-what-it-says", "broken"):
        assert not _doubted(found(Trouble(code)))  # type: ignore[arg-type]


# ------------------------------------------------------------------ a local model


def test_a_local_whisper_is_used_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package is not here: one that answers as its interface does stands for it."""
    from connectors import whisper

    class Model:
        def __init__(self, path: str, **options: object) -> None:
            assert (path, options["local_files_only"]) == ("/models/small", True)

        def transcribe(self, file: Any, **options: object) -> tuple[list[Any], Any]:
            assert file.read() == VOICE
            segment = types.SimpleNamespace(
                start=65.0, end=67.0, text=" dix mille sachets ", avg_logprob=-0.1, no_speech_prob=0.0
            )
            return [segment], types.SimpleNamespace(duration=67.0, language="fr")

    monkeypatch.setitem(sys.modules, "faster_whisper", types.SimpleNamespace(WhisperModel=Model))
    document = whisper.transcribe(VOICE, "voix.ogg", "/models/small")
    assert (document.text, document.language, document.confidence) == ("dix mille sachets", "fr", 0.9)
    assert document.evidence(0, 3).place == "1:05"
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    with pytest.raises(Unread):
        whisper.transcribe(VOICE, "voix.ogg", "/models/small")
