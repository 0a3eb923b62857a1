"""Looks at every request that is not for everybody: who asks, is he allowed, did a page of ours send it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import quote, urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from core.accounts import Person, Role
from engine.desk import Desk
from engine.people import People
from web.auth.cookies import session_of
from web.problems import Refusal

#: Methods that change nothing.
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
HEADER, FIELD = "x-csrf-token", "csrf"


class ToLogin(Exception):
    """A page is asked for and nobody is logged in."""


def install(app: FastAPI, desk: Desk, public_url: str) -> None:
    """Give the app what the dependencies look for."""
    app.state.desk, app.state.public_url = desk, public_url

    async def to_login(request: Request, _: Exception) -> Response:
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        htmx = "hx-request" in request.headers
        if htmx:  # the page around the fragment, as the browser shows it
            there = urlsplit(request.headers.get("hx-current-url", ""))
            here = there.path + (f"?{there.query}" if there.query else "")
        back = safe_next(here) if request.method in SAFE or htmx else "/"
        place = "/login" if back == "/" else f"/login?next={quote(back, safe='/')}"
        if htmx:
            return Response(status_code=401, headers={"HX-Redirect": place})
        return RedirectResponse(place, 303)

    app.add_exception_handler(ToLogin, to_login)


def people_of(request: Request) -> People:
    """The accounts."""
    desk: Desk = request.app.state.desk
    return desk.people


async def current(request: Request) -> Person | None:
    """Who asks: by an API token where one is shown, else by the session's cookie. None for nobody."""
    if not hasattr(request.state, "person"):
        desk: Desk = request.app.state.desk
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme:
            # Whoever shows a token is judged by it alone: a cookie that came along must not stand in for a wrong one.
            bearer = scheme.lower() == "bearer"
            request.state.person = await desk.run(desk.people.by_token, given.strip()) if bearer else None
        else:
            secret = session_of(request)
            request.state.person = await desk.run(desk.people.by_session, secret) if secret else None
    person: Person | None = request.state.person
    return person


def need(role: Role) -> Callable[[Request], Awaitable[Person]]:
    """The dependency that lets in whoever has at least that role. Raises Refusal 401 or 403."""

    async def dependency(request: Request) -> Person:
        person = await current(request)
        if person is None:
            raise Refusal(401, "Une session ou un jeton valable est demandé (Authorization: Bearer …).")
        await _allowed(request, person, role)
        return person

    return dependency


def page(role: Role) -> Callable[[Request], Awaitable[Person]]:
    """The same for pages: whoever is not logged in is sent to do so."""

    async def dependency(request: Request) -> Person:
        person = await current(request)
        if person is None:
            raise ToLogin
        await _allowed(request, person, role)
        return person

    return dependency


async def _allowed(request: Request, person: Person, role: Role) -> None:
    if person.how == "session" and request.method not in SAFE:
        own_page(request)
        given = request.headers.get(HEADER, "") or await _field(request)
        if not people_of(request).is_form_token(given, "session", session_of(request)):
            raise Refusal(403, "Cette page est ouverte depuis trop longtemps : rechargez-la, puis recommencez.")
    if not person.may(role):
        raise Refusal(403, f"Il faut pour cela le rôle « {role} » ; vous avez « {person.role} ».")


def csrf_token(request: Request) -> str:
    """What forms and htmx send along, bound to this session."""
    return people_of(request).form_token("session", session_of(request))


def own_page(request: Request) -> None:
    """Raises Refusal 403 when the browser says that another site's page sent this. What no browser sent says nothing."""
    site, origin = request.headers.get("sec-fetch-site", ""), request.headers.get("origin", "")
    foreign = site not in ("", "same-origin", "none")
    if origin and not (origin == "null" and site == "same-origin"):
        public = urlsplit(str(request.app.state.public_url))
        foreign = foreign or urlsplit(origin).netloc not in {request.headers.get("host", ""), public.netloc} - {""}
    if foreign:
        raise Refusal(403, "Cette requête vient d'une autre page que les nôtres.")


async def _field(request: Request) -> str:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return ""
    form: FormData = await request.form()
    given = form.get(FIELD, "")
    return given if isinstance(given, str) else ""


def safe_next(place: str) -> str:
    """Where to go after logging in: a path of ours, '/' for anything that could lead elsewhere (or round in circles)."""
    bad = any(ord(c) <= 32 or ord(c) == 127 or c == "\\" for c in place)
    if bad or not place.startswith("/") or place.startswith("//") or len(place) > 2000:
        return "/"
    try:
        parts = urlsplit(place)
    except ValueError:
        return "/"
    # A browser folds «/./» and «/../» before it looks for the host: «/.//evil» must not become «//evil».
    if parts.scheme or parts.netloc or "//" in parts.path or parts.path in ("/login", "/logout"):
        return "/"
    return place
