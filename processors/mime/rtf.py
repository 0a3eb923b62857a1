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
MAX_RTF = 8 * 1024 * 1024


def rtf_text(data: bytes) -> tuple[str, str]:
    """(html, plain): the HTML that was wrapped, or the plain text of ordinary RTF; one of the two is ''."""
    data = data[:MAX_RTF]
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
