# ruff: noqa: N802 (aiosmtpd names its hooks after SMTP's commands)
"""A real SMTP server for tests (aiosmtpd on loopback) that can have a bad day.

``day`` is what goes wrong, by the recipient's or the server's doing; everything accepted is in ``mails``.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import ssl
import tempfile
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from dovecot import free_port, make_certificate

from connectors.gmail.account import Account

PASSWORD = "mot de passe é 2"


@dataclass
class Day:
    """How the server behaves. Replies by stage ("MAIL", "RCPT", "DATA", "END", "AUTH"); what it does around the final dot."""

    replies: dict[str, list[str]] = field(default_factory=dict)
    #: After taking the mail: answer nothing and cut, as many times.
    drop_after: int = 0
    #: Cut as soon as DATA begins, as many times.
    drop_before: int = 0
    #: Seconds to think before the last answer; before the last answer of one mail.
    slow: float = 0.0
    slow_once: float = 0.0
    tokens: set[str] = field(default_factory=set)

    def reply(self, stage: str) -> str:
        """What to answer at that stage: each reply once, '' for the usual."""
        replies = self.replies.get(stage)
        return replies.pop(0) if replies else ""


class _Smtp(SMTP):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.event_handler.connections.add(id(self))
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.event_handler.connections.discard(id(self))
        super().connection_lost(error)

    async def smtp_DATA(self, arg: str) -> None:
        day = self.event_handler.day
        if reply := day.reply("DATA"):
            await self.push(reply)
        elif day.drop_before:
            day.drop_before -= 1
            self.transport.close()
        else:
            await super().smtp_DATA(arg)

    async def auth_XOAUTH2(self, _: SMTP, args: list[str]) -> AuthResult:
        said = base64.b64decode(args[1]).decode()
        if said.partition("auth=Bearer ")[2].rstrip("\x01") in self.event_handler.day.tokens:
            return AuthResult(success=True)
        await self.challenge_auth('{"status":"400","schemes":"bearer"}')
        return AuthResult(success=False, handled=False)


class MailServer(Controller):
    """The server; also the handler of its own events."""

    def __init__(self, root: Path, security: str = "none", auth: bool = True) -> None:
        self.day = Day()
        self.mails: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.sessions = 0
        self.connections: set[int] = set()
        self.security = security
        context: ssl.SSLContext | None = None
        self.ca_file = ""
        if security != "none":
            self.ca_file = str(make_certificate(root))
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(root / "cert.pem", root / "key.pem")
        super().__init__(
            self,
            hostname="127.0.0.1",
            port=free_port(),
            ssl_context=context if security == "ssl" else None,
            tls_context=context if security == "starttls" else None,
            require_starttls=security == "starttls",
            auth_require_tls=False,
            authenticator=self._authenticate if auth else None,
            auth_required=auth,
            data_size_limit=5_000_000,
            enable_SMTPUTF8=True,
        )

    def factory(self) -> SMTP:
        self.sessions += 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _Smtp(self, **self.SMTP_kwargs)

    def rest(self, seconds: float = 2.0) -> None:
        """Wait until everybody is gone: a client that was killed may have left something to be taken."""
        end = time.monotonic() + seconds
        while self.connections and time.monotonic() < end:
            time.sleep(0.005)

    def account(self, **changed: object) -> Account:
        """How to reach it."""
        values: dict[str, object] = {
            "email": "studio@example.org",
            "host": "127.0.0.1",
            "port": self.port,
            "security": self.security,
            "password": PASSWORD,
            "ca_file": self.ca_file,
            "connect_timeout": 5.0,
            "timeout": 5.0,
        }
        return Account(**(values | changed))  # type: ignore[arg-type]

    def _authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        if reply := self.day.reply("AUTH"):
            return AuthResult(success=False, handled=False, message=reply)
        good = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
        return AuthResult(success=good, handled=False)

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        reply = self.day.reply("MAIL")
        if not reply:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return reply or "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        reply = self.day.reply("RCPT")
        if not reply:
            envelope.rcpt_tos.append(address)
        return reply or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        if reply := self.day.reply("END"):
            return reply
        self.raw.append(envelope.content)
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        wait, self.day.slow_once = self.day.slow + self.day.slow_once, 0.0
        if wait:
            await asyncio.sleep(wait)
        if self.day.drop_after:
            self.day.drop_after -= 1
            server.transport.close()
            # The answer goes nowhere.
            await asyncio.sleep(0.05)
        return "250 accepted"

    async def handle_exception(self, error: Exception) -> str:
        return "451 the server is confused"


@contextlib.contextmanager
def mail_server(security: str = "none", *, auth: bool = True) -> Iterator[MailServer]:
    """A running server."""
    with tempfile.TemporaryDirectory() as folder:
        server = MailServer(Path(folder), security, auth)
        server.start()
        server.sessions = 0
        try:
            yield server
        finally:
            if server.loop.is_running():
                server.stop()
