"""A document: the text of a file that somebody sent, with the places where it stands, however it was read.

Pages are counted from 1; a sheet of a workbook is a page, so is a whole voice message. Boxes are fractions of the page as it is
shown upright, ``(left, top, right, bottom)`` from its top left corner: they fit whatever size the page is drawn in.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import Literal, NamedTuple

from core.document_words import in_english
from core.reading import Evidence

#: What files a directive may ask to have read, by what they are.
Kind = Literal["pdf", "image", "sheet", "voice", "mail", "text"]

#: How a page's text was got at. "none": not at all, the document's ``trouble`` says why.
Method = Literal["text-layer", "ocr", "vision", "table", "transcript", "mail", "text", "none"]

#: Why a file was not read, or not to its end.
Code = Literal[
    "encrypted", "broken", "empty", "too-large", "too-many-pages", "too-slow", "bomb", "not-what-it-says", "no-ocr", "no-transcription",
    "budget", "unreachable", "refused", "silent", "no-text", "no-reader", "missing", "no-heic", "cut", "locked-old", "fell",
]  # fmt: skip

Box = tuple[float, float, float, float]

#: What an Evidence's source begins with when the words stand in a file: "document:<sha256>".
SOURCE = "document:"
#: What stands between two pages in a document's text.
BETWEEN = "\n\n"
#: From where on a reading is doubted (mean of its words' confidences), and a person should look.
DOUBTFUL = 0.6
#: What remains of a fact's confidence where a recogniser was sure of none of its letters.
_MODEST = 0.4

#: Every sentence says what to do. {detail} is what the reader knows more: a number of pages, a limit.
_SENTENCES: dict[Code, tuple[str, str]] = {
    "encrypted": (
        "protégé par un mot de passe : demandez au client de l'envoyer sans, ou le mot de passe par un autre canal",
        "protected by a password: ask the customer to send it without one, or for the password by another channel",
    ),
    "broken": (
        "abîmé ou incomplet{detail} : demandez au client de l'envoyer à nouveau",
        "damaged or incomplete{detail}: ask the customer to send it again",
    ),
    "fell": (
        "non lu, sa lecture a été interrompue ici{detail} : elle est refaite bientôt ; sinon, ouvrez-le et saisissez ce qu'il dit",
        "not read, reading it was broken off here{detail}: it is read again soon; else open it and enter what it says",
    ),
    "empty": ("vide : demandez au client de l'envoyer à nouveau", "empty: ask the customer to send it again"),
    "too-large": (
        "trop volumineux pour être lu{detail} : ouvrez-le et saisissez ce qu'il dit",
        "too large to be read{detail}: open it and enter what it says",
    ),
    "too-many-pages": (
        "lu en partie{detail} : vérifiez que l'essentiel n'est pas plus loin",
        "read in part{detail}: check that nothing important stands further on",
    ),
    "too-slow": (
        "lecture arrêtée, trop longue{detail} : ouvrez-le et saisissez ce qu'il dit",
        "reading stopped, too long{detail}: open it and enter what it says",
    ),
    "bomb": (
        "non lu par sécurité, il se déploie en un contenu démesuré{detail} : n'ouvrez ce fichier que si vous connaissez l'expéditeur",
        "not read for safety, it unfolds into something oversized{detail}: open this file only if you know the sender",
    ),
    "not-what-it-says": (
        "non lu par sécurité, ce n'est pas ce que son nom annonce{detail} : n'ouvrez pas ce fichier, demandez-en un autre au client",
        "not read for safety, it is not what its name says{detail}: do not open this file, ask the customer for another",
    ),
    "no-ocr": (
        "non lu, la reconnaissance de texte n'est pas installée ici : installez tesseract-ocr, tesseract-ocr-fra et tesseract-ocr-ara",
        "not read, text recognition is not installed here: install tesseract-ocr, tesseract-ocr-fra and tesseract-ocr-ara",
    ),
    "no-transcription": (
        "message vocal non transcrit, aucun service n'est réglé (OPENAI_API_KEY ou WHISPER_MODEL) : écoutez-le",
        "voice message not transcribed, no service is set (OPENAI_API_KEY or WHISPER_MODEL): listen to it",
    ),
    "budget": (
        "non lu, le budget du mois est épuisé{detail} : lisez ou écoutez-le vous-même",
        "not read, the month's budget is spent{detail}: read or listen to it yourself",
    ),
    "unreachable": (
        "non lu, le service ne répond pas{detail} : lisez ou écoutez-le vous-même",
        "not read, the service does not answer{detail}: read or listen to it yourself",
    ),
    "refused": (
        "refusé par le service{detail} : lisez ou écoutez-le vous-même",
        "refused by the service{detail}: read or listen to it yourself",
    ),
    "silent": (
        "aucune parole entendue : écoutez-le, ou demandez au client de répéter",
        "no speech heard: listen to it, or ask the customer to say it again",
    ),
    "no-text": (
        "aucun texte trouvé : ouvrez-le pour voir ce qu'il montre",
        "no text found: open it to see what it shows",
    ),
    "no-reader": (
        "ce format n'est pas lu{detail} : ouvrez-le, ou demandez au client un PDF, un .xlsx ou un .docx",
        "this format is not read{detail}: open it, or ask the customer for a PDF, an .xlsx or a .docx",
    ),
    "locked-old": (
        "protégé par un mot de passe dans un ancien format (.xls, .doc) qui n'est pas lu, même avec lui : ouvrez-le vous-même avec ce mot "
        "de passe, ou demandez au client un PDF, un .xlsx ou un .docx",
        "protected by a password in an old format (.xls, .doc) that is not read, even with it: open it yourself with that password, or ask "
        "the customer for a PDF, an .xlsx or a .docx",
    ),
    "missing": ("le fichier n'est plus ici : demandez au client de l'envoyer à nouveau",
                "the file is no longer here: ask the customer to send it again"),
    "no-heic": (
        "photo HEIC non lue, pillow-heif n'est pas installé ici : demandez au client un JPEG",
        "HEIC photo not read, pillow-heif is not installed here: ask the customer for a JPEG",
    ),
    "cut": (
        "lu en partie{detail} : vérifiez que l'essentiel n'est pas plus loin",
        "read in part{detail}: check that nothing important stands further on",
    ),
}  # fmt: skip


#: What only the customer can mend: he is asked for the file in these words, {name} being what he called it.
_ASKS: dict[Code, tuple[str, str]] = {
    "encrypted": (
        "Votre fichier « {name} » est protégé par un mot de passe : pouvez-vous le renvoyer sans, nous donner ce mot de passe, "
        "ou nous écrire ce qu'il contient ?",
        'Your file "{name}" is protected by a password: could you send it again without one, tell us the password, or write us what '
        "it says?",
    ),
    "locked-old": (
        "Votre fichier « {name} » est protégé par un mot de passe, dans un ancien format que nous ne pouvons pas lire : pouvez-vous "
        "l'enregistrer en PDF, .xlsx ou .docx et le renvoyer, ou nous écrire ce qu'il contient ?",
        'Your file "{name}" is protected by a password, in an old format that we cannot read: could you save it as PDF, .xlsx or .docx '
        "and send it again, or write us what it says?",
    ),
    "broken": (
        "Votre fichier « {name} » nous est parvenu abîmé : pouvez-vous le renvoyer, ou nous écrire ce qu'il contient ?",
        'Your file "{name}" reached us damaged: could you send it again, or write us what it says?',
    ),
    "empty": (
        "Votre fichier « {name} » nous est parvenu vide : pouvez-vous le renvoyer, ou nous écrire ce qu'il contient ?",
        'Your file "{name}" reached us empty: could you send it again, or write us what it says?',
    ),
    "silent": (
        "Nous n'entendons rien dans votre message vocal : pouvez-vous le répéter, ou nous l'écrire ?",
        "We hear nothing in your voice message: could you say it again, or write it?",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a file was not read, or only in part. ``detail`` is for people, '' or a few words without a period."""

    code: Code
    detail: str = ""

    def sentence(self, language: str = "fr") -> str:
        """What happened and what to do, without the file's name, beginning in lower case."""
        french, english = _SENTENCES[self.code]
        detail = in_english(self.detail) if language == "en" else self.detail
        return (english if language == "en" else french).format(detail=f" ({detail})" if detail else "")


