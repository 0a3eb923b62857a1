"""The parts of documents, once they are good, as core.directive's values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from core.directive import (
    Choice,
    Directive,
    Example,
    FactSpec,
    GateSpec,
    Grid,
    GridRevision,
    GridRow,
    Match,
    TicketSpec,
    Word,
)
from core.texts import Text
from engine.directive_schema import (
    ApprovePart,
    ChoicePart,
    CompletePart,
    DirectivePart,
    FactPart,
    FulfilPart,
    GatePart,
    GridPart,
    ReviewPart,
    WordPart,
)
from engine.directive_values import STAGES
from engine.directive_yaml import Document


def build_grid(part: GridPart) -> Grid:
    """The grid as the core knows it."""
    revisions = tuple(
        GridRevision(r.since, tuple(GridRow(row.amount, row.when, dict(row.label), row.line()) for row in r.rows))
        for r in part.prices
    )
    return Grid(part.grid, {language: (one, many) for language, (one, many) in part.unit.items()}, revisions)


def build_directive(
    part: DirectivePart,
    document: Document,
    business: str,
    zone: str,
    revision: str,
    texts: Mapping[str, Text],
    grids: Mapping[str, Grid],
    examples: tuple[Example, ...],
) -> Directive:
    """The directive as the core knows it."""
    return Directive(
        name=part.directive,
        kind=part.kind,
        business=business,
        revision=revision,
        match=Match(
            words=(*_words(part.match.words), *_words(part.match.against, sign=-1)),
            files=tuple(part.match.files),
            file_weight=part.match.file_weight,
            threshold=part.match.threshold,
        ),
        facts=tuple(_fact(name, fact) for name, fact in part.facts.items()),
        gates=tuple(_gate(gate) for gate in part.gates),
        ticket=TicketSpec(
            status_property=part.ticket.status_property,
            status={stage: value for stage in STAGES if (value := getattr(part.ticket, stage))},
            properties={name: Text(name, {"fr": source}, {}) for name, source in part.ticket.properties.items()},
            task_property=part.ticket.task_property,
            files_property=part.ticket.files_property,
            task_fields={name: Text(name, {"fr": source}, {}) for name, source in part.ticket.task_fields.items()},
        ),
        texts=texts,
        grids=grids,
        examples=examples,
        prose=document.prose,
        source=document.path,
        default=part.default,
        zone=zone,
        read_files=tuple(dict.fromkeys(part.read_files)),
        register=dict(part.listed or {}),
    )


def _words(words: list[WordPart], sign: int = 1) -> tuple[Word, ...]:
    return tuple(Word(w.word, sign * w.weight) for w in words)


def _fact(name: str, fact: FactPart) -> FactSpec:
    def choice(value: str, part: ChoicePart) -> Choice:
        return Choice(value, _words(part.words), dict(part.label or {}))

    return FactSpec(
        name=name,
        type=fact.type,
        required=not fact.optional,
        ask=dict(fact.ask or {}),
        label=dict(fact.label or {}),
        families=tuple(fact.families),
        at_least=fact.at_least,
        choices=tuple(choice(value, part) for value, part in fact.choices.items()),
        after=tuple(fact.after),
        units=tuple(fact.units),
        unless=fact.unless,
    )


def _gate(gate: GatePart) -> GateSpec:
    options, line = gate.options, gate.line(gate.name)
    if isinstance(options, FulfilPart):
        tell = tuple((text, tuple(s.strip().casefold() for s in statuses)) for text, statuses in options.tell.items())
        return GateSpec("fulfil", steps=tuple(options.steps), tell=tell, line=line)
    remind: tuple[timedelta, ...] = tuple(getattr(options, "remind", ()))
    if isinstance(options, CompletePart):
        return GateSpec("complete", remind=remind, close=options.close, line=line)
    if isinstance(options, ReviewPart):
        return GateSpec("review", when=options.when, by=options.by, then=options.then, remind=remind, line=line)
    assert isinstance(options, ApprovePart)
    return GateSpec("approve", by=options.by, quote=options.quote, remind=remind, close=options.expire, line=line)
