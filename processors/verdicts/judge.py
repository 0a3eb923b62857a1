"""What one clause does in a reply: it approves, refuses, is harmless, takes the yes away, or is not understood.

A closed world: a clause approves only when every word of it is known and belongs there. The few places where unknown words
may stand (the thing quoted, a name, the end of a politeness) are written out here, one function each.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from processors.verdicts.clauses import Clause, Item, opens_delay_question
from processors.verdicts.lexicon import ACTS, DANGERS
from processors.verdicts.tokens import word_set

Kind = Literal[
    "approve", "weak", "perfect", "refuse", "no", "danger", "harmless", "thanks", "praise", "ack", "logistics", "delay",
    "amount", "closing", "greeting", "unknown",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judged:
    """A clause and what it does. ``act`` names the danger; ``start``/``end`` are the words that show it."""

    kind: Kind
    act: str
    start: int
    end: int
    clause: Clause


#: Words that mean nothing to the reader: unknown, named in the subject, or in quotation marks.
_STRANGE = frozenset({"unknown", "context", "masked"})
_YES = frozenset({"yes", "particle", "perfect"})
#: In "merci pour votre message", "message" is no other thing agreed to, and "toute l'équipe" says nothing.
_HARMLESS_IN_TAIL = frozenset({"other", "hearsay"})
_LONGEST_TAIL = 9
_DELIVERY = re.compile(
    r"livr|recev|recept|commenc|demarr|debut|fini|termin|pret|dispo|delai|resultat|modele|lanc|avoir|aura|deliver|start|ready|finish"
    r"|done|begin|receiv|complet|expect|take|temps|rendu"
)
_THIRD_PERSON_RISK = frozenset(
    {"valide", "accepte", "approuve", "confirme", "ratifie", "approved", "accepted", "confirmed", "agreed"}
)
_PREPOSITIONS = frozenset(
    {"de", "du", "des", "d", "pour", "la", "le", "l", "les", "concernant", "for", "of", "the", "relatif", "a"}
)
#: "Après vérification, je valide" is a yes; "je valide après vérification" is none yet.
_AFTERWARDS = ("apres ", "after ")
_FIRST_PERSON = frozenset({"je", "j", "on", "nous", "i", "we", "ich", "wir"})
#: Beside a bare "oui" any other word may turn it into the answer to another question ("oui aujourd'hui").
_FILLS_A_BARE_YES = word_set("bien donc alors bon tout oh ah ben bah voila et vraiment so then very well all") | {
    *("c est", "eh bien", "it s", "it is", "very well")
}
_MAY_STAND_BESIDE_YES = word_set(
    "filler object mine polite thanks praise closing greeting names logistics asap ack amount number because"
)


def judge(clause: Clause, text: str, *, admin: bool) -> Judged:
    """Judges one clause by itself; how clauses go together is ``processors.verdict``'s part."""
    items = tuple(_as_role(i, admin) for i in clause.items)

    def says(kind: Kind, act: str = "", at: Item | None = None) -> Judged:
        start, end = (at.start, at.end) if at else (clause.start, clause.end)
        return Judged(kind, act, start, end, clause)

    delay = _delay_question(clause, items)
    if delay:
        return says("delay")
    body, tail = _split_tail(items)
    danger = next((i for i in body if i.act in DANGERS), None) or next(
        (i for i in tail if i.act in DANGERS - _HARMLESS_IN_TAIL or i.words.startswith(_AFTERWARDS)), None
    )
    refusal = next((i for i in items if i.act == "refuse"), None)
    if clause.announces and items[0].act != "greeting" and any(i.act in _STRANGE or i.act in DANGERS for i in items):
        # "Paul : je valide", "Exemple : je valide"
        return says("danger", "hearsay")
    if clause.asked:
        return says("danger", danger.act if danger and danger.act != "hold" else "question")
    if refusal is not None:
        return _refusal(clause, items, refusal)
    acts = {i.act for i in body}
    if danger is not None and not ("no" in acts and danger.act == "price" and not acts & (DANGERS - {"price"})):
        return says("danger", danger.act, danger)
    if "no" in acts:
        return says(
            "no"
            if acts <= {"no", "filler", "thanks", "mine", "object", "polite", "greeting", "price", "because"}
            else "unknown"
        )
    if len([i for i in tail if i.act in _STRANGE]) > _LONGEST_TAIL or any(i.act == "number" for i in tail):
        return says("unknown")
    yes = [i for i in items if i.act in _YES or (i.act == "needs" and acts & {"object", "amount", "number"})]
    if yes:
        if not _only_known(body, text):
            return says("unknown")
        soon = next((i for i in body if i.act == "asap"), None)
        if soon is not None and any(i.words.split()[0] in _FIRST_PERSON for i in yes):
            # "vous pouvez lancer dès que possible" is a yes; "je valide dès que possible" is a promise.
            return says("danger", "future", soon)
        strong = any(i.act in {"yes", "needs"} for i in yes) or (
            bool(acts & {"object", "context", "amount", "number", "mine"}) and "number" not in _only(acts)
        )
        if any(i.act == "particle" for i in yes) and not strong:
            position = [i.act for i in body]
            if "thanks" in position and position.index("thanks") < position.index("particle"):
                return says("unknown")
            if "greeting" in position and position.index("greeting") > position.index("particle"):
                return says("unknown")
        kind: Kind = "approve" if strong else "weak" if any(i.act == "particle" for i in yes) else "perfect"
        if kind != "approve" and (
            acts & {"logistics", "asap", "ack"}
            or any(i.act not in {"open", "opener", "object", "filler", "mine"} for i in tail)
            or any(i.act == "filler" and i.words not in _FILLS_A_BARE_YES for i in body)
        ):
            return says("unknown")
        return Judged(kind, "", *_span(items), clause)
    if "praise" in acts and "mine" in acts and acts <= {"praise", "mine", "filler", "object", "thanks", "polite"}:
        return says("approve")
    return says(_harmless(body, tail, acts, text))


