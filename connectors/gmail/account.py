"""How a mail account is reached and proven: plain values, and access tokens renewed with OAuth 2.

Google's facts (developers.google.com/gmail/imap/xoauth2-protocol, checked 2026-11): an access token lives for an hour, the
refresh token of an app "in testing" dies after seven days, and a dead one is answered with 400 ``invalid_grant``.
"""

from __future__ import annotations

import errno
import http.client
import json
import socket
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
            raise Transient(
                f"le fichier de certificats {self.ca_file} ne peut pas être lu ({error}) : vérifiez MAIL_CA_FILE"
            ) from None


def connection_error(account: Account, error: BaseException, doing: str) -> PortError:
    """What a failed connection means, in a French sentence; ``doing`` is a noun with its article. Trying again is harmless."""
    where = f"{account.host}:{account.port}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return Transient(
            f"{where} : certificat refusé ({error.verify_message}) ; si ce serveur est à vous, indiquez MAIL_CA_FILE"
        )
    if isinstance(error, ssl.SSLError):
        return Transient(
            f"{where} : pas de connexion chiffrée pendant {doing} ({error.reason or error}) : vérifiez le port et "
            "le chiffrement (IMAP_SECURITY, SMTP_SECURITY)"
        )
    if isinstance(error, TimeoutError):
        return Transient(
            f"{where} : pas de réponse en temps voulu pendant {doing} ; si cela dure, vérifiez le réseau et le port"
        )
    if isinstance(error, socket.gaierror):
        return Transient(f"{where} : adresse introuvable pendant {doing} : vérifiez le nom du serveur et le réseau")
    if isinstance(error, ConnectionRefusedError):
        return Transient(f"{where} : connexion refusée pendant {doing} : vérifiez le port et que le serveur est en marche")
    if isinstance(error, OSError) and error.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH):
        return Transient(f"{where} : serveur injoignable pendant {doing} : vérifiez le réseau")
    if isinstance(error, OSError) and error.strerror and not isinstance(error, ConnectionError):
        return Transient(f"{where} : le système refuse pendant {doing} ({error.strerror}) : vérifiez le réseau")
    return Transient(f"{where} : connexion coupée pendant {doing} ; si cela dure, vérifiez le serveur et le réseau")


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
            raise ValueError("GMAIL_OAUTH_TOKEN_URL n'est pas une adresse http(s) : corrigez-la")
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
            raise Transient(
                f"le serveur de jetons ne répond pas ({type(error).__name__}) ; si cela dure, vérifiez GMAIL_OAUTH_TOKEN_URL et le réseau"
            ) from None
        except (ValueError, KeyError, TypeError):
            raise Transient(
                "la réponse du serveur de jetons n'est pas un jeton ; si cela dure, vérifiez GMAIL_OAUTH_TOKEN_URL"
            ) from None


def _refusal(status: int, body: bytes, retry_after: str) -> PortError:
    try:
        code = str(json.loads(body)["error"])
    except (ValueError, KeyError, TypeError):
        code = ""
    if code == "invalid_grant":
        return Unauthorized(
            "l'accès à la boîte n'est plus accordé (invalid_grant) : redonnez l'accord, puis mettez le nouveau jeton dans "
            "GMAIL_OAUTH_REFRESH_TOKEN"
        )
    if code in ("invalid_client", "unauthorized_client", "invalid_scope") or status in (401, 403):
        return Unauthorized(
            f"le serveur de jetons refuse ce client ({code or status}) : vérifiez GMAIL_OAUTH_CLIENT_ID et "
            "GMAIL_OAUTH_CLIENT_SECRET"
        )
    after = float(retry_after) if retry_after.isdigit() else None
    return Transient(f"le serveur de jetons répond {f'{status} {code}'.rstrip()} : nouvel essai plus tard", after)
