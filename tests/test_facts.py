"""Facts of one directive from one message: files, free text, choices, yes or no; where they are read, and their evidence."""

from __future__ import annotations

import sys

import pytest
from factories_directive import MODELISATION_FACTS, NOW, attachment, business, message, words
from hypothesis import given
from hypothesis import strategies as st

from core.directive import Choice, FactSpec
from core.message import Message
from core.reading import Fact, Reading
from processors.analyze import understand
from processors.facts_numbers import has_digit
from processors.facts_text import LeadReader
from processors.tokens import tokenise

HOUSE = business()


def read(text: str = "", subject: str = "", *files: str, **more: object) -> Reading:
    return understand(message(text, subject, *files, **more), HOUSE, now=NOW, only="modelisation")


def value(fact: Fact | None) -> object:
    return fact and fact.value


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("Je souhaite modéliser ce fauteuil vintage en bois, merci", "fauteuil vintage en bois"),
        ("pouvez-vous modéliser une table basse en chêne pour notre site ?", "table basse en chêne"),
        ("Modélisation d'un compteur électrique ancien pour notre catalogue", "compteur électrique ancien"),
        ("la modélisation 3D de notre lampe Art déco.", "lampe Art déco"),
        ("can you make a 3D model of this leather armchair from the attached photos", "leather armchair"),
        ("modéliser en 3D une commode ancienne, plateau en marqueterie", "commode ancienne"),
        ("modélisation : vase en verre soufflé", "vase en verre soufflé"),
        ("une petite boîte à modéliser", "petite boîte"),
        ("4 chaises à modéliser", "chaises"),
        ("modéliser deux lampes", "lampes"),
        ("modéliser une lampe 3D", "lampe"),
        ("il faudrait modéliser le buffet Henri II qui est dans l'entrée", "buffet Henri II"),
        ("nous voulons modéliser notre canapé et vous demandons un prix", "canapé"),
        ("modelisatoin de ma chaise svp", "chaise"),
        ("faire MODÉLISER CETTE ÉTAGÈRE MURALE STP", "ÉTAGÈRE MURALE"),
        ("modéliser la cheminée d'après la photo", "cheminée"),
    ],
)
def test_what_the_thing_is(text: str, thing: str) -> None:
    assert value(read(text).fact("object")) == thing


LEADS = LeadReader(("modéliser", "c'est un", "c'est une", "it is a", "photo d'"))


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("6 crédits c'est trop, 4 ça irait ?", ""),
        ("c'est cher", ""),
        ("c'est un peu trop cher", ""),
        ("C'est parfait pour nous", ""),
        ("it is expensive", ""),
        ("c'est un fauteuil ancien", "fauteuil ancien"),
        ("c'est mon fauteuil", "fauteuil"),
        ("It is the armchair", "armchair"),
        ("photo fauteuil", "fauteuil"),
    ],
)
def test_a_lead_with_its_article_wants_one(text: str, thing: str) -> None:
    assert "".join(text[p.start : p.end] for p in LEADS.phrases(tokenise(text))) == thing


@pytest.mark.parametrize(
    "text",
    [
        "combien coûte la modélisation ?",
        "modéliser en 3D",
        "modéliser cet objet",
        "modélisation urgente svp",
        "je voudrais une modélisation pour mon site",
        "modélisation du produit en pièce jointe",
        "Comment se passe la modélisation avec vous ?",
        "nous voudrions modéliser. Merci",
        "pas de modélisation de table",
        "modéliser",
        "une chaise",
    ],
)
def test_silence_where_nothing_says_what_it_is(text: str) -> None:
    assert read(text).fact("object") is None


def test_the_subject_is_read_after_the_text_and_is_less_sure() -> None:
    from_subject = read("", "Modélisation fauteuil vintage").fact("object")
    from_text = read("modéliser ce fauteuil", "Modélisation lampe").fact("object")
    assert from_subject is not None
    assert from_text is not None
    assert (from_subject.value, from_subject.evidence[0].source) == ("fauteuil vintage", "subject")
    assert (from_text.value, from_text.evidence[0].source) == ("fauteuil", "text")
    assert from_subject.confidence < from_text.confidence


