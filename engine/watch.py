"""Watch: what became of things outside, polled, since a webhook can be missed: tasks that people moved, texts that never arrived."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from core import codec
from core.effects import DONE
from core.events import EffectParked, TaskMoved
from core.ports import PendingEvent, Store
from processors.correlate import sid_id


class Change(Protocol):
    """A task as it became. ``key`` is the key of the effect that made it, '' for a task that is not ours."""

    @property
    def task(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def key(self) -> str: ...


@runtime_checkable
class Watched(Protocol):
    """An outlet that can tell what became of its tasks."""

    def changes(self, since: datetime) -> Sequence[Change]:
        """Tasks that changed since then, oldest first; the same may be told again. Raises PortError."""


class Watch:
    """One task manager's lane."""

    def __init__(
        self, name: str, watched: Watched, store: Store, *, clock: Callable[[], datetime], told: Callable[[], None]
    ) -> None:
        self._name, self._watched, self._store = f"watch:{name}", watched, store
        self._clock, self._told = clock, told

    def run(self) -> int:
        """Look once; always 0, since what is new is the clerk's work."""
        now = self._clock()
        cursor = self._store.cursor(self._name)
        since = datetime.fromisoformat(cursor["since"]) if cursor.get("since") else now - timedelta(days=1)
        if hand_over(self._store, self._watched.changes(since), now):
            self._told()
        self._store.take(self._name, "form", (), {"since": now.isoformat()}, now)
        return 0


def hand_over(store: Store, changes: Sequence[Change], now: datetime) -> int:
    """Give the clerk what is new; how many. A status told twice, by poll and by webhook, or late, is no news."""
    ids = {change.key.partition("/")[0] for change in changes} - {""}
    cases = store.cases(sorted(ids)) if ids else {}
    new = 0
    for change in changes:
        case = cases.get(change.key.partition("/")[0])
        if case is None or (case.task is not None and case.task.outdates(change.status, change.at)):
            continue
        event_id = f"task:{change.task}:{change.status.casefold()}:{change.at.isoformat()}"
        event = TaskMoved(event_id, now, change.status, change.at)
        new += store.add_event(PendingEvent(event.id, case.id, "task", codec.dump(event).decode(), now))
    return new


# ------------------------------------------------------------------ texts that never arrived

#: How far back of the last look messages are looked at again: a text may fail hours after it was taken.
LATE = timedelta(hours=6)


class Failure(Protocol):
    """A text of ours that never arrived, by the outside system's own id."""

    @property
    def sid(self) -> str: ...
    @property
    def why(self) -> str: ...
    @property
    def again(self) -> bool: ...


@runtime_checkable
class Losing(Protocol):
    """An outlet whose receipts only mean that a text was taken, and which can tell which of them never arrived."""

    def failures(self, since: datetime) -> Iterable[Failure]:
        """Those made since then; the same may be told again. Raises PortError."""


class Losses:
    """The lane that asks what became of texts, for callbacks that never came."""

    def __init__(
        self, name: str, outlet: Losing, store: Store, *, clock: Callable[[], datetime], told: Callable[[], None]
    ) -> None:
        self._name, self._outlet, self._store = f"watch:{name}", outlet, store
        self._clock, self._told = clock, told

    def run(self) -> int:
        """Look once; always 0, since what is new is the clerk's work."""
        now = self._clock()
        cursor = self._store.cursor(self._name)
        since = datetime.fromisoformat(cursor["since"]) if cursor.get("since") else now
        failed = {sid_id(one.sid): one for one in self._outlet.failures(since - LATE)}
        failed.pop("", None)
        known = self._store.find([], list(failed), []).by_thread if failed else {}
        new = 0
        for thread_id, case_id in known.items():
            for sent in self._store.deliveries(case_id):
                receipt = sent.receipt
                one = failed[thread_id]
                if sent.state in DONE and receipt is not None and one.sid in (receipt.id, *receipt.others):
                    new += lose(self._store, sent.key, one.sid, one.why, now, again=one.again)
        if new:
            self._told()
        self._store.take(self._name, "whatsapp", (), {"since": now.isoformat()}, now)
        return 0


def lose(store: Store, key: str, id: str, why: str, now: datetime, *, again: bool = False) -> bool:
    """A text of ours was taken (with that id) and never arrived: it goes out anew, or the clerk finds another way. Is it news?"""
    became = store.lost(key, id, why, now, again=again)
    if became != "early":
        return became != "over"
    # Told before our own call was answered: the clerk hears of it all the same.
    event = EffectParked(f"lost:{id}", now, key, "message.send", "", why, unreachable=True)
    return store.add_event(PendingEvent(event.id, key.partition("/")[0], "parked", codec.dump(event).decode(), now))
