"""Understanding a message: which directive, which facts, what tone; the entry to this part of the road, pure and quick."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock

from core.directive import Business, Directive, in_language
from core.document import SOURCE, Document
from core.message import Message
from core.reading import Evidence, Fact, Reading, Reason
from processors.classify import Classification, Classifier, old_subject, sources
from processors.facts import FactReader, Told
from processors.repeat import RepeatReader
from processors.tokens import LIMIT, Tokens, tokenise
from processors.tone import Tone, listen

#: A forward with fewer new words than this is understood by what it forwards.
_LITTLE = 25
#: With fewer new words than this of his own, what the sender attached is what he says.
_BARE = 8
#: Characters of all documents of a message that are looked at.
_DOCUMENTS = 100_000
#: Businesses whose compiled words are kept: the current revision of a few, and the older ones open cases still need.
_KEPT = 8


@dataclass(slots=True)
class _Compiled:
    classifier: Classifier
    readers: dict[str, FactReader] = field(default_factory=dict)
    repeats: dict[str, RepeatReader] = field(default_factory=dict)


_compiled: OrderedDict[tuple[str, str], _Compiled] = OrderedDict()
#: Readers of the directives of open cases.
_readers: OrderedDict[tuple[str, str, str], FactReader] = OrderedDict()
_lock = Lock()


def _compile(business: Business) -> _Compiled:
    key = (business.name, business.revision)
    with _lock:
        found = _compiled.get(key)
        if found is None:
            readers = {d.name: FactReader(d) for d in business.directives}
            repeats = {d.name: RepeatReader(d.repeat) for d in business.directives if d.repeat is not None}
            found = _Compiled(Classifier(business), readers, repeats)
            _compiled[key] = found
            while len(_compiled) > _KEPT:
                _compiled.popitem(last=False)
        _compiled.move_to_end(key)
    return found


def facts_of(message: Message, directive: Directive, *, now: datetime) -> tuple[Fact, ...]:
    """What a further message of a case says of the facts that its directive asks for, whatever the message alone looks like."""
    key = (directive.business, directive.name, directive.revision)
    with _lock:
        reader = _readers.get(key)
        if reader is None:
            reader = _readers[key] = FactReader(directive)
            while len(_readers) > _KEPT:
                _readers.popitem(last=False)
        _readers.move_to_end(key)
    subject = None if old_subject(message) else tokenise(message.subject[:1000])
    read = papers(message)
    told = reader.begin(message, text=tokenise(message.text), subject=subject, body=None, day=message.date or now, papers=read)
    return told.facts()


def papers(message: Message) -> tuple[tuple[Document, Tokens], ...]:
    """What the message's files say, as far as it is looked at. A voice message comes first: it is the sender's own words."""
    found: list[tuple[Document, Tokens]] = []
    room = _DOCUMENTS
    for document in sorted(message.documents, key=lambda d: d.kind != "voice"):
        if document.text.strip() and room > 0:
            found.append((document, tokenise(document.text[:room])))
            room -= len(document.text)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a business takes a message for, before all of its facts are read."""

    directive: Directive
    confidence: float
    reasons: tuple[Reason, ...]
    _message: Message
    _tone: Tone
    _told: Told
    _quoted: bool
    _repeat: Evidence | None

    def reading(self) -> Reading:
        """The whole, with the facts that the directive asks for."""
        return Reading(
            directive=self.directive.name,
            kind=self.directive.kind,
            confidence=self.confidence,
            intent=self._tone.intent,
            sentiment=self._tone.sentiment,
            urgency=self._tone.urgency,
            language=self._message.language,
            facts=self._told.with_quoted() if self._quoted else self._told.facts(),
            reasons=self.reasons,
            repeat=self._repeat,
        )


def understand(message: Message, business: Business, *, now: datetime, only: str = "") -> Reading:
    """Read one message by the rules of a business.

    ``only`` names the directive of the case the message belongs to: its facts are read and nothing is classified.
    ``now`` stands in for the message's date where it has none. Raises KeyError when ``only`` names no directive.
    The reading's ``verdict`` is left None; replies are read elsewhere.
    """
    return recognise(message, business, now=now, only=only).reading()


