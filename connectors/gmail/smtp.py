"""One SMTP session (RFC 5321), with one outcome a mail that is known for certain wherever the protocol lets us know.

Where a sending can break, and what it means:

    connecting, logging in, MAIL, RCPT, DATA, the text    the final dot was not sent: it did not happen (Transient)
    the final dot was sent, no answer came                it may have happened (Ambiguous): looked up in Sent, or parked
    the server answered                                   2xx it did; 4xx later (Transient); 5xx never (Rejected)

The second row is how other systems send a quote 25 times (row 15 of FAILURES).

Where the server knows PIPELINING and CHUNKING (RFC 2920, 3030; Gmail, Outlook, Postfix and Exim do), several mails are on their way at
once: each is RSET, MAIL, RCPT and BDAT, written together, and its four answers are read in their turn. A mail that was written and
has no answer may have been taken; 421 ends the session, and says that what came after was not looked at. One mail alone is written
so only where Sent tells what left: elsewhere the four steps, which leave less in doubt, are worth their round trips.
"""

from __future__ import annotations

import base64
import contextlib
import re
import smtplib
import socket
import time
from collections import deque
from collections.abc import Iterator, Sequence
from functools import partial

from connectors.gmail.account import Account, connection_error
from connectors.gmail.deadline import deadline
from core.compose import Mail
from core.errors import Ambiguous, PortError, Rejected, Transient, Unauthorized
from core.nodes import still_held

#: A session is not used again after so many seconds or mails (servers close idle ones, and bound the mails of one), and is
#: tried with a NOOP before it is used after a short rest.
IDLE, MAILS, REST = 30.0, 100, 2.0
#: Mails, and bytes of them, that are on their way in one session at once.
AHEAD, AHEAD_BYTES = 32, 256 * 1024
#: Bytes a second that an upload must reach.
SLOWEST = 32 * 1024

_WAIT = re.compile(r"(?:in|after|wait|for)\s+(\d{1,5})\s*(s|m|h)", re.IGNORECASE)
_QUOTA = re.compile(r"5\.4\.5|sending (?:limit|quota)|rate limit|too many|quota exceeded", re.IGNORECASE)


