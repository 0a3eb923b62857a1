"""What an administrator says beside the number that he prices with, and which changes nothing of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from processors.verdicts.clauses import Clause
from processors.verdicts.reckoning import breaks_down
from processors.verdicts.tokens import word_set

#: How an administrator's remark on the thing or its price begins: it describes, it asks nobody for anything.
_STATES = word_set(
    "le la les l un une des ce cet cette ces c il elle on nous notre nos son sa ses beaucoup tres trop assez plutot gros "
    "grosse grand grande petit petite belle beau vu car parce deux trois plusieurs compte meme similaire comme y celle celui "
    "ceux celles "
    "the it this "
    "that lots very because same there"
)
_REMARK_NEVER = word_set(
    "condition contrast question hold future option hedge meta negation irony echo partial price refuse no amount"
)
_ALIKE = frozenset({"meme", "pareil", "idem", "comme", "same"})
_PRICE = word_set("tarif prix montant budget chiffre price budget")
_LABELS = word_set(
    "motif motifs raison raisons format formats detail details note remarque livrable livrables delai delais tarif prix cout "
    "montant "
    "livraison duree total chiffrage estimation price cost delivery"
)
_YES = frozenset({"yes", "particle", "perfect"})
_WEEKS = word_set("jour jours semaine semaines mois day days week weeks")
_WANTS = ("il faut", "faudr", "il faudr", "besoin", "veut", "veux", "doi", "souhaite", "need", "want")
_NOT_A_CREDIT_MORE = frozenset(
    {
        "pas moins",
        "ni plus ni moins",
        "pas plus",
        "pas un de plus",
        "pas un de moins",
        "no less",
        "non negociable",
        "non negociables",
        "prix ferme",
        "ferme",
    }
)
NAMING = frozenset({"filler", "unknown", "context", "object", "change", "other", "names"})
#: « 6 crédits pour commencer »: not the whole price.
FOR_NOW = word_set("commencer debuter demarrer voir essayer instant moment start begin now")
#: He takes back what he said before: the number that follows is the one that counts.
CORRECTS = (
    "j avais mal", "j ai mal", "je n avais pas vu", "j avais oublie", "je m etais trompe", "je me suis trompe",
    "je m etais trompee", "je me suis trompee", "erreur", "petite erreur", "correction",
    "rectification", "je rectifie", "je corrige", "rectificatif", "annule et remplace", "oublie mon", "oubliez mon", "oublie ma",
    "oubliez ma", "oublie le", "ignore mon", "ne tiens pas compte de mon", "ne tenez pas compte de mon", "au temps pour moi",
    "autant pour moi", "pardon", "oups", "scratch that", "ignore my", "forget my", "correction to my", "sorry", "my mistake",
)  # fmt: skip
#: What of it speaks of another time than now.
_EARLIER = (
    *(
        "j avais",
        "je n avais",
        "je m etais",
        "annule et remplace",
        "oublie",
        "oubliez",
        "ignore",
        "ne tiens",
        "ne tenez",
        "au temps",
    ),
    *("autant pour", "forget"),
)
_TAKING_BACK = frozenset(
    {
        "oublie",
        "oubliez",
        "ignore",
        "ignorez",
        "annule",
        "remplace",
        "avant",
        "d avant",
        "j avais",
        "avais",
        "n avais pas",
        "pas",
    }
)
#: What an administrator has others do or say beside his price; it changes nothing of it.
HAS_TOLD = word_set(
    "dis dites previens prevenez explique expliquez precise precisez rappelle rappelez informe informez signale signalez "
    "ajoute ajoutez transmets transmettez remercie remerciez relance relancez tell let mention dire prevenir expliquer "
    "preciser "
    "rappeler informer signaler transmettre remercier relancer repondre"
)
#: « dis au client qu'on commence dès qu'il est d'accord »: what he is told, no condition of the price.
_ONCE_AGREED = frozenset({"on commence", "nous commencons", "des qu", "des que", "d accord", "qu", "que"})
_SAYS = word_set(
    "dit propose proposait proposent annonce annoncait offre voulait voudrait pensait trouvait said says offered offers"
)
#: « Nadia s'en chargera », « Merci de transmettre »: who does the rest of it.
_DOES = ("charge", "occupe")
_TAKES_OVER = word_set("transmettre lancer suivre gerer faire envoyer prevenir informer")
OTHER_QUOTE = word_set(
    "concurrent concurrents concurrente concurrence confrere confreres autre autres precedent precedente ancien ancienne "
    "initial initiale base depart competitor competitors other original"
)
#: « 1m80 x 1m20, avec des angelots », « ça va prendre 20 h (donc 10 crédits) »
_LENGTH = re.compile(r"\d+(?:m\d*|cm|mm|x)")
_WILL_TAKE = ("ca va prendre", "ca va demander", "ca prend", "ca demande", "cela prend", "cela demande")
_IS_OVER = frozenset({"deja", "already"})
_ASKS_TO = ("merci de", "merci d", "pense a", "pensez a", "n oublie pas de", "n oubliez pas de", "tu peux", "vous pouvez")
_NOTHING_TO_IT = (
    "rien de sorcier",
    "rien de complique",
    "rien de mechant",
    "rien de special",
    "rien d extraordinaire",
    "on n en parle plus",
)
_RECONSIDERS = (
    *("negoci", "debat", "discut", "reparl", "revoi", "verra", "verif", "rediscut", "chang", "evolu", "augment", "baiss"),
    *("provisoi", "indicati", "ajust"),
)
_BECAUSE_OF = ("a cause", "rapport a", "en raison", "du fait")
_NEXT_TIME = ("la prochaine fois", "les prochaines fois", "pour la prochaine fois", "a l avenir", "next time", "in future")


_TOO_MUCH = word_set(
    "trop peu beaucoup enorme enormes excessif excessive exagere exageree abuse demesure demesuree disproportionne ridicule insuffisant "
    "leger legere juste maigre chaud chaude violent raide sale limite tendu costaud much little low high steep bzaf bezzaf chwiya"
)
_OF_IT = word_set(
    "c est ca ce cela fait me nous parait semble quand meme deja un une tres bien vraiment franchement presque non oui je trouve "
    "pour lui elle moi it is s a bit that way hadchi had chi"
)


def measures(clause: Clause) -> bool:
    """« (6 crédits,) c'est trop », « (8.) Ça fait quand même beaucoup »: of the number itself, which is doubted by it."""
    words = [w for i in clause.items for w in i.words.split()]
    return bool(_TOO_MUCH & set(words)) and all(w in _TOO_MUCH | _OF_IT for w in words)


