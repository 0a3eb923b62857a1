"""Several nodes over one store: each lane is one node's at a time. The ports between the lanes, the store that hands them out,
and whoever does something for a lane.

A ``Hold`` is a lane in one node's hands. It goes with the thread that works for the lane: the store asks for it in every commit,
connectors ask right before every outside call (``still_held``). A node that was frozen may wake up after its lanes went to others:
whatever it still wants to do is refused there. Where one process has everything nobody holds anything, and nothing is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from core.errors import Transient

A = TypeVar("A")
R = TypeVar("R")


class HandedOver(Transient):
    """The lane is another node's by now: nothing more may be kept or sent for it here."""

    def __init__(self, lane: str) -> None:
        super().__init__(f"{lane} : un autre nœud s'en charge à présent")
        self.lane = lane


@dataclass(frozen=True, slots=True)
class Hold:
    """A lane in this node's hands. ``job`` and ``turn`` name this holding among all that ever were.

    ``check`` raises HandedOver when it is over, Transient when nobody can say.
    """

    lane: str
    job: int
    turn: int
    check: Callable[[], None] = field(repr=False, compare=False)


_held: ContextVar[Hold | None] = ContextVar("held", default=None)


def held() -> Hold | None:
    """The hold under which this thread works, None for none."""
    return _held.get()


def hold(lane: Hold | None) -> None:
    """From now on this thread works under that hold."""
    _held.set(lane)


def still_held() -> None:
    """Right before an outside call. Raises HandedOver when this thread's lane is another node's, Transient when nobody can say."""
    mine = _held.get()
    if mine is not None:
        mine.check()


def carried(work: Callable[[A], R]) -> Callable[[A], R]:
    """The function for other threads, to work there under this thread's hold."""
    mine = _held.get()

    def run(given: A) -> R:
        token = _held.set(mine)
        try:
            return work(given)
        finally:
            _held.reset(token)

    return run


# ------------------------------------------------------------------ who hands lanes out


@dataclass(frozen=True, slots=True)
class NodeView:
    """One node as all see it. ``state`` is "alive", "leaving" (it hands its lanes over) or "dead" (it gives no sign any more)."""

    name: str
    state: str
    version: str
    started_at: datetime
    seen_at: datetime
    lanes: tuple[str, ...]


class Works(Protocol):
    """A node's lanes, as those who hand them out see them. Every call returns at once."""

    def take(self, hold: Hold) -> None:
        """The lane is this node's: work for it until ``leave``."""

    def leave(self, lane: str) -> None:
        """Finish the batch under way, then say ``Nodes.left``."""

    def hear(self, lanes: Iterable[str], *, forced: bool) -> None:
        """Another node says that these have work (all of them: "*"). ``forced``: those that rest after a failure too."""


class Nodes(Protocol):
    """Hands the lanes out among the nodes that live: each to one at a time, a dead node's to the others within seconds."""

    def start(self, lanes: Sequence[str], works: Works) -> None:
        """Join the others with these lanes. Raises UserError when that cannot be."""

    def left(self, lane: str) -> None:
        """This node's thread has done its last thing for the lane; from any thread."""

    def tell(self, lanes: Iterable[str], *, forced: bool = False) -> None:
        """Let the nodes that hold these lanes look at once; from any thread."""

    def elsewhere(self) -> frozenset[str]:
        """The lanes that other nodes hold."""

    def share(self) -> tuple[int, int]:
        """(this node's number, how many there are), for work that all of them share; (0, 1) when it is alone."""

    def alive(self) -> bool:
        """Whether this node still takes part; where not, only a restart helps."""

    def leave(self) -> None:
        """Take no lane any more; each goes to another node as soon as it is ``left``."""

    def stop(self) -> None:
        """Be gone. What was not ``left`` by now goes to others at once, and nothing more of it is kept here."""
