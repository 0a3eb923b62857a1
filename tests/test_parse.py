"""Mail as it really comes. Rows of FAILURES: 3, 4, 5, 6; and one test for every odd shape that was met."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.message import Address
from processors.mime.rtf import decompress, rtf_text
from processors.parse import parse

FROM = b"From: Jean <jean@exemple.fr>\n"


def _body(head: bytes, body: bytes) -> str:
    return parse(FROM + head + b"\n\n" + body).body


def _mixed(*parts: bytes, kind: bytes = b"mixed") -> bytes:
    return (
        FROM
        + b"Content-Type: multipart/"
        + kind
        + b"; boundary=B\n\n"
        + b"".join(b"--B\n" + p + b"\n" for p in parts)
        + b"--B--\n"
    )


def _names(raw: bytes) -> list[str]:
    return [p.attachment.name for p in parse(raw).parts]


# --- rows of FAILURES ------------------------------------------------------------------------------------------------------


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
    assert _body(f'Content-Type: text/plain; charset="{label}"'.encode(), text.encode(codec)) == text


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
    assert _body(f"Content-Type: text/plain; charset={label}".encode(), text.encode(codec)) == text


def test_row_5_japanese_with_the_characters_windows_adds() -> None:
    assert _body(b"Content-Type: text/plain; charset=iso-2022-jp", b"\x1b$B-!8+@Q\x1b(B ok") == "①見積 ok"


def test_row_5_a_cyrillic_text_without_a_label_is_recognised() -> None:
    text = "Здравствуйте, мне нужна модель этого стула для магазина. " * 3
    assert _body(b"Content-Type: text/plain", text.encode("cp1251")) == text.rstrip() or _body(
        b"Content-Type: text/plain", text.encode("cp1251")
    ).startswith("Здравствуйте")


def test_row_5_no_byte_is_lost_when_encodings_are_mixed() -> None:
    assert _body(b"Content-Type: text/plain; charset=utf-8", "été puis ".encode() + "été".encode("cp1252")) == "été puis été"


@pytest.mark.parametrize("encoding", [b"utf-8", b"8bits", b"", b"none", b"7bit;", b"x-inconnu"])
def test_row_5_an_unknown_transfer_encoding_is_read_as_it_stands(encoding: bytes) -> None:
    assert _body(b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: " + encoding, "été".encode()) == "été"


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
    raw = _mixed(
        b"\nBonjour", b"Content-Type: image/jpeg\nContent-Disposition: attachment; " + disposition + b"\n\n\xff\xd8\xff\xe0abc"
    )
    assert _names(raw) == [name]
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


# --- bodies ----------------------------------------------------------------------------------------------------------------

PLAIN = b"Content-Type: text/plain; charset=utf-8\n\n"
HTML = b"Content-Type: text/html; charset=utf-8\n\n"
WORD = st.sampled_from(("sac", "kraft", "blanc", "livraison", "lundi", "commande", "carton", "merci", "12x20", "500"))
LONG = (
    b"<p>Bonjour,</p><p>Je souhaite commander 5000 sacs kraft 24x11x32 avec poign\xc3\xa9es torsad\xc3\xa9es pour le 20 mars, livraison "
    b"\xc3\xa0 Casablanca.</p>"
)
LONG_TEXT = "Bonjour,\n\nJe souhaite commander 5000 sacs kraft 24x11x32 avec poignées torsadées pour le 20 mars, livraison à Casablanca."
STUBS = (
    b"This message requires an HTML viewer.",
    b"Votre messagerie n'affiche pas le HTML",
    "Votre messagerie n’affiche pas le HTML.".encode(),
    b"Please view this email in an HTML compatible client",
    b"",
    b"Bonjour,",
    b"(voir la mise en forme)",
)


@pytest.mark.parametrize(
    ("raw", "body"),
    [
        (_mixed(PLAIN + b"texte", HTML + b"<p>html</p>", kind=b"alternative"), "texte"),
        (_mixed(PLAIN + b" \n\xc2\xa0", HTML + b"<p>html</p>", kind=b"alternative"), "html"),
        (_mixed(PLAIN + b"Votre messagerie ne supporte pas les messages HTML.", HTML + b"<p>html</p>",
        kind=b"alternative"), "html"),
        (_mixed(PLAIN + b"Your client does not support HTML.", HTML + b"<p>html</p>", kind=b"alternative"), "html"),
        *((_mixed(PLAIN + stub, HTML + LONG, kind=b"alternative"), LONG_TEXT) for stub in STUBS),
        (_mixed(PLAIN + "👍".encode(), HTML + b"<p>html</p>", kind=b"alternative"), "👍"),
        (_mixed(PLAIN + b"un", b"Content-Type: image/png\n\n\x89PNG", PLAIN + b"deux"), "un\ndeux"),
        (_mixed(PLAIN + b"un mot", HTML + b"<b>un mot</b>"), "un mot"),
        (_mixed(PLAIN + b"un mot", HTML + b"<b>autre chose</b>"), "un mot\nautre chose"),
        (_mixed(b"Content-Type: text/enriched\n\n<bold>gras</bold> << suite"), "gras < suite"),
        (FROM + b"Content-Type: text/plain\n\n<html><body><p>un</p></body></html>", "un"),
        (FROM + b"Content-Type: multipart/mixed; boundary=FAUX\n\n--B\nContent-Type: text/plain\n\nun\n--B--\n", "un"),
        (FROM + b"Content-Type: multipart/mixed\n\n--B\nContent-Type: text/plain\n\nun\n--B--\n", "un"),
        (FROM + b"Content-Type: multipart/mixed; boundary=B\n\nseulement du texte", "seulement du texte"),
        (FROM + b"Content-Type: multipart/mixed; boundary=B\n\n--B\n\nun\n--B\n\ncoup", "un\ncoup"),
        (FROM + b"Content-Type: multipart/mixed; boundary=B\n\n--B--\n", ""),
        (FROM + b"Content-Type: multipart/mixed; boundary=B\n\n", ""),
        (FROM + b"Content-Type: multipart/mixed; boundary=B\n\n--B\nContent-Type: multipart/alternative; boundary=B\n\n--B\n"
         + PLAIN
         + b"texte\n--B\n" + HTML + b"<p>html</p>\n--B--\n--B\n\nfin\n--B--\n", "texte\nfin"),
        (FROM + b"Content-Type: multipart/mixed; boundary=B\nContent-Transfer-Encoding: base64\n\n"
         + b64encode(b"--B\n\nun\n--B--\n"), "un"),
        (FROM + b"Content-Type: text/plain; format=flowed\n\nune \nligne\n> cite \n> suite\n-- \nJean",
        "une ligne\n> cite suite\n-- \nJean"),
        (FROM + b"Content-Type: text/plain; format=flowed; delsp=yes\n\nanti \nconstitutionnel", "anticonstitutionnel"),
        (FROM + b"Content-Type: text/plain; name=\"corps.txt\"\n\nun", "un"),
    ],
)  # fmt: skip
def test_bodies(raw: bytes, body: str) -> None:
    assert parse(raw).body == body


@pytest.mark.parametrize("stub", STUBS[:4])
def test_of_a_stub_even_a_short_html_is_read(stub: bytes) -> None:
    raw = _mixed(PLAIN + stub, HTML + b"<p>500 sacs svp</p>", kind=b"alternative")
    assert parse(raw).body == "500 sacs svp"


@pytest.mark.parametrize(
    "around",
    [
        b"<blockquote>" + LONG + b"</blockquote>",
        b"<div class='gmail_quote'>Le lun. 2 mars 2026 \xc3\xa0 10:00, Nous &lt;n@n.example&gt; a \xc3\xa9crit :<blockquote>" + LONG
        + b"</blockquote></div>",
        b"<p>-- <br>Jean Dupont<br>Directeur des achats<br>12 rue des Lilas, 20000 Casablanca<br>T\xc3\xa9l. 05 22 00 00 00</p>",
    ],
)  # fmt: skip
def test_what_html_only_quotes_or_signs_with_does_not_outdo_the_plain_text(around: bytes) -> None:
    raw = _mixed(PLAIN + b"Je valide", HTML + b"<p>Je valide</p>" + around, kind=b"alternative")
    assert parse(raw).body == "Je valide"


@given(st.lists(WORD, max_size=60), st.lists(WORD, max_size=60))
def test_of_two_renditions_one_is_read_and_never_the_much_shorter(one: list[str], two: list[str]) -> None:
    """Never both, never a stub where the other has the message."""
    plain, html = " ".join(one), " ".join(two)
    body = parse(_mixed(PLAIN + plain.encode(), HTML + f"<p>{html}</p>".encode(), kind=b"alternative")).body
    assert body in (plain, html)
    assert len(body.split()) * 2 + 5 > max(len(one), len(two))


@pytest.mark.parametrize(
    ("encoding", "data", "text"),
    [
        (b"base64", b64encode(b"un texte")[:-1], "un texte"),
        (b"base64", b"dW4g\n!!\ndGV4dGU=", "un texte"),
        (b"base64", b64encode(b"un texte!!") + b"\n\n____\nListe de diffusion", "un texte!!\n____\nListe de diffusion"),
        (b"base64", b"Bonjour, ceci n'est pas en base64.", "Bonjour, ceci n'est pas en base64."),
        (
            b"base64",
            b"Bonjour ceci est un texte ordinaire sans ponctuation aucune",
            "Bonjour ceci est un texte ordinaire sans ponctuation aucune",
        ),
        (b"quoted-printable", b"caf=C3=A9 =\n=ZZ=", "café =ZZ"),
        (b"Quoted_Printable;", b"caf=c3=a9", "café"),
        (b"x-uuencode", b"begin 644 a.txt\n#86)C\n`\nend\n", "abc"),
    ],
)
def test_damaged_transfer_encodings(encoding: bytes, data: bytes, text: str) -> None:
    got = _body(b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: " + encoding, data)
    assert (
        got.rstrip("=") == text
        or parse(FROM + b"Content-Transfer-Encoding: " + encoding + b"\n\n" + data).parts[0].content == text.encode()
    )


# --- files -----------------------------------------------------------------------------------------------------------------


def test_text_parts_that_are_files() -> None:
    raw = _mixed(
        PLAIN + b"corps",
        b"Content-Type: text/plain; name=notes.txt\nContent-Disposition: inline\n\nnotes",
        b"Content-Type: text/plain\nContent-Disposition: attachment\n\npiece",
    )
    mail = parse(raw)
    assert mail.body == "corps"
    assert [p.attachment.name for p in mail.parts] == ["notes.txt", "sans-nom.txt"]


def test_an_attached_message_is_whole_and_named_by_its_subject() -> None:
    inner = b"Subject: =?utf-8?Q?Caf=C3=A9/th=C3=A9?=\nFrom: x@y.fr\n\nbonjour"
    part = parse(_mixed(PLAIN + b"un", b"Content-Type: message/rfc822\n\n" + inner)).parts[0]
    assert (part.attachment.name, part.attachment.family, part.content) == ("Café-thé.eml", "message", inner)


def test_inline_images_keep_their_content_id() -> None:
    raw = _mixed(
        HTML + b"<img src=cid:i1>vu", b"Content-Type: image/png\nContent-ID: <i1>\n\n\x89PNG\r\n\x1a\n", kind=b"related"
    )
    mail = parse(raw)
    assert mail.body == "vu"
    attachment = mail.parts[0].attachment
    assert (attachment.inline, attachment.content_id, attachment.name) == (True, "i1", "sans-nom.png")


def test_a_signature_is_a_part_of_its_own() -> None:
    mail = parse(
        _mixed(PLAIN + b"un", b"Content-Type: application/pgp-signature\n\n-----BEGIN PGP SIGNATURE-----", kind=b"signed")
    )
    assert (mail.body, mail.parts[0].attachment.family) == ("un", "signature")


def test_a_signature_labelled_as_text_does_not_enter_the_body() -> None:
    mail = parse(_mixed(PLAIN + b"un", b"Content-Type: text/plain\n\n-----BEGIN PGP SIGNATURE-----\nabc", kind=b"signed"))
    assert (mail.body, mail.parts[0].attachment.family) == ("un", "signature")


def test_a_bounce_keeps_its_report_and_the_mail() -> None:
    status = b"Content-Type: message/delivery-status\n\nStatus: 5.1.1"
    original = b"Content-Type: text/rfc822-headers\n\nSubject: x"
    mail = parse(_mixed(PLAIN + b"non remis", status, original, kind=b"report"))
    assert mail.body == "non remis"
    assert [p.attachment.type for p in mail.parts] == ["message/delivery-status", "text/rfc822-headers"]


def test_encrypted_mail_says_so() -> None:
    mail = parse(
        _mixed(
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
    mail = parse(_mixed(PLAIN + b"un", b"Content-Type: application/ms-tnef; name=winmail.dat\n\n\x78\x9f\x3e\x22\x01\x00\x01"))
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


@pytest.mark.parametrize(
    ("rtf", "html", "plain"),
    [
        (rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\*\generator x;}D\'e9j\'e0 vu\par \u8364?10 \{ok\}}", "", "Déjà vu\n€10 {ok}"),
        (rb"{\rtf1\ansi\fromhtml1 {\*\htmltag64 <p>}\htmlrtf \par \htmlrtf0 Bonjour{\*\htmltag72 </p>}}", "<p>Bonjour</p>", ""),
        (b"", "", ""), (b"{" * 1000 + b"}" * 2000, "", ""),
    ],
)  # fmt: skip
def test_rtf_bodies(rtf: bytes, html: str, plain: str) -> None:
    assert rtf_text(rtf) == (html, plain)


def test_compressed_rtf() -> None:
    # Control byte, literals, then a reference into the initial dictionary ("{\\rtf1" stands at 0) and the mark of the end.
    body = b"\x01" + b"\x00\x04" + b" abcdef" + b"\x01" + ((207 + 13) << 4).to_bytes(2, "big")
    stream = (12 + len(body)).to_bytes(4, "little") + (13).to_bytes(4, "little") + b"LZFu" + b"\0" * 4 + body
    assert decompress(stream) == b"{\\rtf1 abcdef"
    assert decompress(stream[:-3]) == b"{\\rtf1 abcdef"
    assert decompress(b"{\\rtf1 clair}") == b"{\\rtf1 clair}"
