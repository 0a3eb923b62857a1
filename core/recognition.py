"""Words recognised in pictures and voices: the ports that give them, and what they give."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from core.document import Box, Document, Page, Trouble, Word
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

    def transcribe(self, content: bytes) -> Transcript:
        """Raises PortError: Ambiguous when it may have been paid, the others when it certainly was not."""

    def check(self) -> Health:
        """Try the credentials and the model's name without paying."""

    def close(self) -> None:
        """Give connections back."""


#: Characters of a transcript that are kept.
MOST_TEXT = 50_000


def heard(content: bytes, name: str, segments: Sequence[Segment], language: str) -> Document:
    """A transcript as a document of one page, a segment a line, each with the time at which it is said as its place."""
    lines: list[str] = []
    words: list[Word] = []
    at = 0
    for segment in segments:
        line = " ".join(segment.text.split())
        if line and at + len(line) < MOST_TEXT:
            place = f"{int(segment.start) // 60}:{int(segment.start) % 60:02d}"
            words.append(Word(at, at + len(line), None, place, round(segment.confidence, 2)))
            lines.append(line)
            at += len(line) + 1
    letters = sum(word.end - word.start for word in words)
    sure = round(sum(w.confidence * (w.end - w.start) for w in words) / letters, 2) if letters else 0.0
    page = Page(1, "\n".join(lines), tuple(words), "transcript", confidence=sure)
    digest, trouble = hashlib.sha256(content).hexdigest(), None if lines else Trouble("silent")
    return Document(digest, name, "voice", (page,) if lines else (), language, sure, 1, trouble)
