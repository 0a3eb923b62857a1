"""What comes in at the desk: webhooks, posted requests, final validations; kept durably, then the lanes are woken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import BinaryIO, Protocol, runtime_checkable

from core import codec
from core.case import UNDECIDED, Case
from core.effects import DONE, ENDED, Receipt
from core.events import OperatorActed
from core.ports import Delivery, Incoming, PendingEvent, Posted, Spool
from core.views import DeskStore
from engine.arrivals import Arrivals
from engine.finding import REPEAT_WITHIN
from engine.hooks import Told
from engine.house import House
from engine.posts import Place, PostedFile, Request, envelope, fingerprint

#: The inbox that posted requests come in by.
FORM = "form"


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


@runtime_checkable
class Streams(Protocol):
    """A spool that takes a file without holding all of it in memory."""

    def put_stream(self, file: BinaryIO) -> tuple[str, int]:
        """(digest, size) of what was read and stored."""


class Takes:
    """Every call blocks and is safe from any thread. Raises PortError or UserError when something could not be kept."""

    _house: House
    _store: DeskStore
    _spool: Spool
    _clock: Callable[[], datetime]
    _arrivals: Arrivals

    # ------------------------------------------------------------------ webhooks

    def take(self, told: Told) -> None:
        """Keep what a webhook told, then wake whom it concerns. Raises PortError or UserError when it could not be kept."""
        self._arrivals.take(told)

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
        new = self._store.receive(FORM, "form", self._arrivals.spooled(FORM, [item]), now)
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
            "cancelled": "le client a annulé sa demande",
            "expired": "le devis a expiré",
        }.get(case.standing, "la demande est close")
        return Act(True, refused=why, progress=progress)
