"""The heart: ``decide(case, event, directive, context) -> Decision``. Pure: no I/O, no clock, no random.

First the event is applied to the case (who wrote what in core.incoming, what a person did in core.operating, what happened outside
and which deadline passed here), then the gates are asked in order until one waits. Who may do what is the table in
docs/approvals.md, row by row in core.answers and core.administrator.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from core.case import UNDECIDED, Case, TaskState
from core.directive import Directive
from core.effects import Effect
from core.events import DeadlinePassed, EffectDone, EffectParked, Event, MessageRead, TaskMoved, WroteBeside
from core.gates import LATE, fulfil, walk
from core.gates.complete import HANDED
from core.incoming import joined, opened
from core.operating import operate
from core.reading import Reason
from core.work import Context, Work

#: How often an administrator is told of texts that never arrived, for one case.
MOST_TOLD = 3
#: How many other cases of the person are kept with one.
MOST_BESIDE = 20


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows from an event. ``deadlines`` None leaves those of the case; ``notice_to`` got an automatic notice."""

    case: Case
    effects: tuple[Effect, ...] = ()
    deadlines: tuple[tuple[str, datetime], ...] | None = None
    reasons: tuple[Reason, ...] = ()
    notice_to: str = ""
    drops: tuple[str, ...] = ()


def decide(case: Case | None, event: Event, directive: Directive, context: Context) -> Decision:
    """What follows from the event. ``case`` None opens one, which only a message that was read can do.

    An event whose id the case has seen changes nothing.
    """
    if case is None:
        if not isinstance(event, MessageRead):
            raise ValueError("only a message opens a case")
        work = opened(event, directive, context)
    else:
        if event.id in case.seen:
            return Decision(case, reasons=(Reason("seen", False, 0.0, "déjà pris en compte"),))
        if isinstance(event, TaskMoved) and case.task is not None and case.task.outdates(event.status, event.since):
            return Decision(case, reasons=(Reason("task", False, 0.0, f"la tâche : « {event.status} », déjà connu"),))
        grown = replace(case, version=case.version + 1, updated_at=context.now, seen=(*case.seen, event.id))
        work = Work(grown, directive, context, new=False)
        if isinstance(event, MessageRead):
            joined(work, event)
        elif isinstance(event, WroteBeside):
            _beside(work, event)
        elif isinstance(event, EffectDone):
            _done(work, event)
        elif isinstance(event, EffectParked):
            _parked(work, event)
        elif isinstance(event, DeadlinePassed):
            _late(work, event)
        elif isinstance(event, TaskMoved):
            _moved(work, event)
        else:
            operate(work, event)
    work.finish()
    effects = tuple(e for e in work.effects if e is not None)
    deadlines = None if work.deadlines is None else tuple(sorted(work.deadlines.items()))
    return Decision(work.case, effects, deadlines, tuple(work.reasons), work.notice_to, tuple(work.drops))


def _beside(work: Work, event: WroteBeside) -> None:
    """Another message of the person: who judges this request is to have seen it."""
    if work.case.stage not in UNDECIDED:
        return
    other = event.other
    if other.author:
        work.because(
            "beside",
            f"quelqu'un d'autre que le client, {other.author}, cite cette demande : rien n'y est changé, son message a ouvert le dossier "
            f"{other.ref}, à lire avant de décider",
        )
    else:
        work.because("beside", f"un autre message de cette personne a ouvert le dossier {other.ref} : à lire avant de décider")
    work.change(beside=(*work.case.beside, other)[-MOST_BESIDE:])
    if work.case.stage == "waiting_review":
        walk(work)


def _done(work: Work, event: EffectDone) -> None:
    """Something a gate waits for was done outside."""
    work.because("done", f"fait à l'extérieur : {event.kind}")
    if event.name == "task" and work.case.stage == "fulfilling":
        work.change(counts={**work.case.counts, "task:done": 1})
        walk(work)


def _parked(work: Work, event: EffectParked) -> None:
    """Something outside needs a person; a text that cannot reach the customer by his channel goes by mail instead."""
    work.because("parked", f"à l'extérieur, « {event.kind} » n'a pas pu se faire : {event.error}")
    payload, party = event.payload, work.case.party
    if not event.unreachable or payload is None or payload.audience != "customer":
        return
    if not party.email or payload.to == party.email:
        work.because("unreached", "aucun autre canal n'est connu : une personne est prévenue")
        work.note(f"Un de nos messages n'est pas arrivé. {event.error}")
        if work.count("bounce") <= MOST_TOLD:
            work.tell_admin("admin_bounce", message=event.error)
        return
    work.because("other-channel", "ce canal ne l'atteint plus : le message part par courrier électronique")
    subject = payload.subject or work.case.subject
    # The link is bound to whom it was sent to.
    text = payload.text
    if link := work.approve_url(payload.to):
        text = text.replace(link, work.approve_url(party.email))
    letter = replace(
        payload, to=party.email, text=text, subject=subject, in_reply_to="", references=(), thread="", buttons=(), account=""
    )
    key = work.emit("mail", letter, behind=(work.case.last_message_key,) if work.case.last_message_key != event.key else ())
    work.change(last_message_key=key)
    quote = work.case.quote
    if quote is not None and quote.key == event.key:
        # A yes that answers the mail answers this offer.
        work.change(quote=replace(quote, key=key))
    work.drops.append(event.key)


def _moved(work: Work, event: TaskMoved) -> None:
    """The people who do the work moved the task."""
    work.change(task=TaskState(event.status, event.since))
    spec = work.directive.gate("fulfil")
    if spec is not None and work.case.counts.get("fulfilled"):
        fulfil.moved(work, spec, event.status)


def _late(work: Work, event: DeadlinePassed) -> None:
    gate = event.name.partition(".")[0]
    spec = work.directive.gate(gate)
    if spec is None or gate not in LATE or not work.case.open:
        work.because("stale-deadline", f"délai « {event.name} » sans objet", hit=False)
        return
    handed = work.case.counts.get(HANDED)
    LATE[gate](work, spec, event.name)
    if work.case.counts.get(HANDED) != handed:
        walk(work)
