"""When things go wrong: a kill at any statement, several writers, a full disk, a base that others keep busy."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, select

from core.errors import Transient, UserError
from core.ports import Change, Conflict
from store import SqlStore, engine, open_store
from store.tables import meta, metadata
from tests import postgres
from tests.store_help import ACTS, KEYS, NOW, case, engines, entry, opened, prepare, taken

pytest_plugins = ["tests.store_fixtures"]


# ------------------------------------------------------------------ kill -9


def picture(store: SqlStore) -> dict[str, Any]:
    """Everything in the database but what differs from run to run: nonces, random ids, numbers that a killed attempt used up."""
    random = {"body", "payload", "receipt", "error", "mac", "text_id", "text_digest", "value"}
    numbers = {("contacts", "id"), ("texts", "id"), ("inbox", "id"), ("events", "n"), ("notices", "n"), ("outbox", "seq")}
    found: dict[str, Any] = {}
    with store.db.read() as connection:
        for one in metadata.sorted_tables:
            names = [c.name for c in one.columns if c.name not in random and (one.name, c.name) not in numbers]
            found[one.name] = sorted(repr([row[name] for name in names]) for row in connection.execute(select(one)).mappings())
    found["cursor"] = store.cursor("gmail")
    found["effects"] = [(row.effect.key, row.state, row.error, row.receipts) for id in ("c0", "c1") for row in store.outbox(id)]
    return found


def kill_at(url: str, act: Callable[[SqlStore], Any], step: int) -> bool:
    """Do it in a process that is killed before its ``step``-th statement or commit; False when it has fewer."""
    child = os.fork()
    if child == 0:
        try:
            store = open_store(url, keys=KEYS, now=NOW)
            steps = 0

            def count(*_: Any) -> None:
                nonlocal steps
                steps += 1
                if steps == step:
                    os.kill(os.getpid(), signal.SIGKILL)

            for one in engines(store):
                event.listen(one, "before_cursor_execute", count)
                event.listen(one, "commit", count)
            act(store)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@pytest.mark.slow
@pytest.mark.parametrize("name", ACTS)
def test_a_kill_at_any_statement_leaves_all_or_nothing(name: str, url: str) -> None:
    act = ACTS[name]
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        fresh, remove = lambda: _copied(path), lambda _: None
    else:
        fresh, remove = lambda: postgres.copy(url), postgres.drop
    store = open_store(url, keys=KEYS, now=NOW)
    prepare(store)
    before = picture(store)
    store.close()

    whole = fresh()
    store = open_store(whole, keys=KEYS, now=NOW)
    act(store)
    after = picture(store)
    store.close()
    remove(whole)
    assert after != before

    step = 1
    while True:
        copy = fresh()
        killed = kill_at(copy, act, step)
        store = open_store(copy, keys=KEYS, now=NOW)
        assert picture(store) == (before if killed else after), f"statement {step}"
        assert store.audit().ok
        act(store)
        assert picture(store) == after, f"again after statement {step}"
        store.close()
        remove(copy)
        if not killed:
            break
        step += 1
    assert step > 4, "there were statements to be killed at"


def _copied(path: Path) -> str:
    copy = path.with_name(f"copy{time.monotonic_ns()}.db")
    shutil.copyfile(path, copy)
    return f"sqlite:///{copy}"


# ------------------------------------------------------------------ several writers


def test_two_decisions_on_one_case_only_one_holds(url: str) -> None:
    one, other = (open_store(url, keys=KEYS, now=NOW) for _ in range(2))
    opened(one)

    def act(store: SqlStore, subject: str) -> bool:
        try:
            store.commit([Change(case(version=2, subject=subject), 1, journal=(entry(subject),))], NOW)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        won = [one_of.result() for one_of in [threads.submit(act, (one, other)[n % 2], str(n)) for n in range(8)]]
    assert sum(won) == 1
    assert one.cases(["c1"])["c1"].subject == str(won.index(True))
    assert len(other.history("c1")) == 1
    one.close()
    other.close()


def test_the_chain_stays_straight_with_many_writers_and_processes(url: str) -> None:
    def write(name: str) -> None:
        store = open_store(url, keys=KEYS, now=NOW)
        for n in range(15):
            store.commit([Change(case(f"{name}.{n}"), journal=(entry("one", f"texte {n}"), entry("two")))], NOW)
            store.take("gmail", "email", [taken(f"{n}")], {}, NOW)
        store.close()

    children = []
    for name in "xy":
        child = os.fork()
        if child == 0:
            try:
                write(name)
                os._exit(0)
            finally:
                os._exit(1)
        children.append(child)
    with ThreadPoolExecutor(2) as threads:
        for one in [threads.submit(write, name) for name in "zw"]:
            one.result()
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    store = open_store(url, keys=KEYS, now=NOW)
    report = store.audit()
    assert (report.rows, report.ok, report.problems) == (120, True, ())
    assert len(store.list_cases(limit=999)) == 60
    assert len(store.unread(999, NOW)) == 15
    store.close()


def test_twenty_workers_make_one_record(store: SqlStore) -> None:
    with ThreadPoolExecutor(20) as threads:
        made = [one.result() for one in [threads.submit(store.put, "crm", "zoé", {"n": n}, NOW) for n in range(20)]]
    assert len({id for id, _ in made}) == 1
    assert sum(new for _, new in made) == 1


def test_several_processes_may_make_the_tables_at_once(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    urls = [f"sqlite:///{tmp_path}/new.db"]
    urls.append(postgres.fresh(postgres.server()))
    for url in urls:
        with ThreadPoolExecutor(4) as threads:
            stores = [one.result() for one in [threads.submit(open_store, url, keys=KEYS, now=NOW) for _ in range(4)]]
        assert opened(stores[0]) == stores[3].cases(["c1"])["c1"]
        for store in stores:
            store.close()


# ------------------------------------------------------------------ the writer


def held(store: SqlStore) -> tuple[threading.Event, threading.Thread]:
    """Keep the writer busy until the event is set, so that what comes next waits together."""
    begun, go_on = threading.Event(), threading.Event()

    def wait(_: Connection) -> None:
        begun.set()
        go_on.wait(10)

    thread = threading.Thread(target=store.db.write, args=(wait,))
    thread.start()
    begun.wait(10)
    return go_on, thread


def test_those_that_wait_share_a_commit_and_one_that_fails_fails_alone(sqlite_store: SqlStore) -> None:
    store = sqlite_store
    commits = []
    go_on, thread = held(store)
    event.listen(engines(store)[0], "commit", lambda _: commits.append(1))

    def put(n: int) -> str:
        def work(connection: Connection) -> str:
            connection.execute(meta.insert().values(name=f"n{n}", value="x"))
            if n == 3:
                raise ZeroDivisionError
            if n == 4:
                connection.execute(meta.insert().values(name="n0", value="again"))
            return f"did {n}"

        return store.db.write(work)

    with ThreadPoolExecutor(10) as threads:
        running = [threads.submit(put, n) for n in range(10)]
        time.sleep(0.2)
        go_on.set()
        thread.join()
        ends = [one.exception() or one.result() for one in running]
    assert len(commits) == 2, "the one that held it, and all others together"
    assert isinstance(ends[3], ZeroDivisionError)
    assert type(ends[4]).__name__ == "IntegrityError"
    assert [end for n, end in enumerate(ends) if n not in (3, 4)] == [f"did {n}" for n in (0, 1, 2, 5, 6, 7, 8, 9)]
    with store.db.read() as connection:
        names = set(connection.execute(select(meta.c.name).where(meta.c.name.like("n_"))).scalars())
    assert names == {"n0", "n1", "n2", "n5", "n6", "n7", "n8", "n9"}


def test_a_write_inside_a_write_is_refused_rather_than_waiting_for_itself(sqlite_store: SqlStore) -> None:
    with pytest.raises(RuntimeError, match="wait for itself"):
        sqlite_store.db.write(lambda _: sqlite_store.note("x", True, "", NOW))
    sqlite_store.note("x", True, "", NOW)


def test_closing_finishes_what_waits_and_refuses_what_comes_after(sqlite_url: str) -> None:
    store = open_store(sqlite_url, keys=KEYS, now=NOW)
    go_on, thread = held(store)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(store.note, "lane", True, "écrit", NOW)
        time.sleep(0.1)
        closing = threading.Thread(target=store.close)
        closing.start()
        time.sleep(0.1)
        go_on.set()
        closing.join()
        thread.join()
        waiting.result()
    with pytest.raises(Transient):
        store.note("lane", True, "trop tard", NOW)
    store = open_store(sqlite_url, keys=KEYS, now=NOW)
    assert store.status(NOW)["lanes"]["lane"]["detail"] == "écrit"
    store.close()


def test_a_full_disk_says_so_keeps_nothing_by_half_and_goes_on_when_there_is_room(sqlite_store: SqlStore) -> None:
    store = sqlite_store
    store.take("gmail", "email", [taken("0")], {"uid": "0"}, NOW)
    limit = [200]

    @event.listens_for(engines(store)[0], "connect")
    def small(raw: sqlite3.Connection, _: object) -> None:
        raw.execute(f"PRAGMA max_page_count = {limit[0]}")

    store.db._writer._thread and store.db.write(lambda c: c.exec_driver_sql(f"PRAGMA max_page_count = {limit[0]}").all())
    big = [taken(str(n), hints={"h": os.urandom(4000).hex()}) for n in range(1, 200)]
    for _ in range(3):
        with pytest.raises(UserError) as raised:
            store.take("gmail", "email", big, {"uid": "199"}, NOW)
        assert "disque est plein" in str(raised.value)
        assert "→" in str(raised.value)
        assert store.cursor("gmail") == {"uid": "0"}
        assert len(store.unread(999, NOW)) == 1
    # Those that share the transaction with the one that is too large are told too, and nobody is told a lie.
    go_on, thread = held(store)
    with ThreadPoolExecutor(4) as threads:
        others = [threads.submit(store.note, f"lane{n}", True, "", NOW) for n in range(3)]
        large = threads.submit(store.take, "gmail", "email", big, {"uid": "199"}, NOW)
        time.sleep(0.2)
        go_on.set()
        thread.join()
        assert isinstance(large.exception(), UserError)
        kept = {f"lane{n}" for n, one in enumerate(others) if one.exception() is None}
    assert set(store.status(NOW)["lanes"]) == kept
    limit[0] = 1_000_000
    store.db._writer.run(lambda c: c.exec_driver_sql("PRAGMA max_page_count = 1000000").all())
    assert store.take("gmail", "email", big, {"uid": "199"}, NOW) == 199
    assert store.cursor("gmail") == {"uid": "199"}


def test_a_base_that_another_command_keeps_busy_is_transient(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY", 0.2)
    store = open_store(sqlite_url, keys=KEYS, now=NOW)
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Transient, match="occupée"):
        store.note("x", True, "", NOW)
    assert store.status(NOW)["lanes"] == {}, "reading does not wait"
    other.execute("ROLLBACK")
    store.note("x", True, "", NOW)
    other.close()
    store.close()
