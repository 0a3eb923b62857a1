"""What a case offers to conditions (``when:``) and to texts (``{{ … }}``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import PurePath
from zoneinfo import ZoneInfo

from core.alerts import alerts_of
from core.case import Case, CaseFile
from core.directive import Directive, FactSpec, Grid, in_language
from core.reading import Day, Dimensions, FactValue, Money, Quantity, Row, Rows
from core.rows import FactState, confidence, doubtful, rows_of, states

#: How many characters of a customer's words go into tickets, tasks and notices.
SUMMARY = 4000

_MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "en": "January February March April May June July August September October November December",
}


#: The axes as facts name them, for texts that are not French.
_AXES = {
    "largeur": "width",
    "hauteur": "height",
    "profondeur": "depth",
    "longueur": "length",
    "diamètre": "diameter",
    "épaisseur": "thickness",
}


def inert(text: str) -> str:
    """Words of other people, made harmless for the courier's ``${name.field}`` references."""
    return text.replace("${", "$ {")


def number_text(amount: Decimal, language: str) -> str:
    """The number as people write it: no needless zeros, thousands set apart from 10 000 on, a comma in French."""
    text = f"{amount.normalize():{',' if abs(amount) >= 10_000 else ''}f}"
    return text.replace(",", "\u202f").replace(".", ",") if language == "fr" else text


def money_text(amount: Decimal, language: str) -> str:
    """An amount of money as people write it: two decimals, or more where it has more, or none where it has none."""
    if amount == amount.to_integral_value() or amount.normalize().as_tuple().exponent <= -2:  # type: ignore[operator]
        return number_text(amount, language)
    return number_text(amount, language) + "0"


def quantity_text(value: Quantity, spec: FactSpec | None, language: str) -> str:
    """« 6000 pièces »: the plural is the one that the directive spells among the unit's words, if it does."""
    many = abs(value.amount) >= 2 and spec is not None and value.unit + "s" in spec.unit_words.get(value.unit, ())
    return f"{number_text(value.amount, language)} {value.unit}{'s' * many}".strip()


def price_text(amount: Decimal, grid: Grid | None, language: str) -> tuple[str, str, str]:
    """(number, unit, both), the unit agreeing with the number: ("2", "crédits", "2 crédits")."""
    number = number_text(amount, language)
    if grid is None:
        return number, "", number
    one, many = grid.unit.get(language) or grid.unit["fr"]
    singular = abs(amount) < 2 if language == "fr" else abs(amount) == 1
    unit = one if singular else many
    return number, unit, f"{number} {unit}"


def day_text(day: date, language: str) -> str:
    """« 3 mars 2026 », "3 March 2026"."""
    month = _MONTHS.get(language, _MONTHS["en"]).split()[day.month - 1]
    first = "1er" if language == "fr" and day.day == 1 else str(day.day)
    return f"{first} {month} {day.year}"


def size_text(size: int, language: str) -> str:
    """« 3,2 Mo », "3.2 MB"; decimal units as people's file managers show them."""
    units = ["o", "ko", "Mo", "Go"] if language == "fr" else ["B", "kB", "MB", "GB"]
    value, unit = float(size), 0
    while value >= 1000 and unit < len(units) - 1:
        value, unit = value / 1000, unit + 1
    text = f"{value:.0f}" if unit == 0 or value >= 10 else f"{value:.1f}"
    return f"{text.replace('.', ',') if language == 'fr' else text} {units[unit]}"


