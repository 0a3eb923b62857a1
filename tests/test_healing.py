"""Quarantine that heals: what could not be read is tried once more by itself after an upgrade, and that is told."""

from __future__ import annotations

from pathlib import Path

from assembly import VERSION
from console.beside import reading_store
from console.status import status_of
from core.effects import StoreFile
from core.ports import Change, Settled
from data_folder import keys_of
from engine.healing import reading_version
from spools import open_spool
from store import SqlStore
from tests.road import ADMIN, Light, mail, plain
from tests.store_help import NOW, effect, later, opened, reading, taken

pytest_plugins = ["tests.store_fixtures"]


def _parked(store: SqlStore, *names: str) -> list[int]:
    store.take("gmail", "email", [taken(name) for name in names], {}, NOW)
    rows = store.unread(10, NOW)
    store.save_readings([], [(row.id, "illisible", None) for row in rows], NOW)
    return [row.id for row in rows]


def test_a_new_version_tries_what_is_parked_once(store: SqlStore) -> None:
    first, second = _parked(store, "a", "b")
    assert store.heal("v1", 2, later(1)) == 2
    assert [(row.id, row.attempts) for row in store.unread(10, later(1))] == [(first, 2), (second, 2)]
    assert store.heal("v1", 2, later(2)) == 0
    found = store.healing()
    assert found is not None
    assert (found.messages, found.waiting) == (2, 2)

    rows = store.unread(10, later(1))
    store.save_readings([reading(rows[0])], [(second, "toujours illisible", None)], later(3))
    found = store.healing()
    assert found is not None
    assert (found.recovered, found.parked, found.waiting) == (0, 1, 1)
    store.commit([Change(None, inbox_id=first, outcome="ignored")], later(4))
    found = store.healing()
    assert found is not None
    assert (found.recovered, found.parked, found.waiting) == (1, 1, 0)

    letter = Change(None, effects=(effect("healed/1", case_id="", system="mail"),))
    assert store.healed(found, letter, later(5))
    assert not store.healed(found, letter, later(5))
    assert store.healing() is None
    assert [row.effect.key for row in store.ready("mail", later(5), 10)] == ["healed/1"]
    assert [line.kind for _, line in store.history("")] == ["reader.healing", "reader.healed"]
    last = store.last_healed()
    assert last is not None
    assert (last["version"], last["messages"], last["recovered"]) == ("v1", 2, 1)
    assert store.audit().ok

    assert store.heal("v1", 2, later(6)) == 0, "once a version"
    assert store.unread(10, later(6)) == []
    assert store.heal("v2", 2, later(7)) == 1, "and again with the next"


def test_a_round_that_was_cut_short_goes_on_in_the_next(store: SqlStore) -> None:
    _parked(store, "a")
    store.heal("v1", 2, later(1))
    _parked(store, "a", "b")
    assert store.heal("v2", 2, later(2)) == 2
    found = store.healing()
    assert found is not None
    assert (found.version, found.messages, found.waiting) == ("v2", 2, 2)


def test_what_was_never_downloaded_is_left_to_its_inbox(store: SqlStore) -> None:
    for n in range(5):
        store.take("gmail", "email", [taken("x", raw=None, error="trop lent")], {}, later(n))
    assert len(store.parked()) == 1
    assert store.heal("v1", 2, later(9)) == 0
    assert len(store.parked()) == 1


def test_a_file_that_could_not_be_stored_needs_retry_only(store: SqlStore) -> None:
    file = effect("c1/1/0", system="files", name="file")
    file = type(file)(file.key, file.case_id, file.system, StoreFile("ab" * 32, "plan.pdf", "application/pdf", 3, "c1"))
    opened(store, file)
    store.sending([file.key], NOW)
    store.settle([Settled(file.key, "parked", error="disque plein")], NOW)
    assert store.heal("v1", 2, later(1)) == 0, "an upgrade mends no disk"
    assert store.ready("files", later(1), 5) == []
    assert store.retry([f"effect:{file.key}"], later(2), "anne") == 1
    assert [row.effect for row in store.ready("files", later(2), 5)] == [file]


def test_the_version_follows_the_code_that_reads(tmp_path: Path) -> None:
    (tmp_path / "processors").mkdir()
    (tmp_path / "processors" / "parse.py").write_text("a = 1\n")
    before = reading_version("3.0", tmp_path)
    assert before == reading_version("3.0", tmp_path)
    assert before.startswith("3.0+")
    (tmp_path / "web.py").write_text("x = 1\n")
    assert reading_version("3.0", tmp_path) == before
    (tmp_path / "processors" / "parse.py").write_text("a = 2\n")
    assert reading_version("3.0", tmp_path) != before != reading_version("3.1", tmp_path)


def test_after_an_upgrade_the_road_recovers_and_tells(tmp_path: Path) -> None:
    counter = Light(tmp_path)
    counter.work()
    with reading_store(counter.settings) as store:
        assert store.heal("3.0.0+autre", 2, counter.clock()) == 0, "an older version is at work"
        spool = open_spool(counter.settings, keys_of(counter.settings))
        good = taken("bon", raw=mail("Je souhaite modéliser ce fauteuil"))
        assert spool.put(good.item.raw or b"") == good.raw
        store.take("folder", "email", [good, taken("perdu")], {}, counter.clock())
        rows = store.unread(10, counter.clock())
        store.save_readings([], [(row.id, "erreur interne : KeyError", None) for row in rows], counter.clock())
    counter.work()
    counter.work()  # what a quick end left untold is told at the next start

    assert len(counter.cases()) == 1
    with reading_store(counter.settings) as store:
        assert [row.id for row in store.parked()] == [f"message:{rows[1].id}"]
        lines = [(line.kind, dict(line.data)) for _, line in store.history("") if line.kind.startswith("reader.")]
        assert store.audit().ok
    version = reading_version(VERSION)
    assert lines[-1] == ("reader.healed", {"version": version, "messages": 2, "recovered": 1})
    told = [letter for letter in counter.sent(ADMIN) if "récupérés" in str(letter["Subject"])]
    assert len(told) == 1
    assert "1 sur 2 ont été lus" in plain(told[0])
    assert status_of(counter.settings)["healed"]["recovered"] == 1
