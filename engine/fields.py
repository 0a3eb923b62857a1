"""A request's facts as fields of a form or a sheet: their labels, values in words, how sure each is; of one line or of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from core.alerts import Alert
from core.case import Case
from core.directive import Directive, FactSpec, Localized, in_language
from core.doubts import why
from core.reading import Fact
from core.register import columns, roles
from core.rows import State, doubtful, rows_of, rows_spec
from core.values import open_total
from core.wording import fact_text, unit_text
from engine.case_labels import ALL_LINES, LANGUAGES
from engine.typed import written_value


@dataclass(frozen=True, slots=True)
class Field:
    """A fact as a field of a form. ``name`` is what a correction calls it ("quantity", "lines.2.quantity").

    ``typed`` is the value as it is typed, ``written`` the same in each language; ``choices`` are (value, label) of a choice; ``unit`` is
    what most are counted in, in the plural; ``state`` "known", "doubtful" or "missing".
    ``why`` it is doubtful, in words, {} where it is not. ``quotes`` are the words it was read in, ``where`` the utterances in which
    they stand. ``to_come``: a sum that is missing because one of several lines has no price.
    """

    name: str
    label: Localized
    value: Localized
    typed: str
    type: str
    state: State
    origin: str = ""
    sure: float = 0.0
    required: bool = False
    choices: tuple[tuple[str, Localized], ...] = ()
    unit: Localized = field(default_factory=dict)
    written: Localized = field(default_factory=dict)
    quotes: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    alerts: tuple[Alert, ...] = ()
    to_come: bool = False
    why: Localized = field(default_factory=dict)

    def in_field(self, language: str) -> str:
        """What the field of a form holds for somebody who reads that language."""
        return self.written.get(language, self.typed) if self.typed == self.written.get("fr", "") else self.typed

    def unchanged(self, text: str) -> bool:
        """Whether that is what stood in the field, in whatever language it was shown."""
        return text == self.typed or text in self.written.values()


def fields_of(
    case: Case, directive: Directive, told: Mapping[str, Sequence[str]], alerts: Sequence[Alert]
) -> tuple[tuple[Field, ...], tuple[tuple[Field, ...], ...]]:
    """(the fields of the whole request, those of each line where there are several). ``told``: in which utterances each fact stands."""
    rows = rows_of(case.facts, directive)
    spec = rows_spec(directive)
    lined = spec.columns if spec is not None and len(rows) > 1 else ()
    fields = tuple(
        _of_all(_field(s, case.fact(s.name), s.name, told.get(s.name, ()), alerts), s.name in lined)
        for s in columns(directive)
        if s.name not in lined or s.name == roles(directive).total
    )
    if (pending := open_total(case, directive)) is not None:
        fields = tuple(replace(one, to_come=True) if one.name == pending.name else one for one in fields)
    if spec is None or not lined:
        return fields, ()
    where = told.get(spec.name, ())
    return fields, tuple(
        tuple(
            _field(s, row.cell(name), f"{spec.name}.{number}.{name}", where, ())
            for name in lined
            if (s := directive.fact(name)) is not None
        )
        for number, row in enumerate(rows, 1)
    )


def more_lines(case: Case, directive: Directive, lines: int) -> tuple[tuple[Field, ...], ...]:
    """Empty fields of so many lines that may be added after those that there are."""
    spec, count = rows_spec(directive), len(rows_of(case.facts, directive))
    if spec is None or not count:
        return ()
    specs = [s for name in spec.columns if (s := directive.fact(name)) is not None]
    return tuple(
        tuple(_field(s, None, f"{spec.name}.{number}.{s.name}", (), ()) for s in specs)
        for number in range(count + 1, count + 1 + lines)
    )


def _of_all(field: Field, lined: bool) -> Field:
    label = {language: f"{name}, {in_language(ALL_LINES, language)}" for language, name in field.label.items()}
    return replace(field, label=label) if lined else field


def label_of(spec: FactSpec) -> Localized:
    """What people call the fact."""
    return {language: in_language(spec.label, language) or spec.name for language in LANGUAGES}


def words_of(fact: Fact, spec: FactSpec | None) -> Localized:
    """The fact's value in each language."""
    return {language: fact_text(fact.value, spec, language) for language in LANGUAGES}


def _unit(spec: FactSpec) -> Localized:
    """What most of it is counted in, in the plural; {} where it has no units."""
    return {lang: unit_text(spec.units[0], Decimal(10), spec, lang) for lang in LANGUAGES} if spec.units else {}


def _field(spec: FactSpec, fact: Fact | None, name: str, where: Sequence[str], alerts: Sequence[Alert]) -> Field:
    about = tuple(alert for alert in alerts if alert.facts[:1] == (spec.name,))
    choices = tuple((c.value, {lang: in_language(c.label, lang) or c.value for lang in LANGUAGES}) for c in spec.choices)
    if fact is None:
        return Field(
            name, label_of(spec), {}, "", spec.type, "missing", required=spec.required, choices=choices, unit=_unit(spec), alerts=about,
        )  # fmt: skip
    return Field(
        name=name,
        label=label_of(spec),
        value=words_of(fact, spec),
        typed=written_value(fact.value, spec),
        type=spec.type,
        state="doubtful" if doubtful(fact, spec) else "known",
        origin=fact.origin,
        sure=fact.confidence,
        required=spec.required,
        choices=choices,
        unit=_unit(spec),
        written={language: written_value(fact.value, spec, language) for language in LANGUAGES},
        quotes=tuple(dict.fromkeys(e.quote for e in fact.evidence if e.quote)),
        where=tuple(where),
        alerts=about,
        why={language: why(fact, language) for language in LANGUAGES} if doubtful(fact, spec) else {},
    )
