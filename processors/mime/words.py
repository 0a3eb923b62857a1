"""RFC 2047 encoded words, in every broken form senders produce, and the cleaning of one header value.

Written as a single walk with ``find`` rather than one regular expression: linear on any input by construction.
"""

from __future__ import annotations

import binascii
import re

from processors.mime.charset import codec, decode
from processors.mime.transfer import unbase64

_OPEN = re.compile(rb"=\?[ \t]*([^?=\s]{0,60}(?:[ \t]+[^?=\s]{1,40})?)[ \t]*\?[ \t]*([bBqQ])[ \t]*\?")
_FOLD = re.compile(rb"[ \t]*\r*\n[ \t]*|\r+(?=[ \t])")
_SPACE = re.compile(r"\s+")
#: C0 and C1 controls, zero-width fillers and the bidirectional overrides that make a text read otherwise than it is.
INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
MAX_VALUE = 256 * 1024  # bytes of one header value that are decoded; the rest stays in the raw mail


def unfold(value: bytes) -> bytes:
    """One header value on one line; a fold becomes one space."""
    value = value[:MAX_VALUE].strip(b" \t\r\n\0")
    return _FOLD.sub(b" ", value).strip(b" \t\r\n\0") if b"\n" in value or b"\r" in value else value


def decode_words(value: bytes, hint: str = "") -> str:
    """The text of an unfolded header value: encoded words decoded, raw 8-bit text read as UTF-8 or as ``hint`` says."""
    if b"=?" not in value:
        return decode(value, "", hint)[0]
    out: list[str] = []
    pending: list[tuple[str, bytes, bytes]] = []  # adjacent words (charset, encoding, payload) decoded as one
    at = 0
    never_closed = False
    while (start := value.find(b"=?", at)) >= 0:
        opened = _OPEN.match(value, start)
        if not opened:
            _plain(out, pending, value[at : start + 2], hint)
            at = start + 2
            continue
        close = -1 if never_closed else value.find(b"?=", opened.end())
        never_closed = never_closed or close < 0
        end = close if close >= 0 else len(value)
        following = value.find(b"=?", opened.end(), end)
        if following >= 0 and _OPEN.match(value, following):  # the end mark was forgotten: the next word begins inside this one
            payload, after = value[opened.end() : following], following
        elif close >= 0:
            payload, after = value[opened.end() : close], close + 2
        else:
            payload, after = _unclosed(value, opened.end(), opened.group(2))
        between = value[at:start]
        if between.strip(b" \t") or not pending:
            _plain(out, pending, between, hint)
        charset = opened.group(1).split(b"*")[0].decode("ascii", "ignore").strip()
        pending.append((charset, opened.group(2).upper(), payload))
        at = after
    _plain(out, pending, value[at:], hint)
    return "".join(out)


def _unclosed(value: bytes, start: int, encoding: bytes) -> tuple[bytes, int]:
    rest = value[start:]
    if encoding in b"bB":
        match = re.match(rb"[A-Za-z0-9+/=_-]*\??", rest)
        length = match.end() if match else 0
    else:
        length = next((i for i, b in enumerate(rest) if b in b"<"), len(rest))
    return rest[:length].rstrip(b"? \t"), start + length


def _plain(out: list[str], pending: list[tuple[str, bytes, bytes]], text: bytes, hint: str) -> None:
    """Write out the words held back, then the plain text that follows them."""
    if pending:
        out.extend(_decode_run(pending, hint))
        pending.clear()
    if text:
        out.append(decode(text, "", hint)[0])


def _decode_run(words: list[tuple[str, bytes, bytes]], hint: str) -> list[str]:
    """Adjacent words of one charset are joined as bytes first, since senders cut characters in two."""
    texts: list[str] = []
    i = 0
    while i < len(words):
        charset = words[i][0]
        joined = bytearray()
        carry = b""
        while i < len(words) and words[i][0].lower() == charset.lower():
            _, encoding, payload = words[i]
            if encoding == b"B":
                carry += payload.strip()
                more = i + 1 < len(words) and words[i + 1][:2] == (words[i][0], b"B")
                if not more or b"=" in payload[-2:] or len(carry.translate(None, b" \t")) % 4 == 0:
                    joined += unbase64(carry)
                    carry = b""
            else:
                joined += _unq(payload)
            i += 1
        if carry:
            joined += unbase64(carry)
        texts.append(decode(bytes(joined), charset, hint if not codec(charset) else "")[0])
    return texts


def _unq(payload: bytes) -> bytes:
    try:
        return binascii.a2b_qp(payload, header=True)
    except (binascii.Error, ValueError):
        return payload


def one_line(text: str) -> str:
    """Whitespace collapsed, no control characters, no bidirectional overrides."""
    if text.isascii() and text.isprintable():
        return text.strip() if "  " not in text else _SPACE.sub(" ", text).strip()
    return _SPACE.sub(" ", INVISIBLE.sub("", _SPACE.sub(" ", text))).strip()