@pytest.mark.parametrize(
    ("text", "complexity"),
    [
        ("je voudrais une petite boîte", "simple"),
        ("modéliser une chaise", "standard"),
        ("modéliser une cheminée sculptée", "ornate"),
        ("une table avec marqueterie", "ornate"),
        ("modéliser une chaise. La photo a été prise sur la table devant la cheminée", "standard"),
        ("un cadre posé sur la cheminée", "simple"),
        ("Nous vendons des cheminées. Je voudrais modéliser une chaise.", "standard"),
        ("Je voudrais modéliser une chaise. Elle a des moulures.", "ornate"),
        ("ce n'est pas une table, c'est une boîte", "simple"),
        ("sans moulures ni marqueterie, une chaise toute simple", "standard"),
        ("une chaisse de bureau", "standard"),
        ("rien de tout cela", None),
        ("le vas est là", None),
    ],
)
def test_choice(text: str, complexity: str | None) -> None:
    assert value(read(text).fact("complexity")) == complexity


def test_a_choice_between_several_is_less_sure() -> None:
    def sure(text: str) -> float:
        fact = read(text).fact("complexity")
        assert fact is not None
        return fact.confidence

    assert sure("modéliser une chaise") > sure("modéliser une chaise et une boîte")
    assert sure("une chaise") > sure("une chaisse")


@pytest.mark.parametrize(
    ("text", "textures"),
    [
        ("avec textures", True),
        ("sans textures", False),
        ("pas de texture svp", False),
        ("Textures : oui", True),
        ("Textures : non", False),
        ("texture ? non", False),
        ("les textures ne sont pas nécessaires", False),
        ("avec textures, ou sans texture ?", None),
        ("une chaise", None),
    ],
)
def test_yes_or_no(text: str, textures: bool | None) -> None:
    assert value(read(text).fact("textures")) is textures


def test_files_of_the_wanted_families_once_each() -> None:
    logo = attachment("logo.png", size=4_000, inline=True)
    sent = message("", "", "a.jpg", "b.glb", "devis.pdf", attachment("a.jpg"), logo)
    fact = understand(sent, HOUSE, now=NOW, only="modelisation").fact("files")
    assert fact is not None
    assert fact.value == (attachment("a.jpg").sha256, attachment("b.glb").sha256)
    assert [(e.source, e.quote, e.start) for e in fact.evidence] == [
        (f"file:{attachment('a.jpg').sha256}", "a.jpg", -1),
        (f"file:{attachment('b.glb').sha256}", "b.glb", -1),
    ]
    assert read("une chaise").fact("files") is None


def test_a_date_is_counted_in_the_zone_of_the_business() -> None:
    late = NOW.replace(hour=23, minute=30)  # already the 5th in Paris
    reading = understand(message("pour demain", date=late), HOUSE, now=NOW, only="modelisation")
    fact = reading.fact("deadline")
    assert fact is not None
    assert str(getattr(fact.value, "day", "")) == "2026-03-06"


def test_a_lead_phrase_tells_which_of_several() -> None:
    house = business(
        FactSpec("budget", "money", after=("budget de", "budget")),
        FactSpec("delivery", "date", after=("livraison",)),
        revision="leads",
    )
    text = "On m'a parlé de 300 €, notre budget est de 500 €. Vu le 3 avril, livraison : 10 avril."
    reading = understand(message(text), house, now=NOW, only="modelisation")
    budget, delivery = reading.fact("budget"), reading.fact("delivery")
    assert budget is not None
    assert delivery is not None
    assert getattr(budget.value, "amount", None) == 500
    assert str(getattr(delivery.value, "day", "")) == "2026-04-10"


