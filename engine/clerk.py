"""Clerk: decides, in order, in batches; a commit for some at a time. The only writer of cases.

For every message, event and deadline: find its case, let ``decide`` say what follows, commit the new case with its journal,
effects and deadlines together with the mark that the cause is dealt with. What a batch decided is seen by the rest of it
through an overlay, so that ten messages of one new customer make one case.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from core import codec
from core.case import UNDECIDED, Beside, Case
from core.decide import Decision, decide
from core.directive import Directive
from core.effects import SendMessage, done_line
from core.errors import PortError, UserError
from core.events import (
    ADDS,
    SECRETS,
    THANKS,
    UNTIED,
    WAITING,
    DeadlinePassed,
    EffectDone,
    EffectParked,
    Event,
    MessageRead,
    OperatorActed,
    Role,
    TaskMoved,
    WroteBeside,
)
from core.gates.fulfil import awaited
from core.joining import BLANK
from core.judging import judges
from core.lessons import lessons
from core.message import Message
from core.ports import Change, Conflict, DeadlineRow, JournalEntry, PendingEvent, ReadRow, Store
from core.quote import in_force
from core.reading import Verdict
from core.register import Entry, entry_of
from core.values import differences
from core.work import Context
from engine import canary
from engine.finding import APART, AS, Finder, burst, conversation, greets, offer_id, people_of, same_files, sent_as, silent
from engine.naming import judgement_of
from engine.office import Office, authorised, letter_of, verdict_of
from engine.overlay import Overlay
from engine.reader import again
from engine.said import said_hints
from engine.understanding import journal_lines
from engine.unlocking import locked_files
from processors.analyze import facts_of, understand
from processors.continuing import adds
from processors.correlate import Choice, same_correspondent
from processors.courtesy import thanks_only
from processors.passwords import passwords_in

log = logging.getLogger("guichet.clerk")

TAKE = 200
#: Changes of one commit: whoever wants SQLite's one writer meanwhile waits for it, so it is to be over in a moment.
SLICE = 128
#: A correspondent gets at most one automatic notice in this time (FAILURES 14).
NOTICE_EVERY = timedelta(days=1)
#: Characters of another case that a case tells of.
MOST_WORDS = 300
#: Requests that are listed to an administrator who named none.
MOST_LISTED = 30
#: Who a customer's answer by link is to the journal.
CUSTOMER = "client"
#: How long an event or a deadline that could not be decided is left alone.
ASIDE = timedelta(minutes=10)

Cause = ReadRow | PendingEvent | DeadlineRow


class Clerk:
    """The one lane that decides."""

    def __init__(
        self,
        store: Store,
        office: Office,
        *,
        clock: Callable[[], datetime],
        wake: Callable[[str], None],
        decided: Callable[[], None] = lambda: None,
    ) -> None:
        """``decided`` is called after every commit."""
        self._store, self._office, self._decided = store, office, decided
        self._finder = Finder(office, clock=clock)
        self._clock, self._wake = clock, wake
        #: Events and deadlines that could not be decided, until when they are left alone.
        self._aside: dict[str, datetime] = {}

    def run(self) -> int:
        """Decide what waits, messages first; how many causes were dealt with."""
        messages = self._store.read_messages(TAKE)
        events = self._store.pending_events(TAKE)
        # A deadline is looked at only when no message waits: an answer that arrived in time counts as in time.
        due = [] if len(messages) == TAKE else self._store.due(self._clock(), TAKE)
        waiting: list[Cause] = [*messages, *events, *due]
        causes = [cause for cause in waiting if not self._is_aside(cause)]
        if not causes:
            return 0
        try:
            self._commit(causes)
        except Conflict as conflict:
            log.info("case %s changed meanwhile: deciding one by one", conflict.case_id)
            self._one_by_one(causes)
        except (PortError, UserError, MemoryError):
            raise
        except Exception:  # a defect of ours in one cause must not hold up the others of its batch
            log.exception("a batch could not be decided: deciding one by one")
            self._one_by_one(causes)
        return len(causes)

    def _one_by_one(self, causes: Sequence[Cause]) -> None:
        """Decide each alone, so that the one that cannot be decided holds up no other."""
        for cause in causes:
            try:
                self._commit([cause])
            except Conflict as conflict:
                log.info("case %s changed again: next round", conflict.case_id)
            except (PortError, UserError, MemoryError):
                raise
            except Exception as error:  # as above: this one is set aside with its reason
                log.exception("%s could not be decided", _name(cause))
                self._set_aside(cause, f"erreur interne : {type(error).__name__} : {error}")

    def _set_aside(self, cause: Cause, why: str) -> None:
        """A message is read again later, in the end parked; the rest is kept where it is and looked at again after a while."""
        now = self._clock()
        if isinstance(cause, ReadRow):
            self._store.save_readings([], [(cause.row.id, why, again(cause.row, now))], now)
            return
        self._aside[_name(cause)] = now + ASIDE
        data = {"cause": _name(cause)}
        self._store.commit([Change(None, journal=(JournalEntry(now, cause.case_id, "defect", data, why),))], now)

    def _is_aside(self, cause: Cause) -> bool:
        if isinstance(cause, ReadRow) or (until := self._aside.get(_name(cause))) is None:
            return False
        if until > self._clock():
            return True
        del self._aside[_name(cause)]
        return False

    def _commit(self, causes: Sequence[Cause]) -> None:
        overlay = Overlay(self._store)
        overlay.prepare([c for c in causes if isinstance(c, ReadRow)], self._finder.clues_of, self._clock() - NOTICE_EVERY)
        overlay.load([c.case_id for c in causes if not isinstance(c, ReadRow) and c.case_id])
        # What follows from one cause is committed together.
        slices: list[list[Change]] = [[]]
        for cause in causes:
            decided = self._decide(cause, overlay)
            if slices[-1] and len(slices[-1]) + len(decided) > SLICE:
                slices.append([])
            slices[-1] += decided
        changes = [change for some in slices for change in some]
        if not changes:
            return
        # What was committed is not decided again when a later slice fails.
        for some in slices:
            self._store.commit(some, self._clock())
        self._decided()
        if any(change.anew for change in changes):
            self._wake("reader")
        if any(change.unlock for change in changes):
            self._wake("documents")
        for system in sorted({e.system for c in changes for e in c.effects}):
            self._wake(f"courier:{system}")

    def _decide(self, cause: Cause, overlay: Overlay) -> list[Change]:
        if isinstance(cause, ReadRow):
            change = self._message(cause, overlay)
            return [change, *self._beside(change, cause, overlay)]
        change_ = self._deadline(cause, overlay) if isinstance(cause, DeadlineRow) else self._event(cause, overlay)
        return [change_] if change_ is not None else []

    # ------------------------------------------------------------------ messages

    def _message(self, read: ReadRow, overlay: Overlay) -> Change:
        message, row = read.message, read.row
        now = self._clock()
        if message.automatic == "own" and self._office.ref_of(message.id) == canary.REFERENCE:
            self._store.note(canary.NOTE, True, "", now)
        if message.automatic not in (None, "bounce"):
            return self._ignored(read, f"message automatique ({message.automatic}) : {message.automatic_reason}", now)
        choice, repeat = self._finder.choose(read, overlay)
        if choice.case_id is None and message.channel == "whatsapp" and self._finder.is_admin(message) and greets(read):
            # He opens the 24 hours in which WhatsApp lets us write to him.
            return self._ignored(read, "un bonjour de l'administrateur : il n'ouvre pas de demande", now)
        case = overlay.case(choice.case_id) if choice.case_id else None
        if message.automatic == "bounce" and case is None:
            return self._ignored(read, "avis de non-distribution d'un message qui n'est pas de nous", now)
        role = self._role(message, case)
        reading = read.reading
        if case is not None and case.stage in UNDECIDED and role != "stranger":
            verdict = self._verdict(message, case, role)
            reading = replace(reading, verdict=verdict)
            if role == "admin" and judges(self._office.directive(case)):
                verdict, changes = judgement_of(message, case, self._office.directive(case), verdict, now)
                reading = replace(reading, verdict=verdict, facts=changes)
            elif (reading.business, reading.directive) != (case.business, case.directive):
                # An answer is not recognised as a request, and yet it says what was asked.
                reading = replace(reading, facts=facts_of(message, self._office.directive(case), now=now))
        answers, replies_to = self._answers(message, case)
        event = MessageRead(
            # Read again since a file of it can be read, it is news to the case.
            id=f"message:{row.identity}" + (f":again:{row.hints['again']}" if "again" in row.hints else ""),
            at=now,
            message=message,
            reading=reading,
            role=role,
            authorised=authorised(message, role, same_conversation=_same_conversation(case, row.hints)),
            received_at=min(row.received_at, row.taken_at),
            account=row.inbox,
            conversation=row.hints.get("conversation", ""),
            why=choice.why,
            answers=answers,
            replies_to=replies_to,
            repeat_of=repeat,
            hints=self._hints(read, choice, case, overlay) if case is not None else row.hints,
        )
        recognised: Directive | None = None
        if case is None:
            business = self._office.business(reading.business)
            directive = business.directive(reading.directive) or business.default
            if self._finder.judges_anew(read):
                directive = business.default  # his yes to what does not wait is no order of his
            if directive.default and (meant := business.directive(row.hints.get(AS, ""))) is not None:
                directive = meant
                read_as = understand(message, business, now=now, only=meant.name)
                reading = replace(read_as, business=business.name)
                event = replace(event, reading=reading)
            event = replace(event, hints=first_hints(read, directive))
            new_id = self._office.new_id(f"{row.identity}")
        else:
            directive, new_id = self._office.directive(case), ("", "")
            recognised = self._office.business(case.business).directive(reading.directive)
        people = people_of(message)
        noticed = overlay.noticed(people)
        waiting = self._finder.waiting_for(people, overlay) if case is None else 0
        context = self._context(directive, now, new_id, noticed=noticed, waiting=waiting)
        if case is None:
            others = self._finder.beside(read, directive, overlay)
            context = replace(
                context,
                known=overlay.party(people),
                past=self._past(message, directive, overlay),
                beside=tuple(self._asked_in(other) for other in (*others, *self._finder.follows(read, overlay))),
            )
        elif role == "customer" and reading.repeat is not None:
            context = replace(context, past=self._past(message, directive, overlay))
        elif directive.alerts:
            context = replace(context, past=overlay.past(_addresses(case), case.business, directive.name))
        if case is not None and reading.business == case.business:
            context = replace(context, recognised=recognised)
        decision = decide(case, event, directive, context)
        ids = [message.id, f"fp:{read.fingerprint}"]
        if case is None:
            ids.append(self._finder.same_request(read))
            if BLANK in decision.case.counts:
                ids += silent(read)[:1]
        ids += [*same_files(message), *burst(read), *(conversation(read) if case is None else ())]
        change = self._change(
            case,
            decision,
            cause={"message": row.id, "from": role, "raw": row.raw, "how": choice.how},
            kind="message.joined" if case else "message.opened",
            text=f"{message.sender.email} : {message.subject}",
            thread_ids=ids,
            past=context.past,
        )
        change = replace(change, lessons=lessons(case, decision.case, event))
        outcome = "repeat" if repeat else ("bounce" if message.automatic else ("joined" if case else "opened"))
        if case is not None and any(reason.rule == "unlock" for reason in decision.reasons):
            change = replace(change, unlock=locked_files(case, event.hints[SECRETS].split("\n")))
        overlay.keep(change)
        told = journal_lines(self._store, read.reading, change.case.id if change.case else "", now)
        return replace(change, inbox_id=row.id, outcome=outcome, journal=(*change.journal, *told))

    def _hints(self, read: ReadRow, choice: Choice, case: Case, overlay: Overlay) -> Mapping[str, str]:
        found = _hints(read, choice, case)
        if choice.ambiguous and self._finder.is_admin(read.message):
            waiting = overlay.in_stage("waiting_review", MOST_LISTED + 1)
            lines = [self._waits(other) for other in waiting[:MOST_LISTED]] + ["…"] * (len(waiting) > MOST_LISTED)
            found = {**found, WAITING: "\n".join(lines)}
        return found

    def _waits(self, case: Case) -> str:
        """A request that waits for an administrator, in a line of a list."""
        who, what = case.party.name or case.party.email or case.party.phone, self._asked_in(case).what
        where = self._office.case_url(case.id)
        return " ".join(f"{case.ref}, {who} : {what}".split()) + (f" – {where}" if where else "")

    def _asked_in(self, case: Case) -> Beside:
        """A request that waits to be judged, or was, as another case of the person tells of it."""
        directive = self._office.directive(case)
        told = differences((), case.facts, directive)
        waits = case.stage in UNDECIDED
        return Beside(
            case.id, case.ref, "; ".join([case.kind, *told])[:MOST_WORDS], case.opened_at, waits=waits, decided=not waits
        )

    def _beside(self, change: Change, read: ReadRow, overlay: Overlay) -> list[Change]:
        """Requests that a message may have to do with are told of it, when it has opened a case of its own; that it is of somebody
        else who cites them only they are told, for he may know nothing of them."""
        case = change.case
        if case is None or change.outcome != "opened":
            return []
        text = " ".join(case.summary.split())
        words = text[:MOST_WORDS] + ("…" if len(text) > MOST_WORDS else "") or "(sans texte)"
        event = WroteBeside(f"beside:{case.id}", self._clock(), Beside(case.id, case.ref, words, self._clock()))
        others = [other for one in case.beside if not one.decided and (other := overlay.case(one.case_id)) is not None]
        told = [(other, event) for other in others]
        known = {one.case_id for one in case.beside}
        foreign = replace(event, author=read.message.sender.email)
        told += [(other, foreign) for other in self._finder.cited(read, overlay) if other.id not in known]
        return [self._apply(other, one, overlay, kind="case.beside", cause={"case": case.id}) for other, one in told]

    @staticmethod
    def _past(message: Message, directive: Directive, overlay: Overlay) -> tuple[Case, ...]:
        """What the sender had validated before, where the directive speaks of it. An address that is only written into a mail
        that answers elsewhere proves nothing: what somebody else ordered is not to be told there."""
        if directive.repeat is None and not directive.alerts:
            return ()
        sender = message.sender.email
        elsewhere = message.reply_to is not None and not same_correspondent(message.reply_to.email, sender)
        if not sender or (elsewhere and message.authentication.verdict != "pass") or message.authentication.verdict == "fail":
            return ()
        known = overlay.party([sender])
        people = [sender, *((known.email, known.phone) if known is not None else ())]
        return overlay.past([p for p in people if p], directive.business, directive.name)

    def _role(self, message: Message, case: Case | None) -> Role:
        """Who writes. An administrator who is himself the customer of the case judges only where judging is asked for."""
        if case is None:
            return "customer"
        theirs = any(same_correspondent(message.sender.email, p) for p in case.people) or message.sender.email in case.people
        if self._finder.is_admin(message) and (not theirs or case.stage == "waiting_review"):
            return "admin"
        return "customer" if theirs else "stranger"

    def _verdict(self, message: Message, case: Case, role: Role) -> Verdict:
        directive = self._office.directive(case)
        amount = case.quote.amount if case.quote else None
        return verdict_of(message, directive, role, amount, "" if message.quoted.strip() else letter_of(case, directive))

    def _answers(self, message: Message, case: Case | None) -> tuple[tuple[str, ...], str]:
        """(which of our offers the message answers, which text of ours): the offer that stood when that text was sent.

        The text is told by In-Reply-To, else by the newest reference that is ours; a reminder speaks of an offer as well.
        """
        replied = [i for i in (message.in_reply_to, *reversed(message.references)) if i]
        if case is None or not replied or not (case.quote is not None or case.shown):
            return (), ""
        quotes = [q for q in (*case.quotes, case.quote) if q is not None and q.key]
        texts: dict[str, str] = {}
        for sent in self._store.deliveries(case.id):
            if sent.kind == "message.send":
                texts[self._office.message_id(sent.key, case.ref)] = sent.key
                texts.update(dict.fromkeys(sent_as(sent.receipt), sent.key))
        for thread_id in replied:
            if thread_id in texts:
                offer = in_force(quotes, texts[thread_id])
                return ((offer.key,) if offer is not None else ()), texts[thread_id]
        return (), ""

    def _ignored(self, read: ReadRow, why: str, now: datetime) -> Change:
        entry = JournalEntry(
            now, "", "message.ignored", {"message": read.row.id, "raw": read.row.raw, "automatic": read.message.automatic}, why
        )
        return Change(None, journal=(entry,), inbox_id=read.row.id, outcome="ignored")

    # ------------------------------------------------------------------ events and deadlines

    def _event(self, pending: PendingEvent, overlay: Overlay) -> Change | None:
        now = self._clock()
        kinds: dict[str, type[Any]] = {"done": EffectDone, "parked": EffectParked, "operator": OperatorActed, "task": TaskMoved}
        event: Event = codec.load(kinds[pending.kind], pending.body)
        case = overlay.case(pending.case_id) if pending.case_id else None
        unheard = isinstance(event, EffectParked) and event.unreachable
        ids = sent_as(event.receipt) if case is not None and isinstance(event, EffectDone) else ()
        if case is None or (not pending.tell and isinstance(event, EffectDone | EffectParked) and not unheard):
            entry = JournalEntry(now, pending.case_id, f"effect.{pending.kind}", _told(event))
            change = Change(None, journal=(entry,), event_ids=(pending.id,), thread_ids=ids)
            overlay.keep(change)
            return change
        if isinstance(event, EffectParked) and event.unreachable:
            event = replace(event, payload=self._text_of(case.id, event.key))
        kind = "task.moved" if isinstance(event, TaskMoved) else f"effect.{pending.kind}"
        change = self._apply(case, event, overlay, kind=kind, cause=_told(event))
        author = event.author if isinstance(event, OperatorActed) else ""
        if isinstance(event, OperatorActed) and event.how == "link":
            author = CUSTOMER  # his address stands in the prose, which can be erased
        if author:
            kind = f"operator.{event.action}" if isinstance(event, OperatorActed) else ""
            change = replace(change, journal=tuple(replace(j, author=author, kind=kind) for j in change.journal))
        if isinstance(event, OperatorActed) and event.action == "separate" and event.note.isdecimal():
            # What the message does not show to be anything is taken for what it was taken for here.
            change = replace(change, anew=((int(event.note), {APART: case.ref, AS: case.directive}),))
        return replace(change, event_ids=(pending.id,), thread_ids=(*change.thread_ids, *ids))

    def _text_of(self, case_id: str, key: str) -> SendMessage | None:
        """The text that an effect of the case was to send."""
        payload = next((r.effect.payload for r in self._store.outbox(case_id) if r.effect.key == key), None)
        return payload if isinstance(payload, SendMessage) else None

    def _deadline(self, row: DeadlineRow, overlay: Overlay) -> Change | None:
        case = overlay.case(row.case_id)
        now = self._clock()
        if case is None:
            return Change(None, deadline=row)
        event = DeadlinePassed(f"deadline:{row.name}:{row.due.isoformat()}", now, row.name, row.due)
        change = self._apply(case, event, overlay, kind="deadline", cause={"deadline": row.name, "due": row.due.isoformat()})
        return replace(change, deadline=row)

    def _apply(self, case: Case, event: Event, overlay: Overlay, *, kind: str, cause: dict[str, Any]) -> Change:
        directive = self._office.directive(case)
        if isinstance(event, OperatorActed) and event.action == "reassign":
            directive = self._office.business(case.business).directive(event.note.strip()) or directive
        context = replace(self._context(directive, self._clock(), ("", "")), current=self._office.directive(case))
        if directive.alerts:
            context = replace(context, past=overlay.past(_addresses(case), case.business, directive.name))
        decision = decide(case, event, directive, context)
        change = self._change(case, decision, cause=cause, kind=kind, text="", past=context.past)
        change = replace(change, lessons=lessons(case, decision.case, event))
        overlay.keep(change)
        return change

    # ------------------------------------------------------------------ what is committed

    def _context(
        self, directive: Directive, now: datetime, new_id: tuple[str, str], *, noticed: bool = False, waiting: int = 0
    ) -> Context:
        office = self._office
        label = office.business(directive.business).label
        return Context(
            now,
            label,
            office.admin_email,
            office.reference,
            office.case_url,
            noticed,
            new_id,
            waiting,
            approve_url=office.approve_url,
            admin_phone=office.admin_phone if office.phones_admin else "",
        )

    def _change(
        self,
        before: Case | None,
        decision: Decision,
        *,
        cause: dict[str, Any],
        kind: str,
        text: str,
        thread_ids: Sequence[str] = (),
        past: Sequence[Case] = (),
    ) -> Change:
        """The decision as one commit. A decision that changes nothing (an event told twice) only consumes its cause."""
        case = decision.case
        unchanged = before is not None and case.version == before.version
        ours = [self._office.message_id(e.key, case.ref) for e in decision.effects if e.kind == "message.send"]
        if case.quote is not None and (before is None or before.quote is None or before.quote.digest != case.quote.digest):
            ours.append(offer_id(case.quote.digest))
        data = {
            **cause,
            "version": case.version,
            "stage": case.stage,
            "gate": case.gate,
            "effects": [f"{e.key} {e.kind}" for e in decision.effects],
            "deadlines": [f"{name} {due.isoformat()}" for name, due in decision.deadlines or ()],
            "rules": [r.rule for r in decision.reasons],
        }
        prose = "\n".join(filter(None, [text, *(r.text for r in decision.reasons)]))
        entry = JournalEntry(self._clock(), case.id, kind, data, prose)
        return Change(
            case=None if unchanged else case,
            expected_version=before.version if before else 0,
            effects=decision.effects,
            deadlines=decision.deadlines,
            thread_ids=tuple(dict.fromkeys(i for i in (*thread_ids, *ours) if i)),
            journal=(entry,),
            notice_to=decision.notice_to,
            drops=decision.drops,
            entry=self._entry(case, unchanged, past),
        )

    def _entry(self, case: Case, unchanged: bool, past: Sequence[Case]) -> Entry | None:
        """What the register of the case's directive is to hold of it, None where it keeps none."""
        directive = self._office.directive(case)
        if unchanged or not directive.register:
            return None
        return entry_of(case, directive, past, self._clock())


