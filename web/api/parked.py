"""/api/parked: what needs a person; tried again or given up."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from engine.desk import Desk
from engine.parked import MOST
from web.api import shapes
from web.api.shapes import After, Agent, Answer, Limit, Reader
from web.options import Options
from web.problems import Refusal, responses


class ParkedLine(Answer):
    """Something that needs a person: what it is, why, of which case (""), since when."""

    id: str
    case_id: str
    ref: str
    what: str
    why: str
    since: datetime
    attempts: int


class ParkedPage(Answer):
    """Some of them, oldest first; ``next`` is "" at the end."""

    parked: list[ParkedLine]
    next: str


class ParkedIn(BaseModel):
    """Which ones, by their ids."""

    model_config = ConfigDict(title="Mis de côté")

    ids: list[Annotated[str, Field(min_length=1, max_length=300, pattern=r"^(?:effect|message):[^\x00-\x1f\x7f]+$")]] = Field(
        min_length=1, max_length=MOST
    )


class ParkedOut(Answer):
    """How many it was done with; the others were no longer parked, or need what was given up."""

    done: int


def router(desk: Desk, options: Options) -> APIRouter:
    """The endpoints."""
    del options
    routes = shapes.routes_of("Mis de côté", "/parked")

    @routes.get("", response_model=ParkedPage, responses=responses(401, 403), summary="Ce qui attend une personne · Parked")
    async def find(person: Reader, limit: Limit = 50, after: After = "") -> ParkedPage:
        del person
        try:
            page = await desk.run(lambda: desk.parked.find(limit=limit, after=after))
        except ValueError:
            raise Refusal(422, "« after » n'est pas la suite d'une page.") from None
        return ParkedPage(parked=[ParkedLine.model_validate(row) for row in page.rows], next=page.next)

    @routes.post("/retry", response_model=ParkedOut, responses=responses(401, 403), summary="Refaire · Try again")
    async def retry(given: ParkedIn, person: Agent) -> ParkedOut:
        return ParkedOut(done=await desk.run(desk.parked.retry, given.ids, person.author))

    @routes.post("/drop", response_model=ParkedOut, responses=responses(401, 403), summary="Abandonner · Give up")
    async def drop(given: ParkedIn, person: Agent) -> ParkedOut:
        return ParkedOut(done=await desk.run(desk.parked.drop, given.ids, person.author))

    return routes
