"""/review: what the directives leave to a person, one after the other: a keystroke each, then the next one comes up."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from core.views import CaseFilter, CaseRow
from engine.case_actions import Waits
from engine.case_view import CaseView
from engine.desk import Desk
from engine.registers import Whole
from web.pages.case import PICTURES, Facts, reasons
from web.pages.frame import Frame, Reader

ROWS = 60


def router(frame: Frame) -> APIRouter:
    """The page."""
    routes = APIRouter(include_in_schema=False)
    desk = frame.desk

    @routes.get("/review")
    async def review(
        request: Request,
        person: Reader,
        case: Annotated[str, Query(max_length=40)] = "",
    ) -> Response:
        speech = frame.pages.speech(request)
        rows, view, whole = await desk.run(_look, desk, case)
        return await frame.show(
            request,
            person,
            "review.html",
            rows=rows,
            view=view,
            whole=whole,
            facts=Facts(view, speech.language) if view is not None else None,
            unit=desk.unit(view.case) if view is not None else "",
            reasons=reasons(view) if view is not None else [],
            kinds=frame.kinds(speech.language),
            pictures=PICTURES,
        )

    return routes


def _look(desk: Desk, wanted: str) -> tuple[list[tuple[CaseRow, Waits]], CaseView | None, Whole | None]:
    """The list; the case that is up: the one asked for while it waits, else the oldest; the same with every line and alert where a
    register is kept of such."""
    found = desk.cases.find(CaseFilter(stages=("waiting_review",), order="oldest"), limit=ROWS).rows
    rows = [(row, desk.cases.waits(row)) for row in found]
    up = next((row.id for row in found if row.id == wanted), found[0].id if found else "")
    whole = desk.registers.whole(up) if up else None
    return rows, whole.view if whole is not None else desk.cases.view(up) if up else None, whole
