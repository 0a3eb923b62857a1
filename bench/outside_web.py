"""The bench's outside systems over HTTP: S3's PUT and HEAD, HubSpot's batches, ClickUp's tasks."""

from __future__ import annotations

import json
import re
import time
from typing import Any

from bench.ledger import Base, Ledger

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Http(Base):
    """HTTP/1.1 with Content-Length; ``keep`` keeps the body for ``answer``."""

    keep = True

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        self.left = -1
        self.head = b""

    def data_received(self, data: bytes) -> None:
        if self.left > 0 and not self.keep:
            used = min(self.left, len(data))
            self.left -= used
            self.ledger.bytes[self.system] += used
            data = data[used:]
            if self.left == 0:
                self._done(b"")
            if not data:
                return
        self.buffer += data
        while True:
            if self.left < 0:
                end = self.buffer.find(b"\r\n\r\n")
                if end < 0:
                    return
                self.head = bytes(self.buffer[:end])
                del self.buffer[: end + 4]
                length = _LENGTH.search(self.head)
                self.left = int(length[1]) if length else 0
                if b"100-continue" in self.head:
                    self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            if self.keep:
                if len(self.buffer) < self.left:
                    return
                body = bytes(self.buffer[: self.left])
                del self.buffer[: self.left]
                self.ledger.bytes[self.system] += len(body)
                self._done(body)
            else:
                used = min(self.left, len(self.buffer))
                self.left -= used
                self.ledger.bytes[self.system] += used
                del self.buffer[:used]
                if self.left:
                    return
                self._done(b"")

    def _done(self, body: bytes) -> None:
        self.left = -1
        method, path, _ = self.head.split(b"\r\n", 1)[0].decode().split(" ")
        status, headers, content = self.answer(method, path, body)
        head = f"HTTP/1.1 {status} x\r\n{headers}Content-Length: {len(content)}\r\n\r\n"
        self.late(head.encode() + (b"" if method == "HEAD" else content))

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, str, bytes]:
        raise NotImplementedError


class S3(Http):
    system = "s3"
    keep = False

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, str, bytes]:
        ledger = self.ledger
        ledger.did("s3", method)
        key = path.partition("?")[0]
        if method == "PUT":
            ledger.puts[key] += 1
            ledger.objects[key] = 1
            ledger.moved()
            return 200, 'ETag: "0"\r\n', b""
        if method in ("HEAD", "GET"):
            # Its size and hash are not kept: whoever asks writes again, which does no harm.
            return (200 if "/" not in key.strip("/") else 404), "", b""
        return 501, "", b""


class Crm(Http):
    """HubSpot and ClickUp."""

    system = "crm"

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, str, bytes]:
        path = path.partition("?")[0]
        if path.startswith("/clickup"):
            return self._tasks(method, path, json.loads(body) if body[:1] == b"{" else {})
        ledger, now = self.ledger, time.monotonic()
        if ledger.crm_limit:
            while ledger.window and ledger.window[0] < now - 10:
                ledger.window.popleft()
            if len(ledger.window) >= ledger.crm_limit:
                ledger.refused += 1
                ledger.did("crm", "429")
                return (
                    429,
                    "Retry-After: 10\r\nContent-Type: application/json\r\n",
                    b'{"status":"error","policyName":"TEN_SECONDLY_ROLLING"}',
                )
            ledger.window.append(now)
        status, told = self._crm(method, path, json.loads(body) if body else {})
        return status, "Content-Type: application/json\r\n", json.dumps(told).encode()

    def _crm(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        ledger = self.ledger
        parts = path.split("/")
        if "batch" not in parts:
            ledger.did("crm", f"{method} {'search' if 'search' in parts else parts[3]}")
            stages = [{"id": "1", "label": "new"}, {"id": "2", "label": "closed"}]
            if "pipelines" in parts:
                return 200, {"results": [{"id": "1", "label": "Support", "stages": stages}], "id": "1", "stages": stages}
            return 200, {"results": []}
        type, action = parts[parts.index("batch") - 1], parts[-1]
        if "properties" in parts or "associations" in parts:
            ledger.did("crm", "other")
            return 200, {"status": "COMPLETE", "results": []}
        ledger.did("crm", f"{type} {action}")
        kept, results = ledger.records[type], []
        if action == "create":
            # A batch is made whole or not at all.
            taken = [k for one in body["inputs"] if (type, k := one["properties"]["guichet_key"]) in ledger.unique]
            if taken:
                said = f"a record with guichet_key {taken[0]} exists"
                return 409, {"status": "error", "category": "CONFLICT", "message": said}
        for one in body["inputs"]:
            given = one.get("properties", {})
            if action == "read":
                id = ledger.unique.get((type, one["id"])) if body.get("idProperty") else one["id"]
                if id in kept:
                    results.append({"id": id, "properties": kept[id]})
                continue
            if action == "upsert":
                id = ledger.unique.setdefault((type, one["id"]), str(1000 + len(kept)))
                given = {"email": one["id"]} if "@" in one["id"] else {"guichet_phone": one["id"]}
            elif action == "create":
                key = given["guichet_key"]
                id = ledger.unique[(type, key)] = str(1000 + len(kept))
                given = {name: given[name] for name in ("guichet_key", "guichet_source_id") if name in given}
                if type == "tickets":
                    ledger.tickets[given.get("guichet_source_id", "")] += 1
            else:
                id = one["id"]
            if kept.get(id, given) is given:
                kept[id] = given
            results.append({"id": id, "properties": given, "objectWriteTraceId": one.get("objectWriteTraceId", "")})
        ledger.moved()
        return (200 if action in ("read", "update", "upsert") else 201), {"status": "COMPLETE", "results": results}

    def _tasks(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, str, bytes]:
        self.ledger.did("clickup", method)
        told: dict[str, Any] = {"id": "1", "tasks": [], "fields": [], "members": [], "last_page": True, "comments": []}
        told |= {"list": {"id": "1"}, "team_id": "1", "space": {"id": "1"}}
        if method == "POST":
            self.ledger.tasks[str(body.get("name", ""))] += 1
            self.ledger.moved()
        return 200, "Content-Type: application/json\r\n", json.dumps(told).encode()
