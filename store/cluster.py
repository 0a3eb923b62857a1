"""The lanes handed out among nodes by Procrastinate on PostgreSQL (core.nodes.Nodes).

A lane is one job: in its own queue, with the lane's name as its lock. The node whose worker has it "doing" holds the lane; giving it
back (``retry_job``) counts its attempts up, so (id, attempts) names one holding for ever. Each node's worker sends a heartbeat a
second. Of the nodes that live the first one gives back what those hold whose heartbeat is older than SILENT seconds; whoever holds less
than its part takes what is free. Who has more than its part, because a node came, gives some back after the batch under way.

Everything runs in one thread with an event loop of its own, so that heartbeats come whatever the lanes do. Lanes are woken across
nodes by NOTIFY; what gets lost (a connection that breaks) is made good by the looks that every lane takes by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import psycopg
from procrastinate import PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

from core.errors import UserError
from core.nodes import Hold, Works
from store.engine import Postgres
from store.fence import TASK, check, install
from store.nodes import SILENT

log = logging.getLogger("guichet.nodes")
#: Every retry and wake would be a line.
logging.getLogger("procrastinate").setLevel(logging.WARNING)

#: Seconds between two heartbeats, and between two looks at who holds what.
BEAT = 1.0
#: Seconds after which a lane that nobody takes is taken beyond one's part, and that it is then kept.
FREE, KEPT = 2.0, 300.0
#: Seconds after which a worker that gave no sign is struck off, and a dead node no longer shown.
PRUNED, FORGOTTEN = 60.0, 86_400.0
#: Seconds that joining may take.
PATIENCE = 30.0
#: Seconds that a statement here waits for a lock: a frozen node may hold a lane's row until the server ends its transaction.
LOCK = 2
#: Our channel, and the bytes of lanes' names in one message (the server takes 8000).
CHANNEL, MESSAGE = "guichet", 7000
#: All kinds of lanes together.
ALL = "*"
#: What a database that is away looks like from here.
AWAY = (ConnectorException, psycopg.Error, OSError, TimeoutError)


@dataclass(slots=True)
class _Mine:
    """A lane in our hands. ``asked``: it was told to leave; ``lost``: it is another's already."""

    job: Job
    at: float
    asked: bool = False
    lost: bool = False


@dataclass(slots=True)
class _State:
    """What the thread knows. ``free``: since when a lane has nobody; ``kept``: until when one taken beyond our part stays."""

    worker: int = 0
    mine: dict[str, _Mine] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    free: dict[str, float] = field(default_factory=dict)
    kept: dict[str, float] = field(default_factory=dict)


