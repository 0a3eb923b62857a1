"""What .xlsx and .docx are made of: a zip, looked at before anything of it is unpacked."""

from __future__ import annotations

import io
import zipfile

from core.document import Unread

#: Members of an office file, and how many times its size one may unfold to.
_MEMBERS, _RATIO = 2_000, 200
_SMALL = 1_000_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def opened(content: bytes, unfolded: int) -> zipfile.ZipFile:
    """The archive, if it unfolds to no more than so many bytes by what it says itself. Raises Unread.

    What it says may be a lie: readers of its members stop at the size that is said (zipfile does).
    """
    if content.startswith(_OLE):
        # Office seals a protected file in the container of its old formats.
        sealed = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0".encode("latin-1") in content[:2_000_000]
        raise Unread("encrypted") if sealed else Unread("no-reader", "ancien format d'Office")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = archive.infolist()
    except Exception as error:  # zipfile raises struct.error, ValueError and others for what is broken
        raise Unread("broken", type(error).__name__) from None
    total = sum(member.file_size for member in members)
    swollen = any(m.file_size > _SMALL and m.file_size > _RATIO * max(1, m.compress_size) for m in members)
    if len(members) > _MEMBERS or total > unfolded or swollen:
        raise Unread("bomb", f"{total // 1_000_000} Mo une fois déplié")
    if any(member.flag_bits & 1 for member in members):
        raise Unread("encrypted")
    return archive
