"""What the groups of transactions share."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from operator import itemgetter
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, Connection, Dialect, Engine, FromClause, Table, or_
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.sql.compiler import SQLCompiler

from store.crypto import Keys
from store.engine import Database

T = TypeVar("T")

#: Amounts stand in clear in whole numbers of this part of one.
MILLIONTHS = 1_000_000
#: Values of one IN list: below every limit of both databases, with few enough shapes of statement to be cached.
CHUNK = 500


_compact = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


class Group:
    """Transactions over one database with one set of keys."""

    db: Database
    keys: Keys

    def _seal_text(self, table: str, row: str, text: str) -> bytes | None:
        """Sealed, None for ''."""
        return self.keys.seal(table, row, text.encode("utf-8", "replace")) if text else None

    def _text(self, table: str, row: str, sealed: bytes | None) -> str:
        return self.keys.unseal(table, row, sealed).decode() if sealed else ""

    def _seal_json(self, table: str, row: str, value: Any) -> bytes:
        return self.keys.seal(table, row, _compact(value).encode())

    def _json(self, table: str, row: str, sealed: bytes) -> Any:
        return json.loads(self.keys.unseal(table, row, sealed))


def chunks(values: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """The values, so many at a time."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def ripe(table: FromClause, now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether the work in a row of inbox or outbox can be done: its time has come, or it was never put off.

    The latter counts whatever the clock says: one that goes back must not hold up what was waiting, and all that comes behind it.
    """
    return or_(table.c.next_at <= now, table.c.next_at <= table.c.changed_at)


# Statements are made once: SQLAlchemy takes longer to make one, and to see that it has compiled the like, than SQLite to run it.


def insert_or(connection: Connection | Engine, table: Table) -> Any:
    """An INSERT that knows ON CONFLICT, which both databases spell alike."""
    return _insert(connection.dialect.name, table)


def insert_new(connection: Connection | Engine, table: Table, *unique: str) -> Any:
    """An INSERT that leaves out what is there already, by these columns or any constraint."""
    return _insert_new(connection.dialect.name, table, unique)


@cache
def _insert(dialect: str, table: Table) -> Any:
    # Each costs a megabyte, and one of them is never used.
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as postgresql_insert

        return postgresql_insert(table)
    from sqlalchemy.dialects.sqlite import insert as sqlite_insert

    return sqlite_insert(table)


@cache
def _insert_new(dialect: str, table: Table, unique: tuple[str, ...]) -> Any:
    return _insert(dialect, table).on_conflict_do_nothing(index_elements=unique or None)


@cache
def _upsert(dialect: str, table: Table, names: tuple[str, ...]) -> Any:
    statement = _insert(dialect, table)
    keys = [column.name for column in table.primary_key]
    changed = {name: statement.excluded[name] for name in names if name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)


def many(connection: Connection, statement: Any, rows: Sequence[Mapping[str, Any]]) -> int:
    """Run a statement once for each of the rows; how many rows of the table that touched. It must be one that stays (made once a module):
    what SQLAlchemy works out for each row anew is worked out once, which halves the writer's time. All rows have the same names.
    """
    if not rows:
        return 0
    if connection.dialect.name != "sqlite" or connection.dispatch.before_cursor_execute:
        return connection.execute(statement, list(rows)).rowcount
    key = statement, tuple(sorted(rows[0]))
    if key not in _prepared:
        _prepared[key] = _prepare(connection.dialect, *key)
    text, taken, makes = _prepared[key]
    cursor = connection.connection.cursor()
    try:
        cursor.executemany(text, _made([taken(row) for row in rows], makes))
        return cursor.rowcount
    except sqlite3.Error as error:
        raise DBAPIError.instance(text, None, error, sqlite3.Error, hide_parameters=True) from error
    except ValueError as error:  # a value that its column does not take
        raise StatementError(str(error), text, None, error, hide_parameters=True) from error
    finally:
        cursor.close()


def _made(rows: Sequence[tuple[Any, ...]], makes: Sequence[tuple[int, Any]]) -> Sequence[Sequence[Any]]:
    """The rows with what the driver takes in the place of values of ours; the same in many rows (a moment, a yes) is made once."""
    if not makes:
        return rows
    lists = [list(row) for row in rows]
    for place, make in makes:
        known: dict[tuple[type, Any], Any] = {}
        for row in lists:
            value = row[place]
            key = type(value), value
            if key not in known:
                known[key] = make(value)
            row[place] = known[key]
    return lists


#: What ``many`` has worked out, all of it for SQLite.
_prepared: dict[
    tuple[Any, tuple[str, ...]], tuple[str, Callable[[Mapping[str, Any]], tuple[Any, ...]], list[tuple[int, Any]]]
] = {}


def _prepare(
    dialect: Dialect, statement: Any, names: tuple[str, ...]
) -> tuple[str, Callable[[Mapping[str, Any]], tuple[Any, ...]], list[tuple[int, Any]]]:
    """(SQL with "?", what takes the value of each "?" out of a row, what makes of some of them those that the driver takes, by place)."""
    compiled = statement.compile(dialect=cast(DefaultDialect, dialect), column_keys=list(names))
    assert isinstance(compiled, SQLCompiler)
    given = set(names)
    if compiled.insert_prefetch or compiled.update_prefetch or compiled.escaped_bind_names or compiled.positiontup is None:
        raise ValueError("a statement with defaults of Python's is not for many()")
    if missing := set(compiled.positiontup) - given:
        raise ValueError(f"values that no row gives: {missing}")
    order = compiled.positiontup
    makes = [(place, make) for place, name in enumerate(order) if (make := compiled._bind_processors.get(name)) is not None]
    if len(order) == 1:
        [only] = order
        return str(compiled), lambda row: (row[only],), makes
    return str(compiled), itemgetter(*order), makes


def upsert(connection: Connection, table: Table, values: Sequence[Mapping[str, Any]] | Mapping[str, Any]) -> None:
    """Insert the rows, or give the rows of the same primary key the new values."""
    rows = [values] if isinstance(values, Mapping) else values
    many(connection, _upsert(connection.dialect.name, table, tuple(sorted(rows[0]))), rows)


def clear(text: str) -> str:
    """Text for a column that is not sealed: PostgreSQL takes neither NUL nor half a surrogate pair."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode() if text else ""
