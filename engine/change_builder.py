"""What a decision becomes: one commit of the new case with its journal, effects, deadlines and the register's lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from core.case import Case
from core.decide import Decision, decide
from core.directive import Directive
from core.events import Event, OperatorActed
from core.lessons import lessons
from core.ports import Change, JournalEntry
from core.register import Entry, entry_of
from core.work import Context
from engine.office import Office
from engine.overlay import Overlay
from engine.thread_ids import offer_id


class ChangeBuilder:
    """Gives a decision its context, and makes a commit of it."""

    def __init__(self, office: Office, *, clock: Callable[[], datetime]) -> None:
        self._office, self._clock = office, clock

    def apply(self, case: Case, event: Event, overlay: Overlay, *, kind: str, cause: dict[str, Any]) -> Change:
        """What an event that is no message makes of its case; the rest of the batch sees it."""
        directive = self._office.directive(case)
        if isinstance(event, OperatorActed) and event.action == "reassign":
            directive = self._office.business(case.business).directive(event.note.strip()) or directive
        context = replace(self.context(directive, self._clock(), ("", "")), current=self._office.directive(case))
        if directive.alerts:
            context = replace(context, past=overlay.past(addresses(case), case.business, directive.name))
        decision = decide(case, event, directive, context)
        change = self.change(case, decision, cause=cause, kind=kind, text="", past=context.past)
        change = replace(change, lessons=lessons(case, decision.case, event))
        overlay.keep(change)
        return change

    def context(
        self, directive: Directive, now: datetime, new_id: tuple[str, str], *, noticed: bool = False, waiting: int = 0
    ) -> Context:
        """What a decision by this directive may know of the house."""
        office = self._office
        label = office.business(directive.business).label
        return Context(
            now,
            label,
            office.admin_email,
            office.reference,
            office.case_url,
            noticed,
            new_id,
            waiting,
            approve_url=office.approve_url,
            admin_phone=office.admin_phone if office.phones_admin else "",
        )

    def change(
        self,
        before: Case | None,
        decision: Decision,
        *,
        cause: dict[str, Any],
        kind: str,
        text: str,
        thread_ids: Sequence[str] = (),
        past: Sequence[Case] = (),
    ) -> Change:
        """The decision as one commit. A decision that changes nothing (an event told twice) only consumes its cause."""
        case = decision.case
        unchanged = before is not None and case.version == before.version
        ours = [self._office.message_id(e.key, case.ref) for e in decision.effects if e.kind == "message.send"]
        if case.quote is not None and (before is None or before.quote is None or before.quote.digest != case.quote.digest):
            ours.append(offer_id(case.quote.digest))
        data = {
            **cause,
            "version": case.version,
            "stage": case.stage,
            "gate": case.gate,
            "effects": [f"{e.key} {e.kind}" for e in decision.effects],
            "deadlines": [f"{name} {due.isoformat()}" for name, due in decision.deadlines or ()],
            "rules": [r.rule for r in decision.reasons],
        }
        prose = "\n".join(filter(None, [text, *(r.text for r in decision.reasons)]))
        entry = JournalEntry(self._clock(), case.id, kind, data, prose)
        return Change(
            case=None if unchanged else case,
            expected_version=before.version if before else 0,
            effects=decision.effects,
            deadlines=decision.deadlines,
            thread_ids=tuple(dict.fromkeys(i for i in (*thread_ids, *ours) if i)),
            journal=(entry,),
            notice_to=decision.notice_to,
            drops=decision.drops,
            entry=self._entry(case, unchanged, past),
        )

    def _entry(self, case: Case, unchanged: bool, past: Sequence[Case]) -> Entry | None:
        """What the register of the case's directive is to hold of it, None where it keeps none."""
        directive = self._office.directive(case)
        if unchanged or not directive.register:
            return None
        return entry_of(case, directive, past, self._clock())


def addresses(case: Case) -> list[str]:
    """Every address by which its people are known."""
    return [a for a in dict.fromkeys((case.party.email, case.party.phone, *case.people)) if a]
