"""/contacts/…/erasure: what erasing a person takes, the confirmation, the receipt; and the copy of all that is kept of him."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from web.erasing import ContactId, erasing, saved_copy
from web.pages.frame import Admin, Frame
from web.pages.page import Notice
from web.problems import Refusal


def router(frame: Frame) -> APIRouter:
    """The pages."""
    routes = APIRouter(include_in_schema=False)
    desk = frame.desk

    @routes.get("/contacts/{contact_id}/erasure")
    async def preview(contact_id: ContactId, request: Request, person: Admin) -> Response:
        report = await erasing(desk, lambda: desk.privacy.preview(contact_id))
        return await frame.show(request, person, "erasure.html", contact_id=contact_id, report=report)

    @routes.post("/contacts/{contact_id}/erasure")
    async def erase(
        contact_id: ContactId, request: Request, person: Admin, confirm: Annotated[str, Form(max_length=320)] = ""
    ) -> Response:
        try:
            report = await erasing(desk, lambda: desk.privacy.erase(contact_id, person.author, confirm))
        except Refusal as refusal:
            if refusal.status == 404:
                raise
            report = await erasing(desk, lambda: desk.privacy.preview(contact_id))
            notice = Notice(refusal.sentence, "danger")
            return await frame.show(
                request, person, "erasure.html", refusal.status, contact_id=contact_id, report=report, notice=notice
            )  # fmt: skip
        return await frame.show(request, person, "erasure.html", contact_id="", report=report)

    @routes.get("/contacts/{contact_id}/export")
    async def copy(contact_id: ContactId, person: Admin) -> Response:
        del person
        return saved_copy(await erasing(desk, lambda: desk.privacy.copy(contact_id)), contact_id)

    return routes
