"""Packs: the sealed contents of one batch in one file, so that a batch is durable after three synchronisations, not three a content.

    folder/packs/<number>     sealed content ‖ sealed content ‖ …    (store.sealed)
    folder/packs/index.db     digest > pack, where it begins, its content's size, when it was last wanted

The index is committed once the pack is on the disk under its name; that commit is what makes the contents be there. A content is taken
out with its row; its bytes are given back to the disk (a hole in the pack), and the pack goes with its last content.
An index that is missing is made again from the packs.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from store.disk import synchronise

#: Seconds that a writer waits for another process that writes.
BUSY = 10.0
#: Digests of one question (SQLite takes 32,766).
MOST = 500
#: Where in a sealed content its salt stands, and what comes after all that tells its length.
SALT, SALT_BYTES, REST = 4, 16, 28
#: fallocate(2): keep the file's length, give the range back.
_KEEP_SIZE, _PUNCH_HOLE = 1, 2
_TABLE = (
    "CREATE TABLE contents (digest BLOB PRIMARY KEY, pack INTEGER NOT NULL, start INTEGER NOT NULL, size INTEGER NOT NULL, "
    "at REAL NOT NULL) WITHOUT ROWID",
    "CREATE INDEX contents_pack ON contents (pack)",
)
_ADD = "INSERT OR IGNORE INTO contents VALUES (?, ?, ?, ?, ?)"
_ERRORS = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_READONLY: errno.EROFS,
    sqlite3.SQLITE_CANTOPEN: errno.EACCES,
    sqlite3.SQLITE_PERM: errno.EACCES,
}


@dataclass(frozen=True, slots=True)
class Packed:
    """Where a content is: from ``start`` on in ``path``. ``size`` is the content's own in bytes; ``at`` (Unix time) when it was wanted."""

    path: Path
    start: int
    size: int
    at: float


