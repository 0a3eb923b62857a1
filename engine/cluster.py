"""The lanes of one node among several: it runs those that it is handed, as one machine runs all of them.

A lane comes with a hold (core.nodes): a thread works under it until the lane is to go to another node, and says when it has done
its last thing. Nothing of a lane stays behind in the node that had it; the next one begins as after a start.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime

from core.errors import PortError, UserError
from core.nodes import Hold, Nodes
from engine.lanes import STUCK, Lane, LocalLanes

log = logging.getLogger("guichet.lanes")


class ClusterLanes(LocalLanes):
    """As LocalLanes, for the lanes that this node holds. Also core.nodes.Works."""

    def __init__(
        self,
        nodes: Nodes,
        *,
        clock: Callable[[], datetime],
        note: Callable[[str, bool, str, datetime], None],
        alert: Callable[[str, str], None] = lambda lane, trouble: None,
        trouble: Callable[[str], str] = lambda lane: "",
        patience: float = STUCK,
    ) -> None:
        """``trouble`` tells what was wrong with a lane where it was last: nobody is alerted of it again."""
        super().__init__(clock=clock, note=note, alert=alert, patience=patience)
        self._nodes, self._trouble = nodes, trouble
        #: The threads that have not said goodbye yet, by lane.
        self._at_work: dict[str, threading.Thread] = {}

    def start(self) -> None:
        """Join the others; the lanes come by and by."""
        for lane in self._lanes.values():
            if lane.everywhere and lane.thread is None:
                self._run(lane)
        self._nodes.start([lane.name for lane in self._lanes.values() if not lane.everywhere], self)

    def wake(self, name: str) -> None:
        """Let the lane look again, now, wherever it is."""
        lane = self._lanes.get(name)
        if lane is not None and lane.thread is not None:
            super().wake(name)
        if lane is None or lane.thread is None or lane.everywhere:
            self._nodes.tell([name])

    def wake_all(self) -> None:
        """After a reload: everything looks again, on every node, what was stopped too."""
        self.hear(["*"], forced=True)
        self._nodes.tell(["*"], forced=True)

    def here(self, name: str) -> bool:
        """Whether this node holds the lane."""
        lane = self._lanes.get(name)
        return lane is not None and lane.thread is not None

    def share(self) -> tuple[int, int]:
        """This node's part of what all nodes do."""
        return self._nodes.share()

    def stuck(self) -> list[str]:
        """As LocalLanes, and "nodes" when this node no longer takes part."""
        gone = bool(self._at_work) and not self._nodes.alive() and not self._stopping
        return super().stuck() + (["nodes"] if gone else [])

    def wait_idle(self, timeout: float) -> bool:
        """Wait until no lane that this node has or may still get has anything left to do now."""
        end = time.monotonic() + timeout
        with self._changed:
            while True:
                elsewhere = self._nodes.elsewhere()
                mine = [lane for lane in self._lanes.values() if lane.name not in elsewhere]
                if all(lane.thread is not None and lane.idle and (not lane.dirty or lane.failing) for lane in mine):
                    return True
                left = end - time.monotonic()
                if left <= 0 or self._stopping:
                    return False
                self._changed.wait(min(left, 0.2))

    def stop(self, timeout: float = 8.0) -> bool:
        """Hand every lane over as soon as its batch is done; whether all were in time."""
        self._nodes.leave()
        with self._lock:
            self._stop_resting()
            threads = list(self._at_work.values())
            lanes = [lane for lane in self._lanes.values() if lane.thread is not None]
        for lane in lanes:
            self._wake_waiter(lane)
        end = time.monotonic() + timeout
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()))
        done = not any(thread.is_alive() for thread in threads)
        self._nodes.stop()
        return done

    # ------------------------------------------------------------------ what the nodes say

    def take(self, hold: Hold) -> None:
        """The lane is ours: a thread for it."""
        with self._lock:
            lane = self._lanes[hold.lane]
            if self._stopping or lane.thread is not None:
                self._nodes.left(hold.lane)
                return
            lane.hold, lane.leaving, lane.dirty, lane.idle, lane.runs = hold, False, True, False, 0
            lane.noted, lane.failing, lane.trouble = None, False, ""
            self._run(lane)
        log.info("%s: taken by this node", hold.lane)

    def leave(self, lane: str) -> None:
        """Let its thread end."""
        with self._lock:
            found = self._lanes[lane]
            found.leaving = True
            found.turn.notify_all()
        self._wake_waiter(found)

    def hear(self, lanes: Iterable[str], *, forced: bool) -> None:
        """Wake those of them that are here."""
        names = set(lanes)
        for lane in list(self._lanes.values()):
            if lane.thread is not None and (lane.name in names or "*" in names):
                lane.forced = lane.forced or forced
                super().wake(lane.name)

    # ------------------------------------------------------------------ one lane's thread

    def _run(self, lane: Lane) -> None:
        self._expect(lane)
        lane.thread = threading.Thread(target=self._turn, args=(lane,), name=lane.name, daemon=True)
        self._at_work[lane.name] = lane.thread
        lane.thread.start()

    def _turn(self, lane: Lane) -> None:
        """One turn of the lane at this node, from its first step to the goodbye."""
        try:
            self._before[lane.name] = self._known(lane.name)
            self._loop(lane)
            if lane.close is not None:
                lane.close()
        except Exception:  # the top of a thread: a defect is told here or by nobody, and the lane must be given back
            log.exception("lane %s ended badly", lane.name)
        finally:
            with self._lock:
                lane.thread = None
                self._at_work.pop(lane.name, None)
                self._changed.notify_all()
            if not lane.everywhere:
                self._nodes.left(lane.name)

    def _known(self, lane: str) -> str:
        try:
            return self._trouble(lane)
        except (PortError, UserError) as error:
            log.info("%s: what was wrong with it cannot be told: %s", lane, error)
            return ""

    @staticmethod
    def _wake_waiter(lane: Lane) -> None:
        if lane.waiter is not None:
            lane.waiter.wake()
