"""PDF: the text layer where a page has one, the values typed into a form, else the page drawn and its words recognised."""

from __future__ import annotations

import ctypes
import io
from collections.abc import Iterator, Sequence
from typing import Any

from core.document import Box, Page, Unread
from core.recognition import Ocr
from processors.documents.image import recognised
from processors.documents.layout import Piece, clean, lay_out, turned
from processors.documents.limits import Budget

#: Letters and figures from which a page counts as written, not scanned; and how many may be unreadable (of broken fonts).
_WRITTEN, _GARBLED = 12, 0.15
#: Points to the inch, and dots to the inch that recognition works best with.
_POINTS, _DOTS = 72.0, 300.0
#: Characters of one page.
_CHARACTERS = 40_000
#: Pages of a size that nothing is printed on are drawn smaller than this, in points.
_LARGEST = 14_400.0
_FIELDS = 500


def open_pdf(content: bytes, passwords: Sequence[str] = ()) -> Any:
    """The document, opened by the first of the passwords that does where it needs one. Raises Unread."""
    import pypdfium2
    import pypdfium2.raw

    pdf: Any = None
    for password in (None, *passwords):
        try:
            pdf = pypdfium2.PdfDocument(content, password=password)
            break
        except pypdfium2.PdfiumError as error:
            code = getattr(error, "err_code", None)
            if code != pypdfium2.raw.FPDF_ERR_PASSWORD and "password" not in str(error).lower():
                raise Unread("broken", "ce n'est pas un PDF lisible") from None
    if pdf is None:
        raise Unread("encrypted")
    if len(pdf) < 1:
        raise Unread("broken", "aucune page")
    pdf.init_forms()
    return pdf


def read_pdf(content: bytes, budget: Budget, ocr: Ocr | None) -> Iterator[tuple[Page, int]]:
    """The pages one after the other, each with how many there are in all. Raises Unread, also after some of them."""
    pdf = open_pdf(content, budget.passwords)
    total = len(pdf)
    for number in range(min(total, budget.limits.pages)):
        try:
            page = pdf[number]
        except Exception as error:  # pdfium's binding knows one error for whatever a broken page does
            raise Unread("broken", f"page {number + 1}") from error
        yield _page(page, number + 1, budget, ocr), total
        page.close()
        if budget.over and number + 1 < total:
            raise Unread("too-many-pages", f"{number + 1} pages sur {total}, le temps est écoulé")
    if total > budget.limits.pages:
        raise Unread("too-many-pages", f"{budget.limits.pages} pages sur {total}")


def _page(page: Any, number: int, budget: Budget, ocr: Ocr | None) -> Page:
    width, height = page.get_size()
    written, turn = _written(page, width, height)
    pieces = [*written, *_typed(page, width, height)]
    letters = [c for piece in pieces for c in piece.text]
    good = sum(c.isalnum() for c in letters)
    garbled = sum(c == "\ufffd" or "\ue000" <= c <= "\uf8ff" for c in letters)
    if good >= _WRITTEN and garbled <= _GARBLED * len(letters):
        pieces = [piece._replace(box=turned(piece.box, turn, width, height)) for piece in pieces]
        shown = (height, width) if turn in (90, 270) else (width, height)
        text, words = lay_out(pieces, *shown)
        return Page(number, text, tuple(words), "text-layer", width=shown[0], height=shown[1], turn=turn)
    if not any(True for _ in page.get_objects(max_depth=2)) and not pieces:
        return Page(number, "", (), "text-layer", width=width, height=height)  # a blank page
    if ocr is None:
        raise Unread("no-ocr")
    if budget.recognised <= 0:
        raise Unread("too-many-pages", f"reconnaissance arrêtée à la page {number}")
    budget.recognised -= 1
    return recognised(draw(page, budget.limits.drawn), number, ocr, (width, height))


def draw(page: Any, pixels: int, dots: float = _DOTS) -> Any:
    """The page as a grey Pillow picture of at most so many pixels."""
    width, height = page.get_size()
    if not (0 < width <= _LARGEST and 0 < height <= _LARGEST):
        raise Unread("broken", "taille de page impossible")
    scale = min(dots / _POINTS, (pixels / (width * height)) ** 0.5)
    return page.render(scale=scale, may_draw_forms=True).to_pil()


