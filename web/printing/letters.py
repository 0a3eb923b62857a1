"""Letters of printed documents: Latin with accents, and Arabic joined and ordered as it is written.

A PDF file shows glyphs from left to right and joins nothing by itself.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "fonts"
REGULAR, BOLD = "Guichet", "Guichet-Bold"
#: Unicode's Arabic Presentation Forms-B: every letter in its four shapes.
_FORMS = range(0xFE70, 0xFEFD)
_ARABIC = re.compile(r"[\u0600-\u06ff\ufe70-\ufefc]")
_RUN = re.compile(r"[\u0600-\u06ff\ufe70-\ufefc]+(?:[\s.,،؛-]+[\u0600-\u06ff\ufe70-\ufefc]+)*")
_MARK = re.compile(r"[\u064b-\u065f\u0670]")


def fonts() -> tuple[str, str]:
    """The names of the plain and the bold font, known to ReportLab from then on."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    if REGULAR not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(REGULAR, str(FOLDER / "DejaVuSans.ttf")))
        pdfmetrics.registerFont(TTFont(BOLD, str(FOLDER / "DejaVuSans-Bold.ttf")))
    return REGULAR, BOLD


def shown(text: str) -> str:
    """The text on one line with its glyphs in the order in which they are drawn."""
    plain = " ".join("".join(c for c in text if c.isprintable() or c.isspace()).split())
    if not _ARABIC.search(plain):
        return plain
    first = next(c for c in plain if c.isalpha())
    parts: list[str] = []
    at = 0
    for run in _RUN.finditer(plain):
        parts += [plain[at : run.start()], _joined(run[0])[::-1]]
        at = run.end()
    parts.append(plain[at:])
    if not _ARABIC.match(first):
        return "".join(parts)
    # Words of a line that begins in Arabic follow one another from right to left, Latin ones and numbers among them.
    turned = [re.sub(r"^(\s*)(.*?)(\s*)$", r"\3\2\1", part) for part in parts]
    return "".join(reversed(turned))


@cache
def _shapes() -> tuple[dict[tuple[str, str], str], dict[str, str]]:
    """({(letter, shape): glyph}, {lam-alef by its alef: glyph}), as Unicode's own data has them."""
    letters: dict[tuple[str, str], str] = {}
    ligatures: dict[str, str] = {}
    for code in _FORMS:
        kind, *codes = unicodedata.decomposition(chr(code)).split() or [""]
        plain = "".join(chr(int(c, 16)) for c in codes)
        shape = kind.strip("<>")
        if len(plain) == 1:
            letters[plain, shape] = chr(code)
        elif len(plain) == 2 and plain[0] == "\u0644":
            ligatures[f"{plain[1]}{shape}"] = chr(code)
    return letters, ligatures


def _joined(text: str) -> str:
    """The letters in the shapes that they take beside one another, in the order they are read."""
    letters, ligatures = _shapes()
    plain = _MARK.sub("", unicodedata.normalize("NFC", text))
    out: list[str] = []
    before = False  # whether the letter before reaches for this one
    at = 0
    while at < len(plain):
        letter, after = plain[at], plain[at + 1 : at + 2]
        if letter == "\u0644" and (glyph := ligatures.get(after + ("final" if before else "isolated"))):
            out.append(glyph)
            before, at = False, at + 2
            continue
        reaches = (letter, "initial") in letters and any((after, shape) in letters for shape in ("final", "medial"))
        shape = ("medial" if reaches else "final") if before else ("initial" if reaches else "isolated")
        out.append(letters.get((letter, shape)) or letters.get((letter, "isolated")) or letter)
        before, at = reaches, at + 1
    return "".join(out)
