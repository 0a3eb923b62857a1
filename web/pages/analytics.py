"""/analytics and /dashboard: the requests of registers in figures, and what of them needs somebody today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from core.directive import Localized
from core.register_views import RegisterFilter
from core.wording import sum_name
from engine.desk import Desk
from engine.registers import JUDGED, Analysis, Listed
from web.pages.figures import MOST_DAYS, PERIODS, Chart
from web.pages.frame import Frame, Reader
from web.pages.language import Speech
from web.pages.orders import kept

#: Rows of a short list, and days of the dashboard's chart.
SOME, DAYS = 6, 30


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of a ranking: ``share`` of the greatest one in hundredths; ``url`` '' where it leads nowhere."""

    label: str
    value: str
    share: float
    url: str = ""


def router(frame: Frame) -> APIRouter:
    """The pages."""
    routes = APIRouter(include_in_schema=False)
    desk = frame.desk

    @routes.get("/analytics")
    async def analytics(request: Request, person: Reader, days: Annotated[int, Query(ge=1, le=400)] = 30) -> Response:
        kept(desk)
        speech = frame.pages.speech(request)
        last = speech.local(speech.now).date()
        found = await desk.run(desk.registers.analysis, last - timedelta(days - 1), last)
        return await frame.show(
            request, person, "analytics.html",
            title=desk.registers.name(), days=days, periods=PERIODS, found=found, charts=charts(found, speech),
            whats=ranked_whats(found, speech), clients=ranked_clients(found, speech), total=sum(found.statuses.values()),
        )  # fmt: skip

    @routes.get("/dashboard")
    async def dashboard(request: Request, person: Reader) -> Response:
        kept(desk)
        speech = frame.pages.speech(request)
        last = speech.local(speech.now).date()
        found = await desk.run(desk.registers.analysis, last - timedelta(DAYS - 1), last)
        waiting, alerting, counts, number = await desk.run(_today, desk)
        today = found.days[-1][1] if found.days else {}
        return await frame.show(
            request, person, "dashboard.html",
            title=desk.registers.name(), columns=desk.registers.brief(), found=found, charts=charts(found, speech)[:2], waiting=waiting,
            alerting=alerting, alerts=desk.registers.alerts(), raised=counts, number=number, today=sum(today.values()),
            whats=ranked_whats(found, speech)[:SOME], reading=await desk.run(desk.processing.counts),
        )  # fmt: skip

    @routes.get("/alerts")
    async def alerts(
        request: Request, person: Reader, name: Annotated[str, Query(max_length=60)] = "",
        after: Annotated[str, Query(max_length=500)] = "",
    ) -> Response:  # fmt: skip
        kept(desk)
        rows, next_, counts = await desk.run(_alerting, desk, name, after)
        more = f"/alerts?name={name}&after={next_}" if next_ else ""
        return await frame.show(
            request, person, "alerts.html",
            title=desk.registers.name(), alerts=desk.registers.alerts(), raised=counts, rows=rows, name=name, next_url=more,
        )  # fmt: skip

    return routes


def _today(desk: Desk) -> tuple[Sequence[Listed], Sequence[Listed], Mapping[str, int], int]:
    """What waits for a person (the oldest first), what has alerts, how many of each, how many wait."""
    which = RegisterFilter(stages=JUDGED, order="oldest")
    waiting = desk.registers.find(which, limit=SOME)
    number = desk.registers.count(which) if waiting.next else len(waiting.rows)
    alerting = desk.registers.find(RegisterFilter(alert="*"), limit=SOME).rows
    return waiting.rows, alerting, desk.registers.alert_counts(), number


def _alerting(desk: Desk, name: str, after: str) -> tuple[Sequence[Listed], str, Mapping[str, int]]:
    which = RegisterFilter(alert=name or "*", order="oldest")
    try:
        found = desk.registers.find(which, limit=40, after=after)
    except ValueError:  # a place in the list that was never given
        found = desk.registers.find(which, limit=40)
    return found.rows, found.next, desk.registers.alert_counts()


# ------------------------------------------------------------------ charts


#: What the ids of charts of amounts begin with.
AMOUNTS = "amounts"
#: The colour of a status, by the first of its stages: amber waits, green is well, red was refused, grey was taken back.
_COLOURS = {
    "waiting_info": 2,
    "waiting_review": 2,
    "waiting_approval": 2,
    "fulfilling": 0,
    "done": 0,
    "rejected": 4,
    "cancelled": 6,
}


def charts(found: Analysis, speech: Speech) -> list[Chart]:
    """Volume by status over time, the share of each status, amounts over time. Those with nothing to show are left out."""
    size = 7 if len(found.days) > MOST_DAYS else 1
    starts = range(0, len(found.days), size)
    labels = [speech.short_day(found.days[at][0]) for at in starts]
    words = list(dict.fromkeys([*found.labels, *found.statuses]))
    say = speech.say

    def name(word: str) -> str:
        return in_words(found.labels.get(word, {"fr": word}), speech.language)

    def over(word: str) -> list[float]:
        return [float(sum(day.get(word, 0) for _, day in found.days[at : at + size])) for at in starts]

    shown = [word for word in words if found.statuses.get(word)]
    colours = [_COLOURS.get(next(iter(found.stages.get(word, (word,))), ""), 1) for word in shown]
    every = [
        Chart("volume", say("Reçues, par statut"), labels, {name(word): over(word) for word in shown}, colours=colours),
        Chart(
            "statuses", say("Où elles en sont"), [name(word) for word in shown],
            {say("nombre"): [float(found.statuses[word]) for word in shown]}, "pie", False, colours,
        ),
    ]  # fmt: skip
    # One chart a currency and tax: amounts of two have no sum, and the heights of their bars say nothing of one another.
    for at_currency, currency in enumerate(found.report.totals):
        word = sum_name(currency, speech.language)
        sums = [
            float(sum((d.totals.get(currency, Decimal(0)) for d in found.report.days[at : at + size]), Decimal(0)))
            for at in starts
        ]
        title = say("Montants en %(currency)s, hors rejetées et annulées", currency=word)
        every.append(
            Chart(
                f"{AMOUNTS}-{currency.strip().replace(' ', '-') or 'none'}",
                title,
                labels,
                {word: sums},
                "bar",
                False,
                ((1, 3, 5)[at_currency % 3],),
            )
        )
    return [chart for chart in every if any(any(values) for values in chart.series.values())]


def ranked_whats(found: Analysis, speech: Speech) -> list[Bar]:
    """What is asked for most, each thing once with its quantities by unit."""
    bars = []
    for asked in found.whats:
        told = [words[speech.language] for _, _, words in asked.amounts]
        told.append(speech.count("%(num)s fois", "%(num)s fois", asked.times))
        bars.append(Bar(in_words(asked.label, speech.language), " · ".join(told), asked.share))
    return bars


def ranked_clients(found: Analysis, speech: Speech) -> list[Bar]:
    """Who asks most."""
    most = max((number for _, _, number in found.clients), default=1)
    return [
        Bar(name or speech.say("effacé"), speech.number(number), number / most * 100, f"/contacts/{person}" if name else "")
        for person, name, number in found.clients
    ]


def in_words(label: Localized, language: str) -> str:
    """The label in that language, else in French."""
    return label.get(language) or label.get("fr", "")
