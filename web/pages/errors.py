"""Errors as pages, for people: what happened and what to do. Programs get JSON (web/problems.py)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from core.errors import PortError, UserError
from web.pages.page import Pages
from web.problems import Refusal, answer

#: Beginnings of the paths that programs use: never a page there.
FOR_PROGRAMS = ("/api/", "/webhook/", "/health", "/metrics", "/openapi.json", "/static/")

Handler = Callable[[Request, Exception], Awaitable[Response]]


def for_people(request: Request) -> bool:
    """Whether a browser asks for a page."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(FOR_PROGRAMS)


def install(app: FastAPI, pages: Pages) -> None:
    """Let the app show a page instead of JSON where a browser asks. After ``problems.install``."""
    for kind in (Refusal, HTTPException, RequestValidationError, PortError, UserError, OSError):
        told = app.exception_handlers.get(kind)
        if told is not None:
            app.add_exception_handler(kind, _either(pages, told))  # type: ignore[arg-type]

    async def broken(request: Request, _: Exception) -> Response:
        return show(pages, request, 500) if for_people(request) else answer(500)

    app.add_exception_handler(Exception, broken)


def show(pages: Pages, request: Request, status: int, sentence: str = "") -> Response:
    """The page for that status."""
    known = status if status in (403, 404, 409, 413, 422, 429, 500, 503) else 400 if status < 500 else 500
    return pages.show(request, "error.html", status, code=known, sentence=sentence)


def _either(pages: Pages, told: Handler) -> Handler:
    async def handle(request: Request, error: Exception) -> Response:
        response = await told(request, error)
        if not for_people(request):
            return response
        sentence = error.sentence if isinstance(error, Refusal) else ""
        page = show(pages, request, response.status_code, sentence)
        for name in ("allow", "retry-after"):
            if name in response.headers:
                page.headers[name] = response.headers[name]
        return page

    return handle
