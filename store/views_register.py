"""Registers (core.register) listed and counted, by indexes alone; bodies are opened for the rows of one page only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Select, and_, distinct, exists, func, or_, select

from core import codec
from core.alerts import Alert
from core.register import Raised
from core.views import ORDERED, ClientCount, Page, RegisterDay, RegisterFilter, RegisterReport, RegisterRow, WhatCount
from store.base import MILLIONTHS, chunks
from store.clerk import Clerk
from store.tables import case_alerts, case_lines, cases
from store.views import CaseViews, make_place, read_place
from store.views_report import by_day

_L, _A = case_lines.c, case_alerts.c


class RegisterViews(Clerk, CaseViews):
    """The reading side."""

    def find_register(self, which: RegisterFilter, now: datetime, *, limit: int, after: str = "") -> Page[RegisterRow]:
        """Rows in order, at most ``limit``. Raises ValueError when ``after`` is not what a page before gave."""
        by: ColumnElement[Any] = _L.due if which.order == "due" else _L.opened_at
        with self.db.read() as connection:
            query = self._meant(connection, which, now, select(_L.case_id, _L.opened_at, _L.due, _L.sure, _L.person))
            if query is None:
                return Page(())
            place = read_place(after) if after else None
            if which.order == "due":
                query = query.where(_L.due != "")
                if place is not None:
                    day = place[0].date().isoformat()
                    query = query.where(or_(by > day, and_(by == day, _L.case_id > place[1])), by >= day)
                query = query.order_by(by, _L.case_id)
            elif which.order == "oldest":
                if place is not None:
                    query = query.where(or_(by > place[0], and_(by == place[0], _L.case_id > place[1])), by >= place[0])
                query = query.order_by(by, _L.case_id)
            else:
                if place is not None:
                    query = query.where(or_(by < place[0], and_(by == place[0], _L.case_id < place[1])), by <= place[0])
                query = query.order_by(by.desc(), _L.case_id.desc())
            found = connection.execute(query.limit(limit + 1)).all()
            ids = [row.case_id for row in found[:limit]]
            alerts = self._raised(connection, ids, now)
            bodies = connection.execute(select(cases.c.id, cases.c.body).where(cases.c.id.in_(ids)))
            held = {case.id: case for case in self._cases(bodies)}
        rows = [
            RegisterRow(held[row.case_id], row.sure / 100, row.person, tuple(alerts.get(row.case_id, ())))
            for row in found[:limit]
            if row.case_id in held
        ]
        if len(found) <= limit:
            return Page(tuple(rows))
        last = found[limit - 1]
        at = last.opened_at
        if which.order == "due":
            at = datetime.combine(date.fromisoformat(last.due), time(), at.tzinfo)
        return Page(tuple(rows), make_place(at, last.case_id))

    def count_register(self, which: RegisterFilter, now: datetime, *, most: int = 1_000) -> int:
        """How many there are; counting ends at ``most``."""
        with self.db.read() as connection:
            query = self._meant(connection, which, now, select(_L.case_id))
            if query is None:
                return 0
            return int(connection.execute(select(func.count()).select_from(query.limit(most).subquery())).scalar_one())

    def _meant(self, connection: Connection, which: RegisterFilter, now: datetime, query: Select[Any]) -> Select[Any] | None:
        """The query over the first lines of the requests meant; None when there certainly are none."""
        query = query.where(_L.n == 0)
        if which.directives:
            query = query.where(_L.directive.in_(sorted(set(which.directives))))
        if which.stages:
            query = query.where(_L.stage.in_(sorted(set(which.stages))))
        if which.person:
            query = query.where(_L.person == which.person)
        if which.since is not None:
            query = query.where(_L.opened_at >= which.since)
        if which.until is not None:
            query = query.where(_L.opened_at < which.until)
        if which.what:
            other = case_lines.alias()
            query = query.where(exists().where(other.c.case_id == _L.case_id, other.c.what == which.what))
        if which.alert:
            one = and_(_A.case_id == _L.case_id, _A.at <= now)
            query = query.where(exists().where(one if which.alert == "*" else and_(one, _A.name == which.alert)))
        if which.search.strip():
            found = self._with_words(connection, "case", which.search, _L.case_id)
            if found is None:
                return None
            query = query.where(*found)
        return query

    def raised(self, case_id: str, now: datetime) -> list[Alert]:
        """What there is to look at in that request, as stored with its last decision."""
        with self.db.read() as connection:
            return [r.alert for r in self._raised(connection, [case_id], now).get(case_id, [])]

    def _raised(self, connection: Connection, ids: Sequence[str], now: datetime) -> dict[str, list[Raised]]:
        found: dict[str, list[Raised]] = {}
        for some in chunks(ids):
            query = select(case_alerts).where(_A.case_id.in_(some), _A.at <= now).order_by(_A.case_id, _A.n)
            for row in connection.execute(query):
                alert = codec.load(Alert, self.keys.unseal("case_alerts", f"{row.case_id}\n{row.n}", row.body))
                found.setdefault(row.case_id, []).append(Raised(alert, row.at))
        return found

    def alert_counts(self, now: datetime, directives: Sequence[str] = ()) -> dict[str, int]:
        """How many requests each alert holds for now, by its name."""
        query = select(_A.name, func.count(distinct(_A.case_id))).where(_A.at <= now).group_by(_A.name)
        if directives:
            query = query.where(_A.directive.in_(sorted(set(directives))))
        with self.db.read() as connection:
            return {name: int(number) for name, number in connection.execute(query)}

    # ---- figures

    def register_report(
        self, since: date, until: date, zone: str, directives: Sequence[str], *, most: int = 10
    ) -> RegisterReport:
        """The requests opened on the days from ``since`` to ``until`` (both among them) in that IANA zone."""
        place = ZoneInfo(zone)
        days = [since + timedelta(n) for n in range((until - since).days + 1)]
        bounds = [datetime.combine(day, time(), place) for day in [*days, until + timedelta(1)]]
        ours = _L.directive.in_(sorted(set(directives)))
        span = (_L.opened_at >= bounds[0], _L.opened_at < bounds[-1], ours)
        counted = [RegisterDay(day, {}, {}) for day in days]
        with self.db.read() as connection:
            sums = (func.sum(_L.total), func.count(_L.opened_at))
            rows = by_day(connection, bounds, _L.opened_at, [_L.stage, _L.currency], (_L.n == 0, ours), *sums)
            for n, stage, currency, total, number in rows:
                day = counted[n]
                day.stages[stage] = day.stages.get(stage, 0) + number
                if total and stage in ORDERED:
                    day.totals[currency] = day.totals.get(currency, Decimal(0)) + Decimal(int(total)) / MILLIONTHS
            kept = _L.stage.in_(ORDERED)
            what = (
                select(_L.what, _L.unit, func.count(), func.sum(_L.quantity))
                .where(*span, kept, _L.what != "")
                .group_by(_L.what, _L.unit)
            )
            whats = [
                WhatCount(row[0], row[1], int(row[2]), Decimal(int(row[3] or 0)) / MILLIONTHS)
                for row in connection.execute(what)
            ]
            clients = (
                select(_L.person, func.count())
                .where(_L.n == 0, *span, _L.person != "")
                .group_by(_L.person)
                .order_by(func.count().desc(), _L.person)
                .limit(most)
            )
            active = [(row[0], int(row[1])) for row in connection.execute(clients)]
        return RegisterReport(
            tuple(counted),
            tuple(sorted(whats, key=lambda w: (-w.requests, w.what, w.unit))),
            tuple(ClientCount(person, number) for person, number in active),
        )
