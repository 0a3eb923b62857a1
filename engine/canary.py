"""The canary: a mail to ourselves that must go out, come back and reach the ledger within minutes.

It proves the whole road at once: the courier, the outgoing server, the mailbox, intake, reader and clerk. ``release`` only
writes rows, so it works beside the running service; the clerk recognises what comes back by its signed Message-ID.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from core.effects import Effect, SendMessage
from core.ports import Change, JournalEntry, Store

#: The note in the store that says how the last one fared.
NOTE = "canary"
#: Stands in the Message-ID in place of a case's reference; no case has it, for those are drawn.
REFERENCE = "CANARY00"


class Notes(Protocol):
    """What is noted of lanes."""

    def notes(self) -> dict[str, tuple[bool, datetime, datetime | None]]:
        """(whether it went well, since when, when it last did) by name."""


def release(store: Store, address: str, now: datetime) -> str:
    """Let one fly to that address of ours; the key of its effect."""
    key = f"canary/{now:%Y%m%dT%H%M%S%f}"
    words = (
        "Ce message est un canari : Guichet se l'envoie pour vérifier que le courrier part et revient.\n"
        "This is a canary: Guichet sends it to itself to see that mail leaves and comes back.\n"
    )
    payload = SendMessage(address, "", "Canari", words, "canary", "fr", "internal", audience="admin", reference=REFERENCE)
    entry = JournalEntry(now, "", "canary", {"effect": key})
    store.commit([Change(None, effects=(Effect(key, "", "mail", payload),), journal=(entry,))], now)
    return key


def came_back(
    store: Notes, since: datetime, seconds: float, *, pause: float = 2.0, sleep: Callable[[float], None] = time.sleep
) -> bool:
    """Whether one released at ``since`` reached the ledger within so many seconds."""
    left = seconds
    while True:
        ok, _, good_at = store.notes().get(NOTE, (False, since, None))
        if ok and good_at is not None and good_at >= since:
            return True
        if left <= 0:
            return False
        sleep(min(pause, left))
        left -= pause
