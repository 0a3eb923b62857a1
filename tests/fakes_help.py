"""How the tests of the loopback vendors talk to them: plain http.client, so that nothing of ours stands in between."""

from __future__ import annotations

import base64
import http.client
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlencode

from fakes.anthropic import Anthropic
from fakes.base import Fake
from fakes.clickup import ClickUp
from fakes.hubspot import HubSpot
from fakes.twilio import Twilio

TICKET_TO_CONTACT = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 16}


class Client:
    """One kept-open connection to a fake. Calls return (status, decoded JSON or bytes, headers in small letters)."""

    def __init__(self, fake: Fake, headers: dict[str, str], timeout: float = 10.0) -> None:
        self.fake, self.headers = fake, headers
        self.connection = http.client.HTTPConnection("127.0.0.1", fake.port, timeout=timeout)

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any, dict[str, str]]:
        sent = dict(self.headers) | {key.replace("_", "-"): value for key, value in headers.items()}
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        try:
            self.connection.request(method, path, data, sent)
            answer = self.connection.getresponse()
            raw = answer.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            raise
        found = {key.lower(): value for key, value in answer.getheaders()}
        value: Any = raw
        if "json" in found.get("content-type", ""):
            value = json.loads(raw)
        return answer.status, value, found


def talk(fake: HubSpot) -> Client:
    return Client(fake, {"Authorization": f"Bearer {fake.token}"})


def ticket(key: str, **more: Any) -> dict[str, Any]:
    return {"properties": {"subject": "Fauteuil", "hs_pipeline_stage": "1", "guichet_key": key} | more}


def cu(fake: ClickUp) -> Client:
    return Client(fake, {"Authorization": fake.token})


def multipart(name: str, filename: str, data: bytes, fields: dict[str, str] | None = None) -> tuple[bytes, str]:
    lines = [
        f'--frontier\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in (fields or {}).items()
    ]
    lines.append(f'--frontier\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'.encode())
    return b"".join(
        lines
    ) + b"Content-Type: model/gltf-binary\r\n\r\n" + data + b"\r\n--frontier--\r\n", "multipart/form-data; boundary=frontier"


class Listener:
    """A loopback server that keeps what is posted to it and answers as told."""

    def __init__(self, status: Callable[[int], int] = lambda n: 200) -> None:
        seen: list[tuple[dict[str, str], bytes]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                seen.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(status(len(seen)))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self.seen = seen
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


def tw(fake: Twilio) -> Client:
    return Client(fake, {"Authorization": "Basic " + base64.b64encode(f"{fake.account}:{fake.auth_token}".encode()).decode()})


CUSTOMER = "+33612345678"


def say(fake: Twilio, call: Client, **fields: str) -> tuple[int, Any, dict[str, str]]:
    form = {"To": f"whatsapp:{CUSTOMER}", "From": fake.number} | fields
    body = urlencode({key: value for key, value in form.items() if value}).encode()
    return call(
        "POST", f"/2010-04-01/Accounts/{fake.account}/Messages.json", body, Content_Type="application/x-www-form-urlencoded"
    )


def an(fake: Anthropic) -> Client:
    return Client(fake, {"Authorization": f"Bearer {fake.key}", "anthropic-version": "2026-10-21"})


SCHEMA = {
    "type": "object",
    "properties": {"kind": {"enum": ["SUPPORT", "MODELISATION"]}, "n": {"type": ["integer", "null"]}},
    "required": ["kind", "n"],
    "additionalProperties": False,
}


def prompt(text: str = "Bonjour", **more: Any) -> dict[str, Any]:
    return {"model": "claude-sonnet-5-5", "max_tokens": 500, "messages": [{"role": "user", "content": text}]} | more


def shaped(text: str = "Bonjour", schema: dict[str, Any] = SCHEMA, **more: Any) -> dict[str, Any]:
    return prompt(text, output_config={"format": {"type": "json_schema", "schema": schema}}, **more)