def _only(acts: set[str]) -> set[str]:
    return acts if acts <= {"number", "particle", "perfect", "filler"} else set()


def _as_role(item: Item, admin: bool) -> Item:
    # "mets 3 crédits" is a decision from an administrator and says nothing from a customer.
    if item.act != "admin":
        return item
    return Item("filler" if admin else "unknown", item.words, item.start, item.end)


def _split_tail(items: tuple[Item, ...]) -> tuple[list[Item], list[Item]]:
    """The clause without its open politeness ("merci pour votre retour"), and that politeness up to the next yes."""
    at = next((n for n, i in enumerate(items) if i.act in {"open", "opener"}), None)
    if at is None:
        return list(items), []
    end = next((n for n in range(at, len(items)) if items[n].act in _YES), len(items))
    return [*items[:at], *items[end:]], list(items[at:end])


def _delay_question(clause: Clause, items: tuple[Item, ...]) -> bool:
    said = " ".join(i.words for i in items).split()
    while said and said[0] in {"et", "and", "sinon", "donc", "alors", "so", "par", "contre"}:
        said = said[1:]
    opening = opens_delay_question(said[:9])
    if not opening or not (clause.asked or opening not in {"quand", "when", "pour quand", "vers quand"}):
        return False
    acts = {i.act for i in items[1:]}
    if acts & {
        "change",
        "price",
        "negation",
        "condition",
        "meta",
        "irony",
        "option",
        "yes",
        "amount",
        "refuse",
        "contrast",
        "partial",
    }:
        return False
    return len(said) <= 16 and any(_DELIVERY.match(w) for w in said)


def _refusal(clause: Clause, items: tuple[Item, ...], refusal: Item) -> Judged:
    def says(kind: Kind, act: str, at: Item) -> Judged:
        return Judged(kind, act, at.start, at.end, clause)

    if any(i.act in {"yes", "perfect"} for i in items):
        return says("danger", "contrast", refusal)
    reason = next((n for n, i in enumerate(items) if i.act in {"because", "price"}), len(items))
    rest = items[:reason]
    # "merci mais je ne suis pas intéressé": what stands before the refusal is what it turns down.
    blocking = next(
        (i for i in rest if i.act in DANGERS - {"price", "hearsay"} and not (i.act == "contrast" and i.start < refusal.start)),
        None,
    )
    blocking = blocking or next((i for i in rest if i.words in {"tout de suite", "right away", "maintenant", "now"}), None)
    blocking = blocking or next(
        (i for i in items[reason:] if i.act in {"condition", "contrast", "change", "question", "option"}), None
    )
    if blocking is not None:
        return says("danger", blocking.act, blocking)
    # What is refused must be the quote or nothing: "je refuse la table" decides only a part.
    opened = False
    for item in rest:
        opened = opened or item.act == "object"
        if item.act in {"unknown", "number", "amount"} and not opened and item.start > refusal.start:
            return says("unknown", "", item)
    return says("refuse", "", refusal)


