"""/cases: every case, by what is asked for; the address holds the question, so that it can be kept and sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated, get_args
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response

from core.case import Stage
from core.message import Channel
from core.views import CaseFilter, CaseRow
from engine.case_actions import Waits
from engine.desk import Desk
from web.pages.frame import Frame, Reader

ROWS, MOST = 40, 1_000
STAGES: tuple[Stage, ...] = get_args(Stage)
CHANNELS: tuple[Channel, ...] = get_args(Channel)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for, as it was written. What is no value of ours asks for nothing."""

    q: str = ""
    stage: str = ""
    channel: str = ""
    kind: str = ""
    waits: str = ""
    since: str = ""
    order: str = "updated"

    def which(self, zone: str) -> CaseFilter:
        """The filter it stands for."""
        try:
            since = datetime.combine(date.fromisoformat(self.since), time(), ZoneInfo(zone)) if self.since else None
        except ValueError:
            since = None
        return CaseFilter(
            stages=tuple(s for s in STAGES if s == self.stage),
            channels=tuple(c for c in CHANNELS if c == self.channel),
            kinds=tuple(kind for kind in self.kind.split(",") if kind),
            waits=next((w for w in ("customer", "us", "nobody") if w == self.waits), ""),
            since=since,
            search=self.q.strip(),
            order=next((o for o in ("opened", "oldest") if o == self.order), "updated"),
        )

    @property
    def export(self) -> str:
        """The same question as the exports take it."""
        every = {"search": self.q, "stage": self.stage, "channel": self.channel, "kind": self.kind, "since": self.since}
        return urlencode({name: value for name, value in every.items() if value})

    @property
    def query(self) -> str:
        """The question as it stands in an address."""
        every = {name: getattr(self, name) for name in self.__slots__}
        return urlencode({name: value for name, value in every.items() if value and (name, value) != ("order", "updated")})


def router(frame: Frame) -> APIRouter:
    """The page."""
    routes = APIRouter(include_in_schema=False)
    desk = frame.desk

    @routes.get("/cases")
    async def cases(
        request: Request,
        person: Reader,
        q: Annotated[str, Query(max_length=200)] = "",
        stage: Annotated[str, Query(max_length=40)] = "",
        channel: Annotated[str, Query(max_length=40)] = "",
        kind: Annotated[str, Query(max_length=100)] = "",
        waits: Annotated[str, Query(max_length=20)] = "",
        since: Annotated[str, Query(max_length=20)] = "",
        order: Annotated[str, Query(max_length=20)] = "updated",
        after: Annotated[str, Query(max_length=500)] = "",
    ) -> Response:
        asked = Asked(q, stage, channel, kind, waits, since, order)
        speech = frame.pages.speech(request)
        which = asked.which(speech.zone)
        rows, next_, total = await desk.run(_look, desk, which, after)
        query = asked.query
        more = f"/cases?{query + '&' if query else ''}{urlencode({'after': next_})}" if next_ else ""
        kinds = sorted(
            {(d.kind, desk.kind_of(d)) for b in desk.businesses for d in b.directives}, key=lambda k: k[1].casefold()
        )
        return await frame.show(
            request,
            person,
            "cases.html",
            asked=asked,
            export=asked.export,
            rows=rows,
            total=total,
            capped=total >= MOST,
            filtered=bool(query),
            next_url=more,
            stages=STAGES,
            channels=CHANNELS,
            kind_choices=kinds,
            kinds=frame.kinds(speech.language),
        )

    return routes


def _look(desk: Desk, which: CaseFilter, after: str) -> tuple[list[tuple[CaseRow, Waits]], str, int]:
    try:
        found = desk.cases.find(which, limit=ROWS, after=after)
    except ValueError:  # a place in the list that was never given: from the beginning
        found = desk.cases.find(which, limit=ROWS)
    rows = [(row, desk.cases.waits(row)) for row in found.rows]
    total = desk.cases.count(which, most=MOST) if found.next or after else len(rows)
    return rows, found.next, total
