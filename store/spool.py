"""The spool: raw messages and files, each once, under the SHA-256 of its content, encrypted.

    folder/ab/cd/abcd…        header ‖ chunk 0 ‖ chunk 1 ‖ …
    header                    magic (4) ‖ salt (16) ‖ size of the content (8, big-endian) ‖ tag (32)
    chunk n                   AES-256-GCM of at most 256 KiB; nonce = n (11 bytes) ‖ 1 for the last chunk, else 0

The key of a file is HKDF(spool key, salt); the tag is an HMAC by it over digest and size. So a file cannot be cut, lengthened,
reordered, changed or put in another's place without showing; any part of it can be read alone, in bounded memory.
A file appears under its name only when all of it is on the disk (temporary file, fsync, rename, fsync of the folder).
"""

from __future__ import annotations

import hashlib
import hmac
import io
import os
import re
import struct
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkstemp
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import UserError
from store.crypto import Keys

CHUNK = 256 * 1024
_MAGIC = b"GSP1"
_HEAD = struct.Struct(">4s16sQ32s")
_TAG = 16
_DIGEST = re.compile(r"[0-9a-f]{64}")
#: Pieces of one call to the kernel (IOV_MAX is 1024).
_VECTORS = 512
#: Seconds after which a temporary file is what a crash left behind.
_STALE = 86_400


class Damaged(UserError):
    """A file of the spool that is not what was stored."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(
            f"le fichier conservé est endommagé : {what}",
            where=str(path),
            todo="vérifiez le disque, puis reprenez ce fichier de la dernière sauvegarde (restore)",
        )


class FolderSpool:
    """core.ports.Spool in a folder. Safe from any thread and process; two that store the same content do no harm.

    Raises UserError when the folder cannot be used or the disk is full, Damaged when a file is not what was stored.
    """

    def __init__(self, folder: Path, keys: Keys) -> None:
        self.folder = folder
        self.keys, self._key = keys, keys.spool
        self._root = str(folder)
        self._temporary = folder / "tmp"
        try:
            self._temporary.mkdir(parents=True, exist_ok=True, mode=0o700)
            for left in self._temporary.iterdir():
                with suppress(FileNotFoundError):
                    if left.stat().st_mtime < time.time() - _STALE:
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
        moves: list[tuple[str, str]] = []
        handles: list[int] = []
        try:
            for digest, content in contents.items():
                if not self._whole(digest, len(content)):
                    name, handle = self._seal(digest, content)
                    moves.append((name, digest))
                    handles.append(handle)
            # All are written before the first is waited for: the disk takes them in one go.
            while handles:
                os.fsync(handles[-1])
                os.close(handles.pop())
            self._place(moves, contents)
        except OSError as error:
            raise told(error, self.folder) from error
        finally:
            for handle in handles:
                os.close(handle)
            _remove(path for path, _ in moves)

    def _seal(self, digest: str, content: bytes) -> tuple[str, int]:
        """An encrypted temporary file, not synchronised yet: (its path, its open descriptor)."""
        salt = os.urandom(16)
        key = self._file_key(salt)
        cipher = AESGCM(key)
        parts = [_HEAD.pack(_MAGIC, salt, len(content), _tag(key, digest, len(content)))]
        whole = memoryview(content)
        for number in range(max(1, -(-len(content) // CHUNK))):
            chunk = whole[number * CHUNK : (number + 1) * CHUNK]
            parts.append(cipher.encrypt(_nonce(number, last=(number + 1) * CHUNK >= len(content)), chunk, None))
        name = f"{self._temporary}/{os.urandom(12).hex()}"
        handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            for start in range(0, len(parts), _VECTORS):
                _write_all(handle, parts[start : start + _VECTORS])
        except BaseException:  # whatever it is, half a file is not left behind
            os.close(handle)
            _remove([name])
            raise
        return name, handle

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
        key = self._file_key(salt)
        cipher = AESGCM(key)
        known, size, number = hashlib.sha256(), 0, 0
        handle, name = mkstemp(dir=self._temporary)
        try:
            with os.fdopen(handle, "wb") as target:
                target.write(bytes(_HEAD.size))
                chunk = _read(source, CHUNK)
                while True:
                    following = _read(source, CHUNK) if len(chunk) == CHUNK else b""
                    target.write(cipher.encrypt(_nonce(number, last=not following), chunk, None))
                    known.update(chunk)
                    size += len(chunk)
                    number += 1
                    if not following:
                        break
                    chunk = following
                digest = known.hexdigest()
                target.seek(0)
                target.write(_HEAD.pack(_MAGIC, salt, size, _tag(key, digest, size)))
                target.flush()
                os.fsync(target.fileno())
        except BaseException:  # as above
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
        # Also of what was there already: another thread may have renamed it and not have synchronised yet.
        dirty |= {os.path.dirname(self._name(digest)): None for digest in digests}
        for folder in dirty:
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

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
        with self._stream(sha256) as stream:
            return stream.readall()

    def open(self, sha256: str) -> BinaryIO:
        """The content as a stream that can seek. Raises KeyError."""
        return io.BufferedReader(self._stream(sha256), CHUNK)

    def _stream(self, sha256: str) -> _Stream:
        path = self._path(sha256)
        try:
            file = path.open("rb")
        except FileNotFoundError:
            raise KeyError(sha256) from None
        except OSError as error:
            raise told(error, path) from error
        try:
            return _Stream(self, sha256, path, file)
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
        return bool(_DIGEST.fullmatch(sha256)) and self._path(sha256).is_file()

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
        try:
            self._path(sha256).unlink()
        except (FileNotFoundError, KeyError):
            return False
        return True

    def forget(self, sha256: str, idle: float) -> bool:
        """Remove it unless it was stored, again or for the first time, in the last ``idle`` seconds; whether it is gone.

        Whoever stores a content that is there only renews its time, and names it in the database a moment later.
        """
        path, aside = self._name(sha256), f"{self._temporary}/{os.urandom(12).hex()}"
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
        except OSError as error:
            raise told(error, self.folder) from error
        return True

    def digests(self) -> Iterator[str]:
        """Every content's digest, in order."""
        for first in _sorted(self.folder):
            if len(first.name) == 2:
                for second in _sorted(first):
                    for file in _sorted(second):
                        if _DIGEST.fullmatch(file.name):
                            yield file.name

    def stored(self, sha256: str) -> Path:
        """The encrypted file itself, for backups. Raises KeyError for what is no digest."""
        return self._path(sha256)

    def _path(self, sha256: str) -> Path:
        return Path(self._name(sha256))

    def _name(self, sha256: str) -> str:
        # Paths as text: pathlib would take as long as the sealing of a small file.
        if not _DIGEST.fullmatch(sha256):
            raise KeyError(sha256)
        return f"{self._root}/{sha256[:2]}/{sha256[2:4]}/{sha256}"

    def _file_key(self, salt: bytes) -> bytes:
        return HKDF(hashes.SHA256(), 32, salt, b"spool file").derive(self._key)


