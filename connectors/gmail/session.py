"""One IMAP connection: opened, proven, every command under a deadline, every failure one of the four errors.

IMAP (RFC 9051, formerly 3501) answers a command with OK, NO (refused) or BAD (not understood), and may end the session at any
time with BYE. A refusal leaves the connection usable; anything else that goes wrong leaves us unsure of where in the stream
we are, so the connection is closed and the next use opens a new one.

A socket's timeout bounds one read, not one command: a server that sends a byte a minute would hold us for ever. So each command
also has a deadline at which the connection is cut.
"""

from __future__ import annotations

import contextlib
import logging
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, IMAPClientReadOnlyError

from connectors.gmail.account import Account, connection_error
from connectors.gmail.deadline import deadline
from core.errors import PortError, Transient, Unauthorized

log = logging.getLogger(__name__)

#: A slow line still gets its mail: bytes a second that a download must reach.
SLOWEST = 32 * 1024

_TEMPORARY = re.compile(
    r"\[(?:UNAVAILABLE|OVERQUOTA|INUSE|SERVERBUG|LIMIT|THROTTLED)\]|try again|try later|too many|temporar|simultaneous|throttl"
    r"|rate limit|limit exceeded|bandwidth|timed? ?out|internal (?:server )?error|server error|unavailable|overloaded|busy",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"\[(?:AUTHENTICATIONFAILED|AUTHORIZATIONFAILED|EXPIRED|PRIVACYREQUIRED|CONTACTADMIN)\]|invalid credentials"
    r"|application-specific password|wrong password|web ?browser|web ?login|not enabled for imap|basic ?auth",
    re.IGNORECASE,
)
_BYTES = re.compile(r"b(?:'([^']*)'|\"([^\"]*)\")")
_EXHAUSTED = re.compile(
    r"\[(?:OVERQUOTA|LIMIT|THROTTLED)\]|too many|simultaneous|throttl|rate limit|limit exceeded|bandwidth", re.IGNORECASE
)
#: Seconds to leave a server alone that says why it has had enough of us.
_PATIENCE = (
    (re.compile(r"OVERQUOTA|bandwidth", re.IGNORECASE), 3600.0),
    (re.compile(r"too many|simultaneous|LIMIT|throttl", re.IGNORECASE), 300.0),
)


class Refusal(Exception):
    """The server said NO or BAD to this one command, or its answer could not be read; the connection goes on."""

    @property
    def temporary(self) -> bool:
        """The server says that it is about now, not about what was asked."""
        return _TEMPORARY.search(str(self)) is not None

    @property
    def exhausted(self) -> bool:
        """It is about our account as a whole: asking for something else instead is of no use."""
        return _EXHAUSTED.search(str(self)) is not None

    def transient(self, doing: str) -> Transient:
        """The same as an error of the port; ``doing`` is a French noun with its article."""
        text = _short(str(self))
        return Transient(f"le serveur de messagerie refuse {doing} : {text}", _patience(text))


@dataclass(frozen=True, slots=True)
class Selected:
    """A mailbox as SELECT describes it. ``uidnext`` is 0 when the server does not say."""

    uidvalidity: int
    uidnext: int
    exists: int
    writable: bool
    keywords: bool


