"""Cases as people see them: the list, and one case with all that belongs to it, put together from what the store holds."""

from __future__ import annotations

from collections.abc import Sequence

from core.case import Beside, Case
from core.gates.fulfil import ANSWERED, awaited, untreated
from core.rows import addressed, digest_of
from core.views import CaseFilter, CaseRow, DeskStore, Page
from engine.case_actions import Waits, actions_of, apart, asked_of, waits_of
from engine.case_view import CaseView, called, effect_view, fact_views, file_views, line_of, quote_views
from engine.conversation import conversation_of
from engine.office import Office
from engine.shown_papers import papers_of

#: Most rows of a page of a list.
MOST = 200


class Cases:
    """What the desk shows of cases. Every call blocks and is safe from any thread."""

    def __init__(self, store: DeskStore, office: Office) -> None:
        self._store, self._office = store, office

    def find(self, which: CaseFilter, *, limit: int = 50, after: str = "") -> Page[CaseRow]:
        """A page of the list. Raises ValueError when ``after`` is not what a page before gave."""
        return self._store.find_cases(which, limit=max(1, min(limit, MOST)), after=after)

    def count(self, which: CaseFilter, *, most: int = 1_000) -> int:
        """How many there are; counting ends at ``most``."""
        return self._store.count_cases(which, most=most)

    def waits(self, row: CaseRow) -> Waits:
        """What a case of a list waits for."""
        directive = self._office.business(row.business).directive(row.directive) if row.stage == "fulfilling" else None
        return waits_of(row.stage, row.due, treated=directive is not None and awaited(directive))

    def case(self, case_id: str) -> Case | None:
        """The bare case, None when there is no such one."""
        return self._store.cases([case_id]).get(case_id) if case_id else None

    def refs(self, case_ids: Sequence[str]) -> dict[str, str]:
        """The references of these cases, by id; unknown ones are left out."""
        return {case.id: case.ref for case in self._store.cases(list(dict.fromkeys(case_ids))).values()} if case_ids else {}

    def by_ref(self, ref: str) -> str:
        """The id of the case with that reference, '' when there is none."""
        return self._store.find([ref.strip().lstrip("#").upper()], [], []).by_ref.get(ref.strip().lstrip("#").upper(), "")

    def _still_open(self, beside: Sequence[Beside]) -> tuple[Beside, ...]:
        cases = self._store.cases([one.case_id for one in beside]) if beside else {}
        return tuple(one for one in beside if (case := cases.get(one.case_id)) is not None and (case.open or one.decided))

    def view(self, case_id: str) -> CaseView | None:
        """The case with everything about it, None when there is no such one."""
        case = self.case(case_id)
        rows = self._store.case_rows([case_id]) if case is not None else []
        if case is None or not rows:
            return None
        directive = self._office.directive(case)
        effects = self._store.outbox(case_id)
        receipts = {d.key: d.receipt for d in self._store.deliveries(case_id) if d.receipt is not None}
        history = self._store.history(case_id)
        said = self._store.said(case_id)
        due = tuple(self._store.case_deadlines([case_id]).get(case_id, ()))
        views = tuple(effect_view(row, receipts) for row in effects)
        gates = directive.gates
        return CaseView(
            case=case,
            row=rows[0],
            directive=directive.name,
            status=directive.ticket.status.get(case.stage, ""),
            gate=gates[case.gate].gate if case.gate < len(gates) else "",
            current=self._office.business(case.business).revision == case.revision,
            conversation=conversation_of(case, directive, said, effects, history),
            facts=fact_views(case, directive, said),
            quotes=quote_views(case, directive, effects),
            files=file_views(case, effects, receipts),
            effects=views,
            timeline=tuple(line_of(seq, entry) for seq, entry in history),
            deadlines=due,
            waits=waits_of(
                case.stage,
                due[0] if due else None,
                asked_of(case, directive),
                treated=untreated(case, directive),
                answered=bool(case.counts.get(ANSWERED)),
            ),
            awaited=awaited(directive),
            actions=actions_of(
                case, directive, [d.name for d in self._office.business(case.business).directives], apart(said, history)
            ),
            beside=self._still_open(case.beside),
            digest=digest_of(case, directive),
            papers=papers_of(case, [d for one in said for d in one.message.documents], directive),
            names={address: called(directive, case, address) for address, _ in addressed(case.facts, directive)},
        )
