"""What .xlsx and .docx are made of: a zip, looked at before anything of it is unpacked."""

from __future__ import annotations

import io
import zipfile

from core.document import Unread
from processors.documents.limits import Budget

#: Members of an office file, and how many times its size one may unfold to.
_MEMBERS, _RATIO = 2_000, 200
_SMALL = 1_000_000
#: Under this name, in UTF-16, the closed file stands in its container.
_SEALED = "EncryptedPackage".encode("utf-16-le")
#: With this password Office closes what may be read by everybody and changed by few; it opens it without a word.
_WITHOUT = "VelvetSweatshop"
#: How many times a password may be hashed before it opens a file; Office does it 100 000 times.
_TURNS = 500_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def unsealed(content: bytes, budget: Budget) -> bytes:
    """The file as it was before Office closed it with a password, opened by the first of the budget's that does; any other as it is.

    Raises Unread: "encrypted" when none does.
    """
    # Office seals a protected file in the container of its old formats.
    if not content.startswith(_OLE) or _SEALED not in content:
        return content
    from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError
    from msoffcrypto.format.ooxml import OOXMLFile

    try:
        sealed = OOXMLFile(io.BytesIO(content))
        if int(getattr(sealed, "info", {}).get("spinValue", 0)) > _TURNS:
            raise Unread("too-slow", "son mot de passe demande un calcul démesuré")
        for password in (*budget.passwords, _WITHOUT):
            if budget.over:
                raise Unread("too-slow")
            plain = io.BytesIO()
            try:
                sealed.load_key(password=password, verify_password=True)
                sealed.decrypt(plain)
            except InvalidKeyError:
                continue
            return plain.getvalue()
    except (DecryptionError, FileFormatError, ParseError):
        raise Unread("broken", "protection illisible") from None
    except Unread:
        raise
    except Exception as error:  # the container's reader raises OSError, struct.error, KeyError and others for what is broken
        raise Unread("broken", type(error).__name__) from None
    raise Unread("encrypted")


def _locked(content: bytes) -> bool:
    """Whether a file of Office's old formats is closed by a password: whoever is to open it has to know."""
    import msoffcrypto

    try:
        return bool(msoffcrypto.OfficeFile(io.BytesIO(content)).is_encrypted())
    except Exception:  # what it raises for a broken container is of many kinds; the file is not read in any case
        return False


def opened(content: bytes, unfolded: int) -> zipfile.ZipFile:
    """The archive, if it unfolds to no more than so many bytes by what it says itself. Raises Unread.

    What it says may be a lie: readers of its members stop at the size that is said (zipfile does).
    """
    if content.startswith(_OLE):
        if _locked(content):
            raise Unread("locked-old")
        raise Unread("no-reader", "ancien format d'Office")
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
