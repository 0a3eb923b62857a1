"""The REST API under /api: what the pages can do, for programs. Tokens (Authorization: Bearer guichet_…) or the pages' session."""

from __future__ import annotations

from fastapi import APIRouter

from engine.desk import Desk
from web.api import cases, contacts, directives, events, exports, figures, files, orders, parked
from web.options import Options
from web.security import Doors

#: Most bytes of a body, by the beginning of the path; a directive may be long.
MOST_BYTES = {"/api/directives/": 4_194_304, "/api/": 131_072}


def router(desk: Desk, options: Options, doors: Doors) -> APIRouter:
    """Every endpoint of the API."""
    del doors
    routes = APIRouter()
    for part in (cases, orders, files, contacts, parked, directives, figures, exports, events):
        routes.routes.extend(part.router(desk, options).routes)
    return routes
