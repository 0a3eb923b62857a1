"""What the structure of an HTML body says about quotes and signatures.

Mail programs wrap what they quote in elements of their own (Gmail's gmail_quote, Outlook's divRplyFwdMsg, Apple's
blockquote type=cite …). Marks from the private use area are put around those elements, the whole is converted to text once,
and the marks become labels of lines. lxml is imported when the first such body comes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from processors.gated import Gated
from processors.html import html_text
from processors.reply.lines import QUOTED, SIGNATURE, TEXT
from processors.reply.words import LABEL, LABEL_KIND

if TYPE_CHECKING:
    from lxml.etree import _Element

_MAX_HTML = 4_000_000
_Q_OPEN, _Q_SHUT, _REST, _S_OPEN, _S_SHUT = "\ue000", "\ue001", "\ue002", "\ue003", "\ue004"
_MARKS = re.compile("([\ue000-\ue004])")

#: Cheap test before the parser is bothered.
_HINT = Gated(
    r"blockquote|gmail_|yahoo_quoted|proton|zmail_|tutanota|moz-|divRplyFwdMsg|appendonsend|OutlookMessageHeader|"
    r"border-top:\s?solid|"
    r"border-width:|zwchr|data-marker|stopSpelling|includetail|isReplyContent|isForwardContent|OLK_SRC|"
    r"reply-intro|reference-message|"
    r"message(?:Reply|Signature)Section|[Ss]ignature|quoted|iosymail|_quote",
)
_QUOTE_CLASSES = frozenset(
    [
        "gmail_attr",
        "yahoo_quoted",
        "protonmail_quote",
        "zmail_extra",
        "tutanota_quote",
        "moz-cite-prefix",
        "moz-forward-container",
        "iosymail",
        "elided-text",
        "quoted-text",
        "quoted_text",
        "email_quote",
        "mail-quote-collapse",
        "front-quote",
        "front-blockquote",
        "missive_quote",
        "sh-quoted-content",
        "moz-email-headers-table",
        "freshdesk_quote",
        "zmail_extra_hr",
        "ydp_yahoo_quoted",
        "hs_quote",
        "quoted-content",
        "wmquote",
        "mailru-quote",
    ]
)
_QUOTE_IDS = frozenset(
    [
        "isreplycontent",
        "isforwardcontent",
        "olk_src_body_section",
        "reply-intro",
        "mail-editor-reference-message-container",
        "yahoo_quoted",
        "origbody",
    ]
)
_REST_IDS = frozenset(["divrplyfwdmsg", "appendonsend", "zwchr", "stopspelling"])
_SIGNATURE_CLASSES = frozenset(
    [
        "gmail_signature",
        "moz-signature",
        "protonmail_signature_block",
        "zmail_signature",
        "zmail_signature_below",
        "hs_signature",
        "front-signature",
        "missive_signature",
        "sh-signature",
        "tutanota_signature",
    ]
)
_SIGNATURE_IDS = frozenset(
    ["signature", "ms-outlook-mobile-signature", "applemailsignature", "composer_signature", "messagesignaturesection"]
)
_INDENT = re.compile(r"border(?:-left)?\s?:\s?(?:none|0|medium none)", re.IGNORECASE)
_TOP_RULE = re.compile(
    r"border-top:\s?solid\s|border-width:\s?\d(?:px|pt)? (?:0|medium|currentcolor)|"
    r"border:none;\s?border-top:",
    re.IGNORECASE,
)


def read_structure(html: str) -> tuple[list[str], list[str]] | None:
    """Lines and their labels (TEXT, SIGNATURE, QUOTED) as the elements of a body give them.

    None when they say nothing; two empty lists when they say something but nest too deep to be read.
    """
    if len(html) > _MAX_HTML or not _HINT.matches(html):
        return None
    from lxml import etree  # heavy, and most mail is plain

    cleaned = _MARKS.sub("", html).replace("\0", "")
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(cleaned.encode("utf-8", "replace"), parser)
        if root is None:
            return None
        if any("depth" in entry.message for entry in parser.error_log):
            return [], []  # cut off by the parser: what it left out must not be lost
        found = _mark(root)
        if not found:
            return None
        marked = str(etree.tostring(root, encoding="unicode", method="html"))
    except (etree.LxmlError, ValueError, AssertionError, RecursionError):
        return None
    return _label(html_text(marked))


def _names(value: str | None) -> list[str]:
    """Class or id names in lower case, without the prefixes Outlook puts before those of others ("x_x_gmail_quote")."""
    return [re.sub(r"^(?:x_|m_-?\d+)+", "", name).lower() for name in (value or "")[:400].split()]


def _mark(root: _Element) -> bool:
    """Put marks around what is quoted or a signature. True when anything was."""
    found = False
    rest_seen = False
    for element in list(root.iter()):
        if not isinstance(element.tag, str) or element.getparent() is None or element.tag in ("html", "body", "head"):
            continue
        kind = _kind(element)
        if kind == _REST and not rest_seen:
            rest_seen = True
            _surround(element, _REST, "")
        elif kind == _Q_OPEN:
            _surround(element, _Q_OPEN, _Q_SHUT)
        elif kind == _S_OPEN:
            _surround(element, _S_OPEN, _S_SHUT)
        found = found or kind != ""
    return found


def _kind(element: _Element) -> str:
    tag = str(element.tag)
    if tag == "blockquote":
        style = element.get("style") or ""
        own_indent = not element.get("class") and not element.get("type") and not element.get("cite") and _INDENT.search(style)
        return "" if own_indent else _Q_OPEN
    if tag == "includetail":
        return _Q_OPEN
    classes, ids = _names(element.get("class")), _names(element.get("id"))
    if (
        element.get("data-smartmail") == "gmail_signature"
        or not _SIGNATURE_CLASSES.isdisjoint(classes)
        or not _SIGNATURE_IDS.isdisjoint(ids)
    ):
        return _S_OPEN
    if "gmail_quote" in classes or "gmail_quote_container" in classes:
        # Answers may stand inside, beside its blockquotes; a forward has none.
        return "" if element.find(".//blockquote") is not None else _Q_OPEN
    if (
        not _QUOTE_CLASSES.isdisjoint(classes)
        or not _QUOTE_IDS.isdisjoint(ids)
        or any(c.endswith("yahoo_quoted") for c in classes)
    ):
        return _Q_OPEN
    named, zimbra = element.get("name"), element.get("data-marker")
    if named == "messageReplySection" or zimbra == "__QUOTED_TEXT__":
        return _Q_OPEN
    if named == "messageSignatureSection" or zimbra == "__SIG_PRE__" or zimbra == "__SIG_POST__":
        return _S_OPEN
    if not _REST_IDS.isdisjoint(ids) or "outlookmessageheader" in classes or zimbra == "__DIVIDER__" or zimbra == "__HEADERS__":
        return _REST
    css = element.get("style")
    if tag == "div" and css and _TOP_RULE.search(css):
        head = "".join(_first_text(element))
        m = LABEL.match(head.strip())
        if m and LABEL_KIND.get(m[1].strip().lower(), "") in ("from", "date", "subject", "to"):
            return _REST
    return ""


def _first_text(element: _Element) -> list[str]:
    """The first characters an element shows."""
    parts: list[str] = []
    size = 0
    for text in element.itertext():
        parts.append(str(text)[:200])
        size += len(str(text).strip())
        if size > 40:
            break
    return parts


def _surround(element: _Element, before: str, after: str) -> None:
    parent = element.getparent()
    if parent is None:
        return
    opening = element.makeelement("div", {})
    opening.text = before
    element.addprevious(opening)
    if after:
        closing = element.makeelement("div", {})
        closing.text = after
        closing.tail, element.tail = element.tail, None
        element.addnext(closing)


def _label(text: str) -> tuple[list[str], list[str]]:
    lines: list[str] = []
    labels: list[str] = []
    quotes = signatures = 0
    rest = False
    for line in text.split("\n"):
        pieces = _MARKS.split(line) if any(mark in line for mark in (_Q_OPEN, _Q_SHUT, _REST, _S_OPEN, _S_SHUT)) else [line]
        for piece in pieces:
            if piece == _Q_OPEN:
                quotes += 1
            elif piece == _Q_SHUT:
                quotes = max(0, quotes - 1)
            elif piece == _S_OPEN:
                signatures += 1
            elif piece == _S_SHUT:
                signatures = max(0, signatures - 1)
            elif piece == _REST:
                rest = True
            elif len(pieces) == 1 or piece.strip(" >"):
                lines.append(piece)
                labels.append(QUOTED if rest or quotes else SIGNATURE if signatures else TEXT)
    return lines, labels
