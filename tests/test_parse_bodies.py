"""Which text of a mail is read as its body, under any transfer encoding, and RTF."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.mime.rtf import decompress, rtf_text
from processors.parse import parse
from tests.parse_help import FROM, HTML, PLAIN, body_of, mixed

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
        (mixed(PLAIN + b"texte", HTML + b"<p>html</p>", kind=b"alternative"), "texte"),
        (mixed(PLAIN + b" \n\xc2\xa0", HTML + b"<p>html</p>", kind=b"alternative"), "html"),
        (mixed(PLAIN + b"Votre messagerie ne supporte pas les messages HTML.", HTML + b"<p>html</p>",
        kind=b"alternative"), "html"),
        (mixed(PLAIN + b"Your client does not support HTML.", HTML + b"<p>html</p>", kind=b"alternative"), "html"),
        *((mixed(PLAIN + stub, HTML + LONG, kind=b"alternative"), LONG_TEXT) for stub in STUBS),
        (mixed(PLAIN + "👍".encode(), HTML + b"<p>html</p>", kind=b"alternative"), "👍"),
        (mixed(PLAIN + b"un", b"Content-Type: image/png\n\n\x89PNG", PLAIN + b"deux"), "un\ndeux"),
        (mixed(PLAIN + b"un mot", HTML + b"<b>un mot</b>"), "un mot"),
        (mixed(PLAIN + b"un mot", HTML + b"<b>autre chose</b>"), "un mot\nautre chose"),
        (mixed(b"Content-Type: text/enriched\n\n<bold>gras</bold> << suite"), "gras < suite"),
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
    raw = mixed(PLAIN + stub, HTML + b"<p>500 sacs svp</p>", kind=b"alternative")
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
    raw = mixed(PLAIN + b"Je valide", HTML + b"<p>Je valide</p>" + around, kind=b"alternative")
    assert parse(raw).body == "Je valide"


@given(st.lists(WORD, max_size=60), st.lists(WORD, max_size=60))
def test_of_two_renditions_one_is_read_and_never_the_much_shorter(one: list[str], two: list[str]) -> None:
    """Never both, never a stub where the other has the message."""
    plain, html = " ".join(one), " ".join(two)
    body = parse(mixed(PLAIN + plain.encode(), HTML + f"<p>{html}</p>".encode(), kind=b"alternative")).body
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
    got = body_of(b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: " + encoding, data)
    assert (
        got.rstrip("=") == text
        or parse(FROM + b"Content-Transfer-Encoding: " + encoding + b"\n\n" + data).parts[0].content == text.encode()
    )


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
