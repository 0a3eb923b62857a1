"""What a customer's first mail becomes, measured on whole mails labelled before the rules that read them were mended.

Kind / stage right on first sight of the later sets: the fourth 94.5 % / 92.7 %, the fifth 97.1 % / 97.1 %; no support mail was priced.
The last two were written by two people who saw no rule: short and hurried (the sixth) 90.0 % / 83.3 %, 59 of 90 mails right in every field;
long letters (the seventh) 87.8 % / 76.7 %, 46 of 90. One support mail was priced, with the delivered file attached again; "très" was read
as a tree.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from blind_help import FIELDS, NOW, SETS, Score, mail, measure, read, requests, setup

from engine.explain import explain

HOUSE = setup()

#: The least share of each field read right. Floors stand a little under what is reached, so that a change for the worse shows.
FLOORS = dict.fromkeys(FIELDS, 0.97) | {"missing": 0.98, "language": 0.98}
#: Written to be hard; what is not understood waits for a person.
HARD = dict.fromkeys(FIELDS, 0.8) | {"kind": 0.94, "stage": 0.86, "missing": 0.96, "language": 0.93}
WHOLE = {"requests6.tsv": 0.74, "requests7.tsv": 0.57}


@pytest.mark.parametrize("name", sorted(p.name for p in SETS.glob("requests*.tsv")))
def test_requests_nobody_tuned_for(name: str) -> None:
    score: Score = measure(SETS / name, HOUSE)
    print(name, score.whole, score.mails, {n: round(score.rate(n), 3) for n in FIELDS}, *score.misses, sep="\n  ")
    assert score.mails >= 70
    floors = HARD if name in WHOLE else FLOORS
    assert {n: score.rate(n) for n in FIELDS if score.rate(n) < floors[n]} == {}, score.misses
    assert score.whole >= WHOLE.get(name, 0.95) * score.mails, score.misses


def test_a_support_mail_is_never_priced_and_an_unknown_thing_never_either() -> None:
    """The two errors that cost a customer's trust, without tolerance."""
    for path in sorted(SETS.glob("requests*.tsv")):
        for request in requests(path):
            if request.expect.startswith(("S", "MA ")) or request.expect == "MA":
                found = explain(mail(request), "", HOUSE, admin_email="admin@figurative.example", stage="", now=NOW)
                assert found.decision is not None
                assert found.decision.case.quote is None, (path.name, request.line, request.text)


def test_a_thing_written_with_its_article_is_known_and_named_without_it() -> None:
    """« un livre » is in the lists with its article, for « je livre » is no book."""
    (first, *_) = requests(SETS / "requests4.tsv")
    for text, thing in (("Modéliser un livre", "livre"), ("Bonjour, modéliser notre montre svp", "montre")):
        got = read(replace(first, files="IMG_12.jpg", subject="demande", text=text), HOUSE)
        assert (got["stage"], got["facts"]["object"]["value"]) == ("waiting_approval", thing)
