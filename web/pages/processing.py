"""/processing: what is being read, what could not be, what became of the rest; and /whatsapp: how that channel is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from core.views import ReceivedRow
from engine.desk import Desk
from engine.processing import WAITING, ChannelState, Counts
from web.options import Options
from web.pages.frame import Agent, Frame, Reader
from web.pages.page import back

ROWS = 40
#: What can be asked for: the states of messages by a word.
STATES: dict[str, tuple[str, ...]] = {"": (), "waiting": WAITING, "parked": ("parked",), "decided": ("decided",)}


def router(frame: Frame, options: Options) -> APIRouter:
    """The pages."""
    routes = APIRouter(include_in_schema=False)
    desk = frame.desk

    @routes.get("/processing")
    async def processing(
        request: Request, person: Reader, state: Annotated[str, Query(max_length=20)] = "",
        after: Annotated[int, Query(ge=0, lt=2**62)] = 0,
    ) -> Response:  # fmt: skip
        rows, counts, refs = await desk.run(_look, desk, STATES.get(state, ()), after)
        more = f"/processing?state={state}&after={rows[ROWS - 1].id}" if len(rows) > ROWS else ""
        lanes = {
            name: lane
            for name, lane in (await desk.run(desk.lanes)).items()
            if name in ("reader", "clerk") or name.startswith("intake:")
        }
        return await frame.show(
            request, person, "processing.html",
            rows=rows[:ROWS], numbers=counts, state=state if state in STATES else "", next_url=more, lanes=lanes, refs=refs,
        )  # fmt: skip

    @routes.post("/processing")
    async def run_now(person: Agent) -> Response:
        del person
        await desk.run(desk.processing.run_now)
        return back("/processing?told=woken")

    @routes.get("/whatsapp")
    async def whatsapp(request: Request, person: Reader) -> Response:
        state, rows, refs = await desk.run(_channel, desk)
        base = options.public_url.rstrip("/") or str(request.base_url).rstrip("/")
        addresses = [f"{base}/webhook/{name}" for name in ("whatsapp", "whatsapp/status")]
        return await frame.show(
            request, person, "whatsapp.html",
            state=state, rows=rows, refs=refs, number=options.whatsapp_number, addresses=addresses, public=bool(options.public_url),
            hooked="whatsapp" in options.hooks,
        )  # fmt: skip

    return routes


def _look(desk: Desk, states: Sequence[str], after: int) -> tuple[list[ReceivedRow], Counts, dict[str, str]]:
    """The messages (one more than a page holds), how many wait, the references of their cases."""
    rows = desk.processing.received(states=states, limit=ROWS + 1, after=after)
    return rows, desk.processing.counts(), _refs(desk, rows)


def _channel(desk: Desk) -> tuple[ChannelState, list[ReceivedRow], dict[str, str]]:
    rows = desk.processing.received(channel="whatsapp", limit=10)
    return desk.processing.channel("whatsapp", "whatsapp"), rows, _refs(desk, rows)


def _refs(desk: Desk, rows: Sequence[ReceivedRow]) -> dict[str, str]:
    return desk.cases.refs([row.case_id for row in rows if row.case_id])
