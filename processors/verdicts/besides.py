"""Whole sentences that a customer says beside a plain yes and that change nothing: no hurry, an absence, who writes, a reference.

Each is one closed pattern over the folded words of a run of clauses (``besides.txt``). NUM stands for a number, REF for a mark with
figures in it, OBJ for the thing quoted, NAME for a word with a capital that is not the first of the run; the slots are written so that
none can hold a thing, a size, or a wish.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from processors.verdicts.clauses import Clause
from processors.verdicts.judged import Judged, Kind

_OPEN = frozenset({"unknown", "danger", "ack", "praise", "logistics", "amount"})
_LONGEST_RUN = 4
_NAMED = re.compile(r"\{([A-Z_]+)\}")


@cache
def patterns(file: str, section: str) -> tuple[re.Pattern[str], ...]:
    """The patterns of a section of one of the documents beside. A line ``X = …`` is what ``{X}`` stands for in the lines below it."""
    names: dict[str, str] = {}
    found: list[re.Pattern[str]] = []
    here = ""
    for line in (Path(__file__).parent / file).read_text("utf-8").splitlines():
        name, is_name, value = line.partition(" = ")
        if line.startswith("["):
            here = line.strip("[]")
        elif line and not line.startswith("#"):
            written = _NAMED.sub(lambda m: names[m[1]], value if is_name else line)
            if is_name:
                names[name] = written
            elif here == section:
                found.append(re.compile(written))
    return tuple(found)


def without_besides(judged: list[Judged], text: str) -> list[Judged]:
    """The clauses, those of a run that says only one of these things made an acknowledgement; only beside a plain yes."""
    return (
        matched(judged, text, patterns("besides.txt", "besides"), "ack") if any(j.kind == "approve" for j in judged) else judged
    )


def beside_a_price(judged: list[Judged], text: str) -> list[Judged]:
    """The same of an administrator, beside his yes or his price."""
    if not any(j.kind in {"approve", "amount"} for j in judged):
        return judged
    matters = matched(judged, text, patterns("besides.txt", "administrators"), "harmless")
    return [replace(j, kind="unknown", act="") if _of_another_matter(j) else j for j in matters]


def _of_another_matter(judged: Judged) -> bool:
    """« (8 crédits,) c'est pour la facture »: the number was said of something else than the price of the work."""
    return _OTHER_MATTER.match(" ".join(i.words for i in judged.clause.items)) is not None


_OTHER_MATTER = re.compile(
    r"(?:mais |et )?(?:c est|c etait|ce sont|il s agit) (?:juste |seulement )?(?:pour|de|d) (?:la |le |l |les |une |un |notre |ma |mon )?"
    r"(?:facture|facturation|comptabilite|compta|livraison|deplacement|acompte|avoir|remise|exemple|essai|test|autre|precedent|precedente|ancien)"
)


def matched(judged: list[Judged], text: str, known: Sequence[re.Pattern[str]], kind: Kind) -> list[Judged]:
    """The clauses, those of each run without a stop that one of the patterns wholly fits made ``kind``."""
    found = list(judged)
    n = 0
    while n < len(found):
        run = range(_run(found, n, text), 0, -1)
        size = next((k for k in run if _fits([j.clause for j in found[n : n + k]], text, known)), 0)
        found[n : n + size] = [replace(j, kind=kind, act="") for j in found[n : n + size]]
        n += size or 1
    return found


def _run(judged: list[Judged], n: int, text: str) -> int:
    """How many open clauses go on from here without a stop."""
    size = 0
    while n + size < len(judged) and size < _LONGEST_RUN and judged[n + size].kind in _OPEN:
        if size and stops(text[judged[n + size - 1].clause.end : judged[n + size].clause.start]):
            break
        size += 1
    return size


def stops(between: str) -> bool:
    """Whether a sentence or a line ends there."""
    return any(c in between for c in ".!?;\n")


def _fits(clauses: list[Clause], text: str, known: Sequence[re.Pattern[str]]) -> bool:
    said = shape(clauses, text)
    return not any(c.asked for c in clauses) and any(p.fullmatch(said) for p in known)


def shape(clauses: list[Clause], text: str) -> str:
    """The folded words of the clauses, with NUM, REF and NAME in the places of numbers, marks and names."""
    words = []
    for item in (i for c in clauses for i in c.items):
        written = text[item.start : item.end]
        if item.act == "amount":
            words.append("AMOUNT")
        elif item.act == "context":
            words.append("OBJ")
        elif item.amount is not None:
            words.append("NUM")
        elif any(c.isdigit() for c in item.words):
            words.append("REF")
        elif words and written[:1].isupper() and not text.isupper() and item.act in {"unknown", "other", "names"}:
            words.append("NAME")
        elif any(c.isalpha() for c in item.words):
            words.append(item.words)
    return " ".join(words)
