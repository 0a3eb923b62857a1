"""What this process has just sealed and is next to want back: kept as it was, so that it need not be opened.

Known by its key and by the beginning of the sealed value (format and nonce), which no other value has: what was not committed, was
changed, or was written by another process is not taken for it.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from store.crypto import HEAD

T = TypeVar("T")


class Fresh(Generic[T]):
    """At most ``most`` values. Where there is no room, what came first goes if it was wanted by nobody for ``seconds``; else what
    comes is not kept, for what came first is wanted first. Safe from any thread."""

    def __init__(self, most: int, seconds: float = 60.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._kept: OrderedDict[str, tuple[bytes, float, T]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def keep(self, key: str, sealed: bytes, value: T) -> None:
        """Keep what was sealed so."""
        now = self._clock()
        with self._lock:
            self._kept.pop(key, None)
            while len(self._kept) >= self._most:
                first = next(iter(self._kept))
                if now - self._kept[first][1] < self._seconds:
                    return
                del self._kept[first]
            self._kept[key] = sealed[:HEAD], now, value

    def find(self, key: str, sealed: bytes) -> T | None:
        """What was sealed to this; ``sealed`` may be its beginning alone. None when it is not here."""
        found = self._kept.get(key)
        return found[2] if found is not None and found[0] == sealed[:HEAD] else None

    def drop(self, key: str) -> None:
        """Nobody will want it any more."""
        with self._lock:
            self._kept.pop(key, None)