def _only_known(items: list[Item], text: str) -> bool:
    """Whether every word beside the yes belongs to an approval; see the module's first lines."""
    room, after_object, yes_seen, previous = 0, False, False, ""
    named_before_yes = signed = capital = False
    for item in items:
        if item.act in _YES or item.act == "needs":
            if named_before_yes and not signed and (item.act == "particle" or item.words in _THIRD_PERSON_RISK):
                return False
            yes_seen, room = True, 0
        elif item.act in _STRANGE:
            if item.act == "context" and (yes_seen or after_object) and previous in {"preposition", "object", "context"}:
                continue
            if capital and not text[item.start : item.end][:1].isupper():
                return False
            if room <= 0 or (after_object and not yes_seen and previous != "preposition"):
                return False
            room = room - 1 if after_object or text[item.start : item.end][:1].isupper() else 0
            named_before_yes = named_before_yes or not (yes_seen or after_object)
            # "le devis du fauteuil est validé": past the first word the name may go on.
            previous = "preposition" if after_object else item.act
            continue
        elif item.act not in _MAY_STAND_BESIDE_YES or (yes_seen and item.words.startswith(_AFTERWARDS)):
            return False
        elif item.act in {"greeting", "names", "closing", "thanks"}:
            room, after_object, capital = 3, False, item.act not in {"greeting", "names"}
        elif item.act == "object":
            room, after_object, capital = 4, True, False
        elif item.words in {"soussigne", "soussignee"}:
            room, signed, capital = 4, True, False
        elif item.act != "filler" or item.words not in _PREPOSITIONS:
            if item.act == "number" and previous in {"object", "context", "unknown"}:
                return False
            room, after_object = 0, False
        previous = "preposition" if item.words in _PREPOSITIONS else item.act
    return True


def _span(items: tuple[Item, ...]) -> tuple[int, int]:
    wanted = [i for i in items if i.act in _YES | {"needs", "object", "amount", "number", "mine"}]
    return wanted[0].start, wanted[-1].end


def _harmless(body: list[Item], tail: list[Item], acts: set[str], text: str) -> Kind:
    strange = [i for i in body if i.act in _STRANGE]
    if acts & {"amount", "number"} and not strange:
        return "amount"
    # A name in small letters is one word: "bonjour sophie"; more of them are something else that is said.
    titled = all(text[i.start : i.end][:1].isupper() for i in strange)
    names = 4 if titled else 1
    if "closing" in acts and len(strange) <= names:
        return "closing"
    if "ack" in acts and (not strange or "object" in acts):
        return "ack" if len(strange) <= 4 else "unknown"
    if "greeting" in acts and len(strange) <= names and body[0].act == "greeting":
        return "greeting"
    if strange:
        if "thanks" in acts and len(strange) <= 3 and titled:
            return "thanks"
        return "harmless" if _is_object_line(body) else "unknown"
    if acts & {"logistics", "asap"}:
        return "logistics"
    if "thanks" in acts or (tail and tail[0].words.startswith(("merci", "thank", "danke", "gracias", "grazie", "obrigad"))):
        # "merci pour l'info" answers something else than the quote.
        return "thanks" if all(i.act in {"open", "object", "filler", "polite", "thanks"} for i in tail) else "ack"
    if "praise" in acts:
        return "praise"
    return "harmless" if not acts & {"needs"} else "unknown"


def _is_object_line(body: list[Item]) -> bool:
    # "pour la modélisation du fauteuil": names the thing, decides nothing.
    first = next((n for n, i in enumerate(body) if i.act != "filler"), 0)
    strange = next((n for n, i in enumerate(body) if i.act in _STRANGE), 0)
    joined = strange > first and body[strange - 1].words in _PREPOSITIONS
    return joined and body[first].act == "object" and len([i for i in body if i.act in _STRANGE]) <= 3


def comes_afterwards(judged: Judged) -> bool:
    """Whether the clause names something that must come first: after a yes, it takes the yes away."""
    return judged.kind not in {"approve", "weak", "perfect"} and any(
        i.words.startswith(_AFTERWARDS) for i in judged.clause.items
    )


def label(act: str) -> str:
    """The act in French, for a reason."""
    return ACTS.get(act, act)


def is_name(judged: Judged, text: str) -> bool:
    """Whether an unknown clause looks like a name: up to four words that begin with a capital."""
    items = judged.clause.items
    said = [text[i.start : i.end] for i in items]
    if not items or len(items) > 5 or text.isupper():
        return False
    if any(i.act not in {"unknown", "context", "names", "filler"} for i in items):
        return False
    return all(
        w[:1].isupper() or w.casefold() in {"de", "du", "des", "d", "la", "le", "van", "von", "den", "der", "el", "al", "ben"}
        for w in said
    )
