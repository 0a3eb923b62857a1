"""Whether outside systems answer, asked now and then while nothing else is wanted of them: an expired token must not wait for a
customer to be found. What they say is noted in the store, where /health and ``status`` see it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime

from core.errors import PortError, UserError
from core.ports import Health, Outlet, Store

log = logging.getLogger("guichet.answering")

#: Seconds until a system is asked again that answered well, and one that did not.
WELL, UNWELL = 600.0, 60.0


def noted(system: str) -> str:
    """The name of the note that says whether the system answers."""
    return f"answers:{system}"


class Answering:
    """Asks those outlets in a thread of its own, from ``start`` to ``stop``. A question under way is not waited for at the end."""

    def __init__(
        self,
        outlets: Sequence[Outlet],
        store: Store,
        *,
        clock: Callable[[], datetime],
        well: float = WELL,
        unwell: float = UNWELL,
    ) -> None:
        self._outlets, self._store, self._clock = list(outlets), store, clock
        self._well, self._unwell = well, unwell
        self._over = threading.Event()

    def start(self) -> None:
        """Ask at once, then again and again."""
        self._forget()
        threading.Thread(target=self._run, name="answering", daemon=True).start()

    def stop(self) -> None:
        """Ask nobody any more."""
        self._over.set()

    def look(self) -> bool:
        """Ask each once and note it; whether all answered well."""
        every = True
        for outlet in self._outlets:
            health = self._ask(outlet)
            if self._over.is_set():
                break
            every = every and bool(health.ok)
            if not health.ok:
                log.warning("%s does not answer as it should: %s", outlet.system, health.detail)
            self._note(outlet.system, health)
        return every

    def _run(self) -> None:
        while not self._over.is_set():
            self._over.wait(self._well if self.look() else self._unwell)

    def _ask(self, outlet: Outlet) -> Health:
        try:
            return outlet.check()
        except PortError as error:
            return Health(False, str(error))
        except Exception as error:  # a defect of one connector must not keep the others from being asked
            log.exception("%s could not be asked how it is", outlet.system)
            return Health(False, f"erreur interne : {type(error).__name__}")

    def _note(self, system: str, health: Health) -> None:
        try:
            self._store.note(noted(system), bool(health.ok), "" if health.ok else health.detail, self._clock())
        except (PortError, UserError) as error:
            log.info("it could not be noted how %s is: %s", system, error)

    def _forget(self) -> None:
        """What was wrong with a system that is not set up any more is no trouble of ours."""
        asked = {noted(outlet.system) for outlet in self._outlets}
        for name, (ok, _, _) in self._store.notes().items():
            if name.startswith(noted("")) and name not in asked and not ok:
                self._note(name.removeprefix(noted("")), Health(True))
