"""The port of files that are to be read: which wait, what was read in them, which messages wait for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from core.document import Code, Document, Kind
from core.message import Attachment, Message, kind_of

#: The version of what reads files: a file that was read by another is read again when it comes again.
READER = "1"
#: What keeps us from reading a file is ours to mend: the same file sent again is tried again.
PASSING: frozenset[Code] = frozenset({"no-ocr", "no-heic", "no-transcription", "budget", "unreachable", "too-slow", "fell"})

#: All but a file that is merely slow are tried again by themselves too, after these times; then only when they come again.
RETRIED = PASSING - {"too-slow"}
RETRIES = tuple(timedelta(minutes=m) for m in (2, 10, 30, 120, 360, 1440, 1440, 1440))


@dataclass(frozen=True, slots=True)
class WantedFile:
    """A file that waits to be read. ``type`` is its MIME type by content; ``attempts`` were made before."""

    sha256: str
    name: str
    kind: Kind
    type: str
    size: int
    attempts: int = 0
    #: Tried on a file that is closed by one; kept sealed, and only until it was read.
    passwords: tuple[str, ...] = field(default=(), repr=False)


def wanted_file(attachment: Attachment) -> WantedFile:
    """The attachment as something to read; what says nothing of its kind is shown as text, and fails in words."""
    return WantedFile(attachment.sha256, attachment.name, kind_of(attachment) or "text", attachment.type, attachment.size)


class Papers(Protocol):
    """The transactions of files that are read. Each is one commit or none."""

    def documents(self, digests: Sequence[str], since: datetime | None = None) -> Mapping[str, Document]:
        """What was read in these files by this version, by digest; files that wait or were never read are left out.

        What failed by a trouble of ours (PASSING) counts only when it was tried at ``since`` or later; always when None.
        """

    def await_documents(
        self, inbox_id: int, message: Message, wanted: Sequence[WantedFile], until: datetime, now: datetime
    ) -> None:
        """The message is read once these files are, or looked at again ``until`` then. Nothing if it is no longer to be read.

        The sender's later messages are held back from the clerk as long, so that an answer does not overtake its question.
        """

    def wanted_documents(self, limit: int, now: datetime) -> list[WantedFile]:
        """Files to read, oldest first, whose time has come."""

    def keep_document(self, document: Document, now: datetime) -> int:
        """Keep what was read; how many messages wait for nothing more and are to be read now.

        What failed by a trouble of ours is wanted again after a while (RETRIES). Once it is read, the messages that were decided
        without it are read again, with the hint "again".
        """

    def retry_documents(self, now: datetime) -> int:
        """Want all files now that failed by a trouble of ours and would be tried again later: what was lacking may be there."""

    def put_off_document(self, sha256: str, next_at: datetime, now: datetime) -> None:
        """Count an attempt; the file is tried again at that time."""
