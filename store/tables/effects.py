"""Changes wanted in the outside world, and what the stand-ins of outside systems keep."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from store.tables.columns import Moment, Sealed, Serial, metadata

#: ``blocked`` counts the dependencies that are not satisfied yet; ``ends`` how often it was told as ended.
outbox = Table(
    "outbox",
    metadata,
    Column("seq", Serial, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("case_id", Text, nullable=False),
    Column("system", String(32), nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("payload", Sealed, nullable=False),
    Column("tell", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("blocked", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("ends", Integer, nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Column("receipt", Sealed),
    Column("error", Sealed),
    Index(None, "system", "state", "blocked", "next_at"),
    Index(None, "state", "blocked", "next_at"),
    Index(None, "case_id", "seq"),
    sqlite_autoincrement=True,
)

#: ``kind`` "after": satisfied when the needed effect is done. "behind": satisfied when it ended one way or another.
dependencies = Table(
    "dependencies",
    metadata,
    Column("key", Text, ForeignKey("outbox.key"), primary_key=True),
    Column("needs", Text, primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("satisfied", Boolean, nullable=False),
    Index(None, "needs", "satisfied"),
)

#: What the embedded stand-ins keep: tickets, contacts, tasks.
records = Table(
    "records",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("system", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("body", Sealed, nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("system", "key"),
    sqlite_autoincrement=True,
)
