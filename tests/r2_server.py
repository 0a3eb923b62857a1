"""A bucket for the tests: moto's server on loopback, recorded for the contract check, and unkind when asked.

Troubles are taken once each, by the first request whose "METHOD /path?query" they match::

    server.trouble("PUT", "fail", 503)     answers 503, does nothing
    server.trouble("PUT", "late")          does the work, then cuts the connection
    server.trouble("PUT", "drop")          cuts the connection, does nothing
    server.trouble("PUT", "slow", 3)       does the work, answers after so many seconds
"""

from __future__ import annotations

import contextlib
import io
import re
import socket
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any

from fakes.recorder import record
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from connectors.r2.client import Bucket

REAL = "https://account.r2.cloudflarestorage.com"


class R2Server:
    """One server; ``calls`` are the requests it saw as "METHOD /path?query", ``headers`` those of each."""

    def __init__(self) -> None:
        self._app = DomainDispatcherApplication(create_backend_app)
        self._troubles: list[tuple[str, str, float]] = []
        self._lock = threading.Lock()
        self.calls: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.largest = 0
        self._server = make_server("127.0.0.1", 0, self._serve, threaded=True)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Nothing answers any more."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join(5)
            self._server.server_close()

    def trouble(self, match: str, kind: str, value: float = 0) -> None:
        with self._lock:
            self._troubles.append((match, kind, value))

    def forget_troubles(self) -> None:
        with self._lock:
            self._troubles.clear()

    def count(self, match: str) -> int:
        with self._lock:
            return sum(bool(re.search(match, call)) for call in self.calls)

    def methods(self) -> Counter[str]:
        with self._lock:
            return Counter(call.partition(" ")[0] for call in self.calls)

    def bucket(self, **changed: Any) -> Bucket:
        """A new bucket that exists."""
        values = {
            "endpoint": self.url,
            "name": f"b{uuid.uuid4().hex[:12]}",
            "access_key_id": "key",
            "secret_access_key": "secret",
            "public_url": "https://fichiers.example.org",
            "connect_timeout": 1.0,
            "timeout": 1.0,
        } | changed
        made = Bucket(**values)  # type: ignore[arg-type]
        self.client().create_bucket(Bucket=made.name)
        return made

    @cached_property
    def _client(self) -> Any:
        import boto3

        return boto3.session.Session().client(
            "s3", region_name="us-east-1", endpoint_url=f"{self.url}/quiet", aws_access_key_id="a", aws_secret_access_key="b"
        )

    def client(self) -> Any:
        """A plain client of the server's own, not recorded."""
        return self._client

    def _serve(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        quiet = environ["PATH_INFO"].startswith("/quiet")
        if quiet:
            environ["PATH_INFO"] = environ["PATH_INFO"].removeprefix("/quiet") or "/"
            environ["RAW_URI"] = environ["REQUEST_URI"] = environ["REQUEST_URI"].replace("/quiet", "", 1)
            return self._app(environ, start)  # type: ignore[no-any-return]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        target = environ["REQUEST_URI"]
        headers = {
            k[5:].replace("_", "-").lower(): v for k, v in environ.items() if k.startswith("HTTP_") and isinstance(v, str)
        }
        with self._lock:
            call = f"{environ['REQUEST_METHOD']} {target}"
            self.calls.append(call)
            self.headers.append(headers)
            self.largest = max(self.largest, len(body))
            found = next((t for t in self._troubles if re.search(t[0], call)), None)
            if found:
                self._troubles.remove(found)
        kind, value = (found[1], found[2]) if found else ("", 0.0)
        if kind == "drop":
            self._cut(environ)
            return self._nothing(start)
        said: list[Any] = []
        if kind == "fail":
            status = f"{int(value)} Trouble"
            answer = b"<Error><Code>InternalError</Code><Message>trouble</Message></Error>" if value >= 500 else b""
            said = [status, [("Content-Type", "application/xml"), ("Content-Length", str(len(answer)))]]
        else:
            answer = b"".join(self._app(environ, lambda status, head, *_: said.extend([status, list(head)])))
        if kind == "slow":
            time.sleep(value)
        if kind == "late":
            self._record(environ, target, headers, body, None, (), b"")
            self._cut(environ)
            return self._nothing(start)
        self._record(environ, target, headers, body, int(said[0].split()[0]), said[1], answer)
        start(said[0], said[1])
        return [answer]

    @staticmethod
    def _record(environ: dict[str, Any], target: str, headers: Any, body: bytes, status: Any, head: Any, answer: bytes) -> None:
        shown = [("x-amz-" + k[6:] if k.startswith("x-amz-") else k.title(), v) for k, v in headers.items()]
        if environ.get("CONTENT_TYPE"):
            shown.append(("Content-Type", environ["CONTENT_TYPE"]))
        record(environ["REQUEST_METHOD"], REAL + target, shown, body, status, head, answer)

    @staticmethod
    def _cut(environ: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)

    @staticmethod
    def _nothing(start: Callable[..., Any]) -> Iterable[bytes]:
        start("200 OK", [])
        return []


@contextlib.contextmanager
def r2_server() -> Iterator[R2Server]:
    server = R2Server()
    try:
        yield server
    finally:
        server.stop()
