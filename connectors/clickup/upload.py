"""A file as multipart/form-data, streamed: what is in memory at a time is one block."""

from __future__ import annotations

import secrets
from typing import BinaryIO


class Upload:
    """What ``requests`` sends as it is: it asks for the length first, then reads."""

    def __init__(self, field: str, name: str, file: BinaryIO, size: int) -> None:
        boundary = secrets.token_hex(16)
        safe = "".join("_" if c in '"\\' or ord(c) < 32 or ord(c) == 127 else c for c in name)
        head = (
            f"--{boundary}\r\n"
            f'Content-Disposition: form-data; name="{field}"; filename="{safe}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self._head, self._tail = head.encode(), f"\r\n--{boundary}--\r\n".encode()
        self._file, self._left = file, size
        self._length = len(self._head) + size + len(self._tail)

    def __len__(self) -> int:
        return self._length

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most ``size``; b"" at the end. Raises OSError when the file ends before its size."""
        if size < 0:
            size = self._length
        if self._head:
            piece, self._head = self._head[:size], self._head[size:]
            return piece
        if self._left:
            piece = self._file.read(min(size, self._left))
            if not piece:
                raise OSError("the file is shorter than it was")
            self._left -= len(piece)
            return piece
        piece, self._tail = self._tail[:size], self._tail[size:]
        return piece
