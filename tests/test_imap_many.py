"""A real IMAP server's large mailboxes and large mails, its refusals of connections and logins (rows of FAILURES in the names)."""

from __future__ import annotations

import re
import time
import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest
from dovecot import PASSWORD, Mailbox
from imap_help import MemoryLedger, Proxy, bodies_fetched, cursor_uid, drain, mail, subject, through

from connectors.gmail import fetch as fetching
from connectors.gmail.inbox import GmailInbox
from core.errors import Transient, Unauthorized

pytest_plugins = ("servers",)


# ------------------------------------------------------------------ rows 9 and 10: many


def test_row_09_all_that_came_during_an_outage_is_taken(mailbox: Mailbox) -> None:
    """FAILURES row 9: after an outage only the last mails, or today's, are fetched."""
    inbox, ledger = GmailInbox(mailbox.account()), MemoryLedger()
    mailbox.append(mail("avant"))
    drain(inbox, ledger)
    inbox.close()
    now = datetime.now(UTC)
    with mailbox.client(None) as client:
        for n in range(200):
            client.append("INBOX", mail(f"m{n}"), msg_time=now - timedelta(hours=72) + timedelta(minutes=n))
    inbox = GmailInbox(mailbox.account())
    assert len(drain(inbox, ledger)) == 200
    assert sorted(ledger.subjects()) == sorted(["avant", *(f"m{n}" for n in range(200))])
    inbox.close()


@pytest.mark.slow
def test_row_10_a_large_mailbox_is_read_once_with_short_commands(proxy: Proxy, mailbox: Mailbox) -> None:
    """FAILURES row 10: 38,000 mails fetched again every ten minutes; "too long argument"."""
    count = 5000
    mailbox.fill([mail(f"m{n}") for n in range(count)])
    inbox, ledger = through(proxy, mailbox, timeout=30.0, first_days=0), MemoryLedger()
    start = time.monotonic()
    drain(inbox, ledger, limit=100)
    first = time.monotonic() - start
    asked = ledger.asked
    assert len(ledger.taken) == count
    fetched = bodies_fetched(proxy)
    assert sorted(fetched) == list(range(1, count + 1)), "each body once"
    received = proxy.received
    for _ in range(3):
        assert drain(inbox, ledger) == []
    assert len(bodies_fetched(proxy)) == count
    assert proxy.received - received < 5000, "a poll without news costs a few lines"
    assert ledger.asked == asked
    assert max(len(line) for line in proxy.lines()) < 4500
    assert proxy.connections == 1
    assert first < 30
    # Marking costs about a command a batch.
    assert sum(b"STORE" in line for line in proxy.lines()) <= count / 50 + 1
    inbox.close()
    # A fresh start with the same cursor does not look back either.
    inbox = through(proxy, mailbox)
    assert drain(inbox, ledger) == []
    assert len(bodies_fetched(proxy)) == count
    inbox.close()


def test_row_10_old_mail_costs_neither_bodies_nor_rows(proxy: Proxy, mailbox: Mailbox) -> None:
    with mailbox.client(None) as client:
        for n in range(60):
            client.append("INBOX", mail(f"m{n}"), msg_time=datetime(2020, 1, 1, tzinfo=UTC))
    inbox, ledger = through(proxy, mailbox), MemoryLedger()
    assert drain(inbox, ledger) == []
    assert bodies_fetched(proxy) == []
    assert ledger.asked == 0
    assert cursor_uid(ledger.cursor) == 60
    inbox.close()


def test_row_10_overquota_backs_off(proxy: Proxy, mailbox: Mailbox) -> None:
    mailbox.append(mail("a"))

    def meddle(data: bytes) -> bytes | None:
        if match := re.match(rb"(\S+) UID FETCH", data):
            proxy.to_client = lambda _: match[1] + b" NO [OVERQUOTA] Account exceeded command or bandwidth limits.\r\n"
        return data

    proxy.to_server = meddle
    inbox, ledger = through(proxy, mailbox), MemoryLedger()
    with pytest.raises(Transient, match="bandwidth") as caught:
        drain(inbox, ledger)
    assert caught.value.after == 3600
    assert not ledger.failures, "it is not the message's fault"
    inbox.close()


# ------------------------------------------------------------------ row 11: size


def test_row_11_what_is_too_large_is_not_downloaded(proxy: Proxy, mailbox: Mailbox) -> None:
    """FAILURES row 11: an attachment of 1.4 GB kills the worker. Here its header comes, and the size."""
    big = mail("enorme", size=3_000_000)
    mailbox.append(mail("a"), big, mail("b"))
    inbox, ledger = through(proxy, mailbox, max_size=100_000), MemoryLedger()
    items = drain(inbox, ledger)
    assert [subject(i.raw or i.head) for i in items] == ["a", "enorme", "b"]
    assert items[1].raw is None
    assert items[1].error == ""
    assert items[1].hints == {"oversize": str(len(big))}
    assert items[1].size == len(big)
    assert items[1].head == big[: big.index(b"\r\n\r\n") + 4]
    assert bodies_fetched(proxy) == [1, 3]
    assert proxy.received < 20_000
    assert drain(inbox, ledger) == []
    inbox.close()


