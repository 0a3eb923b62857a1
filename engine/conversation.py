"""What was said about a case, by them and by us, in the order of time. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.case import Case
from core.directive import Directive
from core.effects import SendMessage, fill
from core.message import Attachment, Channel
from core.ports import JournalEntry, OutboxRow
from core.rows import addressed
from core.views import Said
from engine.office import without_links

_SYSTEM_CHANNEL: Mapping[str, Channel] = {"mail": "email", "whatsapp": "whatsapp", "hubspot": "hubspot"}


@dataclass(frozen=True, slots=True)
class Highlight:
    """Words of a message by which a fact is known: ``source`` ("subject", "text", "body") from ``start`` to ``end``.

    ``fact`` is its address: its name, or ``lines.2.quantity`` for a cell of the second of several lines.
    """

    fact: str
    source: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Utterance:
    """One thing that was said, by them or by us.

    ``id`` is "message:<number>" or "effect:<key>". ``who``: "customer", "admin", "stranger" or "us"; ``to_admin`` tells our
    texts for the administrator. ``text`` is what was newly written; ``quoted`` and ``signature`` what stood around it.
    ``state``: of ours as in core.effects.State, of theirs "decided"; ``outcome`` of theirs as in core.ports.Change.
    """

    id: str
    who: Literal["customer", "admin", "stranger", "us"]
    channel: Channel
    at: datetime
    name: str
    address: str
    subject: str
    text: str
    state: str
    body: str = ""
    quoted: str = ""
    signature: str = ""
    outcome: str = ""
    automatic: str = ""
    language: str = ""
    template: str = ""
    error: str = ""
    to_admin: bool = False
    files: tuple[Attachment, ...] = ()
    highlights: tuple[Highlight, ...] = ()
    verified: Literal["pass", "fail", "none"] = "none"
    defects: tuple[str, ...] = ()


def conversation_of(
    case: Case,
    directive: Directive,
    said: Sequence[Said],
    effects: Sequence[OutboxRow],
    history: Sequence[tuple[int, JournalEntry]],
) -> tuple[Utterance, ...]:
    """Theirs at the time we had them, ours at the time they left, or were decided while they have not."""
    roles = {entry.data.get("message"): entry.data.get("from") for _, entry in history if "message" in entry.data}
    decided = {str(told).partition(" ")[0]: entry.at for _, entry in history for told in entry.data.get("effects", ()) if told}
    found: list[Utterance] = []
    for one in said:
        message = one.message
        role = roles.get(one.inbox_id)
        found.append(
            Utterance(
                id=f"message:{one.inbox_id}",
                who=role if role in ("admin", "stranger") else "customer",
                channel=one.channel,
                at=one.at,
                name=message.sender.name,
                address=message.sender.email,
                subject=message.subject,
                text=message.text,
                state=one.state,
                body=message.body,
                quoted=message.quoted,
                signature=message.signature,
                outcome=one.outcome,
                automatic=message.automatic or "",
                language=message.language,
                files=message.attachments,
                highlights=_highlights(case, directive, one),
                verified=message.authentication.verdict,
                defects=message.defects,
            )
        )
    for row in effects:
        text = row.effect.payload
        if not isinstance(text, SendMessage):
            continue
        receipts = row.receipts
        found.append(
            Utterance(
                id=f"effect:{row.effect.key}",
                who="us",
                channel=_SYSTEM_CHANNEL.get(row.effect.system, "email"),
                at=row.sent_at or decided.get(row.effect.key) or case.updated_at,
                name=text.to_name,
                address=text.to,
                subject=fill(text.subject, receipts, "…"),
                text=without_links(fill(text.text, receipts, "…")),
                state=row.state,
                language=text.language,
                template=text.template,
                error=row.error,
                to_admin=text.audience == "admin",
            )
        )
    return tuple(sorted(found, key=lambda u: (u.at, u.who == "us")))


def _highlights(case: Case, directive: Directive, one: Said) -> tuple[Highlight, ...]:
    """Where the words stand by which the case's facts are known, those of each line too, as far as this message told them."""
    message = one.message
    sources = {"subject": message.subject, "text": message.text, "body": message.body}
    held = dict(addressed(case.facts, directive))
    found: dict[Highlight, None] = {}
    for address, read in addressed(one.reading.facts, directive):
        if (fact := held.get(address)) is None or fact.value != read.value:
            continue
        for evidence in read.evidence:
            text, end = sources.get(evidence.source, ""), evidence.start + len(evidence.quote)
            if evidence.start >= 0 and evidence.quote and text[evidence.start : end] == evidence.quote:
                found[Highlight(address, evidence.source, evidence.start, end)] = None
    return tuple(sorted(found, key=lambda h: (h.source, h.start, h.end)))
