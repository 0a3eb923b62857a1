"""The store: tables, the transactions by name, the journal, the spool, backups. ``open_store`` is the way in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from store.crypto import Keys
    from store.sql import SqlStore, open_store

__all__ = ["Keys", "SqlStore", "open_store"]


def __getattr__(name: str) -> Any:
    """Loaded when asked for: a reading worker needs the spool and the keys, not 22 MB of SQLAlchemy."""
    if name == "Keys":
        from store.crypto import Keys

        return Keys
    if name in __all__:
        import store.sql

        return getattr(store.sql, name)
    raise AttributeError(name)
