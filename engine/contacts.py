"""The people who wrote, as the desk shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.views import CaseRow, ContactRow, DeskStore, Page

MOST = 200


@dataclass(frozen=True, slots=True)
class ContactView:
    """A person with his cases, the last changed first."""

    row: ContactRow
    cases: Sequence[CaseRow]


class Contacts:
    """Every call blocks and is safe from any thread."""

    def __init__(self, store: DeskStore) -> None:
        self._store = store

    def find(self, *, search: str = "", limit: int = 50, after: str = "") -> Page[ContactRow]:
        """A page, the last changed first. Raises ValueError when ``after`` is not what a page before gave."""
        return self._store.find_contacts(search=search, limit=max(1, min(limit, MOST)), after=after)

    def view(self, contact_id: str) -> ContactView | None:
        """One person, None when there is no such one."""
        row = self._store.contact(contact_id)
        return ContactView(row, self._store.contact_cases(contact_id)) if row is not None else None
