"""The texts that facts are read from, and the facts of words and files that stand there, with their evidence."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.directive import FactSpec
from core.document import Document
from core.message import Attachment, Message, is_decoration
from core.reading import Evidence, Fact
from processors.classify import matches_file
from processors.facts_choice import DETERMINERS
from processors.facts_numbers import Found
from processors.facts_text import LeadReader, Phrase, phrase_at
from processors.tokens import LIMIT, Tokens, tokenise
from processors.words import Hit

#: Names of files looked at, and how long they may be.
_NAMES, _NAME_LENGTH = 20, 200
#: The lines a forwarded mail begins with: their dates and names are no facts.
_HEADER_LINE = re.compile(
    r"^[>\s*]{0,8}(?:de|from|von|da|van|envoy[ée]|sent|gesendet|enviado|inviato|verzonden|date|datum|data|fecha|[àa]|to|an|para|aan|a|cc|objet|"
    r"subject|betreff|asunto|oggetto|onderwerp)\s?:\*?[^\n]{0,300}|^[^\n]{0,150}\b(?:a [ée]crit|wrote|schrieb|escribi[óo]|ha scritto"
    r"|schreef)\s?:\s*$",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(slots=True, eq=False)
class Place:
    """A text facts are read from; ``name`` as in Evidence.source, ``trust`` multiplies a rule's confidence."""

    name: str
    tokens: Tokens
    trust: float
    _leads: LeadReader | None
    document: Document | None = None
    _asked: tuple[Phrase, ...] | None = None
    _found: list[Hit] | None = None

    @property
    def asked(self) -> tuple[Phrase, ...]:
        """What the directive's lead phrases ask for there; looked for where something hangs on it."""
        if self._asked is None:
            self._asked = tuple(self._leads.phrases(self.tokens, self._hits())) if self._leads is not None else ()
        return self._asked

    def leads(self) -> list[tuple[int, int]]:
        """The token spans of those lead phrases."""
        return [(h.first, h.last) for h in self._hits()]

    def _hits(self) -> list[Hit]:
        if self._found is None:
            self._found = self._leads.hits(self.tokens) if self._leads is not None else []
        return self._found


def fact_of(spec: FactSpec, place: Place, found: Found) -> Fact:
    """The fact that was found in a text, with the words that say it."""
    text, trust = place.tokens.text, place.trust
    if place.document is None:
        evidence = tuple(Evidence(place.name, text[start:end], start) for start, end in found.spans)
    else:
        evidence = tuple(place.document.evidence(start, end) for start, end in found.spans)
        # A figure that was hardly legible is no surer for having been understood.
        trust *= min((place.document.believed(start, end) for start, end in found.spans), default=1.0)
    return Fact(spec.name, found.value, evidence, round(found.confidence * trust, 2), doubt=found.doubt)


def named(spec: FactSpec, place: Place, first: int, last: int) -> Fact:
    """The noun phrase around the word that names the thing: the one asked for, else from the word on."""
    items = place.tokens.items
    while first < last and items[first].form in DETERMINERS:
        first += 1  # the word may be written with its article: "un livre"
    phrase = next((p for p in place.asked if p.first <= first <= p.last), None)
    start, end = (phrase.start, phrase.end) if phrase else phrase_at(place.tokens, first, last)
    return fact_of(spec, place, Found(place.tokens.text[start:end], ((start, end),), 0.85 if phrase else 0.75))


def shown(message: Message) -> list[Attachment]:
    """The files whose names may say what they show."""
    return [a for a in message.attachments if a.family in ("image", "model3d", "pdf", "archive") and not is_decoration(a)][
        :_NAMES
    ]


def words_of(name: str) -> Tokens:
    """The words that the name of a file is made of."""
    return tokenise(re.sub(r"[\W_\d]", " ", name[:_NAME_LENGTH].rpartition(".")[0]))


def without_headers(body: Tokens) -> Tokens:
    """The same text with the header lines of what it forwards blanked, every offset kept."""
    return tokenise(_HEADER_LINE.sub(lambda m: " " * len(m[0]), body.text[:LIMIT]))


def files(spec: FactSpec, message: Message) -> Fact | None:
    """The files of the wanted families, signature logos left out. The gate counts them (``at_least``)."""
    sent = [a for a in message.attachments if not is_decoration(a) and (not spec.families or matches_file(a, spec.families))]
    unique = {a.sha256: a for a in sent}
    if not unique:
        return None
    evidence = tuple(Evidence(f"file:{a.sha256}", a.name) for a in unique.values())
    return Fact(spec.name, tuple(unique), evidence)