def test_a_forward_with_little_text_is_read_where_it_was_forwarded() -> None:
    forwarded = "---- Message transféré ----\nBonjour, je voudrais modéliser une commode, 80 x 40 x 90 cm. Merci"
    body = f"Pour vous, merci.\n{forwarded}"
    sent = message("Pour vous, merci.", "Fwd: demande", body=body, quoted=forwarded, forwarded=True)
    fact = understand(sent, HOUSE, now=NOW, only="modelisation").fact("dimensions")
    assert fact is not None
    assert fact.evidence[0].source == "body"
    assert body[fact.evidence[0].start :].startswith(fact.evidence[0].quote)
    assert fact.confidence < 0.8
    alone = message("Pour vous, merci.", "demande", body=body, quoted=forwarded)
    assert understand(alone, HOUSE, now=NOW, only="modelisation").fact("dimensions") is None


def test_numbers_of_another_kind_become_no_fact() -> None:
    reading = read(
        "Bonjour, je suis au 12 rue des Lilas, 75011 Paris, tél. 06 12 34 56 78, commande n° 2024-1187, SIRET 123 456 789 00012. "
        "Merci de me rappeler à 14h30."
    )
    assert reading.facts == ()


_PIECES = [
    "modéliser ce fauteuil vintage",
    "80 x 120 x 45 cm",
    "L80 H120 P45",
    "hauteur 1m20",
    "3 chaises",
    "budget 1 200,50 € HT",
    "avant vendredi",
    "le 3 avril",
    "sans texture",
    "Textures : oui",
    "une boîte",
    "cheminée sculptée",
    "x4",
    "pas de modélisation",
    "dans 15 jours",
    "\n\n",
    ". ",
    "photo de la lampe",
    "é\u0301à",
    "😀",
    "Ø 40 mm",
    "une dizaine de lampes",
    "http://x.fr/80x40",
    "=",
    "«",
    "à modéliser",
    "et",
    "500 dh",
]


def _literal(sent: Message, reading: Reading) -> None:
    names = {spec.name for spec in MODELISATION_FACTS}
    assert len({f.name for f in reading.facts}) == len(reading.facts)
    for fact in reading.facts:
        assert fact.name in names
        assert fact.evidence
        assert 0.0 < fact.confidence <= 1.0
        assert fact.origin == "rules"
        for evidence in fact.evidence:
            if evidence.source.startswith("file:"):
                assert any(a.sha256 == evidence.source[5:] and a.name == evidence.quote for a in sent.attachments)
                continue
            source = {"text": sent.text, "subject": sent.subject, "body": sent.body}[evidence.source]
            assert evidence.quote.strip()
            assert source[evidence.start : evidence.start + len(evidence.quote)] == evidence.quote
        if isinstance(fact.value, str) and fact.name == "object":
            assert fact.value == fact.evidence[0].quote


@given(
    st.lists(st.sampled_from(_PIECES), max_size=14).map(" ".join),
    st.lists(st.sampled_from(_PIECES), max_size=4).map(" ".join),
    st.booleans(),
)
def test_evidence_is_literal_and_in_its_place(text: str, subject: str, forwarded: bool) -> None:
    sent = message(text, subject, "a.jpg", body=f"{text}\n> {subject}\n> 12 x 14 cm", forwarded=forwarded)
    _literal(sent, understand(sent, HOUSE, now=NOW, only="modelisation"))


@given(st.text(max_size=300), st.text(max_size=80))
def test_evidence_of_any_text(text: str, subject: str) -> None:
    sent = message(text, subject)
    _literal(sent, understand(sent, HOUSE, now=NOW, only="modelisation"))


@given(st.text(alphabet=st.characters(exclude_categories=["Nd", "L"]), max_size=100))
def test_no_words_no_facts(text: str) -> None:
    assert read(text).facts == ()


def test_choices_keep_the_order_of_the_document() -> None:
    values = (Choice("petit", words("boîte")), Choice("grand", words("boîte sculptée, sculpté")))
    house = business(FactSpec("size", "choice", choices=values), revision="order")
    reading = understand(message("une boîte sculptée"), house, now=NOW, only="modelisation")
    assert value(reading.fact("size")) == "grand"


def test_every_digit_there_is_is_seen_as_one() -> None:
    every = range(sys.maxunicode + 1)
    assert [hex(code) for code in every if has_digit(chr(code)) != chr(code).isdigit()] == []