def recognise(message: Message, business: Business, *, now: datetime, only: str = "") -> Recognised:
    """The first half of ``understand``: of several businesses, only the one that knows a message best need read it all."""
    compiled = _compile(business)
    text, subject = tokenise(message.text), tokenise(message.subject[:1000])
    body: Tokens | None = None
    if message.forwarded and len(text.items) < _LITTLE and len(message.body) > len(message.text):
        body = tokenise(message.body)
    reasons: list[Reason] = []
    if len(message.text) > LIMIT or (body is not None and len(message.body) > LIMIT):
        reasons.append(Reason("length", False, 0.0, f"texte très long : seuls les {LIMIT} premiers caractères sont lus"))
    read = papers(message)
    bare = len(text.items) < _BARE
    stale = old_subject(message)

    begun: dict[str, Told] = {}

    def told_of(directive: Directive) -> Told:
        if directive.name not in begun:
            about = None if only and stale else subject
            begun[directive.name] = compiled.readers[directive.name].begin(
                message, text=text, subject=about, body=body, day=message.date or now, papers=read
            )
        return begun[directive.name]

    repeat: dict[str, Evidence] = {}
    for name, phrases in compiled.repeats.items():
        places = [("text", text), *([("subject", subject)] if not stale else []), *([("body", body)] if body else [])]
        # A paper was written for others too: only what he says into his telephone asks for the same again.
        places += [(SOURCE + document.sha256, tokens) for document, tokens in read if document.kind == "voice"]
        if (asked := phrases.find(places)) is not None:
            repeat[name] = asked
    # What somebody says into his telephone he says to us; a paper was written for others too.
    said = next((tokens for document, tokens in read if document.kind == "voice"), text) if not text.items else text
    tone = listen(said, tokenise("") if stale else subject, reply=bool(only or message.in_reply_to or stale))
    if only:
        directive = business.directive(only)
        if directive is None:
            raise KeyError(f"no directive {only!r} in {business.name}")
        confidence = 1.0
    else:
        more: dict[str, list[Reason]] = {}
        for one in business.directives:
            if one.match.facts:
                # Only what speaks for it is read before it is chosen.
                more[one.name] = _told_by(one, told_of(one).facts(one.match.facts))
            if (asked := repeat.get(one.name)) is not None:
                why = f"« {asked.quote} » demande la même chose que la dernière fois"
                more.setdefault(one.name, []).append(Reason("repeat", True, one.match.threshold, why))
        spoken = sources(
            message, subject, text, body, [(d.name, SOURCE + d.sha256, t, bare or d.kind == "voice") for d, t in read]
        )
        chosen: Classification = compiled.classifier.classify(spoken, message.attachments, more)
        directive, confidence = chosen.directive, chosen.confidence
        reasons.extend(chosen.reasons)
        if tone.intent == "other" and chosen.scores[directive.name] > 0:
            tone = replace(tone, intent="request")  # what a directive recognises is asked of us
    of_goods = compiled.readers[directive.name].of_goods
    return Recognised(
        directive,
        confidence,
        (*reasons, *tone.reasons),
        message,
        tone,
        told_of(directive),
        _quoted=of_goods and not only and directive.name not in repeat and bool(message.quoted) and not message.forwarded,
        _repeat=repeat.get(directive.name),
    )


def _told_by(directive: Directive, facts: tuple[Fact, ...]) -> list[Reason]:
    """What the facts that were read say for a directive, one reason each."""
    found = []
    for fact in facts:
        if (weight := directive.match.facts.get(fact.name)) is not None:
            spec = directive.fact(fact.name)
            label = in_language(spec.label, "fr") if spec is not None else ""
            text = f"un fait est là qui parle pour {directive.kind} : {label or fact.name}"
            found.append(Reason(f"fact:{fact.name}", True, weight, text))
    return found
