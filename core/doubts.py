"""Why a fact is to be checked, in words: what the reader of a message could not tell of it, with the words it was read in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from core.directive import Localized, in_language
from core.reading import Fact

Doubt = Literal[
    "",
    "either",
    "several",
    "share",
    "more",
    "split",
    "event",
    "otherwise",
    "beside",
    "taken",
    "which",
    "both",
    "line",
    "stale",
    "currency",
    "noday",
]

#: What could not be told. Behind those of ``_QUOTED`` stand the message's words.
DOUBTS: Mapping[str, Localized] = {
    "either": {"fr": "le message en laisse le choix", "en": "the message leaves the choice"},
    "several": {"fr": "le message en dit plusieurs", "en": "the message tells several"},
    "share": {
        "fr": "de chaque fois ou de tout, le message ne le dit pas",
        "en": "each time or in all, the message does not say",
    },
    "more": {"fr": "combien en tout, le message ne le dit pas", "en": "how many in all, the message does not say"},
    "split": {"fr": "à livrer en plusieurs fois", "en": "to be delivered in parts"},
    "event": {
        "fr": "c'est le jour d'un événement, aucun de livraison n'est dit",
        "en": "it is the day of an event, no delivery is told",
    },
    "otherwise": {"fr": "un message plus récent dit autre chose", "en": "a later message says something else"},
    "beside": {
        "fr": "dit avec un ajout : pour lui seul ou pour tout",
        "en": "said with an addition: for it alone or for everything",
    },
    "taken": {"fr": "repris d'une demande qui a été validée", "en": "taken over from a request that was validated"},
    "which": {"fr": "de quelle ligne, ou si de toutes, ce n'est pas dit", "en": "of which line, or of all, is not said"},
    "both": {
        "fr": "à la place de l'autre ou en plus, ce n'est pas dit",
        "en": "instead of the other or beside it, is not said",
    },
    "line": {
        "fr": "pour cette ligne ou pour une de plus, le message ne le dit pas",
        "en": "of this line or of one more, the message does not say",
    },
    "currency": {"fr": "aucune monnaie n'est dite", "en": "no currency is told"},
    "noday": {"fr": "ce jour n'existe pas", "en": "there is no such day"},
    "stale": {"fr": "écrit avant que le reste ne change", "en": "written before the rest was changed"},
}
_QUOTED = frozenset({"", "either", "several", "share", "more", "split", "event", "both", "line", "currency", "noday"})
_DERIVED: Localized = {"fr": "calculé avec un champ à vérifier", "en": "calculated with a field that is to be checked"}
_UNSURE: Localized = {"fr": "lu sans certitude", "en": "read without certainty"}
#: Characters of the message's words.
_MOST = 120


def why(fact: Fact, language: str) -> str:
    """Why somebody is to look at a fact that is in doubt: « le message en laisse le choix : « 500 ou 600 » »."""
    if fact.origin == "derived":
        return in_language(_DERIVED, language)
    told = in_language(DOUBTS.get(fact.doubt, _UNSURE), language)
    quotes = dict.fromkeys(" ".join(e.quote.split()) for e in fact.evidence if e.quote and not e.source.startswith("case:"))
    if isinstance(fact.value, str):
        quotes = {quote: None for quote in quotes if quote not in fact.value}  # the value stands beside it
    said = " … ".join(quotes)
    if fact.doubt not in _QUOTED or not said:
        return told
    said = said[:_MOST] + "…" * (len(said) > _MOST)
    return f"{told} : « {said} »" if language == "fr" else f'{told}: "{said}"'


def choice(fact: Fact, language: str) -> str:
    """The words in which a message leaves the choice, quoted: « 600 ou 700 »; '' where it leaves none."""
    said = " … ".join(dict.fromkeys(" ".join(e.quote.split()) for e in fact.evidence if e.quote))[:_MOST]
    if fact.doubt != "either" or not said:
        return ""
    return f"« {said} »" if language == "fr" else f'"{said}"'
