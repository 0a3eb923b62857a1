"""The bench's outside systems of mail: SMTP with PIPELINING and CHUNKING, and a wire to Dovecot that can be slow."""

from __future__ import annotations

import asyncio
import re
import time
from typing import Any

from bench.ledger import Base, Ledger

_MESSAGE_ID = re.compile(rb"^message-id: *(<[^>\r\n]+>)", re.IGNORECASE | re.MULTILINE)
_REFERENCE = re.compile(rb"^in-reply-to: *(<[^>\r\n]+>)", re.IGNORECASE | re.MULTILINE)


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
