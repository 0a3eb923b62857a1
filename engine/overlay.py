"""What the clerk sees while it decides a batch: the store as it was, and on top of it what the batch has already decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from core.alerts import MOST_PAST
from core.case import Case, Party
from core.ports import Change, Found, ReadRow, Store

Clues = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]


class Overlay:
    """Look-ups of one batch. ``prepare`` asks the store once for all of it; ``keep`` lays a decision on top."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._found = Found({}, {}, {})
        self._cases: dict[str, Case | None] = {}
        self._refs: dict[str, str] = {}
        self._threads: dict[str, str] = {}
        self._people: dict[str, list[str]] = {}
        self._noticed: set[str] = set()
        self._noticed_before: frozenset[str] = frozenset()
        self._parties: dict[str, Party] = {}

    def prepare(self, reads: Sequence[ReadRow], clues_of: Callable[[ReadRow], Clues], noticed_since: datetime) -> None:
        """Look up everything that these messages point at, in one query of each kind.

        Automatic notices count from ``noticed_since`` on.
        """
        if not reads:
            return
        refs: dict[str, None] = {}
        threads: dict[str, None] = {}
        people: dict[str, None] = {}
        for read in reads:
            one_refs, one_threads, one_people = clues_of(read)
            refs.update(dict.fromkeys(one_refs))
            threads.update(dict.fromkeys(one_threads))
            people.update(dict.fromkeys(one_people))
        self._found = self._store.find(list(refs), list(threads), list(people))
        self._parties = self._store.parties(list(people))
        self._noticed_before = self._store.noticed(list(people), noticed_since)
        ids = [*self._found.by_ref.values(), *self._found.by_thread.values()]
        ids += [i for found in self._found.by_person.values() for i in found]
        self.load(ids)

    def load(self, ids: Iterable[str]) -> None:
        """Fetch these cases, together, unless they are here."""
        wanted = [i for i in dict.fromkeys(ids) if i not in self._cases]
        if wanted:
            got = self._store.cases(wanted)
            self._cases.update({i: got.get(i) for i in wanted})

    def case(self, case_id: str) -> Case | None:
        """The case as the batch has it by now."""
        self.load([case_id])
        return self._cases[case_id]

    def by_ref(self, ref: str) -> str | None:
        """The case of that reference."""
        return self._refs.get(ref) or self._found.by_ref.get(ref)

    def by_thread(self, thread_id: str) -> str | None:
        """The case that knows that identity."""
        return self._found.by_thread.get(thread_id) or self._threads.get(thread_id)

    def by_person(self, person: str) -> tuple[str, ...]:
        """Open cases of that correspondent, newest first."""
        here = self._people.get(person.casefold(), [])
        known = self._found.by_person.get(person, ())
        return tuple(dict.fromkeys(i for i in (*reversed(here), *known) if (c := self.case(i)) is not None and c.open))

    def in_stage(self, stage: str, limit: int) -> list[Case]:
        """Some cases that stand there by now, the last changed first."""
        listed = [*self._cases, *(c.id for c in self._store.list_cases(stage=stage, limit=limit + len(self._cases)))]
        found = [c for i in dict.fromkeys(listed) if (c := self.case(i)) is not None and c.stage == stage]
        return sorted(found, key=lambda c: (c.updated_at, c.id), reverse=True)[:limit]

    def past(self, people: Sequence[str], business: str, directive: str) -> tuple[Case, ...]:
        """Validated requests of these people by that directive, the last validated first, as the batch has them by now."""
        wanted = frozenset(people)
        stored = {c.id: c for c in self._store.past_cases(sorted(wanted), business, directive, MOST_PAST)}
        here = {i: c for i, c in self._cases.items() if c is not None and wanted & {c.party.email, c.party.phone, *c.people}}
        both = [c for c in {**stored, **here}.values() if (c.business, c.directive) == (business, directive)]
        validated = [(c.judged.at, c.id, c) for c in both if c.judged is not None and c.judged.outcome == "validated"]
        return tuple(c for _, _, c in sorted(validated, key=lambda v: v[:2], reverse=True))

    def party(self, people: Sequence[str]) -> Party | None:
        """Who it is, as far as the store knows him."""
        return next((self._parties[p] for p in people if p in self._parties), None)

    def noticed(self, people: Sequence[str]) -> bool:
        """Whether one of them had an automatic notice lately, by the store or in this batch."""
        return any(p in self._noticed_before or p.casefold() in self._noticed for p in people)

    def keep(self, change: Change) -> None:
        """Let the rest of the batch see this decision."""
        if change.notice_to:
            self._noticed.add(change.notice_to.casefold())
        for thread_id in change.thread_ids if change.about else ():
            self._threads.setdefault(thread_id, change.about)
        case = change.case
        if case is None:
            return
        self._cases[case.id] = case
        self._refs[case.ref] = case.id
        for person in case.people:
            here = self._people.setdefault(person.casefold(), [])
            if case.id not in here:
                here.append(case.id)
