"""What Claude's tokens cost, in one place.

US dollars per million tokens, from https://platform.claude.com/docs/en/about-claude/pricing and the models' own pages as of
2026-11-20. A vendor changes its prices without telling us: ``ClaudeModel(price=…)`` takes another table without a new version,
and a model that is not in the table needs one.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from core.model import Usage

READ_ON = "2026-11-20"
DEFAULT_MODEL = "claude-haiku-5-5"
_MILLION = Decimal(10**6)


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars per million tokens. ``write`` is that of the 5-minute cache, ``write_hour`` of the 1-hour one.

    Where ``long_from`` is set, a prompt of more tokens than that (cached ones counted) costs ``long`` times as much, output included.
    ``effort``: whether the model takes ``output_config.effort``.
    """

    input: Decimal
    output: Decimal
    write: Decimal
    write_hour: Decimal
    read: Decimal
    long_from: int = 0
    long: Decimal = Decimal(1)
    effort: bool = False

    def cost(self, usage: Usage, *, hour: int = 0) -> Decimal:
        """What the tokens cost. ``hour`` of the tokens written to the cache went to the 1-hour one."""
        prompt = usage.input + usage.cache_read + usage.cache_written
        times = self.long if self.long_from and prompt > self.long_from else Decimal(1)
        hour = max(0, min(hour, usage.cache_written))
        whole = (
            usage.input * self.input
            + usage.output * self.output
            + (usage.cache_written - hour) * self.write
            + hour * self.write_hour
            + usage.cache_read * self.read
        )
        return whole * times / _MILLION


def _price(input_: str, output: str, *, read: str = "0.1", long_from: int = 0, effort: bool = True) -> Price:
    """The usual multiples: a write costs 1.25 inputs (2 for an hour), a read ``read`` inputs, a long prompt five times as much."""
    base = Decimal(input_)
    times = Decimal(5) if long_from else Decimal(1)
    return Price(base, Decimal(output), base * Decimal("1.25"), base * 2, base * Decimal(read), long_from, times, effort)


PRICES: dict[str, Price] = {
    "claude-haiku-5-5": _price("0.10", "0.50", long_from=100_000),
    "claude-sonnet-5-5": _price("2", "10", read="0.05"),
    "claude-opus-5-5": _price("4", "20", read="0.05"),
    "claude-sonnet-5": _price("2", "10"),
    "claude-opus-5": _price("5", "25"),
    "claude-haiku-4-5": _price("1", "5", effort=False),
}


def price_of(model: str) -> Price | None:
    """The price of a model, dated ids ("claude-haiku-4-5-20251001") included; None when the table has none."""
    if model in PRICES:
        return PRICES[model]
    name, _, stamp = model.rpartition("-")
    return PRICES.get(name) if stamp.isdigit() and len(stamp) == 8 else None
