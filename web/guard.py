"""What every request passes first: bounded bodies, bounded numbers, security headers, and an end that is never a trace."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.problems import Refusal, body_of
from web.wire import security_headers

log = logging.getLogger("guichet.web")

#: Most bytes of a body where nothing else is said.
MOST_BYTES = 65_536
#: How much, and how long, of a body that is refused is still read.
SPILL_BYTES, SPILL_SECONDS = 8 * 1024 * 1024, 1.0

Observe = Callable[[str, str, int, float], None]


class Guard:
    """The outermost layer. ``most`` gives the most bytes of a body by the path's beginning, the longest that fits.

    At most ``concurrency`` requests are at work; one more is asked to come again. A body must have come in ``seconds``.
    ``observe`` is told (route, method, status, seconds) of each.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        most: Mapping[str, int],
        concurrency: int,
        seconds: float,
        observe: Observe,
        secure: bool,
        streams: Mapping[str, int] | None = None,
    ) -> None:
        """``streams``: paths whose bodies, up to so many bytes, are handed on as they come; see ``_stream``."""
        self._app, self._observe, self._streams = app, observe, dict(streams or {})
        self._most = sorted(most.items(), key=lambda item: -len(item[0]))
        self._concurrency, self._seconds, self._busy = concurrency, seconds, 0
        self._headers = security_headers(secure=secure)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        began, status = time.monotonic(), 0

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                had = {name.lower() for name, _ in message.get("headers", ())}
                message["headers"] = [*message.get("headers", ()), *(h for h in self._headers if h[0] not in had)]
            await send(message)

        self._busy += 1
        try:
            if self._busy > self._concurrency:
                await _refuse(told, 503, b"1")
                return
            most = self._streams.get(scope["path"])
            if most is not None:
                await self._app(scope, self._stream(scope, receive, most), told)
                return
            body = await self._body(scope, receive)
            if body is None:
                return
            if isinstance(body, int):
                await _refuse(told, body)
                return
            await self._app(scope, _replay(body, receive), told)
        except Exception:  # the top of a request: a defect is told here or by nobody, and the visitor is owed an answer
            log.exception("a request could not be answered: %s %s", scope["method"], _route(scope))
            if not status:
                await _refuse(told, 500)
        finally:
            self._busy -= 1
            self._observe(_route(scope), scope["method"], status, time.monotonic() - began)

    def _stream(self, scope: Scope, receive: Receive, most: int) -> Receive:
        """The body piece by piece, for uploads. It raises Refusal 413 past ``most`` bytes, 408 when a piece does not come."""
        declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        too_much = not declared.isdigit() or len(declared) > 12 or int(declared) > most
        size, over = 0, False

        async def pieces() -> Message:
            nonlocal size, over
            if over:
                return await receive()
            if too_much:
                await _spill(receive)
                raise Refusal(413)
            try:
                async with asyncio.timeout(self._seconds):
                    message = await receive()
            except TimeoutError:
                raise Refusal(408) from None
            size += len(message.get("body", b""))
            if size > most:
                await _spill(receive)
                raise Refusal(413)
            over = not message.get("more_body", False)
            return message

        return pieces

    async def _body(self, scope: Scope, receive: Receive) -> bytes | int | None:
        """The whole body, the status that refuses it, or None when the caller is gone."""
        most = next((n for start, n in self._most if scope["path"].startswith(start)), MOST_BYTES)
        declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if not declared.isdigit() or len(declared) > 12 or int(declared) > most:
            if not any(name == b"expect" for name, _ in scope["headers"]):  # who asks first sends nothing after a no
                await _spill(receive)
            return 413
        pieces: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(self._seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return None
                    pieces.append(message.get("body", b""))
                    size += len(pieces[-1])
                    more = message.get("more_body", False)
                    if size > most or not more:
                        break
        except TimeoutError:
            return 408
        if size <= most:
            return b"".join(pieces)
        if more:
            await _spill(receive)
        return 413


def _route(scope: Scope) -> str:
    """The route's pattern, so that addresses made up by callers stay out of the figures."""
    return str(getattr(scope.get("route"), "path", "") or "other")


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _spill(receive: Receive) -> None:
    """Let some of what still comes run away: a connection closed on unread bytes would take the answer with it."""
    left = SPILL_BYTES
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(SPILL_SECONDS):
            while left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                if not message.get("more_body"):
                    return


async def _refuse(send: Send, status: int, after: bytes = b"") -> None:
    body = body_of(status)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if status in (408, 413):
        headers.append((b"connection", b"close"))  # the rest of the body is not waited for
    if after:
        headers.append((b"retry-after", after))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
