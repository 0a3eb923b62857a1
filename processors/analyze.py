"""Understanding a message: which directive, which facts, what tone; the entry to this part of the road, pure and quick."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock

from core.directive import Business, Directive, in_language
from core.document import SOURCE, Document
from core.message import Message
from core.reading import Evidence, Fact, Reading, Reason, Scale
from core.steps import Steps, at_once
from processors.asked_about import asked_about
from processors.classify import Classifier, Source, old_subject, sources
from processors.classify_scores import Weighed, at_best, choose
from processors.facts import FactReader, Told
from processors.repeat import RepeatReader
from processors.scale import scale_of
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
    return at_once(told.facts)()


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
class Texts:
    """The texts of a message: what the sender newly wrote, the subject, the whole where he only passes it on, what his files say.

    ``stale``: the subject was written for an earlier message. One for all businesses that look at the message.
    """

    text: Tokens
    subject: Tokens
    body: Tokens | None
    papers: tuple[tuple[Document, Tokens], ...]
    stale: bool
    _tones: dict[bool, Tone] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, message: Message) -> Texts:
        text, subject = tokenise(message.text), tokenise(message.subject[:1000])
        forwards = message.forwarded and len(text.items) < _LITTLE and len(message.body) > len(message.text)
        return cls(text, subject, tokenise(message.body) if forwards else None, papers(message), old_subject(message))

    def own_words(self) -> list[tuple[str, Tokens]]:
        """Where he may ask for the same again: a paper was written for others too, what he says into his telephone was not."""
        places = [("text", self.text)]
        if not self.stale:
            places.append(("subject", self.subject))
        if self.body:
            places.append(("body", self.body))
        return places + [(SOURCE + document.sha256, tokens) for document, tokens in self.papers if document.kind == "voice"]

    def tone(self, *, reply: bool) -> Tone:
        """How he sounds: every business hears the same."""
        if reply not in self._tones:
            # What somebody says into his telephone he says to us; a paper was written for others too.
            voice = next((tokens for document, tokens in self.papers if document.kind == "voice"), self.text)
            said = self.text if self.text.items else voice
            self._tones[reply] = listen(said, tokenise("") if self.stale else self.subject, reply=reply)
        return self._tones[reply]

    def sources(self, message: Message) -> list[Source]:
        """What to classify by."""
        bare = len(self.text.items) < _BARE
        said = [(d.name, SOURCE + d.sha256, t, bare or d.kind == "voice") for d, t in self.papers]
        return sources(message, self.subject, self.text, self.body, said)


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a business takes a message for, before all of its facts are read."""

    directive: Directive
    confidence: float
    reasons: tuple[Reason, ...]
    _message: Message
    _tone: Tone
    _told: Told
    _answers: bool
    _repeat: Evidence | None

    def reading(self) -> Steps[Reading]:
        """The whole, with the facts that the directive asks for."""
        facts = yield from (self._told.with_quoted() if self._answers else self._told.facts())
        return Reading(
            directive=self.directive.name,
            kind=self.directive.kind,
            confidence=self.confidence,
            intent=self._tone.intent,
            sentiment=self._tone.sentiment,
            urgency=self._tone.urgency,
            language=self._message.language,
            facts=facts,
            reasons=self.reasons,
            repeat=self._repeat,
            scale=self._scale() if self._repeat is not None else None,
        )

    def _scale(self) -> Scale | None:
        """What is said of the amounts, in his words or where he asked for the same again."""
        assert self._repeat is not None
        places = {"text": self._message.text, "subject": self._message.subject, "body": self._message.body}
        places |= {SOURCE + d.sha256: d.text for d in self._message.documents if d.kind == "voice"}
        found = (scale_of(places.get(name, ""), name) for name in dict.fromkeys((self._repeat.source, "text")))
        return next((scale for scale in found if scale is not None), None)


def understanding(message: Message, business: Business, *, now: datetime, only: str = "") -> Steps[Reading]:
    """Read one message by the rules of a business.

    ``only`` names the directive of the case the message belongs to: its facts are read and nothing is classified.
    ``now`` stands in for the message's date where it has none. Raises KeyError when ``only`` names no directive.
    The reading's ``verdict`` is left None; replies are read elsewhere.
    """
    recognised = yield from recognising(message, Texts.of(message), business, now=now, only=only)
    assert recognised is not None
    return (yield from recognised.reading())


understand = at_once(understanding)


