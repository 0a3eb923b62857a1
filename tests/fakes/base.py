"""The server under every fake: threads over http.server on 127.0.0.1, HTTP/1.1 with connections kept open, and the troubles.

A trouble is taken for the next request it matches, once each, in the order they were asked for::

    fake.fail_next(3, 503)                      answers 503 before the work, three times
    fake.late_success(1, match=r"POST .*/batch/create")     does the work, then cuts the connection
    fake.late_success(1, silent=20)             does the work, then says nothing for 20 s (a client's timeout comes first)
    fake.late_error(1, 504)                     does the work, then answers 504, as a gateway would
    fake.drop_next(1)                           cuts before the work
    fake.garble_next(1)                         a proxy's HTML page with status 200 in place of the answer
    fake.cut_next(1)                            does the work, then half the answer
    fake.script(fn)                             fn(request) -> Answer | Trouble | None, asked for every request
    fake.latency = 0.2                          before each work, outside the lock, so that calls overlap

``match`` is a regular expression searched in "METHOD /path". ``fake.calls`` is what came in, ``fake.kinds()`` counts it.
"""

from __future__ import annotations

import contextlib
import copy
import json
import re
import socket
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from .recorder import record
from .wire import Answer, Call, Refusal, Request

MAX_BODY = 64 * 2**20


@dataclass
class Trouble:
    """``kind``: fail, error (after the work), late, drop, garble, cut. ``left``: how often still."""

    kind: str
    left: int = 1
    status: int = 500
    match: str = ""
    silent: float = 0.0
    retry_after: float | None = None

    def fits(self, request: Request) -> bool:
        return self.left > 0 and bool(re.search(self.match, f"{request.method} {request.path}"))


class Window:
    """At most ``limit`` calls in any ``seconds`` (None: no limit), by the fake's clock."""

    def __init__(self, limit: int | None, seconds: float) -> None:
        self.limit, self.seconds = limit, seconds
        self._taken: deque[float] = deque()

    def wait(self, now: float) -> float:
        """0 and one taken, or the seconds until one comes free."""
        while self._taken and self._taken[0] <= now - self.seconds:
            self._taken.popleft()
        if self.limit is not None and len(self._taken) >= self.limit:
            return max(self._taken[0] + self.seconds - now, 0.001) if self._taken else self.seconds
        self._taken.append(now)
        return 0.0

    @property
    def remaining(self) -> int:
        return 10**6 if self.limit is None else max(self.limit - len(self._taken), 0)