def fact_text(value: FactValue, spec: FactSpec | None, language: str) -> str:
    """The value as a person reads it."""
    if isinstance(value, bool):
        return {True: {"fr": "oui"}, False: {"fr": "non"}}[value].get(language, "yes" if value else "no")
    if isinstance(value, Dimensions):
        axes = {} if language == "fr" else _AXES
        return " × ".join(
            f"{axes.get(axis, axis) + ' ' if axis else ''}{number_text(length / 10, language)} cm"
            for axis, length in value.lengths
        )
    if isinstance(value, Money):
        tax = {"incl": {"fr": " TTC"}, "excl": {"fr": " HT"}}.get(value.tax, {}).get(
            language, f" {value.tax}. tax" * bool(value.tax)
        )
        each = f" / {number_text(Decimal(value.per), language)}" if value.per != 1 else ""
        each = f"{each or ' /'} {value.unit}" if value.unit else each
        return f"{money_text(value.amount, language)} {value.currency}".strip() + tax + each
    if isinstance(value, Day):
        return day_text(value.day, language)
    if isinstance(value, Quantity):
        return quantity_text(value, spec, language)
    if isinstance(value, Rows):
        return f"{len(value.rows)} lignes" if language == "fr" else f"{len(value.rows)} lines"
    if isinstance(value, tuple):
        return str(len(value))
    if isinstance(value, str) and spec is not None and spec.type == "choice":
        label = next((in_language(c.label, language) for c in spec.choices if c.value == value), "")
        return label or value
    return inert(str(value))


def file_words(files: tuple[CaseFile, ...]) -> tuple[str, ...]:
    """What ``files has …`` looks through: families and extensions with the dot."""
    words: dict[str, None] = {}
    for file in files:
        words[file.family] = None
        if suffix := PurePath(file.name).suffix.casefold():
            words[suffix] = None
    return tuple(words)


def _plain(value: FactValue) -> object:
    if isinstance(value, Money | Quantity):
        return value.amount
    if isinstance(value, Day):
        return value.day.isoformat()
    if isinstance(value, Dimensions):
        return max((length for _, length in value.lengths), default=None)
    return value


def condition_values(case: Case, directive: Directive) -> dict[str, object]:
    """Facts by name, in the form conditions compare: files as families and extensions, lengths as the longest in mm."""
    values: dict[str, object] = {fact.name: _plain(fact.value) for fact in case.facts}
    words = file_words(case.files)
    values["files"] = words
    for spec in directive.facts:
        if spec.type == "files":
            values[spec.name] = words
    values["channel"] = case.thread.channel
    values["language"] = case.party.language
    values["kind"] = case.kind
    return {name: value for name, value in values.items() if value is not None}


def known(case: Case, spec: FactSpec) -> bool:
    """Whether the case has this fact."""
    if spec.type == "files":
        return sum(1 for f in case.files if not spec.families or f.family in spec.families) >= spec.at_least
    return case.fact(spec.name) is not None


def missing(case: Case, directive: Directive, *, required: bool) -> tuple[FactSpec, ...]:
    """Facts that the case lacks and that are required (or only wanted), unless their condition excuses them."""
    values = condition_values(case, directive)
    return tuple(
        spec
        for spec in directive.facts
        if spec.required == required and not known(case, spec) and not (spec.unless is not None and spec.unless(values))
    )


def file_name(sha256: str) -> str:
    """The name of the effect that stores this file."""
    return f"file:{sha256[:20]}"


