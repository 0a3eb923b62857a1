"""Language and light: a cookie each, set by plain forms."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from engine.case_labels import LANGUAGES
from web.pages.language import COOKIE
from web.pages.page import REMEMBERED, THEME_COOKIE, THEMES, back


def router(secure: bool) -> APIRouter:
    """The endpoint. It changes nothing but how pages look to who asks."""
    routes = APIRouter(include_in_schema=False)

    @routes.post("/preferences")
    async def choose(
        _: Request,
        next: Annotated[str, Form(max_length=2000)] = "/",
        lang: Annotated[str, Form(max_length=10)] = "",
        theme: Annotated[str, Form(max_length=10)] = "",
    ) -> Response:
        response = back(next)
        for name, value, known in ((COOKIE, lang, LANGUAGES), (THEME_COOKIE, theme, THEMES)):
            if value in known:
                response.set_cookie(name, value, max_age=REMEMBERED, httponly=True, samesite="lax", secure=secure)
        return response

    return routes
