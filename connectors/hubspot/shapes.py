"""How our values are spelled in HubSpot: names of properties, ids of types, bodies of inputs."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.hubspot.contacts import Fields, identity
from connectors.hubspot.inputs import Input
from connectors.hubspot.properties import PropertySpec
from connectors.hubspot.refusals import Record
from core.effects import AddNote, OpenTicket, UpsertContact
from core.errors import Rejected

#: Type ids of HubSpot's own associations.
TICKET_TO_CONTACT, TICKET_TO_THREAD, NOTE_TO_CONTACT, NOTE_TO_TICKET = 16, 32, 202, 228
#: Object type ids in the addresses of records.
CONTACT, TICKET = "0-1", "0-5"
#: Characters that a text property holds.
MOST_TEXT = 65_000


@dataclass(frozen=True, slots=True)
class Names:
    """Names of our own properties. ``key`` stands on tickets and notes with unique values, the others on tickets."""

    key: str = "guichet_key"
    source: str = "guichet_source_id"
    reference: str = "guichet_reference"
    contact: Fields = field(default_factory=Fields)
    group: str = "guichet"
    group_label: str = "Guichet"

    def specs(self) -> tuple[PropertySpec, ...]:
        """The properties that we cannot do without."""
        return (
            PropertySpec("contacts", self.contact.key, "Guichet : numéro", unique=True),
            PropertySpec("tickets", self.key, "Guichet : clé", unique=True),
            PropertySpec("tickets", self.source, "Guichet : message d'origine"),
            PropertySpec("tickets", self.reference, "Guichet : référence"),
            PropertySpec("notes", self.key, "Guichet : clé", unique=True),
        )


def as_html(text: str) -> str:
    """Plain text as a note's body, which HubSpot reads as HTML."""
    return html.escape(text[: MOST_TEXT // 2]).replace("\r\n", "\n").replace("\n", "<br>")[:MOST_TEXT]


def association(id: str, type_id: int) -> dict[str, Any]:
    """An association of a new record with the record of that id."""
    return {"to": {"id": id}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}]}


def new_ticket(key: str, payload: OpenTicket, names: Names, pipeline: str, stage: str) -> Input:
    """A new ticket, tied to its contact and, where it came from one, to its conversation (the last association)."""
    properties = {
        "subject": payload.subject or payload.reference,
        "content": payload.content[:MOST_TEXT],
        "hs_pipeline": pipeline,
        "hs_pipeline_stage": stage,
        "hs_ticket_priority": payload.priority,
        names.reference: payload.reference,
        names.source: payload.source_id[:1000],
        **payload.properties,
        names.key: key,
    }
    associations = [association(payload.contact, TICKET_TO_CONTACT)] if payload.contact.isdecimal() else []
    if payload.thread.isdecimal():
        associations.append(association(payload.thread, TICKET_TO_THREAD))
    body = {"properties": {k: v for k, v in properties.items() if v}, "associations": associations}
    return Input(key, body, frozenset({payload.contact}))


def new_note(key: str, payload: AddNote, names: Names, at: str) -> Input:
    """A new note on a ticket."""
    associations = [association(payload.ticket, NOTE_TO_TICKET)]
    if payload.contact.isdecimal():
        associations.append(association(payload.contact, NOTE_TO_CONTACT))
    properties = {"hs_note_body": as_html(payload.text), "hs_timestamp": at, names.key: key}
    return Input(key, {"properties": properties, "associations": associations}, frozenset({payload.ticket, payload.contact}))


def change(trace: str, id: str, values: Mapping[str, str]) -> Input:
    """An update of the record of that id."""
    return Input(trace, {"id": id, "properties": dict(values)}, frozenset({id}))


def record_ids(record: Record) -> list[str]:
    """By what the result of an update is told: its id."""
    return [str(record["id"])]


def no_ticket(id: str) -> Rejected:
    """What is said of an id that can be no ticket's."""
    return Rejected(f"HubSpot : il n'y a pas de ticket « {id[:40]} »")


def who_of(payload: UpsertContact) -> str:
    """What makes the person one, '' when nothing does."""
    try:
        return identity(payload)
    except Rejected:
        return ""


def same(there: object, wanted: str) -> bool:
    """Whether a property holds the value, numbers by what they mean."""
    if there is None:
        return wanted == ""
    if str(there) == wanted:
        return True
    try:
        return Decimal(str(there)) == Decimal(wanted)
    except InvalidOperation:
        return str(there).strip() == wanted.strip()
