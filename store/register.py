"""What registers hold of requests (core.register), written with each decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, delete, exists, func, insert, select, update

from core import codec
from core.case import Case
from core.register import Entry, Line
from store.base import MILLIONTHS, Group, chunks, clear
from store.tables import case_alerts, case_lines, cases

_L, _A = case_lines.c, case_alerts.c


class RegisterTable(Group):
    """The writing side, inside the clerk's commit."""

    def unregistered(self, business: str, directives: Sequence[str]) -> int:
        """How many cases of these directives are in no register: decided before it was kept, and unchanged since."""
        kept = exists(select(_L.case_id).where(_L.case_id == cases.c.id))
        some = select(func.count()).where(cases.c.business == business, cases.c.directive.in_(directives), ~kept)
        with self.db.read() as connection:
            return int(connection.execute(some).scalar_one())

    def _keep_entries(
        self, connection: Connection, entries: Mapping[str, tuple[Case, Entry]], people: Mapping[str, str]
    ) -> None:
        """The entries of these cases, in the place of those of before. ``people`` gives contacts' ids by their hashes."""
        for some in chunks(sorted(entries)):
            for table in (case_lines, case_alerts):
                connection.execute(delete(table).where(table.c.case_id.in_(some)))
        lines: list[dict[str, Any]] = []
        alerts: list[dict[str, Any]] = []
        for case, entry in entries.values():
            hashes = (self.keys.person(address) for address in (case.party.email, case.party.phone))
            person = next((people[h] for h in hashes if h in people), "")
            lines += [self._line(case, entry, person, line) for line in entry.lines]
            alerts += [
                {
                    "case_id": case.id, "n": n, "directive": entry.directive, "name": raised.alert.name, "urgent": raised.alert.urgent,
                    "at": raised.at, "body": self.keys.seal("case_alerts", f"{case.id}\n{n}", codec.dump(raised.alert)),
                }
                for n, raised in enumerate(entry.alerts)
            ]  # fmt: skip
        if lines:
            connection.execute(insert(case_lines), lines)
        if alerts:
            connection.execute(insert(case_alerts), alerts)

    def _line(self, case: Case, entry: Entry, person: str, line: Line) -> dict[str, Any]:
        return {
            "case_id": case.id, "n": line.n, "business": case.business, "directive": entry.directive, "stage": case.standing,
            "person": person, "opened_at": case.opened_at, "day": entry.day.isoformat(), "what": clear(line.what),
            "quantity": _millionths(line.quantity), "unit": clear(line.unit), "total": _millionths(line.total),
            "currency": clear(line.currency)[:8], "due": line.due, "sure": line.sure, "judged": line.judged,
        }  # fmt: skip

    def _erase_entries(self, connection: Connection, ids: Sequence[str]) -> None:
        """Figures stay, without the person; what his words gave rise to goes."""
        for some in chunks(sorted(ids)):
            connection.execute(update(case_lines).where(_L.case_id.in_(some)).values(person=""))
            connection.execute(delete(case_alerts).where(_A.case_id.in_(some)))


def _millionths(amount: Decimal | None) -> int | None:
    if amount is None or not abs(amount) < 2**62 // MILLIONTHS:
        return None
    return int(amount * MILLIONTHS)
