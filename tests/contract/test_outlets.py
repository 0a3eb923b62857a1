"""What every outlet promises (core.ports.Outlet), whatever it writes to.

An outlet joins the suite with a Case: effects it can do, how to count what the outside holds, and how to break it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import hubspot_help
import pytest
from dovecot import SENT
from effects_help import MemoryRecords, MemorySpool, letter, message_id
from fakes.clickup import ClickUp
from fakes.hubspot import HubSpot
from fakes.twilio import Twilio
from r2_server import r2_server
from smtp_server import mail_server
from whatsapp_help import client_of, clock_of, words

from connectors.clickup.client import ClickUpClient
from connectors.clickup.tasks import ClickUpTasks
from connectors.gmail.outbox import SmtpOutlet
from connectors.local.files import DiskFiles
from connectors.local.folder import FolderOutlet
from connectors.local.records import LocalCrm, LocalTasks
from connectors.r2.files import R2Files
from connectors.whatsapp.outbox import WhatsAppOutlet
from core.effects import (
    AddNote,
    CommentTask,
    CreateTask,
    Effect,
    OpenTicket,
    Receipt,
    StoreFile,
    System,
    UpdateTicket,
    UpsertContact,
)
from core.errors import PortError, Rejected, Transient
from core.message import Address
from core.ports import Outlet

pytest_plugins = ("servers",)


@dataclass
class Case:
    """``effects`` makes n different ones; ``count`` says how many records the outside holds; ``ruin`` makes it unreachable."""

    outlet: Outlet
    effects: Callable[[int], list[Effect]]
    count: Callable[[], int]
    ruin: Callable[[], None]
    #: Delivering again is harmless in itself, without asking ``find`` first.
    idempotent: bool = True
    #: Doing it twice gives the same receipt, even where it is done twice.
    named: bool = True
    #: Something the system must refuse for good.
    hopeless: Effect | None = None
    extra: list[Effect] = field(default_factory=list)


def effect(system: System, key: str, payload: object) -> Effect:
    return Effect(key, key.partition("/")[0], system, payload)  # type: ignore[arg-type]


def _smtp(request: pytest.FixtureRequest, stack: ExitStack) -> Case:
    server = stack.enter_context(mail_server())
    mailbox = request.getfixturevalue("mailbox")
    outlet = SmtpOutlet(server.account(), message_id=message_id, spool=MemorySpool(), imap=mailbox.account(), sent="server")

    class Filing(SmtpOutlet):
        """The server files what it takes, as Gmail does."""

        def deliver(self, effects: Sequence[Effect]) -> list[Receipt | PortError]:
            before = len(server.raw)
            outcomes = super().deliver(effects)
            mailbox.append(*server.raw[before:], folder=SENT)
            return outcomes

    outlet.__class__ = Filing
    return Case(
        outlet,
        lambda n: [letter(f"c{i}/1/0") for i in range(n)],
        lambda: len(server.mails),
        server.stop,
        idempotent=False,
        hopeless=letter("h/1/0", to="personne"),
    )


def _folder(tmp_path: Path) -> Case:
    folder = tmp_path / "out"
    return Case(
        FolderOutlet(folder, message_id=message_id, spool=MemorySpool(), sender=Address("studio@example.org", "Studio")),
        lambda n: [letter(f"c{i}/1/0") for i in range(n)],
        lambda: len(list(folder.glob("*"))) if folder.is_dir() else 0,
        lambda: _to_file(folder),
        hopeless=letter("h/1/0", to="personne"),
    )


def _to_file(folder: Path) -> None:
    """Where a folder was, a file is: nothing can be written, not even by root."""
    if folder.is_dir():
        folder.rename(folder.with_name("gone"))
    folder.write_text("")


def _files_in(spool: MemorySpool) -> Callable[[int], list[Effect]]:
    """What makes so many effects that store a file each."""

    def make(n: int) -> list[Effect]:
        hashes = [spool.put(f"contenu {i}".encode()) for i in range(n)]
        return [
            effect("files", f"c{i}/1/0", StoreFile(sha, f"../photo {i}.jpg", "image/jpeg", 9, f"c{i}"))
            for i, sha in enumerate(hashes)
        ]

    return make


def _disk(tmp_path: Path) -> Case:
    spool, folder = MemorySpool(), tmp_path / "files"

    return Case(
        DiskFiles(folder, spool=spool),
        _files_in(spool),
        lambda: sum(p.is_file() for p in folder.rglob("*")) if folder.is_dir() else 0,
        lambda: _to_file(folder),
        hopeless=effect("files", "h/1/0", StoreFile("0" * 64, "a", "b", 1, "h")),
    )


def _crm() -> Case:
    records = MemoryRecords()
    ticket, _ = records.put("crm.ticket", "old", {"subject": "ancien", "properties.a": "1"}, None)  # type: ignore[arg-type]

    def make(n: int) -> list[Effect]:
        kinds = [
            lambda i: UpsertContact(email=f"client{i}@example.com", name=f"Client {i}"),
            lambda i: UpsertContact(phone=f"+3361234{i:04}"),
            lambda i: OpenTicket(f"Demande {i}", "Bonjour", "1", f"G-{i}", {"validation_status": "pending_info"}),
            lambda i: UpdateTicket(ticket, {"credits_estimes": str(i)}, open=bool(i % 2)),
            lambda i: AddNote(ticket, f"note {i}"),
        ]
        return [effect("crm", f"c{i}/1/0", kinds[i % 5](i)) for i in range(n)]

    def ruin() -> None:
        records.broken = True

    return Case(
        LocalCrm(records), make, lambda: len(records.rows) - 1, ruin, hopeless=effect("crm", "h/1/0", AddNote("999", "rien"))
    )


def _tasks() -> Case:
    records = MemoryRecords()
    task, _ = records.put("task", "old", {"name": "ancienne"}, None)  # type: ignore[arg-type]

    def make(n: int) -> list[Effect]:
        return [
            effect(
                "tasks",
                f"c{i}/1/0",
                CommentTask(task, f"mot {i}") if i % 2 else CreateTask(f"Modéliser {i}", "**corps**", f"G-{i}", Decimal("2.5")),
            )
            for i in range(n)
        ]

    def ruin() -> None:
        records.broken = True

    return Case(
        LocalTasks(records),
        make,
        lambda: len(records.rows) - 1,
        ruin,
        hopeless=effect("tasks", "h/1/0", CommentTask("x", "rien")),
    )


def _hubspot(stack: ExitStack) -> Case:
    fake = stack.enter_context(HubSpot())
    outlet = hubspot_help.crm(fake, sleep=lambda seconds: None)
    place = {"hs_pipeline": hubspot_help.PIPELINE, "hs_pipeline_stage": hubspot_help.NEW}
    person = fake.add("contacts", {"email": "ancien@example.com"})
    tickets = [fake.add("tickets", {"subject": "ancien", **place}) for _ in range(4)]

    def make(n: int) -> list[Effect]:
        kinds = [
            lambda i: UpsertContact(email=f"client{i}@example.com", name=f"Client {i}"),
            lambda i: UpsertContact(phone=f"+3361234{i:04}"),
            lambda i: OpenTicket(f"Demande {i}", "Bonjour", person, f"G-{i}", {"validation_status": "pending_info"}),
            lambda i: UpdateTicket(tickets[i // 5], {"credits_estimes": str(i)}, open=bool(i % 2)),
            lambda i: AddNote(tickets[0], f"note {i}", person),
        ]
        return [effect("crm", f"c{i}/1/0", kinds[i % 5](i)) for i in range(n)]

    def count() -> int:
        changed = sum("credits_estimes" in t["properties"] for t in fake.tickets)
        return len(fake.contacts) - 1 + len(fake.tickets) - 4 + len(fake.notes) + changed

    return Case(outlet, make, count, fake.stop, hopeless=effect("crm", "h/1/0", AddNote("999", "rien")))


def _clickup(stack: ExitStack) -> Case:
    fake = stack.enter_context(ClickUp())
    client = ClickUpClient(fake.token, base=fake.url, timeout=(2.0, 2.0))
    task = fake.add_task("ancienne", parent=fake.parent)

    def make(n: int) -> list[Effect]:
        return [
            effect(
                "tasks",
                f"c{i}/1/0",
                CommentTask(task, f"mot {i}") if i % 2 else CreateTask(f"Modéliser {i}", "**corps**", f"G-{i}", Decimal("2.5")),
            )
            for i in range(n)
        ]

    return Case(
        ClickUpTasks(client, parent=fake.parent, spool=MemorySpool()),
        make,
        lambda: len(fake.created()) + sum(map(len, fake.comments.values())),
        fake.stop,
        idempotent=False,
        named=False,
        hopeless=effect("tasks", "h/1/0", CommentTask("x", "rien")),
    )


def _r2(stack: ExitStack) -> Case:
    server = stack.enter_context(r2_server())
    spool, bucket = MemorySpool(), server.bucket()

    return Case(
        R2Files(bucket, spool=spool),
        _files_in(spool),
        lambda: server.client().list_objects_v2(Bucket=bucket.name)["KeyCount"],
        server.stop,
        hopeless=effect("files", "h/1/0", StoreFile("0" * 64, "a", "b", 1, "h")),
    )


def _whatsapp(stack: ExitStack) -> Case:
    fake = stack.enter_context(Twilio())
    fake.receive("+33612345678", "Bonjour")
    return Case(
        WhatsAppOutlet(client_of(fake), clock=clock_of(fake)),
        lambda n: [words(f"c{i}/1/0") for i in range(n)],
        lambda: len(fake.sent),
        fake.stop,
        idempotent=False,
        named=False,
        hopeless=words("h/1/0", to="personne"),
    )


@pytest.fixture(params=["smtp", "folder", "disk", "crm", "tasks", "hubspot", "clickup", "r2", "whatsapp"])
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
    with ExitStack() as stack:
        made = {
            "smtp": lambda: _smtp(request, stack),
            "folder": lambda: _folder(tmp_path),
            "disk": lambda: _disk(tmp_path),
            "crm": _crm,
            "tasks": _tasks,
            "hubspot": lambda: _hubspot(stack),
            "clickup": lambda: _clickup(stack),
            "r2": lambda: _r2(stack),
            "whatsapp": lambda: _whatsapp(stack),
        }[request.param]()
        yield made
        made.outlet.close()


def test_it_says_what_it_is(case: Case) -> None:
    assert case.outlet.system == case.effects(1)[0].system
    assert case.outlet.batch >= 1
    assert case.outlet.lag >= 0
    assert isinstance(case.outlet.findable, bool)


def test_each_effect_has_one_outcome_in_order(case: Case) -> None:
    effects = case.effects(10)
    outcomes = case.outlet.deliver(effects)
    assert len(outcomes) == 10
    assert all(isinstance(o, Receipt) and o.id and not o.found for o in outcomes), outcomes
    assert case.count() == 10
    assert case.outlet.deliver([]) == []


def test_what_was_done_is_found_and_what_was_not_is_not(case: Case) -> None:
    effects = case.effects(6)
    done, not_done = effects[::2], effects[1::2]
    outcomes = dict(zip([e.key for e in done], case.outlet.deliver(done), strict=True))
    found = case.outlet.find(effects)
    for one, receipt in zip(effects, found, strict=True):
        if one in done:
            assert receipt is not None
            assert receipt.found
            outcome = outcomes[one.key]
            assert isinstance(outcome, Receipt)
            assert (receipt.id, receipt.url) == (outcome.id, outcome.url)
        else:
            assert receipt is None
    assert not_done
    assert case.outlet.find([]) == []


def test_one_record_however_often_an_effect_is_tried(case: Case) -> None:
    """As the courier does after an Ambiguous: find, and deliver what is not there."""
    effects = case.effects(5)
    case.outlet.deliver(effects)
    for _ in range(3):
        missing = [e for e, r in zip(effects, case.outlet.find(effects), strict=True) if r is None]
        assert missing == []
    assert case.count() == 5


def test_delivering_again_is_harmless_where_it_is_said_to_be(case: Case) -> None:
    effects = case.effects(10)
    first = case.outlet.deliver(effects)
    again = case.outlet.deliver(effects)
    ids = [(o.id, o.url) for o in first if isinstance(o, Receipt)]
    assert not case.named or ids == [(o.id, o.url) for o in again if isinstance(o, Receipt)]
    assert case.count() == (10 if case.idempotent else 20)


def test_a_hopeless_effect_does_not_spoil_its_batch(case: Case) -> None:
    assert case.hopeless is not None
    good = case.effects(4)
    outcomes = case.outlet.deliver([*good[:2], case.hopeless, *good[2:]])
    assert [isinstance(o, Receipt) for o in outcomes] == [True, True, False, True, True]
    assert isinstance(outcomes[2], Rejected)
    assert case.count() == 4
    assert case.outlet.find([case.hopeless]) == [None]


def test_an_effect_of_another_kind_is_rejected(case: Case) -> None:
    letters = case.outlet.system in ("mail", "whatsapp")
    stranger = dataclasses.replace(letter("s/1/0"), payload=AddNote("1", "x")) if letters else letter("s/1/0")
    (outcome,) = case.outlet.deliver([stranger])
    assert isinstance(outcome, Rejected)


def test_what_cannot_be_reached_is_transient_and_nothing_else_escapes(case: Case) -> None:
    case.outlet.deliver(case.effects(1))
    assert case.outlet.check().ok is True
    case.ruin()
    effects = case.effects(7)[1:]
    try:
        outcomes = case.outlet.deliver(effects)
    except PortError as error:
        outcomes = [error] * len(effects)
    assert len(outcomes) == len(effects)
    assert all(isinstance(o, Transient) for o in outcomes), outcomes
    assert all("\n" not in str(o) for o in outcomes)
    health = case.outlet.check()
    assert health.ok is False
    assert health.detail


def test_it_may_be_closed_and_used_again(case: Case) -> None:
    case.outlet.close()
    first, second = case.effects(2)
    assert isinstance(case.outlet.deliver([first])[0], Receipt)
    case.outlet.close()
    case.outlet.close()
    assert isinstance(case.outlet.deliver([second])[0], Receipt)
