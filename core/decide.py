"""The heart: ``decide(case, event, directive, context) -> Decision``. Pure: no I/O, no clock, no random.

First the event is applied to the case (who wrote what, who said yes, which deadline passed), then the gates are asked in
order until one waits. Who may do what is the table in docs/approvals.md, row by row in core.answers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from core.alerts import WROTE
from core.answers import admin, by_link, customer, final, press
from core.case import UNDECIDED, Case, Party, TaskState, Thread
from core.correcting import corrected, told
from core.decided import decision
from core.directive import Directive
from core.effects import Effect
from core.events import (
    THANKS,
    DeadlinePassed,
    EffectDone,
    EffectParked,
    Event,
    MessageRead,
    OperatorActed,
    TaskMoved,
    WroteBeside,
)
from core.gates import LATE, fulfil, walk
from core.gates.complete import HANDED
from core.joining import (
    BLANK,
    add_files,
    follow,
    lend,
    note_unread,
    only_thanks,
    read_anew,
    repeat,
    repeats_at_last,
    says_nothing,
    speak_up,
    store_files,
    tell_oversize,
    vouched_phones,
    words,
)
from core.judging import by_operator, judged, judges, put, reject
from core.quote import Approval
from core.reading import Reason
from core.receipts import noted
from core.rows import derived, digest_of, merge_facts
from core.values import SUMMARY
from core.work import Context, Work

#: What may be done with a request that only waits for a person to deal with it.
UNTREATED = frozenset({"ask", "close", "reassign", "correct"})
#: How often an administrator is told of texts that never arrived, for one case.
MOST_TOLD = 3
#: Characters kept of how a person signs.
SIGNED = 300
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
        work = _open(event, directive, context)
    else:
        if event.id in case.seen:
            return Decision(case, reasons=(Reason("seen", False, 0.0, "déjà pris en compte"),))
        if isinstance(event, TaskMoved) and case.task is not None and case.task.outdates(event.status, event.since):
            return Decision(case, reasons=(Reason("task", False, 0.0, f"la tâche : « {event.status} », déjà connu"),))
        grown = replace(case, version=case.version + 1, updated_at=context.now, seen=(*case.seen, event.id))
        work = Work(grown, directive, context, new=False)
        if isinstance(event, MessageRead):
            _joined(work, event)
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
            _operator(work, event)
    work.finish()
    effects = tuple(e for e in work.effects if e is not None)
    deadlines = None if work.deadlines is None else tuple(sorted(work.deadlines.items()))
    return Decision(work.case, effects, deadlines, tuple(work.reasons), work.notice_to, tuple(work.drops))


# ------------------------------------------------------------------ messages


def _open(event: MessageRead, directive: Directive, context: Context) -> Work:
    """A new case from its first message."""
    message, reading = event.message, event.reading
    case_id, ref = context.new_id
    where = message.answer_to
    phone = message.sender.email if message.channel == "whatsapp" else ""
    party = Party(
        email="" if phone else where.email,
        name=message.sender.name or where.name,
        phone=phone,
        language=reading.language or message.language or "fr",
    )
    people = [message.sender.email, where.email, *vouched_phones(event)]
    if (known := context.known) is not None:
        # One person on several channels is one contact: an answer may come by any of them.
        party = Party(party.email or known.email, party.name or known.name, party.phone or known.phone, party.language)
        people += [known.email, known.phone]
    case = Case(
        id=case_id,
        ref=ref,
        version=1,
        business=directive.business,
        directive=directive.name,
        revision=directive.revision,
        kind=directive.kind,
        stage="fulfilling",
        party=party,
        thread=Thread(message.channel, event.account, phone or where.email),
        opened_at=context.now,
        updated_at=context.now,
        subject=message.subject,
        summary=(message.text or message.body)[:SUMMARY],
        source_id=message.id,
        facts=reading.facts,
        seen=(event.id,),
        messages=1,
        beside=context.beside,
        signed=message.signature[:SIGNED],
        people=tuple(dict.fromkeys(a for a in people if a)),
    )
    work = Work(case, directive, context, new=True)
    work.because("kind", f"demande de type {directive.kind} (confiance {reading.confidence:.0%})")
    if event.why:
        work.because("correlate", event.why, hit=False)
    follow(work, event)
    files = add_files(work, event)
    note_unread(work, event)
    work.open_ticket(message.id, {"high": "HIGH", "low": "LOW"}.get(reading.urgency, "MEDIUM"))  # type: ignore[arg-type]
    store_files(work, files)
    tell_oversize(work, event)
    if says_nothing(event):
        work.count(BLANK)
    if THANKS in event.hints and fulfil.awaited(directive) and not message.attachments:
        work.because("thanks", "un remerciement et rien d'autre : classé sans bruit, il se retrouve parmi les dossiers")
        work.count("fulfilled")
        work.change(finished_at=context.now)
    work.change(facts=derived(work.case.facts, work.directive))
    repeat(work, event)
    lend(work, event)
    work.change(stage="waiting_info")
    walk(work)
    return work


def _joined(work: Work, event: MessageRead) -> None:
    """A further message of a case."""
    message = event.message
    if "again" in event.hints:
        if event.role == "customer" and read_anew(work, event):
            walk(work)
        return
    work.change(messages=work.case.messages + 1)
    if event.why:
        work.because("correlate", event.why)
    if event.role == "customer":
        work.tie(event.conversation)
    if event.repeat_of:
        work.because("repeat", "le même message une seconde fois : rien de plus à faire")
        if event.role == "customer" and repeats_at_last(work, event):
            follow(work, event)
            repeat(work, event)
            walk(work)
        return
    if message.automatic == "bounce":
        _bounced(work, event)
        return
    if message.automatic is not None:
        work.because("automatic", f"message automatique ({message.automatic}) : il ne décide rien et n'appelle pas de réponse")
        return
    if event.role == "stranger":
        work.because("stranger", "l'expéditeur n'est pas partie à cette demande : son message est noté, il ne décide rien")
        work.note(words(event))
        work.tell_admin("admin_question", message=words(event))
        return
    if event.role == "admin":
        admin(work, event)
        return
    follow(work, event)
    note_unread(work, event)
    if speak_up(work, event):
        store_files(work, add_files(work, event))
        tell_oversize(work, event)
        work.note(words(event))
        walk(work)
        return
    if press(work, event):
        return
    if not work.case.open:
        _late_words(work, event)
    elif work.case.stage == "fulfilling":
        store_files(work, add_files(work, event))
        work.note(words(event))
        if not only_thanks(event):
            work.reset(fulfil.ANSWERED)
            work.because("more", "la personne écrit à nouveau")
            _unanswered(work)
            work.tell_admin("admin_question", message=words(event))
    else:
        customer(work, event)


def _late_words(work: Work, event: MessageRead) -> None:
    """The customer writes on a case that has ended: kept on the ticket; a person is told unless it is only thanks."""
    store_files(work, add_files(work, event))
    work.note(words(event))
    work.because("closed", "la demande est terminée : le message y est noté")
    matters = work.directive.gate("approve") is not None or judges(work.directive) or fulfil.awaited(work.directive)
    if fulfil.awaited(work.directive) and THANKS not in event.hints and fulfil.reopen(work, words(event)):
        return
    if not only_thanks(event) and matters:
        _unanswered(work)
        noted(work, event)
        work.tell_admin("admin_late" if "admin_late" in work.directive.texts else "admin_question", message=words(event))


def _unanswered(work: Work) -> None:
    """What came after somebody's decision stays among what is to be looked at, until a person notes or answers it."""
    if work.case.judged is not None or judges(work.directive):
        work.count(WROTE)
        work.because("after-decision", "un message est arrivé après la décision : à lire, il n'y change rien de lui-même")


