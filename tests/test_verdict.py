"""The reading of a reply: the labelled sets, what is not the sender's own, amounts, and the form of the answer."""

from __future__ import annotations

import time
from decimal import Decimal
from pathlib import Path

import pytest

from processors.verdict import read_verdict
from processors.verdicts.lexicon import expand, phrases
from tests.measure_verdicts import FIXTURES, matrix

SETS = sorted(p.stem for p in FIXTURES.glob("*.tsv"))
OURS = "Répondez « Je valide » pour accepter ce devis de 2 crédits."


@pytest.mark.parametrize("name", SETS)
def test_no_false_approval_and_95_percent_right(name: str) -> None:
    counts, wrong = matrix(name)
    false = [c.text for c, v in wrong if v.answer == "approve" and c.answer != "approve"]
    assert false == []
    for label in ("approve", "refuse", "unclear"):
        total = sum(n for (wanted, _), n in counts.items() if wanted == label)
        assert counts[label, label] >= 0.95 * total, label


def test_the_sets_are_there_and_do_not_repeat_one_another() -> None:
    assert {"development", "heldout"} <= set(SETS)
    lines = [line for name in SETS for line in (FIXTURES / f"{name}.tsv").read_text(encoding="utf-8").splitlines()]
    assert len(lines) > 1000
    assert len(lines) - len(set(lines)) < 15


def test_our_own_words_prove_nothing() -> None:
    assert (
        read_verdict(
            "Pour accepter ce devis répondez je valide", own_phrases=("Pour accepter ce devis répondez je valide",)
        ).answer
        == "unclear"
    )
    said = read_verdict(f"{OURS}\n", own_phrases=(OURS,))
    assert said.answer == "unclear"
    assert read_verdict(f"{OURS}\n\nOk pour moi, je valide", own_phrases=(OURS,)).answer == "approve"


def test_the_short_answer_we_asked_for_still_counts() -> None:
    assert read_verdict("Je valide", own_phrases=("Je valide", OURS)).answer == "approve"


def test_lines_of_the_quoted_mail_do_not_speak() -> None:
    assert read_verdict("Je valide le devis de ce jour", quoted="Je valide le devis de ce jour").answer == "unclear"
    assert read_verdict("> je valide\n> ok", quoted="").answer == "unclear"


def test_subject_alone_is_unclear() -> None:
    assert read_verdict("", subject="Re: devis - JE VALIDE").answer == "unclear"


def test_subject_names_the_thing_quoted() -> None:
    assert read_verdict("ok pour le fauteuil", subject="Re: Modélisation fauteuil vintage").answer == "approve"
    assert read_verdict("ok pour le fauteuil").answer == "unclear"
    assert read_verdict("ok pour le fauteuil", subject="Re: Modélisation fauteuil et table").answer == "unclear"


@pytest.mark.parametrize(
    "text",
    ["Paul : je valide", "Bonne journée Paul : je valide", "Merci. Paul : je valide", "Bonne journée.\nPaul : je valide"],
)
def test_what_a_colon_gives_to_somebody_else(text: str) -> None:
    assert read_verdict(text).answer == "unclear"


def test_a_greeting_may_end_with_a_colon() -> None:
    assert read_verdict("Bonjour Paul : je valide").answer == "approve"


@pytest.mark.parametrize("subject", ["TR: Devis", "Fwd: devis", "FW: devis", "WG: Angebot"])
def test_a_forward_is_unclear(subject: str) -> None:
    assert read_verdict("Je valide", subject=subject).answer == "unclear"


def test_automatic_and_unsure_text_are_unclear() -> None:
    assert read_verdict("Je valide", automatic="auto-reply").answer == "unclear"
    assert read_verdict("Je valide", confident=False).answer == "unclear"
    assert read_verdict("Je refuse", confident=False).answer == "unclear"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("ok pour 3 crédits", "3"), ("3 crédits, c'est bon", "3"), ("Validé : 2", "2"), ("oui, 2", "2"), ("trois crédits ok", "3"),
        ("ok 2 cr", "2"), ("je valide à 4", "4"), ("Ok pour 2,5 crédits", "2.5"),
        ("I approve the 2 credits", "2"), ("ok pour un crédit", "1"),
    ],
)  # fmt: skip
def test_credits_named(text: str, amount: str) -> None:
    verdict = read_verdict(text)
    assert (verdict.answer, verdict.amount) == ("approve", Decimal(amount))


