"""Lines that say who wrote what follows ("Le 3 mars 2025 à 10:12, X <…> a écrit :"), in any language."""

from __future__ import annotations

import re

from processors.reply import words
from processors.reply.lines import MAX_LINE, is_blank, is_prefixed, label_kind, next_filled, normal

_MAX_ATTRIBUTION_LINES = 6
_CITING = ("quoting ", "citando ", "zitat von ", "citation de ")
_DIGIT = re.compile(r"\d")
_FULL_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")
_ADDRESS_TAIL = re.compile(r"[\s>)\]\"'’,:：]{0,12}(?:<?mailto:[^\s>]{1,100}[>\])\s]{0,4})?[\s>)\]:：]{0,8}$")
_ISO_OPENING = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\s.{0,200}(?:GMT|UTC)\s?[+-]?\d{0,2}:?\d{0,2}\s+\S+(?:\s\S+){0,6}$")
WRAPPED_TAIL = re.compile(r">\s?[^\s>].{0,60}[:：]$|>[:：]?$")
_SENTENCE_END = re.compile(r"[^\W\d_]{4,}\.$|[!?]$")
_GLUED = re.compile(
    r"(?<=[^\s-])(?:\s|-)*\s(?=(?:Le|On|Am|El|Il|Em|Op|Den|Dnia|W dniu|"
    r"Dne)\s(?:[^\W\d_]{1,12}[.,]{0,2}\s){0,2}[^\W_]{0,9}[.,]?\s?\d)"
)


def attribution(norm: list[str], i: int) -> int:
    """Last line of an attribution ("Le …, X a écrit :") that begins at line i, or -1."""
    first = norm[i]
    if not _plausible(first):
        return -1
    joined = ""
    for k in range(i, min(len(norm), i + _MAX_ATTRIBUTION_LINES)):
        line = norm[k]
        if k > i:
            if not line:
                # Some clients put the address on a paragraph of its own.
                if k == i + 1 and k + 1 < len(norm) and norm[k + 1].startswith("<"):
                    continue
                return -1
            if k > i and _starts_afresh(norm[k - 1], line):
                return -1
            if is_prefixed(line) and not (WRAPPED_TAIL.match(line) and joined.count("<") > joined.count(">")):
                return -1
        joined = f"{joined} {line}" if joined else line
        if len(joined) > MAX_LINE:
            return -1
        closed = joined.endswith((":", "：", "-", "*", ">"))
        following = next_filled(norm, k + 1)
        quoted_next = following < len(norm) and is_prefixed(norm[following])
        announced = quoted_next or (following < len(norm) and label_kind(norm[following]) == "from")
        stops = k + 1 >= len(norm) or not norm[k + 1] or announced
        if closed or stops:
            strength = _judge(joined)
            if strength >= 3 or (strength == 2 and (announced or is_blank(norm, i - 1))) or (strength == 1 and quoted_next):
                return k
        if joined.endswith((":", "：")):
            return -1
    return -1


def _starts_afresh(above: str, line: str) -> bool:
    """A line that continues nothing: the one above ends a sentence, or this one begins as an attribution does."""
    if _SENTENCE_END.search(above, max(0, len(above) - 40)) or "://" in above:
        return True
    if not _begins(line.lower()):
        return False
    ended = above.endswith(".") and len(above) > 30 and "@" not in above
    return ended or (line[0].isupper() and line.split(None, 1)[0].lower() in words.OPENERS)


def _plausible(line: str) -> bool:
    """Cheap test of a first line."""
    if len(line) < 6 and line != "<":
        return False
    low = line.lower()
    if "@" in low or "<" in low or low.startswith(_CITING):
        return True
    if not _DIGIT.search(low, 0, 80):
        return False
    if any(stem in low for stem in words.WROTE_STEMS):
        return True
    low = low.lstrip("-*_| ")
    if not _begins(low):
        return False
    # By the time a wrapped attribution breaks, its year or hour has been said.
    short = not low[0].isdigit() and len(low.split(None, 8)) <= 8
    return short or words.DATE.search(low) is not None or words.TIME.search(low) is not None


