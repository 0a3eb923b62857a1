"""Connections: one writer and some readers on SQLite, a small pool on PostgreSQL, and what their errors mean to people.

Nothing else of the store knows which of the two it talks to, but for the few statements that lock rows.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn, Protocol, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import NullPool, QueuePool

from core.errors import Transient, UserError
from core.nodes import held
from store.fence import fence
from store.writer import Writer

T = TypeVar("T")

#: Seconds that a writer waits for another process that writes (`status`, `retry`, a backup) before it says so.
BUSY = 10.0
#: A deadlock between two nodes on PostgreSQL ends one of them; trying again is what it asks for.
TRIES = 4
#: Seconds after which PostgreSQL ends a transaction in which nothing happens: that of a frozen node, whose locks others wait for.
FROZEN = 4


class Database(Protocol):
    """Where the tables are."""

    url: URL
    engine: Engine

    def read(self) -> Any:
        """A context with a connection inside one read transaction: everything read in it is of one moment."""

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run the function in one transaction and commit; its result. It may run twice, so it must have no other effect."""

    def close(self) -> None:
        """Finish what is being written and close."""


def database_url(text: str) -> URL:
    """The URL as SQLAlchemy wants it. Raises UserError."""
    try:
        url = make_url(text)
    except ArgumentError:
        raise UserError(
            "l'adresse de la base n'est pas lisible",
            where="DATABASE_URL",
            todo="par exemple sqlite:////var/lib/guichet/guichet.db",
        ) from None
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        return url.set(drivername="sqlite+pysqlite")
    raise UserError(
        "la base doit être un fichier SQLite ou un serveur PostgreSQL",
        where="DATABASE_URL",
        todo="par exemple sqlite:////var/lib/guichet/guichet.db ou postgresql://guichet@serveur/guichet",
    )


def connect(text: str) -> Database:
    """The database of that URL; no connection is made yet."""
    url = database_url(text)
    return Sqlite(url) if url.get_backend_name() == "sqlite" else Postgres(url)


# ------------------------------------------------------------------ SQLite


class Sqlite:
    """A file in WAL mode. One thread writes, with group commit; others read what was committed, without waiting for it."""

    def __init__(self, url: URL, *, readers: int = 4) -> None:
        self.url = url
        self.path = Path(url.database or "").absolute()
        self.engine = self._engine("BEGIN", QueuePool, pool_size=readers, max_overflow=8, pool_timeout=BUSY, pool_use_lifo=True)
        self._writing = self._engine("BEGIN IMMEDIATE", NullPool)
        _private(self.path)
        self._writer = Writer(self._writing.connect, lambda error: _explain(error, str(self.path)))

    def _engine(self, begin: str, pool: type[Any], **options: Any) -> Engine:
        address = URL.create("sqlite+pysqlite", database=str(self.path))
        engine = create_engine(
            address,
            poolclass=pool,
            hide_parameters=True,
            connect_args={"timeout": BUSY, "check_same_thread": False},
            **options,
        )
        reads = begin == "BEGIN"

        @event.listens_for(engine, "connect")
        def prepare(raw: sqlite3.Connection, _record: object) -> None:
            raw.isolation_level = None  # the driver must not begin by itself: see "begin" below
            cursor = raw.cursor()
            if reads:
                cursor.execute("PRAGMA query_only = 1")
                cursor.execute("PRAGMA cache_size = -1000")
            else:
                cursor.execute("PRAGMA journal_mode = WAL")
                cursor.execute("PRAGMA synchronous = FULL")
                cursor.execute("PRAGMA foreign_keys = 1")
                cursor.execute("PRAGMA journal_size_limit = 16777216")
                # Pages that many commits change go to the file once: by default, every 4 MB.
                cursor.execute("PRAGMA wal_autocheckpoint = 4000")
            cursor.close()

        @event.listens_for(engine, "begin")
        def start(connection: Connection) -> None:
            connection.exec_driver_sql(begin)

        return engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        try:
            with self.engine.connect() as connection:
                yield connection
        except (SQLAlchemyError, sqlite3.Error) as error:
            _raise(error, str(self.path))

    def write(self, work: Callable[[Connection], T]) -> T:
        return self._writer.run(work)

    def close(self) -> None:
        self._writer.close()
        self.engine.dispose()
        self._writing.dispose()


