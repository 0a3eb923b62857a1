"""What people should look at in a request, from the directive's ``alerts``. Pure: the case, what the same person ordered before, now.

| rule | raised when |
|---|---|
| ``habit`` | a number is ``times`` more or less than the median of the person's past requests that are alike |
| ``differs`` | a fact that could be calculated was written otherwise |
| ``late`` | the day of a fact has passed and the request is neither refused nor delivered |
| ``waiting`` | it has waited for us longer than ``after`` |
| ``doubtful`` | a fact was read with less confidence than the directive wants |
| ``missing`` | a fact that the directive requires is not known |
| ``unread`` | nothing could be read in one of its files |
| ``further`` | the person wrote what the facts do not have, and nobody has decided having seen it |
| ``said`` | the person writes one of ``words`` and nobody has decided yet; « … » in one stands for up to three words |
| ``outsider`` | somebody who is none of the person's people writes of it, or it cites a request of others, and nobody has decided yet |
| ``aside`` | the person writes one of ``words``, of another matter than the request, and nobody has noted or answered it |
| ``wrote`` | the person wrote after the decision, more than thanks, and nobody has noted or answered it |
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from statistics import median
from zoneinfo import ZoneInfo

from core.case import UNDECIDED, Case
from core.directive import AlertSpec, Directive, Localized
from core.reading import Day, Fact, Money, Quantity, Row
from core.rows import doubtful, product, rows_of, rows_spec, states

#: The count of a case whose customer wrote after the decision what nobody has dealt with.
WROTE = "wrote"
#: The count of a case of which a person has noted or answered what its customer wrote beside his request.
HEARD = "heard"
#: Past requests that are looked at, newest first.
MOST_PAST = 20
#: Written and calculated totals may differ by this much through rounding.
ROUNDING = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to look at. ``name`` and ``label`` are the directive's; ``facts`` are the names of the facts it is about.

    ``values`` are figures to show beside it, as text: "usual" and "now" of habit, "written" and "calculated" of differs, with their
    "unit", "currency" and "tax"; "since" or "due" (ISO) of waiting and late;
    "quote" (the word found) of said; "who" (addresses) of outsider;
    "files" (names) and "code" (core.document.Code, of the first) of unread; "line" (from 1) where one of several lines is meant, of
    doubtful all that are, with commas.
    """

    name: str
    rule: str
    label: Localized
    facts: tuple[str, ...] = ()
    urgent: bool = False
    values: Mapping[str, str] = field(default_factory=dict)


def alerts_of(case: Case, directive: Directive, past: Sequence[Case], now: datetime) -> tuple[Alert, ...]:
    """Everything to look at, in the directive's order. ``past`` are validated requests of the same person and kind, newest first."""
    found: list[Alert] = []
    for spec in directive.alerts:
        found += _RULES[spec.rule](spec, case, directive, past[:MOST_PAST], now)
    return tuple(found)


def _alert(spec: AlertSpec, facts: Iterable[str], **values: str) -> Alert:
    return Alert(spec.name, spec.rule, spec.label, tuple(facts), spec.urgent, values)


def _lines(case: Case, directive: Directive) -> tuple[Row, ...]:
    return rows_of(case.facts, directive) or (Row(case.facts),)


def _number(fact: Fact | None) -> tuple[Decimal, str] | None:
    """(amount, what it is measured in): only like is compared with like."""
    value = fact.value if fact is not None else None
    if isinstance(value, Quantity):
        return value.amount, value.unit
    if isinstance(value, Money):
        return value.amount / value.per, f"{value.currency} {value.tax} {value.unit}"
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value), ""
    return None


def _counted(fact: Fact | None) -> dict[str, str]:
    """What figures about that fact count."""
    value = fact.value if fact is not None else None
    found = {"unit": value.unit} if isinstance(value, Quantity | Money) else {}
    if isinstance(value, Money):
        found |= {"currency": value.currency, "tax": value.tax}
    return {name: text for name, text in found.items() if text}


