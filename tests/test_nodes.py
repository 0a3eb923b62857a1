"""Several nodes over one PostgreSQL: a lane is one node's at a time, moves when nodes come and go, and is fenced."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from core.errors import Unauthorized, UserError
from core.nodes import HandedOver, Hold, carried, held, hold, still_held
from engine.cluster import ClusterLanes
from engine.lanes import Lane
from store import open_store
from store.backup import backup, restore
from store.cluster import ClusterNodes
from store.engine import Postgres
from store.jobs import check
from store.parts import ALL, count, packed, parts, room
from store.spool import FolderSpool
from tests import postgres
from tests.road import JPEG, Counter, mail
from tests.store_help import KEYS, NOW, taken

pytest_plugins = ["tests.store_fixtures"]
LANES = ("clerk", "courier:crm", "courier:mail", "intake:a", "intake:b", "intake:c", "intake:d")


class Node:
    """One node with lanes that do nothing but say who worked."""

    def __init__(self, url: str, name: str, lanes: Sequence[str] = LANES, spool: str = "bucket") -> None:
        self.store = open_store(url, keys=KEYS, now=NOW)
        assert isinstance(self.store.db, Postgres)
        self.nodes = ClusterNodes(self.store.db, name=name, version="1", spool=spool)
        self.lanes = ClusterLanes(self.nodes, clock=lambda: datetime.now(UTC), note=lambda *_: None)
        self.runs: list[tuple[str, Hold | None]] = []
        self.began: list[str] = []
        for lane in lanes:
            self.lanes.add(Lane(lane, self._step(lane), every=60, begin=self._begin(lane)))
        self.lanes.add(Lane("reader", lambda: 0, every=60, everywhere=True))

    def _step(self, lane: str) -> Callable[[], int]:
        def step() -> int:
            self.runs.append((lane, held()))
            return 0

        return step

    def _begin(self, lane: str) -> Callable[[], None]:
        return lambda: self.began.append(lane)

    def here(self) -> set[str]:
        return {lane for lane in self.lanes.names() if self.lanes.here(lane)} - {"reader"}

    def stop(self) -> None:
        self.lanes.stop(5)
        self.store.close()


@pytest.fixture
def join(postgres_url: str) -> Iterator[Callable[..., Node]]:
    joined: list[Node] = []

    def make(name: str, **more: object) -> Node:
        node = Node(postgres_url, name, **more)  # type: ignore[arg-type]
        joined.append(node)
        node.lanes.start()
        return node

    yield make
    for node in joined:
        node.stop()


def until(true: Callable[[], bool], seconds: float = 10.0) -> float:
    """Wait for it; the seconds that took."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if true():
            return time.monotonic() - began
        time.sleep(0.01)
    raise AssertionError("it does not come")


def test_nodes_that_come_get_their_part_and_one_that_leaves_hands_over_at_once(join: Callable[..., Node]) -> None:
    a = join("a")
    until(lambda: a.here() == set(LANES))
    b = join("b")
    until(lambda: a.here() | b.here() == set(LANES) and len([n for n in b.here() if n.startswith("intake")]) == 2)
    assert not a.here() & b.here()
    assert len([n for n in a.here() if n.startswith("courier")]) == 1, "each kind is shared by itself"
    assert a.nodes.share() == (0, 2)
    assert until(lambda: b.nodes.elsewhere() == a.here()) < 5
    kept = b.here()
    a.stop()
    assert until(lambda: b.here() == set(LANES)) < 4
    until(lambda: set(b.began) == set(LANES))  # who takes a lane over begins with what was left half done
    assert kept <= b.here()
    assert {one.lane for _, one in b.runs if one} == set(LANES)


def test_a_wake_reaches_the_node_that_has_the_lane(join: Callable[..., Node]) -> None:
    a, b = join("a"), join("b")
    until(lambda: a.here() | b.here() == set(LANES) and bool(b.here()) and not a.here() & b.here())
    until(lambda: {lane for lane, _ in a.runs} >= a.here() and {lane for lane, _ in b.runs} >= b.here())
    far = next(iter(b.here()))
    before = len(b.runs)
    a.lanes.wake(far)
    assert until(lambda: (far, b.lanes._lanes[far].hold) in b.runs[before:], 3) < 1.0
    before = len(b.runs)
    a.lanes.wake_all()
    until(lambda: {lane for lane, _ in b.runs[before:]} == b.here(), 3)


def test_what_is_done_for_a_lane_that_moved_on_is_refused(join: Callable[..., Node], postgres_url: str) -> None:
    a = join("a")
    until(lambda: a.here() == set(LANES))
    mine = next(one for lane, one in a.runs if lane == "clerk" and one is not None)
    hold(mine)
    try:
        a.store.note("clerk", True, "", NOW)
        still_held()
        carried(lambda _: still_held())(None)
        with psycopg.connect(postgres_url, autocommit=True) as beside:
            beside.execute("SELECT procrastinate_retry_job_v2(%s, now(), null, null, null)", [mine.job])
        with pytest.raises(HandedOver):
            a.store.note("clerk", False, "late", NOW)
        with pytest.raises(HandedOver):
            still_held()
        outcomes: list[BaseException | None] = []

        def call(_: None) -> None:
            try:
                still_held()
                outcomes.append(None)
            except HandedOver as error:
                outcomes.append(error)

        thread = threading.Thread(target=carried(call), args=(None,))
        thread.start()
        thread.join()
        assert isinstance(outcomes[0], HandedOver), "threads that a lane starts are asked too"
    finally:
        hold(None)
    assert a.store.notes()["clerk"][0], "what came late was not kept"


