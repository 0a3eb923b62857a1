"""What the bench's outside systems count, and how a connection to one of them behaves: buffered in, late out."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from pathlib import Path
from typing import Any


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
