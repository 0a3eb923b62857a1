"""/contacts: the people who wrote, and one of them with his cases."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response

from core.views import ContactRow, Page
from engine.desk import Desk
from web.pages.frame import Frame, Reader
from web.problems import Refusal

ROWS = 50


def router(frame: Frame) -> APIRouter:
    """The pages."""
    routes = APIRouter(include_in_schema=False)
    desk = frame.desk

    @routes.get("/contacts")
    async def contacts(
        request: Request,
        person: Reader,
        q: Annotated[str, Query(max_length=200)] = "",
        after: Annotated[str, Query(max_length=500)] = "",
    ) -> Response:
        found = await desk.run(_look, desk, q.strip(), after)
        more = f"/contacts?{urlencode({'q': q, 'after': found.next})}" if found.next else ""
        return await frame.show(request, person, "contacts.html", rows=found.rows, q=q, next_url=more)

    @routes.get("/contacts/{contact_id}")
    async def contact(
        contact_id: Annotated[str, Path(max_length=100)],
        request: Request,
        person: Reader,
    ) -> Response:
        view = await desk.run(desk.contacts.view, contact_id)
        if view is None:
            raise Refusal(404, "Ce contact n'existe pas.")
        kinds = frame.kinds(frame.pages.speech(request).language)
        rows = [(row, desk.cases.waits(row)) for row in view.cases]
        return await frame.show(request, person, "contact.html", contact=view.row, rows=rows, kinds=kinds)

    return routes


def _look(desk: Desk, search: str, after: str) -> Page[ContactRow]:
    try:
        return desk.contacts.find(search=search, limit=ROWS, after=after)
    except ValueError:
        return desk.contacts.find(search=search, limit=ROWS)
