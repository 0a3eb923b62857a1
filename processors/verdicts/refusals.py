"""A reply that says no: whether it is one plain refusal, with its reasons, or reopens the talk."""

from __future__ import annotations

from collections.abc import Callable

from core.reading import Reason, Verdict
from processors.later import Later
from processors.verdicts.judged import Judged, Kind, label
from processors.verdicts.tokens import word_set

APPROVES = frozenset({"approve", "weak", "perfect"})
_TAKES_NOTE = frozenset({"ok", "okay", "d'accord", "d’accord", "safi", "صافي", "ok ok", "alright", "dac", "vale", "okey"})
_TOO = frozenset({"trop", "too", "zu", "demasiado", "muy", "troppo"})
_LACKING = word_set("a ai avons as assez encore recu sais sait savons qui have enough yet know")
_DOING = word_set(
    "fait faisons fais prend prenons prends accepte acceptons traite realise realisons peut peux pouvons veut veux voulons "
    "do make take can want"
)
_OURSELVES = frozenset({"on", "nous", "je", "j", "c", "ce", "ca", "we", "i", "it", "this"})


def refused(
    judged: list[Judged],
    present: set[Kind],
    text: str,
    reasons: tuple[Reason, ...],
    *,
    unclear_of: Callable[[str, str, Judged], Verdict],
    admin: bool,
) -> Verdict:
    """A refusal, if nothing in the reply reopens the talk; else unclear, as ``unclear_of`` (rule, why, where) says it."""
    at = next(j for j in judged if j.kind in {"refuse", "no"})
    others = [j for j in judged if j.kind == "danger"]
    said_yes = [j for j in judged if j.kind in APPROVES]
    # "Ok, je refuse", "safi": an ok only takes note when the refusal stands in words of its own.
    noted = "refuse" in present and all(
        j.kind == "weak" and text[j.start : j.end].casefold().strip() in _TAKES_NOTE for j in said_yes
    )
    if said_yes and not noted:
        return unclear_of("both", "Le message dit oui et non.", at)
    # The price, an explanation or somebody else's opinion are reasons of a refusal; a condition or a wish reopens the talk.
    best = next((j for j in reversed(judged) if j.kind == "refuse"), at)
    allowed = {"price", "hearsay", "past", "negation", "other"} if "refuse" in present else {"price"}

    def explains(j: Judged) -> bool:
        first = j.clause.items[0].words.split()[0]
        if "refuse" in present and (j.start < best.start or j.act == "contrast"):
            # What stands before leads to the refusal, and a concession behind it opens nothing.
            return j.act not in _REOPENS if j.start < best.start else _concedes(j)
        if "refuse" in present and admin and best.clause.announces and j.act not in _REOPENS | {"amount", "hold"}:
            return not _FOR_LATER & {w for i in j.clause.items for w in i.words.split()}  # "je refuse : (whatever ground)"
        if "refuse" in present:
            return (
                " ".join(i.words for i in j.clause.items).startswith(_CLEARS_UP)
                or (_puts_off(j) and not j.clause.asked)
                or (j.act == "change" and all(i.words == "aussi" for i in j.clause.items if i.act == "change"))
                or j.act in allowed
                or (first in _TOO and j.act == "change")
                or (j.act == "condition" and {i.words for i in j.clause.items if i.act == "condition"} == {"jusqu"})
                or _wonders(j, at)
                or (j.act == "hold" and " ".join(i.words for i in j.clause.items).startswith(_IS_OVER) and _only_tells(j))
                or (j.act == "future" and first not in _OURSELVES | {"vous", "tu"} and _only_tells(j, also="future"))
                or (j.act == "partial" and "moins" in text[j.clause.start : j.clause.end])
            )
        return (
            j.act in allowed
            or (first in _TOO and j.act == "change")
            or (admin and j.act in {"hearsay", "past"} and _only_tells(j))
            # An administrator's "non, on ne fait pas de bijoux"; who lacks something ("on n'a pas les photos") asks for it.
            or (admin and j.act == "negation" and first in _OURSELVES and not j.clause.asked and not _lacks(j))
        )

    reopening = next((j for j in others if not explains(j)), None)
    if reopening is not None:
        return unclear_of(reopening.act, f"Pas un refus simple : {label(reopening.act)}.", reopening)
    known = [j for j in judged if not (j.kind == "unknown" and j.clause.items[0].words.split()[0] in _TOO)]
    if "refuse" not in present and {j.kind for j in known} & {"unknown", "amount", "delay", "logistics"}:
        return unclear_of("unknown", "Un non à côté de mots non compris.", at)
    long_unknown = sum(len(j.clause.items) for j in judged if j.kind == "unknown")
    if long_unknown > 25:
        return unclear_of("unknown", "Une grande partie du message n'est pas comprise.", at)
    return Verdict("refuse", None, text[best.start : best.end], reasons)


