"""Customers, and the accounts, sessions and tokens of those who work at the desk."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from store.tables.columns import Hash, Moment, Sealed, metadata

contacts = Table(
    "contacts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("email_hash", Hash, unique=True),
    Column("phone_hash", Hash, unique=True),
    Column("body", Sealed, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index(None, "updated_at", "id"),
)

#: The name, the role and the password's hash are in ``body``, sealed: whoever writes into the file makes nobody an administrator.
users = Table(
    "users",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name_hash", Hash, nullable=False, unique=True),
    Column("body", Sealed, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
)

#: ``secret_hash``: of the id that the browser holds.
sessions = Table(
    "sessions",
    metadata,
    Column("secret_hash", Hash, primary_key=True),
    Column("user_id", String(32), ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Index(None, "user_id"),
)

#: API tokens; ``user_id`` NULL for those of a service.
tokens = Table(
    "tokens",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("secret_hash", Hash, nullable=False, unique=True),
    Column("name_hash", Hash, nullable=False, unique=True),
    Column("user_id", String(32), ForeignKey("users.id", ondelete="CASCADE")),
    Column("body", Sealed, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("until", Moment),
    Column("used_at", Moment),
    Index(None, "user_id"),
)

#: Tries to log in, by account and by address.
attempts = Table(
    "attempts",
    metadata,
    Column("name_hash", Hash, primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("free_at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Index(None, "until"),
)
