"""Delivering: what is ready, what is being sent, how it ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    false,
    func,
    literal,
    or_,
    select,
    true,
    update,
)

from core.effects import DONE, State
from core.ports import JournalEntry, OutboxRow, Settled
from store.base import chunks, many, ripe
from store.journal import Journal
from store.outbox import CHANGE, WAITING, End, Outbox
from store.tables import dependencies, events, inbox, outbox

#: After so many attempts a text that got lost is not sent anew.
MOST_LOST = 3


_NOW: ColumnElement[datetime] = bindparam("now", type_=outbox.c.next_at.type)
_SYSTEM: BindParameter[str] = bindparam("system")
_MOST: BindParameter[int] = bindparam("most")
_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)


def _coming() -> Iterator[Select[Any]]:
    """What shows that more of a kind is on its way, one row each."""
    one = select(literal(1)).limit(1)
    yield one.where(inbox.c.state == "new", ripe(inbox, _NOW))
    yield one.where(inbox.c.state == "read")
    yield one.where(events.c.waiting == true(), events.c.tell == true())
    needed = outbox.alias("needed")
    waiting = outbox.join(dependencies, dependencies.c.key == outbox.c.key).join(needed, needed.c.key == dependencies.c.needs)
    yield one.select_from(waiting).where(
        outbox.c.system == _SYSTEM,
        outbox.c.state == "intended",
        outbox.c.blocked > 0,
        outbox.c.kind == bindparam("kind"),
        dependencies.c.satisfied == false(),
        needed.c.system != _SYSTEM,
        or_(needed.c.state == "sending", and_(needed.c.state == "intended", needed.c.blocked == 0, ripe(needed, _NOW))),
    )


#: The effects of a system that can go out now.
_GOES = and_(outbox.c.system == _SYSTEM, outbox.c.state.in_(WAITING), outbox.c.blocked == 0, ripe(outbox, _NOW))
_READY = select(outbox).where(_GOES).order_by(outbox.c.seq).limit(_MOST)
_READY_OF_KIND = _READY.where(outbox.c.kind == bindparam("kind"))
_SOME = select(outbox.c.kind).where(_GOES).limit(_MOST).subquery()
_QUEUED = select(_SOME.c.kind, func.count().label("number")).group_by(_SOME.c.kind)
_COMING = tuple(_coming())
_WAITS = (
    select(outbox.c.key, outbox.c.state, outbox.c.blocked)
    .where(outbox.c.key.in_(_KEYS))
    .order_by(outbox.c.key)
    .with_for_update()
)
_MARK = update(outbox).where(outbox.c.key.in_(_KEYS)).values(state="sending", sent_at=_NOW, changed_at=_NOW)


class Courier(Journal, Outbox):
    """The transactions of the courier lanes."""

    def ready(self, system: str, now: datetime, limit: int, kind: str = "") -> list[OutboxRow]:
        """Effects of that system whose time has come and that wait for no other, in the order they were decided.

        ``kind`` "" takes every kind.
        """
        query, given = (_READY_OF_KIND, {"kind": kind}) if kind else (_READY, {})
        with self.db.read() as connection:
            found = connection.execute(query, {"system": system, "now": now, "most": limit, **given})
            return self._outbox_rows(connection, found.mappings().all())

    def queued(self, system: str, now: datetime, limit: int) -> dict[str, int]:
        """How many effects are ready, by kind; at most ``limit`` are counted in all."""
        with self.db.read() as connection:
            rows = connection.execute(_QUEUED, {"system": system, "now": now, "most": limit})
            return {row.kind: row.number for row in rows}

    def coming(self, system: str, kind: str, now: datetime) -> bool:
        """Whether more of that kind may be ready in a moment.

        Messages or events wait for reader or clerk, or another system has or is about to have in hand what some of that kind wait for.
        """
        given = {"system": system, "kind": kind, "now": now}
        with self.db.read() as connection:
            return any(connection.execute(query, given).first() is not None for query in _COMING)

    def sending(self, keys: Sequence[str], now: datetime) -> list[str]:
        """Mark as being sent, right before the outside call; those that were still free."""

        def work(connection: Connection) -> list[str]:
            free = {
                row.key
                for some in chunks(sorted(set(keys)))
                for row in connection.execute(_WAITS, {"keys": some})
                if row.state in WAITING and row.blocked == 0
            }
            for some in chunks(sorted(free)):
                connection.execute(_MARK, {"keys": some, "now": now})
            return [key for key in dict.fromkeys(keys) if key in free]

        return self.db.write(work)

    def settle(self, outcomes: Sequence[Settled], now: datetime) -> set[str]:
        """Keep how attempts ended, free what waited for them, and write the line of every end, or tell the clerk of it: the systems of
        which something was freed.

        What ended already stays as it is, but for one thing: a parked effect of which we hear late that it was done is done.
        """
        return self.db.write(lambda connection: self._settle(connection, outcomes, now)) if outcomes else set()

    def _settle(self, connection: Connection, outcomes: Sequence[Settled], now: datetime) -> set[str]:
        # Whoever appends to the journal takes its head first: see _lock_head.
        head = self._lock_head(connection) if any(one.line is not None for one in outcomes) else None
        rows = {row["key"]: row for row in self._lock(connection, [one.key for one in outcomes])}
        ends: list[End] = []
        lines: list[JournalEntry] = []
        again: list[dict[str, Any]] = []
        for one in outcomes:
            row = rows.pop(one.key, None)  # of two outcomes of one effect in a call the first counts
            if row is None or not _may(row["state"], one.state):
                continue
            attempts = row["attempts"] + one.counted
            if one.state in (*DONE, "parked"):
                ends.append(
                    End(row, one.state, one.receipt, one.error, attempts, one.unreachable, written=one.line is not None)
                )
                lines += [one.line] if one.line is not None else []
            else:
                again.append(
                    {
                        "which": one.key,
                        "state": one.state,
                        "attempts": attempts,
                        "next_at": one.next_at or now,
                        "error": self._seal_text("outbox.error", one.key, one.error),
                        "changed_at": now,
                    }
                )
        if again:
            many(connection, CHANGE, again)
        freed = self._finish(connection, ends, now)
        if head is not None:
            self._append(connection, head, lines)
        return freed

    def lost(
        self, key: str, id: str, why: str, now: datetime, *, again: bool = False
    ) -> Literal["parked", "again", "early", "over"]:
        """A text that was taken outside never reached its reader: it is parked and the clerk told, or goes out anew."""

        def work(connection: Connection) -> Literal["parked", "again", "early", "over"]:
            row = next(iter(self._lock(connection, [key])), None)
            if row is None or row["state"] in ("parked", "dropped"):
                return "over"
            if row["state"] not in DONE:
                return "over" if row["attempts"] else "early"
            receipt = self._receipt(key, row["receipt"]) if row["receipt"] else None
            if receipt is None or id not in (receipt.id, *receipt.others):
                return "over"  # told of an earlier sending
            if again and row["attempts"] < MOST_LOST:
                back = {"state": "intended", "receipt": None, "next_at": now, "changed_at": now}
                connection.execute(update(outbox).where(outbox.c.key == key).values(back))
                return "again"
            self._finish(connection, [End(row, "parked", receipt, why, row["attempts"], unreachable=True)], now)
            return "parked"

        return self.db.write(work)

    def recover(self, system: str, now: datetime, look_at: datetime) -> int:
        """After a start: what was being sent becomes uncertain, to be looked up at that time. How many."""
        doubt = update(outbox).where(outbox.c.system == system, outbox.c.state == "sending")

        def work(connection: Connection) -> int:
            return connection.execute(doubt.values(state="uncertain", next_at=look_at, changed_at=now)).rowcount

        return self.db.write(work)

    def hurry(self, now: datetime) -> int:
        """What waits for its next try need not: somebody has mended what was wrong. How many. Uncertain ones keep their time."""
        waiting = update(outbox).where(outbox.c.state == "intended", outbox.c.next_at > now)
        return self.db.write(lambda connection: connection.execute(waiting.values(next_at=now)).rowcount)


def _may(before: State, after: State) -> bool:
    """Whether an attempt that ended as ``after`` still has a say."""
    if after not in (*DONE, *WAITING, "parked"):
        raise ValueError(f"an attempt cannot end as {after!r}")
    return before in (*WAITING, "sending") or (before == "parked" and after in DONE)
