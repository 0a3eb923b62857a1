"""``daemon.py run`` as the fault suite starts it: with a clock that jumps, and, for the test of the tests, with a planted defect.

FAULTS_CLOCK names a file with the seconds by which this house's clock is off; FAULTS_BREAK one of the defects in ``broken``.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def shift_clock(path: Path) -> None:
    """From now on the composition root's clock is off by what stands in the file, looked at anew each time."""
    import assembly

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(seconds=float(path.read_text() or 0))

    assembly.datetime = Shifted  # type: ignore[misc]


def main() -> None:
    """The command line, prepared."""
    sys.path.insert(0, str(ROOT))
    import daemon

    faulthandler.register(signal.SIGUSR1)  # where every thread stands, into the log
    shift_clock(Path(os.environ["FAULTS_CLOCK"]))
    if defect := os.environ.get("FAULTS_BREAK", ""):
        from tests.faults import broken

        (broken.DEFECTS | broken.SHARED_DEFECTS)[defect]()
    daemon.app()


if __name__ == "__main__":
    main()
