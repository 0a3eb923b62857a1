"""Registers (core.register) listed and counted, by indexes alone; bodies are opened for the rows of one page only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, literal, or_, select

from core import codec
from core.alerts import Alert
from core.register import Raised
from core.register_views import ORDERED, ClientCount, RegisterDay, RegisterFilter, RegisterReport, RegisterRow, WhatCount
from core.views import Page
from store.base import MILLIONTHS, chunks
from store.clerk import Clerk
from store.tables import case_alerts, case_lines, cases
from store.views import CaseViews, aside, make_place, read_place

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
            # By the case's few alerts: every alert of that name is far too many.
            one = and_(_A.case_id == _L.case_id, aside(connection, _A.at) <= now)
            query = query.where(
                exists().where(one if which.alert == "*" else and_(one, aside(connection, _A.name) == which.alert))
            )
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

    def alert_counts(self, now: datetime, names: Sequence[str], *, most: int = 1_000) -> dict[str, int]:
        """How many there are of each of these alerts now; counting ends at ``most``, and those there are none of are left out."""
        found: dict[str, int] = {}
        with self.db.read() as connection:
            for name in dict.fromkeys(names):
                some = select(literal(1).label("one")).where(_A.name == name, _A.at <= now).limit(most).subquery()
                if number := int(connection.execute(select(func.count()).select_from(some)).scalar_one()):
                    found[name] = number
        return found

    # ---- figures

    def register_report(self, since: date, until: date, directives: Sequence[str], *, most: int = 10) -> RegisterReport:
        """The requests opened on the days from ``since`` to ``until`` (both among them), by the days of their business."""
        first, last = since.isoformat(), until.isoformat()
        days = {
            (since + timedelta(n)).isoformat(): RegisterDay(since + timedelta(n), {}, {})
            for n in range((until - since).days + 1)
        }
        ours = _L.directive.in_(sorted(set(directives)))
        span = (_L.day >= first, _L.day <= last, ours)
        stages = (
            select(_L.day, _L.stage, _L.currency, func.count(), func.count(_L.total), func.sum(_L.total))
            .where(_L.n == 0, *span)
            .group_by(_L.day, _L.stage, _L.currency)
        )
        # Whole groups are walked in the order of their index, and rows of other days passed over: no sorting.
        whats = (
            select(_L.what, _L.unit, func.count(), func.sum(_L.quantity))
            .where(_L.what != "", *span, _L.stage.in_(ORDERED))
            .group_by(_L.what, _L.unit)
        )
        clients = (
            select(_L.person, func.count())
            .where(_L.n == 0, _L.person != "", *span)
            .group_by(_L.person)
            .order_by(func.count().desc(), _L.person)
            .limit(most)
        )
        with self.db.read() as connection:
            for day, stage, currency, number, summed, total in connection.execute(stages):
                one = days[day]
                one.stages[stage] = one.stages.get(stage, 0) + number
                if stage not in ORDERED:
                    continue
                if total:
                    one.totals[currency] = one.totals.get(currency, Decimal(0)) + Decimal(int(total)) / MILLIONTHS
                if number > summed:
                    days[day] = replace(one, unsummed=one.unsummed + number - summed)
            asked = [
                WhatCount(what, unit, int(number), Decimal(int(quantity or 0)) / MILLIONTHS)
                for what, unit, number, quantity in connection.execute(whats).all()
            ]
            active = [ClientCount(person, int(number)) for person, number in connection.execute(clients).all()]
        return RegisterReport(
            tuple(days.values()), tuple(sorted(asked, key=lambda w: (-w.requests, w.what, w.unit))), tuple(active)
        )
