"""The entry: one file's bytes, whatever they are, as a Document. Total."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from core.document import Document, Kind, Page, Trouble, Unread
from core.recognition import Ocr
from processors.documents.limits import Budget, Limits
from processors.language import language

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: What programs begin with: no document does.
_PROGRAMS = (b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"#!", b"L\0\0\0\x01\x14\x02\0")
#: How far into a file a PDF may begin.
_HEAD = 1024
#: Mails in mails: one within another, no further.
_DEPTH = 2


def read(
    content: bytes, name: str, kind: Kind, *, ocr: Ocr | None, limits: Limits | None = None, passwords: tuple[str, ...] = ()
) -> Document:
    """What the file says. Never raises but MemoryError; what cannot be read is told in ``trouble``."""
    return read_within(content, name, kind, ocr, Budget(limits or Limits(), passwords=passwords))


def read_within(content: bytes, name: str, kind: Kind, ocr: Ocr | None, budget: Budget) -> Document:
    """As ``read``, for a file in a file: they share one budget."""
    pages: list[Page] = []
    total, trouble = 0, None
    room, places = budget.limits.text, budget.limits.words
    try:
        for page, count in _pages(content, name, kind, ocr, budget):
            total = count
            short = _cut(page, room, places)
            pages.append(short)
            room, places = room - len(short.text), places - len(short.words)
            if short is not page:
                raise Unread("cut", f"{budget.limits.text} caractères")
    except Unread as error:
        trouble = error.trouble
    text = "\n\n".join(page.text for page in pages)
    if trouble is None and not text.strip():
        trouble = Trouble("no-text")
    letters = sum(len(page.text) for page in pages)
    sure = sum(page.confidence * len(page.text) for page in pages) / letters if letters else (0.0 if trouble else 1.0)
    return Document(
        hashlib.sha256(content).hexdigest(),
        name,
        kind,
        tuple(pages),
        language(text[:20_000]) if text.strip() else "",
        round(sure, 2),
        max(total, len(pages)),
        trouble,
    )


def _pages(content: bytes, name: str, kind: Kind, ocr: Ocr | None, budget: Budget) -> Iterator[tuple[Page, int]]:
    if not content:
        raise Unread("empty")
    if len(content) > budget.limits.bytes:
        raise Unread("too-large", f"{len(content) / 1e6:.0f} Mo".replace(".", ","))
    if content.startswith(_PROGRAMS) and kind != "voice":
        raise Unread("not-what-it-says", "c'est un programme")
    if kind == "pdf":
        if b"%PDF-" not in content[:_HEAD]:
            raise Unread("not-what-it-says", "ce n'est pas un PDF") if content.startswith(_ZIP) else Unread("broken")
        from processors.documents.pdf import read_pdf

        return read_pdf(content, budget, ocr)
    if kind == "image":
        from processors.documents.image import read_images

        return read_images(content, budget, ocr)
    if kind == "mail":
        return _mail(content, ocr, budget)
    if kind == "sheet":
        from processors.documents.sheet import read_csv, read_workbook

        packed = content.startswith((_ZIP, _OLE))
        if packed and name.lower().endswith((".ods", ".xls", ".xlsb", ".numbers")) and not content.startswith(_OLE):
            raise Unread("no-reader", name.rpartition(".")[2])
        return read_workbook(content, budget) if packed else read_csv(content, budget)
    if kind == "text":
        from processors.documents.office import read_text, read_word

        if content.startswith((_ZIP, _OLE)):
            return read_word(content, budget)
        if content.startswith(b"{\\rtf"):
            raise Unread("no-reader", "RTF")
        return read_text(content, budget)
    raise Unread("no-transcription")


def _cut(page: Page, room: int, places: int) -> Page:
    """The page, or as much of it as there is room for."""
    if len(page.text) <= room and len(page.words) <= places:
        return page
    text = page.text[: max(0, room)]
    return replace(page, text=text, words=tuple(w for w in page.words if w.end <= len(text))[: max(0, places)])


# ------------------------------------------------------------------ a mail in a mail


def _mail(content: bytes, ocr: Ocr | None, budget: Budget) -> Iterator[tuple[Page, int]]:
    """The mail's words, then what its own files say."""
    from core.message import kind_of
    from processors.clean import split
    from processors.parse import parse

    mail = parse(content)
    body = split(mail.body, html=mail.html, subject=mail.subject)
    sent = mail.date.astimezone(UTC) if isinstance(mail.date, datetime) else None
    head = [
        f"De : {mail.sender.name} <{mail.sender.email}>" if mail.sender.email else "",
        f"Date : {sent:%d/%m/%Y}" if sent else "",
        f"Objet : {mail.subject}" if mail.subject else "",
    ]
    words = body.text or mail.body
    files = [(part, kind) for part in mail.parts if (kind := kind_of(part.attachment)) is not None][: budget.limits.nested]
    yield Page(1, "\n".join([*filter(None, head), "", words]).strip(), (), "mail"), 1 + len(files)
    if budget.depth >= _DEPTH:
        if files:
            raise Unread("cut", "les messages emboîtés plus loin ne sont pas ouverts")
        return
    budget.depth += 1
    number, left = 1, ""
    for part, kind in files:
        if budget.over:
            left = left or "le temps est écoulé"
            break
        inner = read_within(part.content, part.attachment.name, kind, ocr, budget)
        for page in inner.pages:
            number += 1
            yield replace(page, number=number, name=page.name or inner.name), number
        if inner.trouble is not None and inner.trouble.code != "no-text":
            left = left or f"{inner.name} : {inner.trouble.sentence().split(' : ')[0]}"
    budget.depth -= 1
    if left:
        raise Unread("cut", left)
