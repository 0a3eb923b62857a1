"""Goods that somebody has ordered already and asks about: « nos 4 palettes passent à quelle heure ? » orders none."""

from __future__ import annotations

import re

from core.message import Message
from core.reading import Fact, Quantity
from processors.facts_dates import plain_text

#: Right before a number of goods: they are known, his own or spoken of before.
_KNOWN = re.compile(r"(?<![^\W_])(?:mes|nos|les|ces|leurs|my|our|the|those|these)\s{1,2}$")
#: Where a sentence ends; a dot within a number, a time or a short word ends none.
_END = re.compile(r"[?!\n]|\.(?=\s|$)|؟")


def asked_about(message: Message, fact: Fact) -> bool:
    """Whether a number of goods is of goods that are known, in a question; what a message asks for is asked by its words then."""
    if not isinstance(fact.value, Quantity) or not fact.evidence:
        return False
    places = {"text": message.text, "subject": message.subject, "body": message.body}
    return all(_in_question(places.get(e.source, ""), e.start, e.start + len(e.quote)) for e in fact.evidence)


def _in_question(text: str, start: int, end: int) -> bool:
    if "?" not in text and "؟" not in text:
        return False
    if _KNOWN.search(plain_text(text[max(0, start - 10) : start])) is None:
        return False
    stop = _END.search(text, end)
    return stop is not None and stop[0] in "?؟"
