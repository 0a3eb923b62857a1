"""A clause that decides nothing: thanks, greetings, the thing it is about, an amount alone."""

from __future__ import annotations

from itertools import pairwise

from processors.verdicts.closed import PREPOSITIONS
from processors.verdicts.items import Item
from processors.verdicts.judged import Kind
from processors.verdicts.politeness import MATTERS, PIECES, STRANGE
from processors.verdicts.remarks import OTHER_QUOTE
from processors.verdicts.tails import may_be_answered
from processors.verdicts.tokens import word_set


def harmless(body: list[Item], tail: list[Item], acts: set[str], text: str, *, admin: bool) -> Kind:
    """What a clause without yes, no or danger is; ``body`` and ``tail`` are its items and its open politeness, ``acts`` the body's.

    "unknown" where a word stands that nobody knows and that is no name, nor the thing quoted.
    """
    # An administrator who names the thing in front of his number: "pour la cheminée tu peux mettre douze crédits".
    strange = [i for i in body if i.act in STRANGE and not (admin and i.act == "context")]
    if acts & {"amount", "number"} and not strange:
        # "Je valide. Pour deux." may be how many of them.
        return "amount" if admin or "amount" in acts or not counts(body) else "unknown"
    # A name in small letters is one word: "bonjour sophie"; more of them are something else that is said.
    titled = all(text[i.start : i.end][:1].isupper() for i in strange)
    names = 4 if titled else 0 if acts & {"filler", "mine", "object"} else 1
    things = not titled and bool({i.words for i in strange} & (MATTERS | PIECES))  # "cordialement marbre"
    names = -1 if acts & {"amount", "number"} or things else names
    if "closing" in acts and len(strange) <= names:
        return "closing"
    if "ack" in acts and (not strange or "object" in acts):
        return "ack" if len(strange) <= 4 and all(may_be_answered(i, text) for i in strange) else "unknown"
    if "greeting" in acts and len(strange) <= names and body[0].act == "greeting":
        return "greeting"
    if strange:
        if "thanks" in acts and len(strange) <= 3 and titled:
            return "thanks"
        return "harmless" if _is_object_line(body, text) else "unknown"
    if acts & {"logistics", "asap"}:
        return "logistics"
    if "thanks" in acts or (tail and tail[0].words.startswith(("merci", "thank", "danke", "gracias", "grazie", "obrigad"))):
        # "merci pour l'info" answers something else than the quote.
        return "thanks" if all(i.act in {"open", "object", "filler", "polite", "thanks"} for i in tail) else "ack"
    if "praise" in acts:
        return "praise"
    return "harmless" if not acts & {"needs"} else "unknown"


def _is_object_line(body: list[Item], text: str) -> bool:
    # "pour la modélisation du fauteuil": names the thing, decides nothing.
    first = next((n for n, i in enumerate(body) if i.act != "filler"), 0)
    strange = next((n for n, i in enumerate(body) if i.act in STRANGE), 0)
    if any(i.words in OTHER_QUOTE for i in body) or [i.words for i in body[:2]] == ["demande", "a"]:
        return False  # "Demande à Nadia."
    named = [i for i in body if i.act in STRANGE]
    joined = strange > first and body[strange - 1].words in PREPOSITIONS - {"a"}
    known = all(i.act != "unknown" or text[i.start : i.end][:1].isupper() for i in named)
    return joined and known and body[first].act == "object" and len(named) <= 3 and not any(i.act == "number" for i in body)


_AT_A_PRICE = word_set("pour a les for at debitez prelevez decomptez deduisez")


def counts(body: list[Item]) -> bool:
    """Whether a bare number may be how many of them: « allez-y avec 2 », « comptez deux »; « ok pour 2 » is the price."""
    if len(body) == 1:
        return body[0].act == "number" and not body[0].words[:1].isdigit()  # "validé : 2"
    if any(i.act == "unknown" and i.amount is not None for i in body):
        return True  # "j'accepte votre offre pour trois pièces"
    named = [(before, i) for before, i in pairwise([*body[:1], *body]) if i.act == "number"]
    return any(not i.words[:1].isdigit() or not {*before.words.split()} & _AT_A_PRICE for before, i in named)
