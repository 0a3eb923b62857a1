"""Whether a message goes on with what was said before: chats have no subjects to tell a new request from more of the old one."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Adds = Literal["adds", "also", "unclear", ""]

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
#: How people say that something comes on top; folded.
_ADDS = re.compile(
    r"\b(?:r?ajout(?:e|ez|er|ons)?|add|n?zid(?:ou|o|u|na|ni|lna|li|oulna|liya)?|اضف|اضيفوا?|زيد(?:وا|و|نا|ني|لنا|لي|ونا|وني)?)\b"
)
#: Words that may say so, or may not; folded.
_ALSO = re.compile(
    r"\b(?:aussi|egalement|also|as well|too|in addition|(?:en|de) plus|en supplement|supplementaires?|kaman|hta)\b"
)
#: What is told of an addition that was made, or asked for as one that is not wanted, not yet or not alone; folded.
_ADDED = re.compile(r"\b(?:ai|as|a|avons|avez|ont|avais|avait|aviez|avaient|ete|j ai|est) (?:bien |deja )?r?ajoute\b")
_HEDGED = re.compile(
    r"\bn r?ajout\w+ (?:pas|rien|plus)\b|(?<!oubliez )(?<!oublie )\b(?:pas|inutile|rien|sans) (?:besoin )?(?:d |de |a )?r?ajouter\b|"
    r"\br?ajout\w+ (?:pas|rien)\b|\b(?:don t|do not|not|no need to) add\b|"
    r"\b(?:si (?:on|je|j|nous|vous)|if (?:we|i|you)|combien|quel (?:prix|tarif)|how much|bch7al|chhal)\b"
)
#: What is no more wanted; folded.
_TAKES = re.compile(r"\b(?:retire[rz]?|enleve[rz]?|supprime[rz]?|annule[rz]?|remove|cancel|drop)\b")
#: Words of a change of mind that may come before anything.
_SOFT = re.compile(r"\b(?:finalement|en fait|actually)\b")
_READ = 200
#: What adds may come after thanks and news.
_READ_MORE = 400


def continues(text: str) -> bool:
    """Whether the first words add to something said before. Never raises; linear."""
    return _BEGINS.match(_plain(text)) is not None


def changes(text: str) -> bool:
    """Whether the first words say that something asked for before is to be otherwise. Never raises; linear."""
    return _OTHERWISE.search(_plain(text)) is not None


def replaces(text: str) -> bool:
    """Whether they say so beyond doubt, whatever else the message asks for. Never raises; linear."""
    return _REPLACES.search(_plain(text)) is not None


def adds(text: str) -> Adds:
    """Whether a message puts something on top of what was asked for: "adds" in so many words, "also" where what it names has to tell,
    "unclear" where it may mean that or something else, '' where no word says so. Never raises; linear."""
    plain = _ADDED.sub("", _plain(text, _READ_MORE))
    verb = _ADDS.search(plain) is not None
    if not verb and _ALSO.search(plain) is None:
        return ""
    otherwise = _OTHERWISE.search(_SOFT.sub("", plain)) is not None
    if not verb and otherwise:
        return ""
    return "unclear" if otherwise or _HEDGED.search(plain) or _TAKES.search(plain) else "adds" if verb else "also"


def _plain(text: str, most: int = _READ) -> str:
    plain = unicodedata.normalize("NFKD", text[:most].casefold())
    plain = "".join(c if c.isalnum() or c == "-" else " " for c in plain if not unicodedata.combining(c))
    return " ".join(plain.split())
