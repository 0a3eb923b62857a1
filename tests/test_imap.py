"""Mail taken from a real IMAP server, on good days and on bad ones (rows of FAILURES in the names)."""

from __future__ import annotations

import re
import threading
import time
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from dovecot import PASSWORD, SENT, Dovecot, Mailbox
from imap_help import MemoryLedger, Proxy, cursor_uid, drain, mail, proxied, subject

from connectors.gmail import fetch as fetching
from connectors.gmail import inbox as reading
from connectors.gmail.inbox import GmailInbox
from connectors.gmail.sent import SentMailbox
from connectors.gmail.session import Refusal
from core.errors import Transient, Unauthorized

pytest_plugins = ("servers",)


@pytest.fixture
def proxy(dovecot: Dovecot) -> Iterator[Proxy]:
    with proxied(dovecot.port) as standing:
        yield standing


def through(proxy: Proxy, mailbox: Mailbox, **changed: Any) -> GmailInbox:
    timeout = changed.pop("timeout", 5.0)
    return GmailInbox(mailbox.account(port=proxy.port, timeout=timeout), **changed)


def bodies_fetched(proxy: Proxy) -> list[int]:
    """Every UID whose body was asked for, as often as it was."""
    found: list[int] = []
    for line in proxy.lines():
        if match := re.search(rb"UID FETCH (\S+) \(BODY\.PEEK\[\]\)", line):
            found += [int(uid) for uid in match[1].split(b",")]
    return found


# ------------------------------------------------------------------ the good day


@pytest.mark.parametrize("security", ["none", "ssl", "starttls"])
def test_mail_is_taken_once_and_marked(mailbox: Mailbox, security: str) -> None:
    raws = [mail(f"un{n}", "Été ✓ " * n) for n in range(7)]
    mailbox.append(*raws)
    port = mailbox.server.tls_port if security == "ssl" else mailbox.server.port
    inbox = GmailInbox(mailbox.account(security=security, port=port))
    ledger = MemoryLedger()
    before = datetime.now(UTC)
    items = drain(inbox, ledger, limit=3)
    assert [item.raw for item in items] == raws
    assert [item.size for item in items] == [len(raw) for raw in raws]
    assert all(abs(item.received_at - before) < timedelta(minutes=1) and item.received_at.tzinfo == UTC for item in items)
    assert drain(inbox, ledger) == []
    mailbox.append(mail("deux"))
    assert [subject(item.raw or b"") for item in drain(inbox, ledger)] == ["deux"]
    inbox.close()
    assert all(flags - {"\\Recent"} == {"$Guichet"} for flags in mailbox.flags().values()), "marked, and never as read"


def test_seen_only_when_asked_for(mailbox: Mailbox) -> None:
    mailbox.append(mail("a"))
    inbox = GmailInbox(mailbox.account(), mark_seen=True, label="")
    drain(inbox, MemoryLedger())
    inbox.close()
    assert mailbox.flags()[1] - {"\\Recent"} == {"\\Seen"}


def test_an_untrusted_certificate_is_a_clear_sentence(mailbox: Mailbox) -> None:
    inbox = GmailInbox(mailbox.account(security="ssl", port=mailbox.server.tls_port, ca_file=""))
    with pytest.raises(Transient, match=r"certificat refusé .*MAIL_CA_FILE"):
        drain(inbox, MemoryLedger())


def test_a_folder_that_is_not_there_is_a_clear_sentence(mailbox: Mailbox) -> None:
    inbox = GmailInbox(mailbox.account(), folder="Demandes")
    with pytest.raises(Transient, match="Demandes"):
        drain(inbox, MemoryLedger())
    inbox.close()


def test_the_first_poll_leaves_old_mail_alone_and_later_ones_do_not(mailbox: Mailbox) -> None:
    now = datetime.now(UTC)
    mailbox.append(mail("vieux"), at=now - timedelta(days=400))
    mailbox.append(mail("juste-trop-vieux"), at=now - timedelta(days=30, hours=2))
    mailbox.append(mail("jeune"), at=now - timedelta(days=29))
    mailbox.append(mail("vieux-aussi"), at=now - timedelta(days=31 * 12))
    inbox, ledger = GmailInbox(mailbox.account(), first_days=30), MemoryLedger()
    drain(inbox, ledger)
    assert ledger.subjects() == ["jeune"]
    assert [item.skip for item in ledger.skipped.values()] == [
        f"arrivé avant le {now - timedelta(days=30):%d/%m/%Y}, premier jour relevé (IMAP_FIRST_DAYS)"
    ]
    assert cursor_uid(ledger.cursor) == 4
    # A message that is moved into the folder later is one for us, whatever its date.
    mailbox.append(mail("classe"), at=now - timedelta(days=300))
    drain(inbox, ledger)
    assert ledger.subjects() == ["jeune", "classe"]
    inbox.close()
    everything = MemoryLedger()
    inbox = GmailInbox(mailbox.account(), first_days=0)
    assert len(drain(inbox, everything)) == 5
    inbox.close()


