"""A header block cut into fields, leniently, and the fields read without ever raising."""

from __future__ import annotations

import re
from collections.abc import Iterator

from processors.mime.words import decode_words, one_line, unfold

#: (name as written, raw value with its folds).
Field = tuple[str, bytes]

_FIELD = re.compile(rb"([!-9;-~]{1,120})[ \t]*:")
_MBOX = re.compile(rb">?From (?![ \t]*:)[^\n]{1,300}\n")
_KNOWN = re.compile(
    rb"(?:from|to|cc|bcc|subject|date|sender|reply-to|received|return-path|message-id|mime-version|content-[a-z-]+|"
    rb"delivered-to|references|in-reply-to|organization|importance|precedence|priority|list-[a-z-]+|x-[!-9;-~]+|"
    rb"dkim-[a-z-]+|arc-[a-z-]+|authentication-results|auto-submitted|thread-[a-z]+|user-agent|mailer|comments|keywords|"
    rb"resent-[a-z-]+|status|lines|newsgroups|path|envelope-to|disposition-notification-to|errors-to|original-[a-z-]+|"
    rb"final-recipient|action|diagnostic-code|reporting-mta|remote-mta|arrival-date|feedback-type|version)\Z",
    re.IGNORECASE,
)
MAX_FIELDS = 5000
_MAX_JUNK_LINES = 5
_MAX_LOST_FOLDS = 40  # the lines of a long signature field whose indentation a gateway lost


def split_block(data: bytes, start: int, end: int, *, top: bool = False) -> tuple[list[Field], int, str]:
    """The fields between ``start`` and the blank line, where the body begins, and what was wrong ('' when nothing).

    ``top`` marks the mail's own header: an mbox "From " line and blank lines in front are skipped there, and a block
    without one known name is taken for text.
    """
    at = start
    if top:
        while at < end and data[at] in b" \t\r\n\0":
            at += 1
        if data[at : at + 3] == b"\xef\xbb\xbf":
            at += 3
        while (mbox := _MBOX.match(data, at, end)) is not None:
            at = mbox.end()
    begin = at
    fields: list[Field] = []
    name = ""
    value: list[bytes] = []
    defect = ""
    body = end
    while at < end:
        stop = data.find(b"\n", at, end)
        stop = end if stop < 0 else stop + 1
        line = data[at:stop]
        bare = line.strip(b" \t\r\n\0")
        if not bare:
            if line[:1] in (b" ", b"\t") and name and _continues(data, stop, end):
                at = stop  # a fold that holds only blanks
                continue
            body = stop
            break
        if line[:1] in (b" ", b"\t"):
            if name:
                value.append(line)
                at = stop
                continue
            if not fields and not top:
                body = at
                break
            at = stop
            continue
        match = _FIELD.match(line)
        if match and not bare.startswith(b"--"):
            if name:
                fields.append((name, b"".join(value)))
            name = match.group(1).decode("ascii")
            value = [line[match.end() :]]
            if len(fields) >= MAX_FIELDS:
                defect, body = "En-tête démesuré, coupé", stop
                break
            at = stop
            continue
        if top and not name and bare[:1] in b"->*=" and _header_follows(data, stop, end, 1):
            begin = at = stop  # "---- Original message ----": somebody's export
            continue
        # While nobody has said who writes, the header cannot be over.
        unsigned = top and not any(field.lower() == "from" for field, _ in fields) and name.lower() != "from"
        junk = _MAX_LOST_FOLDS if unsigned else _MAX_JUNK_LINES
        if name and not bare.startswith(b"--") and _header_follows(data, stop, end, junk):
            value.append(b" " + line)  # a fold without its indentation
            defect = defect or "Ligne d'en-tête sans deux-points, rattachée à la précédente"
            at = stop
            continue
        defect = defect or ("Pas de ligne vide entre l'en-tête et le texte" if name else "")
        body = at
        break
    if name:
        fields.append((name, b"".join(value)))
    if top and not any(_KNOWN.match(field.encode()) for field, _ in fields):
        return [], begin, "Aucun en-tête : tout le contenu est lu comme du texte"
    if not top and fields and not any(_KNOWN.match(field.encode()) for field, _ in fields):
        return [], start, ""  # "Bonjour : voici …" directly after a boundary is text
    return fields, body, defect


def _continues(data: bytes, at: int, end: int) -> bool:
    """Whether a field with a name we know follows, after folds at most: then the header goes on."""
    for _ in range(20):
        line = data[at : min(at + 130, end)]
        if line[:1] not in (b" ", b"\t"):
            match = _FIELD.match(line)
            return bool(match and _KNOWN.match(match.group(1)))
        stop = data.find(b"\n", at, end)
        if stop < 0:
            return False
        at = stop + 1
    return False


def _header_follows(data: bytes, at: int, end: int, within: int) -> bool:
    for _ in range(within):
        if at >= end:
            return False
        line = data[at : min(at + 130, end)]
        match = _FIELD.match(line)
        if match and (within <= _MAX_JUNK_LINES or _KNOWN.match(match.group(1))):
            return bool(_KNOWN.match(match.group(1)))
        if not line.split(b"\n", 1)[0].strip():
            return False
        stop = data.find(b"\n", at, end)
        if stop < 0:
            return False
        at = stop + 1
    return False


class Headers:
    """A case-insensitive multi-map of header fields in their order. Values are decoded when asked for; nothing raises."""

    __slots__ = ("_decoded", "_fields", "_hint", "_index")

    def __init__(self, fields: list[Field] | tuple[Field, ...] = (), hint: str = "") -> None:
        self._fields = tuple(fields)
        self._hint = hint
        index: dict[str, list[bytes]] = {}
        for name, value in self._fields:
            index.setdefault(name.lower(), []).append(value)
        self._index = index
        #: First values that were asked for: many rules look at the same few.
        self._decoded: dict[str, str] = {}

    def get(self, name: str, default: str = "") -> str:
        """The first value of that name, decoded, on one line; ``default`` when there is none."""
        name = name.lower()
        values = self._index.get(name)
        if not values:
            return default
        known = self._decoded.get(name)
        if known is None:
            known = self._decoded[name] = one_line(decode_words(unfold(values[0]), self._hint))
        return known

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of that name, decoded, in order."""
        values = self._index.get(name.lower())
        return tuple([one_line(decode_words(unfold(v), self._hint)) for v in values]) if values else ()

    def raw(self, name: str) -> bytes:
        """The first value of that name as sent, unfolded, not decoded; b'' when there is none."""
        values = self._index.get(name.lower())
        return unfold(values[0]) if values else b""

    def raw_all(self, name: str) -> tuple[bytes, ...]:
        """Every value of that name as sent, unfolded."""
        return tuple(unfold(v) for v in self._index.get(name.lower(), ()))

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._index

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def items(self) -> Iterator[tuple[str, str]]:
        """Name and decoded value of every field, in order."""
        return ((name, one_line(decode_words(unfold(value), self._hint))) for name, value in self._fields)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Headers) and self._fields == other._fields

    def __hash__(self) -> int:
        return hash(self._fields)

    def __repr__(self) -> str:
        return f"Headers({len(self._fields)} fields)"
