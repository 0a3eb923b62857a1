"""What is being read and what could not be; channels; a look at every inbox at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.message import Channel
from core.views import DeskStore, ReceivedRow
from engine.standing import LaneState

#: Rows of a page of a list, and the states of messages that wait to be read or decided.
MOST = 200
WAITING = ("new", "read")


@dataclass(frozen=True, slots=True)
class Counts:
    """Messages that wait to be read or decided, and those that a person must look at."""

    waiting: int
    parked: int


@dataclass(frozen=True, slots=True)
class ChannelState:
    """How a channel is: ``on`` it is set up; ``ok`` all its lanes work well, ``lanes`` by name.

    ``today`` counts its messages of the last 24 hours, ``last_at`` is when the last one came; ``parked`` those that need a person.
    ``sent`` counts our texts on it by state.
    """

    on: bool
    ok: bool
    lanes: Mapping[str, LaneState]
    today: int
    last_at: datetime | None
    parked: int
    sent: Mapping[str, int]


class Processing:
    """Every call blocks and is safe from any thread."""

    def __init__(
        self,
        store: DeskStore,
        *,
        clock: Callable[[], datetime],
        wake: Callable[[str], None],
        lanes: Callable[[], Iterable[str]],
        states: Callable[[], Mapping[str, LaneState]],
    ) -> None:
        self._store, self._clock, self._wake, self._lanes, self._states = store, clock, wake, lanes, states

    def run_now(self) -> tuple[str, ...]:
        """Let every inbox be looked at, and what came be read and decided, at once; the lanes that were woken."""
        woken = tuple(name for name in self._lanes() if name in ("reader", "clerk", "door") or name.startswith("intake:"))
        for name in woken:
            self._wake(name)
        return woken

    def counts(self) -> Counts:
        """What waits and what is stuck."""
        messages = self._store.status(self._clock())["messages"]
        return Counts(sum(messages.get(state, 0) for state in WAITING), messages.get("parked", 0))

    def received(
        self, *, states: Sequence[str] = (), channel: Channel | str = "", limit: int = 50, after: int = 0
    ) -> list[ReceivedRow]:
        """Messages, the last taken first."""
        return self._store.received(states=states, channel=channel, limit=max(1, min(limit, MOST)), after=after)

    def channel(self, channel: Channel, system: str) -> ChannelState:
        """How a channel is; ``system`` is the one that carries our texts there."""
        now = self._clock()
        lanes = {
            name: lane
            for name, lane in self._states().items()
            if name.partition(":")[2] == system or name.partition(":")[2] == channel
        }
        today, last = self._store.received_since(now - timedelta(days=1), channel)
        stuck = len(self._store.received(states=("parked",), channel=channel, limit=MOST))
        effects = self._store.status(now)["effects"].get(system, {})
        return ChannelState(bool(lanes), all(lane.ok for lane in lanes.values()), lanes, today, last, stuck, dict(effects))
