"""Sentences that run on without a mark between them, as people dictate or type in a hurry, cut as a comma would cut them.

« Oui je suis d'accord | vous pouvez y aller », « j'ai relu le devis | tout est bon | je valide », « bonjour mounia | je valide ».
A cut is tried only where a sentence may begin and the words before it may end one, and it counts only where one side decides by
itself; what the other side says takes the decision away as it does behind a comma.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from processors.verdicts.clauses import Clause
from processors.verdicts.items import Item
from processors.verdicts.judged import Judged
from processors.verdicts.politeness import STRANGE, YES
from processors.verdicts.tokens import word_set

_Judge = Callable[[Clause], Judged]

#: A sentence of its own begins with one of these: who does it, thanks, an apology.
_BEGINS = word_set(
    "je j on nous c ca cela vous tu tout merci desole desolee pardon donc ici i we you thanks thank sorry it that ana hna 7na chokran"
)
#: An expression of these acts begins anew wherever it stands.
_BEGIN_ACTS = frozenset({"thanks", "closing"})
#: A sentence ends with none of these: they want what follows.
_WANTS_MORE = word_set(
    "que qu qui quoi dont ou si quand comme lorsque des de du d la le l les un une mon ma mes ton ta tes son sa ses notre nos votre vos "
    "leur leurs ce cet cette ces pour par avec sans sous sur dans en a au aux chez vers entre et ni mais car or donc ne n se s me m te t "
    "lui y pas est sont ai as avons avez ont suis sommes etes peux peut pouvez dit dis disent dites ecrit ecris pense croit crois veut "
    "veux voulez faut soit avant apres jusqu selon dixit bouton case mot mots phrase quelle quel combien comment pourquoi "
    "that which who if when as of to for with by the my your our and or not is are was say says said write wrote click "
    "bach bash ila wach 9al gal 3la"
)
_AT = word_set("a pour avec contre sur at for with")
_UNDECIDED = frozenset({"unknown", "danger"})
_NUMBERS = frozenset({"number", "amount"})
_TAKE_LEAVE = frozenset({"thanks", "closing"})
_DECIDES = frozenset({"approve", "refuse", "amount"})
_LONGEST = 40


def in_parts(clause: Clause, judge: _Judge) -> list[Judged]:
    """The clause judged; where it is not understood as a whole, the sentences that it runs together, each judged by itself."""
    whole = judge(clause)
    if whole.kind not in _UNDECIDED or not 2 <= len(clause.items) <= _LONGEST:
        return [whole]
    acts = clause.acts()
    if "refuse" in acts and acts & YES:
        return [whole]  # "je valide / je refuse": both, in one breath
    named = _behind_greeting(clause.items)
    if named:
        return [judge(_part(clause, 0, named)), *in_parts(_part(clause, named, None), judge)]
    for at in range(1, len(clause.items)):
        if not _may_end(clause.items[at - 1]):
            continue
        start = at + _joined(clause.items, at)
        if start >= len(clause.items) or not _may_begin(clause.items[start]):
            continue
        left = judge(_part(clause, 0, at))
        right = in_parts(_part(clause, start, None), judge)
        if _is_topic(left, right[0]) or any(_hides_a_name(j) for j in right):
            continue
        if left.kind in _DECIDES or right[0].kind in _DECIDES:
            return [left, *right]
    return [whole]


def _is_topic(left: Judged, right: Judged) -> bool:
    """« *À 6 crédits* on perd de l'argent », « *8* c'est trop peu », « *6 crédits* c'est trop »: what is spoken of, and not the price."""
    first = left.clause.items[0].words.split()[0]
    bare = all(i.act in _NUMBERS for i in left.clause.items) and right.kind not in _TAKE_LEAVE
    return left.kind == "amount" and (first in _AT or bare)


def _hides_a_name(judged: Judged) -> bool:
    """« (je valide) merci de Mounia », « … merci pour Sté Atlas »: behind a comma one who is thanked, without it whose the order is."""
    return judged.kind in {"thanks", "closing"} and any(i.act in STRANGE for i in judged.clause.items)


def _part(clause: Clause, start: int, end: int | None) -> Clause:
    items = clause.items[start:end]
    last = end is None or end == len(clause.items)
    return replace(
        clause,
        items=items,
        asked=clause.asked and last,
        announces=clause.announces and last,
        alone=False,
        start=items[0].start,
        end=items[-1].end,
    )


def _behind_greeting(items: tuple[Item, ...]) -> int:
    """Where a greeting with the names of who is greeted ends, if more follows; 0 where none begins the clause.

    It names the reader and nobody else: « bonjour mounia je valide » decides as « Bonjour Mounia, je valide » does.
    """
    end = 1
    if items[0].act != "greeting":
        return 0
    while end < len(items) and (items[end].act == "names" or (items[end].act == "unknown" and end <= _MOST_NAMES)):
        end += 1
    return end if 1 < end < len(items) and _may_begin(items[end], decides=True) else 0


_MOST_NAMES = 2


def _may_begin(item: Item, *, decides: bool = False) -> bool:
    said = item.words.split()
    return bool(said) and (
        said[0] in _BEGINS
        or item.act in _BEGIN_ACTS
        or (decides and (item.act in {"particle", "perfect"} or item.amount is not None))  # "bonjour Paul valide" tells of Paul
    )


def _joined(items: tuple[Item, ...], at: int) -> int:
    """1 where « et » alone joins the second sentence to the first."""
    return 1 if items[at].words in {"et", "and"} and at + 1 < len(items) else 0


def _may_end(item: Item) -> bool:
    said = item.words.split()
    return not said or item.act == "yes" or said[-1] not in _WANTS_MORE
