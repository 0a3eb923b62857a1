"""GET /metrics: the figures as Prometheus reads them. No label holds anything that a customer or a caller wrote."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from engine.desk import Desk
from web.problems import responses
from web.security import SCHEMES, Doors

_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 15.0)


class Requests:
    """What the web itself did, counted as it happens."""

    def __init__(self, registry: CollectorRegistry) -> None:
        labels = ("route", "method", "status")
        self._number = Counter("guichet_http_requests", "Requêtes reçues.", labels, registry=registry)
        self._seconds = Histogram(
            "guichet_http_request_seconds", "Durée des réponses.", ("route",), buckets=_BUCKETS, registry=registry
        )

    def observe(self, route: str, method: str, status: int, seconds: float) -> None:
        """One request came to its end; ``status`` 0 when the caller left before."""
        known = method if method in ("GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE") else "other"
        self._number.labels(route, known, str(status or 499)).inc()
        self._seconds.labels(route).observe(seconds)


class _Figures(Collector):
    """The engine's figures, asked for when somebody reads them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def describe(self) -> Iterable[Metric]:
        return []  # so that registering asks the store nothing

    def collect(self) -> Iterable[Metric]:
        figures = self._desk.figures()
        yield _one("guichet_info", "Version du guichet.", ["version"], [((self._desk.version,), 1)])
        yield _one(
            "guichet_messages",
            "Messages par canal, état et issue.",
            ["channel", "state", "outcome"],
            [((channel, state, outcome), number) for channel, state, outcome, number in figures.messages],
        )
        yield _one("guichet_cases", "Dossiers par étape.", ["stage"], [((s,), n) for s, n in figures.cases.items()])
        yield _one(
            "guichet_effects",
            "Effets par système et état.",
            ["system", "state"],
            [((system, state), n) for system, states in figures.effects.items() for state, n in states.items()],
        )
        lanes = figures.lanes.items()
        yield _one("guichet_lane_up", "1 quand la voie va bien.", ["lane"], [((n,), lane.ok) for n, lane in lanes])
        yield _one(
            "guichet_lane_lag_seconds",
            "Depuis combien de temps le plus ancien travail de la voie pourrait être fait.",
            ["lane"],
            [((n,), lane.lag) for n, lane in lanes],
        )
        yield _one(
            "guichet_lane_last_success_timestamp_seconds",
            "Dernier passage réussi de la voie.",
            ["lane"],
            [((n,), lane.good_at.timestamp()) for n, lane in lanes if lane.good_at is not None],
        )
        calls = CounterMetricFamily("guichet_outside_calls", "Appels aux systèmes extérieurs.", labels=["system", "status"])
        for (system, status), number in figures.calls.items():
            calls.add_metric([system, status], number)
        yield calls
        usage, spent = figures.spent.usage, figures.spent
        yield _one(
            "guichet_model_tokens_month",
            "Jetons du modèle de langage, mois en cours (UTC).",
            ["kind"],
            [((n,), getattr(usage, n)) for n in ("input", "output", "cache_read", "cache_written")],
        )
        yield _one("guichet_model_questions_month", "Questions au modèle, mois en cours.", [], [((), spent.asked)])
        yield _one("guichet_model_cost_dollars_month", "Coût du modèle, mois en cours.", [], [((), float(spent.cost))])


def _one(name: str, help_: str, labels: list[str], rows: Iterable[tuple[tuple[str, ...], float]]) -> Metric:
    family = GaugeMetricFamily(name, help_, labels=labels)
    for values, number in rows:
        family.add_metric(list(values), float(number))
    return family


def registry_of(desk: Desk) -> tuple[CollectorRegistry, Requests]:
    """A registry of our own: nothing of other libraries shows in it."""
    disable_created_metrics()  # type: ignore[no-untyped-call]  # a series more for each, which nobody reads
    registry = CollectorRegistry()
    registry.register(_Figures(desk))
    ProcessCollector(registry=registry)
    return registry, Requests(registry)


def router(desk: Desk, doors: Doors, registry: CollectorRegistry) -> APIRouter:
    """The endpoint."""
    routes = APIRouter(tags=["État"], dependencies=[Depends(scheme) for scheme in SCHEMES])
    documented = responses(401, 403)
    documented[200] = {"description": "Les chiffres.", "content": {"text/plain": {"schema": {"type": "string"}}}}

    @routes.get("/metrics", response_class=Response, responses=documented, summary="Les chiffres, pour Prometheus")
    async def metrics(request: Request) -> Response:
        doors.may_measure(request)
        return Response(await desk.run(generate_latest, registry), 200, headers={"Content-Type": _TYPE})

    return routes
