"""What the edge asks: messages told by webhook, what became of them, which case an outside id belongs to, figures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, and_, bindparam, func, or_, select, true, update

from core.effects import DONE
from core.message import Channel
from core.ports import Delivery, PendingEvent, Posted, Taken
from store.base import insert_new, many
from store.intake import Intake
from store.outbox import End, Outbox
from store.tables import cases, cursors, events, inbox, lanes, outbox, threads

#: The effects of whose receipts webhooks and polls speak.
_SPOKEN_OF = ("ticket", "task")


_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_THERE = select(cases.c.id).where(cases.c.id.in_(_IDS))
_SILENT = _THERE.where(cases.c.answered_at.is_(None))
_ANSWERED = update(cases).where(cases.c.id.in_(_IDS), cases.c.answered_at.is_(None)).values(answered_at=bindparam("now"))


class Lookup(Intake, Outbox):
    """The transactions of the web."""

    def receive(self, inbox: str, channel: Channel, items: Sequence[Taken], now: datetime) -> int:
        """Like ``take`` for messages that were told rather than polled: the inbox's cursor stays as it is."""

        def work(connection: Connection) -> int:
            # Read where it is written again: the poll's own newer cursor must not be lost in between.
            found = connection.execute(select(cursors.c.value).where(cursors.c.name == inbox).with_for_update()).scalar()
            return self._take(connection, inbox, channel, items, json.loads(found) if found else {}, now)

        return self.db.write(work)

    def posted(self, identity: str) -> Posted | None:
        """The message of that identity, None when it was never taken."""
        query = select(inbox).where(inbox.c.identity_hash == self.keys.hash("identity", identity))
        with self.db.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else Posted(row.id, row.state, row.outcome, row.case_id or "", row.taken_at)

    def waiting_acts(self, case_id: str) -> list[PendingEvent]:
        """Acts about the case that were handed over and that the clerk has not decided yet, oldest first."""
        query = select(events).where(events.c.case_id == case_id, events.c.waiting == true(), events.c.kind == "operator")
        with self.db.read() as connection:
            return [
                PendingEvent(
                    row.id, row.case_id, row.kind, self.keys.unseal("events", row.id, row.body).decode(), row.at, row.tell
                )
                for row in connection.execute(query.order_by(events.c.n))
            ]

    def deliveries(self, case_id: str) -> list[Delivery]:
        """Every effect of the case in the order of decision."""
        names = (outbox.c.key, outbox.c.kind, outbox.c.name, outbox.c.state, outbox.c.receipt)
        query = select(*names).where(outbox.c.case_id == case_id).order_by(outbox.c.seq)
        with self.db.read() as connection:
            return [
                Delivery(row.key, row.kind, row.name, row.state, self._receipt(row.key, row.receipt) if row.receipt else None)
                for row in connection.execute(query)
            ]

    # ---- outside ids

    def named(self, name: str, id: str) -> str:
        """The case whose effect of that name ("ticket", "task") was answered with that id; '' when there is none."""
        query = select(threads.c.case_id).where(threads.c.thread_hash == self.keys.thread(_outside(name, id)))
        with self.db.read() as connection:
            return str(connection.execute(query).scalar() or "")

    def _keep(self, connection: Connection, ends: Sequence[End], now: datetime) -> None:
        """Receipts are sealed; the ids of tickets and tasks are kept by hash beside, so that they can be looked up."""
        super()._keep(connection, ends, now)
        rows = {
            self.keys.thread(_outside(end.row["name"], end.receipt.id)): end.row["case_id"]
            for end in ends
            if end.state in DONE
            and end.receipt is not None
            and end.receipt.id
            and end.row["name"] in _SPOKEN_OF
            and end.row["case_id"]
        }
        self._answered(connection, ends, now)
        for end in ends:
            self._fresh_effects.drop(end.row["key"])
        if rows:
            # An alert's effect belongs to no case; an id that leads nowhere must never keep an outcome from being kept.
            there = set(connection.execute(_THERE, {"ids": sorted(set(rows.values()))}).scalars())
            rows = {h: c for h, c in rows.items() if c in there}
        if rows:
            first = insert_new(connection, threads, "thread_hash")
            many(connection, first, [{"thread_hash": h, "case_id": c, "at": now} for h, c in sorted(rows.items())])

    def _answered(self, connection: Connection, ends: Sequence[End], now: datetime) -> None:
        """Note on each case when the first text to its customer had left."""
        sent = [end.row for end in ends if end.state in DONE and end.row["kind"] == "message.send" and end.row["case_id"]]
        if not sent:
            return
        ids = {row["case_id"] for row in sent}
        silent = set(connection.execute(_SILENT, {"ids": sorted(ids)}).scalars())
        first = {row["case_id"] for row in sent if row["case_id"] in silent and self._to_customer(row["key"], row["payload"])}
        if first:
            connection.execute(_ANSWERED, {"ids": sorted(first), "now": now})

    # ---- figures

    def tally(self) -> list[tuple[str, str, str, int]]:
        """How many messages there are by (channel, state, outcome)."""
        names = (inbox.c.channel, inbox.c.state, inbox.c.outcome)
        with self.db.read() as connection:
            rows = connection.execute(select(*names, func.count()).group_by(*names).order_by(*names))
            return [(channel, state, outcome, number) for channel, state, outcome, number in rows]

    def waiting(self, now: datetime) -> dict[str, datetime]:
        """By lane, since when its oldest piece of work could have been done; lanes with nothing to do are left out."""
        unread = select(func.min(inbox.c.next_at)).where(inbox.c.state == "new", inbox.c.next_at <= now)
        read = select(func.min(inbox.c.changed_at)).where(inbox.c.state == "read")
        told = select(func.min(events.c.at)).where(events.c.waiting == true())
        free = and_(
            outbox.c.blocked == 0, outbox.c.next_at <= now, or_(*(outbox.c.state == s for s in ("intended", "uncertain")))
        )
        ready = select(outbox.c.system, func.min(outbox.c.next_at)).where(free).group_by(outbox.c.system)
        with self.db.read() as connection:

            def one(query: Any) -> datetime | None:
                found: datetime | None = connection.execute(query).scalar()
                return found

            since = {"reader": one(unread)}
            since["clerk"] = min((t for t in (one(read), one(told)) if t is not None), default=None)
            since |= {f"courier:{system}": at for system, at in connection.execute(ready)}
        return {name: at for name, at in since.items() if at is not None}

    def notes(self) -> dict[str, tuple[bool, datetime, datetime | None]]:
        """By lane: (whether it is well, when it last gave a sign of life, when it last worked well)."""
        with self.db.read() as connection:
            return {row.name: (row.ok, row.at, row.good_at) for row in connection.execute(select(lanes).order_by(lanes.c.name))}


def _outside(name: str, id: str) -> str:
    """As a thread id that no message can carry: those of messages stand in angle brackets."""
    return f"receipt:{name}:{id}"
