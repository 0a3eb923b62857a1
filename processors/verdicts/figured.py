"""Numbers of an administrator in one sentence of which one is his price by how they are said, and only where the sum is right.

« 4 chaises à 3 crédits, donc *12* en tout », « base 6 + 5 pour la version ouverte = *11* », « 6 c'est trop, *4* », « j'étais parti sur 9,
mais c'est un client fidèle : *7* ». A sum that is wrong stays not understood.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from processors.verdicts.besides import patterns, stops
from processors.verdicts.items import Item
from processors.verdicts.judged import Judged

_LONGEST = 5
_Check = Callable[[list[Decimal]], bool]
#: (the section of ``figured.txt``, what must be true of its numbers, the price last).
_FORMS: tuple[tuple[str, _Check], ...] = (
    ("product", lambda n: len(n) == 3 and n[0] * n[1] == n[2]),
    ("sum", lambda n: len(n) > 2 and sum(n[:-1]) == n[-1]),
    ("mixed", lambda n: len(n) == 4 and n[0] * n[1] + n[2] == n[3]),
    ("instead", lambda n: len(n) == 2 and n[0] != n[1]),
)
_SIGNS = frozenset({"+", "=", "x", "*"})


def with_figures(judged: list[Judged], text: str) -> list[Judged]:
    """The clauses, those of a sentence that reckons made harmless but for its price, which stands alone in the last of them."""
    found = list(judged)
    n = 0
    while n < len(found):
        size = next((k for k in range(_run(found, n, text), 0, -1) if _reckons(found[n : n + k])), 0)
        if size:
            last = found[n + size - 1]
            price = [i for i in last.clause.items if i.amount is not None][-1]
            alone = replace(last.clause, items=(replace(price, act="amount"),), announces=False)
            found[n : n + size] = [
                *(replace(j, kind="harmless", act="") for j in found[n : n + size - 1]),
                replace(last, kind="amount", act="", clause=alone),
            ]
        n += size or 1
    return found


def _run(judged: list[Judged], n: int, text: str) -> int:
    """How many clauses go on from here without a stop; none where the sentence has begun before, or goes on behind them."""
    if n and judged[n - 1].kind != "greeting" and not stops(text[judged[n - 1].clause.end : judged[n].clause.start]):
        return 0
    size = 1
    while n + size < len(judged) and not stops(text[judged[n + size - 1].clause.end : judged[n + size].clause.start]):
        size += 1
    return size if size <= _LONGEST else 0


def _reckons(run: list[Judged]) -> bool:
    items = [i for j in run for i in j.clause.items]
    numbers = [i.amount for i in items if i.amount is not None]
    if len(numbers) < 2 or any(j.clause.asked for j in run):
        return False
    said = " ".join(w for j in run for w in (*map(_word, j.clause.items), ":" if j.clause.announces else "") if w)
    return any(check(numbers) and any(p.fullmatch(said) for p in patterns("figured.txt", form)) for form, check in _FORMS)


def _word(item: Item) -> str:
    if item.act == "amount":
        return "AMOUNT"
    if item.amount is not None:
        return "NUM"
    return item.words if item.words in _SIGNS or re.search(r"\w", item.words) else ""
