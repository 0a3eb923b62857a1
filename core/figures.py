"""A period in figures, as pages and the API show it: volumes by day, delays, what was offered and accepted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class DayCount:
    """What one day (in the asked zone) saw.

    ``messages`` taken by channel, cases ``opened`` by kind and ``ended`` by stage, amounts ``approved`` by unit;
    ``model_cost`` in US dollars.
    """

    day: date
    messages: Mapping[str, int] = field(default_factory=dict)
    opened: Mapping[str, int] = field(default_factory=dict)
    ended: Mapping[str, int] = field(default_factory=dict)
    approved: Mapping[str, Decimal] = field(default_factory=dict)
    model_cost: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Delays:
    """Medians and 90th percentiles (the smallest delay that half, or nine tenths, do not exceed) over cases opened in a period.

    ``answered`` until the first text to the customer had left, over ``answers`` cases; ``resolved`` until the end, over ``ends``.
    None where no case has come so far.
    """

    answers: int = 0
    answered: timedelta | None = None
    answered_90: timedelta | None = None
    ends: int = 0
    resolved: timedelta | None = None
    resolved_90: timedelta | None = None


@dataclass(frozen=True, slots=True)
class FigureReport:
    """A period in figures. ``days`` oldest first, every day of the period among them.

    The rest is over the cases opened in the period: ``opened`` of them; ``quoted`` got an offer, of which ``accepted`` were
    approved; ``refused`` ended with a no, whoever said it. ``approved`` is the sum approved in the period, by unit. ``fulfilling`` are
    those of that stage by kind: of some kinds they wait for a person, and nothing is under way.
    """

    days: tuple[DayCount, ...]
    delays: Delays
    opened: int
    quoted: int
    accepted: int
    refused: int
    approved: Mapping[str, Decimal]
    stages: Mapping[str, int]
    channels: Mapping[str, int]
    kinds: Mapping[str, int]
    model_cost: Decimal = Decimal(0)
    fulfilling: Mapping[str, int] = field(default_factory=dict)

    def shared(self, to_treat: Collection[str]) -> dict[str, int]:
        """``stages``, but those of these kinds that wait for a person to deal with them are apart, as "to_treat"."""
        waiting = sum(self.fulfilling.get(kind, 0) for kind in to_treat)
        found: dict[str, int] = {}
        for stage, number in self.stages.items():
            if stage == "fulfilling":
                found |= {name: some for name, some in (("to_treat", waiting), (stage, number - waiting)) if some}
            else:
                found[stage] = number
        return found
