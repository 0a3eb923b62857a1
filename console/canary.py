"""``daemon.py canary``: a mail to ourselves that must come back."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime

from assembly import now
from console.beside import reading_store
from core.errors import UserError
from settings import Settings


def fly_canary(settings: Settings, minutes: float, *, clock: Callable[[], datetime] = now) -> bool:
    """Send ourselves a mail through the running service and wait for it; whether it came back. Raises UserError.

    When it did not, ``status`` and /health show it and the administrator is written to, as far as mail still leaves.
    """
    from engine import canary
    from engine.alerts import alert
    from engine.directives import DirectiveErrors, load_all

    if not settings.has_mailbox:
        raise UserError("aucune boîte n'est réglée : il n'y a pas de courrier à essayer", where="GMAIL_EMAIL")
    with reading_store(settings) as store:
        since = clock()
        was_well = store.notes().get(canary.NOTE, (True, since, None))[0]
        canary.release(store, settings.gmail_email, since)
        if canary.came_back(store, since, minutes * 60):
            return True
        trouble = f"le canari lâché le {since.astimezone():%d/%m à %H:%M} n'est pas revenu en {minutes:g} min"
        when = clock()
        store.note(canary.NOTE, False, trouble, when)
        if was_well:
            try:
                business = next(iter(load_all(settings.directives_dir).values()))
            except DirectiveErrors as errors:
                print(errors, file=sys.stderr)
                return False
            change = alert(business, ("mail", settings.admin_email), canary.NOTE, trouble, when)
            if change is not None:
                store.commit([change], when)
        return False
