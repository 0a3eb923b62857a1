"""Prints the confusion matrix of the reading of replies: ``python -m tests.measure_verdicts [SET ...] [-v]``, by default every set.

``development`` and ``heldout`` were written together before the reader and halved. ``round2`` to ``round4`` were each written
later and measured once before anything was changed for them. False approvals / right answers on first sight: heldout 1 / 97.5 %,
round2 9 / 91 %, round3 9 / 91 % (two of the 9 were labels that did not hold), round4 0 / 95 %. Every set has been tuned on since:
these numbers, not today's, tell what to expect of replies nobody here has seen.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from core.reading import Verdict
from processors.verdict import read_verdict

FIXTURES = Path(__file__).parent / "fixtures" / "verdicts"


class Case(NamedTuple):
    """A labelled reply. ``credits`` is None when the label does not say."""

    answer: str
    credits: Decimal | None
    text: str
    arguments: dict[str, Any]

    def read(self) -> Verdict:
        return read_verdict(self.text, **self.arguments)


def cases(name: str) -> Iterator[Case]:
    """The labelled replies of ``fixtures/verdicts/<name>.tsv``: answer, options, text with \\n and \\uXXXX written out."""
    for line in (FIXTURES / f"{name}.tsv").read_text(encoding="utf-8").splitlines():
        answer, options, text = line.split("\t")
        named = dict(o.split("=", 1) for o in options.split())
        arguments: dict[str, Any] = {}
        if "q" in named:
            arguments["quoted_amount"] = Decimal(named["q"])
        if "r" in named:
            arguments["role"] = named["r"]
        if "a" in named:
            arguments["automatic"] = named["a"]
        if "conf" in named:
            arguments["confident"] = False
        for escape, char in (("\\n", "\n"), ("\\u200b", "\u200b"), ("\\u0430", "\u0430")):
            text = text.replace(escape, char)
        yield Case(answer, Decimal(named["c"]) if "c" in named else None, text, arguments)


def matrix(name: str) -> tuple[Counter[tuple[str, str]], list[tuple[Case, Verdict]]]:
    """(label, answer) > how many, and the replies read otherwise than labelled."""
    counts: Counter[tuple[str, str]] = Counter()
    wrong = []
    for case in cases(name):
        verdict = case.read()
        counts[case.answer, verdict.answer] += 1
        if verdict.answer != case.answer or (verdict.answer == "approve" and case.credits not in (None, verdict.amount)):
            wrong.append((case, verdict))
    return counts, wrong


def main() -> None:
    names = [a for a in sys.argv[1:] if not a.startswith("-")] or sorted(p.stem for p in FIXTURES.glob("*.tsv"))
    for name in names:
        counts, wrong = matrix(name)
        print(f"{name}: {sum(counts.values())} replies\n{'label':>10} | {'approve':>8} {'refuse':>8} {'unclear':>8}")
        for label in ("approve", "refuse", "unclear"):
            print(f"{label:>10} | " + " ".join(f"{counts[label, a]:8}" for a in ("approve", "refuse", "unclear")))
        if "-v" in sys.argv:
            for case, verdict in wrong:
                print(
                    f"{case.answer} > {verdict.answer} {verdict.amount or ''} {case.text!r}  {[r.text for r in verdict.reasons]}"
                )


if __name__ == "__main__":
    main()
