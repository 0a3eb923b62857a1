"""What a process and all below it cost, from /proc."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def children(pid: int) -> list[int]:
    """The process and all below it; [] when it is gone."""
    found = [pid]
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += children(int(child))
    except OSError:
        return found
    return found


def memory(pid: int) -> tuple[float, float]:
    """(RSS, PSS) in MB of the process and its children."""
    rss = pss = 0
    for one in children(pid):
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        for line in lines:
            if line.startswith("Rss:"):
                rss += int(line.split()[1])
            elif line.startswith("Pss:"):
                pss += int(line.split()[1])
    return rss / 1000, pss / 1000


def resident(pid: int) -> float:
    """RSS in MB of the process and its children, cheaply."""
    total = 0
    for one in children(pid):
        try:
            total += int(Path(f"/proc/{one}/statm").read_text().split()[1])
        except (OSError, IndexError):
            continue
    return total * _PAGE / 1e6


def cpu(pid: int) -> float:
    """Seconds of CPU of the process and its children so far, those that ended included."""
    total = 0
    for one in children(pid):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(int(fields[n]) for n in (11, 12, 13, 14))
    return total / _TICKS


def cpu_alone(pid: int) -> float:
    """Seconds of CPU of the process so far, without its children."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(fields[n]) for n in (11, 12)) / _TICKS


class Peak:
    """The most memory seen while it runs, looked at ten times a second."""

    def __init__(self, pid: int) -> None:
        self._pid, self.rss, self.pss = pid, 0.0, 0.0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        turns = 0
        while not self._end.wait(0.1):
            self.rss = max(self.rss, resident(self._pid))
            turns += 1
            if turns % 10 == 0:
                self.pss = max(self.pss, memory(self._pid)[1])

    def stop(self) -> None:
        self._end.set()
        self._thread.join()


def own_cpu() -> float:
    """Seconds of CPU of this process so far."""
    return time.process_time()


class Clock:
    """Wall time and own CPU of a block."""

    def __enter__(self) -> Clock:
        self.began, self.spent = time.monotonic(), own_cpu()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds, self.cpu = time.monotonic() - self.began, own_cpu() - self.spent
