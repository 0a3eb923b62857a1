"""The desk: what the web asks of the engine. Takes messages and acts durably, wakes the lanes, tells what became of things.

Everything but ``run`` and ``until`` blocks and is safe from any thread; the web calls it through those two.
"""

from __future__ import annotations

import asyncio
import hashlib
import threading
import time
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, BinaryIO, Literal, Protocol, TypeVar, runtime_checkable

from core import codec
from core.case import UNDECIDED, Case
from core.directive import Business, Directive
from core.effects import Receipt
from core.events import OperatorActed
from core.message import Channel
from core.model import Spent
from core.outside import Budget
from core.ports import Delivery, Incoming, PendingEvent, Posted, Taken
from engine.acts import Acts, Name, Outcome
from engine.cases import Cases
from engine.changes import Changes
from engine.connectors import ConnectorsView, lane_views
from engine.contacts import Contacts
from engine.drafting import Drafting
from engine.export import Exports
from engine.finding import REPEAT_WITHIN
from engine.hooks import Moved, Told
from engine.house import House
from engine.offers import Offers
from engine.parked import Parked
from engine.people import People
from engine.posts import Place, PostedFile, Request, envelope, fingerprint
from engine.reports import Reports
from engine.watch import hand_over, lose

T = TypeVar("T")

#: The inbox that posted requests come in by.
FORM = "form"
#: States in which an effect is over, and those in which it was done.
ENDED = frozenset({"done", "reconciled", "parked", "dropped"})
DONE = frozenset({"done", "reconciled"})
#: Threads for calls into the store: enough that commits share an fsync, few enough for a small machine.
THREADS = 16
#: Seconds between two looks at something waited for, the first and the longest.
FIRST_LOOK, LONGEST_LOOK = 0.02, 0.5
#: Seconds that figures are kept: counting walks over tables.
FIGURES_KEPT = 5.0
#: A lane that gave no sign of life for so long is not well, unless its interval is longer.
SILENT = timedelta(minutes=2)
#: Which lane tells whether a feature answers.
_FEATURES = {"file_upload": "courier:files", "hubspot": "courier:crm", "clickup": "courier:tasks"}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a posted message or a case has come. ``state`` is that of the message; ``case`` None before the decision."""

    state: str
    opened: bool
    case: Case | None = None
    deliveries: tuple[Delivery, ...] = ()

    def receipt(self, name: str) -> Receipt | None:
        """The receipt of the case's newest effect of that name."""
        found = [d.receipt for d in self.deliveries if d.name == name and d.state in DONE]
        return found[-1] if found else None

    @property
    def files(self) -> int:
        """How many files are stored outside."""
        return sum(d.kind == "file.store" and d.state in DONE for d in self.deliveries)

    @property
    def settled(self) -> bool:
        """Whether nothing more is to be waited for: the ticket is there (or never will be by itself), the files as well."""
        if self.state in ("parked", "dropped"):
            return True
        if self.case is None:
            return self.state == "decided"
        awaited = [d.state for d in self.deliveries if d.kind == "file.store" or d.name == "ticket"]
        return all(state in ENDED for state in awaited)


@dataclass(frozen=True, slots=True)
class Act:
    """How an operator's act stands. ``refused`` is a sentence when the case's stage does not admit it."""

    known: bool
    refused: str = ""
    before: bool = False
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class LaneState:
    """``lag``: seconds since when its oldest work could have been done. ``good_at``: when it last worked well.

    ``detail`` is what troubles it here, as a sentence.
    """

    ok: bool
    lag: float
    good_at: datetime | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that is counted."""

    messages: Sequence[tuple[str, str, str, int]]
    cases: Mapping[str, int]
    effects: Mapping[str, Mapping[str, int]]
    lanes: Mapping[str, LaneState]
    spent: Spent
    calls: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a case whose bytes are in the spool."""

    name: str
    type: str
    size: int


