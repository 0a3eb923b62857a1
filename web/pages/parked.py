"""/parked: what needs a person: what it is, why, since when; tried again or given up."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response

from core.ports import ParkedRow
from engine.desk import Desk
from web.pages.frame import Agent, Frame, Reader
from web.pages.page import back, safe_path

ROWS = 50


def router(frame: Frame) -> APIRouter:
    """The page."""
    routes = APIRouter(include_in_schema=False)
    desk = frame.desk

    @routes.get("/parked")
    async def parked(
        request: Request,
        person: Reader,
        after: Annotated[str, Query(max_length=500)] = "",
    ) -> Response:
        rows, next_ = await desk.run(_look, desk, after)
        more = f"/parked?{urlencode({'after': next_})}" if next_ else ""
        return await frame.show(request, person, "parked.html", rows=rows, next_url=more)

    @routes.post("/parked")
    async def act(
        person: Agent,
        action: Annotated[str, Form(max_length=10)] = "",
        id: Annotated[list[str], Form(max_length=200)] = [],  # noqa: B006
        next: Annotated[str, Form(max_length=500)] = "/parked",
    ) -> Response:
        work = {"retry": desk.parked.retry, "drop": desk.parked.drop}.get(action)
        done = await desk.run(work, id, person.author) if work is not None else 0
        told = {"retry": "retried", "drop": "dropped"}.get(action, "") if done else "gone"
        return back(f"{safe_path(next, '/parked').partition('?')[0]}?told={told}")

    return routes


def _look(desk: Desk, after: str) -> tuple[tuple[ParkedRow, ...], str]:
    try:
        found = desk.parked.find(limit=ROWS, after=after)
    except ValueError:
        found = desk.parked.find(limit=ROWS)
    return found.rows, found.next
