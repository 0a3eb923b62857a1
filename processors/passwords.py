"""What may be the password of a file in the words of whoever was asked for it. It is tried on the file, and no more."""

from __future__ import annotations

import re

#: Candidates of one message, characters of one, and of the words that are looked through.
MOST, LONGEST, _READ = 12, 64, 600
#: Words of an answer that may be nothing but the password.
_FEW = 6
_SAYS = re.compile(
    r"(?:mots? de passe|mot d passe|m\.?d\.?p\b|password|passwort|passcode|\bpass\b|"
    r"\bpwd\b|\bcode\b|\bclé\b|كلمة السر|كلمة المرور|الرقم السري)"
    r"(?:\s+(?:du|de ce|of the|for the|dyal)\s+(?:fichier|pdf|file|document))?"
    r"(?:\s*(?:[:=→>]|->|c'est|c’est|est|is|houwa|howa|هو))*\s*[«\"'“(]?\s*(\S{3,64})",
    re.IGNORECASE,
)
_AROUND = "«»\"'“”‘’()[]<>.,;:!?"
#: What short answers are made of beside it.
_PLAIN = frozenset(
    """bonjour bonsoir salam salut hello bjr voici voila voilà merci svp stp pour les des mot passe mdp password pass code est cest c'est
    c’est the this here file fichier pdf oui non pas sais thanks please hadi hada houwa avec sans tout ok désolé desole dsl""".split()
)


def passwords_in(text: str) -> tuple[str, ...]:
    """The candidates, those that are said to be it first; () where nothing looks like one. Never raises; bounded."""
    text = text[:_READ]
    found: dict[str, None] = {}

    def add(word: str) -> None:
        for one in (word.strip(_AROUND), word):
            if 3 <= len(one) <= LONGEST and one.casefold() not in _PLAIN:
                found[one] = None

    for match in _SAYS.finditer(text):
        add(match[1])
    words = text.split()
    if len(words) <= _FEW and "?" not in text:
        for word in words:
            add(word)
    return tuple(found)[:MOST]
