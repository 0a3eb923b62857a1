"""What every inbox promises (core.ports.Inbox), whatever it reads from."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

import pytest
from effects_help import MemorySpool
from fakes.twilio import Twilio
from imap_help import MemoryLedger, drain, mail
from whatsapp_help import CLIENT, client_of, clock_of

from connectors.gmail.inbox import GmailInbox
from connectors.local.folder import FolderInbox
from connectors.whatsapp.inbox import WhatsAppInbox
from core.errors import PortError
from core.message import Channel
from core.ports import Inbox, Incoming

pytest_plugins = ("servers",)


@dataclass
class Case:
    """An inbox under test: how to make it (again), how mail gets into it, and how it breaks."""

    make: Callable[[], Inbox]
    put: Callable[[list[bytes]], None]
    broken: Callable[[], Inbox]
    channel: Channel = "email"
    #: What was put in, as found in an item.
    content: Callable[[Incoming], bytes] = lambda item: item.raw or b""


def _files(folder: Path, counter: Iterator[int]) -> Callable[[list[bytes]], None]:
    def put(raws: list[bytes]) -> None:
        for raw in raws:
            path = folder / f"m{next(counter):05}.eml"
            path.write_bytes(raw)
            old = time.time() - 100 + next(counter) / 1000
            os.utime(path, (old, old))

    return put


def _whatsapp(stack: ExitStack) -> Case:
    fake, gone = stack.enter_context(Twilio()), Twilio()
    gone.stop()
    fake.window.limit = None

    def make(server: Twilio) -> Inbox:
        return WhatsAppInbox(client_of(server), spool=MemorySpool(), clock=clock_of(server), grace=0.0)

    def put(raws: list[bytes]) -> None:
        for raw in raws:
            fake.receive(CLIENT, raw.decode())

    return Case(
        make=lambda: make(fake),
        put=put,
        broken=lambda: make(gone),
        channel="whatsapp",
        content=lambda item: json.loads(item.raw or b"")["form"]["Body"].encode(),
    )


@pytest.fixture(params=["imap", "folder", "whatsapp"])
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
    with ExitStack() as stack:
        yield _whatsapp(stack) if request.param == "whatsapp" else _mail(request, tmp_path)


def _mail(request: pytest.FixtureRequest, tmp_path: Path) -> Case:
    if request.param == "folder":
        folder = tmp_path / "in"
        folder.mkdir()
        return Case(
            make=lambda: FolderInbox(folder, max_size=50_000),
            put=_files(folder, iter(range(10_000))),
            broken=lambda: FolderInbox(tmp_path / "nowhere"),
        )
    mailbox = request.getfixturevalue("mailbox")
    return Case(
        make=lambda: GmailInbox(mailbox.account(), max_size=50_000),
        put=lambda raws: mailbox.append(*raws),
        broken=lambda: GmailInbox(mailbox.account(port=1)),
    )


@pytest.fixture
def inbox(case: Case) -> Iterator[Inbox]:
    made = case.make()
    yield made
    made.close()


def test_it_says_who_it_is(case: Case, inbox: Inbox) -> None:
    assert inbox.name
    assert inbox.channel == case.channel
    assert inbox.interval > 0


def test_what_is_put_in_comes_out_whole_once_in_bounded_batches(case: Case, inbox: Inbox) -> None:
    raws = [mail(f"m{n}", "corps " * n) for n in range(17)]
    case.put(raws)
    ledger = MemoryLedger()
    sizes = []
    for batch in inbox.poll({}, ledger, 5):
        sizes.append(len(batch.items))
        ledger.take(batch)
        inbox.acknowledge([i.external_id for i in batch.items])
    assert max(sizes) <= 5
    items = list(ledger.taken.values())
    assert sorted(map(case.content, items)) == sorted(raws)
    assert all(i.size == len(i.raw or b"") and i.received_at.tzinfo is UTC and not i.error for i in items)
    assert len({i.external_id for i in items}) == 17
    assert drain(inbox, ledger) == []


def test_the_same_item_has_the_same_id_however_often_it_is_found(case: Case, inbox: Inbox) -> None:
    case.put([mail(f"m{n}") for n in range(4)])
    first = {i.external_id: (i.raw, i.identity) for b in inbox.poll({}, MemoryLedger(), 10) for i in b.items}
    again = {i.external_id: (i.raw, i.identity) for b in inbox.poll({}, MemoryLedger(), 10) for i in b.items}
    other = case.make()
    restarted = {i.external_id: (i.raw, i.identity) for b in other.poll({}, MemoryLedger(), 10) for i in b.items}
    other.close()
    assert first == again == restarted
    assert len(first) == 4


def test_what_the_ledger_knows_does_not_come_back_after_a_restart(case: Case) -> None:
    case.put([mail(f"m{n}") for n in range(3)])
    ledger = MemoryLedger()
    one = case.make()
    drain(one, ledger)
    one.close()
    two = case.make()
    assert drain(two, ledger) == []
    case.put([mail("nouveau")])
    assert len(drain(two, ledger)) == 1
    two.close()
    lost = case.make()
    ledger.cursor = {}
    assert drain(lost, ledger) == [], "the ledger decides, not the cursor"
    lost.close()


def test_a_batch_that_was_not_stored_is_handed_over_again(case: Case, inbox: Inbox) -> None:
    case.put([mail(f"m{n}") for n in range(6)])
    ledger = MemoryLedger()
    polling = inbox.poll({}, ledger, 2)
    ledger.take(next(polling))
    next(polling)
    # The commit of the second batch failed, and the poll with it.
    del polling
    assert len(drain(inbox, ledger)) == 4
    assert len(ledger.taken) == 6


def test_what_is_never_acknowledged_is_safe(case: Case, inbox: Inbox) -> None:
    case.put([mail("a")])
    ledger = MemoryLedger()
    drain(inbox, ledger, acknowledge=False)
    assert drain(inbox, ledger, acknowledge=False) == []
    inbox.acknowledge(["nonsense", "1:999999", ""])
    assert len(ledger.taken) == 1


@pytest.mark.parametrize("case", ["imap", "folder"], indirect=True)
def test_what_is_too_large_comes_as_its_header(case: Case, inbox: Inbox) -> None:
    big = mail("gros", size=200_000)
    case.put([mail("a"), big, mail("b")])
    ledger = MemoryLedger()
    items = {i.size: i for i in drain(inbox, ledger)}
    found = items[len(big)]
    assert found.raw is None
    assert found.error == ""
    assert found.hints["oversize"] == str(len(big))
    assert found.head == big[: big.index(b"\r\n\r\n") + 4]
    assert len(ledger.taken) == 3
    assert drain(inbox, ledger) == []


def test_wait_ends_on_wake_from_another_thread(inbox: Inbox) -> None:
    drain(inbox, MemoryLedger())
    threading.Timer(0.2, inbox.wake).start()
    start = time.monotonic()
    assert inbox.wait(10)
    assert time.monotonic() - start < 1.5
    start = time.monotonic()
    inbox.wait(0.2)
    assert time.monotonic() - start < 1.5


def test_what_cannot_be_reached_raises_a_port_error_and_nothing_else(case: Case) -> None:
    broken = case.broken()
    with pytest.raises(PortError) as caught:
        list(broken.poll({}, MemoryLedger(), 10))
    assert "\n" not in str(caught.value)
    broken.wait(0)
    broken.acknowledge(["1:1"])
    broken.close()


@pytest.mark.parametrize("cursor", [{"uidvalidity": "x"}, {"settled_uid": "-"}, {"something": "else"}])
def test_a_cursor_that_means_nothing_is_a_fresh_start(case: Case, inbox: Inbox, cursor: dict[str, str]) -> None:
    case.put([mail("a")])
    assert [len(b.items) for b in inbox.poll(cursor, MemoryLedger(), 10) if b.items] == [1]


def test_it_may_be_closed_and_used_again(case: Case, inbox: Inbox) -> None:
    ledger = MemoryLedger()
    for n in range(3):
        case.put([mail(f"m{n}")])
        assert len(drain(inbox, ledger)) == 1
        inbox.close()
        inbox.close()
