"""What holds for every mail: any bytes parse, any mutation parses, and a well-formed mail gives back what went in."""

from __future__ import annotations

import hashlib
import random
from email.header import Header
from email.headerregistry import Address as StdAddress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processors import parse as module
from processors.parse import ParsedMail, parse

_NET = "Message illisible"

LETTERS = st.characters(categories=["L", "N", "P", "S"], exclude_characters="\u034f\u00ad", max_codepoint=0xFFFF)
WORD = st.text(LETTERS, min_size=1, max_size=12)
LINE = st.lists(WORD, min_size=1, max_size=8).map(" ".join)
NAME = st.lists(
    st.text("abcdefghijklmnopqrstuvwxyzABCÉéèçàùœßñøźжщλ漢字,.;:()@'", min_size=1, max_size=10), min_size=1, max_size=3
).map(" ".join)
LATIN = st.text("abcdefghijklmnopqrstuvwxyz éèàçùôîïëüÉÀ€«»’œ.,;:!?-", min_size=1, max_size=60)
FILE = st.text("abcdefghijklmnopqrstuvwxyzéèàç漢ж0123456789_- ()'", min_size=1, max_size=30).map(
    lambda s: "f" + s.strip() + ".pdf"
)


def _sound(mail: ParsedMail, raw: bytes) -> None:
    assert mail.size == len(raw)
    assert mail.sha256 == hashlib.sha256(raw).hexdigest()
    assert not any(_NET in d for d in mail.defects), "the last net caught an error"
    assert mail.id.startswith("<")
    assert mail.id.endswith(">")
    assert mail.sender == mail.senders[0]
    assert "\n" not in mail.subject
    assert "\r" not in mail.body
    assert mail.date is None or mail.date.utcoffset() is not None
    for part in mail.parts:
        name = part.attachment.name
        assert name
        assert not set(name) & set("/\\\0\r\n\u202e")
        assert part.attachment.size == len(part.content)
        assert part.attachment.sha256 == hashlib.sha256(part.content).hexdigest()
    for text in (mail.subject, mail.body, mail.plain, mail.html):
        text.encode("utf-8")
    list(mail.headers.items())


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=3000))
def test_any_bytes_parse(raw: bytes) -> None:
    _sound(parse(raw), raw)


PIECES = st.sampled_from(
    [b"From: ", b"To: ", b"Subject: ", b"Content-Type: ", b"multipart/mixed; boundary=",
     b"multipart/alternative; boundary=a", b"text/html", b"text/plain",
     b"; charset=", b"utf-7", b"utf-16", b"iso-2022-jp", b"hz", b"gb2312", b"utf-8", b"--a", b"--a--", b"a", b"\n",
     b"\r\n", b"\r", b"\n\n", b" ", b"\t",
     b"message/rfc822", b"Content-Transfer-Encoding: ", b"base64", b"quoted-printable", b"x-uuencode",
     b"begin 644 x\n", b"end\n", b"=?utf-8?Q?", b"=?utf-8?B?", b"?=", b"=",
     b"Content-Disposition: attachment; filename", b"*=", b"*0*=", b"utf-8''", b"%E9", b'"', b"\\", b"<", b">", b"@",
     b"(", b")", b",", b":", b";", b"\0", b"\xff\xfe", b"\xef\xbb\xbf",
     b"\x1b$B", b"\x1b(B", b"\xe9", b"\xc3\xa9", b"application/ms-tnef", b"\x78\x9f\x3e\x22",
     b"application/pkcs7-mime", b"multipart/signed", b"multipart/report", b"multipart/digest",
     b"multipart/related; boundary=a", b"<p>", b"<div style='display:none'>", b"<!--", b"&#", b"Date: ",
     b"20 Nov 2026", b"+0100", b"text/enriched", b"format=flowed", b"text/calendar"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=80).map(b"".join))
def test_any_mix_of_mail_syntax_parses(raw: bytes) -> None:
    _sound(parse(raw), raw)


