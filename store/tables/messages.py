"""What came in: messages, what is known of every item of every inbox, what was read of messages and files."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from store.tables.columns import Hash, Moment, Sealed, Serial, metadata

#: new > read > decided, or parked, or dropped. ``identity_hash`` makes a message one, by whatever road it comes.
inbox = Table(
    "inbox",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("inbox", Text, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("external_id", Text, nullable=False),
    Column("identity_hash", Hash, nullable=False, unique=True),
    Column("body", Sealed, nullable=False),
    Column("raw", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("taken_at", Moment, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("error", Sealed),
    Column("outcome", String(32), nullable=False),
    Column("case_id", Text),
    Index(None, "state", "id"),
    Index(None, "case_id"),
    Index("ix_inbox_day", "taken_at", "channel"),
    # A row that was given up and deleted must never lend its number to another: audits and the desk name it.
    sqlite_autoincrement=True,
)

#: What is known of every item of every inbox: taken, known, skipped, parked; "failed" will be tried again.
ledger = Table(
    "ledger",
    metadata,
    Column("inbox", Text, primary_key=True),
    Column("external_id", Text, primary_key=True),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Sealed),
    Column("at", Moment, nullable=False),
)

readings = Table(
    "readings",
    metadata,
    Column("inbox_id", Serial, ForeignKey("inbox.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("fingerprint", Hash, nullable=False),
    Column("body", Sealed, nullable=False),
    Column("at", Moment, nullable=False),
)

#: Which content of the spool belongs to whom: "message:<id>" or "case:<id>".
files = Table(
    "files",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("owner", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("family", String(16), nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "owner"),
)

#: What files say: "wanted" (``body`` is what is to be read) > "read" (``body`` is the Document).
documents = Table(
    "documents",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("version", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("body", Sealed, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Index(None, "state", "next_at"),
)

#: Which messages wait for which files, and whose they are.
awaiting = Table(
    "awaiting",
    metadata,
    Column("inbox_id", Serial, ForeignKey("inbox.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("sha256", String(64), primary_key=True),
    Column("person_hash", Hash, nullable=False),
    Index(None, "sha256"),
)

cursors = Table(
    "cursors",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("at", Moment, nullable=False),
)