def _judge(joined: str) -> int:
    """How surely a joined line is an attribution: 3 by itself, 2 after a blank line, 1 only above a marked quote, 0 not.

    Looks for five things: a beginning that is used for that, a date, a time, an address, the verb at its place.
    """
    text = joined.strip("-*_| ")
    if not text:
        return 0
    colon = text.endswith((":", "："))
    low = text.lower()
    if not any(stem in low for stem in words.WROTE_STEMS):
        return _judge_silent(text, low, colon)
    verb = None
    for verb in words.WROTE.finditer(text):  # noqa: B007 - the last one counts
        pass
    if verb is None:
        return 0
    date, time, address = words.DATE.search(text), words.TIME.search(text), words.ADDRESS.search(text)
    before, after = text[: verb.start()].rstrip(" ,"), text[verb.end() :]
    begins = _begins(low)
    if words.AFTER_WROTE.fullmatch(after):
        if not (colon or joined.endswith("-") or (date and address and time)):
            return 0
        if begins:
            return 3 if address or time else 2 if date else 1
        if address and _is_name(before[: address.start()]) and len(before) - address.start() < 120:
            return 3
        if joined.startswith("--") and joined.endswith("--") and _is_name(before):
            return 2
        return 2 if date and time and _is_name(before[: date.start()]) else 0
    if len(after.split()) > 18 or "«" in after or (not colon and ":" in words.TIME.sub("", after)):
        return 0
    if begins and (date or time):
        if colon:
            return 3 if address or time else 2
        return 2 if _FULL_DATE.search(text) and time and len(after) > 1 else 0
    timed = words.TIME.search(after[:-1])
    if colon and (timed or words.DATE.search(after[:-1])) and (address or _is_name(before)):
        return 3 if address or timed else 2
    return 0


def _judge_silent(text: str, low: str, colon: bool) -> int:
    """The same for lines without a verb: "Citando a X:", "2025-03-03 10:12 GMT+01:00 X <…>:"."""
    if colon and low.startswith(_CITING):
        return 3 if "@" in text else 1
    if "@" in text and (colon or (text[0].isdigit() and text.endswith(">"))):
        if words.DATE.search(text) and _begins(low) and _ADDRESS_TAIL.match(text, _last_address(text)):
            return 3 if colon else 2
        return 0
    if text[0].isdigit() and ("GMT" in text or "UTC" in text) and _ISO_OPENING.match(text):
        return 2
    return 0


def _last_address(text: str) -> int:
    """Where the last address of a line ends."""
    return max((m.end() for m in words.ADDRESS.finditer(text)), default=0)


def _begins(text: str) -> bool:
    """The beginning of an attribution: a date, or a word used before one."""
    tokens = text[:120].split()[:7]
    if not tokens:
        return False
    head = tokens[0]
    if head[0].isdigit() or head[0] in "在於于":
        return True
    if head.strip(".,:") in words.OPENERS:
        return any(any(c.isdigit() for c in token) for token in tokens[1:6])
    if len(head) <= 4 and head.isalpha() and len(tokens) > 1 and tokens[1][0].isdigit():
        return True
    if head.endswith((",", ".")) and len(head) <= 14 and len(tokens) > 1 and tokens[1] not in words.OPENERS:
        return any(any(c.isdigit() for c in token) for token in tokens[1:4])
    return False


def _is_name(text: str) -> bool:
    """A few words that may name a person or a firm, or nothing (a bare address)."""
    text = text.strip(" <\"'“”([,")
    return len(text) <= 80 and len(text.split()) <= 8 and not text.endswith((":", ".", "!", "?", ";"))


def unglue(lines: list[str]) -> list[str]:
    """Lines with an attribution that a careless conversion left at the end of a line of text cut off from it."""
    out: list[str] = []
    for line in lines:
        end = line.rstrip()
        if 40 < len(end) <= MAX_LINE and end.endswith((":", "：")) and "@" in end and not is_prefixed(end.lstrip()):
            text = normal(end)
            cut = next((m for m in _GLUED.finditer(text) if _judge(text[m.end() :]) >= 3), None)
            if cut and not _begins(text.lower()):
                out += [text[: cut.start()], text[cut.start() :].strip()]
                continue
        out.append(line)
    return out
