"""When things go wrong: a kill at any statement, a full disk, a locked or broken file, a wrong key, two writers."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, select, text

from core.effects import Receipt
from core.errors import Transient, UserError
from core.ports import Change, Conflict, PendingEvent, Settled
from store import Keys, SqlStore, engine, open_store, schema
from store.engine import Sqlite, connect
from store.tables import HEAD, directives, meta, metadata
from tests import postgres
from tests.store_help import KEYS, NOW, case, effect, entry, later, opened, reading, taken

pytest_plugins = ["tests.store_fixtures"]
ROOT = Path(__file__).resolve().parent.parent


def engines(store: SqlStore) -> list[Engine]:
    """The engines that write."""
    return [store.db._writing] if isinstance(store.db, Sqlite) else [store.db.engine]


# ------------------------------------------------------------------ kill -9


def prepare(store: SqlStore) -> None:
    store.take("gmail", "email", [taken("1"), taken("2")], {"uid": "2"}, NOW)
    store.save_readings([reading(row) for row in store.unread(9, NOW)], [], NOW)
    opened(store, effect("a", name="ticket"), effect("b", after=("a",)), effect("p"), effect("q", after=("p",)), id="c0")
    store.add_event(PendingEvent("op1", "c0", "operator", "{}", NOW))
    store.sending(["a", "p"], NOW)
    store.settle([Settled("p", "parked", error="refusé")], NOW)


def decide(store: SqlStore) -> None:
    change = Change(
        case("c1"),
        0,
        effects=(effect("c1/1/0"), effect("c1/1/1", after=("c1/1/0",))),
        deadlines=(("remind", later(60)),),
        thread_ids=("<m1>",),
        journal=(entry("opened", "un texte"), entry("asked")),
        inbox_id=1,
        outcome="opened",
        notice_to="client@example.com",
    )
    other = Change(case("c0", 2), 1, journal=(entry("joined", case_id="c0"),), event_ids=("op1",))
    store.commit([change, other], NOW)


ACTS: dict[str, Callable[[SqlStore], Any]] = {
    "take": lambda store: store.take("gmail", "email", [taken("3"), taken("4", skip="ancien")], {"uid": "4"}, later(1)),
    "commit": decide,
    "settle": lambda store: store.settle([Settled("a", "done", Receipt("77"))], later(2)),
    "drop": lambda store: store.drop(["effect:p"], "zoé", later(3)),
}


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


# ------------------------------------------------------------------ opening


def refused(url: str, keys: Keys = KEYS) -> str:
    with pytest.raises(UserError) as raised:
        open_store(url, keys=keys, now=NOW).close()
    return str(raised.value)


def test_another_key_is_refused_by_the_name_of_the_setting(url: str) -> None:
    said = refused(url, Keys.derive("un tout autre secret, long aussi"))
    assert "SECRET_KEY" in said
    assert "autre clé" in said


@pytest.mark.parametrize("secret", ["", "   ", "court", "x" * 15])
def test_a_short_secret_is_refused(secret: str) -> None:
    with pytest.raises(UserError, match="SECRET_KEY"):
        Keys.derive(secret)


def test_a_newer_store_is_refused_and_left_alone(url: str) -> None:
    store = open_store(url, keys=KEYS, now=NOW)
    store.db.write(lambda c: c.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    store.close()
    said = refused(url)
    assert "plus récente" in said
    assert "9999" in said


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite:////nowhere/at/all/x.db", "ne s'ouvre pas"),
        ("mysql://x/y", "SQLite"),
        ("sqlite://", "SQLite"),
        ("not a url", "DATABASE_URL"),
        ("", "DATABASE_URL"),
    ],
)
def test_bad_addresses_are_said_plainly(url: str, words: str) -> None:
    assert words in refused(url)


def test_what_is_no_database_and_what_is_damaged_is_said_plainly(tmp_path: Path, sqlite_url: str) -> None:
    (tmp_path / "letter.db").write_text("Bonjour, ceci est une lettre et non une base de données. " * 100)
    assert "n'est pas une base" in refused(f"sqlite:///{tmp_path}/letter.db")
    store = open_store(sqlite_url, keys=KEYS, now=NOW)
    store.take("gmail", "email", [taken(str(n), hints={"h": "x" * 300}) for n in range(300)], {}, NOW)
    store.close()
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    content = bytearray(path.read_bytes())
    for page in range(4, len(content) // 4096):
        content[page * 4096 : page * 4096 + 100] = os.urandom(100)
    path.write_bytes(content)

    def use() -> None:
        store = open_store(sqlite_url, keys=KEYS, now=NOW)
        try:
            store.take("gmail", "email", [taken(f"x{n}") for n in range(300)], {}, NOW)
        finally:
            store.close()

    with pytest.raises(UserError, match="endommagé"):
        use()


def test_a_server_that_is_not_there_or_refuses_is_said_plainly() -> None:
    base = postgres.server().rsplit("/", 1)[0]
    assert "n'existe pas" in refused(f"{base}/nowhere")
    assert "n'existe pas" in refused(postgres.server().replace("guichet@", "nobody@"))
    with pytest.raises(Transient, match="ne répond pas") as raised:
        open_store("postgresql://x:secret-word@127.0.0.1:1/y", keys=KEYS, now=NOW)
    assert "secret-word" not in str(raised.value)


def test_a_lost_connection_is_transient_and_the_next_write_works(postgres_url: str) -> None:
    store = open_store(postgres_url, keys=KEYS, now=NOW)

    def cut(connection: Connection) -> None:
        connection.execute(text("INSERT INTO meta VALUES ('half', 'x')"))
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(Transient):
        store.db.write(cut)
    store.note("x", True, "", NOW)
    with store.db.read() as connection:
        assert connection.execute(select(meta.c.name).where(meta.c.name == "half")).first() is None
    store.close()


def test_a_deadlock_between_two_nodes_is_tried_again(postgres_url: str) -> None:
    store = open_store(postgres_url, keys=KEYS, now=NOW)
    store.keep_directives("x", "a", {}, NOW)
    store.keep_directives("x", "b", {}, NOW)
    both, tries = threading.Barrier(2, timeout=10), []

    def lock(first: str, second: str) -> None:
        def work(connection: Connection) -> None:
            take = select(directives.c.revision).with_for_update()
            connection.execute(take.where(directives.c.revision == first))
            tries.append(first)
            if len(tries) <= 2:
                both.wait()
            connection.execute(take.where(directives.c.revision == second))

        store.db.write(work)

    with ThreadPoolExecutor(2) as threads:
        for one in [threads.submit(lock, "a", "b"), threads.submit(lock, "b", "a")]:
            one.result()
    assert len(tries) == 3
    store.close()


# ------------------------------------------------------------------ the schema


def test_the_migrations_make_the_tables_that_the_code_knows(url: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    assert ScriptDirectory(str(schema.MIGRATIONS)).get_heads() == [HEAD]
    assert HEAD in schema.known()
    store = open_store(url, keys=KEYS, now=NOW)
    with store.db.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []
    store.close()


def test_an_empty_file_gets_the_tables_that_all_migrations_come_to(tmp_path: Path) -> None:
    """SQLite starts without Alembic: the two ways must make the same, to the last index and constraint."""
    made: list[dict[str, list[str]]] = []
    for name, ways in (("short", [HEAD]), ("long", [min(schema.known()), HEAD])):
        database = connect(f"sqlite:///{tmp_path}/{name}.db")
        for target in ways:
            database.write(lambda connection, target=target: schema.migrate(connection, target))
        with database.read() as connection:
            assert schema.revision(connection) == HEAD
            rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")).all()
        database.close()
        # Constraints may stand in any order.
        made.append({row.name: sorted(part.strip() for part in re.split(r"[,()]", " ".join(row.sql.split()))) for row in rows})
    assert len(made[0]) > 40
    assert made[0] == made[1]


def test_an_up_to_date_store_opens_without_alembic(sqlite_url: str) -> None:
    code = (
        "import sys, datetime; from store import Keys, open_store;"
        f"open_store({sqlite_url!r}, keys=Keys.derive('un secret de test, long et sans valeur'),"
        " now=datetime.datetime.now(datetime.UTC)).close();"
        "sys.exit(sorted({'alembic', 'mako', 'psycopg', 'sqlalchemy.orm'} & set(sys.modules)) or None)"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stderr) == (0, "")


def test_the_file_is_for_its_owner_only_and_durable(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/x.db", keys=KEYS, now=NOW)
    assert [path.stat().st_mode & 0o077 for path in tmp_path.glob("x.db*")] == [0] * len(list(tmp_path.glob("x.db*")))

    def pragmas(connection: Connection) -> list[Any]:
        names = ("journal_mode", "synchronous", "foreign_keys")
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    assert store.db.write(pragmas) == ["wal", 2, 1]
    with store.db.read() as connection:
        assert connection.exec_driver_sql("PRAGMA query_only").scalar() == 1
    store.close()


# ------------------------------------------------------------------ speed

HOT = {one.name for one in metadata.sorted_tables} - {"meta", "cursors", "lanes", "users"}


def test_no_hot_query_reads_a_whole_table(sqlite_store: SqlStore) -> None:
    store = sqlite_store
    prepare(store)
    seen: list[tuple[str, Any]] = []

    def see(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        seen.append((statement, parameters[0] if many else parameters))

    for one in (*engines(store), store.db.engine):
        event.listen(one, "before_cursor_execute", see)
    for act in ACTS.values():
        act(store)
    store.unknown("gmail", ["1", "9"])
    store.cursor("gmail")
    store.save_readings([reading(row) for row in store.unread(9, NOW)], [(99, "x", NOW)], NOW)
    store.read_messages(9)
    store.pending_events(9)
    store.due(NOW, 9)
    store.next_due()
    store.find(["C1"], ["<m1>"], ["client@example.com"])
    store.cases(["c1"])
    store.noticed(["client@example.com"], NOW)
    store.ready("crm", NOW, 100)
    store.outbox("c1")
    store.history("c1")
    store.sending(["a"], NOW)
    store.recover("crm", NOW, NOW)
    store.retry(["effect:q"], NOW)
    store.list_cases(stage="done")
    store.list_cases()
    plans = sqlite3.connect(store.db.path)
    checked, bad = 0, []
    for statement, parameters in seen:
        if statement.split()[0] not in ("SELECT", "UPDATE", "DELETE", "INSERT"):
            continue
        checked += 1
        for *_, step in plans.execute(f"EXPLAIN QUERY PLAN {statement}", parameters):
            if step.startswith("SCAN") and step.split()[1] in HOT and "ORDER BY cases.updated_at" not in statement:
                bad.append((step, statement))
            if step.startswith("SEARCH deadlines") and "INDEX" not in step:
                bad.append((step, statement))
    plans.close()
    assert checked > 40
    assert bad == []


def test_a_hundred_messages_are_taken_and_decided_quickly(store: SqlStore, record_property: Callable[[str, Any], None]) -> None:
    """Well under 0.1 s each on a quiet machine; the limit here is only there to catch something out of proportion."""
    spent: dict[str, list[float]] = {"take": [], "save": [], "commit": [], "settle": []}
    for turn in range(3):
        items = [taken(f"{turn}.{n}", hints={"h": "x" * 100}) for n in range(100)]
        begun = time.perf_counter()
        assert store.take("gmail", "email", items, {"uid": str(turn)}, NOW) == 100
        spent["take"].append(time.perf_counter() - begun)
        rows = [reading(row, "Bonjour, je voudrais modéliser ce fauteuil. " * 40) for row in store.unread(100, NOW)]
        begun = time.perf_counter()
        store.save_readings(rows, [], NOW)
        spent["save"].append(time.perf_counter() - begun)
        changes = [
            Change(
                case(f"c{turn}.{n}"),
                effects=tuple(
                    effect(f"c{turn}.{n}/1/{e}", case_id=f"c{turn}.{n}", after=(f"c{turn}.{n}/1/0",) if e else ())
                    for e in range(4)
                ),
                deadlines=(("remind", later(60)),),
                thread_ids=(f"<{turn}.{n}>", f"f:{turn}.{n}"),
                journal=(entry("opened", "des raisons " * 10, case_id=f"c{turn}.{n}"), entry("priced", case_id=f"c{turn}.{n}")),
                inbox_id=read.row.id,
                outcome="opened",
            )
            for n, read in enumerate(store.read_messages(100))
        ]
        begun = time.perf_counter()
        store.commit(changes, NOW)
        spent["commit"].append(time.perf_counter() - begun)
        batch = [row.effect.key for row in store.ready("crm", NOW, 100)]
        assert len(batch) == 100
        begun = time.perf_counter()
        store.sending(batch, NOW)
        store.settle([Settled(key, "done", Receipt(key)) for key in batch], NOW)
        spent["settle"].append(time.perf_counter() - begun)
    best = {name: round(min(times) * 1000, 1) for name, times in spent.items()}
    for name, milliseconds in best.items():
        record_property(name, milliseconds)
    print(best)
    assert max(best.values()) < 1000, best
