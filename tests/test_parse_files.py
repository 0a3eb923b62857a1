"""The files of a mail: attachments, attached messages, envelopes and what is written into the text."""

from __future__ import annotations

from base64 import b64encode

import pytest

from processors.parse import parse
from tests.parse_help import FROM, HTML, PLAIN, mixed


def test_text_parts_that_are_files() -> None:
    raw = mixed(
        PLAIN + b"corps",
        b"Content-Type: text/plain; name=notes.txt\nContent-Disposition: inline\n\nnotes",
        b"Content-Type: text/plain\nContent-Disposition: attachment\n\npiece",
    )
    mail = parse(raw)
    assert mail.body == "corps"
    assert [p.attachment.name for p in mail.parts] == ["notes.txt", "sans-nom.txt"]


def test_an_attached_message_is_whole_and_named_by_its_subject() -> None:
    inner = b"Subject: =?utf-8?Q?Caf=C3=A9/th=C3=A9?=\nFrom: x@y.fr\n\nbonjour"
    part = parse(mixed(PLAIN + b"un", b"Content-Type: message/rfc822\n\n" + inner)).parts[0]
    assert (part.attachment.name, part.attachment.family, part.content) == ("Café-thé.eml", "message", inner)


def test_inline_images_keep_their_content_id() -> None:
    raw = mixed(
        HTML + b"<img src=cid:i1>vu", b"Content-Type: image/png\nContent-ID: <i1>\n\n\x89PNG\r\n\x1a\n", kind=b"related"
    )
    mail = parse(raw)
    assert mail.body == "vu"
    attachment = mail.parts[0].attachment
    assert (attachment.inline, attachment.content_id, attachment.name) == (True, "i1", "sans-nom.png")


def test_a_signature_is_a_part_of_its_own() -> None:
    mail = parse(
        mixed(PLAIN + b"un", b"Content-Type: application/pgp-signature\n\n-----BEGIN PGP SIGNATURE-----", kind=b"signed")
    )
    assert (mail.body, mail.parts[0].attachment.family) == ("un", "signature")


def test_a_signature_labelled_as_text_does_not_enter_the_body() -> None:
    mail = parse(mixed(PLAIN + b"un", b"Content-Type: text/plain\n\n-----BEGIN PGP SIGNATURE-----\nabc", kind=b"signed"))
    assert (mail.body, mail.parts[0].attachment.family) == ("un", "signature")


def test_a_bounce_keeps_its_report_and_the_mail() -> None:
    status = b"Content-Type: message/delivery-status\n\nStatus: 5.1.1"
    original = b"Content-Type: text/rfc822-headers\n\nSubject: x"
    mail = parse(mixed(PLAIN + b"non remis", status, original, kind=b"report"))
    assert mail.body == "non remis"
    assert [p.attachment.type for p in mail.parts] == ["message/delivery-status", "text/rfc822-headers"]


def test_encrypted_mail_says_so() -> None:
    mail = parse(
        mixed(
            b"Content-Type: application/pgp-encrypted\n\nVersion: 1",
            b"Content-Type: application/octet-stream\n\nxx",
            kind=b"encrypted",
        )
    )
    assert len(mail.parts) == 2
    assert any("chiffré" in d for d in mail.defects)


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + length + content


@pytest.mark.parametrize("chunked", [False, True])
def test_the_message_inside_a_signed_envelope_is_read(chunked: bool) -> None:
    inner = b"Content-Type: text/plain; charset=utf-8\n\nJe valide \xc3\xa9"
    octets = b"\x24\x80" + _der(4, inner[:20]) + _der(4, inner[20:]) + b"\0\0" if chunked else _der(4, inner)
    data = _der(0x30, bytes.fromhex("06092a864886f70d010701") + _der(0xA0, octets))
    p7m = _der(0x30, bytes.fromhex("06092a864886f70d010702") + _der(0xA0, _der(0x30, b"\x02\x01\x01\x31\x00" + data)))
    mail = parse(
        FROM
        + b"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\nContent-Transfer-Encoding: base64\n\n"
        + b64encode(p7m)
    )
    assert mail.body == "Je valide é"
    assert mail.parts[0].attachment.family == "signature"


def test_files_written_into_the_text_leave_it() -> None:
    mail = parse(FROM + b"\nvoici\nbegin 644 a.txt\n#86)C\n`\nend\nfin")
    assert (mail.body, mail.parts[0].content, mail.parts[0].attachment.name) == ("voici\nfin", b"abc", "a.txt")


def test_a_broken_winmail_stays_as_it_is() -> None:
    mail = parse(mixed(PLAIN + b"un", b"Content-Type: application/ms-tnef; name=winmail.dat\n\n\x78\x9f\x3e\x22\x01\x00\x01"))
    assert mail.parts[0].attachment.name in ("winmail.dat",)


def _tnef(level: int, attribute: int, data: bytes) -> bytes:
    return (
        bytes([level])
        + attribute.to_bytes(4, "little")
        + len(data).to_bytes(4, "little")
        + data
        + (sum(data) % 65536).to_bytes(2, "little")
    )


def test_winmail_is_unpacked_and_its_text_is_the_body_when_there_is_no_other() -> None:
    tnef = (
        b"\x78\x9f\x3e\x22\x01\x00"
        + _tnef(1, 0x00089006, (0x10000).to_bytes(4, "little"))
        + _tnef(1, 0x0002800C, b"Je joins le plan\0")
    )
    tnef += (
        _tnef(2, 0x00069002, b"\1\0\xff\xff\xff\xff\0\0\0\0\0\0\0\0")
        + _tnef(2, 0x00018010, b"plan.pdf\0")
        + _tnef(2, 0x0006800F, b"%PDF-1.4")
    )
    mail = parse(
        FROM + b"Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n" + b64encode(tnef)
    )
    assert mail.body == "Je joins le plan"
    assert [(p.attachment.name, p.attachment.family) for p in mail.parts] == [("plan.pdf", "pdf")]
