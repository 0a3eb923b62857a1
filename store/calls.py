"""Calls to outside systems by day, for ``status`` and the figures: other processes cannot see the counts in the daemon's memory."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import Connection, select

from core.outside import Budget
from store.base import Group, insert_or, upsert
from store.tables import budgets, calls


class CallsTable(Group):
    """core.outside.OutsideCalls on the database."""

    def count_calls(self, made: Mapping[tuple[str, str], int], budgets_: Mapping[str, Budget], now: datetime) -> None:
        """Add calls by (system, status) to the day of ``now``, and put the budgets as they stand; one commit."""
        day = now.date().isoformat()
        rows = [
            {"day": day, "system": system, "status": status, "number": n} for (system, status), n in sorted(made.items()) if n
        ]
        left = [
            {"system": system, "day": day, "most": budget.most, "remaining": budget.left}
            for system, budget in sorted(budgets_.items())
        ]

        def work(connection: Connection) -> None:
            if rows:
                add = insert_or(connection, calls)
                more = {"number": calls.c.number + add.excluded.number}
                connection.execute(add.on_conflict_do_update(index_elements=["day", "system", "status"], set_=more), rows)
            if left:
                upsert(connection, budgets, left)

        if rows or left:
            self.db.write(work)

    def calls_since(self, first: date) -> list[tuple[date, str, str, int]]:
        """(day, system, status, number) from that day on."""
        query = select(calls).where(calls.c.day >= first.isoformat()).order_by(calls.c.day, calls.c.system, calls.c.status)
        with self.db.read() as connection:
            return [(date.fromisoformat(r.day), r.system, r.status, r.number) for r in connection.execute(query)]

    def budgets(self, day: date) -> dict[str, Budget]:
        """By system, what was last said of that day's budget."""
        query = select(budgets).where(budgets.c.day == day.isoformat()).order_by(budgets.c.system)
        with self.db.read() as connection:
            return {row.system: Budget(row.most, row.remaining) for row in connection.execute(query)}
