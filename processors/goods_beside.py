"""What stands beside a number: whether it is said once more, what it counts, whether nothing that is counted follows it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from processors.goods_sayings import AFTER_NUMBER, AGAIN, BRACKET, JOINT
from processors.goods_units import AND, BETWEEN, STOP, WORD


def is_again(bare: str, last: int, before: str, at: int) -> bool:
    """Whether a number says once more, in brackets or after "soit", what the one before it says."""
    if AGAIN.search(before):
        return True
    return BRACKET.search(before) is not None and JOINT.search(bare, last, at) is None


def thing_after(bare: str, at: int, named: Sequence[tuple[int, int]]) -> int:
    """Where a thing's words begin that a number counts, -1 for none."""
    for start, _ in named:
        between = bare[at:start] if start >= at else None
        if between is None or any(map(str.isdigit, between)):
            continue
        if (
            len(between) <= 40
            and not STOP.search(between)
            and len(between.split()) <= BETWEEN
            and AND.isdisjoint(between.split())
        ):
            return start
    return -1


def alone(before: str, after: str) -> bool:
    """Whether nothing that is counted stands after a bare number."""
    following = WORD.match(after.lstrip(" "))
    if after[:1] and (after[0].isalpha() or after[0] in "°ºª%"):
        return False
    if re.search(r"[\w°/#_-]$", before) and not before.endswith((" -", "\n-")):
        return False
    return following is None or (after[:1] in ",;:.)|\n\t" or following[0] in AFTER_NUMBER)