def _written(page: Any, width: float, height: float) -> tuple[list[Piece], int]:
    """The words of the text layer, in points from the top left of the page as it is shown, and how it must be turned to be read."""
    import pypdfium2.raw as raw

    text = page.get_textpage()
    move = _shown(page, width, height)
    pieces: list[Piece] = []
    letters: list[str] = []
    box: list[float] = []
    runs = {0: 0, 90: 0, 180: 0, 270: 0}
    before: Box | None = None
    rectangle = raw.FS_RECTF()
    for index in range(min(text.count_chars(), _CHARACTERS)):
        code = raw.FPDFText_GetUnicode(text.raw, index)
        character = chr(code) if 0 < code < 0x110000 else ""
        if not character.strip() or raw.FPDFText_IsGenerated(text.raw, index) == 1:
            _flush(letters, box, move, pieces)
            before = None
            continue
        if not raw.FPDFText_GetLooseCharBox(text.raw, index, rectangle):
            continue
        # A cell's text may follow the one before without a blank: a step aside is one.
        if box and _aside(rectangle, box):
            _flush(letters, box, move, pieces)
            before = None
        letters.append(character)
        edges = (rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
        here = move(*edges)
        if before is not None:
            runs[_way(here[0] - before[0], here[1] - before[1])] += 1
        before = here
        if box:
            box[:] = [min(box[0], edges[0]), min(box[1], edges[1]), max(box[2], edges[2]), max(box[3], edges[3])]
        else:
            box[:] = edges
    _flush(letters, box, move, pieces)
    text.close()
    return pieces, max(runs, key=lambda turn: runs[turn])


def _aside(rectangle: Any, box: list[float]) -> bool:
    """Whether a letter stands apart from the word before it by more than its own size, in either direction."""
    size = max(rectangle.top - rectangle.bottom, rectangle.right - rectangle.left)
    across = max(rectangle.left - box[2], box[0] - rectangle.right)
    return bool(max(across, rectangle.bottom - box[3], box[1] - rectangle.top) > size)


def _way(across: float, down: float) -> int:
    """By how much the page must be turned clockwise for a step from one letter to the next to go to the right."""
    if abs(across) >= abs(down):
        return 0 if across >= 0 else 180
    return 270 if down > 0 else 90


def _flush(letters: list[str], box: list[float], move: Any, pieces: list[Piece]) -> None:
    word = clean("".join(letters))
    if word:
        pieces.append(Piece(word, move(*box)))
    letters.clear()
    box.clear()


def _shown(page: Any, width: float, height: float) -> Any:
    """From the page's own coordinates to points from the top left as it is shown, whatever its rotation and crop."""
    import pypdfium2.raw as raw

    fine = 1000.0
    across, down = round(width * fine / 10), round(height * fine / 10)

    def device(x: float, y: float) -> tuple[float, float]:
        left, top = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page.raw, 0, 0, across, down, 0, x, y, left, top)
        return left.value / (fine / 10), top.value / (fine / 10)

    (x0, y0), (x1, y1), (x2, y2) = device(0, 0), device(1000, 0), device(0, 1000)
    a, b, c, d = (x1 - x0) / 1000, (y1 - y0) / 1000, (x2 - x0) / 1000, (y2 - y0) / 1000

    def move(left: float, bottom: float, right: float, top: float) -> Box:
        xs = [x0 + a * x + c * y for x, y in ((left, bottom), (right, top))]
        ys = [y0 + b * x + d * y for x, y in ((left, bottom), (right, top))]
        return min(xs), min(ys), max(xs), max(ys)

    return move


def _typed(page: Any, width: float, height: float) -> list[Piece]:
    """What was typed into the fields of a form: it is no part of the text layer."""
    import pypdfium2.raw as raw

    forms = getattr(page, "formenv", None)
    if forms is None:
        return []
    move = _shown(page, width, height)
    pieces: list[Piece] = []
    for index in range(min(raw.FPDFPage_GetAnnotCount(page.raw), _FIELDS)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, index)
        if not annotation:
            continue
        rectangle = raw.FS_RECTF()
        if raw.FPDFAnnot_GetSubtype(annotation) == raw.FPDF_ANNOT_WIDGET and raw.FPDFAnnot_GetRect(annotation, rectangle):
            size = raw.FPDFAnnot_GetFormFieldValue(forms.raw, annotation, None, 0)
            buffer = ctypes.create_string_buffer(max(2, min(size, 4000)))
            raw.FPDFAnnot_GetFormFieldValue(
                forms.raw, annotation, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), len(buffer)
            )
            value = clean(buffer.raw.decode("utf-16-le", "replace").split("\0")[0])
            box = move(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
            pieces += _spread(value, box)
        raw.FPDFPage_CloseAnnot(annotation)
    return pieces


def _spread(value: str, box: Box) -> Iterator[Piece]:
    """The words of a field, side by side in its box in proportion to their letters."""
    wide = (box[2] - box[0]) / max(1, len(value))
    at = 0
    for word in value.split():
        at = value.index(word, at)
        yield Piece(word, (box[0] + wide * at, box[1], box[0] + wide * (at + len(word)), box[3]))
        at += len(word)


def picture_of_page(content: bytes, number: int, turn: int, pixels: int) -> bytes:
    """The page as a JPEG for people to look at, turned clockwise. Raises Unread."""
    pdf = open_pdf(content)
    if not 1 <= number <= len(pdf):
        raise Unread("missing")
    out = io.BytesIO()
    shown = draw(pdf[number - 1], pixels, 130.0)
    (shown.rotate(-turn, expand=True) if turn else shown).convert("RGB").save(out, "JPEG", quality=80)
    return out.getvalue()
