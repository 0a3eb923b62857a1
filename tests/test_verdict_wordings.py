"""Classes of wording that decide or say nothing beside a decision, each in unlike words, and its near misses.

A line of ``fixtures/blind/wordings.txt``: who writes (``c`` customer, ``a`` administrator), the answer with its credits, the reply; ``/``
ends a line of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from blind_mails import FOLDER, QUOTE, REVIEW, SUBJECT

from core.reading import Verdict
from processors.verdict import read_verdict

OFFER, ASKED = ("\n".join("> " + line for line in text.split("\n")) for text in (QUOTE, REVIEW))
SPOILT = ("{} ?", "Si le prix baisse, {}", "Paul a écrit : {}", "« {} »", "Nadia dit : {}", "Peut-être. {}")
#: A line of their own, under the signature too.
ADDED = (
    "Sauf si vous avez moins cher.", "Enfin non, attendez.", "Pardon, fausse manœuvre.", "Je me suis trompé.", "Et ajoutez une lampe.",
    "Pour l'autre fauteuil.", "Mais d'abord un aperçu.", "Mon mari n'est pas d'accord.", "Ne lancez rien.", "Pas encore.",
    "Seulement la moitié.", "C'est un test.",
)  # fmt: skip


def wordings() -> Iterator[tuple[str, str, str]]:
    for line in (FOLDER / "wordings.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            who, answer, text = line.split("|", 2)
            yield who, answer, text.replace(" / ", "\n")


def read(who: str, text: str) -> Verdict:
    quoted, role = (OFFER, "customer") if who == "c" else (ASKED, "admin")
    return read_verdict(text, subject="Re: " + SUBJECT, quoted=quoted, role="admin" if role == "admin" else "customer")


@pytest.mark.parametrize("who", ["c", "a"])
def test_wordings_are_read_as_meant(who: str) -> None:
    misread = []
    for writer, expected, text in wordings():
        answer, _, amount = expected.partition(" ")
        if writer == who:
            verdict = read(who, text)
            if verdict.answer != answer or (amount and verdict.amount != Decimal(amount)):
                misread.append((text, expected, verdict.answer, verdict.amount))
    assert misread == []


def approvals() -> list[tuple[str, str]]:
    return [(who, text) for who, expected, text in wordings() if expected.startswith("approve")]


@pytest.mark.parametrize("spoilt", SPOILT)
def test_what_stands_around_a_yes_takes_it_away_in_any_wording(spoilt: str) -> None:
    """A question mark asks only the last sentence, so it stands behind single ones."""
    assert len(approvals()) > 150
    texts = [(who, spoilt.format(text.rstrip(" .!"))) for who, text in approvals() if "\n" not in text]
    if spoilt == "{} ?":
        texts = [(who, text) for who, text in texts if not re.search(r"[.!?)] |, [A-Z]", text)]
    assert [t for t in texts if read(*t).answer == "approve"] == []


@pytest.mark.parametrize("line", ADDED)
def test_a_line_under_a_yes_takes_it_away_in_any_wording(line: str) -> None:
    texts = [(who, f"{text}\n{line}") for who, text in approvals()]
    assert [t for t in texts if read(*t).answer == "approve"] == []
