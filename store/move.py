"""Moving a store from SQLite to PostgreSQL: every row in one transaction, all of them or none, and the journal's chain checked after.

What is sealed stays sealed: rows keep their ids, to which the seals are bound, and the key stays the same. The old file gets a mark
at the end, so that nobody goes on with it by mistake. A move that was cut short begins anew, or ends where only the mark is missing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, insert, select, text

from core.errors import UserError
from core.ports import JournalEntry
from store import schema
from store.base import upsert
from store.engine import Postgres, Sqlite, connect
from store.journal import AuditReport
from store.portable import ROWS, Progress
from store.restore import restart_sequences
from store.sql import SqlStore
from store.tables import journal, lanes, metadata, nodes

#: Marks in ``meta``: where the rows went (in the old store), where they came from (in the new one).
GONE, FROM = "moved_to", "moved_from"
#: What is of the machine and not of the business.
_LEFT = frozenset({nodes.name, lanes.name})


@dataclass(frozen=True, slots=True)
class Moved:
    """What was moved: rows by table, and the audit of the journal where it is now."""

    rows: dict[str, int]
    audit: AuditReport


def moved_to(path: Path) -> str | None:
    """Where the rows of that SQLite file went: '' when they are still its own, None when there is no such file or nothing in it."""
    if not path.is_file() or not path.stat().st_size:
        return None
    try:
        db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)
        try:
            found = dict(db.execute("SELECT name, value FROM meta").fetchall())
        finally:
            db.close()
    except sqlite3.Error:
        return None  # not ours, or never used: opening it says what it is
    return str(found.get(GONE, ""))


def move(source: SqlStore, url: str, now: datetime, progress: Progress = lambda done, of: None) -> Moved:
    """Move everything to the PostgreSQL database of that URL. Nothing else may use either. Raises UserError, Transient."""
    db = connect(url)
    if not isinstance(source.db, Sqlite) or not isinstance(db, Postgres):
        db.close()
        raise UserError("on déménage d'un fichier SQLite vers un serveur PostgreSQL", where="DATABASE_URL")
    target = SqlStore(db, source.keys)
    try:
        with source.db.read() as old:
            origin = _origin(source, old)
            counts = {one.name: _count(old, one) for one in metadata.sorted_tables if one.name not in _LEFT}
            if not _there(target, origin):
                db.write(lambda new: _copy(source, target, old, new, origin, counts, now, progress))
        audit = target.audit()
        if not audit.ok:
            raise UserError(
                "le journal n'est pas intact dans la nouvelle base : " + " ; ".join(audit.problems[:3]),
                where=str(source.db.path),
                todo="l'ancienne base est restée telle quelle ; videz la nouvelle et recommencez",
            )
        where = db.url.render_as_string(hide_password=True)
        source.db.write(lambda connection: upsert(connection, metadata.tables["meta"], {"name": GONE, "value": where}))
    finally:
        db.close()
    return Moved(counts, audit)


def _origin(source: SqlStore, connection: Connection) -> str:
    """What tells this store from every other, and how far it had come."""
    head = source._head(connection)
    return f"{head.seq} {head.mac or source.keys.check}"


def _there(target: SqlStore, origin: str) -> bool:
    """Whether just these rows are there already. Raises UserError when something else is."""
    meta = metadata.tables["meta"]
    with target.db.read() as connection:
        if not schema.revision(connection):
            return False
        if connection.execute(select(meta.c.value).where(meta.c.name == FROM)).scalar() == origin:
            return True
        full = any(_count(connection, one) for one in metadata.sorted_tables if one.name not in {*_LEFT, "meta"})
    if full:
        raise UserError(
            "la base d'arrivée contient déjà des données",
            where=target.db.url.render_as_string(hide_password=True),
            todo="créez une base vide (createdb) et indiquez-la dans DATABASE_URL",
        )
    return False


def _copy(
    source: SqlStore,
    target: SqlStore,
    old: Connection,
    new: Connection,
    origin: str,
    counts: dict[str, int],
    now: datetime,
    progress: Progress,
) -> None:
    schema.migrate(new)
    new.execute(text("DELETE FROM meta"))
    done, total = 0, sum(counts.values())
    for one in metadata.sorted_tables:
        if one.name in _LEFT:
            continue
        for rows in _pages(old, one):
            new.execute(insert(one), rows)
            done += len(rows)
            progress(done, total)
    found = {name: _count(new, metadata.tables[name]) for name in counts}
    if found != counts:
        raise UserError(
            "il manque des lignes dans la nouvelle base : rien n'y a été gardé", where="DATABASE_URL", todo="recommencez"
        )
    restart_sequences(new)
    head = target._lock_head(new)
    if (head.seq, head.mac) != (source._head(old).seq, source._head(old).mac):
        raise AssertionError("the journal's head changed on its way")
    data = {"rows": total, "journal": counts[journal.name]}
    target._append(new, head, [JournalEntry(now, "", "store.moved", data)])
    upsert(new, metadata.tables["meta"], {"name": FROM, "value": origin})


def _pages(connection: Connection, one: Any) -> Iterator[list[dict[str, Any]]]:
    """The rows, some at a time, in memory that does not grow."""
    result = connection.execution_options(yield_per=ROWS).execute(select(one).order_by(*one.primary_key))
    for page in result.mappings().partitions(ROWS):
        yield [dict(row) for row in page]


def _count(connection: Connection, one: Any) -> int:
    return int(connection.execute(select(func.count()).select_from(one)).scalar_one())
