"""Clock: APScheduler ticks wake the lanes whose time has come, also for what another process wrote into the store."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler

from core.errors import PortError, UserError
from core.ports import Store

log = logging.getLogger("guichet.clock")

#: Seconds between two looks at what is due.
TICK = 1.0


class Clock:
    """The ticks. Times are only looked at here; lanes decide by what is in the store."""

    def __init__(
        self,
        store: Store,
        *,
        clock: Callable[[], datetime],
        lanes: Callable[[], list[str]],
        wake: Callable[[str], None],
        here: Callable[[], bool] = lambda: True,
    ) -> None:
        """``here`` tells whether it is this process that ticks: one does, of several that share a store."""
        self._store, self._clock, self._lanes, self._wake, self._here = store, clock, lanes, wake, here
        self._scheduler: Any = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "misfire_grace_time": 30, "max_instances": 1}
        )

    def start(self, *jobs: tuple[Callable[[], None], float]) -> None:
        """Start ticking; ``jobs`` are further things to do every so many seconds."""
        logging.getLogger("apscheduler").setLevel(logging.WARNING)
        self._scheduler.add_job(self.tick, "interval", seconds=TICK)
        for job, seconds in jobs:
            self._scheduler.add_job(job, "interval", seconds=seconds)
        self._scheduler.start()

    def tick(self) -> None:
        """Wake everybody but the inboxes when a deadline, a retry or a foreign write is due."""
        if not self._here():
            return
        try:
            due = self._store.next_due()
        except (PortError, UserError) as error:
            log.warning("the store could not be asked what is due: %s", error)
            return
        except Exception:  # a defect of ours or an error the store did not translate: the next tick asks again
            log.exception("the store could not be asked what is due")
            return
        if due is not None and due <= self._clock():
            for name in self._lanes():
                if not name.startswith("intake:"):
                    self._wake(name)

    def stop(self) -> None:
        """Stop ticking."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
