"""/api/contacts: the people who wrote."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from core.views import ContactRow
from engine.desk import Desk
from engine.erasure import Report
from web.api import shapes
from web.api.shapes import Admin, After, Answer, CaseLine, Limit, Reader, binary, case_line
from web.erasing import ZIP, ContactId, erasing, saved_copy
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


class EraseIn(BaseModel):
    """``confirm`` is the person's address or number, typed: what is erased does not come back."""

    model_config = ConfigDict(title="Effacement")

    confirm: str = Field(min_length=1, max_length=320, examples=["client@example.com"])


class Count(Answer):
    """How many of something."""

    what: str
    number: int


class ErasedOut(Answer):
    """What would be erased (``dry``), or the receipt: ``figures`` of what is gone, and what is ``left`` that nobody here can erase.

    ``mark`` stands for the person in the journal. ``later``: files of the last hour, which the service erases afterwards.
    """

    dry: bool
    mark: str
    at: datetime
    figures: list[Count]
    left: list[str]
    later: int


def router(desk: Desk, options: Options) -> APIRouter:
    """The endpoints."""
    del options
    routes = shapes.routes_of("Contacts", "/contacts")

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
    async def one(contact_id: ContactId, person: Reader) -> ContactOut:
        del person
        view = await desk.run(desk.contacts.view, contact_id)
        if view is None:
            raise Refusal(404, "Aucun contact ne porte cet identifiant.")
        return ContactOut(contact=_line(view.row), cases=[case_line(row) for row in view.cases])

    @routes.get(
        "/{contact_id}/erasure",
        response_model=ErasedOut,
        responses=responses(401, 403, 404, 409),
        summary="Ce qu'un effacement prendrait · What erasing would take",
    )
    async def preview(contact_id: ContactId, person: Admin) -> ErasedOut:
        del person
        return await erasing(desk, lambda: _erased(desk.privacy.preview(contact_id)))

    @routes.post(
        "/{contact_id}/erasure",
        response_model=ErasedOut,
        responses=responses(401, 403, 404, 409),
        summary="Effacer une personne, partout · Erase a person, everywhere",
    )
    async def erase(contact_id: ContactId, given: EraseIn, person: Admin) -> ErasedOut:
        return await erasing(desk, lambda: _erased(desk.privacy.erase(contact_id, person.author, given.confirm)))

    exported = responses(401, 403, 404, 409)
    exported[200] = {"description": "La copie · The copy", "content": dict(binary(ZIP))}

    @routes.get(
        "/{contact_id}/export",
        response_class=Response,
        responses=exported,
        summary="Tout ce qui est conservé d'une personne · All that is kept of a person",
    )
    async def copy(contact_id: ContactId, person: Admin) -> Response:
        del person
        return saved_copy(await erasing(desk, lambda: desk.privacy.copy(contact_id)), contact_id)

    return routes


def _erased(report: Report) -> ErasedOut:
    counts = [Count(what=what, number=number) for what, number in report.figures("fr")]
    return ErasedOut(
        dry=report.dry, mark=report.mark, at=report.at, figures=counts, left=list(report.left), later=report.files_later
    )  # fmt: skip


def _line(row: ContactRow) -> ContactLine:
    party = row.party
    return ContactLine(
        id=row.id, name=party.name, email=party.email, phone=party.phone, language=party.language,
        cases=row.cases, open=row.open, created_at=row.created_at, updated_at=row.updated_at,
    )  # fmt: skip