@pytest.mark.parametrize(
    "text",
    [
        "je valide le devis n° 2024-117", "Je valide\n06 12 34 56 78", "Très bien, je valide",
        "Je valide, merci\nPaul\n12 rue des Lilas\n75012 Paris",
        "Je valide le devis du 12/03/2025",
    ],
)  # fmt: skip
def test_other_numbers_are_no_credits(text: str) -> None:
    assert read_verdict(text).amount is None


@pytest.mark.parametrize(
    "text",
    ["ok pour 0 crédit", "ok pour -2 crédits", "ok pour 10000 crédits", "ok pour 2 ou 3 crédits", "ok pour 2 crédits, 3 crédits",
     "entre 2 et 3 crédits", "ok pour 2-3 crédits", "je valide à 50 €", "ok dans 2 jours", "ok pour les 3 chaises"],
)  # fmt: skip
@pytest.mark.parametrize("role", ["customer", "admin"])
def test_amounts_that_decide_nothing(text: str, role: str) -> None:
    assert read_verdict(text, role=role).answer == "unclear"  # type: ignore[arg-type]


def test_a_customer_cannot_change_the_amount_and_an_administrator_can() -> None:
    quoted = Decimal(2)
    assert read_verdict("ok pour 1 crédit", quoted_amount=quoted).answer == "unclear"
    assert read_verdict("ok pour 2 crédits", quoted_amount=quoted).amount == 2
    decided = read_verdict("ok pour 4 crédits", quoted_amount=quoted, role="admin")
    assert (decided.answer, decided.amount) == ("approve", 4)
    assert read_verdict("4 crédits", role="admin").amount == 4
    assert read_verdict("4 crédits").answer == "unclear"


def test_another_unit() -> None:
    verdict = read_verdict("je valide à 150 €", unit="€", quoted_amount=Decimal(150))
    assert (verdict.answer, verdict.amount) == ("approve", Decimal(150))
    assert read_verdict("ok pour 3 jetons", unit="jeton").amount == 3


@pytest.mark.parametrize(
    "text", ["Bonjour, je valide le devis, merci", "non merci c'est trop cher", "ok mais en bleu", "Jvalide 👍"]
)
def test_evidence_is_literal_and_reasons_speak_french(text: str) -> None:
    verdict = read_verdict(text)
    assert verdict.evidence
    assert verdict.evidence in text
    assert verdict.reasons
    assert all(r.rule.startswith("verdict:") and r.text for r in verdict.reasons)


def test_another_amount_in_a_sentence_of_its_own_under_a_quote_that_asks_for_dimensions() -> None:
    quoted = "> Votre prix : 2 crédits\n> Quelles sont ses dimensions ?"
    for text in ("1 crédit. Je valide.", "1 crédit et je valide"):
        assert read_verdict(text, quoted=quoted).answer == "unclear"
    assert read_verdict("2 crédits. Je valide.", quoted=quoted).answer == "approve"


@pytest.mark.parametrize(
    "filler",
    ["a", "je valide ", "> ok\n", "« ", '"', "'", "[image: ", "<https:", "1 ", "?", "\n", "de :", "-", "é\u0301", "\u200b"],
)
def test_a_megabyte_is_read_at_once(filler: str) -> None:
    text = filler * (1_000_000 // len(filler))
    began = time.process_time()
    verdict = read_verdict(text, quoted=text, subject=text, own_phrases=(text, OURS))
    assert time.process_time() - began < 3
    assert verdict.answer == "unclear"


def test_templates_expand() -> None:
    assert sorted(expand("(je|on) (vous|) valide")) == ["je valide", "je vous valide", "on valide", "on vous valide"]
    assert len(phrases()) < 40_000


def test_lexicon_files_stand_beside_the_code() -> None:
    assert {p.name for p in (Path("processors") / "verdicts").glob("*.txt")} == {
        "french.txt",
        "english.txt",
        "others.txt",
        "life.txt",
        "besides.txt",
        "replied.txt",
        "figured.txt",
    }
