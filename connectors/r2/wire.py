"""One signed HTTP request at a time over kept connections, by libcurl: what an object's PUT needs, without boto3 around it.

libcurl signs (AWS Signature Version 4) and speaks HTTP; the same exchange by botocore and urllib3 takes fifteen times the processor.
Multipart uploads and what else is rare go through boto3.
"""

from __future__ import annotations

import math
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

#: Bytes of an answer's body that are read: errors tell their reason at the beginning.
MOST_BODY = 256 * 1024
_DOTS = re.compile(r"/\.\.?(?:/|$)")
_BROKEN = re.compile(r"[\r\n\0]")


class Unreached(OSError):
    """No connection: nothing was sent. ``secure`` says that it failed at the certificate or the cipher."""

    def __init__(self, error: object, *, secure: bool = False) -> None:
        super().__init__(str(error))
        self.secure = secure


class Lost(OSError):
    """It was sent, or a part of it, and no answer came that can be read."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs the requests: a key, and the region that it is for."""

    key_id: str
    secret: str = field(repr=False)
    region: str


class _Stalled:
    """libcurl asks it at each step, and every second when there is none: True ends the exchange."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._moved, self._since = (0, 0), time.monotonic()

    def __call__(self, _down: int, down: int, _up: int, up: int) -> bool:
        now = time.monotonic()
        if (down, up) != self._moved:
            self._moved, self._since = (down, up), now
        return now - self._since > self._timeout


class Wire:
    """Exchanges with one server. Safe from any thread; ``pool`` connections at most are kept. Times in seconds.

    ``timeout`` is how long the server may say nothing, counted from second to second. Raises ValueError for what is no http(s) address.
    """

    def __init__(self, url: str, signature: Signature, *, connect_timeout: float, timeout: float, pool: int) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("not an http(s) address")
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._signature = signature
        self._connect_timeout, self._timeout, self._pool = connect_timeout, timeout, pool
        #: Handles of libcurl that nobody uses; each keeps its connection.
        self._free: list[Any] = []
        self._lock = threading.Lock()

    def exchange(self, method: str, target: str, headers: Mapping[str, str], body: bytes, sha256: str) -> tuple[int, bytes]:
        """(status, what stands in the answer's body, at most MOST_BODY of it). Raises Unreached, Lost.

        ``target`` is the path, percent-encoded, without a query; ``sha256`` the body's, in hexadecimal.
        """
        lines = [f"{name}: {value}" for name, value in headers.items()]
        if _DOTS.search(target):
            raise ValueError("a path that libcurl would shorten")
        if any(_BROKEN.search(line) for line in lines):
            raise ValueError("a header of more than one line")
        with self._lock:
            handle = self._free.pop() if self._free else None
        handle = self._prepared(handle)
        said = bytearray()

        def hear(piece: bytes) -> int:
            said.extend(piece)
            return len(piece) if len(said) <= MOST_BODY else 0  # 0 ends it

        if method == "HEAD":
            handle.setopt(handle.NOBODY, 1)
        else:
            handle.setopt(handle.POSTFIELDS, body)
            handle.setopt(handle.CUSTOMREQUEST, method)
        handle.setopt(handle.URL, self._origin + target)
        # The last one: nobody needs to ask whether a body may come.
        handle.setopt(handle.HTTPHEADER, [x.encode("ascii") for x in (*lines, f"x-amz-content-sha256: {sha256}", "Expect:")])
        handle.setopt(handle.WRITEFUNCTION, hear)
        try:
            status = self._perform(handle, said)
        except BaseException:  # whatever it is, half an exchange is not for the next one
            handle.close()
            raise
        handle.reset()  # it rests without the body that it sent
        with self._lock:
            if kept := len(self._free) < self._pool:
                self._free.append(handle)
        if not kept:
            handle.close()
        return status, bytes(said[:MOST_BODY])

    def close(self) -> None:
        """Let go of the connections that nobody uses."""
        with self._lock:
            free, self._free = self._free, []
        for handle in free:
            handle.close()

    def _prepared(self, handle: Any) -> Any:
        """The handle as if it were new, but for its connection; a new one for None."""
        import pycurl
        from requests.utils import DEFAULT_CA_BUNDLE_PATH  # the authorities that our other clients trust

        if handle is None:
            handle = pycurl.Curl()
        signature = self._signature
        for option, value in (
            (pycurl.NOSIGNAL, 1),  # other threads are at work
            (pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1),
            (pycurl.CAINFO, DEFAULT_CA_BUNDLE_PATH),
            (pycurl.CONNECTTIMEOUT_MS, math.ceil(self._connect_timeout * 1000)),
            (pycurl.NOPROGRESS, 0),
            (pycurl.XFERINFOFUNCTION, _Stalled(self._timeout)),
            (pycurl.AWS_SIGV4, f"aws:amz:{signature.region}:s3"),
            (pycurl.USERNAME, signature.key_id),
            (pycurl.PASSWORD, signature.secret),
        ):
            handle.setopt(option, value.encode() if isinstance(value, str) else value)
        return handle

    @staticmethod
    def _perform(handle: Any, said: bytearray) -> int:
        """The answer's status. Raises Unreached, Lost."""
        import pycurl

        try:
            handle.perform()
        except pycurl.error as error:
            code, why = error.args
            if code == pycurl.E_WRITE_ERROR and len(said) > MOST_BODY:
                return int(handle.getinfo(pycurl.RESPONSE_CODE))
            if handle.getinfo(pycurl.REQUEST_SIZE):
                raise Lost(why) from error
            secure = {
                pycurl.E_SSL_CONNECT_ERROR,
                pycurl.E_SSL_CERTPROBLEM,
                pycurl.E_SSL_CIPHER,
                pycurl.E_PEER_FAILED_VERIFICATION,
            }
            raise Unreached(why, secure=code in secure | {pycurl.E_SSL_CACERT_BADFILE}) from error
        return int(handle.getinfo(pycurl.RESPONSE_CODE))
