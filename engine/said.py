"""What the words of a further message say of how it goes with what was asked for, as hints for the heart (core.events)."""

from __future__ import annotations

from core.events import ADDS, AGREES, AMENDS, ASKS_AFTER, ASKS_CLIENT, POLITE, THANKS
from processors.continuing import adds, changes, inquires
from processors.courtesy import agrees, puts_question, thanks_only
from processors.politeness import thanks


def said_hints(text: str, name: str = "") -> dict[str, str]:
    """What the words of a further message say of how it goes with what was asked for; ``name`` is its author's."""
    more = {AMENDS: ""} if changes(text) else {}
    more |= {ASKS_AFTER: ""} if inquires(text) else {}
    more |= {THANKS: ""} if thanks_only(text) else {}
    more |= {AGREES: ""} if agrees(text) else {}
    more |= {ASKS_CLIENT: ""} if puts_question(text) else {}
    more |= {POLITE: ""} if thanks(text, name) else {}
    return {**more, ADDS: told} if (told := adds(text)) else more