class _Stream(io.RawIOBase):
    """The decrypted content of one file; holds one chunk."""

    def __init__(self, spool: FolderSpool, digest: str, path: Path, file: BinaryIO) -> None:
        super().__init__()
        self._path, self._file = path, file
        try:
            magic, salt, self._size, tag = _HEAD.unpack(file.read(_HEAD.size))
        except struct.error:
            raise Damaged(path, "il est coupé") from None
        key = spool._file_key(salt)
        if magic != _MAGIC or not hmac.compare_digest(tag, _tag(key, digest, self._size)):
            raise Damaged(path, "son en-tête ne convient pas (autre clé, autre fichier ou modification)")
        if os.fstat(file.fileno()).st_size != stored_size(self._size):
            raise Damaged(path, "sa longueur n'est pas la sienne")
        self._cipher = AESGCM(key)
        self._position, self._number, self._chunk = 0, -1, b""
        if not self._size:
            self._decrypt(0)  # nobody will ask for the empty chunk, and its tag too must be right

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("negative seek position")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self._position >= self._size:
            return 0
        number, start = divmod(self._position, CHUNK)
        if number != self._number:
            self._chunk, self._number = self._decrypt(number), number
        part = self._chunk[start : start + len(buffer)]
        buffer[: len(part)] = part
        self._position += len(part)
        return len(part)

    def readall(self) -> bytes:
        """The rest, without a copy where that is one chunk: what is read at once is never cut into a buffer's pieces."""
        parts: list[bytes] = []
        while self._position < self._size:
            number, start = divmod(self._position, CHUNK)
            chunk = self._chunk if number == self._number else self._decrypt(number)
            parts.append(chunk[start:])
            self._position += len(chunk) - start
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _decrypt(self, number: int) -> bytes:
        self._file.seek(_HEAD.size + number * (CHUNK + _TAG))
        sealed = self._file.read(min(CHUNK, self._size - number * CHUNK) + _TAG)
        try:
            return self._cipher.decrypt(_nonce(number, last=(number + 1) * CHUNK >= self._size), sealed, None)
        except (InvalidTag, ValueError):
            raise Damaged(self._path, f"la partie {number} a été modifiée") from None

    def close(self) -> None:
        self._file.close()
        super().close()


def stored_size(size: int) -> int:
    """Bytes on the disk for a content of that size."""
    return _HEAD.size + size + _TAG * max(1, -(-size // CHUNK))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _tag(key: bytes, digest: str, size: int) -> bytes:
    return hmac.new(key, f"{digest}\n{size}".encode(), hashlib.sha256).digest()


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


def _write_all(handle: int, parts: Sequence[bytes]) -> None:
    """All of them, in order; a disk that takes less at a time is asked again."""
    left = sum(map(len, parts)) - os.writev(handle, parts)
    if left:
        rest = memoryview(b"".join(parts))[-left:]
        while rest:
            rest = rest[os.write(handle, rest) :]


def told(error: OSError, where: Path) -> UserError:
    """What a disk's error means to a person."""
    import errno  # only ever needed here

    what, todo = {
        errno.ENOSPC: (
            "le disque est plein : le fichier n'a pas été conservé",
            "libérez de la place ; le service reprend de lui-même",
        ),
        errno.EDQUOT: (
            "le quota du disque est atteint : le fichier n'a pas été conservé",
            "libérez de la place ou relevez le quota",
        ),
        errno.EACCES: ("l'accès au dossier des fichiers est refusé", "donnez-en le droit d'écriture au compte du service"),
        errno.EROFS: ("le disque n'accepte que la lecture", "remontez-le en écriture, ou changez de dossier"),
    }.get(
        error.errno or 0,
        (f"le dossier des fichiers ne répond pas ({error.strerror or error})", "vérifiez le disque et le dossier"),
    )
    return UserError(what, where=str(where), todo=todo)
