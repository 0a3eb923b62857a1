"""The facts a directive needs, read from one message by type, each with its evidence. Silence rather than a guess.

What the sender newly wrote is read first, then the subject, a forwarded mail, what his files say (less sure each time).
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from core.directive import Directive, FactSpec, Word
from core.document import SOURCE, Document
from core.message import Message
from core.reading import Evidence, Fact, Quantity, Row, Rows
from core.steps import Steps
from processors.classify import old_subject
from processors.facts_amounts import Units, find_count, find_quantity
from processors.facts_choice import ChoiceReader, Chosen, Context, YesNoReader
from processors.facts_date_choice import find_date
from processors.facts_dates import date_spans
from processors.facts_dimensions import find_dimensions
from processors.facts_goods import GoodsReader
from processors.facts_money import find_money
from processors.facts_numbers import Found, has_digit
from processors.facts_places import AddressReader
from processors.facts_references import ReferenceReader
from processors.facts_sources import Place, fact_of, files, named, shown, without_headers, words_of
from processors.facts_text import LeadReader
from processors.goods_values import Line
from processors.tokens import LIMIT, Tokens, tokenise

_OLD_SUBJECT, _SUBJECT, _BODY, _PAPER, _ANSWERED = 0.6, 0.9, 0.7, 0.9, 0.6
#: So much above the doubt an address has a street or the like.
_PLACED = 0.1


@lru_cache(maxsize=16)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


class FactReader:
    """The facts of one directive, compiled once."""

    def __init__(self, directive: Directive) -> None:
        rows = next((s for s in directive.facts if s.type == "rows"), None)
        self._rows = rows
        self._goods = GoodsReader(directive, rows) if rows is not None else None
        joint = self._goods.columns | {rows.name} if self._goods is not None and rows is not None else frozenset()
        self._columns = {s.name: s for s in directive.facts if s.name in joint}
        self.specs = tuple(s for s in directive.facts if s.name not in joint)
        counted = next((s for s in self._columns.values() if s.type == "quantity"), None)
        self._references = {s.name: ReferenceReader(s.after, counted) for s in directive.facts if s.type == "reference"}
        goods = self._goods.named if self._goods is not None else None
        self._addresses = {s.name: AddressReader(s.after, goods, counted) for s in directive.facts if s.type == "address"}
        self._zone = directive.zone
        leads = tuple(a for spec in directive.facts if spec.type in ("text", "count") for a in spec.after)
        self._asked = LeadReader(leads) if leads else None
        placed = ("yesno", "reference", "address")
        self._leads = {
            s.name: LeadReader(s.after or s.near) for s in self.specs if (s.after or s.near) and s.type not in placed
        }
        # a choice that makes a text known ("unless: complexity") names the same thing
        naming = {n for s in directive.facts if s.type == "text" and s.unless is not None for n in s.unless.names}
        spoken = (*directive.match.words, *(Word(lead) for lead in leads))
        self._choices = {
            s.name: ChoiceReader(s, names=s.name in naming, other=spoken) for s in self.specs if s.type == "choice"
        }
        self._naming = naming & set(self._choices)
        # what a choice knows may be counted too: "trois bougies"
        things = tuple(
            w.text
            for s in directive.facts
            if s.name in naming
            for c in s.choices
            for w in c.words
            if 0 < w.weight < ChoiceReader.QUALITY
        )
        self._units = {
            s.name: Units((*s.units, *things), nouns=bool(things)) if s.type == "count" else Units(s.units)
            for s in self.specs
            if s.type == "quantity" or s.units
        }
        self._yesno = {s.name: YesNoReader(s) for s in directive.facts if s.type == "yesno"}

    @property
    def of_goods(self) -> bool:
        """Whether its facts are those of lines of goods, which are read together."""
        return self._goods is not None

    def begin(
        self,
        message: Message,
        *,
        text: Tokens,
        subject: Tokens | None,
        body: Tokens | None,
        day: datetime,
        papers: Sequence[tuple[Document, Tokens]] = (),
    ) -> Told:
        """What the message says of the facts, to be read as they are asked for.

        ``subject`` None leaves the subject unread; ``body`` is given for a bare forward. ``papers`` are what its files say.

        ``day`` is when the message was written; dates are counted from it in the directive's zone.
        """
        places = [self.place("text", text, 1.0)]
        if subject is not None and subject.items:
            places.append(self.place("subject", subject, _OLD_SUBJECT if old_subject(message) else _SUBJECT))
        if body is not None:
            places.append(self.place("body", without_headers(body), _BODY))
        places += [self.place(SOURCE + document.sha256, tokens, _PAPER, document) for document, tokens in papers]
        written = (day if day.tzinfo else day.replace(tzinfo=UTC)).astimezone(_zone(self._zone)).date()
        return Told(self, message, places, written)

    @property
    def joint(self) -> Container[str]:
        """The facts of the lines of goods: they are read together."""
        return self._columns

    def unnamed(self, places: Sequence[Place]) -> str:
        """The fact that tells what is ordered, where no word in any of the texts names such a thing; else ''."""
        return (
            self._goods.thing if self._goods is not None and not any(map(self._goods.names, (p.tokens for p in places))) else ""
        )

    def goods(self, message: Message, places: Sequence[Place], written: date) -> dict[str, Fact]:
        """The columns and the lines: from the first text that has any, completed by the others."""
        if self._goods is None or self._rows is None:
            return {}
        found: dict[str, Fact] = {}
        for place in places:
            line, lines = self._goods.read(place.tokens, written, message.language)
            if lines and self._rows.name not in found:
                rows = tuple(Row(tuple(self._cells(one, place).values())) for one in lines)
                quotes = tuple(dict.fromkeys(e for row in rows for cell in row.cells for e in cell.evidence))
                sure = min(cell.confidence for row in rows for cell in row.cells)
                if not found:
                    found[self._rows.name] = Fact(self._rows.name, Rows(rows), quotes, sure)
            for name, fact in self._cells(line, place).items():
                found.setdefault(name, fact)
        return {n: found[n] for n in self._columns if n in found}

    def _cells(self, line: Line, place: Place) -> dict[str, Fact]:
        return {name: fact_of(self._columns[name], place, one) for name, one in line.items()}

    def place(self, name: str, tokens: Tokens, trust: float, document: Document | None = None) -> Place:
        """A text to look for facts in, cut at LIMIT characters; ``trust`` (0 to 1) bounds how sure they are."""
        cut = tokens if len(tokens.text) <= LIMIT else Tokens(tokens.text[:LIMIT], tokens.items, tokens.hyphens)
        return Place(name, cut, trust, self._asked, document)

    def choose(self, message: Message, places: Sequence[Place]) -> dict[str, Chosen]:
        """The choices, by name. What no text says, the names of the files may say: "fauteuil_face.jpg"."""
        contexts = [Context(p.tokens, p.asked) for p in places]
        names = [Context(words_of(a.name), (), is_name=True) for a in shown(message)] if self._naming else []
        found = (
            (name, reader.find([*contexts, *names] if name in self._naming else contexts, message.language))
            for name, reader in self._choices.items()
        )
        return {name: choice for name, choice in found if choice is not None}

    def one(
        self, spec: FactSpec, message: Message, places: Sequence[Place], day: date, chosen: dict[str, Chosen]
    ) -> Fact | None:
        """The fact of a spec, from the first place that says it (of addresses, one that is surely a place); None where none does."""
        if spec.type == "files":
            return files(spec, message)
        if spec.type == "choice":
            choice = chosen.get(spec.name)
            if choice is None:
                return None
            if choice.index < len(places):
                return fact_of(spec, places[choice.index], choice.found)
            file = shown(message)[choice.index - len(places)]
            return Fact(spec.name, choice.found.value, (Evidence(f"file:{file.sha256}", file.name),), choice.found.confidence)
        if spec.type == "text" and spec.unless is not None:
            # the fact that a choice makes known ("unless: complexity") is the phrase around the choice's word
            chose = next((chosen[n] for n in sorted(spec.unless.names & self._naming) if n in chosen), None)
            if chose is not None and chose.head is not None and chose.head_index < len(places):
                return named(spec, places[chose.head_index], chose.head.first, chose.head.last)
        best: Fact | None = None
        for place in places:
            found = self._find(spec, place, day)
            if found is None:
                continue
            fact = fact_of(spec, place, found)
            if spec.type != "address" or fact.confidence >= spec.doubt + _PLACED:
                return fact
            if best is None or fact.confidence > best.confidence:
                best = fact  # a mere name is no address where another text has one
        return best

    def _find(self, spec: FactSpec, place: Place, day: date) -> Found | None:
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
            text = self._goods.without_parts(text) if self._goods is not None else text
            return find_date(text, day, spans, led=bool(spec.after), ahead=bool(spec.near))
        if spec.type == "reference":
            return self._references[spec.name].find(text, day)
        if spec.type == "address":
            text = self._goods.without_parts(text) if self._goods is not None else text
            return self._addresses[spec.name].find(text, day)
        if spec.type == "yesno":
            return self._yesno[spec.name].find(tokens)
        dates = _spans_of_dates(text, day)
        if spec.type == "quantity":
            return find_quantity(tokens, self._units[spec.name], dates)
        if spec.type == "count":
            return find_count(tokens, self._units.get(spec.name), [*leads, *place.leads()], dates)
        return None


def _spans_of_dates(text: str, day: date) -> Iterator[tuple[int, int]]:
    """Where days are named that have a number; looked for when the first is asked for."""
    if has_digit(text):
        yield from date_spans(text, day)


@dataclass(slots=True, eq=False)
class Told:
    """The facts of one directive in one message. Each is read when it is first asked for, and once."""

    _reader: FactReader
    _message: Message
    _places: Sequence[Place]
    _written: date
    _goods: dict[str, Fact] | None = None
    _chosen: dict[str, Chosen] | None = None
    _read: dict[str, Fact | None] = field(default_factory=dict)

    def apart(self, names: Collection[str]) -> Steps[list[str]]:
        """Read those of the facts of these names that take little time; those that may yet be there."""
        joint = self._reader.joint
        alone = {f.name for f in (yield from self._alone([n for n in names if n not in joint]))}
        return [n for n in names if n in joint or n in alone]

    def named(self, names: Collection[str]) -> Steps[list[str]]:
        """The same, after a look at whether any word names goods."""
        left = yield from self.apart(names)
        yield
        if (thing := self._reader.unnamed(self._places)) not in names:
            return left
        return [n for n in left if n != thing]

    def facts(self, names: Container[str] | None = None) -> Steps[tuple[Fact, ...]]:
        """Every fact the message holds; or those of these ``names``, with all that are read together with one of them."""
        reader = self._reader
        if self._goods is None:
            self._goods = reader.goods(self._message, self._places, self._written)
            yield
        return (*self._goods.values(), *(yield from self._alone(names)))

    def _alone(self, names: Container[str] | None) -> Steps[list[Fact]]:
        """Those of the facts that are each read by itself."""
        found = []
        for spec in self._reader.specs:
            if names is None or spec.name in names:
                if spec.name not in self._read:
                    if self._chosen is None and spec.type in ("choice", "text"):
                        self._chosen = self._reader.choose(self._message, self._places)
                        yield
                    self._read[spec.name] = self._reader.one(
                        spec, self._message, self._places, self._written, self._chosen or {}
                    )
                    yield
                if (fact := self._read[spec.name]) is not None:
                    found.append(fact)
        return found

    def with_quoted(self) -> Steps[tuple[Fact, ...]]:
        """Every fact, with the goods of the offer that the message answers where it says nothing of them: "c'est ok pour nous"; or
        those that stand below what looks like a signature.

        So little trusted that a person is shown them as doubtful.
        """
        facts = yield from self.facts()
        if self._goods or not self._reader.of_goods:
            return facts
        answered = self._reader.place("body", without_headers(tokenise(self._message.body)), _ANSWERED)
        goods = self._reader.goods(self._message, [answered], self._written)
        if not self._message.quoted and not any(isinstance(f.value, Quantity) for f in goods.values()):
            return facts  # a signature names what somebody sells, and not how many
        return (*goods.values(), *facts)
