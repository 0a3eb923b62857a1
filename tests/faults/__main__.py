"""``python -m tests.faults [--faults 1000] [--seed N]``: one run, its report, and 1 where something was lost or doubled.

``--hours`` goes on with one house after another until the time is over; ``--selftest`` plants each defect and must see it caught.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from tests.faults.broken import DEFECTS
from tests.faults.driver import Driver, Report

#: Faults within which a planted defect must be noticed, and how many come before each look.
WITHIN, LOOK_EVERY = 200, 25


def play(seed: int, faults: int, every: int, *, defect: str = "", keep: Path | None = None) -> Report:
    """One house's life; how it stands is printed after every look."""
    with ExitStack() as held:
        return Driver(seed, held, defect=defect, keep=keep).run(faults, every, lambda report: print(report, flush=True))


def selftest(seed: int, names: list[str]) -> bool:
    """Whether every planted defect was caught in time."""
    caught = True
    for name in names:
        report = play(seed, WITHIN, LOOK_EVERY, defect=name)
        caught = caught and not report.good
        print(
            f"planted {name}: {'NOT caught' if report.good else 'caught'} within {report.faults.total()} faults\n{report}",
            flush=True,
        )
    return caught


def main() -> None:
    """Play, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faults", type=int, default=1000)
    parser.add_argument("--every", type=int, default=100, help="faults after which everything is settled and checked")
    parser.add_argument("--seed", type=int, default=0, help="0: drawn, and printed")
    parser.add_argument("--hours", type=float, default=0.0)
    parser.add_argument("--keep", type=Path, default=None, help="an empty folder in which the house's data and log stay")
    parser.add_argument("--break", dest="defect", choices=sorted(DEFECTS), default="", help="plant this defect")
    parser.add_argument("--selftest", action="store_true", help="plant each defect (or that of --break) in turn")
    given = parser.parse_args()
    seed = given.seed or random.SystemRandom().randrange(1, 1_000_000)
    print(f"seed {seed}", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the daemon does not outlive us
    if given.selftest:
        sys.exit(0 if selftest(seed, [given.defect] if given.defect else list(DEFECTS)) else 1)
    end = time.monotonic() + given.hours * 3600
    while True:
        report = play(seed, given.faults, given.every, defect=given.defect, keep=given.keep)
        if report.dead or report.stalled:
            print(report, flush=True)  # no look came to say so
        if not report.good:
            sys.exit(1)
        if time.monotonic() >= end:
            return
        seed += 1


if __name__ == "__main__":
    main()
