"""What goes over the wire: a request as a fake sees it, an answer as it gives it, a call as it remembers it, a webhook it sends."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass, field, replace
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl, urlsplit

JSON = "application/json;charset=utf-8"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a multipart body."""

    name: str
    filename: str | None
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """``path`` as sent, without the query; ``query`` as pairs, for names may repeat."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Message
    body: bytes

    def get(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.query if key == name), default)

    def all(self, name: str) -> list[str]:
        """Every value of a query name, given repeatedly, with ``[]`` or separated by commas."""
        return [part for key, value in self.query if key in (name, f"{name}[]") for part in value.split(",") if part]

    def flag(self, name: str) -> bool:
        return self.get(name).lower() == "true"

    def header(self, name: str) -> str:
        return str(self.headers.get(name) or "")

    def json(self) -> Any:
        """The body as JSON, or ValueError."""
        return json.loads(self.body) if self.body.strip() else {}

    def form(self) -> dict[str, list[str]]:
        out: dict[str, list[str]] = {}
        for key, value in parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True):
            out.setdefault(key, []).append(value)
        return out

    def parts(self) -> list[Part]:
        head = f"Content-Type: {self.header('Content-Type')}\r\n\r\n".encode()
        message = BytesParser(policy=HTTP).parsebytes(head + self.body)
        out = []
        for part in message.iter_parts() if message.is_multipart() else ():
            name = str(part.get_param("name", header="content-disposition") or "")
            data = part.get_payload(decode=True)
            out.append(Part(name, part.get_filename(), part.get_content_type(), data if isinstance(data, bytes) else b""))
        return out


@dataclass(frozen=True, slots=True)
class Answer:
    """What the fake says. ``body``: bytes as they are, None for nothing, anything else as JSON."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = JSON

    def with_headers(self, headers: dict[str, str]) -> Answer:
        return replace(self, headers=headers | self.headers)

    def data(self) -> bytes:
        if self.body is None:
            return b""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body, ensure_ascii=False).encode()


class Refusal(Exception):
    """Raised anywhere in the work: this answer goes out and nothing of the work stays."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.status} {answer.body}")
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Call:
    """One request a fake saw. ``kind``: the operation, the same in every API version. ``at``: the fake's clock, Unix seconds.

    ``status`` is None when no answer was given; ``worked`` says whether the work was done all the same.
    """

    method: str
    path: str
    kind: str
    status: int | None
    at: float
    worked: bool = True


@dataclass(frozen=True, slots=True)
class Webhook:
    """A request a vendor sends to us. ``url`` is the public address it signed; :meth:`post` brings it to a loopback server."""

    url: str
    headers: dict[str, str]
    body: bytes
    method: str = "POST"

    @property
    def target(self) -> str:
        parts = urlsplit(self.url)
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def with_headers(self, **headers: str) -> Webhook:
        """The same with other headers; an empty value takes one away. Underscores stand for hyphens."""
        changed = dict(self.headers)
        for name, value in headers.items():
            spelt = name.replace("_", "-")
            for old in [key for key in changed if key.lower() == spelt.lower()]:
                del changed[old]
            if value:
                changed[spelt] = value
        return replace(self, headers=changed)

    def tampered(self, old: bytes, new: bytes) -> Webhook:
        """The same signature over another body."""
        return replace(self, body=self.body.replace(old, new))

    def post(self, base: str, *, proxied: bool = True, timeout: float = 15.0) -> tuple[int, bytes]:
        """Send it to ``base`` (http://127.0.0.1:port), as a reverse proxy would that forwards the public host and scheme.

        Without ``proxied`` it arrives as if nobody stood between. Returns status and body.
        """
        public, local = urlsplit(self.url), urlsplit(base)
        headers = dict(self.headers)
        if proxied:
            headers |= {"Host": local.netloc, "X-Forwarded-Host": public.netloc, "X-Forwarded-Proto": public.scheme}
            headers["X-Forwarded-For"] = "203.0.113.9"
        else:
            headers["Host"] = public.netloc
        connection = http.client.HTTPConnection(local.hostname or "127.0.0.1", local.port, timeout=timeout)
        try:
            connection.request(self.method, self.target, self.body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()
