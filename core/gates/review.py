"""``review``: an administrator judges: what the grid cannot price, or whether the facts are as the customer means them.

Options: ``when`` (a condition on the facts), ``by: admin``, ``then`` ("quote": the price he sets is offered to the customer;
"fulfil": it goes straight to fulfilment), ``judge`` ("facts": he says yes to the facts as they stand, whatever they cost), ``receipt``
(where facts are judged: the text that tells the customer, once, that his request is here and is being checked), ``remind``.
"""

from __future__ import annotations

from dataclasses import replace

from core.case import Shown, Stage
from core.directive import GateSpec
from core.gates.complete import HANDED
from core.quote import price
from core.rows import digest_of
from core.values import condition_values, said
from core.wording import inert
from core.work import Work


def check(work: Work, spec: GateSpec) -> Stage | None:
    """Pass when a person has set the price, or neither the condition nor the grid asks for one."""
    case = work.case
    if spec.judge == "facts":
        return _facts(work, spec)
    if case.approval is not None or case.price is not None or case.review == "passed":
        return None
    values = condition_values(case, work.directive)
    grid = work.directive.price_grid
    if spec.when is not None and spec.when(values):
        reason = f"à juger par une personne : {spec.when.source}"
    elif grid is not None and (offer := price(grid, values, work.today())).amount is None:
        reason = "la grille demande une personne : " + offer.label.get("fr", "")
    else:
        if case.review:
            work.change(review="")
        return None
    if case.review != "asked":
        work.because("review", reason)
        ask(work, spec)
    return "waiting_review"


def show(work: Work, reasons: list[str]) -> None:
    """Send the notice with the facts as they are and all there is to check: from now on a yes to it is one to them."""
    key = work.tell_admin("admin_review", message=said(work.case), reasons=reasons)
    work.change(shown=(*work.case.shown, Shown(key, digest_of(work.case, work.directive), work.context.now)))


def _facts(work: Work, spec: GateSpec) -> Stage | None:
    """Pass with a yes to the facts as they are; show them again, to be judged anew, whenever they have changed."""
    case = work.case
    mark = digest_of(case, work.directive)
    if case.judged is not None and case.judged.outcome == "validated" and case.judged.digest == mark:
        return None
    if spec.when is not None and not spec.when(condition_values(case, work.directive)):
        return None
    if not case.shown or case.shown[-1].digest != mark:
        shown_before = bool(case.shown)
        if not shown_before:
            work.because("review", "une personne doit vérifier les champs")
        elif not any(reason.rule in ("beside", *SINCE) for reason in work.reasons):
            work.because("review", "les champs ont changé : à revoir")
        show(work, again(work))
        work.change(review="asked")
        work.wait((f"review.remind.{n}", delay) for n, delay in enumerate(spec.remind))
        # Whom we waited for in vain needs no word that we have heard him.
        if spec.receipt and not shown_before and case.thread.to and not case.counts.get(HANDED) and work.count(RECEIPT) == 1:
            work.because("receipt", "le client apprend que sa demande est bien là et attend une vérification")
            work.tell_customer(spec.receipt, "outcome")
    return "waiting_review"


#: How often the customer was told that his request, or something of it, is here.
RECEIPT = "receipt"
#: Why a notice is shown again: what is told first in it.
AGAIN = frozenset({"correct", "total", "arisen", "old-facts"})
#: What the person wrote since and what it changed: told first in a notice, unless it is the first one.
SINCE = frozenset({"further", "changed", "unsettled", "added", "beside", "separate", "not-verified"})


def again(work: Work) -> list[str]:
    """Why the facts are shown once more, in sentences: a yes that did not count, a correction. [] the first time."""
    told = AGAIN | SINCE if work.case.shown else AGAIN
    return list(dict.fromkeys(inert(reason.text) for reason in work.reasons if reason.rule in told))


def ask(work: Work, spec: GateSpec) -> None:
    """Send the administrator everything needed to judge, once, and start the clock for reminders."""
    quote = work.case.quote
    if quote is not None and quote.status == "open":
        work.because("void", f"le devis n° {quote.number} ne tient plus : une personne doit revoir le prix")
        work.change(quote=replace(quote, status="void"), approval=None)
    work.tell_admin("admin_review", message=said(work.case))
    work.change(review="asked")
    work.wait((f"review.remind.{n}", delay) for n, delay in enumerate(spec.remind))


def late(work: Work, spec: GateSpec, what: str) -> None:
    """Remind the administrator."""
    del spec
    if work.case.stage == "waiting_review" and what.startswith("review.remind"):
        work.because("remind", "toujours sans avis : relance de l'administrateur")
        work.tell_admin("admin_reminder", message=said(work.case))
