"""How often outside systems are called, and what they allow in a day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

#: Told of each call that came to its end: (system, status).
Count = Callable[[str, str], None]


def uncounted(system: str, status: str) -> None:
    """Where nobody counts."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Calls that a system allows in a day, and how many are ``left``, as it last said itself."""

    most: int
    left: int


class OutsideCalls(Protocol):
    """What the store keeps of calls. Days are UTC's; ``status`` is that of HTTP, "lost" where no answer came."""

    def count_calls(self, made: Mapping[tuple[str, str], int], budgets: Mapping[str, Budget], now: datetime) -> None:
        """Add calls by (system, status) to the day of ``now``, and put the budgets as they stand; one commit."""

    def calls_since(self, first: date) -> list[tuple[date, str, str, int]]:
        """(day, system, status, number) from that day on."""

    def budgets(self, day: date) -> dict[str, Budget]:
        """By system, what was last said of that day's budget."""
