"""Replies whose HTML marks the quote better than their text does: one body for each mail program, written after its manner."""

from __future__ import annotations

from pathlib import Path

import pytest

from processors.clean import split
from processors.html import html_text

OLD = "<p>Bonjour,</p><p>Le devis est de 2 crédits : je valide ?</p><p>Le studio</p>"
#: {new} is what the sender wrote, {old} our mail.
CLIENTS = {
    path.stem: path.read_text(encoding="utf-8")
    for path in sorted((Path(__file__).parent / "fixtures" / "replies").glob("*.html"))
}


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("plain", ["none", "converted", "stripped"])
def test_the_quote_of_a_client(client: str, plain: str) -> None:
    new = "Bonjour, le pied est trop court."
    html = f"<html><head><style>p{{}}</style></head><body>{CLIENTS[client].format(new=new, old=OLD)}</body></html>"
    body = {"none": "", "converted": html_text(html), "stripped": html_text(html).replace(">", "")}[plain]
    found = split(body, html=html, subject="RE: Devis")
    assert found.text == new, found
    assert "je valide ?" in found.quoted
    assert found.confident
    assert not found.forwarded


@pytest.mark.parametrize("client", CLIENTS)
def test_yes_is_found_in_the_new_part_only(client: str) -> None:
    html = CLIENTS[client].format(new="Je valide", old=OLD)
    assert split("", html=html).text == "Je valide"


@pytest.mark.parametrize("client", CLIENTS)
def test_a_reply_with_nothing_new_is_not_trusted(client: str) -> None:
    html = CLIENTS[client].format(new="", old=OLD)
    found = split("", html=html)
    assert "je valide" not in found.text
    assert found.text in ("", "-- Jean", "-- \nJean", "--\nJean", "Jean")
    assert not found.confident


def test_answers_between_the_blockquotes_of_gmail() -> None:
    html = (
        '<div class="gmail_quote"><div class="gmail_attr">Le 3 mars 2025 à 10:12, Studio &lt;s@exemple.fr&gt; a écrit :</div>'
        '<blockquote class="gmail_quote">Quelle couleur ? je valide</blockquote><div>Rouge</div>'
        '<blockquote class="gmail_quote">Combien ?</blockquote><div>Deux</div></div>'
    )
    assert split("", html=html).text.split() == ["Rouge", "Deux"]


def test_the_signature_of_gmail() -> None:
    html = (
        '<div dir="ltr"><div>Je valide</div><div><br></div><span class="gmail_signature_prefix">-- </span><br>'
        '<div class="gmail_signature" data-smartmail="gmail_signature"><div>Jean Dupont</div><div>Gérant, toujours à l\'heure !</div></div>'
        "</div>"
    )
    found = split("", html=html)
    assert found.text == "Je valide"
    assert "Gérant" in found.signature
    found = split("Je valide\n\n-- \nJean Dupont\nGérant, toujours à l'heure !\n", html=html)
    assert found.text == "Je valide"
    assert "Gérant" in found.signature


def test_all_typed_inside_the_signature_is_text() -> None:
    assert split("", html='<div id="AppleMailSignature">Je valide</div>').text == "Je valide"


def test_the_writers_own_indent_is_not_a_quote() -> None:
    html = (
        '<div>Voici :</div><blockquote style="margin:0 0 0 40px;border:none;padding:0px"><div>80 cm de large</div></blockquote>'
    )
    assert split("", html=html).text.split("\n")[::2] == ["Voici :", "80 cm de large"]


def test_plain_text_keeps_its_own_line_breaks() -> None:
    html = CLIENTS["gmail"].format(new="Une phrase longue que le client a coupée en deux lignes.", old=OLD)
    plain = (
        "Une phrase longue que le client a\ncoupée en deux lignes.\n\n"
        "Le lun. 3 mars 2025 à 10:12, Studio <s@exemple.fr>\na écrit :\n\n> Bonjour,\n>\n> je valide ?\n"
    )
    found = split(plain, html=html)
    assert found.text == "Une phrase longue que le client a\ncoupée en deux lignes."
    assert "je valide" in found.quoted


@pytest.mark.parametrize(
    "html",
    [
        "<",
        "<blockquote>",
        "\0<blockquote",
        "<?xml version='1.0' encoding='utf-16'?><blockquote>a",
        "<blockquote>" * 5000 + "x",
        "<div class='gmail_quote'>" * 400,
    ],
)
def test_broken_html(html: str) -> None:
    split("Je valide", html=html)
    split("", html=html)


def test_text_below_html_too_deep_for_the_parser_is_not_lost() -> None:
    html = "<p>Haut</p>" + "<div><blockquote type=cite>x" * 300 + "</blockquote></div>" * 300 + "<p>et le bas</p>"
    found = split("", html=html)
    assert "et le bas" in found.text + found.quoted
    assert "Haut" in found.text
    assert not found.confident
