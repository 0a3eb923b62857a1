"""Effects for the tests of outlets, and a spool and records in memory."""

from __future__ import annotations

import contextlib
import hashlib
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from core.effects import Effect, SendMessage
from core.ports import Records

T = TypeVar("T")


def letter(key: str, **changed: Any) -> Effect:
    values: dict[str, Any] = {
        "to": "client@example.com",
        "to_name": "Jean Dupont",
        "subject": "Votre demande",
        "text": "Bonjour,\n\nNous avons bien reçu votre demande.",
        "template": "accuse",
        "language": "fr",
        "purpose": "question",
        "reference": "G-1",
    }
    return Effect(key, key.partition("/")[0], "mail", SendMessage(**(values | changed)))


def message_id(effect: Effect) -> str:
    return f"<{hashlib.sha256(effect.key.encode()).hexdigest()[:24]}@guichet.example.org>"


class MemorySpool:
    def __init__(self) -> None:
        self.content: dict[str, bytes] = {}

    def put(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        self.content[digest] = content
        return digest

    def get(self, sha256: str) -> bytes:
        return self.content[sha256]

    def open(self, sha256: str) -> BinaryIO:
        return io.BytesIO(self.content[sha256])

    @contextlib.contextmanager
    def path(self, sha256: str) -> Iterator[Path]:
        with tempfile.NamedTemporaryFile() as file:
            file.write(self.content[sha256])
            file.flush()
            yield Path(file.name)


class MemoryRecords:
    """core.ports.Records in memory, with the store's own habits: ids are numbers over all systems, values are JSON."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, dict[str, Any]]] = []
        self.broken = False

    def at_once(self, work: Callable[[Records], T]) -> T:
        return work(self)

    def put(self, system: str, key: str, data: Mapping[str, Any], now: datetime) -> tuple[str, bool]:
        self._try()
        for number, row in enumerate(self.rows, 1):
            if row[:2] == (system, key):
                return str(number), False
        self.rows.append((system, key, dict(data)))
        return str(len(self.rows)), True

    def update(self, system: str, id: str, data: Mapping[str, Any]) -> bool:
        self._try()
        if not id.isdecimal() or not 0 < int(id) <= len(self.rows) or self.rows[int(id) - 1][0] != system:
            return False
        self.rows[int(id) - 1][2].update(data)
        return True

    def get(self, system: str, key: str) -> tuple[str, Mapping[str, Any]] | None:
        self._try()
        return next(((str(n), row[2]) for n, row in enumerate(self.rows, 1) if row[:2] == (system, key)), None)

    def all(self, system: str) -> Iterable[tuple[str, str, Mapping[str, Any]]]:
        return [(str(n), row[1], row[2]) for n, row in enumerate(self.rows, 1) if row[0] == system]

    def _try(self) -> None:
        if self.broken:
            raise OSError(28, "No space left on device")
