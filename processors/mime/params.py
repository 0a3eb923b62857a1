"""Content-Type and Content-Disposition: a value and its parameters (RFC 2045, 2183, 2231), and what senders make of them."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from processors.mime.charset import decode
from processors.mime.words import decode_words

_COMMENT = re.compile(r"\([^()]{0,200}\)")
_TYPE = re.compile(r"([a-z0-9!#$&^_.+-]{1,100})\s{0,5}/\s{0,5}([a-z0-9!#$&^_.+-]{1,100})")
_NAME = re.compile(r"[\s;,]*([^\s=;\"]{1,100})\s*(=)?[ \t\r\n]*")
_NEXT = re.compile(r";|[ \t\r\n]+[A-Za-z][A-Za-z0-9*_-]{1,40}=(?!\?)|\Z")
_SECTION = re.compile(r"([^*]+)(?:\*(\d{1,4}))?(\*)?\Z")
_BARE = {"text": "text/plain", "plain": "text/plain", "html": "text/html", "multipart": "multipart/mixed", "txt": "text/plain"}
MAX_PARAMS = 200
MAX_LENGTH = 64 * 1024


def parse(value: bytes, hint: str = "") -> tuple[str, dict[str, str]]:
    """The lower-case value before the first ';' and the decoded parameters, names in lower case.

    The extended form of a parameter (``name*``) wins over its plain one.
    """
    text = value[:MAX_LENGTH].decode("latin-1")
    head, _, rest = text.partition(";")
    if "=" in head and not rest and "/" not in head.split("=")[0]:
        head, rest = "", text  # "Content-Disposition: filename=x"
    elif "=" in head:
        main = head.split()[0] if head.split() else ""  # "text/html charset=utf-8", the semicolon forgotten
        head, rest = main, head[head.find(main) + len(main) :] + ";" + rest
    plain: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for name, raw in _pairs(rest):
        match = _SECTION.match(name)
        if not match:
            continue
        base, index, extended = match.group(1), match.group(2), bool(match.group(3))
        if index is None and not extended:
            plain.setdefault(base, raw)
        else:
            pieces.setdefault(base, []).append((int(index or 0), extended, raw))
    found = {name: _text(raw, hint) for name, raw in plain.items()}
    for name, parts in pieces.items():
        joined = _join(parts, hint)
        if joined or name not in found:
            found[name] = joined
    return head.strip().strip("\"'").lower(), found


def _pairs(rest: str) -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    at = 0
    while at < len(rest) and len(out) < MAX_PARAMS:
        match = _NAME.match(rest, at)
        if not match:
            at += 1
            continue
        at = match.end()
        name = match.group(1).lower()
        if not match.group(2):
            continue
        if rest[at : at + 1] == '"':
            raw, at = _quoted(rest, at + 1)
        else:
            found = _NEXT.search(rest, at)
            stop = found.start() if found else len(rest)
            raw, at = rest[at:stop].strip(), stop
        out.append((name, raw))
    return out


def _quoted(rest: str, at: int) -> tuple[str, int]:
    """A quoted string from behind its opening quote. A backslash escapes only a quote or itself: Windows paths stay whole."""
    out: list[str] = []
    start = at
    while True:
        quote = rest.find('"', at)
        if quote < 0:  # never closed: up to the next parameter
            found = _NEXT.search(rest, start)
            stop = found.start() if found else len(rest)
            return rest[start:stop].strip(), stop
        back = len(rest[start:quote]) - len(rest[start:quote].rstrip("\\")) if rest[quote - 1 : quote] == "\\" else 0
        if back % 2 and re.match(r"\s*(?:;|\Z)", rest[quote + 1 :][:20]) and '"' not in rest[quote + 1 :]:
            back = 0  # "C:\dossier\" : the last quote closes
        out.append(rest[at:quote])
        if not back % 2:
            return "".join(out).replace('\\"', '"').replace("\\\\", "\\"), quote + 1
        out.append('"')
        at = quote + 1


def _text(raw: str, hint: str) -> str:
    data = raw.encode("latin-1", "replace")
    if data.isascii() and b"=?" not in data:
        return raw
    return decode_words(data, hint).strip()


def _join(parts: list[tuple[int, bool, str]], hint: str) -> str:
    """The pieces of an RFC 2231 value, in the order of their numbers, percent signs and charset undone."""
    parts.sort(key=lambda p: p[0])
    charset = ""
    out = bytearray()
    percent = False
    for i, (_, extended, raw) in enumerate(parts):
        piece = raw
        if extended:
            percent = True
            if i == 0 and piece.count("'") >= 2:
                charset, _, piece = piece.split("'", 2)
            out += unquote_to_bytes(piece.encode("latin-1", "replace"))
        else:
            out += piece.encode("latin-1", "replace")
    data = bytes(out)
    if b"=?" in data:
        return decode_words(data, hint).strip()
    return decode(data, charset, "" if percent else hint)[0]


def media_type(value: str) -> str:
    """``type/subtype`` from a Content-Type's value; '' when it is none."""
    bare = _COMMENT.sub("", value).strip().lower()
    match = _TYPE.search(bare)
    if match:
        return f"{match.group(1)}/{match.group(2)}"
    return _BARE.get(bare.strip("/ "), "")
