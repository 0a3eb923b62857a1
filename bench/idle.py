"""Start-up time, idle memory and idle CPU of the daemon with the stand-ins: ``python -m bench.idle [--seconds 30]``.

Memory is the proportional set size (PSS) and resident set (RSS) of the process and its children, from /proc.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.proc import children, cpu, memory

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Start the daemon, wait until it is ready, let it idle, print one table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--port", default="0", help="with the web at this port; 0: without")
    given = parser.parse_args()
    seconds = given.seconds
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "DATA_DIR": folder, "DIRECTIVES_DIR": str(ROOT / "directives"), "ADMIN_EMAIL": "a@b.example"}
        env |= {"PORT": given.port}
        # The second start is what operators see; the first also makes the tables.
        for _ in range(2):
            began = time.monotonic()
            process = subprocess.Popen(
                [sys.executable, str(ROOT / "daemon.py"), "run"], env=env, cwd=folder, stderr=subprocess.PIPE, text=True
            )
            assert process.stderr is not None
            for line in process.stderr:
                if "ready" in line:
                    break
            ready = time.monotonic() - began
            if _ == 0:
                process.send_signal(signal.SIGTERM)
                process.wait(20)
        # A mail wakes the reading worker once; idle is what remains after it has ended.
        (Path(folder) / "inbox" / "1.eml").write_bytes(
            b"From: a@example.com\r\nSubject: bug\r\nMessage-ID: <1@example.com>\r\n\r\nMon compte ne marche pas\r\n"
        )
        time.sleep(8)
        warm = memory(process.pid)
        time.sleep(60)
        before, at = cpu(process.pid), time.monotonic()
        time.sleep(seconds)
        share = (cpu(process.pid) - before) / (time.monotonic() - at)
        rss, pss = memory(process.pid)
        number = len(children(process.pid))
        process.send_signal(signal.SIGTERM)
        stop_at = time.monotonic()
        process.wait(20)
        print(f"start to ready       {ready:6.2f} s")
        print(f"idle memory          {rss:6.1f} MB RSS, {pss:.1f} MB PSS, {number} process(es)")
        print(f"with a warm worker   {warm[0]:6.1f} MB RSS, {warm[1]:.1f} MB PSS")
        print(f"idle CPU             {share * 100:6.2f} % of a core over {seconds:.0f} s")
        print(f"stop                 {time.monotonic() - stop_at:6.2f} s")


if __name__ == "__main__":
    main()
