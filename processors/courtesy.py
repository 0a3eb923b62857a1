"""Messages that only thank, and replies that ask for a question to be put or say that a thing is dealt with: what they say is known
word for word, or they are none of these."""

from __future__ import annotations

import re

from processors.facts_dates import plain_text
from processors.verdict import read_verdict
from processors.verdicts.clauses import clauses
from processors.verdicts.judge import judge
from processors.verdicts.own_words import own_words
from processors.verdicts.signed import without_signature
from processors.verdicts.tokens import tokenise

_COURTEOUS = frozenset({"thanks", "greeting", "closing", "praise", "perfect", "weak", "ack"})
_BEFOREHAND = re.compile(r"\b(?:d['’ ]avance|par avance|in advance|beforehand)\b", re.IGNORECASE)
#: Words of a message that is no more than thanks.
_SHORT = 40
_SUBJECT = re.compile(r"\s*(?:(?:re|fwd?|tr|aw)\s*:.*|bonjour|hello|salam|)\s*", re.IGNORECASE)


def thanks_only(text: str, subject: str = "") -> bool:
    """Whether a message thanks and says nothing else that any list knows. Never raises; linear."""
    if len(text.split()) > _SHORT or any(c.isdigit() for c in text) or "?" in text or _BEFOREHAND.search(text):
        return False
    return _thanks(text) and (_SUBJECT.fullmatch(subject[:200]) is not None or _thanks(subject[:200]))


def _thanks(text: str) -> bool:
    own = own_words(text, quoted="", own_phrases=())
    said = [judge(c, own.text, admin=False) for c in clauses(tokenise(own.text), context=frozenset(), unit="", admin=False)]
    kinds = {j.kind for j in without_signature(said, own.text, admin=False)}
    return "thanks" in kinds and kinds <= _COURTEOUS


def agrees(text: str) -> bool:
    """Whether a message is no more than an « ok » or a yes: it calls for no answer, as thanks do not. Never raises."""
    return read_verdict(text).answer == "approve"


_ASK = re.compile(
    r"\W*(?:(?:ok|oui|bonjour|salut|hello|hi|svp|please|merci de|veuillez|il faut|peux[- ]tu|pouvez[- ]vous|can you)\W+){0,3}(?:lui )?"
    r"(?:re)?(?:demande[rz]?(?:[- ](?:lui|leur))?|pose[rz]?(?:[- ](?:lui|leur))? la question|voi[rs] avec|voyez avec|questionne[rz]|"
    r"ask)\b(?!\W+(?:validee|annulee))"
)


def puts_question(text: str) -> bool:
    """Whether a reply wants something asked of the customer: « demandez au client quelle taille il veut ». Never raises."""
    return len(text) <= 600 and _ASK.match(plain_text(text)) is not None


_DEALT = re.compile(
    r"\W*(?:(?:ok|oui|bonjour|merci|hello|yes)\W+){0,2}"
    r"(?:(?:c['’ ]?est|tout est|it['’]?s|it is|all|deja|already|bien|dossier|affaire)\W+){0,3}"
    r"(?:traitee?|reglee?|fait|classee?|clos|done|dealt with|handled|sorted|settled|closed)(?:\W+(?:merci|thanks|thank you))?\W*"
)


def dealt_with(text: str) -> bool:
    """Whether a reply says that the thing is dealt with, and nothing else: « c'est traité ». Never raises."""
    return len(text) <= 80 and "?" not in text and _DEALT.fullmatch(plain_text(text)) is not None
