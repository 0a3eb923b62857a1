"""Registers: the requests of one kind as a business keeps them, line by line, with the figures by which they are listed and counted.

Which facts play which part follows from their types, so that a directive need not say it twice: the first choice among the columns
is *what* is asked for, the first quantity how much of it, the money fact for all of it the total, the first date the day it is due.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from core.alerts import Alert, alerts_of
from core.case import Case
from core.directive import Directive, FactSpec, once
from core.reading import Day, Fact, Money, Quantity
from core.rows import confidence, rows_of, rows_spec

#: A time after every deadline: what will need a look one day is planned when the request is decided.
_FAR = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Roles:
    """The names of the facts that play a part in lists and figures, '' where the directive has none."""

    what: str = ""
    quantity: str = ""
    total: str = ""
    due: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a request in figures; nothing here says who asked. Line 0 also counts the request, and its ``total`` is of all of it:
    None where there is no one sum (two currencies, a line without a price), and on every other line.

    ``currency`` has the tax behind it where that was said (``money_key``): with and without tax are never added up.
    ``sure`` is the confidence in hundredths. ``due`` is a day (ISO 8601), '' for none. ``judged`` is "validated", "rejected" or ''.
    """

    n: int
    what: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    total: Decimal | None = None
    currency: str = ""
    due: str = ""
    sure: int = 100
    judged: str = ""


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert with the time from which it holds, which may be still to come."""

    alert: Alert
    at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """What a register holds of a request. ``day`` is the one that it was opened on, in the business's zone."""

    directive: str
    day: date
    lines: tuple[Line, ...]
    alerts: tuple[Raised, ...] = ()


@once
def columns(directive: Directive) -> tuple[FactSpec, ...]:
    """The facts that a list shows: those of the lines first, then the others, without files and the lines themselves."""
    spec = rows_spec(directive)
    first = [f for name in (spec.columns if spec is not None else ()) if (f := directive.fact(name)) is not None]
    rest = [f for f in directive.facts if f not in first and f.type not in ("files", "rows")]
    return (*first, *rest)


@once
def roles(directive: Directive) -> Roles:
    """Which fact plays which part."""
    specs = columns(directive)

    def first(*types: str) -> str:
        return next((s.name for s in specs if s.type in types), "")

    money = [s for s in specs if s.type == "money"]
    total = next((s.name for s in money if s.price == "total"), next((s.name for s in money if s.price != "unit"), ""))
    return Roles(first("choice"), first("quantity", "count"), total, first("date"))


def entry_of(case: Case, directive: Directive, past: Sequence[Case], now: datetime) -> Entry:
    """The request as its register holds it. ``past`` as in core.alerts."""
    parts = roles(directive)
    sure = round(confidence(case, directive) * 100)
    judged = case.judged.outcome if case.judged is not None else ""
    due = case.fact(parts.due)
    day = due.value.day.isoformat() if due is not None and isinstance(due.value, Day) else ""
    amount, currency = _money(case.fact(parts.total))
    rows = [row.cells for row in rows_of(case.facts, directive)] or [case.facts]
    lines = []
    for n, cells in enumerate(rows):
        by_name = {f.name: f for f in cells}
        what = by_name.get(parts.what)
        quantity, unit = _quantity(by_name.get(parts.quantity), directive)
        mine = (amount, currency) if n == 0 else (None, "")
        lines.append(
            Line(
                n,
                str(what.value) if what is not None else "",
                quantity,
                unit,
                *mine,
                day,
                sure,
                judged,
            )
        )
    raised = [Raised(alert, _from(alert, case, directive, now)) for alert in alerts_of(case, directive, past, _FAR)]
    opened = case.opened_at.astimezone(ZoneInfo(directive.zone)).date()
    return Entry(directive.name, opened, tuple(lines), tuple(raised))


def _quantity(fact: Fact | None, directive: Directive) -> tuple[Decimal | None, str]:
    value = fact.value if fact is not None else None
    if isinstance(value, Quantity):
        spec = directive.fact(fact.name) if fact is not None else None
        return value.amount, value.unit or (spec.units[0] if spec is not None and spec.units else "")
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value), ""
    return None, ""


def _money(fact: Fact | None) -> tuple[Decimal | None, str]:
    value = fact.value if fact is not None else None
    return (value.amount, money_key(value)) if isinstance(value, Money) else (None, "")


def money_key(value: Money) -> str:
    """What amounts may be added up with: « MAD », "MAD excl", "MAD incl"; '' and " excl" without a currency."""
    return f"{value.currency[:3]} {value.tax}" if value.tax else value.currency


def _from(alert: Alert, case: Case, directive: Directive, now: datetime) -> datetime:
    if alert.rule == "late":
        day = datetime.fromisoformat(alert.values["due"]).date() + timedelta(1)
        return datetime.combine(day, time(), ZoneInfo(directive.zone)).astimezone(UTC)
    if alert.rule == "waiting":
        spec = next(s for s in directive.alerts if s.name == alert.name)
        return case.opened_at + spec.after
    return now
