"""Cutting a text into tokens: runs of letters or of digits ("modélisation3D" is three), with the breaks between them.

What stands in a URL, an address, an image's name or a placeholder is no word. Offsets are always those of the text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from processors.gated import Gated

#: Longer texts are cut here before they are analysed; mails people write are far shorter.
LIMIT = 50_000

#: How strong the break before a token is.
JOINED, LINE, CLAUSE, SENTENCE = 0, 1, 2, 3

_MARKS = "\u0300-\u036f\u00ad\u200b\u200d\u2060"
_TOKEN = re.compile(
    r"((?<![^\W_])(?:[^\W\d_]\.){2,5}(?:[^\W\d_](?![^\W_]))?"  # R.A.
    r"|(?<![^\W_])[a-z]{1,7}n['’]t(?![^\W_])"  # isn't
    rf"|(?:[^\W\d_][{_MARKS}]*)+|\d+)",
    re.IGNORECASE,
)
#: The same for a text in which nothing stands that is more than letters or digits.
_PLAIN_TOKEN = re.compile(r"([^\W\d_]+|\d+)")
_DOTTED, _MARK = re.compile(r"\.[^\W\d_]\."), re.compile(f"[{_MARKS}]")
_CONTRACTED = ("'t", "'T", "’t", "’T")
_NOT_LETTERS = re.compile(rf"[.'’{_MARKS}]")
_LINK = Gated(r"(?:https?://|ftp://|www\.)\S+", re.IGNORECASE)
_EMAIL = Gated(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_DOMAIN = Gated(
    r"(?<![\w@.-])(?:[a-z0-9-]{1,40}\.){1,4}"
    r"(?:(?:com|fr|net|org|io|eu|app|shop|store|studio|dev|info|biz|paris|co\.uk)(?![\w-])(?:/\S*)?|[a-z]{2,3}/\S+)",
    re.IGNORECASE,
)
_LETTER_AFTER_DOT = re.compile(r"\.[a-z]", re.IGNORECASE)
_PLACEHOLDER = Gated(r"\[(?:cid|image|inline)\b[^\]\n]{0,120}\]", re.IGNORECASE)
_IMAGE_NAME = Gated(r"(?<![\w.-])[\w().-]{1,80}\.(?:png|jpe?g|gif|heic|webp|bmp|tiff?)(?!\w)", re.IGNORECASE)


class Token(NamedTuple):
    """A run of letters or digits. ``form`` is lower case without accents; ``brk`` the strength of the break before it,
    ``capital`` whether it begins with a capital and goes on without."""

    form: str
    accented: str
    start: int
    end: int
    brk: int
    sep: str
    capital: bool = False


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text with its tokens; offsets are those of ``text``. ``hyphens`` are the tokens right before a bare hyphen."""

    text: str
    items: tuple[Token, ...]
    hyphens: tuple[int, ...] = ()
    #: Where each word stands, by its ``accented``: what lists of words are looked up by; and the words.
    places: dict[str, list[int]] = field(init=False, compare=False, repr=False)
    words: frozenset[str] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        places: dict[str, list[int]] = {}
        for i, token in enumerate(self.items):
            known = places.get(token[1])
            if known is None:
                places[token[1]] = [i]
            else:
                known.append(i)
        object.__setattr__(self, "places", places)
        object.__setattr__(self, "words", frozenset(places))

    def quote(self, first: int, last: int) -> str:
        """The literal words from one token to another, both included."""
        return self.text[self.items[first].start : self.items[last].end]

    def joined(self, first: int, last: int, strength: int = LINE) -> bool:
        """Whether nothing stronger than ``strength`` stands between the tokens ``first`` and ``last``."""
        return all(self.items[i].brk <= strength for i in range(first + 1, last + 1))


def mask(text: str) -> str:
    """The text with links, addresses, image names and placeholders blanked, every offset kept."""
    if "[" in text:
        text = _PLACEHOLDER.sub(_blank, text)
    dotted = _LETTER_AFTER_DOT.search(text) is not None
    if dotted or ":" in text or "www." in text.lower():
        text = _LINK.sub(_blank, text)
    if "@" in text:
        text = _EMAIL.sub(_blank, text)
    if dotted:
        text = _IMAGE_NAME.sub(_blank, _DOMAIN.sub(_blank, text))
    return text


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


@lru_cache(maxsize=8192)
def fold(word: str) -> str:
    """Lower case without accents, ligatures and invisible marks: "Cœur" and "coeur" are the same."""
    decomposed = unicodedata.normalize("NFKD", word.casefold().replace("œ", "oe").replace("æ", "ae"))
    return "".join(c for c in decomposed if not unicodedata.combining(c) and c not in "\u00ad\u200b\u200d\u2060")


@lru_cache(maxsize=1024)
def _strength(gap: str) -> int:
    stripped = gap.strip()
    if not stripped and gap.count("\n") >= 2:
        return SENTENCE
    for i, c in enumerate(gap):
        if c in "!?;…" or (c == "." and (i + 1 == len(gap) or gap[i + 1].isspace() or gap[i + 1] in '.!?)"»')):
            return SENTENCE
    if re.search(r"\n\s*\n|\n\s*[-*•]", gap):
        return SENTENCE
    if any(c in ',:()[]«»"“”|•/>' for c in gap) or re.search(r"\s[-–—]+(?:\s|$)|[–—]", gap):
        return CLAUSE
    return LINE if "\n" in gap else JOINED


@lru_cache(maxsize=8192)
def _spelled(raw: str) -> tuple[str, str, bool]:
    """A token's ``form``, ``accented`` and ``capital``."""
    if not raw.isascii() or not raw.isalnum():
        accented = unicodedata.normalize("NFC", _NOT_LETTERS.sub("", unicodedata.normalize("NFC", raw))).casefold()
    else:
        accented = raw.lower()
    return fold(accented), accented, raw[0].isupper() and not raw.isupper()


def _pattern(text: str) -> re.Pattern[str]:
    """What finds the tokens of the text: most have no shapes that take three times as long to look for."""
    if any(sign in text for sign in _CONTRACTED) or _DOTTED.search(text) is not None:
        return _TOKEN
    return _PLAIN_TOKEN if text.isascii() or _MARK.search(text) is None else _TOKEN


@lru_cache(maxsize=8)  # every business reads the same text
def tokenise(text: str) -> Tokens:
    """Cut a text into tokens. Linear in its length; only the first ``LIMIT`` characters are read."""
    items: list[Token] = []
    hyphens: list[int] = []
    masked = mask(text[:LIMIT])
    parts = _pattern(masked).split(masked)  # what stands between tokens, a token, and so on
    make = tuple.__new__  # a third of the time of Token()
    end = stop = 0
    for gap, raw in zip(parts[::2], parts[1::2], strict=False):
        start = stop + len(gap)
        stop = start + len(raw)
        if stop - start > 48:  # no word is that long: base64, keys, a cat on the keyboard
            continue
        if end + len(gap) != start:
            gap = masked[end:start]
        if gap == "-" and items:
            hyphens.append(len(items) - 1)
        form, accented, capital = _spelled(raw)
        strength = (JOINED if gap == " " else _strength(gap if len(gap) <= 40 else gap[:20] + gap[-20:])) if items else SENTENCE
        items.append(make(Token, (form, accented, start, stop, strength, gap[:4], capital)))
        end = stop
    return Tokens(text, tuple(items), tuple(hyphens))
