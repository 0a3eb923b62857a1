"""Builds what takes a plain yes away, by kind, from parts: a frame and what stands in it (``fixtures/blind/spoilers.txt``)."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

from processors.verdicts.lexicon import _flat, _templates


def _sections() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in (Path(__file__).parent / "fixtures" / "blind" / "spoilers.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            found[name := line.strip("[]")] = []
        elif not line.startswith("#"):
            found[name].append(line)
    return found


_SECTIONS = _sections()


def _alternatives(said: str) -> list[str]:
    found: list[str] = []
    for one in said.strip().split("|"):
        named = re.fullmatch(r"\{([A-Z]+)\}", one)
        found += [a for line in _SECTIONS[named[1]] for a in line.split("|")] if named else [one]
    return found


def _built(line: str) -> Iterator[str]:
    frames, _, contents = line.partition("@")
    for frame in _alternatives(frames):
        for content in _alternatives(contents):
            yield f"{frame} {content}".strip()


#: Kind > everything of it. Goods that nobody has quoted stand in G (French), E (English), D (Darija).
SPOILERS = {k: tuple(s for line in lines for s in _built(line)) for k, lines in _SECTIONS.items() if k.islower()}
GOODS = tuple(g for k in "GED" for line in _SECTIONS[k] for g in line.split("|"))
PLACES = {
    "behind": "{yes} {s}",
    "behind a comma": "{yes}, {s}",
    "in the next sentence": "{yes}. {S}.",
    "on the next line": "{yes}\n{s}",
    "behind a dash": "{yes} - {s}",
    "in brackets": "{yes} ({s})",
    "in front": "{s} {yes}",
    "in front of a comma": "{S}, {yes}",
    "in the sentence before": "{S}. {Yes}.",
    "on the line before": "{S}\n{yes}",
    "under the name": "{yes}\n\nCordialement,\nMarie Durand\n{S}",
    "in a postscript": "{yes}\n\nCordialement,\nMarie Durand\n\nPS : {s}",
    "in a letter": "Bonjour,\n\n{Yes}. Merci beaucoup et bonne journée. {S}.\n\nBien à vous,\nMarie Durand",
}


def placed(place: str, yes: str, spoiler: str) -> str:
    """The yes with the spoiler in that place."""
    yes = yes.rstrip(" .!")
    spoiler = " ".join(spoiler.split())
    return PLACES[place].format(yes=yes, Yes=yes[:1].upper() + yes[1:], s=spoiler, S=spoiler[:1].upper() + spoiler[1:])


def within(yes: str, spoiler: str) -> Iterator[str]:
    """The spoiler between any two words of the yes, bare, between commas and in brackets."""
    words = yes.rstrip(" .!").split()
    for n in range(1, len(words)):
        before, after = " ".join(words[:n]), " ".join(words[n:])
        yield from (f"{before} {spoiler} {after}", f"{before}, {spoiler}, {after}", f"{before} ({spoiler}) {after}")


def expression(template: str, draw: random.Random) -> str:
    """One expression of a template of the lists, drawn."""
    flat = _flat(template)
    return " ".join(re.sub(r"\(([^()]*)\)", lambda m: draw.choice(m[1].split("|")), flat).split())


def expressions(act: str, draw: random.Random, each: int = 1) -> list[str]:
    """``each`` drawn expressions of every template of an act."""
    found = [expression(t, draw) for a, t in _templates() if a == act and t for _ in range(each)]
    return sorted({e for e in found if e})
