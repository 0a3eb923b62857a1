"""What a further message says of how goods are: it changes what it names and takes nothing else away."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from core.directive import Directive
from core.reading import Fact

#: A size by its form: "14x20", "24 x 11,5 x 32 cm".
_SIZE = re.compile(r"\d+(?:[.,]\d+)?(?:\s?(?:cm|mm))?(?:\s?[x×*/]\s?\d+(?:[.,]\d+)?(?:\s?(?:cm|mm))?){1,3}", re.IGNORECASE)
#: What is said not to be there takes the place of nothing else.
_DENIED = re.compile(r"(?:sans|non|pas|aucune?|without|no|not|بدون|بلا)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{2,}")
#: What only leads from what was said before to what is meant now.
_LEADS = re.compile(r"\A(?:(?:et|finalement|plut[oô]t|mais|en|and|but|in)\s+)+", re.IGNORECASE)
#: How surely at most something is known of which nobody can tell whether it was added or put in another's place.
_BOTH = 0.45


def detailed(kept: tuple[Fact, ...], old: Sequence[Fact], new: Sequence[Fact], directive: Directive) -> tuple[Fact, ...]:
    """The facts after a message, with what the earlier ones told of the same thing: a size gives way to a size, a word to the words
    that hold it; other words are kept beside the new ones, in doubt. Who names another thing begins anew. What a person wrote stands."""
    before, told = {f.name: f for f in old}, {f.name: f for f in new}
    things = [s for s in directive.facts if s.type == "choice" and s.name in before and s.name in told]
    # The answer to what was in doubt names no other thing.
    if any(before[s.name].value != told[s.name].value and before[s.name].confidence >= s.doubt for s in things):
        return kept
    names = {s.name for s in directive.facts if s.type == "details"} & before.keys() & told.keys()
    return tuple(altered(before[f.name], told[f.name]) if f.name in names and f.origin != "person" else f for f in kept)


def altered(before: Fact, now: Fact) -> Fact:
    """What is said of how goods are with what was known of it before that it does not replace."""
    if not isinstance(before.value, str) or not isinstance(now.value, str):
        return now
    had, has = _parts(before.value), _parts(now.value)
    if any(_SIZE.fullmatch(part) for part in has):
        had = [part for part in had if not _SIZE.fullmatch(part)]
    had = [part for part in had if not any(_holds(other, part) for other in has)]
    more = [part for part in has if not any(_holds(part_of, part) for part_of in had)]
    other = [p for p in had if not _SIZE.fullmatch(p) and not _DENIED.match(p)]
    unclear = bool(other) and any(not _SIZE.fullmatch(p) and not _DENIED.match(p) for p in more)
    if not had:
        return now
    proof = tuple(dict.fromkeys((*before.evidence, *now.evidence)))
    sure = min(before.confidence, now.confidence, _BOTH if unclear else 1.0)
    return replace(now, value=", ".join((*had, *more)), evidence=proof, confidence=sure, doubt="both" if unclear else now.doubt)


def within(value: str, whole: str) -> bool:
    """Whether every part of what is told stands so in the other: "et en blanc" in "24x11x32, blanc"."""
    there = {part.casefold() for part in _parts(whole)}
    parts = _parts(value)
    return bool(parts) and all(part.casefold() in there for part in parts)


def _holds(whole: str, part: str) -> bool:
    """Whether it says all that the other says."""
    if _SIZE.fullmatch(whole) or _SIZE.fullmatch(part):
        return whole.casefold() == part.casefold()
    words = {w.casefold() for w in _WORD.findall(part)}
    return bool(words) and words <= {w.casefold() for w in _WORD.findall(whole)}


def _parts(value: str) -> list[str]:
    """What is told, part by part, sizes apart."""
    found: list[str] = []
    for part in re.split(r"\s*[,;]\s+", value):
        at = 0
        for size in _SIZE.finditer(part):
            found += [part[at : size.start()].strip(), size[0]]
            at = size.end()
        found.append(part[at:].strip())
    return [bare for part in found if (bare := _LEADS.sub("", part))]
