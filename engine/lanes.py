"""Local lanes: a thread each inside the daemon, woken by a commit, a webhook or a tick.

A lane run holds no state of its own: it takes a batch, works, commits, and goes on while there is more. Running one twice is
harmless, so a wake too many costs a look at an empty table and nothing else. What goes wrong in a lane stays in it: a passing
trouble makes it back off, refused credentials stop it until they are tried again, a defect is logged with its trace.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from core.errors import PortError, Transient, Unauthorized, UserError
from core.nodes import HandedOver, Hold, hold
from core.retry import Backoff
from engine.collector import give_back_busy

log = logging.getLogger("guichet.lanes")

#: Seconds after which refused credentials are tried again, quietly.
RETRY_REFUSED = 600.0
#: Seconds that a trouble which may pass by itself lasts before somebody is told.
ALERT_AFTER = 300.0
#: Seconds between two notes in the store that a lane is well.
NOTE_EVERY = 30.0
#: Seconds beyond its time after which a lane that gives no sign counts as stuck: every outside call has a shorter deadline.
STUCK = 600.0


class Waiter(Protocol):
    """Something that knows better than a clock when there is news (IMAP IDLE)."""

    def wait(self, seconds: float) -> bool:
        """Wait up to so long for news."""

    def wake(self) -> None:
        """End a running wait; from any thread."""


@dataclass(slots=True, eq=False)
class Lane:
    """One lane. ``step`` works once and tells how much it did; ``every`` is how long it sleeps when nothing wakes it.

    ``begin`` comes before the first step, and before each first one after somebody else had the lane.
    ``ails``: what is wrong though the step did what it could, "" for nothing. It is shown and told like a failure, and slows nothing.
    ``everywhere``: where several nodes share the lanes, all of them may run it at the same time.
    """

    name: str
    step: Callable[[], int]
    every: float = 30.0
    waiter: Waiter | None = None
    begin: Callable[[], object] | None = None
    close: Callable[[], None] | None = None
    ails: Callable[[], str] = lambda: ""
    everywhere: bool = False
    hold: Hold | None = None
    leaving: bool = False
    dirty: bool = True
    forced: bool = False
    idle: bool = False
    failing: bool = False
    runs: int = 0
    trouble: str = ""
    last_ok: float = 0.0
    noted: tuple[bool, str] | None = None
    noted_at: float = 0.0
    failing_since: float = 0.0
    alerted: bool = False
    sign_by: float = 0.0
    thread: threading.Thread | None = field(default=None, repr=False)
    #: What its thread waits for while it rests: its own, so that a wake is no other lane's.
    turn: threading.Condition = field(default_factory=threading.Condition, repr=False)


class LocalLanes:
    """All lanes of this process."""

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        note: Callable[[str, bool, str, datetime], None],
        alert: Callable[[str, str], None] = lambda lane, trouble: None,
        before: Mapping[str, str] | None = None,
        patience: float = STUCK,
    ) -> None:
        """``before``: the troubles, by lane, that were known when the process before this one ended."""
        self._clock, self._note, self._alert, self._patience = clock, note, alert, patience
        self._before = dict(before or {})
        self._lanes: dict[str, Lane] = {}
        #: One lock for all of it; those who wait for everything to rest wait for ``_changed``, a lane's thread for its turn.
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._stopping = False

    def add(self, lane: Lane) -> None:
        """Add a lane; it starts with ``start``."""
        lane.turn = threading.Condition(self._lock)
        self._lanes[lane.name] = lane

    def names(self) -> list[str]:
        """The lanes' names."""
        return list(self._lanes)

    def intervals(self) -> dict[str, float]:
        """Seconds that each lane may sleep between two signs of life, by its name."""
        return {lane.name: lane.every for lane in self._lanes.values()}

    def at_work(self, name: str) -> bool:
        """Whether the lane is in the middle of something here, and not for longer than that may take."""
        lane = self._lanes.get(name)
        if lane is None or lane.thread is None or lane.idle or not lane.thread.is_alive():
            return False
        return time.monotonic() <= lane.sign_by

    def start(self) -> None:
        """Start every lane that does not run yet."""
        for lane in self._lanes.values():
            if lane.thread is None:
                self._run(lane)

    def _run(self, lane: Lane) -> None:
        self._expect(lane)
        lane.thread = threading.Thread(target=self._loop, args=(lane,), name=lane.name, daemon=True)
        lane.thread.start()

    def wake(self, name: str) -> None:
        """Let the lane look again, now. Unknown names are no lane of this machine and are ignored."""
        lane = self._lanes.get(name)
        if lane is None:
            return
        with self._lock:
            lane.dirty = True
            # While it rests after a failure there is nothing it does now, whoever wakes it.
            lane.idle = lane.idle and lane.failing and not lane.forced
            lane.turn.notify_all()
        if lane.waiter is not None:
            lane.waiter.wake()

    def wake_all(self) -> None:
        """After a reload: everything looks again, what was stopped too."""
        for name, lane in list(self._lanes.items()):
            lane.forced = True
            self.wake(name)

    def wait_idle(self, timeout: float) -> bool:
        """Wait until no lane has anything left to do now; False when the time was over first.

        A lane that waits after a failure counts as idle: what it could not do stays in the store.
        """
        end = time.monotonic() + timeout
        with self._changed:
            while True:
                lanes = self._lanes.values()
                if all(lane.idle and (not lane.dirty or lane.failing) and lane.runs for lane in lanes):
                    return True
                left = end - time.monotonic()
                if left <= 0 or self._stopping:
                    return False
                self._changed.wait(min(left, 1.0))

    def here(self, name: str) -> bool:  # noqa: ARG002
        """Whether the lane is this process's to run: all are, where there is but one."""
        return True

    def share(self) -> tuple[int, int]:
        """This process's part of what several share: (its number, how many there are)."""
        return 0, 1

    def troubles(self) -> dict[str, str]:
        """What is wrong, by lane."""
        return {lane.name: lane.trouble for lane in self._lanes.values() if lane.trouble}

    def stuck(self) -> list[str]:
        """The lanes that should have given a sign of life by now, working or resting, and did not; their thread may be gone."""
        if self._stopping:
            return []
        now = time.monotonic()
        return [
            lane.name
            for lane in self._lanes.values()
            if lane.thread is not None and (now > lane.sign_by or not lane.thread.is_alive())
        ]

    def last_ok(self) -> dict[str, float | None]:
        """Seconds since each lane last worked well; None for never."""
        now = time.monotonic()
        return {lane.name: (now - lane.last_ok if lane.last_ok else None) for lane in self._lanes.values()}

    def stop(self, timeout: float = 8.0) -> bool:
        """Let every lane finish its batch and end; whether all did in time."""
        self._stop_resting()
        for lane in self._lanes.values():
            if lane.waiter is not None:
                lane.waiter.wake()
        end = time.monotonic() + timeout
        for lane in self._lanes.values():
            if lane.thread is not None:
                lane.thread.join(max(0.0, end - time.monotonic()))
        done = all(lane.thread is None or not lane.thread.is_alive() for lane in self._lanes.values())
        for lane in self._lanes.values():
            if lane.close is not None and (lane.thread is None or not lane.thread.is_alive()):
                lane.close()
        return done

    def _stop_resting(self) -> None:
        with self._lock:
            self._stopping = True
            self._changed.notify_all()
            for lane in self._lanes.values():
                lane.turn.notify_all()

    # ------------------------------------------------------------------ one lane's thread

    def _loop(self, lane: Lane) -> None:
        backoff, failures = Backoff(first=2.0, cap=300.0), 0
        begin, mine = lane.begin, lane.hold
        hold(mine)
        while not self._over(lane):
            with self._lock:
                lane.dirty = lane.forced = False
                lane.idle = False
            pause = 0.0
            self._expect(lane)
            try:
                if begin is not None:
                    begin()
                    begin = None
                busy = lane.step()
                if busy:
                    give_back_busy()
                failures = 0
                trouble = lane.ails()
                lane.last_ok = lane.last_ok if trouble else time.monotonic()
                self._report(lane, not trouble, trouble, passing=True)
            except HandedOver as error:
                # Whatever was under way is its new holder's to look up.
                log.warning("%s", error)
                return
            except Unauthorized as error:
                busy, pause = 0, RETRY_REFUSED
                self._report(lane, False, f"accès refusé : {error}")
            except (PortError, UserError) as error:
                failures += 1
                after = error.after if isinstance(error, Transient) else None
                busy, pause = 0, backoff.delay(failures, lane.name, after)
                self._report(lane, False, str(error), passing=isinstance(error, Transient))
            except OSError as error:
                failures += 1
                busy, pause = 0, backoff.delay(failures, lane.name)
                self._report(
                    lane, False, f"le système refuse ({error}) : vérifiez la place et les droits ; nouvel essai bientôt"
                )
            except Exception as error:  # a defect of ours stays in its lane, which tries again later
                log.exception("lane %s failed", lane.name)
                failures += 1
                busy, pause = 0, backoff.delay(failures, lane.name)
                self._report(lane, False, f"erreur interne : {type(error).__name__} : {error}")
            lane.runs += 1
            if not busy:
                self._rest(lane, pause)

    def _over(self, lane: Lane) -> bool:
        """Whether the lane's thread is to end."""
        return self._stopping or lane.leaving

    def _expect(self, lane: Lane, rest: float = 0.0) -> None:
        """From now on the lane works, or rests so long: when its next sign of life is due."""
        lane.sign_by = time.monotonic() + rest + self._patience

    def _rest(self, lane: Lane, pause: float) -> None:
        """Sleep until woken or the time is over. After a failure only a reload cuts the pause short: wakes are for work."""
        with self._lock:
            lane.failing = pause > 0
            if lane.dirty and not pause:
                return
            self._expect(lane, pause or lane.every)
            lane.idle = True
            self._changed.notify_all()
            if lane.waiter is None or pause:
                end = time.monotonic() + (pause or lane.every)
                while not self._over(lane) and not lane.forced and not (lane.dirty and not pause):
                    left = end - time.monotonic()
                    if left <= 0:
                        break
                    lane.turn.wait(left)
                return
        try:
            lane.waiter.wait(lane.every)
        except PortError as error:
            log.info("lane %s: waiting ended: %s", lane.name, error)

    def _report(self, lane: Lane, ok: bool, trouble: str, *, passing: bool = False) -> None:
        """Tell the store how the lane is: at once when that changes, else now and then. Alert once a trouble."""
        lane.trouble = trouble
        now = time.monotonic()
        known = self._before.pop(lane.name, "")
        if ok:
            lane.failing_since, lane.alerted = 0.0, False
        else:
            lane.failing_since = lane.failing_since or now
            lane.alerted = lane.alerted or (not passing and trouble == known)
            if not lane.alerted and (not passing or now - lane.failing_since >= ALERT_AFTER):
                lane.alerted = True
                self._alert(lane.name, trouble)
        state = (ok, trouble)
        changed = lane.noted is None or lane.noted[0] != ok or (not ok and lane.noted != state)
        if not changed and now - lane.noted_at < NOTE_EVERY:
            return
        if changed and not ok:
            log.warning("%s: %s", lane.name, trouble)
        elif changed and lane.noted is not None:
            log.info("%s: de nouveau en marche", lane.name)
        lane.noted, lane.noted_at = state, now
        try:
            self._note(lane.name, ok, trouble, self._clock())
        except (PortError, UserError) as error:
            log.warning("the state of lane %s could not be noted: %s", lane.name, error)
        except Exception:  # telling of a trouble must never become one
            log.exception("the state of lane %s could not be noted", lane.name)
