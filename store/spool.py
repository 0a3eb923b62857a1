"""The spool: raw messages and files, each once, under the SHA-256 of its content, encrypted.

    folder/ab/cd/abcd…        the sealed content (store.sealed)

A file appears under its name only when all of it is on the disk (temporary file, fsync, rename, fsync of the folder).
Some that are stored together share one file (store.packs) until one of them is to be alone: copied by a backup, or forgotten.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import mkstemp
from typing import BinaryIO

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from store.crypto import Keys
from store.disk import synchronise
from store.packs import Packed, Packs, is_temporary, temporary_name
from store.sealed import (
    CHUNK,
    HEAD,
    MAGIC,
    Damaged,
    Stream,
    file_key,
    nonce,
    seal,
    stored_size,
    tag_of,
    told,
    unseal,
    walk,
    write_all,
)

_DIGEST = re.compile(r"[0-9a-f]{64}")
#: Seconds after which a temporary file is what a crash left behind.
_STALE = 86_400
#: What the name of a temporary copy of a content begins with.
_COPY = "copy."
#: So many contents stored together become a pack.
PACK = 4
_READ = os.O_RDONLY | os.O_CLOEXEC


class FolderSpool:
    """core.ports.Spool in a folder. Safe from any thread and process; two that store the same content do no harm.

    Raises UserError when the folder cannot be used or the disk is full, Damaged when a file is not what was stored.
    """

    def __init__(self, folder: Path, keys: Keys, *, packs: bool = True) -> None:
        """``packs``: whether contents that are stored together may share a file."""
        self.folder, self._packing = folder, packs
        self._packs = Packs(folder / "packs", length=stored_size, walk=partial(walk, keys.spool))
        self.keys, self._key = keys, keys.spool
        self._root = str(folder)
        self._temporary = folder / "tmp"
        try:
            self._temporary.mkdir(parents=True, exist_ok=True, mode=0o700)
            for left in self._temporary.iterdir():
                with suppress(FileNotFoundError):
                    about = left.stat()
                    # A copy has the time of its content, not its own.
                    since = about.st_ctime if left.name.startswith(_COPY) else about.st_mtime
                    if since >= time.time() - _STALE:
                        continue
                    if is_temporary(left):
                        self._packs.give_up(left)
                    else:
                        left.unlink()
        except OSError as error:
            raise told(error, folder) from error

    # ---- storing

    def put(self, content: bytes) -> str:
        """Store durably; the hex digest. Storing again is harmless."""
        return self.put_many([content])[0]

    def put_many(self, contents: Sequence[bytes]) -> list[str]:
        """Store all of them durably; their digests in order. Files are synchronised together, folders once at the end."""
        digests = [hashlib.sha256(content).hexdigest() for content in contents]
        self.put_known(dict(zip(digests, contents, strict=True)))
        return digests

    def put_known(self, contents: Mapping[str, bytes]) -> None:
        """Store all of them durably under their digests, which the caller has just made."""
        try:
            missing = [digest for digest, content in contents.items() if not self._whole(digest, len(content))]
            if missing:
                packed = self._packs.wanted(missing)
                missing = [digest for digest in missing if packed.get(digest) != len(contents[digest])]
                if self._packing and len(missing) >= PACK:
                    self._put_pack({digest: contents[digest] for digest in missing})
                    packed |= dict.fromkeys(missing, 0)
                    missing = []
                # Also of what was there already: another thread may have renamed it and not have synchronised yet.
                self._put_alone({digest: contents[digest] for digest in missing}, [d for d in contents if d not in packed])
            else:
                self._place([], contents)
        except OSError as error:
            raise told(error, self.folder) from error

    def _put_alone(self, contents: Mapping[str, bytes], named: Iterable[str]) -> None:
        """Each in a file of its own; ``named`` are all whose folders are to be on the disk."""
        moves: list[tuple[str, str]] = []
        handles: list[int] = []
        try:
            for digest, content in contents.items():
                name, handle = self._temporary_file(f"{self._temporary}/{os.urandom(12).hex()}")
                moves.append((name, digest))
                handles.append(handle)
                seal(handle, self._key, digest, content)
            # All are written before the first is waited for: the disk takes them in one go.
            while handles:
                os.fsync(handles[-1])
                os.close(handles.pop())
            self._place(moves, named)
        finally:
            for handle in handles:
                os.close(handle)
            _remove(path for path, _ in moves)

    def _put_pack(self, contents: Mapping[str, bytes]) -> None:
        """All in one file."""
        name, handle = self._temporary_file(f"{self._temporary}/{temporary_name()}")
        places: list[tuple[str, int, int]] = []
        start = 0
        try:
            try:
                for digest, content in contents.items():
                    seal(handle, self._key, digest, content)
                    places.append((digest, start, len(content)))
                    start += stored_size(len(content))
                os.fsync(handle)
            finally:
                os.close(handle)
        except BaseException:  # whatever it is, half a pack is not left behind
            _remove([name])
            raise
        try:
            self._packs.place(Path(name), places)
        except OSError:
            self._packs.give_up(Path(name))
            raise

    @staticmethod
    def _temporary_file(name: str) -> tuple[str, int]:
        return name, os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)

    def put_stream(self, file: BinaryIO) -> tuple[str, int]:
        """Store what can be read from the file, in bounded memory: (the hex digest, the size in bytes)."""
        temporary: Path | None = None
        try:
            temporary, digest, size = self._write(file)
            self._place([(str(temporary), digest)], [digest])
        except OSError as error:
            raise told(error, self.folder) from error
        finally:
            _remove([temporary] if temporary else [])
        return digest, size

    def _write(self, source: BinaryIO) -> tuple[Path, str, int]:
        """An encrypted temporary file, synchronised: (its path, the content's digest, the content's size)."""
        salt = os.urandom(16)
        key = file_key(self._key, salt)
        cipher = AESGCM(key)
        known, size, number = hashlib.sha256(), 0, 0
        handle, name = mkstemp(dir=self._temporary)
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
            _remove([Path(name)])
            raise
        return Path(name), digest, size

    def _place(self, moves: Sequence[tuple[str, str]], digests: Iterable[str]) -> None:
        """Give the temporary files their names, then synchronise every folder concerned, made ones included."""
        dirty: dict[str, None] = {}
        for temporary, digest in moves:
            target = self._name(digest)
            try:
                os.replace(temporary, target)
            except FileNotFoundError:
                for folder in (f"{self._root}/{digest[:2]}", os.path.dirname(target)):
                    with suppress(FileExistsError):
                        os.mkdir(folder, 0o700)
                    dirty[os.path.dirname(folder)] = None
                os.replace(temporary, target)
        dirty |= {os.path.dirname(self._name(digest)): None for digest in digests}
        for folder in dirty:
            synchronise(folder)

    def _whole(self, digest: str, size: int) -> bool:
        """Whether it is there with its full length; one that was cut is written again. Its time then says that it is wanted."""
        name = self._name(digest)
        try:
            os.utime(name)
            return os.stat(name).st_size == stored_size(size)
        except FileNotFoundError:
            return False

    # ---- reading

    def get(self, sha256: str) -> bytes:
        """The whole content. Raises KeyError."""
        handle, path, start, length = self._place_of(sha256)
        try:
            return unseal(handle, self._key, sha256, path, start, length)
        finally:
            os.close(handle)

    def open(self, sha256: str) -> BinaryIO:
        """The content as a stream that can seek. Raises KeyError."""
        return io.BufferedReader(self._stream(sha256), CHUNK)

    def _place_of(self, sha256: str) -> tuple[int, Path, int, int]:
        """The open file it is in, that file's path, and where in it: from where on, how many bytes (-1: to the end). Raises KeyError."""
        name: str | Path = self._name(sha256)
        start, length = 0, -1
        try:
            try:
                handle = os.open(name, _READ)
            except FileNotFoundError:
                packed = self._packs.find(sha256)
                if packed is not None:
                    name, start, length = packed.path, packed.start, stored_size(packed.size)
                # Else it may have come out of its pack in between.
                handle = os.open(name, _READ)
        except FileNotFoundError:
            raise KeyError(sha256) from None
        except OSError as error:
            raise told(error, Path(name)) from error
        return handle, name if isinstance(name, Path) else Path(name), start, length

    def _stream(self, sha256: str) -> Stream:
        handle, path, start, length = self._place_of(sha256)
        file = os.fdopen(handle, "rb")
        try:
            return Stream(self._key, sha256, path, file, start, length)
        except BaseException:  # whatever it is, the file is closed before it goes on its way
            file.close()
            raise

    @contextmanager
    def path(self, sha256: str) -> Iterator[Path]:
        """The content as a readable file for the time of the context. Raises KeyError."""
        handle, name = mkstemp(dir=self._temporary)
        try:
            try:
                with os.fdopen(handle, "wb") as target, self.open(sha256) as stream:
                    while chunk := stream.read(CHUNK):
                        target.write(chunk)
            except OSError as error:
                raise told(error, self.folder) from error
            yield Path(name)
        finally:
            _remove([Path(name)])

    def exists(self, sha256: str) -> bool:
        """Whether there is a file of that digest; ``verify`` says whether it is sound."""
        if not _DIGEST.fullmatch(sha256):
            return False
        return self._path(sha256).is_file() or self._packs.find(sha256) is not None or self._path(sha256).is_file()

    def verify(self, sha256: str) -> int:
        """Read all of it: its size in bytes. Raises KeyError, Damaged."""
        known, size = hashlib.sha256(), 0
        with self.open(sha256) as stream:
            while chunk := stream.read(CHUNK):
                known.update(chunk)
                size += len(chunk)
        if known.hexdigest() != sha256:
            raise Damaged(self._path(sha256), "son contenu n'est pas celui de son empreinte")
        return size

    def delete(self, sha256: str) -> bool:
        """Remove it for good; whether it was there."""
        if not _DIGEST.fullmatch(sha256):
            return False
        packed = self._packs.take_out(sha256) is not None
        try:
            self._path(sha256).unlink()
        except FileNotFoundError:
            return packed
        return True

    def forget(self, sha256: str, idle: float) -> bool:
        """Remove it unless it was stored, again or for the first time, in the last ``idle`` seconds; whether it is gone.

        Whoever stores a content that is there only renews its time, and names it in the database a moment later.
        """
        path, aside = self._name(sha256), f"{self._temporary}/{os.urandom(12).hex()}"
        try:
            packed = self._packs.find(sha256)
            if packed is not None and packed.at > time.time() - idle:
                return False
            self._alone(sha256)
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
        except OSError as error:
            raise told(error, self.folder) from error
        return True

    def digests(self) -> Iterator[str]:
        """Every content's digest, in order."""
        for number in range(256):
            first = f"{number:02x}"
            found = self._packs.digests(first)
            for second in _sorted(self.folder / first):
                found.update(file.name for file in _sorted(second) if _DIGEST.fullmatch(file.name))
            yield from sorted(found)

    def stored(self, sha256: str) -> Path:
        """The encrypted file itself, for backups: it is in no pack from now on. Raises KeyError for what is no digest."""
        path = self._path(sha256)
        try:
            self._alone(sha256)
        except OSError as error:
            raise told(error, self.folder) from error
        return path

    def _alone(self, sha256: str) -> None:
        """Give a content that shares a pack a file of its own."""
        packed = self._packs.find(sha256)
        if packed is None:
            return
        if not os.path.exists(self._name(sha256)):
            try:
                name = self._copy(packed)
            except FileNotFoundError:
                return  # another process was faster
            try:
                self._place([(name, sha256)], [sha256])
            finally:
                _remove([name])
        renewed = self._packs.take_out(sha256)
        if renewed is not None and renewed > packed.at:
            with suppress(FileNotFoundError):
                os.utime(self._name(sha256))

    def _copy(self, packed: Packed) -> str:
        """A temporary file with what stands there, of its time, on the disk."""
        name, handle = self._temporary_file(f"{self._temporary}/{_COPY}{os.urandom(12).hex()}")
        try:
            with packed.path.open("rb") as source:
                source.seek(packed.start)
                left = stored_size(packed.size)
                while left and (part := source.read(min(CHUNK, left))):
                    write_all(handle, [part])
                    left -= len(part)
            # Its time before its name: whoever renews it after that is not undone.
            os.utime(handle, (packed.at, packed.at))
            os.fsync(handle)
        except BaseException:  # whatever it is, half a copy is not left behind
            _remove([name])
            raise
        finally:
            os.close(handle)
        return name

    def _path(self, sha256: str) -> Path:
        return Path(self._name(sha256))

    def _name(self, sha256: str) -> str:
        # Paths as text: pathlib would take as long as the sealing of a small file.
        if not _DIGEST.fullmatch(sha256):
            raise KeyError(sha256)
        return f"{self._root}/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _read(source: BinaryIO, size: int) -> bytes:
    """Exactly that much unless it ends before: sockets and pipes give less at a time."""
    parts: list[bytes] = []
    while size and (part := source.read(size)):
        parts.append(part)
        size -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _sorted(folder: Path | os.DirEntry[str]) -> list[os.DirEntry[str]]:
    with suppress(NotADirectoryError, FileNotFoundError), os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name)
    return []


def _remove(paths: Iterable[Path | str]) -> None:
    for path in paths:
        with suppress(OSError):
            os.unlink(path)
