"""A period in figures: what each day saw, and how cases fared. By indexes alone, one statement a question."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    column,
    extract,
    func,
    select,
    text,
    type_coerce,
)

from core.figures import DayCount, Delays, FigureReport
from store.base import MILLIONTHS, Group
from store.tables import Moment, answers, cases, inbox, microseconds

#: What a language model costs is kept in billionths of a US dollar.
_BILLIONTHS = Decimal(1_000_000_000)


@dataclass(slots=True)
class _Day:
    messages: dict[str, int] = field(default_factory=dict)
    opened: dict[str, int] = field(default_factory=dict)
    ended: dict[str, int] = field(default_factory=dict)
    approved: dict[str, Decimal] = field(default_factory=dict)
    model_cost: Decimal = Decimal(0)


class ReportViews(Group):
    """Figures of a period."""

    def report(self, since: date, until: date, zone: str, *, business: str = "") -> FigureReport:
        """The days from ``since`` to ``until`` (both among them) in that IANA zone."""
        place = ZoneInfo(zone)
        days = [since + timedelta(n) for n in range((until - since).days + 1)]
        bounds = [datetime.combine(day, time(), place) for day in [*days, until + timedelta(1)]]
        ours = (cases.c.business == business,) if business else ()
        found = [_Day() for _ in days]
        # Two questions of some tens of milliseconds each, side by side: the database answers while Python waits.
        with ThreadPoolExecutor(1, "figures") as beside, self.db.read() as connection:
            whole = beside.submit(self._whole, bounds[0], bounds[-1], ours)

            def each(by: ColumnElement[Any], what: Sequence[ColumnElement[Any]], *where: ColumnElement[bool]) -> list[Any]:
                return by_day(connection, bounds, by, what, where)

            for n, channel, number in each(inbox.c.taken_at, [inbox.c.channel]):
                found[n].messages[channel] = number
            for n, kind, number in each(cases.c.opened_at, [cases.c.kind], *ours):
                found[n].opened[kind] = number
            for n, stage, number in each(cases.c.closed_at, [cases.c.stage], *ours):
                found[n].ended[stage] = number
            approved = by_day(
                connection, bounds, cases.c.approved_at, [cases.c.unit], ours, func.coalesce(func.sum(cases.c.amount), 0)
            )
            for n, unit, amount in approved:
                found[n].approved[unit] = Decimal(int(amount)) / MILLIONTHS
            for n, cost in by_day(connection, bounds, answers.c.at, [], (), func.coalesce(func.sum(answers.c.cost), 0)):
                found[n].model_cost = Decimal(int(cost)) / _BILLIONTHS
            groups, delays = whole.result()
        counts: list[dict[str, int]] = [{}, {}, {}, {}]
        under_way: dict[str, int] = {}
        for *keys, number, _, _ in groups:
            if keys[0] == "fulfilling":
                under_way[keys[2]] = under_way.get(keys[2], 0) + number
            for place_, key in zip(counts, keys, strict=True):
                place_[key] = place_.get(key, 0) + number
        stages, channels, kinds, offers = counts
        sums: dict[str, Decimal] = {}
        for day in found:
            for unit, amount in day.approved.items():
                sums[unit] = sums.get(unit, Decimal(0)) + amount
        return FigureReport(
            days=tuple(
                DayCount(day, f.messages, f.opened, f.ended, f.approved, f.model_cost)
                for day, f in zip(days, found, strict=True)
            ),
            delays=delays,
            opened=sum(stages.values()),
            quoted=sum(number for offer, number in offers.items() if offer),
            accepted=offers.get("approved", 0),
            refused=stages.get("rejected", 0),
            approved=sums,
            stages=stages,
            channels=channels,
            kinds=kinds,
            model_cost=sum((f.model_cost for f in found), Decimal(0)),
            fulfilling=under_way,
        )

    def _whole(self, start: datetime, stop: datetime, ours: Sequence[ColumnElement[bool]]) -> tuple[Sequence[Any], Delays]:
        """How the cases opened in that span fared: (their groups with how many were answered and have ended, their delays)."""
        span = (cases.c.opened_at >= start, cases.c.opened_at < stop, *ours)
        names = (cases.c.stage, cases.c.channel, cases.c.kind, cases.c.offer)
        counts = (func.count(), func.count(cases.c.answered_at), func.count(cases.c.closed_at))
        with self.db.read() as connection:
            groups = connection.execute(select(*names, *counts).where(*span).group_by(*names)).all()
            return groups, _delays(connection, span, sum(row[-2] for row in groups), sum(row[-1] for row in groups))


def by_day(
    connection: Connection,
    bounds: Sequence[datetime],
    by: ColumnElement[Any],
    what: Sequence[ColumnElement[Any]],
    where: Sequence[ColumnElement[bool]],
    *numbers: ColumnElement[Any],
) -> list[Any]:
    """(number of the day, what …, how many) for the days that saw any; a day of a zone has 23 to 25 hours."""
    days = _days(connection, bounds)
    # An outer join, so that the days lead: each is one range of the index. SQLite would rather walk all of it a day.
    query: Select[Any] = (
        select(days.c.n, *what, *(numbers or (func.count(by),)))
        .select_from(days.outerjoin(by.table, and_(by >= days.c.start, by < days.c.stop, *where)))
        .group_by(days.c.n, *what)
    )
    return [row for row in connection.execute(query) if row[-1]]


def _days(connection: Connection, bounds: Sequence[datetime]) -> CTE:
    """The days as rows. Written out: as a thousand parameters they would take longer to put together than to be answered."""
    if connection.dialect.name == "sqlite":
        spelt = [str(microseconds(at)) for at in bounds]
    else:
        spelt = [f"CAST('{at.astimezone(UTC).isoformat()}' AS timestamptz)" for at in bounds]
    rows = ", ".join(f"({n}, {start}, {stop})" for n, (start, stop) in enumerate(pairwise(spelt)))
    plain = text(f"SELECT column1 AS n, column2 AS start, column3 AS stop FROM (VALUES {rows}) AS v")
    return plain.columns(column("n", Integer), column("start", Moment), column("stop", Moment)).cte("days")


def _delays(connection: Connection, span: Sequence[ColumnElement[bool]], answers: int, ends: int) -> Delays:
    """``answers`` and ``ends``: how many of the cases were answered and have ended."""
    found: list[Any] = []
    for end, number in ((cases.c.answered_at, answers), (cases.c.closed_at, ends)):
        if connection.dialect.name == "sqlite":
            length: Any = type_coerce(type_coerce(end, BigInteger) - type_coerce(cases.c.opened_at, BigInteger), BigInteger)
        else:
            length = extract("epoch", end - cases.c.opened_at) * 1_000_000
        found += [number, *_ranks(connection, length, (end.is_not(None), *span), number)]
    return Delays(*found)


def _ranks(connection: Connection, length: Any, where: Sequence[ColumnElement[bool]], number: int) -> tuple[Any, Any]:
    """The smallest lengths that half and nine tenths do not exceed, (None, None) of nothing. Sorted once, by the database: only what
    lies between the two is fetched."""
    if not number:
        return None, None
    half, most = (-(-number * tenths // 10) - 1 for tenths in (5, 9))
    query = select(length).where(*where).order_by(length).limit(most - half + 1).offset(half)
    between = connection.execute(query).scalars().all()
    return timedelta(microseconds=int(between[0])), timedelta(microseconds=int(between[-1]))
