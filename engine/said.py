"""What the words of a message say of how it goes with what was asked for, as hints for the heart (core.events)."""

from __future__ import annotations

from collections.abc import Mapping

from core.case import Case
from core.directive import Directive
from core.events import (
    ACKNOWLEDGES,
    ADDS,
    AGREES,
    AMENDS,
    ASKS_AFTER,
    ASKS_CLIENT,
    CHASES,
    DEALT,
    EMPTY,
    NODS,
    POLITE,
    SECRETS,
    THANKS,
    UNTIED,
    YES,
)
from core.gates.fulfil import awaited
from core.judging import judges
from core.ports import ReadRow
from processors.continuing import adds, changes, inquires
from processors.correlate import Choice
from processors.courtesy import (
    acknowledges,
    agrees,
    chases,
    dealt_with,
    empty,
    nods,
    puts_question,
    says_yes,
    thanks,
    thanks_only,
)
from processors.passwords import passwords_in


def said_hints(text: str, name: str = "") -> dict[str, str]:
    """What the words of a further message say of how it goes with what was asked for; ``name`` is its author's."""
    more = {AMENDS: ""} if changes(text) else {}
    more |= {ASKS_AFTER: ""} if inquires(text) else {}
    thanked = thanks_only(text)
    more |= {THANKS: ""} if thanked else {}
    more |= {AGREES: YES if says_yes(text) else ""} if thanked or agrees(text) else {}
    more |= {ACKNOWLEDGES: ""} if acknowledges(text) else {}
    more |= {CHASES: ""} if chases(text) else {}
    more |= {ASKS_CLIENT: ""} if puts_question(text) else {}
    more |= {DEALT: ""} if dealt_with(text) else {}
    more |= {NODS: ""} if nods(text) else {}
    more |= {POLITE: ""} if thanks(text, name) else {}
    return {**more, ADDS: told} if (told := adds(text)) else more


def further_hints(read: ReadRow, choice: Choice, case: Case) -> Mapping[str, str]:
    """What a further message's inbox told of it, and what its case has to know."""
    more = {"ambiguous": choice.why} if choice.ambiguous else {}
    more |= {UNTIED: ""} if choice.untied else {}
    more |= said_hints(read.message.text, read.message.sender.name)
    if "oversize" not in read.row.hints and empty(read.message):
        more[EMPTY] = ""
    if "again" not in read.row.hints and any(one.locked for one in case.unread):
        more[SECRETS] = "\n".join(passwords_in(read.message.text))
    return {**read.row.hints, **more}


def first_hints(read: ReadRow, directive: Directive) -> Mapping[str, str]:
    """What the heart is told of a message that opens a case, of what its directive makes a difference of."""
    text, more = read.message.text, dict(read.row.hints)
    if (
        awaited(directive)
        and not read.message.attachments
        and thanks_only(text, read.message.subject, read.message.sender.name)
    ):
        more[THANKS] = ""
    if judges(directive) and (told := adds(text)):
        more[ADDS] = told
    return more
