"""HTML to text, as a reader would copy it: paragraphs, lists, tables by row, quotes marked with "> ", nothing that was hidden.

``lxml`` reads the HTML as a stream of events and no tree is built, so that neither size nor nesting costs memory.
"""

from __future__ import annotations

import html as stdlib_html
import inspect
import re
from typing import Any

MAX_HTML = 4 * 1024 * 1024  # characters that are converted; the rest of such a page is no message
MAX_DEPTH = 1000  # libxml2 looks for every stray end tag in the whole stack of open elements

_DROPPED = frozenset((
    "script", "style", "head", "title", "template", "noscript", "object", "applet", "svg", "math", "select",
    "textarea", "iframe", "audio", "video", "canvas", "map", "xml",
))  # fmt: skip
_VOID = frozenset((
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
))  # fmt: skip
_BLOCK = frozenset((
    "address", "article", "aside", "body", "center", "dd", "details", "dialog", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "header", "hgroup", "html", "legend", "main", "nav", "section",
    "summary", "table", "tbody", "tfoot", "thead", "tr", "caption",
))  # fmt: skip
_SPACED = frozenset((
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "pre", "blockquote",
))  # fmt: skip
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|(?<![-\w])opacity\s*:\s*0(?:\.0+)?\s*(?:[;!]|$)|"
    r"font-size\s*:\s*0(?:px|pt|em|%)?\s*(?:[;!]|$)|(?<![-\w])max-height\s*:\s*0(?:px|pt)?\s*(?:[;!]|$)",
    re.IGNORECASE,
)
_INDENT = re.compile(r"border\s*:\s*(?:none|0)|border-left\s*:\s*(?:none|0)", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\n\f\v\xa0\u2007\u202f]+")
#: The same but for one blank, which is one already.
_UNEVEN = re.compile(r"[\t\r\n\f\v\xa0\u2007\u202f][ \t\r\n\f\v\xa0\u2007\u202f]*| [ \t\r\n\f\v\xa0\u2007\u202f]+")
_FILLER = re.compile("[\u200b\u00ad\u034f\ufeff\u2060-\u2064]|(?:\u200c[ \xa0]*){2,}|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
#: One of these stands in whatever is filler; few texts have any.
_FILLING = re.compile("[\u200b\u200c\u00ad\u034f\ufeff\u2060-\u2064\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BLANK_LINES = re.compile(r"\n{3,}")
_TAG = re.compile(r"<[/!?a-zA-Z][^<>]{0,2000}>")
_LINES = re.compile(r"</?(?:br|p|div|tr|li|h[1-6]|table|ul|ol|blockquote)\b[^<>]{0,2000}>", re.IGNORECASE)
RULE = "_" * 32


class _TooDeep(Exception):
    pass


class _Writer:
    """Receives the parser's events and writes text. ``lxml`` calls ``start``, ``end``, ``data``, ``close``."""

    def __init__(self) -> None:
        self.lines: list[str] = []  # finished lines, quote marks included
        self.line: list[str] = []
        self.space = False  # whitespace seen and not written yet
        self.breaks = 0  # 1: the line must end, 2: a blank line must follow
        self.depth = 0
        self.skip_until = 0  # depth of the dropped element we are in, 0 outside
        self.quote = 0
        self.last_quote = 0  # depth of the line written last
        self.quotes: list[bool] = []
        self.pre = 0
        self.lists: list[int] = []  # -1 for bullets, else the last number
        self.cell = False  # a cell was closed: a gap before the next one
        self.marker = ""

    def start(self, tag: str, attrib: Any) -> None:
        if tag not in _VOID:
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise _TooDeep
        if self.skip_until:
            return
        style = attrib.get("style", "")
        if tag in _DROPPED or "hidden" in attrib or (style and _is_hidden(style)):
            if tag not in _VOID:
                self.skip_until = self.depth
            return
        if tag == "br":
            self._newline()
        elif tag == "hr":
            self._break(1)
            self._write(RULE)
            self._break(1)
        elif tag == "li":
            self._break(1)
            if self.lists and self.lists[-1] >= 0:
                self.lists[-1] += 1
                self.marker = f"{self.lists[-1]}. "
            else:
                self.marker = "- "
        elif tag in ("td", "th"):
            self.cell = self.cell and bool(self.line)
        elif tag in _SPACED:
            nested = tag in ("ul", "ol") and bool(self.lists)
            self._break(1 if nested or self.marker else 2)
            if tag == "ul":
                self.lists.append(-1)
            elif tag == "ol":
                number = attrib.get("start", "1")
                self.lists.append(int(number) - 1 if number.isascii() and number.isdigit() and len(number) < 7 else 0)
            elif tag == "pre":
                self.pre += 1
            elif tag == "blockquote":
                quoted = not _INDENT.search(style)
                self.quotes.append(quoted)
                self._flush()
                self.quote += quoted
        elif tag in _BLOCK:
            self._break(1)
            self.cell = False

    def end(self, tag: str) -> None:
        if tag in _VOID:
            return
        self.depth -= 1
        if self.skip_until:
            if self.depth < self.skip_until:
                self.skip_until = 0
            return
        if tag in ("td", "th"):
            self.cell = bool(self.line)
            self.space = False
        elif tag in _SPACED:
            nested = tag in ("ul", "ol") and len(self.lists) > 1
            self._break(1 if nested else 2)
            if tag in ("ul", "ol") and self.lists:
                self.lists.pop()
            elif tag == "pre":
                self.pre = max(0, self.pre - 1)
            elif tag == "blockquote" and self.quotes:
                self._flush()
                self.quote -= self.quotes.pop()
        elif tag in _BLOCK or tag == "li":
            self._break(1)
            self.marker = "" if tag == "li" else self.marker
            self.cell = False

    def data(self, text: str) -> None:
        if self.skip_until:
            return
        if _FILLING.search(text) is not None:
            text = _FILLER.sub("", text)
        if self.pre:
            for i, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")):
                if i:
                    self._newline()
                if line:
                    self._write(line)
            return
        text = _UNEVEN.sub(" ", text)
        if not text:
            return
        if text == " ":
            self.space = True
            return
        if text[0] == " ":
            self.space = True
            text = text[1:]
        tail = text[-1] == " "
        self._write(text[:-1] if tail else text)
        self.space = tail

    def close(self) -> str:
        self._flush()
        return "\n".join(self.lines)

    def _write(self, text: str) -> None:
        if self.breaks:
            self._flush()
            if self.breaks > 1 and self.lines and self.lines[-1].strip("> "):
                self.lines.append(">" * min(self.quote, self.last_quote))
            self.breaks = 0
            self.space = False
        if self.line:
            if self.cell:
                self.line.append("  ")
            elif self.space:
                self.line.append(" ")
        elif self.marker:
            self.line.append("  " * (len(self.lists) - 1) + self.marker)
        self.marker = ""
        self.cell = False
        self.space = False
        self.line.append(text)

    def _newline(self) -> None:
        """A forced line end: the second in a row makes a blank line."""
        if self.breaks:
            self._flush()
            if self.breaks > 1 and self.lines and self.lines[-1].strip("> "):
                self.lines.append(">" * min(self.quote, self.last_quote))
            self.breaks = 0
        self._emit()

    def _break(self, strength: int) -> None:
        if self.line or self.lines:
            self.breaks = max(self.breaks, strength)
        self.space = False

    def _flush(self) -> None:
        if self.line:
            self._emit()

    def _emit(self) -> None:
        text = "".join(self.line).rstrip()
        self.line = []
        self.space = False
        self.last_quote = self.quote
        self.lines.append(f"{'>' * self.quote} {text}" if self.quote and text else ">" * self.quote + text)


# lxml asks for it each time a page is read, and making it takes longer than reading a short page.
_Writer.start.__signature__ = inspect.signature(_Writer.start)  # type: ignore[attr-defined]


def _is_hidden(style: str) -> bool:
    found = _HIDDEN.search(style)
    if not found:
        return False
    return not (found.group().lower().startswith("max-height") and "overflow" not in style.lower())


def html_text(source: str) -> str:
    """The readable text of an HTML document or fragment; '' when it shows nothing. Never raises, linear in its input."""
    source = source[:MAX_HTML]
    if not source.strip():
        return ""
    from lxml import etree  # kept out of the start-up of processes that read plain mail only

    # A declared encoding contradicts the decoded text we hold, and would be believed.
    text = re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", source, count=1).replace("\0", "")
    text = "".join(c if not 0xD800 <= ord(c) <= 0xDFFF else "\ufffd" for c in text) if _has_surrogate(text) else text
    try:
        writer: Any = _Writer()
        parser = etree.HTMLParser(target=writer, huge_tree=True, recover=True, no_network=True)
        parser.feed(text)
        out = str(parser.close())
    except (_TooDeep, etree.LxmlError, ValueError, AssertionError, RecursionError):
        out = _crude(text)
    out = _tidy(out)
    if not out:
        out = _links_only(source)
    return out


def _has_surrogate(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


_SCRIPTS = re.compile(r"<(script|style)\b", re.IGNORECASE)


def _crude(text: str) -> str:
    """Tags cut out, for documents no parser should be asked to read."""
    kept: list[str] = []
    at = 0
    low = text.lower()
    while (opened := _SCRIPTS.search(text, at)) is not None:
        kept.append(text[at : opened.start()])
        close = low.find("</" + opened.group(1).lower(), opened.end())
        if close < 0:
            at = len(text)
            break
        at = close
    kept.append(text[at:])
    return stdlib_html.unescape(_TAG.sub("", _LINES.sub("\n", "".join(kept))))


def _tidy(text: str) -> str:
    lines = (_SPACES.sub(" ", line).rstrip() if "\xa0" in line else line.rstrip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n").rstrip()


_HREF = re.compile(r"<a\b[^<>]{0,1000}?\bhref\s{0,5}=\s{0,5}[\"']?((?:https?|mailto):[^\s\"'<>]{1,2000})", re.IGNORECASE)


def _links_only(source: str) -> str:
    """The addresses of links, for a message that holds nothing else."""
    return "\n".join(
        dict.fromkeys(stdlib_html.unescape(m.group(1)) for m, _ in zip(_HREF.finditer(source), range(5), strict=False))
    )
