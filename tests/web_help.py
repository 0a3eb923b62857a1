"""What the tests of the edge share: a running one over a house with stand-ins, a client, a server of files."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from data_folder import keys_of, secret_of
from door import told
from edge import Edge, open_edge
from hooks import add_pickup
from store.doorstep import Doorstep
from tests.quick import Quick, quick
from tests.road import JPEG
from web.options import Options

KEY = "cle-de-l-api-cle-de-l-api-0001"
FORM_KEY = "cle-du-formulaire-public-0002"
SITE = "https://studio.example"
SAMPLE: dict[str, Any] = {
    "source": "modelisation",
    "objet": "Modélisation fauteuil vintage",
    "description": "Je souhaite modéliser ce fauteuil...",
    "user_email": "client@example.com",
    "user_name": "Jean Dupont",
}


class Answer:
    """An answer of the edge."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes, cookies: Sequence[str] = ()) -> None:
        self.status, self.headers, self.body, self.cookies = status, headers, body, cookies

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """Speaks HTTP to a port of this machine, a connection a call."""

    def __init__(self, port: int) -> None:
        self.port = port

    def __call__(
        self, method: str, path: str, body: Any = None, *, key: str = "", timeout: float = 30.0, **headers: str
    ) -> Answer:
        """A call; what is no bytes is sent as JSON. Underscores in the names of headers stand for hyphens."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        if key:
            sent["X-API-Key"] = key
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            headers = response.getheaders()
            cookies = [value for name, value in headers if name.lower() == "set-cookie"]
            return Answer(response.status, {k.lower(): v for k, v in headers}, response.read(), cookies)
        finally:
            connection.close()

    def post(self, **changed: Any) -> Answer:
        """The sample request, changed."""
        return self("POST", "/webhook/request", {**SAMPLE, **changed}, key=KEY)


class Running:
    """An edge with its house."""

    def __init__(self, counter: Quick, edge: Edge) -> None:
        self.counter, self.edge = counter, edge
        self.call = Client(edge.server.port)


@contextmanager
def running(
    folder: Path,
    make: Callable[[Quick], Options] | None = None,
    house: Mapping[str, Any] | None = None,
    door: bool = False,
    **options: Any,
) -> Iterator[Running]:
    """An edge over a house whose lanes work; ``make`` builds options that need the house (hooks), ``house`` are its settings.

    ``door``: webhooks are answered by a process of their own, as the daemon has it.
    """
    with quick(folder, **(house or {})) as counter:
        values = {"api_key": KEY, "form_key": FORM_KEY, "form_origins": (SITE,), "local_hosts": frozenset({"127.0.0.1"})}
        made = make(counter) if make is not None else Options(**(values | options))
        place, keys = counter.settings.data_dir / "door", keys_of(counter.settings)
        if door:
            add_pickup(counter.house, made.hooks, Doorstep(place, keys), counter.clock)
            counter.house.lanes.start()
        edge = open_edge(
            counter.house,
            host="127.0.0.1",
            port=0,
            version="3.0.0",
            options=made,
            settings=counter.settings,
            door=partial(told, made.hooks, folder=place, secret=secret_of(counter.settings), secure=True) if door else None,
            businesses=lambda: [counter.house.published.business(counter.settings.business)],
            clock=counter.clock,
            outside={"file_upload": True, "hubspot": True, "clickup": True},
        )
        edge.start()
        try:
            yield Running(counter, edge)
        finally:
            assert edge.stop(20.0)  # in a busy moment it takes longer than the two seconds of the service


class Files:
    """A server of files: /photo.jpg, /other.jpg, /big (endless), /drip, /away?to=…, /gone, /gz, /short, /empty; counts calls."""

    def __init__(self) -> None:
        files = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                files.seen.append(self.path)
                files.headers.append(dict(self.headers))
                files.serve(self)

            def log_message(self, *_: Any) -> None: ...

        self.seen: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.gone = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        path, _, query = handler.path.partition("?")
        if path == "/away":
            handler.send_response(302)
            handler.send_header("Location", query.removeprefix("to="))
            handler.end_headers()
            return
        if path == "/gone" or (path == "/late.jpg" and not self.gone.is_set()):
            handler.send_error(404)
            return
        handler.send_response(200)
        handler.send_header("Content-Type", "image/jpeg")
        if path == "/gz":
            handler.send_header("Content-Encoding", "gzip")
        try:
            if path in ("/big", "/drip"):
                handler.end_headers()
                while True:
                    handler.wfile.write(b"x" * 65_536 if path == "/big" else b"x")
                    handler.wfile.flush()
                    if path == "/drip":
                        time.sleep(0.05)
            body = b"" if path == "/empty" else JPEG + path.encode()
            handler.send_header("Content-Length", str(len(body) + (100 if path == "/short" else 0)))
            handler.end_headers()
            handler.wfile.write(body)
        except OSError:
            return

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@contextmanager
def file_server() -> Iterator[Files]:
    files = Files()
    try:
        yield files
    finally:
        files.close()