@pytest.mark.parametrize(("late", "far", "downloads"), [(0.0, 60.0, 3), (0.05, 0.04, 2)], ids=["near", "far"])
def test_row_11_downloads_are_bounded_by_bytes(
    proxy: Proxy, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, late: float, far: float, downloads: int
) -> None:
    """Twice as many where the server's answers are late, for then it is their number that costs."""
    monkeypatch.setattr(fetching, "BATCH_BYTES", 100_000)
    monkeypatch.setattr(fetching, "FAR", far)
    mailbox.append(*[mail(f"m{n}", size=40_000) for n in range(5)])

    def slow(data: bytes) -> bytes:
        time.sleep(late)
        return data

    proxy.to_client = slow
    inbox, ledger = through(proxy, mailbox), MemoryLedger()
    drain(inbox, ledger)
    commands = [line for line in proxy.lines() if b"BODY.PEEK[]" in line]
    assert len(commands) == downloads
    assert len(ledger.taken) == 5
    inbox.close()


def test_row_11_a_large_mail_stands_in_memory_once(mailbox: Mailbox) -> None:
    size = 12_000_000
    mailbox.append(mail("grand", size=size))
    inbox = GmailInbox(mailbox.account())
    tracemalloc.start()
    try:
        (batch,) = [b for b in inbox.poll({}, MemoryLedger(), 10) if b.items]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(batch.items[0].raw or b"") >= size - 100
    assert peak < 1.5 * size
    inbox.close()


def test_row_11_what_was_taken_has_left_the_memory_before_the_next_comes(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = 4_000_000
    monkeypatch.setattr(fetching, "BATCH_BYTES", size // 4)
    mailbox.append(*[mail(f"m{n}", size=size) for n in range(3)])
    inbox = GmailInbox(mailbox.account())
    taken = 0
    tracemalloc.start()
    try:
        for batch in inbox.poll({}, MemoryLedger(), 10):
            taken += len(batch.items)
            del batch
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert taken == 3
    assert peak < 1.5 * size
    inbox.close()


# ------------------------------------------------------------------ rows 12 and 13: connections, logins


def test_row_12_one_connection_an_inbox_whatever_happens(proxy: Proxy, mailbox: Mailbox) -> None:
    """FAILURES row 12: several runs a mail and too many connections."""
    inbox, ledger = through(proxy, mailbox), MemoryLedger()
    for n in range(6):
        mailbox.append(mail(f"m{n}"))
        if n % 2:
            proxy.cut()
        inbox.wait(0.05)
        try:
            drain(inbox, ledger)
        except Transient:
            drain(inbox, ledger)
    assert proxy.most_open == 1
    assert len(ledger.taken) == 6
    inbox.close()
    deadline = time.monotonic() + 2
    while proxy.open_now and time.monotonic() < deadline:
        time.sleep(0.01)
    assert proxy.open_now == 0


def test_row_13_a_wrong_password_stops_and_says_what_to_do(mailbox: Mailbox) -> None:
    """FAILURES row 13: `invalid_grant` or a wrong password stops the lane; a bad moment does not."""
    inbox, ledger = GmailInbox(mailbox.account()), MemoryLedger()
    drain(inbox, ledger)
    mailbox.server.set_password(mailbox.email, "autre")
    # Dovecot looks at its users' file once a second.
    time.sleep(1.1)
    inbox.close()
    with pytest.raises(Unauthorized, match="mot de passe d'application") as caught:
        drain(inbox, ledger)
    assert PASSWORD not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"NO [UNAVAILABLE] LOGIN DENIED", Transient),
        (b"NO [UNAVAILABLE] Temporary authentication failure.", Transient),
        (b"NO [ALERT] Too many simultaneous connections. (Failure)", Transient),
        (b"NO [SERVERBUG] LOGIN Server error - Please try again later", Transient),
        (b"NO [OVERQUOTA] Account exceeded command or bandwidth limits.", Transient),
        (b"NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)", Unauthorized),
        (b"NO [ALERT] Application-specific password required: https://example.com (Failure)", Unauthorized),
        (b"NO LOGIN failed.", Unauthorized),
    ],
)
def test_row_13_refused_logins_are_told_apart(proxy: Proxy, mailbox: Mailbox, answer: bytes, expected: type) -> None:
    def meddle(data: bytes) -> bytes | None:
        if match := re.match(rb"(\S+) LOGIN ", data):
            proxy.to_client = lambda _: match[1] + b" " + answer + b"\r\n"
        return data

    proxy.to_server = meddle
    inbox = through(proxy, mailbox)
    with pytest.raises(expected):
        drain(inbox, MemoryLedger())
    inbox.close()


def test_row_13_a_bare_refusal_of_a_login_that_worked_is_given_a_few_chances(proxy: Proxy, mailbox: Mailbox) -> None:
    inbox, ledger = through(proxy, mailbox), MemoryLedger()
    drain(inbox, ledger)

    def meddle(data: bytes) -> bytes | None:
        if match := re.match(rb"(\S+) LOGIN ", data):
            proxy.to_client = lambda d: match[1] + b" NO LOGIN DENIED\r\n" if b"OK" in d and match[1] in d else d
        return data

    proxy.to_server = meddle
    for _ in range(3):
        inbox.close()
        proxy.to_client = lambda data: data
        with pytest.raises(Transient):
            drain(inbox, ledger)
    proxy.to_client = lambda data: data
    with pytest.raises(Unauthorized):
        drain(inbox, ledger)


def test_row_13_nobody_listens(mailbox: Mailbox) -> None:
    with pytest.raises(Transient, match="connexion refusée"):
        drain(GmailInbox(mailbox.account(port=1)), MemoryLedger())
    with pytest.raises(Transient, match="adresse introuvable"):
        drain(GmailInbox(mailbox.account(host="nobody.invalid")), MemoryLedger())
