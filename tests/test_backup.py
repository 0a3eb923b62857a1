"""Backups: taken while the service works, verified, restored whole or not at all, into either database."""

from __future__ import annotations

import gzip
import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from core.effects import Receipt
from core.errors import UserError
from core.ports import Change, PendingEvent, Settled
from store import Keys, SqlStore, open_store
from store.backup import Restored, backup, check, heads, latest, prune, restore
from store.sealed import Damaged
from store.spool import FolderSpool
from store.tables import metadata
from tests import postgres
from tests.store_help import KEYS, NOW, case, effect, entry, erase_texts, later, opened, reading, taken

pytest_plugins = ["tests.store_fixtures"]

OTHER = Keys.derive("un tout autre secret, long aussi")


@pytest.fixture
def spool(tmp_path: Path) -> FolderSpool:
    return FolderSpool(tmp_path / "spool", KEYS)


@pytest.fixture
def lived(store: SqlStore, spool: FolderSpool) -> SqlStore:
    """A store in which something of everything happened."""
    for n in range(3):
        spool.put(f"raw {n}".encode() * 1000)
    store.take("gmail", "email", [taken(str(n)) for n in range(3)], {"uid": "3"}, NOW)
    store.save_readings([reading(row) for row in store.unread(2, NOW)], [], NOW)
    opened(
        store,
        effect("done", name="ticket"),
        effect("sending"),
        effect("intended"),
        effect("uncertain"),
        effect("parked"),
        effect("dropped"),
        effect("waits", after=("done", "intended"), refers=True),
    )
    store.sending(["done", "sending", "uncertain"], NOW)
    store.settle([Settled("done", "done", Receipt("77")), Settled("uncertain", "uncertain", next_at=later(99))], NOW)
    store.settle([Settled("parked", "parked", error="non"), Settled("dropped", "parked", error="non")], NOW)
    store.drop(["effect:dropped"], "zoé", NOW)
    change = Change(case(version=2), 1, deadlines=(("remind", later(60)),), thread_ids=("<m>",), notice_to="client@example.com")
    store.commit([change, Change(None, journal=(entry(text="un texte"), entry(text="un autre", case_id="c9")))], NOW)
    erase_texts(store, ["c9"], "zoé", NOW)
    store.add_event(PendingEvent("op", "c1", "operator", "{}", NOW))
    store.put("crm", "k", {"name": "Zoé"}, NOW)
    store.keep_directives("figurative", "r1", {"a.md": "é"}, NOW)
    store.note("lane", True, "", NOW)
    return store


