"""One case as people see it: what is known, what was offered, its files, effects and timeline, put in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from core.case import Beside, Case
from core.directive import Directive, FactSpec, Localized, in_language
from core.effects import DONE, SendMessage, State, StoreFile
from core.effects import WORDS as EFFECTS
from core.message import Family
from core.ports import DeadlineRow, JournalEntry, OutboxRow
from core.quote import Quote
from core.reading import Evidence, Fact
from core.rows import rows_spec
from core.views import CaseRow, Said
from core.wording import fact_text, price_text
from engine.case_actions import Action, Waits
from engine.case_labels import ALL_LINES, LANGUAGES, LINE, LINES, STATES, in_both, label
from engine.conversation import Utterance
from engine.shown_papers import Paper


@dataclass(frozen=True, slots=True)
class FactView:
    """A fact in words. ``where`` are the utterances in which it stands; ``evidence`` with the page and place in a file."""

    name: str
    label: Localized
    value: Localized
    origin: str
    confidence: float
    quotes: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class QuoteView:
    """An offer. ``price`` is the amount with its unit, in words; ``sent`` is the state of the text that carried it."""

    number: int
    amount: Decimal
    unit: str
    price: Localized
    reason: Localized
    set_by: str
    grid: str
    made_at: datetime
    status: str
    digest: str
    sent: str = ""


@dataclass(frozen=True, slots=True)
class FileView:
    """A file of the case. ``url`` is where it is stored outside, '' while it is not; ``state`` of that storing."""

    sha256: str
    name: str
    type: str
    size: int
    family: Family
    inline: bool = False
    url: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class EffectView:
    """An effect: ``what`` in words, where it stands, its link outside once there is one."""

    key: str
    kind: str
    name: str
    system: str
    what: Localized
    state: State
    state_label: Localized
    detail: str = ""
    url: str = ""
    outside_id: str = ""
    error: str = ""
    attempts: int = 0
    sent_at: datetime | None = None
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the timeline. ``reasons`` are the sentences by which it was decided, in French."""

    seq: int
    at: datetime
    kind: str
    title: Localized
    author: str = ""
    stage: str = ""
    reasons: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case with everything about it."""

    case: Case
    row: CaseRow
    directive: str
    status: str
    gate: str
    current: bool
    conversation: tuple[Utterance, ...]
    facts: tuple[FactView, ...]
    quotes: tuple[QuoteView, ...]
    files: tuple[FileView, ...]
    effects: tuple[EffectView, ...]
    timeline: tuple[Line, ...]
    deadlines: tuple[DeadlineRow, ...]
    waits: Waits
    actions: tuple[Action, ...]
    papers: tuple[Paper, ...] = ()
    #: Other cases of the person that are to be looked at before deciding, as long as they are open.
    beside: tuple[Beside, ...] = ()
    #: Stands for the facts as they are shown here (core.rows.digest_of).
    digest: str = ""
    #: What people call each fact, by its address; one of several lines with the line's number.
    names: Mapping[str, Localized] = field(default_factory=dict)
    #: Whether a person is to say that such a request is dealt with: until then nothing is under way.
    awaited: bool = False

    @property
    def quote(self) -> QuoteView | None:
        """The offer that counts, the last one."""
        return self.quotes[-1] if self.quotes else None

    def action(self, name: str) -> Action:
        """The action of that name. Raises KeyError."""
        return next(a for a in self.actions if a.name == name)


def fact_views(case: Case, directive: Directive, said: Sequence[Said]) -> tuple[FactView, ...]:
    """What is known, in words, with the messages that say it."""
    return tuple(_fact_view(fact, directive.fact(fact.name), said) for fact in case.facts)


def _fact_view(fact: Fact, spec: FactSpec | None, said: Sequence[Said]) -> FactView:
    told = [f"message:{s.inbox_id}" for s in said if (r := s.reading.fact(fact.name)) is not None and r.value == fact.value]
    return FactView(
        name=fact.name,
        label=in_both(lambda language: in_language(spec.label, language) if spec else "", fact.name),
        value=in_both(lambda language: fact_text(fact.value, spec, language)),
        origin=fact.origin,
        confidence=fact.confidence,
        quotes=tuple(dict.fromkeys(e.quote for e in fact.evidence if e.quote)),
        where=tuple(told),
        evidence=fact.evidence,
    )


def quote_views(case: Case, directive: Directive, effects: Sequence[OutboxRow]) -> tuple[QuoteView, ...]:
    """The offers, the last one last."""
    states = {row.effect.key: row.state for row in effects}
    every = (*case.quotes, case.quote) if case.quote is not None else case.quotes
    return tuple(_quote(quote, directive, states.get(quote.key, "")) for quote in every)


def _quote(quote: Quote, directive: Directive, sent: str) -> QuoteView:
    grid = directive.grids.get(quote.grid)
    return QuoteView(
        number=quote.number,
        amount=quote.amount,
        unit=quote.unit,
        price=in_both(lambda language: price_text(quote.amount, grid, language)[2]),
        reason=in_both(lambda language: in_language(quote.label, language)),
        set_by=quote.set_by,
        grid=quote.grid,
        made_at=quote.made_at,
        status=quote.status,
        digest=quote.digest,
        sent=sent,
    )


def file_views(case: Case, effects: Sequence[OutboxRow], receipts: Mapping[str, Any]) -> tuple[FileView, ...]:
    """The files, with where each is stored outside."""
    stored = {row.effect.payload.sha256: row for row in effects if isinstance(row.effect.payload, StoreFile)}
    found = []
    for file in case.files:
        row = stored.get(file.sha256)
        receipt = receipts.get(row.effect.key) if row is not None and row.state in DONE else None
        url = receipt.url if receipt is not None else ""
        view = FileView(file.sha256, file.name, file.type, file.size, file.family, file.inline)
        found.append(replace(view, url=url, state=row.state if row is not None else ""))
    return tuple(found)


def effect_view(row: OutboxRow, receipts: Mapping[str, Any]) -> EffectView:
    """An effect in words; ``receipts`` are those of the case by key."""
    effect, payload = row.effect, row.effect.payload
    detail = ""
    if isinstance(payload, SendMessage):
        detail = f"→ {payload.to}"
    elif isinstance(payload, StoreFile):
        detail = payload.name
    receipt = receipts.get(effect.key)
    return EffectView(
        key=effect.key,
        kind=effect.kind,
        name=effect.name,
        system=effect.system,
        what=label(EFFECTS, effect.kind),
        state=row.state,
        state_label=label(STATES, row.state),
        detail=detail,
        url=receipt.url if receipt is not None else "",
        outside_id=receipt.id if receipt is not None else "",
        error=row.error,
        attempts=row.attempts,
        sent_at=row.sent_at,
        next_at=row.next_at if row.state in ("intended", "uncertain") else None,
    )


def line_of(seq: int, entry: JournalEntry) -> Line:
    """A line of the timeline."""
    stage = str(entry.data.get("stage", ""))
    reasons = tuple(line for line in entry.text.splitlines() if line.strip())
    title = label(LINES, entry.kind)
    if isinstance(what := entry.data.get("kind"), str) and what in EFFECTS:
        title = {
            language: f"{title[language]}{' :' if language == 'fr' else ':'} {EFFECTS[what][language]}"
            for language in LANGUAGES
        }
    return Line(seq, entry.at, entry.kind, title, entry.author, stage, reasons, entry.data)


def called(directive: Directive, case: Case, address: str) -> Localized:
    """What people call the fact at that address (core.rows.addressed)."""
    head, _, rest = address.partition(".")
    number, _, column = rest.partition(".")
    spec, lined = directive.fact(column or head), rows_spec(directive)
    of: Localized = LINE if number else {}
    if lined is not None and head in lined.columns and case.fact(lined.name) is not None:
        of = ALL_LINES
    found = {}
    for language in LANGUAGES:
        name = (in_language(spec.label, language) if spec else "") or column or head
        found[language] = f"{name}, {of[language].format(number=number)}" if of else name
    return found