def test_a_takeover_waits_for_the_commit_under_way_and_never_slips_in_between(
    join: Callable[..., Node], postgres_url: str
) -> None:
    a = join("a")
    until(lambda: a.here() == set(LANES))
    mine = next(one for lane, one in a.runs if lane == "clerk" and one is not None)
    inside, go_on, order = threading.Event(), threading.Event(), []

    def commit() -> None:
        hold(mine)

        def work(connection: object) -> None:
            inside.set()
            go_on.wait(3)
            order.append("committed")

        a.store.db.write(work)

    def take_over() -> None:
        with psycopg.connect(postgres_url, autocommit=True) as beside:
            beside.execute("SELECT procrastinate_retry_job_v2(%s, now(), null, null, null)", [mine.job])
        order.append("taken over")

    threads = [threading.Thread(target=commit), threading.Thread(target=take_over)]
    threads[0].start()
    assert inside.wait(5)
    threads[1].start()
    time.sleep(0.2)
    assert order == []
    go_on.set()
    for thread in threads:
        thread.join(5)
    assert order == ["committed", "taken over"]


def test_a_transaction_of_a_frozen_node_does_not_hold_up_the_others(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.engine.FROZEN", 1)
    store = open_store(postgres_url, keys=KEYS, now=NOW)
    try:
        frozen = store.db.engine.connect()
        frozen.execute(text("UPDATE meta SET value = value WHERE name = 'journal.head'"))
        began = time.monotonic()
        store.retry(["message:1"], NOW)  # wants the journal's head
        assert time.monotonic() - began < 4
        frozen.invalidate()
    finally:
        store.close()


def test_a_database_that_drops_its_connections_is_come_back_to(join: Callable[..., Node], postgres_url: str) -> None:
    a = join("a")
    until(lambda: a.here() == set(LANES))
    with psycopg.connect(postgres_url, autocommit=True) as beside:
        beside.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        time.sleep(1.5)
    assert a.here() == set(LANES), "its lanes are still its own"
    b = join("b")
    until(lambda: a.here() | b.here() == set(LANES) and bool(b.here()) and not a.here() & b.here())
    before, far = len(b.runs), next(iter(b.here()))
    a.lanes.wake(far)
    until(lambda: far in [lane for lane, _ in b.runs[before:]], 3)
    assert a.lanes.stuck() == []


def test_a_known_trouble_is_not_told_again_by_the_node_that_takes_over(join: Callable[..., Node]) -> None:
    alerts: list[str] = []

    def refused() -> int:
        raise Unauthorized("mot de passe refusé")

    def ill(name: str) -> Node:
        node = Node.__new__(Node)
        node.store = open_store(url, keys=KEYS, now=NOW)
        assert isinstance(node.store.db, Postgres)
        node.nodes = ClusterNodes(node.store.db, name=name, version="1", spool="bucket")
        node.lanes = ClusterLanes(
            node.nodes,
            clock=lambda: datetime.now(UTC),
            note=node.store.note,
            alert=lambda lane, trouble: alerts.append(f"{name} {lane}"),
            trouble=node.store.trouble,
        )
        node.lanes.add(Lane("intake:x", refused))
        node.lanes.start()
        return node

    url = join("z", lanes=()).store.db.url.render_as_string(hide_password=False)
    a = ill("a")
    until(lambda: alerts == ["a intake:x"] and a.store.trouble("intake:x") != "")
    a.stop()
    b = ill("b")
    until(lambda: b.lanes.troubles() != {})
    b.stop()
    assert alerts == ["a intake:x"]


def test_nodes_that_keep_their_files_elsewhere_are_turned_away(join: Callable[..., Node]) -> None:
    a = join("a")
    with pytest.raises(UserError, match="range ses fichiers ailleurs"):
        join("b", spool="another")
    until(lambda: a.here() == set(LANES))


def test_a_lane_that_only_one_node_knows_is_not_left_lying(join: Callable[..., Node]) -> None:
    a = join("a", lanes=("clerk", "watch:x", "watch:y"))
    b = join("b", lanes=("clerk",))
    until(lambda: a.here() | b.here() == {"clerk", "watch:x", "watch:y"} and not a.here() & b.here())
    # One of them is given up as more than a part, and taken again once nobody wants it.
    until(lambda: bool(a.nodes._board.kept) and {"watch:x", "watch:y"} <= a.here())
    runs = len(a.runs)
    time.sleep(1.5)
    # And then kept: what moves to and fro runs again and again. A busy machine may hand one over once more.
    until(lambda: {"watch:x", "watch:y"} <= a.here())
    assert len(a.runs) <= runs + 3


def test_a_node_that_took_everything_gives_back_to_those_that_came_late(
    join: Callable[..., Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.handing.FREE", 0.2)
    monkeypatch.setattr("store.handing.KEPT", 0.5)
    a, b = join("a"), join("b")
    until(lambda: bool(a.here()) and bool(b.here()) and a.here() | b.here() == set(LANES))
    b.nodes._board.lanes = ()  # as if it were too slow to take any
    b.stop()
    until(lambda: a.here() == set(LANES))
    c = join("c")
    until(lambda: len(c.here()) >= 3 and a.here() | c.here() == set(LANES) and not a.here() & c.here())


def test_people_see_the_nodes_and_which_lane_is_where(join: Callable[..., Node], postgres_url: str) -> None:
    a = join("a")
    until(lambda: a.here() == set(LANES))
    (seen,) = a.store.nodes()
    assert (seen.name, seen.state, set(seen.lanes)) == ("a", "alive", set(LANES))
    with psycopg.connect(postgres_url, autocommit=True) as beside:
        beside.execute("INSERT INTO nodes VALUES (999, 'b', '1', 'bucket', now(), now() - interval '6 seconds', false)")
    assert [(n.name, n.state) for n in a.store.nodes()] == [("a", "alive"), ("b", "dead")]
    assert a.nodes.share() == (0, 1), "the dead have no part"


def test_a_backup_is_not_put_back_under_nodes_that_work(join: Callable[..., Node], postgres_url: str, tmp_path: Path) -> None:
    a = join("a")
    until(lambda: a.here() == set(LANES))
    spool = FolderSpool(tmp_path / "spool", KEYS)
    made = backup(a.store, spool, tmp_path / "backups", NOW)
    with pytest.raises(UserError, match="des nœuds travaillent sur cette base : a"):
        restore(made, postgres_url, tmp_path / "spool", keys=KEYS, now=NOW, force=True)
    a.lanes.stop(5)
    restore(made, postgres_url, tmp_path / "spool", keys=KEYS, now=NOW, force=True)
    assert a.store.nodes() == [], "who worked when it was made is not there now"


def test_parts_are_by_kind_and_in_all() -> None:
    lanes = ["clerk", "retention", "courier:a", "courier:b", "courier:c", "courier:d", "intake:x"]
    assert parts(lanes, 3) == {"": 1, "courier": 2, "intake": 1, ALL: 3}
    assert room("courier:c", count(["courier:a"]), parts(lanes, 3))
    assert not room("courier:c", count(["courier:a", "courier:b"]), parts(lanes, 3)), "no more of its kind"
    assert not room("intake:x", count(["clerk", "courier:a", "courier:b"]), parts(lanes, 3)), "no more in all"


def test_names_of_lanes_fit_into_messages_whatever_their_number() -> None:
    lanes = [f"intake:gmail:boîte{n}@exemple.fr" for n in range(2000)]
    told = list(packed(lanes))
    assert " ".join(told).split(" ") == lanes
    assert len(told) > 5
    assert all(len(text.encode()) < 7900 for text in told)
    assert list(packed([])) == []


def test_readers_share_what_there_is_to_read(postgres_url: str) -> None:
    store = open_store(postgres_url, keys=KEYS, now=NOW)
    try:
        store.take("box", "email", [taken(str(n)) for n in range(9)], {}, NOW)
        whole = {row.id for row in store.unread(99, NOW)}
        parts = [{row.id for row in store.unread(99, NOW, (number, 3))} for number in range(3)]
        assert set.union(*parts) == whole
        assert sum(map(len, parts)) == len(whole) == 9
    finally:
        store.close()


def test_a_message_told_to_two_nodes_is_one_message(postgres_url: str) -> None:
    stores = [open_store(postgres_url, keys=KEYS, now=NOW) for _ in range(2)]
    began, new = threading.Barrier(2), []

    def told(store: object) -> None:
        began.wait()
        new.append(store.receive("whatsapp", "whatsapp", [taken("1")], NOW))  # type: ignore[attr-defined]

    threads = [threading.Thread(target=told, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(new) == [0, 1]
    for store in stores:
        store.close()


def test_a_hold_that_was_never_there_is_refused(postgres_url: str) -> None:
    store = open_store(postgres_url, keys=KEYS, now=NOW)
    try:
        assert isinstance(store.db, Postgres)
        from store.jobs import install

        install(store.db)
        install(store.db)  # twice does no harm
        with pytest.raises(HandedOver):
            check(store.db, "clerk", 1, 0)
    finally:
        store.close()


def test_the_road_is_walked_under_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every write of a lane passes the fence: what the journal says was written under one."""
    from store import engine

    seen: set[str] = set()
    real = engine.fence

    def fence(connection: object, mine: Hold) -> None:
        seen.add(mine.lane)
        real(connection, mine)  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "fence", fence)
    counter = Counter(tmp_path / "data", database_url=postgres.fresh(postgres.server()))
    counter.drop(mail("Je souhaite modéliser ce fauteuil...", files=(("photo.jpg", JPEG),)))
    assert counter.work() == {}
    assert {"clerk", "intake:folder", "courier:crm", "courier:files", "courier:mail"} <= seen
