"""What the words of a further message say of how it goes with what was asked for, as hints for the heart (core.events)."""

from __future__ import annotations

from core.events import ADDS, AMENDS, ASKS_AFTER
from processors.continuing import adds, changes, inquires


def said_hints(text: str) -> dict[str, str]:
    """What the words of a further message say of how it goes with what was asked for."""
    more = {AMENDS: ""} if changes(text) else {}
    more |= {ASKS_AFTER: ""} if inquires(text) else {}
    return {**more, ADDS: told} if (told := adds(text)) else more
