"""Quotes and approvals: what was offered, and the yes that is bound to exactly that offer."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from core.directive import Grid

_BUTTON = re.compile(r"(approve|refuse):([0-9a-f]{32})")


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


# ------------------------------------------------------------------ buttons

#: What the buttons under an offer may say; the words that people see are the business's own.
CHOICES: tuple[Literal["approve", "refuse"], ...] = ("approve", "refuse")


def button(choice: str, mark: str) -> str:
    """What a button sends back: the choice, tied to exactly one offer by its digest."""
    return f"{choice}:{mark}"


def read_button(pressed: str) -> tuple[Literal["approve", "refuse"], str] | None:
    """(choice, digest) of a pressed button, None for one that is not of an offer."""
    found = _BUTTON.fullmatch(pressed)
    if found is None:
        return None
    return ("approve" if found[1] == "approve" else "refuse"), found[2]


def in_force(quotes: Sequence[Quote], key: str) -> Quote | None:
    """The offer that stood when the case wanted the text of that key (``case/version/ordinal``); None before the first."""
    version = version_of(key)
    sent = [quote for quote in quotes if quote.key and version_of(quote.key) <= version]
    return max(sent, key=lambda quote: quote.number, default=None)


def version_of(key: str) -> int:
    """The version of the case whose decision wanted the effect of that key (``case/version/ordinal``)."""
    return int(key.split("/")[1])
