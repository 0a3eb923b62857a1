"""For the tests of the store: short ways to say what goes into it. The fixtures stand in store_fixtures."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from core.case import Case, Party, Thread
from core.effects import AddNote, Effect
from core.message import Address, Message
from core.ports import Change, InboxRow, Incoming, JournalEntry, ReadRow, Taken
from core.reading import Reading
from store import Keys, SqlStore

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
