"""The shapes of /api/orders and its neighbours: what is taken, what is answered."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from core.alerts import Alert
from core.case import Stage
from core.message import Channel
from engine.acts import MOST_NOTE
from engine.fields import Field as FactField
from engine.registers import Analysis, Asked, Listed, Whole
from web.api.cases import Facts
from web.api.shapes import Answer


class AlertOut(Answer):
    """Something to look at; ``values`` are figures to show beside it."""

    name: str
    rule: str
    label: dict[str, str]
    facts: list[str]
    urgent: bool
    values: dict[str, str]


class OrderLine(Answer):
    """A request in a list. ``facts`` are its columns in words, by language; of the first line where there are several (``lines``).
    ``cancelled``: the client took it back himself, which is no rejection.

    The total is that of the whole, or left out.
    """

    id: str
    number: str
    kind: str
    status: str
    stage: Stage
    cancelled: bool
    channel: Channel
    client: str
    email: str
    phone: str
    client_id: str
    facts: dict[str, dict[str, str]]
    lines: int
    confidence: float
    alerts: list[AlertOut]
    opened_at: datetime
    updated_at: datetime
    validated_by: str
    validated_at: datetime | None
    url: str


class OrderPage(Answer):
    """Some requests of a longer list; ``next`` is "" at its end."""

    orders: list[OrderLine]
    next: str


class FieldOut(Answer):
    """A fact: ``value`` in words, ``typed`` as it is typed to correct it, where it was read, how sure that is, and ``why`` it is
    doubtful, in words ({} where it is not)."""

    name: str
    label: dict[str, str]
    value: dict[str, str]
    typed: str
    type: str
    state: Literal["known", "doubtful", "missing"]
    origin: str
    confidence: float
    required: bool
    quotes: list[str]
    why: dict[str, str]


class SourceOut(Answer):
    """The message that it began with."""

    id: str
    subject: str
    sender: str


class FurtherOut(Answer):
    """A message that the client wrote since. ``taken``: the fields have what it says; else it is for a person to apply."""

    words: str
    at: datetime
    taken: bool


class OrderOut(Answer):
    """One request. ``lines`` are its lines' fields where there are several; ``further`` is what the client wrote since; ``digest``
    stands for all that is here: a yes to an older one counts no more.
    """

    order: OrderLine
    fields: list[FieldOut]
    lines: list[list[FieldOut]]
    source: SourceOut
    further: list[FurtherOut]
    digest: str
    version: int


#: Beside facts that are corrected.
_AGREED = (
    "Accord avec le client : les messages disaient autre chose et étaient bien lus · Agreed with the customer: what his messages said "
    "was read rightly"
)


class DecideIn(BaseModel):
    """A decision. ``digest`` is that of the facts that were seen; without it, those of now. The same ``key`` is done once."""

    model_config = ConfigDict(title="Décision")

    note: str = Field(
        default="",
        max_length=MOST_NOTE,
        description="Remarque ; pour un rejet, la raison que le client lit · A remark; the customer reads that of a no",
    )
    digest: str = Field(default="", max_length=64, pattern=r"^[0-9a-f]*$")
    key: str = Field(default="", max_length=200)


class ValidateIn(DecideIn):
    """A yes, with what is corrected by it in the same act."""

    model_config = ConfigDict(title="Validation", json_schema_extra={"examples": [{"facts": {"quantity": "6 000 pièces"}}]})

    facts: Facts = Field(default_factory=dict)
    agreed: bool = Field(default=False, description=_AGREED)


class UpdateIn(BaseModel):
    """Corrections: what a person says the facts are. The fields of the line after the last make a line more, an empty ``lines.2`` takes
    the second line away: both need the ``digest`` of what was seen. With a ``digest`` any correction holds only while that is what
    there is."""

    model_config = ConfigDict(title="Corrections", json_schema_extra={"examples": [{"facts": {"quantity": "10 000 pièces"}}]})

    facts: Facts
    agreed: bool = Field(default=False, description=_AGREED)
    digest: str = Field(default="", max_length=64, pattern=r"^[0-9a-f]*$")
    key: str = Field(default="", max_length=200)


class QuantityOut(Answer):
    """So many of a unit, as the directive spells it, and both in words."""

    unit: str
    quantity: Decimal
    text: dict[str, str]


class WhatOut(Answer):
    """How much of one thing was asked for: on how many lines, and its quantities by unit."""

    label: dict[str, str]
    times: int
    quantities: list[QuantityOut]


class ClientOut(Answer):
    """How often somebody asked."""

    id: str
    name: str
    orders: int


class DayOut(Answer):
    """A day of the zone: how many were opened, by status."""

    day: date
    orders: dict[str, int]


class StatsOut(Answer):
    """A period in figures. ``validation_rate`` is validated / judged, null before any; ``cancelled`` counts those that the clients took
    back, which nobody judged; ``waiting`` and ``alerts`` are of now.

    ``amounts`` are the totals of what was neither rejected nor cancelled, by currency and tax ("MAD excl", "MAD incl", "MAD" where it
    was not said); the ``without_total`` requests that have no one total are in none of them.
    """

    since: date
    until: date
    zone: str
    total: int
    by_status: dict[str, int]
    validated: int
    judged: int
    cancelled: int
    validation_rate: float | None
    amounts: dict[str, Decimal]
    without_total: int
    volume: list[DayOut]
    products: list[WhatOut]
    clients: list[ClientOut]
    waiting: int
    alerts: dict[str, int]


class LaneOut(Answer):
    """A part of a channel: whether it works, when it last did."""

    ok: bool
    detail: str
    last_success_at: datetime | None


class WhatsAppOut(Answer):
    """How WhatsApp is. ``received_today`` counts the last 24 hours; ``sent`` our texts by state; ``parked`` what needs a person."""

    configured: bool
    ok: bool
    number: str
    received_today: int
    last_received_at: datetime | None
    sent: dict[str, int]
    parked: int
    lanes: dict[str, LaneOut]


class ProcessOut(Answer):
    """What was woken, and what waits to be read or decided now."""

    lanes: list[str]
    waiting: int
    parked: int


def order_line(row: Listed) -> OrderLine:
    """The row as an answer."""
    case, judged = row.case, row.case.judged
    return OrderLine(
        id=case.id, number=case.ref, kind=case.kind, status=row.status.word, stage=case.stage, cancelled=case.cancelled,
        channel=case.thread.channel,
        client=case.party.name, email=case.party.email, phone=case.party.phone, client_id=row.client,
        facts={name: dict(words) for name, words in row.cells.items()}, lines=row.lines, confidence=row.sure,
        alerts=[_alert(alert) for alert in row.alerts], opened_at=case.opened_at, updated_at=case.updated_at,
        validated_by=judged.who if judged is not None else "", validated_at=judged.at if judged is not None else None,
        url=f"/orders/{case.id}",
    )  # fmt: skip


def _alert(alert: Alert) -> AlertOut:
    return AlertOut(
        name=alert.name,
        rule=alert.rule,
        label=dict(alert.label),
        facts=list(alert.facts),
        urgent=alert.urgent,
        values=dict(alert.values),
    )


def _field(field: FactField) -> FieldOut:
    return FieldOut(
        name=field.name, label=dict(field.label), value=dict(field.value), typed=field.typed, type=field.type,
        state=field.state, origin=field.origin, confidence=field.sure, required=field.required, quotes=list(field.quotes),
        why=dict(field.why),
    )  # fmt: skip


def order_out(whole: Whole) -> OrderOut:
    """The request as an answer."""
    case = whole.view.case
    lines = [[_field(f) for f in line] for line in whole.lines]
    listed = Listed(
        case, whole.directive, whole.status, {f.name: f.value for f in whole.fields if f.value}, whole.sure, max(1, len(lines)), "",
        whole.alerts,
    )  # fmt: skip
    first = next((u for u in whole.view.conversation if u.who == "customer"), None)
    source = SourceOut(id=case.source_id, subject=case.subject, sender=first.address if first is not None else case.thread.to)
    return OrderOut(
        order=order_line(listed), fields=[_field(f) for f in whole.fields], lines=lines, source=source,
        further=[FurtherOut(words=one.words, at=one.at, taken=one.taken) for one in case.further], digest=whole.digest,
        version=case.version,
    )  # fmt: skip


def _what(asked: Asked) -> WhatOut:
    quantities = [QuantityOut(unit=unit, quantity=quantity, text=dict(text)) for unit, quantity, text in asked.amounts]
    return WhatOut(label=dict(asked.label), times=asked.times, quantities=quantities)


def stats_out(found: Analysis, first: date, last: date, zone: str, waiting: int, alerts: dict[str, int]) -> StatsOut:
    """The figures as an answer."""
    validated, judged = found.rate
    return StatsOut(
        since=first, until=last, zone=zone, total=sum(found.statuses.values()), by_status=dict(found.statuses), validated=validated,
        judged=judged, cancelled=found.report.stages.get("cancelled", 0),
        validation_rate=validated / judged if judged else None, amounts=found.report.totals,
        without_total=found.report.unsummed,
        volume=[DayOut(day=day, orders=dict(orders)) for day, orders in found.days],
        products=[_what(asked) for asked in found.whats],
        clients=[ClientOut(id=id, name=name, orders=number) for id, name, number in found.clients], waiting=waiting, alerts=alerts,
    )  # fmt: skip
