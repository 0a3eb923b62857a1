"""``approve``: the customer (or an administrator for him) says yes to exactly the price that was offered.

Options: ``quote`` (the grid), ``by: customer``, ``remind``, ``expire``.
An approval holds for the digest of one offer. When the price changes, that offer is void and so is any yes to it.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from core.case import Stage
from core.directive import GateSpec, Grid
from core.gates import review
from core.quote import Quote, digest, price
from core.values import condition_values
from core.work import Work

#: Whom so many requests wait for already gets no offer by itself: he may be a robot that answers us.
CROWD = 20


def check(work: Work, spec: GateSpec) -> Stage | None:
    """Pass with a yes to the offer as it stands; else make the offer if there is none at this price, and wait."""
    case = work.case
    if case.approval is not None and case.approval.final:
        return None
    grid = work.directive.grids[spec.quote]
    amount, offer = _price(work, grid)
    if amount is None:
        if case.review != "asked":
            work.because("review", "la grille ne donne pas de prix : une personne doit le fixer")
            review.ask(work, work.directive.gate("review") or spec)
        return "waiting_review"
    if work.new and work.context.waiting >= CROWD:
        work.because("crowd", f"déjà {work.context.waiting} demandes attendent ce correspondant : une personne doit regarder")
        review.ask(work, work.directive.gate("review") or spec)
        return "waiting_review"
    quote = case.quote
    if quote is None or quote.status in ("void", "expired") or quote.amount != amount:
        _offer(work, spec, offer, amount)
        return "waiting_approval"
    if case.approval is not None and case.approval.digest == quote.digest:
        work.change(quote=replace(quote, status="approved"))
        return None
    return "waiting_approval"


def _price(work: Work, grid: Grid) -> tuple[Decimal | None, Quote]:
    """(amount, an unsent offer at it). A price set by a person stands above the grid; an open offer keeps its day's grid."""
    case = work.case
    day = work.today()
    if case.quote is not None and case.quote.set_by == "grid" and case.quote.grid_since is not None:
        kept = price(grid, condition_values(case, work.directive), case.quote.grid_since)
        if kept.amount == case.quote.amount:
            day = case.quote.grid_since
    found = price(grid, condition_values(case, work.directive), day)
    amount = case.price if case.price is not None else found.amount
    by_hand = case.price is not None
    unit = grid.unit["fr"][1]
    number = len(case.quotes) + 1 + (case.quote is not None)
    offer = Quote(
        number=number,
        amount=amount or Decimal(0),
        unit=unit,
        label={"fr": "prix fixé par notre équipe", "en": "price set by our team"} if by_hand else found.label,
        grid=grid.name,
        grid_since=found.since,
        set_by="admin" if by_hand else "grid",
        made_at=work.context.now,
        digest=digest(case.id, number, amount or Decimal(0), unit, grid.name),
    )
    return amount, offer


def _offer(work: Work, spec: GateSpec, offer: Quote, amount: Decimal) -> None:
    """Void what was offered before and send this offer."""
    case = work.case
    again = case.quote is not None
    past = case.quotes
    if case.quote is not None:
        past = (*past, replace(case.quote, status="void"))
        work.because("void", f"le devis n° {case.quote.number} est remplacé : une réponse à celui-ci ne vaut plus")
    if case.approval is not None:
        work.because("approval-void", "l'accord donné portait sur un autre prix : il ne vaut plus")
    work.change(quote=offer, quotes=past, approval=None)
    work.reset("unclear")
    work.because("quote", f"devis : {amount.normalize():f} {offer.unit} ({offer.label.get('fr', '')})")
    key = work.tell_customer("requote" if again else "quote", "quote")
    work.change(quote=replace(offer, key=key))
    deadlines = [(f"approve.remind.{n}", delay) for n, delay in enumerate(spec.remind)]
    if spec.close is not None:
        deadlines.append(("approve.expire", spec.close))
    work.wait(deadlines)


def late(work: Work, spec: GateSpec, what: str) -> None:
    """A reminder of the open offer, or its end."""
    del spec
    case = work.case
    if case.stage != "waiting_approval" or case.quote is None:
        return
    if what.startswith("approve.remind"):
        work.because("remind", "devis sans réponse : relance")
        work.tell_customer("reminder_quote", "quote")
    elif what == "approve.expire":
        work.because("expire", "devis sans réponse jusqu'au bout du délai : il expire")
        work.change(quote=replace(case.quote, status="expired"))
        work.tell_customer("expired_quote", "outcome")
        work.stage("expired")
