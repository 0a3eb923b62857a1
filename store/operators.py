"""For people: what is parked, letting it go again or giving it up, what became of things, how the lanes are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, delete, func, literal, or_, select, update

from core.effects import WORDS
from core.ports import JournalEntry, OutboxRow, ParkedRow
from store.base import chunks, clear, insert_or
from store.intake import place
from store.journal import Journal
from store.outbox import End, Outbox
from store.tables import cases, deadlines, dependencies, events, inbox, journal, lanes, ledger, outbox


class Operators(Journal, Outbox):
    """The transactions of the console and the desk."""

    def parked(self) -> list[ParkedRow]:
        """What needs a person, oldest first."""
        return [row for _, row in self._parked()]

    def count_parked(self, *, most: int = 1_000) -> int:
        """How much needs a person; counting ends at ``most``."""
        number = 0
        with self.db.read() as connection:
            for table in (outbox, inbox):
                some = select(literal(1).label("one")).where(table.c.state == "parked").limit(most).subquery()
                number += int(connection.execute(select(func.count()).select_from(some)).scalar_one())
        return min(number, most)

    def _parked(
        self, limit: int | None = None, after: tuple[datetime, str] | None = None
    ) -> list[tuple[tuple[datetime, str], ParkedRow]]:
        """(place, row) in order, at most ``limit``; only those have their reasons opened. Raises ValueError for a place that is none."""
        effects = (
            select(outbox, cases.c.ref)
            .join(cases, cases.c.id == outbox.c.case_id, isouter=True)
            .where(outbox.c.state == "parked")
            .order_by(outbox.c.changed_at, outbox.c.seq)
            .limit(limit)
        )
        messages = select(inbox).where(inbox.c.state == "parked").order_by(inbox.c.changed_at, inbox.c.id).limit(limit)
        if after is not None:
            at, (kind, _, number) = after[0], after[1].partition(":")
            of_effects, of_messages = outbox.c.changed_at > at, inbox.c.changed_at > at
            if kind == "effect":  # those of the same moment come before the messages of it
                of_effects = or_(of_effects, and_(outbox.c.changed_at == at, outbox.c.seq > int(number)))
                of_messages = inbox.c.changed_at >= at
            else:
                of_messages = or_(of_messages, and_(inbox.c.changed_at == at, inbox.c.id > int(number)))
            effects, messages = effects.where(of_effects), messages.where(of_messages)
        with self.db.read() as connection:
            found: list[tuple[datetime, str, int, Any]] = [
                (row.changed_at, "effect", row.seq, row) for row in connection.execute(effects)
            ]
            found += [(row.changed_at, "message", row.id, row) for row in connection.execute(messages)]
        found.sort(key=lambda one: one[:3])
        return [((at, f"{kind}:{number}"), self._parked_row(kind, row)) for at, kind, number, row in found[:limit]]

    def _parked_row(self, kind: str, row: Any) -> ParkedRow:
        if kind == "effect":
            by = {"mail": " (courriel)", "whatsapp": " (WhatsApp)"}.get(row.system, "")
            what = WORDS.get(row.kind, {}).get("fr", row.kind) + by
            why = self._text("outbox.error", row.key, row.error)
            return ParkedRow(f"effect:{row.key}", row.case_id, row.ref or "", what, why, row.changed_at, row.attempts)
        what = f"message de {row.inbox} ({row.external_id})"
        why = self._text("inbox", row.identity_hash, row.error)
        return ParkedRow(f"message:{row.id}", row.case_id or "", "", what, why, row.changed_at, row.attempts)

    def retry(self, ids: Sequence[str], now: datetime, author: str = "") -> int:
        """Let parked things go again; how many. What needs a dropped effect cannot, and is left out."""

        def work(connection: Connection) -> int:
            head = self._lock_head(connection)
            keys, messages = _parts(ids)
            lines = self._retry_effects(connection, keys, now) + self._retry_messages(connection, messages, now)
            self._append(connection, head, [replace(line, author=author) for line in lines])
            return len(lines)

        return self.db.write(work)

    def _retry_effects(self, connection: Connection, keys: Sequence[str], now: datetime) -> list[JournalEntry]:
        lines: list[JournalEntry] = []
        needed = outbox.alias()
        for row in self._lock(connection, keys):
            hopeless = (
                select(dependencies.c.needs)
                .join(needed, needed.c.key == dependencies.c.needs, isouter=True)
                .where(dependencies.c.key == row["key"], dependencies.c.kind == "after")
                .where(or_(needed.c.key.is_(None), needed.c.state == "dropped"))
            )
            if row["state"] != "parked" or connection.execute(hopeless).first():
                continue
            again = {"state": "intended", "attempts": 0, "next_at": now, "changed_at": now, "error": None}
            connection.execute(update(outbox).where(outbox.c.seq == row["seq"]).values(again))
            lines.append(JournalEntry(now, row["case_id"], "retried", {"effect": row["key"], "kind": row["kind"]}))
        return lines

    def _retry_messages(self, connection: Connection, ids: Sequence[int], now: datetime) -> list[JournalEntry]:
        lines: list[JournalEntry] = []
        for row in self._parked_messages(connection, ids):
            if row["raw"]:
                # Not as new as the others: those that came after it must not wait for it (see read_messages).
                again = {"state": "new", "attempts": 1, "next_at": now, "changed_at": now}
                connection.execute(update(inbox).where(inbox.c.id == row["id"]).values(again))
            else:
                # Nothing was downloaded: its inbox is to find it unknown and fetch it again.
                connection.execute(delete(inbox).where(inbox.c.id == row["id"]))
                where = (ledger.c.inbox == row["inbox"], ledger.c.external_id == place(row["external_id"]))
                connection.execute(update(ledger).where(*where).values(state="failed", attempts=0, error=None, at=now))
            lines.append(JournalEntry(now, row["case_id"] or "", "retried", {"message": row["id"]}))
        return lines

    def drop(self, ids: Sequence[str], author: str, now: datetime) -> int:
        """Give parked things up; how many. What needed a dropped effect is parked with the reason."""

        def work(connection: Connection) -> int:
            head = self._lock_head(connection)
            keys, messages = _parts(ids)
            rows = [row for row in self._lock(connection, keys) if row["state"] == "parked"]
            lines = [
                JournalEntry(now, row["case_id"], "dropped", {"effect": row["key"], "kind": row["kind"]}, author=author)
                for row in rows
            ]
            reasons = {row["key"]: self._text("outbox.error", row["key"], row["error"]) for row in rows}
            self._finish(
                connection, [End(row, "dropped", error=reasons[row["key"]], attempts=row["attempts"]) for row in rows], now
            )
            for message in self._parked_messages(connection, messages):
                given_up = update(inbox).where(inbox.c.id == message["id"])
                connection.execute(given_up.values(state="dropped", outcome="dropped", changed_at=now))
                lines.append(JournalEntry(now, message["case_id"] or "", "dropped", {"message": message["id"]}, author=author))
            self._append(connection, head, lines)
            return len(lines)

        return self.db.write(work)

    def _parked_messages(self, connection: Connection, ids: Sequence[int]) -> list[RowMapping]:
        found: list[RowMapping] = []
        for some in chunks(sorted(set(ids))):
            query = select(inbox).where(inbox.c.id.in_(some), inbox.c.state == "parked").order_by(inbox.c.id)
            found.extend(connection.execute(query.with_for_update()).mappings().all())
        return found

    def outbox(self, case_id: str) -> list[OutboxRow]:
        """Every effect of the case in the order of decision."""
        with self.db.read() as connection:
            query = select(outbox).where(outbox.c.case_id == case_id).order_by(outbox.c.seq)
            return self._outbox_rows(connection, connection.execute(query).mappings().all())

    # ---- how things are

    def note(self, lane: str, ok: bool, detail: str, now: datetime) -> None:
        """Keep how a lane is doing (its last success, its last trouble)."""

        def work(connection: Connection) -> None:
            row: dict[str, Any] = {"name": lane, "ok": ok, "detail": clear(detail), "at": now}
            row |= {"good_at": now} if ok else {"trouble_at": now, "trouble": clear(detail)}
            statement = insert_or(connection, lanes).values({"trouble": ""} | row)
            changed = {name: value for name, value in row.items() if name != "name"}
            connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=changed))

        self.db.write(work)

    def trouble(self, lane: str) -> str:
        """What is wrong with the lane by its last note, "" when nothing is."""
        with self.db.read() as connection:
            row = connection.execute(select(lanes.c.ok, lanes.c.detail).where(lanes.c.name == lane)).first()
        return "" if row is None or row.ok else str(row.detail)

    def status(self, now: datetime) -> dict[str, Any]:
        """Counts of messages, cases, effects and deadlines by state, and the notes of the lanes.

        {"messages": {state: n}, "ledger": {inbox: {state: n}}, "cases": {stage: n}, "effects": {system: {state: n}},
        "events": n that wait, "deadlines": {"waiting", "passed"}, "journal": rows,
        "lanes": {name: {"ok", "detail", "at", "good_at", "trouble_at", "trouble"}}}; times are ISO 8601 or None.
        """
        with self.db.read() as connection:

            def count(*columns: Any) -> dict[Any, Any]:
                """{first: n}, or {first: {second: n}}."""
                found: dict[Any, Any] = {}
                for *names, number in connection.execute(select(*columns, func.count()).group_by(*columns).order_by(*columns)):
                    place = found
                    for name in names[:-1]:
                        place = place.setdefault(name, {})
                    place[names[-1]] = number
                return found

            passed = connection.execute(select(func.count()).select_from(deadlines).where(deadlines.c.due <= now)).scalar_one()
            all_of_them = connection.execute(select(func.count()).select_from(deadlines)).scalar_one()
            notes = connection.execute(select(lanes).order_by(lanes.c.name)).mappings().all()
            return {
                "messages": count(inbox.c.state),
                "ledger": count(ledger.c.inbox, ledger.c.state),
                "cases": count(cases.c.stage),
                "effects": count(outbox.c.system, outbox.c.state),
                "events": connection.execute(select(func.count()).select_from(events).where(events.c.waiting)).scalar_one(),
                "deadlines": {"waiting": all_of_them - passed, "passed": passed},
                "journal": connection.execute(select(func.max(journal.c.seq))).scalar() or 0,
                "lanes": {
                    row["name"]: {
                        "ok": row["ok"],
                        "detail": row["detail"],
                        **{name: row[name].isoformat() if row[name] else None for name in ("at", "good_at", "trouble_at")},
                        "trouble": row["trouble"],
                    }
                    for row in notes
                },
            }


def _parts(ids: Sequence[str]) -> tuple[list[str], list[int]]:
    """The keys of effects and the numbers of messages among these ids; what is neither names nothing."""
    keys = [rest for one in ids for kind, _, rest in (one.partition(":"),) if kind == "effect" and rest]
    messages = [
        int(rest)
        for one in ids
        for kind, _, rest in (one.partition(":"),)
        if kind == "message" and rest.isdecimal() and len(rest) < 19
    ]
    return keys, messages
