"""Clerk: decides, in order, in batches; a commit for some at a time. The only writer of cases.

For every message (engine/message_handler.py), event and deadline (engine/event_handler.py): find its case, let ``decide`` say
what follows, commit the new case with its journal, effects and deadlines together with the mark that the cause is dealt with.
What a batch decided is seen by the rest of it through an overlay, so that ten messages of one new customer make one case.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from core.errors import PortError, UserError
from core.ports import Change, Conflict, DeadlineRow, JournalEntry, PendingEvent, ReadRow, Store
from engine.change_builder import ChangeBuilder
from engine.event_handler import EventHandler
from engine.finding import Finder
from engine.message_handler import MessageHandler
from engine.office import Office
from engine.overlay import Overlay
from engine.reader import again

log = logging.getLogger("guichet.clerk")

TAKE = 200
#: Changes of one commit: whoever wants SQLite's one writer meanwhile waits for it, so it is to be over in a moment.
SLICE = 128
#: A correspondent gets at most one automatic notice in this time (FAILURES 14).
NOTICE_EVERY = timedelta(days=1)
#: How long an event or a deadline that could not be decided is left alone.
ASIDE = timedelta(minutes=10)

Cause = ReadRow | PendingEvent | DeadlineRow


class Clerk:
    """The one lane that decides."""

    def __init__(
        self,
        store: Store,
        office: Office,
        *,
        clock: Callable[[], datetime],
        wake: Callable[[str], None],
        decided: Callable[[], None] = lambda: None,
    ) -> None:
        """``decided`` is called after every commit."""
        self._store, self._decided = store, decided
        self._clock, self._wake = clock, wake
        self._finder = Finder(office, clock=clock)
        changes = ChangeBuilder(office, clock=clock)
        self._messages = MessageHandler(store, office, self._finder, changes, clock=clock)
        self._events = EventHandler(store, changes, clock=clock)
        #: Events and deadlines that could not be decided, until when they are left alone.
        self._aside: dict[str, datetime] = {}

    def run(self) -> int:
        """Decide what waits, messages first; how many causes were dealt with."""
        messages = self._store.read_messages(TAKE)
        events = self._store.pending_events(TAKE)
        # A deadline is looked at only when no message waits: an answer that arrived in time counts as in time.
        due = [] if len(messages) == TAKE else self._store.due(self._clock(), TAKE)
        waiting: list[Cause] = [*messages, *events, *due]
        causes = [cause for cause in waiting if not self._is_aside(cause)]
        if not causes:
            return 0
        try:
            self._commit(causes)
        except Conflict as conflict:
            log.info("case %s changed meanwhile: deciding one by one", conflict.case_id)
            self._one_by_one(causes)
        except (PortError, UserError, MemoryError):
            raise
        except Exception:  # a defect of ours in one cause must not hold up the others of its batch
            log.exception("a batch could not be decided: deciding one by one")
            self._one_by_one(causes)
        return len(causes)

    def _one_by_one(self, causes: Sequence[Cause]) -> None:
        """Decide each alone, so that the one that cannot be decided holds up no other."""
        for cause in causes:
            try:
                self._commit([cause])
            except Conflict as conflict:
                log.info("case %s changed again: next round", conflict.case_id)
            except (PortError, UserError, MemoryError):
                raise
            except Exception as error:  # as above: this one is set aside with its reason
                log.exception("%s could not be decided", _name(cause))
                self._set_aside(cause, f"erreur interne : {type(error).__name__} : {error}")

    def _set_aside(self, cause: Cause, why: str) -> None:
        """A message is read again later, in the end parked; the rest is kept where it is and looked at again after a while."""
        now = self._clock()
        if isinstance(cause, ReadRow):
            self._store.save_readings([], [(cause.row.id, why, again(cause.row, now))], now)
            return
        self._aside[_name(cause)] = now + ASIDE
        data = {"cause": _name(cause)}
        self._store.commit([Change(None, journal=(JournalEntry(now, cause.case_id, "defect", data, why),))], now)

    def _is_aside(self, cause: Cause) -> bool:
        if isinstance(cause, ReadRow) or (until := self._aside.get(_name(cause))) is None:
            return False
        if until > self._clock():
            return True
        del self._aside[_name(cause)]
        return False

    def _commit(self, causes: Sequence[Cause]) -> None:
        overlay = Overlay(self._store)
        overlay.prepare([c for c in causes if isinstance(c, ReadRow)], self._finder.clues_of, self._clock() - NOTICE_EVERY)
        overlay.load([c.case_id for c in causes if not isinstance(c, ReadRow) and c.case_id])
        # What follows from one cause is committed together.
        slices: list[list[Change]] = [[]]
        for cause in causes:
            decided = self._decide(cause, overlay)
            if slices[-1] and len(slices[-1]) + len(decided) > SLICE:
                slices.append([])
            slices[-1] += decided
        changes = [change for some in slices for change in some]
        if not changes:
            return
        # What was committed is not decided again when a later slice fails.
        for some in slices:
            self._store.commit(some, self._clock())
        self._decided()
        if any(change.anew for change in changes):
            self._wake("reader")
        if any(change.unlock for change in changes):
            self._wake("documents")
        for system in sorted({e.system for c in changes for e in c.effects}):
            self._wake(f"courier:{system}")

    def _decide(self, cause: Cause, overlay: Overlay) -> list[Change]:
        if isinstance(cause, ReadRow):
            return self._messages.handle(cause, overlay)
        if isinstance(cause, DeadlineRow):
            return [self._events.deadline(cause, overlay)]
        return [self._events.event(cause, overlay)]


def _name(cause: Cause) -> str:
    if isinstance(cause, ReadRow):
        return f"message:{cause.row.id}"
    if isinstance(cause, DeadlineRow):
        return f"deadline:{cause.case_id}:{cause.name}:{cause.due.isoformat()}"
    return f"event:{cause.id}"
