"""/ : what waits for whom, the oldest first, with what happens when nobody moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from core.views import CaseFilter, CaseRow
from engine.case_actions import Waits
from engine.desk import Desk
from web.pages.frame import Frame, Reader
from web.pages.language import Speech

#: Rows of a section, and where counting ends.
ROWS, MOST = 12, 1_000


@dataclass(frozen=True, slots=True)
class Section:
    """A list on the page. ``nothing`` is said where it is empty."""

    name: str
    title: str
    rows: list[tuple[CaseRow, Waits]]
    count: int
    url: str
    nothing: str

    @property
    def capped(self) -> bool:
        """Whether there are more than were counted."""
        return self.count >= MOST


def router(frame: Frame) -> APIRouter:
    """The page."""
    routes = APIRouter(include_in_schema=False)
    desk = frame.desk

    @routes.get("/")
    async def today(request: Request, person: Reader) -> Response:
        speech = frame.pages.speech(request)
        sections, tiles = await desk.run(_look, desk, speech)
        return await frame.show(
            request, person, "today.html", sections=sections, tiles=tiles, kinds=frame.kinds(speech.language),
            urls={section.name: section.url for section in sections},
        )  # fmt: skip

    return routes


def _look(desk: Desk, speech: Speech) -> tuple[list[Section], dict[str, int]]:
    say = speech.say
    review = CaseFilter(stages=("waiting_review",), order="oldest")
    to_treat, made = desk.kinds_to_treat()
    working = CaseFilter(stages=("fulfilling",), kinds=made if to_treat else (), order="oldest")
    at_work = f"/cases?stage=fulfilling{'&kind=' + ','.join(made) if to_treat else ''}&order=oldest"
    customer = CaseFilter(waits="customer", order="oldest")
    wanted = [
        ("review", say("À nous de juger"), review, "/review", say("Rien à juger : tout a eu sa réponse.")),
        ("customer", say("Chez le client"), customer, "/cases?waits=customer&order=oldest", say("Aucun client ne nous doit de réponse.")),
        ("working", say("En cours de réalisation"), working, at_work, say("Aucun travail en cours.")),
    ]  # fmt: skip
    if to_treat:
        title, nothing = say("À traiter par une personne"), say("Tout a été traité.")
        url = f"/cases?stage=fulfilling&kind={','.join(to_treat)}&order=oldest"
        which = CaseFilter(stages=("fulfilling",), kinds=to_treat, order="oldest")
        wanted.insert(1, ("treat", title, which, url, nothing))
    sections = []
    for name, title, which, url, nothing in wanted:
        rows = [(row, desk.cases.waits(row)) for row in desk.cases.find(which, limit=ROWS).rows]
        count = len(rows) if len(rows) < ROWS else desk.cases.count(which, most=MOST)
        sections.append(Section(name, title, rows, count, url, nothing))
    morning = datetime.combine(speech.local(speech.now).date(), time(), ZoneInfo(speech.zone))
    tiles = {
        **{section.name: section.count for section in sections},
        "parked": desk.parked.count(most=MOST),
        "new": desk.cases.count(CaseFilter(since=morning), most=MOST),
    }
    return sections, tiles
