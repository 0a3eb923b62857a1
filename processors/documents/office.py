"""Word (.docx) and plain text files: their paragraphs, tables a row a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.document import Page, Unread
from processors.documents.archive import opened, unsealed
from processors.documents.layout import clean
from processors.documents.limits import Budget
from processors.documents.sheet import decoded

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BODY = "word/document.xml"


def read_word(content: bytes, budget: Budget) -> Iterator[tuple[Page, int]]:
    """One page: where a page of it ends only a printer knows. Raises Unread."""
    with opened(unsealed(content, budget), budget.limits.unfolded) as archive:
        try:
            body = archive.read(_BODY)
        except KeyError:
            raise Unread("no-reader", "ce n'est pas un document Word") from None
        except Exception as error:  # a broken member raises zlib.error, BadZipFile and others
            raise Unread("broken", type(error).__name__) from None
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        raise Unread("broken", "XML") from None
    if root is None:
        raise Unread("broken", "XML")
    yield Page(1, clean("\n".join(_lines(root)))[: budget.limits.text], (), "text"), 1


def _lines(root: Any) -> Iterator[str]:
    rows: set[Any] = set()
    for node in root.iter(f"{_W}tr", f"{_W}p"):
        if node.tag == f"{_W}tr":
            if not any(parent in rows for parent in node.iterancestors(f"{_W}tr")):
                rows.add(node)
                yield "\t".join(" ".join(_text(cell).split()) for cell in node.iterfind(f"{_W}tc"))
        elif not any(parent in rows for parent in node.iterancestors(f"{_W}tr")):
            yield _text(node)


def _text(node: Any) -> str:
    found = []
    for part in node.iter(f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}p"):
        if part.tag == f"{_W}t":
            found.append(part.text or "")
        elif part is not node:
            found.append("\t" if part.tag == f"{_W}tab" else "\n")
    return "".join(found).strip()


def read_text(content: bytes, budget: Budget) -> Iterator[tuple[Page, int]]:
    """A plain text. Raises Unread, also after it."""
    text = decoded(content[: 4 * budget.limits.text])
    shown = clean(text.replace("\r\n", "\n").replace("\r", "\n"))
    yield Page(1, shown[: budget.limits.text], (), "text"), 1
    if len(shown) > budget.limits.text:
        raise Unread("cut", f"{budget.limits.text} caractères")
