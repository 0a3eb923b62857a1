"""Posted requests as stored, read: total over any bytes, never anybody's proof."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.office import authorised
from processors.form import FORMAT, MOST_FILES, MOST_TEXT, read_form

HASH = "ab" * 32
SAMPLE: dict[str, Any] = {
    "format": FORMAT,
    "id": "0123456789abcdef",
    "answers": "",
    "via": "api",
    "source": "modelisation",
    "subject": "Modélisation fauteuil vintage",
    "text": "Bonjour,\r\nJe souhaite modéliser ce fauteuil...",
    "email": "client@example.com",
    "name": "Jean Dupont",
    "sent_at": "2026-03-02T09:00:00+00:00",
    "files": [{"name": "photo.jpg", "type": "image/jpeg", "sha256": HASH, "size": 12}],
}


def envelope(**changed: Any) -> bytes:
    return json.dumps({**SAMPLE, **changed}).encode()


def test_a_posted_request_is_read_whole() -> None:
    read = read_form(envelope())
    message = read.message
    assert (message.id, message.channel, message.sender.email) == (
        "<0123456789abcdef@form.guichet>",
        "form",
        "client@example.com",
    )
    assert message.sender.name == "Jean Dupont"
    assert message.body == "Bonjour,\nJe souhaite modéliser ce fauteuil..."
    assert "fauteuil" in message.text
    assert message.language == "fr"
    assert message.date is not None
    assert message.date.isoformat() == "2026-03-02T09:00:00+00:00"
    (file,) = message.attachments
    assert (file.name, file.family, file.sha256, file.size) == ("photo.jpg", "image", HASH, 12)
    assert (read.source, read.missing) == ("modelisation", 0)


def test_what_completes_an_earlier_post_answers_it() -> None:
    first = read_form(envelope()).message
    second = read_form(envelope(id="fedcba9876543210", answers="0123456789abcdef")).message
    assert second.in_reply_to == first.id
    assert second.id != first.id


def test_files_are_known_by_content_and_missing_ones_are_told() -> None:
    files = [
        {"name": "../../etc/x", "sha256": HASH},
        {"name": "", "sha256": "cd" * 32, "type": "image/png"},
        {"name": "perdu.glb", "error": "le serveur répond 404"},
        {"name": "faux", "sha256": "../../etc/passwd"},
    ]
    read = read_form(envelope(files=files), get=lambda sha256: b"glTF\x02\x00\x00\x00" + b"\0" * 20)
    assert [f.family for f in read.message.attachments] == ["model3d", "model3d"]
    assert read.message.attachments[0].name == "x.glb"
    assert [("perdu.glb" in d, "faux" in d) for d in read.message.defects] == [(True, False), (False, True)]
    assert read.missing == 1


def test_nobody_is_vouched_for_by_a_form() -> None:
    message = read_form(envelope(text="Je valide", subject="")).message
    assert message.authentication.verdict == "none"
    assert not authorised(message, "customer")
    assert not authorised(message, "admin")


def test_quoted_words_are_not_the_posters_own() -> None:
    told = "Et la table ?\n\nLe lun. 2 mars 2026 à 11:42, Figurative <a@b.example> a écrit :\n\n> Je valide\n"
    message = read_form(envelope(text=told)).message
    assert "valide" not in message.text
    assert "valide" in message.body


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_a_message(raw: bytes) -> None:
    message = read_form(raw).message
    assert message.channel == "form"
    assert message.id.startswith("<")


_ODD = st.none() | st.text(max_size=70) | st.integers()
_FILES = st.lists(st.dictionaries(st.sampled_from(["name", "sha256", "size", "error"]), _ODD), max_size=4)


@settings(max_examples=300, deadline=None)
@given(st.fixed_dictionaries({}, optional={name: _ODD | _FILES for name in SAMPLE if name != "format"}))
def test_any_envelope_is_a_message_without_control_characters(changed: dict[str, Any]) -> None:
    message = read_form(envelope(**changed)).message
    for text in (message.body, message.text, message.subject, message.sender.name, message.sender.email, message.id):
        assert not any(ord(c) < 32 and c not in "\n\t" for c in text)
        text.encode()
    assert "\n" not in message.subject + message.sender.name
    assert all(a.name for a in message.attachments)


def test_what_is_long_is_cut_and_read_quickly() -> None:
    read = read_form(envelope(text="> a\n" * 500_000, subject="s" * 100_000, files=SAMPLE["files"] * 500))
    assert len(read.message.body) <= MOST_TEXT
    assert len(read.message.attachments) == MOST_FILES
    assert read_form(b"[" * 1_000_000).message.body
