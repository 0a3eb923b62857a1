"""Registers made to be read: what is asked of them, their rows, a period of them in figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, get_args

from core.case import Case, Stage, Standing
from core.register import Raised

#: Where the requests of a register may stand.
STANDINGS: tuple[Standing, ...] = get_args(Standing)
#: Stages of a request that counts as asked for in figures: not refused, not given up, not taken back.
ORDERED: tuple[Stage, ...] = ("waiting_info", "waiting_review", "waiting_approval", "fulfilling", "done")


@dataclass(frozen=True, slots=True)
class RegisterFilter:
    """Which requests of registers; every condition that is set must hold.

    ``what`` is a value of the choice that says what is asked for, on any line. ``person`` is a contact's id. ``alert`` is an alert's
    name, "*" for any that holds now. ``order``: the last opened first, the first opened first, by the day that they are due.
    """

    directives: tuple[str, ...] = ()
    stages: tuple[Standing, ...] = ()
    what: str = ""
    person: str = ""
    alert: str = ""
    since: datetime | None = None
    until: datetime | None = None
    search: str = ""
    order: Literal["opened", "oldest", "due"] = "opened"


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A request in a register: ``sure`` is the confidence, 0..1; ``person`` the contact's id, '' for none."""

    case: Case
    sure: float
    person: str
    alerts: tuple[Raised, ...] = ()


@dataclass(frozen=True, slots=True)
class RegisterDay:
    """The requests opened on a day (of their business): how many by where they stand (core.case.Standing); of those not ended by a no,
    the totals by currency and tax (core.register.money_key) and how many have no one total (``unsummed``) and are in none of these."""

    day: date
    stages: dict[str, int]
    totals: dict[str, Decimal]
    unsummed: int = 0


@dataclass(frozen=True, slots=True)
class WhatCount:
    """How much of one thing was asked for: ``requests`` lines of them, ``quantity`` in that unit."""

    what: str
    unit: str
    requests: int
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class ClientCount:
    """How many requests a contact (its id) made."""

    person: str
    requests: int


@dataclass(frozen=True, slots=True)
class RegisterReport:
    """A period of registers in figures: every day of it, what was asked for most, who asked most; both the most first."""

    days: tuple[RegisterDay, ...]
    whats: tuple[WhatCount, ...]
    clients: tuple[ClientCount, ...]

    @property
    def stages(self) -> dict[str, int]:
        """How many requests by where they stand (core.case.Standing)."""
        sums: dict[str, int] = {}
        for day in self.days:
            for stage, number in day.stages.items():
                sums[stage] = sums.get(stage, 0) + number
        return sums

    @property
    def totals(self) -> dict[str, Decimal]:
        """The totals of what was not refused, by currency and tax."""
        sums: dict[str, Decimal] = {}
        for day in self.days:
            for currency, amount in day.totals.items():
                sums[currency] = sums.get(currency, Decimal(0)) + amount
        return sums

    @property
    def unsummed(self) -> int:
        """How many requests, not refused, have no one total."""
        return sum(day.unsummed for day in self.days)
