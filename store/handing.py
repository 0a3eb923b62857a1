"""Who holds which lane: what a node's thread asks and does, beat by beat (store.cluster says the picture).

Of the nodes that live the first one gives back what those hold whose heartbeat is older than SILENT seconds; whoever holds less
than its part takes what is free. Who has more than its part, because a node came, gives some back after the batch under way.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import psycopg
from procrastinate import PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

from core.errors import UserError
from core.nodes import Hold, Works
from store.engine import Postgres
from store.jobs import TASK, check
from store.nodes import SILENT
from store.parts import ALL, count, kind, packed, parts, room

log = logging.getLogger("guichet.nodes")

#: Seconds between two heartbeats, and between two looks at who holds what.
BEAT = 1.0
#: Seconds after which a lane that nobody takes is taken beyond one's part. It is kept for a while, longer each time that nobody took
#: it meanwhile: perhaps no other node knows it.
FREE, KEPT, KEPT_MOST = 3.0, 10.0, 600.0
#: Seconds after which a worker that gave no sign is struck off, and a dead node no longer shown.
PRUNED, FORGOTTEN = 60.0, 86_400.0
#: Our channel.
CHANNEL = "guichet"
#: What a database that is away looks like from here.
AWAY = (ConnectorException, psycopg.Error, OSError, TimeoutError)


@dataclass(slots=True)
class Mine:
    """A lane in our hands. ``asked``: it was told to leave; ``lost``: it is another's already."""

    job: Job
    at: float
    asked: bool = False
    lost: bool = False