class Packs:
    """The packs of one folder. Safe from any thread and process. Raises OSError.

    ``length`` gives the bytes that a content of some size takes; ``walk`` tells what a pack holds, as (digest, start, size).
    """

    def __init__(
        self, folder: Path, *, length: Callable[[int], int], walk: Callable[[Path], Iterable[tuple[str, int, int]]]
    ) -> None:
        self.folder, self._length, self._walk = folder, length, walk
        self._file = folder / "index.db"
        self._lock = threading.Lock()
        self._open: tuple[int, sqlite3.Connection] | None = None
        #: Who reads does not wait for who commits.
        self._reads_lock = threading.Lock()
        self._reads: tuple[int, sqlite3.Connection] | None = None
        #: The pack that was looked for last: a batch's contents are asked for one after another.
        self._last = (-1, folder)
        self._known = False
        #: Where the contents of a pack are that was asked for twice in a row, by their digests.
        self._seen: dict[str, Packed] = {}

    # ---- storing

    def place(self, temporary: Path, contents: Sequence[tuple[str, int, int]]) -> None:
        """Let a synchronised file become a pack: (digest, start, size) of each content. One that is there already stays where it is.

        The temporary name goes last: what is found by it after a crash may not be in the index.
        """
        self.folder.mkdir(mode=0o700, exist_ok=True)
        pack = number_of(temporary)
        os.link(temporary, self._path(pack))
        # Whoever made our folder may have died before its name was on the disk.
        for folder in (self.folder,) if self._known else (self.folder, self.folder.parent):
            synchronise(folder)
        self._known = True
        now = time.time()
        with self._index() as index:
            rows = [(bytes.fromhex(digest), pack, start, size, now) for digest, start, size in contents]
            index.executemany(_ADD, rows)
            mine = {start for (start,) in index.execute("SELECT start FROM contents WHERE pack = ?", (pack,))}
            for _, start, size in contents if mine else ():
                if start not in mine:
                    self._give_back(self._path(pack), start, size)
            if not mine:
                self._path(pack).unlink()
        temporary.unlink()

    def give_up(self, temporary: Path) -> None:
        """What a crash left behind while a pack was placed: it goes, unless its contents are named."""
        pack = number_of(temporary)
        if self.folder.is_dir():
            with self._index() as index:
                if not index.execute("SELECT 1 FROM contents WHERE pack = ? LIMIT 1", (pack,)).fetchall():
                    self._path(pack).unlink(missing_ok=True)
        temporary.unlink(missing_ok=True)

    def wanted(self, digests: Sequence[str]) -> dict[str, int]:
        """Those that are there, with their sizes; each counts as wanted now. What stood in a pack that was cut is there no more."""
        found: dict[str, int] = {}
        if not digests or not self.folder.is_dir():
            return found
        rows: list[Any] = []
        for first in range(0, len(digests), MOST):
            some = [bytes.fromhex(digest) for digest in digests[first : first + MOST]]
            query = f"SELECT digest, pack, start, size FROM contents WHERE digest IN ({', '.join('?' * len(some))})"
            rows += self._rows(query, some)
        if rows:
            now = time.time()
            with self._index() as index:
                for digest, pack, start, size in rows:
                    path = self._path(pack)
                    if not path.is_file() or path.stat().st_size < start + self._length(size):
                        index.execute("DELETE FROM contents WHERE digest = ? AND pack = ?", (digest, pack))
                    elif index.execute("UPDATE contents SET at = ? WHERE digest = ?", (now, digest)).rowcount:
                        found[digest.hex()] = size
        return found

    # ---- reading

    def find(self, digest: str) -> Packed | None:
        """Where it is, None when it is in no pack."""
        if self._open is None and not self.folder.is_dir():
            return None
        query = "SELECT pack, start, size, at FROM contents WHERE digest = ?"
        for pack, start, size, at in self._rows(query, (bytes.fromhex(digest),)):
            return Packed(self._path(pack), start, size, at)
        return None

    def seen(self, digest: str) -> Packed | None:
        """Where it is, or was not long ago: what is read one after another mostly came in one pack, of which one question tells all."""
        found = self._seen.get(digest)
        if found is None:
            last, _ = self._last
            found = self.find(digest)
            if found is not None and self._last[0] == last:
                rows = self._rows("SELECT digest, start, size, at FROM contents WHERE pack = ?", (last,))
                self._seen = {one.hex(): Packed(found.path, start, size, at) for one, start, size, at in rows}
        return found

    def digests(self, first: str) -> set[str]:
        """Those that begin with these two hexadecimal digits."""
        if not self.folder.is_dir():
            return set()
        low = bytes.fromhex(first)
        query = "SELECT digest FROM contents WHERE digest BETWEEN ? AND ?"
        return {digest.hex() for (digest,) in self._rows(query, (low, low + b"\xff" * 31))}

    # ---- taking out

    def take_out(self, digest: str) -> float | None:
        """Let go of a content for good; when it was last wanted, None when it is in no pack."""
        if self.find(digest) is None:
            return None
        with self._index() as index:
            row = index.execute(
                "DELETE FROM contents WHERE digest = ? RETURNING pack, start, size, at", (bytes.fromhex(digest),)
            ).fetchone()
            if row is None:
                return None
            pack, start, size, at = row
            # Before the commit: after a crash the row still says that there is something to take out.
            if index.execute("SELECT 1 FROM contents WHERE pack = ? LIMIT 1", (pack,)).fetchone():
                self._give_back(self._path(pack), start, size)
            else:
                self._path(pack).unlink(missing_ok=True)
        return float(at)

    def _give_back(self, path: Path, start: int, size: int) -> None:
        """Make the bytes of a content unreadable, and free their room where the file system can."""
        place, left = start + REST, self._length(size) - REST
        with contextlib.suppress(FileNotFoundError), path.open("r+b") as file:
            number = file.fileno()
            # Without its salt nothing of the rest can ever be opened; its length stays, for who walks.
            os.pwrite(number, bytes(SALT_BYTES), start + SALT)
            punch = ctypes.CDLL(None).fallocate
            if punch(number, _KEEP_SIZE | _PUNCH_HOLE, ctypes.c_long(place), ctypes.c_long(left)):
                for begin in range(place, place + left, 1 << 20):
                    os.pwrite(number, bytes(min(1 << 20, place + left - begin)), begin)
            os.fsync(number)

    # ---- the index

    def _path(self, number: int) -> Path:
        last, path = self._last
        if last != number:
            path = self.folder / str(number)
            self._last = (number, path)
        return path

    def _rows(self, query: str, values: Sequence[object]) -> list[Any]:
        with self._reads_lock, _errors(self._file):
            if self._reads is None or self._reads[0] != os.getpid():
                with self._lock:
                    self._connection()  # from now on there is a table
                self._reads = os.getpid(), self._connected()
            return self._reads[1].execute(query, values).fetchall()

    @contextlib.contextmanager
    def _index(self) -> Iterator[sqlite3.Connection]:
        """One transaction."""
        with self._lock, _errors(self._file):
            index = self._connection()
            index.execute("BEGIN IMMEDIATE")
            try:
                yield index
                index.execute("COMMIT")
            except BaseException:  # whatever it is, half of it is not kept
                with contextlib.suppress(sqlite3.Error):
                    index.execute("ROLLBACK")
                raise

    def _connection(self) -> sqlite3.Connection:
        """This process's own: what was opened before a fork is left alone."""
        if self._open is None or self._open[0] != os.getpid():
            os.close(os.open(self._file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
            index = self._connected()
            index.execute("PRAGMA journal_mode = WAL")
            index.execute("PRAGMA synchronous = FULL")
            self._make(index)
            self._open = (os.getpid(), index)
        return self._open[1]

    def _connected(self) -> sqlite3.Connection:
        index = sqlite3.connect(self._file, timeout=BUSY, isolation_level=None, check_same_thread=False)
        index.execute("PRAGMA cache_size = -500")
        return index

    def _make(self, index: sqlite3.Connection) -> None:
        there = "SELECT 1 FROM sqlite_master WHERE name = 'contents'"
        if index.execute(there).fetchone():
            return
        index.execute("BEGIN IMMEDIATE")
        if not index.execute(there).fetchone():
            for statement in _TABLE:
                index.execute(statement)
            for path in sorted(path for path in self.folder.iterdir() if path.name.isdecimal()):
                rows = ((bytes.fromhex(d), int(path.name), start, size, time.time()) for d, start, size in self._walk(path))
                index.executemany(_ADD, rows)
        index.execute("COMMIT")


def temporary_name() -> str:
    """Of a file that is to become a pack."""
    return f"pack.{int.from_bytes(os.urandom(7))}"


def is_temporary(path: Path) -> bool:
    """Whether it was to become a pack."""
    return path.name.startswith("pack.")


def number_of(temporary: Path) -> int:
    """The number of the pack that it becomes."""
    return int(temporary.name.partition(".")[2])


@contextlib.contextmanager
def _errors(path: Path) -> Iterator[None]:
    """SQLite's errors as those of the file system, which is all that callers know."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        raise OSError(_ERRORS.get(code, errno.EIO), f"index : {error}", str(path)) from error
