"""Mail as it really comes: rows 3, 4, 5 and 6 of FAILURES, and headers in every odd shape that was met."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta

import pytest

from core.message import Address
from processors.parse import parse
from tests.parse_help import FROM, body_of, mixed, names_of


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b'"\\"Jetzt <offre@exemple.de>', Address("offre@exemple.de", "Jetzt")),
        (b'"\\"Jetzt\\" Konto" <offre@exemple.de>', Address("offre@exemple.de", '"Jetzt" Konto')),
        (b"Dupont, Jean <j@exemple.fr>", Address("j@exemple.fr", "Dupont, Jean")),
        (b"=?utf-8?Q?Dupont,_Zo=C3=A9?= <j@exemple.fr>", Address("j@exemple.fr", "Dupont, Zoé")),
        (b'"=?utf-8?Q?Zo=C3=A9?=" <j@exemple.fr>', Address("j@exemple.fr", "Zoé")),
        ("Zoé <j@exemple.fr>".encode("cp1252"), Address("j@exemple.fr", "Zoé")),
        ("Zoé <zoé@exemple.fr>".encode(), Address("zoé@exemple.fr", "Zoé")),
        (b"j@EXEMPLE.fr (Jean)", Address("j@exemple.fr", "Jean")),
        (b'"banque@exemple.fr" <autre@exemple.org>', Address("autre@exemple.org", "banque@exemple.fr")),
        (b"banque@exemple.fr <autre@exemple.org>", Address("autre@exemple.org", "banque@exemple.fr")),
        (b"j@exemple.fr <Jean>", Address("j@exemple.fr", "Jean")),
        (b"<<j@exemple.fr>>", Address("j@exemple.fr")),
        (b"'Jean' <'j@exemple.fr'>", Address("j@exemple.fr", "Jean")),
        (b"Jean <mailto:j@exemple.fr>", Address("j@exemple.fr", "Jean")),
        (b"Jean <j@exemple.fr", Address("j@exemple.fr", "Jean")),
        (b"=?utf-8?B?" + b64encode("Zoé <j@exemple.fr>".encode()) + b"?=", Address("j@exemple.fr", "Zoé")),
        (b"MAILER-DAEMON (Mail System)", Address("MAILER-DAEMON", "Mail System")),
        (b'"Jean" <jean . dupont @ exemple . fr>', Address("jean.dupont@exemple.fr", "Jean")),
    ],
)  # fmt: skip
def test_row_3_any_sender_is_read(value: bytes, expected: Address) -> None:
    assert parse(b"From: " + value + b"\n\nx").sender == expected


@pytest.mark.parametrize(
    "line",
    [
        b"Message-ID: <[anu10].1c69fb81.7aec0.5503SMTPIN_ADDED_[au5]@[anu13].EURPRD10.PROD.OUTLOOK.COM>",
        b"Content-Type: text/plain; name*",
        b"To: (c):",
        b"To: undisclosed-recipients:;",
        b"Content-Disposition: attachment; filename*0*=",
        b"Content-Type: =?utf-8?Q?text?=",
        b"Date: 99 Foo 99999 99:99",
    ],
)
def test_row_4_what_the_standard_parser_stumbles_on(line: bytes) -> None:
    mail = parse(FROM + line + b"\nSubject: Fauteuil\n\nBonjour")
    assert (mail.subject, mail.body) == ("Fauteuil", "Bonjour") or mail.parts[0].content == b"Bonjour"
    assert not any("illisible : gard" in d for d in mail.defects)


def test_row_4_the_message_id_is_kept_as_written() -> None:
    raw = b"Message-ID: <[anu10].1c69_[au5]@[anu13].OUTLOOK.COM>\n\nx"
    assert parse(raw).id == "<[anu10].1c69_[au5]@[anu13].OUTLOOK.COM>"


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("uft-8", "utf-8"), ("1", "utf-8"), ("utf-8  euao6y69zh2w", "utf-8"), ("utf8", "utf-8"), ("unknown-8bit",
        "cp1252"), ("us-ascii", "cp1252"),
        ("us-ascii", "utf-8"), ("iso-8859-1", "utf-8"), ("utf-8", "cp1252"), ("windows-1252", "cp1252"), ("cp-1252",
        "cp1252"), ("ISO_8859-15", "iso-8859-15"),
        ("ansi", "cp1252"), ("rot13", "utf-8"), ("base64", "utf-8"), ("unicode_escape", "utf-8"), ("", "cp1252"),
        ("utf-7", "utf-7"),
    ],
)  # fmt: skip
def test_row_5_text_under_any_label(label: str, codec: str) -> None:
    text = "Modélisation d'une chaise à bascule, très abîmée"
    assert body_of(f'Content-Type: text/plain; charset="{label}"'.encode(), text.encode(codec)) == text


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("iso-8859-8-i", "iso-8859-8", "שלום עולם"), ("gb2312", "gb18030", "朱镕基 你好"), ("ks_c_5601-1987", "cp949",
        "안녕하세요 똠"),
        ("shift_jis", "cp932", "見積①お願い"), ("iso-2022-jp", "iso2022_jp", "見積お願いします"), ("windows-874", "cp874",
        "สวัสดี"), ("koi8-r", "koi8-r", "Здравствуйте"),
        ("windows-1251", "cp1251", "Здравствуйте"), ("big5", "big5", "您好世界"), ("euc-jp", "euc_jp", "見積お願い"),
    ],
)  # fmt: skip
def test_row_5_other_alphabets(label: str, codec: str, text: str) -> None:
    assert body_of(f"Content-Type: text/plain; charset={label}".encode(), text.encode(codec)) == text


def test_row_5_japanese_with_the_characters_windows_adds() -> None:
    assert body_of(b"Content-Type: text/plain; charset=iso-2022-jp", b"\x1b$B-!8+@Q\x1b(B ok") == "①見積 ok"


def test_row_5_a_cyrillic_text_without_a_label_is_recognised() -> None:
    text = "Здравствуйте, мне нужна модель этого стула для магазина. " * 3
    assert body_of(b"Content-Type: text/plain", text.encode("cp1251")) == text.rstrip() or body_of(
        b"Content-Type: text/plain", text.encode("cp1251")
    ).startswith("Здравствуйте")


def test_row_5_no_byte_is_lost_when_encodings_are_mixed() -> None:
    assert body_of(b"Content-Type: text/plain; charset=utf-8", "été puis ".encode() + "été".encode("cp1252")) == "été puis été"


@pytest.mark.parametrize("encoding", [b"utf-8", b"8bits", b"", b"none", b"7bit;", b"x-inconnu"])
def test_row_5_an_unknown_transfer_encoding_is_read_as_it_stands(encoding: bytes) -> None:
    assert body_of(b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: " + encoding, "été".encode()) == "été"


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        (b"filename*=\"us-ascii''Forex%20Platte%20ohne%20W%F6lbung.jpg\"", "Forex Platte ohne Wölbung.jpg"),
        (b"filename*0*=utf-8''photo%20; filename*1*=%C3%A9t%C3%A9; filename*2=\".jpg\"", "photo été.jpg"),
        (b"filename*1=b.jpg; filename*0=a", "ab.jpg"),
        (b'filename="=?utf-8?Q?=C3=A9t=C3=A9.jpg?="', "été.jpg"),
        (b'filename="=?iso-8859-1?Q?=E9t=E9?= =?iso-8859-1?Q?.jpg?="', "été.jpg"),
        (b"filename=mon fichier.jpg; size=3", "mon fichier.jpg"),
        ("filename=été.jpg".encode("cp1252"), "été.jpg"),
        (b'filename="C:\\Users\\jean\\photo.jpg"', "photo.jpg"),
        (b'filename="../../etc/passwd"', "passwd"),
        ('filename="photo\u202egpj.exe"'.encode(), "photogpj.exe"),
        (b'filename="a\tb\x07.jpg"', "a b.jpg"),
        (b'filename=""', "sans-nom.jpg"),
        (b'filename=".."', "sans-nom.jpg"),
        (b'filename="photo.jpg', "photo.jpg"),
    ],
)
def test_row_5_file_names(disposition: bytes, name: str) -> None:
    raw = mixed(
        b"\nBonjour", b"Content-Type: image/jpeg\nContent-Disposition: attachment; " + disposition + b"\n\n\xff\xd8\xff\xe0abc"
    )
    assert names_of(raw) == [name]
    assert parse(raw).body == "Bonjour"


def test_row_6_no_from_and_no_message_id() -> None:
    mail = parse(b"Message-ID: <>\nSubject: x\n\nBonjour")
    again = parse(b"Message-ID: <>\nSubject: x\n\nBonjour")
    other = parse(b"Message-ID: <>\nSubject: x\n\nBonsoir")
    assert mail.sender == Address("")
    assert mail.id == again.id != other.id
    assert mail.id.endswith("@synthetic.guichet>")
    assert len(mail.defects) == 2


@pytest.mark.parametrize("other", [b"Reply-To", b"Sender", b"Return-Path"])
def test_row_6_another_header_stands_in_for_from(other: bytes) -> None:
    assert parse(b"From: \n" + other + b": <b@exemple.fr>\n\nx").sender.email == "b@exemple.fr"


def test_several_senders_are_all_kept() -> None:
    mail = parse(b"From: a@x.fr, b@x.fr\nFrom: c@x.fr\nTo: Equipe: d@x.fr, e@x.fr;\nCc: f@x.fr g@x.fr\n\nx")
    assert [a.email for a in mail.senders] == ["a@x.fr", "b@x.fr", "c@x.fr"]
    assert [a.email for a in mail.to] == ["d@x.fr", "e@x.fr"]
    assert [a.email for a in mail.cc] == ["f@x.fr", "g@x.fr"]


# --- headers ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "subject"),
    [
        (b"=?utf-8?Q?caf=C3?=\n =?utf-8?Q?=A9?=", "café"),
        (b"=?utf-8?B?w6?= =?utf-8?B?k=?=", "é"),
        (b"=?utf-8?Q?Devis caf=C3=A9?=", "Devis café"),
        (b"=?utf-8?Q?Devis", "Devis"),
        (b"=?utf-8?B?w6k", "é"),
        (b"=?utf-8?Q?un =?utf-8?Q?deux?=", "un deux"),
        (b"=?utf-8*fr?Q?=C3=A9?=", "é"),
        (b"=?uft-8?Q?=C3=A9?=", "é"),
        (b"=??Q?=E9?=", "é"),
        (b"Re: =?utf-8?Q?=C3=A9?=suite", "Re: ésuite"),
        (b"=?utf-8?Q?Quoi??=", "Quoi?"),
        (b"a =?= b", "a =?= b"),
        ("Café\n  crème".encode(), "Café crème"),
        (b"=?utf-8?Q?a=0D=0ABcc:_x?=", "a Bcc: x"),
        (b"a\x00b\x1b", "ab"),
    ],
)
def test_subjects(value: bytes, subject: str) -> None:
    assert parse(FROM + b"Subject: " + value + b"\n\nx").subject == subject


@pytest.mark.parametrize(
    ("raw", "subject", "body"),
    [
        (b"From jean Fri Nov 20 17:29:02 2026\nSubject: s\n\nb", "s", "b"),
        (b"\n\n\xef\xbb\xbfSubject: s\n\nb", "s", "b"),
        (b"Subject: s\rFrom: a@b.fr\r\rb\rc", "s", "b\nc"),
        (b"Subject: s\r\r\nFrom: a@b.fr\r\r\n\r\r\nb", "s", "b"),
        (b"Subject: s\nligne perdue\nFrom: a@b.fr\n\nb", "s ligne perdue", "b"),
        (b"Subject: s\nBonjour sans ligne vide", "s", "Bonjour sans ligne vide"),
        (b"Bonjour,\nje voudrais un devis : merci", "", "Bonjour,\nje voudrais un devis : merci"),
        (b"Bonjour : voici\n\nsuite", "", "Bonjour : voici\n\nsuite"),
        (b"Subject : s\n\nb", "s", "b"),
        (b"SUBJECT:s\n\nb", "s", "b"),
        (b"Subject: s\n \n t\nFrom: a@b.fr\n\nb", "s t", "b"),
        (b"Subject: s\nSubject: t", "s", ""),
        (b"", "", ""),
    ],
)
def test_header_blocks(raw: bytes, subject: str, body: str) -> None:
    mail = parse(raw)
    assert (mail.subject, mail.body) == (subject, body)


def test_headers_are_a_case_insensitive_multi_map() -> None:
    headers = parse(b"Received: a\nRECEIVED: b\n c\nX-Nom: =?utf-8?Q?=C3=A9?=\n\n").headers
    assert headers.all("received") == ("a", "b c")
    assert headers.get("x-nom") == "é"
    assert headers.raw("x-nom") == b"=?utf-8?Q?=C3=A9?="
    assert headers.get("absent", "-") == "-"
    assert "X-NOM" in headers


@pytest.mark.parametrize(
    ("value", "iso"),
    [
        (b"Fri, 20 Nov 2026 17:29:02 +0100", "2026-11-20T17:29:02+01:00"),
        (b"20 Nov 26 17:29 CEST", "2026-11-20T17:29:00+02:00"),
        ("ven., 20 août 2026 17:29:02 +0200".encode(), "2026-08-20T17:29:02+02:00"),
        (b"2026-11-20T17:29:02Z", "2026-11-20T17:29:02+00:00"),
        (b"20/11/2026 17:29", "2026-11-20T17:29:00+00:00"),
        (b"Fri, 20 Nov 2026 17:29:02", "2026-11-20T17:29:02+00:00"),
        (b"Fri, 20 Nov 2026 17:29:02 -0500 (EST)", "2026-11-20T17:29:02-05:00"),
        (b"hier", None),
        (b"Fri, 31 Feb 2026 17:29:02 +0100", None),
    ],
)
def test_dates(value: bytes, iso: str | None) -> None:
    date = parse(FROM + b"Date: " + value + b"\n\n").date
    assert (date and date.isoformat()) == iso
    assert date is None or abs(date.utcoffset() or timedelta()) < timedelta(days=1)


def test_thread_headers() -> None:
    mail = parse(b'In-Reply-To: Votre message "x" <a@b> (hier)\nReferences: <1@x>\n\t<2 @x> <1@x>\nMessage-Id: abc@d\n\n')
    assert (mail.in_reply_to, mail.references, mail.id) == ("<a@b>", ("<1@x>", "<2@x>"), "<abc@d>")
