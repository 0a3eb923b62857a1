"""Where an address ends before the goods that go there, and what several of them in one message are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from processors.facts_dates import plain_text
from processors.facts_money import CURRENCY
from processors.facts_numbers import BLANK, Found
from processors.facts_place_words import DELIVERED, NUMBERED, SITES, STREETS
from processors.goods_units import Units

LONGEST = 160
#: So surely at most one of several addresses is known that something is delivered to.
_RIVAL = 0.45
#: A number of goods and its unit, after what parts it from an address or of more than a house has: "… et 2000 paquets".
_GOODS = re.compile(
    r"(?P<joint>(?:(?:[,:+&(-]|(?<![^\W_])(?:et|and|w|puis|plus|pour|for|avec|with))\s{0,2})?)(?<![\w.,/])"
    r"(?P<n>\d{1,3}(?:[ .\u202f\u00a0]\d{3})+|\d{1,7})"
    r"\s?(?:(?:de|of|x|dyal)\s)?(?P<what>[^\W\d_]{1,14})(?![^\W_])"
)
#: How many more go somewhere else, whatever they are: "… et 2000 livrés à Tanger", "and 500 to Rabat".
_MORE = re.compile(
    r"(?:[,;]|(?<![^\W_])(?:et|and|w|puis|plus))\s{1,2}(?:les?\s|the\s)?(?P<n>\d{1,3}(?:[ .\u202f\u00a0]\d{3})+|\d{2,7})"
    r"\s(?:(?:autres|restants?|others?)\s)?(?:livre\w*|a\slivrer|livraison|expedi\w+|envoye\w*|a\senvoyer|deliver\w*|shipp?\w*|sent|a|au|aux|to|chez|pour|vers|for)(?![^\W_])"
)
_STOP = re.compile(r"[;\n!?]|\.(?=\s|$)")
_PRICED = re.compile(rf"(?:\s(?:a|@|au\sprix\sde|at|b|pour|for)\s)\d[\d.,]*\s?{CURRENCY}(?![^\W_])")
_MANY = 50
_HOUSE_WORD = re.compile(rf"(?:{STREETS}|{NUMBERED}|{SITES})s?")


def without_goods(plain: str, units: Units | None) -> str:
    """The text with how many of what and at which price blanked: no address goes on with it."""
    if units is None:
        return plain
    spans = [m.span() for m in _PRICED.finditer(plain)]
    spans += [(m.start(), m.end("n")) for m in _MORE.finditer(plain)]
    for match in _GOODS.finditer(plain):
        many = bool(match["joint"]) or int("".join(filter(str.isdigit, match["n"]))) >= _MANY
        if many and units.of(match["what"]) is not None and _HOUSE_WORD.fullmatch(match["what"]) is None:
            spans.append((match.start(), match.end("n")))
    for start, end in spans:
        plain = plain[:start] + BLANK * (end - start) + plain[end:]
    return plain


def with_more(best: Found | None, plain: str) -> Found | None:
    """The address in doubt, with the words that say so, where more of the goods is told right behind it to go somewhere else."""
    if best is None or best.doubt:
        return best
    end = best.spans[-1][1]
    more = _MORE.match(plain, end) or _MORE.match(plain, end + 1)
    if more is None:
        return best
    stop = _STOP.search(plain, more.end())
    rest = (more.start("n"), min(stop.start() if stop else len(plain), more.end() + LONGEST))
    return replace(best, spans=(*best.spans, rest), confidence=min(best.confidence, _RIVAL), doubt="several")


def bracket_end(plain: str, start: int) -> int:
    """Where the bracket closes in which an address stands; the end of the text where it stands in none."""
    depth = 0
    for at in range(start, min(len(plain), start + LONGEST)):
        depth += (plain[at] == "(") - (plain[at] == ")")
        if depth < 0:
            return at
    return len(plain)


def with_rivals(best: Found | None, found: Sequence[Found], plain: str) -> Found | None:
    """The address with the others that something is delivered to as well, in doubt; alone where there are none."""
    if best is None:
        return None
    led = [f for f in found if f is best or _brings(plain, f.spans[0][0])]
    if not _brings(plain, best.spans[0][0]):
        return best
    several: list[Found] = []
    for one in sorted(led, key=lambda f: f.spans[0]):
        if not any(_alike(str(one.value), str(other.value)) for other in several):
            several.append(one)
    if len(several) < 2:
        return best
    value = " / ".join(str(f.value) for f in several)
    return Found(value, tuple(f.spans[0] for f in several), min(best.confidence, _RIVAL), "several")


def _brings(plain: str, start: int) -> bool:
    """Whether the words right before an address say that something is delivered there."""
    return DELIVERED.search(plain, max(0, start - 45), start) is not None


def _alike(one: str, other: str) -> bool:
    """Whether two addresses may be one, told twice."""
    a, b = (re.findall(r"[^\W_]{2,}|\d", plain_text(said)) for said in (one, other))
    return set(a) <= set(b) or set(b) <= set(a)
