"""What the store keeps of questions to the model: set aside before they are asked, added up, sealed, forgotten."""

from __future__ import annotations

import threading
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from core.model import Usage
from store import SqlStore
from tests.model_help import NOW, answer, later

pytest_plugins = ["tests.store_fixtures"]


def key(n: int) -> str:
    return f"{n:064d}"


def test_a_question_is_set_aside_kept_and_found(store: SqlStore) -> None:
    assert store.answer(key(1)) is None
    assert store.reserve_answer(key(1), "m", Decimal("0.5"), None, NOW) == "free"
    assert store.reserve_answer(key(1), "m", Decimal("0.5"), None, NOW) == "known"
    found = store.answer(key(1))
    assert found is not None
    assert (found.answer, found.cost) == (None, Decimal("0.5"))
    given = answer({"a": "é\0"}, cost=Decimal("0.000000011"))
    store.keep_answer(key(1), given, later(seconds=1))
    store.release_answer(key(1))  # too late: it is paid
    found = store.answer(key(1))
    assert found is not None
    assert (found.answer, found.usage, found.cost, found.at) == (given, given.usage, Decimal("0.000000011"), NOW)


def test_the_month_is_added_up(store: SqlStore) -> None:
    for n, when in enumerate((NOW, later(days=3), later(days=40))):
        store.reserve_answer(key(n), "m", Decimal(1), None, when)
        store.keep_answer(key(n), answer({}, usage=Usage(1, 2, 3, 4), cost=Decimal("0.25")), when)
    store.reserve_answer(key(9), "m", Decimal("0.1"), None, NOW)
    spent = store.spent(date(2026, 3, 31))
    assert (spent.asked, spent.unknown, spent.usage, spent.cost) == (3, 1, Usage(2, 4, 6, 8), Decimal("0.6"))
    assert store.spent(date(2026, 4, 1)).cost == Decimal("0.25")
    assert store.spent(date(2025, 12, 1)).asked == 0


def test_the_budget_holds_for_all_that_ask_at_once(store: SqlStore) -> None:
    for attempt in range(6):
        results: list[str] = []
        barrier = threading.Barrier(8)
        when = later(days=31 * attempt)

        def ask(n: int, when: datetime = when, barrier: threading.Barrier = barrier, results: list[str] = results) -> None:
            barrier.wait()
            results.append(store.reserve_answer(key(n), "m", Decimal("0.3"), Decimal(1), when))

        threads = [threading.Thread(target=ask, args=(attempt * 10 + n,)) for n in range(8)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert sorted(results) == ["free"] * 3 + ["over"] * 5
        assert store.spent(when.date()).cost == Decimal("0.9")
    assert store.reserve_answer(key(99), "m", Decimal("0.3"), Decimal(1), later(days=300)) == "free"


def test_a_question_given_back_costs_nothing(store: SqlStore) -> None:
    store.reserve_answer(key(1), "m", Decimal(1), Decimal(1), NOW)
    store.release_answer(key(1))
    assert store.spent(NOW.date()).asked == 0
    assert store.reserve_answer(key(1), "m", Decimal(1), Decimal(1), NOW) == "free"


def test_words_are_forgotten_and_figures_stay(store: SqlStore) -> None:
    store.reserve_answer(key(1), "m", Decimal(1), None, NOW)
    store.keep_answer(key(1), answer({"secret": "grandiose"}), NOW)
    assert store.forget_answers(NOW) == 0
    assert store.forget_answers(later(days=1)) == 1
    found = store.answer(key(1))
    assert found is not None
    assert (found.answer, found.usage) == (None, Usage(100, 20, 300, 0))
    assert store.reserve_answer(key(1), "m", Decimal(1), None, NOW) == "known"


def test_answers_lie_sealed(sqlite_store: SqlStore, sqlite_url: str) -> None:
    sqlite_store.keep_answer(key(1), answer({"secret": "PERVENCHE"}), NOW)
    sqlite_store.close()
    for path in Path(sqlite_url.removeprefix("sqlite:///")).parent.iterdir():
        assert b"PERVENCHE" not in path.read_bytes()