class Session:
    """A connection to one account's IMAP server. For one thread at a time."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.client: IMAPClient | None = None
        self.selected: Selected | None = None
        self._overdue = False
        self._proven = False
        self._doubts = 0

    # ------------------------------------------------------------------ opening

    def open(self) -> None:
        """Connect and log in, if not connected. Raises Transient or Unauthorized."""
        if self.client is not None:
            return
        account = self.account
        try:
            client = IMAPClient(
                account.host,
                account.port,
                ssl=account.security == "ssl",
                ssl_context=account.tls() if account.security == "ssl" else None,
                timeout=SocketTimeout(account.connect_timeout, account.timeout),
            )
        except IMAPClientError as error:
            # The greeting was BYE: too many connections, or maintenance.
            raise Transient(
                f"{account.host} n'accepte pas la connexion pour l'instant : {_short(error)}", _patience(str(error))
            ) from None
        except OSError as error:
            raise connection_error(account, error, "la connexion") from None
        client.normalise_times = False
        # imapclient has imaplib write every answer out for its log, whatever the level: a mail of 24 MB costs 55 MB more.
        client._imap.debug = 0
        self.client, self.selected = client, None
        if account.security == "starttls":
            try:
                with self.command("le chiffrement de la connexion"):
                    client.starttls(account.tls())
            except Refusal as error:
                self.close()
                raise Transient(
                    f"{account.host} ne propose pas STARTTLS ({_short(error)}) : mettez IMAP_SECURITY=ssl"
                ) from None
        try:
            self._log_in(client)
        except PortError:
            self.close()
            raise

    def _log_in(self, client: IMAPClient) -> None:
        account = self.account
        try:
            if account.token is None:
                with self.command("l'identification"):
                    if account.login.isascii() and account.password.isascii():
                        client.login(account.login, account.password)
                    else:
                        client.plain_login(account.login, account.password)
            else:
                self._log_in_with_token(client, account.token(), last=False)
        except Refusal as error:
            raise self._login_error(str(error)) from None
        self._proven, self._doubts = True, 0

    def _log_in_with_token(self, client: IMAPClient, token: str, *, last: bool) -> None:
        """XOAUTH2: the server's reason for a refusal comes as a challenge, which wants an empty answer."""
        answers = [f"user={self.account.login}\x01auth=Bearer {token}\x01\x01".encode()]
        try:
            with self.command("l'identification"):
                client.sasl_login("XOAUTH2", lambda _challenge: answers.pop() if answers else b"")
        except Refusal as error:
            if last or error.temporary or self.account.token is None:
                raise
            # Revoked or ended early: one new token, then it is the grant itself.
            self._log_in_with_token(client, self.account.token(renew=True), last=True)

    def _login_error(self, text: str) -> PortError:
        """Row 13 of FAILURES: a passing refusal must not stop a mailbox, a wrong password must not be tried for ever."""
        short = _short(text)
        if _TEMPORARY.search(text) and not re.search(r"\[AUTHENTICATIONFAILED\]", text, re.I):
            return Transient(f"{self.account.host} ne peut pas nous identifier pour l'instant : {short}", _patience(text))
        if self._proven and not _REFUSED.search(text) and self._doubts < 3:
            # These very credentials worked before and the server gives no reason: some servers refuse at random.
            self._doubts += 1
            return Transient(f"{self.account.host} refuse une identification qui passait jusqu'ici : {short}", 60.0)
        todo = (
            "redonnez l'accord, puis mettez le nouveau jeton dans GMAIL_OAUTH_REFRESH_TOKEN"
            if self.account.token is not None
            else "vérifiez GMAIL_EMAIL et GMAIL_APP_PASSWORD ; Gmail veut un mot de passe d'application "
            "(myaccount.google.com/apppasswords)"
        )
        return Unauthorized(f"{self.account.host} refuse l'identification de {self.account.login} ({short}) : {todo}")

    # ------------------------------------------------------------------ commands

    @contextlib.contextmanager
    def command(self, doing: str, expect: int = 0) -> Iterator[None]:
        """Run one command in it. ``expect``: bytes that will come. Raises Refusal, or Transient with the connection closed."""
        client = self.client
        if client is None:
            raise Transient(f"{self.account.host} : la connexion est fermée ; elle se rouvre au prochain essai")
        seconds = self.account.timeout + expect / SLOWEST
        self._overdue = False
        timer = deadline(seconds, partial(self._cut, client.socket()))
        try:
            yield
        except (IMAPClientError, OSError) as error:
            # imapclient makes a LoginError of a connection that was lost while logging in: not the password's fault.
            lost = next((e for e in (error, error.__context__) if isinstance(e, IMAPClientAbortError | OSError)), None)
            if lost is not None:
                self.close()
                raise self._lost(lost, doing) from None
            if "got more than" in str(error):
                # imaplib gave up inside a line: what follows is the rest of that line, not an answer.
                self.close()
                raise Transient(
                    f"{self.account.host} répond par une ligne sans fin pendant {doing} ; si cela dure, voyez avec son hébergeur"
                ) from None
            raise Refusal(str(error)) from None
        except (ValueError, TypeError, KeyError, IndexError, AssertionError) as error:
            # imapclient could not read the answer. The command itself had ended, unless it was being sent.
            raise Refusal(f"la réponse du serveur est illisible ({type(error).__name__} : {_short(error)})") from None
        finally:
            timer.cancel()

    def _lost(self, error: Exception, doing: str) -> PortError:
        """What a lost connection means: our deadline, the server's farewell, or the network."""
        if self._overdue:
            return connection_error(self.account, TimeoutError(), doing)
        text = str(error) if isinstance(error, IMAPClientAbortError) else ""
        if _TEMPORARY.search(text):
            return Transient(f"{self.account.host} a mis fin à la session : {_short(text)}", _patience(text))
        return connection_error(self.account, error, doing)

    def _cut(self, sock: socket.socket) -> None:
        self._overdue = True
        with contextlib.suppress(OSError):
            # Of the class, not of the object: SSLSocket.shutdown takes the TLS state away from under the reading thread.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def select(self, folder: str) -> Selected:
        """Open a mailbox anew: what it holds now. Raises Transient."""
        client = self._client()
        readonly = False
        try:
            with self.command(f"l'ouverture du dossier « {folder} »"):
                try:
                    answer = client.select_folder(folder)
                except IMAPClientReadOnlyError:
                    readonly = True
                    answer = client.select_folder(folder, readonly=True)
        except Refusal as error:
            self.selected = None
            raise error.transient(f"d'ouvrir le dossier « {folder} » (vérifiez son nom dans les réglages)") from None
        flags = answer.get(b"PERMANENTFLAGS", ())
        self.selected = Selected(
            uidvalidity=_number(answer.get(b"UIDVALIDITY")),
            uidnext=_number(answer.get(b"UIDNEXT")),
            exists=_number(answer.get(b"EXISTS")),
            writable=not readonly,
            keywords=b"\\*" in flags,
        )
        return self.selected

    def has(self, capability: str) -> bool:
        """Whether the server offers an extension. Raises Transient."""
        client = self._client()
        try:
            with self.command("asking what the server can do"):
                return bool(client.has_capability(capability))
        except Refusal:
            return False

    def _client(self) -> IMAPClient:
        if self.client is None:
            raise Transient(f"{self.account.host} : la connexion est fermée ; elle se rouvre au prochain essai")
        return self.client

    def close(self) -> None:
        """Give the connection back, politely when the server still listens; never raises."""
        client, self.client, self.selected = self.client, None, None
        if client is None:
            return
        with contextlib.suppress(Exception):
            client.shutdown()

    def leave(self) -> None:
        """Log out (a moment is enough for that) and close; never raises."""
        client = self.client
        if client is not None:
            with contextlib.suppress(Exception):
                client.socket().settimeout(2.0)
                client.logout()
        self.close()


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _short(text: object) -> str:
    """One line for a person."""
    said = text.args[0] if isinstance(text, Exception) and text.args else text
    plain = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    # imaplib shows the server's words as Python writes bytes.
    return " ".join(_BYTES.sub(lambda m: m[1] or m[2] or "", plain).split())[:200]


def _patience(text: str) -> float | None:
    return next((seconds for pattern, seconds in _PATIENCE if pattern.search(text)), None)
