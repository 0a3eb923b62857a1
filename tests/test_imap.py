"""Mail taken from a real IMAP server: good days, silence, bad messages, another UIDVALIDITY (rows of FAILURES in the names)."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from dovecot import Mailbox
from imap_help import MemoryLedger, Proxy, cursor_uid, drain, mail, subject, through

from connectors.gmail import fetch as fetching
from connectors.gmail import inbox as reading
from connectors.gmail.inbox import GmailInbox
from connectors.gmail.session import Refusal
from core.errors import Transient

pytest_plugins = ("servers",)


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
