"""What a clause was judged to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from processors.verdicts.clauses import Clause
from processors.verdicts.closed import AFTERWARDS
from processors.verdicts.lexicon import ACTS

Kind = Literal[
    "approve", "weak", "perfect", "refuse", "no", "danger", "harmless", "thanks", "praise", "ack", "logistics", "delay",
    "amount", "closing", "greeting", "unknown",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judged:
    """A clause and what it does. ``act`` names the danger; ``start``/``end`` are the words that show it."""

    kind: Kind
    act: str
    start: int
    end: int
    clause: Clause


def comes_afterwards(judged: Judged) -> bool:
    """Whether the clause names something that must come first: after a yes, it takes the yes away."""
    return judged.kind not in {"approve", "weak", "perfect"} and any(
        i.words.startswith(AFTERWARDS) for i in judged.clause.items
    )


def label(act: str) -> str:
    """The act in French, for a reason."""
    return ACTS.get(act, act)
