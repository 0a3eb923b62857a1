"""/api/orders, /api/stats, /api/whatsapp/status, /api/process-emails: the requests of registers for programs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Header, Path, Query, Response

from core.case import Standing
from core.directive import Status
from core.register_views import RegisterFilter
from engine.acts import Name
from engine.desk import Desk
from engine.registers import Registers, Whole
from engine.reports import USUAL_DAYS
from web.api import shapes
from web.api.cases import KEPT, ActOut, told
from web.api.order_shapes import (
    DecideIn,
    LaneOut,
    OrderOut,
    OrderPage,
    ProcessOut,
    StatsOut,
    UpdateIn,
    ValidateIn,
    WhatsAppOut,
    order_line,
    order_out,
    stats_out,
)
from web.api.shapes import After, Agent, Day, Limit, Reader, Zone
from web.auth import Person
from web.options import Options
from web.problems import Refusal, responses

#: Days of the longest period of figures.
MOST_DAYS = 400
OrderId = Annotated[
    str, Path(pattern=r"^(?:[0-9a-f]{32}|[0-9A-Z]{8})$", description="L'identifiant ou le numéro · The id or the number")
]
Word = Annotated[str, Query(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]


def router(desk: Desk, options: Options) -> APIRouter:
    """The endpoints."""
    routes = shapes.routes_of("Commandes")
    registers = desk.registers
    acted = {**KEPT, **responses(401, 403, 404, 409, 428)}

    @routes.get(
        "/orders", response_model=OrderPage, responses=responses(401, 403), summary="Les commandes, filtrées · Orders by filter"
    )
    async def find(
        person: Reader, status: Word = "", product: Word = "", client: Word = "", alert: Word = "", since: Day = None, until: Day = None,
        zone: Zone = "", search: shapes.Line = "", order: Literal["opened", "oldest", "due"] = "opened", limit: Limit = 50,
        after: After = "",
    ) -> OrderPage:  # fmt: skip
        del person
        which = filter_of(
            desk,
            status=status,
            what=product,
            client=client,
            alert=alert,
            since=since,
            until=until,
            zone=zone,
            search=search,
            order=order,
        )
        try:
            page = await desk.run(lambda: registers.find(which, limit=limit, after=after))
        except ValueError:
            raise Refusal(422, "« after » n'est pas la suite d'une page.") from None
        return OrderPage(orders=[order_line(row) for row in page.rows], next=page.next)

    @routes.get("/orders/{id}", response_model=OrderOut, responses=responses(401, 403, 404), summary="Une commande · One order")
    async def one(id: OrderId, person: Reader) -> OrderOut:
        del person
        whole = await desk.run(_whole, registers, id)
        if whole is None:
            raise Refusal(404, "Aucune commande ne porte cet identifiant.")
        return order_out(whole)

    async def decided(name: Name, id: str, person: Person, key: str, note: str, digest: str = "", values: Mapping[str, str] | None = None,
                      agreed: bool = False) -> Response:  # fmt: skip
        case_id = await desk.run(registers.find_id, id)
        if not case_id:
            raise Refusal(404, "Aucune commande ne porte cet identifiant.")
        return told(
            await desk.act(case_id, name, author=person.author, key=key, note=note, digest=digest, values=values, agreed=agreed)
        )

    @routes.post("/orders/{id}/validate", response_model=ActOut, responses=acted, summary="Valider une commande · Validate")
    async def validate(
        id: OrderId,
        person: Agent,
        given: ValidateIn | None = None,
        idempotency_key: Annotated[str, Header(max_length=200)] = "",
    ) -> Response:
        given = given or ValidateIn()
        return await decided(
            "validate", id, person, given.key or idempotency_key, given.note, given.digest, given.facts, given.agreed
        )

    @routes.post("/orders/{id}/reject", response_model=ActOut, responses=acted, summary="Rejeter une commande · Reject")
    async def reject(
        id: OrderId, person: Agent, given: DecideIn | None = None, idempotency_key: Annotated[str, Header(max_length=200)] = ""
    ) -> Response:
        given = given or DecideIn()
        return await decided("refuse", id, person, given.key or idempotency_key, given.note)

    @routes.post("/orders/{id}/update", response_model=ActOut, responses=acted, summary="Corriger une commande · Correct")
    async def update(
        id: OrderId, given: UpdateIn, person: Agent, idempotency_key: Annotated[str, Header(max_length=200)] = ""
    ) -> Response:
        return await decided("correct", id, person, given.key or idempotency_key, "", given.digest, given.facts, given.agreed)

    @routes.get(
        "/stats", response_model=StatsOut, responses=responses(401, 403), summary="Les commandes en figures · In figures"
    )
    async def stats(person: Reader, since: Day = None, until: Day = None) -> StatsOut:
        del person
        place = ZoneInfo(desk.business.zone)
        last = until or desk.now().astimezone(place).date()
        first = since or last - timedelta(min(USUAL_DAYS - 1, last.toordinal() - 1))
        if not 0 <= (last - first).days < MOST_DAYS or first.year < 1970 or last.year > 2200:
            raise Refusal(422, f"Une période de 1 à {MOST_DAYS} jours, entre 1970 et 2200, est attendue.")
        found = await desk.run(registers.analysis, first, last)
        waiting, alerts = await desk.run(_now, registers)
        return stats_out(found, first, last, place.key, waiting, alerts)

    @routes.get("/whatsapp/status", response_model=WhatsAppOut, responses=responses(401, 403), summary="WhatsApp · WhatsApp",
                tags=["Canaux"])  # fmt: skip
    async def whatsapp(person: Reader) -> WhatsAppOut:
        del person
        state = await desk.run(desk.processing.channel, "whatsapp", "whatsapp")
        lanes = {
            name: LaneOut(ok=lane.ok, detail=lane.detail, last_success_at=lane.good_at) for name, lane in state.lanes.items()
        }
        return WhatsAppOut(
            configured=state.on, ok=state.ok, number=options.whatsapp_number, received_today=state.today, last_received_at=state.last_at,
            sent=dict(state.sent), parked=state.parked, lanes=lanes,
        )  # fmt: skip

    @routes.post("/process-emails", response_model=ProcessOut, responses=responses(401, 403), tags=["Canaux"],
                 summary="Relever les boîtes maintenant · Look at the inboxes now")  # fmt: skip
    async def process(person: Agent) -> ProcessOut:
        del person
        lanes = await desk.run(desk.processing.run_now)
        counts = await desk.run(desk.processing.counts)
        return ProcessOut(lanes=list(lanes), waiting=counts.waiting, parked=counts.parked)

    return routes


def filter_of(
    desk: Desk, *, status: str, what: str, client: str, alert: str, since: date | None, until: date | None, zone: str, search: str,
    order: Literal["opened", "oldest", "due"] = "opened",
) -> RegisterFilter:  # fmt: skip
    """The parameters as a filter; days are those of the zone, both among them. Raises Refusal 422."""
    place = shapes.zone_of(desk.reports, zone)
    known = {s.word: s for s in desk.registers.statuses()}
    if status and status not in known:
        raise Refusal(422, f"Ce statut n'existe pas ; un de : {', '.join(known)}.")
    return RegisterFilter(
        stages=_stages(known.get(status)), what=what, person=client, alert=alert, since=shapes.start_of(since, place),
        until=shapes.start_of(until, place, 1), search=search, order=order,
    )  # fmt: skip


def _stages(status: Status | None) -> tuple[Standing, ...]:
    return tuple(status.stages) if status is not None else ()  # type: ignore[arg-type]


def _whole(registers: Registers, name: str) -> Whole | None:
    case_id = registers.find_id(name)
    return registers.whole(case_id) if case_id else None


def _now(registers: Registers) -> tuple[int, dict[str, int]]:
    return registers.count(RegisterFilter(stages=("waiting_review",)), most=100_000), registers.alert_counts()