def test_an_empty_mailbox_settles_its_first_day(mailbox: Mailbox) -> None:
    inbox, ledger = GmailInbox(mailbox.account()), MemoryLedger()
    assert drain(inbox, ledger) == []
    since = ledger.cursor["since"]
    drain(inbox, ledger)
    assert ledger.cursor["since"] == since
    inbox.close()


def test_windows_of_a_search_miss_nothing(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "WINDOW", 7)
    monkeypatch.setattr(fetching, "NAMED", 5)
    monkeypatch.setattr(reading, "NAMED", 5)
    mailbox.append(*[mail(f"m{n}") for n in range(40)])
    with mailbox.client() as client:
        client.delete_messages([3, 8, 9, 10, 39])
        client.expunge()
    inbox, ledger = GmailInbox(mailbox.account(), first_days=0), MemoryLedger()
    drain(inbox, ledger)
    assert sorted(int(i.partition(":")[2]) for i in ledger.taken) == [n for n in range(1, 41) if n not in (3, 8, 9, 10, 39)]
    mailbox.append(mail("encore"))
    assert len(drain(inbox, ledger)) == 1
    inbox.close()


# ------------------------------------------------------------------ row 1: silence


def test_row_01_a_server_that_falls_silent_meets_a_deadline(proxy: Proxy, mailbox: Mailbox) -> None:
    """FAILURES row 1: the connection dies silently and the trigger stays "active". Here every command has a deadline."""
    mailbox.append(mail("a"))
    inbox, ledger = through(proxy, mailbox, timeout=0.7), MemoryLedger()
    proxy.to_client = lambda data: data if b"FETCH" not in data else b""
    start = time.monotonic()
    with pytest.raises(Transient, match="pas de réponse en temps voulu pendant le téléchargement"):
        drain(inbox, ledger)
    assert time.monotonic() - start < 3
    proxy.to_client = lambda data: data
    assert [subject(i.raw or b"") for i in drain(inbox, ledger)] == ["a"], "the next poll reconnects unaided"
    inbox.close()


def test_row_01_a_server_that_drips_meets_the_same_deadline(proxy: Proxy, mailbox: Mailbox) -> None:
    mailbox.append(mail("a"))

    def drip(data: bytes) -> bytes:
        # Never silent for as long as a read may take, and never done.
        if b"FETCH" not in data:
            return data
        for _ in range(40):
            time.sleep(0.1)
            with proxy._lock:
                socks = list(proxy._socks)
            for sock in socks:
                if sock.getsockname()[1] == proxy.port:
                    sock.sendall(b"*")
        return None  # type: ignore[return-value]

    proxy.to_client = drip
    inbox = through(proxy, mailbox, timeout=0.8)
    start = time.monotonic()
    with pytest.raises(Transient):
        drain(inbox, MemoryLedger())
    assert time.monotonic() - start < 3
    inbox.close()


def test_row_01_a_connection_that_died_between_polls_is_replaced_without_an_error(proxy: Proxy, mailbox: Mailbox) -> None:
    inbox, ledger = through(proxy, mailbox), MemoryLedger()
    drain(inbox, ledger)
    proxy.cut()
    mailbox.append(mail("a"))
    assert len(drain(inbox, ledger)) == 1
    assert proxy.connections == 2
    inbox.close()


