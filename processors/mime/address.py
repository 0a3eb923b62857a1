"""Address lists (RFC 5322 and worse): what stands in From, To, Cc, Reply-To.

The standard library's ``email.utils.getaddresses`` returns nothing at all for a list with one bad entry; a customer's mail is
full of them. This reads what can be read, entry by entry.
"""

from __future__ import annotations

import contextlib
import re

from core.message import Address
from processors.mime.words import decode_words, one_line

_TOKEN = re.compile(
    r"(?P<word>=\?[^?\s]{1,60}\?[bBqQ]\?[^?]{0,2000}\?=)"
    r'|(?P<quoted>"[^"\\]*(?:\\.[^"\\]*)*")'
    r"|(?P<angle><[^<>]*>)"
    r"|(?P<text>[^\"<>(),;:=\\]+|[=\\>])"
    r"|(?P<mark>[\"<(),;:])",
    re.DOTALL,
)
_TOKEN_NO_QUOTES = re.compile(_TOKEN.pattern.replace('"[^"\\\\]*(?:\\\\.[^"\\\\]*)*"', r"(?!)"), re.DOTALL)
_EMAIL = re.compile(r"[^\s\"'<>()\[\],;:@\\]{1,256}@(?:\[[0-9A-Fa-f.:IPv]{3,60}\]|[^\s\"'<>()\[\],;:@\\]{1,255})")
_QUOTED_LOCAL = re.compile(r'"(?:[^"\\]|\\.){1,200}"@[^\s"\'<>()\[\],;:@\\]{1,255}')
_COMMENTS = re.compile(r"\([^()]{0,200}\)")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
#: One address as nearly all are written: a name without signs that mean something, and a plain address, or that alone.
USUAL = re.compile(
    r"(?P<name>[^\"<>(),;:\\@]*)<(?P<angle>[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,250})>\s*|\s*(?P<bare>[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,250})\s*"
)
MAX_ADDRESSES = 2000
_MAX_OPEN_COMMENTS = 20
MAX_LENGTH = 128 * 1024


class _Entry:
    """One address while it is being read."""

    __slots__ = ("angle", "comment", "name", "quoted")

    def __init__(self) -> None:
        self.name: list[str] = []
        self.comment = ""
        self.angle: str | None = None
        self.quoted = False

    def is_empty(self) -> bool:
        return not self.comment and self.angle is None and not "".join(self.name).strip()


def parse_addresses(value: bytes, hint: str = "") -> tuple[Address, ...]:
    """Every address of an unfolded header value, in order. Groups are opened, entries without any address keep their name."""
    text = value[:MAX_LENGTH].decode("latin-1")
    usual = USUAL.fullmatch(text)
    if usual is not None:
        return (Address(_tidy(usual["angle"] or usual["bare"]), _name(usual["name"] or "", hint)),)
    return read_any(text, value, hint)


def read_any(text: str, value: bytes, hint: str) -> tuple[Address, ...]:
    """The same for any list: ``text`` is the ``value`` in Latin-1."""
    found = _read(text, hint)
    if not any("@" in a.email for a in found) and "=?" in text:
        decoded = decode_words(value[:MAX_LENGTH], hint)  # the whole value was encoded, address included
        if "@" in decoded:
            found = _read(decoded.encode("utf-8").decode("latin-1"), "utf-8")
    return tuple(found)


def _read(text: str, hint: str) -> list[Address]:
    out: list[Address] = []
    held: list[str] = []  # names cut off by an unquoted comma: "Dupont, Jean <j@…>"
    entry = _Entry()
    pattern = _TOKEN
    open_comments = 0
    last_quote = text.rfind('"')
    at = 0
    while at < len(text) and len(out) < MAX_ADDRESSES:
        match = pattern.match(text, at)
        if match is None:
            at += 1
            continue
        at = match.end()
        kind, token = match.lastgroup, match.group()
        if kind == "quoted":
            entry.quoted = True
            if text[at : at + 1] == "@":  # a quoted local part, not a name
                entry.name.append(token)
            else:
                entry.name.append(_ESCAPE.sub(r"\1", token[1:-1]))
        elif kind in ("word", "text"):
            if not (kind == "text" and token in "\\>"):
                entry.name.append(token)
        elif kind == "angle":
            if entry.angle is not None and "@" in entry.angle:
                _finish(entry, held, out, hint)  # the comma between two was forgotten
                entry = _Entry()
            entry.angle = token[1:-1] if entry.angle is None or "@" in token else entry.angle
        elif token == "(":
            if open_comments < _MAX_OPEN_COMMENTS:
                comment, after = _comment(text, at)
                open_comments += after == at
                entry.comment, at = entry.comment or comment, after
        elif token == '"':
            pattern = _TOKEN_NO_QUOTES if at <= last_quote + 1 else pattern  # an odd quote: from here quotes mean nothing
        elif token in ",;":
            _finish(entry, held, out, hint)
            entry = _Entry()
        elif token == ":":
            phrase = "".join(entry.name)
            if entry.angle is None and "@" not in phrase and not phrase.strip().lower().endswith("mailto"):
                entry, held = _Entry(), []  # the name of a group
            elif "@" in phrase:
                entry.name.append(" ")
            else:
                entry.name = []
        elif token == "<":  # never closed
            rest = re.split(r"[,;<]", text[at : at + 400], maxsplit=1)[0]
            if "@" in rest and entry.angle is None:
                entry.angle = rest
                at += len(rest)
    _finish(entry, held, out, hint)
    for name in held:
        out.extend(_bare(name, hint))
    return out