def _habit(spec: AlertSpec, case: Case, directive: Directive, past: Sequence[Case], now: datetime) -> list[Alert]:
    del now
    if case.stage in ("rejected", "expired", "closed"):
        return []
    before = [row for other in past if other.id != case.id for row in _lines(other, directive)]
    found = []
    lines = _lines(case, directive)
    for number, row in enumerate(lines, 1):
        mine = _number(row.cell(spec.fact))
        if mine is None or mine[0] <= 0:
            continue
        alike = [r for r in before if all(_same(row.cell(n), r.cell(n)) for n in spec.of)]
        usual = [n[0] for r in alike if (n := _number(r.cell(spec.fact))) is not None and n[1] == mine[1] and n[0] > 0]
        if len(usual) < spec.least:
            continue
        middle = median(usual)
        if mine[0] > middle * spec.times or mine[0] * spec.times < middle:
            where = _counted(row.cell(spec.fact)) | ({"line": str(number)} if len(lines) > 1 else {})
            found.append(_alert(spec, (spec.fact,), usual=f"{middle.normalize():f}", now=f"{mine[0].normalize():f}", **where))
    return found


def _same(a: Fact | None, b: Fact | None) -> bool:
    return (a.value if a is not None else None) == (b.value if b is not None else None)


def _differs(spec: AlertSpec, case: Case, directive: Directive, past: Sequence[Case], now: datetime) -> list[Alert]:
    del past, now
    maker = directive.fact(spec.fact)
    if maker is None or case.stage in ("rejected", "expired", "closed"):
        return []
    lines = rows_of(case.facts, directive)
    found = []
    if len(lines) > 1:
        for number, row in enumerate(lines, 1):
            if (told := _difference(row.cell(spec.fact), product(maker, row.cells, directive))) is not None:
                found.append(_alert(spec, (spec.fact, *maker.derive), **told, line=str(number)))
        amounts = [c.value.amount for r in lines if (c := r.cell(spec.fact)) is not None and isinstance(c.value, Money)]
        whole = case.fact(spec.fact)
        if whole is not None and len(amounts) == len(lines):
            calculated = Fact(spec.fact, Money(sum(amounts, Decimal(0))), ())
            if (told := _difference(whole, calculated)) is not None:
                found.append(_alert(spec, (spec.fact,), **told))
    elif (told := _difference(case.fact(spec.fact), product(maker, case.facts, directive))) is not None:
        found.append(_alert(spec, (spec.fact, *maker.derive), **told))
    return found


def _difference(written: Fact | None, calculated: Fact | None) -> dict[str, str] | None:
    """Both amounts where they contradict each other. With tax and without are not compared."""
    if written is None or calculated is None or written.origin == "derived":
        return None
    one, other = written.value, calculated.value
    if not (isinstance(one, Money) and isinstance(other, Money)):
        return None
    if one.tax and other.tax and one.tax != other.tax:
        return None
    if one.currency and other.currency and one.currency != other.currency:
        return None
    if abs(one.amount - other.amount) <= max(ROUNDING, abs(other.amount) / 1000):
        return None
    currency = one.currency or other.currency
    return {"written": f"{one.amount:f}", "calculated": f"{other.amount:f}"} | ({"currency": currency} if currency else {})


def _late(spec: AlertSpec, case: Case, directive: Directive, past: Sequence[Case], now: datetime) -> list[Alert]:
    del past
    fact = case.fact(spec.fact)
    if fact is None or not isinstance(fact.value, Day) or case.stage in ("rejected", "expired", "closed"):
        return []
    delivered = case.finished_at is not None or (case.task is not None and case.task.status.strip().casefold() in spec.until)
    if delivered:
        return []
    today = now.astimezone(ZoneInfo(directive.zone)).date()
    return [_alert(spec, (spec.fact,), due=fact.value.day.isoformat())] if fact.value.day < today else []


def _waiting(spec: AlertSpec, case: Case, directive: Directive, past: Sequence[Case], now: datetime) -> list[Alert]:
    del directive, past
    if case.stage not in ("waiting_info", "waiting_review", "waiting_approval") or now - case.opened_at <= spec.after:
        return []
    return [_alert(spec, (), since=case.opened_at.isoformat())]