def remarks(clause: Clause, others: Sequence[Clause]) -> bool:
    """Whether the clause only comments the price that another one names.

    « le motif est long à reprendre », « livré en 10 jours », « pas moins », « (4 pour la structure et 2 pour les sculptures) ».
    """
    items = clause.items
    said = " ".join(i.words for i in items)
    words = said.split()
    if said in _NOT_A_CREDIT_MORE or breaks_down(clause, others):
        return True
    while words[0] in {"et", "finalement", "donc", "bon", "puis", "alors", "enfin", "and", "please"} and len(words) > 1:
        words = words[1:]
    begins = " ".join(words)
    if takes_back(clause) or begins.startswith(_NOTHING_TO_IT):
        return True
    if begins.startswith(_BECAUSE_OF) and len(items) <= 8:  # "à cause des 12 tiroirs"
        return (
            items[-1].amount is None
            and not clause.asked
            and not clause.acts() & (_REMARK_NEVER | _YES)
            and not _anothers(words)
        )
    if any(w.startswith(_RECONSIDERS) for w in words) or (words[0] == "plutot" and items[-1].act == "number"):
        return False  # "on négocie", "plutôt 6"
    if words[0] == "pour" and len(items) <= 5:  # "Pour ce luminaire, …"
        return not (FOR_NOW | OTHER_QUOTE) & set(words) and all(i.act in NAMING for i in items)
    asks = next((o for o in _ASKS_TO if begins.startswith(o + " ")), "")
    words = words[len(asks.split()) :]
    if words[0] in {"ajoute", "ajoutez"} and not {"que", "qu"} & set(words[1:4]):
        return False  # "et ajoutez une lampe" is another thing to price
    if (" ".join(words).startswith(_NEXT_TIME) or words[0] in HAS_TOLD) and len(items) <= 14:
        return not clause.asked and not _acts_beside(clause, HAS_TOLD | _ONCE_AGREED) & (
            _REMARK_NEVER - {"hold", "irony"} | _YES
        )
    if words[0] in {"tva", "taxes", "hors", "ht", "ttc", "vat"} and len(items) <= 8:
        return not clause.acts() & (_REMARK_NEVER - {"irony"})
    if any(w.startswith(("livr", "delai", "compris", "inclus")) or w in _WEEKS for w in words) and len(items) <= 8:
        in_no_doubt = not any(i.act in _REMARK_NEVER - {"hold"} for i in items)
        return in_no_doubt and (not _WEEKS & set(words) or any(i.amount is not None for i in items))
    over = any(i.words in _IS_OVER for i in items)  # "le client a déjà payé en mars": that month waits for nothing
    never = _REMARK_NEVER - {"hold"} if over else _REMARK_NEVER
    if (
        any(i.act in never or i.words == "faut" or i.words.startswith(_WANTS) for i in items)
        or len(items) > 14
        or _anothers(words)
    ):
        return False
    if _LENGTH.match(words[0]) or begins.startswith(_WILL_TAKE):
        return True
    if words[-1] in _TAKES_OVER or (len(words) > 2 and words[-2] in {"s", "en"} and words[-1].startswith(_DOES)):
        return True
    return words[0] in _STATES


