"""For the tests of the store: short ways to say what goes into it. The fixtures stand in store_fixtures."""

from __future__ import annotations

import hashlib
import os
import signal
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from core.case import Case, Party, Thread
from core.effects import AddNote, Effect, Receipt
from core.message import Address, Message
from core.ports import Change, InboxRow, Incoming, JournalEntry, PendingEvent, ReadRow, Settled, Taken
from core.reading import Reading
from store import Keys, SqlStore
from store.engine import Sqlite

NOW = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
KEYS = Keys.derive("un secret de test, long et sans valeur")


def later(seconds: float) -> datetime:
    """That many seconds after NOW."""
    return NOW + timedelta(seconds=seconds)


def incoming(name: str, **fields: Any) -> Incoming:
    """An item of an inbox; its external id is its name."""
    raw = f"raw {name}".encode("utf-8", "replace")
    given: dict[str, Any] = {"external_id": name, "raw": raw, "size": len(raw), "received_at": NOW} | fields
    return Incoming(**given)


def taken(name: str, *, identity: str | None = None, **fields: Any) -> Taken:
    """The item as the engine hands it over; its identity is its name."""
    item = incoming(name, **fields)
    raw = hashlib.sha256(item.raw).hexdigest() if item.raw is not None and not item.error else ""
    return Taken(item, f"<{name}@example.com>" if identity is None else identity, raw)


def reading(row: InboxRow, text: str = "bonjour", fingerprint: str = "f") -> ReadRow:
    """The message as read."""
    message = Message(
        row.identity, row.channel, Address("client@example.com", "Zoé Client"), subject="Objet", body=text, text=text
    )
    return ReadRow(row, message, Reading("support", "SUPPORT", 0.9), fingerprint)


def case(id: str = "c1", version: int = 1, **fields: Any) -> Case:
    """A case of one customer."""
    given: dict[str, Any] = {
        "id": id,
        "ref": id.upper(),
        "version": version,
        "business": "figurative",
        "directive": "modelisation",
        "revision": "r1",
        "kind": "MODELISATION",
        "stage": "waiting_info",
        "party": Party("client@example.com", "Zoé Client"),
        "thread": Thread("email", "gmail", "client@example.com"),
        "opened_at": NOW,
        "updated_at": NOW,
    }
    return Case(**(given | fields))


def effect(key: str, *, case_id: str = "c1", text: str = "une note", system: Any = "crm", **fields: Any) -> Effect:
    """A note on a ticket."""
    return Effect(key, case_id, system, AddNote("${ticket.id}" if fields.pop("refers", False) else "1", text), **fields)


def entry(kind: str = "decided", text: str = "", **fields: Any) -> JournalEntry:
    """A line of the journal."""
    given: dict[str, Any] = {"at": NOW, "case_id": "c1", "kind": kind, "data": {"n": 1}, "text": text, "author": "clerk"}
    return JournalEntry(**(given | fields))


def opened(store: SqlStore, *effects: Effect, **fields: Any) -> Case:
    """Commit a new case with these effects."""
    new = case(**fields)
    store.commit([Change(new, 0, effects=effects)], NOW)
    return new


def read_all(store: SqlStore) -> None:
    """Everything that waits is read."""
    store.save_readings([reading(row) for row in store.unread(1000, NOW)], [], NOW)


def ready(store: SqlStore, at: Any = NOW, system: str = "crm") -> list[str]:
    """The keys of the effects whose time has come."""
    return [row.effect.key for row in store.ready(system, at, 100)]


def states(store: SqlStore, case_id: str = "c1") -> dict[str, str]:
    """How the effects of the case stand, by key."""
    return {row.effect.key: row.state for row in store.outbox(case_id)}


def end(store: SqlStore, key: str, state: Any, **fields: Any) -> None:
    """An attempt at the effect ended so."""
    if state in ("done", "reconciled"):
        fields.setdefault("receipt", Receipt(f"id of {key}", f"https://example.com/{key}"))
    store.sending([key], NOW)
    store.settle([Settled(key, state, **fields)], fields.pop("now", NOW))


def engines(store: SqlStore) -> list[Engine]:
    """The engines that write."""
    return [store.db._writing] if isinstance(store.db, Sqlite) else [store.db.engine]


def prepare(store: SqlStore) -> None:
    """What the acts need: two messages read, a case whose effects are sent or parked, an operator's event."""
    store.take("gmail", "email", [taken("1"), taken("2")], {"uid": "2"}, NOW)
    store.save_readings([reading(row) for row in store.unread(9, NOW)], [], NOW)
    opened(store, effect("a", name="ticket"), effect("b", after=("a",)), effect("p"), effect("q", after=("p",)), id="c0")
    store.add_event(PendingEvent("op1", "c0", "operator", "{}", NOW))
    store.sending(["a", "p"], NOW)
    store.settle([Settled("p", "parked", error="refusé")], NOW)


def decide(store: SqlStore) -> None:
    """The clerk's commit: a new case, and one that was joined."""
    change = Change(
        case("c1"),
        0,
        effects=(effect("c1/1/0"), effect("c1/1/1", after=("c1/1/0",))),
        deadlines=(("remind", later(60)),),
        thread_ids=("<m1>",),
        journal=(entry("opened", "un texte"), entry("asked")),
        inbox_id=1,
        outcome="opened",
        notice_to="client@example.com",
    )
    other = Change(case("c0", 2), 1, journal=(entry("joined", case_id="c0"),), event_ids=("op1",))
    store.commit([change, other], NOW)


#: Commits of the road, by name.
ACTS: dict[str, Callable[[SqlStore], Any]] = {
    "take": lambda store: store.take("gmail", "email", [taken("3"), taken("4", skip="ancien")], {"uid": "4"}, later(1)),
    "commit": decide,
    "settle": lambda store: store.settle([Settled("a", "done", Receipt("77"))], later(2)),
    "drop": lambda store: store.drop(["effect:p"], "zoé", later(3)),
}


def killed_before(step: int, names: Iterable[str], work: Callable[[], bool]) -> bool:
    """Do the work in a child that kills itself before so many calls of these functions of ``os``: whether it did; else it came through."""
    child = os.fork()
    if child == 0:
        left = step

        def counted(function: Callable[..., Any]) -> Callable[..., Any]:
            def call(*args: Any, **options: Any) -> Any:
                nonlocal left
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return function(*args, **options)

            return call

        status = 1
        try:
            for name in names:
                setattr(os, name, counted(getattr(os, name)))
            status = 0 if work() else 1
        finally:  # whatever it is: nothing may rise out of a forked child into the test run
            os._exit(status)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the work failed by itself"
    return os.WIFSIGNALED(status)


def erase_texts(store: SqlStore, case_ids: list[str], author: str, now: datetime) -> int:
    """Erase the journal's prose of those cases, as an erasure and the retention do in their own transactions; how many texts."""

    def work(connection: Connection) -> int:
        head = store._lock_head(connection)
        lines = store._erase_texts(connection, case_ids, author, now)
        store._append(connection, head, lines)
        return sum(int(line.data["count"]) for line in lines)

    return store.db.write(work)
