"""The spool: raw messages and files, each once, under the SHA-256 of its content, encrypted.

Each has a file of its own (store.files); some that are stored together share one (store.packs) until one of them is to be
alone: copied by a backup, or forgotten.
"""

from __future__ import annotations

import hashlib
import io
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import mkstemp
from typing import BinaryIO

from store.crypto import Keys
from store.files import DIGEST, Files, remove
from store.packs import Packed, Packs, is_temporary, temporary_name
from store.sealed import CHUNK, Damaged, Stream, seal, stored_size, told, unseal, walk, write_all

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
        self._files = Files(folder, keys.spool)
        try:
            self._files.temporary.mkdir(parents=True, exist_ok=True, mode=0o700)
            for left in self._files.temporary.iterdir():
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
            missing = [digest for digest, content in contents.items() if not self._files.whole(digest, len(content))]
            if missing:
                packed = self._packs.wanted(missing)
                missing = [digest for digest in missing if packed.get(digest) != len(contents[digest])]
                if self._packing and len(missing) >= PACK:
                    self._put_pack({digest: contents[digest] for digest in missing})
                    packed |= dict.fromkeys(missing, 0)
                    missing = []
                # Also of what was there already: another thread may have renamed it and not have synchronised yet.
                self._files.put({digest: contents[digest] for digest in missing}, [d for d in contents if d not in packed])
            else:
                self._files.place([], contents)
        except OSError as error:
            raise told(error, self.folder) from error

    def _put_pack(self, contents: Mapping[str, bytes]) -> None:
        """All in one file."""
        name, handle = self._files.made(temporary_name())
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
            remove([name])
            raise
        try:
            self._packs.place(Path(name), places)
        except OSError:
            self._packs.give_up(Path(name))
            raise

    def put_stream(self, file: BinaryIO) -> tuple[str, int]:
        """Store what can be read from the file, in bounded memory: (the hex digest, the size in bytes)."""
        temporary = ""
        try:
            temporary, digest, size = self._files.write(file)
            self._files.place([(temporary, digest)], [digest])
        except OSError as error:
            raise told(error, self.folder) from error
        finally:
            remove([temporary] if temporary else [])
        return digest, size

    # ---- reading

    def get(self, sha256: str) -> bytes:
        """The whole content. Raises KeyError."""
        try:
            return self._got(sha256, self._packs.seen)
        except (KeyError, Damaged):  # it may have come out of its pack since that was seen
            return self._got(sha256, self._packs.find)

    def _got(self, sha256: str, find: Callable[[str], Packed | None]) -> bytes:
        handle, path, start, length = self._place_of(sha256, find)
        try:
            return unseal(handle, self._key, sha256, path, start, length)
        finally:
            os.close(handle)

    def open(self, sha256: str) -> BinaryIO:
        """The content as a stream that can seek. Raises KeyError."""
        return io.BufferedReader(self._stream(sha256), CHUNK)

    def _place_of(self, sha256: str, find: Callable[[str], Packed | None]) -> tuple[int, Path, int, int]:
        """The open file it is in, that file's path, and where in it: from where on, how many bytes (-1: to the end). Raises KeyError.

        ``find`` tells where in a pack it is.
        """
        name: str | Path = self._files.name(sha256)
        start, length = 0, -1
        try:
            try:
                handle = os.open(name, _READ)
            except FileNotFoundError:
                packed = find(sha256)
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
        handle, path, start, length = self._place_of(sha256, self._packs.find)
        file = os.fdopen(handle, "rb")
        try:
            return Stream(self._key, sha256, path, file, start, length)
        except BaseException:  # whatever it is, the file is closed before it goes on its way
            file.close()
            raise

    @contextmanager
    def path(self, sha256: str) -> Iterator[Path]:
        """The content as a readable file for the time of the context. Raises KeyError."""
        handle, name = mkstemp(dir=self._files.temporary)
        try:
            try:
                with os.fdopen(handle, "wb") as target, self.open(sha256) as stream:
                    while chunk := stream.read(CHUNK):
                        target.write(chunk)
            except OSError as error:
                raise told(error, self.folder) from error
            yield Path(name)
        finally:
            remove([name])

    def exists(self, sha256: str) -> bool:
        """Whether there is a file of that digest; ``verify`` says whether it is sound."""
        if not DIGEST.fullmatch(sha256):
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
        if not DIGEST.fullmatch(sha256):
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
        self._files.name(sha256)  # raises KeyError for what is no digest, which no pack is to be asked for
        try:
            packed = self._packs.find(sha256)
            if packed is not None and packed.at > time.time() - idle:
                return False
            self._alone(sha256)
            return self._files.forget(sha256, idle)
        except FileNotFoundError:
            return True
        except OSError as error:
            raise told(error, self.folder) from error

    def digests(self) -> Iterator[str]:
        """Every content's digest, in order."""
        for number in range(256):
            first = f"{number:02x}"
            found = self._packs.digests(first) | self._files.digests(first)
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
        if not os.path.exists(self._files.name(sha256)):
            try:
                name = self._copy(packed)
            except FileNotFoundError:
                return  # another process was faster
            try:
                self._files.place([(name, sha256)], [sha256])
            finally:
                remove([name])
        renewed = self._packs.take_out(sha256)
        if renewed is not None and renewed > packed.at:
            with suppress(FileNotFoundError):
                os.utime(self._files.name(sha256))

    def _copy(self, packed: Packed) -> str:
        """A temporary file with what stands there, of its time, on the disk."""
        name, handle = self._files.made(f"{_COPY}{os.urandom(12).hex()}")
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
            remove([name])
            raise
        finally:
            os.close(handle)
        return name

    def _path(self, sha256: str) -> Path:
        return Path(self._files.name(sha256))