def _addresses(case: Case) -> list[str]:
    return [a for a in dict.fromkeys((case.party.email, case.party.phone, *case.people)) if a]


def _name(cause: Cause) -> str:
    if isinstance(cause, ReadRow):
        return f"message:{cause.row.id}"
    if isinstance(cause, DeadlineRow):
        return f"deadline:{cause.case_id}:{cause.name}:{cause.due.isoformat()}"
    return f"event:{cause.id}"


def _hints(read: ReadRow, choice: Choice, case: Case) -> Mapping[str, str]:
    """What a further message's inbox told of it, and what its case has to know."""
    more = {"ambiguous": choice.why} if choice.ambiguous else {}
    more |= {UNTIED: ""} if choice.untied else {}
    more |= said_hints(read.message.text, read.message.sender.name)
    if "again" not in read.row.hints and any(one.locked for one in case.unread):
        more[SECRETS] = "\n".join(passwords_in(read.message.text))
    return {**read.row.hints, **more}


def first_hints(read: ReadRow, directive: Directive) -> Mapping[str, str]:
    """What the heart is told of a message that opens a case, of what its directive makes a difference of."""
    text, more = read.message.text, dict(read.row.hints)
    if awaited(directive) and not read.message.attachments and thanks_only(text, read.message.subject):
        more[THANKS] = ""
    if judges(directive) and (told := adds(text)):
        more[ADDS] = told
    return more


def _same_conversation(case: Case | None, hints: Mapping[str, str]) -> bool:
    told = hints.get("conversation", "")
    return case is not None and bool(told) and told == case.thread.conversation


def _told(event: Event) -> dict[str, Any]:
    """What the journal keeps of an event: references and figures, no prose."""
    if isinstance(event, EffectDone):
        return done_line(event.key, event.kind, event.receipt)
    if isinstance(event, EffectParked):
        return {"effect": event.key, "kind": event.kind}
    if isinstance(event, OperatorActed):
        amount = str(event.amount) if event.amount is not None else None
        return {"event": event.id, "action": event.action, "how": event.how, "amount": amount}
    if isinstance(event, TaskMoved):
        return {"status": event.status}
    return {}
