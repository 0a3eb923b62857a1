"""The content of an opaque S/MIME signed message (``application/pkcs7-mime``), taken out without verifying anything.

``cryptography`` verifies and decrypts PKCS#7 but does not hand out the signed content of a mail whose certificates it does not
know. The path to it is short (RFC 5652): ContentInfo > SignedData > encapContentInfo > OCTET STRING, in BER or DER.
"""

from __future__ import annotations

_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_DATA = bytes.fromhex("06092a864886f70d010701")
_MAX_DEPTH = 12


def is_signed_data(content: bytes) -> bool:
    """Whether these bytes are a PKCS#7 SignedData (as opposed to encrypted data)."""
    return _SIGNED_DATA in content[:64]


def signed_content(content: bytes) -> bytes | None:
    """The MIME entity inside a SignedData; None when there is none or the structure is broken."""
    if not is_signed_data(content):
        return None
    at = content.find(_DATA)
    if at < 0 or at > 4096:
        return None
    try:
        tag, start, end = _element(content, at + len(_DATA))
        if tag != 0xA0:
            return None
        tag, _, _ = _element(content, start)
        if tag & 0x1F != 0x04:
            return None
        out: list[bytes] = []
        _octets(content, start, end, out, 0)
        return b"".join(out) or None
    except (IndexError, ValueError):
        return None


def _element(data: bytes, at: int) -> tuple[int, int, int]:
    """(tag, where the content begins, where it ends; -1 for an indefinite length)."""
    tag, length = data[at], data[at + 1]
    start = at + 2
    if length == 0x80:
        return tag, start, -1
    if length & 0x80:
        count = length & 0x7F
        if count > 6:
            raise ValueError("length")
        length = int.from_bytes(data[start : start + count], "big")
        start += count
    return tag, start, min(start + length, len(data))


def _octets(data: bytes, at: int, end: int, out: list[bytes], depth: int) -> int:
    """Collect the pieces of a (possibly constructed) OCTET STRING that stand from ``at``; returns where they end."""
    if depth > _MAX_DEPTH:
        raise ValueError("depth")
    limit = len(data) if end < 0 else end
    while at < limit:
        if data[at : at + 2] == b"\0\0":
            return at + 2
        tag, start, stop = _element(data, at)
        if tag == 0x04:
            out.append(data[start:stop])
            at = stop
        elif tag == 0x24:
            at = _octets(data, start, stop, out, depth + 1)
        else:
            return at
    return at
