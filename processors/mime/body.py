"""Which parts of a mail are its body, and which are files."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from processors.clean import split
from processors.gated import Gated
from processors.html import html_text
from processors.mime import smime
from processors.mime.charset import codec, decode
from processors.mime.flowed import unflow
from processors.mime.transfer import uu_blocks
from processors.mime.tree import MAX_DEPTH, Cutter, Node

#: Renditions of the body nobody needs beside plain text or HTML.
_RENDITIONS = frozenset(("text/enriched", "text/richtext", "text/watch-html", "text/x-amp-html", "text/x-watch-html"))
_READABLE = _RENDITIONS | {"text/plain", "text/html"}
#: Text types that are files even when they stand alone.
_FILES = frozenset(("text/calendar", "text/vcard", "text/x-vcard", "text/csv"))
_META = re.compile(rb"<meta[^>]{0,200}?charset\s{0,3}=\s{0,3}[\"']?\s{0,3}([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_BOILERPLATE = Gated(
    r"(?:does ?n[o't]{1,3}|cannot|can't|not able to|unable to|not) (?:support|display|read|view|render|show)"
    r"[^.]{0,40}(?:html|this message|this e-?mail)|html[- ](?:capable|compatible|enabled|fähig|format)|"
    r"view (?:this|the) (?:e-?mail|message|newsletter) (?:in|with|using) (?:html|your browser|a browser)|"
    r"this is an html(?:[- ]only)? (?:e-?mail|message)|no (?:plain )?text (?:version|part)|"
    r"(?:requires?|needs?) (?:an? )?html|html (?:viewer|reader|mail client|client)|"
    r"n['’]\s?(?:affiche|accepte|interpr[eè]te|ouvre)\w* pas [^.]{0,60}(?:html|ce message)|(?:visualiseur|lecteur|client) html|"
    r"(?:ne (?:supporte|prend|permet|peut|g[eè]re)\w*) pas [^.]{0,60}(?:html|afficher|ce message)|"
    r"au format html|version html|(?:kann|unterstützt)[^.]{0,60}html|html[^.]{0,40}(?:nicht|aktivieren)|"
    r"formato html|si no puede ver|se non riesci a v",
    re.IGNORECASE,
)
_WORDS = re.compile(r"\w+")
_ENRICHED = re.compile(r"<(/?)([A-Za-z-]{1,60})>")
_LOOKS_HTML = re.compile(r"\s*(?:<!doctype html|<html\b|<body\b|<head\b)", re.IGNORECASE)
_VISIBLE = re.compile(r"[^\s\u00ad\u034f\u200b-\u200f\u2060-\u2064\ufeff]")
_SENTENCE = re.compile(r"[.!?](?=\s)|\n\s*\n")
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
#: Above this many words a plain text is no stub of the HTML beside it.
_STUB = 40
_NO_STUB = re.compile(rf"(?:\W*+\w++){{{_STUB + 1}}}")
MAX_TEXT = 8 * 1024 * 1024  # bytes of one text part that are read as a body


@dataclass(slots=True)
class File:
    """A part that is not the body."""

    node: Node
    content: bytes
    name: str = ""
    inline: bool = False
    type: str = ""  # the declared type when it does not come from the node


@dataclass(slots=True)
class Segment:
    """One stretch of body: its plain and its HTML form, '' where it has none."""

    plain: str = ""
    html: str = ""
    node: Node | None = None


@dataclass(slots=True)
class Collected:
    """What a walk over the tree found."""

    segments: list[Segment] = field(default_factory=list)
    files: list[File] = field(default_factory=list)


class Reader:
    """Walks one tree. The cutter is needed again for what only decoding reveals (the inside of S/MIME)."""

    def __init__(self, cutter: Cutter, hint: str = "") -> None:
        self.cutter = cutter
        self.hint = hint

    def read(self, root: Node) -> Collected:
        """The texts and files below a part, in order. Where no text is to be read, the first file that holds one stands in."""
        found = self._part(root, 0, alone=not root.is_multipart)
        if not any(s.plain.strip() or s.html.strip() for s in found.segments):
            self._promote(found)
        return found

    # --- the walk -------------------------------------------------------------------------------------------------

    def _part(
        self, node: Node, depth: int, *, alternative: bool = False, alone: bool = False, related: bool = False
    ) -> Collected:
        if depth > MAX_DEPTH:
            return Collected(files=[self._file(node)])
        if node.is_multipart:
            return self._multipart(node, depth)
        if node.type in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
            opened = self._opaque(node, depth)
            if opened is not None:
                return opened
        if self._is_text_body(node, alternative=alternative, alone=alone, related=related):
            return self._text(node)
        return Collected(files=[self._file(node)])

    def _multipart(self, node: Node, depth: int) -> Collected:
        kind = node.type.removeprefix("multipart/")
        if not node.children:
            return Collected()
        if kind == "alternative":
            return self._alternative(node, depth)
        if kind == "related":
            return self._related(node, depth)
        if kind == "encrypted":
            self.cutter.defect("Message chiffré : son contenu reste en pièce jointe")
            return Collected(files=[self._file(leaf) for leaf in _leaves(node)])
        out = Collected()
        for i, child in enumerate(node.children):
            if kind == "signed" and i == len(node.children) - 1 and i > 0 and not child.is_multipart:
                out.files.append(self._file(child))
                continue
            if kind == "report" and i > 0 and not child.is_multipart:
                out.files.append(self._file(child))
                continue
            part = self._part(child, depth + 1)
            out.files += part.files
            _append(out.segments, part.segments)
        return out

    def _alternative(self, node: Node, depth: int) -> Collected:
        """One stretch of body from several renditions of it."""
        out = Collected()
        plains: list[Segment] = []
        htmls: list[Segment] = []
        for child in node.children:
            if child.type in _RENDITIONS and len(node.children) > 1:
                continue
            part = self._part(child, depth + 1, alternative=True)
            out.files += part.files
            for segment in part.segments:
                (htmls if segment.html else plains).append(segment)
        if not plains and not htmls:
            for child in node.children:
                if child.type in _RENDITIONS:
                    plains += self._text(child).segments
        plain = _join_distinct([s.plain for s in plains] + [s.plain for s in htmls if s.plain])
        html = "\n".join(s.html for s in htmls)
        if plain.strip() or html.strip():
            out.segments.append(Segment(plain, html, (plains or htmls)[0].node))
        return out

    def _related(self, node: Node, depth: int) -> Collected:
        start = node.params.get("start", "").strip("<> ")
        root = next((c for c in node.children if start and c.content_id == start), None)
        if root is None:
            root = next((c for c in node.children if c.is_multipart or c.type in ("text/html", "text/plain")), node.children[0])
        out = Collected()
        for child in node.children:
            part = self._part(child, depth + 1, related=child is not root)
            for file in part.files:
                file.inline = file.inline or (child is not root and file.node.disposition != "attachment")
            out.files += part.files
            _append(out.segments, part.segments)
        return out

    def _is_text_body(self, node: Node, *, alternative: bool, alone: bool, related: bool) -> bool:
        if node.type not in ("text/plain", "text/html"):
            if _named(node) or node.disposition == "attachment":
                return False
            return alone and node.type.startswith("text/") and node.type not in _FILES
        if node.disposition == "attachment":
            return alone and not _named(node)
        if related and (node.content_id or _named(node)):
            return False
        if _named(node):
            return alternative or (alone and not node.disposition_params.get("filename"))
        return True

    # --- texts ----------------------------------------------------------------------------------------------------

    def _text(self, node: Node) -> Collected:
        data, damaged = node.content()
        if damaged:
            self.cutter.defect("Texte mal encodé, réparé")
        out = Collected()
        if len(data) > MAX_TEXT:
            self.cutter.defect("Texte démesuré : lu en partie, gardé entier en pièce jointe")
            out.files.append(self._file(node))
            data = data[:MAX_TEXT]
        if node.type == "text/plain" and b"begin" in data:
            data = self._take_uuencoded(data, node, out)
        text = self._decode(data, node)
        if node.type == "text/html":
            out.segments.append(Segment("", text, node))
            return out
        if node.type in _RENDITIONS:
            text = _unenriched(text)
        elif _LOOKS_HTML.match(text[:400]) and "</" in text:
            out.segments.append(Segment("", text, node))
            return out
        elif node.params.get("format", "").strip().lower() == "flowed":
            text = unflow(text, node.params.get("delsp", "").strip().lower() == "yes")
        out.segments.append(Segment(text, "", node))
        return out

    def _decode(self, data: bytes, node: Node) -> str:
        label = node.params.get("charset", "")
        known = codec(label)
        if node.type == "text/html" and not known and (meta := _META.search(data[:4096])) is not None:
            label = meta.group(1).decode("ascii")
            if label.lower().startswith("utf-16"):
                label = "utf-8"  # a page that could be read as ASCII this far is not UTF-16
            known = codec(label)
        text, guessed = decode(data, label, self.hint)
        if guessed and known and known != codec(self.hint):
            self.cutter.defect(f"Le texte n'est pas dans le jeu de caractères annoncé ({label[:40]})")
        elif label and not known and not data.isascii():
            self.cutter.defect(f"Jeu de caractères faux ou inconnu ({label[:40]}), deviné")
        return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n")).removeprefix("\ufeff")

    def _take_uuencoded(self, data: bytes, node: Node, out: Collected) -> bytes:
        """Files written into the text in the old way leave it and become attachments."""
        blocks = uu_blocks(data)
        if not blocks:
            return data
        kept: list[bytes] = []
        at = 0
        for start, end, name, content in blocks:
            kept.append(data[at:start])
            at = end
            out.files.append(File(node, content, decode(name, "", self.hint)[0], type="application/octet-stream"))
        kept.append(data[at:])
        return b"".join(kept)

    # --- files ----------------------------------------------------------------------------------------------------

    def _file(self, node: Node) -> File:
        if node.is_multipart:
            return File(node, node.raw_body(), "", type="application/octet-stream")
        if node.encoding == "uuencode" and (blocks := uu_blocks(node.raw_body())):
            return File(node, blocks[0][3], _written_name(node) or decode(blocks[0][2])[0], node.disposition == "inline")
        content, damaged = node.content()
        if damaged:
            self.cutter.defect("Pièce jointe mal encodée, réparée ou gardée telle quelle")
        return File(
            node,
            content,
            _written_name(node),
            node.disposition == "inline" or (bool(node.content_id) and node.disposition != "attachment"),
        )

    def _opaque(self, node: Node, depth: int) -> Collected | None:
        """The message inside an S/MIME envelope that is signed only; None for an encrypted one."""
        content, _ = node.content()
        inner = smime.signed_content(content)
        if inner is None:
            if smime.is_signed_data(content):
                self.cutter.defect("Signature S/MIME illisible : gardée en pièce jointe")
            elif node.params.get("smime-type", "").lower() != "certs-only":
                self.cutter.defect("Message chiffré (S/MIME) : son contenu reste en pièce jointe")
            return None
        tree = self.cutter.cut(inner, 0, len(inner), depth + 1)
        out = self._part(tree, depth + 1, alone=True)
        out.files.append(self._file(node))
        return out

    def _promote(self, found: Collected) -> None:
        """No body at all: a text that only looked like a file, because it had a name, is the body."""
        for file in found.files:
            if file.node.type in _READABLE and file.node.disposition != "attachment" and not file.type:
                found.files.remove(file)
                text = self._text(file.node)
                found.segments += text.segments
                found.files += text.files
                return


def _named(node: Node) -> bool:
    return bool(_written_name(node))


def _written_name(node: Node) -> str:
    return (
        node.disposition_params.get("filename", "") or node.params.get("name", "") or node.disposition_params.get("name", "")
    ).strip()


def _leaves(node: Node) -> list[Node]:
    return [leaf for child in node.children for leaf in (_leaves(child) if child.is_multipart else [child])]


def _append(segments: list[Segment], more: list[Segment]) -> None:
    """Join a stretch of body to those before it. A plain text followed by the same text in HTML is one stretch: senders label
    alternatives as "mixed"."""
    for segment in more:
        last = segments[-1] if segments else None
        if (
            last
            and bool(last.plain) != bool(last.html)
            and bool(segment.plain) != bool(segment.html)
            and bool(last.plain) != bool(segment.plain)
        ):
            plain, html = last.plain or segment.plain, last.html or segment.html
            if _same_words(plain, html_text(html)):
                segments[-1] = Segment(plain, html, last.node)
                continue
        segments.append(segment)


def _same_words(a: str, b: str) -> bool:
    one, two = _WORDS.findall(a[:20_000].lower()), _WORDS.findall(b[:20_000].lower())
    if not one or not two:
        return False
    return one == two or (len(one) > 5 and len(set(one) ^ set(two)) <= 0.1 * len(set(one) | set(two)))


def _join_distinct(texts: list[str]) -> str:
    kept: list[str] = []
    for text in texts:
        bare = text.strip()
        if bare and not any(bare in other for other in kept):
            kept.append(text)
    return "\n".join(kept)


def _unenriched(text: str) -> str:
    """text/enriched (RFC 1896): commands dropped, a single line break is a blank, '<<' is '<'."""
    text = text.replace("<<", "\0")
    text = re.sub(r"<param>[^<]{0,500}</param>", "", text, flags=re.IGNORECASE)
    text = re.sub(r"\n(\n*)", lambda m: m.group(1) or " ", _ENRICHED.sub("", text))
    return text.replace("\0", "<")


def readable(segments: list[Segment]) -> str:
    """The text a person reads: every stretch in order, plain where plain says something."""
    return "\n".join(t for t in (_readable(s) for s in segments) if t.strip()).strip("\n")


def _readable(segment: Segment) -> str:
    if not segment.html.strip():
        return segment.plain
    said = bool(_VISIBLE.search(segment.plain)) and not _is_placeholder(segment.plain)
    if said and _NO_STUB.match(segment.plain, 0, 2_000):
        return segment.plain
    text = html_text(segment.html)
    if said and not _says_more(text, segment):
        return segment.plain
    return text if text.strip() else segment.plain


def _says_more(text: str, segment: Segment) -> bool:
    """Whether the HTML, read as ``text``, is the message and the plain text a stub of it: what its sender newly wrote there is at
    least three times as long. What it only quotes or signs with, and a plain text leaves out, is no more of a message."""
    mine = len(_WORDS.findall(segment.plain))
    if len(_WORDS.findall(text)) < 2 * mine + 5:
        return False
    theirs = split(text, html=segment.html)
    return theirs.confident and len(_WORDS.findall(theirs.text)) >= 2 * mine + 5


def _is_placeholder(plain: str) -> bool:
    """Whether the plain text is only the remark that one should read the HTML."""
    bare = plain.strip()
    if _LOOKS_HTML.match(bare[:400]):
        return True
    if len(bare) >= 1000 or not _BOILERPLATE.matches(bare):
        return False
    rest = " ".join(s for s in _SENTENCE.split(bare) if not _BOILERPLATE.matches(s) and "://" not in s)
    return len(_WORDS.findall(rest)) <= 4
