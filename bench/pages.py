"""How long the desk's pages take over many cases: ``python -m bench.pages [--cases 100000] [--times 10] [--keep FOLDER]``.

Fills a fresh installation (SQLite), serves it, signs in and asks for every page; prints the median and the slowest answer of
each in milliseconds, as the client sees them, and the size of the page. ``--keep``: an
installation that stays, and serves the next time.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from assembly import open_store
from bench.desk import NOW, fill
from core.views import CaseFilter
from data_folder import keys_of
from tests.browser import Browser, with_people
from tests.road import settings_for
from tests.web_help import running

PAGES = (
    "/", "/cases", "/cases?stage=waiting_approval", "/cases?q=fauteuil", "/cases?waits=us&order=oldest", "/review", "/parked",
    "/contacts", "/contacts?q=martin", "/directives/figurative", "/figures", "/figures?days=365", "/status", "/users",
)  # fmt: skip


def filled(folder: Path, number: int) -> None:
    """Put that many cases into the installation, unless there are cases; nothing works there meanwhile."""
    settings = settings_for(folder)
    store = open_store(settings, keys_of(settings), lambda: NOW)
    try:
        if store.count_cases(CaseFilter(), most=1):
            return
        began = time.monotonic()
        fill(store, number)
        print(f"{number} cases in {time.monotonic() - began:.0f} s")
    finally:
        store.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--keep", type=Path, help="a folder of its own: filled the first time, only measured after")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = asked.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        filled(folder, asked.cases)
        web = stack.enter_context(running(folder))
        web.counter.house.lanes.wait_idle(600)  # what the cases still wanted outside
        if not web.counter.house.store.users():
            with_people(web, anne="admin")
        browser = Browser(web)
        browser.login()
        one = browser.get("/cases").body.decode().partition('href="/cases/')[2].partition('"')[0]
        print(f"load of the machine {os.getloadavg()[0]:.1f}")
        print(f"{'page':36} {'first':>8} {'median':>8} {'slowest':>8} {'KB':>6}")
        for page in (*PAGES, f"/cases/{one}"):
            took, size = [], 0
            for _ in range(asked.times):
                start = time.perf_counter()
                answer = browser.get(page)
                took.append((time.perf_counter() - start) * 1000)
                assert answer.status == 200, (page, answer.status)
                size = len(answer.body)
            shown = page if len(page) < 36 else "/cases/…"
            print(f"{shown:36} {took[0]:8.1f} {statistics.median(took):8.1f} {max(took):8.1f} {size / 1000:6.1f}")


if __name__ == "__main__":
    main()
