"""What the sender newly wrote, apart from signatures and quotes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from processors.html import html_text
from processors.reply import words
from processors.reply.attribution import unglue
from processors.reply.header import copied_header, opens_forward
from processors.reply.lines import QUOTED, SEPARATOR, SIGNATURE, TEXT, label_kind, next_filled, normal
from processors.reply.quotes import Marks, mark_quotes
from processors.reply.signature import is_footer, mark_signature
from processors.reply.structure import read_structure


@dataclass(frozen=True, slots=True)
class Split:
    """A message in its three parts; each non-blank line of the body is in exactly one of them.

    ``text`` is what the sender newly wrote, answers between quotes joined in their order, closing and name included.
    ``signature`` holds contact blocks, device lines and notices; ``quoted`` what is quoted or forwarded, with the lines that say so.
    ``forwarded``: the message passes on another one. ``confident`` is False when new text and quote could not be told
    apart; nothing may then be read as an approval.
    """

    text: str
    signature: str
    quoted: str
    forwarded: bool
    confident: bool


def split(plain: str, *, html: str = "", subject: str = "") -> Split:
    """Split a body. ``plain`` is the text/plain body or the HTML as text; ``html`` the decoded HTML body, which is used
    where its structure marks the quote. Never raises; time is linear in the input."""
    lines = plain.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    lines = unglue(lines)
    structure = read_structure(html) if html else None
    if structure is None:
        if html and not plain.strip():
            lines = html_text(html).split("\n")
        return _split_lines(lines, None, subject)
    given_lines, given = structure
    if not given:
        return replace(_split_lines(lines if plain.strip() else html_text(html).split("\n"), None, subject), confident=False)
    if not any(label == TEXT and line.strip() for line, label in zip(given_lines, given, strict=True)):
        return _split_lines(lines, None, subject) if plain.strip() else _split_lines(given_lines, given, subject)
    if not plain.strip():
        return _split_lines(given_lines, given, subject)
    aligned = _align(lines, given_lines, given)
    if aligned is not None:
        return _split_lines(lines, aligned, subject)
    by_structure = _split_lines(given_lines, given, subject)
    by_lines = _split_lines(lines, None, subject)
    # The same words either way: the plain text keeps the sender's own line breaks.
    return by_lines if _compact(by_lines.text) == _compact(by_structure.text) else by_structure


#: Besides blanks.
_NOT_WORDS = re.compile(r"[>*_|\-\u200b-\u200f\ufeff]+")


def _compact(text: str) -> str:
    """Only what the two renderings of one message have in common."""
    return _NOT_WORDS.sub("", "".join(text.split()))


def _align(lines: list[str], given_lines: list[str], given: list[str]) -> list[str] | None:
    """Carry labels from the HTML over to the plain text of a top-posted reply; None where the two do not match."""
    seen = {TEXT: "", SIGNATURE: ""}
    state = TEXT
    for line, label in zip(given_lines, given, strict=True):
        if not line.strip():
            continue
        if label == QUOTED or state == QUOTED:
            if label != QUOTED:
                return None
            state = QUOTED
        elif label == TEXT and state == SIGNATURE:
            return None
        else:
            state = label
            seen[label] += _compact(line)
    text, whole = len(seen[TEXT]), seen[TEXT] + seen[SIGNATURE]
    labels: list[str] = []
    at = 0
    for line in lines:
        piece = _compact(line)
        if at < len(whole) and not whole.startswith(piece, at):
            return None
        labels.append(QUOTED if at >= len(whole) else SIGNATURE if at >= text and piece else TEXT)
        if at < text < at + len(piece):
            return None
        at = min(len(whole), at + len(piece)) if at < len(whole) else at
    return labels if at >= len(whole) else None


def _split_lines(lines: list[str], given: list[str] | None, subject: str) -> Split:
    """Split lines; ``given`` labels come from the structure of the HTML and stand where they are not TEXT."""
    norm = [normal(line) for line in lines]
    marks = mark_quotes(norm) if given is None else _merge(norm, given)
    labels = marks.labels
    doubtful = marks.doubtful
    if _has_text(norm, labels):
        doubtful = mark_signature(lines, norm, labels, _runs(norm, labels)) or doubtful
    elif marks.prefixed and not marks.first and given is None and not _begins_quoted(norm):
        # The client put '>' before the reply itself: nothing may vanish.
        deeper = any(_depth(n) > 1 for n in norm)
        labels = [QUOTED if deeper and _depth(n) > 1 else TEXT for n in norm]
        doubtful = True
    if not _has_text(norm, labels):
        any_quoted = QUOTED in labels
        doubtful = doubtful or any_quoted
        labels = [_kept(n, label, any_quoted) for n, label in zip(norm, labels, strict=True)]

    text = _join(lines, norm, labels)
    signature = _collect(lines, labels, SIGNATURE)
    quoted = _collect(lines, labels, QUOTED)
    forwarded = marks.forwarded or words.FORWARD_SUBJECT.match(subject) is not None
    empty = not text and forwarded  # a bare forward: nothing to mistake
    confident = empty or not (doubtful or (quoted and _answers_inside(text, marks.hard)))
    return Split(text, signature, quoted, forwarded, confident)


def _has_text(norm: list[str], labels: list[str]) -> bool:
    """Something other than blank lines and rules is text."""
    return any(label == TEXT and n and not SEPARATOR.match(n) for n, label in zip(norm, labels, strict=True))


def _kept(line: str, label: str, quoted: bool) -> str:
    """The label of a line of a message without text: a signature that is all there is counts as text, a device's line never."""
    if label == SIGNATURE and not is_footer(line):
        return TEXT
    return QUOTED if label == TEXT and line and quoted else label


