"""Requests posted to the web: what they are, how one is known again, and the envelope they are stored in (processors.form reads it)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from processors.form import FORMAT


@dataclass(frozen=True, slots=True)
class PostedFile:
    """A file of a posted request: in the spool, or an ``error`` that says why it is not."""

    name: str
    type: str = ""
    sha256: str = ""
    size: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """A posted request. ``links`` are (name, address) of its files; ``via`` says who posted: a program, or the public form."""

    subject: str
    text: str
    email: str
    name: str = ""
    source: str = ""
    links: tuple[tuple[str, str], ...] = ()
    via: Literal["api", "form"] = "api"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request stands that is about to be posted: its ``identity``, and whether it was ``known`` already.

    ``completes`` is the identity of an earlier post of it whose files could not all be fetched, '' for none.
    """

    identity: str
    known: bool = False
    completes: str = ""


def fingerprint(request: Request) -> str:
    """The same for the same words of the same person with the same addresses of files."""
    words = [" ".join(t.split()) for t in (request.email.casefold(), request.subject, request.text, request.source)]
    return hashlib.sha256(json.dumps([*words, sorted(request.links)]).encode()).hexdigest()[:40]


def envelope(request: Request, files: Sequence[PostedFile], identity: str, completes: str, now: datetime) -> bytes:
    """The request as it is stored."""
    told = {
        "format": FORMAT,
        "id": _post_id(identity),
        "answers": _post_id(completes) if completes else "",
        "via": request.via,
        "source": request.source,
        "subject": request.subject,
        "text": request.text,
        "email": request.email,
        "name": request.name,
        "sent_at": now.isoformat(),
        "files": [_described(f) for f in files],
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "replace")


def _post_id(identity: str) -> str:
    """The id that stands in the envelope and thus in the thread ids of the case."""
    return hashlib.sha256(identity.encode()).hexdigest()[:32]


def _described(file: PostedFile) -> dict[str, Any]:
    if file.error:
        return {"name": file.name, "error": file.error}
    return {"name": file.name, "type": file.type, "sha256": file.sha256, "size": file.size}
