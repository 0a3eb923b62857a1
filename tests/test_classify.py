"""Which directive a message belongs to: measured on labelled requests, and by property."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from factories_directive import NOW, attachment, business, message
from hypothesis import given
from hypothesis import strategies as st

from core.directive import Business, Match, Word
from core.message import Attachment, is_decoration
from core.reading import Reading
from engine.directives import load_business
from processors.analyze import understand

ROOT = Path(__file__).parent.parent
REQUESTS = ROOT / "tests" / "fixtures" / "requests"
BUSINESSES = {"by hand": business(), "documents": load_business(ROOT / "directives" / "figurative")}


def read(text: str = "", subject: str = "", *files: str | Attachment, of: Business = BUSINESSES["by hand"]) -> Reading:
    return understand(message(text, subject, *files), of, now=NOW)


def labelled(name: str) -> list[tuple[str, str, str, str]]:
    """(kind, files, subject, text) of a labelled set."""
    rows = []
    for line in (REQUESTS / f"{name}.tsv").read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            kind, files, subject, text = (line.split("\t") + [""] * 4)[:4]
            rows.append((kind, files, subject, text))
    return rows


def accuracy(rows: list[tuple[str, str, str, str]], of: Business) -> tuple[dict[str, float], list[str]]:
    """The share read right, a kind, and what was read wrong."""
    right: dict[str, list[bool]] = {}
    wrong = []
    for kind, files, subject, text in rows:
        got = read(text, subject, *files.split(), of=of)
        right.setdefault(kind, []).append(got.kind == kind)
        if got.kind != kind:
            wrong.append(f"{kind}, read as {got.kind} ({got.confidence}): {subject} | {text}")
    return {kind: sum(hits) / len(hits) for kind, hits in right.items()}, wrong


@pytest.mark.parametrize("of", BUSINESSES)
@pytest.mark.parametrize(("name", "floor"), [("development", 0.97), ("heldout", 0.85)])
def test_labelled_requests(name: str, floor: float, of: str) -> None:
    rows = labelled(name)
    shares, wrong = accuracy(rows, BUSINESSES[of])
    print(name, of, len(rows), shares, *wrong, sep="\n  ")
    assert len(rows) >= 50
    assert set(shares) == {"SUPPORT", "MODELISATION"}
    assert min(shares.values()) >= floor, wrong


_THINGS = [
    "table basse",
    "chaise en bois",
    "lampe",
    "vase",
    "commode",
    "canapé",
    "boîte",
    "fauteuil",
    "buffet",
    "étagère",
    "lit",
    "miroir",
]
_MODELLING = [
    "Bonjour, je souhaite modéliser {a} {thing}. Merci",
    "pouvez-vous faire un modèle 3D de notre {thing} ?",
    "devis pour la modélisation de {a} {thing} svp",
    "Nous voulons voir notre {thing} en réalité augmentée sur le site",
    "il me faut {a} {thing} en 3D pour vendredi",
    "could you create a 3D model of this {thing}?",
    "Combien coûte la modélisation d'{a} {thing} ?",
    "J'aimerais une version 3D de ma {thing}, photos jointes",
    "on a besoin de modéliser {a} {thing} avec les textures",
    "Faire modéliser {a} {thing} : quels délais ?",
    "{thing} à modéliser, voir la photo",
    "I need this {thing} in augmented reality",
    "Suite au devis, lancez la modélisation de la {thing}",
]
_SUPPORT = [
    "Bonjour, je n'ai pas reçu la facture de la modélisation de {a} {thing}",
    "le modèle 3D de {a} {thing} ne s'ouvre pas",
    "bug dans l'application quand j'affiche {a} {thing} en AR",
    "mot de passe oublié, impossible de me connecter",
    "mon paiement pour {a} {thing} n'est pas passé",
    "remboursement du modèle de {a} {thing} svp",
    "ma carte a été débitée deux fois pour la modélisation de {a} {thing}",
    "I can't log in to see my {thing}",
    "erreur de paiement sur ma commande de {thing}",
    "comment résilier mon abonnement ?",
    "the invoice for the 3D {thing} is wrong",
    "impossible de payer la modélisation de {a} {thing}, message d'erreur",
    "la vue en réalité augmentée de {a} {thing} ne fonctionne plus",
]


def _slip(word: str, chance: random.Random) -> str:
    if len(word) < 7 or not word.isalpha() or chance.random() > 0.25:
        return word
    at = chance.randrange(2, len(word) - 1)
    kind = chance.randrange(3)
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + word[at] + word[at:]
    return word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]


def generated(seed: int, count: int) -> list[tuple[str, str, str, str]]:
    """Requests from templates, things, openings, capitals and slips of the keyboard."""
    chance = random.Random(seed)
    rows = []
    for _ in range(count):
        kind, templates = chance.choice([("MODELISATION", _MODELLING), ("SUPPORT", _SUPPORT)])
        text = chance.choice(templates).format(a=chance.choice(["un", "une", "cette", "notre"]), thing=chance.choice(_THINGS))
        text = " ".join(_slip(w, chance) for w in text.split(" "))
        text = (
            chance.choice(["", "Bonjour,\n\n", "Hello ", "Bonsoir, petite question. "])
            + text
            + chance.choice(["", "\nCordialement", " !!", " Merci."])
        )
        text = chance.choice([text, text, text.upper(), text.lower(), text.replace("é", "e").replace("è", "e")])
        rows.append((kind, "", chance.choice(["", "Demande", "Question", "Bonjour"]), text))
    return rows


@pytest.mark.parametrize("of", BUSINESSES)
def test_generated_requests_with_slips(of: str) -> None:
    shares, wrong = accuracy(generated(20260304, 500), BUSINESSES[of])
    print(of, shares, *wrong, sep="\n  ")
    assert min(shares.values()) >= 0.95, wrong


@pytest.mark.parametrize("of", BUSINESSES)
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("mon paiement pour la modélisation n'est pas passé", "SUPPORT"),
        ("le fichier 3D livré ne s'ouvre pas", "SUPPORT"),
        ("je voudrais un devis pour modéliser une table", "MODELISATION"),
        ("bug dans l'appli AR", "SUPPORT"),
        ("votre facture", "SUPPORT"),
        ("impossible de me connecter", "SUPPORT"),
        ("mot de passe", "SUPPORT"),
        ("ce n'est pas un bug, je veux modéliser une chaise", "MODELISATION"),
        ("je n'ai pas besoin de modélisation, juste de ma facture", "SUPPORT"),
        ("modélisation d'un compteur électrique", "MODELISATION"),
        ("Quand j'ouvre le modèle 3D, l'application plante", "SUPPORT"),
        ("l'application plante dès que j'ouvre la vue AR", "SUPPORT"),
        ("le bouton n'apparaît plus dans la 3D", "SUPPORT"),
        ("Suite à un bug de mon côté, je renvoie ma demande : modéliser une console", "MODELISATION"),
        ("", "SUPPORT"),
    ],
)
def test_hard_cases(text: str, kind: str, of: str) -> None:
    assert read(text, of=BUSINESSES[of]).kind == kind


@pytest.mark.parametrize("of", BUSINESSES)
def test_a_3d_file_says_enough(of: str) -> None:
    reading = read("", "", "fauteuil.glb", of=BUSINESSES[of])
    assert (reading.kind, reading.confidence > 0.8) == ("MODELISATION", True)
    assert any(r.rule.startswith("file:") and r.hit and r.weight == 3 for r in reading.reasons)


def test_nothing_known_is_the_default_and_says_so() -> None:
    reading = read("Bonjour, bonne journée à vous")
    assert (reading.directive, reading.kind) == ("support", "SUPPORT")
    assert reading.confidence <= 0.3
    assert any(r.rule == "default" and r.hit and "défaut" in r.text for r in reading.reasons)


def test_reasons_tell_hits_and_misses() -> None:
    reading = read("pas de modélisation, mais ma facture", "")
    rules = {(r.rule, r.hit) for r in reading.reasons}
    assert ("word:facture", True) in rules
    assert ("negated:modélisation", False) in rules
    assert ("files:modelisation", False) in rules
    assert ("words:modelisation", False) in rules
    assert all(r.text for r in reading.reasons)


def test_the_subject_weighs_more_than_the_text_and_an_old_subject_less() -> None:
    def weight(subject: str, text: str) -> float:
        return next(r.weight for r in read(text, subject).reasons if r.rule == "word:modélisation")

    assert weight("Modélisation", "") > weight("", "modélisation") > weight("Re: Modélisation", "")


def test_saying_it_twice_says_no_more() -> None:
    once, often = read("une facture"), read("une facture, une facture, une facture. facture")
    assert [r.weight for r in once.reasons if r.hit and r.weight] == [r.weight for r in often.reasons if r.hit and r.weight]


def test_a_negative_word_speaks_against() -> None:
    plain = business()
    support, modelling = plain.directives
    against = replace(modelling, match=replace(modelling.match, words=(*modelling.match.words, Word("photo", -9.0))))
    changed = replace(plain, revision="against", directives=(support, against))
    assert read("modéliser d'après une photo", of=plain).kind == "MODELISATION"
    assert read("modéliser, une photo", of=changed).kind == "SUPPORT"


def test_a_tie_goes_to_the_default() -> None:
    support, modelling = business().directives
    tied = Business(
        "tied", "", "t",
        (replace(support, match=Match((Word("rouge"),))), replace(modelling, match=Match((Word("bleu"),)))),
    )  # fmt: skip
    reading = read("rouge, bleu", of=tied)
    assert reading.directive == "support"
    assert reading.confidence < 0.5


def test_below_the_threshold_it_is_less_sure() -> None:
    assert read("un scan").confidence < read("modélisation").confidence


@pytest.mark.parametrize(
    ("file", "ignored"),
    [
        (attachment("image001.png", size=6_000, inline=True), True),
        (attachment("image001.png", size=6_000), True),
        (attachment("logo-societe.png", size=30_000), True),
        (attachment("facebook.png", size=2_000, inline=True), True),
        (attachment("image001.png", size=900_000, inline=True), False),
        (attachment("photo.jpg", size=6_000), False),
        (attachment("logo.glb", size=6_000), False),
        (attachment("fauteuil.jpg", size=0), False),
    ],
)
def test_logos_of_signatures_are_no_files(file: Attachment, ignored: bool) -> None:
    assert is_decoration(file) is ignored
    fact = read("modéliser une chaise", "", file).fact("files")
    assert (fact is None) is ignored


@given(st.text(max_size=200), st.text(max_size=60))
def test_always_one_answer_with_a_share_of_certainty(text: str, subject: str) -> None:
    reading = read(text, subject)
    assert reading.kind in ("SUPPORT", "MODELISATION")
    assert 0.0 <= reading.confidence <= 1.0


@given(st.permutations(["une facture impayée", "le mot de passe oublié", "notre modélisation", "photo jointe"]))
def test_the_order_of_sentences_changes_nothing(parts: list[str]) -> None:
    assert read(". ".join(parts)).confidence == read(". ".join(sorted(parts))).confidence
