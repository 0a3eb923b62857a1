"""What the stored envelopes of channels that are no mail have in common (``form``, ``whatsapp``): clean words, moments, their files.

An envelope is JSON that names a format. Its files stand in the spool already, under the hash of their content (SHA-256, in hex).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeGuard

from core.message import Address, Attachment, Channel, Message
from processors.mime.names import extension_for, safe_name
from processors.mime.sniff import extension_of, identify
from processors.mime.words import INVISIBLE

#: Characters of a text that are looked at.
MOST_TEXT = 65_536
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")
_HASH = re.compile(r"[0-9a-f]{64}")


def opened(raw: bytes, format: str) -> dict[str, Any] | None:
    """The envelope, None where the bytes are none of that format."""
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) and told.get("format") == format else None


def unreadable(raw: bytes, digest: str, channel: Channel, why: str) -> Message:
    """A message that shows bytes nobody can read as they stand; ``why`` is a sentence for operators."""
    text = clean(raw[:MOST_TEXT].decode("utf-8", "replace"))
    return Message(
        f"<{digest[:32]}@synthetic.guichet>",
        channel,
        Address(""),
        body=text,
        text=text,
        confident=False,
        defects=(why,),
        sha256=digest,
        size=len(raw),
    )


def clean(text: str) -> str:
    """A text without what nobody sees, its lines ended by a line feed, at most MOST_TEXT characters of it."""
    told = text[:MOST_TEXT].replace("\r\n", "\n").replace("\r", "\n")
    return INVISIBLE.sub("", _CONTROL.sub("", told)).strip()


def moment(told: object) -> datetime | None:
    """An ISO 8601 time with its zone, None for anything else."""
    try:
        at = datetime.fromisoformat(told) if isinstance(told, str) and told else None
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None


def is_stored(sha256: object) -> TypeGuard[str]:
    """Whether this is what names a file of the spool."""
    return isinstance(sha256, str) and _HASH.fullmatch(sha256) is not None


def attachment(
    sha256: str, name: str, otherwise: str, declared: str, size: object, get: Callable[[str], bytes] | None
) -> tuple[Attachment, bool]:
    """(a file of the spool by its content, whether it is still kept).

    ``name`` as the sender wrote it, '' untold: it is called ``otherwise`` then. ``size`` in bytes as told, for one not looked at.
    """
    content, kept = b"", True
    if get is not None:
        try:
            content = get(sha256)
        except KeyError:
            kept = False
    kind, family = identify(content, name, declared)
    shown = safe_name(name or otherwise, kind)
    if not extension_of(shown):
        shown = f"{shown}.{extension_for(kind)}"
    known = size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else 0
    return Attachment(name=shown, type=kind, size=len(content) or known, sha256=sha256, family=family), kept
