"""A message of a HubSpot conversation as a mail, so that all that reads mails can read it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

_ADDRESS = re.compile(r"[^\s<>()\[\]\\,;:\"@]{1,64}@[^\s<>()\[\]\\,;:\"@]{1,253}")
_ID = re.compile(r"<[!-;=?-~]{1,480}>")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
#: Where the people of a chat are who gave no address: nobody can be written to there.
NOWHERE = "hubspot.invalid"


@dataclass(frozen=True, slots=True)
class Said:
    """One message that a visitor wrote, as the API gives it."""

    data: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Its id in the thread."""
        return str(self.data.get("id") or "")

    @property
    def at(self) -> datetime:
        """When it was written, UTC."""
        return moment(self.data.get("createdAt"))

    @property
    def wanted(self) -> bool:
        """Whether somebody wrote it to us: not an agent, not HubSpot itself."""
        return self.data.get("type") == "MESSAGE" and self.data.get("direction") == "INCOMING" and bool(self.id)

    @property
    def cut(self) -> bool:
        """Whether only a part of it is here."""
        return self.data.get("truncationStatus") not in (None, "NOT_TRUNCATED")

    @property
    def sender(self) -> tuple[str, str]:
        """(address, name); the address '' when the channel has none."""
        for one in self._people("senders"):
            way = one.get("deliveryIdentifier")
            value = str(way.get("value") or "") if isinstance(way, Mapping) else ""
            return (value if _ADDRESS.fullmatch(value) else ""), str(one.get("name") or "")
        return "", ""

    @property
    def recipients(self) -> list[str]:
        """The addresses that it went to."""
        ways = [one.get("deliveryIdentifier") for one in self._people("recipients")]
        values = [str(way.get("value") or "") for way in ways if isinstance(way, Mapping)]
        return [value for value in values if _ADDRESS.fullmatch(value)]

    @property
    def files(self) -> list[tuple[str, str]]:
        """(file id, name) of what is attached."""
        found = self.data.get("attachments")
        files = [a for a in found if isinstance(a, Mapping) and a.get("type") == "FILE"] if isinstance(found, list) else []
        return [(str(a["fileId"]), str(a.get("name") or "fichier")) for a in files if str(a.get("fileId") or "").isdecimal()]

    def _people(self, name: str) -> Iterator[Mapping[str, Any]]:
        found = self.data.get(name)
        yield from (p for p in (found if isinstance(found, list) else ()) if isinstance(p, Mapping))


def as_mail(
    said: Said,
    *,
    thread: str,
    sender: tuple[str, str],
    message_id: str,
    text: str,
    html: str,
    files: Sequence[tuple[str, bytes]],
    lost: Sequence[str],
) -> bytes:
    """The message as a mail. ``message_id`` '' makes one from HubSpot's own ids; ``lost`` names files that were not to be had."""
    mail = EmailMessage(policy=policy.SMTP.clone(max_line_length=998, utf8=False))
    address, name = sender
    local, _, domain = (address or f"{thread}@{NOWHERE}").rpartition("@")
    mail["From"] = Address(line(name)[:100], local, domain)
    to = [Address("", *_parts(one)) for one in said.recipients[:20] if one.isascii()]
    if to:
        mail["To"] = to
    mail["Subject"] = line(str(said.data.get("subject") or ""))[:500]
    mail["Date"] = format_datetime(said.at)
    mail["X-Guichet-Conversation"] = thread
    if lost:
        text += "".join(f"\n[fichier non récupéré : {line(one)[:100]}]" for one in lost)
        html = ""
    mail.set_content(text, charset="utf-8", cte="base64")
    if html and not text.strip():
        mail.set_content(html, subtype="html", charset="utf-8", cte="base64")
    elif html:
        mail.add_alternative(html, subtype="html", charset="utf-8", cte="base64")
    for file_name, content in files:
        mail.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=line(file_name)[:200] or "fichier"
        )
    if mail.is_multipart():
        _fixed_boundaries(mail, said.id)
    own = message_id if _ID.fullmatch(message_id) else f"<{_token(said.id)}@{NOWHERE}>"
    return b"Message-ID: " + own.encode("ascii") + b"\r\n" + mail.as_bytes()


def line(text: str) -> str:
    """On one line, without control characters."""
    return _CONTROL.sub(" ", text).strip()


def moment(value: object) -> datetime:
    """HubSpot's timestamp; the beginning of time when there is none."""
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return datetime(1970, 1, 1, tzinfo=UTC)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _parts(address: str) -> tuple[str, str]:
    local, _, domain = address.rpartition("@")
    return local, domain


def _token(id: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "-", id)[:200] or "message"


def _fixed_boundaries(mail: EmailMessage, id: str) -> None:
    """The same message is the same bytes however often it is fetched."""
    for number, part in enumerate(p for p in mail.walk() if p.is_multipart()):
        part.set_boundary(f"={_token(id)[:40]}.{number}=")
