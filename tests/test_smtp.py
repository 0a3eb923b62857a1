"""Mail sent to a real SMTP server that has bad days, and looked up in a real Sent folder."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from dovecot import SENT, Mailbox
from effects_help import MemorySpool, letter, message_id
from smtp_server import PASSWORD, MailServer, mail_server

from connectors.gmail.account import RefreshTokenProvider
from connectors.gmail.outbox import SmtpOutlet
from connectors.gmail.sent import keeping
from core.effects import Effect, Receipt
from core.errors import Ambiguous, Rejected, Transient, Unauthorized

pytest_plugins = ("servers",)

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def outlet(server: MailServer, **changed: object) -> SmtpOutlet:
    account = changed.pop("account", None) or server.account()
    values: dict[str, object] = {"message_id": message_id, "spool": MemorySpool(), "sender_name": "Studio Figurative"}
    return SmtpOutlet(account, clock=lambda: NOW, **(values | changed))  # type: ignore[arg-type]


def sole(outcomes: list[object]) -> object:
    assert len(outcomes) == 1
    return outcomes[0]


def test_a_mail_arrives_in_its_thread(smtp: MailServer) -> None:
    spool = MemorySpool()
    sha = spool.put(b"%PDF-1.4 ...")
    effect = letter(
        "c/1/0",
        subject="Votre devis : 2 crédits",
        text="Bonjour Zoé,\n\nVotre devis : 2 crédits.\n.\n..\nhttps://example.org/a?b=1&c=2.",
        in_reply_to="<q1@example.com>",
        references=("<q0@example.com>", "<q1@example.com>"),
        attachments=(f"{sha}/devis été.pdf",),
    )
    out = outlet(smtp, spool=spool, reply_to="reponses@example.org")
    assert out.deliver([effect]) == [Receipt(message_id(effect))]
    out.close()
    mail = smtp.mails[0]
    assert mail["Message-ID"] == message_id(effect)
    assert mail["In-Reply-To"] == "<q1@example.com>"
    assert mail["References"].split() == ["<q0@example.com>", "<q1@example.com>"]
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["X-Guichet-Ref"] == "G-1"
    assert mail["Content-Language"] == "fr"
    assert mail["From"].addresses[0].display_name == "Studio Figurative"
    assert mail["Reply-To"] == "reponses@example.org"
    assert mail["Date"].datetime == NOW
    text = mail.get_body(("plain",))
    page = mail.get_body(("html",))
    assert text is not None
    assert page is not None
    assert "2 crédits.\n.\n..\nhttps" in text.get_content().replace("\r\n", "\n")
    assert '<a href="https://example.org/a?b=1&amp;c=2">' in page.get_content()
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "devis été.pdf"
    assert attached.get_content_type() == "application/pdf"
    assert attached.get_content() == b"%PDF-1.4 ..."


@pytest.mark.parametrize("security", ["ssl", "starttls"])
def test_tls_is_used_and_checked(security: str) -> None:
    with mail_server(security) as server:
        good = outlet(server)
        assert sole(good.deliver([letter("c/1/0")])) == Receipt(message_id(letter("c/1/0")))
        good.close()
        with pytest.raises(Transient, match="certificat refusé"):
            outlet(server, account=server.account(ca_file="")).deliver([letter("c/1/1")])
        assert len(server.mails) == 1


def test_no_starttls_is_said_and_nothing_is_sent_in_clear(smtp: MailServer) -> None:
    with pytest.raises(Transient, match=r"ne propose pas STARTTLS .*SMTP_SECURITY=ssl"):
        outlet(smtp, account=smtp.account(security="starttls")).deliver([letter("c/1/0")])
    assert smtp.mails == []


def test_a_few_sessions_serve_many_mails(smtp: MailServer) -> None:
    out = outlet(smtp)
    assert all(isinstance(o, Receipt) for o in out.deliver([letter(f"c/1/{n}") for n in range(10)]))
    assert all(isinstance(o, Receipt) for o in out.deliver([letter(f"c/2/{n}") for n in range(10)]))
    out.close()
    assert smtp.sessions == 2
    assert len(smtp.mails) == 20


def test_a_session_that_the_server_ended_is_replaced(smtp: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.gmail.smtp.REST", 0.0)
    out = outlet(smtp)
    out.deliver([letter("c/1/0")])
    smtp.loop.call_soon_threadsafe(smtp.smtpd.transport.close)
    assert isinstance(sole(out.deliver([letter("c/1/1")])), Receipt)
    out.close()
    assert smtp.sessions == 2


def test_row_15_no_answer_after_the_dot_is_ambiguous_and_sent_is_asked_first(smtp: MailServer, mailbox: Mailbox) -> None:
    """FAILURES row 15: SMTP accepts, the connection ends, the job retries: 25 copies. Here: looked up before a second try."""
    effect, lost = letter("c/1/0"), letter("c/1/1")
    out = outlet(smtp, imap=mailbox.account(), sent="server")
    assert out.findable
    smtp.day.drop_after = 1
    assert isinstance(sole(out.deliver([effect])), Ambiguous)
    # The server had taken it, and files it as Gmail does.
    mailbox.append(smtp.raw[0], folder=SENT)
    assert out.find([effect, lost]) == [Receipt(message_id(effect), found=True), None]
    smtp.day.drop_before = 1
    assert isinstance(sole(out.deliver([lost])), Transient)
    assert out.find([lost]) == [None]
    assert isinstance(sole(out.deliver([lost])), Receipt)
    out.close()
    assert [m["Message-ID"] for m in smtp.mails] == [message_id(effect), message_id(lost)]


def test_row_15_a_server_that_thinks_too_long_is_ambiguous(smtp: MailServer) -> None:
    smtp.day.slow = 3.0
    out = outlet(smtp, account=smtp.account(timeout=0.5))
    assert isinstance(sole(out.deliver([letter("c/1/0")])), Ambiguous)
    assert out.lag >= 0.5
    assert not out.findable


def test_row_15_the_rest_of_the_batch_goes_on_after_an_ambiguous(smtp: MailServer) -> None:
    smtp.day.drop_after = 1
    out = outlet(smtp)
    outcomes = out.deliver([letter(f"c/1/{n}") for n in range(3)])
    out.close()
    assert [type(o) for o in outcomes] == [Ambiguous, Receipt, Receipt]
    assert len(smtp.mails) == 3


@pytest.mark.parametrize(
    ("stage", "reply", "expected"),
    [
        ("MAIL", "451 4.3.0 try again", Transient),
        ("MAIL", "550 5.4.5 Daily user sending limit exceeded.", Transient),
        ("MAIL", "530 5.7.0 Authentication Required.", Unauthorized),
        ("RCPT", "450 4.2.0 greylisted, retry in 5 minutes", Transient),
        ("RCPT", "550 5.1.1 no such user", Rejected),
        ("DATA", "452 4.3.1 out of space", Transient),
        ("DATA", "554 5.7.1 no", Rejected),
        ("END", "421 4.7.0 closing", Transient),
        ("END", "451 4.7.1 later", Transient),
        ("END", "552 5.7.0 blocked: dangerous attachment", Rejected),
    ],
)
def test_refusals_are_told_apart_and_the_next_mail_goes_on(smtp: MailServer, stage: str, reply: str, expected: type) -> None:
    smtp.day.replies = {stage: [reply]}
    out = outlet(smtp)
    first, second = out.deliver([letter("c/1/0"), letter("c/1/1")])
    out.close()
    assert type(first) is expected, first
    assert reply.split()[0] in str(first)
    assert isinstance(second, Receipt)
    assert [m["Message-ID"] for m in smtp.mails] == [message_id(letter("c/1/1"))]


def test_the_wait_that_a_server_asks_for_is_kept(smtp: MailServer) -> None:
    smtp.day.replies = {"RCPT": ["450 4.2.0 greylisted, retry in 5 minutes"], "MAIL": ["", "550 5.4.5 sending limit"]}
    first, second = outlet(smtp).deliver([letter("c/1/0"), letter("c/1/1")])
    assert isinstance(first, Transient)
    assert first.after == 300
    assert isinstance(second, Transient)
    assert second.after == 3600


def test_a_wrong_password_is_unauthorized_and_says_what_to_do(smtp: MailServer) -> None:
    out = outlet(smtp, account=smtp.account(password="wrong"))
    with pytest.raises(Unauthorized, match="mot de passe d'application") as caught:
        out.deliver([letter("c/1/0")])
    assert "wrong" not in str(caught.value)
    assert out.check().ok is False
    assert outlet(smtp).check().ok is True
    assert smtp.mails == []


def test_row_13_a_passing_login_refusal_is_transient(smtp: MailServer) -> None:
    smtp.day.replies = {"AUTH": ["454 4.7.0 Too many login attempts, please try again later."]}
    with pytest.raises(Transient):
        outlet(smtp).deliver([letter("c/1/0")])


def test_nobody_listens(smtp: MailServer) -> None:
    account = smtp.account(port=1)
    with pytest.raises(Transient, match="connexion refusée"):
        outlet(smtp, account=account).deliver([letter("c/1/0")])


@pytest.mark.parametrize(
    "to", ["", "personne", "a b@example.com", "a@b@c", "x@example.com\r\nRCPT TO:<y@example.com>", "é@example.com\n"]
)
def test_addresses_that_are_none_are_rejected_without_the_server(smtp: MailServer, to: str) -> None:
    first, second = outlet(smtp).deliver([letter("c/1/0", to=to), letter("c/1/1")])
    if to == "é@example.com\n":
        # Letters beyond ASCII are fine where the server takes them.
        assert isinstance(first, Receipt)
        return
    assert isinstance(first, Rejected)
    assert isinstance(second, Receipt)


def test_what_mail_cannot_do_is_rejected(smtp: MailServer) -> None:
    effect = letter("c/1/0")
    outcome = sole(outlet(smtp).deliver([dataclasses.replace(effect, payload=letter("c", attachments=("0" * 64,)).payload)]))
    assert isinstance(outcome, Rejected)


# ------------------------------------------------------------------ Sent


def test_a_copy_is_kept_where_the_server_keeps_none(smtp: MailServer, mailbox: Mailbox) -> None:
    out = outlet(smtp, imap=mailbox.account(), sent="append")
    assert not out.findable, "no copy would not mean that it was not sent"
    out.deliver([letter("c/1/0"), letter("c/1/1")])
    out.close()
    with mailbox.client(SENT) as client:
        assert len(client.search()) == 2
        assert all(b"\\Seen" in flags for flags in client.get_flags(client.search()).values())


def test_a_mail_is_sent_though_its_copy_cannot_be_kept(smtp: MailServer, mailbox: Mailbox) -> None:
    out = outlet(smtp, imap=mailbox.account(password="wrong"), sent="append")
    assert isinstance(sole(out.deliver([letter("c/1/0")])), Receipt)


def test_nothing_refused_is_ever_kept(smtp: MailServer, mailbox: Mailbox) -> None:
    smtp.day.replies = {"END": ["554 no"]}
    out = outlet(smtp, imap=mailbox.account(), sent="append")
    smtp.day.drop_after = 0
    assert isinstance(sole(out.deliver([letter("c/1/0")])), Rejected)
    with mailbox.client(SENT) as client:
        assert client.search() == []


def test_what_auto_means() -> None:
    assert keeping("auto", "smtp.gmail.com", True) == "server"
    assert keeping("auto", "mail.example.org", True) == "append"
    assert keeping("server", "mail.example.org", True) == "server"
    assert keeping("server", "smtp.gmail.com", False) == "none"


# ------------------------------------------------------------------ tokens


class _Tokens(BaseHTTPRequestHandler):
    answers: list[tuple[int, object]]
    asked: int = 0

    def do_POST(self) -> None:
        type(self).asked += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        status, body = self.answers.pop(0)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def tokens() -> Iterator[tuple[type[_Tokens], str]]:
    handler = type("Handler", (_Tokens,), {"answers": [], "asked": 0})
    server = HTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield handler, f"http://127.0.0.1:{server.server_port}/token"
    server.shutdown()
    server.server_close()


def provider(url: str, **changed: object) -> RefreshTokenProvider:
    return RefreshTokenProvider("client", "secret", "refresh", url, **changed)  # type: ignore[arg-type]


def test_a_token_is_asked_for_once_and_renewed_before_it_ends(tokens: tuple[type[_Tokens], str]) -> None:
    handler, url = tokens
    now = [0.0]
    handler.answers = [(200, {"access_token": "one", "expires_in": 3600}), (200, {"access_token": "two", "expires_in": 3600})]
    token = provider(url, monotonic=lambda: now[0])
    assert [token(), token()] == ["one", "one"]
    now[0] = 3541.0
    assert token() == "two"
    assert handler.asked == 2


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ((400, {"error": "invalid_grant"}), Unauthorized),
        ((401, {"error": "invalid_client"}), Unauthorized),
        ((503, {}), Transient),
        ((429, {"error": "rate_limited"}), Transient),
        ((200, {"nothing": 1}), Transient),
    ],
)
def test_row_13_a_dead_grant_is_told_from_a_bad_moment(
    tokens: tuple[type[_Tokens], str], answer: tuple[int, object], expected: type
) -> None:
    handler, url = tokens
    handler.answers = [answer]
    with pytest.raises(expected) as caught:
        provider(url)()
    assert "refresh" not in str(caught.value) or expected is Unauthorized
    assert "secret" not in str(caught.value)


def test_xoauth2_renews_a_token_that_was_revoked(smtp: MailServer, tokens: tuple[type[_Tokens], str]) -> None:
    handler, url = tokens
    handler.answers = [(200, {"access_token": "old"}), (200, {"access_token": "new"})]
    smtp.day.tokens = {"new"}
    out = outlet(smtp, account=smtp.account(password="", token=provider(url)))
    assert isinstance(sole(out.deliver([letter("c/1/0")])), Receipt)
    out.close()
    smtp.day.tokens = set()
    handler.answers = [(200, {"access_token": "other"})]
    with pytest.raises(Unauthorized):
        out.deliver([letter("c/1/1")])
    assert PASSWORD not in str(smtp.raw)


def test_every_mail_is_ascii_with_short_lines_and_crlf(smtp: MailServer) -> None:
    effect: Effect = letter("c/1/0", text="é" * 5000 + "\nligne\r\nligne\rligne", subject="é" * 400, to_name="Zoé " * 30)
    outlet(smtp).deliver([effect])
    raw = smtp.raw[0]
    assert raw.isascii()
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert message_from_bytes(raw, policy=policy.default)["Subject"].startswith("é" * 300)