@pytest.fixture(params=["sqlite", "postgresql"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A place that holds nothing yet, on each database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'restored.db'}"
    else:
        url = postgres.fresh(postgres.server())
        yield url
        postgres.drop(url)


def put_back(at: Path, url: str, folder: Path, **options: Any) -> Restored:
    return restore(at, url, folder, keys=KEYS, now=later(100), **options)


def rows(store: SqlStore, *leave: str) -> dict[str, list[Any]]:
    with store.db.read() as connection:
        return {
            one.name: [tuple(row) for row in connection.execute(select(one).order_by(*one.primary_key))]
            for one in metadata.sorted_tables
            if one.name not in leave
        }


def test_everything_comes_back_in_either_database(lived: SqlStore, spool: FolderSpool, target: str, tmp_path: Path) -> None:
    before = rows(lived, "outbox", "journal", "meta")
    folder = backup(lived, spool, tmp_path / "backups", NOW)
    told = put_back(tmp_path / "backups", target, tmp_path / "spool2")
    assert (told.uncertain, told.missing, told.manifest.files) == (3, (), 3)
    assert told.manifest == check(folder, KEYS)
    store = open_store(target, keys=KEYS, now=NOW)
    assert rows(store, "outbox", "journal", "meta") == before
    report = store.audit(heads(tmp_path / "backups", KEYS))
    assert (report.ok, report.rows, report.erased) == (True, lived.audit().rows + 1, 1)
    assert [line.kind for _, line in store.history("")] == ["restored"]
    again = FolderSpool(tmp_path / "spool2", KEYS)
    assert [again.get(digest) for digest in again.digests()] == [spool.get(digest) for digest in spool.digests()]
    # It works on: numbers go on after the restored ones.
    assert store.take("gmail", "email", [taken("9")], {}, NOW) == 1
    store.commit([Change(case("c7"), effects=(effect("c7/1/0", case_id="c7"),), journal=(entry(),))], NOW)
    store.put("crm", "k2", {}, NOW)
    store.add_event(PendingEvent("op2", "c1", "operator", "{}", NOW))
    assert store.audit().ok
    store.close()


def test_what_was_not_finished_is_looked_up_before_it_is_sent(
    lived: SqlStore, spool: FolderSpool, target: str, tmp_path: Path
) -> None:
    put_back(backup(lived, spool, tmp_path / "b", NOW), target, tmp_path / "spool2")
    store = open_store(target, keys=KEYS, now=NOW)
    assert {row.effect.key: row.state for row in store.outbox("c1")} == {
        "done": "done",
        "sending": "uncertain",
        "intended": "uncertain",
        "uncertain": "uncertain",
        "parked": "parked",
        "dropped": "dropped",
        "waits": "uncertain",
    }
    assert [row.effect.key for row in store.ready("crm", later(100), 9)] == ["sending", "intended", "uncertain"]
    store.settle([Settled("intended", "reconciled", Receipt("5", found=True))], later(100))
    assert [row.effect.key for row in store.ready("crm", later(100), 9)] == ["sending", "uncertain", "waits"]
    store.close()


def test_a_backup_taken_while_others_write_is_of_one_moment(store: SqlStore, spool: FolderSpool, tmp_path: Path) -> None:
    """Each commit adds a case with one effect and two lines; a backup that saw half of one would show it."""
    opened(store, effect("c1/1/0"), id="c1")
    stop, written = threading.Event(), []

    def write() -> None:
        n = 2
        while not stop.is_set() and n < 3000:
            lines = (entry(case_id=f"c{n}"), entry(case_id=f"c{n}"))
            store.commit([Change(case(f"c{n}"), effects=(effect(f"c{n}/1/0", case_id=f"c{n}"),), journal=lines)], NOW)
            written.append(n)
            n += 1

    thread = threading.Thread(target=write)
    thread.start()
    folders = []
    for n in range(4):
        at_least = len(written)
        folders.append((backup(store, spool, tmp_path / "b", later(n)), at_least))
    stop.set()
    thread.join()
    for n, (folder, at_least) in enumerate(folders):
        counts = check(folder, KEYS).tables
        assert counts["cases"] >= at_least
        assert counts["outbox"] == counts["cases"]
        assert counts["journal"] == 2 * (counts["cases"] - 1)
        if n == 3:
            put_back(folder, f"sqlite:///{tmp_path}/r.db", tmp_path / "spool2")
    assert store.audit(heads(tmp_path / "b", KEYS)).ok


def test_files_are_copied_once_for_all_backups(sqlite_store: SqlStore, spool: FolderSpool, tmp_path: Path) -> None:
    first = spool.put(b"one" * 1000)
    to = tmp_path / "b"
    backup(sqlite_store, spool, to, NOW)
    copy = to / "spool" / first[:2] / first[2:4] / first
    before = copy.stat().st_mtime_ns, copy.stat().st_ino
    second = spool.put(b"two" * 1000)
    seen: list[tuple[int, int]] = []
    folder = backup(sqlite_store, spool, to, later(1), lambda done, of: seen.append((done, of)))
    assert (copy.stat().st_mtime_ns, copy.stat().st_ino) == before
    assert seen[-1] == (2, 2)
    assert FolderSpool(to / "spool", KEYS).get(second) == b"two" * 1000
    assert latest(to) == folder
    assert check(to, KEYS).files == 2
    with pytest.raises(UserError, match="existe déjà"):
        backup(sqlite_store, spool, to, later(1))


def test_a_place_that_holds_something_is_refused_unless_forced(
    lived: SqlStore, spool: FolderSpool, target: str, tmp_path: Path
) -> None:
    folder = backup(lived, spool, tmp_path / "b", NOW)
    store = open_store(target, keys=KEYS, now=NOW)
    opened(store, id="mine")
    store.db.write(lambda c: c.execute(text("CREATE TABLE somebody_elses (x INTEGER)")))
    store.close()
    with pytest.raises(UserError, match="--force"):
        put_back(folder, target, tmp_path / "spool2")
    store = open_store(target, keys=KEYS, now=NOW)
    assert list(store.cases(["mine", "c1"])) == ["mine"]
    store.close()
    put_back(folder, target, tmp_path / "spool2", force=True)
    store = open_store(target, keys=KEYS, now=NOW)
    assert list(store.cases(["mine", "c1"])) == ["c1"]
    assert store.audit().ok
    with store.db.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM somebody_elses")).scalar() == 0
    store.close()
    fresh = FolderSpool(tmp_path / "full", KEYS)
    fresh.put(b"mine")
    with pytest.raises(UserError, match="contient déjà"):
        put_back(folder, f"sqlite:///{tmp_path}/nothing.db", fresh.folder)


def test_a_restore_that_breaks_off_leaves_what_was_there(
    lived: SqlStore, spool: FolderSpool, target: str, tmp_path: Path
) -> None:
    folder = backup(lived, spool, tmp_path / "b", NOW)
    store = open_store(target, keys=KEYS, now=NOW)
    opened(store, id="mine")
    store.close()
    # The manifest is signed by whoever has the key, so this can only be a defect; still nothing may be lost by it.
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["tables"]["records"] += 1
    sign(folder, manifest)
    with pytest.raises(UserError, match="il manque des lignes"):
        put_back(folder, target, tmp_path / "spool2", force=True)
    store = open_store(target, keys=KEYS, now=NOW)
    assert list(store.cases(["mine", "c1"])) == ["mine"]
    assert store.audit().ok
    store.close()


def sign(folder: Path, manifest: dict[str, Any]) -> None:
    from store.portable import manifest_mac

    manifest.pop("mac")
    manifest["mac"] = manifest_mac(KEYS, manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.fixture
def taken_backup(sqlite_store: SqlStore, spool: FolderSpool, tmp_path: Path) -> Path:
    opened(sqlite_store, effect("a"))
    spool.put(b"one" * 1000)
    return backup(sqlite_store, spool, tmp_path / "b", NOW)


def refused(at: Path, tmp_path: Path, keys: Keys = KEYS) -> str:
    with pytest.raises(UserError) as raised:
        restore(at, f"sqlite:///{tmp_path}/r.db", tmp_path / "spool2", keys=keys, now=NOW)
    with pytest.raises(UserError):
        check(at, keys)
    assert "→" in str(raised.value)
    return str(raised.value)


def test_a_damaged_or_foreign_backup_is_refused(taken_backup: Path, tmp_path: Path) -> None:
    assert "SECRET_KEY" in refused(taken_backup, tmp_path, OTHER)
    assert "aucune sauvegarde" in refused(tmp_path / "nothing", tmp_path)
    for name in ("tables.jsonl.gz", "files.txt.gz", "manifest.json"):
        path = taken_backup / name
        kept = path.read_bytes()
        for broken in (kept[: len(kept) // 2], kept[:-3] + b"xyz", b""):
            path.write_bytes(broken)
            assert "sauvegarde" in refused(taken_backup, tmp_path)
        path.unlink()
        refused(taken_backup, tmp_path)
        path.write_bytes(kept)
    manifest = json.loads((taken_backup / "manifest.json").read_text())
    manifest["tables"]["cases"] = 0
    (taken_backup / "manifest.json").write_text(json.dumps(manifest))
    assert "modifiée" in refused(taken_backup, tmp_path)
    sign(taken_backup, manifest | {"format": 99})
    assert "format" in refused(taken_backup, tmp_path)
    sign(taken_backup, manifest | {"schema": "9999", "mac": ""})
    with pytest.raises(UserError, match="plus récente"):
        put_back(taken_backup, f"sqlite:///{tmp_path}/r.db", tmp_path / "spool2")


def test_a_damaged_file_is_found_and_a_missing_one_is_told(taken_backup: Path, tmp_path: Path) -> None:
    [file] = [path for path in (taken_backup.parent / "spool").glob("*/*/*") if path.is_file()]
    kept = file.read_bytes()
    file.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    with pytest.raises(Damaged):
        check(taken_backup, KEYS)
    with pytest.raises(Damaged):
        put_back(taken_backup, f"sqlite:///{tmp_path}/r.db", tmp_path / "spool2")
    file.unlink()
    with pytest.raises(UserError, match="il manque le fichier"):
        check(taken_backup, KEYS)
    assert put_back(taken_backup, f"sqlite:///{tmp_path}/r.db", tmp_path / "spool2").missing == (file.name,)


def test_a_backup_that_did_not_end_is_passed_over_and_leaves_no_trace(
    taken_backup: Path, sqlite_store: SqlStore, spool: FolderSpool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    spool.put(b"another")
    with pytest.raises(UserError, match="No space left"):
        backup(sqlite_store, spool, taken_backup.parent, later(5))
    monkeypatch.undo()
    (taken_backup.parent / "20990101T000000Z").mkdir()
    assert latest(taken_backup.parent) == taken_backup
    assert {path.name for path in taken_backup.parent.iterdir()} == {"spool", taken_backup.name, "20990101T000000Z"}


def test_a_head_of_a_backup_shows_what_was_put_back_behind_our_back(
    taken_backup: Path, sqlite_store: SqlStore, spool: FolderSpool, tmp_path: Path
) -> None:
    sqlite_store.commit([Change(None, journal=(entry(), entry()))], NOW)
    backup(sqlite_store, spool, taken_backup.parent, later(1))
    backup(SqlStore(sqlite_store.db, KEYS), spool, taken_backup.parent, later(2))
    known = heads(taken_backup.parent, KEYS)
    assert [head.seq for head in known] == [0, 2, 2]
    assert sqlite_store.audit(known).ok
    old = restore(taken_backup, f"sqlite:///{tmp_path}/old.db", tmp_path / "spool2", keys=KEYS, now=NOW)
    assert old.manifest.journal.seq == 0
    store = open_store(f"sqlite:///{tmp_path}/old.db", keys=KEYS, now=NOW)
    assert not store.audit(known).ok
    store.close()


def test_no_secret_stands_in_a_backup(lived: SqlStore, spool: FolderSpool, tmp_path: Path) -> None:
    folder = backup(lived, spool, tmp_path / "b", NOW)
    plain = gzip.decompress((folder / "tables.jsonl.gz").read_bytes()) + (folder / "manifest.json").read_bytes()
    for word in (b"client@example.com", b"un texte", KEYS.encryption.hex().encode()):
        assert word not in plain
    assert [path.stat().st_mode & 0o077 for path in (folder, folder / "tables.jsonl.gz", folder / "manifest.json")] == [0, 0, 0]


def test_old_backups_go_with_the_files_that_only_they_named(sqlite_store: SqlStore, spool: FolderSpool, tmp_path: Path) -> None:
    to, shared = tmp_path / "b", spool.put(b"in every backup")
    gone = spool.put(b"erased after the first")
    made = [backup(sqlite_store, spool, to, NOW)]
    spool.delete(gone)
    made += [backup(sqlite_store, spool, to, later(n)) for n in (1, 2, 3)]
    foreign = to / "20200101T000000Z"
    foreign.mkdir()
    (foreign / "manifest.json").write_text("{}")
    kept = {p.name for p in (to / "spool").rglob("*") if p.is_file()}
    assert kept == {shared, gone}

    assert prune(to, 3, KEYS) == 1
    # What the foreign one's files are is not known, so all of them stay as long as it does.
    assert {p.name for p in (to / "spool").rglob("*") if p.is_file()} == kept
    assert (foreign / "manifest.json").exists()
    shutil.rmtree(foreign)
    assert prune(to, 2, KEYS) == 1
    assert [folder for folder in made if (folder / "manifest.json").exists()] == made[2:]
    assert {p.name for p in (to / "spool").rglob("*") if p.is_file()} == {shared}
    assert prune(to, 2, KEYS) == 0
    restored = put_back(to, f"sqlite:///{tmp_path / 'r.db'}", tmp_path / "spool2")
    assert restored.missing == ()
    assert prune(to, 0, KEYS) == 1, "the newest always stays"
    assert (made[-1] / "manifest.json").exists()
