"""Which word names the thing: by example in French and English, and on hostile text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.directive import Choice, FactSpec, Word
from processors.facts_choice import ChoiceReader, Context
from processors.tokens import tokenise

SIMPLE = "boîte, cadre, vase, bidon, coffret, box, bottle, plateau, verre, coussin"
STANDARD = "chaise, table, lampe, canapé, téléphone, lampe de chevet, chevet, cadre de lit, étui, chair, sofa, shoe, seat"
COMPLEX = "bijou, moteur, voiture, statue, avion, cheval"
MARKS = "sculpté, marqueterie, Louis XV"
READER = ChoiceReader(
    FactSpec(
        "complexity",
        "choice",
        choices=tuple(
            Choice(name, tuple(Word(w.strip(), weight) for words, weight in lists for w in words.split(",")))
            for name, lists in (
                ("simple", [(SIMPLE, 1.0)]),
                ("standard", [(STANDARD, 1.0)]),
                ("ornate", [(COMPLEX, 2.5), (MARKS, 3.0)]),
            )
        ),
    ),
    names=True,
)


def value(text: str, language: str = "fr") -> str | None:
    chosen = READER.find([Context(tokenise(text), ())], language)
    return str(chosen.found.value) if chosen else None


@pytest.mark.parametrize(
    ("text", "complexity"),
    [
        ("une boîte à bijoux en bois", "simple"),
        ("une boite a bijoux", "simple"),
        ("une petite boîte ancienne à bijoux", "simple"),
        ("un plateau en verre", "simple"),
        ("un objet en verre", None),
        ("un coussin pour canapé", "simple"),
        ("la photo de notre chaise", "standard"),
        ("le modèle 3D d'une lampe", "standard"),
        ("un devis pour une chaise", "standard"),
        ("une dizaine de vases", "simple"),
        ("un support de téléphone", None),
        ("une housse de canapé", None),
        ("un porte-bijoux", None),
        ("un bidon d'huile moteur", "simple"),
        ("un cadre de lit", "standard"),
        ("une lampe et un chevet", "standard"),
        ("nous avions prévu de le faire", None),
        ("une boîte entièrement sculptée", "ornate"),
        ("une table en marqueterie", "ornate"),
        ("une chaise Louis XV", "ornate"),
        ("une chaise et une statue", "ornate"),
        ("une chaise, pas une statue", "standard"),
        ("le paquet a été livré", None),
        ("Jacques Chavse vous salue", None),
    ],
)
def test_french(text: str, complexity: str | None) -> None:
    assert value(text) == complexity


@pytest.mark.parametrize(
    ("text", "complexity"),
    [
        ("a simple shoe box", "simple"),
        ("our glass water bottle", "simple"),
        ("a bottle rack", None),
        ("a chair cover", None),
        ("this chair needs a model", "standard"),
        ("a picture of the sofa", "standard"),
        ("the sofa modelled in 3D", "standard"),
    ],
)
def test_english(text: str, complexity: str | None) -> None:
    assert value(text, "en") == complexity


def test_what_is_traded_in_gives_way_to_what_is_mentioned() -> None:
    assert value("Nous sommes fabricants de chaises") == "standard"
    assert value("Nous sommes une boutique de chaises. Voici un vase.") == "simple"


def test_the_name_of_a_file_speaks_last() -> None:
    name = Context(tokenise("chaise face"), (), is_name=True)
    chosen = READER.find([Context(tokenise("la photo suit"), ()), name], "fr")
    assert chosen is not None
    assert (chosen.found.value, chosen.index) == ("standard", 1)
    chosen = READER.find([Context(tokenise("un vase"), ()), name], "fr")
    assert chosen is not None
    assert chosen.index == 0


@given(
    st.lists(
        st.sampled_from("une boîte à bijoux de la lampe pour en verre chaise d ' - , . et porte shoe box".split()), max_size=60
    )
)
def test_any_words_in_any_order(words: list[str]) -> None:
    for language in ("fr", "en", ""):
        assert value(" ".join(words), language) in (None, "simple", "standard", "ornate")


def test_a_long_text_stays_quick() -> None:
    start = time.perf_counter()
    value("une boîte de photo de modèle de chaise " * 2000)
    assert time.perf_counter() - start < 2.0
