"""GET and POST /login, POST /logout, /account: coming in, leaving, another password."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Annotated, Any, Protocol, TypeVar
from urllib.parse import quote

import anyio
import anyio.to_thread
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from core.accounts import Person
from core.errors import UserError
from engine.people import Denied
from web.auth.cookies import FORM, SESSION, form_seed, give, session_of, take
from web.auth.doorkeeper import FIELD, csrf_token, current, own_page, page, people_of, safe_next
from web.problems import Refusal
from web.security import visitor

T = TypeVar("T")

#: Passwords looked at at the same time (each takes 64 MB and a core), and how many may wait for their turn.
AT_ONCE, MOST_WAITING = 2, 16
WRONG = "Ce nom et ce mot de passe ne vont pas ensemble."
STALE = "Cette page était ouverte depuis trop longtemps : recommencez."


class Show(Protocol):
    """Renders a template as the answer."""

    def __call__(self, request: Request, template: str, status: int = 200, **values: Any) -> Response: ...


class Hard:
    """Runs what costs much memory and time in threads of its own, few at once: a flood of logins holds up nothing else."""

    def __init__(self) -> None:
        self._limiter: anyio.CapacityLimiter | None = None
        self._waiting = 0

    async def run(self, work: Callable[[], T]) -> T:
        """The function's result. Raises Refusal 429 when too many wait already."""
        if self._waiting >= MOST_WAITING:
            raise Refusal(429, after=5)
        if self._limiter is None:  # it belongs to the running loop
            self._limiter = anyio.CapacityLimiter(AT_ONCE)
        self._waiting += 1
        try:
            return await anyio.to_thread.run_sync(work, limiter=self._limiter)
        finally:
            self._waiting -= 1


def router(show: Show) -> APIRouter:
    """The endpoints. They are pages, not part of the API."""
    routes = APIRouter(include_in_schema=False)
    hard = Hard()

    def form(request: Request, next_: str, status: int = 200, error: str = "", name: str = "", wait: int = 0) -> Response:
        seed = form_seed(request) or secrets.token_urlsafe(24)
        token = people_of(request).form_token("login", seed)
        answer = show(request, "login.html", status, csrf=token, next=next_, error=error, name=name)
        give(request, answer, FORM, seed, "strict")
        if wait:
            answer.headers["Retry-After"] = str(wait)
        return answer

    @routes.get("/login")
    async def ask(request: Request) -> Response:
        next_ = safe_next(request.query_params.get("next", "/"))
        if await current(request) is not None:
            return RedirectResponse(next_, 303)
        return form(request, next_)

    @routes.post("/login")
    async def login(request: Request) -> Response:
        own_page(request)
        posted = await request.form()
        name, password, given, next_ = (_text(posted.get(n)) for n in ("name", "password", FIELD, "next"))
        name = name.strip()
        next_ = safe_next(next_ or "/")
        people, seed = people_of(request), form_seed(request)
        if not seed or not people.is_form_token(given, "login", seed):
            return form(request, next_, 403, STALE, name)
        try:
            session = await hard.run(lambda: people.login(name, password, visitor(request), session_of(request)))
        except Denied as denied:
            if not denied.wait:
                return form(request, next_, 401, WRONG, name)
            wait = int(denied.wait) + 1
            return form(request, next_, 429, f"Trop d'essais : recommencez dans {_span(wait)}.", name, wait)
        answer = RedirectResponse(next_, 303)
        give(request, answer, SESSION, session.secret, "lax")
        take(request, answer, FORM)
        return answer

    @routes.post("/logout")
    async def logout(request: Request, person: Annotated[Person, Depends(page("reader"))]) -> Response:
        desk = request.app.state.desk
        if person.how == "session":
            await desk.run(desk.people.logout, session_of(request))
        answer = RedirectResponse("/login", 303)
        take(request, answer, SESSION)
        return answer

    @routes.get("/account")
    async def account(request: Request, person: Annotated[Person, Depends(page("reader"))]) -> Response:
        return _account(show, request, person)

    @routes.post("/account")
    async def change(request: Request, person: Annotated[Person, Depends(page("reader"))]) -> Response:
        if person.how != "session":
            raise Refusal(403, "Un mot de passe ne se change pas avec un jeton.")
        posted = await request.form()
        old, new, again = (_text(posted.get(n)) for n in ("old", "new", "again"))
        if new != again:
            return _account(show, request, person, 422, "Les deux nouveaux mots de passe diffèrent.")
        people = people_of(request)
        try:
            await hard.run(lambda: people.change_own_password(person, old, new, visitor(request)))
        except UserError as error:
            return _account(show, request, person, 422, f"{error.what[:1].upper()}{error.what[1:]}.")
        except Denied as denied:
            if not denied.wait:
                return _account(show, request, person, 403, "L'ancien mot de passe n'est pas le bon.")
            wait = int(denied.wait) + 1
            answer = _account(show, request, person, 429, f"Trop d'essais : recommencez dans {_span(wait)}.")
            answer.headers["Retry-After"] = str(wait)
            return answer
        # All sessions ended, this one too: coming in again shows that the new one works.
        answer = RedirectResponse(f"/login?next={quote('/account')}", 303)
        take(request, answer, SESSION)
        return answer

    return routes


def _account(show: Show, request: Request, person: Person, status: int = 200, error: str = "") -> Response:
    return show(request, "account.html", status, csrf=csrf_token(request), error=error, person=person)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _span(seconds: int) -> str:
    return f"{seconds} secondes" if seconds < 120 else f"{-(-seconds // 60)} minutes"
