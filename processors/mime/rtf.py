"""The text of an RTF body, as Outlook writes it inside winmail.dat: HTML wrapped in RTF (MS-OXRTFEX) or plain RTF."""

from __future__ import annotations

import re

from processors.mime.charset import decode

_TOKEN = re.compile(rb"\\'([0-9a-fA-F]{2})|\\([a-zA-Z]{1,32})(-?\d{1,10})?[ ]?|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)")
_SKIPPED = {
    b"fonttbl",
    b"colortbl",
    b"stylesheet",
    b"info",
    b"pict",
    b"header",
    b"footer",
    b"generator",
    b"listtable",
    b"themedata",
    b"object",
    b"pntext",
}
_BREAKS = {b"par": "\n", b"line": "\n", b"tab": "\t", b"row": "\n", b"cell": "\t", b"lquote": "‘",
    b"rquote": "’", b"ldblquote": "“",
           b"rdblquote": "”", b"bullet": "•", b"endash": "–", b"emdash": "—"}  # fmt: skip
MAX_RTF = 2 * 1024 * 1024  # bytes of RTF that are read: a message, not a book


#: The text every stream's dictionary begins with (MS-OXRTFCP 2.1.2.1).
_DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans Serif"
    b"SymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)


def decompress(data: bytes) -> bytes:
    """The RTF inside a compressed RTF stream (MS-OXRTFCP); what is no such stream is returned as it stands.

    Stops at the announced size, at the end of the data or at MAX_RTF, whichever comes first.
    """
    kind = data[8:12]
    if kind == b"MELA":
        return data[16 : 16 + MAX_RTF]
    if kind != b"LZFu":
        return data
    window = bytearray(_DICTIONARY.ljust(4096, b"\0"))
    write = len(_DICTIONARY)
    limit = min(int.from_bytes(data[4:8], "little"), MAX_RTF)
    out = bytearray()
    at = 16
    while at < len(data) and len(out) < limit:
        control = data[at]
        at += 1
        for bit in range(8):
            if at >= len(data):
                break
            if not control >> bit & 1:
                out.append(data[at])
                window[write] = data[at]
                write = (write + 1) % 4096
                at += 1
                continue
            if at + 1 >= len(data):
                return bytes(out)
            pair = data[at] << 8 | data[at + 1]
            at += 2
            read, length = pair >> 4, (pair & 15) + 2
            if read == write:  # the mark of the end
                return bytes(out[:limit])
            for _ in range(length):
                byte = window[read]
                out.append(byte)
                window[write] = byte
                read, write = (read + 1) % 4096, (write + 1) % 4096
    return bytes(out[:limit])


def rtf_text(data: bytes) -> tuple[str, str]:
    """(html, plain): the HTML that was wrapped, or the plain text of ordinary RTF; one of the two is ''."""
    data = decompress(data)[:MAX_RTF]
    wrapped = b"\\fromhtml" in data[:400]
    page_match = re.search(rb"\\ansicpg(\d{3,5})", data[:400])
    page = f"cp{page_match.group(1).decode()}" if page_match else "cp1252"
    out: list[str] = []
    raw = bytearray()  # bytes of the code page waiting to be decoded together (two-byte characters)
    stack: list[tuple[bool, int, bool]] = []
    skip, unicode_skip, in_tag, hidden, fallback = False, 1, False, False, 0

    def flush() -> None:
        if raw:
            out.append(decode(bytes(raw), page)[0])
            raw.clear()

    for match in _TOKEN.finditer(data):
        code, word, number, symbol, brace, text = match.groups()
        if brace == b"{":
            stack.append((skip, unicode_skip, in_tag))
            continue
        if brace == b"}":
            if stack:
                skip, unicode_skip, in_tag = stack.pop()
            continue
        if word in _SKIPPED:
            skip = True
        elif word == b"htmltag":
            in_tag, skip = True, False
        elif word == b"mhtmltag":
            skip = True
        elif symbol == b"*":
            skip = True  # an optional destination; \htmltag opens it again
        elif word == b"htmlrtf":
            hidden = number != b"0"
        elif word == b"uc":
            unicode_skip = int(number or 1)
        if skip or (wrapped and hidden):
            continue
        if word == b"u" and number:
            flush()
            value = int(number) % 65536
            out.append(chr(value) if not 0xD800 <= value <= 0xDFFF else "\ufffd")
            fallback = unicode_skip
        elif code:
            if fallback:
                fallback -= 1
            else:
                raw.append(int(code, 16))
        elif text:
            if fallback:
                text, fallback = text[fallback:], max(0, fallback - len(text))
            raw += text
        elif symbol in (b"\\", b"{", b"}"):
            raw += symbol
        elif symbol == b"~":
            raw.append(0x20)
        elif word in _BREAKS:
            flush()
            out.append(_BREAKS[word])
    flush()
    result = "".join(out)
    return (result, "") if wrapped else ("", result.strip())
