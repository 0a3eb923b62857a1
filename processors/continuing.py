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
#: How people say that something they asked for is to be otherwise; folded.
_OTHERWISE = re.compile(
    r"\b(?:finalement|en fait|plutot|au lieu d|a la place|correction|rectif\w*|corrige\w*|modif\w*|change[rz]?|changement|remplace[rz]?|"
    r"je me suis trompe\w*|on s est trompe\w*|erreur de ma part|petite erreur|je voulais dire|"
    r"actually|instead|rather than|change|changed|amend\w*|my mistake|i meant|beddel\w*|bdel\w*|badel\w*|بدل\w*)\b"
)
#: Those of them that name what is replaced, or come before nothing else; folded.
_REPLACES = re.compile(
    r"\b(?:au lieu d|a la place|je me suis trompe\w*|on s est trompe\w*|erreur de ma part|je voulais dire|instead of|rather than|"
    r"my mistake|i meant)\b|^(?:bonjour |bjr |salam |hello |hi |re |dsl |desole |pardon )*(?:finalement|en fait|correction|rectif\w*)\b"
)
_READ = 200


def continues(text: str) -> bool:
    """Whether the first words add to something said before. Never raises; linear."""
    return _BEGINS.match(_plain(text)) is not None


def changes(text: str) -> bool:
    """Whether the first words say that something asked for before is to be otherwise. Never raises; linear."""
    return _OTHERWISE.search(_plain(text)) is not None


def replaces(text: str) -> bool:
    """Whether they say so beyond doubt, whatever else the message asks for. Never raises; linear."""
    return _REPLACES.search(_plain(text)) is not None


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text[:_READ].casefold())
    plain = "".join(c if c.isalnum() or c == "-" else " " for c in plain if not unicodedata.combining(c))
    return " ".join(plain.split())
