"""The parts of documents, once they are good, as core.directive's values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from core.directive import (
    AlertSpec,
    Choice,
    Directive,
    Example,
    FactSpec,
    GateSpec,
    Grid,
    GridRevision,
    GridRow,
    Match,
    Repeat,
    Status,
    TicketSpec,
    Word,
    in_language,
)
from core.texts import Text
from engine.directive_schema import (
    AlertPart,
    ApprovePart,
    ChoicePart,
    CompletePart,
    DirectivePart,
    FactPart,
    FulfilPart,
    GatePart,
    GridPart,
    ReviewPart,
    UnitPart,
    WordPart,
)
from engine.directive_values import CHOICES, STAGES
from engine.directive_yaml import Document

#: How many of what there is to choose from a question names.
MOST_NAMED = 12


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
    counted = next((fact for fact in part.facts.values() if fact.type == "quantity" and fact.units), None)
    names = {unit: _names(unit, one) for unit, one in counted.units.items()} if counted is not None else {}
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
            facts=dict(part.match.facts),
        ),
        facts=tuple(_fact(name, fact, part.doubt, names) for name, fact in part.facts.items()),
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
        statuses=_statuses(part),
        repeat=Repeat(tuple(r.words), tuple(r.inherit), r.confidence) if (r := part.repeat) is not None else None,
        alerts=tuple(_alert(name, alert) for name, alert in part.alerts.items()),
    )


def _statuses(part: DirectivePart) -> tuple[Status, ...]:
    """What the person himself took back has a word of its own, or that of what was refused."""
    own = any("cancelled" in s.stages for s in part.statuses.values())
    found = []
    for word, s in part.statuses.items():
        stages = tuple(s.stages) if own or "rejected" not in s.stages else (*s.stages, "cancelled")
        found.append(Status(word, stages, dict(s.label or {})))
    return tuple(found)


def _alert(name: str, alert: AlertPart) -> AlertSpec:
    return AlertSpec(
        name=name,
        rule=alert.rule,
        label=dict(alert.label),
        fact=alert.fact or "",
        of=tuple(alert.of),
        times=Decimal(str(alert.times)),
        least=alert.least,
        after=alert.after or timedelta(0),
        until=tuple(s.strip().casefold() for s in alert.until),
        urgent=alert.urgent,
        words=tuple(alert.words),
    )


def _words(words: list[WordPart], sign: int = 1) -> tuple[Word, ...]:
    return tuple(Word(w.word, sign * w.weight) for w in words)


def _names(unit: str, part: UnitPart) -> dict[str, tuple[str, str]]:
    """What the unit is called, one and many: by its names, in French else by the plural among its words."""
    plural = f"{unit}s" if f"{unit}s" in part.words else unit
    return {"fr": (unit, plural)} | {language: (one, many) for language, (one, many) in part.names.items()}


def _spelled(unit: str, part: UnitPart) -> tuple[str, ...]:
    """Its words, its names among them."""
    named = [word for pair in part.names.values() for word in pair]
    return tuple(word for word in dict.fromkeys((*part.words, *named)) if word != unit)


def _fact(name: str, fact: FactPart, doubt: float, names: Mapping[str, Mapping[str, tuple[str, str]]]) -> FactSpec:
    """``names`` are those of the units that goods are counted in: prices are told with them."""

    def choice(value: str, part: ChoicePart) -> Choice:
        return Choice(value, _words(part.words), dict(part.label or {}))

    return FactSpec(
        name=name,
        type=fact.type,
        required=not fact.optional,
        ask={language: asked(text, fact, language) for language, text in (fact.ask or {}).items()},
        label=dict(fact.label or {}),
        families=tuple(fact.families),
        at_least=fact.at_least,
        choices=tuple(choice(value, part) for value, part in fact.choices.items()),
        after=tuple(fact.after),
        units=tuple(fact.units),
        unless=fact.unless,
        unit_words={unit: _spelled(unit, one) for unit, one in fact.units.items()},
        unit_names=names if fact.type == "money" else {unit: _names(unit, one) for unit, one in fact.units.items()},
        price=fact.price,
        derive=tuple(fact.derive),
        columns=tuple(fact.columns),
        words=_words(fact.words),
        near=tuple(fact.near),
        doubt=doubt if fact.doubt is None else fact.doubt,
    )


def asked(question: str, fact: FactPart, language: str) -> str:
    """The question as a person reads it: « {{ choices }} » in it becomes what there is to choose from, as it stands in the document."""
    labels = [in_language(dict(c.label or {}), language) or value for value, c in list(fact.choices.items())[:MOST_NAMED]]
    # Within a sentence; what is spelled in capitals (an acronym) stays so.
    named = [label[:1].lower() + label[1:] if label[1:2].islower() else label for label in labels]
    if len(fact.choices) > MOST_NAMED:
        listed = ", ".join([*named, "…"])
    else:
        last = {"fr": " ou ", "en": " or "}.get(language, ", ")
        listed = last.join(filter(None, (", ".join(named[:-1]), *named[-1:])))
    return CHOICES.sub(lambda _: listed, question)


def _gate(gate: GatePart) -> GateSpec:
    options, line = gate.options, gate.line(gate.name)
    if isinstance(options, FulfilPart):
        tell = tuple((text, tuple(s.strip().casefold() for s in statuses)) for text, statuses in options.tell.items())
        return GateSpec(
            "fulfil", steps=tuple(options.steps), tell=tell, finish=options.finish, remind=tuple(options.remind), line=line
        )
    remind: tuple[timedelta, ...] = tuple(getattr(options, "remind", ()))
    if isinstance(options, CompletePart):
        return GateSpec(
            "complete", remind=remind, close=options.close, doubtful=options.doubtful, review=options.review, line=line
        )
    if isinstance(options, ReviewPart):
        return GateSpec(
            "review",
            when=options.when,
            by=options.by,
            then=options.then,
            judge=options.judge,
            receipt=options.receipt or "",
            remind=remind,
            line=line,
        )
    assert isinstance(options, ApprovePart)
    return GateSpec("approve", by=options.by, quote=options.quote, remind=remind, close=options.expire, line=line)
