"""Plain answers to what our own letter asks besides: how large the thing is, whether there are other views of it.

They stand beside a yes and change nothing of it. A closed world: lengths and views are said in these words; whatever else is said
(« 84 cm au lieu de 90 », « faites-le en 84 », « d'autres vues avant de lancer ») is no answer.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from processors.verdicts.clauses import Clause
from processors.verdicts.judged import Judged
from processors.verdicts.replied import leads, leaves_the_rest, matter_behind, without_replies
from processors.verdicts.tokens import word_set

_GLUED_LENGTH = re.compile(r"\d{1,5}(?:[.,]\d{1,2})?(?:cm|mm|m|h|l|p|x\d{1,5})+\d{0,2}")
_MEASURES = word_set(
    "hauteur largeur profondeur longueur epaisseur diametre dimensions dimension mesures taille cm mm m metre metres haut "
    "large profond long "
    "larg prof diam assise x par po pouce pouces inches inch feet high wide tall deep height width depth length by"
)
#: How somebody gives the measures that our quote asks for.
_MEASURE_WORDS = _MEASURES | word_set(
    "cote cotes mesure mesures mesurent centimetres sur de d du des le la les l en et a au aux il elle ils c est font fait "
    "sont pour environ "
    "approximativement approximatif approximatives approximative approx env exact exactes pres epais voici info ses son sa "
    "nos notre mes mon "
    "ma total totale totales hors tout dossier sol terre meuble objet piece prises pris prise ruban metre h p t it s its is "
    "are the and about "
    "around dimensions measures measuring from floor seat to in um uns y o soit siege plateau abord po pouce pouces roughly "
    "approximately mesurer septante huitante nonante "
)
_SIZED = word_set(
    "hauteur largeur profondeur longueur dimensions dimension mesures mesure cotes taille measurements size sizes"
)
_VIEWS = word_set(
    "vue vues photo photos photographie photographies image images cliche cliches angle angles picture pictures view views "
    "shot shots"
)
_VIEW_WORDS = _VIEWS | word_set(
    "autre autres d de des du la le l les un une deux trois quatre cinq plusieurs quelques seule seules complementaire "
    "complementaires "
    "supplementaire supplementaires demandee demandees face profil cote cotes dos arriere derriere dessous dessus detail "
    "details gros plan "
    "jointe jointes joint joints ci en piece pieces pj annexe je j on nous ai avons n ne pas plus aucune aucun que qu "
    "malheureusement helas "
    "desole desolee navre navree disponible disponibles dispo dispose disposons vous voici voila joins joignons joint envoie "
    "envoyons mets "
    "mettons transmets possede possedons ici et ni a au mon ma mes notre nos il y c est sont celle celles meuble objet piece "
    "exactes exacte "
    "mesure mesures dimension dimensions cotes of no other another more i we have m s afraid sorry attached here is are don "
    "t only one the a my "
    "from behind side back front non pour le moment instant"
)
_HAVE_OR_NOT = word_set(
    "ai avons n ne pas aucune aucun jointe jointes joint joints joins joignons pj annexe voici envoie mets mettons transmets "
    "dispose disposons "
    "possede no don attached have seule non"
)
_UNKNOWN = (
    "je ne sais pas", "je ne sais plus", "je sais pas", "je sais plus", "on ne sait pas", "on ne sait plus", "nous ne savons pas",
    "aucune idee",
    "inconnue", "inconnues", "non", "aucune", "aucun", "pas", "je n en ai pas", "je n en ai plus", "je n ai pas", "je ne les ai pas",
    "je ne les connais pas", "no idea", "none", "not sure", "i don t know", "rien", "pas d autre", "pas d autres", "je n en ai pas d autre",
    "je n en ai pas d autres", "je n ai que celle la", "je n ai que celles la",
)  # fmt: skip
_NOT_KNOWN_WORDS = _SIZED | word_set(
    "je j on nous n ne ni sais sait savons connais connait pas plus ai avons a les la l le de d des du ses son sa mes mon "
    "aucune aucun idee "
    "inconnue inconnues exacte exactes precise precises encore malheureusement helas desole desolee dispose disposons i we "
    "don t know have the "
    "its no idea of exact sorry pour exactement par contre"
)
#: Where the thing is, and so cannot be measured or photographed.
_AWAY = word_set(
    "chez sous dans au a en sur derriere mere pere parents fils fille soeur frere tante oncle grand mamie maman ma mon mes "
    "notre le la les l un "
    "une bache carton cartons garage grenier cave depot entrepot reserve atelier boutique magasin restauration tapissier "
    "campagne maison "
    "stock transit emballe emballee stocke stockee d de du des"
)
_IS = word_set("est sont se trouve reste c elle il")
_AXES = word_set("h l p d prof larg haut")
_LONGEST = 26
_OPEN = frozenset({"unknown", "danger", "ack", "amount", "logistics", "harmless", "no", "praise"})


def without_answers(judged: list[Judged], text: str, quoted: str) -> list[Judged]:
    """The clauses, those that only answer what the quoted letter asks made logistics; only what it asks can be answered."""
    asks = quoted[:20_000].casefold()
    sizes, views = "dimension" in asks, bool(re.search(r"\bvues?\b|\bviews?\b|\bphotos?\b", asks))
    if not sizes and not views:
        return judged
    judged = without_replies(_only_these(judged) if views else judged, text, sizes=sizes, views=views)
    found: list[Judged] = []
    headed = False
    for n, j in enumerate(judged):
        answered = j.kind in _OPEN and (
            (sizes and (is_measure(j.clause) or _not_known(j.clause)))
            or (views and _of_views(j.clause))
            or (headed and _said(j.clause) in _UNKNOWN and not j.clause.asked)
            or _heads(judged, n, sizes=sizes, views=views)
            or (any(k.kind == "logistics" for k in found[-2:]) and _is_away(j.clause, text))
            or (sizes and n + 1 < len(judged) and leads(j, text) and is_measure(judged[n + 1].clause))
            or (sizes and n > 0 and leaves_the_rest(j, judged[n - 1], text, measured=is_measure(judged[n - 1].clause)))
            or (sizes and n > 0 and matter_behind(j, text) and is_measure(judged[n - 1].clause))
        )
        headed = answered and j.clause.announces
        found.append(replace(j, kind="logistics", act="") if answered else j)
    return found


_ONLY = word_set("ce sont c est les la seules seule celles que j ai nous avons n pas plus d autre autres n en")


def _only_these(judged: list[Judged]) -> list[Judged]:
    """« (> Auriez-vous d'autres vues ?) Non, ce sont les seules »: a no to that question, and not to the offer."""
    found = list(judged)
    for n, (no, after) in enumerate(pairwise(judged)):
        words = _said(after.clause).split()
        only = {"seules", "seule"} & set(words) and all(w in _ONLY | _VIEWS for w in words)
        if no.kind == "no" and only and no.clause.line == after.clause.line and not after.clause.asked:
            found[n : n + 2] = [replace(no, kind="logistics", act=""), replace(after, kind="logistics", act="")]
    return found


def _said(clause: Clause) -> str:
    return " ".join(i.words for i in clause.items if any(c.isalnum() for c in i.words))


def is_measure(clause: Clause) -> bool:
    """Whether the clause says nothing but lengths: it answers our question, it changes nothing."""
    items = clause.items
    said = [w for i in items for w in i.words.split()]
    numbers = any(i.amount is not None or _GLUED_LENGTH.fullmatch(i.words) for i in items)
    if clause.asked or not numbers or any(i.act == "amount" for i in items) or len(said) > _LONGEST:
        return False
    lettered = sum(a.words in _AXES and b.amount is not None for a, b in pairwise(items)) > 1  # "H 88 L 64 P 70"
    if not lettered and not any(w in _MEASURES or _GLUED_LENGTH.fullmatch(w) for w in said):
        return False  # "pour le 12"
    return all(
        i.amount is not None
        or i.act in {"object", "context"}
        or _GLUED_LENGTH.fullmatch(i.words) is not None
        or all(w in _MEASURE_WORDS for w in i.words.split())
        for i in items
    )


def _not_known(clause: Clause) -> bool:
    """« Je ne sais plus les dimensions », « aucune idée des mesures »: no length, no wish."""
    words = _said(clause).split()
    return (
        not clause.asked
        and bool(_SIZED & set(words))
        and bool({"pas", "plus", "aucune", "ni", "inconnues", "don", "no", "inconnue"} & set(words))
        and all(w in _NOT_KNOWN_WORDS or w in _VIEW_WORDS for w in words)
    )


def _of_views(clause: Clause) -> bool:
    """« Pas d'autre vue, désolé », « deux vues complémentaires en pièce jointe », « je n'ai qu'une seule photo »."""
    words = [w for i in clause.items if i.act != "context" for w in _letters(i.words)]
    return (
        not clause.asked
        and len(words) <= _LONGEST
        and bool(_VIEWS & set(words))
        and bool(_HAVE_OR_NOT & set(words))
        and all(w in _VIEW_WORDS for w in words)
    )


def _letters(words: str) -> list[str]:
    return [w for w in words.split() if any(c.isalpha() for c in w)]


def _heads(judged: list[Judged], n: int, *, sizes: bool, views: bool) -> bool:
    """« Ses dimensions : (je ne sais plus) », « dimensions hors tout : (L 76 x P 80) », « d'autres vues : (non) »."""
    clause = judged[n].clause
    after = judged[n + 1].clause if n + 1 < len(judged) else None
    words = _said(clause).split()
    if not clause.announces or after is None or len(words) > 8:
        return False
    if sizes and _SIZED & set(words) and all(w in _MEASURE_WORDS | _SIZED for w in words):
        return is_measure(after) or _said(after) in _UNKNOWN
    return views and bool(_VIEWS & set(words)) and all(w in _VIEW_WORDS for w in words) and _said(after) in _UNKNOWN


def _is_away(clause: Clause, text: str) -> bool:
    """« (Pas d'autre vue,) le fauteuil est sous une bâche »: of the thing named in our letter, or « il ». « En chêne » is nowhere."""
    items = clause.items
    at = next((n for n, i in enumerate(items) if i.words in _IS), 0)
    names = any(i.act in {"context", "object"} for i in items[:at]) or _said(clause).split()[0] in {"il", "elle", "c"}
    rest = items[at + 1 :]
    return (
        not clause.asked
        and names
        and len(rest) > 1
        and rest[0].words.split()[0] in {"chez", "sous", "dans", "au", "a", "en"}
        and all(
            all(w in _AWAY | _IS for w in i.words.split()) or (n > 0 and i.act == "unknown" and text[i.start : i.end].istitle())
            for n, i in enumerate(rest)
        )
    )
