"""HubSpot's tables: object types, association types, built-in properties, scopes, and the bodies of its errors."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from .wire import Answer, Refusal

#: plural name -> (type id, singular, other spellings accepted in a path)
TYPES: dict[str, tuple[str, str]] = {
    "contacts": ("0-1", "contact"),
    "tickets": ("0-5", "ticket"),
    "conversations": ("0-11", "conversation"),
    "communications": ("0-18", "communication"),
    "notes": ("0-46", "note"),
    "emails": ("0-49", "email"),
}
STORED = tuple(name for name in TYPES if name != "conversations")

#: (from, to) -> the id of the unlabelled, HubSpot-defined association
ASSOCIATIONS: dict[tuple[str, str], int] = {
    ("contacts", "tickets"): 15,
    ("tickets", "contacts"): 16,
    ("conversations", "tickets"): 31,
    ("tickets", "conversations"): 32,
    ("communications", "contacts"): 81,
    ("contacts", "communications"): 82,
    ("communications", "tickets"): 83,
    ("tickets", "communications"): 84,
    ("contacts", "emails"): 197,
    ("emails", "contacts"): 198,
    ("contacts", "notes"): 201,
    ("notes", "contacts"): 202,
    ("tickets", "emails"): 223,
    ("emails", "tickets"): 224,
    ("tickets", "notes"): 227,
    ("notes", "tickets"): 228,
}

READ_ONLY = {"hs_object_id", "createdate", "hs_createdate", "lastmodifieddate", "hs_lastmodifieddate"}
#: answered when a read names no property
SHOWN = {
    "contacts": ("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"),
    "tickets": (
        "content",
        "createdate",
        "hs_lastmodifieddate",
        "hs_object_id",
        "hs_pipeline",
        "hs_pipeline_stage",
        "hs_ticket_category",
        "hs_ticket_priority",
        "subject",
    ),
}
SHOWN_ELSE = ("hs_createdate", "hs_lastmodifieddate", "hs_object_id")
REQUIRED = {
    "tickets": ("hs_pipeline_stage",),
    "notes": ("hs_timestamp",),
    "emails": ("hs_timestamp",),
    "communications": ("hs_timestamp",),
}

_TEXT, _AREA, _DATE, _NUMBER = ("string", "text"), ("string", "textarea"), ("datetime", "date"), ("number", "number")
_COMMON = {
    "hs_object_id": _NUMBER,
    "hs_lastmodifieddate": _DATE,
    "hs_createdate": _DATE,
    "hubspot_owner_id": ("enumeration", "select"),
}
_ENGAGEMENT = _COMMON | {"hs_timestamp": _DATE, "hs_attachment_ids": ("enumeration", "checkbox")}
BUILT_IN: dict[str, dict[str, tuple[str, str]]] = {
    "contacts": _COMMON
    | dict.fromkeys(
        (
            "email",
            "firstname",
            "lastname",
            "phone",
            "mobilephone",
            "company",
            "website",
            "jobtitle",
            "city",
            "country",
            "address",
            "zip",
            "hs_whatsapp_phone_number",
            "hs_additional_emails",
        ),
        _TEXT,
    )
    | {
        "createdate": _DATE,
        "lastmodifieddate": _DATE,
        "hs_language": ("enumeration", "select"),
        "lifecyclestage": ("enumeration", "radio"),
    },
    "tickets": _COMMON
    | {
        "subject": _TEXT,
        "content": _AREA,
        "createdate": _DATE,
        "closed_date": _DATE,
        "source_type": ("enumeration", "select"),
        "hs_pipeline": ("enumeration", "select"),
        "hs_pipeline_stage": ("enumeration", "select"),
        "hs_ticket_category": ("enumeration", "checkbox"),
        "hs_ticket_priority": ("enumeration", "select"),
        "hs_resolution": ("enumeration", "select"),
    },
    "notes": _ENGAGEMENT | {"hs_note_body": _AREA},
    "emails": _ENGAGEMENT
    | dict.fromkeys(
        ("hs_email_subject", "hs_email_text", "hs_email_html", "hs_email_headers", "hs_email_message_id", "hs_email_thread_id"),
        _AREA,
    )
    | {"hs_email_direction": ("enumeration", "select"), "hs_email_status": ("enumeration", "select")},
    "communications": _ENGAGEMENT
    | {
        "hs_communication_body": _AREA,
        "hs_communication_channel_type": ("enumeration", "select"),
        "hs_communication_logged_from": ("enumeration", "select"),
    },
}
OPTIONS: dict[str, tuple[str, ...]] = {
    "hs_ticket_category": ("PRODUCT_ISSUE", "BILLING_ISSUE", "FEATURE_REQUEST", "GENERAL_INQUIRY"),
    "hs_ticket_priority": ("LOW", "MEDIUM", "HIGH", "URGENT"),
    "source_type": ("CHAT", "EMAIL", "FORM", "PHONE", "WHATSAPP"),
    "hs_resolution": ("ISSUE_FIXED", "NO_RESPONSE", "WONT_FIX"),
    "hs_language": ("fr", "en", "de", "es", "it"),
    "lifecyclestage": ("subscriber", "lead", "marketingqualifiedlead", "opportunity", "customer", "other"),
    "hs_email_direction": ("EMAIL", "INCOMING_EMAIL", "FORWARDED_EMAIL"),
    "hs_email_status": ("BOUNCED", "FAILED", "SCHEDULED", "SENDING", "SENT"),
    "hs_communication_channel_type": ("WHATS_APP", "LINKEDIN_MESSAGE", "SMS"),
    "hs_communication_logged_from": ("CRM",),
}
#: no check against options: people and files
FREE_OPTIONS = {"hubspot_owner_id", "hs_attachment_ids", "hs_pipeline", "hs_pipeline_stage"}
GROUPS = {"contacts": "contactinformation", "tickets": "ticketinformation"}
FIELD_TYPES = {
    "string": {"text", "textarea", "file", "phonenumber"},
    "number": {"number", "calculation_equation"},
    "enumeration": {"select", "radio", "checkbox", "booleancheckbox", "calculation_equation"},
    "bool": {"booleancheckbox", "calculation_equation"},
    "date": {"date"},
    "datetime": {"date"},
}
ALL_SCOPES = frozenset(
    (
        "crm.objects.contacts.read",
        "crm.objects.contacts.write",
        "crm.schemas.contacts.read",
        "crm.schemas.contacts.write",
        "tickets",
        "crm.objects.owners.read",
        "conversations.read",
        "conversations.write",
        "files",
        "sales-email-read",
    )
)


@dataclass
class Stored:
    """One CRM object. ``versions``: (when, properties, archived) of every write, for the search that lags behind."""

    id: str
    type: str
    properties: dict[str, str]
    created: float
    updated: float
    archived_at: float | None = None
    trace: str | None = None
    versions: list[tuple[float, dict[str, str], bool]] = field(default_factory=list)


def type_of(name: str) -> str | None:
    """The plural name for any spelling HubSpot takes in a path: tickets, ticket, 0-5, TICKET."""
    low = name.lower()
    return next((plural for plural, (number, single) in TYPES.items() if low in (plural, number, single)), None)


def error(status: int, category: str, message: str, *, headers: dict[str, str] | None = None, **more: Any) -> Refusal:
    """HubSpot's error envelope."""
    body = {"status": "error", "message": message, "correlationId": str(uuid.uuid4()), "category": category} | more
    return Refusal(Answer(status, body, headers or {}))


def invalid(message: str, **more: Any) -> Refusal:
    return error(400, "VALIDATION_ERROR", message, **more)


def bad_values(problems: list[dict[str, Any]], portal: int) -> Refusal:
    """Property values that were not valid, as HubSpot says it: the list as JSON inside the message."""
    told = [{"isValid": False, "localizedErrorMessage": one["message"], "portalId": portal} | one for one in problems]
    errors = [{"message": p["message"], "code": p["error"], "context": {"propertyName": [p["name"]]}} for p in problems]
    return invalid(f"Property values were not valid: {json.dumps(told)}", errors=errors)


def fold(value: str) -> str:
    return value.strip().lower()
