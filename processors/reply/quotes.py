"""Where quoted text begins and ends, line by line.

A line is TEXT until shown otherwise. What opens a quote: an attribution ("Le 3 mars …, Jean <…> a écrit :"), a copied header
("De : … Envoyé : … Objet : …"), a line of dashes around "Message d'origine", "reply above this line". What follows
is quoted as long as it carries '>' when its first line does; otherwise to the end, since nothing tells the rest apart.
Every look ahead is bounded by a number of lines and of characters, so the whole is linear.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from processors.reply import words

TEXT, SIGNATURE, QUOTED = "T", "S", "Q"
Kind = Literal["attribution", "header", "original", "forward", "above"]

_MAX_LINE = 500
_MAX_ATTRIBUTION_LINES = 6
_MAX_HEADER_LINES = 24

_INVISIBLE = dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF, 0xAD])
_SPACES = dict.fromkeys([0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000, 0x09], " ")
_TABLE = {**_INVISIBLE, **_SPACES}
_DECOR = re.compile(r"[-_*=~#+—–─━•·.]{2,}")
SEPARATOR = re.compile(r"(?:[-_*=~#+—–─━]\s?){2,200}$|[—–]$|\.{5,200}$")
_INLINE_LABEL = re.compile(r"(?<![^\W\d_])([^\W\d_][^\W\d_'’.\- ]{0,15}(?: [^\W\d_]{1,10})?)\s?[:：]")
_USENET = re.compile(r"([A-Z][\w.-]{0,15})>(?:\s|$)")
_ISO_OPENING = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\s.{0,200}(?:GMT|UTC)\s?[+-]?\d{0,2}:?\d{0,2}\s+\S+(?:\s\S+){0,6}$")
_WRAPPED_TAIL = re.compile(r">\s?[^\s>].{0,60}[:：]$|>[:：]?$")
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
    ends: list[int] = field(default_factory=list)


def normal(line: str) -> str:
    """A line for matching only: no invisible marks, plain spaces, no markdown emphasis, entities read."""
    if len(line) > 4 * _MAX_LINE:
        line = line[: 4 * _MAX_LINE]
    if not line.isascii():
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
        opening = _opening(norm, i) if len(line) <= _MAX_LINE else None
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
        marks.ends.append(end)
        following = _next(norm, end + 1)
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


def _next(norm: list[str], i: int) -> int:
    """The next line that is not blank, at most 40 lines on (a longer gap counts as the line there)."""
    stop = min(len(norm), i + 40)
    while i < stop and not norm[i]:
        i += 1
    return i


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


def _opening(norm: list[str], i: int) -> tuple[int, Kind] | None:
    """What opens a quote at line i: (last line of the opening, kind), or None."""
    line = norm[i]
    decorated = _DECOR.match(line)
    if decorated or FORWARD_START.match(line):
        marker = _marker(norm, i, line, bool(decorated))
        if marker is not None:
            return _extended(norm, i, marker)
    if ":" in line or "：" in line:
        end = _header(norm, i)
        if end >= 0:
            return end, "header"
    end = attribution(norm, i)
    if end >= 0:
        return end, "attribution"
    if len(line) <= 200 and words.says_reply_above(line) and (decorated or (len(line) <= 110 and _blank(norm, i - 1))):
        return i, "above"
    return None


FORWARD_START = re.compile(
    r"[<\[(*]?(?:begin|début|debut|anfang|inicio|inizio|início|vidarebef|start|videresendt|välitetty|początek|начало|以下|下面|"
    r"開始|転送|전달|iletilen|message|mail|forwarded|original|ursprüng|mensaje|mensagem|messaggio|oorspron|oprindelig|opprinnelig)",
    re.IGNORECASE,
)


def opens_forward(line: str) -> bool:
    """A line that says a forwarded message follows."""
    return len(line) <= 120 and (
        words.FORWARD_OPENING.match(line) is not None
        or (_DECOR.match(line) is not None and words.FORWARDED.search(line) is not None)
    )


def _marker(norm: list[str], i: int, line: str, decorated: bool) -> Kind | None:
    """ "----- Message d'origine -----", "Début du message réexpédié :" and their like in other languages."""
    bare = line.strip("-_*=~#+—–<>[]() ")
    if not bare or len(line) > 300:
        return None
    if words.FORWARD_OPENING.match(bare):
        labelled = _labelled_soon(norm, i + 1)
        return "forward" if decorated or labelled or bare.endswith((":", "：")) else None
    if decorated:
        head = bare[:120]
        if (m := words.FORWARDED.search(head)) and m.start() <= 12:
            return "forward"
        if (m := words.ORIGINAL.search(head)) and m.start() <= 12:
            return "original"
        closed = re.search(r"[-_*=~#+—–]{2,}$", line) is not None
        if closed and len(bare) <= 60 and not any(c.isdigit() for c in bare) and _labelled_soon(norm, i + 1):
            return "original"
        return None
    if words.ORIGINAL.fullmatch(bare.rstrip(":： ")) and _labelled_soon(norm, i + 1):
        return "original"
    return None


def _labelled_soon(norm: list[str], i: int) -> bool:
    """A header label stands on one of the next lines."""
    i = _next(norm, i)
    return i < len(norm) and _label(norm[i].lstrip("> ")) in ("from", "date", "to", "subject")


def _extended(norm: list[str], i: int, kind: Kind) -> tuple[int, Kind]:
    """A marker with the header or attribution that stands right below it."""
    below = _next(norm, i + 1)
    if below < len(norm) and len(norm[below]) <= _MAX_LINE:
        end = _header(norm, below, marked=True)
        if end < 0:
            end = attribution(norm, below)
        if end >= 0:
            return end, kind
    return i, kind


def _label(line: str) -> str:
    """The kind of the header label a line begins with, or ''."""
    m = words.LABEL.match(line.lstrip("*_ "))
    return words.LABEL_KIND.get(m[1].strip("*_ ").lower(), "") if m else ""


def _header(norm: list[str], i: int, *, marked: bool = False) -> int:
    """Last line of a copied header that begins at line i, or -1.

    Real text may say "De : Paris", "Date : 3 mars", so a header needs an address or a date and a subject,
    unless a rule or a marker announces it.
    """
    first = _label(norm[i])
    if not first or first in ("other", "copy"):
        return -1
    kinds: dict[str, str] = {}
    last, gap, stray = i, 0, 0
    address = False
    for k in range(i, min(len(norm), i + _MAX_HEADER_LINES)):
        line = norm[k][:_MAX_LINE]
        if not line:
            gap += 1
            if gap > 1:
                break
            continue
        kind = _label(line)
        if kind:
            if kind in kinds and kind in ("from", "subject"):
                break
            kinds.setdefault(kind, line)
            for m in _INLINE_LABEL.finditer(line, 4):
                name = m[1].lower()
                inline = words.LABEL_KIND.get(name, "") or words.LABEL_KIND.get(name.rsplit(" ", 1)[-1], "")
                if inline:
                    kinds.setdefault(inline, line)
            last, gap, stray = k, 0, 0
        else:
            stray += 1
            if gap or stray > 3:
                break
            if "@" in line or line.startswith("<"):
                last = k
        address = address or "@" in line
    marked = marked or (i > 0 and _ruled_above(norm, i))
    found = set(kinds)
    dated = "date" in kinds and (words.DATE.search(kinds["date"]) or words.TIME.search(kinds["date"])) is not None
    if "from" in found and (
        (len(found) >= 3 and (address or {"subject", "date"} <= found))
        or (len(found) >= 2 and (marked or (address and dated)))
        or (len(found) >= 2 and {"date", "subject"} & found and dated and _blank(norm, i - 1) and address)
    ):
        return last
    if {"from", "date", "to"} <= found and dated and not _GENERIC_DATE.match(kinds["date"].lstrip("*_ ")):
        return last
    if {"date", "to"} <= found and "@" in kinds["to"] and _blank(norm, i - 1) and words.DATE.search(kinds["date"]) and words.TIME.search(kinds["date"]):
        return last
    if {"date", "to", "subject"} <= found and (address or dated) and (marked or address):
        return last
    return -1


#: Words for "date" that people write too, unlike "Envoyé :" or "Gesendet:".
_GENERIC_DATE = re.compile(r"(?:date|datum|fecha|data|dato|дата|tarih|日期|dátum)\b", re.IGNORECASE)


def _ruled_above(norm: list[str], i: int) -> bool:
    k = i - 1
    while k >= 0 and i - k <= 3 and not norm[k]:
        k -= 1
    return k >= 0 and len(norm[k]) >= 3 and SEPARATOR.match(norm[k]) is not None


def _blank(norm: list[str], i: int) -> bool:
    return i < 0 or i >= len(norm) or not norm[i]


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
            if is_prefixed(line) and not (_WRAPPED_TAIL.match(line) and joined.count("<") > joined.count(">")):
                return -1
        joined = f"{joined} {line}" if joined else line
        if len(joined) > _MAX_LINE:
            return -1
        closed = joined.endswith((":", "：", "-", "*", ">"))
        following = _next(norm, k + 1)
        quoted_next = following < len(norm) and is_prefixed(norm[following])
        announced = quoted_next or (following < len(norm) and _label(norm[following]) == "from")
        stops = k + 1 >= len(norm) or not norm[k + 1] or announced
        if closed or stops:
            strength = _judge(joined)
            if strength >= 3 or (strength == 2 and (announced or _blank(norm, i - 1))) or (strength == 1 and quoted_next):
                return k
        if joined.endswith((":", "：")):
            return -1
    return -1


_CITING = ("quoting ", "citando ", "zitat von ", "citation de ")
_DIGIT = re.compile(r"\d")
_FULL_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")
_ADDRESS_TAIL = re.compile(r"[\s>)\]\"'’,:：]{0,12}(?:<?mailto:[^\s>]{1,100}[>\])\s]{0,4})?[\s>)\]:：]{0,8}$")


_GLUED = re.compile(
    r"(?<=[^\s-])(?:\s|-)*\s(?=(?:Le|On|Am|El|Il|Em|Op|Den|Dnia|W dniu|Dne)\s(?:[^\W\d_]{1,12}[.,]{0,2}\s){0,2}[^\W_]{0,9}[.,]?\s?\d)"
)


def unglue(lines: list[str]) -> list[str]:
    """Lines with an attribution that a careless conversion left at the end of a line of text cut off from it."""
    out: list[str] = []
    for line in lines:
        end = line.rstrip()
        if 40 < len(end) <= _MAX_LINE and end.endswith((":", "：")) and "@" in end and not is_prefixed(end.lstrip()):
            text = normal(end)
            cut = next((m for m in _GLUED.finditer(text) if _judge(text[m.end() :]) >= 3), None)
            if cut and not _begins(text.lower()):
                out += [text[: cut.start()], text[cut.start() :].strip()]
                continue
        out.append(line)
    return out


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


_SENTENCE_END = re.compile(r"[^\W\d_]{4,}\.$|[!?]$")


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