def _private(path: Path) -> None:
    """Make the file, readable by nobody else, before SQLite does; its side files take its mode."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except OSError:
        return  # SQLite says it with more context


# ------------------------------------------------------------------ PostgreSQL


class Postgres:
    """A server. Plain transactions (READ COMMITTED) over a few connections; rows that count are locked by name.

    What is written for a lane that several nodes share is fenced (store.fence): refused once the lane is another's.
    """

    def __init__(self, url: URL, *, size: int = 4) -> None:
        self.url = url
        self._where = url.render_as_string(hide_password=True)
        self.engine = create_engine(
            url,
            hide_parameters=True,
            pool_size=size,
            max_overflow=8,
            pool_timeout=BUSY,
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": 10,
                "application_name": url.query.get("application_name", "guichet"),
                "options": f"-c lock_timeout=15s -c idle_in_transaction_session_timeout={FROZEN}s -c timezone=UTC",
            },
        )
        self._at_once = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._snapshot = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        try:
            with self._snapshot.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            _raise(error, self._where)

    @contextmanager
    def now(self) -> Iterator[Connection]:
        """A connection on which each statement stands for itself."""
        try:
            with self._at_once.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            _raise(error, self._where)

    def write(self, work: Callable[[Connection], T]) -> T:
        hold = held()
        for last in range(TRIES):
            try:
                with self.engine.begin() as connection:
                    if hold is not None:
                        fence(connection, hold)
                    return work(connection)
            except SQLAlchemyError as error:
                if not (last + 1 < TRIES and _state(error) in _AGAIN):
                    _raise(error, self._where)
                time.sleep(0.01 * 4**last)
        raise AssertionError("unreachable")

    def close(self) -> None:
        self.engine.dispose()


# ------------------------------------------------------------------ what errors mean

#: SQLSTATE of deadlock and serialization failure.
_AGAIN = frozenset({"40P01", "40001"})


def _state(error: BaseException) -> str:
    return str(getattr(getattr(error, "orig", error), "sqlstate", "") or "")


def _raise(error: Exception, where: str) -> NoReturn:
    """The error as a person reads it, or itself when it is a defect of ours."""
    told = _explain(error, where)
    if told is error:
        raise error
    raise told from error


_SQLITE: dict[int, tuple[type[Exception], str, str]] = {
    sqlite3.SQLITE_FULL: (
        UserError,
        "le disque est plein : rien de cette opération n'a été enregistré",
        "libérez de la place ; le service reprend de lui-même",
    ),
    sqlite3.SQLITE_IOERR: (
        UserError,
        "le disque refuse d'écrire ou de lire : rien de cette opération n'a été enregistré",
        "vérifiez le disque et la place libre ; le service reprend de lui-même",
    ),
    sqlite3.SQLITE_CORRUPT: (
        UserError,
        "le fichier de la base est endommagé",
        "arrêtez le service, mettez le fichier de côté et restaurez la dernière sauvegarde (restore)",
    ),
    sqlite3.SQLITE_NOTADB: (
        UserError,
        "ce fichier n'est pas une base SQLite",
        "vérifiez DATABASE_URL, ou restaurez la dernière sauvegarde (restore)",
    ),
    sqlite3.SQLITE_READONLY: (
        UserError,
        "la base n'est pas modifiable par cet utilisateur",
        "donnez au compte du service le droit d'écrire dans le fichier et dans son dossier",
    ),
    sqlite3.SQLITE_PERM: (
        UserError,
        "l'accès à la base est refusé",
        "donnez au compte du service le droit de lire et d'écrire le fichier",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        UserError,
        "la base ne s'ouvre pas : le dossier manque ou l'accès est refusé",
        "créez le dossier et donnez-en le droit d'écriture au compte du service",
    ),
    sqlite3.SQLITE_BUSY: (Transient, "la base est occupée par une autre commande ; nouvel essai dans un instant", ""),
    sqlite3.SQLITE_LOCKED: (Transient, "la base est occupée par une autre commande ; nouvel essai dans un instant", ""),
}

#: By SQLSTATE, the longest prefix first.
_POSTGRES: tuple[tuple[str, type[Exception], str, str], ...] = (
    (
        "53100",
        UserError,
        "le disque du serveur de base est plein : rien n'a été enregistré",
        "libérez de la place ; le service reprend de lui-même",
    ),
    ("28", UserError, "la base refuse ce compte ou ce mot de passe", "corrigez DATABASE_URL"),
    ("3D000", UserError, "cette base n'existe pas sur le serveur", "créez-la (createdb), ou corrigez DATABASE_URL"),
    ("42501", UserError, "ce compte n'a pas les droits nécessaires dans la base", "donnez-lui la propriété de la base"),
    ("25006", UserError, "la base n'accepte que la lecture", "adressez-vous au serveur principal (DATABASE_URL)"),
    ("XX001", UserError, "la base est endommagée", "restaurez la dernière sauvegarde (restore)"),
    ("XX002", UserError, "un index de la base est endommagé", "reconstruisez-le (REINDEX) ou restaurez la dernière sauvegarde"),
    ("25P03", Transient, "la base a mis fin à une écriture restée sans suite ; nouvel essai dans un instant", ""),
    ("08", Transient, "la connexion à la base est perdue ; nouvel essai dans un instant", ""),
    ("40", Transient, "deux écritures se sont croisées ; nouvel essai dans un instant", ""),
    ("53", Transient, "le serveur de base est à bout de ressources ; nouvel essai dans un instant", ""),
    ("55P03", Transient, "la base est occupée par une autre commande ; nouvel essai dans un instant", ""),
    ("57", Transient, "le serveur de base s'arrête ou redémarre ; nouvel essai dans un instant", ""),
)


def _explain(error: Exception, where: str) -> Exception:
    """What happened and what to do, for the errors that come from outside; our own defects stay as they are."""
    if isinstance(error, PoolTimeout):
        return Transient("toutes les connexions à la base sont prises ; nouvel essai dans un instant", 1.0)
    raw = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(raw, sqlite3.Error):
        code = getattr(raw, "sqlite_errorcode", None)
        known = _SQLITE.get(code & 0xFF) if code is not None else None
        return _told(*known, where) if known else error
    if isinstance(error, DBAPIError):
        state = _state(error)
        for prefix, kind, what, todo in _POSTGRES:
            if state.startswith(prefix):
                return _told(kind, what, todo, where)
        text = str(raw)
        if not state and ("authentication failed" in text or "no password" in text):
            return _told(UserError, "la base refuse ce compte ou ce mot de passe", "corrigez DATABASE_URL", where)
        if not state and "does not exist" in text:
            return _told(UserError, "cette base ou ce compte n'existe pas sur le serveur", "corrigez DATABASE_URL", where)
        if error.connection_invalidated or (not state and type(raw).__name__ == "OperationalError"):
            return _told(Transient, "le serveur de base ne répond pas ; nouvel essai dans un instant", "", where)
    return error


def _told(kind: type[Exception], what: str, todo: str, where: str) -> Exception:
    if kind is UserError:
        return UserError(what, where=where, todo=todo)
    return Transient(f"{where}: {what}", 1.0)