@runtime_checkable
class Streams(Protocol):
    """A spool that takes a file without holding all of it in memory."""

    def put_stream(self, file: BinaryIO) -> tuple[str, int]:
        """(digest, size) of what was read and stored."""


class Desk:
    """One installation's desk.

    ``businesses`` gives those in force. ``outside`` says which of "file_upload", "hubspot" and "clickup" is set up.
    ``calls`` counts the calls to outside systems by (system, status), where somebody counts them.
    """

    def __init__(
        self,
        house: House,
        *,
        version: str,
        clock: Callable[[], datetime],
        businesses: Callable[[], Iterable[Business]],
        outside: Mapping[str, bool] | None = None,
        calls: Callable[[], Mapping[tuple[str, str], int]] | None = None,
    ) -> None:
        self.version = version
        self._house, self._clock, self._businesses = house, clock, businesses
        self._store, self._spool, self._office = house.store, house.spool, house.office
        self._outside, self._calls = dict(outside or {}), calls
        self.cases = Cases(house.store, house.office)
        self.acts = Acts(house.store, house.office, clock=clock, wake=house.lanes.wake)
        self.contacts = Contacts(house.store)
        self.parked = Parked(house.store, clock=clock, wake=house.lanes.wake, lanes=house.lanes.names, told=house.tell)
        self.reports = Reports(house.store, clock=clock, zone=lambda: house.published.business("").zone)
        self.exports = Exports(house.store, self.case_url)
        self.drafts = Drafting(house.store, house.published, reload=house.reload, clock=clock)
        self._started = clock()
        self.people = People(house.store, house.office.secret, clock=clock)
        self.offers = Offers(house.store, house.office, clock=clock, wake=house.lanes.wake)
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="desk")
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

    # ------------------------------------------------------------------ webhooks

    def take(self, told: Told) -> None:
        """Keep what a webhook told, then wake whom it concerns. Raises PortError or UserError when it could not be kept."""
        now = self._clock()
        if told.items and self._receive(told.inbox, told.channel, told.items, now):
            self._house.lanes.wake("reader")
        moved = [m if m.key else self._whose(m) for m in told.moved]
        news = hand_over(self._store, moved, now)
        for lost in told.lost:
            news += lose(self._store, lost.key, lost.id, lost.why, now, again=lost.again)
        if news:
            self._house.lanes.wake("clerk")
        for lane in told.wake:
            self._house.lanes.wake(lane)

    def _whose(self, moved: Moved) -> Moved:
        """The task with its case in the key; as it is when no case of ours has it."""
        case_id = self._store.named("task", moved.task)
        return replace(moved, key=f"{case_id}/webhook") if case_id else moved

    def _receive(self, inbox: str, channel: Channel, items: Sequence[Incoming], now: datetime) -> int:
        rows = []
        for item in items:
            raw = item.raw or b""
            identity = item.identity or f"{inbox}:{hashlib.sha256(raw).hexdigest()}"
            rows.append(Taken(replace(item, raw=None, head=b""), identity, self._spool.put(raw)))
        return self._store.receive(inbox, channel, rows, now)

    # ------------------------------------------------------------------ requests

    def place(self, request: Request) -> Place:
        """Where the request stands: the same one posted again within two days is the same message."""
        now = self._clock()
        digest, number = fingerprint(request), int(now.timestamp()) // int(REPEAT_WITHIN.total_seconds())
        completes = ""
        for which in (number, number - 1):
            identity = f"{FORM}:{digest}-{which}"
            if self._since(identity, now - REPEAT_WITHIN):
                return Place(identity, known=True)
            if not completes and self._since(f"{identity}-p", now - REPEAT_WITHIN):
                completes = f"{identity}-p"
        return Place(f"{FORM}:{digest}-{number}", completes=completes)

    def _since(self, identity: str, when: datetime) -> bool:
        row = self._store.posted(identity)
        return row is not None and row.taken_at > when

    def post(self, request: Request, files: Sequence[PostedFile], place: Place) -> tuple[str, bool]:
        """Keep a request whose files were fetched; (its identity, whether it is new). Raises PortError or UserError."""
        now = self._clock()
        identity = place.identity
        if any(f.error for f in files):
            # Posted again, its files are tried again; what comes then completes this.
            if place.completes:
                return place.completes, False
            identity += "-p"
        raw = envelope(request, files, identity, place.completes, now)
        item = Incoming(identity.removeprefix(f"{FORM}:"), raw, len(raw), now, identity=identity)
        new = self._receive(FORM, "form", [item], now)
        if new:
            self._house.lanes.wake("reader")
        return identity, bool(new)

    def keep(self, file: BinaryIO) -> tuple[str, int]:
        """What can be read from the file into the spool: (digest, size). Raises UserError."""
        if isinstance(self._spool, Streams):
            return self._spool.put_stream(file)
        content = file.read()
        return self._spool.put(content), len(content)

    def progress(self, identity: str) -> Progress | None:
        """How far a posted request has come; None when there is none of that identity."""
        row = self._store.posted(identity)
        return None if row is None else self._progress(row)

    def _progress(self, row: Posted) -> Progress:
        found = self.case(row.case_id)
        opened = row.outcome == "opened"
        if found is None:
            return Progress(row.state, opened)
        return replace(found, state=row.state, opened=opened)

    def case(self, case_id: str) -> Progress | None:
        """How far the case has come, None when there is no such case."""
        case = self._store.cases([case_id]).get(case_id) if case_id else None
        return None if case is None else Progress("decided", False, case, tuple(self._store.deliveries(case_id)))

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

    def unit(self, case: Case) -> str:
        """What amounts of the case are counted in, in French and in the plural; '' where it has no price."""
        directive = self._office.directive(case)
        approve = directive.gate("approve")
        grid = directive.grids.get(approve.quote) if approve is not None else None
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

    def content(self, sha256: str) -> bytes | None:
        """The bytes under that hash, None when they are not kept any more."""
        try:
            return self._spool.get(sha256)
        except KeyError:
            return None

    # ------------------------------------------------------------------ acts

    def validate(self, ticket_id: str, amount: Decimal, note: str) -> Act:
        """Hand a final validation to the clerk. The same one handed over twice is one."""
        case_id = self._store.named("ticket", ticket_id)
        act = self.validated(case_id, amount)
        if act.progress is None or act.refused or act.before:
            return act
        now = self._clock()
        event_id = f"webhook:validate:{case_id}:{amount.normalize():f}"
        event = OperatorActed(event_id, now, "validate", "webhook", "webhook", amount, note)
        self._store.add_event(PendingEvent(event_id, case_id, "operator", codec.dump(event).decode(), now))
        self._house.lanes.wake("clerk")
        return act

    def validated(self, case_id: str, amount: Decimal) -> Act:
        """Whether the case is validated at that amount (``before``), can be, or is ``refused``."""
        progress = self.case(case_id)
        if progress is None or progress.case is None:
            return Act(False)
        case = progress.case
        if case.stage in UNDECIDED:
            return Act(True, progress=progress)
        if case.stage in ("fulfilling", "done") and case.approval is not None and case.approval.amount == amount:
            return Act(True, before=True, progress=progress)
        why = {
            "fulfilling": "la demande est déjà validée, à un autre montant",
            "done": "la demande est déjà traitée",
            "rejected": "la demande a été refusée",
            "expired": "le devis a expiré",
        }.get(case.stage, "la demande est close")
        return Act(True, refused=why, progress=progress)

    async def act(
        self,
        case_id: str,
        action: Name,
        *,
        author: str,
        key: str = "",
        amount: Decimal | None = None,
        note: str = "",
        seconds: float = 5.0,
    ) -> Outcome:
        """Act on a case (engine.acts) and wait a while for what comes of it; "waiting" when it took longer."""
        given = await self.run(lambda: self.acts.give(case_id, action, author=author, key=key, amount=amount, note=note))
        if given.state != "waiting":
            return given
        return await self.until(lambda: self.acts.outcome(case_id, given.id), lambda o: o.state != "waiting", seconds)

    # ------------------------------------------------------------------ how things are

    def health(self) -> tuple[Literal["healthy", "degraded", "unhealthy"], dict[str, bool]]:
        """How the service is, and which features work. Raises PortError or UserError when the store does not answer."""
        now = self._clock()
        notes = self._store.notes()
        intervals = {f"intake:{inbox.name}": timedelta(seconds=inbox.interval) for inbox in self._house.inboxes}

        def well(name: str) -> bool:
            note = notes.get(name)
            if note is None:
                return now - self._started < SILENT  # it had no time to say so yet
            ok, at, good_at = note
            limit = max(SILENT, 3 * intervals.get(name, timedelta()))
            fresh = max(at, good_at or at, self._started)
            return ok and now - fresh <= limit

        lanes = self._house.lanes.names()
        working = well("reader") and well("clerk")
        features = {
            "classification": working,
            **{name: self._outside.get(name, False) and well(lane) for name, lane in _FEATURES.items()},
            "credit_validation": working and any(d.gate("approve") for b in self._businesses() for d in b.directives),
        }
        if not (working and all(well(name) for name in lanes if name.startswith("intake:"))):
            return "unhealthy", features
        return ("healthy" if all(well(name) for name in lanes) else "degraded"), features

    def workflow(self) -> dict[str, str]:
        """By directive: whether requests are validated before anything is done."""
        return {
            directive.name: "validation_required" if directive.gate("approve") else "immediate_ticket"
            for business in self._businesses()
            for directive in business.directives
        }

    def connectors(self) -> ConnectorsView:
        """How every lane is, what its outside system was asked, what waits."""
        figures, status = self.figures(), self._store.status(self._clock())
        waiting = {"messages": sum(n for state, n in status["messages"].items() if state in ("new", "read"))}
        waiting |= {"parked": status["messages"].get("parked", 0) + sum(e.get("parked", 0) for e in figures.effects.values())}
        waiting |= {"events": status["events"], "deadlines": status["deadlines"]["waiting"]}
        lanes = lane_views(figures.lanes, status["lanes"], figures.calls)
        return ConnectorsView(lanes, figures.effects, waiting, figures.spent)

    def figures(self) -> Figures:
        """What is counted, at most a few seconds old."""
        with self._lock:
            if self._figures is None or time.monotonic() - self._figures[0] > FIGURES_KEPT:
                self._figures = (time.monotonic(), self._count())
            return self._figures[1]

    def lanes(self) -> dict[str, LaneState]:
        """How each lane is."""
        now, notes, waiting = self._clock(), self._store.notes(), self._store.waiting(self._clock())
        troubles = self._house.lanes.troubles()
        lanes: dict[str, LaneState] = {}
        for name in self._house.lanes.names():
            ok, _, good_at = notes.get(name, (True, now, None))
            lag = max(0.0, (now - waiting.get(name, now)).total_seconds())
            lanes[name] = LaneState(ok and name not in troubles, lag, good_at, troubles.get(name, ""))
        return lanes

    def budgets(self) -> list[tuple[str, int, Budget | None]]:
        """(system, calls of today by UTC, what it allows in a day where that is known)."""
        today = self._clock().astimezone(UTC).date()
        made: dict[str, int] = {}
        for _, system, _, number in self._store.calls_since(today):
            made[system] = made.get(system, 0) + number
        known = self._store.budgets(today)
        return [(system, made.get(system, 0), known.get(system)) for system in sorted({*made, *known})]

    def _count(self) -> Figures:
        now, store = self._clock(), self._store
        status, lanes = store.status(now), self.lanes()
        return Figures(
            messages=store.tally(),
            cases=status["cases"],
            effects=status["effects"],
            lanes=lanes,
            spent=store.spent(now.date()),
            calls=self._calls() if self._calls is not None else {},
        )


def _plain(word: str) -> str:
    return unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode().casefold()
