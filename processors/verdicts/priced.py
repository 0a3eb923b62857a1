"""The clause in which an administrator names his price, read by its frame: who prices, the verb that prices, for whom, how much.

« Tu lui factures 7 crédits », « remets-le à 2 crédits », « 5 crédits tout rond », « 8 crédits plutôt que 6 ». Every other word keeps
its meaning: a doubt, a condition or somebody else's price in the same clause still takes it away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from processors.later import Later
from processors.verdicts.items import Item
from processors.verdicts.tokens import word_set

#: What somebody does who sets a price, in the forms of an order, of oneself and of what will be. "Il proposait" is none of them.
_PRICES = Later(
    r"(?:re)?(?:met(?:s|tez|tre|tons|trai|trais|trons|trait)?|fix\w{1,5}|factur\w{1,5}|compt\w{1,5}|propos\w{1,5}|chiffr\w{1,5}|estim\w{1,5}"
    r"|evalu\w{1,5}|valid\w{1,5}|approuv\w{1,5}|accept\w{1,5}|annonc\w{1,5}|confirm\w{1,5}|cot\w{1,4}|devis\w{2,5}|tarif\w{2,5}|ven(?:ds|dez|drai|dre)"
    r"|part(?:s|ez|ons|irai|irais|ir)|tabl\w{1,5}|pren(?:ds|ez|drai|dre)|demand\w{1,5}|laiss\w{1,5}|rest\w{1,5}|dir(?:ai|ais|e)|dis(?:ons)?|dites"
    r"|mont(?:e|ez|ons)|descend(?:s|ez|ons)|tap(?:e|ez|ons)|pass(?:e|ez|ons)|fer(?:a|ai|ons)|fai(?:s|tes)|faisons"
    r"|ret(?:iens|enons|ient)|charge|quote|offer|set|make|put)"
)
#: Endings of what is over or of somebody else's doing.
_OVER = Later(r"(?<!r)ai(?:t|s|ent)$|(?:ee|ees|es|e)t$|(?<!er)a$|erent$|raient$|ions$|iez$")
_WHO = word_set("je j on nous ca cela tu vous faut faudra peux peut pouvez pouvons vais va allons i we you let s")
_TO_WHOM = word_set("lui leur le la les l him her them it")
_FROM_OTHERS = frozenset({"hearsay", "meta", "past", "future", "unknown", "change", "admin"})
_YES = frozenset({"yes", "needs", "particle"})
_ROUND = word_set("rond ronds pile net nets tout juste petit petits gros bons bonnes toute rondes seulement dessus la donc")
#: « 6 crédits pour commencer »: not the whole price.
_FOR_NOW = frozenset({"pour commencer", "pour debuter", "pour demarrer", "pour lancer"})
_THING = word_set("objet piece dossier meuble article modele travail chantier tout total ensemble")
_NOT_THIS_ONE = (
    ("et", "non"), ("et", "pas"), ("pas",), ("au lieu",), ("plutot",), ("not",), ("instead",), ("et", "plus"), ("et non", "pas"),
)  # fmt: skip
#: What may stand in a sum, and what its outcome stands behind.
_RECKONING = word_set("number amount filler object polite unknown context change admin")
_MAKES = frozenset({"=", "soit", "total", "au total", "en tout", "donc", "ca fait", "cela fait", "makes"})
_TO = frozenset({"pour", "a", "avec", "sur", "for", "at", "with", "3la", "f", "en"})


def as_priced(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """The clause with its one number; whatever belongs to the frame is silent, whatever he sets against it is gone."""
    items = tuple(replace(i, act="partial") if i.words in _FOR_NOW else i for i in _with_bare_number(_summed(items)))
    named = [n for n, i in enumerate(items) if i.act == "amount"]
    if not named:
        return items
    items = _without_frame(items)
    at = named[0]
    for marks in _NOT_THIS_ONE:
        rest = items[at + 1 :]
        if tuple(i.words for i in rest[: len(marks)]) == marks:
            old = [i for i in rest[len(marks) :] if i.words not in {"de", "que", "of", "than"}]
            if len(old) == 1 and old[0].amount is not None:
                return items[: at + 1]
    return items


def _with_bare_number(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """« Ok pour *3* », « soit *11* »: a number without its unit is the price where a yes and nothing else stands before it."""
    items = tuple(
        replace(i, act="filler") if i.words == "soit" and n + 1 < len(items) and items[n + 1].amount is not None else i
        for n, i in enumerate(items)
    )
    if _orders_a_number(items):
        at = next(n for n, i in enumerate(items) if i.act == "number")
        kept = items[: at + 1] if items[at + 1 :] and items[at + 1].words.startswith(_IT_IS) else items
        return tuple(replace(i, act="amount") if i.act == "number" else i for i in kept)  # "fais-lui 14"
    said = [i for i in items if i.act not in {"filler", "greeting", "thanks", "polite"}]
    numbers = [i for i in items if i.act == "number"]
    if len(numbers) == 2 and said[0] is numbers[0] and _sets_against(said[1:]):
        return tuple(replace(i, act="amount") if i is numbers[0] else i for i in items)  # "6 au lieu de 5"
    if len(numbers) != 1 or len(said) != 2 or said[0].act not in {"yes", "particle", "perfect"} or said[1] is not numbers[0]:
        return items
    before = items[items.index(numbers[0]) - 1]
    if before.words.split()[-1] not in _TO and before is not said[0]:
        return items
    return tuple(replace(i, act="amount") if i is numbers[0] else i for i in items)


def _orders_a_number(items: tuple[Item, ...]) -> bool:
    """« Fais-lui *14* », « tu lui mets *9* », « bon allez *14* (parce que …) »: a verb that prices or an urge, and one number behind it."""
    end = next((n for n, i in enumerate(items) if n and (i.act == "because" or i.words.startswith(_IT_IS))), len(items))
    if end < 2 or items[end - 1].act != "number" or sum(i.amount is not None for i in items) != 1:
        return False
    before = items[: end - 1]
    urged = all(w in _URGES for i in before for w in i.words.split())
    verb = next((n for n, i in enumerate(before) if prices(i.words.split()[0])), None)
    orders = verb is not None and all(
        n == verb or i.act in {"filler", "admin"} or all(w in _WHO | _TO_WHOM for w in i.words.split())
        for n, i in enumerate(before)
    )
    return urged or (orders and before[-1].words.split()[-1] in _TO_WHOM)


_IT_IS = ("c est deja", "c est bien", "c est assez", "c est largement")
_URGES = word_set("bon allez aller va hop ok oui donc alors disons")


def _sets_against(said: Sequence[Item]) -> bool:
    marks = tuple(i.words for i in said[:-1] if i.words not in {"de", "que", "of", "than"})
    return marks in _NOT_THIS_ONE and said[-1].amount is not None


def _summed(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """« 4 pour la sculpture + 3 pour les textures = *7 crédits* »: the sum alone, where it is one."""
    at = next((n for n, i in enumerate(items) if i.act == "amount" and n and items[n - 1].words in _MAKES), 0)
    parts = [i.amount for i in items[:at] if i.amount is not None]
    known = all(i.act in _RECKONING or i.words in _MAKES for i in items[:at])
    return items[at:] if at and len(parts) > 1 and known and sum(parts) == items[at].amount else items


def prices(word: str) -> bool:
    """Whether a folded word sets a price, in a form that does so now."""
    return _PRICES.fullmatch(word) is not None and (word == "fais" or not _OVER.search(word))


def _without_frame(items: tuple[Item, ...]) -> tuple[Item, ...]:
    at = next(n for n, i in enumerate(items) if i.act == "amount")
    verb = next((n for n, i in enumerate(items[:at]) if i.act in _FROM_OTHERS | _YES and prices(i.words)), None)
    silent: set[int] = set()
    if verb is not None and all(i.words in _WHO | _TO_WHOM or i.act == "filler" for i in items[:verb]):
        # From the beginning to the number: who prices, the verb, for whom.
        between = items[verb + 1 : at]
        if all(i.words in _TO_WHOM or i.act in {"filler", "admin", "object"} for i in between):
            silent.update(n for n in range(at) if items[n].act not in _YES)
    if at <= 5 and all(
        i.words in _THING | _ROUND | {"un", "en", "pour"} or i.act in {"filler", "admin", "particle"} for i in items[:at]
    ):
        silent.update(n for n in range(at) if items[n].act not in _YES)
    for n in range(at + 1, len(items)):
        if any(w not in _ROUND for w in items[n].words.split()):
            break
        silent.add(n)
    return tuple(Item("filler", i.words, i.start, i.end) if n in silent else i for n, i in enumerate(items))
