"""Lines as they are compared: labels, cleaning, and what many rules ask of a line."""

from __future__ import annotations

import re

from processors.reply.words import LABEL, LABEL_KIND

TEXT, SIGNATURE, QUOTED = "T", "S", "Q"
MAX_LINE = 500
_INVISIBLE = dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF, 0xAD])
_SPACES = dict.fromkeys([0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000, 0x09], " ")
_TABLE = {**_INVISIBLE, **_SPACES}
_ODD = re.compile(f"[{''.join(map(chr, _TABLE))}]")
DECOR = re.compile(r"[-_*=~#+—–─━•·.]{2,}")
SEPARATOR = re.compile(r"(?:[-_*=~#+—–─━]\s?){2,200}$|[—–]$|\.{5,200}$")


def normal(line: str) -> str:
    """A line for matching only: no invisible marks, plain spaces, no markdown emphasis, entities read."""
    if len(line) > 4 * MAX_LINE:
        line = line[: 4 * MAX_LINE]
    if not line.isascii():
        if _ODD.search(line) is not None:
            line = line.translate(_TABLE)
    elif "\t" in line:
        line = line.replace("\t", " ")
    if "&" in line:
        line = line.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", " ").replace("&quot;", '"')
    line = line.strip()
    if "**" in line:
        line = line.replace("**", "").strip()
    return line


def is_prefixed(line: str) -> bool:
    """True when a (normalised) line carries the mark of a quote."""
    return line.startswith((">", "＞"))


def next_filled(norm: list[str], i: int) -> int:
    """The next line that is not blank, at most 40 lines on (a longer gap counts as the line there)."""
    stop = min(len(norm), i + 40)
    while i < stop and not norm[i]:
        i += 1
    return i


def is_blank(norm: list[str], i: int) -> bool:
    """Whether there is nothing in that line, or no such line."""
    return i < 0 or i >= len(norm) or not norm[i]


def label_kind(line: str) -> str:
    """The kind of the header label a line begins with, or ''."""
    m = LABEL.match(line.lstrip("*_ "))
    return LABEL_KIND.get(m[1].strip("*_ ").lower(), "") if m else ""
