"""/api/events: news as server-sent events, so that pages change without being asked for again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.sse import EventSourceResponse, ServerSentEvent

from engine.desk import Desk
from web.api import shapes
from web.api.shapes import Reader
from web.options import Options
from web.problems import Refusal, responses

#: Most listeners at once: each holds a connection and one of the places of the guard.
MOST = 64
#: Milliseconds after which a browser comes back.
RETRY = 2_000


def router(desk: Desk, options: Options) -> APIRouter:
    """The endpoint."""
    del options
    routes = shapes.routes_of("Nouvelles")

    async def room() -> None:
        if desk.changes.listeners >= MOST:
            raise Refusal(503, after=10)

    documented = responses(401, 403)
    documented[200] = {
        "description": "Événements « change » {case, kind} ; « reset » : tout relire ; « inbox » : des messages · Events",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }

    @routes.get("/events", response_class=EventSourceResponse, responses=documented, summary="Les nouvelles · News")
    async def events(
        person: Reader, last_event_id: Annotated[str, Header(alias="Last-Event-ID", max_length=40)] = ""
    ) -> AsyncIterator[ServerSentEvent]:
        del person
        await room()
        after = int(last_event_id) if last_event_id.isdecimal() and len(last_event_id) < 19 else None
        first = True
        async for change in desk.changes.follow(after):
            id = str(change.number)
            if first:
                first = False
                yield ServerSentEvent(comment="ready", id=id, retry=RETRY)
            elif change.kind in ("inbox", "reset"):
                yield ServerSentEvent(event=change.kind, id=id, data={})
            elif change.kind:
                yield ServerSentEvent(event="change", id=id, data={"case": change.case_id, "kind": change.kind})
            else:
                yield ServerSentEvent(comment="here", id=id)

    return routes
