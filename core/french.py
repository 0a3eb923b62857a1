"""Small matters of French in texts: « d'Ali », « de Rim », and whether words begin with a greeting, in the languages people write."""

from __future__ import annotations

import re
import unicodedata

#: First names whose h nobody hears; that of Hassan, Hind and Hamza is heard, and parts words.
_SILENT = frozenset("hector helene helena heloise henri henriette hippolyte honore honorine hortense hyacinthe".split())
#: A greeting at the head of a text, with the name it is for.
_GREETING = re.compile(
    r"\W*(?:re[- ]?)?(?:bonjour|bonsoir|bonne journ[ée]e|salut|coucou|hello|hi|hey|good (?:morning|afternoon|evening)|dear|"
    r"ch(?:er|ère)s?|salam\w*|assalam\w*|sba7|madame|monsieur|السلام|سلام|مرحبا|صباح|مساء)(?!\w)",
    re.IGNORECASE,
)


def of(name: str) -> str:
    """« d'Ali », « de Rim », « de Hassan », « de Yasmine », « d'Yves »; an address, a number and other scripts take « de »."""
    word = next(iter(name.split()), "")
    plain = "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))
    plain = plain.replace("œ", "oe").replace("æ", "ae")
    vowel = plain[:1] in set("aeiou") or plain in _SILENT or (plain[:1] == "y" and plain[1:2] not in set("aeiou"))
    return f"d'{name}" if vowel and len(plain) > 1 and "@" not in word else f"de {name}"


def greets(text: str) -> bool:
    """Whether a text begins with a greeting."""
    return _GREETING.match(text) is not None
