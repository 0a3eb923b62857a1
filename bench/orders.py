"""How long the pages and exports of a register take over many orders: ``python -m bench.orders [--orders 100000] [--times 7]``.

Fills a fresh installation of the packaging maker's (SQLite), serves it, signs in and asks for every page, every figure uncached;
then exports the last thousand. Milliseconds as the client sees them, beside the processor's own time, which a busy machine does not
stretch. ``--keep FOLDER``: an installation that stays, and is only measured the next time.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from assembly import open_store
from core.ports import Change
from core.register import entry_of
from core.register_views import RegisterFilter
from data_folder import keys_of
from engine.directives import load_business
from tests.browser import Browser, with_people
from tests.orders_house import orders_house
from tests.quick import START
from tests.register_help import many
from tests.road import ROOT, settings_for

PAGES = (
    "/dashboard", "/orders", "/orders?status=en_attente&order=oldest", "/orders?what=sachet_fond_plat", "/orders?order=due",
    "/orders?q=client7", "/alerts", "/analytics", "/analytics?days=90", "/analytics?days=365", "/processing", "/api/stats",
)  # fmt: skip
BATCH = 1_000
#: Days over which the orders were opened.
DAYS = 360


def fill(folder: Path, number: int) -> None:
    """Put that many orders into the installation, unless there are some."""
    settings = settings_for(folder)
    business = load_business(ROOT / "directives" / "sacherie")
    directive = business.directive("commande")
    assert directive is not None
    store = open_store(settings, keys_of(settings), lambda: START)
    try:
        if store.count_register(RegisterFilter(), START, most=1):
            return
        began = time.monotonic()
        ours = {"business": business.name, "directive": directive.name, "revision": business.revision, "kind": directive.kind}
        names = {
            "article": "product",
            "quantity": "quantity",
            "price": "unit_price",
            "total": "total_price",
            "delivery": "delivery_date",
        }
        goods = {"fond_plat": "sachet_fond_plat", "avec_anses": "sac_poignees_torsadees"}
        batch: list[Change] = []
        for case in many(number, START, DAYS):
            facts = tuple(
                replace(f, name=names[f.name], value=goods.get(f.value, f.value) if isinstance(f.value, str) else f.value)
                for f in case.facts
                if f.name in names
            )
            mine = replace(case, **ours, facts=facts, finished_at=case.closed_at)
            batch.append(Change(mine, 0, entry=entry_of(mine, directive, (), START)))
            if len(batch) == BATCH:
                store.commit(batch, START)
                batch = []
        store.commit(batch, START)
        print(f"{number} orders in {time.monotonic() - began:.0f} s")
    finally:
        store.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=7)
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = asked.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        fill(folder, asked.orders)
        web = stack.enter_context(orders_house(folder))
        if not web.counter.house.store.users():
            with_people(web, anne="admin")
        browser = Browser(web)
        browser.login()
        day = START - timedelta(days=DAYS * 1_000 / asked.orders)
        print(f"load of the machine {os.getloadavg()[0]:.1f}")
        print(f"{'page':44} {'first':>8} {'median':>8} {'slowest':>8} {'own':>8} {'KB':>8}")
        exports = [f"/export/{kind}?since={day.date().isoformat()}" for kind in ("csv", "excel", "pdf")]
        for page in (*PAGES, *exports):
            took, own, size = [], [], 0
            for _ in range(asked.times if page in PAGES else 3):
                start, used = time.perf_counter(), time.process_time()
                answer = browser.get(page)
                took.append((time.perf_counter() - start) * 1000)
                own.append((time.process_time() - used) * 1000)
                assert answer.status == 200, (page, answer.status)
                size = len(answer.body)
            print(
                f"{page:44} {took[0]:8.1f} {statistics.median(took):8.1f} {max(took):8.1f} {statistics.median(own):8.1f} {size / 1000:8.1f}"
            )


if __name__ == "__main__":
    main()
