"""Polite endings and lengths: what may stand beside a decision without changing it, and what only looks so.

"Merci pour votre retour" says nothing; "hâte de négocier la suite" does. A length answers the question in our quote.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from processors.verdicts.clauses import Clause
from processors.verdicts.items import Item
from processors.verdicts.tokens import word_set

#: Words that mean nothing to the reader: unknown, named in the subject, or in quotation marks.
STRANGE = frozenset({"unknown", "context", "masked"})
YES = frozenset({"yes", "particle", "perfect"})
_LONGEST_TAIL = 9
#: A politeness that looks forward may hide a wish ("hâte de négocier la suite"): only what one awaits of any work stands there.
_FORWARD_LOOKING = (
    "hate", "j ai hate", "nous avons hate", "on a hate", "tellement hate", "tres hate", "trop hate", "impatien", "vivement",
    "dans l attente",
    "en l attente", "l attente", "j espere", "nous esperons", "on espere", "je suis impatien", "nous sommes impatien", "n hesite",
    "au plaisir", "looking forward", "i look", "we look", "i am looking", "we are looking", "i m looking", "we re looking", "can t wait",
    "cant wait", "i can", "we can", "excited", "hope you", "i hope", "don t hesitate", "ich freue", "wir freuen",
)  # fmt: skip
_AWAITED = word_set(
    "voir recevoir decouvrir lire relire entendre connaitre avoir admirer visualiser tester travailler collaborer echanger "
    "vous nous me m le la les l de d du des un une au aux en a et ce cette ces votre vos notre nos mon ma mes ton ta tes "
    "son tout "
    "resultat resultats rendu rendus modele modeles visuel visuels objet objets piece meuble creation realisation travail "
    "fichier "
    "fichiers suite reponse retour confirmation livraison facture nouvelles collaboration avancement etapes oeuvre "
    "merveille "
    "montrer presenter partager clients clientes clientele collegues equipe famille mari femme fille fils enfants boutique vitrine "
    "premiers premieres premiere final finale finaux fini beau belle bien ca cela vite rapidement prochainement 3d ar "
    "contacter recontacter joindre solliciter revenir appeler rappeler ecrire questionner interroger vers moi besoin "
    "question "
    "questions precision precisions information informations complement renseignement renseignements plus savoir commencer "
    "see seeing hear hearing receive receiving result results model from back you it the final your work working reply "
    "to of contact reach ask any with finished piece auf ihre ihr ergebnis das antwort zusammenarbeit die"
)
#: An apology says what for, and « désolé, fausse manœuvre » takes the yes back: only what one is late with stands there.
_APOLOGISES = (
    "desole", "pardon", "excus", "toutes mes excuses", "mes excuses", "nos excuses", "navre", "veuillez excuser", "veuillez m excuser",
    "veuillez nous excuser", "veuillez pardonner", "sorry", "apolog",
)  # fmt: skip
_EXCUSED = word_set(
    "retard attente delai delais reponse reponses tardive tardives tardif silence derangement gene lenteur faute fautes frappe orthographe "
    "dictee repondre reponds repondu tard tardivement attendre fait avoir vous te si long longue longtemps petit petite leger ma mon mes "
    "notre votre le la les l de du d des a pour ce cette mail mails relance relances late delay reply wait the my for answer slow"
)
#: "merci pour votre patience" thanks; "merci pour les accoudoirs dorés" orders something.
THEIRS = word_set("votre vos ton ta tes cette ce ces cet toute tout your this ihre ihr su sus la vostra vostro tua tuo")
_GRATEFUL = (
    "merci", "grand merci", "mille merci", "thank", "many thank", "danke", "vielen dank", "gracias", "grazie", "obrigad", "remercie",
)  # fmt: skip
#: What may follow "merci pour votre" without a word that joins: "retour très rapide".
_LONGEST_RUN = 3
_CONNECTS = THEIRS | word_set("et de du des d a au aux pour la le les l en que and for of the to und fur y por e per")
_GLUED_LENGTH = re.compile(r"\d{1,5}(?:cm|mm|m|x\d{1,5})*")
_MEASURES = word_set(
    "hauteur largeur profondeur longueur diametre dimensions dimension cm mm m metres haut large profond height width depth"
)
#: How somebody gives the measures that our quote asks for.
_MEASURE_WORDS = word_set(
    "hauteur largeur profondeur longueur epaisseur diametre dimensions dimension cote cotes mesures mesure taille cm mm m "
    "metre metres "
    "centimetres x par sur de d du des le la les l en et il elle fait mesure pour environ haut large long profond epais "
    "voici sont est a mesure info "
    "ses nos mes total totale totales assise dossier h p height width depth length by is are the and dimensions about "
    "approx"
)


def hides_something(tail: Sequence[Item]) -> bool:
    """Whether a politeness that goes on says more than politeness."""
    strange = [i for i in tail if i.act in STRANGE]
    if len(strange) > _LONGEST_TAIL or any(i.act == "number" or i.act in YES for i in tail):
        return True
    opening = next((i for i in tail if i.act == "open"), None)
    if opening is None or not strange:
        return False
    if opening.words.startswith(_APOLOGISES):
        return not all(i.words in _EXCUSED for i in strange)
    if opening.words.startswith(_FORWARD_LOOKING):
        return not all(i.act == "context" or i.words in _AWAITED for i in strange)
    if _goes_on(tail[tail.index(opening) + 1 :]):
        return True
    if opening.words.startswith(_GRATEFUL) or "remercie" in opening.words:
        before = tail[tail.index(opening) + 1]
        owned = opening.words.split()[-1] in THEIRS or before.words.split()[0] in THEIRS or opening.words.endswith("avoir")
        return not owned and len(strange) > 1
    return False


def _goes_on(rest: Sequence[Item]) -> bool:
    """« (merci de votre patience) je plaisante », « … le prix me paraît élevé »: a sentence of its own where a noun was due."""
    run = 0
    for item in rest:
        if item.words in {"je", "j"}:
            return True
        run = 0 if item.words in _CONNECTS else run + len(item.words.split())
        if run > _LONGEST_RUN:
            return True
    return False


def is_measure(clause: Clause) -> bool:
    """Whether the clause says nothing but lengths: it answers our question, it changes nothing."""
    items = clause.items
    said = [w for i in items for w in i.words.split()]
    if clause.asked or any(i.act == "amount" for i in items) or not any(w in _MEASURES or w[:1].isdigit() for w in said):
        return False
    return all(
        i.amount is not None
        or i.act in {"object", "context"}
        or _GLUED_LENGTH.fullmatch(i.words) is not None
        or all(w in _MEASURE_WORDS for w in i.words.split())
        for i in items
    )
