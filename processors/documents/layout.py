"""Words with boxes into lines as a person reads them: a row of a table is one line, whatever order the file names its cells in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from core.document import Box, Word

#: A gap of so many heights of a line stands between two columns: a tabulation in the text, so that no number goes across it.
_COLUMN = 1.2
#: How much of the lower one's height two words of one line share at least.
_SHARED = 0.5
#: A gap of so many heights between two lines begins a paragraph.
_PARAGRAPH = 1.4
#: Of the last lines begun so many are looked at for the next word.
_LINES = 400
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufefc]")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u200e\u200f\u202a-\u202e]")


class Piece(NamedTuple):
    """A word and where it stands, in any unit, the origin at the top left."""

    text: str
    box: Box
    confidence: float = 1.0


def clean(text: str) -> str:
    """Ligatures and presentation forms as letters, without what nobody sees."""
    text = _UNSEEN.sub("", text).replace("\u00ad", "")
    return text if text.isascii() else unicodedata.normalize("NFC", _spelled(text))


def _spelled(text: str) -> str:
    """fi ligatures and the Arabic forms that PDFs hold, as letters; other compatibility characters (², ½) stay."""
    return "".join(unicodedata.normalize("NFKC", c) if "\ufb00" <= c <= "\ufeff" else c for c in text)


def lay_out(pieces: Sequence[Piece], width: float, height: float, start: int = 0) -> tuple[str, list[Word]]:
    """The text of a page of that size, and where its words stand as fractions of it. ``start`` is added to their offsets."""
    lines: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: (p.box[0], p.box[1])):
        line = _line_of(piece, lines)
        if line is None:
            lines.append([piece])
        else:
            line.append(piece)
    lines.sort(key=lambda line: sum(_middle(p) for p in line) / len(line))
    text: list[str] = []
    words: list[Word] = []
    at = start
    below: float | None = None
    for line in lines:
        tall = _height(line)
        top = min(p.box[1] for p in line)
        if below is not None:
            between = "\n\n" if top - below > _PARAGRAPH * tall else "\n"
            text.append(between)
            at += len(between)
        below = max(p.box[3] for p in line)
        at = _write(line, tall, width, height, at, text, words)
    return "".join(text), words


def _write(line: list[Piece], tall: float, width: float, height: float, at: int, text: list[str], words: list[Word]) -> int:
    letters = "".join(p.text for p in line)
    backwards = 2 * len(_RIGHT_TO_LEFT.findall(letters)) > sum(c.isalpha() for c in letters)
    ordered = list(reversed(line)) if backwards else line
    before: Piece | None = None
    for piece in ordered:
        if before is not None:
            gap = before.box[0] - piece.box[2] if backwards else piece.box[0] - before.box[2]
            text.append("\t" if gap > _COLUMN * tall else " ")
            at += 1
        text.append(piece.text)
        words.append(Word(at, at + len(piece.text), _fraction(piece.box, width, height), confidence=round(piece.confidence, 2)))
        at += len(piece.text)
        before = piece
    return at


def _line_of(piece: Piece, lines: list[list[Piece]]) -> list[Piece] | None:
    """The line whose last word the piece stands beside: of a photo taken askew, each word is compared with its neighbour."""
    best, shared = None, _SHARED
    for line in lines[-_LINES:]:
        last = line[-1].box
        low = min(last[3] - last[1], piece.box[3] - piece.box[1])
        if low <= 0 or piece.box[0] < last[2] - low:
            continue
        overlap = (min(last[3], piece.box[3]) - max(last[1], piece.box[1])) / low
        if overlap > shared:
            best, shared = line, overlap
    return best


def turned(box: Box, turn: int, width: float, height: float) -> Box:
    """The box on the page turned clockwise by so many degrees; the sizes are those before."""
    left, top, right, bottom = box
    if turn == 90:
        return height - bottom, left, height - top, right
    if turn == 180:
        return width - right, height - bottom, width - left, height - top
    if turn == 270:
        return top, width - right, bottom, width - left
    return box


def _middle(piece: Piece) -> float:
    return (piece.box[1] + piece.box[3]) / 2


def _height(line: Sequence[Piece]) -> float:
    heights = sorted(p.box[3] - p.box[1] for p in line)
    return heights[len(heights) // 2]


def _fraction(box: Box, width: float, height: float) -> Box:
    wide, tall = width or 1.0, height or 1.0
    left, top, right, bottom = box
    return _part(left / wide), _part(top / tall), _part(right / wide), _part(bottom / tall)


def _part(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 4)
