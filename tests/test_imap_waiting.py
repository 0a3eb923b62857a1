"""A real IMAP server waited for, marked, and with Gmail's extensions (rows of FAILURES in the names)."""

from __future__ import annotations

import re
import shutil
import tempfile
import threading
import time
from pathlib import Path

import pytest
from dovecot import SENT, Dovecot, Mailbox
from imap_help import MemoryLedger, Proxy, drain, mail, through

from connectors.gmail.inbox import GmailInbox
from connectors.gmail.sent import SentMailbox
from core.errors import Transient

pytest_plugins = ("servers",)


# ------------------------------------------------------------------ waiting


@pytest.mark.parametrize("security", ["none", "ssl"])
def test_idle_tells_of_new_mail_within_a_second(mailbox: Mailbox, security: str) -> None:
    port = mailbox.server.tls_port if security == "ssl" else mailbox.server.port
    inbox, ledger = GmailInbox(mailbox.account(security=security, port=port)), MemoryLedger()
    drain(inbox, ledger)
    arrived: list[float] = []

    def deliver() -> None:
        mailbox.append(mail("a"))
        arrived.append(time.monotonic())

    timer = threading.Timer(0.3, deliver)
    timer.start()
    assert inbox.wait(20)
    assert time.monotonic() - arrived[0] < 1.0
    timer.join()
    assert len(drain(inbox, ledger)) == 1, "the connection serves on after IDLE"
    inbox.close()


def test_a_connection_that_hibernates_tells_of_new_mail_and_serves_on() -> None:
    """Large servers put idle connections aside into one process (imap_hibernate_timeout) and wake them with the news."""
    root = Path(tempfile.mkdtemp(prefix="imap"))
    root.chmod(0o755)
    server = Dovecot(root, hibernates=True)
    try:
        server.start()
        mailbox = server.user()
        inbox, ledger = GmailInbox(mailbox.account()), MemoryLedger()
        drain(inbox, ledger)
        aside: list[bool] = []

        def deliver() -> None:
            until = time.monotonic() + 15
            while time.monotonic() < until and not aside:
                time.sleep(0.05)
                aside.extend([True] if "imap" not in server.processes() and "imap-hibernate" in server.processes() else [])
            mailbox.append(mail("a"))

        thread = threading.Thread(target=deliver)
        thread.start()
        assert inbox.wait(30)
        thread.join()
        assert aside, "the server never put the connection aside"
        assert len(drain(inbox, ledger)) == 1, "the connection serves on after that"
        assert not inbox.wait(0.1)
        inbox.close()
    finally:
        server.stop()
        shutil.rmtree(root, ignore_errors=True)


def test_mail_that_came_between_the_search_and_idle_is_told_at_once(mailbox: Mailbox) -> None:
    inbox, ledger = GmailInbox(mailbox.account()), MemoryLedger()
    drain(inbox, ledger)
    for n in range(5):
        mailbox.append(mail(f"m{n}"))
        start = time.monotonic()
        assert inbox.wait(10)
        assert time.monotonic() - start < 2
        assert len(drain(inbox, ledger)) == 1
    inbox.close()


def test_wake_ends_a_wait_at_once_and_is_not_lost(mailbox: Mailbox) -> None:
    inbox, ledger = GmailInbox(mailbox.account()), MemoryLedger()
    for connected in (False, True):
        if connected:
            drain(inbox, ledger)
        threading.Timer(0.2, inbox.wake).start()
        start = time.monotonic()
        assert inbox.wait(10)
        assert 0.1 < time.monotonic() - start < 0.6
        inbox.wake()
        start = time.monotonic()
        assert inbox.wait(10)
        assert time.monotonic() - start < 0.3
        assert not inbox.wait(0.1)
    inbox.close()


def test_row_01_a_connection_that_dies_while_idle_is_noticed(proxy: Proxy, mailbox: Mailbox) -> None:
    """A closed socket makes imapclient's idle_check answer [] at once, for ever."""
    inbox, ledger = through(proxy, mailbox), MemoryLedger()
    drain(inbox, ledger)
    threading.Timer(0.2, proxy.cut).start()
    start = time.monotonic()
    assert inbox.wait(10), "poll, which reconnects"
    assert time.monotonic() - start < 2
    mailbox.append(mail("a"))
    assert len(drain(inbox, ledger)) == 1
    inbox.close()