_TAKES_LEAVE = word_set("desole desolee desoles dommage tant regret regrets sorry revoir continuation navre navree")
_TOO_DEAR = Later(
    r"(?:c est |ca fait |cela fait |bonjour |non |un peu |beaucoup |bien |vraiment |ghali |it s |that s |way )*"
    r"(?:trop cher|trop chere|trop eleve|hors budget|hors de prix|hors de (?:mon|notre) budget|au dessus de mes moyens"
    r"|too expensive|too much for)"
)


def too_dear(judged: list[Judged]) -> Judged | None:
    """« Trop cher pour moi, désolé », « c'est hors budget. Tant pis, bonne continuation »: the price, then a word of leave-taking, no more.

    The price alone may open a haggle; whoever takes leave has gone.
    """
    dear = next((j for j in judged if j.act == "price" and _TOO_DEAR.match(" ".join(i.words for i in j.clause.items))), None)
    rest = [j for j in judged if j is not dear]
    if dear is None or dear.clause.asked or not all(j.kind in _LEAVES or _leaves(j) for j in rest):
        return None
    acts = dear.clause.acts() - {"price", "filler", "polite", "thanks", "mine", "greeting", "closing", "past", "object", "open"}
    leaves = any(w in _TAKES_LEAVE for j in judged for i in j.clause.items for w in i.words.split())
    return dear if leaves and not acts else None


#: « (La modélisation n'a plus d'objet,) nous avons vendu le fauteuil samedi »: a day that is over.
_IS_OVER = ("nous avons ", "on a ", "j ai ", "je l ai ", "on l a ", "nous l avons ")


def _leaves(j: Judged) -> bool:
    return all(w in _TAKES_LEAVE for i in j.clause.items for w in i.words.split())


_LEAVES = frozenset({"harmless", "thanks", "greeting", "closing", "ack"})
_FOR_LATER = frozenset({"abord", "demande", "demandez", "redemande", "attends", "relance", "avant", "sauf", "tant"})
#: Before a refusal these still ask for something.
_REOPENS = frozenset({"question", "condition", "option", "meta", "irony", "echo"})
_CLEARS_UP = ("merci de supprimer", "merci d effacer", "merci de ne", "merci de clore")


_ANOTHER_TIME = (
    "ce sera peut etre",
    "ce sera pour",
    "peut etre une",
    "peut etre a une",
    "peut etre l",
    "on verra l",
    "on verra plus tard",
    "une autre fois",
)


def _puts_off(j: Judged) -> bool:
    """« (Réponse négative.) Ce sera peut-être pour l'année prochaine »: of another time, and nothing is asked for now."""
    said = " ".join(i.words for i in j.clause.items)
    acts = {i.act for i in j.clause.items if i.words not in {"autre", "une autre"}}
    return said.removeprefix("et ").startswith(_ANOTHER_TIME) and not acts & {
        "condition",
        "change",
        "option",
        "meta",
        "yes",
        "amount",
    }


def _concedes(j: Judged) -> bool:
    """« (Je refuse), bien que votre offre soit honnête »."""
    return " ".join(i.words for i in j.clause.items).startswith(
        ("bien que", "meme si", "malgre", "quand meme", "although", "even if")
    )


def _only_tells(j: Judged, also: str = "") -> bool:
    """« (Non.) Il nous doit encore 2 factures »: a reason; what somebody proposes, wants or waits for is none."""
    words = [w for i in j.clause.items for w in i.words.split()]
    acts = j.clause.acts() & {"amount", "question", "condition", "option", "change", "meta", "future", "yes", "needs"} - {also}
    return not acts and not j.clause.asked and not any(_PROPOSES.match(w) for w in words)


_PROPOSES = Later(
    r"(?:propos|demand|veu|voul|voud|attend|faut$|fau[dr]|pens|croi|dit|disait|prefer|souhait|pourr|peut|mets|met$|mieux|plutot)"
)


def _lacks(j: Judged) -> bool:
    words = {w for i in j.clause.items for w in i.words.split()}
    return bool(words & _LACKING) or not words & _DOING


def _wonders(j: Judged, refusal: Judged) -> bool:
    """« 2 crédits pour une chaise ? Non merci. »: a price repeated in wonder before the refusal asks for nothing."""
    return (
        j.act == "question"
        and j.start < refusal.start
        and any(i.amount is not None for i in j.clause.items)
        and not j.clause.acts() & {"question", "change", "condition", "option", "meta", "yes"}
    )
