"""/api/contacts: the people who wrote."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path

from core.views import ContactRow
from engine.desk import Desk
from web.api import shapes
from web.api.shapes import After, Answer, CaseLine, Limit, Reader, case_line
from web.options import Options
from web.problems import Refusal, responses


class ContactLine(Answer):
    """A person. ``cases`` counts his cases, ``open`` those that wait or work."""

    id: str
    name: str
    email: str
    phone: str
    language: str
    cases: int
    open: int
    created_at: datetime
    updated_at: datetime


class ContactPage(Answer):
    """Some people of a longer list; ``next`` is "" at its end."""

    contacts: list[ContactLine]
    next: str


class ContactOut(Answer):
    """One person with his cases, the last changed first."""

    contact: ContactLine
    cases: list[CaseLine]


def router(desk: Desk, options: Options) -> APIRouter:
    """The endpoints."""
    del options
    routes = APIRouter(prefix="/contacts", tags=["Contacts"])

    @routes.get("", response_model=ContactPage, responses=responses(401, 403), summary="Les contacts · Contacts")
    async def find(person: Reader, search: shapes.Line = "", limit: Limit = 50, after: After = "") -> ContactPage:
        del person
        try:
            page = await desk.run(lambda: desk.contacts.find(search=search, limit=limit, after=after))
        except ValueError:
            raise Refusal(422, "« after » n'est pas la suite d'une page.") from None
        return ContactPage(contacts=[_line(row) for row in page.rows], next=page.next)

    @routes.get(
        "/{contact_id}", response_model=ContactOut, responses=responses(401, 403, 404), summary="Un contact · One contact"
    )
    async def one(contact_id: Annotated[str, Path(pattern=r"^[0-9a-f]{24}$")], person: Reader) -> ContactOut:
        del person
        view = await desk.run(desk.contacts.view, contact_id)
        if view is None:
            raise Refusal(404, "Aucun contact ne porte cet identifiant.")
        return ContactOut(contact=_line(view.row), cases=[case_line(row) for row in view.cases])

    return routes


def _line(row: ContactRow) -> ContactLine:
    party = row.party
    return ContactLine(
        id=row.id, name=party.name, email=party.email, phone=party.phone, language=party.language,
        cases=row.cases, open=row.open, created_at=row.created_at, updated_at=row.updated_at,
    )  # fmt: skip