def _build(subject: str, name: str, lines: list[str], files: list[tuple[str, bytes]], encoding: str, html: bool) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["Subject"] = subject
    message["From"] = StdAddress(name, "client", "exemple.fr")
    message["To"] = "atelier@exemple.fr"
    message["Message-ID"] = "<un@exemple.fr>"
    message["Date"] = "Fri, 20 Nov 2026 17:29:02 +0100"
    message.set_content("\n".join(lines) + "\n", cte=encoding)
    if html:
        message.add_alternative("<p>autre</p>", subtype="html")
    for file, content in files:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=file)
    return bytes(message)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    LINE, NAME, st.lists(LINE, min_size=1, max_size=6), st.lists(st.tuples(FILE, st.binary(max_size=200)), max_size=3),
    st.sampled_from(["base64", "quoted-printable", "8bit"]), st.booleans(),
)  # fmt: skip
def test_a_well_formed_mail_gives_back_what_went_in(
    subject: str, name: str, lines: list[str], files: list[tuple[str, bytes]], encoding: str, html: bool
) -> None:
    raw = _build(subject, name, lines, files, encoding, html)
    mail = parse(raw)
    _sound(mail, raw)
    assert mail.body == "\n".join(lines)
    assert mail.sender.email == "client@exemple.fr"
    assert [p.attachment.name for p in mail.parts] == [" ".join(f.split()) for f, _ in files]
    assert [p.content for p in mail.parts] == [c for _, c in files]
    assert mail.defects == ()


@settings(max_examples=150, deadline=None)
@given(LATIN, LATIN, st.sampled_from(["windows-1252", "iso-8859-15", "utf-8"]))
def test_subject_and_name_come_back_in_any_charset(subject: str, name: str, charset: str) -> None:
    try:
        subject.encode(charset)
        name.encode(charset)
    except UnicodeEncodeError:
        return
    subject, name = " ".join(subject.split()), " ".join(name.split())
    raw = (
        f"Subject: {Header(subject, charset, header_name='Subject').encode()}\n"
        f"From: {formataddr((Header(name, charset).encode(), 'a@b.fr'))}\n\ntexte\n"
    ).encode("ascii")
    mail = parse(raw)
    assert mail.subject == subject
    stripped = mail.sender.name
    assert stripped == name or stripped.strip("'\"") == name.strip("'\"")


def _reads_as_latin(text: str) -> bool:
    """Accents among letters, as people write. A run of accents alone may be any alphabet, and an accent before a sign such
    as "œ" or "»" has the bytes of a UTF-8 character: without a label nobody can tell."""
    if set(text) & set("œ€«»’"):
        return False
    accents = sum(1 for c in text if c > "\x7f")
    return accents > 0 and accents * 2 <= sum(1 for c in text if c.isascii() and c.isalpha()) + 5


@settings(max_examples=100, deadline=None)
@given(LATIN.filter(_reads_as_latin), st.sampled_from(["cp1252", "utf-8"]))
def test_raw_eight_bit_headers_are_read(subject: str, charset: str) -> None:
    subject = " ".join(("Devis " + subject).split())
    assert parse(b"Subject: " + subject.encode(charset) + b"\nFrom: a@b.fr\n\nx").subject == subject


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.booleans())
def test_any_mutation_of_a_valid_mail_parses(seed: int, shuffle: bool) -> None:
    chance = random.Random(seed)
    raw = bytearray(
        _build(
            "Modélisation d’un fauteuil",
            "Dupont, Élodie",
            ["Bonjour,", "voici la photo"],
            [("été.glb", b"glTF" * 50)],
            "base64",
            True,
        )
    )
    for _ in range(chance.randrange(1, 8)):
        kind = chance.randrange(4)
        at = chance.randrange(max(1, len(raw)))
        if kind == 0:
            raw = raw[:at]
        elif kind == 1 and raw:
            raw[at % len(raw)] = chance.randrange(256)
        elif kind == 2:
            del raw[at : at + chance.randrange(1, 60)]
        else:
            raw[at:at] = raw[: chance.randrange(1, 200)]
    if shuffle:
        lines = bytes(raw).split(b"\r\n")
        head = lines[:10]
        chance.shuffle(head)
        raw = bytearray(b"\r\n".join(head + lines[10:]))
    _sound(parse(bytes(raw)), bytes(raw))


def test_the_last_net_itself_gives_a_mail(monkeypatch: object) -> None:
    import pytest

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_parse", lambda raw, digest: 1 / 0)
        mail = parse("Subject: été\n\ntexte".encode())
    assert "été" in mail.body
    assert any(_NET in d for d in mail.defects)
