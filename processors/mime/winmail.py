"""winmail.dat (TNEF): what Outlook packs when it should have sent MIME."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from processors.mime.charset import decode

MAX_FILES = 200
MAX_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Winmail:
    """``files`` are (name, declared type, content id, content); ``plain`` and ``html`` the text, '' when absent."""

    files: tuple[tuple[str, str, str, bytes], ...]
    plain: str
    html: str


def unpack(content: bytes) -> Winmail | None:
    """The contents of a TNEF stream; None when it is none or cannot be read."""
    if content[:4] != b"\x78\x9f\x3e\x22" or len(content) > MAX_BYTES:
        return None
    # Rarely needed, and it brings its tables of MAPI properties with it.
    from tnefparse import TNEF

    try:
        tnef = TNEF(content, do_checksum=False)
    except Exception:  # a parser of hostile binary data: whatever it raises means "not readable"
        return None
    files: list[tuple[str, str, str, bytes]] = []
    total = 0
    for attachment in list(tnef.attachments)[:MAX_FILES]:
        try:
            data = bytes(attachment.data)
            name = _string(attachment.long_filename())
        except Exception:  # as above: this file is left out, the others are kept
            continue
        total += len(data)
        if total > MAX_BYTES:
            break
        files.append((name, _mapi(attachment, 0x370E), _mapi(attachment, 0x3712).strip("<>"), data))
    plain = _string(_quietly(tnef, "body"))
    html = _string(_quietly(tnef, "htmlbody"))
    if not plain and not html and (rtf := _quietly(tnef, "rtfbody")):
        html, plain = _from_rtf(rtf if isinstance(rtf, bytes) else str(rtf).encode("latin-1", "replace"))
    if not files and not plain.strip() and not html.strip():
        return None
    return Winmail(tuple(files), plain, html)


def _quietly(tnef: Any, name: str) -> Any:
    try:
        return getattr(tnef, name, None)
    except Exception:  # as above: its properties are parsed when they are asked for
        return None


def _string(value: Any) -> str:
    if isinstance(value, list | tuple):
        value = value[0] if value else ""
    if isinstance(value, bytes | bytearray):
        return decode(bytes(value).rstrip(b"\0"))[0]
    return str(value).rstrip("\0") if value else ""


def _mapi(attachment: Any, wanted: int) -> str:
    """A MAPI property of an attachment by its number (0x370E: MIME type, 0x3712: content id)."""
    try:
        return next((_string(a.data) for a in attachment.mapi_attrs if a.name == wanted), "")
    except Exception:  # as above
        return ""


def _from_rtf(rtf: bytes) -> tuple[str, str]:
    """(html, plain) of a decompressed RTF body."""
    from processors.mime.rtf import rtf_text

    return rtf_text(rtf)
