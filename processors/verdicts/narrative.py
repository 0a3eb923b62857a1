"""What people tell around a decision in a letter: what they saw, why it comes late, what the piece is like, who thought what.

Beside one clear decision a sentence that only tells is passed over; a doubt, a condition, a question, an order to wait, or a second
number that could be the price is not. An administrator may describe the work; a customer who describes it may be changing it, so of
his only what he did, and where he and his house are, is told in passing.
"""

from __future__ import annotations

from processors.later import Later
from processors.verdicts.clauses import Clause
from processors.verdicts.items import Item
from processors.verdicts.life import known_besides, looks_ahead
from processors.verdicts.tokens import word_set

#: Never told in passing, whatever surrounds it.
_NEVER = word_set("condition question option hedge irony echo refuse no needs yes particle perfect amount meta")
#: Told in passing only on the way to the decision: behind it they take something back.
_BEFORE_ONLY = word_set("contrast partial future price")
#: Words of the act that mean nothing of the kind in a tale ("un écusson *qui* …", "ce *type* d'ouvrage").
_PLAIN = word_set("qui type systeme question questions max quel quelle exemple")
_PASSED = word_set("apres")
#: Whoever says one of these speaks of the decision itself, of waiting, or of what has to come first.
_DECIDING = Later(
    r"(?:valid|accept|approuv|confirm|annul|attend|attent|verif|revoi|revien|rappel|decid|defini|provis|negoci|discut|debat|baiss|augment"
    r"|fauss|erreur|tromp|mepris|manoeuvr|manip|reduc|rabais|devis|envo|lanc|commenc|evolu|ajust|reserv|certain|dout|hesit|reflech|wait|check|until|depend|fau[dt]|doi[st]|devr|besoin"
    r"|veu[tx]|reparl|appren|prefer|manqu|bloqu|suspen|recontact|repond|signe|tranch|arbitr|mini|maxi|environ|estim|approx|fourchette|arrond|moins|plutot)"
    r"|(?:voir|verra|verrons|prix|tarif|tarifs|combien|accord|ok|bon|moyenne|si|ou|price|quote|budget|lui|demande|demandez|laisse|laissez"
    r"|garde|gardez|appelle|appelez|regarde|regardez|vois|fais|faites|oublie|oubliez|essaie|ne|change|changez|ajoute|ajoutez)$"
)
#: Of these only the beginning of a sentence is an order.
_ORDERS = word_set("demande demandez laisse laissez garde gardez appelle appelez regarde regardez vois fais faites oublie oubliez essaie "
                   "change changez ajoute ajoutez lui bon ne voir")  # fmt: skip
_JOINS = word_set("et mais puis donc alors ensuite")
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
    begins = next((n for n, w in enumerate(words) if w not in _JOINS), 0)
    decides = [w for n, w in enumerate(words) if _DECIDING.match(w) and (w not in _ORDERS or n == begins)]
    if decides and not (before and past and not any(i.act == "negation" for i in clause.items)):
        return False
    numbers = [i for i in clause.items if i.amount is not None]
    if words[0] in _LENGTHS:
        return True  # "hauteur 118"
    return not numbers or past or clause.items[-1].amount is None


