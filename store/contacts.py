"""People as the desk writes them down: added before they ever wrote, or corrected."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, insert, or_, select, update

from core.case import Party
from core.ports import JournalEntry
from store.commit import Commit
from store.tables import contacts
from store.words import party_words


class ContactsTable(Commit):
    """core.views.Views, the part about writing down people."""

    def save_contact(
        self, contact_id: str, party: Party, address: str, author: str, now: datetime
    ) -> tuple[Literal["saved", "taken", "unknown"], str]:
        """Keep a person as somebody at the desk says he is ('' for a new one): how it ended, and his id.

        "taken": that address or number is another's, whose id it is. What is set here is not overwritten by what his mails say.
        """
        email, phone = self.keys.person(party.email) or None, self.keys.person(party.phone) or None

        def work(connection: Connection) -> tuple[Literal["saved", "taken", "unknown"], str]:
            head = self._lock_head(connection)
            theirs = [c == d for c, d in ((contacts.c.email_hash, email), (contacts.c.phone_hash, phone)) if d]
            if theirs:
                other = connection.execute(select(contacts.c.id).where(or_(*theirs), contacts.c.id != contact_id)).scalar()
                if other is not None:
                    return "taken", str(other)
            row = connection.execute(select(contacts).where(contacts.c.id == contact_id).with_for_update()).mappings().first()
            if contact_id and row is None:
                return "unknown", ""
            id = contact_id or os.urandom(12).hex()
            before: dict[str, Any] = self._json("contacts", id, row["body"]) if row is not None else {}
            given = {"email": party.email, "phone": party.phone, "name": party.name, "address": address}
            kept = [name for name in ("name", "address") if given[name]]
            after = {**before, **given, "language": party.language, "kept": " ".join(kept)}
            values = {
                "email_hash": email,
                "phone_hash": phone,
                "body": self._seal_json("contacts", id, after),
                "updated_at": now,
            }
            if row is None:
                connection.execute(insert(contacts).values(id=id, created_at=now, **values))
            else:
                connection.execute(update(contacts).where(contacts.c.id == id).values(values))
            self._keep_words(connection, "contact", [(id, party_words(party))])
            self._append(
                connection, head, [JournalEntry(now, "", "contact.saved", {"contact": id, "new": row is None}, "", author)]
            )
            return "saved", id

        return self.db.write(work)
