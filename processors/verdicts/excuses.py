"""Excuses beside a decision: for the delay, for a mail overlooked, for the spelling. They tell why it comes late and decide nothing."""

from __future__ import annotations

from functools import cache

from processors.verdicts.clauses import Clause
from processors.verdicts.life import known_besides, life_words, looks_ahead
from processors.verdicts.narrative import CHANGING
from processors.verdicts.politeness import YES
from processors.verdicts.tokens import word_set

#: A clause that holds one of these is more than a tale, whatever it begins with.
NEVER = (
    word_set(
        "condition contrast future negation question change partial hedge price option meta irony echo refuse no needs "
        "admin amount number"
    )
    | YES
)
_OPENS = word_set(
    "desole desolee desoles pardon excusez excuse navre navree sorry apologies entschuldigung perdon scusate scusi"
)
_LATE = word_set("vu lu recu repondu pu eu fait regarde ouvert consulte seen read answered replied noticed")
_WHO_IS_LATE = word_set("je j nous on i we retard delai silence derangement")
_NOT_DONE = word_set("pas ne n oublie oubliee oublies")
_SEEN_LATE = word_set(
    "votre vos ton notre mon ma mail mails message devis proposition offre courriel relance relances boite dossier "
    "ordinateur spam spams "
    "indesirables reponse repondre reponds repondons tarde tardive tardivement attente attendre derangement pour du de d le "
    "la l les avoir "
    "mis temps avant plus tot encore seulement que c est your the for not my it to reply answer earlier before only now"
)
#: What means something elsewhere is of the lateness only in its words, or in those of the writer's own life.
_TOLD_ONLY = frozenset({"hold", "hearsay", "other", "filler", "asap", "logistics", "opener", "mine", "praise"})
_ANSWERS = word_set("repondre reponds repondu")
_SOMEBODY = word_set("pere mere fils fille frere soeur famille maintenant")


@cache
def _said_of_it() -> frozenset[str]:
    around = word_set("autant me te se tu the a an of in at on with to vous")
    return (life_words() - _SOMEBODY) | _LATE | _WHO_IS_LATE | _OPENS | _SEEN_LATE | around


_LONGEST = 16
#: What one blames for a slip, and what else such a line says.
_KEYBOARD = word_set(
    "clavier faute fautes frappe frappes orthographe correcteur accent accents pouce pouces doigts gants keyboard typo typos "
    "autocorrect spelling tastatur"
)
_AROUND = word_set(
    "anglais francais qwerty azerty etranger iphone telephone portable petit petits gros grosses mon ma mes le la les l un "
    "une des de d du "
    "pour sur avec dans ce mdr lol haha j ai je suis sans pas for the my on with english"
)
_SLIP = word_set("irony condition negation past")
_SLIPPED = word_set("mdr lol haha faute fautes pas sans hier")


def excuses(clause: Clause, text: str) -> bool:
    """« Désolé du retard, j'étais sur le marché », « pardon je n'avais pas vu votre mail ». A « mais » in it says more."""
    words = " ".join(i.words for i in clause.items).split()
    if words[0] not in _OPENS or not _WHO_IS_LATE & set(words) or len(words) > _LONGEST or clause.asked:
        return False
    if any(CHANGING.match(w) and w not in _NOT_DONE for w in words):
        return False  # "désolé, j'ai modifié le fauteuil"
    if not known_besides(clause, text, _LATE | _WHO_IS_LATE | _OPENS | _SEEN_LATE):
        return False  # "désolé je pars sur le laiton"
    if any(i.act in _TOLD_ONLY and not all(w in _said_of_it() for w in i.words.split()) for i in clause.items):
        return False  # "désolé du retard mon mari raconte", "désolé du retard plus maintenant"
    if looks_ahead(words):
        return False  # "désolé du retard pour la rentrée"
    for n, item in enumerate(clause.items):
        if item.act == "negation":
            after = " ".join(i.words for i in clause.items[n : n + 5]).split()
            if not _LATE & set(after):
                return False
        elif item.act in NEVER and item.words not in _ANSWERS:
            return False
    return True


def blames_the_keyboard(clause: Clause) -> bool:
    """« Dsl clavier anglais mdr », « pardon pour les fautes »: of the spelling, and of nothing else."""
    words = " ".join(i.words for i in clause.items).split()
    return (
        len(words) <= 10
        and not clause.asked
        and bool(_KEYBOARD & set(words))
        and all(w in _KEYBOARD | _OPENS | _AROUND for w in words)
        and not any(i.act in NEVER - _SLIP or (i.act in _SLIP and i.words not in _SLIPPED) for i in clause.items)
    )
