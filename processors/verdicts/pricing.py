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
_YES = frozenset({"yes", "particle", "perfect"})
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


#: He takes back what he said before: the number that follows is the one that counts.
CORRECTS = (
    "je m etais trompe", "je me suis trompe", "je m etais trompee", "je me suis trompee", "erreur", "petite erreur", "correction",
    "rectification", "je rectifie", "je corrige", "rectificatif", "annule et remplace", "oublie mon", "oubliez mon", "oublie ma",
    "oubliez ma", "oublie le", "ignore mon", "ne tiens pas compte de mon", "ne tenez pas compte de mon", "au temps pour moi",
    "autant pour moi", "pardon", "oups", "scratch that", "ignore my", "forget my", "correction to my", "sorry", "my mistake",
)  # fmt: skip
#: What an administrator has others do or say beside his price; it changes nothing of it.
_HAS_TOLD = word_set(
    "dis dites previens prevenez explique expliquez precise precisez rappelle rappelez informe informez signale signalez "
    "ajoute ajoutez transmets transmettez remercie remerciez tell let mention"
)
_NEXT_TIME = ("la prochaine fois", "les prochaines fois", "pour la prochaine fois", "a l avenir", "next time", "in future")
_NOT_THIS_ONE = (("et", "non"), ("et", "pas"), ("pas",), ("au lieu",), ("plutot",), ("not",), ("instead",), ("et", "plus"))
_TO = frozenset({"pour", "a", "avec", "sur", "for", "at", "with", "3la", "f", "va pour"})


def as_priced(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """An administrator's clause with its one number: « 5 crédits *et non 4* », « *soit* 11 crédits », « ok pour *3* »."""
    items = tuple(
        Item("filler", i.words, i.start, i.end)
        if i.words == "soit" and n + 1 < len(items) and items[n + 1].amount is not None
        else i
        for n, i in enumerate(items)
    )
    said = [i for i in items if i.act not in {"filler", "greeting", "thanks", "polite"}]
    numbers = [i for i in items if i.act == "number"]
    if len(numbers) == 1 and len(said) == 2 and said[0].act in {"yes", "particle", "perfect"} and said[1] is numbers[0]:
        before = items[items.index(numbers[0]) - 1]
        if before.words.split()[-1] in _TO or before is said[0]:
            items = tuple(replace(i, act="amount") if i is numbers[0] else i for i in items)
    named = next((n for n, i in enumerate(items) if i.act == "amount"), None)
    if named is None:
        return items
    for marks in _NOT_THIS_ONE:
        rest = items[named + 1 :]
        if tuple(i.words for i in rest[: len(marks)]) == marks:
            old = [i for i in rest[len(marks) :] if i.words not in {"de", "que", "of", "than"}]
            if len(old) == 1 and old[0].amount is not None:
                return items[: named + 1]
    return items


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
    if admin and item.words == "comme d habitude":
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
        what_for = item.words.split()[0] == "pour" and len(items) - n <= 6 and all(i.act in _NAMING for i in items[n + 1 :])
        if what_for and any(i.act == "amount" for i in items[:n]):
            return items[:n]  # "7 crédits pour cette commode"
        told = item.words.removeprefix("et ").split()[0] in _HAS_TOLD and n
        if item.act == "because" or (item.words == "vu" and n) or told:
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
    while words[0] in {"et", "finalement", "donc", "bon", "puis", "alors", "enfin", "and", "please"} and len(words) > 1:
        words = words[1:]
    if takes_back(clause):
        return True
    if (" ".join(words).startswith(_NEXT_TIME) or words[0] in _HAS_TOLD) and len(items) <= 14:
        return not clause.asked and not clause.acts() & (_REMARK_NEVER - {"hold", "irony"} | _YES)
    if words[0] in {"tva", "taxes", "hors", "ht", "ttc", "vat"} and len(items) <= 8:
        return not clause.acts() & (_REMARK_NEVER - {"irony"})
    if any(w.startswith(("livr", "delai", "compris", "inclus")) or w in _WEEKS for w in words) and len(items) <= 8:
        in_no_doubt = not any(i.act in _REMARK_NEVER - {"hold"} for i in items)
        return in_no_doubt and (not _WEEKS & set(words) or any(i.amount is not None for i in items))
    if any(i.act in _REMARK_NEVER or i.words.startswith(_WANTS) for i in items) or len(items) > 14:
        return False
    return words[0] in _STATES


def takes_back(clause: Clause) -> bool:
    """« Je m'étais trompé », « correction : », « oublie mon mail d'avant »: what he said before counts no more."""
    said = " ".join(i.words for i in clause.items)
    never = _REMARK_NEVER - {"hold", "contrast", "irony"} | _YES
    acts = {i.act for i in clause.items if i.words not in {"oublie", "oubliez", "ignore", "ignorez", "avant", "d avant"}}
    return said.startswith(CORRECTS) and len(clause.items) <= 10 and not clause.asked and not acts & never


def parts_of(price: Decimal, clauses: Sequence[Clause]) -> frozenset[int]:
    """The places of the clauses that together break a price down: « (9 pour le modèle, 3 pour les textures) » under 12 credits."""
    parts = [
        (n, c.items[0].amount)
        for n, c in enumerate(clauses)
        if c.items[0].amount is not None and len(c.items) > 1 and not c.asked and c.acts() <= _RECKONING
    ]
    whole = sum((amount for _, amount in parts if amount is not None), Decimal(0))
    return frozenset(n for n, _ in parts) if len(parts) > 1 and whole == price else frozenset()


def _breaks_down(clause: Clause, others: Sequence[Clause]) -> bool:
    parts = [i.amount for i in clause.items if i.amount is not None]
    named = {i.amount for c in others for i in c.items if i.act == "amount"}
    return len(parts) > 1 and named == {sum(parts, Decimal(0))} and clause.acts() <= _RECKONING


def total(amounts: Sequence[Decimal]) -> Decimal | None:
    """The one of several numbers that is the sum of all others (« 4 + 2 = 6 »), None when there is none or more than one."""
    whole = sum(amounts, Decimal(0))
    found = {a for a in amounts if len(amounts) > 2 and whole - a == a}
    return found.pop() if len(found) == 1 else None
