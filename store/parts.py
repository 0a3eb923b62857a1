"""How many lanes of each kind are one node's part, and lanes' names packed into messages. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

#: All kinds of lanes together.
ALL = "*"
#: Bytes of lanes' names in one message (the server takes 8000).
MESSAGE = 7000


def kind(lane: str) -> str:
    """What comes before the first colon; lanes without one are a kind of their own."""
    return lane.partition(":")[0] if ":" in lane else ""


def count(lanes: Iterable[str]) -> Counter[str]:
    """How many there are of each kind, and in all."""
    found = Counter(map(kind, lanes))
    found[ALL] = found.total()
    return found


def parts(lanes: Iterable[str], nodes: int) -> dict[str, int]:
    """How many lanes of each kind, and in all, are one node's part."""
    return {kind: -(-number // nodes) for kind, number in count(lanes).items()}


def room(lane: str, have: Mapping[str, int], parts: Mapping[str, int]) -> bool:
    """Whether one more lane like that is still part of ours."""
    return have[kind(lane)] < parts[kind(lane)] and have[ALL] < parts[ALL]


def packed(lanes: Sequence[str]) -> Iterable[str]:
    """The names in as few messages as they fit into."""
    text = ""
    for lane in lanes:
        if text and len(text.encode()) + len(lane.encode()) >= MESSAGE:
            yield text
            text = ""
        text = f"{text} {lane}".strip()
    if text:
        yield text
