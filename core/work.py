"""One decision in the making: the case as it becomes, what it wants done, and why.

``decide`` and the gates share it. It is thrown away once the Decision is made, so nothing mutable leaves the core.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from core.case import Beside, Case, Party, Stage, changed
from core.directive import Directive, in_language
from core.effects import AddNote, Effect, OpenTicket, Payload, SendMessage, System, UpdateTicket, UpsertContact, references
from core.message import Channel
from core.quote import button
from core.reading import Reason
from core.text_values import text_values
from core.texts import Text
from core.wording import inert

#: Which system carries a text to a customer of each channel. A form has no way back but mail.
CARRIER: Mapping[Channel, System] = {"email": "mail", "form": "mail", "whatsapp": "whatsapp", "hubspot": "hubspot"}

#: Ends at which the outside ticket is closed. Done is not one: people go on working with the ticket.
TICKET_CLOSED: frozenset[str] = frozenset({"rejected", "expired", "closed"})

#: Reasons that are the journal's: how a message was found to be of its case, or what its author is told, is no reason why anybody else
#: should read it.
INTERNAL = frozenset({"correlate", "kind", "stage", "done", "task", "receipt", "received", "noticed"})

Purpose = Literal["notice", "question", "quote", "outcome", "internal"]


@dataclass(frozen=True, slots=True)
class Context:
    """What a decision may know beside the case, the event and the directive.

    ``reference`` makes the signed token of a case reference, ``case_url`` the desk's address of a case, ``approve_url`` the page
    where the open offer can be answered: (case id, quote's number, its digest, the recipient), '' where there are no links.
    ``noticed``: the correspondent already had an automatic notice within a day. ``new_id``: (id, reference) for a new case.
    ``known`` is what is known of the person who opens one, on any channel.
    ``waiting``: how many other open cases wait for this correspondent.
    ``admin_phone``: the administrator is written to there, on WhatsApp, rather than by mail.
    ``past`` are validated requests of the same person and kind, newest first, where the directive speaks of them.
    ``beside`` are other requests of the person that a message which opens a case may have to do with.
    ``others`` are requests of the person that wait to be judged, or were lately: what opens a case may be one of them sent again.
    ``recognised`` is the directive by which a further message would open a case of its own. ``current`` is the one that the case
    has where the directive given is the one that it is to have.
    """

    now: datetime
    business: str
    admin_email: str
    reference: Callable[[str], str]
    case_url: Callable[[str], str]
    noticed: bool = False
    new_id: tuple[str, str] = ("", "")
    waiting: int = 0
    known: Party | None = None
    recognised: Directive | None = None
    current: Directive | None = None
    approve_url: Callable[[str, int, str, str], str] = lambda case_id, number, digest, to: ""
    admin_phone: str = ""
    past: tuple[Case, ...] = ()
    beside: tuple[Beside, ...] = ()
    others: tuple[tuple[Beside, Case], ...] = ()


class Work:
    """The builder. ``case`` already carries the version that the decision will have."""

    def __init__(self, case: Case, directive: Directive, context: Context, *, new: bool) -> None:
        self.case, self.directive, self.context, self.new = case, directive, context, new
        self.before = None if new else case.stage
        self.effects: list[Effect | None] = []
        self.reasons: list[Reason] = []
        self.deadlines: dict[str, datetime] | None = None
        self.notice_to = ""
        self.drops: list[str] = []
        #: Whether the ticket must be told although the stage is the same.
        self.retold = False
        self._ticket_slot: tuple[int, OpenTicket] | None = None
        #: What templates of one line are filled with, and the case that it was made of.
        self._filling: tuple[Case, dict[str, object]] | None = None

    def today(self) -> date:
        """The day in the business's zone."""
        return self.context.now.astimezone(ZoneInfo(self.directive.zone)).date()

    # ---- small changes
    def change(self, **fields: Any) -> None:
        """Replace fields of the case."""
        self.case = changed(self.case, fields)

    def because(self, rule: str, text: str, hit: bool = True) -> None:
        """A line of the explanation, in French."""
        self.reasons.append(Reason(rule, hit, 0.0, text))

    def count(self, what: str) -> int:
        """Count one more of it; how many there are now."""
        number = self.case.counts.get(what, 0) + 1
        self.change(counts={**self.case.counts, what: number})
        return number

    def reset(self, *what: str) -> None:
        """Forget those counts."""
        self.change(counts={k: v for k, v in self.case.counts.items() if k not in what})

    def wait(self, deadlines: Iterable[tuple[str, timedelta]]) -> None:
        """Set these deadlines, counted from now, in the place of all others."""
        self.deadlines = {name: self.context.now + delay for name, delay in deadlines}

    # ---- effects
    def key(self) -> str:
        """The key that the next effect will get."""
        return f"{self.case.id}/{self.case.version}/{len(self.effects)}"

    def emit(
        self,
        system: System,
        payload: Payload,
        *,
        name: str = "",
        after: Iterable[str] = (),
        behind: Iterable[str] = (),
        tell: bool = False,
    ) -> str:
        """Want an effect; its key. ``after`` and ``behind`` take keys, empty ones are left out."""
        key = self.key()
        needs = tuple(dict.fromkeys(k for k in after if k))
        order = tuple(dict.fromkeys(k for k in behind if k and k not in needs))
        self.effects.append(Effect(key, self.case.id, system, payload, name, needs, order, tell))
        if name:
            self.change(keys={**self.case.keys, name: key})
        return key

    def open_ticket(self, source_id: str, priority: Literal["LOW", "MEDIUM", "HIGH"]) -> None:
        """The contact and the ticket of a new case. The ticket's stage is filled in once the gates have spoken."""
        party = self.case.party
        contact = ""
        if party.email or party.phone:
            contact = self.emit("crm", UpsertContact(party.email, party.phone, party.name, party.language), name="contact")
        subject, content = self.text("ticket", "fr")
        ticket = OpenTicket(
            subject=subject or self.case.subject,
            content=content,
            contact=self._contact,
            reference=self.case.ref,
            source_id=source_id,
            thread=self.case.thread.conversation,
            priority=priority,
        )
        self._ticket_slot = (len(self.effects), ticket)
        key = self.emit("crm", ticket, name="ticket", after=(contact,))
        self.change(last_update_key=key)

    def note(self, text: str) -> None:
        """A note on the ticket; not needed when the ticket itself is opened by this decision."""
        if not self.new and "ticket" in self.case.keys and text.strip():
            self.emit(
                "crm",
                AddNote("${ticket.id}", inert(text), self._contact),
                after=(self.case.keys["ticket"], self.case.keys.get("contact", "")),
            )

    @property
    def _contact(self) -> str:
        """The contact's id, once it is known; nobody who left no address has one."""
        return "${contact.id}" if "contact" in self.case.keys else ""

    def text(
        self, template: str, language: str, extra: Mapping[str, object] | None = None, channel: str = ""
    ) -> tuple[str, str]:
        """(subject, body) of one of the directive's texts with the case's values and ``extra`` ones."""
        text = self.directive.texts[template]
        language = text.told_in(language)  # the values are told in the language of the words around them
        values = self._values(language, extra or {}, text.names(language, channel))
        return text.render(language, values, channel)

    def told_in(self, template: str) -> str:
        """The language in which the customer reads that text."""
        return self.directive.texts[template].told_in(self.case.party.language)

    def _buttons(self, template: str, language: str) -> tuple[tuple[str, str], ...]:
        """The quick replies of a text, tied to the offer that is open now; none without one."""
        quote = self.case.quote
        if quote is None or quote.status != "open":
            return ()
        return tuple(
            (in_language(titles, language), button(choice, quote.digest))
            for choice, titles in self.directive.texts[template].buttons
        )

    def tell_customer(self, template: str, purpose: Purpose, **extra: object) -> str:
        """Write to the customer on his channel, in his thread and language; the effect's key, '' when he has no address."""
        thread, party = self.case.thread, self.case.party
        if not thread.to:
            self.because("no-address", "le client n'a pas laissé d'adresse : rien ne peut lui être écrit")
            if self.count("no-address") <= 1:
                self.tell_admin("admin_question", message=self.case.summary)
            return ""
        extra.setdefault("approve_url", self.approve_url(thread.to))
        language = self.told_in(template)
        subject, body = self.text(template, language, extra, thread.channel)
        in_thread = thread.channel == "email" and thread.subject
        key = self.emit(
            CARRIER[thread.channel],
            SendMessage(
                to=thread.to,
                to_name=inert(party.name),
                subject=inert(reply_subject(thread.subject)) if in_thread else subject,
                text=body,
                template=template,
                language=language,
                purpose=purpose,
                reference=self.case.ref,
                in_reply_to=thread.last_id,
                references=thread.references,
                thread=thread.conversation,
                account=thread.account,
                buttons=self._buttons(template, language),
            ),
            behind=(self.case.last_message_key, *self.links_in(body)),
            # Whether it could reach him matters only where another channel is left.
            tell=thread.channel not in ("email", "form") and bool(party.email),
        )
        self.change(last_message_key=key)
        if purpose == "notice":
            self.notice_to = thread.to
        return key

    def approve_url(self, to: str) -> str:
        """Where whoever reads this at that address can answer the open offer; '' when none is open."""
        quote = self.case.quote
        if quote is None or quote.status != "open":
            return ""
        return self.context.approve_url(self.case.id, quote.number, quote.digest, to)

    def tell_admin(self, template: str, **extra: object) -> str:
        """Write to the administrator; '' when none is set, which leaves a reason behind."""
        phone = self.context.admin_phone
        if not (phone or self.context.admin_email):
            self.because("no-admin", "aucun administrateur n'est réglé (ADMIN_EMAIL) : la demande attend dans le guichet")
            return ""
        extra.setdefault(
            "reasons", [inert(r.text) for r in self.reasons if r.text and r.rule.partition(":")[0] not in INTERNAL]
        )
        subject, body = self.text(template, "fr", extra, "whatsapp" if phone else "email")
        return self.emit(
            "whatsapp" if phone else "mail",
            SendMessage(
                to=phone or self.context.admin_email,
                to_name="",
                subject=subject,
                text=body,
                template=template,
                language="fr",
                purpose="internal",
                audience="admin",
                reference=self.case.ref,
                account=self.case.thread.account if self.case.thread.channel == "email" and not phone else "",
            ),
            behind=self.links_in(body),
        )

    def links_in(self, text: str) -> list[str]:
        """Keys of the effects whose links a text shows. It goes behind them: a link that never comes must not hold it up."""
        return [self.case.keys[name] for name in sorted(references(text)) if name in self.case.keys]

    # ---- the end
    def stage(self, stage: Stage) -> None:
        """Move to a stage; the ends forget their deadlines."""
        if stage != self.case.stage:
            self.because(f"stage:{stage}", f"étape : {self.case.stage} → {stage}" if not self.new else f"étape : {stage}")
        self.change(stage=stage)
        if stage in ("done", *TICKET_CLOSED):
            self.deadlines = {}
        elif stage == "fulfilling" and (stage != self.before or self.deadlines is not None):
            # What was waited for before is settled; the reminders of fulfilment itself begin with it.
            self.deadlines = {name: due for name, due in (self.deadlines or {}).items() if name.startswith("fulfil.")}
        if stage in ("done", *TICKET_CLOSED):
            self.change(closed_at=self.context.now)

    def finish(self) -> None:
        """Make the ticket show where the case stands: in its opening when it is new, else by one update."""
        spec, case = self.directive.ticket, self.case
        values: dict[str, str] = {}
        if spec.status_property and (status := spec.status.get(case.stage, "")):
            values[spec.status_property] = status
        for name, template in spec.properties.items():
            values[name] = self.fill(template)
        open_ = case.stage not in TICKET_CLOSED
        if self._ticket_slot is not None:
            slot, ticket = self._ticket_slot
            effect = self.effects[slot]
            assert effect is not None
            filled = {k: v for k, v in values.items() if v}
            self.effects[slot] = replace(effect, payload=replace(ticket, properties=filled, open=open_))
        elif "ticket" in case.keys and (case.stage != self.before or self.retold):
            key = self.emit(
                "crm",
                UpdateTicket("${ticket.id}", {k: v for k, v in values.items() if v}, None if open_ else False),
                after=(case.keys["ticket"],),
                behind=(case.last_update_key,),
            )
            self.change(last_update_key=key)

    def set_property(self, properties: Mapping[str, str], after: Iterable[str]) -> None:
        """Write values that come from receipts into the ticket once these are there."""
        if properties and "ticket" in self.case.keys:
            self.emit("crm", UpdateTicket("${ticket.id}", properties), after=(self.case.keys["ticket"], *after))

    def tie(self, conversation: str) -> None:
        """Tie the ticket to an outside conversation in which the customer writes too, once."""
        if not conversation or "ticket" not in self.case.keys or conversation == self.case.thread.conversation:
            return
        if self.count(f"tied:{conversation}") == 1:
            key = self.case.keys["ticket"]
            self.emit("crm", UpdateTicket("${ticket.id}", thread=conversation), after=(key,))

    def fill(self, template: Text) -> str:
        """A template of one line with the case's values, in French as the people at work read it."""
        if self._filling is None or self._filling[0] is not self.case:
            self._filling = (self.case, {})
        held = self._filling[1]
        if lacking := template.names("fr") - held.keys():
            held |= self._values("fr", {}, lacking)
        return template.render("fr", held)[1].strip()

    def _values(self, language: str, extra: Mapping[str, object], only: frozenset[str]) -> dict[str, object]:
        return text_values(
            self.case,
            self.directive,
            language=language,
            now=self.context.now,
            business=self.context.business,
            reference=self.context.reference(self.case.ref) if "reference" in only else "",
            case_url=self.context.case_url(self.case.id),
            extra=extra,
            past=self.context.past,
            only=only,
            link=self.context.case_url,
        )


def reply_subject(subject: str) -> str:
    """« Re: … », once."""
    return subject if subject[:3].casefold() == "re:" else f"Re: {subject}"
