"""``kill -9`` and "timeout after success" at the effects of real connectors, against vendors that survive it.

A ``Site`` is one effect on its way to one vendor: how a process makes the connector at its start, what waits in the outbox, what the
vendor must hold in the end. A vendor joins by a function ``make(stack) -> Site`` (see ``SITES`` in test_kill_vendors).

The courier runs in a child process that kills itself before a given step: a commit, or an outside call (before it, and once the
vendor has answered). The vendor lives in this process and stays as it is. Then another courier starts, as after a restart, and
the clock passes every lag.
"""

from __future__ import annotations

import faulthandler
import gc
import os
import shutil
import signal
import smtplib
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import botocore.httpsession
import requests.adapters

from connectors.r2.wire import Wire
from core.effects import Effect, Receipt
from core.ports import Change, Outlet
from engine.courier import Courier
from store import Keys, SqlStore, open_store

KEYS = Keys.derive("un secret de test, long et sans valeur")
START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
#: What an outside call is, whatever client makes it: (where it stands, its name).
CALLS: tuple[tuple[Any, str], ...] = (
    (requests.adapters.HTTPAdapter, "send"),
    (botocore.httpsession.URLLib3Session, "send"),
    (Wire, "exchange"),
    (smtplib.SMTP, "getreply"),
)
#: Seconds after which a child that does not come to its end says where it stands, and ends with this status.
HUNG, STUCK = 30, 1
#: Starts after a kill, and minutes that pass between them: longer than any lag and the first waits between tries.
STARTS, MINUTES = 4, 20


@dataclass
class Site:
    """``count`` tells what the vendor holds, which in the end must be ``wanted``.

    ``losing`` are ways in which the vendor does the work and we hear nothing of it, by name; each is armed by its call. ``asked`` False:
    the vendor cannot be asked, so an effect in doubt is parked and the vendor holds ``wanted`` or, where it never was reached,
    ``nothing``. ``advance`` moves the vendor's clock (seconds).
    """

    outlet: Callable[[], Outlet]
    effect: Effect
    count: Callable[[], Any]
    wanted: Any
    losing: dict[str, Callable[[], None]] = field(default_factory=dict)
    asked: bool = True
    nothing: Any = 0
    advance: Callable[[float], None] = lambda seconds: None


Make = Callable[[ExitStack], Site]


class Desk:
    """The store of one test: one effect in its outbox, couriers that come and go, time that is passed in."""

    def __init__(self, url: str, site: Site) -> None:
        self._url, self.site = url, site
        self.now = START
        with self._open() as store:
            store.commit([Change(None, effects=(site.effect,))], self.now)

    @contextmanager
    def _open(self) -> Iterator[SqlStore]:
        store = open_store(self._url, keys=KEYS, now=self.now)
        try:
            yield store
        finally:
            store.close()

    def start(self, *, arm: Callable[[SqlStore], None] = lambda store: None) -> None:
        """A process' life: recover, deliver what is ready, end."""
        outlet = self.site.outlet()
        try:
            with self._open() as store:
                arm(store)
                courier = Courier(outlet, store, clock=lambda: self.now, settled=lambda: None)
                courier.recover()
                while courier.run():
                    pass
        finally:
            outlet.close()

    def killed(self, at: int) -> bool:
        """The same in a child that kills itself before step ``at``; False when it came through."""
        child = os.fork()
        if child == 0:
            try:
                # What the parent holds is neither looked through nor copied, and what earlier tests left is not torn down here.
                gc.freeze()
                faulthandler.dump_traceback_later(HUNG, exit=True)
                self.start(arm=_Steps(at).arm)
                os._exit(0)
            except BaseException:  # whatever it is: nothing may rise out of a forked child into the test run
                traceback.print_exc()
                os._exit(9)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == STUCK:
            # Forked from a process with threads, it may have inherited a lock that nobody gives back (OpenSSL's). It died in the
            # middle of its work, which is what is tried here: a kill like another.
            return True
        assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the courier failed by itself"
        return os.WIFSIGNALED(status)

    def later(self, *, starts: int = STARTS) -> None:
        """Start again and again, long enough for everything that waits; what has ended is not tried again."""
        for _ in range(starts):
            if self.state() in ("done", "reconciled", "parked"):
                break
            self.now += timedelta(minutes=MINUTES)
            self.site.advance(MINUTES * 60.0)
            self.start()

    def state(self) -> str:
        """Where the effect stands in the ledger."""
        with self._open() as store:
            return next(row.state for row in store.outbox(self.site.effect.case_id))

    def check(self, what: str) -> None:
        """Once, or parked where nobody can tell."""
        state, there = self.state(), self.site.count()
        if self.site.asked:
            assert (state in ("done", "reconciled"), there) == (True, self.site.wanted), f"{what}: {state}, {there}"
        else:
            assert state in ("done", "reconciled", "parked"), f"{what}: {state}"
            certain = state != "parked"
            assert there == self.site.wanted or (there == self.site.nothing and not certain), f"{what}: {state}, {there}"


class _Steps:
    """Counts steps and kills the process before the wanted one."""

    def __init__(self, at: int) -> None:
        self._left = at

    def _step(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def arm(self, store: SqlStore) -> None:
        """Before and after each commit and each outside call; in a child only, where nothing else is disturbed."""
        store.db.write = self._around(store.db.write)  # type: ignore[method-assign]
        for owner, name in CALLS:
            setattr(owner, name, self._around(getattr(owner, name)))

    def _around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*args: Any, **kwargs: Any) -> Any:
            self._step()
            result = function(*args, **kwargs)
            self._step()
            return result

        return stepped


class Blind:
    """A connector that never looks whether it was done before: what the suite must notice."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self.system, self.batch, self.lag, self.findable = outlet.system, outlet.batch, outlet.lag, True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._outlet, name)

    def find(self, effects: list[Effect]) -> list[Receipt | None]:
        return [None] * len(effects)


class Desks:
    """Makes fresh desks over fresh vendors, all on copies of one empty database."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._number = folder, 0
        open_store(f"sqlite:///{folder / 'empty.db'}", keys=KEYS, now=START).close()

    @contextmanager
    def desk(self, make: Make, *, blind: bool = False) -> Iterator[Desk]:
        """One desk."""
        self._number += 1
        path = self._folder / f"{self._number}.db"
        shutil.copyfile(self._folder / "empty.db", path)
        with ExitStack() as stack:
            site = make(stack)
            if blind:
                seeing = site.outlet
                site.outlet = lambda: Blind(seeing())  # type: ignore[assignment,return-value]
                site.asked = True
            yield Desk(f"sqlite:///{path}", site)
