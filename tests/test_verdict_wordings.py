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
SPOILT = (
    "{} ?",
    "Si le prix baisse, {}",
    "Paul a écrit : {}",
    "« {} »",
    "{}\nSauf si vous avez moins cher.",
    "{}\nEnfin non, attendez.",
)


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
            if verdict.answer != answer or (amount and verdict.credits != Decimal(amount)):
                misread.append((text, expected, verdict.answer, verdict.credits))
    assert misread == []


@pytest.mark.parametrize("spoilt", SPOILT)
def test_what_takes_a_yes_away_takes_it_away_in_any_wording(spoilt: str) -> None:
    """In the last line where people write a question, in the first where they write a condition: beside any wording of the list."""
    yes = [(who, text) for who, expected, text in wordings() if expected.startswith("approve")]
    assert len(yes) > 40
    texts = [(who, spoilt.format(text.rstrip(" .!"))) for who, text in yes if "\n" not in text]
    if spoilt == "{} ?":
        texts = [(who, text) for who, text in texts if not re.search(r"[.!?)] |, [A-Z]", text)]
    assert [t for t in texts if read(*t).answer == "approve"] == []
