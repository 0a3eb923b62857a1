"""What somebody did before he decided: read, looked at, talked over, was away. It asks for nothing and tells how he came to it."""

from __future__ import annotations

from processors.verdicts.clauses import Clause
from processors.verdicts.excuses import NEVER
from processors.verdicts.politeness import STRANGE
from processors.verdicts.remarks import OTHER_QUOTE
from processors.verdicts.tokens import word_set

_LONGEST_TALE = 16
_FIRST = (
    *("j ai", "nous avons", "on a", "j etais", "nous etions", "on etait", "je suis", "nous sommes", "et j ai", "donc j ai"),
    *("i have", "i ve", "we have", "we ve", "i", "we"),
)
_AFTER = frozenset({"apres", "after"})
_FIRST_AFTER = ("apres avoir", "apres etre", "after")
_PRONOUNS = frozenset({"en", "y", "l"})
_IN = frozenset({"au", "a", "dans", "on", "tres"})
_BETWEEN = word_set(
    "bien tout y en le la l les vous deja enfin juste now just finally also all both been it longuement rapidement"
)
#: What of such a tale is somewhere and some time, and no thing that the yes could answer instead of the quote.
_WHERE_AND_WHEN = word_set(
    "ce cet cette matin midi soir apres hier avant weekend week end semaine dernier derniere jour jours nuit temps train "
    "bureau maison dans au a la le les l en de du avec mon ma mes notre nos ensemble tranquillement attentivement longuement "
    "soigneusement equipe associe associee mari femme compagne compagnon conjoint conjointe collegue collegues chef patron "
    "famille direction comptable this morning yesterday team my our with partner husband wife boss colleague colleagues "
    "carefully over the through it at in on and et pendant quelques deux trois tout toute"
)
#: Things one reads before one decides on a quote. Whoever read something else may be answering that.
_ABOUT_THE_QUOTE = word_set(
    "mail message email courriel devis proposition offre tarif prix quote offer proposal estimate price reponse retour"
)
_TOLD = _WHERE_AND_WHEN | _ABOUT_THE_QUOTE | word_set("j ai avons a etais etions nous on en y l parler discuter avoir etre")
#: One does these to something: only to the quote or to our mail they say nothing else.
_OF_SOMETHING = word_set(
    "lu relu vu revu regarde parcouru etudie examine consulte compare analyse verifie controle pris recu eu montre presente "
    "read looked checked reviewed studied received had seen"
)
#: To read, to look at, to talk it over, to be away: what one does before one decides, and what asks for nothing.
_BEFOREHAND = word_set(
    "lu relu vu revu regarde parcouru etudie examine consulte compare analyse verifie controle reflechi pese parle discute "
    "echange debattu pris recu eu montre presente absent absente absents malade souffrant souffrante occupe occupee occupes "
    "deplacement conges vacances reunion voyage train clientele salon read looked checked reviewed discussed talked spoken "
    "studied compared considered reading looking checking reviewing discussing talking speaking considering comparing "
    "thought been away travelling traveling received had gone seen"
)


def told_beforehand(clause: Clause, *, admin: bool) -> bool:
    """« J'ai lu votre mail ce matin dans le train », « nous en avons parlé hier soir », « après l'avoir relu »."""
    items = [i for i in clause.items if i.act not in {"greeting", "closing"}]
    words = " ".join(i.words for i in items).split()
    afterwards = bool(words) and words[0] in _AFTER  # before the yes it tells an order of things, it sets no condition
    if len(words) > _LONGEST_TALE or any(i.act in NEVER for i in items[afterwards:]):
        return False
    said = [w for w in words if w not in _PRONOUNS]
    opening = next((o for o in (_FIRST_AFTER if afterwards else _FIRST) if said[: len(o.split())] == o.split()), None)
    if opening is None:
        return False
    rest = said[len(opening.split()) :]
    while rest and rest[0] in _BETWEEN:
        rest = rest[1:]
    if not rest or not (rest[0] in _BEFOREHAND or (rest[0] in _IN and set(rest[1:4]) & _BEFOREHAND)):
        return False
    if OTHER_QUOTE & set(words) or (
        rest[0] in _OF_SOMETHING and not (admin or _ABOUT_THE_QUOTE & set(words) or "temps" in words)
    ):
        return False
    strange = [w for i in items if i.act in STRANGE | {"other", "hearsay", "hold"} for w in i.words.split()]
    return admin or all(w in _TOLD | _BEFOREHAND | _BETWEEN for w in strange)
