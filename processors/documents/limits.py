"""How much of a file is read: what one message may cost, whatever was sent."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limits:
    """``seconds`` end a reading between two pages; ``pixels`` are those of a picture before it is decoded, ``drawn`` those that
    a page is drawn with for recognition. ``unfolded``: bytes that an archive (.xlsx, .docx) may hold in all."""

    bytes: int = 25_000_000
    pages: int = 30
    recognised: int = 10
    seconds: float = 60.0
    pixels: int = 80_000_000
    drawn: int = 9_000_000
    unfolded: int = 120_000_000
    sheets: int = 20
    rows: int = 3_000
    columns: int = 60
    cells: int = 30_000
    text: int = 200_000
    words: int = 20_000
    nested: int = 10


@dataclass(slots=True)
class Budget:
    """What is left of the limits while one file is read, files in it included."""

    limits: Limits
    end: float = field(default=0.0)
    recognised: int = field(default=0)
    depth: int = 0
    #: Tried on what is closed by one.
    passwords: tuple[str, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        self.end = self.end or time.monotonic() + self.limits.seconds
        self.recognised = self.recognised or self.limits.recognised

    @property
    def over(self) -> bool:
        """Whether the time is over."""
        return time.monotonic() > self.end
