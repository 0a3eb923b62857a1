"""Lengths that answer the question in our quote, and the sets of acts that several parts of the reading share."""

from __future__ import annotations

import re

from processors.verdicts.clauses import Clause
from processors.verdicts.tokens import word_set

#: Words that mean nothing to the reader: unknown, named in the subject, or in quotation marks.
STRANGE = frozenset({"unknown", "context", "masked"})
YES = frozenset({"yes", "particle", "perfect"})
#: "merci pour votre patience" thanks; "merci pour les accoudoirs dorés" orders something.
THEIRS = word_set("votre vos ton ta tes cette ce ces cet toute tout your this ihre ihr su sus la vostra vostro tua tuo")
_GLUED_LENGTH = re.compile(r"\d{1,5}(?:cm|mm|m|x\d{1,5})+")
_MEASURES = word_set(
    "hauteur largeur profondeur longueur diametre dimensions dimension cm mm m metres haut large profond x par height width "
    "depth by"
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


def is_measure(clause: Clause) -> bool:
    """Whether the clause says nothing but lengths: it answers our question, it changes nothing."""
    items = clause.items
    said = [w for i in items for w in i.words.split()]
    if (
        clause.asked
        or any(i.act == "amount" for i in items)
        or not any(w in _MEASURES or _GLUED_LENGTH.fullmatch(w) for w in said)
    ):
        return False  # "pour le 12"
    return all(
        i.amount is not None
        or i.act in {"object", "context"}
        or _GLUED_LENGTH.fullmatch(i.words) is not None
        or all(w in _MEASURE_WORDS for w in i.words.split())
        for i in items
    )
