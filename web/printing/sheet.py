"""Pages of a printed document: where the pen is, boxes, bars, rings and tables. Lengths in points, y from the top."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from web.printing.letters import fonts, shown

INK, SOFT, LINE, FAINT, ACCENT = "#17211e", "#56625d", "#dfe3df", "#eef1ee", "#0b6e63"
PALETTE = ("#0b8274", "#3d7fc4", "#d08a1d", "#8a5cc2", "#c9534b", "#4f9a54", "#7b8794")
MARGIN = 36.0
#: Tiles of a row; the size of a table's letters, how far its lines stand apart, how many a cell has at most.
TILES = 8
CELL, APART, FOLDS = 7.0, 9.0, 3


@dataclass(frozen=True, slots=True)
class Printed:
    """A row of a table; ``soft`` for one that is part of the row above it, ``strong`` for one that has such parts."""

    cells: Sequence[str]
    soft: bool = False
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, its width, whether it is set to the right."""

    heading: str
    width: float
    right: bool = False


class Sheet:
    """A document of A4 pages, broad side down. ``foot`` stands under every page, with its number."""

    def __init__(self, title: str, foot: str) -> None:
        from reportlab.lib.pagesizes import A4, landscape
        from reportlab.pdfgen.canvas import Canvas

        self.plain, self.bold = fonts()
        self._file = BytesIO()
        width, height = landscape(A4)
        self.width, self.height = float(width), float(height)
        self._canvas: Any = Canvas(self._file, pagesize=(self.width, self.height), pageCompression=1)
        self._canvas.setTitle(title)
        self._canvas.setAuthor("Guichet")
        self._foot, self._page, self.y = foot, 1, MARGIN

    @property
    def inner(self) -> float:
        """The width between the margins."""
        return float(self.width) - 2 * MARGIN

    def save(self) -> bytes:
        """The file."""
        self._end()
        self._canvas.save()
        return self._file.getvalue()

    def new_page(self) -> None:
        """Go on at the top of another page."""
        self._end()
        self._canvas.showPage()
        self._page += 1
        self.y = MARGIN

    def room(self, height: float) -> None:
        """Go on where so much fits."""
        if self.y + height > self.height - MARGIN - 14:
            self.new_page()

    def _end(self) -> None:
        self.text(MARGIN, self.height - 22, self._foot, 7, SOFT)
        self.text(self.width - MARGIN, self.height - 22, str(self._page), 7, SOFT, right=True)

    # ------------------------------------------------------------------ the pen

    def text(
        self, x: float, y: float, text: str, size: float = 9, colour: str = INK, *, bold: bool = False, right: bool = False,
        most: float = 0.0,
    ) -> None:  # fmt: skip
        """A line of text whose foot stands at ``y``; cut with an ellipsis where it is wider than ``most``."""
        from reportlab.pdfbase.pdfmetrics import stringWidth

        name = self._font(bold)
        told = shown(text)
        if most and stringWidth(told, name, size) > most:
            while text and stringWidth(told + "…", name, size) > most:
                text = text[: -max(1, len(text) // 12)]
                told = shown(text)
            told += "…"
        self._canvas.setFont(name, size)
        self._canvas.setFillColor(colour)
        place = self.height - y
        if right:
            self._canvas.drawRightString(x, place, told)
        else:
            self._canvas.drawString(x, place, told)

    def _font(self, bold: bool) -> str:
        return self.bold if bold else self.plain

    def folded(self, text: str, size: float, width: float, most: int, *, bold: bool = False) -> list[str]:
        """The text on lines that are no wider, at most so many: what is too much stays on the last one, which ``text`` cuts."""
        from reportlab.pdfbase.pdfmetrics import stringWidth

        def fits(line: str) -> bool:
            return float(stringWidth(shown(line), self._font(bold), size)) <= width

        lines: list[str] = []
        words = text.split()
        while words:
            line = words.pop(0)
            while words and fits(f"{line} {words[0]}"):
                line += f" {words.pop(0)}"
            if len(lines) == most - 1:
                return [*lines, " ".join((line, *words))]
            if not fits(line):  # one word, an address mostly, goes on with its rest
                at = next((n for n in range(len(line) - 1, 0, -1) if fits(line[:n])), 1)
                words.insert(0, line[at:])
                line = line[:at]
            lines.append(line)
        return lines or [""]

    def box(self, x: float, y: float, width: float, height: float, colour: str, *, round_: float = 0.0) -> None:
        """A filled box whose upper left corner stands there."""
        self._canvas.setFillColor(colour)
        if round_:
            self._canvas.roundRect(x, self.height - y - height, width, height, round_, stroke=0, fill=1)
        else:
            self._canvas.rect(x, self.height - y - height, width, height, stroke=0, fill=1)

    def rule(self, x: float, y: float, width: float, colour: str = LINE) -> None:
        """A thin line."""
        self._canvas.setStrokeColor(colour)
        self._canvas.setLineWidth(0.5)
        self._canvas.line(x, self.height - y, x + width, self.height - y)

    # ------------------------------------------------------------------ figures

    def tiles(self, tiles: Sequence[tuple[str, str]]) -> None:
        """(number, what it counts), side by side, in rows of the same length. A long number is set smaller, never cut."""
        from reportlab.pdfbase.pdfmetrics import stringWidth

        gap, rows = 8.0, math.ceil(len(tiles) / TILES)
        each = max(4, math.ceil(len(tiles) / max(1, rows)))
        width = (self.inner - gap * (each - 1)) / each
        for first in range(0, len(tiles), each):
            told = [self.folded(what, 7.5, width - 18, 4) for _, what in tiles[first : first + each]]
            height = 32 + 10 * max(2, *map(len, told))
            self.room(height + 12)
            for at, (number, _) in enumerate(tiles[first : first + each]):
                x = MARGIN + at * (width + gap)
                self.box(x, self.y, width, height, FAINT, round_=5)
                wide = stringWidth(shown(number), self.bold, 15)
                self.text(x + 9, self.y + 21, number, 15 * min(1.0, (width - 18) / max(1.0, wide)), bold=True)
                for n, line in enumerate(told[at]):
                    self.text(x + 9, self.y + 34 + 10 * n, line, 7.5, SOFT, most=width - 18)
            self.y += height + 8
        self.y += 4

    def bars(
        self, x: float, width: float, title: str, labels: Sequence[str], series: Sequence[tuple[str, Sequence[float]]],
        number: Callable[[float], str], colours: Sequence[int] = (),
    ) -> None:  # fmt: skip
        """Stacked bars, 150 points high, with an axis and a legend; ``y`` stays where it is. ``number`` puts a value into words;
        ``colours`` are places in the palette."""
        from reportlab.pdfbase.pdfmetrics import stringWidth

        inks = [PALETTE[at] for at in colours] or list(PALETTE)
        top, height = self.y + 34, 106.0
        # A long title is set smaller, as a long number is.
        self.text(
            x, self.y + 10, title, 10 * min(1.0, width / stringWidth(shown(title), self.bold, 10)), bold=True, most=width + 1
        )
        at = x
        for place, (name, _) in enumerate(series):
            self.box(at, self.y + 18, 7, 7, inks[place % len(inks)], round_=1.5)
            self.text(at + 10, self.y + 24.5, name, 7, SOFT, most=90)
            at += 18 + min(90.0, 4.4 * len(name) + 8)
        sums = [sum(values[n] for _, values in series) for n in range(len(labels))]
        ticks = scale(max(sums, default=0.0))
        most, axis = ticks[-1], 10 + 3.6 * max(len(number(tick)) for tick in ticks)
        for tick in ticks:
            self.rule(x + axis, top + height * (1 - tick / most), width - axis)
            self.text(x + axis - 4, top + height * (1 - tick / most) + 2, number(tick), 6, SOFT, right=True)
        x, width = x + axis, width - axis
        step = width / max(1, len(labels))
        every = max(1, round(46 / max(step, 0.1)))
        for n, label in enumerate(labels):
            foot = top + height
            for place, (_, values) in enumerate(series):
                tall = height * values[n] / most
                foot -= tall
                if tall:
                    self.box(x + n * step + step * 0.14, foot, step * 0.72, tall, inks[place % len(inks)])
            if n % every == 0:
                self.text(x + n * step, top + height + 9, label, 6, SOFT)

    def ring(self, x: float, width: float, title: str, parts: Sequence[tuple[str, float]], colours: Sequence[int] = ()) -> None:
        """A ring of parts with their names and numbers beside it, 150 points high; ``y`` stays where it is."""
        inks = [PALETTE[at] for at in colours] or list(PALETTE)
        self.text(x, self.y + 10, title, 10, bold=True, most=width)
        whole = sum(value for _, value in parts) or 1.0
        radius, centre = 48.0, self.y + 86
        start = 90.0
        for place, (name, value) in enumerate(parts):
            extent = -360.0 * value / whole
            self._canvas.setFillColor(inks[place % len(inks)])
            left, foot = x + 4, self.height - centre - radius
            if abs(extent) > 359.9:
                self._canvas.circle(left + radius, foot + radius, radius, stroke=0, fill=1)
            elif extent:
                self._canvas.wedge(left, foot, left + 2 * radius, foot + 2 * radius, start, extent, stroke=0, fill=1)
            start += extent
            row = self.y + 46 + place * 15
            self.box(x + 2 * radius + 22, row - 7, 7, 7, inks[place % len(inks)], round_=1.5)
            self.text(x + 2 * radius + 33, row, name, 8, most=width - 2 * radius - 75)
            self.text(x + width, row, f"{value:g}", 8, SOFT, right=True)
        self._canvas.setFillColor("#ffffff")
        self._canvas.circle(x + 4 + radius, self.height - centre, radius * 0.6, stroke=0, fill=1)

    def ranking(self, x: float, width: float, title: str, rows: Sequence[tuple[str, str, float]]) -> float:
        """(name, value, share of the greatest in hundredths) as bars; how high it is. ``y`` stays where it is."""
        self.text(x, self.y + 10, title, 10, bold=True, most=width)
        for place, (name, value, share) in enumerate(rows):
            row = self.y + 28 + place * 21
            self.text(x, row, name, 8, most=width * 0.6)
            self.text(x + width, row, value, 8, SOFT, right=True, most=width * 0.38)
            self.box(x, row + 4, width, 3, FAINT, round_=1.5)
            if share > 0:
                self.box(x, row + 4, max(3.0, width * share / 100), 3, ACCENT, round_=1.5)
        return 28 + 21.0 * len(rows)

    def table(self, columns: Sequence[Column], row_of: Callable[[], Printed | None]) -> None:
        """A table over as many pages as it takes; ``row_of`` gives the next row, None at the end."""

        def cells(texts: Sequence[str], ink: str, bold: bool, behind: str = "") -> None:
            """A row as high as its longest cell, on the next page with the headings where it does not fit on this one."""
            folded = [
                self.folded(text, CELL, column.width - 8, FOLDS, bold=bold) for column, text in zip(columns, texts, strict=True)
            ]
            high = 5 + APART * max(len(lines) for lines in folded)
            if not behind and self.y + high > self.height - MARGIN - 14:
                self.new_page()
                head()
            if behind:
                self.box(MARGIN, self.y, self.inner, high, behind)
            x = MARGIN
            for column, lines in zip(columns, folded, strict=True):
                edge = x + column.width - 4 if column.right else x + 4
                for n, line in enumerate(lines):
                    foot = self.y + 10 + APART * n
                    self.text(edge, foot, line, CELL, ink, bold=bold, right=column.right, most=column.width - 8)
                x += column.width
            self.y += high
            self.rule(MARGIN, self.y, self.inner)

        def head() -> None:
            cells([column.heading for column in columns], SOFT, True, FAINT)

        head()
        while (row := row_of()) is not None:
            cells(row.cells, SOFT if row.soft else INK, row.strong)


def scale(most: float) -> list[float]:
    """From nought on, three to six round numbers of which the last is not below ``most``; whole ones as long as they are few."""
    if most <= 0:
        return [0.0, 1.0]
    power = 10.0 ** math.floor(math.log10(most / 4)) if most > 4 else 1.0
    step = next(power * by for by in (1, 2, 5, 10) if power * by * 5 >= most)
    return [step * n for n in range(math.ceil(most / step - 1e-9) + 1)]
