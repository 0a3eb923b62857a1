"""Content-Transfer-Encoding undone: base64, quoted-printable, uuencode, in the damaged forms mail arrives in."""

from __future__ import annotations

import binascii
import re

import pybase64

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_BLANKS = b" \t\r\n\0\x0b\x0c"
_SOFT_BREAK = re.compile(rb"=[ \t]{1,80}(?=\r?\n)")
#: Bytes within which the last line of base64 ends, blank lines after it included.
_TAIL = 100
_BLANK_LINE = re.compile(rb"\r?\n[ \t]*\r?\n")
_RUN = re.compile(rb"([^=]+)(=*)")
_UU_BEGIN = re.compile(rb"^begin(?:-base64)?[ \t]+[0-7]{3,4}[ \t]+([^\r\n]{1,400})\r?\n", re.MULTILINE)


def encoding_name(value: str) -> str:
    """The encoding a header means: 'base64', 'quoted-printable', 'uuencode' or '' (none: 7bit, 8bit, and invented ones)."""
    bare = re.sub(r"[^a-z0-9]", "", value.split(";")[0].split("(")[0].lower()[:40])
    if "base64" in bare:
        return "base64"
    if bare in ("quotedprintable", "qp", "quotedprintible", "printable"):
        return "quoted-printable"
    if bare in ("xuuencode", "uuencode", "xuue", "uue", "xuu"):
        return "uuencode"
    return ""


def undo(data: bytes, encoding: str) -> tuple[bytes, bool]:
    """The decoded content, and whether it was damaged. What cannot be decoded at all is returned as it stands."""
    if encoding == "base64":
        return _base64_body(data)
    if encoding == "quoted-printable":
        return unquote_printable(data), False
    if encoding == "uuencode":
        found = uu_blocks(data)
        if found:
            return found[0][3], False
        return data, True
    return data, False


def unbase64(data: bytes) -> bytes:
    """Base64 decoded whatever surrounds it: foreign characters skipped, padding repaired, several padded runs joined."""
    padding = data[data.find(b"=") :] if b"=" in data else b""
    if len(padding) <= 8 and b"-" not in data and b"_" not in data:
        # Whole and well padded: no copy of what may be megabytes. What letters after a padding mean binascii alone is asked.
        decoded = binascii.a2b_base64 if padding.strip(b"=" + _BLANKS) else pybase64.b64decode
        try:
            return decoded(data)
        except binascii.Error:
            pass
    clean = data.translate(_URL_SAFE) if b"-" in data or b"_" in data else data
    foreign = clean.translate(None, _BASE64 + b"=")
    if foreign:
        clean = clean.translate(None, bytes(set(foreign)))
    body = clean.rstrip(b"=")
    if b"=" not in body:
        return _quanta(body)
    # Several padded runs were joined; what follows a padding without being whole quanta is no base64 ("…== ignored").
    runs = list(_RUN.finditer(clean))
    return b"".join(_quanta(m.group(1)) for i, m in enumerate(runs) if not i or len(m.group()) % 4 == 0)


def _quanta(run: bytes) -> bytes:
    if len(run) % 4 == 1:
        run = run[:-1]
    try:
        return binascii.a2b_base64(run + b"=" * (-len(run) % 4))
    except binascii.Error:
        return b""


def regular_base64(data: bytes, start: int, end: int) -> bytes | None:
    """The content of base64 between two places as programs write it, in lines of one length; None for any other.

    Each look at megabytes counts, and each copy of them.
    """
    tail = data[max(start, end - _TAIL) : end]
    end -= len(tail) - len(tail.rstrip(b"\r\n"))
    step = data.find(b"\n", start, end) + 1 - start
    if step < 5 or end - start < step or data[end - 1] in b"\r\n":
        return None
    breaks = data[start + step - 1 : end : step]
    pair = data[start + step - 2] == 13
    if breaks.count(b"\n") != len(breaks) or (pair and data[start + step - 2 : end - 1 : step].count(b"\r") != len(breaks)):
        return None
    signs = end - start - len(breaks) * (1 + pair)
    padding = 2 - len(data[end - 2 : end].rstrip(b"="))
    if signs % 4 or data.find(b"=", start, end - padding) >= 0:
        return None
    try:
        content = pybase64.b64decode(memoryview(data)[start:end])
    except binascii.Error:
        return None
    # What is no sign of base64 was passed over, and would be missing here.
    return content if len(content) == signs // 4 * 3 - padding else None


def _base64_body(data: bytes) -> tuple[bytes, bool]:
    if (content := regular_base64(data, 0, len(data))) is not None:
        return content, False
    stray = len(data.translate(None, _BASE64 + b"=" + _BLANKS))
    if not stray and data.count(b" ") * 20 > len(data) and b"=" not in data and len(data) > 40:
        return data, True  # words and blanks: written in clear
    if not stray:
        return unbase64(data), False
    # A mailing list's footer, or a server's notice, is often appended in plain text below the encoded text.
    if (cut := _BLANK_LINE.search(data.lstrip())) is not None:
        head, tail = data.lstrip()[: cut.start()], data.lstrip()[cut.end() :]
        if head and not head.translate(None, _BASE64 + b"=" + _BLANKS):
            return unbase64(head) + (b"\n" + tail if tail.strip() else b""), True
    if stray * 5 > len(data) or data.count(b" ") * 20 > len(data):
        return data, True  # labelled base64 but written in clear
    return unbase64(data), True


def unquote_printable(data: bytes) -> bytes:
    """Quoted-printable decoded; a broken escape stays as it is written."""
    if b"= " in data or b"=\t" in data:
        data = _SOFT_BREAK.sub(b"=", data)
    try:
        return binascii.a2b_qp(data)
    except (binascii.Error, ValueError):
        return data


def uu_blocks(data: bytes, most: int = 50) -> list[tuple[int, int, bytes, bytes]]:
    """Uuencoded files inside ``data``: (start, end, raw name, content) for each, in order."""
    if b"begin" not in data:
        return []
    found: list[tuple[int, int, bytes, bytes]] = []
    at = 0
    while len(found) < most and (begin := _UU_BEGIN.search(data, at)):
        if begin.group().startswith(b"begin-base64"):
            stop = data.find(b"\n====", begin.end())
            content, end = (unbase64(data[begin.end() : stop]), stop + 5) if stop >= 0 else (b"", -1)
        else:
            content, end = _uu_lines(data, begin.end())
        if end < 0:
            at = begin.end()
            continue
        found.append((begin.start(), end, begin.group(1).strip(), content))
        at = end
    return found


def _uu_lines(data: bytes, at: int) -> tuple[bytes, int]:
    """Decode lines up to "end"; an end of -1 says that this was no uuencoded block."""
    out: list[bytes] = []
    size = len(data)
    while at < size:
        stop = data.find(b"\n", at)
        stop = size if stop < 0 else stop
        line = data[at:stop].rstrip(b"\r")
        at = stop + 1
        if line.strip() == b"end":
            return b"".join(out), min(stop + 1, size)
        if not line.strip() or line == b"`":
            continue
        if not 0x20 < line[0] <= 0x60 or len(line) > 90:
            return b"", -1
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            # Encoders that drop or add trailing blanks: decode the length the line announces.
            wanted = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                out.append(binascii.a2b_uu(line[:wanted].ljust(wanted)))
            except binascii.Error:
                return b"", -1
    return (b"".join(out), size) if out else (b"", -1)
