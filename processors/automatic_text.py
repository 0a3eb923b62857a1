"""What the rules on automatic mail look at: the shape of a parsed mail, its words without accents, the sender's own lines.

The shapes are protocols, so that these rules depend on no particular parser.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal, Protocol

from core.message import Address, Attachment

#: A person's mail says what it is within its first pages; nothing here reads further into a hostile one.
MAX_BODY = 60_000
MAX_LINES = 1_200
MAX_LINE = 2_000
MAX_SUBJECT = 1_000


class Headers(Protocol):
    """Decoded header fields; names in any case; topmost first."""

    def get(self, name: str, default: str = "") -> str: ...

    def all(self, name: str) -> tuple[str, ...]: ...

    def __iter__(self) -> Iterator[str]: ...


class Part(Protocol):
    """A part that is not the body: what it is and its decoded bytes."""

    @property
    def attachment(self) -> Attachment: ...

    @property
    def content(self) -> bytes: ...


class Mail(Protocol):
    """The fields of a parsed mail that these rules read."""

    @property
    def headers(self) -> Headers: ...

    @property
    def id(self) -> str: ...

    @property
    def sender(self) -> Address: ...

    @property
    def reply_to(self) -> Address | None: ...

    @property
    def subject(self) -> str: ...

    @property
    def body(self) -> str: ...

    @property
    def in_reply_to(self) -> str: ...

    @property
    def references(self) -> tuple[str, ...]: ...

    @property
    def parts(self) -> Sequence[Part]: ...


#: What each of these is written as; none of them is what another one is written as.
_PLAIN = tuple(
    {
        "’": "'",
        "‘": "'",
        "`": "'",
        "´": "'",
        "\u00a0": " ",
        "\u202f": " ",
        "ß": "ss",
        "ø": "o",
        "ł": "l",
        "æ": "ae",
        "œ": "oe",
    }.items()
)
#: A text longer than this is a body, not a header.
_LONG = 200
#: Blanks that are not one blank already.
_BLANKS = re.compile(r"[^\S\n](?:(?<! )[^\S\n]*|[^\S\n]+)")
# Only Latin and Greek lose their accents: the marks of other scripts (й, Japanese voicing, Hebrew points) carry meaning.
# The mark is looked for first, for letters are everywhere.
_MARKS = re.compile("[\u0300-\u036f](?<=[a-zα-ω].)[\u0300-\u036f]*")
_UNUSUAL_BLANK = re.compile("[\t\r\v\f\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")


def _straight(text: str) -> str:
    """With plain apostrophes, blanks and letters. Faster than ``str.translate``, which asks for every character."""
    for sign, plain in _PLAIN:
        if sign in text:
            text = text.replace(sign, plain)
    return text


def fold(text: str) -> str:
    """Lower case, without Latin accents, one blank between words, straight apostrophes; line ends are kept."""
    if text.isascii():
        plain = text.replace("`", "'").lower()
        return _spaced(plain)
    if len(text) > _LONG:
        return _fold_long(text)
    return _fold(text)


@lru_cache(maxsize=4)  # a body is asked for by several rules, one after another
def _fold_long(text: str) -> str:
    return _fold(text)


def _fold(text: str) -> str:
    apart = unicodedata.normalize("NFKD", _straight(text)).lower()
    bare = _straight(unicodedata.normalize("NFC", _MARKS.sub("", apart)))
    return _spaced(bare)


def _spaced(text: str) -> str:
    """With one blank between words, and every end of a line a line feed."""
    if "  " not in text and _UNUSUAL_BLANK.search(text) is None:
        return text
    return _BLANKS.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))


_WROTE = re.compile(
    r"(?:a ecrit|wrote|schrieb|geschrieben|escribio|ha scritto|escreveu|schreef|skrev|napisal\(?a?\)?|писал\(?а?\)?)"
    r"(?: .{0,80})?:\s*$"
)
_WROTE_START = re.compile(r"(?:le|on|am|el|il|em|op|den|w dniu|no dia)\b|\d{4}-|.{0,60}<?[\w.+-]{1,64}@")
_SEPARATOR = re.compile(
    r"[-_*= ]{2,}\s?(?:original message|message d'origine|message original|message initial|forwarded message"
    r"|begin forwarded"
    r"|message transfere|message reexpedie|ursprungliche nachricht|originalnachricht|weitergeleitete nachricht"
    r"|mensaje original"
    r"|mensaje reenviado|messaggio originale|messaggio inoltrato|mensagem original|oorspronkelijk bericht"
    r"|doorgestuurd bericht|original-nachricht|reply above this line)"
    r"|(?:begin forwarded message|debut du message (?:transfere|reexpedie)|anfang der weitergeleiteten)\b"
    r"|_{10,}\s*$"
)
_FROM_LINE = re.compile(r"\*?(?:de|from|von|da|van|od|fra|fran|от)\s?:\*?\s?\S")
_FIELD_LINE = re.compile(
    r"\*?(?:envoye|sent|gesendet|enviado(?: el| em)?|inviato|verzonden|date|datum|fecha|data|objet|subject|betreff"
    r"|asunto|oggetto"
    r"|assunto|onderwerp)\s?:"
)


@lru_cache(maxsize=4)  # asked more than once of the same body
def own_lines(body: str) -> tuple[tuple[str, ...], bool]:
    """The folded lines above the first quotation, and whether something quoted or forwarded was cut away.

    A rough cut, in linear time: enough to tell who says "I am out of the office", the sender or a mail he quotes.
    """
    own, cut = _own_lines(body)
    return tuple(own), cut


def _own_lines(body: str) -> tuple[list[str], bool]:
    lines = [line.strip()[:MAX_LINE] for line in fold(body[:MAX_BODY]).split("\n")[:MAX_LINES]]
    own: list[str] = []
    cut = False
    for at, line in enumerate(lines):
        if line.startswith((">", "|")):
            cut = True
            continue
        if _SEPARATOR.match(line) or (
            _FROM_LINE.match(line) and any(_FIELD_LINE.match(below) for below in lines[at + 1 : at + 5])
        ):
            return own, True
        if line and _WROTE.search(line[-200:]) and (_WROTE_START.match(line) or _wrote_above(own)):
            if not _WROTE_START.match(line):
                own.pop()
            return own, True
        own.append(line)
    return own, cut


def _wrote_above(own: list[str]) -> bool:
    """Whether the line before begins an attribution that was wrapped onto the next."""
    return bool(own) and bool(own[-1]) and bool(_WROTE_START.match(own[-1]))


_TAG = re.compile(r"(?:\s*(?:\[[^\[\]]{0,60}\]|\*{2,}[^*]{0,40}\*{2,}|\{[^{}]{0,40}\}))*\s*")
_COUNT = r"(?:\s?[\[(]\d{1,3}[\])]|\d{1,2})?\s?[:：]"
_REPLY = re.compile(
    rf"(?:re|aw|sv|vs|antw|antwort|res|ref|rif|r|odp|ynt|vast|svar|atb|hod|απ|σχετ|ответ|на|回复|答复|回覆|答覆|返信|회신|رد"
    rf"|תגובה|השב){_COUNT}"
)
_FORWARD = re.compile(
    rf"(?:fwd?|forward|tr|wg|rv|enc|i|inoltro|doorst|vb|pd|vl|vid|fs|videresendt|trans|transf|transfert|reenviado|πρθ"
    rf"|fwd|пересл|转发|轉寄|轉發|転送|전달){_COUNT}"
)


def without_tags(subject: str) -> str:
    """The folded subject without leading "[EXTERNAL]" and the like."""
    folded = fold(subject[:MAX_SUBJECT]).replace("\n", " ").strip()
    found = _TAG.match(folded)
    return folded[found.end() :] if found and found.end() < len(folded) else folded


def is_reply(subject: str) -> bool:
    """Whether a subject already stripped of tags begins as an answer ("Re:", "AW:" …)."""
    return bool(_REPLY.match(subject))


def is_forward(subject: str) -> bool:
    """Whether a subject already stripped of tags begins as a forward ("Fwd:", "TR:", "WG:" …)."""
    return bool(_FORWARD.match(subject)) or subject.startswith("[fwd")


def strip_prefixes(subject: str) -> tuple[str, Literal["reply", "forward", ""]]:
    """The folded subject without tags and prefixes however nested, and what the outermost prefix said."""
    outermost: Literal["reply", "forward", ""] = ""
    rest = fold(subject[:MAX_SUBJECT]).replace("\n", " ").strip()
    for _ in range(50):
        if rest.startswith("[fwd") and (found := re.match(r"\[fwd\s?:\s?", rest)):
            outermost, rest = outermost or "forward", rest[found.end() :].rstrip("] ")
            continue
        tags = _TAG.match(rest)
        bare = rest[tags.end() :] if tags else rest
        if found := _REPLY.match(bare):
            outermost = outermost or "reply"
        elif found := _FORWARD.match(bare):
            outermost = outermost or "forward"
        else:
            rest = bare or rest
            break
        rest = bare[found.end() :].lstrip()
    if rest.endswith("(fwd)"):
        outermost, rest = outermost or "forward", rest[:-5]
    return " ".join(rest.strip(" -–—:[]#").split()), outermost


_FORWARDED = re.compile(
    r"[-_*= ]{0,40}(?:forwarded message|begin forwarded message|forwarded by|message transfere|message reexpedie"
    r"|debut du message (?:transfere|reexpedie)"
    r"|weitergeleitete nachricht|anfang der weitergeleiteten|mensaje reenviado|inicio del mensaje reenviado"
    r"|messaggio inoltrato|inizio messaggio inoltrato"
    r"|mensagem (?:encaminhada|reencaminhada)|doorgestuurd bericht|begin doorgestuurd bericht|vidarebefordrat"
    r"|videresendt|wiadomosc przekazana|пересланное сообщение|转发的?(?:邮件|信息)|転送)"
)


def has_forward_marker(body: str, *, loose: bool) -> bool:
    """Whether the body passes on another mail outside any quotation of it.

    ``loose``: also where only a copied header block ("De : … Objet : …") shows it, which answers have too.
    """
    lines = [line.strip()[:MAX_LINE] for line in fold(body[:MAX_BODY]).split("\n")[:MAX_LINES]]
    for at, line in enumerate(lines):
        if line.startswith(">"):
            continue
        if _FORWARDED.match(line):
            return True
        if _WROTE.search(line[-200:]) and _WROTE_START.match(line):
            return False
        if _FROM_LINE.match(line) and sum(bool(_FIELD_LINE.match(below)) for below in lines[at + 1 : at + 6]) >= 2:
            return loose
    return False


def null_return_path(headers: Headers) -> bool:
    """Whether the envelope sender was empty: no person's mail program sends that, delivery reports must (RFC 5321 4.5.5)."""
    return any(value.strip() in ("<>", "") for value in headers.all("Return-Path")[:1])
