"""The desk: what the web asks of the engine, a part for each thing people look at; what comes in and how things stand beside it.

Everything but ``run`` and ``until`` blocks and is safe from any thread; the web calls it through those two.
"""

from __future__ import annotations

import asyncio
import threading
import time
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, BinaryIO, TypeVar

from core.case import Case
from core.directive import Business, Directive
from core.errors import PortError
from core.gates.fulfil import awaited
from engine.acts import Acts, Name, Outcome
from engine.arrivals import Arrivals
from engine.cases import Cases
from engine.changes import Changes
from engine.contacts import Contacts
from engine.drafting import Drafting
from engine.export import Exports
from engine.house import House
from engine.offers import Offers
from engine.parked import Parked
from engine.people import People
from engine.privacy import Erases, Privacy
from engine.processing import Processing
from engine.register_export import RegisterExports
from engine.registers import Registers
from engine.reports import Reports
from engine.shown_papers import DRAWN
from engine.standing import Figures, Standing
from engine.takes import Takes
from engine.unlocking import Unlocking

T = TypeVar("T")

#: Threads for calls into the store: enough that commits share an fsync, few enough for a small machine.
THREADS = 16
#: Seconds between two looks at something waited for, the first and the longest.
FIRST_LOOK, LONGEST_LOOK = 0.02, 0.5


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a case whose bytes are in the spool."""

    name: str
    type: str
    size: int


class Desk(Takes, Standing):
    """One installation's desk.

    ``businesses`` gives those in force. ``outside`` says which of "file_upload", "hubspot" and "clickup" is set up.
    ``eraser`` opens what erases a person and finds all that is his (engine.privacy).
    ``calls`` counts the calls to outside systems by (system, status), where somebody counts them.
    """

    def __init__(
        self,
        house: House,
        *,
        version: str,
        clock: Callable[[], datetime],
        businesses: Callable[[], Iterable[Business]],
        eraser: Callable[[], AbstractContextManager[Erases]],
        outside: Mapping[str, bool] | None = None,
        calls: Callable[[], Mapping[tuple[str, str], int]] | None = None,
    ) -> None:
        self.version = version
        self._house, self._clock, self._businesses = house, clock, businesses
        self._store, self._spool, self._office = house.store, house.spool, house.office
        self._outside, self._calls = dict(outside or {}), calls
        self.cases = Cases(house.store, house.office)
        self.acts = Acts(house.store, house.office, clock=clock, wake=house.lanes.wake)
        self.unlocking = Unlocking(house.store, clock=clock, wake=house.lanes.wake)
        self.contacts = Contacts(house.store, clock=clock)
        self.privacy = Privacy(house.store, house.spool, eraser)
        self.parked = Parked(house.store, clock=clock, wake=house.lanes.wake, lanes=house.lanes.names, told=house.tell)
        self.reports = Reports(
            house.store,
            clock=clock,
            zone=lambda: house.published.business("").zone,
            beside=lambda work: self._pool.submit(work),
        )
        self.registers = Registers(house.store, house.office, self.cases, clock=clock, businesses=businesses)
        self.processing = Processing(
            house.store, clock=clock, wake=house.lanes.wake, lanes=house.lanes.names, states=self.lanes
        )
        self.exports = Exports(house.store, lambda row: self.cases.waits(row).to_treat)
        self.register_exports = RegisterExports(house.store, house.office, self.registers, clock=clock)
        self.drafts = Drafting(house.store, house.published, reload=house.reload, clock=clock)
        self._started = clock()
        self.people = People(house.store, house.office.secret, clock=clock)
        self.offers = Offers(house.store, house.office, clock=clock, wake=house.lanes.wake)
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="desk")
        self._arrivals = Arrivals(house.store, house.spool, clock=clock, wake=house.lanes.wake)
        self._lock = threading.Lock()
        self._figures: tuple[float, Figures] | None = None
        #: Set at the end: whoever waits for an outcome stops waiting.
        self.closing = threading.Event()
        self.changes = Changes(house.store, self.run, self.closing.is_set)
        house.listeners.append(self.changes.bell)

    def close(self) -> None:
        """Let nobody wait any longer; running calls into the store are finished."""
        self.closing.set()
        self._pool.shutdown(wait=True)

    def now(self) -> datetime:
        """The house's time."""
        return self._clock()

    @property
    def businesses(self) -> list[Business]:
        """Those in force."""
        return list(self._businesses())

    @property
    def business(self) -> Business:
        """The business that the desk's pages speak for: the first one served."""
        return next(iter(self._businesses()))

    # ------------------------------------------------------------------ without blocking the web

    async def run(self, work: Callable[..., T], *arguments: Any) -> T:
        """The function's result, from one of the desk's threads."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *arguments)

    async def until(self, look: Callable[[], T], over: Callable[[T], bool], seconds: float) -> T:
        """Look again and again until it is over, at most so long; what was seen last."""
        end = time.monotonic() + seconds
        pause = FIRST_LOOK
        while True:
            seen = await self.run(look)
            left = end - time.monotonic()
            if left <= 0 or self.closing.is_set() or over(seen):
                return seen
            await asyncio.sleep(min(pause, left))
            pause = min(pause * 1.5, LONGEST_LOOK)

    def case_url(self, case_id: str) -> str:
        """The case's address at the desk: absolute where PUBLIC_URL is set."""
        return self._office.case_url(case_id) or f"/cases/{case_id}"

    def validation_status(self, case: Case) -> str:
        """The word of the business for where the case stands, '' where it has none."""
        return self._office.directive(case).ticket.status.get(case.stage, "")

    def needs_validation(self, case: Case) -> bool:
        """Whether nothing is done for such a request before somebody said yes."""
        return self._office.directive(case).gate("approve") is not None

    def kind_label(self, case: Case) -> str:
        """The kind as a person writes it: with its accents where the document has the word."""
        return self.kind_of(self._office.directive(case))

    @staticmethod
    def kind_of(directive: Directive) -> str:
        """The directive's kind as a person writes it."""
        words = (w.text for w in directive.match.words)
        return next((w for w in words if _plain(w) == _plain(directive.name)), directive.name)

    @property
    def units(self) -> dict[str, Mapping[str, tuple[str, str]]]:
        """What amounts are counted in: (one, many) by language, by their French plural."""
        return {g.unit["fr"][1]: g.unit for b in self._businesses() for d in b.directives for g in d.grids.values()}

    def kinds_to_treat(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """(kinds of requests that stay open until a person says that they are dealt with, the other kinds)."""
        every = {d.kind: awaited(d) for b in self._businesses() for d in b.directives}
        return tuple(k for k, treated in every.items() if treated), tuple(k for k, treated in every.items() if not treated)

    def unit(self, case: Case) -> str:
        """What amounts of the case are counted in, in French and in the plural; '' where it has no price."""
        grid = self._office.directive(case).price_grid
        return grid.unit["fr"][1] if grid is not None else ""

    # ------------------------------------------------------------------ files

    def file(self, case_id: str, sha256: str) -> StoredFile | None:
        """That file of the case: one of its own, or one that came with any of its messages. None for every other."""
        case = self.cases.case(case_id)
        if case is None:
            return None
        every = [StoredFile(f.name, f.type, f.size) for f in case.files if f.sha256 == sha256]
        for said in self._store.said(case_id) if not every else ():
            every += [StoredFile(a.name, a.type, a.size) for a in said.message.attachments if a.sha256 == sha256]
        return next(iter(every), None)

    def open_file(self, sha256: str) -> BinaryIO | None:
        """Its bytes as a stream that can seek, None when they are not kept."""
        try:
            return self._spool.open(sha256)
        except KeyError:
            return None

    def page_picture(self, case_id: str, sha256: str, number: int) -> bytes | None:
        """A page of a file of that case that was read, as a JPEG; None where there is no such page or it cannot be drawn."""
        every = (d for said in self._store.said(case_id) for d in said.message.documents if d.sha256 == sha256)
        document = next(every, None)
        page = next((p for p in document.pages if p.number == number), None) if document is not None else None
        if document is None or page is None or document.kind not in DRAWN or self._house.documents is None:
            return None
        stream = self.open_file(sha256)
        if stream is None:
            return None
        with stream:
            content = stream.read()
        try:
            picture = self._house.documents.viewer.picture(content, document.kind, number, page.turn)
        except PortError:
            return None
        return picture if isinstance(picture, bytes) else None

    # ------------------------------------------------------------------ acts

    async def act(
        self,
        case_id: str,
        action: Name,
        *,
        author: str,
        key: str = "",
        amount: Decimal | None = None,
        note: str = "",
        values: Mapping[str, str] | None = None,
        digest: str = "",
        agreed: bool = False,
        seconds: float = 5.0,
    ) -> Outcome:
        """Act on a case (engine.acts), as somebody who has looked at it; wait a while for what comes of it: "waiting" when it took
        longer."""
        given = await self.run(
            lambda: self.acts.give(
                case_id,
                action,
                author=author,
                key=key,
                amount=amount,
                note=note,
                values=values,
                digest=digest,
                seen=True,
                agreed=agreed,
            )
        )
        if given.state != "waiting":
            return given
        return await self.until(lambda: self.acts.outcome(case_id, given.id), lambda o: o.state != "waiting", seconds)


def _plain(word: str) -> str:
    return unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode().casefold()
