"""How a mail account is reached and proven: plain values, and access tokens renewed with OAuth 2.

Google's facts (developers.google.com/gmail/imap/xoauth2-protocol, checked 2026-11): an access token lives for an hour, the
refresh token of an app "in testing" dies after seven days, and a dead one is answered with 400 ``invalid_grant``.
"""

from __future__ import annotations

import http.client
import json
import ssl
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from core.errors import PortError, Transient, Unauthorized

Security = Literal["ssl", "starttls", "none"]


class TokenProvider(Protocol):
    """Gives access tokens for XOAUTH2. Raises Transient or Unauthorized."""

    def __call__(self, *, renew: bool = False) -> str:
        """A token that is valid now; ``renew`` asks for a new one because the server refused the last."""


@dataclass(frozen=True, slots=True)
class Account:
    """One mail server and who we are there. ``token`` wins over ``password``. Times in seconds.

    ``timeout`` is the deadline of one command; a download gets more, by its size.
    ``ca_file`` holds certificates to trust instead of the system's, for servers with their own authority.
    """

    email: str
    host: str
    port: int
    security: Security = "ssl"
    password: str = field(default="", repr=False)
    token: TokenProvider | None = field(default=None, repr=False)
    user: str = ""
    ca_file: str = ""
    connect_timeout: float = 20.0
    timeout: float = 60.0

    @property
    def login(self) -> str:
        """The name to log in with: the address, unless the server wants another."""
        return self.user or self.email

    def tls(self) -> ssl.SSLContext:
        """The certificates to trust; names are always checked. Raises Transient when ``ca_file`` cannot be read."""
        try:
            return ssl.create_default_context(cafile=self.ca_file or None)
        except (OSError, ssl.SSLError) as error:
            raise Transient(f"the certificate file {self.ca_file} cannot be read: {error}") from None


def connection_error(account: Account, error: BaseException, doing: str) -> PortError:
    """What a failed connection means, as a sentence. Nothing was sent, so trying again is harmless."""
    where = f"{account.host}:{account.port}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return Transient(
            f"{where}: the server's certificate is not trusted ({error.verify_message}); set the CA file if it is your own"
        )
    if isinstance(error, ssl.SSLError):
        return Transient(f"{where}: no secure connection ({error.reason or error}); check the port and the kind of security")
    if isinstance(error, TimeoutError):
        return Transient(f"{where}: no answer in time while {doing}")
    if isinstance(error, OSError) and error.strerror:
        return Transient(f"{where}: {error.strerror} while {doing}")
    return Transient(f"{where}: the connection was lost while {doing}")


class RefreshTokenProvider:
    """Access tokens from a refresh token (RFC 6749, section 6), kept until a minute before they end. Safe from any thread."""

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        refresh_token: str,
        token_url: str = "https://oauth2.googleapis.com/token",
        *,
        timeout: float = 20.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if urllib.parse.urlsplit(token_url).scheme not in ("https", "http"):
            raise ValueError("the token address must be an http(s) URL")
        self._form = urllib.parse.urlencode(
            {
                "grant_type": "refresh_token",
                "client_id": client_id,
                "client_secret": client_secret,
                "refresh_token": refresh_token,
            }
        ).encode()
        self._url = token_url
        self._timeout = timeout
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._token = ""
        self._until = 0.0

    def __call__(self, *, renew: bool = False) -> str:
        """A token that is valid for another minute. Raises Unauthorized when the grant is gone, Transient otherwise."""
        with self._lock:
            if renew or not self._token or self._monotonic() >= self._until:
                self._token, lifetime = self._ask()
                self._until = self._monotonic() + lifetime - 60.0
            return self._token

    def _ask(self) -> tuple[str, float]:
        request = urllib.request.Request(self._url, self._form, {"Accept": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=self._timeout) as answer:
                body = json.loads(answer.read(65536))
            return str(body["access_token"]), float(body.get("expires_in", 3600))
        except urllib.error.HTTPError as error:
            with error:
                raise _refusal(error.code, error.read(65536), error.headers.get("Retry-After", "")) from None
        except (OSError, http.client.HTTPException) as error:
            raise Transient(f"the token server did not answer ({type(error).__name__})") from None
        except (ValueError, KeyError, TypeError):
            raise Transient("the token server answered something that is not a token") from None


def _refusal(status: int, body: bytes, retry_after: str) -> PortError:
    try:
        code = str(json.loads(body)["error"])
    except (ValueError, KeyError, TypeError):
        code = ""
    if code == "invalid_grant":
        return Unauthorized(
            "the mail account's consent is gone (invalid_grant): grant access again and set the new refresh token"
        )
    if code in ("invalid_client", "unauthorized_client", "invalid_scope") or status in (401, 403):
        return Unauthorized(f"the token server refuses this client ({code or status}): check the client id and secret")
    after = float(retry_after) if retry_after.isdigit() else None
    return Transient(f"the token server answered {status} {code}".rstrip(), after)
