"""The documents of a business: their revisions, which was in force when, and drafts."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text

from store.tables.columns import Moment, Serial, metadata

directives = Table(
    "directives",
    metadata,
    Column("revision", Text, primary_key=True),
    Column("business", Text, nullable=False),
    Column("documents", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "business", "at"),
)

#: From when on which revision was in force, and who published it; ``author`` '' for the files themselves.
publications = Table(
    "publications",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("business", Text, nullable=False),
    Column("revision", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "business", "id"),
)

#: Documents that somebody is writing; JSON of those that differ from the revision ``base``.
drafts = Table(
    "drafts",
    metadata,
    Column("business", Text, primary_key=True),
    Column("author", Text, primary_key=True),
    Column("base", Text, nullable=False),
    Column("documents", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", Moment, nullable=False),
)