@dataclass(frozen=True, slots=True)
class UnreadFile:
    """A file of which nothing could be read, and why."""

    sha256: str
    name: str
    trouble: Trouble

    @property
    def locked(self) -> bool:
        """Whether a password would open it."""
        return self.trouble.code == "encrypted"

    @property
    def theirs(self) -> bool:
        """Whether the customer alone can mend it."""
        return self.trouble.code in _ASKS

    def sentence(self, language: str = "fr") -> str:
        """What a person is told: which file, what happened, what to do."""
        name = f"« {self.name} » :" if language != "en" else f'"{self.name}":'
        return f"{name} {self.trouble.sentence(language)}"

    def ask(self, language: str = "fr") -> str:
        """What the customer is asked; '' where he can do nothing about it."""
        french, english = _ASKS.get(self.trouble.code, ("", ""))
        return (english if language == "en" else french).format(name=self.name)


def unread(documents: Sequence[Document]) -> tuple[UnreadFile, ...]:
    """Those of which nothing could be read, each content once."""
    found = {
        d.sha256: UnreadFile(d.sha256, d.name, d.trouble) for d in documents if d.trouble is not None and not d.text.strip()
    }
    return tuple(found.values())


class Unread(Exception):
    """A file, or what is left of it, cannot be read. ``trouble`` says why."""

    def __init__(self, code: Code, detail: str = "") -> None:
        super().__init__(code)
        self.trouble = Trouble(code, detail)


