"""Contents that each have a file of their own, by the SHA-256 of what they are.

    folder/ab/cd/abcd…        the sealed content (store.sealed)

A file appears under its name only when all of it is on the disk (temporary file, fsync, rename, fsync of the folder).
Paths are text here: pathlib would take as long as the sealing of a small file.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp
from typing import BinaryIO

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from store.disk import synchronise
from store.sealed import CHUNK, HEAD, MAGIC, file_key, nonce, seal, stored_size, tag_of

DIGEST = re.compile(r"[0-9a-f]{64}")


class Files:
    """The files of one folder. Safe from any thread and process. Raises OSError; KeyError for what is no digest."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self._root, self._key = str(folder), key
        self.temporary = folder / "tmp"

    # ---- storing

    def put(self, contents: Mapping[str, bytes], named: Iterable[str]) -> None:
        """Each in a file of its own; ``named`` are all whose folders are to be on the disk."""
        moves: list[tuple[str, str]] = []
        handles: list[int] = []
        try:
            for digest, content in contents.items():
                name, handle = self.made()
                moves.append((name, digest))
                handles.append(handle)
                seal(handle, self._key, digest, content)
            # All are written before the first is waited for: the disk takes them in one go.
            while handles:
                os.fsync(handles[-1])
                os.close(handles.pop())
            self.place(moves, named)
        finally:
            for handle in handles:
                os.close(handle)
            remove(path for path, _ in moves)

    def made(self, name: str = "") -> tuple[str, int]:
        """A new temporary file, for writing: its path, and its open handle."""
        path = f"{self.temporary}/{name or os.urandom(12).hex()}"
        return path, os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)

    def write(self, source: BinaryIO) -> tuple[str, str, int]:
        """An encrypted temporary file, synchronised: (its path, the content's digest, the content's size)."""
        salt = os.urandom(16)
        key = file_key(self._key, salt)
        cipher = AESGCM(key)
        known, size, number = hashlib.sha256(), 0, 0
        handle, name = mkstemp(dir=self.temporary)
        try:
            with os.fdopen(handle, "wb") as target:
                target.write(bytes(HEAD.size))
                chunk = _read(source, CHUNK)
                while True:
                    following = _read(source, CHUNK) if len(chunk) == CHUNK else b""
                    target.write(cipher.encrypt(nonce(number, last=not following), chunk, None))
                    known.update(chunk)
                    size += len(chunk)
                    number += 1
                    if not following:
                        break
                    chunk = following
                digest = known.hexdigest()
                target.seek(0)
                target.write(HEAD.pack(MAGIC, salt, size, tag_of(key, digest, size)))
                target.flush()
                os.fsync(target.fileno())
        except BaseException:  # whatever it is, half a file is not left behind
            remove([name])
            raise
        return name, digest, size

    def place(self, moves: Sequence[tuple[str, str]], digests: Iterable[str]) -> None:
        """Give the temporary files their names, then synchronise every folder concerned, made ones included."""
        dirty: dict[str, None] = {}
        for temporary, digest in moves:
            target = self.name(digest)
            try:
                os.replace(temporary, target)
            except FileNotFoundError:
                for folder in (f"{self._root}/{digest[:2]}", os.path.dirname(target)):
                    with suppress(FileExistsError):
                        os.mkdir(folder, 0o700)
                    dirty[os.path.dirname(folder)] = None
                os.replace(temporary, target)
        dirty |= {os.path.dirname(self.name(digest)): None for digest in digests}
        for folder in dirty:
            synchronise(folder)

    def whole(self, digest: str, size: int) -> bool:
        """Whether it is there with its full length; one that was cut is written again. Its time then says that it is wanted."""
        name = self.name(digest)
        try:
            os.utime(name)
            return os.stat(name).st_size == stored_size(size)
        except FileNotFoundError:
            return False

    # ---- what is there

    def name(self, sha256: str) -> str:
        """Where the content is, or would be."""
        if not DIGEST.fullmatch(sha256):
            raise KeyError(sha256)
        return f"{self._root}/{sha256[:2]}/{sha256[2:4]}/{sha256}"

    def digests(self, first: str) -> set[str]:
        """Those that begin with these two hexadecimal digits."""
        folders = _entries(f"{self._root}/{first}")
        return {file.name for folder in folders for file in _entries(folder) if DIGEST.fullmatch(file.name)}

    def forget(self, sha256: str, idle: float) -> bool:
        """Remove it unless it was stored, again or for the first time, in the last ``idle`` seconds; whether it is gone."""
        path, aside = self.name(sha256), f"{self.temporary}/{os.urandom(12).hex()}"
        try:
            if os.stat(path).st_mtime > time.time() - idle:
                return False
            # Aside first: who stores it from now on writes it anew, and who did so a moment ago has renewed its time.
            os.rename(path, aside)
            if os.stat(aside).st_mtime > time.time() - idle:
                os.rename(aside, path)
                return False
            os.unlink(aside)
        except FileNotFoundError:
            return True
        return True


def _read(source: BinaryIO, size: int) -> bytes:
    """Exactly that much unless it ends before: sockets and pipes give less at a time."""
    parts: list[bytes] = []
    while size and (part := source.read(size)):
        parts.append(part)
        size -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _entries(folder: str | os.DirEntry[str]) -> list[os.DirEntry[str]]:
    with suppress(NotADirectoryError, FileNotFoundError), os.scandir(folder) as entries:
        return list(entries)
    return []


def remove(paths: Iterable[Path | str]) -> None:
    """Remove those that are there."""
    for path in paths:
        with suppress(OSError):
            os.unlink(path)
