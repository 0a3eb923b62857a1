"""The REST API under /api: what the pages can do, for programs. Tokens (Authorization: Bearer guichet_…) or the pages' session."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from engine.desk import Desk
from web.api import cases, contacts, directives, events, exports, figures, files, orders, parked
from web.api.shapes import SCHEMES
from web.options import Options
from web.security import Doors

#: Most bytes of a body, by the beginning of the path; a directive may be long.
MOST_BYTES = {"/api/directives/": 4_194_304, "/api/": 131_072}


def router(desk: Desk, options: Options, doors: Doors) -> APIRouter:
    """Every endpoint of the API."""
    del doors
    routes = APIRouter(prefix="/api", dependencies=[Depends(scheme) for scheme in SCHEMES])
    for part in (cases, orders, files, contacts, parked, directives, figures, exports, events):
        routes.include_router(part.router(desk, options))
    return routes
