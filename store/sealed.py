"""Sealed contents: how they lie on the disk, alone in a file or one behind the other.

    sealed content            header ‖ chunk 0 ‖ chunk 1 ‖ …
    header                    magic (4) ‖ salt (16) ‖ size of the content (8, big-endian) ‖ tag (32)
    chunk n                   AES-256-GCM of at most 256 KiB; nonce = n (11 bytes) ‖ 1 for the last chunk, else 0

The key of a content is HKDF(spool key, salt); the tag is an HMAC by it over digest and size. So it cannot be cut, lengthened,
reordered, changed or put in another's place without showing; any part of it can be read alone, in bounded memory.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import os
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import UserError

CHUNK = 256 * 1024
MAGIC = b"GSP1"
HEAD = struct.Struct(">4s16sQ32s")
_TAG = 16
_LENGTH = "sa longueur n'est pas la sienne"
_CHANGED = "la partie {} a été modifiée"


class Damaged(UserError):
    """A file of the spool that is not what was stored."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(
            f"le fichier conservé est endommagé : {what}",
            where=str(path),
            todo="vérifiez le disque, puis reprenez ce fichier de la dernière sauvegarde (restore)",
        )


#: Buffers of one sealed chunk, header included, which nobody uses now. Megabytes that are asked of the system and given back for every
#: content take longer than their encryption.
_spare: list[bytearray] = []
_KEPT = 2


def _taken() -> bytearray:
    """Room for one sealed chunk with a header. Safe from any thread: taking one out of a list is one step."""
    try:
        return _spare.pop()
    except IndexError:
        return bytearray(HEAD.size + CHUNK + _TAG)


def _left(buffer: bytearray) -> None:
    if len(_spare) < _KEPT:
        _spare.append(buffer)


def seal(handle: int, secret: bytes, digest: str, content: bytes) -> None:
    """Write the content there, encrypted by a key of its own that comes from ``secret``; not synchronised yet."""
    salt = os.urandom(16)
    key = file_key(secret, salt)
    cipher = AESGCM(key)
    whole = memoryview(content)
    taken = _taken()
    try:
        buffer, begin = memoryview(taken), HEAD.size
        HEAD.pack_into(buffer, 0, MAGIC, salt, len(content), tag_of(key, digest, len(content)))
        for number in range(max(1, -(-len(content) // CHUNK))):
            chunk = whole[number * CHUNK : (number + 1) * CHUNK]
            end = begin + len(chunk) + _TAG
            cipher.encrypt_into(nonce(number, last=(number + 1) * CHUNK >= len(content)), chunk, None, buffer[begin:end])
            write_all(handle, [buffer[:end]])
            begin = 0
    finally:
        _left(taken)


def unseal(handle: int, secret: bytes, digest: str, path: Path, start: int = 0, length: int = -1) -> bytes:
    """The decrypted content of an open file, or of ``length`` bytes of it from ``start`` on, in one go. Raises Damaged."""
    length = length if length >= 0 else os.fstat(handle).st_size
    taken = _taken()
    try:
        buffer = memoryview(taken)
        there = os.preadv(handle, [buffer[:length]], start)
        cipher, size = _opened(bytes(buffer[: min(there, HEAD.size)]), secret, digest, path)
        if length != stored_size(size):
            raise Damaged(path, _LENGTH)
        sealed = buffer[HEAD.size : min(there, HEAD.size + CHUNK + _TAG)]
        if size <= CHUNK:
            return _chunk(cipher, sealed, 0, size, path)
        content = [_chunk(cipher, sealed, 0, size, path)]
        for number in range(1, -(-size // CHUNK)):
            place = start + HEAD.size + number * (CHUNK + _TAG)
            sealed = buffer[: os.preadv(handle, [buffer[: min(CHUNK, size - number * CHUNK) + _TAG]], place)]
            content.append(_chunk(cipher, sealed, number, size, path))
        return b"".join(content)
    finally:
        _left(taken)


def _opened(head: bytes, secret: bytes, digest: str, path: Path) -> tuple[AESGCM, int]:
    """What opens the chunks after that head, and the content's size. ``digest`` '' takes any that the key opens."""
    try:
        magic, salt, size, tag = HEAD.unpack(head)
    except struct.error:
        raise Damaged(path, "il est coupé") from None
    key = file_key(secret, salt)
    if magic != MAGIC or (digest and not hmac.compare_digest(tag, tag_of(key, digest, size))):
        raise Damaged(path, "son en-tête ne convient pas (autre clé, autre fichier ou modification)")
    return AESGCM(key), size


def _chunk(cipher: AESGCM, sealed: bytes | memoryview, number: int, size: int, path: Path) -> bytes:
    try:
        return cipher.decrypt(nonce(number, last=(number + 1) * CHUNK >= size), sealed, None)
    except (InvalidTag, ValueError):
        raise Damaged(path, _CHANGED.format(number)) from None


class Stream(io.RawIOBase):
    """The decrypted content of one file, or of ``length`` bytes of it from ``start`` on; holds one chunk.

    ``digest`` '' takes any that the key opens.
    """

    def __init__(self, secret: bytes, digest: str, path: Path, file: BinaryIO, start: int = 0, length: int = -1) -> None:
        super().__init__()
        self._path, self._file, self._start = path, file, start
        file.seek(start)
        self._cipher, self._size = _opened(file.read(HEAD.size), secret, digest, path)
        if (length if length >= 0 else os.fstat(file.fileno()).st_size) != stored_size(self._size):
            raise Damaged(path, _LENGTH)
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
        self._file.seek(self._start + HEAD.size + number * (CHUNK + _TAG))
        sealed = self._file.read(min(CHUNK, self._size - number * CHUNK) + _TAG)
        return _chunk(self._cipher, sealed, number, self._size, self._path)

    def close(self) -> None:
        self._file.close()
        super().close()


def walk(secret: bytes, path: Path) -> Iterator[tuple[str, int, int]]:
    """What a pack holds, told by its bytes alone: (digest, start, size). What was taken out or is damaged is passed over."""
    end, start = path.stat().st_size, 0
    while start + HEAD.size < end:
        with path.open("rb") as file:
            file.seek(start)
            magic, salt, size, _ = HEAD.unpack(file.read(HEAD.size))
        if magic != MAGIC or start + stored_size(size) > end:
            return
        if salt.strip(b"\0"):
            known = hashlib.sha256()
            try:
                with io.BufferedReader(Stream(secret, "", path, path.open("rb"), start, stored_size(size)), CHUNK) as stream:
                    while chunk := stream.read(CHUNK):
                        known.update(chunk)
                yield known.hexdigest(), start, size
            except Damaged:
                pass
        start += stored_size(size)


def stored_size(size: int) -> int:
    """Bytes on the disk for a content of that size."""
    return HEAD.size + size + _TAG * max(1, -(-size // CHUNK))


def nonce(number: int, *, last: bool) -> bytes:
    """The nonce of a chunk (12 bytes): its number and whether it is the last, so that none can be moved or cut off."""
    return number.to_bytes(11, "big") + bytes([last])


def tag_of(key: bytes, digest: str, size: int) -> bytes:
    """The keyed hash by which a file is known to be that content, of that size, before it is opened."""
    return hmac.new(key, f"{digest}\n{size}".encode(), hashlib.sha256).digest()


def file_key(secret: bytes, salt: bytes) -> bytes:
    """The key of one content."""
    return HKDF(hashes.SHA256(), 32, salt, b"spool file").derive(secret)


def write_all(handle: int, parts: Sequence[bytes | memoryview]) -> None:
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
