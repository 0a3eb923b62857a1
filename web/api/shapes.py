"""What the API's endpoints share: parameters, the shapes of answers, who may ask."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.security import APIKeyCookie, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field

from core.accounts import Person
from core.case import Stage
from core.message import Channel
from core.views import CaseFilter, CaseRow
from engine.case_actions import Waits, waits_of
from engine.desk import Desk
from engine.reports import Reports
from web.auth import need
from web.auth.cookies import SESSION
from web.problems import Refusal

#: For the documentation alone: web.auth looks at them.
SCHEMES = (
    HTTPBearer(auto_error=False, scheme_name="token", description="Un jeton d'API : « guichet_… » · An API token"),
    APIKeyCookie(
        name=SESSION, auto_error=False, scheme_name="session", description="La session des pages · The pages' session"
    ),
)
Reader = Annotated[Person, Depends(need("reader"))]
Agent = Annotated[Person, Depends(need("agent"))]
Admin = Annotated[Person, Depends(need("admin"))]

#: Text in a parameter: no control character, which no name or word has.
_LINE = r"^[^\x00-\x1f\x7f]*$"
CaseId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", description="L'identifiant du dossier · The case's id")]
Limit = Annotated[int, Query(ge=1, le=200, description="Lignes par page · Rows of a page")]
After = Annotated[
    str, Query(max_length=400, pattern=r"^[A-Za-z0-9_-]*$", description="« next » de la page d'avant · of the page before")
]
Line = Annotated[str, Query(max_length=200, pattern=_LINE)]
Zone = Annotated[
    str, Query(max_length=60, pattern=r"^[A-Za-z0-9_+/-]*$", description="Fuseau IANA ; vide : celui du métier · IANA zone")
]
Day = Annotated[date | None, Query()]
Kinds = Annotated[list[Annotated[str, Field(max_length=100, pattern=_LINE)]], Query(max_length=20)]


def routes_of(tag: str, prefix: str = "") -> APIRouter:
    """A router of the API, whose description says how callers prove who they are. Whole as it is: a router that includes it would make
    every route a second time."""
    return APIRouter(prefix=f"/api{prefix}", tags=[tag], dependencies=[Depends(scheme) for scheme in SCHEMES])


class Answer(BaseModel):
    """The base of every answer."""

    model_config = ConfigDict(from_attributes=True, json_schema_serialization_defaults_required=True)


class CaseLine(Answer):
    """A case in a list. Times are in UTC; ``answered`` and ``resolved`` in seconds; ``amount`` keeps its decimals as text."""

    id: str
    ref: str
    business: str
    directive: str
    kind: str
    stage: Stage
    channel: Channel | Literal[""]
    subject: str
    name: str
    email: str
    phone: str
    language: str
    amount: Decimal | None
    unit: str
    offer: str
    opened_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    answered: float | None = Field(description="Secondes jusqu'à la première réponse · Seconds until the first answer")
    resolved: float | None = Field(description="Secondes jusqu'à la fin · Seconds until the end")
    parked: int
    waits: Waits
    url: str


def case_line(row: CaseRow) -> CaseLine:
    """The row as an answer."""
    return CaseLine(
        id=row.id,
        ref=row.ref,
        business=row.business,
        directive=row.directive,
        kind=row.kind,
        stage=row.stage,
        channel=row.channel,
        subject=row.subject,
        name=row.party.name,
        email=row.party.email,
        phone=row.party.phone,
        language=row.party.language,
        amount=row.amount,
        unit=row.unit,
        offer=row.offer,
        opened_at=row.opened_at,
        updated_at=row.updated_at,
        closed_at=row.closed_at,
        answered=seconds(row.answered),
        resolved=seconds(row.closed_at - row.opened_at) if row.closed_at is not None else None,
        parked=row.parked,
        waits=waits_of(row.stage, row.due),
        url=f"/cases/{row.id}",
    )


def seconds(span: timedelta | None) -> float | None:
    """A span as a number."""
    return span.total_seconds() if span is not None else None


def which(
    request: Request,
    stage: Annotated[list[Stage], Query(max_length=8)] = [],  # noqa: B006
    channel: Annotated[list[Channel], Query(max_length=4)] = [],  # noqa: B006
    kind: Kinds = [],  # noqa: B006
    business: Line = "",
    since: Day = None,
    until: Day = None,
    zone: Zone = "",
    search: Line = "",
) -> tuple[CaseFilter, ZoneInfo]:
    """The cases meant, and the zone of their times; days are those of the zone, both among them. Raises Refusal 422."""
    desk: Desk = request.app.state.desk
    place = zone_of(desk.reports, zone)
    chosen = CaseFilter(
        tuple(stage), tuple(channel), tuple(kind), business, start_of(since, place), start_of(until, place, 1), search=search
    )
    return chosen, place


Which = Annotated[tuple[CaseFilter, ZoneInfo], Depends(which)]


def zone_of(reports: Reports, zone: str) -> ZoneInfo:
    """The zone of that name. Raises Refusal 422."""
    try:
        return reports.zone(zone)
    except ValueError:
        raise Refusal(422, "Ce fuseau horaire n'est pas connu (par exemple Europe/Paris).") from None


def start_of(day: date | None, zone: ZoneInfo, more: int = 0) -> datetime | None:
    """When the day begins there, or one so many days later. Raises Refusal 422."""
    if day is None:
        return None
    if not 1970 <= day.year <= 2200:
        raise Refusal(422, "Une date entre 1970 et 2200 est attendue.")
    return datetime.combine(day + timedelta(more), time(), zone).astimezone(UTC)


#: The content of an answer that is a file.
def binary(*types: str) -> Mapping[str, Any]:
    """The documentation of bytes of these types."""
    return {kind: {"schema": {"type": "string", "format": "binary"}} for kind in types}
