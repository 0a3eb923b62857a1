"""Copied headers ("De : … Envoyé : … Objet : …") and the lines of dashes that announce them."""

from __future__ import annotations

import re
from typing import Literal

from processors.reply import words
from processors.reply.attribution import attribution
from processors.reply.lines import DECOR, MAX_LINE, SEPARATOR, is_blank, label_kind, next_filled

Kind = Literal["attribution", "header", "original", "forward", "above"]
_MAX_HEADER_LINES = 24
_INLINE_LABEL = re.compile(r"(?<![^\W\d_])([^\W\d_][^\W\d_'’.\- ]{0,15}(?: [^\W\d_]{1,10})?)\s?[:：]")
#: Words for "date" that people write too, unlike "Envoyé :" or "Gesendet:".
_GENERIC_DATE = re.compile(r"(?:date|datum|fecha|data|dato|дата|tarih|日期|dátum)\b", re.IGNORECASE)
FORWARD_START = re.compile(
    r"[<\[(*]?(?:begin|début|debut|anfang|inicio|inizio|início|vidarebef|start|videresendt|välitetty|początek|"
    r"начало|以下|下面|"
    r"開始|転送|전달|iletilen|message|mail|forwarded|original|ursprüng|mensaje|mensagem|messaggio|oorspron|oprindelig|"
    r"opprinnelig)",
    re.IGNORECASE,
)


def copied_header(norm: list[str], i: int, *, marked: bool = False) -> int:
    """Last line of a copied header that begins at line i, or -1.

    Real text may say "De : Paris", "Date : 3 mars", so a header needs an address or a date and a subject,
    unless a rule or a marker announces it.
    """
    first = label_kind(norm[i])
    if not first or first in ("other", "copy"):
        return -1
    kinds: dict[str, str] = {}
    last, gap, stray = i, 0, 0
    address = False
    for k in range(i, min(len(norm), i + _MAX_HEADER_LINES)):
        line = norm[k][:MAX_LINE]
        if not line:
            gap += 1
            if gap > 1:
                break
            continue
        kind = label_kind(line)
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
        or (len(found) >= 2 and {"date", "subject"} & found and dated and is_blank(norm, i - 1) and address)
    ):
        return last
    if {"from", "date", "to"} <= found and dated and not _GENERIC_DATE.match(kinds["date"].lstrip("*_ ")):
        return last
    if (
        {"date", "to"} <= found
        and "@" in kinds["to"]
        and is_blank(norm, i - 1)
        and words.DATE.search(kinds["date"])
        and words.TIME.search(kinds["date"])
    ):
        return last
    if {"date", "to", "subject"} <= found and (address or dated) and (marked or address):
        return last
    return -1


def _ruled_above(norm: list[str], i: int) -> bool:
    k = i - 1
    while k >= 0 and i - k <= 3 and not norm[k]:
        k -= 1
    return k >= 0 and len(norm[k]) >= 3 and SEPARATOR.match(norm[k]) is not None


def marker(norm: list[str], i: int, line: str, decorated: bool) -> Kind | None:
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
    i = next_filled(norm, i)
    return i < len(norm) and label_kind(norm[i].lstrip("> ")) in ("from", "date", "to", "subject")


def with_header(norm: list[str], i: int, kind: Kind) -> tuple[int, Kind]:
    """A marker with the header or attribution that stands right below it."""
    below = next_filled(norm, i + 1)
    if below < len(norm) and len(norm[below]) <= MAX_LINE:
        end = copied_header(norm, below, marked=True)
        if end < 0:
            end = attribution(norm, below)
        if end >= 0:
            return end, kind
    return i, kind


def opens_forward(line: str) -> bool:
    """A line that says a forwarded message follows."""
    return len(line) <= 120 and (
        words.FORWARD_OPENING.match(line) is not None
        or (DECOR.match(line) is not None and words.FORWARDED.search(line) is not None)
    )
