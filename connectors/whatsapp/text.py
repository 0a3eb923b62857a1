"""How a text goes out on WhatsApp: marked so that it can be found again, and cut where Twilio's limit wants it.

The mark stands at the end of every text, for people and for us: ``Réf. K7F3QPXM/7QX3B``, the case's reference and five characters
that name the effect. Twilio has no key by which a message could be sent only once, so this is what a look at its list of
messages recognises.
"""

from __future__ import annotations

import hashlib
import re

from core.effects import Effect, SendMessage

#: Characters (UTF-16 units) that Twilio takes in one message.
LIMIT = 1600
#: Messages that one text may become; a longer one is for email.
MOST_PARTS = 6
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_BREAKS = (re.compile(r"\n[ \t]*\n"), re.compile(r"\n"), re.compile(r"[.!?…:;] "), re.compile(r"\s"))
_BLANKS = re.compile(r"[ \t\u00a0]*\n\s*|[\t\v\f\r]+| {2,}")


def mark(effect: Effect) -> str:
    """``<reference>/<five characters of the key's hash>``: one in 33 million others is the same."""
    payload = effect.payload
    reference = payload.reference if isinstance(payload, SendMessage) else ""
    number = int.from_bytes(hashlib.sha256(effect.key.encode()).digest()[:4], "big")
    tail = "".join(_ALPHABET[number >> shift & 31] for shift in (27, 22, 17, 12, 7))
    return f"{reference or 'G'}/{tail}"


def seek(marked: str) -> re.Pattern[str]:
    """Finds the mark in a text; groups: part and parts, None for a text in one piece."""
    return re.compile(rf"{re.escape(marked)}(?: \((\d{{1,2}})/(\d{{1,2}})\))?")


def signed(text: str, marked: str, language: str) -> list[str]:
    """The text in messages that Twilio takes, each with its mark; several are numbered."""
    word = "Réf." if language == "fr" else "Ref."
    pieces = split(text.strip(), LIMIT - units(marked) - 20)
    if len(pieces) == 1:
        return [f"{pieces[0]}\n\n{word} {marked}".strip()]
    return [f"{piece}\n\n{word} {marked} ({n}/{len(pieces)})" for n, piece in enumerate(pieces, 1)]


def split(text: str, limit: int) -> list[str]:
    """Pieces of at most ``limit`` UTF-16 units, cut between paragraphs, lines, sentences or words, the first that serves."""
    pieces = []
    while units(text) > limit:
        at = _cut(text, limit)
        pieces.append(text[:at].rstrip())
        text = text[at:].lstrip()
    return [*pieces, text] if text or not pieces else pieces


def _cut(text: str, limit: int) -> int:
    head = text[: fitting(text, limit)]
    for wanted in _BREAKS:
        last = 0
        for found in wanted.finditer(head):
            last = found.end()
        # A piece that is nearly empty helps nobody.
        if last > len(head) // 3:
            return last
    return len(head)


def fitting(text: str, limit: int) -> int:
    """How many characters from the start fit in that many UTF-16 units."""
    used = 0
    for at, letter in enumerate(text[:limit]):
        used += 2 if ord(letter) > 0xFFFF else 1
        if used > limit:
            return at
    return min(len(text), limit)


def units(text: str) -> int:
    """Its length as Twilio counts it."""
    return len(text) + sum(c > "\uffff" for c in text)


def flat(text: str) -> str:
    """In one line, as variables of templates must be: no line break, no tab, no run of blanks."""
    return _BLANKS.sub(lambda found: " — " if found[0].count("\n") > 1 else " ", text.strip()).strip()
