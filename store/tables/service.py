"""The service itself: its single values, lanes and nodes, and what outside systems and the language model were asked."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, String, Table, Text

from store.tables.columns import Hash, Moment, Sealed, metadata

#: Single values: the key's check, the journal's head.
meta = Table("meta", metadata, Column("name", String(64), primary_key=True), Column("value", Text, nullable=False))

lanes = Table(
    "lanes",
    metadata,
    Column("name", Text, primary_key=True),
    Column("ok", Boolean, nullable=False),
    Column("detail", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("good_at", Moment),
    Column("trouble_at", Moment),
    Column("trouble", Text, nullable=False),
)

#: The nodes that share this database, by the number of their worker; ``spool`` tells where a node's files are.
nodes = Table(
    "nodes",
    metadata,
    Column("worker", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("spool", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("leaving", Boolean, nullable=False),
)

#: Questions to a language model. "asked" > "answered"; ``cost`` is in billionths of a US dollar, set aside while "asked".
answers = Table(
    "answers",
    metadata,
    Column("key", Hash, primary_key=True),
    Column("state", String(16), nullable=False),
    Column("model", Text, nullable=False),
    Column("body", Sealed),
    Column("input", BigInteger, nullable=False),
    Column("output", BigInteger, nullable=False),
    Column("cache_read", BigInteger, nullable=False),
    Column("cache_written", BigInteger, nullable=False),
    Column("cost", BigInteger, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "at"),
)

#: Calls to outside systems by day (UTC, ISO 8601); ``status`` is that of HTTP, "lost" where no answer came.
calls = Table(
    "calls",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("system", String(32), primary_key=True),
    Column("status", String(16), primary_key=True),
    Column("number", BigInteger, nullable=False),
)

#: What systems last said of the calls that they allow on a day.
budgets = Table(
    "budgets",
    metadata,
    Column("system", String(32), primary_key=True),
    Column("day", String(10), nullable=False),
    Column("most", BigInteger, nullable=False),
    Column("remaining", BigInteger, nullable=False),
)
