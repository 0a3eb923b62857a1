"""Words recognised in pictures and voices: the ports that give them, and what they give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from core.document import Box
from core.ports import Health


@dataclass(frozen=True, slots=True)
class Recognised:
    """A word in a picture. ``box`` is in pixels of that picture, ``confidence`` 0..1."""

    text: str
    box: Box
    confidence: float


class Ocr(Protocol):
    """Reads the words in a picture. Made for one process; bounded in time and memory by whoever made it."""

    def recognise(self, picture: bytes) -> Sequence[Recognised]:
        """The words of a PNG or PNM. Raises core.document.Unread when it cannot."""

    def turned(self, picture: bytes) -> int:
        """By how many degrees clockwise (0, 90, 180, 270) the picture must be turned to stand upright; 0 when unsure."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a transcript, ``start`` to ``end`` in seconds."""

    start: float
    end: float
    text: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was heard. ``language`` is ISO 639-1 or ''; ``seconds`` how long it lasted; ``cost`` in US dollars."""

    segments: tuple[Segment, ...]
    language: str = ""
    seconds: float = 0.0
    confidence: float = 1.0
    model: str = ""
    cost: Decimal = Decimal(0)


class Transcriber(Protocol):
    """A paid service that turns a voice message into text. Safe from several threads at once."""

    @property
    def name(self) -> str:
        """The id of the model: part of the key of every answer."""

    def ceiling(self, size: int) -> Decimal:
        """A generous estimate of what so many bytes of voice can cost, in US dollars."""

    def transcribe(self, content: bytes, name: str, type: str) -> Transcript:
        """Raises PortError: Ambiguous when it may have been paid, the others when it certainly was not."""

    def check(self) -> Health:
        """Try the credentials and the model's name without paying."""

    def close(self) -> None:
        """Give connections back."""
