"""What follows from events and deadlines: the end of an effect, an act of a person, a task that moved, time that passed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from core import codec
from core.effects import SendMessage, done_line
from core.events import DeadlinePassed, EffectDone, EffectParked, Event, OperatorActed, TaskMoved
from core.ports import Change, DeadlineRow, JournalEntry, PendingEvent, Store
from engine.change_builder import ChangeBuilder
from engine.finding import APART, AS
from engine.overlay import Overlay
from engine.thread_ids import sent_as

#: Who a customer's answer by link is to the journal.
CUSTOMER = "client"


class EventHandler:
    """Decides what events and deadlines make of their cases."""

    def __init__(self, store: Store, changes: ChangeBuilder, *, clock: Callable[[], datetime]) -> None:
        self._store, self._changes, self._clock = store, changes, clock

    def event(self, pending: PendingEvent, overlay: Overlay) -> Change:
        """What an event makes of its case, with the mark that it is dealt with."""
        now = self._clock()
        kinds: dict[str, type[Any]] = {"done": EffectDone, "parked": EffectParked, "operator": OperatorActed, "task": TaskMoved}
        event: Event = codec.load(kinds[pending.kind], pending.body)
        case = overlay.case(pending.case_id) if pending.case_id else None
        unheard = isinstance(event, EffectParked) and event.unreachable
        ids = sent_as(event.receipt) if case is not None and isinstance(event, EffectDone) else ()
        if case is None or (not pending.tell and isinstance(event, EffectDone | EffectParked) and not unheard):
            entry = JournalEntry(now, pending.case_id, f"effect.{pending.kind}", _told(event))
            change = Change(None, journal=(entry,), event_ids=(pending.id,), thread_ids=ids)
            overlay.keep(change)
            return change
        if isinstance(event, EffectParked) and event.unreachable:
            event = replace(event, payload=self._text_of(case.id, event.key))
        kind = "task.moved" if isinstance(event, TaskMoved) else f"effect.{pending.kind}"
        change = self._changes.apply(case, event, overlay, kind=kind, cause=_told(event))
        author = event.author if isinstance(event, OperatorActed) else ""
        if isinstance(event, OperatorActed) and event.how == "link":
            author = CUSTOMER  # his address stands in the prose, which can be erased
        if author:
            kind = f"operator.{event.action}" if isinstance(event, OperatorActed) else ""
            change = replace(change, journal=tuple(replace(j, author=author, kind=kind) for j in change.journal))
        if isinstance(event, OperatorActed) and event.action == "separate" and event.note.isdecimal():
            # What the message does not show to be anything is taken for what it was taken for here.
            change = replace(change, anew=((int(event.note), {APART: case.ref, AS: case.directive}),))
        return replace(change, event_ids=(pending.id,), thread_ids=(*change.thread_ids, *ids))

    def deadline(self, row: DeadlineRow, overlay: Overlay) -> Change:
        """What a deadline that passed makes of its case, with the mark that it is dealt with."""
        case = overlay.case(row.case_id)
        now = self._clock()
        if case is None:
            return Change(None, deadline=row)
        event = DeadlinePassed(f"deadline:{row.name}:{row.due.isoformat()}", now, row.name, row.due)
        change = self._changes.apply(
            case, event, overlay, kind="deadline", cause={"deadline": row.name, "due": row.due.isoformat()}
        )
        return replace(change, deadline=row)

    def _text_of(self, case_id: str, key: str) -> SendMessage | None:
        """The text that an effect of the case was to send."""
        payload = next((r.effect.payload for r in self._store.outbox(case_id) if r.effect.key == key), None)
        return payload if isinstance(payload, SendMessage) else None


def _told(event: Event) -> dict[str, Any]:
    """What the journal keeps of an event: references and figures, no prose."""
    if isinstance(event, EffectDone):
        return done_line(event.key, event.kind, event.receipt)
    if isinstance(event, EffectParked):
        return {"effect": event.key, "kind": event.kind}
    if isinstance(event, OperatorActed):
        amount = str(event.amount) if event.amount is not None else None
        return {"event": event.id, "action": event.action, "how": event.how, "amount": amount}
    if isinstance(event, TaskMoved):
        return {"status": event.status}
    return {}
