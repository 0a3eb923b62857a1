"""Courier: delivers the effects of one outside system, in batches, and never the same one twice.

Before a call the effects are marked as being sent (committed); after it their outcomes are. Whatever was being sent when we
died, or answered nothing, becomes uncertain: it is looked up by its key after the system's lag, and sent again only when it
certainly is not there. Where not finding it proves nothing, a person decides.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from core.effects import Effect, Receipt, done_line, filled
from core.errors import Ambiguous, PortError, Rejected, Transient, Unauthorized, Unreachable
from core.ports import Gathers, JournalEntry, OutboxRow, Outlet, Settled, Store
from core.retry import MOST_ATTEMPTS, Backoff
from engine.gathering import Gathering
from engine.thread_ids import sent_as

log = logging.getLogger("guichet.courier")

#: How many effects one run takes from the outbox; the outlet's own batch cuts it further.
TAKE = 200
#: From which failed try of an effect on its system counts as troubled: the first ones pass by themselves, as a full window does.
TROUBLED = 3
#: Longer than any pause between two tries.
AHEAD = timedelta(days=2)
#: What stands in a text for a link that never came.
NO_LINK = "(lien indisponible)"
UNFINDABLE = (
    "peut-être fait : aucune réponse n'est venue, et rien ne permet de s'en assurer. "
    "Vérifiez de l'autre côté, puis « retry » (refaire) ou « drop » (abandonner)."
)


class Courier:
    """One outside system's lane."""

    def __init__(
        self,
        outlet: Outlet,
        store: Store,
        *,
        clock: Callable[[], datetime],
        settled: Callable[[], None],
        written: Callable[[], None] = lambda: None,
        flood: Callable[[], bool] = lambda: False,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """``settled`` is called when outcomes were kept of which the clerk is to hear, ``written`` when some went to the journal at once;
        ``flood`` tells whether an inbox is handing over many messages now."""
        self.outlet, self._store = outlet, store
        self._clock, self._settled, self._written = clock, settled, written
        self._backoff = Backoff()
        self._gathering = Gathering(outlet.kinds, max(1, outlet.batch), pause) if isinstance(outlet, Gathers) else None
        self._flood = flood
        #: Why nothing gets through though work waits, as a sentence; "" while something does.
        self.trouble = ""
        #: Systems of which something may go out since what it waited for has ended here; whoever wakes them takes them out.
        self.freed: set[str] = set()
        #: Outcomes that the store could not keep yet (a full disk): they must not be forgotten, nor the call made again.
        self._unsettled: list[Settled] = []

    def recover(self) -> int:
        """After a start, and after another node had the lane: whatever was being sent is uncertain now. How many."""
        self._unsettled = []  # from before: what became of those is looked up with the rest
        now = self._clock()
        return self._store.recover(self.outlet.system, now, now + timedelta(seconds=self.outlet.lag))

    def run(self) -> int:
        """Deliver what is ready; how many effects were tried, 1 while they wait for more. Raises Unauthorized, all given back."""
        self._settle([])
        system, now = self.outlet.system, self._clock()
        if self._gathering is not None:
            kind = self._gathering.next(lambda most: self._store.queued(system, now, most), self._coming)
            if kind is None:
                return 1
            rows = self._store.ready(system, now, max(1, self.outlet.batch), kind) if kind else []
        else:
            rows = self._store.ready(system, now, TAKE)
        if self.trouble and not rows and not self._store.queued(system, now + AHEAD, 1):
            self.trouble = ""  # what failed was given up, or a person did it
        for start in range(0, len(rows), max(1, self.outlet.batch)):
            self._batch(rows[start : start + max(1, self.outlet.batch)])
        return len(rows)

    def _coming(self, kind: str) -> bool:
        return self._flood() or self._store.coming(self.outlet.system, kind, self._clock())

    def _batch(self, rows: Sequence[OutboxRow]) -> None:
        by_key = {row.effect.key: row for row in rows}
        mine = set(self._store.sending(list(by_key), self._clock()))
        held = [row for key, row in by_key.items() if key in mine]
        outcomes: list[Settled] = []
        refused: Unauthorized | None = None
        try:
            doubtful = [row for row in held if self._may_be_there(row)]
            absent: list[OutboxRow] = []
            if doubtful:
                found, absent = self._look_up(doubtful)
                outcomes += found
            fresh = [row for row in held if row not in doubtful] + absent
            if fresh:
                delivered, refused = self._deliver(fresh)
                outcomes += delivered
        except Unauthorized as error:
            refused = error
            # Nothing went out: the credentials were refused. The attempt does not count, the lane stops.
            known = {o.key for o in outcomes}
            now = self._clock()
            outcomes += [
                Settled(r.effect.key, "uncertain" if r.state == "uncertain" else "intended", next_at=now, counted=False)
                for r in held
                if r.effect.key not in known
            ]
        self.trouble = self._seen(by_key, outcomes)
        self._settle(outcomes)
        if refused is not None:
            raise refused

    def _seen(self, rows: Mapping[str, OutboxRow], outcomes: Sequence[Settled]) -> str:
        """The trouble of the system after this batch: any end, good or bad, shows that it answers."""
        open_ = [o for o in outcomes if o.state in ("intended", "uncertain") and o.counted]
        if not outcomes:
            return self.trouble
        if len(open_) < len(outcomes):
            return ""
        return next((o.error for o in open_ if rows[o.key].attempts + 1 >= TROUBLED), self.trouble)

    def _settle(self, outcomes: Sequence[Settled]) -> None:
        self._unsettled += outcomes
        if self._unsettled:
            self.freed |= self._store.settle(self._unsettled, self._clock())
            kept, self._unsettled = self._unsettled, []
            if any(one.line is None for one in kept):
                self._settled()
            if any(one.line is not None for one in kept):
                self._written()

    def _may_be_there(self, row: OutboxRow) -> bool:
        """Whether to look before sending: it is uncertain, or was once being sent and a person lets it go again."""
        again = row.attempts == 0 and row.sent_at is not None
        return row.state == "uncertain" or (again and self.outlet.findable)

    def _look_up(self, rows: Sequence[OutboxRow]) -> tuple[list[Settled], list[OutboxRow]]:
        """What became of the uncertain ones: (settled, certainly not there)."""
        try:
            receipts = self.outlet.find([self._filled(r) for r in rows])
        except Unauthorized:
            raise
        except PortError as error:
            after = error.after if isinstance(error, Transient) else None
            return [self._again(r, "uncertain", str(error), after) for r in rows], []
        except Exception as error:  # a defect of ours tells nothing about the outside: in doubt still
            log.exception("%s: looking up failed unexpectedly", self.outlet.system)
            return [self._again(r, "uncertain", f"erreur interne : {error}", None) for r in rows], []
        settled = [
            self._done(r.effect, "reconciled", receipt)
            for r, receipt in zip(rows, receipts, strict=True)
            if receipt is not None
        ]
        absent = [r for r, receipt in zip(rows, receipts, strict=True) if receipt is None]
        if not self.outlet.findable:
            # Not found proves nothing there: a person decides rather than we send it twice.
            return settled + [Settled(r.effect.key, "parked", error=_why(r)) for r in absent], []
        return settled, absent

    def _deliver(self, rows: Sequence[OutboxRow]) -> tuple[list[Settled], Unauthorized | None]:
        """One outcome a row, and the refusal of our credentials if one of the answers was that."""
        answers: Sequence[Receipt | PortError]
        try:
            answers = self.outlet.deliver([self._filled(r) for r in rows])
        except Unauthorized:
            raise
        except PortError as error:
            answers = [error] * len(rows)
        except Exception as error:
            # A defect of ours: how far the call went is unknown, so it may have happened.
            log.exception("%s: delivering failed unexpectedly", self.outlet.system)
            answers = [Ambiguous(f"erreur interne : {error}")] * len(rows)
        refused = next((a for a in answers if isinstance(a, Unauthorized)), None)
        return [self._outcome(r, a) for r, a in zip(rows, answers, strict=True)], refused

    def _outcome(self, row: OutboxRow, answer: Receipt | PortError) -> Settled:
        key = row.effect.key
        if isinstance(answer, Receipt):
            return self._done(row.effect, "reconciled" if answer.found else "done", answer)
        if isinstance(answer, Rejected):
            return Settled(key, "parked", error=str(answer), unreachable=isinstance(answer, Unreachable))
        if isinstance(answer, Unauthorized):
            return Settled(key, "intended", error=str(answer), next_at=self._clock(), counted=False)
        if isinstance(answer, Ambiguous):
            look_at = self._clock() + timedelta(seconds=self.outlet.lag)
            return Settled(key, "uncertain", error=str(answer), next_at=look_at)
        return self._again(row, "intended", str(answer), answer.after if isinstance(answer, Transient) else None)

    def _done(self, effect: Effect, state: Literal["done", "reconciled"], receipt: Receipt) -> Settled:
        """An end. Where no gate waits for it, and no answer will name the text by its receipt, its line in the journal is all it needs."""
        if effect.tell or sent_as(receipt):
            return Settled(effect.key, state, receipt)
        data = done_line(effect.key, effect.kind, receipt)
        return Settled(effect.key, state, receipt, line=JournalEntry(self._clock(), effect.case_id, "effect.done", data))

    def _again(self, row: OutboxRow, state: str, error: str, after: float | None) -> Settled:
        attempt = row.attempts + 1
        if attempt >= MOST_ATTEMPTS:
            return Settled(row.effect.key, "parked", error=f"{error} — abandonné après {attempt} essais")
        delay = self._backoff.delay(attempt, row.effect.key, after)
        next_at = self._clock() + timedelta(seconds=delay)
        return Settled(row.effect.key, "uncertain" if state == "uncertain" else "intended", error=error, next_at=next_at)

    @staticmethod
    def _filled(row: OutboxRow) -> Effect:
        """The effect with the receipts it refers to written into it."""
        return filled(row.effect, row.receipts, NO_LINK) if row.refers else row.effect


def _why(row: OutboxRow) -> str:
    return f"{row.error} — {UNFINDABLE}" if row.error else UNFINDABLE
