"""Registers as people see them: lists of requests with the directive's own columns and words, one request with its fields, figures.

Nothing here knows what is bought or sold: columns, labels, statuses and alerts are the documents'.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from core.alerts import Alert
from core.case import Case, Stage
from core.directive import Business, Directive, FactSpec, Localized, Status, in_language
from core.reading import Quantity
from core.register import columns, roles
from core.register_views import RegisterFilter, RegisterReport, RegisterRow, WhatCount
from core.rows import confidence, digest_of, rows_of, rows_spec
from core.text_values import TO_COME
from core.values import open_total
from core.views import ContactRow, DeskStore, Page
from core.wording import quantity_text
from engine.case_labels import LANGUAGES
from engine.case_view import CaseView
from engine.cases import Cases
from engine.fields import Field, fields_of, label_of, more_lines, words_of
from engine.office import Office

#: Most rows of a page of a list.
MOST = 200
#: Types of facts whose values are short enough for a list.
_BRIEF = frozenset({"choice", "quantity", "count", "money", "date", "yesno"})
#: Stages in which a request waits for a person to judge it.
JUDGED: tuple[Stage, ...] = ("waiting_review",)


@dataclass(frozen=True, slots=True)
class Listed:
    """A request in a list: ``cells`` are the columns' values in words by the fact's name, of the first line where there are several.

    ``lines`` counts them; where there are several, ``rows`` has the values of each. ``client`` is the contact's id, '' for none.
    ``to_come`` names the sum that is missing as one of several lines has no price, '' for none.
    """

    case: Case
    directive: Directive
    status: Status
    cells: Mapping[str, Localized]
    sure: float
    lines: int
    client: str
    alerts: tuple[Alert, ...] = ()
    rows: tuple[Mapping[str, Localized], ...] = ()
    to_come: str = ""

    def said(self, name: str) -> Localized:
        """What a column of that name shows, {} for nothing."""
        return TO_COME if name == self.to_come else self.cells.get(name, {})


@dataclass(frozen=True, slots=True)
class Whole:
    """One request with everything about it. ``lines`` are its lines' fields, () where there is one; ``next`` is the id of the next
    that waits for a person, '' for none. ``digest`` stands for the facts as they are shown here. ``more`` are the empty fields of a line
    that may be added, () where there can be none."""

    view: CaseView
    directive: Directive
    status: Status
    fields: tuple[Field, ...]
    lines: tuple[tuple[Field, ...], ...]
    alerts: tuple[Alert, ...]
    sure: float
    digest: str
    next: str = ""
    waiting: int = 0
    more: tuple[tuple[Field, ...], ...] = ()

    @property
    def open(self) -> bool:
        """Whether it can still be corrected and judged."""
        return self.can("correct")

    def can(self, name: str) -> bool:
        """Whether that can be done with it now."""
        return any(action.name == name and action.possible for action in self.view.actions)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list: the fact's name, its label, its type; ``brief`` ones are shown where there is little room.

    ``price`` tells a price of one ("unit") from a sum ("total"); ``summed`` whether each line has its own and the request one of all.
    """

    name: str
    label: Localized
    type: str
    brief: bool
    price: str = ""
    summed: bool = False

    @property
    def number(self) -> bool:
        """Whether its values are numbers."""
        return self.type in ("money", "quantity", "count")


@dataclass(frozen=True, slots=True)
class Asked:
    """How much of one thing was asked for: ``times`` lines of it; ``amounts`` are (unit, quantity, both in words), the most used first."""

    label: Localized
    times: int
    amounts: tuple[tuple[str, Decimal, Localized], ...]
    #: How it compares with what is asked for most, in the unit that most lines have, else by how often: hundredths.
    share: float


@dataclass(frozen=True, slots=True)
class Analysis:
    """A period in figures and words. ``whats`` are what was asked for, the most first; ``clients`` (id, name, requests).

    ``stages`` are those that each status stands for. ``rate`` counts (accepted, judged): those that a person said yes to, of those
    he said yes or no to.
    """

    report: RegisterReport
    statuses: Mapping[str, int]
    labels: Mapping[str, Localized]
    whats: tuple[Asked, ...]
    clients: tuple[tuple[str, str, int], ...]
    rate: tuple[int, int] = (0, 0)
    stages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    days: tuple[tuple[date, Mapping[str, int]], ...] = field(default=())


