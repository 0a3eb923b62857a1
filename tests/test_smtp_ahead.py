"""Mails written ahead (PIPELINING and CHUNKING), against a server that can refuse, end the session or vanish at any of them."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from connectors.gmail.account import Account
from connectors.gmail.smtp import AHEAD, MAILS, SmtpSession
from core.compose import Mail
from core.errors import Ambiguous, Rejected, Transient


@dataclass
class Server:
    """Takes mails one after the other. ``refuse`` and ``end`` name recipients; ``vanish`` cuts after taking that one, unanswered."""

    port: int = 0
    refuse: str = ""
    end: str = ""
    vanish: str = ""
    think: float = 0.0
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    sessions: int = 0
    verbs: list[bytes] = field(default_factory=list)
    #: Mails that it wants to have seen before it answers to any.
    wait_for: int = 0

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        self.sessions += 1
        with contextlib.suppress(OSError, ValueError), connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 there\r\n")
            to, bad, held = "", False, b""
            while line := lines.readline():
                verb = line[:4].upper().strip()
                self.verbs.append(verb)
                answer = b"250 ok\r\n"
                if verb == b"EHLO":
                    answer = b"250-there\r\n250-PIPELINING\r\n250-SIZE 1000000\r\n250 CHUNKING\r\n"
                elif verb == b"RSET":
                    to, bad = "", False
                elif verb == b"RCPT":
                    to = line.partition(b"<")[2].partition(b">")[0].decode()
                    if to == self.end:
                        self.end = ""
                        connection.sendall(b"421 4.3.2 going down\r\n")
                        return
                    bad = to == self.refuse
                    answer = b"550 5.1.1 no such user\r\n" if bad else answer
                elif verb == b"BDAT":
                    content = lines.read(int(line.split()[1]))
                    if bad:
                        answer = b"503 5.5.1 no recipient\r\n"
                    else:
                        self.taken.append((to, content))
                        if to == self.vanish:
                            self.vanish = ""
                            return
                    time.sleep(self.think)
                elif verb == b"QUIT":
                    connection.sendall(b"221 bye\r\n")
                    return
                held += answer
                if verb not in (b"BDAT", b"RSET", b"MAIL", b"RCPT") or len(self.taken) >= self.wait_for:
                    connection.sendall(held)
                    held = b""


@pytest.fixture
def server() -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made = Server(listener.getsockname()[1])
        threading.Thread(target=made.serve, args=(listener,), daemon=True).start()
        yield made
        listener.shutdown(socket.SHUT_RDWR)


def mails(number: int) -> list[Mail]:
    return [
        Mail("studio@example.org", f"c{n}@example.com", f"<{n}@example.org>", f"Subject: {n}\r\n\r\n.un point\r\n".encode())
        for n in range(number)
    ]


def session(server: Server, timeout: float = 5.0, *, findable: bool = False) -> SmtpSession:
    return SmtpSession(Account("studio@example.org", "127.0.0.1", server.port, "none", timeout=timeout), findable=findable)


def recipients(server: Server) -> list[str]:
    return [to for to, _ in server.taken]


def test_each_mail_arrives_once_whole_and_in_order(server: Server) -> None:
    given = mails(MAILS + 30)
    one = session(server)
    assert one.send_all(given) == [None] * len(given)
    one.close()
    assert server.taken == [(m.to, m.content) for m in given]
    assert server.sessions == 2


def test_several_are_on_their_way_at_once(server: Server) -> None:
    server.wait_for = AHEAD
    assert session(server, timeout=2.0).send_all(mails(AHEAD)) == [None] * AHEAD


def test_a_mail_alone_is_written_ahead_only_where_it_can_be_looked_up(server: Server) -> None:
    """Written ahead it is one round trip, and in doubt for all of it."""
    server.wait_for = 1  # no answer before the whole of it is there
    assert session(server, findable=True).send_all(mails(1)) == [None]
    assert recipients(server) == ["c0@example.com"]
    server.wait_for = 0
    session(server).send_all(mails(1))
    assert server.verbs[-4:-1] == [b"MAIL", b"RCPT", b"DATA"]


def test_a_refused_recipient_costs_only_its_own_mail(server: Server) -> None:
    server.refuse = "c1@example.com"
    outcomes = session(server).send_all(mails(4))
    assert [type(o) for o in outcomes] == [type(None), Rejected, type(None), type(None)]
    assert "no such user" in str(outcomes[1])
    assert "c1@example.com" in str(outcomes[1])
    assert recipients(server) == ["c0@example.com", "c2@example.com", "c3@example.com"]


def test_what_was_on_its_way_when_the_connection_went_may_have_been_taken(server: Server) -> None:
    """Taken and unanswered, or written behind it: each is doubtful. What was not written goes by a new session. None goes twice."""
    server.vanish = "c2@example.com"
    given = mails(AHEAD + 6)
    outcomes = session(server).send_all(given)
    kinds = [type(o) for o in outcomes]
    assert kinds[:2] == [type(None)] * 2
    assert kinds[2] is Ambiguous
    doubtful = kinds.count(Ambiguous)
    assert 1 <= doubtful <= AHEAD
    assert kinds[2 + doubtful :] == [type(None)] * (len(given) - 2 - doubtful)
    assert len(set(recipients(server))) == len(recipients(server))
    for mail, outcome in zip(given, outcomes, strict=True):
        assert outcome is not None or mail.to in recipients(server)


def test_a_server_that_ends_the_session_took_nothing_after_saying_so(server: Server) -> None:
    server.end = "c1@example.com"
    outcomes = session(server).send_all(mails(4))
    assert [type(o) for o in outcomes] == [type(None), Transient, type(None), type(None)]
    assert recipients(server) == ["c0@example.com", "c2@example.com", "c3@example.com"]
    assert server.sessions == 2


def test_a_server_that_thinks_too_long_leaves_doubt(server: Server) -> None:
    server.think = 1.5
    outcomes = session(server, timeout=0.3).send_all(mails(2))
    assert [type(o) for o in outcomes] == [Ambiguous, Ambiguous]