def test_idle_is_renewed(proxy: Proxy, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.gmail.idle.IDLE_AT_MOST", 0.2)
    inbox = through(proxy, mailbox)
    drain(inbox, MemoryLedger())
    assert not inbox.wait(1.0)
    assert sum(line.endswith(b" IDLE") for line in proxy.lines()) >= 4
    inbox.close()


def test_a_server_without_idle_is_polled(proxy: Proxy, mailbox: Mailbox) -> None:
    proxy.to_client = lambda data: data.replace(b" IDLE", b" XDLE")
    inbox = through(proxy, mailbox)
    drain(inbox, MemoryLedger())
    start = time.monotonic()
    assert not inbox.wait(0.3)
    assert 0.2 < time.monotonic() - start < 0.6
    assert not any(line.endswith(b" IDLE") for line in proxy.lines())
    inbox.close()


# ------------------------------------------------------------------ marking


def test_marks_that_could_not_be_set_are_set_later(proxy: Proxy, mailbox: Mailbox) -> None:
    mailbox.append(mail("a"), mail("b"))
    inbox, ledger = through(proxy, mailbox), MemoryLedger()
    items = drain(inbox, ledger, acknowledge=False)
    proxy.to_server = lambda data: None if b"STORE" in data else data
    inbox.acknowledge([i.external_id for i in items])
    assert all("$Guichet" not in flags for flags in mailbox.flags().values())
    proxy.to_server = lambda data: data
    drain(inbox, ledger)
    assert all("$Guichet" in flags for flags in mailbox.flags().values())
    inbox.close()


def test_a_folder_that_is_read_only_is_read_all_the_same(proxy: Proxy, mailbox: Mailbox) -> None:
    mailbox.append(mail("a"))
    proxy.to_client = lambda data: data.replace(b"[READ-WRITE]", b"[READ-ONLY]")
    inbox, ledger = through(proxy, mailbox), MemoryLedger()
    assert len(drain(inbox, ledger)) == 1
    assert not any(b"STORE" in line for line in proxy.lines())
    inbox.close()


# ------------------------------------------------------------------ Gmail's extensions, played by the proxy


def as_gmail(proxy: Proxy) -> None:
    """Make Dovecot look like Gmail: message ids of its own, labels (kept as keywords), search in Gmail's words."""

    def to_server(data: bytes) -> bytes:
        data = data.replace(b"INTERNALDATE X-GM-MSGID", b"INTERNALDATE")
        data = data.replace(b'+X-GM-LABELS.SILENT ("Guichet")', b"+FLAGS.SILENT (LabelGuichet)")
        return re.sub(rb'CHARSET UTF-8 X-GM-RAW "?rfc822msgid:([^\s"]+)"?', rb'HEADER Message-ID "<\1>"', data)

    def to_client(data: bytes) -> bytes:
        data = data.replace(b" IDLE ", b" IDLE X-GM-EXT-1 ")
        return re.sub(rb"FETCH \(UID (\d+) RFC822", rb"FETCH (UID \1 X-GM-MSGID 18446744073709\1 RFC822", data)

    proxy.to_server, proxy.to_client = to_server, to_client


def test_row_07_gmail_messages_keep_their_identity_whatever_their_uid(proxy: Proxy, mailbox: Mailbox) -> None:
    as_gmail(proxy)
    mailbox.append(mail("a"), mail("b"))
    inbox, ledger = through(proxy, mailbox), MemoryLedger()
    items = drain(inbox, ledger)
    assert [i.identity for i in items] == [f"{mailbox.email}:184467440737091", f"{mailbox.email}:184467440737092"]
    inbox.close()
    assert all("LabelGuichet" in flags for flags in mailbox.flags().values())


def test_the_label_is_made_when_it_is_not_there(proxy: Proxy, mailbox: Mailbox) -> None:
    as_gmail(proxy)
    usual, refusals = proxy.to_server, [1]

    def meddle(data: bytes) -> bytes | None:
        if b"X-GM-LABELS" in data and refusals:
            refusals.pop()
            return data.replace(b"+X-GM-LABELS.SILENT", b"+NOTHING")
        return usual(data)

    proxy.to_server = meddle
    mailbox.append(mail("a"))
    inbox = through(proxy, mailbox)
    drain(inbox, MemoryLedger())
    inbox.close()
    assert "LabelGuichet" in mailbox.flags()[1]
    with mailbox.client(None) as client:
        assert client.folder_exists("Guichet")


def test_sent_is_searched_in_gmails_own_words(proxy: Proxy, mailbox: Mailbox) -> None:
    as_gmail(proxy)
    mailbox.append(mail("parti"), folder=SENT)
    sent = SentMailbox(mailbox.account(port=proxy.port))
    assert sent.find(["<parti@example.com>", "<jamais@example.com>"]) == [True, False]
    assert any(b"X-GM-RAW" in line for line in proxy.lines())
    assert sent.find([]) == []


def test_sent_has_a_name_or_a_special_use(mailbox: Mailbox) -> None:
    mailbox.append(mail("parti"), folder=SENT)
    assert SentMailbox(mailbox.account()).find(["<parti@example.com>"]) == [True]
    assert SentMailbox(mailbox.account(), "INBOX").find(["<parti@example.com>"]) == [False]
    with pytest.raises(Transient, match="Ailleurs"):
        SentMailbox(mailbox.account(), "Ailleurs").find(["<parti@example.com>"])