class Registers:
    """Every call blocks and is safe from any thread."""

    def __init__(
        self,
        store: DeskStore,
        office: Office,
        cases: Cases,
        *,
        clock: Callable[[], datetime],
        businesses: Callable[[], Iterable[Business]],
    ) -> None:
        self._store, self._office, self._cases = store, office, cases
        self._clock, self._businesses = clock, businesses

    # ------------------------------------------------------------------ what there is

    def directives(self) -> list[Directive]:
        """Those in force of whose requests a register is kept."""
        return [d for b in self._businesses() for d in b.directives if d.register]

    def name(self) -> Localized:
        """What the requests are called, in the plural; {} where no register is kept."""
        kept = self.directives()
        return (
            {lang: " · ".join(dict.fromkeys(in_language(d.register, lang) for d in kept)) for lang in LANGUAGES} if kept else {}
        )

    def statuses(self) -> list[Status]:
        """The words for where requests stand, each once."""
        found: dict[str, Status] = {}
        for directive in self.directives():
            for status in directive.statuses:
                known = found.get(status.word)
                stages = tuple(dict.fromkeys((*(known.stages if known else ()), *status.stages)))
                found[status.word] = Status(status.word, stages, status.label or (known.label if known else {}))
        return list(found.values())

    def columns(self) -> list[Column]:
        """The columns of the list, those that several directives share once."""
        found: dict[str, Column] = {}
        for directive in self.directives():
            for spec in columns(directive):
                brief = spec.type in _BRIEF and spec.price != "unit"
                summed = spec.name == roles(directive).total and rows_spec(directive) is not None
                found.setdefault(spec.name, Column(spec.name, label_of(spec), spec.type, brief, spec.price, summed))
        return list(found.values())

    def brief(self) -> list[Column]:
        """Those that are short enough for a table on a page."""
        return [column for column in self.columns() if column.brief]

    def printed(self) -> list[Column]:
        """Those of a printed table: the brief ones, prices and what a line is made of beside them."""
        return [column for column in self.columns() if column.brief or column.price == "unit" or column.type == "details"]

    def whats(self) -> list[tuple[str, Localized]]:
        """What can be asked for: (value, label) of the choice that says it."""
        found: dict[str, Localized] = {}
        for directive in self.directives():
            spec = directive.fact(roles(directive).what)
            for choice in spec.choices if spec is not None else ():
                found.setdefault(choice.value, choice.label or {"fr": choice.value})
        return list(found.items())

    def alerts(self) -> dict[str, Localized]:
        """The alerts that there may be, by name."""
        return {spec.name: spec.label for directive in self.directives() for spec in directive.alerts}

    # ------------------------------------------------------------------ lists

    def find(self, which: RegisterFilter, *, limit: int = 50, after: str = "") -> Page[Listed]:
        """A page of the list. Raises ValueError when ``after`` is not what a page before gave."""
        page = self._store.find_register(which, self._clock(), limit=max(1, min(limit, MOST)), after=after)
        return Page(tuple(self.listed(row) for row in page.rows), page.next)

    def count(self, which: RegisterFilter, *, most: int = 1_000) -> int:
        """How many there are; counting ends at ``most``."""
        return self._store.count_register(which, self._clock(), most=most)

    def listed(self, row: RegisterRow) -> Listed:
        """The row in words."""
        case = row.case
        directive = self._office.directive(case)
        lines = rows_of(case.facts, directive)
        # The total of one line of several is not that of the whole.
        first = [c for c in lines[0].cells if len(lines) == 1 or c.name != roles(directive).total] if lines else []
        facts = {f.name: f for f in (*first, *case.facts)}
        cells = {spec.name: words_of(facts[spec.name], spec) for spec in columns(directive) if spec.name in facts}
        to_come = pending.name if (pending := open_total(case, directive)) is not None else ""
        alerts = tuple(raised.alert for raised in row.alerts)
        status = directive.status(case.standing)
        rows: tuple[Mapping[str, Localized], ...] = ()
        if len(lines) > 1:
            rows = tuple({c.name: words_of(c, directive.fact(c.name)) for c in line.cells} for line in lines)
        return Listed(case, directive, status, cells, row.sure, max(1, len(lines)), row.person, alerts, rows, to_come)

    def alert_counts(self) -> dict[str, int]:
        """How many requests each alert holds for now, by its name."""
        return self._store.alert_counts(self._clock(), list(self.alerts()))

    # ------------------------------------------------------------------ one of them

    def find_id(self, name: str) -> str:
        """The id of the request of that id or reference, '' when there is none or its directive keeps no register."""
        case_id = name if len(name) == 32 else self._cases.by_ref(name)
        case = self._cases.case(case_id)
        return case_id if case is not None and self._office.directive(case).register else ""

    def whole(self, case_id: str) -> Whole | None:
        """One request with everything about it, None when there is no such one in a register."""
        view = self._cases.view(case_id)
        if view is None:
            return None
        case, directive = view.case, self._office.directive(view.case)
        if not directive.register:
            return None
        alerts = tuple(self._store.raised(case_id, self._clock()))
        fields, lines = fields_of(case, directive, {f.name: f.where for f in view.facts}, alerts)
        waiting = self._store.find_register(RegisterFilter(stages=JUDGED, order="oldest"), self._clock(), limit=2).rows
        after = next((row.case.id for row in waiting if row.case.id != case_id), "")
        return Whole(
            view, directive, directive.status(case.standing), fields, lines, alerts, confidence(case, directive),
            digest_of(case, directive), after, more=more_lines(case, directive, 1),
        )  # fmt: skip

    def lengthened(self, whole: Whole, lines: int) -> Whole:
        """The request with the empty fields of so many lines more."""
        return replace(whole, more=more_lines(whole.view.case, whole.directive, lines))

    def fields(self, view: CaseView) -> tuple[Field, ...]:
        """The facts of any case as fields, those of its lines after the others."""
        told = {f.name: f.where for f in view.facts}
        fields, lines = fields_of(view.case, self._office.directive(view.case), told, ())
        return (*fields, *(field for line in lines for field in line))

    # ------------------------------------------------------------------ figures

    def analysis(self, since: date, until: date) -> Analysis:
        """The requests opened on these days (both among them) of the business."""
        kept = self.directives()
        report = self._store.register_report(since, until, [d.name for d in kept])
        words = {stage: status for status in self.statuses() for stage in status.stages}

        def by_status(stages: Mapping[str, int]) -> dict[str, int]:
            sums: dict[str, int] = {}
            for stage, number in stages.items():
                word = words[stage].word if stage in words else stage
                sums[word] = sums.get(word, 0) + number
            return sums

        labels: dict[str, Localized] = {status.word: status.label or {"fr": status.word} for status in self.statuses()}
        stages = report.stages
        accepted = sum(stages.get(s, 0) for s in ("fulfilling", "done"))
        people = {c.person: self._store.contact(c.person) for c in report.clients}
        return Analysis(
            report=report,
            statuses=by_status(stages),
            labels=labels,
            stages={status.word: status.stages for status in self.statuses()},
            whats=self._asked(report.whats),
            clients=tuple((c.person, _name(people[c.person]), c.requests) for c in report.clients),
            rate=(accepted, accepted + stages.get("rejected", 0)),
            days=tuple((day.day, by_status(day.stages)) for day in report.days),
        )

    def _asked(self, whats: Sequence[WhatCount]) -> tuple[Asked, ...]:
        """Each thing once, with its quantities by unit."""
        named = dict(self.whats())
        counted = [spec for d in self.directives() if (spec := d.fact(roles(d).quantity)) is not None]
        most: dict[str, Decimal] = {}
        lines: dict[str, int] = {}
        for one in whats:
            most[one.unit] = max(most.get(one.unit, Decimal(0)), one.quantity)
            lines[one.unit] = lines.get(one.unit, 0) + one.requests
        main = max((unit for unit in lines if most[unit]), key=lambda unit: (lines[unit], unit), default="")
        times: dict[str, int] = {}
        for one in whats:
            times[one.what] = times.get(one.what, 0) + one.requests
        busiest = max(times.values(), default=1)
        found = []
        for what in dict.fromkeys(one.what for one in whats):
            mine = sorted((one for one in whats if one.what == what), key=lambda w: (-w.requests, w.unit))
            amounts = tuple((w.unit, w.quantity, _counted(w, counted)) for w in mine if w.quantity)
            # In the unit that most lines have; a thing that is never counted in it (boxes among pieces), by how often it is asked for.
            shared = next((w for w in mine if w.unit == main and most[main]), None)
            asked = sum(w.requests for w in mine)
            share = float(shared.quantity / most[main] * 100) if shared is not None else asked / busiest * 100
            found.append(Asked(named.get(what, {"fr": what}), asked, amounts, share))
        return tuple(sorted(found, key=lambda a: (-a.share, -a.times)))


def _counted(one: WhatCount, counted: Sequence[FactSpec]) -> Localized:
    """The quantity in words, the unit as the directive that has it calls it."""
    spec = next((spec for spec in counted if one.unit in spec.units), None)
    return {language: quantity_text(Quantity(one.quantity, one.unit), spec, language) for language in LANGUAGES}


def _name(row: ContactRow | None) -> str:
    return "" if row is None else row.party.name or row.party.email or row.party.phone
