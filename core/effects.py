"""Effects: changes wanted in the outside world, as data with a stable key.

A key is ``case/version/ordinal``: the case, the version of the case that the decision made, the place in that decision.
A string in a payload may hold ``${name.field}``: the receipt of the case's effect of that name, filled in by the courier,
e.g. ``${ticket.url}``. An effect whose payload refers to another names its key in ``after``.

``after``   the named effects must be done first, because this one uses what they return
``behind``  the named effects must have ended one way or another (done, parked, dropped) first: order without need
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

System = Literal["crm", "tasks", "files", "mail", "whatsapp", "hubspot"]

#: Where an effect stands in the ledger.
State = Literal["intended", "sending", "done", "uncertain", "reconciled", "parked", "dropped"]
#: It was done outside: told so at once, or found there afterwards.
DONE: tuple[State, ...] = ("done", "reconciled")
#: Nothing more happens to it by itself.
ENDED: tuple[State, ...] = (*DONE, "parked", "dropped")

#: What each kind does, for people.
WORDS: Mapping[str, Mapping[str, str]] = {
    "contact.upsert": {"fr": "enregistrer le contact", "en": "keep the contact"},
    "ticket.open": {"fr": "ouvrir le ticket", "en": "open the ticket"},
    "ticket.update": {"fr": "mettre le ticket à jour", "en": "update the ticket"},
    "ticket.note": {"fr": "ajouter une note au ticket", "en": "add a note to the ticket"},
    "file.store": {"fr": "déposer un fichier", "en": "store a file"},
    "message.send": {"fr": "envoyer un message", "en": "send a message"},
    "task.create": {"fr": "créer la tâche", "en": "create the task"},
    "task.comment": {"fr": "commenter la tâche", "en": "comment the task"},
}

REFERENCE = re.compile(r"\$\{([a-z0-9_:.-]+)\.([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class UpsertContact:
    """The person, found by email (else by phone) or made. Receipt: id, url."""

    email: str = ""
    phone: str = ""
    name: str = ""
    language: str = ""
    kind: Literal["contact.upsert"] = "contact.upsert"


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """A ticket of the case, tied to the contact. ``contact`` is a reference to the contact's id. Receipt: id, url.

    ``source_id`` is the Message-ID (or other identity) of the message that opened the case.
    ``thread`` is the outside conversation's id where there is one.
    """

    subject: str
    content: str
    contact: str
    reference: str
    properties: Mapping[str, str] = field(default_factory=dict)
    source_id: str = ""
    thread: str = ""
    priority: Literal["LOW", "MEDIUM", "HIGH"] = "MEDIUM"
    open: bool = True
    kind: Literal["ticket.open"] = "ticket.open"


@dataclass(frozen=True, slots=True)
class UpdateTicket:
    """New values for properties of the ticket; ``open`` False closes it, None leaves its stage. Receipt: id.

    ``thread`` is an outside conversation to tie it to.
    """

    ticket: str
    properties: Mapping[str, str] = field(default_factory=dict)
    open: bool | None = None
    thread: str = ""
    kind: Literal["ticket.update"] = "ticket.update"


@dataclass(frozen=True, slots=True)
class AddNote:
    """A note on the ticket, plain text. Receipt: id."""

    ticket: str
    text: str
    contact: str = ""
    kind: Literal["ticket.note"] = "ticket.note"


@dataclass(frozen=True, slots=True)
class StoreFile:
    """A file of the spool, stored under the case. Receipt: id (the object key), url."""

    sha256: str
    name: str
    type: str
    size: int
    case_id: str
    kind: Literal["file.store"] = "file.store"


@dataclass(frozen=True, slots=True)
class SendMessage:
    """A text for a person. Receipt: id (the Message-ID or the channel's id).

    ``template`` says which text it is, ``purpose`` what it is for: a "notice" answers automatically and is rationed,
    the others carry the work on. ``to`` is an address or a number; ``in_reply_to`` and ``references`` put a mail in its thread.
    ``buttons`` are quick replies for channels that have them, (title, payload).
    """

    to: str
    to_name: str
    subject: str
    text: str
    template: str
    language: str
    purpose: Literal["notice", "question", "quote", "outcome", "internal"]
    audience: Literal["customer", "admin"] = "customer"
    reference: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    thread: str = ""
    account: str = ""
    attachments: tuple[str, ...] = ()
    buttons: tuple[tuple[str, str], ...] = ()
    kind: Literal["message.send"] = "message.send"


@dataclass(frozen=True, slots=True)
class CreateTask:
    """Work for the people who do it. ``description`` is markdown, ``due`` a day (ISO), ``properties`` custom fields by name.

    ``files`` are attached: spool hashes, each with its name after a slash. Receipt: id, url.
    """

    name: str
    description: str
    reference: str
    quantity: Decimal | None = None
    files: tuple[str, ...] = ()
    due: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    kind: Literal["task.create"] = "task.create"


@dataclass(frozen=True, slots=True)
class CommentTask:
    """A comment on the task. Receipt: id."""

    task: str
    text: str
    kind: Literal["task.comment"] = "task.comment"


Payload = Annotated[
    UpsertContact | OpenTicket | UpdateTicket | AddNote | StoreFile | SendMessage | CreateTask | CommentTask,
    Field(discriminator="kind"),
]


@dataclass(frozen=True, slots=True)
class Effect:
    """One change wanted outside.

    ``name`` is what other effects of the case call it ("ticket"); '' for most. ``tell``: a gate waits for its end.
    """

    key: str
    case_id: str
    system: System
    payload: Payload
    name: str = ""
    after: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    tell: bool = False

    @property
    def kind(self) -> str:
        """What is to be done, e.g. "ticket.open"."""
        return self.payload.kind


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the outside world answered: its id and link. ``found`` when it was looked up rather than done now.

    ``others`` are the ids of further pieces that one effect became (a long text in several messages).
    """

    id: str
    url: str = ""
    found: bool = False
    others: tuple[str, ...] = ()


def done_line(key: str, kind: str, receipt: Receipt) -> dict[str, Any]:
    """What the journal keeps of an effect that was done: references, no prose."""
    return {"effect": key, "kind": kind, "id": receipt.id, "found": receipt.found}


def references(value: object) -> frozenset[str]:
    """The names of effects whose receipts the (JSON-like) value refers to."""
    if isinstance(value, str):
        return frozenset(m[1] for m in REFERENCE.finditer(value))
    if isinstance(value, Mapping):
        return frozenset[str]().union(*(references(v) for v in value.values()))
    if isinstance(value, list | tuple):
        return frozenset[str]().union(*(references(v) for v in value))
    return frozenset()


#: The address of what is kept in our own base alone: nobody can go there.
PLACE = "local://"


def _without_places(text: str, receipts: Mapping[str, Receipt]) -> str:
    """A text of several lines without those that would show such an address: « Ticket : local://ticket/12 »."""
    names = {name for name, receipt in receipts.items() if receipt.url.startswith(PLACE)}
    if "\n" not in text or not names:
        return text
    lines = text.split("\n")
    kept = [line for line in lines if not any(m[1] in names and m[2] == "url" for m in REFERENCE.finditer(line))]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)) if len(kept) < len(lines) else text


def fill(value: Any, receipts: Mapping[str, Receipt], missing: str = "") -> Any:
    """The (JSON-like) value with every ``${name.field}`` replaced.

    ``missing`` stands for a receipt that is not there, or has no such field: what an effect cannot do without is in its
    ``after``, so only links shown in texts can be missing.
    """
    if isinstance(value, str):

        def one(match: re.Match[str]) -> str:
            receipt = receipts.get(match[1])
            return (str(getattr(receipt, match[2], "")) if receipt else "") or missing

        return REFERENCE.sub(one, _without_places(value, receipts)) if "${" in value else value
    if isinstance(value, Mapping):
        return {k: fill(v, receipts, missing) for k, v in value.items()}
    if isinstance(value, tuple):
        return tuple(fill(v, receipts, missing) for v in value)
    if isinstance(value, list):
        return [fill(v, receipts, missing) for v in value]
    return value


def filled(effect: Effect, receipts: Mapping[str, Receipt], missing: str = "") -> Effect:
    """The effect, its payload filled in (``fill``)."""
    payload = effect.payload
    held = {name: getattr(payload, name) for name in (f.name for f in fields(payload))}
    return replace(effect, payload=replace(payload, **fill(held, receipts, missing)))
