"""The lanes handed out among nodes by Procrastinate on PostgreSQL (core.nodes.Nodes).

A lane is one job: in its own queue, with the lane's name as its lock. The node whose worker has it "doing" holds the lane; giving it
back (``retry_job``) counts its attempts up, so (id, attempts) names one holding for ever. Each node's worker sends a heartbeat a
second; store.handing says who takes and gives what.

Everything runs in one thread with an event loop of its own, so that heartbeats come whatever the lanes do. Lanes are woken across
nodes by NOTIFY; what gets lost (a connection that breaks) is made good by the looks that every lane takes by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Iterable, Sequence

from procrastinate import PsycopgConnector

from core.errors import UserError
from core.nodes import Works
from store.engine import Postgres
from store.handing import AWAY, BEAT, CHANNEL, Board, Handing
from store.jobs import install

log = logging.getLogger("guichet.nodes")
#: Every retry and wake would be a line.
logging.getLogger("procrastinate").setLevel(logging.WARNING)

#: Seconds that joining may take.
PATIENCE = 30.0
#: Seconds that a statement here waits for a lock: a frozen node may hold a lane's row until the server ends its transaction.
LOCK = 2


class ClusterNodes:
    """core.nodes.Nodes: this process as one node of those that share the database."""

    def __init__(self, db: Postgres, *, name: str, version: str, spool: str) -> None:
        """``name`` is shown to people; ``spool`` says where files are: all nodes must say the same."""
        self._board = Board(db, name, version, spool)
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()
        self._refused: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    # ------------------------------------------------------------------ from other threads

    def start(self, lanes: Sequence[str], works: Works) -> None:
        """Join the others. Raises UserError when their files are not ours, Transient when the database does not answer."""
        self._board.lanes, self._board.works = tuple(lanes), works
        install(self._board.db)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._life()), name="nodes", daemon=True)
        self._thread.start()
        if not self._ready.wait(PATIENCE):
            self._refused = UserError("la base ne répond pas : ce nœud ne peut pas rejoindre les autres", where="DATABASE_URL")
        if self._refused is not None:
            self.stop()
            raise self._refused

    def left(self, lane: str) -> None:
        with self._board.lock:
            self._board.gone.add(lane)
        self._ring(self._board.moved)

    def tell(self, lanes: Iterable[str], *, forced: bool = False) -> None:
        with self._board.lock:
            self._board.told.update((lane, forced) for lane in lanes)
        self._ring(self._board.news)

    def elsewhere(self) -> frozenset[str]:
        return self._board.elsewhere

    def share(self) -> tuple[int, int]:
        return self._board.share

    def alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def leave(self) -> None:
        self._board.leaving = True
        self._ring(self._board.moved)

    def stop(self) -> None:
        self._board.leaving = self._board.ending = True
        self._ring(self._board.moved)
        if self._thread is not None:
            self._thread.join(PATIENCE)

    def _ring(self, bell: asyncio.Event) -> None:
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # it has just ended
                loop.call_soon_threadsafe(bell.set)

    # ------------------------------------------------------------------ the thread

    async def _life(self) -> None:
        """Serve as long as we are wanted; a database that goes away is waited for."""
        self._loop = asyncio.get_running_loop()
        while not self._board.ending:
            connector = PsycopgConnector(
                conninfo=self._board.db.url.set(drivername="postgresql").render_as_string(hide_password=False),
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
        here = Handing(self._board, connector)
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
        if self._board.ending:
            await here.part()

    async def _heard(self, *, channel: str, payload: str) -> None:  # noqa: ARG002
        sender, how, *lanes = payload.split(" ")
        if how == "free":
            self._board.moved.set()
        elif sender != str(self._board.worker) and self._board.works is not None:
            self._board.works.hear(lanes, forced=how == "forced")
