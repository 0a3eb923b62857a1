"""Watch: what the people who do the work did to their tasks, polled, since a webhook can be missed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from core import codec
from core.events import TaskMoved
from core.ports import PendingEvent, Store


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
