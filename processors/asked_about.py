"""Goods that are known already: « nos 4 palettes passent à quelle heure ? », « pour la livraison de mercredi (8 000 pièces) » order none.

A number of goods orders where somebody asks for them, or says nothing else than how many of what. Told with the word of what is known
("les 300", "notre commande de 3000", in brackets beside a delivery) it needs words that ask.
"""

from __future__ import annotations

import re

from core.message import Message
from core.reading import Fact, Quantity
from processors.facts_dates import plain_text

#: Right before a number of goods: they are known, his own or spoken of before.
_KNOWN = re.compile(r"(?<![^\W_])(?:mes|nos|les|ces|leurs|my|our|the|those|these)\s{1,2}$")
#: The same where nothing else asks for anything.
_TOLD = re.compile(
    r"(?<![^\W_])(?:(?:mes|nos|vos|les|ces|des|aux|leurs|my|our|your|the|those|these)\s{1,2}|(?:notre|nos|ma|mes|la|une|cette|our|my|the)\s"
    r"(?:commande|livraison|facture|order|delivery|invoice|palette|pallet|lcommande)\s(?:de|d['’]|du|of|for|dyal)\s{0,2})$"
    r"|\([^()\n]{0,16}$"
)
#: Where a sentence ends; a dot within a number, a time or a short word ends none.
_END = re.compile(r"[?!\n]|\.(?=\s|$)|؟")


def asked_about(message: Message, fact: Fact, *, asked: bool) -> bool:
    """Whether a number of goods is of goods that are known: in a question; or anywhere, where no word of the message asks for what it
    may be about (``asked``)."""
    if not isinstance(fact.value, Quantity) or not fact.evidence:
        return False
    places = {"text": message.text, "subject": message.subject, "body": message.body}
    return all(_known(places.get(e.source, ""), e.start, e.start + len(e.quote), asked) for e in fact.evidence)


def _known(text: str, start: int, end: int, asked: bool) -> bool:
    if not asked and _TOLD.search(plain_text(text[max(0, start - 30) : start])) is not None:
        return True
    return _in_question(text, start, end)


def _in_question(text: str, start: int, end: int) -> bool:
    if "?" not in text and "؟" not in text:
        return False
    if _KNOWN.search(plain_text(text[max(0, start - 10) : start])) is None:
        return False
    stop = _END.search(text, end)
    return stop is not None and stop[0] in "?؟"
