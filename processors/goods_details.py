"""How far the words go that tell how goods are: from the word that a directive knows to all that belongs to it.

"sans gravure" says something else than "gravure"; of "rouge vif, gravure épi, 24x10x32" each part is told as a whole, whether
every word of it is known or not; and what a label calls a colour is one: "Couleur : havane".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from processors.facts_numbers import BLANK, trimmed
from processors.goods_marks import Marks
from processors.words_common import word_set

#: What the value after it tells how the goods are.
LABEL = (
    r"couleurs?|coloris|colou?rs?|teintes?|impressions?|print(?:ing)?|marquages?|papiers?|paper|matieres?|finitions?|finish|"
    r"personnalisations?|grammages?|natures?|اللون"
)
_LABELLED = re.compile(
    rf"(?:^|[\n|;•])[ \t]*[-•*_~]{{0,2}}[ \t]*(?P<label>{LABEL})[ \t_*~]*(?:[:=][ \t]*|\.{{3,60}}[ \t]*:?[ \t]*)(?P<value>[^\n|;•]{{2,60}})"
)
#: A word of denial right before: "sans impression", "non imprimé", "no print".
_DENIAL = re.compile(
    r"(?<![^\W_])(?:sans|ss|s/|non|pas\s+d['’e]\s?|aucune?|without|no|not|bla|بدون|بلا)\s?[- ]?(?:(?:de|d['’]|any|les?|la)\s?)?$"
)
_COLOUR_OF = re.compile(r"(?<![^\W_])(?:couleurs?|coloris|colou?r|teinte|ton)\s$")
#: What joins two words of one thing: "dorure à chaud du logo", "logo en doré".
_BINDS = re.compile(r"\s(?:de|du|des|en|a|au|d['’]|of|in|with|avec|on|sur)\s")
_PART = re.compile(r"[,;!?(\n|:→]|\.{3,}|\s[-–—]\s|\.(?=\s|$)|\)")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
#: A part of so many words at most is told as a whole.
_WORDS = 5
#: Words that tell no quality: who holds one of them holds a sentence.
_SENTENCE = word_set(
    "je j on nous vous tu il elle ils elles c ce cela ca qui que qu dont ou est sont etait sera soit fait faites faire "
    "peut pouvez pour merci svp stp please thanks thx prix tarif livraison livrer livrez delivery deliver commande "
    "commander order besoin faut veux voudrais souhaite souhaitons prends prend bonjour bonsoir salut salam hello hi "
    "cordialement cdt comme mais car si chez demain aujourd hui urgent urgence vite rapidement possible bghit bghina "
    "3afak 3andi had hadi dyal dial li lia f w we i you it is are the need needs want notre nos mon ma mes our my votre "
    "vos sur par quantite qte total montant reference ref tel adresse contact date semaine mois jour jours carton "
    "cartons palette palettes dh mad eur ht ttc chaque each idem pareil meme memes deux both tout tous"
)


def widened(
    text: str,
    marks: Marks,
    found: Sequence[tuple[int, int]],
    denied: Sequence[tuple[int, int]],
    things: Sequence[tuple[int, int]],
) -> list[tuple[int, int]]:
    """The spans of qualities, each with what belongs to it, in their order and none across another. ``denied`` are the words that a
    negation may speak of, ``things`` those that name what is ordered."""
    labelled = list(_labelled(marks, things))
    spans = [(a, b) for a, b in found if not any(label <= a < start for label, start, _ in labelled)]
    for a, b in denied:
        denial = _DENIAL.search(marks.plain, max(0, a - 24), a)
        if denial is not None and "\n" not in denial[0] and not any(x < b and a < y for x, y in things):
            spans.append((denial.start(), b))
    spans = [_coloured(marks.plain, a, b) for a, b in spans]
    spans = _bound(marks, sorted(spans))
    spans = [_whole_part(text, marks, a, b, things) for a, b in spans]
    spans += [(start, end) for _, start, end in labelled]
    return _apart([trimmed(text, a, b) for a, b in spans])


def _labelled(marks: Marks, things: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    """(where the label begins, its value's start and end) of lines as "Couleur : havane"."""
    for match in _LABELLED.finditer(marks.plain):
        start, end = match.span("value")
        while end > start and not (marks.plain[end - 1].isalnum() or marks.plain[end - 1] in ")»\"'%²°"):
            end -= 1  # an emoji, a mark of a chat
        if not any(a < end and start < b for a, b in things) and not any(start <= p.start < end for p in marks.prices):
            yield match.start("label"), start, end


def _coloured(plain: str, start: int, end: int) -> tuple[int, int]:
    """With the word "couleur" before it."""
    before = _COLOUR_OF.search(plain, max(0, start - 12), start)
    return (before.start() if before is not None else start), end


def _bound(marks: Marks, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those that a little word joins as one."""
    kept: list[tuple[int, int]] = []
    measures = set(marks.measures)
    for a, b in spans:
        if kept and a < kept[-1][1]:
            kept[-1] = (kept[-1][0], max(b, kept[-1][1]))
        elif kept and not {kept[-1], (a, b)} & measures and _BINDS.fullmatch(marks.plain, kept[-1][1], a):
            kept[-1] = (kept[-1][0], b)
        else:
            kept.append((a, b))
    return kept


def _whole_part(text: str, marks: Marks, start: int, end: int, things: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The whole part of an enumeration that holds it: ", impression épi," where every word may tell how it is."""
    if (start, end) in marks.measures:
        return start, end
    low = max((m.end() for m in _PART.finditer(marks.plain, max(0, start - 60), start)), default=0 if start <= 60 else -1)
    stop = _PART.search(marks.plain, end, end + 60)
    if low < 0 or (stop is None and len(text) > end + 60):
        return start, end
    high = stop.start() if stop is not None else len(text)
    if low and marks.plain[low - 1] not in ",(;":
        low = start  # the part begins a line or a sentence: what stands before may be anything
    words = list(_WORD.finditer(marks.plain, low, high))
    outside = [m for m in words if not start <= m.start() < end]
    if (
        not outside
        or len(words) > _WORDS
        or any(m[0] in _SENTENCE or text[m.start()].isupper() != text[start].isupper() for m in outside)
    ):
        return start, end
    if any(a < high and low < b for a, b in things) or any(low <= p.start < high for p in marks.prices):
        return start, end
    if BLANK in _without(marks, low, high) or any(low <= n.start < high for n in marks.numbers):
        return start, end
    return low, high


def _without(marks: Marks, low: int, high: int) -> str:
    """The bare text between two places without its sizes, which are blanked there."""
    kept = marks.bare[low:high]
    for a, b in marks.measures:
        if low <= a and b <= high:
            kept = kept[: a - low] + " " * (b - a) + kept[b - low :]
    return kept


def _apart(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans in their order, those that meet as one."""
    kept: list[tuple[int, int]] = []
    for a, b in sorted(set(spans)):
        if kept and a < kept[-1][1]:
            kept[-1] = (kept[-1][0], max(b, kept[-1][1]))
        else:
            kept.append((a, b))
    return kept
