"""The desk's pages put onto the app."""

from __future__ import annotations

from fastapi import FastAPI

from engine.desk import Desk
from web.options import Options
from web.pages import (
    analytics,
    assets,
    case,
    case_list,
    contacts,
    demand,
    directives,
    erasure,
    errors,
    figures,
    orders,
    papers,
    parked,
    preferences,
    processing,
    review,
    status,
    today,
    users,
)  # fmt: skip
from web.pages.frame import Frame
from web.pages.page import Pages
from web.security import Doors
from web.taking import take

#: Most bytes of what pages post, by the beginning of the path, where it is more than usual: documents, notes.
MOST_BYTES = {"/directives/": 2_000_000, "/cases/": 262_144, "/orders/": 262_144}


def streams(options: Options) -> dict[str, int]:
    """Paths whose bodies are too large to be held in memory, with the most bytes of each."""
    return {demand.PATH: demand.most_bytes(options)}


def install(app: FastAPI, desk: Desk, options: Options, doors: Doors) -> Pages:
    """Add the pages; what renders them, for others who show some. After ``problems.install``."""
    files = assets.Assets()
    pages = Pages(
        assets=files,
        clock=desk.now,
        zone=lambda: desk.business.zone,
        house=lambda: desk.business.label,
        units=lambda: desk.units,
    )
    errors.install(app, pages)
    take(app, assets.router(files))
    take(app, preferences.router(options.public_url.startswith("https://")))
    take(app, demand.router(desk, options, doors, pages))
    frame = Frame(desk, pages)
    for part in (
        today,
        orders,
        analytics,
        case_list,
        case,
        papers,
        review,
        parked,
        contacts,
        erasure,
        directives,
        figures,
        users,
    ):
        take(app, part.router(frame))
    take(app, status.router(frame, options))
    take(app, processing.router(frame, options))
    return pages
