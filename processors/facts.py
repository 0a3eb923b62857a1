"""The facts a directive needs, read from one message by type, each with its evidence. Silence rather than a guess.

What the sender newly wrote is read first, then the subject, then a forwarded mail (less sure each time).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from core.directive import Directive, FactSpec
from core.message import Message, is_decoration
from core.reading import Evidence, Fact
from processors.classify import matches_file, old_subject
from processors.facts_amounts import Units, find_count, find_quantity
from processors.facts_choice import ChoiceReader, Context, YesNoReader
from processors.facts_dates import date_spans, find_date
from processors.facts_dimensions import find_dimensions
from processors.facts_money import find_money
from processors.facts_numbers import Found
from processors.facts_text import LeadReader, Phrase
from processors.tokens import LIMIT, Tokens

_OLD_SUBJECT, _SUBJECT, _BODY = 0.6, 0.9, 0.7


@dataclass(frozen=True, slots=True)
class _Place:
    """A text facts are read from; ``name`` as in Evidence.source, ``trust`` multiplies a rule's confidence."""

    name: str
    tokens: Tokens
    trust: float
    asked: tuple[Phrase, ...]


@lru_cache(maxsize=16)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


class FactReader:
    """The facts of one directive, compiled once."""

    def __init__(self, directive: Directive) -> None:
        self._specs = directive.facts
        self._zone = directive.zone
        leads = tuple(a for spec in directive.facts if spec.type in ("text", "count") for a in spec.after)
        self._asked = LeadReader(leads) if leads else None
        self._leads = {s.name: LeadReader(s.after) for s in directive.facts if s.after and s.type != "yesno"}
        self._choices = {s.name: ChoiceReader(s) for s in directive.facts if s.type == "choice"}
        self._units = {s.name: Units(s.units) for s in directive.facts if s.type == "quantity" or s.units}
        self._yesno = {s.name: YesNoReader(s) for s in directive.facts if s.type == "yesno"}

    def read(
        self, message: Message, *, text: Tokens, subject: Tokens | None, body: Tokens | None, day: datetime
    ) -> tuple[Fact, ...]:
        """Every fact the message holds. ``subject`` None leaves the subject unread; ``body`` is given for a bare forward.

        ``day`` is when the message was written; dates are counted from it in the directive's zone.
        """
        places = [self._place("text", text, 1.0)]
        if subject is not None and subject.items:
            places.append(self._place("subject", subject, _OLD_SUBJECT if old_subject(message) else _SUBJECT))
        if body is not None:
            places.append(self._place("body", body, _BODY))
        written = (day if day.tzinfo else day.replace(tzinfo=UTC)).astimezone(_zone(self._zone)).date()
        facts = (self._read_one(spec, message, places, written) for spec in self._specs)
        return tuple(f for f in facts if f is not None)

    def _place(self, name: str, tokens: Tokens, trust: float) -> _Place:
        cut = tokens if len(tokens.text) <= LIMIT else Tokens(tokens.text[:LIMIT], tokens.items)
        return _Place(name, cut, trust, tuple(self._asked.phrases(cut)) if self._asked else ())

    def _read_one(self, spec: FactSpec, message: Message, places: Sequence[_Place], day: date) -> Fact | None:
        if spec.type == "files":
            return _files(spec, message)
        if spec.type == "choice":
            chosen = self._choices[spec.name].find([Context(p.tokens, p.asked) for p in places])
            return _fact(spec, places[chosen[1]], chosen[0]) if chosen else None
        for place in places:
            found = self._find(spec, place, day)
            if found is not None:
                return _fact(spec, place, found)
        return None

    def _find(self, spec: FactSpec, place: _Place, day: date) -> Found | None:
        tokens = place.tokens
        text = tokens.text
        leads = self._leads[spec.name].leads(tokens) if spec.name in self._leads and spec.type != "text" else []
        spans = [(tokens.items[a].start, tokens.items[b].end) for a, b in leads]
        if spec.type == "text":
            phrases = self._leads[spec.name].phrases(tokens) if spec.name in self._leads else []
            phrase = phrases[0] if phrases else None
            return Found(text[phrase.start : phrase.end], ((phrase.start, phrase.end),), 0.85) if phrase else None
        if spec.type == "dimensions":
            return find_dimensions(text)
        if spec.type == "money":
            return find_money(text, spans)
        if spec.type == "date":
            return find_date(text, day, spans)
        if spec.type == "yesno":
            return self._yesno[spec.name].find(tokens)
        dates = date_spans(text, day) if any(c.isdigit() for c in text) else []
        if spec.type == "quantity":
            return find_quantity(tokens, self._units[spec.name], dates)
        if spec.type == "count":
            asked = self._asked.leads(tokens) if self._asked else []
            return find_count(tokens, self._units.get(spec.name), [*leads, *asked], dates)
        return None


def _fact(spec: FactSpec, place: _Place, found: Found) -> Fact:
    text = place.tokens.text
    evidence = tuple(Evidence(place.name, text[start:end], start) for start, end in found.spans)
    return Fact(spec.name, found.value, evidence, round(found.confidence * place.trust, 2))


def _files(spec: FactSpec, message: Message) -> Fact | None:
    """The files of the wanted families, signature logos left out. The gate counts them (``at_least``)."""
    sent = [a for a in message.attachments if not is_decoration(a) and (not spec.families or matches_file(a, spec.families))]
    unique = {a.sha256: a for a in sent}
    if not unique:
        return None
    evidence = tuple(Evidence(f"file:{a.sha256}", a.name) for a in unique.values())
    return Fact(spec.name, tuple(unique), evidence)
