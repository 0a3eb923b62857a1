"""``kill -9`` between any two steps of the road: nothing lost, nothing twice (FAILURES 25).

A step is a commit, a write to the spool, a delivery outside, an acknowledgement. The road is walked again and again in a
child process that kills itself before step 1, then before step 2 … until it gets through; after each kill the service is
started normally, and what is there then must be what an undisturbed run leaves.
"""

from __future__ import annotations

import gc
import os
import shutil
import signal
import threading
from collections import Counter as Count
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from assembly import open_house
from core.effects import Effect
from core.steps import at_once
from engine.house import House
from engine.pipeline import ReadMail
from settings import Settings
from tests.road import ADMIN, JPEG, Counter, mail, make_reading, plain

#: More steps than the longest walk has.
FARTHEST = 120
#: Walks are cut into so many tests, so that they spread over the cores.
SLICES = 6


class _Inline:
    """Reads in this process: a worker of its own would outlive the kill by a moment and has no commit anyway."""

    def __init__(self, init: Callable[[], Mapping[str, Any]]) -> None:
        read, self._keep = make_reading(init())
        self._read = at_once(read)

    def read(self, tasks: Sequence[Mapping[str, Any]]) -> list[ReadMail | str]:
        files: dict[str, bytes] = {}
        answers: list[ReadMail | str] = [self._read(task, files) for task in tasks]
        self._keep(files)
        return answers

    def rest(self) -> None: ...
    def reload(self) -> None: ...
    def close(self) -> None: ...


class _Steps:
    """Counts steps and kills the process before the wanted one."""

    def __init__(self, at: int) -> None:
        self._left, self._lock = at, threading.Lock()

    def __call__(self) -> None:
        with self._lock:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*args: Any, **kwargs: Any) -> Any:
            self()
            result = function(*args, **kwargs)
            self()
            return result

        return stepped


@dataclass(frozen=True, slots=True)
class _Undisturbed:
    """``prepared``: the folder of a service that has yet to walk; ``left``: what it leaves behind."""

    prepared: Path
    left: dict[str, Any]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, _Undisturbed]:
    """The road of each phase without a kill. It is walked in this process: modules are loaded, documents and patterns compiled before
    the first child is forked, which is most of a start's time and none of what is tested."""
    folder, roads = tmp_path_factory.mktemp("undisturbed"), dict[str, _Undisturbed]()
    counter = Counter(folder / "data", admin_email=ADMIN)
    for phase, comes in (("arrival", _arrive), ("approval", _answer)):
        comes(counter)
        shutil.copytree(folder / "data", folder / phase, copy_function=shutil.copy2)
        _run(counter.settings)
        roads[phase] = _Undisturbed(folder / phase, _left_behind(counter))
    return roads


def _run(settings: Settings, arm: Callable[[House], None] = lambda house: None) -> None:
    """Open the house and let it work until it is idle."""
    house = open_house(settings)
    house.reader.pool = _Inline(house.reader.pool.forks.know)  # type: ignore[assignment]
    for outlet in house.outlets:
        outlet.deliver = _logged(outlet.deliver, settings.data_dir / "delivered.log")  # type: ignore[method-assign]
    arm(house)
    house.run_once(60)
    house.stop(10)


def _walk(settings: Settings, at: int) -> bool:
    """Run once in a child that kills itself before step ``at`` (0: never); whether it got through."""
    child = os.fork()
    if child == 0:
        try:
            # What the parent holds is neither looked through nor copied.
            gc.freeze()
            _run(settings, partial(_arm, steps=_Steps(at)) if at else lambda house: None)
            os._exit(0)
        except BaseException:  # whatever it is: nothing may rise out of a forked child into the test run
            import traceback

            traceback.print_exc()
            os._exit(9)
    _, status = os.waitpid(child, 0)
    assert not os.WIFEXITED(status) or os.WEXITSTATUS(status) == 0, "the walk failed by itself"
    return os.WIFEXITED(status)


def _logged(deliver: Callable[..., Any], log: Path) -> Callable[..., Any]:
    """The stand-ins do nothing twice by themselves; a real system would, so every call that reaches one is counted."""

    def counted(effects: Sequence[Effect]) -> Any:
        answers = deliver(effects)
        with log.open("a") as file:
            file.writelines(f"{effect.key}\n" for effect in effects)
        return answers

    return counted


def _arm(house: House, steps: _Steps) -> None:
    database = house.store.db  # type: ignore[attr-defined]
    database.write = steps.around(database.write)
    house.spool.put_many = steps.around(house.spool.put_many)  # type: ignore[method-assign]
    for inbox in house.inboxes:
        inbox.acknowledge = steps.around(inbox.acknowledge)  # type: ignore[method-assign]
    for outlet in house.outlets:
        outlet.deliver = steps.around(outlet.deliver)  # type: ignore[method-assign]


def _left_behind(counter: Counter) -> dict[str, Any]:
    """What can be seen from outside, without what differs from run to run (times, order)."""
    return {
        "stages": sorted((c.kind, c.stage, str(c.quote.amount) if c.quote else "") for c in counter.cases()),
        "mails": Count((str(m["To"]), str(m["Subject"])) for m in counter.sent()),
        "tickets": len(counter.records("crm.ticket")),
        "contacts": len(counter.records("crm.contact")),
        "tasks": len(counter.records("task")),
        "notes": len(counter.records("crm.note")),
        "files": len([p for p in (counter.settings.data_dir / "files").rglob("*") if p.is_file()]),
        "effects": Count((kind, what) for kind, what, _ in counter.effects()),
        "sent twice": [k for k, n in Count((counter.settings.data_dir / "delivered.log").read_text().split()).items() if n > 1],
        "unfinished": [e for e in counter.effects() if e[2] not in ("done", "reconciled")],
    }


def _arrive(counter: Counter) -> None:
    counter.drop(mail("Je souhaite modéliser ce fauteuil...", files=(("photo.jpg", JPEG),), number=1))
    counter.drop(mail("Mon paiement ne passe pas", sender="a@b.example", subject="paiement", number=2))


def _answer(counter: Counter) -> None:
    (quote,) = [m for m in counter.sent("client@example.com") if "Je valide" in plain(m)]
    counter.drop(mail("Je valide", answers=quote, number=3))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(SLICES))
@pytest.mark.parametrize("phase", ["arrival", "approval"])
def test_row_25_a_kill_before_any_step_loses_and_doubles_nothing(
    phase: str, part: int, tmp_path: Path, undisturbed: dict[str, _Undisturbed]
) -> None:
    road = undisturbed[phase]
    assert road.left["unfinished"] == []
    assert road.left["tasks"] == (1 if phase == "approval" else 0)
    killed = 0
    for at in range(1 + part, FARTHEST, SLICES):
        shutil.copytree(road.prepared, tmp_path / f"data{at}", copy_function=shutil.copy2)
        counter = Counter(tmp_path / f"data{at}", admin_email=ADMIN)
        through = _walk(counter.settings, at)
        if not through:
            killed += 1
            assert _walk(counter.settings, 0)
        assert _left_behind(counter) == road.left, f"killed before step {at}"
        if through:
            break
    else:
        pytest.fail(f"the walk has more than {FARTHEST} steps")
    assert killed >= 3