@dataclass(slots=True)
class Board:
    """What the thread that hands out and those that ask it both see.

    ``free``: since when a lane has nobody; ``kept``: until when one taken beyond our part stays, and for how long it was to stay.
    ``gone`` and ``told`` are written under ``lock``: lanes that our threads are done with, and wakes for other nodes.
    """

    db: Postgres
    name: str
    version: str
    spool: str
    lanes: tuple[str, ...] = ()
    works: Works | None = None
    worker: int = 0
    mine: dict[str, Mine] = field(default_factory=dict)
    free: dict[str, float] = field(default_factory=dict)
    kept: dict[str, tuple[float, float]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    gone: set[str] = field(default_factory=set)
    told: set[tuple[str, bool]] = field(default_factory=set)
    elsewhere: frozenset[str] = frozenset()
    share: tuple[int, int] = (0, 1)
    leaving: bool = False
    ending: bool = False
    moved: asyncio.Event = field(default_factory=asyncio.Event)
    news: asyncio.Event = field(default_factory=asyncio.Event)


class Handing:
    """What the thread does while the database answers."""

    def __init__(self, board: Board, connector: PsycopgConnector) -> None:
        self.board = board
        self.connector, self.manager = connector, JobManager(connector)
        self.pruned = 0.0

    async def join(self) -> None:
        """Register, once. Raises UserError when the others keep their files elsewhere."""
        board = self.board
        if board.worker and await self._alive():
            return
        for mine in board.mine.values():
            mine.lost = True
        rows = await self.connector.execute_query_all_async(
            "SELECT name, spool FROM nodes WHERE seen_at > now() - make_interval(secs => %(silent)s) AND NOT leaving",
            silent=SILENT,
        )
        other = next((row for row in rows if row["spool"] != board.spool), None)
        if other is not None:
            raise UserError(
                f"le nœud « {other['name']} » range ses fichiers ailleurs que celui-ci",
                where="SPOOL_BUCKET",
                todo="réglez le même compartiment sur toutes les machines, puis recommencez",
            )
        board.worker = await self.manager.register_worker()
        await self.connector.execute_query_async(
            "DELETE FROM nodes WHERE name = %(name)s AND seen_at < now() - make_interval(secs => %(silent)s)",
            name=board.name,
            silent=SILENT,
        )
        await self.connector.execute_query_async(
            "INSERT INTO nodes (worker, name, version, spool, started_at, seen_at, leaving) "
            "VALUES (%(worker)s, %(name)s, %(version)s, %(spool)s, now(), now(), false)",
            worker=board.worker,
            name=board.name,
            version=board.version,
            spool=board.spool,
        )
        log.info("this is node %s (%d)", board.name, board.worker)

    async def _alive(self) -> bool:
        """Give a sign; False when we have been struck off."""
        await self.manager.update_heartbeat(self.board.worker)
        rows = await self.connector.execute_query_all_async(
            "UPDATE nodes SET seen_at = now(), leaving = %(leaving)s "
            "WHERE worker = %(worker)s AND EXISTS (SELECT 1 FROM procrastinate_workers WHERE id = %(worker)s) RETURNING worker",
            worker=self.board.worker,
            leaving=self.board.leaving,
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
        board = self.board
        while True:
            await board.news.wait()
            board.news.clear()
            with board.lock:
                told, board.told = board.told, set()
            for forced in (False, True):
                for lanes in packed(sorted(lane for lane, how in told if how == forced)):
                    await self._notify("forced" if forced else "wake", lanes)

    async def _notify(self, how: str, lanes: str = "") -> None:
        await self.connector.execute_query_async(
            "SELECT pg_notify(%(channel)s, %(text)s)", channel=CHANNEL, text=f"{self.board.worker} {how} {lanes}".strip()
        )

    # ------------------------------------------------------------------ who holds what

    async def share_out(self) -> None:
        """Look at who holds what, each beat and whenever something moves; ends when we are to be gone."""
        board = self.board
        while True:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(board.moved.wait(), BEAT)
            board.moved.clear()
            await self._give_back()
            if board.ending:
                return
            await self._look()

    async def _give_back(self) -> None:
        """What our threads are done with."""
        board = self.board
        with board.lock:
            gone, board.gone = board.gone, set()
        freed = False
        for lane in gone:
            mine = board.mine.pop(lane, None)
            if mine is not None and not mine.lost:
                freed = await self._free(mine.job, board.worker) or freed
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
        board = self.board
        living = await self._living()
        rank = living.index(board.worker) if board.worker in living else 0
        board.share = (rank, max(1, len(living)))
        jobs = list(await self.manager.list_jobs_async(task=TASK))
        doing = {str(job.lock): job for job in jobs if job.status == "doing"}
        board.elsewhere = frozenset(lane for lane, job in doing.items() if job.worker_id != board.worker and job.worker_id)
        for lane in board.elsewhere:
            board.kept.pop(lane, None)
        self._see_lost(doing)
        if living and living[0] == board.worker:
            await self._rescue()
        if board.leaving:
            await self._alive()
            for lane, mine in board.mine.items():
                self._ask(lane, mine)
            return
        known = {str(job.lock) for job in jobs if job.status in ("todo", "doing")}
        for lane in board.lanes:
            if lane not in known:
                await self._make(lane)
        ours = parts(board.lanes, max(1, len(living)))
        await self._take(doing, ours)
        self._part_with(ours)

    async def _living(self) -> list[int]:
        """The workers of the nodes that live and stay, in the order they came."""
        rows = await self.connector.execute_query_all_async(
            "SELECT worker FROM nodes WHERE NOT leaving AND seen_at > now() - make_interval(secs => %(silent)s) ORDER BY worker",
            silent=SILENT,
        )
        return [int(row["worker"]) for row in rows]

    def _see_lost(self, doing: Mapping[str, Job]) -> None:
        """Lanes that we thought ours."""
        for lane, mine in self.board.mine.items():
            there = doing.get(lane)
            now = (there.id, there.attempts, there.worker_id) if there is not None else None
            if not mine.lost and now != (mine.job.id, mine.job.attempts, self.board.worker):
                log.warning("%s: lost to another node", lane)
                mine.lost = True
            if mine.lost:
                self._ask(lane, mine)

    def _ask(self, lane: str, mine: Mine) -> None:
        if not mine.asked and self.board.works is not None:
            mine.asked = True
            self.board.works.leave(lane)

    async def _rescue(self) -> None:
        """Give back what dead nodes held, and strike them off."""
        freed = False
        for job in await self.manager.get_stalled_jobs(task_name=TASK, seconds_since_heartbeat=SILENT):
            if await self._free(job, job.worker_id):
                log.warning("%s: its node gives no sign of life, another takes over", job.lock)
                freed = True
        if freed:
            await self._notify("free")
        if time.monotonic() - self.pruned < PRUNED / 2:
            return
        self.pruned = time.monotonic()
        await self.manager.prune_stalled_workers(PRUNED)
        await self.connector.execute_query_async(
            "DELETE FROM nodes WHERE seen_at < now() - make_interval(secs => %(forgotten)s)", forgotten=FORGOTTEN
        )

    async def _make(self, lane: str) -> None:
        with contextlib.suppress(AlreadyEnqueued):
            await self.manager.defer_job_async(Job(queue=lane, lock=lane, queueing_lock=lane, task_name=TASK))

    async def _take(self, doing: Mapping[str, Job], ours: Mapping[str, int]) -> None:
        """Take what is free, up to our part; what nobody wants even beyond it."""
        board, now = self.board, time.monotonic()
        for lane, job in doing.items():
            board.free.pop(lane, None)
            if job.worker_id == board.worker and lane not in board.mine and lane in board.lanes:
                self._begin(lane, job, now)  # we were given it and never heard
        while True:
            have = count(lane for lane, mine in board.mine.items() if not mine.asked)
            open_ = [lane for lane in board.lanes if lane not in doing and lane not in board.mine]
            since = {lane: board.free.setdefault(lane, now) for lane in open_}
            wanted = [lane for lane in open_ if room(lane, have, ours) or now - since[lane] > FREE]
            if not wanted:
                return
            taken = await self.manager.fetch_job(wanted, board.worker)
            if taken is None:
                return
            lane = str(taken.lock)
            if not room(lane, have, ours):
                span = min(KEPT_MOST, max(KEPT, 2 * board.kept.get(lane, (0.0, 0.0))[1]))
                board.kept[lane] = (now + span, span)
            board.free.pop(lane, None)
            self._begin(lane, taken, now)

    def _begin(self, lane: str, job: Job, now: float) -> None:
        assert job.id is not None
        assert self.board.works is not None
        self.board.mine[lane] = Mine(job, now)
        db, number, turn = self.board.db, job.id, job.attempts
        self.board.works.take(Hold(lane, number, turn, lambda: check(db, lane, number, turn)))

    def _part_with(self, ours: Mapping[str, int]) -> None:
        """Ask those to leave that are more than our part, the last taken first."""
        now, board = time.monotonic(), self.board
        for what, part in ours.items():
            held = [lane for lane, mine in board.mine.items() if what in (kind(lane), ALL) and not mine.asked]
            more = max(0, len(held) - part)
            loose = [lane for lane in held if lane not in board.kept or board.kept[lane][0] < now]
            for lane in sorted(loose, key=lambda lane: -board.mine[lane].at)[:more]:
                self._ask(lane, board.mine[lane])

    async def part(self) -> None:
        """Be gone: what we still hold has no worker any more, and goes to others at once."""
        with contextlib.suppress(*AWAY):
            await self.connector.execute_query_async("DELETE FROM nodes WHERE worker = %(worker)s", worker=self.board.worker)
            await self.manager.unregister_worker(self.board.worker)
            await self._notify("free")
