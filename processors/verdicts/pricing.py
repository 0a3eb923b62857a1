"""How an administrator prices in a reply: what his words count for, and his price without its reason.

He may say more than a customer may: a number of credits in a sentence of its own is his decision, and what describes the thing or
the work beside it changes nothing (``remarks``). What wants something first, or makes the number inexact, still does.
"""

from __future__ import annotations

from dataclasses import replace

from processors.verdicts.items import Item
from processors.verdicts.lexicon import DANGERS
from processors.verdicts.remarks import FOR_NOW, HAS_TOLD, NAMING, OTHER_QUOTE

_ORDERS = frozenset({"approve", "accept", "validate", "valider", "approuver", "accepter", "validez", "approuvez", "acceptez"})
_WHAT_FOR = frozenset({"pour", "comme"})
_MODEST = frozenset({"je pense", "je trouve", "i think", "a mon avis"})


def as_role(item: Item, admin: bool) -> Item:
    """The item as it counts for this writer."""
    # "mets 3 crédits" is a decision from an administrator and says nothing from a customer.
    if item.act == "meta" and item.words in {"=", ">"} and admin:
        return Item("filler", item.words, item.start, item.end)
    if admin and item.act == "meta" and item.words in _ORDERS:
        return Item("particle", item.words, item.start, item.end)
    if (
        admin
        and item.act not in {"refuse", "negation"}
        and item.words.endswith(("faisable", "jouable", "on peut le faire", "c est possible"))
    ):
        return Item("particle", item.words, item.start, item.end)
    if admin and item.words in {"comme d habitude", "envoie", "envoyez"}:
        return Item("filler", item.words, item.start, item.end)
    if admin and item.words in {"ttc", "ht", "il faudra", "il faut", "budget", "le budget", "compte", "facture"}:
        return Item("filler", item.words, item.start, item.end)
    if item.act != "admin":
        return item
    return Item("filler" if admin else "unknown", item.words, item.start, item.end)


def without_explanation(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """An administrator's price without its reason: « 14 crédits *car il y a beaucoup de feuilles* », « *vu le nombre de tiroirs* ».

    « Je pense » beside an exact price is politeness; what makes the price inexact stays.
    """
    if not any(i.act == "amount" for i in items):
        return items
    if not any(i.act in DANGERS and i.words not in _MODEST for i in items):
        items = tuple(replace(i, act="filler") if i.words in _MODEST else i for i in items)
    for n, item in enumerate(items):
        what_for = (
            item.words.split()[0] in _WHAT_FOR
            and item.act not in DANGERS
            and len(items) - n <= 6
            and all(i.act in NAMING for i in items[n + 1 :])
        )
        what_for = what_for and not any(i.words in FOR_NOW | OTHER_QUOTE for i in items[n + 1 :])
        if what_for and any(i.act == "amount" for i in items[:n]):
            return items[:n]  # "7 crédits pour cette commode"
        told = item.words.removeprefix("et ").split()[0] in HAS_TOLD - {"ajoute", "ajoutez"} and n
        if item.act == "because" or (item.words == "vu" and n) or told:
            before, reason = items[:n], items[n + 1 :]
            harmful = any(
                i.act in DANGERS - {"hearsay", "past", "change", "other", "negation"} or i.act in {"amount", "refuse"}
                for i in reason
            )
            return items if harmful or not any(i.act == "amount" for i in before) else before
    return items
