"""Defects to plant into the house, one at a time: the fault suite must notice each of them. Five for one machine, one for several."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Callable
from typing import Any


def acknowledge_before_the_commit() -> None:
    """The cursor and the mark at the source come first, the messages after."""
    from engine.intake import BATCH, Intake, _Ledger

    def poll(self: Any) -> int:
        inbox, total = self.inbox, 0
        for batch in inbox.poll(self._store.cursor(inbox.name), _Ledger(self._store, inbox.name), BATCH):
            self._store.take(inbox.name, inbox.channel, [], batch.cursor, self._clock())
            inbox.acknowledge([item.external_id for item in batch.items])
            total += self._store.take(inbox.name, inbox.channel, self._settled(batch.items), batch.cursor, self._clock())
            self._taken()
        return total

    Intake._poll = poll  # type: ignore[method-assign]


def no_find() -> None:
    """What is uncertain counts as not there."""
    from engine.courier import Courier

    Courier._look_up = lambda self, rows: ([], list(rows))  # type: ignore[method-assign]
    Courier._may_be_there = lambda self, row: False  # type: ignore[method-assign]


def no_fence() -> None:
    """Nothing keeps a second daemon away from the data."""
    import assembly

    assembly.sole_daemon = lambda settings: contextlib.nullcontext()


def lost_wake() -> None:
    """One wake in four gets lost, and no later look makes up for it: the two nets below a wake are gone."""
    import engine.clock
    import engine.house
    import engine.lanes

    engine.house.LOOK = 1e6
    engine.clock.Clock.tick = lambda self: None  # type: ignore[method-assign]
    wake = engine.lanes.LocalLanes.wake

    chance = random.Random(1)

    def forgetful(self: Any, name: str) -> None:
        lane = self._lanes.get(name)
        if lane is not None and (lane.forced or chance.random() > 1 / 4):
            wake(self, name)

    engine.lanes.LocalLanes.wake = forgetful  # type: ignore[method-assign]


def stale_case_write() -> None:
    """Cases are decided on as they were some seconds ago, and the commit does not look at the version."""
    from engine.overlay import Overlay
    from store.commit import Commit, _Batch

    kept: dict[str, tuple[float, Any]] = {}
    lock, chance = threading.Lock(), random.Random(1)
    load = Overlay.load

    def stale(self: Any, ids: Any) -> None:
        load(self, ids)
        with lock:
            for id, case in self._cases.items():
                at, old = kept.get(id, (0.0, None))
                if old is not None and case is not None and time.monotonic() - at < 8 and chance.random() < 0.5:
                    self._cases[id] = old
                elif case is not None:
                    kept[id] = (time.monotonic(), case)

    def check(self: Any, connection: Any, changes: Any) -> Any:
        from sqlalchemy import select

        from store.tables import cases

        batch = _Batch(changes)
        stored = {row.id: row for row in connection.execute(select(cases.c.id, cases.c.version, cases.c.words))}
        for change in changes:
            if change.case is not None:
                row = stored.get(change.case.id)
                batch.cases[change.case.id] = (change.case, row.version if row else 0)
                if row:
                    batch.words[row.id] = row.words
        return batch

    Overlay.load = stale  # type: ignore[method-assign]
    Commit._check = check  # type: ignore[method-assign]


def no_lane_fence() -> None:
    """Neither a commit nor an outside call asks whose the lane is by now."""
    import store.engine
    import store.handing

    store.engine.fence = lambda connection, hold: None
    store.handing.check = lambda db, lane, job, turn: None


#: For several nodes (tests.faults.nodes).
SHARED_DEFECTS: dict[str, Callable[[], None]] = {no_lane_fence.__name__: no_lane_fence}
DEFECTS: dict[str, Callable[[], None]] = {
    one.__name__: one for one in (acknowledge_before_the_commit, no_find, no_fence, lost_wake, stale_case_write)
}
