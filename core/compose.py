"""One mail of ours, written from a SendMessage: pure, so that what goes out can be shown and tested without sending it.

Plain text with an HTML twin made from it. Everything a customer or a model may have had a hand in (names, subjects, text) is
cleaned before it becomes a header and escaped before it becomes HTML.

Headers that hold message ids are written here and not by the email package: it turns an id of more than 78 characters
(Outlook makes them) into an encoded word, and the reply is out of its thread.
"""

from __future__ import annotations

import hashlib
import html
import mimetypes
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.utils import format_datetime

from core.effects import SendMessage
from core.message import Address

#: Ids kept in References: the first, which names the thread, and the last ones.
REFERENCES = 20
_ID = re.compile(r"<[!-;=?-~]{1,480}>")
_ADDRESS = re.compile(r"[^\s<>()\[\]\\,;:\"@]{1,64}@[^\s<>()\[\]\\,;:\"@]{1,253}")
_URL = re.compile(r"https?://[^\s<>\"'«»]{1,2000}")
_BULLET = re.compile(r"^\s{0,3}[-•*]\s+")


class CannotCompose(ValueError):
    """The effect cannot become a mail; the message says why, for people."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A file to attach. ``type`` '' is guessed from the name."""

    name: str
    content: bytes
    type: str = ""


@dataclass(frozen=True, slots=True)
class Mail:
    """A composed mail: its envelope and its bytes (CRLF, ASCII only unless ``utf8`` asks the server for SMTPUTF8)."""

    sender: str
    to: str
    message_id: str
    content: bytes
    utf8: bool = False


def compose(
    payload: SendMessage,
    *,
    sender: Address,
    message_id: str,
    date: datetime,
    reply_to: str = "",
    pieces: Sequence[Piece] = (),
) -> Mail:
    """The mail. ``message_id`` with its angle brackets. Raises CannotCompose."""
    if not _ID.fullmatch(message_id):
        raise CannotCompose(f"« {line(message_id)} » n'est pas un Message-ID : défaut du service, à signaler")
    to = envelope(payload.to)
    # An address with letters beyond ASCII can only be written as it is, to servers that agree to it (RFC 6532).
    message = EmailMessage(policy=policy.SMTP.clone(cte_type="7bit", max_line_length=78, utf8=not to.isascii()))
    message["From"] = _mailbox(envelope(sender.email), sender.name)
    message["To"] = _mailbox(to, payload.to_name)
    if reply_to:
        message["Reply-To"] = _mailbox(envelope(reply_to), "")
    message["Subject"] = line(payload.subject) or "(sans objet)"
    message["Date"] = format_datetime(date)
    # RFC 3834: what answers a mail is auto-replied, what starts by itself is auto-generated; both keep robots from answering.
    answers = payload.audience == "customer" and bool(payload.in_reply_to)
    message["Auto-Submitted"] = "auto-replied" if answers else "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if payload.reference:
        message["X-Guichet-Ref"] = line(payload.reference)
    text = body_text(payload.text)
    language = re.sub(r"[^A-Za-z-]", "", payload.language)
    message.set_content(text, charset="utf-8", cte="quoted-printable")
    message.add_alternative(to_html(text, language), subtype="html", charset="utf-8", cte="quoted-printable")
    for number, piece in enumerate(pieces, 1):
        _attach(message, piece, number)
    if language:
        # Last, because the email package takes headers of this name to be the body's.
        message["Content-Language"] = language
    _name_boundaries(message, message_id)
    ids = [f"Message-ID: {message_id}"]
    if parents := _ids(payload.in_reply_to)[:1]:
        ids.append(f"In-Reply-To: {parents[0]}")
    if thread := bounded(payload.references, parents):
        ids.append("References: " + "\r\n ".join(thread))
    content = "\r\n".join(ids).encode("ascii") + b"\r\n" + message.as_bytes()
    return Mail(sender.email, to, message_id, content, utf8=not to.isascii())


def bounded(references: Sequence[str], parents: Sequence[str]) -> list[str]:
    """The ids for References: each once, the parent last, no more than REFERENCES of them."""
    ids = [i for part in references for i in _ids(part) if i not in parents]
    ids = [*dict.fromkeys(ids), *parents]
    return ids if len(ids) <= REFERENCES else [ids[0], *ids[1 - REFERENCES :]]


def line(text: str) -> str:
    """The text on one line, without control characters and without what hides or turns text: fit for a header."""
    return " ".join("".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text if _shown(c)).split())[
        :500
    ]


