"""What a person does with a case through the desk, the API, a webhook or the console."""

from __future__ import annotations

from dataclasses import replace

from core.alerts import HEARD, WROTE, alerts_of
from core.answers import by_link
from core.approving import final
from core.case import UNDECIDED
from core.correcting import corrected, told
from core.decided import decision
from core.events import OperatorActed
from core.gates import fulfil, walk
from core.joining import ASKED_BY_US
from core.judging import by_operator, judged, judges, put, reject
from core.quote import Approval
from core.rows import derived, digest_of, merge_facts
from core.work import Work

#: What may be done with a request that only waits for a person to deal with it.
UNTREATED = frozenset({"ask", "close", "reassign", "correct"})


def operate(work: Work, event: OperatorActed) -> None:
    """Somebody acted through the desk, the API, a webhook or the console."""
    if event.how == "link":
        by_link(work, event)
        return
    # Reassigning comes with the directive that is to be.
    before = work.context.current or work.directive
    case, note = work.case, event.note.strip()
    if note and event.action in ("validate", "note", "refuse", "reprice", "close"):
        work.change(notes=(*case.notes, note))
        work.note(f"{event.author} : {note}")
    if event.action in ("note", "ask", "answer", "finish", "separate"):
        if case.counts.get(WROTE):
            work.reset(WROTE)
        if not case.counts.get(HEARD) and any(alert.rule == "aside" for alert in alerts_of(case, before, (), event.at)):
            work.count(HEARD)
    if event.action in ("ask", "answer"):
        work.count(ASKED_BY_US)
    if event.action in ("ask", "answer") and fulfil.untreated(case, before):
        work.change(counts={**work.case.counts, fulfil.ANSWERED: 1})
    if event.action == "note":
        work.because("note", f"note de {event.author}")
    elif event.action == "separate":
        work.because("separate", f"{event.author} : le message n° {note} de ce dossier ouvre le sien")
        kept = tuple(one for one in case.further if one.id != event.evidence)
        if kept != case.further and case.stage in UNDECIDED:
            work.change(further=kept)
            walk(work)
    elif event.action == "answer" and "answer" in work.directive.texts:
        # Words of a person are for whoever wrote, wherever the case stands; they decide nothing.
        work.because("answer", f"réponse de {event.author} au client")
        work.tell_customer("answer", "outcome", note=note)
    elif event.action == "finish" and case.stage in ("fulfilling", "done") and case.finished_at is None:
        work.because("finish", f"{event.author} : {'traité' if fulfil.awaited(work.directive) else 'livré, terminé'}")
        work.change(finished_at=event.at)
        if fulfil.awaited(work.directive) and case.stage == "fulfilling":
            walk(work)
    elif case.stage not in UNDECIDED and not (
        (event.action in UNTREATED and fulfil.untreated(case, before))
        or (event.action == "reassign" and fulfil.filed(case, before))
        or (event.action == "ask" and case.judged is not None)
    ):
        work.because(
            "too-late",
            f"« {event.action} » de {event.author} : la demande est déjà {decision(case, work.directive) or case.stage}",
            hit=False,
        )
    elif event.action == "correct" and event.facts:
        if event.digest and event.digest != digest_of(case, work.directive):
            why = (
                "les champs ont changé, ou un autre message est arrivé, depuis que vous les avez vus : rien n'est corrigé, "
                "regardez-les à nouveau"
            )
            work.because("no-effect", why, hit=False)
            return
        work.because("correct", f"{event.author} corrige : {told(event.facts, case.facts, work.directive)}")
        put(work, corrected(case.facts, event.facts, work.directive))
        walk(work)
    elif event.action == "validate" and judges(work.directive):
        by_operator(work, event)
    elif event.action == "validate" and event.amount is not None:
        work.because("validate", f"validation de {event.author} : {event.amount.normalize():f}")
        final(work, "operator", event.author, event.how, event.amount, note)
        walk(work)
    elif event.action == "approve" and case.quote is not None and event.digest == case.quote.digest:
        if case.stage == "waiting_approval" and case.quote.status == "open":
            work.because("approve", f"accord donné par {event.author} pour le client")
            approval = Approval("operator", event.author, event.how, case.quote.amount, event.digest, work.context.now)
            work.change(approval=approval)
            walk(work)
    elif event.action == "reprice" and event.amount is not None:
        work.because("reprice", f"{event.author} fixe le prix : {event.amount.normalize():f}")
        work.change(price=event.amount, review="passed")
        walk(work)
    elif event.action == "refuse":
        judged(work, "rejected", "operator", event.author, event.how, note)
        reject(work, "operator", event.author, note)
    elif event.action == "close":
        work.because("close", f"close par {event.author}")
        work.stage("closed")
    elif event.action == "ask":
        work.because("ask", f"question de {event.author} au client")
        work.tell_customer("question", "question", note=note)
    elif event.action == "reassign" and note == work.directive.name != case.directive:
        _reassign(work, event)
    else:
        work.because("no-effect", f"« {event.action} » de {event.author} ne s'applique pas ici", hit=False)


def _reassign(work: Work, event: OperatorActed) -> None:
    """The request is of another kind than it was taken for: it begins again there, and no offer of before holds."""
    case, directive = work.case, work.directive
    work.because("reassign", f"{event.author} reclasse la demande : {case.directive} → {directive.name}")
    work.note(f"{event.author} : {case.directive} → {directive.name}")
    past = case.quotes
    if case.quote is not None:
        past = (*past, replace(case.quote, status="void") if case.quote.status == "open" else case.quote)
    kept = tuple(f for f in case.facts if f.origin == "person")
    work.change(
        directive=directive.name,
        kind=directive.kind,
        revision=directive.revision,
        gate=0,
        facts=derived(merge_facts(kept, event.facts), directive),
        quote=None,
        quotes=past,
        price=None,
        approval=None,
        review="",
        judged=None,
        replaced=(),
        shown=(),
        asked=(),
        counts={},
        closed_at=None,
    )
    work.deadlines = {}
    work.retold = True
    walk(work)
