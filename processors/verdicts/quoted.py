"""What the mail of ours that is answered says: the thing it is about, what it asks for it, and whether it offers anything."""

from __future__ import annotations

import re
from decimal import Decimal

from processors.verdicts.clauses import clauses
from processors.verdicts.judge import judge
from processors.verdicts.lexicon import phrases
from processors.verdicts.tokens import fold, tokenise

_SEPARATE_THINGS = re.compile(r"[,+&/]|\s(?:et|and|y|und|e|en)\s", re.IGNORECASE)
#: « Fauteuil en velours » is one thing, "stoel en tafel" are two.
_OF_A_MATTER = re.compile(
    r"\sen\s(?=(?:bois|velours|cuir|tissu|chêne|noyer|hêtre|pin|merisier|acajou|teck|rotin|osier|lin|coton|métal|fer|laiton|bronze"
    r"|cuivre|verre|cristal|marbre|pierre|terre|porcelaine|céramique|plâtre|résine|plastique|kit|l'état|bon|forme)\b)",
    re.IGNORECASE,
)
_OBJECT_LINE = re.compile(r"[\s>|*]{0,20}(?:votre objet|your object)\s?:\s*(\S[^\n]{0,80})", re.IGNORECASE)
_ABOUT_LINE = re.compile(r"[\s>|*]{0,20}(?:objet|sujet|object|subject)\s?:\s*(\S[^\n]{0,80})", re.IGNORECASE)
_PRICE_LINE = re.compile(r"[\s>|*]{0,20}(?:votre prix|your price)\s?:\s*(\S[^\n]{0,120})", re.IGNORECASE)


def several_things(line: str) -> bool:
    """Whether a subject, or our line that says what the quote is for, names more than one thing."""
    return _SEPARATE_THINGS.search(_OF_A_MATTER.sub(" ", line[:300])) is not None


def context_words(subject: str) -> frozenset[str]:
    """Words of the subject that name the one thing quoted; none when the subject names several."""
    if several_things(subject):
        return frozenset()
    known = phrases()
    words = (fold(w) for w in re.findall(r"[^\W\d_]{4,}", subject[:300]))
    return frozenset(w for w in words if w not in known)


def object_line(quoted: str) -> str:
    """What our quote says it is for ("Votre objet : fauteuil"), '' when it does not or names several things."""
    found = {m[1].strip() for line in quoted[:20_000].split("\n")[:200] if len(line) < 200 and (m := _OBJECT_LINE.match(line))}
    return found.pop() if len(found) == 1 else ""


def asked_about(quoted: str) -> str:
    """What our question to the administrator is about (its lines "Objet : …" and "Sujet : …")."""
    lines = (line for line in quoted[:20_000].split("\n")[:200] if len(line) < 200)
    return " ".join(m[1] for line in lines if (m := _ABOUT_LINE.match(line)))


def offered(subject: str, quoted: str, unit: str) -> Decimal | None:
    """What our quote asks, from its own line or its subject; None when they do not say one number."""
    lines = [m[1] for line in quoted[:20_000].split("\n")[:200] if len(line) < 200 and (m := _PRICE_LINE.match(line))]
    said = clauses(tokenise(". ".join((lines or [subject[:200]])[:5])), context=frozenset(), unit=unit)
    found = {i.amount for c in said for i in c.items if i.act == "amount" and i.amount is not None}
    return found.pop() if len(found) == 1 else None


def answers_another_mail(quoted: str, own_phrases: tuple[str, ...]) -> bool:
    """Whether a mail of ours is quoted that offers nothing to say yes to: a bare "ok" answers that one, not the quote."""
    lines = [" ".join(line.strip("> \t|*").split()) for line in quoted[:20_000].split("\n")[:400]]
    ours = set(own_phrases)
    if not any(line in ours for line in lines):
        return False
    return not any(_offers(line) for line in lines if 0 < len(line) <= 40)


def _offers(line: str) -> bool:
    said = clauses(tokenise(line), context=frozenset(), unit="")
    return len(said) == 1 and not said[0].asked and judge(said[0], line, admin=True).kind in {"approve", "weak", "perfect"}
