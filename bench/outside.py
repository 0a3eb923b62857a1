"""The outside systems of the bench, in a process of their own and as light as can be: they check nothing, count and remember.

HubSpot's batches (with its limit of calls, where asked), ClickUp's tasks, S3's PUT and HEAD, SMTP with PIPELINING and CHUNKING, and a
wire to Dovecot: each answers ``latency`` seconds late. Every line on standard input is answered by one of JSON: the counts.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import time
from collections import Counter, deque
from pathlib import Path
from typing import Any

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_MESSAGE_ID = re.compile(rb"^message-id: *(<[^>\r\n]+>)", re.IGNORECASE | re.MULTILINE)
_REFERENCE = re.compile(rb"^in-reply-to: *(<[^>\r\n]+>)", re.IGNORECASE | re.MULTILINE)


class Ledger:
    """What happened so far."""

    def __init__(self, latency: float, crm_limit: int, sent: Path | None) -> None:
        self.latency, self.crm_limit, self.sent = latency, crm_limit, sent
        self.calls: Counter[str] = Counter()
        self.refused = 0
        self.first = self.last = 0.0
        self.bytes: Counter[str] = Counter()
        self.connections: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        #: HubSpot: records by type and id; by type and unique value; how often a message's ticket was made.
        self.records: dict[str, dict[str, dict[str, Any]]] = {"contacts": {}, "tickets": {}, "notes": {}}
        self.unique: dict[tuple[str, str], str] = {}
        self.tickets: Counter[str] = Counter()
        self.window: deque[float] = deque()
        self.tasks: Counter[str] = Counter()
        self.objects: dict[str, int] = {}
        self.puts: Counter[str] = Counter()
        #: Mails by (recipient, what they answer), and by Message-ID.
        self.mails: Counter[str] = Counter()
        self.ids: Counter[str] = Counter()

    def did(self, system: str, what: str) -> None:
        self.calls[f"{system} {what}"] += 1

    def moved(self) -> None:
        """Something that was wanted has arrived."""
        self.last = time.time()
        self.first = self.first or self.last

    def told(self) -> dict[str, Any]:
        return {
            "calls": dict(self.calls), "refused": self.refused, "first": self.first, "last": self.last, "bytes": dict(self.bytes),
            "most": dict(self.most), "tickets": dict(self.tickets), "mails": dict(self.mails), "objects": len(self.objects),
            "put_again": sum(n - 1 for n in self.puts.values()), "mails_again": sum(n - 1 for n in self.ids.values()),
            "contacts": len(self.records["contacts"]), "tasks": dict(self.tasks),
        }  # fmt: skip

    def figures(self) -> dict[str, Any]:
        """Cheap: for those who wait."""
        return {
            "tickets": sum(self.tickets.values()),
            "mails": sum(self.mails.values()),
            "objects": len(self.objects),
            "last": self.last,
        }


class Base(asyncio.Protocol):
    """A connection: buffered in, late out."""

    system = ""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.buffer = ledger, bytearray()
        self.loop = asyncio.get_running_loop()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.ledger.connections[self.system] += 1
        self.ledger.most[self.system] = max(self.ledger.most[self.system], self.ledger.connections[self.system])

    def connection_lost(self, _: Exception | None) -> None:
        self.ledger.connections[self.system] -= 1

    def late(self, data: bytes) -> None:
        if not self.ledger.latency:
            self.transport.write(data)
        else:
            self.loop.call_later(self.ledger.latency, self._write, data)

    def _write(self, data: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(data)


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


class Smtp(Base):
    """Accepts everything. With ``sent`` it files a copy of each mail there before it answers, as Gmail does."""

    system = "smtp"

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        self.to, self.data, self.chunk = "", False, -1
        self.text = bytearray()

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.late(b"220 bench\r\n")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        out: list[bytes] = []
        while True:
            if self.chunk >= 0:
                if len(self.buffer) < self.chunk:
                    break
                self.text += self.buffer[: self.chunk]
                del self.buffer[: self.chunk]
                self.chunk = -1
                if self.last:
                    self._mail(bytes(self.text))
                    self.text.clear()
                out.append(b"250 ok\r\n")
                continue
            if self.data:
                end = self.buffer.find(b"\r\n.\r\n")
                if end < 0:
                    break
                self._mail(bytes(self.buffer[:end]))
                del self.buffer[: end + 5]
                self.data = False
                out.append(b"250 ok\r\n")
                continue
            end = self.buffer.find(b"\r\n")
            if end < 0:
                break
            line = bytes(self.buffer[:end])
            del self.buffer[: end + 2]
            out.append(self._command(line))
        if out:
            self.late(b"".join(out))

    def _command(self, line: bytes) -> bytes:
        verb = line[:4].upper()
        self.ledger.calls[f"smtp {verb.decode('ascii', 'replace')}"] += 1
        if verb == b"EHLO":
            return b"250-bench\r\n250-SIZE 40000000\r\n250-8BITMIME\r\n250-PIPELINING\r\n250-CHUNKING\r\n250-SMTPUTF8\r\n250 AUTH PLAIN\r\n"
        if verb == b"AUTH":
            return b"235 ok\r\n"
        if verb == b"RCPT":
            self.to = line.partition(b"<")[2].partition(b">")[0].decode()
        elif verb == b"DATA":
            self.data = True
            return b"354 go\r\n"
        elif verb == b"BDAT":
            words = line.split()
            self.chunk, self.last = int(words[1]), len(words) > 2
            return b""
        elif verb == b"QUIT":
            return b"221 bye\r\n"
        return b"250 ok\r\n"

    def _mail(self, text: bytes) -> None:
        ledger = self.ledger
        id, answered = _MESSAGE_ID.search(text), _REFERENCE.search(text)
        ledger.ids[id[1].decode() if id else ""] += 1
        ledger.mails[f"{self.to} {answered[1].decode() if answered else ''}"] += 1
        ledger.bytes["smtp"] += len(text)
        if ledger.sent is not None:
            name = f"{int(time.time())}.M{sum(ledger.ids.values()):06d}P2.bench,S={len(text)}:2,S"
            path = ledger.sent / "cur" / name
            path.write_bytes(text)
            path.chmod(0o666)
        ledger.moved()


class Wire(Base):
    """To Dovecot and back; what it answers arrives late, as much at a time as it likes."""

    system = "imap"
    port = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.far: Any = None
        self.task = self.loop.create_task(self._connect())

    async def _connect(self) -> None:
        near = self

        class Far(asyncio.Protocol):
            def connection_made(self, transport: Any) -> None:
                near.far = transport
                if near.buffer:
                    transport.write(bytes(near.buffer))

            def data_received(self, data: bytes) -> None:
                near.late(data)

            def connection_lost(self, _: Exception | None) -> None:
                near.loop.call_later(near.ledger.latency, near.transport.close)

        await self.loop.create_connection(Far, "127.0.0.1", self.port)

    def data_received(self, data: bytes) -> None:
        self.ledger.calls["imap commands"] += data.count(b"\r\n")
        if self.far is None:
            self.buffer += data
        else:
            self.far.write(data)

    def connection_lost(self, _: Exception | None) -> None:
        super().connection_lost(_)
        if self.far is not None:
            self.far.close()


async def _serve(given: argparse.Namespace) -> None:
    ledger = Ledger(given.latency, given.crm_limit, Path(given.sent) if given.sent else None)
    loop = asyncio.get_running_loop()
    Wire.port = given.imap
    ports = {}
    for name, kind in (("s3", S3), ("crm", Crm), ("smtp", Smtp), ("imap", Wire)):
        server = await loop.create_server(lambda kind=kind: kind(ledger), "127.0.0.1", 0, backlog=256)
        ports[name] = server.sockets[0].getsockname()[1]
    print(json.dumps(ports), flush=True)
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        print(json.dumps(ledger.told() if line.strip() == b"all" else ledger.figures()), flush=True)


def main() -> None:
    """Print the ports, then serve until standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--crm-limit", type=int, default=0)
    parser.add_argument("--imap", type=int, default=0)
    parser.add_argument("--sent", default="")
    asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
