"""The expressions the reader knows, by what they do in a reply. Built once, on first use, from the .txt files beside.

A file has a section an act; its templates are separated by ";". In a template ``(a|b|)`` are alternatives, the empty one included,
and ``{NAME}`` stands for the line ``NAME = ...`` of the same file. Words are folded as ``tokens.fold`` does. The longest known
expression at a place wins, which is how "n'hésitez pas" is no negation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from pathlib import Path
from typing import NamedTuple

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
    "orders": "un accord de l'administrateur",
    "rejects": "un refus de l'administrateur",
    "thing": "une chose",
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

#: What only an administrator says; from a customer such words mean what their parts mean.
OF_ADMINISTRATORS = frozenset({"admin", "orders", "rejects"})

#: What is a yes for everybody stays one, though an administrator prices with the same words ("on part sur").
_YIELDING = {"admin": 0, "needs": 1}

LONGEST = 9
_NAMED = re.compile(r"\{([A-Z]+)\}")
_GROUP = re.compile(r"\(([^()]*)\)")
_NESTED = re.compile(r"\([^()]*\(")


def expand(template: str) -> list[str]:
    """All expressions of a template, folded: ``(je|on) valide`` > ``["je valide", "on valide"]``."""
    # What stands between two groups is every second part, what stands in one is the others.
    parts = _GROUP.split(_flat(template))
    choices = [part.split("|") if n % 2 else [part] for n, part in enumerate(parts)]
    return [" ".join(w if w == "si_yes" else fold(w) for w in "".join(said).split()) for said in product(*choices)]


#: A template with more expansions than this is kept as it is and matched slot by slot: memory stays small.
MOST_EXPANSIONS = 64


class Pattern(NamedTuple):
    """A template that is not written out: a slot is {first word: what may follow it}; ``optional`` slots may be left out."""

    act: str
    slots: tuple[tuple[Mapping[str, tuple[tuple[str, ...], ...]], bool], ...]

    def longest(self, said: Sequence[str]) -> int:
        """How many of these words the template takes, from the first on; 0 when it does not fit."""
        reached = {0}
        for slot, optional in self.slots:
            after = set(reached) if optional else set()
            for at in reached:
                if at < len(said):
                    for rest in slot.get(said[at], ()):
                        end = at + 1 + len(rest)
                        if tuple(said[at + 1 : end]) == rest:
                            after.add(end)
            if not after:
                return 0
            reached = after
        return max(reached)


def _flat(template: str) -> str:
    """The template without groups inside groups: ``(a (b|c)|d)`` > ``(a b|a c|d)``."""
    if _NESTED.search(template) is None:
        return template
    parts: list[str] = []
    depth = start = 0
    for at, char in enumerate(template):
        if char == "(":
            if depth == 0:
                parts.append(template[start:at])
                start = at + 1
            depth += 1
        elif char == ")":
            depth -= 1
            if depth == 0:
                parts.append("(" + "|".join(e for choice in _choices(template[start:at]) for e in expand(choice)) + ")")
                start = at + 1
    return "".join([*parts, template[start:]])


def _choices(group: str) -> list[str]:
    found, depth = [""], 0
    for char in group:
        depth += (char == "(") - (char == ")")
        if char == "|" and depth == 0:
            found.append("")
        else:
            found[-1] += char
    return found


def _pattern(act: str, template: str) -> Pattern:
    slots = []
    for group, literal in re.findall(r"\(([^()]*)\)|([^\s()]+)", _flat(template)):
        choices = [tuple(fold(w) for w in c.split()) for c in (group.split("|") if group or not literal else [literal])]
        slot: dict[str, list[tuple[str, ...]]] = {}
        for choice in choices:
            if choice:
                slot.setdefault(choice[0], []).append(choice[1:])
            if choice[:1] == ("ca",):
                slot.setdefault("sa", []).append(choice[1:])
        slots.append(({k: tuple(v) for k, v in slot.items()}, () in choices))
    return Pattern(act, tuple(slots))


def _size(template: str) -> int:
    size = 1
    for group in _GROUP.findall(_flat(template)):
        size *= group.count("|") + 1
    return size


@cache
def _sorted() -> tuple[tuple[tuple[str, list[str]], ...], tuple[Pattern, ...]]:
    """The expressions of the templates that are written out, with their acts, and the templates that are matched slot by slot.

    Written out are those of few expressions, none longer than what is looked up, and whatever asks for a time.
    """
    short: list[tuple[str, list[str]]] = []
    long: list[Pattern] = []
    for act, template in _templates():
        few = _size(template) <= MOST_EXPANSIONS
        said = expand(template) if few or act == "ask_when" else []
        if few and all(len(one.split()) <= LONGEST for one in said):
            short.append((act, said))
        else:
            long.append(_pattern(act, template))
            if act == "ask_when":
                short.append((act, said))
    return tuple(short), tuple(long)


@cache
def patterns() -> Mapping[str, tuple[Pattern, ...]]:
    """The templates that are not written out, by every word they may begin with."""
    found: dict[str, list[Pattern]] = {}
    for pattern in _sorted()[1]:
        firsts: set[str] = set()
        for slot, optional in pattern.slots:
            firsts |= slot.keys()
            if not optional:
                break
        for first in firsts:
            found.setdefault(first, []).append(pattern)
    return {k: tuple(v) for k, v in found.items()}


def longest_pattern(said: Sequence[str], *, admin: bool = True) -> tuple[str, int]:
    """(act, how many words) of the longest template at the beginning of these words; a danger wins among equals."""
    best, size = "", 0
    for pattern in patterns().get(said[0], ()) if said else ():
        if pattern.act in OF_ADMINISTRATORS and not admin:
            continue
        length = pattern.longest(said)
        if length > size or (length == size and length and (pattern.act in DANGERS or best == "admin")):
            best, size = pattern.act, length
    return best, size


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
    for act, expressions in _sorted()[0]:
        for expression in expressions:
            if not expression:
                continue
            if expression.startswith("ca "):
                found.setdefault("sa" + expression[2:], act)  # "sa me va": as many write it
            if act == "ask_when":
                asking.add(expression)
            known = found.get(expression)
            over = _YIELDING.get(act, 9) - _YIELDING.get(known or "", 9)
            if known is None or over > 0 or (over == 0 and not (known in DANGERS and act not in DANGERS)):
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
    written = {w for expression in phrases() for w in expression.split()}
    for slot in (slot for pattern in _sorted()[1] for slot, _ in pattern.slots):
        written |= slot.keys()
        written |= {word for rests in slot.values() for rest in rests for word in rest}
    return frozenset(written)
