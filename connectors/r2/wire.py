"""HTTP/1.1 over kept connections, as little of it as a PUT of an object needs: whole requests out, short answers in.

urllib3 below botocore takes five times the processor for the same exchange, most of it for headers that nobody reads.
"""

from __future__ import annotations

import contextlib
import re
import select
import socket
import ssl
import threading
from collections.abc import Mapping
from urllib.parse import urlsplit

#: Bytes of an answer's head, and of its body, that are read: errors tell their reason at the beginning.
MOST_HEAD, MOST_BODY = 64 * 1024, 256 * 1024
#: Bodies up to this many bytes leave together with their head.
TOGETHER = 64 * 1024
_STATUS = re.compile(rb"HTTP/1\.([01]) (\d{3})(?: |\r|$)")
_BROKEN = re.compile(r"[\r\n\0]")


class Unreached(OSError):
    """No connection: nothing was sent. ``secure`` says that it failed at the certificate or the cipher."""

    def __init__(self, error: object, *, secure: bool = False) -> None:
        super().__init__(str(error))
        self.secure = secure


class Lost(OSError):
    """It was sent, or a part of it, and no answer came that can be read."""


class Wire:
    """Exchanges with one server. Safe from any thread; ``pool`` connections at most are kept. Times in seconds.

    ``timeout`` is how long the server may say nothing. Raises ValueError for what is no http(s) address.
    """

    def __init__(self, url: str, *, connect_timeout: float, timeout: float, pool: int) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("not an http(s) address")
        self._tls = parts.scheme == "https"
        self._address = parts.hostname, parts.port or (443 if self._tls else 80)
        #: As the Host header names it: without the port that goes without saying.
        usual = parts.port in (None, 443 if self._tls else 80)
        name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        self.host = name if usual else f"{name}:{parts.port}"
        self._connect_timeout, self._timeout, self._pool = connect_timeout, timeout, pool
        self._free: list[socket.socket] = []
        self._lock = threading.Lock()
        self._context: ssl.SSLContext | None = None

    def exchange(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """(status, what stands in the answer's body, at most MOST_BODY of it). Raises Unreached, Lost."""
        lines = [f"{method} {target} HTTP/1.1", f"Host: {self.host}", *(f"{name}: {value}" for name, value in headers.items())]
        if method != "HEAD":
            lines.append(f"Content-Length: {len(body)}")
        if any(_BROKEN.search(line) for line in lines):
            raise ValueError("a header of more than one line")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        connection = self._connection()
        try:
            self._send(connection, head, body)
            status, said, keep = _Answer(connection).read(method)
        except (OSError, ValueError) as error:
            connection.close()
            raise Lost(str(error)) from error
        except BaseException:  # whatever it is, half an exchange is not for the next one
            connection.close()
            raise
        self._give_back(connection, keep)
        return status, said

    def close(self) -> None:
        """Let go of the connections that nobody uses."""
        with self._lock:
            free, self._free = self._free, []
        for connection in free:
            connection.close()

    # ------------------------------------------------------------------ connections

    def _connection(self) -> socket.socket:
        """One that is open, else a new one. Raises Unreached."""
        while True:
            with self._lock:
                if not self._free:
                    break
                connection = self._free.pop()
            if not _readable(connection):
                return connection
            connection.close()  # ended over there, or something is on it that nobody asked for
        try:
            connection = socket.create_connection(self._address, self._connect_timeout)
        except OSError as error:
            raise Unreached(error) from error
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls:
                connection = self._secure().wrap_socket(connection, server_hostname=self._address[0])
            connection.settimeout(self._timeout)
        except OSError as error:
            connection.close()
            raise Unreached(error, secure=isinstance(error, ssl.SSLError)) from error
        return connection

    def _secure(self) -> ssl.SSLContext:
        with self._lock:
            if self._context is None:
                from requests.utils import DEFAULT_CA_BUNDLE_PATH  # the authorities that our other clients trust

                self._context = ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)
            return self._context

    def _give_back(self, connection: socket.socket, keep: bool) -> None:
        with self._lock:
            if keep and len(self._free) < self._pool:
                self._free.append(connection)
                return
        connection.close()

    @staticmethod
    def _send(connection: socket.socket, head: bytes, body: bytes) -> None:
        # Who refuses early may stop reading: what it says then is worth more than that it did.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            if len(body) <= TOGETHER:
                connection.sendall(head + body)
            else:
                connection.sendall(head)
                connection.sendall(body)


def _readable(connection: socket.socket) -> bool:
    poll = select.poll()
    poll.register(connection, select.POLLIN | select.POLLPRI | select.POLLERR | select.POLLHUP)
    return bool(poll.poll(0))


class _Answer:
    """One answer on its way."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection, self._buffer = connection, bytearray()

    def read(self, method: str) -> tuple[int, bytes, bool]:
        """(status, body, whether the connection serves again). Raises OSError, ValueError for what is not HTTP."""
        while True:
            head = self._until(b"\r\n\r\n", MOST_HEAD)
            line, _, rest = head.partition(b"\r\n")
            found = _STATUS.match(line)
            if found is None:
                raise ValueError("the answer is not HTTP")
            status = int(found[2])
            if status >= 200:
                break
        fields = {}
        for field in rest.split(b"\r\n"):
            name, _, value = field.partition(b":")
            fields[name.strip().lower()] = value.strip()
        said, ended = self._body(method, status, fields)
        keep = ended and found[1] == b"1" and b"close" not in fields.get(b"connection", b"").lower() and not self._buffer
        return status, said, keep

    def _body(self, method: str, status: int, fields: Mapping[bytes, bytes]) -> tuple[bytes, bool]:
        """(the body, whether it was read to its end)."""
        if method == "HEAD" or status in (204, 304):
            return b"", True
        if fields.get(b"transfer-encoding", b"").lower() == b"chunked":
            return self._chunked()
        length = fields.get(b"content-length")
        if length is None:
            return self._rest(), False
        if not length.isdigit():
            raise ValueError("a length that is no number")
        wanted = int(length)
        return self._exactly(min(wanted, MOST_BODY)), wanted <= MOST_BODY

    def _chunked(self) -> tuple[bytes, bool]:
        body = bytearray()
        while size := int(self._until(b"\r\n", MOST_HEAD).partition(b";")[0], 16):
            if size < 0 or len(body) + size > MOST_BODY:
                return bytes(body), False
            body += self._exactly(size)
            if self._exactly(2) != b"\r\n":
                raise ValueError("a chunk without its end")
        while self._until(b"\r\n", MOST_HEAD):
            pass  # trailers
        return bytes(body), True

    def _until(self, mark: bytes, most: int) -> bytes:
        """What comes before the mark, which is taken too."""
        start = 0
        while (end := self._buffer.find(mark, start)) < 0:
            if len(self._buffer) > most:
                raise ValueError("the head of an answer is too long")
            start = max(0, len(self._buffer) - len(mark) + 1)
            self._more()
        found = bytes(self._buffer[:end])
        del self._buffer[: end + len(mark)]
        return found

    def _exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._more()
        found = bytes(self._buffer[:size])
        del self._buffer[:size]
        return found

    def _rest(self) -> bytes:
        with contextlib.suppress(EOFError):
            while len(self._buffer) < MOST_BODY:
                self._more()
        return bytes(self._buffer[:MOST_BODY])

    def _more(self) -> None:
        piece = self._connection.recv(64 * 1024)
        if not piece:
            raise _Ended("the connection was closed")
        self._buffer += piece


class _Ended(EOFError, OSError):
    """The server closed the connection."""
