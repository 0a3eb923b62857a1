"""The house at work: lanes over a store, inboxes and outlets that the assembly has chosen."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from core.errors import PortError, UserError
from core.nodes import Nodes
from core.ports import Inbox, Outlet, Spool
from core.views import DeskStore
from engine.alerts import alert
from engine.calls import KEEP_EVERY, Calls
from engine.clerk import Clerk
from engine.clock import Clock
from engine.cluster import ClusterLanes
from engine.courier import Courier
from engine.directives import Report
from engine.documents import Documents
from engine.healing import Healer
from engine.intake import Intake
from engine.lanes import Lane, LocalLanes
from engine.office import Office
from engine.published import Published
from engine.reader import Improves, Reader
from engine.reader_pool import ReaderPool
from engine.retention import LOOK as RETENTION
from engine.retention import Periods, Retention
from engine.watch import Losing, Losses, Watch, Watched

log = logging.getLogger("guichet")

#: Seconds after which a lane looks by itself: for what another process (``retry``, ``act``) wrote into the store.
LOOK = 5.0
#: Seconds between two looks at what became of the tasks.
WATCH = 60.0
#: Seconds between two looks at which texts never arrived.
LOSSES = 300.0


class Lanes(Protocol):
    """What the house needs of lanes, local or of a cluster."""

    def add(self, lane: Lane) -> None: ...
    def start(self) -> None: ...
    def intervals(self) -> dict[str, float]: ...
    def at_work(self, name: str) -> bool: ...
    def wake(self, name: str) -> None: ...
    def wake_all(self) -> None: ...
    def wait_idle(self, timeout: float) -> bool: ...
    def stop(self, timeout: float = 8.0) -> bool: ...
    def names(self) -> list[str]: ...
    def troubles(self) -> dict[str, str]: ...
    def stuck(self) -> list[str]: ...
    def here(self, name: str) -> bool: ...
    def share(self) -> tuple[int, int]: ...


class House:
    """Everything that runs, put together; ``start``, ``reload`` and ``stop`` are for the one thread that owns it."""

    def __init__(
        self,
        *,
        store: DeskStore,
        spool: Spool,
        inboxes: Sequence[Inbox],
        outlets: Sequence[Outlet],
        published: Published,
        office: Office,
        pool: ReaderPool,
        understanding: Improves | None = None,
        calls: Calls | None = None,
        clock: Callable[[], datetime],
        release: Callable[[], None] = lambda: None,
        reading: str = "",
        periods: Periods | None = None,
        nodes: Nodes | None = None,
        documents: Callable[[Callable[[], None]], Documents] | None = None,
    ) -> None:
        """``documents`` makes what reads files, given whom to tell.

        ``reading`` is the version of the reading code ('' where none is kept): a new one tries again what was parked.

        ``nodes`` hands out the lanes where several machines share them; without it all of them run here.
        """
        self.calls = calls or Calls()
        self.store, self.spool, self.published, self.office = store, spool, published, office
        self.inboxes, self.outlets = list(inboxes), list(outlets)
        self._now, self._release = clock, release
        notes = store.status(clock())["lanes"]
        before = {name: lane["detail"] for name, lane in notes.items() if not lane["ok"]}
        self.lanes: Lanes
        if nodes is None:
            self.lanes = LocalLanes(clock=clock, note=store.note, alert=self._alert, before=before)
        else:
            self.lanes = ClusterLanes(nodes, clock=clock, note=store.note, alert=self._alert, trouble=store.trouble)
        #: Told after commits what changed: "journal" lines of it, "inbox" messages that came or were read. Must not block.
        self.listeners: list[Callable[[str], None]] = []
        wake = self.lanes.wake

        def then(lane: str) -> Callable[[], None]:
            def told() -> None:
                wake(lane)
                self.tell("inbox")

            return told

        self.documents = documents(then("reader")) if documents is not None else None
        self.reader = Reader(
            store,
            pool,
            clock=clock,
            read=then("clerk"),
            understanding=understanding,
            share=self.lanes.share,
            documents=(lambda: wake("documents")) if self.documents is not None else None,
        )
        self._understanding = understanding
        self.clerk = Clerk(store, office, clock=clock, wake=wake, decided=lambda: self.tell("journal"))
        self.healer = Healer(store, reading, clock=clock, admin=office.admin, wake=wake)
        intakes = [Intake(inbox, store, spool, clock=clock, taken=then("reader")) for inbox in inboxes]

        def flood() -> bool:
            return any(intake.flood for intake in intakes)

        self.couriers = [
            Courier(o, store, clock=clock, settled=lambda: wake("clerk"), written=lambda: self.tell("journal"), flood=flood)
            for o in outlets
        ]
        for inbox, intake in zip(inboxes, intakes, strict=True):
            name = f"intake:{inbox.name}"
            self.lanes.add(Lane(name, intake.poll, every=inbox.interval, waiter=inbox, close=inbox.close))
        self.lanes.add(Lane("reader", self._healing(self.reader.run), every=LOOK, close=pool.close, everywhere=True))
        if self.documents is not None:
            self.lanes.add(
                Lane("documents", self.documents.run, every=LOOK, close=self.documents.close, ails=self.documents.ails)
            )
        self.lanes.add(Lane("clerk", self._healing(self.clerk.run), every=LOOK))
        if nodes is not None:
            self.lanes.add(Lane("directives", self._follow, every=LOOK, everywhere=True))
        retention = Retention(store, spool, periods or Periods(), clock=clock)
        self.lanes.add(Lane("retention", retention.run, every=RETENTION))
        for courier in self.couriers:
            name, step = f"courier:{courier.outlet.system}", _freed(courier, self.lanes)
            begin, close = _recovered(courier), courier.outlet.close
            self.lanes.add(Lane(name, step, every=LOOK, begin=begin, close=close, ails=_ailing(courier)))
            if isinstance(courier.outlet, Watched):
                watch = Watch(courier.outlet.system, courier.outlet, store, clock=clock, told=lambda: wake("clerk"))
                self.lanes.add(Lane(f"watch:{courier.outlet.system}", watch.run, every=WATCH))
            if isinstance(courier.outlet, Losing):
                losses = Losses(courier.outlet.system, courier.outlet, store, clock=clock, told=_lost(courier, wake))
                self.lanes.add(Lane(f"watch:{courier.outlet.system}", losses.run, every=LOSSES))
        # One place ticks: where the clerk is, to whom deadlines go.
        self.clock = Clock(store, clock=clock, lanes=self.lanes.names, wake=wake, here=lambda: self.lanes.here("clerk"))

    def tell(self, what: str) -> None:
        """Something was committed that people may be looking at."""
        for listener in self.listeners:
            listener(what)

    def start(self, *jobs: tuple[Callable[[], None], float]) -> None:
        """Let every lane run, each from what was left half done."""
        self.tell_directives(self.published.report)
        self.healer.begin()
        self.lanes.start()
        self.clock.start((self._keep_calls, KEEP_EVERY), *jobs)

    def run_once(self, timeout: float = 3600.0) -> dict[str, str]:
        """Poll, work until every lane is idle; what went wrong, by lane."""
        self.start()
        self.lanes.wait_idle(timeout)
        return self.lanes.troubles()

    def stuck(self) -> list[str]:
        """Lanes that give no sign of life: only a restart helps."""
        return self.lanes.stuck()

    def troubles(self) -> dict[str, str]:
        """What is wrong, by lane."""
        return self.lanes.troubles()

    def reload(self) -> Report:
        """Read the directives again (SIGHUP) and try everything that was stopped."""
        report = self.published.reload()
        self.reader.reload()
        if self._understanding is not None:
            self._understanding.resume()
        self.tell_directives(report)
        self.store.hurry(self._now())
        self.lanes.wake_all()
        return report

    def tell_directives(self, report: Report) -> None:
        """Log what is broken in the documents and show it in ``status`` until it is mended."""
        for problem in report.errors:
            log.error("directive gardée telle qu'elle était : %s", problem)
        detail = "; ".join(str(problem) for problem in report.errors[:3])
        self.store.note("directives", report.ok, detail, self._now())

    def stop(self, timeout: float = 8.0) -> bool:
        """Finish the batches under way and close; whether all ended in time."""
        self.clock.stop()
        if self.documents is not None:
            self.documents.stop()
        done = self.lanes.stop(timeout)
        if self._understanding is not None:
            self._understanding.close()
        self._keep_calls()
        self.store.close()
        self._release()
        return done

    def _follow(self) -> int:
        """What another node published is in force here too."""
        if changed := self.published.follow():
            log.info("directives published by another node: %s", ", ".join(changed))
            self.reader.reload()
        return 0

    def _healing(self, run: Callable[[], int]) -> Callable[[], int]:
        """A run, after which the healer looks whether its round has ended."""

        def step() -> int:
            number = run()
            self.healer.look()
            return number

        return step

    def _keep_calls(self) -> None:
        self.calls.keep(self.store, self._now())

    def _alert(self, lane: str, trouble: str) -> None:
        """Write to the administrator, once, that a lane has stopped or fails; not when it is the one that would tell him."""
        admin = self.office.admin
        if not admin[1] or lane == f"courier:{admin[0]}":
            return
        now = self._now()
        change = alert(self.published.business(""), admin, lane, trouble, now)
        if change is None:
            return
        try:
            self.store.commit([change], now)
        except (PortError, UserError) as error:
            log.warning("the alert about %s could not be kept: %s", lane, error)
            return
        except Exception:  # telling of a trouble must never become one: the lane that called goes on with what it was doing
            log.exception("the alert about %s could not be kept", lane)
            return
        self.lanes.wake(f"courier:{admin[0]}")


def _lost(courier: Courier, wake: Callable[[str], None]) -> Callable[[], None]:
    """Wakes those whom a lost text concerns: the clerk who finds another way, the courier who sends it anew."""

    def told() -> None:
        wake("clerk")
        wake(f"courier:{courier.outlet.system}")

    return told


def _recovered(courier: Courier) -> Callable[[], None]:
    """What was being sent when somebody had the lane last is looked up first."""

    def begin() -> None:
        if number := courier.recover():
            log.info("%s: %d effects were being sent at the last end; they are looked up first", courier.outlet.system, number)

    return begin


def _ailing(courier: Courier) -> Callable[[], str]:
    """What keeps the courier's work from getting through."""
    return lambda: courier.trouble


def _freed(courier: Courier, lanes: Lanes) -> Callable[[], int]:
    """A run of the courier; then those of the systems look of which it has freed something."""

    def step() -> int:
        number = courier.run()
        freed, courier.freed = courier.freed - {courier.outlet.system}, set()
        known = lanes.names() if freed else ()
        for name in sorted(f"courier:{system}" for system in freed):
            if name in known:
                lanes.wake(name)
        return number

    return step
