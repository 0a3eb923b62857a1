"""What a message does to its case: it opens one, or comes to one that there is."""

from __future__ import annotations

from core.administrator import admin
from core.alerts import WROTE
from core.answers import customer, press, regrets
from core.case import Case, Party, Thread
from core.case_files import add_files, note_unread, store_files, tell_oversize
from core.directive import Directive
from core.events import COLLEAGUE, THANKS, MessageRead
from core.gates import fulfil, walk
from core.joining import (
    ASKED_BY_US,
    BLANK,
    follow,
    lend,
    only_thanks,
    read_anew,
    repeat,
    repeats_at_last,
    says_nothing,
    speak_up,
    takes_note,
    vouched_phones,
    without_words,
    words,
)
from core.judging import judges
from core.receipts import noted
from core.repetition import among
from core.rows import derived
from core.values import SUMMARY
from core.work import Context, Work

#: Characters kept of how a person signs.
SIGNED = 300


def opened(event: MessageRead, directive: Directive, context: Context) -> Work:
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
    if COLLEAGUE in event.hints:
        work.because(
            "colleague", "quelqu'un de la maison répond à un avis sans être administrateur : rien n'est décidé, il l'apprend"
        )
        work.count(COLLEAGUE)
    if THANKS in event.hints and fulfil.awaited(directive) and not message.attachments:
        work.because("thanks", "un remerciement et rien d'autre : classé sans bruit, il se retrouve parmi les dossiers")
        work.count("fulfilled")
        work.change(finished_at=context.now)
    work.change(facts=derived(work.case.facts, work.directive))
    repeat(work, event)
    lend(work, event)
    work.change(beside=among(work.case, context.others, work.directive))
    if same := [one.ref for one in work.case.beside if one.same]:
        work.because("same", f"la même chose que dans {', '.join(same)} : une répétition peut-être, une personne doit le dire")
    work.change(stage="waiting_info")
    walk(work)
    return work


def joined(work: Work, event: MessageRead) -> None:
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
    if without_words(work, event) or (judges(work.directive) and takes_note(work, event)):
        if work.case.stage == "waiting_info":
            walk(work)
        return
    work.reset(ASKED_BY_US)
    if not work.case.open:
        _late_words(work, event)
    elif work.case.stage == "fulfilling":
        store_files(work, add_files(work, event))
        work.note(words(event))
        if not only_thanks(event):
            if work.case.counts.get(fulfil.ANSWERED):
                work.reset(fulfil.ANSWERED, fulfil.HEARD)
            if fulfil.awaited(work.directive):
                fulfil.acknowledge(work)
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
        regrets(work, event)
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
