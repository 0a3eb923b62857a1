"""A clause that refuses: the quote as a whole, or with a reason that is none."""

from __future__ import annotations

from processors.verdicts.clauses import Clause
from processors.verdicts.items import Item
from processors.verdicts.judged import Judged, Kind
from processors.verdicts.lexicon import DANGERS

#: « Nous accusons réception de votre offre et vous informons que nous la déclinons »
_RECEIVED = frozenset({"reception", "reponse", "retour", "message", "mail"})


def gives_reason(body: list[Item]) -> bool:
    """« Non, trop long à faire »: a no at the beginning with what is too much. "Non, le fauteuil est en cuir" answers something else."""
    first = next((n for n, i in enumerate(body) if i.act not in {"filler", "greeting", "praise"}), 0)
    rest = body[first + 1 :]
    if body[first].act != "no" or any(i.act in DANGERS - {"price", "negation", "change"} for i in rest):
        return False
    return any(w in {"trop", "too"} for i in rest[:3] for w in i.words.split())


def refusal_of(clause: Clause, items: tuple[Item, ...], refusal: Item) -> Judged:
    """A clause with the item that refuses: "refuse" where it turns down the quote or nothing in particular.

    "danger" where a yes, a condition or a wish stands beside it; "unknown" where only a part is turned down.
    """

    def says(kind: Kind, act: str, at: Item) -> Judged:
        return Judged(kind, act, at.start, at.end, clause)

    if any(i.act in {"yes", "perfect"} for i in items):
        return says("danger", "contrast", refusal)
    reason = next((n for n, i in enumerate(items) if i.act in {"because", "price"}), len(items))
    rest = items[:reason]
    # "merci mais je ne suis pas intéressé": what stands before the refusal is what it turns down.
    blocking = next(
        (
            i
            for i in rest
            if i.act in DANGERS - {"price", "hearsay"}
            and not (i.start < refusal.start and (i.act == "contrast" or i.words in _RECEIVED))
        ),
        None,
    )
    if refusal.words.startswith("sans ") and not all(
        i.act in {"filler", "greeting", "no"} for i in rest[: rest.index(refusal)]
    ):
        return says("danger", "contrast", refusal)  # "commencez sans moi"
    blocking = blocking or next((i for i in rest if i.words in {"tout de suite", "right away", "maintenant", "now"}), None)
    blocking = blocking or next(
        (i for i in items[reason:] if i.act in {"condition", "contrast", "change", "question", "option"}), None
    )
    if blocking is not None:
        return says("danger", blocking.act, blocking)
    # What is refused must be the quote or nothing: "je refuse la table" decides only a part.
    opened = refusal.words.split()[-1] in {"de", "d"} or refusal.words.startswith(
        "hors de question"
    )  # "dis-lui que nous ne faisons pas d'architecture"
    for item in rest:
        opened = opened or item.act == "object"
        if item.act in {"unknown", "number", "amount"} and not opened and item.start > refusal.start:
            return says("unknown", "", item)
    return says("refuse", "", refusal)
