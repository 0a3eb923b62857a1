"""Tesseract: words in pictures, by the program itself (`tesseract stdin stdout … tsv`).

Source: the manual page of tesseract(1), version 5. The picture goes in over a pipe and the words come back over one: nothing is
written to the disk. The bounds on memory and processor are those of the process that calls; the time is bounded here.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from functools import lru_cache

from core.document import Unread
from core.recognition import Recognised

LANGUAGES = "fra+ara+eng"
#: Seconds for one page.
SECONDS = 30.0
#: Rows of the answer: a page holds far fewer words.
_ROWS = 30_000
_WORD = "5"
_ROTATE = re.compile(r"^Rotate: (\d+)$", re.MULTILINE)
_SURE = re.compile(r"^Orientation confidence: ([\d.]+)$", re.MULTILINE)
#: From this confidence on its word about how a page lies is taken.
_CERTAIN = 2.0


class Tesseract:
    """core.recognition.Ocr."""

    def __init__(self, program: str, languages: str = LANGUAGES, seconds: float = SECONDS) -> None:
        self._program, self._languages, self._seconds = program, languages, seconds

    def recognise(self, picture: bytes) -> Sequence[Recognised]:
        """The words of a picture, pixels as boxes. Raises Unread."""
        out = self._run(picture, "-l", self._languages, "--psm", "3", "tsv")
        found: list[Recognised] = []
        for line in out.splitlines()[1 : _ROWS + 1]:
            row = line.split("\t")
            if len(row) != 12 or row[0] != _WORD or not row[11].strip():
                continue
            left, top, width, height = (float(value) for value in row[6:10])
            box = (left, top, left + width, top + height)
            found.append(Recognised(row[11].strip(), box, max(0.0, float(row[10])) / 100))
        return found

    def turned(self, picture: bytes) -> int:
        """Clockwise degrees to stand upright; 0 when there is too little writing to tell."""
        try:
            out = self._run(picture, "--psm", "0", "-l", "osd")
        except Unread:
            return 0
        degrees, sure = _ROTATE.search(out), _SURE.search(out)
        if degrees is None or sure is None or float(sure[1]) < _CERTAIN:
            return 0
        return int(degrees[1]) % 360

    def _run(self, picture: bytes, *options: str) -> str:
        # One thread: several pages are read side by side, and threads of one page wait for each other.
        kept = {name: os.environ[name] for name in ("PATH", "TESSDATA_PREFIX", "LD_LIBRARY_PATH") if name in os.environ}
        try:
            done = subprocess.run(
                [self._program, "stdin", "stdout", *options],
                input=picture,
                capture_output=True,
                timeout=self._seconds,
                env={**kept, "OMP_THREAD_LIMIT": "1", "LC_ALL": "C.UTF-8"},
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Unread("too-slow", f"reconnaissance d'une page arrêtée après {self._seconds:.0f} s") from None
        except OSError:
            raise Unread("no-ocr") from None
        if done.returncode != 0:
            raise Unread("broken", f"la reconnaissance s'est arrêtée ({done.returncode})")
        return done.stdout.decode("utf-8", "replace")


@lru_cache(maxsize=4)
def installed(program: str = "", languages: str = LANGUAGES) -> tuple[str, str]:
    """(path, "") of the program when it and its languages are there, else ("", why): a sentence for ``check`` and ``status``."""
    path = shutil.which(program or "tesseract")
    if path is None:
        named = f" ({program})" if program else ""
        return "", (
            f"Tesseract n'est pas installé{named} : les images et les PDF numérisés restent non lus ; "
            "apt-get install tesseract-ocr tesseract-ocr-fra tesseract-ocr-ara"
        )
    try:
        listed = subprocess.run([path, "--list-langs"], capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return "", f"Tesseract ({path}) ne se lance pas : {type(error).__name__}"
    known = set(listed.stdout.decode("utf-8", "replace").split())
    lacking = [name for name in languages.split("+") if name not in known]
    if lacking:
        packages = " ".join(f"tesseract-ocr-{name}" for name in lacking)
        return "", f"Tesseract n'a pas les langues {', '.join(lacking)} : apt-get install {packages}"
    return path, ""
