"""How an administrator prices in a reply: his orders and reckonings, and the remarks he makes beside the number.

He may say more than a customer may: a number of credits in a sentence of its own is his decision, and what describes the thing or
the work beside it changes nothing. What wants something first, or makes the number inexact, still does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from processors.verdicts.clauses import Clause, Item
from processors.verdicts.lexicon import DANGERS
from processors.verdicts.tokens import word_set

#: How an administrator's remark on the thing or its price begins: it describes, it asks nobody for anything.
_STATES = word_set(
    "le la les l un une des ce cet cette ces c il elle on nous notre nos son sa ses beaucoup tres trop assez plutot gros "
    "grosse grand grande petit petite belle beau vu car parce deux trois plusieurs compte meme similaire comme the it this "
    "that lots very because same there"
)
_REMARK_NEVER = word_set(
    "condition contrast question hold future option hedge meta negation irony echo partial price refuse no amount"
)
_RECKONING = word_set("number amount filler object polite unknown context change")
_WEEKS = word_set("jour jours semaine semaines mois day days week weeks")
_WANTS = ("il fau", "fau", "besoin", "veut", "veux", "doi", "souhaite", "need", "want")
_NOT_A_CREDIT_MORE = frozenset(
    {
        "pas moins",
        "ni plus ni moins",
        "pas plus",
        "pas un de plus",
        "pas un de moins",
        "no less",
        "non negociable",
        "prix ferme",
        "ferme",
    }
)
_ORDERS = frozenset({"approve", "accept", "validate", "valider", "approuver", "accepter", "validez", "approuvez", "acceptez"})
_NAMING = frozenset({"filler", "unknown", "context", "object", "change", "other"})
_MODEST = frozenset({"je pense", "je crois", "je trouve", "i think", "i guess", "a mon avis"})


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
        what_for = item.words.split()[0] == "pour" and len(items) - n <= 6 and all(i.act in _NAMING for i in items[n + 1 :])
        if what_for and any(i.act == "amount" for i in items[:n]):
            return items[:n]  # "7 crédits pour cette commode"
        if item.act == "because" or (item.words == "vu" and n):
            before, reason = items[:n], items[n + 1 :]
            harmful = any(
                i.act in DANGERS - {"hearsay", "past", "change", "other", "negation"} or i.act in {"amount", "refuse"}
                for i in reason
            )
            return items if harmful or not any(i.act == "amount" for i in before) else before
    return items


def remarks(clause: Clause, others: Sequence[Clause]) -> bool:
    """Whether the clause only comments the price that another one names.

    « le motif est long à reprendre », « livré en 10 jours », « pas moins », « (4 pour la structure et 2 pour les sculptures) ».
    """
    items = clause.items
    said = " ".join(i.words for i in items)
    words = said.split()
    if said in _NOT_A_CREDIT_MORE or _breaks_down(clause, others):
        return True
    if any(w.startswith(("livr", "delai", "compris", "inclus")) or w in _WEEKS for w in words) and len(items) <= 8:
        in_no_doubt = not any(i.act in _REMARK_NEVER - {"hold"} for i in items)
        return in_no_doubt and (not _WEEKS & set(words) or any(i.amount is not None for i in items))
    if any(i.act in _REMARK_NEVER or i.words.startswith(_WANTS) for i in items) or len(items) > 14:
        return False
    return words[0] in _STATES


def _breaks_down(clause: Clause, others: Sequence[Clause]) -> bool:
    parts = [i.amount for i in clause.items if i.amount is not None]
    named = {i.amount for c in others for i in c.items if i.act == "amount"}
    return len(parts) > 1 and named == {sum(parts, Decimal(0))} and clause.acts() <= _RECKONING


def total(amounts: Sequence[Decimal]) -> Decimal | None:
    """The one of several numbers that is the sum of all others (« 4 + 2 = 6 »), None when there is none or more than one."""
    whole = sum(amounts, Decimal(0))
    found = {a for a in amounts if len(amounts) > 2 and whole - a == a}
    return found.pop() if len(found) == 1 else None