def _shown(char: str) -> bool:
    return unicodedata.category(char) not in ("Cf", "Cs", "Co", "Cn") or char in "\u200c\u200d"


def envelope(email: str) -> str:
    """The bare address with its domain in ASCII. Raises CannotCompose."""
    bare = email.strip()
    if not _ADDRESS.fullmatch(bare) or ".." in bare or not bare.isprintable():
        raise CannotCompose(f"« {line(email)[:80]} » n'est pas une adresse à laquelle on peut écrire : corrigez-la")
    local, _, domain = bare.rpartition("@")
    try:
        return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise CannotCompose(f"le domaine « {line(domain)[:80]} » n'est pas valable : corrigez l'adresse") from None


def body_text(text: str) -> str:
    """The text as it is sent: line ends made one kind, control characters gone."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return (
        "\n".join(
            "".join(c for c in one if c == "\t" or unicodedata.category(c) not in ("Cc", "Cs")).rstrip() for one in lines
        ).strip()
        + "\n"
    )


def _mailbox(email: str, name: str) -> HeaderAddress:
    try:
        local, _, domain = email.rpartition("@")
        return HeaderAddress(line(name)[:120], local, domain)
    except (ValueError, IndexError):
        raise CannotCompose(f"« {email[:80]} » n'est pas une adresse à laquelle on peut écrire : corrigez-la") from None


def _ids(text: str) -> list[str]:
    return _ID.findall(text[:100_000])


def _attach(message: EmailMessage, piece: Piece, number: int) -> None:
    name = line(piece.name.replace("/", "_").replace("\\", "_"))[-150:] or f"piece-{number}"
    guessed = piece.type or mimetypes.guess_type(name)[0] or ""
    main, _, sub = guessed.partition("/")
    if not re.fullmatch(r"[a-z]{1,20}/[\w.+-]{1,100}", guessed) or main in ("multipart", "message"):
        main, sub = "application", "octet-stream"
    message.add_attachment(piece.content, maintype=main, subtype=sub, filename=name)


def _name_boundaries(message: EmailMessage, message_id: str) -> None:
    """The same mail has the same bytes each time. "=_" stands in neither quoted-printable nor base64: no part can hold it."""
    stem = hashlib.sha256(message_id.encode()).hexdigest()[:32]
    for number, part in enumerate(p for p in message.walk() if p.is_multipart()):
        part.set_boundary(f"=_{stem}_{number}")


# ------------------------------------------------------------------ the HTML twin

_PAGE = """<!DOCTYPE html>
<html{lang}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{title}</title>
</head>
<body style="margin:0;padding:24px 16px">
<div role="article" style="max-width:36em;font:16px/1.55 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif">
{body}
</div>
</body>
</html>
"""


def to_html(text: str, language: str = "") -> str:
    """The text as a simple page: paragraphs, lists and links; colours are left to the reader's program, so dark mode works."""
    blocks = [_block(block) for block in re.split(r"\n[ \t]*\n+", text.strip("\n")) if block.strip()]
    first = html.escape(line(text.strip().partition("\n")[0])[:80])
    lang = f' lang="{html.escape(language)}"' if language else ""
    return _PAGE.format(lang=lang, title=first, body="\n".join(blocks))


def _block(block: str) -> str:
    parts: list[str] = []
    items: list[str] = []
    plain: list[str] = []

    def flush() -> None:
        if plain:
            parts.append(f'<p style="margin:0 0 1em">{"<br>".join(plain)}</p>')
            plain.clear()
        if items:
            rows = "".join(f'<li style="margin:0 0 .3em">{item}</li>' for item in items)
            parts.append(f'<ul style="margin:0 0 1em;padding:0 0 0 1.4em">{rows}</ul>')
            items.clear()

    for one in block.split("\n"):
        bullet = _BULLET.match(one)
        if (bullet and plain) or (not bullet and items):
            flush()
        if bullet:
            items.append(_linked(one[bullet.end() :]))
        else:
            plain.append(_linked(one))
    flush()
    return "\n".join(parts)


def _linked(text: str) -> str:
    """Escaped, with web addresses made links; a full stop or bracket that ends a sentence stays outside."""
    parts: list[str] = []
    at = 0
    for match in _URL.finditer(text):
        url = match[0].rstrip(".,;:!?…'*_")
        if url.endswith(")") and "(" not in url:
            url = url.rstrip(").,;")
        parts += [html.escape(text[at : match.start()]), f'<a href="{html.escape(url)}">{html.escape(url)}</a>']
        at = match.start() + len(url)
    parts.append(html.escape(text[at:]))
    return "".join(parts)
