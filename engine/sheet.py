"""One case as the desk shows it, as data for the command line: fields and lines by the names that people give them, how sure each
is, what is to be looked at. In French."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.alerts import Alert
from core.case import Case
from core.directive import Business, Directive, in_language
from core.gates.fulfil import untreated
from core.rows import confidence
from core.text_values import TO_COME, TOLD_APART, unsure
from core.wording import alert_text
from engine.case_labels import CANCELLED, TO_TREAT_STAGE
from engine.directive_compile import compile_business
from engine.directive_problem import DirectiveErrors
from engine.fields import Field, fields_of


def case_sheet(case: Case, directive: Directive, alerts: Sequence[Alert]) -> dict[str, Any]:
    """``fields`` and ``lines`` (of each where there are several) hold {label, value, state, origin, confidence, required}; ``unsure``
    and ``alerts`` are sentences; ``status`` is the directive's word for where the case stands; ``stage`` is what else that is called
    where a person is to deal with it or the customer took it back, '' otherwise; ``confidence`` 0..1."""
    fields, lines = fields_of(case, directive, {}, alerts)
    return {
        "status": in_language(directive.status(case.standing).label, "fr"),
        "stage": CANCELLED["fr"] if case.cancelled else TO_TREAT_STAGE["fr"] if untreated(case, directive) else "",
        "confidence": confidence(case, directive),
        "fields": [_field(one) for one in fields],
        "lines": [[_field(one) for one in line] for line in lines],
        "unsure": unsure(case, directive, "fr"),
        "alerts": [alert_text(a, directive, "fr") for a in alerts if a.rule not in TOLD_APART],
    }


def _field(one: Field) -> dict[str, Any]:
    return {
        "label": one.label["fr"],
        "value": TO_COME["fr"] if one.to_come else one.value.get("fr", ""),
        "state": one.state,
        "origin": one.origin,
        "confidence": one.sure,
        "required": one.required,
    }


def directive_of(
    case: Case, loaded: Mapping[str, Business], kept: Callable[[str], tuple[str, Mapping[str, str]] | None]
) -> Directive | None:
    """The directive that the case began with: of the documents as they stand, else of those ``kept`` by revision; today's of
    that name where those are gone; None where there is none."""
    business = loaded.get(case.business)
    if business is None or business.revision != case.revision:
        old = kept(case.revision)
        try:
            found = compile_business(old[0], old[1]).directive(case.directive) if old is not None else None
        except DirectiveErrors:
            found = None
        if found is not None:
            return found
    return business.directive(case.directive) if business is not None else None
