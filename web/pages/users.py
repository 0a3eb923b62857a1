"""/users: accounts and tokens, for administrators. A password or token is shown once, right after it was made, and nowhere else."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Form, Request, Response

from core.accounts import ROLES, SCOPES
from core.errors import UserError
from web.auth import Person
from web.pages.frame import Admin, Frame
from web.pages.page import Notice
from web.problems import Refusal

#: Days that a token may be good for; 0 for ever.
DAYS = (30, 90, 365, 0)


def router(frame: Frame) -> APIRouter:
    """The page."""
    routes = APIRouter(include_in_schema=False)
    desk = frame.desk

    async def shown(request: Request, person: Person, status: int = 200, **more: Any) -> Response:
        users = await desk.run(desk.people.users)
        tokens = await desk.run(desk.people.tokens)
        values = {
            "users": users,
            "tokens": tokens,
            "roles": ROLES,
            "scopes": tuple(SCOPES),
            "all_days": DAYS,
            "secret": "",
            "secret_of": "",
        }
        return await frame.show(request, person, "users.html", status, **(values | more))

    async def done(request: Request, person: Person, work: Any) -> Response:
        """The page after a change, with what could not be done as a sentence. Hashing is slow: in a thread of its own."""
        try:
            given = await anyio.to_thread.run_sync(work)
        except UserError as error:
            return await shown(request, person, 422, notice=Notice(f"{error.what[:1].upper()}{error.what[1:]}.", "danger"))
        say = frame.pages.speech(request).say
        more = {"secret_of": given[0], "secret": given[1]} if isinstance(given, tuple) else {}
        return await shown(request, person, notice=Notice(say("C’est fait.")), **more)

    @routes.get("/users")
    async def users(request: Request, person: Admin) -> Response:
        return await shown(request, person)

    @routes.post("/users")
    async def change(
        request: Request,
        person: Admin,
        action: Annotated[str, Form(max_length=20)],
        name: Annotated[str, Form(max_length=200)] = "",
        role: Annotated[str, Form(max_length=20)] = "reader",
        scope: Annotated[str, Form(max_length=20)] = "read",
        days: Annotated[int, Form(ge=0, le=3650)] = 90,
    ) -> Response:
        people, author, password = desk.people, person.author, secrets.token_urlsafe(12)

        def add() -> tuple[str, str]:
            people.add(name, role, password, author)
            return name, password

        def renew() -> tuple[str, str]:
            people.set_password(name, password, author)
            return name, password

        def token() -> tuple[str, str]:
            made, secret = people.add_token(name, [scope], author, days=days)
            return made.name, secret

        work = {
            "add": add,
            "password": renew,
            "role": lambda: people.set_role(name, role, author),
            "disable": lambda: people.set_disabled(name, True, author),
            "enable": lambda: people.set_disabled(name, False, author),
            "remove": lambda: people.remove(name, author),
            "token": token,
            "revoke": lambda: people.revoke_token(name, author),
        }.get(action)
        if work is None:
            raise Refusal(422, "Cette action n'existe pas.")
        return await done(request, person, work)

    return routes
