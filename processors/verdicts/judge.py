"""What one clause does in a reply: it approves, refuses, is harmless, takes the yes away, or is not understood.

A closed world: a clause approves only when every word of it is known and belongs there. The few places where unknown words
may stand (the thing quoted, a name, the end of a politeness) are written out here, one function each.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from processors.verdicts.asked import asks_to_begin, asks_when
from processors.verdicts.clauses import Clause
from processors.verdicts.closed import AFTERWARDS, PREPOSITIONS, only_known
from processors.verdicts.corrected import corrected
from processors.verdicts.harmless import counts, harmless
from processors.verdicts.items import Item
from processors.verdicts.judged import Judged, Kind
from processors.verdicts.lexicon import DANGERS
from processors.verdicts.politeness import PIECES, STRANGE, THEIRS, YES
from processors.verdicts.priced import as_priced
from processors.verdicts.pricing import as_role, without_explanation
from processors.verdicts.refused import gives_reason, refusal_of
from processors.verdicts.remarks import CORRECTS, OTHER_QUOTE
from processors.verdicts.tails import hides_something
from processors.verdicts.tokens import word_set

#: In "merci pour votre message", "message" is no other thing agreed to, and "toute l'équipe" says nothing.
_HARMLESS_IN_TAIL = frozenset({"other", "hearsay"})
_THANKED_FOR = word_set(
    "precision precisions explication explications renseignement renseignements detail details attente patience"
)
#: "… merci de votre patience m'a dit le comptable"
_SPEECH = frozenset({"dit", "disent", "m a dit", "ecrit", "says", "said"})
_NOT_NOW = (
    "des que",
    "quand",
    "as soon",
    "when",
    "le plus",
    "au plus",
    "dans les",
    "des demain",
    *(
        f"des {day}"
        for day in ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "cette", "la semaine", "ce soir", "cet", "ce matin")
    ),
    "at ",
    "cuando",
    "quando",
    "so ",
    "sobald",
    "assim",
    "zo ",
)
#: An administrator's whole sentence, or what stands before its reason.
_CANNOT = frozenset({
    "on peut pas", "on ne peut pas", "nous ne pouvons pas", "je ne peux pas", "je peux pas", "c est pas possible", "ce n est pas possible",
    "pas possible", "impossible", "c est impossible", "on sait pas faire", "on ne sait pas faire",
})  # fmt: skip
_CALLED = word_set("chef cheffe boss patron patronne copain copine president")
_CALLED_SO = {
    ("mon", "ami"),
    ("mon", "cher"),
    ("les", "gars"),
    ("les", "amis"),
    ("les", "filles"),
    ("ma", "belle"),
    ("mon", "grand"),
}
_THUMBS = frozenset({"👍", "👌", "✅", "🆗"})
_SENDS = word_set("envoie envoyez envoi lance lancez go expedie")
_HANDS_OVER = frozenset({"laisse", "laissons"})
_FIRST_PERSON = frozenset({"je", "j", "on", "nous", "i", "we", "ich", "wir"})
_SUBJECTS = _FIRST_PERSON | word_set(
    "c ca cela ok oui bon vous tu allez vas tout yes you please it that let top lu go nos con sono siamo"
)
#: Beside a bare "oui" any other word may turn it into the answer to another question ("oui aujourd'hui").
_FILLS_A_BAREYES = word_set("bien donc alors bon tout oh ah ben bah voila et vraiment so then very well all") | {
    *("c est", "eh bien", "it s", "it is", "very well")
}
#: « Notre réponse : je valide », « Mes réponses ci-dessous dans le texte : »
_OWN_ANSWER = re.compile(
    r"(?:voici |voyez )?(?:ma |notre |mes |nos |my |our )?(?:reponses?|decision|answers?)"
    r"(?: (?:ci dessous|ci apres|dans le texte|dans votre mail|en rouge|en bleu|en gras|plus bas|below|inline))*"
)
#: "Votre accord", "l'attente du feu vert": somebody else's.
_NOUNS = frozenset({"accord", "feu vert", "green light", "go"})
_OF_ANOTHER = word_set("votre vos ton ta du l le un de d que your the a sans")


def judge(clause: Clause, text: str, *, admin: bool, several: bool = False, thing: bool = False) -> Judged:
    """Judges one clause by itself; how clauses go together is ``processors.verdict``'s part.

    ``several``: more than one thing was quoted. ``thing``: our letter says which one it is.
    """
    items = tuple(as_role(i, admin) for i in clause.items)
    if admin:
        items = without_explanation(as_priced(corrected(items)))
        clause = replace(clause, items=items)  # what he takes back or explains names no number of his
        if len(items) == 2 and items[0].words in _THUMBS and items[1].words in _SENDS:
            items = (items[0], replace(items[1], act="yes"))  # "👍 envoie"
    items = _greeted(_without_vocative(items), text)
    if len(items) == 1 and text[items[0].start : items[0].end].casefold() in {"la", "laa", "lla"}:
        # No French article stands alone: the Arabic no, in Latin letters ("la, chokran").
        items = (replace(items[0], act="no"),)

    def says(kind: Kind, act: str = "", at: Item | None = None) -> Judged:
        start, end = (at.start, at.end) if at else (clause.start, clause.end)
        return Judged(kind, act, start, end, clause)

    if admin and not clause.asked and " ".join(i.words for i in items) in _CANNOT:
        return says("refuse")
    delay = asks_when(clause, items)
    if delay:
        return says("delay")
    body, tail = _split_tail(items)
    danger = next((i for i in body if i.act in DANGERS), None) or next((i for i in tail if _spoils(i)), None)
    refusal = next((i for i in items if i.act == "refuse"), None)
    # "Cheminée Louis XV : 12 crédits", "Après avoir regardé les photos : 12 crédits"
    names_the_thing = admin and (
        any(i.act == "context" for i in items)
        or any(i.words in PIECES for i in items[:2])
        or items[0].words.split()[0] in {"apres", "vu", "after"}
        or " ".join(i.words for i in items).startswith(CORRECTS)
    )
    if clause.announces and _OWN_ANSWER.fullmatch(" ".join(i.words for i in items)):
        return says("harmless")
    if (
        clause.announces
        and items[0].act != "greeting"
        and not names_the_thing
        and any(i.act in STRANGE or i.act in DANGERS for i in items)
    ):
        # "Paul : je valide", "Exemple : je valide"
        return says("danger", "hearsay")
    if clause.asked and asks_to_begin(items):
        return says("logistics")
    if clause.asked:
        return says("danger", danger.act if danger and danger.act != "hold" else "question")
    if refusal is not None:
        return refusal_of(clause, items, refusal)
    acts = {i.act for i in body}
    if danger is not None and not ("no" in acts and danger.act == "price" and not acts & (DANGERS - {"price"})):
        return says("danger", danger.act, danger)
    if "no" in acts and gives_reason(body):
        return says("refuse")
    if "no" in acts:
        return says(
            "no"
            if acts <= {"no", "filler", "thanks", "mine", "object", "polite", "greeting", "price", "because"}
            else "unknown"
        )
    if hides_something(tail, text):
        return says("unknown")
    if any(i.words in _NOUNS and before.words in _OF_ANOTHER for before, i in pairwise(body)):
        return says("unknown")
    yes = [i for i in items if i.act in YES or (i.act == "needs" and acts & {"object", "amount", "number"})]
    if "thanks" in acts and acts <= {"thanks", "particle", "polite", "filler"} and not any(i.words.isalpha() for i in yes):
        return says("thanks")  # a thumb behind thanks
    if yes and any(i.act == "ack" and i.start > yes[0].start for i in body):
        return says("ack")  # "je vous confirme la bonne réception de votre devis"
    if yes:
        if not only_known(body, text, several=several, thing=thing and not admin) or (not admin and counts(body)):
            return says("unknown")
        soon = next((i for i in body if i.act == "asap" and i.words.startswith(_NOT_NOW)), None)
        if soon is not None and any(i.words.split()[0] in _FIRST_PERSON and not _HANDS_OVER & {*i.words.split()} for i in yes):
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
            or any(i.act == "filler" and i.words not in _FILLS_A_BAREYES for i in body)
        ):
            return says("unknown")
        return Judged(kind, "", *_span(items), clause)
    if "praise" in acts and "mine" in acts and acts <= {"praise", "mine", "filler", "object", "thanks", "polite"}:
        return says("approve")
    return says(harmless(body, tail, acts, text, admin=admin))


def _greeted(items: tuple[Item, ...], text: str) -> tuple[Item, ...]:
    """« Bonjour Said », « salam said »: a first name, where a greeting stands before it and it is written as one or ends what is said."""
    greeted = len(items) > 1 and items[0].act == "greeting" and (items[1].words, items[1].act) == ("said", "hearsay")
    if greeted and (text[items[1].start].isupper() or len(items) == 2):
        return (items[0], replace(items[1], act="unknown"), *items[2:])
    return items


def _without_vocative(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """« c'est validé, *chef* », « ok *boss* »: the one who is spoken to, not one who is spoken of."""
    if (
        len(items) > 2
        and tuple(i.words for i in items[-2:]) in _CALLED_SO
        and items[-3].act in YES | {"mine", "thanks", "praise", "amount"}
    ):
        return (*items[:-2], *(replace(i, act="polite") for i in items[-2:]))
    if len(items) < 2 or items[-1].words not in _CALLED or items[-2].act not in YES | {"thanks", "polite", "no", "greeting"}:
        return items
    # "Validé chef" may be the chief's doing; "c'est validé chef" is spoken to him.
    plain = items[-2].act == "yes" and len(items[-2].words.split()) == 1
    return items if plain else (*items[:-1], replace(items[-1], act="polite"))