class SmtpSession:
    """A session that is opened when needed and kept for a while. For one thread at a time.

    ``findable``: what may have left can be looked up.
    """

    def __init__(self, account: Account, *, findable: bool = False) -> None:
        self._account, self._findable = account, findable
        self._smtp: smtplib.SMTP | None = None
        self._used = 0.0
        self._mails = 0

    def open(self) -> None:
        """Have a session: the one that is open, if it still answers, else a new one. Raises Transient or Unauthorized."""
        smtp = self._smtp
        rested = time.monotonic() - self._used
        if smtp is not None and self._mails < MAILS and rested < IDLE:
            if rested < REST:
                return
            with contextlib.suppress(OSError, smtplib.SMTPException):
                if smtp.noop()[0] == 250:
                    return
        self._disconnect()
        self._connect()

    def send(self, mail: Mail) -> None:
        """Hand one mail over. Raises any of the four errors; after one the session is fit for the next mail, or closed."""
        smtp = self._smtp
        if smtp is None:
            raise Transient(f"{self._account.host} : la session est fermée ; elle se rouvre au prochain essai")
        with self._deadline(smtp, self._account.timeout * 2 + len(mail.content) / SLOWEST) as progress:
            self._transfer(smtp, mail, progress)
        self._used = time.monotonic()
        self._mails += 1

    def send_all(self, mails: Sequence[Mail]) -> list[PortError | None]:
        """Hand mails over, opening sessions as needed; None for each that was taken, in order.

        Raises Transient or Unauthorized when no session can be had for the first of them, or nothing may be sent any more.
        """
        outcomes: list[PortError | None] = []
        while len(outcomes) < len(mails):
            try:
                self.open()
                still_held()
            except PortError as error:
                if not outcomes:
                    raise
                # What was sent stays sent; the rest was not tried.
                return outcomes + [error] * (len(mails) - len(outcomes))
            left = mails[len(outcomes) :][: max(1, MAILS - self._mails)]
            outcomes += self._ahead(left) if self._may_chunk(left) else [self._one(left[0])]
        return outcomes

    def _one(self, mail: Mail) -> PortError | None:
        try:
            self.send(mail)
        except PortError as error:
            return error
        return None

    def _may_chunk(self, mails: Sequence[Mail]) -> bool:
        smtp = self._smtp
        return (
            smtp is not None
            and len(mails) > (0 if self._findable else 1)
            and smtp.has_extn("pipelining")
            and smtp.has_extn("chunking")
            and not any(mail.utf8 for mail in mails)
        )

    def _ahead(self, mails: Sequence[Mail]) -> list[PortError | None]:
        """Several mails on their way at once. One outcome a mail as far as the session reached: after it breaks, the rest is left."""
        smtp = self._smtp
        assert smtp is not None
        assert smtp.sock is not None
        outcomes: list[PortError | None] = []
        flying: deque[Mail] = deque()
        written, weight, last = 0, 0, len(mails)
        seconds = self._account.timeout * 2 + sum(len(m.content) for m in mails) / SLOWEST
        timer = deadline(seconds, partial(_cut, smtp.sock))
        try:
            while len(outcomes) < last:
                burst: list[bytes] = []
                if written and written < last and not _may_go_on():
                    last = written  # what is on its way is still heard of
                while written < last and (
                    not flying or (len(flying) < AHEAD and weight + len(mails[written].content) <= AHEAD_BYTES)
                ):
                    mail = mails[written]
                    burst.append(_chunked(mail, sized=smtp.has_extn("size")))
                    flying.append(mail)
                    weight += len(mail.content)
                    written += 1
                if burst:
                    smtp.sock.sendall(b"".join(burst))
                error = self._judged(flying[0], smtp)
                weight -= len(flying.popleft().content)
                outcomes.append(error)
                self._used = time.monotonic()
                self._mails += 1
                if self._smtp is None:
                    # It said that it ends the session: nothing that came after was looked at.
                    return outcomes
        except (OSError, smtplib.SMTPException):
            self._disconnect()
            lost = Ambiguous(f"{self._account.host} n'a pas dit s'il a pris le message ; il est peut-être parti")
            return outcomes + [lost] * len(flying)
        finally:
            timer.cancel()
        return outcomes

    def _judged(self, mail: Mail, smtp: smtplib.SMTP) -> PortError | None:
        """What the answers to RSET, MAIL, RCPT and BDAT make of a mail; the last of them alone says that it was taken."""
        host, refusal = self._account.host, None
        steps = (
            ((250,), "la remise à zéro"),
            ((250,), "l'expéditeur"),
            ((250, 251), f"le destinataire {mail.to}"),
            ((250,), "le message"),
        )
        for good, what in steps:
            code, text = smtp.getreply()
            if code not in good:
                refusal = refusal or _meaning(code, text, f"{host} refuse {what} : {_text(code, text)}")
                if code == 421:
                    self._disconnect()
                    return refusal
        return refusal if code != 250 else None

    def close(self) -> None:
        """End the session politely."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                if smtp.sock is not None:
                    smtp.sock.settimeout(2.0)
                smtp.quit()
            smtp.close()

    # ------------------------------------------------------------------ one mail

    def _transfer(self, smtp: smtplib.SMTP, mail: Mail, progress: list[str]) -> None:
        """RFC 5321, section 3.3, step by step, so that we know how far it went."""
        options = [f"SIZE={len(mail.content)}"] if smtp.has_extn("size") else []
        if mail.utf8:
            if not smtp.has_extn("smtputf8"):
                raise Rejected(
                    f"{self._account.host} ne sait pas écrire à une adresse accentuée ({mail.to}) : demandez-en une autre"
                )
            options.append("SMTPUTF8")
            smtp.command_encoding = "utf-8"
        else:
            smtp.command_encoding = "ascii"
        self._expect(smtp, smtp.mail(mail.sender, options), 250, "l'expéditeur")
        self._expect(smtp, smtp.rcpt(mail.to), (250, 251), f"le destinataire {mail.to}")
        self._expect(smtp, smtp.docmd("DATA"), 354, "le message")
        body = re.sub(rb"(?m)^\.", b"..", mail.content)
        smtp.send(body if body.endswith(b"\r\n") else body + b"\r\n")
        progress.append("dot")
        smtp.send(b".\r\n")
        answer = smtp.getreply()
        progress.clear()
        self._expect(smtp, answer, 250, "le message")

    def _expect(self, smtp: smtplib.SMTP, answer: tuple[int, bytes], wanted: int | tuple[int, ...], what: str) -> None:
        """Nothing when the server agreed. Raises what its refusal means, and leaves the session fit for the next mail."""
        code, text = answer
        if code in (wanted if isinstance(wanted, tuple) else (wanted,)):
            return
        if code == 421 or code < 200:
            self._disconnect()
        else:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                smtp.rset()
        said = f"{self._account.host} refuse {what} : {_text(code, text)}"
        raise _meaning(code, text, said)

    @contextlib.contextmanager
    def _deadline(self, smtp: smtplib.SMTP, seconds: float) -> Iterator[list[str]]:
        """Cut the connection after that long, and tell by how far it went what a cut connection means."""
        progress: list[str] = []
        timer = deadline(seconds, partial(_cut, smtp.sock))
        try:
            yield progress
        except (OSError, smtplib.SMTPException) as error:
            self._disconnect()
            if progress:
                raise Ambiguous(f"{self._account.host} n'a pas dit s'il a pris le message ; il est peut-être parti") from None
            raise connection_error(self._account, error, "l'envoi d'un message") from None
        finally:
            timer.cancel()

    # ------------------------------------------------------------------ opening

    def _connect(self) -> None:
        account = self._account
        kind = account.security
        # Our own name is given because smtplib would ask the DNS for it.
        name = account.email.rpartition("@")[2] or "localhost"
        smtp: smtplib.SMTP
        try:
            if kind == "ssl":
                smtp = smtplib.SMTP_SSL(
                    account.host, account.port, name, timeout=account.connect_timeout, context=account.tls()
                )
            else:
                smtp = smtplib.SMTP(account.host, account.port, name, timeout=account.connect_timeout)
        except smtplib.SMTPConnectError as error:
            raise Transient(
                f"{account.host} ne prend pas de message pour l'instant : {_text(error.smtp_code, error.smtp_error)}"
            ) from None
        except (OSError, smtplib.SMTPException) as error:
            raise connection_error(account, error, "la connexion") from None
        timer = deadline(account.timeout, partial(_cut, smtp.sock))
        try:
            if kind == "starttls":
                code, text = smtp.starttls(context=account.tls())
                if code != 220:
                    raise Transient(
                        f"{account.host} ne chiffre pas la connexion ({_text(code, text)}) : vérifiez SMTP_SECURITY"
                    )
            smtp.ehlo_or_helo_if_needed()
            self._log_in(smtp)
        except PortError:
            smtp.close()
            raise
        except smtplib.SMTPNotSupportedError:
            smtp.close()
            raise Transient(
                f"{account.host} ne propose pas STARTTLS sur le port {account.port} : mettez SMTP_SECURITY=ssl"
            ) from None
        except (OSError, smtplib.SMTPException) as error:
            smtp.close()
            raise connection_error(account, error, "l'identification") from None
        finally:
            timer.cancel()
        if smtp.sock is not None:
            smtp.sock.settimeout(account.timeout)
            # Else the final dot waits for the text's acknowledgement, which servers put off by 40 ms.
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._smtp, self._used, self._mails = smtp, time.monotonic(), 0

    def _log_in(self, smtp: smtplib.SMTP) -> None:
        """AUTH with a token, or PLAIN, or LOGIN. (smtplib's own login cannot send a password beyond ASCII.)"""
        account = self._account
        offered = smtp.esmtp_features.get("auth", "").upper().split()
        if not offered or not (account.password or account.token):
            # A relay that knows us by where we are; one that wants a login says so at the first mail (530).
            return
        if account.token is not None:
            code, text = self._with_token(smtp, account.token())
            if code in (334, 535):
                code, text = self._with_token(smtp, account.token(renew=True))
        elif "PLAIN" in offered:
            code, text = smtp.docmd("AUTH", "PLAIN " + _base64(f"\0{account.login}\0{account.password}"))
        else:
            code, text = smtp.docmd("AUTH", "LOGIN " + _base64(account.login))
            if code == 334:
                code, text = smtp.docmd(_base64(account.password))
        if code not in (235, 503):
            raise _meaning(
                code, text, f"{account.host} refuse l'identification de {account.login} : {_text(code, text)}", login=True
            )

    def _with_token(self, smtp: smtplib.SMTP, token: str) -> tuple[int, bytes]:
        code, text = smtp.docmd("AUTH", "XOAUTH2 " + _base64(f"user={self._account.login}\x01auth=Bearer {token}\x01\x01"))
        # The reason comes as a challenge, which wants an empty answer.
        return smtp.docmd("") if code == 334 else (code, text)

    def _disconnect(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()


def _may_go_on() -> bool:
    """Whether this thread may still send."""
    try:
        still_held()
    except PortError:
        return False
    return True


def _chunked(mail: Mail, *, sized: bool) -> bytes:
    """One mail as it is written ahead."""
    size = f" SIZE={len(mail.content)}" if sized else ""
    head = f"RSET\r\nMAIL FROM:<{mail.sender}>{size}\r\nRCPT TO:<{mail.to}>\r\nBDAT {len(mail.content)} LAST\r\n"
    return head.encode("ascii") + mail.content


def _meaning(code: int, text: bytes, said: str, *, login: bool = False) -> PortError:
    """The error a refusal stands for: 4xx later, 5xx never; but a spent quota is about today, and 530-538 about us."""
    words = text.decode("utf-8", "replace")
    if 400 <= code < 500 or code < 200:
        return Transient(said, _after(words))
    if code in (530, 534, 535, 538) or login:
        return Unauthorized(
            f"{said} ; vérifiez SMTP_USER et SMTP_PASSWORD (à défaut GMAIL_EMAIL et GMAIL_APP_PASSWORD) ; "
            "Gmail veut un mot de passe d'application"
        )
    if _QUOTA.search(words):
        return Transient(said, _after(words) or 3600.0)
    return Rejected(said)


def _after(words: str) -> float | None:
    """How long a refusal says to wait, in seconds, at most a day."""
    match = _WAIT.search(words)
    if match is None:
        return None
    return min(86400.0, float(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2].lower()])


def _text(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {' '.join(words.split())}"[:200]


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")


def _cut(sock: socket.socket | None) -> None:
    if sock is not None:
        with contextlib.suppress(OSError):
            socket.socket.shutdown(sock, socket.SHUT_RDWR)