def test_row_01_a_connection_cut_anywhere_loses_and_doubles_nothing(proxy: Proxy, mailbox: Mailbox) -> None:
    """The answer stream is cut after every so many bytes; polls go on until all is there."""
    raws = [mail(f"m{n}", "x" * 400) for n in range(12)]
    mailbox.append(*raws)
    ledger = MemoryLedger()
    for cut in [*range(40, 9000, 311), 10**9]:
        left = [cut]

        def meddle(data: bytes, left: list[int] = left) -> bytes | None:
            left[0] -= len(data)
            return None if left[0] < 0 else data

        proxy.to_client = meddle
        inbox = through(proxy, mailbox, first_days=0)
        try:
            drain(inbox, ledger, limit=4)
        except Transient:
            pass
        finally:
            inbox.close()
    assert sorted(ledger.subjects()) == sorted(f"m{n}" for n in range(12))
    assert not ledger.parked
    assert cursor_uid(ledger.cursor) == 12


# ------------------------------------------------------------------ rows 2 and 3: one bad message


WORDS = {
    "refused": "[CANNOT] the message could not be opened",
    # What Dovecot says of a damaged message, each time.
    "damaged": "[SERVERBUG] Internal error occurred. Refer to server log for more information.",
}


def refusing(monkeypatch: pytest.MonkeyPatch, bad: set[int], how: str) -> None:
    """The server refuses a download that names a bad UID: what Exchange and damaged stores do."""
    real = fetching.Fetcher._fetch

    def fetch(self: Any, uids: list[int], wanted: list[str], expect: int) -> dict[int, dict[bytes, Any]]:
        if "BODY.PEEK[]" not in wanted:
            return real(self, uids, wanted, expect)
        if how == "missing":
            return {u: d for u, d in real(self, uids, wanted, expect).items() if u not in bad}
        if bad.intersection(uids):
            raise Refusal(f"fetch failed: {WORDS[how]}")
        return real(self, uids, wanted, expect)

    monkeypatch.setattr(fetching.Fetcher, "_fetch", fetch)


