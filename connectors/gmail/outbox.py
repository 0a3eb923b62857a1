"""Mail as an outlet: composed, handed over by SMTP, looked up in Sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from connectors.gmail.account import Account
from connectors.gmail.sent import Keeping, SentMailbox, keeping
from connectors.gmail.smtp import SmtpSession
from core.compose import CannotCompose, Mail, Piece, compose
from core.effects import Effect, Receipt, SendMessage, System
from core.errors import PortError, Rejected, Transient
from core.message import Address
from core.nodes import carried
from core.ports import Health, Spool

#: Mails for which another session is worth its opening.
PER_SESSION = 8


class SmtpOutlet:
    """Sends ``message.send`` from one account. For one thread at a time.

    ``message_id`` gives an effect's Message-ID, the same each time. ``imap`` is the same account's IMAP server, where Sent is;
    see ``sent`` for what ``sent`` promises.
    At most ``sessions`` are open at once. Attachments are named ``<sha256>`` or ``<sha256>/<file name>``.
    """

    system: System = "mail"

    def __init__(
        self,
        account: Account,
        *,
        message_id: Callable[[Effect], str],
        spool: Spool,
        sender_name: str = "",
        reply_to: str = "",
        imap: Account | None = None,
        sent: Keeping = "auto",
        sent_folder: str = "",
        sessions: int = 4,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._account = account
        self._message_id = message_id
        self._spool = spool
        self._sender = Address(account.email, sender_name)
        self._reply_to = reply_to
        self._keeping = keeping(sent, account.host, imap is not None)
        self._sent = SentMailbox(imap, sent_folder) if imap is not None and self._keeping != "none" else None
        self._clock = clock
        self.findable = self._keeping == "server"
        self._sessions = [SmtpSession(account, findable=self.findable) for _ in range(max(1, sessions))]
        #: Where nothing can be looked up, what is on its way at a kill falls to a person: so fewer are.
        self.batch = 100 if self.findable else 20
        #: The server may still be at work when we have given up waiting, and files the copy after that.
        self.lag = account.timeout + 60.0

    def deliver(self, effects: Sequence[Effect]) -> list[Receipt | PortError]:
        """Send them. Raises Transient or Unauthorized when no session can be had and nothing went out."""
        outcomes: list[Receipt | PortError] = []
        mails: dict[int, Mail] = {}
        for number, effect in enumerate(effects):
            try:
                mails[number] = self._compose(effect)
            except PortError as error:
                outcomes.append(error)
            else:
                outcomes.append(Receipt(mails[number].message_id))
        try:
            for number, refusal in self._send(mails).items():
                if refusal is not None:
                    outcomes[number] = refusal
                elif self._sent is not None and self._keeping == "append":
                    self._sent.keep(mails[number].content, self._clock())
        finally:
            if self._sent is not None:
                self._sent.close()
        return outcomes

    def _send(self, mails: Mapping[int, Mail]) -> dict[int, PortError | None]:
        """Hand them over, spread over the sessions. Raises Transient or Unauthorized when none can be had and nothing went out."""
        numbers = list(mails)
        used = min(len(self._sessions), -(-len(numbers) // PER_SESSION))
        shares = [numbers[first::used] for first in range(used)]

        def send(one: tuple[SmtpSession, Sequence[int]]) -> list[PortError | None] | PortError:
            session, share = one
            try:
                return session.send_all([mails[n] for n in share])
            except PortError as error:
                return error

        if len(shares) < 2:
            told = [send((self._sessions[0], share)) for share in shares]
        else:
            with ThreadPoolExecutor(used, "smtp") as threads:
                told = list(threads.map(carried(send), zip(self._sessions, shares, strict=False)))
        refused = [answer for answer in told if isinstance(answer, PortError)]
        if refused and len(refused) == len(told):
            raise refused[0]
        outcomes: dict[int, PortError | None] = {}
        for share, answer in zip(shares, told, strict=True):
            outcomes |= dict.fromkeys(share, answer) if isinstance(answer, PortError) else dict(zip(share, answer, strict=True))
        return outcomes

    def find(self, effects: Sequence[Effect]) -> list[Receipt | None]:
        """Look in Sent. Only "server" makes a None certain (``findable``). Raises Transient or Unauthorized."""
        if self._sent is None:
            return [None] * len(effects)
        ids = [self._message_id(effect) for effect in effects]
        return [Receipt(i, found=True) if there else None for i, there in zip(ids, self._sent.find(ids), strict=True)]

    def check(self) -> Health:
        """Log in and out again."""
        try:
            self.close()
            self._sessions[0].open()
        except PortError as error:
            return Health(False, str(error))
        finally:
            self.close()
        return Health(True, f"{self._account.host} accepte les messages de {self._account.email}")

    def close(self) -> None:
        """End the sessions politely."""
        for session in self._sessions:
            session.close()

    def _compose(self, effect: Effect) -> Mail:
        payload = effect.payload
        if not isinstance(payload, SendMessage):
            raise Rejected(f"la messagerie ne sait pas faire « {effect.kind} »")
        try:
            return compose(
                payload,
                sender=self._sender,
                message_id=self._message_id(effect),
                date=self._clock(),
                reply_to=self._reply_to,
                pieces=[self._piece(name) for name in payload.attachments],
            )
        except CannotCompose as error:
            raise Rejected(str(error)) from None

    def _piece(self, name: str) -> Piece:
        sha256, _, file_name = name.partition("/")
        try:
            return Piece(file_name, self._spool.get(sha256))
        except KeyError:
            raise Rejected(
                f"la pièce jointe {file_name or sha256[:12]} n'est plus conservée ici : le message n'est pas parti, "
                "envoyez-le vous-même"
            ) from None
        except OSError as error:
            raise Transient(
                f"la pièce jointe {file_name or sha256[:12]} ne peut pas être lue ({error.strerror or error}) : "
                "vérifiez le disque et les droits"
            ) from None
