"""Webhooks of outside systems, where no door answers them (web.door): verified, committed, answered; only then the lanes look at it."""

from __future__ import annotations

import logging

from fastapi import APIRouter, Request, Response

from engine.callers import CALLERS
from engine.desk import Desk
from engine.hooks import Call, Hook
from web.options import Options
from web.problems import Refusal, responses
from web.security import Doors

log = logging.getLogger("guichet.web")

_ANSWERS = {
    "whatsapp": "application/xml",
    "whatsapp/status": "application/xml",
    "hubspot": "application/json",
    "clickup": "application/json",
}


def router(desk: Desk, options: Options, doors: Doors) -> APIRouter:  # noqa: ARG001 (their signature is the key)
    """The endpoints. One that is not set up answers 404."""
    routes = APIRouter(prefix="/webhook", tags=["Webhooks"])
    for name in CALLERS:
        _add(routes, name, desk, options.hooks.get(name))
    return routes


def _add(routes: APIRouter, name: str, desk: Desk, hook: Hook | None) -> None:
    async def tell(request: Request) -> Response:
        if hook is None:
            raise Refusal(404, "Ce canal n'est pas réglé sur ce guichet.")
        call = await call_of(request)
        if not await desk.run(_take, desk, hook, call):
            log.warning("a webhook for %s was not signed by them: refused", name)
            raise Refusal(403, "La signature de cette requête n'est pas la bonne.")
        body, kind = hook.answer
        return Response(body, 200, media_type=kind)

    documented = responses(403, 404)
    documented[200] = {"description": "Reçu.", "content": {_ANSWERS[name]: {}}}
    routes.add_api_route(
        f"/{name}",
        tell,
        methods=["POST"],
        name=name.replace("/", "_"),
        summary=f"Ce que nous dit {name.partition('/')[0]}",
        response_class=Response,
        responses=documented,
        openapi_extra={"requestBody": {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}},
    )


def _take(desk: Desk, hook: Hook, call: Call) -> bool:
    """Verify and keep, in one visit to a thread: each costs a wait behind the lanes."""
    if not hook.verify(call):
        return False
    desk.take(hook.read(call))
    return True


async def call_of(request: Request) -> Call:
    """The request as connectors take it: nothing decoded, nothing lost."""
    scope = request.scope
    target = scope.get("raw_path", b"") or scope["path"].encode()
    if scope["query_string"]:
        target += b"?" + scope["query_string"]
    return Call(
        method=request.method,
        target=target.decode("latin-1"),
        scheme=scope["scheme"],
        host=request.headers.get("host", ""),
        headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
        body=await request.body(),
    )
