"""The Message-IDs of mails in HubSpot's conversations, which do not tell them: HubSpot also logs such mails at the contact.

By them a mail that reaches us by IMAP and by HubSpot's connected inbox is one message.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.http import Refused
from connectors.hubspot.batches import Run
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.mail import Said, moment

log = logging.getLogger(__name__)

#: Emails of a contact that are looked through for a Message-ID, and how far (seconds) their times may differ from the message's.
MOST_EMAILS, NEAR = 100, 300.0
#: The channel of conversations by mail.
EMAIL_CHANNEL = "1002"


def message_ids(client: HubSpotClient, thread: Mapping[str, Any], said: Sequence[Said]) -> dict[str, str]:
    """Message-IDs of those messages that HubSpot logged as emails at the contact; it is a help, not a condition."""
    contact = str(thread.get("associatedContactId") or "")
    if not said or not contact.isdecimal() or str(thread.get("originalChannelId") or "") != EMAIL_CHANNEL:
        return {}
    try:
        emails = _emails(client, contact)
    except Refused as error:
        log.warning("the emails of a HubSpot contact cannot be read: %s", error)
        return {}
    found: dict[str, str] = {}
    for one in said:
        near = [e for e in emails if abs((moment(e.get("hs_timestamp")) - one.at).total_seconds()) <= NEAR and _alike(e, one)]
        if near:
            best = min(near, key=lambda e: abs((moment(e.get("hs_timestamp")) - one.at).total_seconds()))
            found[one.id] = _bracketed(str(best.get("hs_email_message_id") or ""))
    return found


def _emails(client: HubSpotClient, contact: str) -> list[Mapping[str, Any]]:
    path = client.path("associated", type="contacts", to="emails")
    body = client.call("POST", path, body={"inputs": [{"id": contact}]}, reads=True).dict()
    ids = [
        str(to.get("toObjectId"))
        for one in body.get("results") or ()
        if isinstance(one, Mapping)
        for to in one.get("to") or ()
        if isinstance(to, Mapping) and str(to.get("toObjectId")).isdecimal()
    ]
    newest = sorted(ids, key=int)[-MOST_EMAILS:]
    if not newest:
        return []
    names = ["hs_email_message_id", "hs_timestamp", "hs_email_subject", "hs_email_text", "hs_email_direction"]
    records = Run(client).read("emails", newest, names).values()
    return [r.get("properties") or {} for r in records if (r.get("properties") or {}).get("hs_email_message_id")]


def _alike(email: Mapping[str, Any], said: Said) -> bool:
    """Whether the logged email is that message: same words at the beginning; what was cut counts as far as it goes."""
    if email.get("hs_email_direction") not in (None, "", "INCOMING_EMAIL"):
        return False
    ours, theirs = _words(str(said.data.get("text") or "")), _words(str(email.get("hs_email_text") or ""))
    length = min(len(ours), len(theirs), 200)
    return ours[:length] == theirs[:length] and (length > 0 or ours == theirs)


def _words(text: str) -> str:
    return "".join(c for c in text[:5000].casefold() if c.isalnum())


def _bracketed(id: str) -> str:
    id = id.strip()
    return id if not id or id.startswith("<") else f"<{id}>"
