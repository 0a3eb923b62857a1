"""The lane that takes in what lies on the doorstep: webhooks that were verified, kept and answered by the door's own process.

What is taken in is removed only after its commit, and every item has an identity: a kill between the two shows it again, known.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from core.call import Call
from core.errors import PortError, UserError
from engine.hooks import Hook, Told

log = logging.getLogger("guichet.door")

#: Most files of the doorstep that are taken in with one commit.
BATCH = 100
#: Messages whose files are fetched at the same time.
AT_ONCE = 8
#: Seconds that those without files wait at most for those with.
PATIENCE = 0.2


class Doorstep(Protocol):
    """Where verified webhooks lie (store.doorstep)."""

    def waiting(self) -> list[str]:
        """Names, oldest first. Raises UserError."""

    def open(self, name: str) -> tuple[datetime, list[Call]]:
        """When it came, and the calls. Raises UserError or OSError."""

    def remove(self, names: Sequence[str]) -> None:
        """They are taken in."""

    def clear(self) -> None:
        """Remove what a crash left half written. Only while nobody puts."""


class Pickup:
    """The lane ``door``. ``hooks`` by path; ``take`` keeps what they tell (Arrivals.take_all)."""

    def __init__(self, doorstep: Doorstep, hooks: Mapping[str, Hook], take: Callable[[Sequence[Told]], None]) -> None:
        self._doorstep, self._hooks, self._take = doorstep, hooks, take
        self._pool: ThreadPoolExecutor | None = None
        self._reading: dict[str, Future[list[Told]]] = {}
        #: What a person must look at: they are left alone until the next start.
        self._odd: set[str] = set()

    def run(self) -> int:
        """Take in what lies there; how many files. Raises what kept it from that: nothing is removed then."""
        fresh = [n for n in self._doorstep.waiting() if n not in self._reading and n not in self._odd][:BATCH]
        if not (fresh or self._reading):
            return 0
        if self._pool is None:
            self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="door")
        self._reading |= {name: self._pool.submit(self._read, name) for name in fresh}
        wait(self._reading.values(), PATIENCE)
        done = sorted(name for name, future in self._reading.items() if future.done())
        read = {name: self._reading.pop(name) for name in done}
        troubles = [error for future in read.values() if (error := future.exception()) is not None]
        whole = [name for name, future in read.items() if future.exception() is None]
        if whole:
            self._take([told for name in whole for told in read[name].result()])
            self._doorstep.remove([name for name in whole if name not in self._odd])
        if troubles:
            raise troubles[0]
        return len(whole) + len(self._reading)

    def ails(self) -> str:
        """What a person must look at, '' for nothing."""
        if not self._odd:
            return ""
        return (
            f"{len(self._odd)} webhooks reçus ne se lisent pas ; ils restent sur le disque : {', '.join(sorted(self._odd)[:3])}"
        )

    def close(self) -> None:
        """Wait for the files being fetched; what was not taken in stays where it is."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def _read(self, name: str) -> list[Told]:
        """What the calls tell. Raises PortError, UserError or OSError, after which it is tried again."""
        try:
            at, calls = self._doorstep.open(name)
        except (UserError, ValueError, KeyError, TypeError) as error:
            log.error("a kept webhook cannot be opened: %s: %s", name, error)
            self._odd.add(name)
            return []
        told: list[Told] = []
        for call in calls:
            hook = self._hooks.get(call.path)
            if hook is None:
                log.error("a kept webhook is for %s, which is not set up", call.path)
                self._odd.add(name)
                continue
            try:
                one = hook.read(call)
            except (PortError, UserError, OSError):
                raise
            except Exception:  # a defect of ours in reading one must not keep the others on the doorstep
                log.exception("a kept webhook for %s cannot be read", call.path)
                self._odd.add(name)
                continue
            # It came when it was kept, however much later it is read.
            told.append(replace(one, items=[replace(item, received_at=at) for item in one.items]))
        return told
