"""Moving from SQLite to PostgreSQL: all rows or none, sealed as they were, the journal's chain whole, the road goes on."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from r2_server import r2_server
from sqlalchemy import func, select, text

from assembly import open_store
from console.keeping import move_store
from core.errors import UserError
from data_folder import keys_of
from settings import Settings
from store import open_store as open_
from store.move import move, moved_to
from store.tables import inbox, ledger, metadata
from tests import postgres
from tests.road import JPEG, Counter, Light, daemon, mail, plain
from tests.store_help import NOW

pytestmark = pytest.mark.server("postgresql")


@pytest.fixture
def url() -> Iterator[str]:
    made = postgres.fresh(postgres.server())
    yield made
    postgres.drop(made)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    counter = Light(tmp_path_factory.mktemp("template") / "data")
    counter.drop(mail("Je souhaite modéliser ce fauteuil...", files=(("photo.jpg", JPEG),)))
    counter.drop(mail("Mon paiement ne passe pas", sender="a@b.example", subject="paiement", number=2))
    assert counter.work() == {}
    return counter.settings.data_dir


@pytest.fixture
def lived_in(tmp_path: Path, template: Path) -> Counter:
    """An installation on SQLite with a quote that waits for its answer."""
    shutil.copytree(template, tmp_path / "data")
    return Light(tmp_path / "data")


def on(counter: Counter, url: str, **more: Any) -> Settings:
    return counter.settings.model_copy(update={"database_url": Settings(database_url=url).database_url, **more})


def rows(url: str, counter: Counter) -> dict[str, list[tuple[Any, ...]]]:
    store = open_(url, keys=keys_of(counter.settings), now=NOW)
    try:
        with store.db.read() as connection:
            return {
                one.name: [tuple(row) for row in connection.execute(select(one).order_by(*one.primary_key))]
                for one in metadata.sorted_tables
            }
    finally:
        store.close()


def test_everything_is_there_and_the_road_goes_on(lived_in: Counter, url: str) -> None:
    before = rows(f"sqlite:///{lived_in.settings.data_dir / 'guichet.db'}", lived_in)
    (quote,) = lived_in.sent("client@example.com")
    lines = move_store(on(lived_in, url), files=False)
    assert any("journal intact" in line for line in lines), lines
    assert f"cases : {len(before['cases'])}" in lines
    after = rows(url, lived_in)
    for name in before.keys() - {"meta", "journal", "lanes", "nodes"}:
        assert after[name] == before[name], name
    assert after["journal"][:-1] == before["journal"]
    assert after["journal"][-1][3] == "store.moved"
    there = Light(lived_in.settings.data_dir, database_url=url)
    there.drop(mail("Je valide", answers=quote, number=3), "later.eml")
    there.drop(mail("Impossible de me connecter", sender="neu@b.example", subject="connexion", number=4), "new.eml")
    assert there.work() == {}
    assert sorted((c.kind, c.stage) for c in there.cases()) == [
        ("MODELISATION", "done"),
        ("SUPPORT", "done"),
        ("SUPPORT", "done"),
    ]
    assert len(there.records("task")) == 1
    store = open_store(there.settings, keys_of(there.settings))
    assert store.audit().ok
    store.close()


def test_the_old_store_lets_nobody_in_any_more(lived_in: Counter, url: str) -> None:
    move_store(on(lived_in, url), files=False)
    with pytest.raises(UserError, match="déménagées vers postgresql"):
        open_store(lived_in.settings, keys_of(lived_in.settings))
    with pytest.raises(UserError, match="déjà été déménagées"):
        move_store(on(lived_in, url), files=False)


def test_a_move_that_is_cut_short_leaves_nothing_and_begins_anew(lived_in: Counter, url: str) -> None:
    source = open_store(lived_in.settings, keys_of(lived_in.settings))

    def cut(done: int, of: int) -> None:
        if done > of // 2:
            raise ConnectionError("câble arraché")

    with pytest.raises(ConnectionError):
        move(source, url, NOW, cut)
    assert moved_to(lived_in.settings.data_dir / "guichet.db") == ""
    done = move(source, url, NOW)
    source.close()
    assert done.audit.ok
    assert done.rows["cases"] == 2


def test_a_move_that_lacks_only_its_mark_ends(lived_in: Counter, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source = open_store(lived_in.settings, keys_of(lived_in.settings))
    write = source.db.write
    monkeypatch.setattr(source.db, "write", lambda work: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        move(source, url, NOW)
    monkeypatch.setattr(source.db, "write", write)
    rows_before = rows(url, lived_in)
    move(source, url, NOW)
    source.close()
    assert rows(url, lived_in) == rows_before
    assert moved_to(lived_in.settings.data_dir / "guichet.db")


def test_a_database_that_holds_something_is_left_alone(lived_in: Counter, url: str, tmp_path: Path) -> None:
    other = Light(tmp_path / "other", database_url=url, secret_key=keys_text(lived_in))
    other.drop(mail("Mon paiement ne passe pas", sender="x@b.example", subject="paiement", number=9))
    assert other.work() == {}
    with pytest.raises(UserError, match="contient déjà des données"):
        move_store(on(lived_in, url), files=False)
    assert len(other.cases()) == 1


def keys_text(counter: Counter) -> str:
    return (counter.settings.data_dir / "secret.key").read_text().strip()


def test_a_row_that_gets_lost_on_the_way_is_noticed(lived_in: Counter, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import store.move as moving

    pages = moving._pages
    monkeypatch.setattr(moving, "_pages", lambda c, one: (p[:-1] if one is ledger else p for p in pages(c, one)))
    with pytest.raises(UserError, match="il manque des lignes"):
        move_store(on(lived_in, url), files=False)
    store = open_(url, keys=keys_of(lived_in.settings), now=NOW)
    with store.db.read() as connection:
        assert connection.execute(select(func.count()).select_from(inbox)).scalar() == 0
    store.close()


def test_a_changed_journal_is_noticed(lived_in: Counter, url: str) -> None:
    with sqlite3.connect(lived_in.settings.data_dir / "guichet.db") as db:
        db.execute("UPDATE journal SET data = '{}' WHERE seq = 1")
    with pytest.raises(UserError, match="journal n'est pas intact"):
        move_store(on(lived_in, url), files=False)
    assert moved_to(lived_in.settings.data_dir / "guichet.db") == "", "the old store goes on"


def test_numbers_go_on_behind_those_that_were_moved(lived_in: Counter, url: str) -> None:
    move_store(on(lived_in, url), files=False)
    store = open_(url, keys=keys_of(lived_in.settings), now=NOW)
    with store.db.now() as connection:  # type: ignore[attr-defined]
        last = connection.execute(select(func.max(inbox.c.id))).scalar()
        assert connection.execute(text("SELECT nextval(pg_get_serial_sequence('inbox', 'id'))")).scalar() == last + 1
    store.close()


def test_what_is_missing_is_told(lived_in: Counter, url: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="réglez d'abord la base d'arrivée"):
        move_store(lived_in.settings, files=False)
    with pytest.raises(UserError, match="SPOOL_BUCKET"):
        move_store(on(lived_in, url), files=True)
    with pytest.raises(UserError, match="pas de base SQLite"):
        move_store(on(Light(tmp_path / "none"), url), files=False)
    told = daemon(lived_in.settings.data_dir, "run", "--once", DATABASE_URL=url)
    assert told.returncode == 2
    assert "move-store" in told.stderr
    (lived_in.settings.data_dir / "door").mkdir(exist_ok=True)
    (lived_in.settings.data_dir / "door" / "1").write_bytes(b"a webhook")
    with pytest.raises(UserError, match="webhooks reçus attendent"):
        move_store(on(lived_in, url), files=False)


def test_a_service_that_runs_keeps_its_store(lived_in: Counter, url: str) -> None:
    with lived_in.open(), pytest.raises(UserError, match="travaille déjà"):
        move_store(on(lived_in, url), files=False)


def test_files_go_to_the_bucket_that_machines_share(lived_in: Counter, url: str, tmp_path: Path) -> None:
    with r2_server() as server:
        bucket = server.bucket()
        shared = {
            "spool_bucket": bucket.name,
            "r2_endpoint_url": bucket.endpoint,
            "r2_access_key_id": "key",
            "r2_secret_access_key": Settings(r2_secret_access_key="secret").r2_secret_access_key,
        }
        lines = move_store(on(lived_in, url, **shared), files=True)
        number = sum(1 for path in (lived_in.settings.data_dir / "spool").glob("??/??/*"))
        assert f"{number} fichiers dans le compartiment {bucket.name}." in lines
        (quote,) = lived_in.sent("client@example.com")
        secret = keys_text(lived_in)
        more = {**shared, "r2_secret_access_key": "secret", "r2_bucket_name": "other"}
        elsewhere = Counter(
            tmp_path / "machine2", database_url=url, secret_key=secret, files_dir=str(tmp_path / "files"), **more
        )
        assert "2 crédits" in plain(quote)
        store = open_store(elsewhere.settings, keys_of(elsewhere.settings))
        from spools import open_spool

        with store.db.read() as connection:
            raws = list(connection.execute(select(inbox.c.raw)).scalars())
        store.close()
        spool = open_spool(elsewhere.settings, keys_of(elsewhere.settings))
        assert all(spool.get(raw) for raw in raws), "another machine has every file by the bucket alone"
