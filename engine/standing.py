"""How the service stands: which lanes and features work, what is counted."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from core.directive import Business
from core.model import Spent
from core.nodes import NodeView
from core.outside import Budget
from core.views import DeskStore
from engine.answering import noted
from engine.connectors import ConnectorsView, lane_views
from engine.house import House

#: Seconds that figures are kept: counting walks over tables.
FIGURES_KEPT = 5.0
#: A lane that gave no sign of life for so long is not well, unless its interval is longer.
SILENT = timedelta(minutes=2)
#: The lanes without which nothing is done.
VITAL = frozenset({"reader", "clerk"})
#: Which system a feature needs.
FEATURES = {"file_upload": "files", "hubspot": "crm", "clickup": "tasks"}


@dataclass(frozen=True, slots=True)
class LaneState:
    """``lag``: seconds since when its oldest work could have been done. ``good_at``: when it last worked well.

    ``detail`` is what troubles it here, as a sentence.
    """

    ok: bool
    lag: float
    good_at: datetime | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Amiss:
    """Something that is not as it should be. ``name`` is a lane's, a system's or a node's.

    ``what``: "lane" it cannot do its work, "silent" it gives no sign of life, "system" it does not answer when asked, "node" a machine
    is gone. ``since``: when it was last well, None for never. ``detail`` is what it says itself, as a sentence. ``outside``: it is
    somebody else's service, and no part of ours or stand-in.
    """

    name: str
    what: Literal["lane", "silent", "system", "node"]
    since: datetime | None
    detail: str = ""
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that is counted."""

    messages: Sequence[tuple[str, str, str, int]]
    cases: Mapping[str, int]
    effects: Mapping[str, Mapping[str, int]]
    lanes: Mapping[str, LaneState]
    spent: Spent
    calls: Mapping[tuple[str, str], int]


class Standing:
    """Every call blocks and is safe from any thread."""

    _house: House
    _store: DeskStore
    _clock: Callable[[], datetime]
    _businesses: Callable[[], Iterable[Business]]
    _outside: Mapping[str, bool]
    _calls: Callable[[], Mapping[tuple[str, str], int]] | None
    _started: datetime
    _lock: threading.Lock
    _figures: tuple[float, Figures] | None

    def health(self) -> tuple[Literal["healthy", "degraded", "unhealthy"], dict[str, bool]]:
        """How the service is, and which features work. Raises PortError or UserError when the store does not answer."""
        amiss = self.amiss()
        bad = {one.name for one in amiss if one.what in ("lane", "silent")}
        deaf = {one.name for one in amiss if one.what == "system"}

        def well(name: str) -> bool:
            return name not in bad and name in lanes

        lanes = self._house.lanes.names()
        working = well("reader") and well("clerk")
        features = {
            "classification": working,
            **{
                name: self._outside.get(name, False) and well(f"courier:{system}") and system not in deaf
                for name, system in FEATURES.items()
            },
            "credit_validation": working and any(d.gate("approve") for b in self._businesses() for d in b.directives),
        }
        if not (working and all(well(name) for name in lanes if name.startswith("intake:"))):
            return "unhealthy", features
        return ("degraded" if amiss else "healthy"), features

    def amiss(self) -> list[Amiss]:
        """Everything that is not as it should be, the parts of ours first. Raises PortError or UserError when the store does not answer."""
        now, notes, lanes = self._clock(), self._store.notes(), self._house.lanes
        found: list[Amiss] = []
        for name, every in lanes.intervals().items():
            ok, at, good_at = notes.get(name, (True, self._started, None))
            if not ok:
                found.append(Amiss(name, "lane", good_at, self._store.trouble(name), self._is_outside(name)))
                continue
            # A lane that has no work sleeps for its interval; one in the middle of a long file says nothing meanwhile.
            limit = max(SILENT, timedelta(seconds=3 * every))
            excused = lanes.at_work(name) and name not in VITAL and not name.startswith("intake:")
            if now - max(at, good_at or at, self._started) > limit and not excused:
                found.append(Amiss(name, "silent", max(at, good_at or at)))
        for name, (ok, _, good_at) in notes.items():
            if name.startswith(noted("")) and not ok:
                found.append(Amiss(name.removeprefix(noted("")), "system", good_at, self._store.trouble(name), outside=True))
        dead = [node for node in self._store.nodes() if node.state == "dead"]
        return [*found, *(Amiss(node.name, "node", node.seen_at) for node in dead)]

    def _is_outside(self, lane: str) -> bool:
        """Whether behind the lane there is somebody else's service; a stand-in of ours is none."""
        kind, _, system = lane.partition(":")
        feature = next((name for name, of in FEATURES.items() if of == system), "")
        if kind == "intake":
            return system != "folder" and not system.startswith("form")
        return kind in ("courier", "watch") and (self._outside.get(feature, False) if feature else True)

    def nodes(self) -> list[NodeView]:
        """The machines that share the work; none where one has all of it."""
        return self._store.nodes()

    def workflow(self) -> dict[str, str]:
        """By directive: whether requests are validated before anything is done."""
        return {
            directive.name: "validation_required" if directive.gate("approve") else "immediate_ticket"
            for business in self._businesses()
            for directive in business.directives
        }

    def connectors(self) -> ConnectorsView:
        """How every lane is, what its outside system was asked, what waits."""
        figures, status = self.figures(), self._store.status(self._clock())
        waiting = {"messages": sum(n for state, n in status["messages"].items() if state in ("new", "read"))}
        waiting |= {"parked": status["messages"].get("parked", 0) + sum(e.get("parked", 0) for e in figures.effects.values())}
        waiting |= {"events": status["events"], "deadlines": status["deadlines"]["waiting"]}
        lanes = lane_views(figures.lanes, status["lanes"], figures.calls)
        return ConnectorsView(lanes, figures.effects, waiting, figures.spent)

    def set_up(self, feature: str) -> bool:
        """Whether the outside system of that feature ("file_upload", "hubspot", "clickup") is set up; else ours stands in for it."""
        return self._outside.get(feature, False)

    def figures(self) -> Figures:
        """What is counted, at most a few seconds old."""
        with self._lock:
            if self._figures is None or time.monotonic() - self._figures[0] > FIGURES_KEPT:
                self._figures = (time.monotonic(), self._count())
            return self._figures[1]

    def lanes(self) -> dict[str, LaneState]:
        """How each lane is."""
        now, notes, waiting = self._clock(), self._store.notes(), self._store.waiting(self._clock())
        troubles = self._house.lanes.troubles()
        lanes: dict[str, LaneState] = {}
        for name in self._house.lanes.names():
            ok, _, good_at = notes.get(name, (True, now, None))
            lag = max(0.0, (now - waiting.get(name, now)).total_seconds())
            lanes[name] = LaneState(ok and name not in troubles, lag, good_at, troubles.get(name, ""))
        return lanes

    def budgets(self) -> list[tuple[str, int, Budget | None]]:
        """(system, calls of today by UTC, what it allows in a day where that is known)."""
        today = self._clock().astimezone(UTC).date()
        made: dict[str, int] = {}
        for _, system, _, number in self._store.calls_since(today):
            made[system] = made.get(system, 0) + number
        known = self._store.budgets(today)
        return [(system, made.get(system, 0), known.get(system)) for system in sorted({*made, *known})]

    def _count(self) -> Figures:
        now, store = self._clock(), self._store
        status, lanes = store.status(now), self.lanes()
        return Figures(
            messages=store.tally(),
            cases=status["cases"],
            effects=status["effects"],
            lanes=lanes,
            spent=store.spent(now.date()),
            calls=self._calls() if self._calls is not None else {},
        )
