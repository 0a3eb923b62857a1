"""/figures: a period in figures: volumes, delays, how many offers are accepted, amounts, what the model and outside calls cost."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from core.figures import DayCount, FigureReport
from engine.case_labels import CHANNELS
from web.pages.frame import Frame, Reader
from web.pages.language import Speech

#: Periods to choose from, in days.
PERIODS = (7, 30, 90, 365)
#: A chart of more days than this counts weeks.
MOST_DAYS = 120


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart with the table that says the same: ``series`` by name, one value a label.

    ``colours`` are places in the palette for the series (of a ring: its parts); in their order where none are named.
    """

    id: str
    title: str
    labels: Sequence[str]
    series: Mapping[str, Sequence[float]]
    kind: str = "bar"
    stacked: bool = True
    colours: Sequence[int] = ()

    @property
    def data(self) -> str:
        """What the script draws, as JSON."""
        series = [{"name": name, "data": list(values)} for name, values in self.series.items()]
        told = {
            "labels": list(self.labels),
            "series": series,
            "kind": self.kind,
            "stacked": self.stacked,
            "colours": list(self.colours),
        }
        return json.dumps(told)


def router(frame: Frame) -> APIRouter:
    """The page."""
    routes = APIRouter(include_in_schema=False)
    desk = frame.desk

    @routes.get("/figures")
    async def figures(
        request: Request,
        person: Reader,
        days: Annotated[int, Query(ge=1, le=400)] = 30,
    ) -> Response:
        speech = frame.pages.speech(request)
        last = speech.local(speech.now).date()
        report = await desk.run(desk.reports.report, last - timedelta(days - 1), last, speech.zone)
        now = await desk.run(desk.figures)
        kinds = {d.kind: desk.kind_of(d) for b in desk.businesses for d in b.directives}
        calls = by_system(now.calls)
        return await frame.show(
            request, person, "figures.html",
            days=days, periods=PERIODS, report=report, charts=charts(report, kinds, speech), calls=calls, spent=now.spent,
            stages=report.shared(desk.kinds_to_treat()[0]),
        )  # fmt: skip

    return routes


def by_system(calls: Mapping[tuple[str, str], int]) -> dict[str, int]:
    """Calls to outside systems, whatever they were answered."""
    sums: dict[str, int] = {}
    for (system, _), number in calls.items():
        sums[system] = sums.get(system, 0) + number
    return sums


def charts(report: FigureReport, kinds: Mapping[str, str], speech: Speech) -> list[Chart]:
    """The charts of a report. Those with nothing to show are left out."""
    buckets = _buckets(report.days)
    labels = [speech.short_day(day) for day, _ in buckets]
    say = speech.say
    channels = {name: words[speech.language] for name, words in CHANNELS.items()}
    stages = {"done": say("terminé"), "rejected": say("refusé ou annulé"), "expired": say("expiré"), "closed": say("clos")}
    every = [
        Chart("opened", say("Demandes reçues, par genre"), labels, _series(buckets, lambda d: d.opened, kinds)),
        Chart("messages", say("Messages reçus, par canal"), labels, _series(buckets, lambda d: d.messages, channels)),
        Chart("ended", say("Demandes terminées, par issue"), labels, _series(buckets, lambda d: d.ended, stages)),
        Chart("approved", _approved(report, say), labels, _series(buckets, lambda d: d.approved, {})),
    ]
    cost = [float(sum((d.model_cost for d in days), Decimal(0))) for _, days in buckets]
    if any(cost):
        every.append(Chart("cost", say("Coût du modèle, en dollars"), labels, {say("dollars"): cost}, "line", False))
    return [chart for chart in every if any(any(values) for values in chart.series.values())]


def _approved(report: FigureReport, say: Callable[..., str]) -> str:
    """What the chart of amounts is called: of one unit alone, with it, for no legend tells it then."""
    units = list(report.approved)
    return say("Montants acceptés, en %(unit)s", unit=units[0]) if len(units) == 1 else say("Montants acceptés")


def _buckets(days: Sequence[DayCount]) -> list[tuple[date, Sequence[DayCount]]]:
    size = 7 if len(days) > MOST_DAYS else 1
    return [(days[at].day, days[at : at + size]) for at in range(0, len(days), size)]


def _series(
    buckets: Sequence[tuple[date, Sequence[DayCount]]],
    of: Callable[[DayCount], Mapping[str, int] | Mapping[str, Decimal]],
    names: Mapping[str, str],
) -> dict[str, list[float]]:
    keys = list(dict.fromkeys(key for _, days in buckets for day in days for key in of(day)))
    keys.sort(key=lambda key: list(names).index(key) if key in names else len(names))
    return {
        names.get(key, key): [float(sum(of(day).get(key, 0) for day in days)) for _, days in buckets] for key in keys
    }  # fmt: skip
