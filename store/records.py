"""What the embedded stand-ins keep, so that everything runs with no account anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, delete, select, update

from core.ports import Records
from store.base import Group, insert_or
from store.crypto import Keys
from store.tables import records

T = TypeVar("T")


class RecordsTable(Group):
    """core.ports.Records over a table."""

    def put(self, system: str, key: str, data: Mapping[str, Any], now: datetime) -> tuple[str, bool]:
        """Store under a key if it is not there yet: (the record's id, whether it is new)."""

        def work(connection: Connection) -> tuple[str, bool]:
            row = {"system": system, "key": key, "body": self._seal(system, key, data), "at": now}
            statement = insert_or(connection, records).values(row).on_conflict_do_nothing(index_elements=["system", "key"])
            new = connection.execute(statement.returning(records.c.id)).scalar()
            same = select(records.c.id).where(records.c.system == system, records.c.key == key)
            return (str(new), True) if new is not None else (str(connection.execute(same).scalar_one()), False)

        return self._write(work)

    def update(self, system: str, id: str, data: Mapping[str, Any]) -> bool:
        """Merge into the record of that id; False when there is none."""
        if not id.isdecimal():
            return False

        def work(connection: Connection) -> bool:
            query = (
                select(records.c.key, records.c.body)
                .where(records.c.system == system, records.c.id == int(id))
                .with_for_update()
            )
            row = connection.execute(query).first()
            if row is None:
                return False
            merged = {**self._open(system, row.key, row.body), **data}
            connection.execute(update(records).where(records.c.id == int(id)).values(body=self._seal(system, row.key, merged)))
            return True

        return self._write(work)

    def remove(self, system: str, id: str) -> bool:
        """Delete the record of that id for good; whether it was there."""
        if not id.isdecimal():
            return False
        gone = delete(records).where(records.c.system == system, records.c.id == int(id))
        return self.db.write(lambda connection: connection.execute(gone).rowcount > 0)

    def get(self, system: str, key: str) -> tuple[str, Mapping[str, Any]] | None:
        """(id, data) of the record with that key."""
        query = select(records.c.id, records.c.body).where(records.c.system == system, records.c.key == key)
        with self._read() as connection:
            row = connection.execute(query).first()
        return (str(row.id), self._open(system, key, row.body)) if row else None

    def all(self, system: str) -> Iterable[tuple[str, str, Mapping[str, Any]]]:
        """(id, key, data) of every record, oldest first."""
        after, page = 0, 500
        while True:
            query = select(records).where(records.c.system == system, records.c.id > after).order_by(records.c.id).limit(page)
            with self._read() as connection:
                rows = connection.execute(query).all()
            for row in rows:
                yield str(row.id), row.key, self._open(system, row.key, row.body)
            if len(rows) < page:
                return
            after = rows[-1].id

    def at_once(self, work: Callable[[Records], T]) -> T:
        """What the function does with the records that it is given, in one commit: all of it, or nothing when it raises."""
        return self.db.write(lambda connection: work(_Within(connection, self.keys)))

    def _write(self, work: Callable[[Connection], T]) -> T:
        return self.db.write(work)

    def _read(self) -> AbstractContextManager[Connection]:
        connection: AbstractContextManager[Connection] = self.db.read()
        return connection

    def _seal(self, system: str, key: str, data: Mapping[str, Any]) -> bytes:
        return self._seal_json("records", f"{system}\n{key}", dict(data))

    def _open(self, system: str, key: str, body: bytes) -> dict[str, Any]:
        return dict(self._json("records", f"{system}\n{key}", body))


class _Within(RecordsTable):
    """The same inside a transaction that is under way."""

    def __init__(self, connection: Connection, keys: Keys) -> None:
        self._connection, self.keys = connection, keys

    def at_once(self, work: Callable[[Records], T]) -> T:
        return work(self)

    def _write(self, work: Callable[[Connection], T]) -> T:
        return work(self._connection)

    def _read(self) -> AbstractContextManager[Connection]:
        return nullcontext(self._connection)
