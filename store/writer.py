"""The one thread that writes to SQLite, with group commit: those that wait at the same time share a transaction and an fsync.

When one of them fails, all is rolled back and the others run again without it: what it raised is for its caller alone. (A SAVEPOINT
each would have SQLite keep a copy of every page that they change.) What concerns the database itself (a full disk, a damaged file)
raises in every caller of that group, and nothing of it is kept.
Callers are released only after the commit, so what they were promised is on the disk.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from core.errors import Transient, UserError

T = TypeVar("T")
Work = Callable[[Connection], Any]

#: Most functions of one transaction: enough to share an fsync, few enough that nobody waits long.
GROUP = 64


class Writer:
    """Runs functions of a connection, one after another; each may run twice, so it must have no other effect.

    ``explain`` turns a database's error into one a person can read.
    """

    def __init__(self, connect: Callable[[], Connection], explain: Callable[[Exception], Exception]) -> None:
        self._connect = connect
        self._explain = explain
        self._waiting: queue.SimpleQueue[tuple[Work, Future[Any]] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def run(self, work: Callable[[Connection], T]) -> T:
        """The function's result, once it is committed. Raises what it raised, or what kept it from being committed."""
        if threading.current_thread() is self._thread:
            raise RuntimeError("a write inside a write would wait for itself")
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise Transient("la base est fermée : le service s'arrête")
            if self._thread is None:
                self._thread = threading.Thread(target=self._loop, name="store-writer", daemon=True)
                self._thread.start()
            self._waiting.put((work, future))
        return future.result()

    def close(self) -> None:
        """Finish what waits, then end the thread."""
        with self._lock:
            self._closed = True
            thread = self._thread
            if thread is not None:
                self._waiting.put(None)
        if thread is not None:
            thread.join()
            self._thread = None

    # ---- in the thread

    def _loop(self) -> None:
        connection: Connection | None = None
        going = True
        while going:
            group: list[tuple[Work, Future[Any]]] = []
            job = self._waiting.get()
            while job is not None:
                group.append(job)
                if len(group) == GROUP or self._waiting.empty():
                    break
                job = self._waiting.get()
            going = job is not None
            if group:
                connection = self._commit(connection, group)
                # Futures hold results and tracebacks: the idle thread must not keep the last ones alive.
                group.clear()
            job = None
        if connection is not None:
            connection.close()

    def _commit(self, connection: Connection | None, group: list[tuple[Work, Future[Any]]]) -> Connection | None:
        """One transaction for all of them; the connection to go on with."""
        failed: dict[int, Exception] = {}
        while True:
            results: dict[int, Any] = {}
            trying = -1
            try:
                connection = connection or self._connect()
                with connection.begin():
                    for number, (work, _) in enumerate(group):
                        if number not in failed:
                            trying = number
                            results[number] = work(connection)
                    trying = -1
                break
            except BaseException as error:  # the thread must survive whatever it is, and every caller must hear of it
                if trying >= 0 and connection is not None and isinstance(error, Exception) and self._well(connection, error):
                    failed[trying] = error
                    continue
                told = self._explain(error) if isinstance(error, Exception) else error
                for _, future in group:
                    future.set_exception(_copy(told, error))
                if connection is not None:
                    _throw_away(connection)
                return None
        for number, (_, future) in enumerate(group):
            if number in failed:
                future.set_exception(failed[number])
            else:
                future.set_result(results[number])
        return connection

    def _well(self, connection: Connection, error: Exception) -> bool:
        """Whether it is the work that failed, was rolled back, and the database is well: no full disk, no file that does not answer."""
        if connection.invalidated or connection.closed or connection.in_transaction():
            return False
        return not isinstance(error, SQLAlchemyError | sqlite3.Error) or self._explain(error) is error


def _copy(told: BaseException, cause: BaseException) -> BaseException:
    """One exception a caller: raising the same object in several threads would mix their tracebacks."""
    if isinstance(told, UserError):
        told = type(told)(told.what, where=told.where, todo=told.todo)
    elif isinstance(told, Transient):
        told = Transient(str(told), told.after)
    told.__cause__ = cause if cause is not told else None
    return told


def _throw_away(connection: Connection) -> None:
    try:
        connection.invalidate()
        connection.close()
    except Exception:  # it is broken already, and the next group gets a new one
        return
