"""Files at addresses that callers name, fetched without becoming their arm into our own network (SSRF).

Only http and https; the name is resolved once, every address of it must be public, and the connection goes to the very address
that was looked at, so that a second answer of the name server changes nothing. Each redirect is looked at the same way.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from typing import IO, Any
from urllib.parse import urljoin, urlsplit

import urllib3

MOST_REDIRECTS = 5
#: Bytes of a file that are kept in memory; the rest goes to the disk.
IN_MEMORY = 512 * 1024
_READ = 64 * 1024
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotFetched(Exception):
    """Why a file is not had: a sentence without details of our network."""


@dataclass(slots=True)
class Fetched:
    """A file that came: ``file`` is to be read from its beginning and closed; ``type`` as the server declares it."""

    file: IO[bytes]
    type: str
    size: int


def public(address: _Address) -> bool:
    """Whether the address is one of the open Internet, also behind every way to write an IPv4 address in IPv6."""
    if isinstance(address, ipaddress.IPv6Address):
        inner: list[_Address] = [a for a in (address.ipv4_mapped, address.sixtofour) if a is not None]
        inner += address.teredo or ()
        if address in _NAT64:
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if inner:
            return all(public(one) for one in inner)
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


class Fetcher:
    """``most`` bytes a file. ``local`` are addresses admitted though they are not public: for tests alone.

    ``fetch`` blocks and is safe from any thread; ``stop`` tells it to give up.
    """

    def __init__(
        self,
        *,
        most: int,
        local: frozenset[str] = frozenset(),
        stop: Callable[[], bool] = lambda: False,
        resolve: Callable[..., Sequence[Any]] = socket.getaddrinfo,
        agent: str = "Guichet/3.0",
    ) -> None:
        self._most, self._local, self._stop, self._resolve, self._agent = most, local, stop, resolve, agent

    def fetch(self, url: str, end: float) -> Fetched:
        """The file, by ``end`` (of time.monotonic). Raises NotFetched."""
        try:
            for _ in range(MOST_REDIRECTS + 1):
                response = self._get(url, end)
                try:
                    if response.status in (301, 302, 303, 307, 308) and (place := response.headers.get("Location")):
                        url = urljoin(url, place)
                        continue
                    return self._read(response, end)
                finally:
                    response.close()
        except (urllib3.exceptions.HTTPError, HTTPException, OSError, ssl.SSLError) as error:
            if isinstance(error, urllib3.exceptions.TimeoutError | TimeoutError):
                raise NotFetched("le serveur est trop lent") from None
            raise NotFetched("le serveur ne répond pas comme il faut") from None
        raise NotFetched("trop de redirections")

    def _get(self, url: str, end: float) -> urllib3.BaseHTTPResponse:
        """The answer of one address. The connection is closed with it."""
        host, port, secure, target = _parts(url)
        address = self._address(host, port)
        left = self._left(end)
        timeout = urllib3.Timeout(connect=min(5.0, left), read=min(10.0, left))
        pool: urllib3.HTTPConnectionPool
        if secure:
            pool = urllib3.HTTPSConnectionPool(
                address,
                port,
                timeout=timeout,
                retries=False,
                cert_reqs="CERT_REQUIRED",
                assert_hostname=host,
                server_hostname=host,
            )
        else:
            pool = urllib3.HTTPConnectionPool(address, port, timeout=timeout, retries=False)
        named = f"[{host}]" if ":" in host else host
        headers = {
            "Host": named if port == (443 if secure else 80) else f"{named}:{port}",
            "User-Agent": self._agent,
            "Accept": "*/*",
            # What comes compressed may be a bomb, and its size says nothing.
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        return pool.urlopen(
            "GET", target, headers=headers, redirect=False, retries=False, preload_content=False, decode_content=False,
            assert_same_host=False,
        )  # fmt: skip

    def _address(self, host: str, port: int) -> str:
        """One address of the host, when all of them may be connected to."""
        try:
            found = {str(entry[4][0]) for entry in self._resolve(host, port, type=socket.SOCK_STREAM)}
        except (OSError, UnicodeError, ValueError):
            raise NotFetched("ce serveur est introuvable") from None
        for one in found:
            try:
                allowed = one in self._local or public(ipaddress.ip_address(one.partition("%")[0]))
            except ValueError:
                allowed = False
            if not allowed or "%" in one:
                raise NotFetched("cette adresse n'est pas publique")
        if not found:
            raise NotFetched("ce serveur est introuvable")
        return sorted(found, key=lambda a: (":" in a, a))[0]

    def _read(self, response: urllib3.BaseHTTPResponse, end: float) -> Fetched:
        if response.status != 200:
            raise NotFetched(f"le serveur répond {response.status}")
        if response.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
            raise NotFetched("le fichier vient compressé par le serveur")
        declared = response.headers.get("Content-Length", "")
        too_large = f"plus de {self._most // 1_000_000} Mo"
        if declared.isdecimal() and int(declared[:20]) > self._most:
            raise NotFetched(too_large)
        file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
        size = 0
        try:
            # read1 gives what is there; read would wait for a whole block, however slowly that comes.
            while piece := response.read1(_READ, decode_content=False):
                size += len(piece)
                if size > self._most:
                    raise NotFetched(too_large)
                self._left(end)
                file.write(piece)
            if declared.isdecimal() and size != int(declared):
                raise NotFetched("le fichier est arrivé incomplet")
            if not size:
                raise NotFetched("le fichier est vide")
            file.seek(0)
        except BaseException:  # whatever it is, what came so far is let go before it goes on its way
            file.close()
            raise
        return Fetched(file, response.headers.get("Content-Type", "").partition(";")[0].strip()[:200], size)

    def _left(self, end: float) -> float:
        left = end - time.monotonic()
        if left <= 0 or self._stop():
            raise NotFetched("le serveur est trop lent")
        return left


def _parts(url: str) -> tuple[str, int, bool, str]:
    """(host, port, whether TLS, path with query) of an address. Raises NotFetched."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
        host = (parts.hostname or "").encode("idna" if not (parts.hostname or "").isascii() else "ascii").decode()
    except (ValueError, UnicodeError):
        raise NotFetched("l'adresse n'est pas lisible") from None
    if parts.scheme not in ("http", "https"):
        raise NotFetched("seules les adresses http et https sont admises")
    if not host or parts.username is not None or parts.password is not None:
        raise NotFetched("l'adresse n'est pas lisible")
    if any(ord(c) <= 32 or ord(c) == 127 for c in url.strip()):
        raise NotFetched("l'adresse n'est pas lisible")
    secure = parts.scheme == "https"
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return host, port if port is not None else (443 if secure else 80), secure, target
