"""Numbers in signatures."""

from __future__ import annotations

import pytest

from processors.continuing import continues
from processors.phone import country_of, numbers_in


@pytest.mark.parametrize(
    ("signature", "found"),
    [
        ("Jean Dupont\nTél. : 06 12 34 56 78", ("+33612345678",)),
        ("Mob. +33 (0)6 12 34 56 78", ("+33612345678",)),
        ("0033 6.12.34.56.78 / 01 42 00 00 00", ("+33612345678", "+33142000000")),
        ("+212 661-234567", ("+212661234567",)),
        ("Fax : 01 42 00 00 00", ()),
        ("SIRET 012 345 678 00012", ()),
        ("75011 Paris, 12 rue X", ()),
        ("", ()),
    ],
)
def test_numbers_of_a_signature(signature: str, found: tuple[str, ...]) -> None:
    assert numbers_in(signature, "+33") == found


def test_a_number_without_a_country_is_nobodys() -> None:
    assert numbers_in("06 12 34 56 78") == ()
    assert (country_of("+33755000111"), country_of("whatsapp:+212661234567"), country_of("+14155550100"), country_of("")) == (
        "+33",
        "+212",
        "+1",
        "",
    )


@pytest.mark.parametrize(
    "text", ["Voici la photo", "finalement c'est une table", "En fait, en chêne", "here you go", "la voilà"]
)
def test_words_that_go_on(text: str) -> None:
    assert continues(text)


@pytest.mark.parametrize("text", ["Je voudrais modéliser une table", "Bonjour, un devis svp", "", "voiture en 3D"])
def test_words_that_begin(text: str) -> None:
    assert not continues(text)
