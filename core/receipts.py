"""What a customer is told of the messages that he writes about a request that waits to be judged: they are here, and where they went."""

from __future__ import annotations

from core.adding import Addition
from core.case import ENDED
from core.events import AGREES, UNTIED, YES, MessageRead
from core.gates import walk
from core.gates.review import RECEIPT
from core.joining import only_thanks, words
from core.wording import row_text
from core.work import Work

#: How often a customer is told at most that something of one request is here: a robot may be what answers.
MOST_RECEIPTS = 6


def received(work: Work, event: MessageRead, added: Addition | None) -> None:
    """Tell the customer that what he adds is here, and whatever else he writes about a request that waits."""
    spec = work.directive.gate("review")
    rows = added.rows if added is not None else ()
    if (
        not rows
        and UNTIED not in event.hints
        and (AGREES in event.hints or not event.message.text.strip() or only_thanks(event))
    ):
        return
    if spec is None or not spec.receipt or not work.case.thread.to or work.count(RECEIPT) > MOST_RECEIPTS:
        return
    work.because("receipt", "le client apprend que son message est arrivé et à quelle demande il va")
    lines = [row_text(row, work.directive, work.told_in(spec.receipt)) for row in rows]
    work.tell_customer(spec.receipt, "outcome", added=lines, message="" if lines else words(event))


def noted(work: Work, event: MessageRead) -> None:
    """Tell the customer that what he writes of a request that has ended is here and a person reads it: it changes nothing by itself.
    A yes to what was refused or taken back is no mere « ok »: he may think that it is on again."""
    spec = work.directive.gate("review")
    if (
        spec is None
        or not spec.receipt
        or not work.case.thread.to
        or (work.case.judged is None and work.case.stage not in ENDED)
    ):
        return
    agrees = AGREES in event.hints and not (work.case.stage in ENDED and event.hints[AGREES] == YES)
    if agrees or not event.message.text.strip() or work.count(RECEIPT) > MOST_RECEIPTS:
        return
    work.because("receipt", "le client apprend que son message est arrivé et qu'une personne le lit")
    work.tell_customer(spec.receipt, "outcome", message=words(event))


def arrived(work: Work, event: MessageRead) -> None:
    """The customer asks whether his request has arrived: he is told so once, with what it waits for. Nothing of it changes."""
    work.because("arrived", "le client demande si sa demande est bien arrivée : elle ne change pas")
    work.note(words(event))
    spec, stage = work.directive.gate("review"), work.case.stage
    if work.count("arrived") > 1 or not work.case.thread.to:
        work.tell_admin("admin_question", message=words(event))
    elif stage == "waiting_info":
        work.change(asked=())  # what it waits for is his answer
        walk(work)
    elif spec is not None and spec.receipt:
        work.count(RECEIPT)
        work.tell_customer(spec.receipt, "outcome")
    else:
        work.tell_admin("admin_question", message=words(event))
