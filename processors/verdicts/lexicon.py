"""The expressions the reader knows, by what they do in a reply. Built once, on first use, from the .txt files beside.

A file has a section an act; its templates are separated by ";". In a template ``(a|b|)`` are alternatives, the empty one included,
and ``{NAME}`` stands for the line ``NAME = ...`` of the same file. Words are folded as ``tokens.fold`` does. The longest known
expression at a place wins, which is how "n'hésitez pas" is no negation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from processors.verdicts.tokens import fold

#: What an expression does. Whatever is in no list is unknown, and an unknown word is never read as a yes.
ACTS = {
    "yes": "un accord explicite",
    "needs": "un accord s'il nomme l'objet ou les crédits",
    "particle": "un oui",
    "perfect": "une approbation sans réserve",
    "praise": "une appréciation",
    "mine": "pour soi-même",
    "object": "le devis",
    "filler": "",
    "greeting": "une salutation",
    "thanks": "un remerciement",
    "closing": "une formule de fin",
    "polite": "une politesse",
    "open": "une politesse qui se prolonge",
    "logistics": "l'organisation",
    "asap": "le moment de commencer",
    "ack": "un accusé de réception",
    "ask_when": "une question de délai",
    "because": "une raison",
    "opener": "une entrée en matière",
    "refuse": "un refus",
    "no": "un non",
    "admin": "un chiffrage",
    "unit": "l'unité",
    "names": "un titre",
    # What takes a plain yes away:
    "condition": "une condition",
    "contrast": "une réserve",
    "hold": "une attente ou un moment à venir",
    "future": "une promesse",
    "past": "un passé ou une hypothèse",
    "hearsay": "les mots d'un autre",
    "negation": "une négation",
    "question": "une question",
    "change": "une demande de changement",
    "partial": "un accord partiel",
    "hedge": "une hésitation",
    "price": "une remarque sur le prix",
    "option": "un choix ouvert",
    "other": "un accord sur autre chose",
    "meta": "une consigne adressée à la machine",
    "irony": "une ironie",
    "echo": "nos propres mots répétés",
}

#: The acts that forbid an approval wherever they stand.
DANGERS = frozenset({
    "condition", "contrast", "hold", "future", "past", "hearsay", "negation", "question", "change", "partial", "hedge",
    "price", "option", "other", "meta", "irony", "echo",
})  # fmt: skip

LONGEST = 9
_NAMED = re.compile(r"\{([A-Z]+)\}")
_GROUP = re.compile(r"\(([^()]*)\)")


def expand(template: str) -> list[str]:
    """All expressions of a template, folded: ``(je|on) valide`` > ``["je valide", "on valide"]``."""
    match = _GROUP.search(template)
    if match is None:
        return [" ".join(w if w == "si_yes" else fold(w) for w in template.split())]
    before, after = template[: match.start()], template[match.end() :]
    return [e for choice in match.group(1).split("|") for e in expand(before + choice + after)]


#: Later files win over earlier ones: French is what most replies are written in.
_FILES = ("others.txt", "english.txt", "french.txt")


def _templates() -> Iterator[tuple[str, str]]:
    for name in _FILES:
        act, named = "", dict[str, str]()
        for line in (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines():
            if not line or line.startswith("#"):
                continue
            if line.startswith("["):
                act = line.strip("[]")
                if act not in ACTS:
                    raise ValueError(f"{name}: unknown act {act!r}")
                continue
            key, equals, value = line.partition(" = ")
            if equals:
                named[key] = value
                continue
            for template in line.split(";"):
                for alternatives in set(_NAMED.findall(template)):
                    template = template.replace(f"{{{alternatives}}}", named[alternatives])
                yield act, template.strip()


@cache
def _tables() -> tuple[dict[str, str], frozenset[str]]:
    found: dict[str, str] = {}
    asking: set[str] = set()
    for act, template in _templates():
        for expression in expand(template) if template else ():
            if not expression:
                continue
            if act == "ask_when":
                asking.add(expression)
            if not (found.get(expression) in DANGERS and act not in DANGERS):
                found[expression] = act
    return found, frozenset(asking)


def phrases() -> dict[str, str]:
    """Expression (folded words joined by a space) > act. A danger outranks any other act given to the same words."""
    return _tables()[0]


def asks_when() -> frozenset[str]:
    """Expressions that open a question about the time of delivery. Some are conditions when nothing is asked ("quand")."""
    return _tables()[1]


@cache
def words() -> frozenset[str]:
    """Every single word the lexicon knows, in any expression."""
    return frozenset(w for expression in phrases() for w in expression.split())
