"""What readers of files say of a trouble, beside its code, in English: they say it in French, as it stands in the journal.

What has no English here is shown as it stands: the names of sheets, files and errors are never translated.
"""

from __future__ import annotations

import re

_WORDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(french), english)
    for french, english in (
        (r"ce n'est pas un PDF lisible", "it is no readable PDF"),
        (r"ce n'est pas un PDF", "it is no PDF"),
        (r"ce n'est pas une image lisible", "it is no readable picture"),
        (r"ce n'est pas un document Word", "it is no Word document"),
        (r"ce n'est pas du texte", "it is no text"),
        (r"c'est un programme", "it is a program"),
        (r"aucune page", "no page"),
        (r"l'image est coupée", "the picture is cut off"),
        (r"protection illisible", "its protection cannot be read"),
        (r"ancien format d'Office", "Office's old format"),
        (r"son mot de passe demande un calcul démesuré", "its password asks for an oversized calculation"),
        (r"sa lecture a fait tomber le lecteur", "reading it brought the reader down"),
        (r"trop de mémoire", "too much memory"),
        (r"le temps est écoulé", "the time is over"),
        (r"les messages emboîtés plus loin ne sont pas ouverts", "messages nested further are not opened"),
        (r"(\d+) fichiers d'un message sont lus, pas celui-ci", r"\1 files of a message are read, not this one"),
        (r"taille de page impossible", "impossible size of page"),
        (r"(\d+) pages sur (\d+)", r"\1 of \2 pages"),
        (r"(\d+) feuilles sur (\d+)", r"\1 of \2 sheets"),
        (r"(\d+) lignes de la feuille ", r"\1 lines of the sheet "),
        (r"reconnaissance arrêtée à la page (\d+)", r"recognition ended at page \1"),
        (r"reconnaissance d'une page arrêtée après (\d+) s", r"recognition of a page ended after \1 s"),
        (r"la reconnaissance s'est arrêtée", "recognition broke off"),
        (r"après (\d+) s\Z", r"after \1 s"),
        (r"(\d+) caractères\Z", r"\1 characters"),
        (r"(\d+) Mo une fois déplié", r"\1 MB once unfolded"),
        (r"(\d+) Mo\Z", r"\1 MB"),
        (r"(\d+ × \d+) points\Z", r"\1 pixels"),
        (r"\Afeuille (\d+)", r"sheet \1"),
        (r"\Aerreur interne", "internal error"),
    )
)


def in_english(detail: str) -> str:
    """The detail for somebody who reads English."""
    for french, english in _WORDS:
        detail = french.sub(english, detail)
    return detail
