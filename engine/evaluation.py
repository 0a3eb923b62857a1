"""How well directives read what people have labelled (core.lessons): classification and each fact, with the number of examples.

By the rules alone, from the messages as they came. What was inherited from an earlier case stands in no message and is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from core.adding import taken
from core.directive import Business, Directive, Localized
from core.events import ADDS, AMENDS
from core.judging import judges
from core.lessons import KIND, Lesson
from core.reading import Fact, FactValue, Reading, Row, Rows
from core.rows import derived
from core.views import DeskStore, Said
from core.wording import fact_text
from engine.fields import label_of
from engine.pipeline import understand_best
from engine.said import said_hints
from processors.analyze import understand


@dataclass(frozen=True, slots=True)
class Labelled:
    """A case's labels, and what its customer had said when they were given, oldest first. ``ref`` is what people call the case."""

    lessons: tuple[Lesson, ...]
    said: tuple[Said, ...]
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Miss:
    """A label that was read otherwise; both values in French words, '' for nothing.

    Of lines, one for each cell that differs: ``line`` counts from 1, 0 for what is of the whole; ``name`` is then the cell's.
    ``label`` is what people call the field, ``ref`` the case.
    """

    case_id: str
    directive: str
    name: str
    wanted: str
    found: str
    line: int = 0
    label: Localized = field(default_factory=dict)
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """One field of one directive (KIND for the classification): ``right`` of ``n`` labels, so many of them ``corrected``. ``label`` is
    what people call it."""

    directive: str
    name: str
    n: int
    right: int
    corrected: int
    label: Localized = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """``scores`` in the order of the directives, the classification first; ``inherited`` labels were left out."""

    cases: int
    scores: tuple[Score, ...]
    misses: tuple[Miss, ...]
    inherited: int = 0
    lost: int = 0

    @property
    def n(self) -> int:
        """Labels that were measured."""
        return sum(s.n for s in self.scores)

    @property
    def right(self) -> int:
        """Labels that were read as people say."""
        return sum(s.right for s in self.scores)

    def score(self, directive: str, name: str) -> Score:
        """That field's, of no label where there is none."""
        return next((s for s in self.scores if (s.directive, s.name) == (directive, name)), Score(directive, name, 0, 0, 0))


def labelled(store: DeskStore, business: str = "", *, limit: int = 10_000) -> list[Labelled]:
    """What people have labelled, by case, the newest first."""
    by_case: dict[str, list[Lesson]] = {}
    for lesson in store.lessons(business, limit=limit):
        by_case.setdefault(lesson.case_id, []).append(lesson)
    found = []
    cases = store.cases(list(by_case))
    for case_id, told in by_case.items():
        last = max(lesson.at for lesson in told)
        # What he said after the last label was no part of what was judged.
        known = {
            entry.data["message"]
            for _, entry in store.history(case_id)
            if "message" in entry.data and entry.data.get("from", "customer") == "customer" and entry.at <= last
        }
        said = [s for s in store.said(case_id) if s.message.automatic is None and s.inbox_id in known]
        found.append(Labelled(tuple(told), tuple(said), cases[case_id].ref if case_id in cases else ""))
    return found


def evaluate(examples: Iterable[Labelled], businesses: Sequence[Business]) -> Evaluation:
    """Every example through these directives."""
    tally: dict[tuple[str, str], _Tally] = {}
    misses: list[Miss] = []
    cases = inherited = lost = 0
    by_name = {b.name: b for b in businesses}
    for example in examples:
        kept = [lesson for lesson in example.lessons if not lesson.inherited]
        inherited += len(example.lessons) - len(kept)
        business = by_name.get(example.lessons[0].business)
        if not example.said or business is None:
            lost += len(kept)  # erased since, or of a business that is not among these
            continue
        cases += 1
        read = _Once(example, business, businesses)
        for lesson in kept:
            one = tally.setdefault((lesson.directive, lesson.name), _Tally())
            one.n += 1
            one.corrected += lesson.how == "corrected"
            found = read.value(lesson)
            if _same(lesson.value, found):
                one.right += 1
            else:
                misses += _misses(lesson, found, read.directive(lesson), example.ref)
    order = [d for b in businesses for d in b.directives]
    return Evaluation(cases, tuple(_sorted(tally, order)), tuple(misses), inherited, lost)


@dataclass(slots=True)
class _Tally:
    n: int = 0
    right: int = 0
    corrected: int = 0


