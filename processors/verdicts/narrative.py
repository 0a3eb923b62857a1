"""What people tell around a decision in a letter: what they saw, why it comes late, what the piece is like, who thought what.

Beside one clear decision a sentence that only tells is passed over; a doubt, a condition, a question, an order to wait, or a second
number that could be the price is not. An administrator may describe the work; a customer who describes it may be changing it, so of
his only what he did, and where he and his house are, is told in passing.
"""

from __future__ import annotations

import re

from processors.verdicts.clauses import Clause, Item
from processors.verdicts.tokens import word_set

#: Never told in passing, whatever surrounds it.
_NEVER = word_set("condition question option hedge irony echo refuse no needs yes particle perfect amount meta")
#: Told in passing only on the way to the decision: behind it they take something back.
_BEFORE_ONLY = word_set("contrast partial future price")
#: Words of the act that mean nothing of the kind in a tale ("un écusson *qui* …", "ce *type* d'ouvrage").
_PLAIN = word_set("qui type systeme question questions max quel quelle exemple")
_PASSED = word_set("apres")
#: Whoever says one of these speaks of the decision itself, of waiting, or of what has to come first.
_DECIDING = re.compile(
    r"(?:valid|accept|approuv|confirm|annul|attend|attent|verif|revoi|revien|rappel|decid|defini|provis|negoci|discut|debat|baiss|augment"
    r"|reduc|rabais|devis|envo|lanc|commenc|evolu|ajust|reserv|certain|dout|hesit|reflech|wait|check|until|depend|fau[dt]|doi[st]|devr|besoin"
    r"|veu[tx]|reparl|appren|prefer|manqu|bloqu|suspen|recontact|repond|signe|tranch|arbitr|mini|maxi|environ|estim|approx|fourchette|arrond|moins|plutot)"
    r"|(?:voir|verra|verrons|prix|tarif|tarifs|combien|accord|ok|bon|moyenne|si|ou|price|quote|budget|lui|demande|demandez|laisse|laissez"
    r"|garde|gardez|appelle|appelez|regarde|regardez|vois|fais|faites|oublie|oubliez|essaie|ne|change|changez|ajoute|ajoutez)$"
)
#: Of these only the beginning of a sentence is an order.
_ORDERS = word_set("demande demandez laisse laissez garde gardez appelle appelez regarde regardez vois fais faites oublie oubliez essaie "
                   "change changez ajoute ajoutez lui bon ne voir")  # fmt: skip
#: What he did or saw before he decided.
_I_DID = ("j ai", "on a", "nous avons", "j avais", "nous avions", "je viens", "j en ai", "i had", "i have", "ich habe", "habe")
_LENGTHS = word_set("hauteur largeur profondeur longueur diametre epaisseur dimensions")
_DURATION = word_set("heures jours jour semaine semaines mois minute dernier derniere")
_REMINDS = ("pour rappel", "pour memoire", "pour info", "pour information", "pour comparaison", "la grille", "a titre")
_LONGEST = 40


def tells(clause: Clause, *, before: bool) -> bool:
    """Whether the clause only tells something. ``before``: the decision is still to come."""
    words = " ".join(i.words for i in clause.items).split()
    said = " ".join(words)
    if clause.asked or len(words) > _LONGEST or len(words) < 2:
        return False
    past = any(i.act == "past" for i in clause.items) or said.startswith(_I_DID) or said.startswith(_REMINDS)
    if any(_takes_away(i, before=before, past=past) for i in clause.items):
        return False
    decides = [w for n, w in enumerate(words) if _DECIDING.match(w) and (w not in _ORDERS or n == 0)]
    if decides and not (before and past and not any(i.act == "negation" for i in clause.items)):
        return False
    numbers = [i for i in clause.items if i.amount is not None]
    if words[0] in _LENGTHS:
        return True  # "hauteur 118"
    return not numbers or past or clause.items[-1].amount is None


#: Who a customer's tale is about: himself or his side, in what is over or is so.
_OF_ONESELF = (
    *(
        "j ai",
        "j avais",
        "j etais",
        "je suis",
        "je reste",
        "je profite",
        "je pensais",
        "je voulais",
        "je ne pensais",
        "je sors",
        "je rentre",
    ),
    *(
        "nous avons",
        "nous avions",
        "nous sommes",
        "nous etions",
        "on a",
        "on etait",
        "on avait",
        "et j ai",
        "et nous avons",
        "mais j ai",
    ),
    *("je me suis", "nous nous sommes", "on s est", "je mets", "je m attendais", "je connais", "je viens de", "nous venons de"),
    *(
        "mon mari",
        "ma femme",
        "mon associe",
        "mon associee",
        "mon equipe",
        "ma direction",
        "mes associes",
        "mes collegues",
        "ma compagne",
    ),
    *(
        "notre equipe",
        "notre direction",
        "notre comptable",
        "mon comptable",
        "votre mail",
        "votre message",
        "la qualite de votre",
    ),
    *("i ve", "i have", "i was", "we have", "we ve", "we were", "ich habe", "ich war", "wir haben", "wir waren"),
)
#: He may be changing what was asked: by these the thing, the quote or the order is another.
_CHANGING = re.compile(
    r"(?:ajout|rajout|chang|modif|demand|choisi|opt[ei]|prefer|voul[ou]|souhait|prevu|repeint|peint|oubli|commande|retir|enlev|rempl|corrig|envo"
    r"|joint|decid|tromp|erreur|plaisant|blagu|regrett|revien|repens|dout|faux|fauss|refus|annul|attend|attent|concurrent|nouve|add|chang)"
    r"|(?:mal|hate|pas|ne|n|jamais|plus|sans|encore|autre|autres|version|deux|trois|ask|asked|want|need|other|not|never|without|until|anderen"
    r"|nicht)$"
)
_MEANS_NOTHING_ELSE = word_set("hearsay other past ack praise filler object greeting thanks polite mine unknown context closing names "
                               "because logistics open opener masked number")  # fmt: skip
_HESITATED = word_set("hedge price hold partial")


def tells_of_oneself(clause: Clause, *, before: bool) -> bool:
    """A customer's « j'ai été débordée par les soldes », « je suis en déplacement », « mon mari est du même avis »."""
    words = " ".join(i.words for i in clause.items).split()
    said = " ".join(words)
    if (
        clause.asked
        or not 3 <= len(words) <= _LONGEST
        or not said.startswith(_OF_ONESELF)
        or clause.items[-1].amount is not None
    ):
        return False
    if any(_CHANGING.match(w) for w in words):
        return False
    hesitated = before and said.startswith(
        ("j ai hesite", "nous avons hesite", "on a hesite", "j etais", "je pensais", "je m attendais")
    )
    allowed = _MEANS_NOTHING_ELSE | (_HESITATED if hesitated else frozenset())
    where = said.startswith(
        ("je suis", "nous sommes", "j etais", "nous etions", "on etait")
    )  # "… en déplacement cette semaine"
    return all(i.act in allowed or i.words in _PLAIN or (where and i.words in _DURATION) for i in clause.items)


def _takes_away(item: Item, *, before: bool, past: bool) -> bool:
    if item.words in _PLAIN or (item.words in _PASSED and before):
        return False
    if item.act == "hedge" and item.words == "pense":
        return not (past and before)  # "j'ai d'abord pensé à 8"
    if item.act == "amount":
        return not (past and before)
    if item.act == "hold":
        return not (item.words in _DURATION or past)
    return item.act in _NEVER or (item.act in _BEFORE_ONLY and not before)
