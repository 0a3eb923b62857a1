"""Letters to the administrator that concern no case: a lane that stopped, a canary that did not come back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.directive import Business
from core.effects import Effect, SendMessage, System
from core.ports import Change, JournalEntry
from core.texts import OFFERED_VALUES


def alert(business: Business, admin: tuple[System, str], about: str, trouble: str, now: datetime) -> Change | None:
    """The commit that writes to the administrator (how, where); None where there is none, or no text ``admin_alert``."""
    system, address = admin
    text = business.default.texts.get("admin_alert")
    if not address or text is None:
        return None
    subject, body = text.render("fr", alert_values(business.label, about, trouble, now), system)
    payload = SendMessage(address, "", subject, body, "admin_alert", "fr", "internal", audience="admin")
    effect = Effect(f"alert/{about}/{now:%Y%m%dT%H%M%S}", "", system, payload)
    return Change(None, effects=(effect,), journal=(JournalEntry(now, "", "alert", {"lane": about}, trouble),))


def alert_values(business: str, about: str, trouble: str, now: datetime) -> Mapping[str, Any]:
    """The values of the text ``admin_alert``: it concerns no case, so most are empty."""
    values: dict[str, Any] = dict.fromkeys(OFFERED_VALUES, "")
    values |= {n: [] for n in ("missing", "wanted", "facts", "files", "reasons")}
    values |= {"fact": {}, "file_count": 0, "business": business, "language": "fr", "message": trouble, "note": about}
    return values | {"subject": about, "reasons": [trouble], "opened_on": f"{now:%d/%m/%Y %H:%M} UTC"}
