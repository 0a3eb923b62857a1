"""Files of WhatsApp messages, fetched from Twilio: patient, bounded, and careful with the credentials.

Twilio announces a file before it is there (404 at first) and then redirects to another host. The credentials go to the exact
origin of the API and nowhere else; a redirect is followed over https only. The address is always made from the ids, on our own
base: one that a webhook names is never asked.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from connectors.whatsapp.client import Account
from core.outside import Count, uncounted

MOST_REDIRECTS = 5
_CHUNK = 64 * 1024
_DEFAULT_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file, or why it is not there. ``again``: it may still come. ``size`` in bytes, also of what was too large."""

    content: bytes | None = None
    type: str = ""
    name: str = ""
    size: int = 0
    error: str = ""
    again: bool = False
    oversize: bool = False


class MediaFetcher:
    """Fetches files of one account. Safe from any thread; never raises for what the network does."""

    def __init__(
        self,
        account: Account,
        *,
        max_bytes: int,
        count: Count = uncounted,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._account = account
        self._max = max_bytes
        self._count = count
        self._sleep, self._monotonic = sleep, monotonic
        self._session = requests.Session()
        # No cookies, no password from a .netrc: what is sent is decided below, hop by hop.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.auth = lambda request: request

    def fetch(self, message: str, media: str, budget: float) -> Fetched:
        """The file, tried again for at most ``budget`` seconds (0: one try) while it may still come."""
        end = self._monotonic() + budget
        wait = 0.4
        while True:
            found = self._once(f"{self._account.base.rstrip('/')}{self._account.path}/Messages/{message}/Media/{media}")
            if not found.again or self._monotonic() + wait > end:
                return found
            self._sleep(wait)
            wait = min(wait * 2, 4.0)

    def close(self) -> None:
        """Give connections back."""
        self._session.close()

    def _once(self, url: str) -> Fetched:
        home = origin(url)
        for _ in range(MOST_REDIRECTS + 1):
            headers = {"Authorization": self._account.authorization} if origin(url) == home else {}
            try:
                answer = self._session.get(
                    url, headers=headers, allow_redirects=False, stream=True, timeout=self._account.timeout
                )
            except (requests.exceptions.RequestException, ValueError) as error:
                self._count("whatsapp", "lost")
                return Fetched(error=f"pas de réponse ({type(error).__name__})", again=True)
            self._count("whatsapp", str(answer.status_code))
            with answer:
                if answer.status_code not in (301, 302, 303, 307, 308):
                    return self._answered(answer, at_home=origin(url) == home)
                target = urljoin(url, answer.headers.get("Location", ""))
            scheme = origin(target)[0]
            if scheme != "https" and scheme != home[0]:
                return Fetched(error="renvoi vers une adresse qui n'est pas sûre")
            url = target
        return Fetched(error="trop de renvois")

    def _answered(self, answer: requests.Response, *, at_home: bool) -> Fetched:
        status = answer.status_code
        if status == 200:
            return self._read(answer)
        # 404 at first is the rule; elsewhere an address that is no longer good (403) is renewed by asking again.
        again = status in (404, 408, 425, 429) or status >= 500 or not at_home
        return Fetched(error=f"réponse {status}", again=again)

    def _read(self, answer: requests.Response) -> Fetched:
        kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        name = file_name(answer.headers)
        told = answer.headers.get("Content-Length", "")
        size = int(told) if told.isdecimal() else 0
        end = self._monotonic() + 60.0 + 3 * sum(self._account.timeout)
        pieces: list[bytes] = []
        got = 0
        try:
            if size <= self._max:
                for piece in answer.iter_content(_CHUNK):
                    pieces.append(piece)
                    got += len(piece)
                    if got > self._max or self._monotonic() > end:
                        break
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError):
            return Fetched(type=kind, name=name, error="le transfert s'est interrompu", again=True)
        if size > self._max or got > self._max:
            return Fetched(type=kind, name=name, size=max(size, got), error="fichier trop volumineux", oversize=True)
        if got < size and "Content-Encoding" not in answer.headers:
            return Fetched(type=kind, name=name, error="le transfert s'est interrompu", again=True)
        return Fetched(b"".join(pieces), kind, name, got)


def origin(url: str) -> tuple[str, str, int]:
    """(scheme, host, port) of an address: what credentials are for. ('', '', 0) when it is none."""
    try:
        parts = urlsplit(url)
        return parts.scheme, (parts.hostname or "").rstrip("."), parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)
    except ValueError:
        return "", "", 0


def file_name(headers: Mapping[str, str]) -> str:
    """The name that Content-Disposition gives (RFC 6266), '' when it gives none."""
    value = headers.get("Content-Disposition", "")[:2000]
    if not value.isprintable():
        return ""
    message = Message()
    message["Content-Disposition"] = value
    try:
        return (message.get_filename() or "")[:300]
    except (ValueError, LookupError):
        return ""
