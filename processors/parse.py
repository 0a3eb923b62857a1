"""Raw mail in, everything a person could read in it out. Total: no bytes make it raise.

Follow one mail: ``tree`` cuts it, ``headers`` and ``address`` read who and what, ``body`` chooses the text, ``sniff`` and
``names`` describe the files. What had to be repaired is said in ``defects``, in French, for the people who look at the case.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from core.message import Address, Attachment
from processors.mime import winmail
from processors.mime.address import parse_addresses
from processors.mime.body import Collected, File, Reader, Segment, readable
from processors.mime.charset import codec, decode
from processors.mime.dates import parse_date
from processors.mime.headers import Headers, split_block
from processors.mime.names import looks_like_file_name, safe_name
from processors.mime.sniff import identify
from processors.mime.tree import Cutter, Node
from processors.mime.words import INVISIBLE

__all__ = ["Headers", "ParsedMail", "Part", "parse"]

_CHARSET = re.compile(rb"charset\s{0,3}=\s{0,3}[\"']?([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_WIDE = frozenset(("gb18030", "big5", "big5hkscs", "cp950", "cp932", "cp949", "euc_jp", "euc_kr", "shift_jis", "gbk"))
_MESSAGE_ID = re.compile(r"<([^<>]{1,996})>")
_BARE_ID = re.compile(r"[^\s<>,;]{1,996}@[^\s<>,;]{1,996}")
_SPACE = re.compile(r"\s+")
_MAX_REFERENCES = 200
_MESSAGE_TYPES = frozenset(("message/rfc822", "message/global", "message/news"))


@dataclass(frozen=True, slots=True)
class Part:
    """One attachment with its bytes."""

    attachment: Attachment
    content: bytes


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """A mail as read. ``size`` in bytes and ``sha256`` (hex) are of the raw mail.

    ``id`` has its angle brackets; it is synthetic, from the content, when the mail has no usable one. ``date`` is aware and
    keeps the sender's offset. ``body`` is the whole readable text; ``plain`` and ``html`` what it was made from.
    """

    headers: Headers
    id: str
    sender: Address
    senders: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    reply_to: Address | None
    subject: str
    date: datetime | None
    in_reply_to: str
    references: tuple[str, ...]
    body: str
    html: str
    plain: str
    parts: tuple[Part, ...]
    defects: tuple[str, ...]
    sha256: str
    size: int


def parse(raw: bytes, digest: str = "") -> ParsedMail:
    """Read a mail. Never raises, whatever the bytes; linear in their number.

    ``digest`` is the hex SHA-256 of these bytes where it is known.
    """
    digest = digest or hashlib.sha256(raw).hexdigest()
    try:
        return _parse(raw, digest)
    except Exception:  # the last net: a mail that opens a case as text is better than one that stops a mailbox
        text = INVISIBLE.sub("", decode(raw[: 1 << 20])[0].replace("\r\n", "\n"))
        nobody = Address("")
        return ParsedMail(
            Headers(), _synthetic(digest), nobody, (nobody,), (), (), None, "", None, "", (), text, "", text, (),
            ("Message illisible : gardé tel quel, montré comme du texte",), digest, len(raw),
        )  # fmt: skip


def _parse(raw: bytes, digest: str) -> ParsedMail:
    data = _line_ends(raw)
    hint = _charset_hint(data)
    cutter = Cutter(hint)
    if data is not raw:
        cutter.defect("Fins de ligne anciennes (CR), converties")
    tree = cutter.cut(data, 0, len(data), top=True)
    if not tree.fields and b"\0" in data[:1024] and identify(data, "", "")[1] not in ("text", "other"):
        tree.type = "application/octet-stream"  # not a mail but a file, an Outlook .msg for instance
    headers = Headers(tree.fields, hint)
    found = Reader(cutter, hint).read(tree)
    _open_winmail(found, cutter)
    plain = "\n".join(s.plain for s in found.segments if s.plain.strip())
    html = "\n".join(s.html for s in found.segments if s.html.strip())
    parts = tuple(_part(file, hint) for file in found.files)

    senders, sender = _senders(headers, hint, cutter)
    reply_to = _first(headers, "reply-to", hint)
    date, supplied = parse_date(headers.get("date"))
    if "date" in headers and (date is None or supplied):
        cutter.defect("Date illisible" if date is None else "Date incomplète ou mal écrite")
    identity = _identity(headers, digest, cutter)
    replied = _ids(headers.get("in-reply-to"))
    return ParsedMail(
        headers=headers, id=identity, sender=sender, senders=senders,
        to=_list(headers, "to", hint), cc=_list(headers, "cc", hint), reply_to=reply_to,
        subject=next((s for s in headers.all("subject") if s), ""), date=date,
        in_reply_to=replied[0] if replied else "",
        references=tuple(dict.fromkeys(i for v in headers.all("references") for i in _ids(v)))[-_MAX_REFERENCES:],
        body=readable(found.segments), html=html, plain=plain, parts=parts,
        defects=tuple(cutter.defects), sha256=digest, size=len(raw),
    )  # fmt: skip


def _line_ends(raw: bytes) -> bytes:
    """Mail whose lines end in CR alone, or in CR CR LF, with line feeds; anything else untouched."""
    if raw.find(b"\r", 0, 100_000) < 0:
        return raw
    if b"\n" not in raw:
        return raw.replace(b"\r", b"\n")
    head = raw[:4096]
    if head.count(b"\r\r\n") > head.count(b"\n") // 2:
        return raw.replace(b"\r\r\n", b"\n")
    return raw


def _charset_hint(data: bytes) -> str:
    """The charset to read raw 8-bit headers with when they are not UTF-8: the first one declared; where those bytes look East
    Asian, the first declared multi-byte charset that fits them, in a part below too."""
    end = data.find(b"\r\n\r\n", 0, 65540)
    end = min(end, 65536) if end > 0 else 65536
    bare = data.find(b"\n\n", 0, end + 2)
    head = data[: min(bare, end) if bare > 0 else end]
    if head.isascii():
        return _first_declared(data)
    declared = [codec(name) for name in _declared(data[:65536])]
    first = declared[0] if declared else ""
    dense = [line for line in head.split(b"\n") if sum(b >= 0x80 for b in line) > 0.2 * len(line)]
    for name in declared[:50] if dense else ():
        name = "cp932" if name.startswith("iso2022_jp") else name
        if name in _WIDE and all(_fits(line, name) for line in dense):
            return name
    return first


def _first_declared(data: bytes) -> str:
    """The first charset named; mostly it stands near the top, before the files."""
    for near in (4096, 65536):
        # One that the cut goes through may be longer than it looks.
        found = next(iter(_declared(data[:near])), "")
        if found and not data[:near].endswith(found.encode()):
            return codec(found)
    return codec(found)


def _declared(head: bytes) -> list[str]:
    """Every charset named there, in order; looked for as a word first, for most of a mail is files."""
    lowered = head.lower()
    found = []
    at = lowered.find(b"charset")
    while at >= 0:
        match = _CHARSET.match(head, at)
        if match is not None:
            found.append(match[1].decode("ascii"))
        at = lowered.find(b"charset", match.end() if match is not None else at + 1)
    return found


def _fits(line: bytes, name: str) -> bool:
    try:
        line.decode(name)
    except (UnicodeError, LookupError):
        return False
    return True


# --- who -----------------------------------------------------------------------------------------------------------------


def _list(headers: Headers, name: str, hint: str) -> tuple[Address, ...]:
    return tuple(a for value in headers.raw_all(name) for a in parse_addresses(value, hint) if a.email)


def _first(headers: Headers, name: str, hint: str) -> Address | None:
    return next((a for a in _list(headers, name, hint) if "@" in a.email), None)


def _senders(headers: Headers, hint: str, cutter: Cutter) -> tuple[tuple[Address, ...], Address]:
    """Every From, and the one that counts: the first with an address; else Reply-To, Sender, Return-Path."""
    written = tuple(a for value in headers.raw_all("from") for a in parse_addresses(value, hint))
    usable = tuple(a for a in written if "@" in a.email)
    if usable:
        return usable, usable[0]
    cutter.defect("Expéditeur absent ou illisible")
    for name in ("reply-to", "sender", "return-path", "x-original-from", "x-sender"):
        other = _first(headers, name, hint)
        if other:
            if written and written[0].name and not other.name:
                other = Address(other.email, written[0].name)
            return (other,), other
    fallback = next((a for a in written if a.email), None) or (written[0] if written else Address(""))
    return (fallback,), fallback


def _identity(headers: Headers, digest: str, cutter: Cutter) -> str:
    for value in headers.all("message-id"):
        match = _MESSAGE_ID.search(value)
        inside = _SPACE.sub("", match.group(1)) if match else _SPACE.sub("", value.strip("<> "))
        if inside and len(inside) <= 996 and (match or "@" in inside):
            return f"<{inside}>"
    cutter.defect("Message-ID absent ou inutilisable : identifiant tiré du contenu")
    return _synthetic(digest)


def _synthetic(digest: str) -> str:
    return f"<{digest[:32]}@synthetic.guichet>"


def _ids(value: str) -> tuple[str, ...]:
    found = [f"<{_SPACE.sub('', m)}>" for m in _MESSAGE_ID.findall(value) if m.strip()]
    if not found and (bare := _BARE_ID.findall(value)):
        found = [f"<{b}>" for b in bare]
    return tuple(found[-_MAX_REFERENCES:])


# --- files ---------------------------------------------------------------------------------------------------------------


def _part(file: File, hint: str) -> Part:
    node = file.node
    declared = file.type or (node.type if node.declared else "")
    name = file.name
    if not name and not file.type:
        name = _other_name(node, file.content, hint)
    kind, family = identify(file.content, name, declared)
    if declared in _MESSAGE_TYPES and kind in ("application/octet-stream", "text/plain", declared):
        kind, family = declared, "message"
    if _is_signature(declared):
        kind, family = declared, "signature"
    attachment = Attachment(
        name=safe_name(name, kind), type=kind, size=len(file.content), sha256=hashlib.sha256(file.content).hexdigest(),
        family=family, inline=file.inline, content_id=node.content_id if not file.type else "",
    )  # fmt: skip
    return Part(attachment, file.content)


def _is_signature(declared: str) -> bool:
    return declared in ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature",
                        "application/pkcs7-mime", "application/x-pkcs7-mime")  # fmt: skip


def _other_name(node: Node, content: bytes, hint: str) -> str:
    """A name for a part that has none: the subject of an attached message, a description that looks like a file's name."""
    if node.type in _MESSAGE_TYPES:
        fields, _, _ = split_block(content, 0, min(len(content), 256 * 1024), top=True)
        subject = Headers(fields, hint).get("subject")
        return re.sub(r"[/\\:*?\"<>|]+", "-", subject)[:150].strip(" .-") + ".eml" if subject.strip(" .-") else ""
    for header in ("content-description", "content-location"):
        text = node.header(header, hint)
        if text and looks_like_file_name(text):
            return text
    return ""


def _open_winmail(found: Collected, cutter: Cutter) -> None:
    """Replace every winmail.dat by what is inside; its text is the body when the mail has no other."""
    for file in list(found.files):
        if file.content[:4] != b"\x78\x9f\x3e\x22":
            continue
        opened = winmail.unpack(file.content)
        if opened is None:
            cutter.defect("winmail.dat illisible : gardé tel quel")
            continue
        at = found.files.index(file)
        found.files[at : at + 1] = [_from_winmail(*entry) for entry in opened.files]
        if not any(s.plain.strip() or s.html.strip() for s in found.segments) and (opened.plain.strip() or opened.html.strip()):
            found.segments.append(Segment(opened.plain.replace("\r\n", "\n"), opened.html))


def _from_winmail(name: str, declared: str, content_id: str, content: bytes) -> File:
    inner = Node([], b"", 0, 0, declared or "application/octet-stream")
    inner.declared = bool(declared)
    inner.content_id = content_id
    return File(inner, content, name, inline=bool(content_id))
