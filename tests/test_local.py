"""What is particular to the stand-ins; what they share with the connectors is in tests/contract."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime
from decimal import Decimal
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from effects_help import MemoryRecords, MemorySpool, letter, message_id
from hypothesis import given
from hypothesis import strategies as st
from imap_help import MemoryLedger, drain, mail

from connectors.local.files import DiskFiles
from connectors.local.folder import FolderInbox, FolderOutlet, safe_name
from connectors.local.records import LocalCrm, LocalTasks, properties
from core.effects import AddNote, CreateTask, Effect, OpenTicket, Receipt, StoreFile, UpdateTicket, UpsertContact
from core.erasure import Trace
from core.errors import Rejected, Transient
from core.message import Address
from settings import Settings
from store import open_store
from tests.store_help import KEYS
from tests.store_help import NOW as KEPT_AT


def settled(path: Path, raw: bytes, age: float = 10.0) -> Path:
    path.write_bytes(raw)
    os.utime(path, (time.time() - age, time.time() - age))
    return path


# ------------------------------------------------------------------ the folder as an inbox


def test_a_file_that_is_being_written_waits(tmp_path: Path) -> None:
    settled(tmp_path / "a.eml", mail("a"), age=-0.05)
    for name in ("b.eml.part", "c.tmp", ".d.eml", "notes.txt"):
        settled(tmp_path / name, mail("x"))
    (tmp_path / "sub.eml").mkdir()
    fresh = tmp_path / "e.eml"
    fresh.write_bytes(mail("e"))
    inbox, ledger = FolderInbox(tmp_path), MemoryLedger()
    drain(inbox, ledger)
    assert "e" not in ledger.subjects()
    time.sleep(0.25)
    drain(inbox, ledger)
    assert sorted(ledger.subjects()) == ["a", "e"]


def test_a_time_in_the_future_does_not_hold_a_file_back(tmp_path: Path) -> None:
    settled(tmp_path / "a.eml", mail("a"), age=-3600)
    ledger = MemoryLedger()
    drain(FolderInbox(tmp_path), ledger)
    assert ledger.subjects() == ["a"]


def test_files_stay_as_they_are(tmp_path: Path) -> None:
    for n in range(3):
        settled(tmp_path / f"{n}.eml", mail(f"m{n}"))
    before = {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in tmp_path.iterdir()}
    inbox = FolderInbox(tmp_path)
    drain(inbox, MemoryLedger())
    inbox.close()
    assert {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in tmp_path.iterdir()} == before


def test_a_file_that_changes_is_a_new_item(tmp_path: Path) -> None:
    path = settled(tmp_path / "a.eml", mail("un"))
    inbox, ledger = FolderInbox(tmp_path), MemoryLedger()
    drain(inbox, ledger)
    settled(path, mail("deux"), age=5)
    drain(inbox, ledger)
    assert ledger.subjects() == ["un", "deux"]
    os.utime(path)
    time.sleep(0.25)
    assert drain(inbox, ledger) == [], "touched is not changed"


def test_oldest_first(tmp_path: Path) -> None:
    for name, age in (("b", 30.0), ("a", 10.0), ("c", 20.0)):
        settled(tmp_path / f"{name}.eml", mail(name), age)
    ledger = MemoryLedger()
    drain(FolderInbox(tmp_path), ledger)
    assert ledger.subjects() == ["b", "c", "a"]


def test_a_folder_without_news_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(50):
        settled(tmp_path / f"{n}.eml", mail(f"m{n}"))
    inbox, ledger = FolderInbox(tmp_path), MemoryLedger()
    drain(inbox, ledger)
    drain(inbox, ledger)
    asked = ledger.asked
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("a file was opened"))
    for _ in range(5):
        assert drain(inbox, ledger) == []
    assert ledger.asked == asked


def test_a_file_that_cannot_be_read_does_not_hold_the_others_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settled(tmp_path / "bad.eml", mail("bad"))
    settled(tmp_path / "good.eml", mail("good"))
    usual = Path.open

    def refuse(self: Path, *args: object) -> object:
        if self.name == "bad.eml":
            raise PermissionError(13, "Permission denied")
        return usual(self, *args)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)
    inbox, ledger = FolderInbox(tmp_path), MemoryLedger()
    drain(inbox, ledger)
    assert ledger.subjects() == ["good"]
    assert "bad.eml" in next(iter(ledger.failures.values()))[0]
    monkeypatch.undo()
    drain(inbox, ledger)
    assert sorted(ledger.subjects()) == ["bad", "good"]


# ------------------------------------------------------------------ the folder as an outbox


def test_a_mail_is_a_whole_file_one_can_open(tmp_path: Path) -> None:
    spool = MemorySpool()
    sha = spool.put(b"contenu")
    out = FolderOutlet(tmp_path / "out", message_id=message_id, spool=spool, sender=Address("studio@example.org", "Studio"))
    effect = letter("c/1/0", attachments=(f"{sha}/été.txt",))
    (receipt,) = out.deliver([effect])
    assert isinstance(receipt, Receipt)
    assert receipt.id == message_id(effect)
    path = Path(unquote(urlsplit(receipt.url).path))
    assert path == out.path(effect)
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    written = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert written["Message-ID"] == message_id(effect)
    assert [p.get_filename() for p in written.iter_attachments()] == ["été.txt"]


def test_keys_that_look_alike_are_different_files(tmp_path: Path) -> None:
    out = FolderOutlet(tmp_path, message_id=message_id, spool=MemorySpool(), sender=Address("studio@example.org"))
    effects = [letter(key) for key in ("a/1/0", "a-1/0", "a/1-0", "A/1/0", "a" * 300 + "/1/0", "a" * 301 + "/1/0")]
    assert len({str(out.path(e)).casefold() for e in effects}) == len(effects)
    assert all(isinstance(o, Receipt) for o in out.deliver(effects))


def test_row_25_a_full_disk_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """FAILURES row 25: a file that met a full disk is never tried again."""
    out = FolderOutlet(tmp_path, message_id=message_id, spool=MemorySpool(), sender=Address("studio@example.org"))
    files = DiskFiles(tmp_path / "files", spool=(spool := MemorySpool()))
    stored = Effect("c/1/1", "c", "files", StoreFile(spool.put(b"x" * 100), "a.glb", "model/gltf-binary", 100, "c"))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    for outlet, effect in ((out, letter("c/1/0")), (files, stored)):
        (outcome,) = outlet.deliver([effect])
        assert isinstance(outcome, Transient)
        assert "disque plein" in str(outcome)
        assert outlet.find([effect]) == [None]
    assert not [p for p in tmp_path.rglob("*") if p.is_file()], "nothing half written is left"
    monkeypatch.undo()
    assert isinstance(out.deliver([letter("c/1/0")])[0], Receipt)
    assert isinstance(files.deliver([stored])[0], Receipt)


# ------------------------------------------------------------------ files


@given(st.text(max_size=200), st.text(max_size=300))
def test_no_name_leaves_the_folder(case_id: str, name: str) -> None:
    for part in (safe_name(case_id), safe_name(name)):
        assert part
        assert part not in (".", "..")
        assert not set(part) & set("/\\\x00\n\r")
        assert not part.startswith(".")
        assert len(part.encode()) <= 130


def test_the_same_content_for_the_same_case_is_one_file(tmp_path: Path) -> None:
    spool = MemorySpool()
    sha = spool.put(b"photo")
    files = DiskFiles(tmp_path, spool=spool)
    effects = [Effect(f"c/{n}/0", "c", "files", StoreFile(sha, "photo.jpg", "image/jpeg", 5, "c")) for n in range(3)]
    outcomes = files.deliver(effects)
    assert len({o.url for o in outcomes if isinstance(o, Receipt)}) == 1
    (path,) = [p for p in tmp_path.rglob("*") if p.is_file()]
    assert path.read_bytes() == b"photo"
    assert path.relative_to(tmp_path).as_posix() == f"c/{sha[:16]}-photo.jpg"


@pytest.mark.parametrize(
    ("desk", "link"),
    [("https://guichet.example/", "https://guichet.example/cases/c#file-{sha}"), ("", "file://{path}")],
)
def test_a_files_link_is_one_that_people_can_open(tmp_path: Path, desk: str, link: str) -> None:
    spool = MemorySpool()
    sha = spool.put(b"photo")
    files = DiskFiles(tmp_path, spool=spool, desk=desk)
    effect = Effect("c/1/0", "c", "files", StoreFile(sha, "photo.jpg", "image/jpeg", 5, "c"))
    (receipt,) = files.deliver([effect])
    assert isinstance(receipt, Receipt)
    path = tmp_path / "c" / f"{sha[:16]}-photo.jpg"
    assert receipt.url == link.format(sha=sha[:16], path=path)
    assert files.find([effect])[0].url == receipt.url  # type: ignore[union-attr]
    # It is found again by that to be erased, whatever the address was then.
    elsewhere = DiskFiles(tmp_path, spool=spool)
    assert elsewhere.forget([Trace("files", "file.store", receipt.id, url=receipt.url)]) == [None]
    assert not path.exists()
    (foreign,) = elsewhere.forget([Trace("files", "file.store", receipt.id, url="https://bucket.example/c/photo.jpg")])
    assert isinstance(foreign, Rejected)


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        ({"public_url": "https://guichet.example"}, "https://guichet.example"),
        ({}, "http://127.0.0.1:5000"),
        ({"host": "0.0.0.0", "port": 8080}, "http://127.0.0.1:8080"),
        ({"host": "::1"}, "http://[::1]:5000"),
        ({"port": 0}, ""),
    ],
)
def test_where_the_desk_is(settings: dict[str, Any], address: str) -> None:
    assert Settings(_env_file=None, **settings).desk_url == address  # type: ignore[call-arg]


# ------------------------------------------------------------------ records


def crm(key: str, payload: object) -> Effect:
    return Effect(key, key.partition("/")[0], "crm", payload)  # type: ignore[arg-type]


def test_one_contact_an_address_whatever_its_case_and_later_news_of_it_kept() -> None:
    records = MemoryRecords()
    local = LocalCrm(records)
    first, second, third = local.deliver(
        [
            crm("a/1/0", UpsertContact(email="Jean@Example.com", name="Jean")),
            crm("b/1/0", UpsertContact(email="jean@example.com", phone="+33612345678", language="fr")),
            crm("c/1/0", UpsertContact(phone="+33 6 12 34 56 78")),
        ]
    )
    assert isinstance(first, Receipt)
    assert isinstance(second, Receipt)
    assert isinstance(third, Receipt)
    assert first.id == second.id != third.id
    assert first.url == f"local://contact/{first.id}"
    (contact, other) = [data for _, _, data in records.all("crm.contact")]
    assert (contact["name"], contact["phone"], contact["language"]) == ("Jean", "+33612345678", "fr")
    assert other["phone"] == "+33 6 12 34 56 78"
    assert isinstance(local.deliver([crm("d/1/0", UpsertContact(name="Personne"))])[0], Rejected)


def test_a_ticket_and_what_becomes_of_it() -> None:
    records = MemoryRecords()
    local = LocalCrm(records, clock=lambda: datetime(2026, 1, 1, tzinfo=UTC))
    opened = crm("a/1/0", OpenTicket("Fauteuil", "Bonjour", "1", "G-1", {"validation_status": "pending_info"}))
    (ticket,) = local.deliver([opened])
    assert isinstance(ticket, Receipt)
    assert ticket.url == f"local://ticket/{ticket.id}"
    change = crm("a/2/0", UpdateTicket(ticket.id, {"validation_status": "validated", "credits_estimes": "2"}, open=False))
    assert local.find([change]) == [None]
    (changed,) = local.deliver([change])
    assert changed == Receipt(ticket.id, ticket.url)
    assert local.find([change]) == [Receipt(ticket.id, ticket.url, found=True)]
    local.deliver([crm("a/3/0", AddNote(ticket.id, "Vu"))])
    ((_, _, data),) = records.all("crm.ticket")
    assert properties(data) == {"validation_status": "validated", "credits_estimes": "2"}
    assert data["open"] is False
    assert data["subject"] == "Fauteuil"
    # An old change that is delivered again does not undo a later one.
    local.deliver([crm("a/4/0", UpdateTicket(ticket.id, {"validation_status": "rejected"})), change])
    assert properties(next(iter(records.all("crm.ticket")))[2])["validation_status"] == "rejected"
    (outcome,) = local.deliver([crm("a/5/0", UpdateTicket("999", {"a": "b"}))])
    assert isinstance(outcome, Rejected)


def test_records_hold_only_what_json_can() -> None:
    records = MemoryRecords()
    task = Effect("a/1/0", "a", "tasks", CreateTask("Modéliser", "corps", "G-1", Decimal("1.5"), properties={"k": "v"}))
    (receipt,) = LocalTasks(records).deliver([task])
    assert isinstance(receipt, Receipt)
    assert receipt.url == f"local://task/{receipt.id}"
    data = json.loads(json.dumps(records.rows[0][2]))
    assert data["quantity"] == "1.5"
    assert properties(data) == {"k": "v"}


def test_a_store_that_fails_is_transient() -> None:
    records = MemoryRecords()
    records.broken = True
    (outcome,) = LocalTasks(records).deliver([Effect("a/1/0", "a", "tasks", CreateTask("x", "y", "z"))])
    assert isinstance(outcome, Transient)
    with pytest.raises(Transient):
        LocalTasks(records).find([Effect("a/1/0", "a", "tasks", CreateTask("x", "y", "z"))])


def test_a_batch_is_kept_in_few_commits_and_one_bad_effect_spoils_no_other(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'guichet.db'}", keys=KEYS, now=KEPT_AT)
    writes: list[object] = []
    plain = store.db.write
    store.db.write = lambda work: (writes.append(work), plain(work))[1]  # type: ignore[method-assign]
    crm = LocalCrm(store, clock=lambda: KEPT_AT)
    effects = [Effect(f"c{n}/1/0", f"c{n}", "crm", UpsertContact(email=f"c{n}@example.com", name=f"C{n}")) for n in range(40)]
    effects[7] = Effect("c7/1/0", "c7", "crm", UpdateTicket("999", {"a": "b"}))
    first = crm.deliver(effects)
    assert isinstance(first[7], Rejected)
    assert all(isinstance(r, Receipt) for n, r in enumerate(first) if n != 7)
    assert len(writes) == 3
    again = crm.deliver(effects)
    assert [getattr(r, "id", "") for r in again] == [getattr(r, "id", "") for r in first]
    store.close()