class Word(NamedTuple):
    """Where a piece of a page's text stands: ``start`` to ``end`` in characters of that text. A tuple: pages have many.

    ``box`` where it stands on the page, None where there is no picture of it. ``place`` is what people call the place: a cell
    ("B3"), a time in a voice message ("0:12"), '' for words of a page. ``confidence`` is 0..1.
    """

    start: int
    end: int
    box: Box | None = None
    place: str = ""
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Page:
    """``name`` is that of a sheet or of a file in a file, else ''. ``width`` and ``height`` in whatever unit, 0 when it has none.

    ``turn``: by how many degrees clockwise the picture of the page must be turned to stand upright, as boxes count it.
    """

    number: int
    text: str
    words: tuple[Word, ...] = ()
    method: Method = "text"
    name: str = ""
    confidence: float = 1.0
    width: float = 0.0
    height: float = 0.0
    turn: int = 0


@dataclass(frozen=True)
class Document:
    """What one file says. ``sha256`` is that of its bytes; ``name`` the one it came with.

    ``language`` is '' when that cannot be told; ``confidence`` 0..1 over all its words; ``pages_total`` counts also the pages that
    were not read. ``trouble`` None: read to its end. ``paid`` is the key of the answer that was paid for it, if any.
    """

    sha256: str
    name: str
    kind: Kind
    pages: tuple[Page, ...] = ()
    language: str = ""
    confidence: float = 1.0
    pages_total: int = 0
    trouble: Trouble | None = None
    paid: str = ""

    @cached_property
    def text(self) -> str:
        """The pages' texts, ``BETWEEN`` between them: what an Evidence's ``start`` counts in."""
        return BETWEEN.join(page.text for page in self.pages)

    @property
    def method(self) -> Method:
        """How most of its text was read, "none" when nothing was."""
        weights: dict[Method, int] = {}
        for page in self.pages:
            weights[page.method] = weights.get(page.method, 0) + len(page.text) + 1
        return max(weights, key=lambda method: weights[method], default="none")

    @property
    def doubtful(self) -> bool:
        """Whether a person should compare what was read with the file."""
        return self.trouble is not None or self.confidence < DOUBTFUL

    def named(self, name: str) -> Document:
        """The same content under another name: one file may be sent twice, as different things are called."""
        return self if name == self.name else replace(self, name=name)

    def evidence(self, start: int, end: int) -> Evidence:
        """The proof that the characters ``start`` to ``end`` of ``text`` are: page, place and box of the words they touch."""
        quote = self.text[start:end]
        number, offset = self._page_at(start)
        if number < 0:
            return Evidence(SOURCE + self.sha256, quote, start)
        page = self.pages[number]
        touched = [w for w in page.words if w.start < end - offset and w.end > start - offset]
        boxes = [w.box for w in touched if w.box is not None]
        place = next((w.place for w in touched if w.place), "")
        if place and page.name:
            place = f"{page.name}!{place}"
        return Evidence(SOURCE + self.sha256, quote, start, page=page.number, box=around(boxes), place=place)

    def sureness(self, start: int, end: int) -> float:
        """How sure the recognition of those characters is: that of the least sure word, 0..1."""
        number, offset = self._page_at(start)
        if number < 0:
            return self.confidence
        page = self.pages[number]
        return min(
            (w.confidence for w in page.words if w.start < end - offset and w.end > start - offset), default=page.confidence
        )

    def believed(self, start: int, end: int) -> float:
        """How much what those characters say is believed, 0..1.

        Recognisers of print are too modest about figures, which no dictionary helps with: those at 0.7 are nearly always right. What a
        model copied or a service heard is believed no more than it says itself.
        """
        sure, (number, _) = self.sureness(start, end), self._page_at(start)
        printed = number >= 0 and self.pages[number].method == "ocr"
        return _MODEST + (1 - _MODEST) * sure if printed else sure

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *accumulate(len(page.text) + len(BETWEEN) for page in self.pages)]

    def _page_at(self, at: int) -> tuple[int, int]:
        """The index of the page a character of the text stands on, and where that page begins; -1 without pages."""
        if not self.pages:
            return -1, 0
        number = min(max(bisect_right(self._starts, at) - 1, 0), len(self.pages) - 1)
        return number, self._starts[number]


def around(boxes: Sequence[Box]) -> Box | None:
    """The smallest box that holds all of them, None for none."""
    if not boxes:
        return None
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)