@dataclass(slots=True)
class _Once:
    """An example read by these directives, each part when it is first asked for."""

    example: Labelled
    business: Business
    businesses: Sequence[Business]
    kind: str | None = None
    facts: dict[str, tuple[Fact, ...]] = field(default_factory=dict)

    def directive(self, lesson: Lesson) -> Directive | None:
        return self.business.directive(lesson.directive)

    def value(self, lesson: Lesson) -> FactValue | None:
        if lesson.name == KIND:
            if self.kind is None:
                first = self.example.said[0]
                reading = understand_best(first.message, self.businesses, now=first.at)
                self.kind = reading.directive if reading.business == self.business.name else ""
            return self.kind
        directive = self.directive(lesson)
        if directive is None:
            return None
        if directive.name not in self.facts:
            facts: tuple[Fact, ...] = ()
            for one in self.example.said:
                reading = understand(one.message, self.business, now=one.at, only=directive.name)
                facts = self._with(facts, one, reading, directive)
            self.facts[directive.name] = derived(facts, directive)
        return next((f.value for f in self.facts[directive.name] if f.name == lesson.name), None)

    def _with(self, facts: tuple[Fact, ...], one: Said, reading: Reading, directive: Directive) -> tuple[Fact, ...]:
        """The facts after a message, as a case has them: what adds adds, what changes changes."""
        if not facts:
            return reading.facts
        hints = said_hints(one.message.text, one.message.sender.name)
        amends = AMENDS in hints
        replaces = amends or reading.repeat is not None or not judges(directive)
        return taken(facts, reading.facts, directive, hints.get(ADDS, ""), amends=amends, replaces=replaces)[0]


def _same(wanted: FactValue | None, found: FactValue | None) -> bool:
    """Whether they say the same: of lines their values count, not who read them where."""
    if isinstance(wanted, Rows) and isinstance(found, Rows):
        return [_cells(row) for row in wanted.rows] == [_cells(row) for row in found.rows]
    if isinstance(wanted, str) and isinstance(found, str):
        return " ".join(wanted.split()).casefold() == " ".join(found.split()).casefold()
    return wanted == found


def _cells(row: Row | None) -> dict[str, FactValue]:
    return {f.name: f.value for f in row.cells} if row is not None else {}


def _misses(lesson: Lesson, found: FactValue | None, directive: Directive | None, ref: str) -> Iterator[Miss]:
    """In what a reading differs from a label: cell by cell where both are lines."""

    def miss(name: str, wanted: FactValue | None, read: FactValue | None, line: int = 0) -> Miss:
        spec = directive.fact(name) if directive is not None else None
        told = ["" if value is None else fact_text(value, spec, "fr") for value in (wanted, read)]
        return Miss(lesson.case_id, lesson.directive, name, told[0], told[1], line, _label(name, directive), ref)

    lines = [value.rows if isinstance(value, Rows) else () for value in (lesson.value, found)]
    if not any(lines):
        yield miss(lesson.name, lesson.value, found)
        return
    # Nothing in the place of lines is no line.
    for line, (wanted, read) in enumerate(zip_longest(*lines), 1):
        right, was = _cells(wanted), _cells(read)
        for name in dict.fromkeys((*right, *was)):
            if not _same(right.get(name), was.get(name)):
                yield miss(name, right.get(name), was.get(name), line)


def _sorted(tally: Mapping[tuple[str, str], _Tally], order: Sequence[Directive]) -> list[Score]:
    places = {d.name: n for n, d in enumerate(order)}
    facts = {(d.name, spec.name): n for d in order for n, spec in enumerate(d.facts)}
    key: Callable[[tuple[str, str]], tuple[int, bool, int, str]] = lambda k: (  # noqa: E731
        places.get(k[0], len(places)), k[1] != KIND, facts.get(k, len(facts)), k[1],
    )  # fmt: skip
    by_name = {d.name: d for d in order}
    return [
        Score(d, n, t.n, t.right, t.corrected, _label(n, by_name.get(d)))
        for (d, n), t in sorted(tally.items(), key=lambda item: key(item[0]))
    ]


def _label(name: str, directive: Directive | None) -> Localized:
    """What people call the field: the classification is the kind of request."""
    if name == KIND:
        return {"fr": "genre", "en": "kind"}
    spec = directive.fact(name) if directive is not None else None
    return label_of(spec) if spec is not None else {"fr": name, "en": name}


def as_json(before: Evaluation, after: Evaluation | None) -> dict[str, Any]:
    """For scripts: ``fields`` with n, right (before and after) each; ``wrong`` lists what is still read otherwise."""
    last = after or before
    return {
        "cases": before.cases,
        "labels": before.n,
        "right": before.right,
        **({"right_after": after.right} if after is not None else {}),
        "inherited": before.inherited,
        "lost": before.lost,
        "fields": [
            {
                "directive": score.directive, "field": score.name, "n": score.n, "corrected": score.corrected, "right": score.right,
                **({"right_after": after.score(score.directive, score.name).right} if after is not None else {}),
            }
            for score in before.scores
        ],
        "wrong": [
            {
                "case": m.case_id, "directive": m.directive, "field": m.name, "line": m.line, "wanted": m.wanted, "found": m.found,
            }
            for m in last.misses
        ],
    }  # fmt: skip