#: How a customer's tale of himself begins, and what he did in it: a closed list, for « j'ai mis des pieds en laiton » changes
#: the order.
_BEGINS = (
    *(
        "j ai",
        "j avais",
        "nous avons",
        "nous avions",
        "on a",
        "on avait",
        "et j ai",
        "et nous avons",
        "mais j ai",
        "je me suis",
    ),
    *("i ve", "i have", "we have", "we ve", "ich habe", "wir haben", "nous nous sommes", "on s est"),
)
_DID = word_set(
    "ete eu lu relu vu revu hesite tarde reflechi parle discute echange pris passe consulte montre compare etudie analyse "
    "recu connu perdu "
    "decouvert laisse been read reviewed discussed hesitated had seen gelesen besprochen"
)
_IS = (
    *(
        "je suis",
        "nous sommes",
        "j etais",
        "nous etions",
        "on etait",
        "je reste",
        "nous restons",
        "je sors",
        "je rentre",
    ),
    *("je m attendais", "i was", "we were", "i am", "we are", "ich war", "wir waren"),
)
#: What else he says of himself, of his house and of our mails.
_OF_OURSELVES = word_set(
    "quelques plusieurs pile dessous magasin atelier boutique galerie bureau usine chantier salon marche deplacement reunion "
    "reunions rendez "
    "arret jusqu lundi mardi mercredi jeudi vendredi samedi dimanche joignable injoignable clients clientele associe "
    "associes collegue "
    "collegues echange echanges nos vos mail mails message offre devis proposition attentivement soigneusement detail the "
    "quote offer offers "
    "office shop meetings meeting carefully angebot ihr travailler serieux serieuse"
)
_SLIPS_IN = word_set("bien tout deja enfin juste longuement donc vraiment un peu longtemps y en l vous just now all")
#: He may be changing what was asked: by these the thing, the quote or the order is another.
CHANGING = Later(
    r"(?:ajout|rajout|chang|modif|demand|choisi|opt[ei]|prefer|voul[ou]|souhait|prevu|repeint|peint|oubli|commande|retir|enlev|rempl|corrig|envo"
    r"|joint|decid|aim[ae]|envie|imagin|reve|voudr|veu[tx]|pench|pied|tromp|erreur|plaisant|blagu|regrett|revien|repens|dout|faux|fauss|refus|annul|attend|attent|concurrent|nouve|add|chang)"
    r"|(?:mal|hate|pas|ne|n|jamais|plus|sans|encore|autre|autres|version|deux|trois|ask|asked|want|need|other|not|never|without|until|anderen"
    r"|nicht)$"
)
_MEANS_NOTHING_ELSE = word_set("hearsay other past ack praise filler object greeting thanks polite mine unknown context closing names "
                               "because logistics open opener masked number")  # fmt: skip
_HESITATED = word_set("hedge price hold partial")


_SPEECH = Later(r"(?:dit|disait|ecrit|raconte|pretend|souffle|affirme|soutient|declare|says|said|wrote|claims|9al|gal)$")
_OWN = word_set("je j on nous i we lui")


def another_speaks(clause: Clause) -> bool:
    """« (j'ai relu votre devis) *mon conseil m'a soufflé* », « *Nadia prétend* »: what stands beside it may be that person's words."""
    words = " ".join(i.words for i in clause.items).split()
    return any(_SPEECH.match(w) and n and not _OWN & set(words[max(0, n - 3) : n]) for n, w in enumerate(words))


def _of_oneself(words: list[str]) -> bool:
    said = " ".join(words)
    if said.startswith(_IS):
        return True
    opening = next((o for o in _BEGINS if said.startswith(o + " ")), None)
    if opening is None:
        return False
    rest = [w for w in words[len(opening.split()) :] if w not in _SLIPS_IN]
    return bool(rest) and (rest[0] in _DID or (rest[0].endswith(("ee", "ees", "es")) and rest[0][:-1].rstrip("e") in _DID))


def tells_of_oneself(clause: Clause, text: str, *, before: bool) -> bool:
    """A customer's « j'ai été débordée par les soldes », « je suis en déplacement »."""
    words = " ".join(i.words for i in clause.items).split()
    said = " ".join(words)
    if clause.asked or not 3 <= len(words) <= _LONGEST or not _of_oneself(words) or clause.items[-1].amount is not None:
        return False
    if {"je", "j"} & set(words[3:]):
        return False  # "j'ai reçu votre devis je parle de la facture"
    if any(CHANGING.match(w) for w in words) or looks_ahead(words) or not known_besides(clause, text, _DID | _OF_OURSELVES):
        return False
    hesitated = before and said.startswith(("j ai hesite", "nous avons hesite", "on a hesite", "j etais", "je m attendais"))
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