def _doubtful(spec: AlertSpec, case: Case, directive: Directive, past: Sequence[Case], now: datetime) -> list[Alert]:
    found = _in_state("doubtful", spec, case, directive, past, now)
    lines = rows_spec(directive)
    if not found or lines is None or lines.name not in found[0].facts:
        return found
    # Of several lines, which of them, and what of each.
    cells = [
        (number, column)
        for number, row in enumerate(rows_of(case.facts, directive), 1)
        for column in (s for s in directive.facts if s.name in lines.columns)
        if (cell := row.cell(column.name)) is not None and doubtful(cell, column)
    ]
    if not cells:
        return found
    columns = {column.name: None for _, column in cells}
    others = (name for name in found[0].facts if name not in (lines.name, *lines.columns))
    numbers = ", ".join(str(number) for number in dict.fromkeys(number for number, _ in cells))
    return [_alert(spec, (*columns, *others), line=numbers)]


def _missing(spec: AlertSpec, case: Case, directive: Directive, past: Sequence[Case], now: datetime) -> list[Alert]:
    return _in_state("missing", spec, case, directive, past, now)


def _in_state(
    state: str, spec: AlertSpec, case: Case, directive: Directive, past: Sequence[Case], now: datetime
) -> list[Alert]:
    del past, now
    if case.stage not in ("waiting_info", "waiting_review", "waiting_approval"):
        return []
    names = [s.spec.name for s in states(case, directive) if s.state == state and (state != "missing" or s.spec.required)]
    return [_alert(spec, names)] if names else []


def _unread(spec: AlertSpec, case: Case, directive: Directive, past: Sequence[Case], now: datetime) -> list[Alert]:
    del directive, past, now
    if not case.unread or case.stage in ("rejected", "expired", "closed", "done"):
        return []
    return [_alert(spec, (), files=", ".join(one.name for one in case.unread), code=case.unread[0].trouble.code)]


def _wrote(spec: AlertSpec, case: Case, directive: Directive, past: Sequence[Case], now: datetime) -> list[Alert]:
    del directive, past, now
    return [_alert(spec, ())] if case.counts.get(WROTE) else []


def _outsider(spec: AlertSpec, case: Case, directive: Directive, past: Sequence[Case], now: datetime) -> list[Alert]:
    del directive, past, now
    if case.stage not in UNDECIDED:
        return []
    who = dict.fromkeys(one.author for one in case.beside if one.author)
    return [_alert(spec, (), who=", ".join(who))] if who else []


def _said(spec: AlertSpec, case: Case, directive: Directive, past: Sequence[Case], now: datetime) -> list[Alert]:
    del directive, past, now
    return _quoting(spec, case) if case.stage in ("waiting_info", "waiting_review", "waiting_approval") else []


def _aside(spec: AlertSpec, case: Case, directive: Directive, past: Sequence[Case], now: datetime) -> list[Alert]:
    del directive, past, now
    return [] if case.counts.get(HEARD) or case.finished_at is not None else _quoting(spec, case)


def _quoting(spec: AlertSpec, case: Case) -> list[Alert]:
    # What is not taken over is shown whole by "further".
    told = f" {' '.join(map(_folded, (case.subject, case.summary, *case.later)))} "
    found = next((quote for word in spec.words if (quote := _quoted(word, told))), "")
    return [_alert(spec, (), quote=found)] if found else []


#: How many words may stand in the place of « … ».
_BETWEEN = r"(?: \S+){0,3} "


def _quoted(word: str, told: str) -> str:
    """The word as the directive spells it if it is said; where a part of it is left open, the words that are; else ''."""
    parts = [_folded(part) for part in word.split("…")]
    if len(parts) == 1:
        return word if f" {parts[0]} " in told else ""
    match = re.search(f" ({_BETWEEN.join(map(re.escape, filter(None, parts)))}) ", told)
    return match[1] if match is not None else ""


def _folded(text: str) -> str:
    """Small letters without marks over them, all else as one blank between words."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in plain).split())


def _further(spec: AlertSpec, case: Case, directive: Directive, past: Sequence[Case], now: datetime) -> list[Alert]:
    del directive, past, now
    return [_alert(spec, ())] if case.untaken else []


_RULES = {
    "habit": _habit,
    "differs": _differs,
    "late": _late,
    "waiting": _waiting,
    "doubtful": _doubtful,
    "missing": _missing,
    "unread": _unread,
    "further": _further,
    "outsider": _outsider,
    "wrote": _wrote,
    "said": _said,
    "aside": _aside,
}
