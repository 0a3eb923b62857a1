"""The sums in an administrator's reply: a price broken down, and numbers that come to another."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from processors.verdicts.clauses import Clause
from processors.verdicts.tokens import word_set

_RECKONING = word_set("number amount filler object polite unknown context change")


def parts_of(price: Decimal, clauses: Sequence[Clause]) -> frozenset[int]:
    """The places of the clauses that together break a price down: « (9 pour le modèle, 3 pour les textures) » under 12 credits."""
    parts = [
        (n, found[0])
        for n, c in enumerate(clauses)
        if len(c.items) > 1
        and len(found := [i.amount for i in (c.items[0], c.items[-1]) if i.amount is not None]) == 1
        and not c.asked
        and c.acts() <= _RECKONING
    ]
    whole = sum((amount for _, amount in parts), Decimal(0))
    return frozenset(n for n, _ in parts) if len(parts) > 1 and whole == price else frozenset()


def breaks_down(clause: Clause, others: Sequence[Clause]) -> bool:
    """Whether the numbers of a clause come to the one amount that others name: « (4 pour la structure et 2 pour les sculptures) »."""
    parts = [i.amount for i in clause.items if i.amount is not None]
    named = {i.amount for c in others for i in c.items if i.act == "amount"}
    return len(parts) > 1 and named == {sum(parts, Decimal(0))} and clause.acts() <= _RECKONING


def total(amounts: Sequence[Decimal]) -> Decimal | None:
    """The one of several numbers that is the sum of all others (« 4 + 2 = 6 »), None when there is none or more than one."""
    whole = sum(amounts, Decimal(0))
    found = {a for a in amounts if len(amounts) > 2 and whole - a == a}
    return found.pop() if len(found) == 1 else None