def recognising(
    message: Message, texts: Texts, business: Business, *, now: datetime, only: str = "", above: float | None = None
) -> Steps[Recognised | None]:
    """The first half of ``understanding``: of several businesses, only the one that knows a message best need read it all.

    None where it is surely for no directive of its own (other than the default one) with a confidence ``above`` that.
    """
    compiled = _compile(business)
    begun: dict[str, Told] = {}

    def told_by(directive: Directive) -> Told:
        if directive.name not in begun:
            about = None if only and texts.stale else texts.subject
            begun[directive.name] = compiled.readers[directive.name].begin(
                message, text=texts.text, subject=about, body=texts.body, day=message.date or now, papers=texts.papers
            )
        return begun[directive.name]

    reasons: list[Reason] = []
    if len(message.text) > LIMIT or (texts.body is not None and len(message.body) > LIMIT):
        reasons.append(Reason("length", False, 0.0, f"texte très long : seuls les {LIMIT} premiers caractères sont lus"))
    spoken = texts.own_words()
    repeat = {name: asked for name, phrases in compiled.repeats.items() if (asked := phrases.find(spoken)) is not None}
    scores: Mapping[str, float] = {}
    if only:
        directive = business.directive(only)
        if directive is None:
            raise KeyError(f"no directive {only!r} in {business.name}")
        confidence = 1.0
    else:
        yield
        weighed = compiled.classifier.weigh(texts.sources(message), message.attachments)
        yield
        more = yield from _told(business, message, weighed, told_by, repeat, above)
        if more is None:
            return None
        chosen = choose(business, weighed, more)
        directive, confidence, scores = chosen.directive, chosen.confidence, chosen.scores
        reasons.extend(chosen.reasons)
    yield
    tone = texts.tone(reply=bool(only or message.in_reply_to or texts.stale))
    if tone.intent == "other" and scores.get(directive.name, 0.0) > 0:
        tone = replace(tone, intent="request")  # what a directive recognises is asked of us
    # What stands below a signature's line may be an order that somebody wrote there.
    beyond = bool(message.quoted or message.signature)
    answers = not only and directive.name not in repeat and beyond and not message.forwarded
    return Recognised(
        directive, confidence, (*reasons, *tone.reasons), message, tone, told_by(directive), answers, repeat.get(directive.name)
    )


def _told(
    business: Business,
    message: Message,
    weighed: Weighed,
    told_by: Callable[[Directive], Told],
    repeat: Mapping[str, Evidence],
    above: float | None,
) -> Steps[dict[str, list[Reason]] | None]:
    """What the facts, and the wish for the same as last time, say for each directive; only what speaks for one is read before it is
    chosen. None as soon as nothing can make one sure ``above`` that."""
    why = "« {} » demande la même chose que la dernière fois"
    again = {
        d.name: [Reason("repeat", True, d.match.threshold, why.format(repeat[d.name].quote))]
        for d in business.directives
        if d.name in repeat
    }
    facts: dict[str, list[Reason]] = {}
    unread: dict[str, Sequence[float]] = {d.name: [*d.match.facts.values()] for d in business.directives}

    def hopeless() -> bool:
        return above is not None and at_best(business, weighed, again, unread) <= above

    if hopeless():
        return None
    for one in business.directives:
        if one.match.facts:
            if above is not None:
                for left in (told_by(one).apart, told_by(one).named):
                    unread[one.name] = [one.match.facts[name] for name in (yield from left(one.match.facts))]
                    if hopeless():
                        return None
            read = yield from told_by(one).facts(one.match.facts)
            facts[one.name] = _told_of(one, read, message, weighed.said[one.name] > 0)
            unread[one.name] = [reason.weight for reason in facts[one.name]]
    return {d.name: [*facts.get(d.name, ()), *again.get(d.name, ())] for d in business.directives}


def _told_of(directive: Directive, facts: tuple[Fact, ...], message: Message, asked: bool) -> list[Reason]:
    """What the facts that were read say for a directive, one reason each; goods that are asked about are not asked for."""
    found = []
    for fact in facts:
        if (weight := directive.match.facts.get(fact.name)) is not None:
            spec = directive.fact(fact.name)
            label = in_language(spec.label, "fr") if spec is not None else ""
            if asked_about(message, fact, asked=asked):
                text = f"il est question de ce qui est déjà connu, ce qui ne parle pas pour {directive.kind} : {label or fact.name}"
                found.append(Reason(f"known:{fact.name}", False, 0.0, text))
                continue
            text = f"un fait est là qui parle pour {directive.kind} : {label or fact.name}"
            found.append(Reason(f"fact:{fact.name}", True, weight, text))
    return found