def _comment(text: str, at: int) -> tuple[str, int]:
    """The comment that begins at ``at`` and where it ends; ('', at) when it is never closed."""
    depth, start = 1, at
    for match in re.finditer(r"\\.|[()]", text[start : start + 2000], re.DOTALL):
        depth += {"(": 1, ")": -1}.get(match.group(), 0)
        if depth == 0:
            return _ESCAPE.sub(r"\1", text[start : start + match.start()]), start + match.end()
    return "", at


def _finish(entry: _Entry, held: list[str], out: list[Address], hint: str) -> None:
    if entry.is_empty():
        return
    name = "".join(entry.name)
    if entry.angle is not None:
        email = _email(entry.angle)
        if not email or "@" not in email:
            inside = _email(name)
            if inside and "@" in inside:  # "jean@exemple.fr <Jean Dupont>"
                email, name = inside, entry.angle if entry.angle.strip() else ""
        full = ", ".join([*held, name]) if held and name.strip() else ", ".join(held) or name
        held.clear()
        shown = _name(full, hint) or _name(entry.comment, hint)
        if email or shown:
            out.append(Address(email, shown))
        return
    emails = [] if entry.quoted and "@" not in _outside_quotes(name) else [m.group() for m in _iter_emails(name)]
    if emails:
        rest = name
        for email in emails:
            rest = rest.replace(email, " ")
        shown = _name(rest.replace("mailto", ""), hint) or _name(entry.comment, hint)
        for i, email in enumerate(emails):
            before = [*held, shown] if i == 0 and held and shown else [shown]
            out.append(Address(_tidy(email), ", ".join(before) if i == 0 else ""))
        if not shown:
            for other in held:
                out[-len(emails) : -len(emails)] = _bare(other, hint)
        held.clear()
        return
    if entry.comment and re.fullmatch(r"\s*[A-Za-z0-9._+-]{1,64}\s*", name):
        out.append(Address(name.strip(), _name(entry.comment, hint)))  # "MAILER-DAEMON (Mail System)"
    elif name.strip():
        held.append(name)


def _outside_quotes(name: str) -> str:
    return name if '"' not in name else re.sub(r'"[^"]*"', "x", name)


def _iter_emails(text: str) -> list[re.Match[str]]:
    if "@" not in text or len(text) > 4000:
        text = text[:4000]
    return list(_QUOTED_LOCAL.finditer(text)) or list(_EMAIL.finditer(text))


def _bare(name: str, hint: str) -> list[Address]:
    """An entry without '@': a local mailbox ("MAILER-DAEMON") is its own address, anything longer only a name."""
    shown = _name(name, hint)
    if not shown:
        return []
    if re.fullmatch(r"[A-Za-z0-9._+-]{1,64}", shown):
        return [Address(shown)]
    return [Address("", shown)]


def _email(angle: str) -> str:
    """The bare address inside angle brackets, however it was dressed."""
    text = _COMMENTS.sub("", angle).strip() if "(" in angle else angle.strip()
    if text.startswith("=?"):
        text = decode_words(text.encode("latin-1", "replace")).strip()
    if not text:
        return ""
    if re.search(r"@[^\s@]*\.\s+[^\s@]+\Z|\s@|@\s", text):
        text = re.sub(r"\s+", "", text)  # blanks around the dots or the sign (RFC 822 allowed them)
    found = _iter_emails(text)
    if found:
        return _tidy(found[-1].group())
    text = re.sub(r"\s+", "", text)
    found = _iter_emails(text)
    if found:
        return _tidy(found[-1].group())
    if "@" not in text:
        return one_line(text.strip("\"'")) if re.fullmatch(r"[A-Za-z0-9._+\"'-]{1,64}", text) else ""
    return _tidy(text) if len(text) <= 320 else ""


def _tidy(email: str) -> str:
    with contextlib.suppress(UnicodeError):
        email = email.encode("latin-1").decode("utf-8")  # addresses in UTF-8 (RFC 6532)
    local, _, domain = one_line(email).rpartition("@")
    return f"{local.strip()}@{domain.strip().strip('.').lower()}"


def _name(text: str, hint: str) -> str:
    if not text.strip():
        return ""
    name = one_line(decode_words(text.strip().encode("latin-1", "replace"), hint))
    while len(name) >= 2 and (name[0], name[-1]) in (('"', '"'), ("'", "'"), ("<", ">")):
        name = name[1:-1].strip()
    return name.strip(" \t\\").removeprefix('"').removesuffix('"').strip() if name.count('"') == 1 else name
