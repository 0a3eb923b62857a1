"""/api/figures and /api/health: a period in figures, how the connectors are."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from fastapi import APIRouter

from core.figures import FigureReport
from engine.connectors import ConnectorsView
from engine.desk import Desk
from web.api import shapes
from web.api.shapes import Answer, Day, Reader, Zone, seconds
from web.options import Options
from web.problems import Refusal, responses


class DayOut(Answer):
    """One day of the zone."""

    day: date
    messages: dict[str, int]
    opened: dict[str, int]
    ended: dict[str, int]
    approved: dict[str, Decimal]
    model_cost: Decimal


class DelaysOut(Answer):
    """Seconds: medians, and what nine in ten do not exceed; null where no case has come so far."""

    answers: int
    answered: float | None
    answered_90: float | None
    ends: int
    resolved: float | None
    resolved_90: float | None


class ReportOut(Answer):
    """A period. ``acceptance`` is accepted / quoted, null without a quote; amounts by unit; ``model_cost`` in US dollars. ``to_treat`` of
    those that are "fulfilling" only wait for a person to deal with them: nothing is under way."""

    since: date
    until: date
    zone: str
    days: list[DayOut]
    delays: DelaysOut
    opened: int
    quoted: int
    accepted: int
    refused: int
    acceptance: float | None
    approved: dict[str, Decimal]
    stages: dict[str, int]
    channels: dict[str, int]
    kinds: dict[str, int]
    model_cost: Decimal
    to_treat: int


def router(desk: Desk, options: Options) -> APIRouter:
    """The endpoints."""
    del options
    routes = shapes.routes_of("Chiffres")

    @routes.get(
        "/figures", response_model=ReportOut, responses=responses(401, 403), summary="Une période en chiffres · Figures"
    )
    async def figures(
        person: Reader, since: Day = None, until: Day = None, zone: Zone = "", business: shapes.Line = ""
    ) -> ReportOut:
        del person
        place = shapes.zone_of(desk.reports, zone)
        try:
            found = await desk.run(lambda: desk.reports.report(since, until, place.key, business=business))
        except ValueError:
            raise Refusal(422, "Une période de 1 à 400 jours, entre 1970 et 2200, est attendue.") from None
        return _out(found, place.key, desk.kinds_to_treat()[0])

    @routes.get(
        "/health", response_model=ConnectorsView, responses=responses(401, 403), summary="L'état des connecteurs · Connectors"
    )
    async def health(person: Reader) -> ConnectorsView:
        del person
        return await desk.run(desk.connectors)

    return routes


def _out(found: FigureReport, zone: str, to_treat: tuple[str, ...]) -> ReportOut:
    delays = found.delays
    return ReportOut(
        since=found.days[0].day,
        until=found.days[-1].day,
        zone=zone,
        days=[DayOut.model_validate(day) for day in found.days],
        delays=DelaysOut(
            answers=delays.answers,
            answered=seconds(delays.answered),
            answered_90=seconds(delays.answered_90),
            ends=delays.ends,
            resolved=seconds(delays.resolved),
            resolved_90=seconds(delays.resolved_90),
        ),
        opened=found.opened,
        quoted=found.quoted,
        accepted=found.accepted,
        refused=found.refused,
        acceptance=found.accepted / found.quoted if found.quoted else None,
        approved=dict(found.approved),
        stages=dict(found.stages),
        channels=dict(found.channels),
        kinds=dict(found.kinds),
        model_cost=found.model_cost,
        to_treat=found.shared(to_treat).get("to_treat", 0),
    )
