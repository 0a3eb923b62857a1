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


_SUMS = word_set("total totaux soit = ensemble somme")
_SUMMED = ("ca fait", "cela fait", "ca nous fait", "on arrive a", "au total", "en tout", "soit")
_UNSURE = word_set("condition question option hedge irony echo meta refuse no negation future hold")


def added_up(clauses: Sequence[Clause]) -> frozenset[int]:
    """The places of the lines that a later line sums up: « Structure : 5 crédits / Textures : 3 crédits / Total : 8 crédits »."""
    numbered = [n for n, c in enumerate(clauses) if sum(i.amount is not None for i in c.items) == 1 and not c.asked]
    if len(numbered) < 3 or numbered != [n for n, c in enumerate(clauses) if any(i.amount is not None for i in c.items)]:
        return frozenset()
    amounts = [next(i.amount for i in clauses[n].items if i.amount is not None) for n in numbered]
    last = numbered[-1]
    said = " ".join(i.words for c in clauses[last - 1 : last + 1] for i in c.items)
    sums = bool(_SUMS & set(said.split())) or any(s in said for s in _SUMMED)
    whole = range(numbered[0] - 1 if numbered[0] and clauses[numbered[0] - 1].announces else numbered[0], last)
    doubted = any(i.act in _UNSURE for n in (*whole, last) for i in clauses[n].items)
    return frozenset(whole) if sums and not doubted and sum(amounts[:-1], Decimal(0)) == amounts[-1] else frozenset()


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
