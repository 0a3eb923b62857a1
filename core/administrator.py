"""The administrator's answers by reply (the table in docs/approvals.md): he prices, validates, refuses, or is asked again."""

from __future__ import annotations

from decimal import Decimal

from core.approving import approved, final
from core.case import UNDECIDED, Shown
from core.decided import decision, tell_decided
from core.events import WAITING, MessageRead
from core.gates import walk
from core.joining import words
from core.judging import TO_LIST, answers_list, by_reply, judges, reject
from core.wording import inert
from core.work import Work

#: What a list says of which everything was decided meanwhile.
NOTHING = "(plus rien n'attend votre avis)"


def admin(work: Work, event: MessageRead) -> None:
    """An administrator writes about the case."""
    verdict = event.reading.verdict
    answer = verdict.answer if verdict is not None else "unclear"
    who, stage = event.message.sender.email, work.case.stage
    work.note(words(event))
    waiting = [inert(line) for line in event.hints.get(WAITING, "").splitlines()]
    if why := event.hints.get("ambiguous"):
        work.because("ambiguous", why)
        key = work.tell_admin("admin_unclear", message=words(event), reasons=[inert(why)], waiting=waiting or [NOTHING])
        _list_sent(work, key)
        return
    if answers_list(work.case, event):
        work.because("old-facts", TO_LIST)
        key = work.tell_admin("admin_unclear", message=words(event), reasons=[inert(TO_LIST)], waiting=waiting or [NOTHING])
        _list_sent(work, key)
        return
    if stage not in UNDECIDED:
        if decision(work.case, work.directive):
            work.because("admin-late", "la demande est déjà décidée : le message de l'administrateur est noté")
        tell_decided(work, event)
        return
    if not event.authorised:
        work.because("not-verified", "l'administrateur n'a pas pu être vérifié : rien n'est décidé")
        # The same reply would fail in the same way: the text leads to the desk instead.
        work.tell_admin("admin_unclear", message=words(event), unverified=event.message.authentication.reason or "?")
    elif judges(work.directive):
        by_reply(work, event)
    elif answer == "refuse":
        reject(work, "admin", who, verdict.note if verdict is not None else "")
    elif answer != "approve" or verdict is None:
        work.because("unclear", "la réponse de l'administrateur n'est pas nette : elle lui est redemandée")
        work.tell_admin("admin_unclear", message=words(event))
    elif stage == "waiting_approval" and work.case.quote is not None:
        if verdict.amount is None or verdict.amount == work.case.quote.amount:
            approved(work, event, "admin", work.case.quote.amount, verdict.evidence)
        else:
            work.because("reprice", f"l'administrateur fixe un autre prix : {verdict.amount.normalize():f}")
            work.change(price=verdict.amount)
        walk(work)
    elif verdict.amount is None:
        work.because("no-amount", "oui, mais sans montant : il est demandé à l'administrateur")
        work.tell_admin("admin_amount", message=words(event))
    else:
        _set_price(work, event, verdict.amount, verdict.evidence)
        walk(work)


def _list_sent(work: Work, key: str) -> None:
    """A yes to this letter is one to nothing: it has shown no fields."""
    if key:
        work.change(shown=(*work.case.shown, Shown(key, "", work.context.now)))


def _set_price(work: Work, event: MessageRead, amount: Decimal, evidence: str) -> None:
    """The administrator judged: his price is quoted to the customer, or is final where the directive says so."""
    work.because("price", f"prix fixé par l'administrateur : {amount.normalize():f}")
    work.change(price=amount, review="passed")
    gate = work.directive.gate("review")
    if gate is not None and gate.then == "fulfil" and work.case.stage == "waiting_review":
        final(work, "admin", event.message.sender.email, "reply", amount, evidence, event.message.id)
