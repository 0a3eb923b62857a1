"""What the tests of inboxes share: a ledger in memory, small mails, and a proxy that makes the network fail."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from dovecot import Mailbox

from connectors.gmail.inbox import GmailInbox
from core.ports import Batch, Inbox, Incoming


class MemoryLedger:
    """What the store does at intake, in memory: batches taken, attempts counted, parked at the fifth."""

    def __init__(self) -> None:
        self.taken: dict[str, Incoming] = {}
        self.skipped: dict[str, Incoming] = {}
        self.failures: dict[str, list[str]] = {}
        self.parked: set[str] = set()
        self.cursor: dict[str, str] = {}
        self.asked = 0

    def unknown(self, external_ids: Sequence[str]) -> list[str]:
        self.asked += len(external_ids)
        return [i for i in external_ids if i not in self.taken and i not in self.skipped and i not in self.parked]

    def take(self, batch: Batch) -> None:
        for item in batch.items:
            if item.error:
                self.failures.setdefault(item.external_id, []).append(item.error)
                if len(self.failures[item.external_id]) >= 5:
                    self.parked.add(item.external_id)
            elif item.skip:
                self.skipped[item.external_id] = item
            else:
                assert item.external_id not in self.taken, "handed over twice"
                self.taken[item.external_id] = item
        self.cursor = dict(batch.cursor)

    def subjects(self) -> list[str]:
        return [subject(item.raw if item.raw is not None else item.head) for item in self.taken.values()]


def drain(inbox: Inbox, ledger: MemoryLedger, limit: int = 100, acknowledge: bool = True) -> list[Incoming]:
    """One poll as the engine does it."""
    items: list[Incoming] = []
    for batch in inbox.poll(ledger.cursor, ledger, limit):
        assert len(batch.items) <= limit
        ledger.take(batch)
        if acknowledge:
            inbox.acknowledge([i.external_id for i in batch.items if not i.error])
        items += batch.items
    return items


def mail(title: str, body: str = "Bonjour", size: int = 0) -> bytes:
    head = f"From: Client <client@example.com>\r\nSubject: {title}\r\nMessage-ID: <{title}@example.com>"
    return f"{head}\r\n\r\n{body}\r\n".encode() + (b"x" * 70 + b"\r\n") * (size // 72)


def subject(raw: bytes) -> str:
    return raw.split(b"Subject: ", 1)[1].split(b"\r\n", 1)[0].split(b"\n", 1)[0].decode()


#: What the proxy does with bytes on their way: the bytes to pass on, or None to cut the connection.
Meddle = Callable[[bytes], bytes | None]


class Proxy:
    """Stands between client and server; ``to_client`` and ``to_server`` may look at, change, cut or hold back what passes."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.to_client: Meddle = lambda data: data
        self.to_server: Meddle = lambda data: data
        self.connections = 0
        self.open_now = 0
        self.most_open = 0
        self.sent = bytearray()
        self.received = 0
        self._socks: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._target))
            with self._lock:
                self.connections += 1
                self.open_now += 1
                self.most_open = max(self.most_open, self.open_now)
                self._socks |= {near, far}
            threading.Thread(target=self._pump, args=(near, far, True), daemon=True).start()
            threading.Thread(target=self._pump, args=(far, near, False), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, up: bool) -> None:
        try:
            while data := source.recv(65536):
                if up:
                    self.sent += data
                else:
                    self.received += len(data)
                passed = self.to_server(data) if up else self.to_client(data)
                if passed is None:
                    break
                target.sendall(passed)
        except OSError:
            pass
        for sock in (source, target):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        if up:
            with self._lock:
                self.open_now -= 1

    def lines(self) -> list[bytes]:
        """The client's lines so far."""
        return bytes(self.sent).split(b"\r\n")

    def cut(self) -> None:
        """Break every connection now."""
        with self._lock:
            for sock in self._socks:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
            self._socks.clear()
        until = time.monotonic() + 2
        while self.open_now and time.monotonic() < until:
            time.sleep(0.005)

    def close(self) -> None:
        self._listener.close()
        self.cut()


@contextlib.contextmanager
def proxied(port: int) -> Iterator[Proxy]:
    proxy = Proxy(port)
    try:
        yield proxy
    finally:
        proxy.close()


def cursor_uid(cursor: Mapping[str, str]) -> int:
    return int(cursor["settled_uid"])


def through(proxy: Proxy, mailbox: Mailbox, **changed: Any) -> GmailInbox:
    """The mailbox's inbox, read through the proxy."""
    timeout = changed.pop("timeout", 5.0)
    return GmailInbox(mailbox.account(port=proxy.port, timeout=timeout), **changed)


def bodies_fetched(proxy: Proxy) -> list[int]:
    """Every UID whose body was asked for, as often as it was."""
    found: list[int] = []
    for line in proxy.lines():
        if match := re.search(rb"UID FETCH (\S+) \(BODY\.PEEK\[\]\)", line):
            found += [int(uid) for uid in match[1].split(b",")]
    return found
