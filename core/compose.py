"""One mail of ours, written from a SendMessage: pure, so that what goes out can be shown and tested without sending it.

Plain text with an HTML twin made from it. Everything a customer or a model may have had a hand in (names, subjects, text) is
cleaned before it becomes a header and escaped before it becomes HTML.

Headers that hold message ids are written here and not by the email package: it turns an id of more than 78 characters
(Outlook makes them) into an encoded word, and the reply is out of its thread.
"""

from __future__ import annotations

import base64
import binascii
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
from email.message import MIMEPart
from email.utils import format_datetime, quote

from core.effects import SendMessage
from core.message import Address

#: Characters of a line, and of an encoded word.
LINE, WORD = 78, 75
#: Ids kept in References: the first, which names the thread, and the last ones.
REFERENCES = 20
_ID = re.compile(r"<[!-;=?-~]{1,480}>")
_ADDRESS = re.compile(r"[^\s<>()\[\]\\,;:\"@]{1,64}@[^\s<>()\[\]\\,;:\"@]{1,253}")
_URL = re.compile(r"https?://[^\s<>\"'«»]{1,2000}")
_SPECIAL = re.compile(r"[][\\\\()<>@,:;\".]")
#: Control characters but the tab and the line feed, and half surrogate pairs.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
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
    utf8 = not to.isascii()
    # RFC 3834: what answers a mail is auto-replied, what starts by itself is auto-generated; both keep robots from answering.
    answers = payload.audience == "customer" and bool(payload.in_reply_to)
    language = re.sub(r"[^A-Za-z-]", "", payload.language)
    text = body_text(payload.text)
    parents = _ids(payload.in_reply_to)[:1]
    thread = bounded(payload.references, parents)
    # "=_" stands in neither quoted-printable nor base64: no part can hold the boundary. The same mail has the same bytes each time.
    stem = f"=_{hashlib.sha256(message_id.encode()).hexdigest()[:32]}"
    body = _multipart(
        "alternative", f"{stem}_{1 if pieces else 0}", [_text("plain", text), _text("html", to_html(text, language))]
    )
    if pieces:
        body = _multipart("mixed", f"{stem}_0", [body, *(_attachment(piece, number) for number, piece in enumerate(pieces, 1))])
    head = [
        f"Message-ID: {message_id}",
        *(f"In-Reply-To: {parent}" for parent in parents),
        *(["References: " + "\r\n ".join(thread)] if thread else ()),
        _field("From", _mailbox(envelope(sender.email), sender.name, utf8)),
        _field("To", _mailbox(to, payload.to_name, utf8)),
        *([_field("Reply-To", _mailbox(envelope(reply_to), "", utf8))] if reply_to else ()),
        _field("Subject", _words(line(payload.subject) or "(sans objet)", utf8, len("Subject: "))),
        f"Date: {format_datetime(date)}",
        f"Auto-Submitted: {'auto-replied' if answers else 'auto-generated'}",
        "X-Auto-Response-Suppress: All",
        *(
            [_field("X-Guichet-Ref", _words(line(payload.reference), utf8, len("X-Guichet-Ref: ")))]
            if payload.reference
            else ()
        ),
        *([f"Content-Language: {language}"] if language else ()),
        "MIME-Version: 1.0",
    ]
    return Mail(sender.email, to, message_id, "\r\n".join(head).encode() + b"\r\n" + body, utf8=utf8)


def bounded(references: Sequence[str], parents: Sequence[str]) -> list[str]:
    """The ids for References: each once, the parent last, no more than REFERENCES of them."""
    ids = [i for part in references for i in _ids(part) if i not in parents]
    ids = [*dict.fromkeys(ids), *parents]
    return ids if len(ids) <= REFERENCES else [ids[0], *ids[1 - REFERENCES :]]


def line(text: str) -> str:
    """The text on one line, without control characters and without what hides or turns text: fit for a header."""
    if not text.isprintable():
        text = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text if _shown(c))
    return " ".join(text.split())[:500]


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
    lines = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    return "\n".join(one.rstrip() for one in lines).strip() + "\n"


# ------------------------------------------------------------------ fields and parts
# Written here and not by the email package, which takes three milliseconds to fold the headers of one mail.


def _field(name: str, value: str) -> str:
    """The field, folded at blanks into lines of at most LINE characters where it has blanks."""
    lines, room = [""], LINE - len(name) - 2
    for word in value.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > room:
            lines.append(word)
            room = LINE - 1
        else:
            lines[-1] += f" {word}" if lines[-1] else word
    return f"{name}: " + "\r\n ".join(lines)


def _words(text: str, utf8: bool, used: int = 0) -> str:
    """Unstructured text for a header: as it is, or in encoded words (RFC 2047), none of them longer than it may be."""
    if (utf8 or text.isascii()) and "=?" not in text and all(len(word) < LINE - 10 for word in text.split(" ")):
        return text
    parts, piece, room = [], b"", WORD - used % WORD
    for char in text:
        raw = char.encode("utf-8", "replace")
        if len(piece) + len(raw) > room // 4 * 3 - 10:
            parts.append(piece)
            piece, room = b"", WORD
        piece += raw
    parts.append(piece)
    return " ".join(f"=?utf-8?B?{base64.b64encode(part).decode()}?=" for part in parts if part)


def _mailbox(email: str, name: str, utf8: bool) -> str:
    try:
        local, _, domain = email.rpartition("@")
        address = HeaderAddress(line(name)[:120], local, domain)
    except (ValueError, IndexError):
        raise CannotCompose(f"« {email[:80]} » n'est pas une adresse à laquelle on peut écrire : corrigez-la") from None
    if not address.display_name:
        return address.addr_spec
    shown = _words(address.display_name, utf8, len("Reply-To: "))
    if shown == address.display_name and _SPECIAL.search(shown):
        shown = f'"{quote(shown)}"'
    return f"{shown} <{address.addr_spec}>"


def _multipart(kind: str, boundary: str, parts: Sequence[bytes]) -> bytes:
    line = b"--" + boundary.encode()
    whole = b"".join(line + b"\r\n" + part.removesuffix(b"\r\n") + b"\r\n" for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode() + whole + line + b"--\r\n"


def _text(kind: str, text: str) -> bytes:
    head = f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    return head.encode() + binascii.b2a_qp(text.encode(), istext=True).replace(b"\n", b"\r\n")


def _ids(text: str) -> list[str]:
    return _ID.findall(text[:100_000])


def _attachment(piece: Piece, number: int) -> bytes:
    """One file as a part; its name, which may hold anything, is the email package's work."""
    name = line(piece.name.replace("/", "_").replace("\\", "_"))[-150:] or f"piece-{number}"
    guessed = piece.type or mimetypes.guess_type(name)[0] or ""
    main, _, sub = guessed.partition("/")
    if not re.fullmatch(r"[a-z]{1,20}/[\w.+-]{1,100}", guessed) or main in ("multipart", "message"):
        main, sub = "application", "octet-stream"
    part = MIMEPart(policy=policy.SMTP.clone(cte_type="7bit", max_line_length=LINE))
    part.set_content(piece.content, maintype=main, subtype=sub, disposition="attachment", filename=name)
    return part.as_bytes()


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