def text_values(
    case: Case,
    directive: Directive,
    *,
    language: str,
    now: datetime,
    business: str,
    reference: str,
    case_url: str,
    extra: Mapping[str, object],
    past: Sequence[Case] = (),
) -> dict[str, object]:
    """Everything that a text may use (core.texts.OFFERED_VALUES). Other people's words are made inert."""
    approve = directive.gate("approve")
    grid = directive.grids.get(approve.quote) if approve else None
    amount = unit = price = reason = ""
    if case.approval is not None:
        amount, unit, price = price_text(case.approval.amount, grid, language)
    elif case.quote is not None:
        amount, unit, price = price_text(case.quote.amount, grid, language)
    if case.quote is not None:
        reason = in_language(case.quote.label, language)
    old = price_text(case.quotes[-1].amount, grid, language)[2] if case.quotes else ""
    shown = [
        {
            "name": f.name,
            "label": in_language(spec.label, language) or f.name,
            "value": fact_text(f.value, spec, language),
            "state": "doubtful" if doubtful(f, spec) else "known",
            "origin": f.origin,
        }
        for f in case.facts
        if (spec := directive.fact(f.name)) is not None and spec.type not in ("files", "rows")
    ]
    rows = rows_of(case.facts, directive)
    files = [
        {
            "name": inert(f.name),
            "type": f.type,
            "size": size_text(f.size, language),
            "url": f"${{{file_name(f.sha256)}.url}}",
        }
        for f in case.files
    ]
    zone = ZoneInfo(directive.zone)
    approval: dict[str, str] = {"who": "", "how": "", "evidence": ""}
    if case.approval is not None:
        approval = {"who": case.approval.who, "how": case.approval.how, "evidence": inert(case.approval.evidence)}
    values: dict[str, object] = {
        "name": inert(case.party.name),
        "email": inert(case.party.email),
        "phone": inert(case.party.phone),
        "language": language,
        "subject": inert(case.subject),
        "kind": case.kind,
        "business": business,
        "reference": reference,
        "amount": amount,
        "unit": unit,
        "price": price,
        "old_price": old,
        "price_reason": reason,
        "missing": [in_language(s.ask, language) for s in missing(case, directive, required=True) if s.ask],
        "wanted": [in_language(s.ask, language) for s in missing(case, directive, required=False) if s.ask],
        "facts": shown,
        "fact": _Facts({f["name"]: f["value"] for f in shown}),
        "files": files,
        "file_count": len(files),
        "files_urls": "\n".join(f["url"] for f in files),
        "summary": inert(case.summary),
        "message": "",
        "note": inert(case.notes[-1]) if case.notes else "",
        "reasons": [],
        "unsure": [
            _unsure(s, language)
            for s in states(case, directive)
            if s.state == "doubtful" or (s.state == "missing" and (s.spec.required or s.spec.ask))
        ],
        "lines": [row_text(row, directive, language) for row in rows] if len(rows) > 1 else [],
        "alerts": [in_language(a.label, language) for a in alerts_of(case, directive, past, now)],
        "confidence": f"{confidence(case, directive) * 100:.0f} %",
        "repeats": case.repeats_ref,
        "days_left": "",
        "expires_on": "",
        "status": in_language(directive.status(case.stage).label, language) or directive.ticket.status.get(case.stage, ""),
        "stage": case.stage,
        "ticket_url": "${ticket.url}" if "ticket" in case.keys else "",
        "task_url": "${task.url}" if "task" in case.keys else "",
        "case_url": case_url,
        # Only a text to the customer gets it: see Work.tell_customer.
        "approve_url": "",
        "opened_on": day_text(case.opened_at.astimezone(zone).date(), language),
        **approval,
    }
    if approve is not None and approve.close is not None and case.quote is not None:
        expires = case.quote.made_at + approve.close
        values["days_left"] = str(max(0, (expires - now).days))
        values["expires_on"] = day_text(expires.astimezone(zone).date(), language)
    values.update({k: inert(v) if isinstance(v, str) else v for k, v in extra.items()})
    return values


def row_text(row: Row, directive: Directive, language: str) -> str:
    """A line of a request in words: "Rose rouge · 10 000 pièces · 0,12 EUR"."""
    return " · ".join(fact_text(c.value, directive.fact(c.name), language) for c in row.cells)


def _unsure(state: FactState, language: str) -> str:
    name = in_language(state.spec.label, language) or state.spec.name
    if state.state == "missing":
        return f"{name} : manque" if language == "fr" else f"{name}: missing"
    return f"{name} : à vérifier" if language == "fr" else f"{name}: to be checked"


class _Facts(dict[str, str]):
    """``fact.dimensions`` in a text: '' where the fact is not known, so that an author need not test for it."""

    def __missing__(self, key: str) -> str:
        return ""
