"""/status: how every connector is: its last success, its lag, what it says; addresses for the tools that call us; budgets."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from engine.callers import CALLERS, path_of
from engine.standing import LaneState
from web.options import Options
from web.pages.frame import Frame, Reader


@dataclass(frozen=True, slots=True)
class Address:
    """An address to paste into an outside tool. ``on``: its webhook is set up here."""

    name: str
    caller: str
    where: str
    url: str
    on: bool


def router(frame: Frame, options: Options) -> APIRouter:
    """The page."""
    routes = APIRouter(include_in_schema=False)
    desk = frame.desk

    @routes.get("/status")
    async def status(request: Request, person: Reader) -> Response:
        figures = await desk.run(desk.figures)
        overall, _ = await desk.run(desk.health)
        amiss = await desk.run(desk.amiss)
        speech = frame.pages.speech(request)
        say = speech.say
        base = options.public_url.rstrip("/") or str(request.base_url).rstrip("/")
        addresses = [
            Address(name, caller.vendor, caller.place[speech.language], base + path_of(name), name in options.hooks)
            for name, caller in CALLERS.items()
        ]
        groups: dict[str, list[tuple[str, LaneState]]] = {
            say("Ce qui entre"): [], say("Ce qui se décide"): [], say("Ce qui sort"): []
        }  # fmt: skip
        titles = list(groups)
        for name, lane in figures.lanes.items():
            kind = name.partition(":")[0]
            groups[titles[{"intake": 0, "courier": 2, "watch": 2}.get(kind, 1)]].append((name, lane))
        return await frame.show(
            request, person, "status.html",
            overall=overall, amiss=amiss, groups=groups, addresses=addresses, figures=figures, budgets=await desk.run(desk.budgets),
            public=bool(options.public_url),
            version=desk.version,
        )  # fmt: skip

    return routes
