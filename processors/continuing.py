"""Whether a message goes on with what was said before: chats have no subjects to tell a new request from more of the old one."""

from __future__ import annotations

import re
import unicodedata

#: How people begin when they add to what they said, correct it or send what was asked for; folded.
_BEGINS = re.compile(
    r"(?:ok |oui |alors |ah |et |bonjour |bjr |re |dsl |desole |pardon |sorry |hi |hello )*"
    r"(?:finalement|en fait|plutot|du coup|au fait|comme (?:demande|convenu|promis)|voici|voila|(?:la|le|les) voi(?:ci|la)|"
    r"tenez|ci[- ]joint|j ai oublie|j avais oublie|pour completer|en complement|en plus|je (?:vous )?(?:rajoute|renvoie)|"
    r"actually|in fact|instead|here (?:is|are|it is|they are|you go)|as (?:asked|requested|promised|agreed)|i forgot|to complete|"
    r"attached)\b"
)
_READ = 200


def continues(text: str) -> bool:
    """Whether the first words add to something said before. Never raises; linear."""
    plain = unicodedata.normalize("NFKD", text[:_READ].casefold())
    plain = "".join(c if c.isalnum() or c == "-" else " " for c in plain if not unicodedata.combining(c))
    return _BEGINS.match(" ".join(plain.split())) is not None
