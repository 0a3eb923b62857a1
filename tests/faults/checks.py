"""What became of everything: the daemon's own ledger held against what the outside systems and the customers know."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from console.beside import reading_store
from core.ports import Delivery, JournalEntry
from settings import Settings
from tests.faults.outside import Ledger


@dataclass
class Verdict:
    """Each entry is a sentence; ``parked`` are effects that a person must look at, with their reason."""

    cases: int = 0
    effects: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    parked: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Nothing lost, nothing twice."""
        return not self.lost and not self.doubled


class Look:
    """What the store says is still to be done."""

    def __init__(self, data: Path) -> None:
        self._uri = f"file:{data / 'guichet.db'}?mode=ro"

    def __call__(self) -> tuple[int, int, int]:
        """(messages and events to decide, effects to deliver, messages taken); (-1, -1, 0) when it cannot be asked now."""
        try:
            with sqlite3.connect(self._uri, uri=True, timeout=2) as db:
                found = db.execute(
                    "select (select count(*) from inbox where state in ('new', 'read')) + (select count(*) from events where waiting), "
                    "(select count(*) from outbox where state in ('intended', 'sending', 'uncertain') and blocked = 0), "
                    "(select count(*) from inbox)"
                ).fetchone()
            db.close()
            return int(found[0]), int(found[1]), int(found[2])
        except sqlite3.Error:
            return -1, -1, 0


def untold(history: Sequence[tuple[int, JournalEntry]], rows: Sequence[Delivery]) -> list[str]:
    """What the journal alone does not tell of a case: the message it began with, each effect that was wanted, how each ended."""
    wanted: set[str] = set()
    ended: dict[str, str] = {}
    for _, entry in history:
        wanted.update(str(effect).partition(" ")[0] for effect in entry.data.get("effects", ()))
        if entry.kind in ("effect.done", "effect.parked", "dropped"):
            ended[str(entry.data["effect"])] = entry.kind
    missing = [] if any(e.kind == "message.opened" and e.data["raw"] for _, e in history) else ["how it began"]
    missing += [f"that {row.key} was wanted" for row in rows if row.key not in wanted]
    ends = {"done": "effect.done", "reconciled": "effect.done", "parked": "effect.parked", "dropped": "dropped"}
    return missing + [f"how {row.key} ended" for row in rows if row.state in ends and ended.get(row.key) != ends[row.state]]


def judge(settings: Settings, wrote: Sequence[str], said_yes: Iterable[str], ledger: Ledger) -> Verdict:
    """Hold everything against everything; nothing may be under way any more."""
    verdict = Verdict()
    with reading_store(settings) as store:
        cases = store.list_cases(limit=1_000_000)
        audit = store.audit()
        by_person = Counter(case.party.email for case in cases)
        verdict.cases = len(cases)
        verdict.lost += [f"{who}: no case" for who in wrote if not by_person[who]]
        verdict.doubled += [f"{who}: {n} cases" for who, n in by_person.items() if n > 1]
        approved = {case.party.email for case in cases if case.approval is not None}
        verdict.lost += [f"{who}: the yes is unheard" for who in said_yes if who not in approved]
        verdict.lost += [f"journal: {problem}" for problem in audit.problems]
        for case in cases:
            rows = store.deliveries(case.id)
            verdict.lost += [
                f"{case.party.email}: the journal does not say {what}" for what in untold(store.history(case.id), rows)
            ]
            verdict.effects += len(rows)
            verdict.lost += [f"{case.party.email}: {why}" for row in rows if (why := _missing(row, ledger))]
            if case.approval is not None and not any(row.kind == "task.create" for row in rows):
                verdict.lost.append(f"{case.party.email}: approved, and no task")
            if any(row.state == "parked" for row in rows):
                for one in store.outbox(case.id):
                    if one.state == "parked":
                        verdict.parked.append(f"{one.effect.key} {one.effect.kind}: {one.error}")
                        if not one.error:
                            verdict.lost.append(f"{one.effect.key}: parked without a reason")
    for what, counted in (
        ("ticket", ledger.tickets),
        ("mail", ledger.ids),
        ("task", ledger.keys),
        ("case's task", _tasks(ledger)),
    ):
        verdict.doubled += [f"{what} {key}: {n} times" for key, n in counted.items() if n > 1]
    return verdict


def _tasks(ledger: Ledger) -> Counter[str]:
    """How many tasks each case has."""
    return Counter(key.partition("/")[0] for key in ledger.keys.elements())


def _missing(row: Delivery, ledger: Ledger) -> str:
    """Why this effect counts as lost, '' when it does not."""
    if row.state in ("parked", "dropped"):
        return ""
    if row.state not in ("done", "reconciled"):
        return f"{row.kind} {row.key} stays {row.state}"
    id = row.receipt.id if row.receipt is not None else ""
    there = {
        "message.send": lambda: id in ledger.ids,
        "task.create": lambda: row.key in ledger.keys,
        "ticket.open": lambda: id in ledger.records["tickets"],
        "contact.upsert": lambda: id in ledger.records["contacts"],
        "ticket.note": lambda: id in ledger.records["notes"],
        "file.store": lambda: any(path.endswith(id.rpartition("/")[2]) for path in ledger.objects),
    }.get(row.kind, lambda: True)
    return "" if there() else f"{row.kind} {row.key} is said to be done and is not there"
