"""Lists and figures are answered by indexes: SQLite's own plans say so."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bench.desk import cases as many_cases
from core.ports import Change
from core.views import CaseFilter
from store import SqlStore, open_store
from tests.store_help import KEYS, NOW

pytest_plugins = ["tests.store_fixtures"]


@pytest.fixture(scope="module")
def full(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStore]:
    """A store with enough cases that a plan means something."""
    path = tmp_path_factory.mktemp("full") / "full.db"
    shutil.copyfile(sqlite_template, path)
    opened_ = open_store(f"sqlite:///{path}", keys=KEYS, now=NOW)
    opened_.commit([Change(c, thread_ids=(f"<{c.id}>",)) for c in many_cases(600)], NOW)
    yield opened_
    opened_.close()


def plans(store: SqlStore, ask: Any) -> list[str]:
    """How SQLite goes about every statement of the question."""
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cu: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            seen.append((statement, parameters))

    event.listen(store.db.engine, "before_cursor_execute", note)
    try:
        ask()
    finally:
        event.remove(store.db.engine, "before_cursor_execute", note)
    found = []
    with store.db.engine.connect() as connection:
        for statement, parameters in seen:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            found += [row[3] for row in rows]
    assert found
    return found


QUESTIONS: dict[str, Any] = {
    "first page": lambda s: s.find_cases(CaseFilter(), limit=20),
    "next page": lambda s: s.find_cases(CaseFilter(), limit=20, after=s.find_cases(CaseFilter(), limit=20).next),
    "oldest that wait": lambda s: s.find_cases(CaseFilter(waits="us", order="oldest"), limit=20),
    "several conditions": lambda s: s.find_cases(CaseFilter(stages=("done",), channels=("form",), kinds=("X",), business="b"), limit=20),
    "days": lambda s: s.find_cases(CaseFilter(since=NOW - timedelta(30), until=NOW, order="opened"), limit=20),
    "words": lambda s: s.find_cases(CaseFilter(search="modelisation durand"), limit=20),
    "person": lambda s: s.find_cases(CaseFilter(person="client1@example.com"), limit=20),
    "count": lambda s: s.count_cases(CaseFilter(kinds=("X",))),
    "one case": lambda s: (s.case_rows([f"{1:032x}"]), s.said(f"{1:032x}"), s.outbox(f"{1:032x}"), s.history(f"{1:032x}")),
    "contacts": lambda s: s.find_contacts(limit=20, search="durand"),
    "correlation": lambda s: s.find(["R0000001"], ["<x>"], ["client1@example.com"]),
    "figures": lambda s: s.report(date(2026, 1, 1), date(2026, 3, 1), "Europe/Paris", business="figurative"),
    "news": lambda s: (s.head_seq(), s.moments(5, 10), s.waiting_event("x")),
    "parked": lambda s: (s.find_parked(limit=5), s.count_parked()),
}  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_question_walks_over_a_table(full: SqlStore, question: str) -> None:
    found = plans(full, lambda: QUESTIONS[question](full))
    walks = [line for line in found if line.startswith("SCAN") and "INDEX" not in line]
    own = ("SCAN v", "days", "subquery", "anon", "CONSTANT ROW", "(subquery")
    assert [line for line in walks if not any(name in line for name in own)] == [], found
    if question in ("first page", "next page", "oldest that wait", "several conditions", "days"):
        # The rows come in order from the index alone; only their few bodies are looked up.
        assert any("COVERING INDEX ix_cases_" in line for line in found), found
        bodies = [n for n, line in enumerate(found) if "autoindex_cases" in line]
        lists = found[: bodies[0] if bodies else len(found)]
        assert not any("TEMP B-TREE" in line for line in lists), found


@pytest.mark.parametrize("which", [CaseFilter(waits="customer"), CaseFilter(stages=("fulfilling", "waiting_review"))])
def test_counting_stages_reads_only_the_cases_that_stand_there(full: SqlStore, which: CaseFilter) -> None:
    found = plans(full, lambda: full.count_cases(which))
    assert any(line.startswith("SEARCH cases USING COVERING INDEX ix_cases_stage_updated_at (stage=?)") for line in found), (
        found
    )


def test_figures_are_answered_by_indexes_alone(full: SqlStore) -> None:
    found = plans(full, lambda: QUESTIONS["figures"](full))
    about = [line for line in found if " cases " in line or "inbox" in line]
    assert about
    assert all("COVERING INDEX" in line for line in about), found
