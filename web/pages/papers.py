"""/cases/{id}/papers/{file}/{page}: a page of a file that was read, drawn for people to look at."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from web.pages.case import CaseId, FileId
from web.pages.frame import Frame, Reader
from web.problems import Refusal

HEADERS = {
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    # The same bytes are drawn the same: a browser asks once.
    "cache-control": "private, max-age=3600, immutable",
}


def router(frame: Frame) -> APIRouter:
    """The page."""
    routes = APIRouter(include_in_schema=False)
    desk = frame.desk

    @routes.get("/cases/{case_id}/papers/{sha256}/{number}")
    async def page(case_id: CaseId, sha256: FileId, number: Annotated[int, Path(ge=1, le=10_000)], person: Reader) -> Response:
        del person
        picture = await desk.run(desk.page_picture, case_id, sha256, number)
        if picture is None:
            raise Refusal(404, "Cette page ne peut pas être montrée : téléchargez le fichier.")
        return Response(picture, media_type="image/jpeg", headers=HEADERS)

    return routes
