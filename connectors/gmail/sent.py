"""The Sent mailbox: proof that a mail left, on servers where it is one.

What is promised, by the setting ``sent``:

"server"  The server files a copy of what it accepts by SMTP, itself, before or right after it answers. Gmail does, and some
          others. A mail that is not in Sent after the lag did not leave: ``find`` is certain, an unanswered mail is looked up
          and sent again when it is not there.
"append"  The server files nothing, so we put a copy there *after* it accepted the mail. A copy in Sent means that the mail
          left; but between the acceptance and the copy we may have died, so no copy means nothing. ``find`` is not certain: an
          unanswered mail is parked for a person rather than sent twice. (A copy put there *before* would be worse: it would
          testify to mails that never left.)
"none"    Nothing is kept and nothing is looked up. As uncertain as "append".
"auto"    "server" on Gmail's own hosts, "append" elsewhere when there is IMAP.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from imapclient.imapclient import SENT

from connectors.gmail.account import Account
from connectors.gmail.session import Refusal, Session
from core.errors import PortError, Transient

log = logging.getLogger(__name__)

Keeping = Literal["auto", "server", "append", "none"]

_GMAIL = ("smtp.gmail.com", "smtp.googlemail.com")


def keeping(sent: Keeping, smtp_host: str, has_imap: bool) -> Literal["server", "append", "none"]:
    """What "auto" comes to."""
    if not has_imap:
        return "none"
    if sent != "auto":
        return sent
    return "server" if smtp_host.lower() in _GMAIL else "append"


class SentMailbox:
    """The Sent folder of an account, found by its special use (RFC 6154) or named. Connects for each use, which is rare."""

    def __init__(self, account: Account, folder: str = "") -> None:
        self._session = Session(account)
        self._folder = folder

    def find(self, message_ids: Sequence[str]) -> list[bool]:
        """Which of them are there. Raises Transient or Unauthorized."""
        try:
            self._session.open()
            self._session.select(self._name())
            return [self._holds(message_id) for message_id in message_ids]
        except Refusal as error:
            raise error.transient("la recherche dans les messages envoyés") from None
        finally:
            self._session.leave()

    def keep(self, content: bytes, at: datetime) -> bool:
        """Put a copy there; False when that fails: the mail is sent all the same."""
        try:
            self._session.open()
            client = self._session.client
            with self._session.command("la copie d'un message envoyé", len(content)):
                assert client is not None
                client.append(self._name(), content, flags=["\\Seen"], msg_time=at)
        except (PortError, Refusal) as error:
            log.warning("a sent mail has no copy in the Sent folder: %s", error)
            self._session.close()
            return False
        return True

    def close(self) -> None:
        """Give the connection back."""
        self._session.leave()

    def _holds(self, message_id: str) -> bool:
        client = self._session.client
        gmail = self._session.has("X-GM-EXT-1")
        bare = message_id.strip("<>")
        with self._session.command("la recherche dans les messages envoyés"):
            assert client is not None
            return bool(
                client.gmail_search(f"rfc822msgid:{bare}") if gmail else client.search(["HEADER", "Message-ID", message_id])
            )

    def _name(self) -> str:
        if not self._folder:
            client = self._session.client
            with self._session.command("la recherche du dossier des messages envoyés"):
                assert client is not None
                found = client.find_special_folder(SENT)
            if not found:
                raise Transient("la boîte n'annonce pas de dossier des messages envoyés : indiquez-le dans IMAP_SENT_FOLDER")
            self._folder = str(found)
        return self._folder