@pytest.mark.parametrize("how", ["refused", "missing", "damaged"])
def test_row_02_a_message_that_fails_is_tried_again_and_never_lost(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """FAILURES row 2: UIDs 10, 11, 12; 11 fails; the watermark goes to 12; 11 is lost."""
    mailbox.append(*[mail(f"m{n}") for n in range(1, 6)])
    bad = {3}
    refusing(monkeypatch, bad, how)
    inbox, ledger = GmailInbox(mailbox.account(), first_days=0), MemoryLedger()
    items = drain(inbox, ledger)
    assert sorted(ledger.subjects()) == ["m1", "m2", "m4", "m5"], "row 3: the others go on in the same cycle"
    (failed,) = [i for i in items if i.error]
    assert subject(failed.head) == "m3", "its header says what it is"
    assert failed.raw is None
    assert cursor_uid(ledger.cursor) == 2
    drain(inbox, ledger)
    assert cursor_uid(ledger.cursor) == 2
    bad.clear()
    drain(inbox, ledger)
    assert "m3" in ledger.subjects()
    assert cursor_uid(ledger.cursor) == 5
    assert drain(inbox, ledger) == []
    inbox.close()


def test_row_02_a_message_that_always_fails_is_parked_and_then_passed(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox.append(*[mail(f"m{n}") for n in range(1, 4)])
    refusing(monkeypatch, {2}, "refused")
    inbox, ledger = GmailInbox(mailbox.account(), first_days=0), MemoryLedger()
    for _ in range(6):
        drain(inbox, ledger)
    assert len(ledger.parked) == 1
    assert cursor_uid(ledger.cursor) == 3
    inbox.close()


def test_row_03_a_damaged_message_alone_does_not_stop_what_comes_after_it(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox.append(mail("m1"))
    refusing(monkeypatch, {1}, "damaged")
    inbox, ledger = GmailInbox(mailbox.account(), first_days=0), MemoryLedger()
    for _ in range(2):
        with pytest.raises(Transient, match="Internal error"):
            drain(inbox, ledger)
    assert not ledger.failures, "so far it may be the server's bad moment"
    drain(inbox, ledger)
    mailbox.append(mail("m2"))
    drain(inbox, ledger)
    assert ledger.subjects() == ["m2"]
    assert len(ledger.failures) == 1
    inbox.close()


def test_row_13_a_bad_moment_of_the_server_is_no_message_s_fault(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    mailbox.append(*[mail(f"m{n}") for n in range(1, 5)])
    bad = {1, 2, 3, 4}
    refusing(monkeypatch, bad, "damaged")
    inbox, ledger = GmailInbox(mailbox.account(), first_days=0), MemoryLedger()
    with pytest.raises(Transient):
        drain(inbox, ledger)
    assert not ledger.failures
    bad.clear()
    assert len(drain(inbox, ledger)) == 4
    inbox.close()


def test_row_03_a_message_that_kills_the_connection_does_not_stop_the_mailbox(proxy: Proxy, mailbox: Mailbox) -> None:
    mailbox.append(*[mail(f"m{n}") for n in range(1, 5)])

    def meddle(data: bytes) -> bytes | None:
        match = re.search(rb"UID FETCH (\S+) \(BODY\.PEEK\[\]\)", data)
        return None if match and b"3" in match[1].split(b",") else data

    proxy.to_server = meddle
    inbox, ledger = through(proxy, mailbox, first_days=0), MemoryLedger()
    for _ in range(4):
        try:
            drain(inbox, ledger)
        except Transient:
            continue
    assert sorted(ledger.subjects()) == ["m1", "m2", "m4"]
    assert "la connexion se coupe" in next(iter(ledger.failures.values()))[0]
    proxy.to_server = lambda data: data
    for _ in range(2):
        drain(inbox, ledger)
    assert sorted(ledger.subjects()) == ["m1", "m2", "m3", "m4"]
    inbox.close()


def test_row_02_a_message_expunged_meanwhile_holds_nothing_up(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    mailbox.append(*[mail(f"m{n}") for n in range(1, 4)])
    real = fetching.Fetcher.metas

    def metas(self: Any, uids: list[int]) -> Any:
        with mailbox.client() as client:
            client.delete_messages([2])
            client.expunge()
        return real(self, uids)

    monkeypatch.setattr(fetching.Fetcher, "metas", metas)
    inbox, ledger = GmailInbox(mailbox.account(), first_days=0), MemoryLedger()
    drain(inbox, ledger)
    assert ledger.subjects() == ["m1", "m3"]
    assert not ledger.failures
    assert cursor_uid(ledger.cursor) == 3
    inbox.close()


# ------------------------------------------------------------------ row 8: UIDVALIDITY


def test_row_08_another_uidvalidity_takes_what_came_in_between(mailbox: Mailbox) -> None:
    """FAILURES row 8: new mail hides behind stale UIDs. Here everything is looked at again; identities keep doubles out."""
    mailbox.append(*[mail(f"m{n}") for n in range(5)])
    mailbox.append(mail("ancien"), at=datetime.now(UTC) - timedelta(days=300))
    inbox, ledger = GmailInbox(mailbox.account()), MemoryLedger()
    drain(inbox, ledger)
    first = ledger.cursor
    with mailbox.client() as client:
        client.delete_messages([1, 2])
        client.expunge()
    mailbox.renumber()
    mailbox.append(mail("entre-temps"))
    drain(inbox, ledger)
    assert ledger.cursor["uidvalidity"] != first["uidvalidity"]
    assert ledger.cursor["since"] == first["since"]
    again = [subject(i.raw or b"") for k, i in ledger.taken.items() if not k.startswith(first["uidvalidity"])]
    assert sorted(again) == ["entre-temps", "m2", "m3", "m4"], "and what was too old the first time still is"
    assert drain(inbox, ledger) == []
    inbox.close()


def test_row_08_marks_that_wait_are_not_set_on_other_messages(proxy: Proxy, mailbox: Mailbox) -> None:
    mailbox.append(mail("a"), mail("b"))
    inbox, ledger = through(proxy, mailbox), MemoryLedger()
    items = drain(inbox, ledger, acknowledge=False)
    proxy.to_server = lambda data: None if b"STORE" in data else data
    inbox.acknowledge([i.external_id for i in items])
    mailbox.renumber()
    proxy.to_server = lambda data: data
    inbox.acknowledge([i.external_id for i in items])
    drain(inbox, ledger, acknowledge=False)
    inbox.close()
    assert sum(b"STORE" in line for line in proxy.lines()) == 1, "the one that was cut"
    assert all("$Guichet" not in flags for flags in mailbox.flags().values())


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


def test_row_11_downloads_are_bounded_by_bytes(proxy: Proxy, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "BATCH_BYTES", 100_000)
    mailbox.append(*[mail(f"m{n}", size=40_000) for n in range(5)])
    inbox, ledger = through(proxy, mailbox), MemoryLedger()
    drain(inbox, ledger)
    commands = [line for line in proxy.lines() if b"BODY.PEEK[]" in line]
    assert len(commands) == 3
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
