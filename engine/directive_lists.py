"""Lists of a business (its products …) as a table for people: one row a value, its labels, its words; and the document again.

Only the values are written anew, the rest of the document stays letter for letter.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from engine.directive_problem import Problems
from engine.directive_yaml import Map, read_document

#: Words that can stand without quotation marks.
_PLAIN = re.compile(r"[^\W\d_](?:[\w' -]*[\w])?")
_RESERVED = frozenset({"yes", "no", "true", "false", "null", "on", "off", "y", "n"})
_WEIGHED = re.compile(r"^(.*?)\s*[×x*]\s*(\d+(?:[.,]\d+)?)$")


@dataclass(frozen=True, slots=True)
class Row:
    """A value of a list. ``words`` one a line, a weight behind « × »."""

    value: str
    fr: str
    en: str
    words: str


def rows_of(name: str, text: str) -> list[Row] | None:
    """The rows of a list's document; None for every other document, and for one that does not read."""
    document = read_document(name, text, Problems())
    values = document.data.get("values") if document is not None and "list" in document.data else None
    if not isinstance(values, Map):
        return None
    rows = []
    for value, told in values.items():
        if not isinstance(told, Map):
            return None
        label = told.get("label")
        labels = label if isinstance(label, Map) else {"fr": str(label or "")}
        words = []
        for word in told.get("words") or ():
            if isinstance(word, Map):
                weight = word.get("weight", 1)
                words.append(str(word.get("word", "")) + (f" × {weight:g}" if weight != 1 else ""))
            else:
                words.append(str(word))
        rows.append(Row(value, str(labels.get("fr", "")), str(labels.get("en", "")), "\n".join(words)))
    return rows


def with_rows(text: str, rows: Sequence[Row]) -> str:
    """The document with these values; rows without a French label are left out, new ones are named after it."""
    lines = ["values:"]
    for row in rows:
        if not row.fr.strip():
            continue
        value = row.value or _named(row.fr)
        label = f"fr: {_scalar(row.fr)}" + (f", en: {_scalar(row.en)}" if row.en.strip() else "")
        lines += [f"  {value}:", f"    label: {{{label}}}", "    words:"]
        for word in filter(None, (" ".join(w.split()) for w in row.words.splitlines())):
            found = _WEIGHED.match(word)
            weight = found[2].replace(",", ".") if found else ""
            said = _scalar(found[1] if found else word)
            lines.append(f"      - {{word: {said}, weight: {weight}}}" if weight else f"      - {said}")
    before = text.splitlines()
    start = next(n for n, line in enumerate(before) if line.rstrip() == "values:")
    end = next((n for n in range(start + 1, len(before)) if before[n] and not before[n][0].isspace()), len(before))
    return "\n".join([*before[:start], *lines, *before[end:]]) + "\n"


def _scalar(text: str) -> str:
    plain = " ".join(text.split())
    bare = _PLAIN.fullmatch(plain) and plain.casefold() not in _RESERVED
    return plain if bare else json.dumps(plain, ensure_ascii=False)


def _named(label: str) -> str:
    ascii_ = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", "_", ascii_).strip("_")[:60] or "valeur"
