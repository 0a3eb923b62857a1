"""Questions that ask for nothing else than the work: when it will be ready, whether it may begin."""

from __future__ import annotations

import re

from processors.later import Later
from processors.verdicts.clauses import Clause
from processors.verdicts.expressions import opens_delay_question
from processors.verdicts.items import Item
from processors.verdicts.tokens import word_set

_DELIVERY = re.compile(
    r"livr|recev|recept|commenc|demarr|debut|fini|termin|pret|dispo|delai|resultat|modele|lanc|avoir|aura|deliver|start|ready|finish"
    r"|done|begin|receiv|complet|expect|take|temps|rendu"
)
_ASKS_MORE = word_set("change price negation condition meta irony option yes amount refuse contrast partial")
_BEGIN = word_set("commencer demarrer lancer debuter proceder attaquer start begin proceed")


def asks_to_begin(items: tuple[Item, ...]) -> bool:
    """« Pouvez-vous commencer dès aujourd'hui ? »: an order politely put; it asks for nothing else."""
    said = " ".join(i.words for i in items).split()
    begins = any(w in _BEGIN for w in said[:5]) and said[0] in {"pouvez", "peux", "pourriez", "pourrais", "can", "could"}
    return (
        begins
        and all(i.act in {"question", "yes", "asap", "filler", "object", "polite", "thanks", "unknown"} for i in items)
        and all(i.act != "unknown" or i.words in _BEGIN for i in items)
    )


#: What else stands in such a question; another word may ask for something else ("quel délai pour le petit modèle").
_OF_TIME = word_set(
    "vous tu il elle l le la les un une on nous je y t ce c en au aux a de d du des pour dans sous vers par votre vos notre "
    "mon ma mes combien "
    "quel quelle quels quelles temps pensez penses comptez comptes compter estimez faut prend prendra faudra sera est serez "
    "seront etes "
    "peut peuvent pouvez peux puis pourrai esperer espere attendre avoir aurez gardez fichier fichiers sources source "
    "environ approximatif "
    "approximativement peu pres jours semaines date quand prevu prevue prevus estime estimee moyen moyenne normal traitement "
    "travail tout "
    "be it will take you do does the your for can i we to a an long have would should is are there days weeks by when this "
    "get them "
    "and et donc svp stp s plait te monsieur madame"
)


def _of_time(item: Item) -> bool:
    return item.act == "object" or all(w in _OF_TIME or _DELIVERY.match(w) for w in item.words.split())


#: « Pourriez-vous me dire *sous combien de temps* … », « savez-vous *quand* … »: how the question is led up to.
_POLITELY = Later(
    r"(?:(?:et|sinon|donc|alors|juste|au fait) )*"
    r"(?:(?:pouvez|pourriez|savez|auriez|avez) vous|(?:peux|pourrais|sais) tu|merci de|could you|can you|do you know"
    r"|j aimerais|je voudrais|nous aimerions|on aimerait)(?: (?:s il vous plait|please|bien|juste|simplement))*(?: (?:me|m|nous))?"
    r"(?: (?:dire|indiquer|preciser|savoir|tell me|let me know))?(?: environ| a peu pres)? "
    r"(?=quand|sous|dans|combien|pour quand|vers|d ici|quel|when|how)"
)


def _behind(items: tuple[Item, ...], words: int) -> tuple[Item, ...]:
    """The items behind so many words."""
    while items and words > 0:
        words -= len(items[0].words.split())
        items = items[1:]
    return items


def asks_when(clause: Clause, items: tuple[Item, ...]) -> bool:
    """« Quand sera-t-il prêt ? », « sous quel délai livrez-vous »: of the time of delivery, and nothing else."""
    said = " ".join(i.words for i in items).split()
    if lead := _POLITELY.match(" ".join(said)):
        items = _behind(items, len(lead[0].split()))
        said = said[len(lead[0].split()) :]
    while said and said[0] in {"et", "and", "sinon", "donc", "alors", "so", "par", "contre"}:
        said = said[1:]
    opening = opens_delay_question(said[:9])
    if not opening or not (clause.asked or opening not in {"quand", "when", "pour quand", "vers quand"}):
        return False
    acts = {i.act for i in items[1:]}
    if acts & _ASKS_MORE or not all(_of_time(i) for i in items if i.act in {"unknown", "masked", "number", "amount", "object"}):
        return False
    return len(said) <= 16 and any(_DELIVERY.match(w) for w in said)
