"""WhatsApp's messages, read: words, buttons, places, files; and whatever bytes may come."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.whatsapp import webhook
from processors.correlate import sid_id as message_id
from processors.whatsapp import FORMAT, WhatsAppMessage, read_whatsapp

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
SID = "SM" + "0a" * 16
BASE = {"MessageSid": SID, "From": "whatsapp:+33612345678", "To": "whatsapp:+33755000111", "ProfileName": "Camille"}


def told(media: list[dict[str, Any]] | None = None, late: bool = False, **form: str) -> bytes:
    item = webhook.item(BASE | form, media or [], received_at=NOW, source="webhook", late=late)
    assert item.raw is not None
    return item.raw


def read(raw: bytes, **more: Any) -> WhatsAppMessage:
    return read_whatsapp(raw, received_at=NOW, **more)


def test_the_format_is_the_one_that_is_written() -> None:
    assert FORMAT == webhook.FORMAT


def test_a_text() -> None:
    found = read(told(Body="Bonjour,\r\nje voudrais faire modéliser ce fauteuil.\u200e"))
    message = found.message
    assert message.id == message_id(SID) == f"<{SID}@whatsapp.guichet>"
    assert message.channel == "whatsapp"
    assert (message.sender.email, message.sender.name) == ("+33612345678", "Camille")
    assert [a.email for a in message.to] == ["+33755000111"]
    assert message.text == message.body == "Bonjour,\nje voudrais faire modéliser ce fauteuil."
    assert message.language == "fr"
    assert message.date == NOW
    assert message.confident
    assert message.automatic is None
    assert message.authentication.verdict == "pass"
    assert found.message.pressed == ""


def test_a_button_speaks_with_its_title_and_keeps_what_it_sends_back() -> None:
    found = read(told(Body="Je valide", ButtonText="Je valide", ButtonPayload="approve:abc", MessageType="button"))
    assert (found.message.text, found.message.pressed) == ("Je valide", "approve:abc")
    assert read(told(Body="", ButtonText="Je refuse", ButtonPayload="x")).message.text == "Je refuse"
    assert read(told(Body="", ButtonPayload="Je valide")).message.text == "Je valide"


def test_an_answer_to_a_message_of_ours_is_in_its_thread() -> None:
    other = "SM" + "1" * 32
    assert read(told(Body="ok", OriginalRepliedMessageSid=other)).message.in_reply_to == message_id(other)
    assert read(told(Body="ok", OriginalRepliedMessageSid="<x>")).message.in_reply_to == ""


def test_what_is_forwarded_is_known_as_such() -> None:
    assert read(told(Body="Je valide", Forwarded="true")).message.forwarded
    assert read(told(Body="Je valide", FrequentlyForwarded="true")).message.forwarded
    assert not read(told(Body="Je valide", Forwarded="false")).message.forwarded


def test_a_place() -> None:
    found = read(told(Body="", Latitude="48.8566", Longitude="2.3522", Label="Atelier", Address="1 rue X, Paris"))
    assert found.message.text == "Position : Atelier, 1 rue X, Paris (48.8566, 2.3522)"
    for latitude in ("200", "nan", "1e9", "", "48.8\n"):
        assert read(told(Body="Ici", Latitude=latitude, Longitude="2")).message.text == "Ici"


def test_an_advertisement_is_shown_but_is_not_what_the_person_said() -> None:
    found = read(
        told(Body="Combien ?", ReferralHeadline="Je valide", ReferralBody="Devis gratuit", ReferralSourceUrl="https://fb.me/x")
    )
    assert found.message.text == "Combien ?"
    assert "Venu par une publicité : Je valide — Devis gratuit" in found.message.body


def test_files_are_told_by_content() -> None:
    store = {"a" * 64: b"\x89PNG\r\n\x1a\n" + b"0" * 50, "b" * 64: b"%PDF-1.7 ..."}
    media = [
        {"index": 0, "type": "image/jpeg", "name": "", "sha256": "a" * 64, "size": 58},
        {"index": 1, "type": "application/octet-stream", "name": "../../plan", "sha256": "b" * 64, "size": 12},
        {"index": 2, "type": "audio/ogg", "name": "", "error": "réponse 404", "again": True, "size": 0},
    ]
    found = read(told(media, Body="Voici"), get=store.__getitem__)
    image, plan = found.message.attachments
    assert (image.name, image.type, image.family, image.size) == ("whatsapp-1.png", "image/png", "image", 58)
    assert (plan.name, plan.family) == ("plan.pdf", "pdf")
    assert found.missing == 1
    assert found.message.defects == ("Fichier 3 (audio/ogg) non reçu : réponse 404 ; il est redemandé",)


def test_without_the_spool_the_declared_type_counts() -> None:
    media = [{"index": 0, "type": "image/jpeg", "name": "", "sha256": "a" * 64, "size": 58}]
    (file,) = read(told(media)).message.attachments
    assert (file.type, file.size) == ("image/jpeg", 58)
    gone = read(told(media), get={}.__getitem__)
    assert gone.message.defects == ("Fichier 1 : il n'est plus conservé",)


def test_a_document_without_a_caption_comes_with_its_name_for_a_text() -> None:
    media = [{"index": 0, "type": "model/gltf-binary", "name": "", "sha256": "a" * 64, "size": 5}]
    (file,) = read(told(media, Body="buffet ancien.glb")).message.attachments
    assert (file.name, file.family) == ("buffet ancien.glb", "model3d")


def test_late_files_answer_the_message_they_belong_to_and_say_nothing() -> None:
    media = [{"index": 0, "type": "image/jpeg", "name": "", "sha256": "a" * 64, "size": 58}]
    message = read(told(media, late=True, Body="Je valide")).message
    assert message.in_reply_to == message_id(SID)
    assert message.id != message_id(SID)
    assert message.text == message.body == ""
    assert len(message.attachments) == 1


def test_somebody_who_shows_no_number() -> None:
    assert read(told(From="whatsapp:FR.1a2B3c", Body="x")).message.sender.email == "FR.1a2B3c"


def test_our_own_number_is_nobodys_request() -> None:
    assert read(told(From=BASE["To"], Body="x")).message.automatic == "own"


def test_what_is_no_envelope_is_shown_and_decides_nothing() -> None:
    for raw in (b"", b"Je valide", b"[]", b'{"format":"guichet-whatsapp/1"}', b'{"format":"x","form":{}}', b"[" * 100_000):
        message = read(raw).message
        assert not message.confident
        assert message.channel == "whatsapp"
        assert message.defects


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=15,
)
FIELDS = st.sampled_from(
    [*BASE, "Body", "Latitude", "Longitude", "ButtonText", "Forwarded", "ReferralBody", "NumMedia", "Label"]
)
MEDIA = st.lists(
    st.dictionaries(st.sampled_from(["index", "type", "name", "sha256", "size", "error", "again"]), JSON, max_size=7) | JSON,
    max_size=12,
)


@given(
    form=st.dictionaries(FIELDS, st.text(max_size=60) | JSON, max_size=10),
    media=MEDIA,
    sent=JSON,
    late=JSON,
)
def test_anything_in_an_envelope_gives_a_message(form: Any, media: Any, sent: Any, late: Any) -> None:
    raw = json.dumps({"format": FORMAT, "form": form, "media": media, "sent_at": sent, "late": late}).encode()
    message = read_whatsapp(raw, get={}.__getitem__).message
    assert message.sha256
    assert len(message.attachments) <= 10
    message.text.encode()
    message.sender.name.encode()


@given(st.binary(max_size=300))
def test_any_bytes_give_a_message(raw: bytes) -> None:
    assert read_whatsapp(raw).message.channel == "whatsapp"


def test_a_huge_message_is_read_in_bounded_time() -> None:
    assert len(read(told(Body="a\n" * 500_000)).message.text) <= 65_536


@pytest.mark.parametrize("name", ["\x00\x1b[31mRouge", "a\nb", "x" * 5000, "\u202egnp.exe"])
def test_a_name_is_one_plain_line(name: str) -> None:
    shown = read(told(ProfileName=name)).message.sender.name
    assert shown.isprintable()
    assert len(shown) <= 100
