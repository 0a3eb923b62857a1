"""After a courier's run only those look of whose effects it has freed some."""

from __future__ import annotations

from typing import Any, cast

from engine.house import Lanes, _freed


class Courier:
    """Frees these systems' effects, one set a run."""

    def __init__(self, *runs: set[str]) -> None:
        self.outlet = type("Outlet", (), {"system": "crm"})
        self.freed: set[str] = set()
        self._runs = list(runs)

    def run(self) -> int:
        self.freed |= self._runs.pop(0)
        return 7


def test_those_of_whose_effects_some_were_freed_look_and_no_others() -> None:
    woken: list[str] = []
    known = ["intake:a", "clerk", "courier:crm", "courier:mail", "courier:files"]
    lanes = type("Lanes", (), {"names": lambda self: known, "wake": lambda self, name: woken.append(name)})()
    step = _freed(cast(Any, Courier({"mail", "crm", "elsewhere"}, set(), {"files", "mail"})), cast(Lanes, lanes))
    seen = []
    for _ in range(3):
        assert step() == 7
        seen.append(sorted(woken))
        woken.clear()
    assert seen == [["courier:mail"], [], ["courier:files", "courier:mail"]]
