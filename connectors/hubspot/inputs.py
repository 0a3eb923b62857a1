"""The inputs of HubSpot's batches, and by which words an answer means one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Input:
    """One input. ``trace`` names it, ``body`` is what is sent, ``marks`` are strings by which an error or a result may mean it."""

    trace: str
    body: Mapping[str, Any]
    marks: frozenset[str] = field(default_factory=frozenset)

    def sent(self) -> dict[str, Any]:
        """The input as it is sent: the trace id also makes HubSpot answer 207 instead of refusing all."""
        return {**self.body, "objectWriteTraceId": self.trace}

    @property
    def properties(self) -> Mapping[str, str]:
        """The values it sets."""
        found: Mapping[str, str] = self.body["properties"]
        return found


class Names:
    """Which inputs a string means: by their trace, else by their marks."""

    def __init__(self, inputs: Sequence[Input]) -> None:
        self._by: dict[str, list[str]] = {}
        for one in inputs:
            for name in {one.trace.casefold(), *(m.casefold() for m in one.marks)}:
                self._by.setdefault(name, []).append(one.trace)

    def of(self, *names: str) -> set[str]:
        """The traces."""
        return {trace for name in names if name for trace in self._by.get(name.casefold(), ())}
