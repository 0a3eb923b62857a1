"""Whether somebody goes by the name or the address of somebody else: the same name, a domain that reads the same at a glance.

It proves nothing against anybody (people write from home too): whoever judges is told to look twice.
"""

from __future__ import annotations

from collections.abc import Iterable

from processors.tokens import fold
from processors.verdicts.named import name_words

#: Letters and figures that pass for others, those of other alphabets among them.
_PASSES = str.maketrans("013457$!|ıіасеорхукмтвнгԁѕјԛ", "oieastslliiaceopxykmtbhrdsjq", "-_")
#: Pairs that pass for one letter.
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("nn", "m"), ("ii", "u"))
#: Letters of a name below which one that differs in a letter is simply another name.
_LONG = 6


def seems(name: str, address: str, *, known_name: str, known: Iterable[str]) -> bool:
    """Whether an author who is none of ``known`` (addresses) has the name of the one who is, a part of it, or an address that passes
    for one of theirs."""
    own, theirs = name_words(name), name_words(known_name)
    if own and theirs and (own <= theirs or theirs <= own):
        return True
    return any(passes_for(address, one) for one in known)


def passes_for(address: str, known: str) -> bool:
    """Whether an address may be taken for another one: the same person elsewhere, or a domain written almost alike."""
    local, at, domain = address.casefold().rpartition("@")
    whose, known_at, of = known.casefold().rpartition("@")
    if not (at and known_at) or domain == of:
        return False
    person = name_words(local)
    if person and person == name_words(whose):
        return True
    mine, theirs = _glance(domain), _glance(of)
    return mine == theirs or _same_house(domain, of) or (len(theirs) >= _LONG and _one_off(mine, theirs))


def _glance(domain: str) -> str:
    """A domain as it looks to who reads fast."""
    try:
        shown = domain.encode("ascii").decode("idna")
    except UnicodeError:
        shown = domain
    text = fold(shown).translate(_PASSES).replace("l", "i")
    for pair, one in _PAIRS:
        text = text.replace(pair.replace("l", "i"), one)
    return text


def _same_house(domain: str, of: str) -> bool:
    """client.example and client.co: the same name under another end."""
    house, its = domain.rpartition(".")[0], of.rpartition(".")[0]
    return house == its and bool(name_words(house))


def _one_off(a: str, b: str) -> bool:
    """Whether one letter more, fewer, other, or two in each other's place make the difference."""
    if a == b or abs(len(a) - len(b)) > 1:
        return False
    if len(a) == len(b):
        other = [n for n, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
        turned = len(other) == 2 and a[other[0]] == b[other[1]] and a[other[1]] == b[other[0]]
        return len(other) == 1 or turned
    short, long = sorted((a, b), key=len)
    return any(long[:n] + long[n + 1 :] == short for n in range(len(long)))
