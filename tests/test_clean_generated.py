"""Replies of many clients, languages and posting styles: what is new is found, what is quoted never passes for new."""

from __future__ import annotations

import pytest
from clean_generator import ATTRIBUTIONS, HEADERS, PEOPLE, make
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.clean import split


def _words(text: str) -> str:
    return " ".join(text.replace(">", " ").split())


@pytest.mark.parametrize("seed", range(1500))
def test_generated_reply(seed: int) -> None:
    reply = make(seed)
    found = split(reply.plain)
    assert [line for line in found.text.split("\n") if line.strip()] == list(reply.new), reply.name
    for line in reply.signature:
        assert line.strip() in found.signature, reply.name
    for line in reply.old:
        assert line in found.quoted, reply.name
    assert found.confident, reply.name


@pytest.mark.parametrize("language", ATTRIBUTIONS)
def test_yes_in_the_quote_only_is_never_text(language: str) -> None:
    for attribution in ATTRIBUTIONS[language]:
        for name, address in PEOPLE:
            line = attribution.format(n=name, a=address)
            for quote in ("> Bonjour\n> je valide\n> merci", "Bonjour\nje valide\nmerci", ">je valide", "> > je valide\n> non"):
                for above in ("", "Bonjour, j'hésite encore.\n\n", "Bonjour, j'hésite encore.\n\nEnvoyé de mon iPhone\n"):
                    found = split(f"{above}{line}\n\n{quote}\n")
                    assert "je valide" not in found.text, (line, quote)
                    assert "je valide" in found.quoted


@pytest.mark.parametrize("language", HEADERS)
def test_yes_below_a_copied_header_is_never_text(language: str) -> None:
    labels = HEADERS[language]
    header = (
        f"{labels[0]} Studio <s@exemple.fr>\n{labels[1]} lundi 3 mars 2025 10:12\n"
        f"{labels[2]} Jean <j@exemple.fr>\n{labels[4]} devis"
    )
    for before in ("", "________________________________\n", "-----Message d'origine-----\n"):
        found = split(f"J'hésite.\n\n{before}{header}\n\nBonjour\nje valide\n")
        assert (found.text, found.confident) == ("J'hésite.", True)
        found = split(f"je valide\n{before}{header}\n\nBonjour\n")
        assert (found.text, found.confident) == ("je valide", True)


@pytest.mark.parametrize("language", ATTRIBUTIONS)
def test_yes_above_between_and_below_marked_quotes_is_text(language: str) -> None:
    for attribution in ATTRIBUTIONS[language]:
        line = attribution.format(n=PEOPLE[0][0], a=PEOPLE[0][1])
        quote = "> Bonjour,\n> Confirmez-vous ?"
        more = "> Et la couleur ?"
        assert split(f"je valide\n\n{line}\n\n{quote}\n{more}").text == "je valide"
        assert split(f"{line}\n{quote}\nje valide\n{more}").text == "je valide"
        assert split(f"{line}\n{quote}\n\nje valide\n\n{more}").text == "je valide"
        assert split(f"{line}\n{quote}\n{more}\n\nje valide\n").text == "je valide"
        assert split(f"Bonjour,\n{line}\n{quote}\n\nje valide\n\n{more}\n\nrouge").text == "Bonjour,\nje valide\n\nrouge"


def _bag(text: str) -> list[str]:
    text = text.replace("\u200e", "")
    return sorted("".join(line.split()).lstrip(">") for line in text.split("\n") if "".join(line.split()).lstrip(">"))


_PIECES = st.sampled_from((
    "Bonjour,", "je valide", "> je valide", ">> x", ">", "", "", "-- ", "--", "---", "_____________", "Cordialement,", "Jean Dupont",
    "06 12 34 56 78", "Envoyé de mon iPhone", "Le 3 mars 2025 à 10:12, A <a@b.fr> a écrit :", "Le 3 mars 2025 à 10:12, A",
    "<a@b.fr> a écrit :",
    "De : A <a@b.fr>", "Envoyé : lundi 3 mars 2025 10:12", "À : b@c.fr", "Objet : x", "-----Message d'origine-----", "PS : et le pied",
    "Ce message est confidentiel et réservé à son destinataire.", "> " + "mot " * 18, "suite", "##- Répondez au-dessus de cette ligne -##",
    "| a | b |", "JD> oui", "ATTENTION : ce message vient de l'extérieur, prudence", "```", "On", "wrote:",
    "---------- Forwarded message ---------", "*De :* x", "1. un", "\u00a0", "\u200e", "- un", "-Jean",
))  # fmt: skip


@given(st.lists(_PIECES | st.text(max_size=40).filter(lambda t: "\n" not in t and "\r" not in t), max_size=30))
@settings(max_examples=400, deadline=None)
def test_no_line_is_lost_or_doubled(lines: list[str]) -> None:
    body = "\n".join(lines)
    found = split(body)
    assert _bag("\n".join((found.text, found.signature, found.quoted))) == _bag(body)


@given(st.text(max_size=400), st.text(max_size=200), st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_total(plain: str, html: str, subject: str) -> None:
    split(plain, html=html, subject=subject)
