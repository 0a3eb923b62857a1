"""A house with three people in it, and an address for each role that tells who came."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from tests.browser import app_of, with_people
from tests.web_help import Running, running
from web.auth import Person, current, need, page

OURS = "https://guichet.example"


def _routes() -> APIRouter:
    """One address for each role, as the API and as a page, that tells who came."""
    routes = APIRouter(include_in_schema=False)
    for role in ("reader", "agent", "admin"):
        for kind, make in (("api", need), ("page", page)):

            def who(person: Person = Depends(make(role))) -> dict[str, Any]:  # type: ignore[arg-type]  # noqa: B008
                return {"name": person.name, "role": person.role, "how": person.how, "author": person.author}

            routes.add_api_route(f"/test/{kind}/{role}", who, methods=["GET", "POST"])

    @routes.get("/test/current")
    async def anybody(person: Annotated[Person | None, Depends(current)]) -> str:
        return person.name if person is not None else ""

    return routes


@contextmanager
def peopled(folder: Path, **options: Any) -> Iterator[Running]:
    """anne is an agent, bob a reader, chef an administrator."""
    with running(folder / "data", **options) as web:
        app_of(web).include_router(_routes())
        with_people(web, anne="agent", bob="reader", chef="admin")
        yield web


def journal(web: Running) -> list[tuple[str, str, dict[str, Any]]]:
    """(kind, author, data) of the lines about people."""
    lines = web.counter.house.store.history("")
    kinds = ("login", "login_failed", "user_added", "user_changed", "user_removed", "token_added", "token_revoked")
    return [(e.kind, e.author, dict(e.data)) for _, e in lines if e.kind in kinds]