def _acts_beside(clause: Clause, words: frozenset[str]) -> set[str]:
    return {i.act for i in clause.items if i.words not in words}


def of_another(clause: Clause) -> bool:
    """Whether the clause says that a price is somebody else's."""
    return _anothers(" ".join(i.words for i in clause.items).split())


def _anothers(words: Sequence[str]) -> bool:
    """« C'est ce que demande le concurrent », « le client en propose 6 »: the price is somebody else's."""
    of_somebody = words[0] not in _ALIKE and any(
        w in _PRICE and after in {"de", "du", "d", "que", "qu", "of"} for w, after in pairwise(words)
    )
    return (
        bool(OTHER_QUOTE & set(words) or _SAYS & set(words))
        or of_somebody
        or (words[0] in {"c", "that", "it"} and {"que", "qu"} & set(words) != set())
    )


def takes_back(clause: Clause) -> bool:
    """« Je m'étais trompé », « correction : », « oublie mon mail d'avant »: what he said before counts no more."""
    said = " ".join(i.words for i in clause.items)
    never = _REMARK_NEVER - {"hold", "contrast", "irony"} | _YES
    acts = {i.act for i in clause.items if i.words not in _TAKING_BACK}
    return said.startswith(CORRECTS) and len(clause.items) <= 10 and not clause.asked and not acts & never


def takes_back_this(clause: Clause) -> bool:
    """« (5 crédits.) Je me suis trompé »: behind the price it takes that very price back; « je m'étais trompé » an earlier one."""
    said = " ".join(i.words for i in clause.items)
    return takes_back(clause) and not said.startswith(_EARLIER)


def advises(before: Clause, clause: Clause) -> bool:
    """« (La prochaine fois,) demande les cotes »: what is for another time changes nothing of this price."""
    said = " ".join(i.words for i in before.items)
    return said.startswith(_NEXT_TIME) and not clause.asked and not clause.acts() & (_REMARK_NEVER | _YES)


def sets_aside(clause: Clause) -> bool:
    """« (8.) Pas 6. », « Non, pas 4 (: 5 crédits) », « (8,) pas les 5 qu'on avait mis »: a number that is not the price."""
    said = [i for i in clause.items if i.act != "filler" and i.words not in {"no", "non"}]
    aside = {"pas", "not", "plus", "non pas", "je ne valide pas", "je valide pas", "on ne valide pas"}
    refused = len(said) >= 2 and said[0].words in aside and said[1].amount is not None and not clause.asked
    return refused and not any(i.act in _REMARK_NEVER | _YES for i in said[2:])


_RETAINED = frozenset(
    f"{what} {how}" for what in ("prix", "tarif", "montant", "chiffrage") for how in ("retenu", "final", "definitif", "arrete")
)
#: « Un de moins que proposé : 5 »
_LESS_THAN = re.compile(
    r"(?:un|une|deux|trois|\d+) (?:credits? )?de (?:moins|plus) que (?:propose|prevu|prevue|la grille|d habitude|demande|suggere)$"
)


def heads(clause: Clause) -> bool:
    """« Délai : », « Tarif : », « Même chose que pour M. Petit : »: what the number behind the colon is, or what it is like."""
    words = " ".join(i.words for i in clause.items).split()
    if clause.announces and _LESS_THAN.match(" ".join(words)):
        return True
    if not clause.announces or clause.asked or any(i.act in _REMARK_NEVER - {"no"} for i in clause.items) or _anothers(words):
        return False
    alike = words[0] in _ALIKE and "pour" in words[:5]
    return alike or (len(words) <= 4 and (words[-1] in _LABELS or " ".join(words) in _RETAINED))
