"""The longest expression that is known at a place of a reply, and whether words begin with a yes of their writer."""

from __future__ import annotations

from processors.verdicts.lexicon import LONGEST, OF_ADMINISTRATORS, asks_when, longest_pattern, phrases
from processors.verdicts.tokens import Token, word_set

FIRST_PERSON = word_set("je j nous on i we")


def says_yes(said: list[str]) -> bool:
    """Whether these words begin with a yes in the first person."""
    return said[0] in FIRST_PERSON and known(said)[0] == "yes"


def opens_delay_question(said: list[str]) -> str:
    """The expression that opens a question of delay at the beginning of these folded words, '' when none does."""
    return next((e for n in range(min(LONGEST, len(said)), 0, -1) if (e := " ".join(said[:n])) in asks_when()), "")


#: What may slip into an expression without changing it: "je vous donne *par la présente* mon accord".
_INSERTED = word_set(
    "donc bien finalement volontiers officiellement definitivement malheureusement helas formellement desormais expressement alors "
    "hereby gladly"
) | {
    *(
        "par la presente",
        "par la",
        "par ce mail",
        "par ce courriel",
        "par ce message",
        "par retour",
        "avec plaisir",
        "sans hesiter",
    ),
    *("sans hesitation", "a ce jour", "ce jour", "de ce pas", "bien entendu", "bien sur", "au final", "du coup", "en retour"),
}


def longest(tokens: list[Token], i: int, *, admin: bool) -> tuple[str, int]:
    """(act, how many tokens) of the longest known expression at i, ('', 0) when none is."""
    # Written Darija mixes figures into its words ("mwafe9").
    end = i
    while end < len(tokens) and end - i < LONGEST + 5 and tokens[end].kind in {"word", "ref"}:
        end += 1
    said = [t.word for t in tokens[i:end]]
    act, size = known(said, admin=admin)
    if size == len(said):
        return act, size
    places = _without_inserted(said)
    if len(places) < len(said):
        other, length = known([said[n] for n in places], admin=admin)
        if length > size and other != "filler" and places[length - 1] >= size:
            return other, places[length - 1] + 1
    return act, size


def known(said: list[str], *, admin: bool = True) -> tuple[str, int]:
    """(act, how many words) of the longest expression that folded words begin with, ('', 0) when none is known.

    ``admin``: the expressions by which an administrator prices count too.
    """
    table = phrases()
    act, least = longest_pattern(said, admin=admin)
    for size in range(min(LONGEST, len(said)), 0, -1):
        written = table.get(" ".join(said[:size]))
        if written is not None and (admin or written not in OF_ADMINISTRATORS):
            return (written, size) if size >= least else (act, least)
    return act, least


def _without_inserted(said: list[str]) -> list[int]:
    """Places of the words that are left when what may slip in is taken out; the first word always stays."""
    places, n = [0], 1
    while n < len(said):
        size = next((k for k in (3, 2, 1) if " ".join(said[n : n + k]) in _INSERTED), 0)
        if not size:
            places.append(n)
        n += size or 1
    return places
