"""A yes takes effect: to the open offer, or at an amount that whoever may judge has set."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Literal

from core.events import MessageRead
from core.joining import proven
from core.quote import Approval, Quote, digest
from core.work import Work


def approved(work: Work, event: MessageRead, by: Literal["customer", "admin"], amount: Decimal, evidence: str) -> None:
    """A yes to the open offer."""
    quote = work.case.quote
    assert quote is not None
    who = event.message.sender.email
    if by == "customer":
        proven(work, event)
    work.because("approve", f"accord de {who} sur {amount.normalize():f} {quote.unit} : « {evidence} »")
    work.change(approval=Approval(by, who, "reply", amount, quote.digest, work.context.now, evidence, event.message.id))


def final(
    work: Work,
    by: Literal["admin", "operator"],
    who: str,
    how: Literal["reply", "link", "webhook", "desk", "command"],
    amount: Decimal,
    evidence: str,
    message_id: str = "",
) -> None:
    """Validation at that amount, at once: whatever was offered before is void unless it says the same."""
    case = work.case
    approve = work.directive.gate("approve")
    grid = approve.quote if approve is not None else ""
    unit = work.directive.grids[grid].unit["fr"][1] if grid in work.directive.grids else ""
    quote = case.quote
    if quote is None or quote.amount != amount or quote.status != "open":
        past = (*case.quotes, replace(quote, status="void")) if quote is not None else case.quotes
        number = len(past) + 1
        mark = digest(case.id, number, amount, unit, grid)
        label = {"fr": "prix fixé par notre équipe", "en": "price set by our team"}
        quote = Quote(number, amount, unit, label, grid, None, "admin", work.context.now, mark)
        work.change(quotes=past)
    approval = Approval(by, who, how, amount, quote.digest, work.context.now, evidence, message_id, final=True)
    work.change(quote=replace(quote, status="approved"), price=amount, approval=approval)
