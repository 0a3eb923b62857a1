"""How long the desk's pages take over many cases: ``python -m bench.pages [--cases 100000] [--times 10]``.

Fills a fresh installation (SQLite), serves it, signs in and asks for every page; prints the median and the slowest answer of
each in milliseconds, as the client sees them, and the size of the page.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from bench.desk import fill
from tests.browser import Browser, with_people
from tests.web_help import running

PAGES = (
    "/", "/cases", "/cases?stage=waiting_approval", "/cases?q=fauteuil", "/cases?waits=us&order=oldest", "/review", "/parked",
    "/contacts", "/contacts?q=martin", "/directives/figurative", "/figures", "/figures?days=365", "/status", "/users",
)  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=10)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as web:
        began = time.monotonic()
        fill(web.counter.house.store, asked.cases)  # type: ignore[arg-type]
        print(f"{asked.cases} cases in {time.monotonic() - began:.0f} s")
        web.counter.house.lanes.wait_idle(600)  # what the cases still wanted outside
        with_people(web, anne="admin")
        browser = Browser(web)
        browser.login()
        one = browser.get("/cases").body.decode().partition('href="/cases/')[2].partition('"')[0]
        print(f"{'page':36} {'median':>8} {'slowest':>8} {'KB':>6}")
        for page in (*PAGES, f"/cases/{one}"):
            took, size = [], 0
            for _ in range(asked.times):
                start = time.perf_counter()
                answer = browser.get(page)
                took.append((time.perf_counter() - start) * 1000)
                assert answer.status == 200, (page, answer.status)
                size = len(answer.body)
            shown = page if len(page) < 36 else "/cases/…"
            print(f"{shown:36} {statistics.median(took):8.1f} {max(took):8.1f} {size / 1000:6.1f}")


if __name__ == "__main__":
    main()
