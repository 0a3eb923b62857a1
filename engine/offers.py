"""What the link in a quote leads to: the offer as it stands now, and the customer's yes or no to it, handed to the clerk once.

Looking changes nothing. A decision is an act with the offer's digest, kept before it is answered; the clerk decides by
core.answers.by_link, and whoever looks afterwards sees what was decided, also from another browser.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from core import codec
from core.case import Case
from core.events import OperatorActed
from core.ports import PendingEvent, Store
from core.quote import Approval, Quote
from core.text_values import text_values
from engine.case_labels import LANGUAGES
from engine.office import APPROVE_TOKEN, Office

#: open      can be answered                          replaced  another offer took its place
#: recorded  answered a moment ago, being worked on   expired   its time is over
#: approved  somebody said yes                        over      it is not open now, for another reason
#: refused   somebody said no
State = Literal["open", "recorded", "approved", "refused", "replaced", "expired", "over"]
Decision = Literal["approve", "refuse"]


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer that somebody has a link to. ``to`` is whom it was sent to; ``decision`` what is recorded, '' for nothing.

    ``values`` are those that texts may use (core.texts), by language. ``zone`` is the business's.
    """

    state: State
    case: Case
    quote: Quote
    to: str
    values: Mapping[str, Mapping[str, Any]]
    zone: str
    decision: Decision | Literal[""] = ""
    approval: Approval | None = None


class Offers:
    """The offers of one installation. Blocks; safe from any thread."""

    def __init__(self, store: Store, office: Office, *, clock: Callable[[], datetime], wake: Callable[[str], None]) -> None:
        self._store, self._office, self._clock, self._wake = store, office, clock, wake

    def look(self, token: str) -> Offer | None:
        """The offer that the link leads to; None when the link is not one of ours, cut, or of another recipient."""
        parts = APPROVE_TOKEN.fullmatch(token)
        case = self._store.cases([parts["case"]]).get(parts["case"]) if parts is not None else None
        if parts is None or case is None:
            return None
        offers = [*case.quotes, *([case.quote] if case.quote is not None else [])]
        quote = next((q for q in offers if q.number == int(parts["number"])), None)
        people = (case.thread.to, case.party.email, case.party.phone, *case.people)
        to = self._office.approves(token, quote.digest, [p for p in dict.fromkeys(people) if p]) if quote is not None else ""
        if quote is None or not to:
            return None
        state, decision = self._state(case, quote)
        directive = self._office.directive(case)
        # Facts and files may have come after this offer, which was not made for them: its price and the reason of it say enough.
        shown = replace(case, quote=quote, quotes=(), approval=None, facts=(), files=())
        values = {
            language: text_values(
                shown,
                directive,
                language=language,
                now=self._clock(),
                business=self._office.business(directive.business).label,
                reference=case.ref,
                case_url="",
                extra={},
            )
            for language in LANGUAGES
        }
        approval = case.approval if state == "approved" else None
        return Offer(state, case, quote, to, values, directive.zone, decision, approval)

    def _state(self, case: Case, quote: Quote) -> tuple[State, Decision | Literal[""]]:
        if case.quote is None or case.quote.number != quote.number or quote.status == "void":
            return "replaced", ""
        if quote.status == "approved":
            return "approved", "approve"
        if quote.status == "refused":
            return "refused", "refuse"
        for act in self._store.waiting_acts(case.id):
            event = codec.load(OperatorActed, act.body)
            if event.how == "link" and event.digest == quote.digest:
                return "recorded", "approve" if event.action == "approve" else "refuse"
        approve = self._office.directive(case).gate("approve")
        late = approve is not None and approve.close is not None and self._clock() >= quote.made_at + approve.close
        if quote.status == "expired" or (late and quote.status == "open"):
            return "expired", ""
        return ("open" if case.stage == "waiting_approval" else "over"), ""

    def decide(self, token: str, decision: Decision, place: str) -> Offer | None:
        """Keep the decision if the offer can be answered, then wake the clerk; the offer as it stands after that.

        ``place`` says from where, as it may be kept. Raises PortError or UserError when it could not be kept.
        """
        offer = self.look(token)
        if offer is None or offer.state != "open":
            return offer
        now, case, quote = self._clock(), offer.case, offer.quote
        # One answer to one state of the case: of two at the same moment the first counts, whatever it says.
        event_id = f"link:{case.id}:{quote.number}:{case.version}"
        event = OperatorActed(event_id, now, decision, offer.to, "link", digest=quote.digest, evidence=place)
        self._store.add_event(PendingEvent(event_id, case.id, "operator", codec.dump(event).decode(), now))
        self._wake("clerk")
        return self.look(token)