class ClusterNodes:
    """core.nodes.Nodes: this process as one node of those that share the database."""

    def __init__(self, db: Postgres, *, name: str, version: str, spool: str) -> None:
        """``name`` is shown to people; ``spool`` says where files are: all nodes must say the same."""
        self._db, self._name, self._version, self._spool = db, name, version, spool
        self._lanes: tuple[str, ...] = ()
        self._works: Works | None = None
        self._state = _State()
        self._lock = threading.Lock()
        self._told: set[tuple[str, bool]] = set()
        self._elsewhere: frozenset[str] = frozenset()
        self._share = (0, 1)
        self._leaving = self._ending = False
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()
        self._refused: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._moved = asyncio.Event()
        self._news = asyncio.Event()

    # ------------------------------------------------------------------ from other threads

    def start(self, lanes: Sequence[str], works: Works) -> None:
        """Join the others. Raises UserError when their files are not ours, Transient when the database does not answer."""
        self._lanes, self._works = tuple(lanes), works
        install(self._db)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._life()), name="nodes", daemon=True)
        self._thread.start()
        if not self._ready.wait(PATIENCE):
            self._refused = UserError("la base ne répond pas : ce nœud ne peut pas rejoindre les autres", where="DATABASE_URL")
        if self._refused is not None:
            self.stop()
            raise self._refused

    def left(self, lane: str) -> None:
        with self._lock:
            self._state.gone.add(lane)
        self._ring("_moved")

    def tell(self, lanes: Iterable[str], *, forced: bool = False) -> None:
        with self._lock:
            self._told.update((lane, forced) for lane in lanes)
        self._ring("_news")

    def elsewhere(self) -> frozenset[str]:
        return self._elsewhere

    def share(self) -> tuple[int, int]:
        return self._share

    def alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def leave(self) -> None:
        self._leaving = True
        self._ring("_moved")

    def stop(self) -> None:
        self._leaving = self._ending = True
        self._ring("_moved")
        if self._thread is not None:
            self._thread.join(PATIENCE)

    def _ring(self, bell: str) -> None:
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # it has just ended
                loop.call_soon_threadsafe(getattr(self, bell).set)

    # ------------------------------------------------------------------ the thread

    async def _life(self) -> None:
        """Serve as long as we are wanted; a database that goes away is waited for."""
        self._loop = asyncio.get_running_loop()
        while not self._ending:
            connector = PsycopgConnector(
                conninfo=self._db.url.set(drivername="postgresql").render_as_string(hide_password=False),
                min_size=1,
                max_size=3,
                timeout=10,
                kwargs={
                    "connect_timeout": 10,
                    "application_name": "guichet-nodes",
                    "options": f"-c lock_timeout={LOCK}s -c statement_timeout=10s -c timezone=UTC",
                },
            )
            try:
                await connector.open_async()
                await self._serve(connector)
            except UserError as error:
                self._refused = error
                self._ready.set()
                return
            except AWAY as error:
                log.warning("the nodes' database does not answer, trying again: %s", error.__cause__ or error)
                await asyncio.sleep(BEAT)
            except Exception:
                # A defect of ours: without this thread the node would have no lanes until somebody restarts it.
                log.exception("handing out lanes failed, trying again")
                await asyncio.sleep(BEAT)
            finally:
                with contextlib.suppress(*AWAY):
                    await connector.close_async()

    async def _serve(self, connector: PsycopgConnector) -> None:
        """Four tasks over one pool: the first that fails ends them all."""
        here = _Here(self, connector)
        await here.join()
        self._ready.set()
        tasks = [
            asyncio.create_task(work)
            for work in (here.beat(), here.share_out(), here.say(), connector.listen_notify(self._heard, [CHANNEL]))
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            left = {task for task in tasks if not task.done()}
            while left:
                for task in left:
                    task.cancel()
                # Again: in Python 3.11 a cancellation that meets a notification gets lost in asyncio.wait_for.
                _, left = await asyncio.wait(left, timeout=0.1)
        if self._ending:
            await here.part()

    async def _heard(self, *, channel: str, payload: str) -> None:  # noqa: ARG002
        sender, how, *lanes = payload.split(" ")
        if how == "free":
            self._moved.set()
        elif sender != str(self._state.worker) and self._works is not None:
            self._works.hear(lanes, forced=how == "forced")


class _Here:
    """What the thread does while the database answers."""

    def __init__(self, nodes: ClusterNodes, connector: PsycopgConnector) -> None:
        self.nodes, self.state = nodes, nodes._state
        self.connector, self.manager = connector, JobManager(connector)

    async def join(self) -> None:
        """Register, once. Raises UserError when the others keep their files elsewhere."""
        nodes, state = self.nodes, self.state
        if state.worker and await self._alive():
            return
        for mine in state.mine.values():
            mine.lost = True
        rows = await self.connector.execute_query_all_async(
            "SELECT name, spool FROM nodes WHERE seen_at > now() - make_interval(secs => %(silent)s) AND NOT leaving",
            silent=SILENT,
        )
        other = next((row for row in rows if row["spool"] != nodes._spool), None)
        if other is not None:
            raise UserError(
                f"le nœud « {other['name']} » range ses fichiers ailleurs que celui-ci",
                where="SPOOL_BUCKET",
                todo="réglez le même compartiment sur toutes les machines, puis recommencez",
            )
        state.worker = await self.manager.register_worker()
        await self.connector.execute_query_async(
            "DELETE FROM nodes WHERE name = %(name)s AND seen_at < now() - make_interval(secs => %(silent)s)",
            name=nodes._name,
            silent=SILENT,
        )
        await self.connector.execute_query_async(
            "INSERT INTO nodes (worker, name, version, spool, started_at, seen_at, leaving) "
            "VALUES (%(worker)s, %(name)s, %(version)s, %(spool)s, now(), now(), false)",
            worker=state.worker,
            name=nodes._name,
            version=nodes._version,
            spool=nodes._spool,
        )
        log.info("this is node %s (%d)", nodes._name, state.worker)

    async def _alive(self) -> bool:
        """Give a sign; False when we have been struck off."""
        await self.manager.update_heartbeat(self.state.worker)
        rows = await self.connector.execute_query_all_async(
            "UPDATE nodes SET seen_at = now(), leaving = %(leaving)s "
            "WHERE worker = %(worker)s AND EXISTS (SELECT 1 FROM procrastinate_workers WHERE id = %(worker)s) RETURNING worker",
            worker=self.state.worker,
            leaving=self.nodes._leaving,
        )
        return bool(rows)

    async def beat(self) -> None:
        """The heartbeat."""
        while True:
            if not await self._alive():
                log.warning("this node was thought dead: it begins anew")
                await self.join()
            await asyncio.sleep(BEAT)

    async def say(self) -> None:
        """Wakes for other nodes, those of a moment together."""
        nodes = self.nodes
        while True:
            await nodes._news.wait()
            nodes._news.clear()
            with nodes._lock:
                told, nodes._told = nodes._told, set()
            for forced in (False, True):
                for lanes in _packed(sorted(lane for lane, how in told if how == forced)):
                    await self._notify("forced" if forced else "wake", lanes)

    async def _notify(self, how: str, lanes: str = "") -> None:
        await self.connector.execute_query_async(
            "SELECT pg_notify(%(channel)s, %(text)s)", channel=CHANNEL, text=f"{self.state.worker} {how} {lanes}".strip()
        )

    # ------------------------------------------------------------------ who holds what

    async def share_out(self) -> None:
        """Look at who holds what, each beat and whenever something moves; ends when we are to be gone."""
        nodes = self.nodes
        while True:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(nodes._moved.wait(), BEAT)
            nodes._moved.clear()
            await self._give_back()
            if nodes._ending:
                return
            await self._look()

    async def _give_back(self) -> None:
        """What our threads are done with."""
        nodes, state = self.nodes, self.state
        with nodes._lock:
            gone, state.gone = state.gone, set()
        freed = False
        for lane in gone:
            mine = state.mine.pop(lane, None)
            if mine is not None and not mine.lost:
                freed = await self._free(mine.job, state.worker) or freed
        if freed:
            await self._notify("free")

    async def _free(self, job: Job, worker: int | None) -> bool:
        """Let somebody else have the job, if that worker still has it in that turn; whether it did."""
        assert job.id is not None
        (there,) = await self.manager.list_jobs_async(id=job.id) or (None,)
        if there is None or (there.status, there.attempts, there.worker_id) != ("doing", job.attempts, worker):
            return False
        try:
            await self.manager.retry_job(there)
        except UniqueViolation:
            # Two nodes that came at once both made it: the other one is as good.
            await self.manager.finish_job_by_id_async(job.id, Status.FAILED, delete_job=True)
        except ConnectorException as error:
            if not isinstance(error.__cause__, psycopg.errors.RaiseException):
                raise
            return False  # somebody was faster
        return True

    async def _look(self) -> None:
        nodes, state = self.nodes, self.state
        living = await self._living()
        rank = living.index(state.worker) if state.worker in living else 0
        nodes._share = (rank, max(1, len(living)))
        jobs = list(await self.manager.list_jobs_async(task=TASK))
        doing = {str(job.lock): job for job in jobs if job.status == "doing"}
        nodes._elsewhere = frozenset(lane for lane, job in doing.items() if job.worker_id != state.worker and job.worker_id)
        self._see_lost(doing)
        if living and living[0] == state.worker:
            await self._rescue()
        if nodes._leaving:
            await self._alive()
            for lane, mine in state.mine.items():
                self._ask(lane, mine)
            return
        known = {str(job.lock) for job in jobs if job.status in ("todo", "doing")}
        for lane in nodes._lanes:
            if lane not in known:
                await self._make(lane)
        parts = _parts(nodes._lanes, max(1, len(living)))
        await self._take(doing, parts)
        self._part_with(parts)

    async def _living(self) -> list[int]:
        """The workers of the nodes that live and stay, in the order they came."""
        rows = await self.connector.execute_query_all_async(
            "SELECT worker FROM nodes WHERE NOT leaving AND seen_at > now() - make_interval(secs => %(silent)s) ORDER BY worker",
            silent=SILENT,
        )
        return [int(row["worker"]) for row in rows]

    def _see_lost(self, doing: Mapping[str, Job]) -> None:
        """Lanes that we thought ours."""
        for lane, mine in self.state.mine.items():
            there = doing.get(lane)
            now = (there.id, there.attempts, there.worker_id) if there is not None else None
            if not mine.lost and now != (mine.job.id, mine.job.attempts, self.state.worker):
                log.warning("%s: lost to another node", lane)
                mine.lost = True
            if mine.lost:
                self._ask(lane, mine)

    def _ask(self, lane: str, mine: _Mine) -> None:
        if not mine.asked and self.nodes._works is not None:
            mine.asked = True
            self.nodes._works.leave(lane)

    async def _rescue(self) -> None:
        """Give back what dead nodes held, and strike them off."""
        freed = False
        for job in await self.manager.get_stalled_jobs(task_name=TASK, seconds_since_heartbeat=SILENT):
            if await self._free(job, job.worker_id):
                log.warning("%s: its node gives no sign of life, another takes over", job.lock)
                freed = True
        if freed:
            await self._notify("free")
        await self.manager.prune_stalled_workers(PRUNED)
        await self.connector.execute_query_async(
            "DELETE FROM nodes WHERE seen_at < now() - make_interval(secs => %(forgotten)s)", forgotten=FORGOTTEN
        )

    async def _make(self, lane: str) -> None:
        with contextlib.suppress(AlreadyEnqueued):
            await self.manager.defer_job_async(Job(queue=lane, lock=lane, queueing_lock=lane, task_name=TASK))

    async def _take(self, doing: Mapping[str, Job], parts: Mapping[str, int]) -> None:
        """Take what is free, up to our part; what nobody wants even beyond it."""
        nodes, state, now = self.nodes, self.state, time.monotonic()
        for lane, job in doing.items():
            state.free.pop(lane, None)
            if job.worker_id == state.worker and lane not in state.mine and lane in nodes._lanes:
                self._begin(lane, job, now)  # we were given it and never heard
        while True:
            have = _count(lane for lane, mine in state.mine.items() if not mine.asked)
            open_ = [lane for lane in nodes._lanes if lane not in doing and lane not in state.mine]
            since = {lane: state.free.setdefault(lane, now) for lane in open_}
            wanted = [lane for lane in open_ if _room(lane, have, parts) or now - since[lane] > FREE]
            if not wanted:
                return
            taken = await self.manager.fetch_job(wanted, state.worker)
            if taken is None:
                return
            lane = str(taken.lock)
            if not _room(lane, have, parts):
                state.kept[lane] = now + KEPT
            state.free.pop(lane, None)
            self._begin(lane, taken, now)

    def _begin(self, lane: str, job: Job, now: float) -> None:
        assert job.id is not None
        assert self.nodes._works is not None
        self.state.mine[lane] = _Mine(job, now)
        db, number, turn = self.nodes._db, job.id, job.attempts
        self.nodes._works.take(Hold(lane, number, turn, lambda: check(db, lane, number, turn)))

    def _part_with(self, parts: Mapping[str, int]) -> None:
        """Ask those to leave that are more than our part, the last taken first."""
        now, state = time.monotonic(), self.state
        for kind, part in parts.items():
            ours = [lane for lane, mine in state.mine.items() if kind in (_kind(lane), ALL) and not mine.asked]
            more = max(0, len(ours) - part)
            last = sorted(ours, key=lambda lane: (state.kept.get(lane, 0.0) > now, -state.mine[lane].at))
            for lane in last[:more]:
                if state.kept.get(lane, 0.0) < now:
                    self._ask(lane, state.mine[lane])

    async def part(self) -> None:
        """Be gone: what we still hold has no worker any more, and goes to others at once."""
        with contextlib.suppress(*AWAY):
            await self.connector.execute_query_async("DELETE FROM nodes WHERE worker = %(worker)s", worker=self.state.worker)
            await self.manager.unregister_worker(self.state.worker)
            await self._notify("free")


def _kind(lane: str) -> str:
    return lane.partition(":")[0] if ":" in lane else ""


def _count(lanes: Iterable[str]) -> Counter[str]:
    """How many there are of each kind, and in all."""
    found = Counter(map(_kind, lanes))
    found[ALL] = found.total()
    return found


def _parts(lanes: Iterable[str], nodes: int) -> dict[str, int]:
    """How many lanes of each kind, and in all, are one node's part."""
    return {kind: -(-number // nodes) for kind, number in _count(lanes).items()}


def _room(lane: str, have: Mapping[str, int], parts: Mapping[str, int]) -> bool:
    """Whether one more lane like that is still part of ours."""
    return have[_kind(lane)] < parts[_kind(lane)] and have[ALL] < parts[ALL]


def _packed(lanes: Sequence[str]) -> Iterable[str]:
    """The names in as few messages as they fit into."""
    text = ""
    for lane in lanes:
        if text and len(text.encode()) + len(lane.encode()) >= MESSAGE:
            yield text
            text = ""
        text = f"{text} {lane}".strip()
    if text:
        yield text
