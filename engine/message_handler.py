"""What follows from a message: the case it belongs to or opens, what is decided of it, and which other cases are told of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from core.case import UNDECIDED, Beside, Case
from core.decide import decide
from core.directive import Directive
from core.events import COLLEAGUE, SECRETS, WAITING, MessageRead, Role, WroteBeside
from core.joining import BLANK
from core.judging import judges, lists
from core.lessons import lessons
from core.message import Message
from core.ports import Change, JournalEntry, ReadRow, Store
from core.quote import in_force
from core.reading import Reading
from core.text_values import in_brief, to_check
from core.work import Context
from engine import canary
from engine.change_builder import ChangeBuilder, addresses
from engine.finding import AS, Finder, alike, greets
from engine.naming import judgement_of
from engine.office import Office, authorised, letter_of, verdict_of
from engine.overlay import Overlay
from engine.said import first_hints, further_hints
from engine.thread_ids import burst, conversation, people_of, same_files, sent_as, silent
from engine.understanding import journal_lines
from engine.unlocking import locked_files
from processors.analyze import facts_of, understand
from processors.correlate import Choice, same_correspondent

#: Characters of another case that a case tells of.
MOST_WORDS = 300
#: Requests that are listed to an administrator who named none.
MOST_LISTED = 30


class MessageHandler:
    """Decides what a message that was read makes of the cases."""

    def __init__(
        self, store: Store, office: Office, finder: Finder, changes: ChangeBuilder, *, clock: Callable[[], datetime]
    ) -> None:
        self._store, self._office, self._finder, self._changes, self._clock = store, office, finder, changes, clock

    def handle(self, read: ReadRow, overlay: Overlay) -> list[Change]:
        """What the message makes of its case, with the mark that it is dealt with, and then of those that are told of it."""
        change = self._message(read, overlay)
        return [change, *self._beside(change, overlay)]

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
        answers, replies_to = self._answers(message, case)
        if case is not None and not choice.ambiguous and self._finder.is_admin(message) and lists(case, replies_to):
            # Nothing of a list belongs to the request in whose thread it was sent.
            choice = self._finder.of_list(read, case, overlay, choice)
            case = overlay.case(choice.case_id) if choice.case_id else case
            answers, replies_to = self._answers(message, case)
        role = self._role(message, case)
        directive, reading = self._opens(read, overlay, now) if case is None else self._continues(read, case, role, now)
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
            hints=self._first(read, directive, overlay)
            if case is None
            else self._hints(read, choice, case, overlay, replies_to),
        )
        context = self._context(read, case, event, directive, overlay)
        decision = decide(case, event, directive, context)
        ids = [message.id, f"fp:{read.fingerprint}"]
        if case is None:
            ids.append(self._finder.same_request(read))
            if BLANK in decision.case.counts:
                ids += silent(read)[:1]
        ids += [*same_files(message), *burst(read), *(conversation(read) if case is None else ())]
        change = self._changes.change(
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

    def _opens(self, read: ReadRow, overlay: Overlay, now: datetime) -> tuple[Directive, Reading]:
        """The directive of the case that the message opens, and what it says by that."""
        reading, business = read.reading, self._office.business(read.reading.business)
        directive = business.directive(reading.directive) or business.default
        if self._finder.judges_anew(read):
            directive = business.default  # his yes to what does not wait is no order of his
        if self._finder.parks(read, directive, self._finder.cited(read, overlay)):
            directive = business.default
            reading = replace(understand(read.message, business, now=now, only=directive.name), business=business.name)
        if directive.default and (meant := business.directive(read.row.hints.get(AS, ""))) is not None:
            directive = meant
            reading = replace(understand(read.message, business, now=now, only=meant.name), business=business.name)
        return directive, reading

    def _continues(self, read: ReadRow, case: Case, role: Role, now: datetime) -> tuple[Directive, Reading]:
        """The directive of the case that the message belongs to, and what it says by that, as an answer where one is awaited."""
        message, reading, directive = read.message, read.reading, self._office.directive(case)
        if case.stage not in UNDECIDED or role == "stranger":
            return directive, reading
        amount = case.quote.amount if case.quote else None
        verdict = verdict_of(message, directive, role, amount, "" if message.quoted.strip() else letter_of(case, directive))
        reading = replace(reading, verdict=verdict)
        if role == "admin" and judges(directive):
            verdict, changes = judgement_of(message, case, directive, verdict, now)
            reading = replace(reading, verdict=verdict, facts=changes)
        elif (reading.business, reading.directive) != (case.business, case.directive):
            # An answer is not recognised as a request, and yet it says what was asked.
            reading = replace(reading, facts=facts_of(message, directive, now=now))
        return directive, reading

    def _context(self, read: ReadRow, case: Case | None, event: MessageRead, directive: Directive, overlay: Overlay) -> Context:
        """What is known beside the message: of its sender where it opens a case, of what he ordered before where that matters."""
        message, people = read.message, people_of(read.message)
        new_id = self._office.new_id(read.row.identity) if case is None else ("", "")
        waiting = self._finder.waiting_for(people, overlay) if case is None else 0
        context = self._changes.context(directive, event.at, new_id, noticed=overlay.noticed(people), waiting=waiting)
        if case is None:
            others = self._finder.beside(read, directive, overlay)
            cited = {c.id: c for c in (*self._finder.cited(read, overlay), *self._finder.cited_before(read, overlay))}
            return replace(
                context,
                known=overlay.party(people),
                past=self._past(message, directive, overlay),
                beside=(
                    *(self._asked_in(other) for other in (*others, *self._finder.follows(read, directive, overlay))),
                    *(self._cited(other, message) for other in cited.values()),
                ),
                others=tuple((self._asked_in(other), other) for other in self._finder.others(read, directive, overlay)),
            )
        if event.role == "customer" and event.reading.repeat is not None:
            context = replace(context, past=self._past(message, directive, overlay))
        elif directive.alerts:
            context = replace(context, past=overlay.past(addresses(case), case.business, directive.name))
        if event.reading.business == case.business:
            recognised = self._office.business(case.business).directive(event.reading.directive)
            context = replace(context, recognised=recognised)
        return context

    def _first(self, read: ReadRow, directive: Directive, overlay: Overlay) -> Mapping[str, str]:
        found, cited = first_hints(read, directive), self._finder.cited(read, overlay)
        replied = [self._answers(read.message, case)[1] for case in cited]
        return {**found, COLLEAGUE: ""} if self._finder.colleague(read.message, replied, cited) else found

    def _hints(self, read: ReadRow, choice: Choice, case: Case, overlay: Overlay, replies_to: str) -> Mapping[str, str]:
        found = further_hints(read, choice, case)
        if (choice.ambiguous or lists(case, replies_to)) and self._finder.is_admin(read.message):
            waiting = overlay.in_stage("waiting_review", MOST_LISTED + 1)
            lines = [self._waits(other, overlay) for other in waiting[:MOST_LISTED]] + ["…"] * (len(waiting) > MOST_LISTED)
            found = {**found, WAITING: "\n".join(lines)}
        return found

    def _waits(self, case: Case, overlay: Overlay) -> str:
        """A request that waits for an administrator, in a line of a list; whether anything of it is to be checked, as its notice says."""
        directive = self._office.directive(case)
        past = overlay.past(addresses(case), case.business, directive.name) if directive.alerts else ()
        doubts = " (à vérifier)" if to_check(case, directive, past, self._clock()) else ""
        who, what = case.party.name or case.party.email or case.party.phone, self._asked_in(case).what
        where = self._office.case_url(case.id)
        return " ".join(f"{case.ref}, {who}{doubts} : {what}".split()) + (f" – {where}" if where else "")

    def _asked_in(self, case: Case) -> Beside:
        """A request that waits to be judged, or was, as another case of the person tells of it."""
        directive = self._office.directive(case)
        told, waits = " ".join(in_brief(case, directive).split()), case.stage in UNDECIDED
        told = told[:MOST_WORDS] + "…" * (len(told) > MOST_WORDS)
        return Beside(case.id, case.ref, told, case.opened_at, waits=waits, decided=not waits)

    def _cited(self, case: Case, message: Message) -> Beside:
        """A request that the author of a message names though he is none of its people."""
        return replace(self._asked_in(case), author=message.sender.email, alike=alike(message, case))

    def _beside(self, change: Change, overlay: Overlay) -> list[Change]:
        """Requests that a message may have to do with are told of it, when it has opened a case of its own."""
        case = change.case
        if case is None or change.outcome != "opened":
            return []
        text = " ".join(case.summary.split())
        words = text[:MOST_WORDS] + ("…" if len(text) > MOST_WORDS else "") or "(sans texte)"
        told = []
        for one in case.beside:
            if not one.decided and (other := overlay.case(one.case_id)) is not None:
                mine = Beside(case.id, case.ref, words, self._clock(), author=one.author, alike=one.alike, same=one.same)
                event = WroteBeside(f"beside:{case.id}", self._clock(), mine)
                told.append(self._changes.apply(other, event, overlay, kind="case.beside", cause={"case": case.id}))
        return told

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


def _same_conversation(case: Case | None, hints: Mapping[str, str]) -> bool:
    told = hints.get("conversation", "")
    return case is not None and bool(told) and told == case.thread.conversation
