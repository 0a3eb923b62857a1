"""Quotes and approvals: what was offered, and the yes that is bound to exactly that offer."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from core.directive import Grid


@dataclass(frozen=True, slots=True)
class Quote:
    """An offer to the customer. ``digest`` stands for all of it: an approval names it and holds for nothing else.

    ``key`` is the key of the effect that sends it. ``set_by`` tells whether the grid or a person made the price.
    ``status`` "void" means that another offer took its place.
    """

    number: int
    amount: Decimal
    unit: str
    label: Mapping[str, str]
    grid: str
    grid_since: date | None
    set_by: Literal["grid", "admin"]
    made_at: datetime
    digest: str
    key: str = ""
    status: Literal["open", "void", "approved", "refused", "expired"] = "open"


@dataclass(frozen=True, slots=True)
class Approval:
    """A yes: who gave it, how, in which message, and to which offer. ``final`` comes from an operator and skips what waits."""

    by: Literal["customer", "admin", "operator"]
    who: str
    how: Literal["reply", "link", "webhook", "desk", "command"]
    amount: Decimal
    digest: str
    at: datetime
    evidence: str = ""
    message_id: str = ""
    final: bool = False


@dataclass(frozen=True, slots=True)
class Price:
    """What the grid says: ``amount`` None means that a person must set it. ``label`` says which row decided."""

    amount: Decimal | None
    label: Mapping[str, str]
    since: date | None
    row: int = -1


def price(grid: Grid, values: Mapping[str, object], day: date) -> Price:
    """The first row of the grid in force on ``day`` whose condition holds; no row means a person decides."""
    revision = grid.on(day)
    if revision is None:
        return Price(None, {"fr": "aucun tarif en vigueur à cette date", "en": "no price list in force on that day"}, None)
    for number, row in enumerate(revision.rows):
        if row.when is None or row.when(values):
            return Price(row.amount, row.label, revision.since, number)
    return Price(None, {"fr": "la grille ne prévoit pas ce cas", "en": "the price list does not cover this"}, revision.since)


def digest(case_id: str, number: int, amount: Decimal, unit: str, grid: str) -> str:
    """The fingerprint of an offer: the case, its number, its amount and unit, the grid it came from."""
    plain = f"{case_id}\n{number}\n{amount.normalize():f}\n{unit}\n{grid}"
    return hashlib.sha256(plain.encode()).hexdigest()[:32]
