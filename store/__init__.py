"""The store: tables, the transactions by name, the journal, the spool, backups. ``open_store`` is the way in."""

from __future__ import annotations

from store.crypto import Keys
from store.sql import SqlStore, open_store

__all__ = ["Keys", "SqlStore", "open_store"]
