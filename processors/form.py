"""A request posted by a form or a program as stored, read: the counterpart of ``parse`` for the envelope that ``engine.posts`` writes.

The envelope is JSON in UTF-8 with sorted keys::

    {"format": "guichet-form/1",
     "id": "9f…",                      unique to this message, 8 to 64 letters, digits, "-" or "_"
     "answers": "",                    the id of an earlier post that this one completes, '' for none
     "via": "api" | "form",            who posted it: a program with the key, or anybody through the public form
     "source": "modelisation",         what the poster calls the kind of request, never to be relied on
     "subject": …, "text": …, "email": …, "name": …,
     "sent_at": "2026-11-20T10:00:00+00:00",
     "files": [{"name": …, "type": …, "sha256": …, "size": …},     in the spool; ``type`` as declared, '' untold
               {"name": …, "error": "…"}]}                          could not be fetched, and why

Total: any bytes give a message. Files stand in the spool already; ``get`` gives their bytes, to tell by content what they are.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.message import Address, Attachment, Authentication, Message
from processors.clean import split
from processors.envelope import MOST_TEXT, attachment, clean, is_stored, moment, opened, unreadable
from processors.language import language
from processors.mime.names import safe_name

FORMAT = "guichet-form/1"
MOST_FILES = 20
_ID = re.compile(r"[\w-]{8,64}", re.ASCII)
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\]{1,255}")


@dataclass(frozen=True, slots=True)
class FormMessage:
    """The message, what the poster calls its kind, and how many files did not come."""

    message: Message
    source: str = ""
    missing: int = 0


def message_id(id: str) -> str:
    """A post's id as thread ids are written."""
    return f"<{id}@form.guichet>"


def read_form(raw: bytes, *, get: Callable[[str], bytes] | None = None, received_at: datetime | None = None) -> FormMessage:
    """Read one stored post. Never raises for what is in it; ``get`` may raise KeyError for a file that is not kept.

    A form proves nobody's address: the message is never authenticated.
    """
    digest = hashlib.sha256(raw).hexdigest()
    told = opened(raw, FORMAT)
    if told is None:
        return FormMessage(unreadable(raw, digest, "form", "Formulaire illisible : montré tel quel"))
    body, subject = _text(told, "text", MOST_TEXT), _line(told, "subject", 1000)
    # Somebody may paste a mail into the form; what he quotes is not what he says.
    parts = split(body, subject=subject)
    email = _line(told, "email", 320)
    given = told.get("files")
    described = [one for one in given if isinstance(one, dict)][:MOST_FILES] if isinstance(given, list) else []
    files, defects = _files(described, get)
    id, answers = _line(told, "id", 100), _line(told, "answers", 100)
    message = Message(
        id=message_id(id if _ID.fullmatch(id) else digest[:32]),
        channel="form",
        sender=Address(email if _ADDRESS.fullmatch(email) else "", _line(told, "name", 200)),
        subject=subject,
        date=moment(told.get("sent_at")) or received_at,
        body=body,
        text=parts.text or body,
        signature=parts.signature if parts.text else "",
        quoted=parts.quoted if parts.text else "",
        language=language(parts.text or body or subject),
        confident=parts.confident,
        attachments=files,
        in_reply_to=message_id(answers) if _ID.fullmatch(answers) else "",
        authentication=Authentication("none", "un formulaire ne prouve pas l'adresse de celui qui le remplit"),
        defects=defects,
        sha256=digest,
        size=len(raw),
    )
    return FormMessage(message, _line(told, "source", 100), sum("sha256" not in one for one in described))


def _files(
    described: list[dict[str, Any]], get: Callable[[str], bytes] | None
) -> tuple[tuple[Attachment, ...], tuple[str, ...]]:
    """(files that are there, sentences on those that are not)."""
    found: list[Attachment] = []
    defects: list[str] = []
    for number, one in enumerate(described, 1):
        written, sha256 = _line(one, "name", 4000), one.get("sha256")
        if not is_stored(sha256):
            why = _line(one, "error", 200) or "absent"
            defects.append(f"Fichier {number} ({safe_name(written, '') if written else 'sans nom'}) non reçu : {why}")
            continue
        declared = _line(one, "type", 200).lower()
        file, kept = attachment(sha256, written, f"fichier-{number}", declared, one.get("size"), get)
        if not kept:
            defects.append(f"Fichier {number} : il n'est plus conservé")
        found.append(file)
    return tuple(found), tuple(defects)


def _text(told: dict[str, Any], name: str, most: int) -> str:
    value = told.get(name)
    return clean(value[:most]) if isinstance(value, str) else ""


def _line(told: dict[str, Any], name: str, most: int) -> str:
    return " ".join(_text(told, name, most).split())
