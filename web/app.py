"""The edge as one FastAPI application."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, FastAPI
from starlette.middleware.cors import CORSMiddleware

from core.spare import absent
from engine.desk import Desk
from web import api, approve, health, metrics, problems, request, webhooks
from web.api import order_exports
from web.auth import doorkeeper, login
from web.guard import Guard
from web.options import Options
from web.pages import install as pages
from web.security import Doors
from web.taking import take

#: What is served, in this order: each makes its router of the desk, the options and who may do what.
PARTS: tuple[Callable[[Desk, Options, Doors], APIRouter], ...] = (
    request.router,
    webhooks.router,
    health.router,
    api.router,
    order_exports.router,
)
#: Most bytes of a body, by the beginning of the path. Twilio's and ClickUp's are small, a hundred HubSpot events are not.
MOST_BYTES = {"/webhook/request": 262_144, "/webhook/validate": 65_536, "/webhook/": 1_048_576} | api.MOST_BYTES


@absent("pydantic.v1")  # FastAPI would load it to see that no model is one of pydantic 1's
def make_app(desk: Desk, options: Options | None = None) -> FastAPI:
    """The application over a desk."""
    options = options or Options()
    doors = Doors(options)
    registry, seen = metrics.registry_of(desk)
    app = FastAPI(
        title="Guichet",
        version=desk.version,
        summary="Le comptoir où vos clients écrivent.",
        # Their pages load scripts from elsewhere; the description itself is at /openapi.json.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.observe = seen.observe
    problems.install(app)
    doorkeeper.install(app, desk, options.public_url)
    shown = pages.install(app, desk, options, doors)
    for part in PARTS:
        take(app, part(desk, options, doors))
    take(app, login.router(shown.show))
    take(app, approve.router(desk, shown.show))
    take(app, metrics.router(desk, doors, registry))
    if options.form_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(options.origins),
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", "X-API-Key"],
            max_age=3600,
        )
    app.add_middleware(
        Guard,
        most=MOST_BYTES | pages.MOST_BYTES,
        streams=pages.streams(options),
        concurrency=options.concurrency,
        seconds=options.body_seconds,
        observe=seen.observe,
        secure=options.public_url.startswith("https://"),
    )
    return app
