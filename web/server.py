"""The web server in a thread of the daemon's process: uvicorn, started and stopped by the one thread that owns it."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import h11
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from core.errors import UserError
from web.wire import HEAD_SECONDS, IDLE_SECONDS, MOST_HEAD

log = logging.getLogger("guichet.web")

#: Most connections at once; one more gets 503.
MOST_CONNECTIONS = 512


class _Protocol(H11Protocol):
    """uvicorn's, and a connection that does not get its headers out in time is closed: uvicorn itself would wait for ever."""

    head_seconds = HEAD_SECONDS
    _impatience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._calm()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._calm()
        elif self._impatience is None and self.timeout_keep_alive_task is None:
            self._impatience = self.loop.call_later(self.head_seconds, self.transport.close)

    def _calm(self) -> None:
        if self._impatience is not None:
            self._impatience.cancel()
            self._impatience = None


class Server:
    """Serves the app on ``host``:``port`` (0: any free port) from ``start`` to ``stop``."""

    def __init__(
        self, app: FastAPI, host: str, port: int, *, proxies: str = "127.0.0.1,::1", head_seconds: float = HEAD_SECONDS
    ):
        """``proxies``: whose word on the caller's address and scheme is believed (X-Forwarded-For, X-Forwarded-Proto)."""
        self.host, self.port = host, port
        protocol = type("Protocol", (_Protocol,), {"head_seconds": head_seconds})
        self._config = uvicorn.Config(
            app,
            http=protocol,
            ws="none",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=True,
            forwarded_allow_ips=proxies,
            timeout_keep_alive=IDLE_SECONDS,
            timeout_graceful_shutdown=1,
            limit_concurrency=MOST_CONNECTIONS,
            h11_max_incomplete_event_size=MOST_HEAD,
        )
        self._server = uvicorn.Server(self._config)
        self._thread: threading.Thread | None = None
        self._listening: socket.socket | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def url(self) -> str:
        """Where it listens, once it does."""
        return f"http://[{self.host}]:{self.port}" if ":" in self.host else f"http://{self.host}:{self.port}"

    @property
    def alive(self) -> bool:
        """Whether the thread that answers is there."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, timeout: float = 5.0, *, door: bool = False) -> socket.socket:
        """Serve from a thread, at the address that ``bind`` took; the listening socket. Raises UserError when the address cannot be had.

        ``door``: another process accepts there; this one serves the connections that ``adopt`` is given.
        """
        for noisy in ("uvicorn.error", "uvicorn.access"):
            logging.getLogger(noisy).setLevel(logging.WARNING)
        self.bind()
        listening = self._listening
        assert listening is not None
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=([] if door else [listening], started), name="web", daemon=True)
        self._thread.start()
        if not started.wait(timeout):
            raise UserError("le serveur web ne démarre pas", where=f"HOST={self.host} PORT={self.port}")
        log.info("the web listens at %s", self.url)
        return listening

    def bind(self) -> None:
        """Take the address: who comes now waits until ``start``. Raises UserError when it cannot be had."""
        if self._listening is None:
            self._listening = self._bind()
            self.port = self._listening.getsockname()[1]

    def _bind(self) -> socket.socket:
        try:
            family, _, _, _, place = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[
                0
            ]
            listening = socket.socket(family, socket.SOCK_STREAM)
            try:
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listening.bind(place)
                listening.listen(128)
            except OSError:
                listening.close()
                raise
        except OSError as error:
            raise UserError(
                f"le serveur web ne peut pas écouter à cette adresse ({error.strerror or error})",
                where=f"HOST={self.host} PORT={self.port}",
                todo="choisissez un autre port, ou PORT=0 pour vous passer du web",
            ) from None
        return listening

    def adopt(self, connection: socket.socket) -> None:
        """Serve a connection that another process accepted. From any thread."""
        self._soon(lambda loop: loop.connect_accepted_socket(self._protocol, connection))

    def accept(self) -> None:
        """Accept here after all, where ``start`` was told that another process does. From any thread."""

        listening = self._listening
        if listening is None:
            return

        async def accept(loop: asyncio.AbstractEventLoop) -> None:
            self._server.servers.append(await loop.create_server(self._protocol, sock=listening))

        self._soon(accept)

    def _soon(self, work: Callable[[asyncio.AbstractEventLoop], Coroutine[Any, Any, Any]]) -> None:
        if self._loop is not None and not self._loop.is_closed():
            asyncio.run_coroutine_threadsafe(work(self._loop), self._loop)

    def _protocol(self) -> asyncio.Protocol:
        made = self._config.http_protocol_class
        state = self._server.lifespan.state
        return made(config=self._config, server_state=self._server.server_state, app_state=state)  # type: ignore[call-arg]

    def _run(self, sockets: list[socket.socket], started: threading.Event) -> None:
        async def serve() -> None:
            self._loop = asyncio.get_running_loop()
            self._loop.call_soon(self._tell, started)
            await self._server.serve(sockets=sockets)

        try:
            asyncio.run(serve())
        except Exception:  # the top of a thread: nobody else would hear of it
            log.exception("the web server ended")

    def _tell(self, started: threading.Event) -> None:
        if self._server.started:
            started.set()
        else:
            asyncio.get_running_loop().call_later(0.01, self._tell, started)

    def stop(self, timeout: float = 2.0) -> bool:
        """End running requests and close; whether it ended in time. Who waits for an outcome must be let go before (Desk.close)."""
        thread = self._thread
        if thread is not None:
            self._server.should_exit = True
            thread.join(timeout)
        if self._listening is not None:
            self._listening.close()
            self._listening = None
        return thread is None or not thread.is_alive()
