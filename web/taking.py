"""Routes made once: FastAPI makes each route of an included router a second time, which takes as long as the first."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute


def take(app: FastAPI, router: APIRouter) -> None:
    """The router's routes as they are, in their order; through ``include_router`` where it includes others itself."""
    if all(isinstance(route, APIRoute) for route in router.routes):
        app.router.routes.extend(router.routes)
    else:
        app.include_router(router)
