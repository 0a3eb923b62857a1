"""The door: a small process that answers webhooks at once, however busy the daemon is, and hands it every other connection.

It looks at what a connection brings without taking it (MSG_PEEK). A whole, signed webhook is kept on the disk, taken and answered;
what comes in the same moment shares the wait for the disk. Anything else (another path, a wrong signature, a body that is large, late
or odd in any way, a full disk) goes to the daemon untouched, socket and all (SCM_RIGHTS): it has the whole of HTTP and every refusal.
So the door has one answer only, and one thread. It ends when the daemon does.
"""

from __future__ import annotations

import json
import re
import selectors
import socket
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.call import Call
from core.errors import UserError
from web.wire import HEAD_SECONDS, IDLE_SECONDS, security_headers

#: Most bytes of a request that is answered here, head and body.
MOST_BYTES = 65_536
#: Most connections that are held here; the daemon says what becomes of more.
MOST_HELD = 256
#: Most connections accepted at one look, so that those that are here are answered in between.
ACCEPT = 16
#: Seconds between two looks at a request that is not whole yet, and after which the daemon has the patience.
AGAIN, PATIENCE = 0.005, 0.5
#: Messages to the daemon: a connection with its socket, or news as JSON.
HANDED = b"h"

_HEAD = re.compile(rb"POST (/[!-~]*+) HTTP/1\.1\r\n((?:[!#$%&'*+.^_`|~0-9A-Za-z-]++:[\t -~\x80-\xff]*+\r\n)*+)\r\n")
#: With one of these a request is more than head and body.
_ODD = frozenset({"transfer-encoding", "expect", "upgrade"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A webhook's path: who may call it, and the answer (body, type)."""

    genuine: Callable[[Call], bool]
    answer: tuple[str, str]


@dataclass(slots=True, eq=False)
class _Guest:
    """A connection held here. ``since``: when it came, was answered last, or began the request that is looked at."""

    connection: socket.socket
    since: float
    answered: bool = False
    began: float = 0.0


@dataclass(frozen=True, slots=True)
class _Whole:
    """A request that is all there: the call, its bytes on the wire, whether the caller goes on."""

    call: Call
    size: int
    stays: bool


class Door:
    """``listening`` accepts, ``control`` is the daemon's (SOCK_SEQPACKET); ``keep`` makes calls durable or raises UserError."""

    def __init__(
        self,
        listening: socket.socket,
        control: socket.socket,
        entries: Mapping[str, Entry],
        keep: Callable[[Sequence[Call]], None],
        *,
        secure: bool = False,
    ) -> None:
        self._listening, self._control, self._keep = listening, control, keep
        self._entries = {path.encode(): entry for path, entry in entries.items()}
        self._longest = max((len(path) for path in self._entries), default=0)
        fixed = b"".join(b"%s: %s\r\n" % row for row in security_headers(secure=secure))
        self._answers = {path: _answer(entry.answer, fixed) for path, entry in self._entries.items()}
        self._selector = selectors.DefaultSelector()
        self._guests: set[_Guest] = set()
        self._partial: set[_Guest] = set()
        self._leaving: list[socket.socket] = []
        self._news: list[tuple[str, float]] = []
        self._swept = 0.0

    def run(self) -> None:
        """Answer until the daemon says so or is gone."""
        for one in (self._listening, self._control):
            one.setblocking(False)
            self._selector.register(one, selectors.EVENT_READ)
        self._tell(b"{}")
        while True:
            ready = [key.fileobj for key, _ in self._selector.select(self._pause())]
            if self._control in ready and self._over():
                return
            now = time.monotonic()
            guests = [self._guest(one) for one in ready if one not in (self._control, self._listening)]
            guests += [*self._partial]
            self._settle([(guest, whole) for guest in guests if (whole := self._look(guest, now)) is not None])
            if self._listening in ready:
                self._accept(now)
            self._sweep(now)
            self._send()

    def _pause(self) -> float:
        return AGAIN if self._partial or self._leaving or self._news else 1.0

    def _over(self) -> bool:
        """The daemon says nothing but that it ends."""
        try:
            self._control.recv(64)
        except BlockingIOError:
            return False
        except OSError:
            pass
        return True

    def _guest(self, connection: object) -> _Guest:
        guest = self._selector.get_key(connection).data  # type: ignore[arg-type]
        assert isinstance(guest, _Guest)
        return guest

    # ---- connections

    def _accept(self, now: float) -> None:
        for _ in range(ACCEPT):
            try:
                connection, _address = self._listening.accept()
            except OSError:  # nobody any more, or one who left at once
                return
            connection.setblocking(False)
            if len(self._guests) >= MOST_HELD:
                self._leaving.append(connection)
                continue
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            guest = _Guest(connection, now)
            self._guests.add(guest)
            self._selector.register(connection, selectors.EVENT_READ, guest)

    def _close(self, guest: _Guest) -> None:
        self._let_go(guest).close()

    def _hand(self, guest: _Guest) -> None:
        """To the daemon, with all it brought."""
        self._leaving.append(self._let_go(guest))

    def _let_go(self, guest: _Guest) -> socket.socket:
        if guest in self._partial:
            self._partial.remove(guest)
        else:
            self._selector.unregister(guest.connection)
        self._guests.discard(guest)
        return guest.connection

    def _sweep(self, now: float) -> None:
        """Close connections on which nothing comes."""
        if now - self._swept < 1.0:
            return
        self._swept = now
        for guest in [*self._guests - self._partial]:
            if now - guest.since > (IDLE_SECONDS if guest.answered else HEAD_SECONDS):
                self._close(guest)

    # ---- requests

    def _look(self, guest: _Guest, now: float) -> _Whole | None:
        """The request that is all there, signed; None when there is none, and the connection is where it belongs then."""
        guest.began = guest.began or now
        try:
            data = guest.connection.recv(MOST_BYTES + 1, socket.MSG_PEEK)
        except BlockingIOError:
            guest.began = 0.0
            return None
        except OSError:
            data = b""
        if not data:
            self._close(guest)
            return None
        try:
            whole = self._whole(data)
            if whole is False and now - guest.began < PATIENCE:
                if guest not in self._partial:  # what is there already would wake us without end
                    self._selector.unregister(guest.connection)
                    self._partial.add(guest)
                return None
            if isinstance(whole, _Whole) and self._entries[whole.call.path.encode()].genuine(whole.call):
                return whole
        except Exception as error:  # whatever a request did here, it must not end the door: the daemon looks at it
            print(f"the door cannot read a request: {type(error).__name__}", file=sys.stderr, flush=True)
        self._hand(guest)
        return None

    def _whole(self, data: bytes) -> _Whole | bool:
        """The request; False when more of it must come, True when it is nothing for the door."""
        begin = data[:5]
        if not b"POST /".startswith(begin) or len(data) > MOST_BYTES:
            return True
        path, more, _ = data[5:].partition(b" ")
        path = path.partition(b"?")[0]
        if path not in self._entries if more else not any(known.startswith(path[: self._longest]) for known in self._entries):
            return True
        end = data.find(b"\r\n\r\n")
        if end < 0:
            return False
        match = _HEAD.match(data)
        if match is None or match.end() != end + 4:
            return True
        headers: dict[str, str] = {}
        for line in match[2].decode("latin-1").split("\r\n")[:-1]:
            name, _, value = line.partition(":")
            name = name.lower()
            if name in headers or name in _ODD:
                return True
            headers[name] = value.strip(" \t")
        length = headers.get("content-length", "")
        if not (length.isascii() and length.isdigit() and len(length) < 8) or match.end() + int(length) > MOST_BYTES:
            return True
        size = match.end() + int(length)
        if len(data) < size:
            return False
        call = Call("POST", match[1].decode("ascii"), "http", headers.get("host", ""), headers, data[match.end() : size])
        return _Whole(call, size, headers.get("connection", "").lower() != "close")

    def _settle(self, several: Sequence[tuple[_Guest, _Whole]]) -> None:
        """Keep all of them with one wait for the disk, then take and answer each."""
        if not several:
            return
        try:
            self._keep([whole.call for _, whole in several])
        except UserError as error:
            print(f"the door cannot keep webhooks: {error}", file=sys.stderr, flush=True)
            for guest, _ in several:
                self._hand(guest)
            return
        for guest, whole in several:
            path = whole.call.path
            if guest in self._partial:
                self._partial.remove(guest)
                self._selector.register(guest.connection, selectors.EVENT_READ, guest)
            try:
                left = whole.size
                while left:
                    left -= len(guest.connection.recv(left)) or left
                answer = self._answers[path.encode()]
                sent = guest.connection.send(answer[whole.stays])
            except OSError:
                sent = -1
            now = time.monotonic()
            self._news.append((path, now - guest.began))
            if sent != len(answer[whole.stays]) or not whole.stays:
                self._close(guest)
                continue
            guest.since, guest.began, guest.answered = now, 0.0, True

    # ---- to the daemon

    def _send(self) -> None:
        """What the daemon is to have, as far as it takes it now."""
        while self._leaving:
            try:
                socket.send_fds(self._control, [HANDED], [self._leaving[0].fileno()])
            except BlockingIOError:
                return
            except OSError:  # the daemon is gone: the next look ends us
                return
            self._leaving.pop(0).close()
        if self._news and self._tell(json.dumps({"seen": self._news[:200]}).encode()):
            del self._news[:200]

    def _tell(self, message: bytes) -> bool:
        try:
            self._control.send(message)
        except OSError:
            return False
        return True


def _answer(answer: tuple[str, str], fixed: bytes) -> tuple[bytes, bytes]:
    """The whole answer for a caller who leaves, and for one who stays."""
    body, kind = answer[0].encode(), answer[1].encode()
    head = b"HTTP/1.1 200 OK\r\ncontent-type: %s\r\ncontent-length: %d\r\n%s" % (kind, len(body), fixed)
    return head + b"connection: close\r\n\r\n" + body, head + b"\r\n" + body
