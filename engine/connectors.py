"""How every lane and outside system is: for the page of health and the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.model import Spent


@dataclass(frozen=True, slots=True)
class LaneView:
    """A lane: its last success and trouble; ``lag`` is how many seconds its oldest work has waited.

    ``calls`` counts the calls to its outside system since the start, by status; {} where it has none.
    """

    name: str
    ok: bool
    detail: str
    lag: float
    at: datetime | None
    good_at: datetime | None
    trouble: str
    calls: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ConnectorsView:
    """All of them. ``effects`` counts effects by system and state; ``messages`` those that wait; ``model`` this month's questions."""

    lanes: Sequence[LaneView]
    effects: Mapping[str, Mapping[str, int]]
    waiting: Mapping[str, int]
    model: Spent


def lane_views(
    lanes: Mapping[str, Any], notes: Mapping[str, Mapping[str, Any]], calls: Mapping[tuple[str, str], int]
) -> list[LaneView]:
    """The lanes with what the store noted of each (core.ports.Store.status)."""
    found = []
    for name in sorted(set(lanes) | set(notes)):
        state, note = lanes.get(name), notes.get(name, {})
        system = name.partition(":")[2]
        found.append(
            LaneView(
                name=name,
                ok=state.ok if state is not None else bool(note.get("ok", True)),
                detail=str(note.get("detail", "")),
                lag=state.lag if state is not None else 0.0,
                at=_time(note.get("at")),
                good_at=_time(note.get("good_at")),
                trouble=str(note.get("trouble", "")),
                calls={status: number for (who, status), number in sorted(calls.items()) if system and who == system},
            )
        )
    return found


def _time(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