def _spoils(item: Item) -> bool:
    """Whether it takes a yes away though it stands in a politeness that goes on."""
    if item.words in _THANKED_FOR:
        return False
    if item.words in _SPEECH or item.words in OTHER_QUOTE or item.words.startswith(AFTERWARDS):
        return True
    return item.act in DANGERS - _HARMLESS_IN_TAIL or item.act == "no"


def _only(acts: set[str]) -> set[str]:
    return acts if acts <= {"number", "particle", "perfect", "filler"} else set()


def _split_tail(items: tuple[Item, ...]) -> tuple[list[Item], list[Item]]:
    """The clause without its open politeness ("merci pour votre retour"), and that politeness up to the next yes."""
    at = next((n for n, i in enumerate(items) if i.act in {"open", "opener"}), None)
    if at is None:
        return list(items), []
    end = next((n for n in range(at + 1, len(items)) if _begins_anew(items[n], items[n - 1])), len(items))
    return [*items[:at], *items[end:]], list(items[at:end])


def _begins_anew(item: Item, before: Item) -> bool:
    """Whether a yes ends the politeness before it: "merci pour tout je valide" does, "merci de votre accord" does not."""
    if item.act not in YES or before.words in PREPOSITIONS | THEIRS | {"que", "d avoir", "mon", "notre"}:
        return False
    said = item.words.split()
    return item.act != "yes" or (len(said) > 1 and said[0] in _SUBJECTS) or said[0] in {"lgtm", "banco", "go"}


def _span(items: tuple[Item, ...]) -> tuple[int, int]:
    wanted = [i for i in items if i.act in YES | {"needs", "object", "amount", "number", "mine"}]
    return wanted[0].start, wanted[-1].end
