"""The outside systems of the bench with bad days: they refuse, hang up before or after the work, answer late, and restart.

They live in the driver's process and survive the daemon; what they count is the truth about what was done. A fault is armed for the
next call that it fits and counts when it has met one. A trap tells the driver, at the very moment, that a certain call has come.
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from bench import ledger, outside_mail, outside_web

T = TypeVar("T")

#: Systems that answer HTTP; those that speak for themselves are "smtp" and "imap".
HTTP = ("crm", "tasks", "s3")
#: The bucket of raw mail and files that several nodes share.
SHARED = "shared-spool"
SYSTEMS = (*HTTP, "smtp", "imap")
_FILE = re.compile(rb'filename="([^"]*)"')
_REFUSALS = (429, 429, 500, 502, 503)


@dataclass
class Bad:
    """What the next fitting call meets. ``how``: "cut", "refuse", or, after the work: "silent", "half", "504", "slow"."""

    kind: str
    how: str
    system: str = ""
    status: int = 503
    calls: int = 1
    seconds: float = 1.5


class Ledger(ledger.Ledger):
    """What happened, and what is to go wrong."""

    def __init__(self, sent: Path) -> None:
        super().__init__(0.0, 0, sent)
        self.armed: list[Bad] = []
        self.met: Counter[str] = Counter()
        #: Called for every call as (system, "before" or "after"); the driver sets its traps there.
        self.trap: Callable[[str, str], None] = lambda system, when: None
        #: ClickUp's tasks by id, and how often each key made one.
        self.made: dict[str, dict[str, Any]] = {}
        self.keys: Counter[str] = Counter()
        #: Mails that were accepted, for the customers to read: the driver takes them away.
        self.letters: list[bytes] = []
        #: What the nodes share.
        self.shared: dict[str, bytes] = {}

    def meet(self, system: str, *hows: str) -> Bad | None:
        """The armed fault that this call meets, if any."""
        for bad in self.armed:
            if bad.system in ("", system) and bad.how in hows:
                bad.calls -= 1
                if not bad.calls:
                    self.armed.remove(bad)
                self.met[bad.kind] += 1
                return bad
        return None


class Http(outside_web.Http):
    """Meets the faults of HTTP systems."""

    ledger: Ledger

    def _done(self, body: bytes) -> None:
        self.left = -1
        method, path, _ = self.head.split(b"\r\n", 1)[0].decode().split(" ")
        system = "tasks" if path.startswith("/clickup") else self.system
        self.ledger.trap(system, "before")
        bad = self.ledger.meet(system, "cut", "refuse")
        if bad is not None and bad.how == "cut":
            self._hang_up()
            return
        if bad is not None:
            said = b'{"status":"error","message":"later","err":"later","ECODE":"X"}'
            kind = b"application/xml" if system == "s3" else b"application/json"
            after = b"Retry-After: 1\r\n" if bad.status == 429 else b""
            self.late(
                b"HTTP/1.1 %d x\r\n%bContent-Type: %b\r\nContent-Length: %d\r\n\r\n" % (bad.status, after, kind, len(said))
                + said
            )
            return
        status, headers, content = self.answer(method, path, body)
        head = f"HTTP/1.1 {status} x\r\n{headers}Content-Length: {len(content)}\r\n\r\n".encode()
        whole = head + (b"" if method == "HEAD" else content)
        self.ledger.trap(system, "after")
        bad = self.ledger.meet(system, "silent", "half", "504", "slow") if method not in ("GET", "HEAD") else None
        if bad is None:
            self.late(whole)
        elif bad.how == "silent":
            self._hang_up()
        elif bad.how == "half":
            self.transport.write(whole[: max(1, len(whole) // 2)])
            self.loop.call_later(0.05, self._hang_up)
        elif bad.how == "504":
            self.late(b"HTTP/1.1 504 x\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nlate")
        else:
            self.loop.call_later(bad.seconds, self._write, whole)

    def _hang_up(self) -> None:
        self.buffer.clear()
        self.transport.abort()


class S3(Http, outside_web.S3):
    """R2. The lean one answers a HEAD of a key with 404, so a doubtful file is written again under its key: no harm.

    The bucket that several nodes share is kept whole.
    """

    keep = True

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, str, bytes]:
        key, kept = path.partition("?")[0], self.ledger.shared
        if not key.startswith(f"/{SHARED}/"):
            return super().answer(method, path, body)
        if method == "PUT":
            kept[key] = body
            return 200, 'ETag: "0"\r\n', b""
        if method in ("GET", "HEAD") and key in kept:
            return 200, 'ETag: "0"\r\n', kept[key]
        if method == "DELETE":
            kept.pop(key, None)
            return 204, "", b""
        return 404, "Content-Type: application/xml\r\n", b"<Error><Code>NoSuchKey</Code><Message>no</Message></Error>"


class Crm(Http, outside_web.Crm):
    """HubSpot, and a ClickUp that keeps its tasks."""

    def _tasks(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, str, bytes]:
        told = self._clickup(method, path.removeprefix("/clickup/v2"), body)
        status = 200 if told is not None else 404
        return (
            status,
            "Content-Type: application/json\r\n",
            json.dumps(told or {"err": "not found", "ECODE": "ITEM_013"}).encode(),
        )

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, str, bytes]:
        if path.startswith("/clickup") and path.endswith("/attachment"):
            self.ledger.did("clickup", method)
            name = _FILE.search(body)
            task = self.ledger.made.get(path.split("/")[-2])
            if task is None or name is None:
                return 404, "", b"{}"
            task["attachments"].append({"id": f"a{len(task['attachments'])}", "title": name[1].decode()})
            return 200, "Content-Type: application/json\r\n", b'{"id":"a"}'
        return super().answer(method, path, body)

    def _clickup(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any] | None:
        ledger = self.ledger
        ledger.did("clickup", method)
        if method == "GET" and path == "/task/1":
            return {"id": "1", "list": {"id": "1"}, "team_id": "1", "attachments": []}
        if path == "/list/1/field":
            return {"fields": []}
        if method == "GET" and path == "/team/1/task":
            return {"tasks": list(ledger.made.values()), "last_page": True}
        if method == "POST" and path == "/list/1/task":
            text, id = str(body.get("markdown_content", "")), f"t{len(ledger.made) + 1}"
            ledger.keys[text.rpartition("guichet:")[2].strip("` \n")] += 1
            status = {"status": "to do", "type": "open"}
            ledger.made[id] = {
                "id": id, "parent": "1", "name": body.get("name"), "markdown_description": text, "status": status, "attachments": [],
                "comments": [], "date_updated": str(int(time.time() * 1000)), "url": f"https://app.clickup.com/t/{id}",
            }  # fmt: skip
            ledger.moved()
            return ledger.made[id]
        task = ledger.made.get(path.split("/")[2]) if path.startswith("/task/") else None
        if task is None or not path.endswith("/comment"):
            return task
        if method == "GET":
            return {"comments": task["comments"]}
        comment = {"id": f"{task['id']}c{len(task['comments'])}", "comment_text": body.get("comment_text", ""), "date": "1"}
        task["comments"].append(comment)
        return comment


class Smtp(outside_mail.Smtp):
    """Mail. After the final dot it may hang up without a word, with the mail taken."""

    ledger: Ledger

    def _command(self, line: bytes) -> bytes:
        if line[:4].upper() in (b"MAIL", b"RCPT"):
            bad = self.ledger.meet("smtp", "cut", "refuse")
            if bad is not None and bad.how == "cut":
                self._hang_up()
                return b""
            if bad is not None:
                return b"451 4.3.0 later\r\n"
        return super()._command(line)

    def _mail(self, text: bytes) -> None:
        self.ledger.trap("smtp", "before")
        super()._mail(text)
        self.ledger.letters.append(text)
        self.ledger.trap("smtp", "after")
        bad = self.ledger.meet("smtp", "silent", "half", "504", "slow")
        if bad is not None and bad.how == "slow":
            self.slow = bad.seconds
        elif bad is not None:
            self._hang_up()

    slow = 0.0

    def late(self, data: bytes) -> None:
        if self.slow:
            self.loop.call_later(self.slow, self._write, data)
            self.slow = 0.0
        elif not self.transport.is_closing():
            super().late(data)

    def _hang_up(self) -> None:
        self.transport.abort()


class Wire(outside_mail.Wire):
    """To Dovecot: cut when a command passes, before the server hears it or after."""

    ledger: Ledger

    def data_received(self, data: bytes) -> None:
        if b" FETCH " in data:
            self.ledger.trap("imap", "before")
        elif b" STORE " in data:
            self.ledger.trap("imap", "after")
        bad = self.ledger.meet("imap", "cut", "silent")
        if bad is not None and bad.how == "cut":
            self.transport.abort()
            return
        super().data_received(data)
        if bad is not None:
            self.transport.abort()

    async def _connect(self) -> None:
        try:
            await super()._connect()
        except OSError:  # Dovecot restarts
            self.transport.abort()


class Outside:
    """All of them on fixed ports, in a thread of this process; they restart at will."""

    def __init__(self, sent: Path, imap: int) -> None:
        self.ledger = Ledger(sent)
        Wire.port = imap
        self.ports: dict[str, int] = {}
        self._servers: dict[str, asyncio.Server] = {}
        self._open: set[Any] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="outside", daemon=True)
        self._thread.start()
        self._do(self._start())

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _start(self) -> None:
        kinds: tuple[tuple[str, Any], ...] = (("s3", S3), ("crm", Crm), ("smtp", Smtp), ("imap", Wire))
        for name, kind in kinds:
            if name not in self._servers:
                server = await self._loop.create_server(
                    lambda kind=kind: self._one(kind), "127.0.0.1", self.ports.get(name, 0), backlog=256
                )
                self._servers[name] = server
                self.ports[name] = server.sockets[0].getsockname()[1]

    def _one(self, kind: Any) -> Any:
        connection = kind(self.ledger)
        self._open = {c for c in self._open if not c.transport.is_closing()} if len(self._open) > 100 else self._open
        made = connection.connection_made

        def connection_made(transport: Any) -> None:
            made(transport)
            self._open.add(connection)

        connection.connection_made = connection_made
        return connection

    async def _cut(self, system: str) -> None:
        for connection in list(self._open):
            if system in ("", connection.system):
                connection.transport.abort()
                self._open.discard(connection)

    async def _down(self, name: str) -> None:
        self._servers.pop(name).close()
        await self._cut(name)

    def cut(self, system: str = "") -> None:
        """Cut every connection to that system, or all."""
        self._do(self._cut(system))

    def down(self, name: str) -> None:
        """The server of that name ("s3", "crm", "smtp", "imap") ends; nobody listens there until ``up``."""
        self._do(self._down(name))

    def up(self) -> None:
        """Whatever is down listens again, where it was."""
        self._do(self._start())

    def arm(self, bad: Bad) -> None:
        """Let the next fitting call meet it."""
        self._loop.call_soon_threadsafe(self.ledger.armed.append, bad)

    def disarm(self) -> None:
        """No fault waits any more."""
        self._loop.call_soon_threadsafe(self.ledger.armed.clear)

    def close(self) -> None:
        """End all of them."""
        for name in list(self._servers):
            self.down(name)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
