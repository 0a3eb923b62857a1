"""Waiting for news: IDLE (RFC 2177) where the server has it, and a bell that any thread may ring."""

from __future__ import annotations

import contextlib
import logging
import select
import socket
import time
from collections.abc import Sequence

from imapclient import IMAPClient

from connectors.gmail.session import Refusal, Session
from core.errors import PortError

log = logging.getLogger(__name__)

#: Servers may end an IDLE after 30 minutes; networks forget quiet connections sooner.
IDLE_AT_MOST = 15 * 60.0


class Waiter:
    """Waits on a session's connection and on its own bell at once."""

    def __init__(self, session: Session, name: str) -> None:
        self._session = session
        self._name = name
        self._alarm, self._bell = socket.socketpair()
        self._alarm.setblocking(False)
        self._bell.setblocking(False)

    def wake(self) -> None:
        """Make ``wait`` return, now or when it is next called. For any thread."""
        with contextlib.suppress(OSError):
            self._bell.send(b"!")

    def wait(self, seconds: float) -> bool:
        """Wait for news with IDLE where the server has it, else for ``wake`` alone. True: poll now. Never raises."""
        until = time.monotonic() + seconds
        try:
            if self._session.selected is None or not self._session.has("IDLE"):
                return self._rung(seconds)
            while (left := until - time.monotonic()) > 0:
                if self._idle(min(left, IDLE_AT_MOST)):
                    return True
            return False
        except (PortError, Refusal) as error:
            # The connection died: a poll replaces it, or says why it cannot.
            log.info("%s: %s", self._name, error)
            self._session.close()
            return True

    def _idle(self, seconds: float) -> bool:
        """One IDLE of at most that long. Raises Transient when the connection is dead."""
        session = self._session
        client = session.client
        assert client is not None
        until = time.monotonic() + seconds
        with session.command("la mise en attente (IDLE)"):
            client.idle()
        news = _already(client)
        while not news and (left := until - time.monotonic()) > 0:
            ready = select.select([client.socket(), self._alarm], [], [], left)[0]
            if self._alarm in ready:
                self._rung(0)
                news = True
            elif ready:
                with session.command("l'attente de nouvelles"):
                    told = client.idle_check(timeout=0)
                if not told:
                    # Readable and yet nothing to read: the other side has closed, which DONE will tell for certain.
                    break
                news = _is_news(told)
        with session.command("la fin de l'attente (IDLE)"):
            _, told = client.idle_done()
        return news or _is_news(told)

    def _rung(self, seconds: float) -> bool:
        """Whether ``wake`` was called, or is within that time."""
        if not select.select([self._alarm], [], [], max(0.0, seconds))[0]:
            return False
        with contextlib.suppress(BlockingIOError):
            while self._alarm.recv(4096):
                pass
        return True


def _is_news(told: Sequence[Sequence[object]]) -> bool:
    """Whether an answer during IDLE tells of new messages. ("Still here" and changed flags do not.)"""
    return any(len(line) > 1 and line[1] in (b"EXISTS", b"RECENT") for line in told)


def _already(client: IMAPClient) -> bool:
    """Whether the server's next words came along with its answer to IDLE.

    They are in the reader's buffer then, where neither select nor idle_check sees them: a mail that arrived between the search
    and the IDLE would wait for the next one. Ending the IDLE at once reads them.
    """
    sock = client.socket()
    timeout = sock.gettimeout()
    sock.setblocking(False)
    try:
        return bool(client._imap.file.peek(1))
    except OSError:
        # An empty TLS stream says that it wants to read.
        return False
    finally:
        sock.settimeout(timeout)
