"""Mails as they are written: whatever names, subjects and texts hold, one mail to one person in its thread."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import pytest
from effects_help import letter
from hypothesis import given, settings
from hypothesis import strategies as st

from core.compose import CannotCompose, Mail, Piece, body_text, compose, envelope, line, to_html
from core.effects import SendMessage
from core.message import Address

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


STUDIO = Address("studio@example.org", "Studio")


def composed(pieces: tuple[Piece, ...] = (), sender: Address = STUDIO, **changed: Any) -> Mail:
    payload = letter("c/1/0", **changed).payload
    assert isinstance(payload, SendMessage)
    return compose(payload, sender=sender, message_id="<k@example.org>", date=NOW, pieces=pieces)


def parsed(mail: Mail) -> EmailMessage:
    message = message_from_bytes(mail.content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


anything = st.text(max_size=300) | st.text(alphabet="\r\n:;,<>@\"'()\\ aBcé=?\t\x00\u2028\u202e", max_size=120)


@settings(max_examples=150)
@given(to_name=anything, subject=anything, name=anything, reference=anything, text=anything)
def test_nothing_that_is_written_becomes_a_header_or_a_recipient(
    to_name: str, subject: str, name: str, reference: str, text: str
) -> None:
    mail = composed(
        to_name=to_name, subject=subject, reference=reference, text=text, sender=Address("studio@example.org", name)
    )
    assert mail.content.isascii()
    assert b"\r" not in mail.content.replace(b"\r\n", b"")
    assert b"\n" not in mail.content.replace(b"\r\n", b"")
    message = parsed(mail)
    assert set(message.keys()) <= {
        "Message-ID", "From", "To", "Subject", "Date", "Auto-Submitted", "X-Auto-Response-Suppress", "X-Guichet-Ref",
        "Content-Language", "MIME-Version", "Content-Type",
    }  # fmt: skip
    assert len(message.keys()) == len(set(message.keys()))
    assert [a.addr_spec for a in message["To"].addresses] == ["client@example.com"]
    assert [a.addr_spec for a in message["From"].addresses] == ["studio@example.org"]
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n").strip() == body_text(text).strip()


@settings(max_examples=150)
@given(subject=st.text(alphabet=st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), max_size=200))
def test_a_subject_arrives_as_it_was_written(subject: str) -> None:
    assert parsed(composed(subject=subject))["Subject"] == (line(subject) or "(sans objet)")


def test_long_ids_stay_whole() -> None:
    """The email package makes encoded words of ids longer than a line, and the reply leaves its thread."""
    long = "<" + "A" * 120 + "@" + "b" * 60 + ".prod.outlook.com>"
    mail = composed(in_reply_to=long, references=(long.replace("A", "C"), long))
    assert f"In-Reply-To: {long}\r\n".encode() in mail.content
    assert parsed(mail)["References"].split() == [long.replace("A", "C"), long]
    assert b"=?" not in mail.content.split(b"\r\n\r\n")[0]


def test_references_are_bounded_and_each_once() -> None:
    ids = tuple(f"<{n}@example.com>" for n in range(100))
    found = parsed(composed(in_reply_to="<99@example.com>", references=ids + ids))["References"].split()
    assert found == ["<0@example.com>", *(f"<{n}@example.com>" for n in range(81, 100))]


@given(st.lists(anything, max_size=5), anything)
def test_ids_that_are_none_are_left_out(references: list[str], parent: str) -> None:
    message = parsed(composed(in_reply_to=parent, references=tuple(references)))
    for name in ("References", "In-Reply-To"):
        assert all(i.startswith("<") and i.endswith(">") for i in (message[name] or "").split())


def test_the_same_mail_has_the_same_bytes() -> None:
    piece = Piece("a.pdf", b"%PDF")
    assert composed((piece,)).content == composed((piece,)).content


def test_robots_are_told_not_to_answer() -> None:
    assert parsed(composed(in_reply_to="<a@b>"))["Auto-Submitted"] == "auto-replied"
    assert parsed(composed())["Auto-Submitted"] == "auto-generated"
    assert parsed(composed(audience="admin", in_reply_to="<a@b>"))["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(
    "to",
    ["", "x", "a@", "@b", "a b@c.fr", "a@b@c", "a@b.fr,c@d.fr", "<a@b.fr>", "a..b@c.fr", "a@b.fr\nc@d.fr", "a@" + "b" * 300],
)
def test_what_is_no_address_is_refused(to: str) -> None:
    with pytest.raises(CannotCompose, match=r"n'est pas (une adresse|valable)"):
        composed(to=to)


def test_addresses_beyond_ascii() -> None:
    assert envelope("jean@exämple.fr") == "jean@xn--exmple-cua.fr"
    assert composed(to="zoé@example.fr").utf8
    assert not composed(to="zoe@exämple.fr").utf8


def test_attachments_keep_their_names_and_bytes() -> None:
    pieces = (
        Piece("devis été.pdf", b"%PDF"),
        Piece("../../etc/passwd", b"x"),
        Piece("", b"y"),
        Piece("m.glb", bytes(range(256)), "model/gltf-binary"),
        Piece("x.eml", b"From: a@b\r\n\r\nz", "message/rfc822"),
    )
    found = list(parsed(composed(pieces)).iter_attachments())
    assert [p.get_filename() for p in found] == ["devis été.pdf", ".._.._etc_passwd", "piece-3", "m.glb", "x.eml"]
    assert [p.get_payload(decode=True) for p in found] == [p.content for p in pieces]
    assert found[3].get_content_type() == "model/gltf-binary"


# ------------------------------------------------------------------ HTML


@given(anything)
def test_html_holds_only_our_own_tags(text: str) -> None:
    page = _Tags()
    page.feed(to_html(f"{text}<b>un</b> https://example.org/{text}<i>deux</i>\n- <u>trois</u> http://example.org <s>", "fr"))
    assert page.tags <= {"html", "head", "meta", "title", "body", "div", "p", "br", "ul", "li", "a"}
    assert all(link.startswith(("http://", "https://")) for link in page.links)


def test_html_says_what_the_text_says() -> None:
    page = _Tags()
    page.feed(
        to_html(
            "Bonjour <Zoé> & co,\n\nIl manque :\n- une photo\n- les dimensions\n\nVoir https://example.org/a?x=1&y=(2). Merci\n",
            "fr",
        )
    )
    assert "Bonjour <Zoé> & co," in page.text
    assert {"ul", "li", "a", "p"} <= page.tags
    assert page.links == ["https://example.org/a?x=1&y=(2)"]
    page = _Tags()
    page.feed(to_html("(voir https://example.org/a), <https://example.org/b> javascript:alert(1)"))
    assert page.links == ["https://example.org/a", "https://example.org/b"]


@pytest.mark.parametrize("piece", ["https://", "- ", "\n\n", "<", "&", "http://a.fr ", "(", "é", " \t"])
def test_a_hostile_text_of_a_megabyte_takes_no_longer_than_another(piece: str) -> None:
    start = time.monotonic()
    composed(text=piece * (1_000_000 // len(piece)), subject=piece * 50_000, to_name=piece * 50_000)
    assert time.monotonic() - start < 10
