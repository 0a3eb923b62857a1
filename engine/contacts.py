"""The people who wrote, as the desk shows them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from core.case import Party
from core.directive import Localized
from core.views import CaseRow, ContactRow, DeskStore, Page
from processors.phone import numbers_in

MOST = 200
_EMAIL = re.compile(r"[^@\s<>,;\"']{1,64}@[^@\s<>,;\"']+\.[^@\s<>,;\"']{2,}")


@dataclass(frozen=True, slots=True)
class ContactView:
    """A person with his cases, the last changed first."""

    row: ContactRow
    cases: Sequence[CaseRow]


@dataclass(frozen=True, slots=True)
class Written:
    """How writing a person down ended: "saved" as ``id``; "taken": his address or number is that of ``id``; "refused" says why."""

    state: Literal["saved", "taken", "unknown", "refused"]
    id: str = ""
    why: Localized = field(default_factory=dict)


class Contacts:
    """Every call blocks and is safe from any thread."""

    def __init__(self, store: DeskStore, *, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock

    def find(self, *, search: str = "", limit: int = 50, after: str = "") -> Page[ContactRow]:
        """A page, the last changed first. Raises ValueError when ``after`` is not what a page before gave."""
        return self._store.find_contacts(search=search, limit=max(1, min(limit, MOST)), after=after)

    def view(self, contact_id: str) -> ContactView | None:
        """One person, None when there is no such one."""
        row = self._store.contact(contact_id)
        return ContactView(row, self._store.contact_cases(contact_id)) if row is not None else None

    def save(
        self, contact_id: str, *, name: str, email: str, phone: str, address: str, author: str, language: str = ""
    ) -> Written:
        """Write a person down, '' for a new one. A number may be written as people write them; it is kept as E.164."""
        email, name = email.strip(), " ".join(name.split())
        found = numbers_in(phone.strip())
        if not (email or phone.strip()):
            why = {"fr": "une adresse ou un numéro est attendu", "en": "an email or a phone number is needed"}
            return Written("refused", why=why)
        if email and not _EMAIL.fullmatch(email):
            return Written(
                "refused", why={"fr": "cette adresse n'est pas une adresse de courriel", "en": "this is no email address"}
            )
        if phone.strip() and len(found) != 1:
            why = {
                "fr": "un numéro avec son indicatif est attendu (+212…)",
                "en": "a number with its country code is needed (+212…)",
            }
            return Written("refused", why=why)
        before = self._store.contact(contact_id) if contact_id else None
        spoken = language or (before.party.language if before is not None else "fr")
        party = Party(email, name, found[0] if found else "", spoken)
        state, id = self._store.save_contact(contact_id, party, address.strip(), author, self._clock())
        taken = {
            "fr": "cette adresse ou ce numéro est déjà celui d'un autre contact",
            "en": "another contact has this address or number",
        }
        return Written(state, id, taken if state == "taken" else {})
