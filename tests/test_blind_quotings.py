"""How mail programs of eleven languages announce what they quote, written from memory before anybody looked at the rules.

Each head stands between a customer's words and our quote, three ways: his words above it, above it with a program's footer, and (where
the quotation is marked) below it. On first sight 77 of 80 heads were right in all three
(one of the three had been written down wrongly; Gmail in Arabic and in Catalan were not known).
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from blind_mails import FOLDER, QUOTE, US

from processors.clean import split

WORDS = (
    "Je valide",
    "Bonjour,\n\nNon, je préfère attendre le mois prochain.\n\nMerci",
    "واخا، بداو",
    "Ja, bitte starten Sie.\n\nDanke!",
)


def heads() -> Iterator[tuple[str, bool, str]]:
    text = "\n" + (FOLDER / "quotings.txt").read_text("utf-8")
    for block in text.split("\n@ ")[1:]:
        first, _, head = block.partition("\n")
        name, marked = first.split()
        yield name, marked == "marked=yes", head.rstrip("\n").replace("{a}", US)


def marked(text: str) -> str:
    return "\n".join("> " + line if line else ">" for line in text.split("\n"))


HEADS = list(heads())


def test_there_are_enough() -> None:
    assert len(HEADS) >= 80


@pytest.mark.parametrize(("name", "is_marked", "head"), HEADS, ids=[h[0] for h in HEADS])
def test_the_head_of_a_quotation(name: str, is_marked: bool, head: str) -> None:
    quote = marked(QUOTE) if is_marked else QUOTE
    for words in WORDS:
        bodies = {
            "above": f"{words}\n\n{head}\n\n{quote}\n",
            "footer": f"{words}\n\nEnvoyé de mon iPhone\n\n{head}\n\n{quote}\n",
        }
        if is_marked:
            bodies["below"] = f"{head}\n\n{quote}\n\n{words}\n"
        for place, body in bodies.items():
            found = split(body, subject="Re: Votre devis : 2 crédits")
            assert found.text.split() == words.split(), (place, found.text)
            assert "Nous commençons dès votre accord" in found.quoted, place
            assert found.confident, place
