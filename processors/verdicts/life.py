"""A clause about the writer's own life: « on vient d'avoir un bébé », « je suis sur la route donc je fais court », « il pleut ici ».

A closed vocabulary (``life.txt``) holds nothing of the thing, its price, its date, the work, or the decision; a clause made of it alone,
with at least one word of a topic of life in it, says nothing of the offer, neither for nor against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from processors.verdicts.clauses import Clause
from processors.verdicts.items import Item
from processors.verdicts.tokens import fold, word_set

#: Whatever its words, such an expression is more than a tale.
_NEVER = word_set("refuse no needs yes particle perfect amount")
#: So is one of several words that does any of these; their single words are in the vocabulary only where they do not.
_NEVER_TOGETHER = word_set("condition contrast question change partial hedge price option meta irony echo hold negation")
_ONE_CAN_COUNT = word_set(
    "an ans mois jours jour semaines heures heure h minutes km kilometres enfants years old months kids days hours"
)
_DURATION = word_set("jour jours semaine semaines mois week weeks days month months heure heures matin soir encore")
_OF_THE_PAST = word_set(
    "ai as a avons ont avait avais eu ete vient viens venons etais etait derniere dernier passe passee depuis took had was"
)
_SORRY = word_set("desole desolee pardon sorry retard late tard")
#: Somebody of the house: what he does not do or like may be his no.
_SOMEBODY = word_set("il elle ils elles fille fils mere pere maman papa soeur frere famille parents wife husband she he")
_PETS = word_set("chat chatte chaton chien chienne bebe enfant enfants gamin gamins dog cat kids kid son daughter baby")
_DEVICES = word_set("telephone portable clavier ordinateur ordi tablette pouce pouces doigts phone keyboard laptop")
_SIZES = word_set("petit petite petits petites grand grande grands little big new old beau belle beaux")
_NOT = word_set("ne n pas plus jamais rien personne no not")
#: « C'est pour Noël », « avant le mariage »: a day by which it has to be there.
_BY_WHEN = word_set("pour for avant by before apres after")
_LONGEST = 18


@cache
def _words() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    section = ""
    for line in (Path(__file__).parent / "life.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif not line.startswith("#"):
            found.setdefault(section, set()).update(w for word in line.split() for w in fold(word).split("-"))
    return {name: frozenset(words) for name, words in found.items()}


def life_words() -> frozenset[str]:
    """Every word of the vocabulary, folded."""
    return _words()["topic"] | _words()["around"] | _words()["verb"]


def of_life(item: Item, text: str, *, first: bool = False) -> bool:
    """Whether the words of an expression belong to the vocabulary, or are a name that does not begin the clause."""
    if item.amount is not None:
        return False
    named = item.act in {"unknown", "names"} and not first and text[item.start : item.end].istitle()
    return named or all(w in life_words() for w in item.words.split())


_TO_COME = word_set("pour avant apres dans des")
_TIMES = word_set(
    "rentree fetes vacances noel paques weekend week semaine jour jours mois matin soir nuit conges soldes demain printemps ete "
    "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre "
    "lundi mardi mercredi jeudi vendredi samedi dimanche"
)
_AHEAD = word_set("partir prochain prochaine prochaines prochains demain mazal voir desormais")


def looks_ahead(words: Sequence[str]) -> bool:
    """« (désolé du retard) *pour la rentrée* », « … *à partir de lundi* »: a time to come, where only one that is over may stand."""
    return bool(_AHEAD & set(words)) or any(w in _TO_COME and _TIMES & set(words[n + 1 : n + 4]) for n, w in enumerate(words))


def is_of_life(clause: Clause, text: str) -> bool:
    """Whether the clause tells of the writer's own life and of nothing else."""
    items = [i for i in clause.items if i.act not in {"polite", "greeting"} or any(c.isalpha() for c in i.words)]
    words = [w for i in items for w in i.words.split()]
    if clause.asked or clause.announces or not 2 <= len(words) <= _LONGEST:
        return False
    topics = _words()["topic"]
    told = topics & set(words)
    said = _words()["verb"] & set(words) or words[:2] == ["y", "a"]
    if not told or not said or (_NOT & set(words) and (_SOMEBODY & set(words) or told <= _SORRY)):
        return False
    if _DEVICES & set(words) and (_SOMEBODY | _PETS) & set(words):
        return False  # "mon fils a joué avec le téléphone": somebody else wrote
    if any(w in _SIZES and not topics & set(words[n + 1 : n + 2]) for n, w in enumerate(words)):
        return False  # "je suis heureuse du grand"
    if looks_ahead(words):
        return False
    past = bool(_OF_THE_PAST & set(words))
    for n, item in enumerate(items):
        if item.amount is not None:
            after = items[n + 1].words.split()[0] if n + 1 < len(items) else ""
            if item.act not in {"number", "unknown"} or after not in _ONE_CAN_COUNT:
                return False
        elif (
            item.act in _NEVER
            or (item.act in _NEVER_TOGETHER and " " in item.words)
            or (item.act == "hold" and item.words in _DURATION and not past)
            or not of_life(item, text, first=n == 0)
        ):
            return False
    return not any(w in _BY_WHEN and topics & set(words[n + 1 : n + 4]) for n, w in enumerate(words))


def known_besides(clause: Clause, text: str, known: frozenset[str] = frozenset()) -> bool:
    """Whether every word of a tale that means nothing by itself is of life, of ``known``, the thing of the subject, or a name."""
    return all(
        i.act in {"context", "masked"}
        or all(w in known for w in i.words.split())
        or (of_life(i, text, first=n == 0) and i.words not in _SIZES)
        for n, i in enumerate(clause.items)
        if i.act in {"unknown", "context", "masked", "names", "number", "amount"}
        and not any(w[:1].isdigit() for w in i.words.split())
    )
