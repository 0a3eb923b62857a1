"""What happened, append-only, and the prose it refers to."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from store.tables.columns import Hash, Moment, Sealed, metadata

#: Append-only; store.journal says how the rows are chained. ``data`` is canonical JSON of references and figures.
journal = Table(
    "journal",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("text_id", String(32), nullable=False),
    Column("text_digest", Hash, nullable=False),
    Column("mac", Hash, nullable=False),
    Index(None, "case_id", "seq"),
)

#: The prose the journal refers to. Erased: ``body`` is NULL and ``erased`` holds the keyed proof that we did it.
texts = Table(
    "texts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("body", Sealed),
    Column("erased", Hash),
    Index(None, "case_id"),
)
