"""The number an administrator means where he corrects himself in one breath, or names its ground before it and what is to be done behind.

« 3 non pardon *4 crédits* », « mais avec les dorures *je retiens 8 crédits* », « *5* et tu lances ».
"""

from __future__ import annotations

from dataclasses import replace

from processors.later import Later
from processors.verdicts.items import Item
from processors.verdicts.priced import prices
from processors.verdicts.tokens import word_set

_DOUBTS = frozenset({"question", "future", "option", "hedge", "meta", "irony", "echo", "refuse", "no", "yes", "needs"})
#: Whatever holds one of these gives a number that is not, or not yet, the price.
UNSURE = Later(
    r"(?:indicati|provisoi|negoci|brouillon|fourchet|hypoth|estim|environ|approx|concurr|ancien|remis|confirm|verif|attend|reserv|simul|moyenn"
    r"|arrond|discut|debat|propos|demand|voul|voud|veut|veu|souhait|espere|essa[iy]|doute|pens|croi|prefer|habitu|normal|option|variant|solution|version|hesit|repons|maxi|mini|ideal)"
    r"|(?:voir|si|ou|sauf|max|min|mini|plutot|moins|dixit|dit|disait|selon|avis|test|exemple|client|cliente|prix|tarif|budget|devis|remise|ht|entre"
    r"|jusqu|avant|quand|ne|peut|etre|presque|pas|base|lui|elle)$"
)
_SLIP = word_set("non pardon oups euh correction enfin ah zut plutot desole desolee je voulais dire c est")
_SLIPS = word_set("non pardon oups correction zut")
_TAIL = word_set("en fait finalement du coup quoi")
_AND_COPY = Later(
    r"^et (?:tu me mets|mets moi) en copie(?: quand tu (?:lui )?(?:ecris|reponds|envoies)(?: au client| a la cliente| le devis)?)?$"
)
_AND_GO = Later(
    r"^et (?:tu|vous|on) (?:lances?|lancez|envoies?|envoyez|factures?|facturez|pars|part|commences?|demarres?|valides?|validez|y va|y vas)"
    r"(?: (?:le|la|ca|devis|au|client|a|cliente|comme|dessus|direct))*$"
)


#: « 3 pas plus c'est un simple tabouret »
_NO_MORE = Later(
    r"^(?:et )?(?:pas|ni|non) (?:plus|moins|un de plus|un de moins)"
    r"(?: (?:et )?c est (?:un|une) (?:simple|petit|petite|bete|vulgaire) \w+)?$"
)
_MAKES = frozenset({"c est", "ce sera", "ca fait", "cela fait", "donc", "je", "on", "nous"})


def corrected(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """« 3 non pardon *4 crédits* », « mais avec les dorures *je retiens 8 crédits* », « *5* et tu lances »: the clause without the rest."""
    items = _without_tail(items)
    named = [n for n, i in enumerate(items) if i.amount is not None]
    if len(named) == 2 and named[0] == 0 and named[1] == len(items) - 1:
        between = " ".join(i.words for i in items[1:-1]).split()
        if between and _SLIPS & set(between) and all(w in _SLIP for w in between):
            return (replace(items[-1], act="amount"),)
    if len(named) == 1 and items[named[0]].act == "amount":
        return _without_ground(items, named[0])
    return items


def _without_tail(items: tuple[Item, ...]) -> tuple[Item, ...]:
    at = next((n for n, i in enumerate(items) if i.amount is not None), None)
    if at is None:
        return items
    for n in range(at + 1, len(items)):
        said = " ".join(i.words for i in items[n:])
        if _AND_GO.match(said) or _AND_COPY.match(said) or _NO_MORE.match(said):
            return items[:n]
    while len(items) > at + 1 and all(w in _TAIL for w in items[-1].words.split()):
        items = items[:-1]
    return items


def _frames(item: Item) -> bool:
    """« je retiens », « on met »: an expression of its own that prices."""
    words = item.words.split()
    return item.act == "admin" or (len(words) == 2 and words[0] in {"je", "on", "nous"} and prices(words[1]))


def _without_ground(items: tuple[Item, ...], at: int) -> tuple[Item, ...]:
    start = next(
        (
            n
            for n in range(at - 1, 0, -1)
            if (items[n].words in _MAKES or _frames(items[n]))
            and all(i.act in {"filler", "admin"} or prices(i.words) for i in items[n + 1 : at])
        ),
        0,
    )
    ground = " ".join(i.words for i in items[:start])
    ground = ground.removeprefix("mais ").removeprefix("donc ").removeprefix("et ")
    if not start or any(i.act in _DOUBTS or i.amount is not None for i in items[:start]):
        return items
    words = ground.split()
    bare = not words or ground in {"mais", "donc", "et"}
    if bare or (
        ground.startswith(("avec ", "vu ", "apres avoir ", "apres examen ", "compte tenu ", "etant donne ", "pour ", "ici"))
        and not any(UNSURE.match(w) for w in words)
    ):
        return items[start:]
    return items
