"""The names inside a zip, read from its central directory alone (PKWARE APPNOTE 4.3.12 to 4.3.16).

Why not ``zipfile``: it reads every entry of the directory before it gives the first name, and raises on what is damaged.
Here nothing is decompressed and at most ``MAX_MEMBERS`` entries are looked at, so a bomb costs what an honest zip costs.
Encrypted zips tell their names too, unless the directory itself is encrypted.
"""

from __future__ import annotations

from dataclasses import dataclass
from struct import unpack_from

MAX_MEMBERS = 200
_MAX_NAME = 1024  # bytes; a longer name is cut, which loses its extension
_MAX_ENDS = 8  # end records tried, last first: the archive's comment may hold false ones
_COMMENT = 65_535
_ENTRY, _END, _END64, _LOCATOR = b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_LITTER = frozenset((".ds_store", "thumbs.db", "desktop.ini"))


@dataclass(frozen=True, slots=True)
class Listing:
    """``names`` are those of files only, lower case, '/' between folders, bytes read as Latin-1: good to compare, not to show.

    ``whole`` says that every member was seen; False when there are more, or when the directory is damaged or missing.
    """

    names: tuple[str, ...] = ()
    whole: bool = False


def listing(content: bytes) -> Listing:
    """What the zip says it holds. Never raises; an unreadable directory gives an empty listing."""
    low = max(0, len(content) - _COMMENT - 22)
    end = len(content)
    for _ in range(_MAX_ENDS):
        end = content.rfind(_END, low, end)
        if end < 0:
            break
        if end + 22 > len(content):
            continue
        start, stop, count = _directory(content, end)
        if start >= 0:
            return _walk(content, start, stop, count)
    return Listing()


def unpacked(content: bytes) -> int:
    """How many bytes the zip says it unpacks to, over all of its members; 0 for what is no zip. Nothing is decompressed."""
    low = max(0, len(content) - _COMMENT - 22)
    end = content.rfind(_END, low)
    if end < 0 or end + 22 > len(content):
        return 0
    at, stop, _ = _directory(content, end)
    total = 0
    while at >= 0 and at + 46 <= stop and content[at : at + 4] == _ENTRY:
        (size,) = unpack_from("<I", content, at + 24)
        name, extra, comment = unpack_from("<HHH", content, at + 28)
        total += size  # 4 GiB where the true size stands in a zip64 field: too much either way
        at += 46 + name + extra + comment
    return total


def _directory(content: bytes, end: int) -> tuple[int, int, int]:
    """(start, stop, members) of the directory that the end record at ``end`` tells of; start is -1 when there is none."""
    count, size, offset = unpack_from("<HII", content, end + 10)
    stop = end
    if count == 0xFFFF or size == 0xFFFFFFFF or offset == 0xFFFFFFFF:
        found = _end64(content, end)
        if found >= 0:
            count, size, offset = unpack_from("<QQQ", content, found + 32)
            stop = found
    # Counted back from its end first: right too when something was put before the archive.
    for start in (stop - size, offset):
        if 0 <= start < stop and content[start : start + 4] == _ENTRY:
            return start, stop, count
    return -1, 0, 0


def _end64(content: bytes, end: int) -> int:
    """Where the zip64 end record stands, -1 when there is none."""
    locator = end - 20
    if locator < 0 or content[locator : locator + 4] != _LOCATOR:
        return -1
    (written,) = unpack_from("<Q", content, locator + 8)
    for at in (written, locator - 56):
        if 0 <= at <= locator - 56 and content[at : at + 4] == _END64:
            return int(at)
    return -1


def _walk(content: bytes, start: int, stop: int, count: int) -> Listing:
    names: list[str] = []
    at = start
    seen = 0
    while seen < MAX_MEMBERS and at + 46 <= stop and content[at : at + 4] == _ENTRY:
        name_length, extra, comment = unpack_from("<HHH", content, at + 28)
        if at + 46 + name_length > stop:
            break
        name = _plain(content[at + 46 : at + 46 + min(name_length, _MAX_NAME)])
        if name:
            names.append(name)
        at += 46 + name_length + extra + comment
        seen += 1
    # The count alone could lie: another entry must not follow either.
    return Listing(tuple(names), seen == count and content[at : at + 4] != _ENTRY)


def _plain(written: bytes) -> str:
    """A member's name to compare, '' for folders and for what computers leave beside people's files."""
    name = written.split(b"\0", 1)[0].decode("latin-1").replace("\\", "/").lower()
    last = name.rpartition("/")[2].strip()
    if not last or last in _LITTER or last.startswith("._") or name.startswith("__macosx/"):
        return ""
    return name
