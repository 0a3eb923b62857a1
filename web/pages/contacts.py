"""/contacts: the people who wrote or were written down, and one of them with his cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response

from core.register_views import RegisterFilter
from core.views import ContactRow, Page
from engine.contacts import ContactView
from engine.desk import Desk
from engine.registers import Listed
from web.auth import Person
from web.pages.frame import Agent, Frame, Reader, sorry
from web.pages.page import back
from web.problems import Refusal

ROWS = 50


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody wrote into the form of a person."""

    name: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""


def written(
    name: Annotated[str, Form(max_length=200)] = "",
    email: Annotated[str, Form(max_length=200)] = "",
    phone: Annotated[str, Form(max_length=40)] = "",
    address: Annotated[str, Form(max_length=500)] = "",
) -> Written:
    """The form."""
    return Written(name, email, phone, address)


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
        return await frame.show(request, person, "contacts.html", rows=found.rows, q=q, next_url=more, given=Written())

    @routes.get("/clients")
    async def clients() -> Response:
        return back("/contacts")

    @routes.post("/contacts")
    async def add(request: Request, person: Agent, given: Annotated[Written, Depends(written)]) -> Response:
        done = await desk.run(lambda: desk.contacts.save("", **asdict(given), author=person.author))
        if done.state == "saved":
            return back(f"/contacts/{done.id}?told=contact")
        found = await desk.run(_look, desk, "", "")
        status = 409 if done.state == "taken" else 422
        notice = sorry(done.why, frame.pages.speech(request).language)
        return await frame.show(
            request, person, "contacts.html", status, rows=found.rows, q="", next_url="", given=given, notice=notice
        )

    @routes.get("/contacts/{contact_id}")
    async def contact(
        contact_id: Annotated[str, Path(max_length=100)],
        request: Request,
        person: Reader,
    ) -> Response:
        return await one(request, person, contact_id)

    @routes.post("/contacts/{contact_id}")
    async def change(
        contact_id: Annotated[str, Path(max_length=100)],
        request: Request,
        person: Agent,
        given: Annotated[Written, Depends(written)],
    ) -> Response:
        done = await desk.run(lambda: desk.contacts.save(contact_id, **asdict(given), author=person.author))
        if done.state == "saved":
            return back(f"/contacts/{contact_id}?told=contact")
        if done.state == "unknown":
            raise Refusal(404, "Ce contact n'existe pas.")
        notice = sorry(done.why, frame.pages.speech(request).language)
        return await one(request, person, contact_id, 409 if done.state == "taken" else 422, given=given, notice=notice)

    async def one(request: Request, person: Person, contact_id: str, status: int = 200, **more: Any) -> Response:
        view, listed = await desk.run(_one, desk, contact_id)
        if view is None:
            raise Refusal(404, "Ce contact n'existe pas.")
        row = view.row
        given = Written(row.party.name, row.party.email, row.party.phone, row.address)
        kinds = frame.kinds(frame.pages.speech(request).language)
        rows = [(row, desk.cases.waits(row)) for row in view.cases]
        values = {
            "contact": view.row, "rows": rows, "kinds": kinds, "given": given, "listed": listed, "columns": desk.registers.brief(),
        }  # fmt: skip
        return await frame.show(request, person, "contact.html", status, **(values | more))

    return routes


def _one(desk: Desk, contact_id: str) -> tuple[ContactView | None, Sequence[Listed]]:
    """The person, and what registers hold of him, the last first."""
    view = desk.contacts.view(contact_id)
    if view is None or not desk.registers.directives():
        return view, ()
    return view, desk.registers.find(RegisterFilter(person=contact_id), limit=ROWS).rows


def _look(desk: Desk, search: str, after: str) -> Page[ContactRow]:
    try:
        return desk.contacts.find(search=search, limit=ROWS, after=after)
    except ValueError:
        return desk.contacts.find(search=search, limit=ROWS)