class Fake:
    """A vendor on loopback. Subclasses give ``real`` (the address it stands for), ``routes`` and the vendor's errors."""

    real: ClassVar[str]
    #: (method, pattern of the whole path, name of the method that answers). The name is also the call's kind.
    routes: ClassVar[list[tuple[str, str, str]]]

    def __init__(self, *, latency: float = 0.0, clock: Callable[[], float] = time.time) -> None:
        self.latency = latency
        self.lock = threading.RLock()
        self.calls: list[Call] = []
        #: What the fake itself got wrong, and requests for paths the vendor does not have. ``stop`` raises on the first.
        self.defects: list[str] = []
        self.unknown: list[str] = []
        self._clock, self._shift = clock, 0.0
        self._troubles: list[Trouble] = []
        self._scripts: list[Callable[[Request], Answer | Trouble | None]] = []
        self._quiet = 0
        self._stopping = threading.Event()
        self._table = [(method, re.compile(pattern), name) for method, pattern, name in self.routes]
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.fake = self
        self.port: int = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._runner = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._runner.start()

    # ------------------------------------------------------------------ life
    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.stop(quietly=kind is not None)

    def stop(self, quietly: bool = False) -> None:
        """End it and cut what is still connected. A defect of the fake itself is an AssertionError here."""
        self._stopping.set()
        self._server.shutdown()
        self._server.cut()
        self._server.server_close()
        self._runner.join(5)
        if self.defects and not quietly:
            raise AssertionError("the fake itself failed: " + "; ".join(self.defects))

    def now(self) -> float:
        """Unix seconds by the fake's clock."""
        return self._clock() + self._shift

    def advance(self, seconds: float) -> None:
        """Move the fake's clock: windows of limits, the index of the search, 24 hours of WhatsApp."""
        with self.lock:
            self._shift += seconds

    # ------------------------------------------------------------------ troubles
    def trouble(self, trouble: Trouble) -> None:
        with self.lock:
            self._troubles.append(trouble)

    def fail_next(self, n: int = 1, status: int = 500, *, match: str = "", retry_after: float | None = None) -> None:
        self.trouble(Trouble("fail", n, status, match, retry_after=retry_after))

    def late_success(self, n: int = 1, *, match: str = "", silent: float = 0.0) -> None:
        self.trouble(Trouble("late", n, match=match, silent=silent))

    def late_error(self, n: int = 1, status: int = 504, *, match: str = "") -> None:
        self.trouble(Trouble("error", n, status, match))

    def drop_next(self, n: int = 1, *, match: str = "") -> None:
        self.trouble(Trouble("drop", n, match=match))

    def garble_next(self, n: int = 1, *, match: str = "") -> None:
        self.trouble(Trouble("garble", n, match=match))

    def cut_next(self, n: int = 1, *, match: str = "") -> None:
        self.trouble(Trouble("cut", n, match=match))

    def script(self, *steps: Callable[[Request], Answer | Trouble | None] | Trouble) -> None:
        """Troubles, taken in order, or functions asked for every request."""
        with self.lock:
            for step in steps:
                if isinstance(step, Trouble):
                    self._troubles.append(step)
                else:
                    self._scripts.append(step)

    def kind_again(self) -> None:
        """Forget every trouble asked for and not taken yet."""
        with self.lock:
            self._troubles.clear()
            self._scripts.clear()
            self.latency = 0.0

    @contextlib.contextmanager
    def unrecorded(self) -> Iterator[None]:
        """For tests that send on purpose what no client of ours may send: not part of the contract log."""
        self._quiet += 1
        try:
            yield
        finally:
            self._quiet -= 1

    # ------------------------------------------------------------------ what came in
    def kinds(self) -> Counter[str]:
        """How many calls of each kind."""
        with self.lock:
            return Counter(call.kind for call in self.calls)

    def count(self, match: str) -> int:
        """How many calls whose "METHOD /path" or kind fits."""
        with self.lock:
            return sum(bool(re.search(match, f"{c.method} {c.path}") or re.search(match, c.kind)) for c in self.calls)

    def forget_calls(self) -> None:
        with self.lock:
            self.calls.clear()

    def snapshot(self, value: Any) -> Any:
        """A copy of some state, safe from what goes on."""
        with self.lock:
            return copy.deepcopy(value)

    # ------------------------------------------------------------------ to be given by the vendor
    def error(self, status: int, request: Request, retry_after: float | None = None) -> Answer:
        """The vendor's body for a status of trouble."""
        raise NotImplementedError

    def admit(self, request: Request, kind: str) -> dict[str, str]:
        """Credentials and limits: a Refusal, or headers for every answer."""
        return {}

    def canonical(self, path: str) -> str | None:
        """The path the routes are written for; None when the vendor does not know such an address."""
        return path

    def real_url(self, request: Request) -> str | None:
        """The address this request would have had; None when it is no part of the API and is not recorded."""
        return self.real + request.path

    def kind_of(self, name: str, arguments: dict[str, str]) -> str:
        """What a call counts as."""
        return name

    def missing(self, request: Request) -> Answer:
        """A path the vendor does not have."""
        return Answer(404, b"<html><body><h1>Not Found</h1></body></html>", content_type="text/html")

    # ------------------------------------------------------------------ one request
    def respond(self, request: Request) -> tuple[Answer | None, Call, bool]:
        """-> (answer or None to cut, the call, whether to send half of it)."""
        path = self.canonical(request.path)
        found = self._find(request.method, path) if path is not None else None
        kind = self.kind_of(*found) if found else "unknown"
        trouble, scripted = self._trouble(request)
        if self.latency:
            self._stopping.wait(self.latency)
        before = trouble if trouble and trouble.kind in ("fail", "drop", "garble") else None
        worked, reply = False, scripted
        if before and before.kind == "drop":
            reply = None
        elif before and before.kind == "garble":
            reply = Answer(200, b"<!DOCTYPE html><title>Just a moment...</title>", content_type="text/html; charset=UTF-8")
        elif before:
            reply = self.error(before.status, request, before.retry_after)
        elif scripted is None:
            reply = self._work(request, found)
            worked = reply.status < 400
        half = False
        if trouble and not before:
            if trouble.kind == "late":
                self._stopping.wait(trouble.silent)
                reply = None
            elif trouble.kind == "error":
                reply = self.error(trouble.status, request, trouble.retry_after)
            half = trouble.kind == "cut"
        call = Call(request.method, request.path, kind, reply.status if reply and not half else None, self.now(), worked)
        return reply, call, half

    def _find(self, method: str, path: str) -> tuple[str, dict[str, str]] | None:
        for verb, pattern, name in self._table:
            if verb == method and (found := pattern.fullmatch(path)):
                return name, {key: unquote(value) for key, value in found.groupdict().items() if value is not None}
        return None

    def _trouble(self, request: Request) -> tuple[Trouble | None, Answer | None]:
        with self.lock:
            scripts = list(self._scripts)
            for trouble in self._troubles:
                if trouble.fits(request):
                    trouble.left -= 1
                    self._troubles = [one for one in self._troubles if one.left > 0]
                    return trouble, None
        for step in scripts:
            match step(request):
                case Answer() as said:
                    return None, said
                case Trouble() as one:
                    return one, None
        return None, None

    def _work(self, request: Request, found: tuple[str, dict[str, str]] | None) -> Answer:
        headers: dict[str, str] = {}
        try:
            with self.lock:
                headers = self.admit(request, found[0] if found else "unknown")
                if found is None:
                    self.unknown.append(f"{request.method} {request.path}")
                    return self.missing(request).with_headers(headers)
                name, arguments = found
                said = getattr(self, name)(request, **arguments)
        except Refusal as refusal:
            said = refusal.answer
        except Exception as err:  # a defect of the stand-in is told by the test that used it
            self.defects.append(f"{request.method} {request.path}: {type(err).__name__}: {err}")
            said = self.error(500, request)
        return (said if isinstance(said, Answer) else Answer(200, said)).with_headers(headers)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = True
    fake: Fake

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def cut(self) -> None:
        for one in list(self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        err = sys.exception()
        if not isinstance(err, OSError):  # a client that goes away is no defect
            self.fake.defects.append(f"{type(err).__name__}: {err}")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, *args: Any) -> None:
        pass

    def version_string(self) -> str:
        return "cloudflare"

    def _body(self) -> bytes:
        if "chunked" not in (self.headers.get("Transfer-Encoding") or "").lower():
            return self.rfile.read(min(int(self.headers.get("Content-Length") or 0), MAX_BODY))
        out = b""
        while (size := int(self.rfile.readline(1000).split(b";")[0], 16)) and len(out) < MAX_BODY:
            out += self.rfile.read(size)
            self.rfile.readline(10)
        self.rfile.readline(10)
        return out

    def handle_one(self) -> None:
        fake = self.server.fake
        parts = urlsplit(self.path)
        query = tuple(parse_qsl(parts.query, keep_blank_values=True))
        request = Request(self.command, parts.path, query, self.headers, self._body())
        answer, call, half = fake.respond(request)
        with fake.lock:
            fake.calls.append(call)
        data = answer.data() if answer else b""
        headers = {} if answer is None else {"Content-Type": answer.content_type, **answer.headers}
        if answer and answer.status not in (204, 304):
            headers["Content-Length"] = str(len(data))
        elif answer:
            headers.pop("Content-Type")
        real = fake.real_url(request)
        if real is not None and not fake._quiet:
            url = real + (f"?{parts.query}" if parts.query else "")
            # A proxy's page in the place of an answer is none of the vendor's.
            garbled = answer is not None and answer.status == 200 and answer.content_type.startswith("text/html")
            status = answer.status if answer and not half and not garbled else None
            record(self.command, url, self.headers.items(), request.body, status, headers.items(), data)
        if answer is None:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if half else data)
        self.wfile.flush()
        if half:
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = handle_one  # noqa: N815 (http.server's names)


def stamp(seconds: float, digits: int = 3) -> str:
    """ISO time with milliseconds and Z, as most vendors write it."""
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return f"{whole}.{int(seconds % 1 * 10**digits):0{digits}d}Z" if digits else whole + "Z"


def parse_body(request: Request, refuse: Callable[[str], Refusal]) -> dict[str, Any]:
    """The JSON object of a request, or what ``refuse`` makes of it."""
    try:
        value = request.json()
    except (json.JSONDecodeError, UnicodeDecodeError) as err:
        raise refuse(f"Invalid input JSON: {err}") from err
    if not isinstance(value, dict):
        raise refuse("Invalid input JSON: an object is expected")
    return value
