"""Files as answers: what a browser may show of them, and how they are sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

#: What a browser may show itself. No SVG, HTML, XML: these can hold scripts.
SHOWN = frozenset(
    {"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp", "application/pdf", "model/gltf-binary"}
    | {"audio/ogg", "audio/mpeg", "audio/mp4", "audio/wav", "audio/aac", "audio/flac"}
)
#: Bytes that are sent at once.
CHUNK = 262_144
#: Bytes of an Excel file kept in memory; the rest goes to a temporary file.
IN_MEMORY = 4_000_000


def chunks(file: IO[bytes]) -> Iterator[bytes]:
    """The file piece by piece; closed at the end."""
    with file:
        while chunk := file.read(CHUNK):
            yield chunk
