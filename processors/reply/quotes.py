"""Where quoted text begins and ends, line by line.

A line is TEXT until shown otherwise. What opens a quote: an attribution ("Le 3 mars …, Jean <…> a écrit :"), a copied
header ("De : … Envoyé : … Objet : …"), a line of dashes around "Message d'origine", "reply above this line". What follows
is quoted as long as it carries '>' when its first line does; otherwise to the end, since nothing tells the rest apart.
Every look ahead is bounded by a number of lines and of characters, so the whole is linear.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from processors.reply import words
from processors.reply.attribution import attribution
from processors.reply.header import FORWARD_START, Kind, copied_header, marker, opens_forward, with_header
from processors.reply.lines import DECOR, MAX_LINE, QUOTED, SEPARATOR, TEXT, is_blank, is_prefixed, next_filled

_USENET = re.compile(r"([A-Z][\w.-]{0,15})>(?:\s|$)")
_ENDS_SENTENCE = (".", "!", "?", "…", ")", "»", '"', "”", ";")


@dataclass(slots=True)
class Marks:
    """What was found: a label a line, and what the caller must know to judge how sure it is.

    ``hard``: a quote that runs to the end without any mark on its lines; ``doubtful``: lines that may be either;
    ``forwarded``: the first thing copied is a forward; ``first``: kind of the first opening, '' when none.
    """

    labels: list[str]
    hard: bool = False
    doubtful: bool = False
    forwarded: bool = False
    prefixed: bool = False
    first: Kind | Literal[""] = ""


def mark_quotes(norm: list[str]) -> Marks:
    """Label every line of a message as TEXT or QUOTED. ``norm`` holds `normal` lines."""
    count = len(norm)
    marks = Marks([TEXT] * count)
    labels = marks.labels
    usenet = _usenet_prefixes(norm)
    text_seen = pipes = False
    i = 0
    while i < count:
        line = norm[i]
        if not line:
            i += 1
            continue
        found = is_prefixed(line)
        if found or (pipes and line.startswith("|")) or (usenet and (m := _USENET.match(line)) and m[1] in usenet):
            labels[i] = QUOTED
            marks.prefixed = True
            if not marks.first and found and opens_forward(line.lstrip("> ")):
                marks.first, marks.forwarded = "forward", True
            i += 1
            continue
        pipes = pipes and not line
        opening = _opening(norm, i) if len(line) <= MAX_LINE else None
        if opening is None:
            text_seen = text_seen or not SEPARATOR.match(line)
            i += 1
            continue
        end, kind = opening
        if not marks.first:
            marks.first = kind
            marks.forwarded = kind == "forward"
        for k in range(_before(norm, labels, i), end + 1):
            labels[k] = QUOTED
        following = next_filled(norm, end + 1)
        if kind == "above" and not text_seen:
            marks.doubtful = True
            i = end + 1
            continue
        if (
            following < count
            and kind != "above"
            and (is_prefixed(norm[following]) or norm[following].startswith("| ") or norm[following] == "|")
        ):
            pipes = norm[following].startswith("|")
            i = end + 1
            continue
        for k in range(end + 1, count):
            labels[k] = QUOTED
        marks.hard = True
        break
    _mend_wrapping(norm, labels, marks)
    return marks


def _opening(norm: list[str], i: int) -> tuple[int, Kind] | None:
    """What opens a quote at line i: (last line of the opening, kind), or None."""
    line = norm[i]
    decorated = DECOR.match(line)
    if decorated or FORWARD_START.match(line):
        kind = marker(norm, i, line, bool(decorated))
        if kind is not None:
            return with_header(norm, i, kind)
    if ":" in line or "：" in line:
        end = copied_header(norm, i)
        if end >= 0:
            return end, "header"
    end = attribution(norm, i)
    if end >= 0:
        return end, "attribution"
    if len(line) <= 200 and words.says_reply_above(line) and (decorated or (len(line) <= 110 and is_blank(norm, i - 1))):
        return i, "above"
    return None


def _before(norm: list[str], labels: list[str], i: int) -> int:
    """Rules drawn right above an opening belong to it."""
    start = i
    k = i - 1
    while k >= 0 and i - k <= 4 and labels[k] == TEXT:
        if norm[k] and not SEPARATOR.match(norm[k]):
            break
        if norm[k]:
            start = k
        k -= 1
    return start


def _usenet_prefixes(norm: list[str]) -> set[str]:
    """Initials used as the mark of a quote ("JD> …") on two lines or more."""
    found = Counter(m[1] for line in norm if ">" in line and (m := _USENET.match(line)))
    return {name for name, times in found.items() if times > 1}


def _mend_wrapping(norm: list[str], labels: list[str], marks: Marks) -> None:
    """A quoted line that a mail program broke leaves its tail without the mark, stuck between marked lines."""
    if not marks.prefixed:
        return
    for i in range(1, len(norm)):
        if labels[i] != TEXT or not norm[i] or labels[i - 1] != QUOTED or not is_prefixed(norm[i - 1]):
            continue
        above, orphan = norm[i - 1], norm[i]
        if len(above) < 62 or above.endswith(_ENDS_SENTENCE) or len(orphan) > 100:
            continue
        enclosed = i + 1 < len(norm) and is_prefixed(norm[i + 1])
        if enclosed and orphan[0].islower():
            labels[i] = QUOTED
        elif enclosed or orphan[0].islower():
            marks.doubtful = True
