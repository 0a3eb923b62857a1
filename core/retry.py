"""When to try again: a decision as a value."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

#: After this many attempts at one effect a person looks at it; with the delays below that is about a day.
MOST_ATTEMPTS = 30


@dataclass(frozen=True, slots=True)
class Backoff:
    """Growing delays in seconds: ``first`` doubled at every attempt, at most ``cap``."""

    first: float = 2.0
    cap: float = 3600.0

    def delay(self, attempt: int, key: str = "", asked: float | None = None) -> float:
        """Seconds before the attempt after number ``attempt`` (from 1), never less than what the system asked for.

        Spread by up to a fifth, by the key rather than by chance, so that many effects do not come back at once.
        """
        base = min(self.cap, self.first * 2.0 ** min(max(attempt - 1, 0), 20))
        spread = int.from_bytes(hashlib.sha256(f"{key}/{attempt}".encode()).digest()[:2], "big") / 65535
        return max(base * (1 + spread / 5), asked or 0.0)
