"""Lists of a business (its products …) as a table for people: one row a value, its labels, its words; and the document again.

Only what a person changed is written anew: every other value stays letter for letter, and comments stay with what they are about.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

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


def without_english(rows: Sequence[Row]) -> list[str]:
    """The French names of the values that have no English one: readers of English are shown the French."""
    return [row.fr for row in rows if row.fr.strip() and not row.en.strip()]


def with_rows(text: str, rows: Sequence[Row]) -> str:
    """The document with these values; rows without a French label are left out, new ones are named after it.

    A value that is as it was keeps its lines; of one that is not, comments and the words that stay keep theirs. What is said of a
    value or word that goes away goes to the next one.
    """
    before = text.splitlines()
    start = next(n for n, line in enumerate(before) if line.startswith("values:"))
    end = next((n for n in range(start + 1, len(before)) if _outside(before[n])), len(before))
    while end > start + 1 and not before[end - 1].strip():
        end -= 1
    old = {row.value: row for row in rows_of("list.md", text) or ()}
    chunks, tail = _chunks(before[start + 1 : end])
    if set(chunks) != set(old):  # values that are not written a line each (a flow, an anchor): all is written anew
        chunks, tail = {}, []
    kept = {row.value for row in rows if row.fr.strip()}
    # What stands over a value that goes is often over a group of them.
    over: list[str] = []
    heads: dict[str, list[str]] = {}
    for value, chunk in chunks.items():
        over += chunk.head
        if value in kept:
            heads[value], over = over, []
    lines = [before[start] if not before[start][len("values:") :].split("#")[0].strip() else "values:"]
    for row in rows:
        if row.fr.strip():
            value = row.value or _named(row.fr)
            lines += heads.get(value, [])
            lines += _written(value, row, chunks.get(row.value), old.get(row.value))
    return "\n".join([*before[:start], *lines, *over, *tail, *before[end:]]) + "\n"


@dataclass(slots=True)
class _Chunk:
    """A value's lines as they stand: ``head`` are the comments over it, ``top`` its key and all before its first word, ``words`` each
    with the comments over it, ``rest`` what comes after them."""

    head: list[str]
    top: list[str] = field(default_factory=list)
    words: list[tuple[list[str], str]] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)


def _outside(line: str) -> bool:
    """Whether the line stands no more in the values."""
    return bool(line) and not line[0].isspace() and not line.startswith("#")


def _remark(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _chunks(block: Sequence[str]) -> tuple[dict[str, _Chunk], list[str]]:
    """(the lines of each value, the comments after the last one)."""
    indent = next((len(line) - len(line.lstrip()) for line in block if not _remark(line)), 0)
    found: dict[str, _Chunk] = {}
    current: _Chunk | None = None
    waiting: list[str] = []
    for line in block:
        deep = len(line) - len(line.lstrip())
        if _remark(line):
            waiting.append(line)
        elif deep <= indent:
            # Comments as deep as words are about the value before.
            inner = 0
            while inner < len(waiting) and waiting[inner].strip() and _deep(waiting[inner]) > indent:
                inner += 1
            if current is not None:
                current.rest += waiting[:inner]
            else:
                inner = 0
            current = _Chunk(waiting[inner:], [line])
            found[line.strip().partition(":")[0].strip("'\"")] = current
            waiting = []
        elif current is not None and line.lstrip().startswith("- ") and not current.rest:
            current.words.append((waiting, line))
            waiting = []
        elif current is not None:
            (current.rest if current.words else current.top).extend([*waiting, line])
            waiting = []
    return found, waiting


def _deep(line: str) -> int:
    return len(line) - len(line.lstrip())


def _written(value: str, row: Row, chunk: _Chunk | None, before: Row | None) -> list[str]:
    """The lines of one value, without what stands over it."""
    words = [" ".join(word.split()) for word in row.words.splitlines() if word.strip()]
    if chunk is None or before is None:
        return [f"  {value}:", _label(row), "    words:", *(f"      {_word(word)}" for word in words)]
    same_label = (row.fr.strip(), row.en.strip()) == (before.fr.strip(), before.en.strip())
    old = before.words.split("\n") if before.words else []
    if same_label and words == old:
        return [*chunk.top, *(line for over, told in chunk.words for line in (*over, told)), *chunk.rest]
    remarks = [line for line in chunk.top[1:] if _remark(line)]
    whole = len(chunk.words) == len(old) and all(_remark(line) for line in chunk.rest)
    if whole and same_label and chunk.top[-1].strip().startswith("words:"):
        lines = [*chunk.top]
    else:
        lines = [chunk.top[0].split(":")[0] + ":", *remarks, _label(row), "    words:"]
    if not whole:  # words in a row, or of several lines each: their comments come first
        loose = [line for over, _ in chunk.words for line in over] + [line for line in chunk.rest if _remark(line)]
        return [*lines, *loose, *(f"      {_word(word)}" for word in words)]
    stays = {_spoken(word) for word in words}
    known: dict[str, tuple[list[str], str, str]] = {}
    over: list[str] = []
    for word, (remark, line) in zip(old, chunk.words, strict=True):
        over += remark
        if _spoken(word) in stays:
            known[_spoken(word)] = (over, word, line)
            over = []
    for word in words:
        remark, was, line = known.get(_spoken(word), ([], "", ""))
        lines += [*remark, line if was == word else f"      {_word(word)}"]
    return [*lines, *over, *chunk.rest]


def _label(row: Row) -> str:
    english = f", en: {_scalar(row.en)}" if row.en.strip() else ""
    return f"    label: {{fr: {_scalar(row.fr)}{english}}}"


def _word(word: str) -> str:
    found = _WEIGHED.match(word)
    said = _scalar(found[1] if found else word)
    return f"- {{word: {said}, weight: {found[2].replace(',', '.')}}}" if found else f"- {said}"


def _spoken(word: str) -> str:
    """The word without its weight."""
    found = _WEIGHED.match(word)
    return found[1] if found else word


def _scalar(text: str) -> str:
    plain = " ".join(text.split())
    bare = _PLAIN.fullmatch(plain) and plain.casefold() not in _RESERVED
    return plain if bare else json.dumps(plain, ensure_ascii=False)


def _named(label: str) -> str:
    ascii_ = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", "_", ascii_).strip("_")[:60] or "valeur"
