"""Whole mails around sentences written before anybody looked at the reader's lists; floors, not targets.

Right on first sight, set by set. Customers: 122 and 131 of 150 (one false approval each, a bare "ok" under another mail of ours and a
counter-offer), 137 of 160, 121 of 158, 117 of 153, 114 of 128, 85 of 105, 58 of 60 (none false; the fourth, fifth and seventh were
written to be hard, the eighth as people mostly write), 84 of 102 (one false: "je vous confirme la bonne réception de votre devis"), 85
of 106 (none false).
Administrators: 40 and 47 of 60, 48 of 68, 44 of 62, 44 of 54, 42 of 50, 34 of 37, 54 of 76 (none false), 49 of 73 (one false: "6 crédits :
c'est ce que demande le concurrent"), 30 of 48 (none false, written when the frames of ``verdicts.priced`` were there).
The eleventh and twelfth of each were written by two people who saw no rule. The eleventh is short and hurried: 97 of 120 and 68 of 90. The
twelfth is letters that tell much around the decision: 56 of 120 and 29 of 90, after mending 85 and 47. None false. The thirteenth
and fourteenth, by two further people, were read after that: 104 of 120 and 68 of 90, 80 of 100 and 65 of 80, none false; after mending
119 and 87, 96 and 79. The fifteenth, by one more: 81 of 120 and 55 of 80, none false; after mending 100 and 69. The
sixteenth, full of small tales beside the decision: 49 of 80 and 36 of 60, none false. The seventeenth, by one more, with answers to the
questions of our letter: 70 of 100 and 45 of 70, none false; after mending 87 and 58. The eighteenth,
mostly ordinary mails by one more: 72 of 100 and 57 of 70, none false; after mending 95 and 70. The nineteenth was labelled and read
before anything was mended, but by somebody who had read the reader's lists just before: 75 of 100 and 55 of 70, none false; after mending
90 and 64. The
twentieth, by the same and read after that mending: 45 of 60 and 30 of 40, none false (44 and 30 before it), so what was mended for one
set helped the next one little; after mending 50 and 34. The twenty-first,
by one more who saw no rule: 81 of 100 and 54 of 70, none false, and not mended yet. From then on a
reply that quotes nothing is read with the letter that the engine knows it answers (one more right of the eleventh), and a yes to another
thing than the letter's is unclear (one less of the thirteenth). Visible text exact in
147 and 148 of 150. Rules were mended since, so today's figures flatter.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal

import pytest
from blind_mails import QUESTION, QUOTE, REVIEW, US, Case, cases

from core.reading import Verdict
from processors.automatic import automatic
from processors.clean import Split, split
from processors.parse import parse
from processors.verdict import read_verdict

MESSAGES = Path(__file__).parents[1] / "directives" / "figurative" / "messages"


@cache
def own_phrases() -> tuple[str, ...]:
    lines = (line.strip() for file in sorted(MESSAGES.glob("*.md")) for line in file.read_text("utf-8").splitlines())
    return tuple(line for line in lines if "{" not in line and len(line.split()) >= 4)


@cache
def read(case: Case, role: Literal["customer", "admin"]) -> tuple[Split, Verdict]:
    mail = parse(case.raw)
    found = automatic(mail, own_addresses=frozenset({US}))
    parts = split(mail.body, html=mail.html, subject=mail.subject)
    verdict = read_verdict(
        parts.text,
        subject=mail.subject,
        quoted=parts.quoted,
        confident=parts.confident,
        automatic=found.kind,
        own_phrases=own_phrases(),
        letter=QUOTE if role == "customer" else "",  # as the engine knows it; read where the mail quotes nothing
        role=role,
    )
    return parts, verdict


def wrong(file: str, role: Literal["customer", "admin"], quote: str = "") -> Iterator[tuple[Case, Verdict]]:
    for case in cases(file, quote=quote):
        verdict = read(case, role)[1]
        answer, _, amount = case.label.partition(" ")
        credits = None if amount in ("", "-") else Decimal(amount)
        if verdict.answer != answer or (credits is not None and verdict.amount != credits):
            yield case, verdict


#: Letters that tell much: what stands around the decision is seldom all understood, and then somebody is asked.
MISREAD = {
    "replies_12": 0.21,
    "admin_12": 0.46,
    "replies_15": 0.17,
    "admin_15": 0.14,
    "replies_16": 0.37,
    "admin_16": 0.4,
    "replies_17": 0.13,
    "admin_17": 0.18,
    "replies_19": 0.1,
    "replies_20": 0.17,
    "admin_20": 0.15,
    "replies_21": 0.19,
    "admin_21": 0.23,
}
CUSTOMERS = {
    "replies_1": 150,
    "replies_2": 150,
    "replies_3": 160,
    "replies_4": 158,
    "replies_5": 153,
    "replies_6": 128,
    "replies_7": 105,
    "replies_9": 102,
    "replies_10": 106,
    "replies_11": 120,
    "replies_12": 120,
    "replies_13": 120,
    "replies_14": 100,
    "replies_15": 120,
    "replies_16": 80,
    "replies_17": 100,
    "replies_18": 100,
    "replies_19": 100,
    "replies_20": 60,
    "replies_21": 100,
}
ADMINISTRATORS = {
    "admin_1": 60,
    "admin_2": 60,
    "admin_3": 68,
    "admin_4": 62,
    "admin_5": 54,
    "admin_6": 50,
    "admin_7": 37,
    "admin_8": 76,
    "admin_9": 73,
    "admin_10": 48,
    "admin_11": 90,
    "admin_12": 90,
    "admin_13": 90,
    "admin_14": 80,
    "admin_15": 80,
    "admin_16": 60,
    "admin_17": 70,
    "admin_18": 70,
    "admin_19": 70,
    "admin_20": 40,
    "admin_21": 70,
}


@pytest.mark.parametrize("file", CUSTOMERS)
def test_customers(file: str) -> None:
    assert len(cases(file)) == CUSTOMERS[file]
    misread = list(wrong(file, "customer"))
    assert [(c.name, c.sentence) for c, v in misread if v.answer == "approve"] == []
    assert len(misread) <= MISREAD.get(file, 0.05) * CUSTOMERS[file], [
        (c.name, c.label, v.answer, c.sentence) for c, v in misread
    ]


@pytest.mark.parametrize("file", ADMINISTRATORS)
def test_administrators(file: str) -> None:
    assert len(cases(file, quote=REVIEW)) == ADMINISTRATORS[file]
    misread = list(wrong(file, "admin", REVIEW))
    assert [(c.name, c.sentence) for c, v in misread if v.answer == "approve"] == []
    assert len(misread) <= MISREAD.get(file, 0.1) * ADMINISTRATORS[file], [
        (c.name, c.label, v.answer, c.sentence) for c, v in misread
    ]


@pytest.mark.parametrize("file", ["replies_1", "replies_2"])
def test_visible_text(file: str) -> None:
    inexact = []
    for case in cases(file):
        if "sig_oui" in case.name:
            continue  # the program's signature follows the sentence; whether it counts is another question
        text = read(case, "customer")[0].text
        if text.split() != case.sentence.split():
            inexact.append((case.name, case.sentence, text))
    assert len(inexact) <= 4, inexact  # contact lines under a name are signature, in the sets they belong to the sentence


def test_a_bare_ok_answers_the_mail_it_quotes() -> None:
    offer, question = ("\n".join("> " + line for line in text.split("\n")) for text in (QUOTE, QUESTION))
    assert read_verdict("ok", quoted=offer, own_phrases=own_phrases()).answer == "approve"
    assert read_verdict("ok", quoted=question, own_phrases=own_phrases()).answer == "unclear"
    assert read_verdict("Je valide le devis", quoted=question, own_phrases=own_phrases()).answer == "approve"


def test_another_price_than_the_quoted_mail_names() -> None:
    assert read_verdict("J'accepte pour 2 crédits", quoted=QUOTE).answer == "approve"
    assert read_verdict("J'accepte pour 1 crédit", quoted=QUOTE).answer == "unclear"
    assert read_verdict("Ok pour 1 crédit", subject="Re: Votre devis : 2 crédits").answer == "unclear"


def test_measures_answer_our_question_only_when_we_asked() -> None:
    text = "Je valide. Largeur 80 cm, hauteur 95 cm."
    assert read_verdict(text, quoted=QUOTE).answer == "approve"
    assert read_verdict(text).answer == "unclear"
    assert read_verdict("Je valide. Largeur 80 cm au lieu de 90.", quoted=QUOTE).answer == "unclear"


@pytest.mark.parametrize(
    "text",
    [
        "Merci d'avoir validé",
        "merci de votre accord",
        "J'ai hâte que Paul valide",
        "merci pour le modèle validé",
        "Je valide, dans l'attente du feu vert",
        "Je valide, j'espère que le prix baissera",
        "Je valide, n'hésitez pas à dorer les accoudoirs",
        "Je valide, hâte de négocier la suite",
        "je valide le devis du concurrent",
        "ok pour l'offre précédente",
        "je valide le devis revu à la hausse",
        "j'accepte le prix divisé par deux",
        "Votre accord me va",
        "ok super, à demain",
    ],
)
def test_no_yes_hides_in_politeness_or_in_another_quote(text: str) -> None:
    assert read_verdict(text, subject="Re: Votre devis : 2 crédits", quoted=QUOTE).answer == "unclear"


def test_one_of_two_things_is_a_part() -> None:
    two = "Re: Modélisation chaise et table"
    assert read_verdict("je valide le devis pour la chaise", subject=two).answer == "unclear"
    assert read_verdict("je valide le devis pour la chaise", subject="Re: Modélisation chaise").answer == "approve"
    assert read_verdict("ok pour le fauteuil", quoted="> Votre objet : fauteuil").answer == "approve"
    assert read_verdict("ok pour le fauteuil", quoted="> Votre objet : fauteuil, table").answer == "unclear"


def test_what_slips_into_an_expression() -> None:
    assert read_verdict("Je vous donne par la présente mon accord").answer == "approve"
    assert read_verdict("Vous pouvez donc fermer le dossier").answer == "refuse"
