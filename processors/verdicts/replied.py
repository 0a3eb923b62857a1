"""Longer answers to the optional questions of our letter, as closed patterns (see ``besides``): lists, views, what is not known.

« PJ : 4 photos + un croquis coté », « pas besoin d'autres vues je pense », « je n'ai pas les dimensions sous la main », « 1) … 2) non ».
A matter is told only with a word that says it is told (« si ça peut aider ») or behind a size; alone it may be a wish.
"""

from __future__ import annotations

from dataclasses import replace

from processors.verdicts.besides import matched, patterns, shape
from processors.verdicts.judged import Judged


def without_replies(judged: list[Judged], text: str, *, sizes: bool, views: bool) -> list[Judged]:
    """The clauses, those that wholly are such an answer made logistics; ``sizes`` and ``views`` are what our letter asks."""
    if sizes:
        judged = matched(judged, text, patterns("replied.txt", "sizes"), "logistics")
    if views:
        judged = matched(judged, text, patterns("replied.txt", "views"), "logistics")
    return _listed(judged, text)


def _listed(judged: list[Judged], text: str) -> list[Judged]:
    """« 1) H 88 L 64 P 70 / 2) non »: our questions answered by number; the marks of the list are no numbers of his."""
    marks = [n for n, j in enumerate(judged) if _marks(j, text)]
    wanted = [str(k) for k in range(1, len(marks) + 1)]
    if len(marks) < 2 or [judged[n].clause.items[0].words for n in marks] != wanted:
        return judged
    found = list(judged)
    for n in marks:
        found[n] = replace(found[n], kind="logistics", act="")
        after = found[n + 1] if n + 1 < len(found) else None
        if (
            after is not None
            and not after.clause.asked
            and shape([after.clause], text) in {"non", "no", "aucune", "rien", "pas d autre"}
        ):
            found[n + 1] = replace(after, kind="logistics", act="")
    return found


def _marks(judged: Judged, text: str) -> bool:
    clause = judged.clause
    line = text[text.rfind("\n", 0, clause.start) + 1 : clause.start]
    return not line.strip() and shape([clause], text) == "NUM" and text[clause.end : clause.end + 1] in {")", ":"}


def leads(judged: Judged, text: str) -> bool:
    """« À toutes fins utiles : », « Les mesures : »: what follows is told besides."""
    return judged.clause.announces and _matches("leads", judged, text)


def leaves_the_rest(judged: Judged, before: Judged, text: str, *, measured: bool) -> bool:
    """« (1 m de haut,) le reste je ne sais pas, vous pouvez faire sans »; ``measured``: a size stands right before."""
    return (measured and _matches("rest", judged, text)) or (
        _matches("without", judged, text) and _matches("rest", before, text)
    )


def matter_behind(judged: Judged, text: str) -> bool:
    """« (105 x 72 x 80 cm,) hêtre teinté »."""
    return not judged.clause.asked and _matches("matter", judged, text)


def _matches(section: str, judged: Judged, text: str) -> bool:
    said = shape([judged.clause], text)
    return any(p.fullmatch(said) for p in patterns("replied.txt", section))