def _merge(norm: list[str], given: list[str]) -> Marks:
    """Structure first; what it left as text is read line by line, beside quotes that now carry a mark."""
    given = _whole_headers(norm, given)
    shown = [
        "> " + n if label == QUOTED and n else "" if label == SIGNATURE else n for n, label in zip(norm, given, strict=True)
    ]
    marks = mark_quotes(shown)
    marks.labels = [g if g != TEXT else label for g, label in zip(given, marks.labels, strict=True)]
    marks.hard = marks.hard or QUOTED in given
    if marks.first in ("", "attribution") and not marks.forwarded:
        top = next((k for k, g in enumerate(given) if g == QUOTED and norm[k]), -1)
        marks.forwarded = top >= 0 and opens_forward(norm[top])
    return marks


def _whole_headers(norm: list[str], given: list[str]) -> list[str]:
    """Outlook for Mac marks only the copied header, or leaves its first line out: the header is one, and what follows it is its mail."""
    labels = list(given)
    for at in range(len(norm)):
        if labels[at] != QUOTED or not norm[at] or (at and labels[at - 1] == QUOTED):
            continue
        start = next((k for k in range(at - 1, max(-1, at - 4), -1) if norm[k]), at)
        if label_kind(norm[start]) not in ("from", "date") or labels[start] != TEXT:
            start = at
        end = copied_header(norm, start) if label_kind(norm[start]) else -1
        if end < at:
            continue
        labels[start:at] = [QUOTED] * (at - start)
        below = next_filled(norm, end + 1)
        if below < len(norm) and labels[below] == TEXT:
            labels[end + 1 :] = [QUOTED] * (len(labels) - end - 1)
            break
    return labels


def _begins_quoted(norm: list[str]) -> bool:
    """The first words under the marks are those that open a quote: the marks are genuine."""
    inner = [n.lstrip("> ") for n in norm if n][:24]
    return bool(inner) and mark_quotes(inner).labels[0] == QUOTED


def _depth(line: str) -> int:
    depth = 0
    for char in line[:200]:
        if char == ">":
            depth += 1
        elif char != " ":
            break
    return depth


def _runs(norm: list[str], labels: list[str]) -> list[tuple[int, int]]:
    """Stretches of text that hold more than blank lines."""
    runs: list[tuple[int, int]] = []
    start = -1
    for i, label in enumerate([*labels, QUOTED]):
        if label == TEXT:
            start = i if start < 0 else start
        elif start >= 0:
            if any(norm[start:i]):
                runs.append((start, i))
            start = -1
    return runs


def _join(lines: list[str], norm: list[str], labels: list[str]) -> str:
    """The text: stretches without their outer blank lines, a line break where a quote stood; a blank line if one stood before it."""
    parts: list[str] = []
    run: list[str] = []
    glue = ""
    blank = False
    for line, n, label in zip([*lines, ""], [*norm, "x"], [*labels, "end"], strict=True):
        if label == TEXT:
            run.append(line.rstrip() if n else "")
            continue
        if run:
            blank = not run[-1]
        while run and not run[-1]:
            run.pop()
        first = next((k for k, r in enumerate(run) if r), len(run))
        if run[first:]:
            parts.append((glue if parts else "") + "\n".join(run[first:]))
            glue = ""
        run = []
        glue = "\n\n" if label == SIGNATURE or blank else (glue or "\n")
    return "".join(parts)


def _collect(lines: list[str], labels: list[str], wanted: str) -> str:
    found = [line.rstrip() for line, label in zip(lines, labels, strict=True) if label == wanted]
    return "\n".join(found).strip("\n")


def _answers_inside(text: str, hard: bool) -> bool:
    """The sender says that his answers stand in the quoted part."""
    read = text[:4000]
    if not (words.COLOURED.possible(read) or (hard and words.ANSWERS_INSIDE.possible(read))):
        return False
    for line in read.split("\n"):
        if words.COLOURED.search(line) and words.ANSWER_WORDS.search(line):
            return True
        if hard and words.ANSWERS_INSIDE.search(line):
            return True
    return False