def _bounced(work: Work, event: MessageRead) -> None:
    """A delivery report about a mail of ours."""
    bounce = event.message.bounce
    if bounce is not None and not bounce.permanent:
        work.because("delayed", "la distribution d'un de nos messages est retardée ; le serveur essaie encore")
        return
    detail = bounce.diagnostic if bounce is not None else ""
    work.because("bounce", "un de nos messages n'a pas pu être distribué" + (f" : {detail}" if detail else ""))
    work.note("Un de nos messages n'a pas pu être distribué. " + detail)
    if work.count("bounce") <= 1:
        work.tell_admin("admin_bounce", message=detail)


# ------------------------------------------------------------------ the rest


def _beside(work: Work, event: WroteBeside) -> None:
    """Another message of the person: who judges this request is to have seen it."""
    if work.case.stage not in UNDECIDED:
        return
    other = event.other
    if event.author:
        work.because(
            "beside",
            f"{event.author} cite cette demande sans en être un correspondant : son message a ouvert le dossier {other.ref}, à lire "
            "avant de décider",
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


def _operator(work: Work, event: OperatorActed) -> None:
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
    if event.action in ("note", "ask", "answer", "finish", "separate") and case.counts.get(WROTE):
        work.reset(WROTE)
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
        shown=(),
        asked=(),
        counts={},
        closed_at=None,
    )
    work.deadlines = {}
    work.retold = True
    walk(work)
