"""A message: one thing a person sent, on one channel. Immutable; its raw bytes are kept elsewhere, by content hash."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from core.document import Document, Kind

Channel = Literal["email", "whatsapp", "form", "hubspot"]

#: Why a message was not written by a person for us. ``None`` stands for "a person wrote it".
Automatic = Literal["auto-reply", "bounce", "complaint", "receipt", "bulk", "own"]

#: What a file is for us, decided by content first and by name second.
Family = Literal[
    "model3d", "image", "pdf", "document", "spreadsheet", "presentation", "archive",
    "audio", "video", "message", "calendar", "contact", "text", "signature", "executable", "other",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox. ``email`` is bare, its domain in lower case; ``name`` is decoded, without quotes, or ''."""

    email: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part of a message that is not its body: files, inline images and attached messages alike.

    ``name`` is safe to show and to store (no path, no control character); never empty.
    ``type`` is the MIME type by content where that can be told, else the declared one.
    ``size`` is in bytes; ``sha256`` is the hex digest of the decoded content, under which the spool keeps it.
    """

    name: str
    type: str
    size: int
    sha256: str
    family: Family = "other"
    inline: bool = False
    content_id: str = ""


#: Inline pictures below this size (bytes) are logos and icons of signatures, not what the customer wants to show; up to twice
#: the size when they bear the name that mail programs give, and small logos may be attached rather than shown.
DECORATION_BYTES = 15_000
_LOGO_BYTES = 50_000
_LOGO_NAME = re.compile(
    r"logo|signature|banni[eè]re|banner|icon|facebook|linkedin|instagram|twitter|outlook-|spacer", re.IGNORECASE
)
_GENERIC_NAME = re.compile(r"(?:image|img|pastedgraphic|attachment|untitled)[-_ ]?\d{0,4}(?:-\d+)?\.\w{2,4}", re.IGNORECASE)


def is_decoration(attachment: Attachment) -> bool:
    """Whether the part only adorns the mail: cryptographic signatures, the logos and icons of written ones."""
    if attachment.family == "signature":
        return True
    if attachment.family != "image" or attachment.type == "application/zip":
        # A zip that holds only pictures is of their family too, and is what the customer wants to show.
        return False
    name, size = attachment.name[:200], attachment.size or 1_000_000
    if _LOGO_NAME.search(name):
        return attachment.inline or size < _LOGO_BYTES
    generic = _GENERIC_NAME.fullmatch(name) is not None
    if attachment.inline:
        return size < DECORATION_BYTES or (size < 2 * DECORATION_BYTES and generic)
    return size < DECORATION_BYTES and generic and "image" in name.lower()


_ENDINGS: tuple[tuple[str, Kind], ...] = (
    (".pdf", "pdf"), (".jpg", "image"), (".jpeg", "image"), (".png", "image"), (".heic", "image"), (".tif", "image"), (".tiff", "image"),
    (".xlsx", "sheet"), (".docx", "text"), (".ogg", "voice"), (".opus", "voice"), (".m4a", "voice"), (".mp3", "voice"), (".eml", "mail"),
)  # fmt: skip


def kind_of(attachment: Attachment) -> Kind | None:
    """What the file is as something to read, None when it is nothing that holds text for us (a logo, an archive)."""
    if is_decoration(attachment):
        return None
    name = attachment.name.lower()
    if attachment.family == "spreadsheet" or name.endswith((".csv", ".tsv")):
        return "sheet"
    if attachment.family == "audio":
        return "voice"
    if attachment.family == "message":
        return "mail"
    if attachment.family == "image" and attachment.type != "application/zip":
        return "image"
    if attachment.family in ("pdf", "text"):
        return "pdf" if attachment.family == "pdf" else "text"
    if attachment.family == "document":
        return "text"
    # What is not what its name says is to be told of, not passed over: whoever reads it finds out, in safety.
    disguised = attachment.family in ("executable", "archive", "other")
    return next((kind for ending, kind in _ENDINGS if name.endswith(ending)), None) if disguised else None


@dataclass(frozen=True, slots=True)
class Authentication:
    """What our own receiving server says of the sender (RFC 8601).

    ``verdict`` is "pass" only when the topmost Authentication-Results of a server we trust vouches for the
    domain in From; "fail" when it says the opposite; "none" when nobody we trust said anything.
    """

    verdict: Literal["pass", "fail", "none"] = "none"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a delivery report says. ``original_id`` is the Message-ID of the mail that bounced, '' when not told."""

    permanent: bool
    original_id: str = ""
    recipients: tuple[str, ...] = ()
    diagnostic: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One message as read.

    ``id`` is its Message-ID with angle brackets, or a synthetic one from the content hash when it has none.
    ``body`` is the whole readable text; ``text`` what the sender newly wrote, without ``signature`` and ``quoted``.
    ``sender`` is From, or Reply-To where From is missing; ``reply_to`` where an answer goes.
    ``confident`` is False when new words and quoted ones could not be told apart: then nothing in it decides anything.
    ``defects`` says, for people, what had to be repaired to read it.
    ``pressed`` is what a quick-reply button of ours sends back, '' unless one was pressed (core.quote.read_button).
    ``phones`` are numbers (E.164) that stand in a mail's signature: his own word, no more.
    ``documents`` are what its files say, in their order, where a directive asks for them to be read; () otherwise.
    """

    id: str
    channel: Channel
    sender: Address
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    reply_to: Address | None = None
    subject: str = ""
    date: datetime | None = None
    body: str = ""
    text: str = ""
    signature: str = ""
    quoted: str = ""
    language: str = ""
    automatic: Automatic | None = None
    automatic_reason: str = ""
    bounce: Bounce | None = None
    forwarded: bool = False
    confident: bool = True
    attachments: tuple[Attachment, ...] = ()
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    authentication: Authentication = field(default_factory=Authentication)
    defects: tuple[str, ...] = ()
    sha256: str = ""
    size: int = 0
    pressed: str = ""
    phones: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()

    @property
    def answer_to(self) -> Address:
        """Where a reply goes: Reply-To if there is one, else the sender."""
        return self.reply_to or self.sender
