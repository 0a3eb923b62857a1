"""What the journal says in French is told in plain words, and in English to whoever reads that."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator

import pytest

from core.effects import WORDS
from engine.reason_words import parked, told, translated
from tests.road import ROOT


def sentences() -> Iterator[tuple[str, str]]:
    """Every sentence that the core gives as a reason, with 7 for whatever it names: (where, sentence)."""
    for path in sorted((ROOT / "core").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            text = node.args[1:2] if name == "because" else node.args[3:4] if name == "Reason" else []
            for said in _said(text[0]) if text else ():
                yield f"{path.name}:{node.lineno}", said


def _named(part: ast.expr) -> Iterator[str]:
    """What stands in braces: one of two sentences as it is, else 7, with its sign where it is a share."""
    assert isinstance(part, ast.FormattedValue)
    if isinstance(part.value, ast.IfExp) and (found := list(_said(part.value))):
        yield from found
    else:
        yield "7%" if part.format_spec is not None and "%" in ast.unparse(part.format_spec) else "7"


def _said(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        parts = [_said(part) if isinstance(part, ast.Constant) else _named(part) for part in node.values]
        yield from ("".join(found) for found in itertools.product(*parts))
    elif isinstance(node, ast.IfExp):
        yield from _said(node.body)
        yield from _said(node.orelse)
    elif isinstance(node, ast.BinOp):
        for left in _said(node.left):
            for right in _said(node.right):
                yield left + right


EVERY = sorted(set(sentences()))
#: Lines that no page shows: a deadline that fell away, what was taken in before.
SILENT = ("délai « 7 » sans objet", "déjà pris en compte", "la tâche : « 7 », déjà connu", "")


def test_there_are_sentences_to_look_at() -> None:
    assert len(EVERY) > 60


@pytest.mark.parametrize(("where", "sentence"), EVERY)
def test_every_reason_of_the_core_has_its_english(where: str, sentence: str) -> None:
    assert sentence in SILENT or translated(sentence, "en"), f"{where}: its English belongs into engine/reasons_en.txt"


def test_names_of_stages_and_acts_are_words_and_quoted_words_are_left() -> None:
    assert told("étape : waiting_review", "fr") == "maintenant : attend l'administrateur"
    assert told("étape : waiting_info → waiting_review", "en") == "now: waiting for the administrator"
    assert told("« finish » de Anne ne s'applique pas ici", "fr") == "« Livrée » de Anne ne s'applique pas ici"
    assert (
        told("« validate » de Anne : la demande est déjà rejected", "en")
        == '"Validate" by Anne: the request is already refused'
    )
    assert told("demande de type COMMANDE (confiance 93%)", "fr") == "reconnue comme COMMANDE, sûre à 93 %"
    assert told("réponse par lien : le devis n'est plus ouvert (done)", "fr").endswith("(faite)")
    assert told("champs validés par Anne : « ok done »", "fr") == "champs validés par Anne : « ok done »"
    assert told("champs validés par Anne : « ok done »", "en") == 'fields validated by Anne: "ok done"'
    assert told("un de nos messages n'a pas pu être distribué : 550 closed", "en").endswith("delivered: 550 closed")
    assert told("fait à l'extérieur : ticket.open", "en") == "done outside: open the ticket"
    assert not translated("autre chose", "en")
    assert translated("autre chose", "fr")


@pytest.mark.parametrize(
    ("decided", "so"),
    [
        ("annulée par le client le 1er mars 2026 à 10:12", "cancelled by the customer on 1 March 2026 at 10:12"),
        ("refusée le 3 août 2026 à 09:00 par Anne", "rejected on 3 August 2026 at 09:00 by Anne"),
        (
            "validée le 3 février 2026 à 09:00 par anne@maison.example",
            "validated on 3 February 2026 at 09:00 by anne@maison.example",
        ),
        ("refusée par le client", "rejected by the customer"),
        ("close le 3 décembre 2026 à 23:59", "closed on 3 December 2026 at 23:59"),
    ],
)
def test_an_act_that_comes_too_late_says_in_english_how_it_was_decided(decided: str, so: str) -> None:
    sentence = f"« validate » de Anne : la demande est déjà {decided}"
    assert told(sentence, "en").endswith(f'" by Anne: the request is already {so}')
    assert told(sentence, "fr").endswith(f" » de Anne : la demande est déjà {decided}")
    assert "validate »" not in told(sentence, "fr")
    assert translated(sentence, "en")


@pytest.mark.parametrize("kind", WORDS)
def test_what_is_parked_is_named_in_english(kind: str) -> None:
    assert parked(WORDS[kind]["fr"], "en") == WORDS[kind]["en"]
    assert parked(WORDS[kind]["fr"], "fr") == WORDS[kind]["fr"]
    assert parked(f"{WORDS[kind]['fr']} (courriel)", "en") == f"{WORDS[kind]['en']} (email)"
    assert parked(f"{WORDS[kind]['fr']} (WhatsApp)", "en") == f"{WORDS[kind]['en']} (WhatsApp)"


def test_a_parked_message_is_named_in_english() -> None:
    assert parked("message de gmail (12 (3))", "en") == "message from gmail (12 (3))"
    assert parked("autre chose", "en") == "autre chose"
