"""Registers: what a request comes to in lines, the lists and figures over them, by indexes alone; alerts that come with time."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, update

from core.case import Party
from core.erasure import Person
from core.reading import Day, Fact, Money, Quantity, Row, Rows
from core.register import columns, entry_of, roles
from core.register_views import RegisterFilter
from core.wording import sum_name
from store import SqlStore, open_store
from store.tables import case_lines
from tests.register_help import DIRECTIVE, FLAT, HANDLES, change, facts, many, names, request
from tests.store_help import KEYS, NOW
from tests.test_view_plans import plans

pytest_plugins = ["tests.store_fixtures"]
HOUR = timedelta(hours=1)
OURS = ("achat",)
ALERTS = ("retard", "attente", "lecture", "total")


def found(store: SqlStore, at: datetime = NOW, **asked: Any) -> list[str]:
    return [row.case.id for row in store.find_register(RegisterFilter(**asked), at, limit=50).rows]


def test_which_fact_plays_which_part_follows_from_the_types() -> None:
    assert [c.name for c in columns(DIRECTIVE)] == ["article", "quantity", "price", "total", "delivery"]
    parts = roles(DIRECTIVE)
    assert (parts.what, parts.quantity, parts.total, parts.due) == ("article", "quantity", "total", "delivery")


def test_a_request_of_several_lines_is_as_many_lines_and_one_total() -> None:
    rows = Rows((Row(facts(FLAT, 5000)), Row(facts(HANDLES, 200))))
    whole = Fact("total", Money(Decimal(900), "MAD"), ())
    case = request("c1", NOW, *facts(FLAT, 5000), whole, Fact("lines", rows, ()))
    lines = entry_of(case, DIRECTIVE, (), NOW).lines
    assert [(x.what, x.quantity, x.unit, x.total, x.currency) for x in lines] == [
        (FLAT, Decimal(5000), "pièce", Decimal(900), "MAD"), (HANDLES, Decimal(200), "pièce", None, ""),
    ]  # fmt: skip


def test_a_request_without_one_sum_is_in_no_sum_and_that_is_said(store: SqlStore) -> None:
    def line(what: str, total: Money | None) -> Row:
        return Row(facts(what, 10, **({"total": total} if total is not None else {})))

    rows = (line(FLAT, Money(Decimal(40), "MAD")), line(HANDLES, Money(Decimal(7), "EUR")), line(FLAT, None))
    case = request("c1", NOW, *facts(FLAT, 10), Fact("lines", Rows(rows), ()))
    assert [(x.total, x.currency) for x in entry_of(case, DIRECTIVE, (), NOW).lines] == [
        (None, ""), (None, ""), (None, ""),
    ]  # fmt: skip
    whole = request(
        "c2", NOW, *facts(FLAT, 10, total=Money(Decimal(5), "MAD")), Fact("lines", Rows(rows[:2]), ()), who="b@x.fr"
    )
    # With tax, without, and nobody said: three sums. What was refused is in none, and not told as left out.
    taxed = [
        request(f"t{n}", NOW, *facts(FLAT, 10, total=Money(Decimal(n), "MAD", tax)), who=f"t{n}@x.fr")  # type: ignore[arg-type]
        for n, tax in ((100, "excl"), (200, "incl"), (300, "excl"))
    ]
    refused = request("r", NOW, *facts(FLAT, 10), who="r@x.fr", stage="rejected")
    store.commit([change(one, NOW) for one in (case, whole, *taxed, refused)], NOW)
    report = store.register_report(NOW.date(), NOW.date(), OURS)
    assert report.stages == {"waiting_review": 5, "rejected": 1}
    assert report.totals == {"MAD": Decimal(5), "MAD excl": Decimal(400), "MAD incl": Decimal(200)}
    assert report.unsummed == 1
    assert [sum_name(key, "fr") for key in report.totals] == ["MAD, taxe non précisée", "MAD HT", "MAD TTC"]


def test_sums_of_before_are_told_apart_by_tax_once_the_store_is_opened(store: SqlStore) -> None:
    line = Row(facts(FLAT, 10, total=Money(Decimal(40), "MAD")))
    open_ = request("c1", NOW, *facts(FLAT, 10), Fact("lines", Rows((line, Row(facts(HANDLES, 5)))), ()))
    taxed = request("c2", NOW, *facts(FLAT, 10, total=Money(Decimal(90), "MAD", "excl")), who="b@x.fr")
    store.commit([change(open_, NOW), change(taxed, NOW)], NOW)

    def as_before(connection: Connection) -> None:
        n, currency, total = case_lines.c.n, {"currency": "MAD"}, {"total": 40_000_000}
        connection.execute(update(case_lines).where(case_lines.c.case_id == "c1", n == 0).values(currency | total))
        connection.execute(update(case_lines).where(case_lines.c.case_id == "c2").values(currency))

    store.db.write(as_before)
    assert store.register_report(NOW.date(), NOW.date(), OURS).totals == {"MAD": Decimal(130)}
    store.db.write(store.fill)
    report = store.register_report(NOW.date(), NOW.date(), OURS)
    assert (report.totals, report.unsummed) == ({"MAD excl": Decimal(90)}, 1)


def test_pages_of_every_order_follow_one_another(store: SqlStore) -> None:
    cases = [
        request(f"c{n:02d}", NOW + HOUR * (n // 3), *facts(delivery=Day(date(2026, 4, 1 + n % 5))), who=f"p{n}@x.fr")
        for n in range(20)
    ]
    store.commit([change(case, NOW) for case in cases], NOW)
    for order, key in (
        ("opened", lambda n: (-(n // 3), -n)), ("oldest", lambda n: (n // 3, n)), ("due", lambda n: (n % 5, n)),
    ):  # fmt: skip
        seen, after = [], ""
        while True:
            page = store.find_register(RegisterFilter(order=order), NOW, limit=3, after=after)  # type: ignore[arg-type]
            seen += [row.case.id for row in page.rows]
            if not (after := page.next):
                break
        assert seen == [f"c{n:02d}" for n in sorted(range(20), key=key)], order


def test_every_condition_must_hold(store: SqlStore) -> None:
    rows = Rows((Row(facts(FLAT)), Row(facts(HANDLES))))
    store.commit(
        [
            change(request("c1", NOW, who="a@x.fr", subject="Commande Alaoui"), NOW),
            change(request("c2", NOW + HOUR, *facts(HANDLES), stage="done", who="b@x.fr"), NOW),
            change(request("c3", NOW + 2 * HOUR, *facts(), Fact("lines", rows, ()), stage="rejected", who="b@x.fr"), NOW),
        ],
        NOW,
    )
    (b,) = store.find_contacts(search="b@x.fr", limit=1).rows
    for expected, asked in (
        (["c3", "c2", "c1"], {}),
        (["c1"], {"stages": ("waiting_review",)}),
        (["c3", "c2"], {"what": HANDLES}),
        (["c3", "c2"], {"person": b.id}),
        (["c2"], {"person": b.id, "stages": ("done",)}),
        (["c1"], {"search": "alaoui"}),
        ([], {"search": "alaoui inconnu"}),
        (["c3"], {"since": NOW + 2 * HOUR}),
        (["c2", "c1"], {"until": NOW + 2 * HOUR}),
        ([], {"directives": ("autre",)}),
    ):  # fmt: skip
        assert found(store, **asked) == expected, asked
        assert store.count_register(RegisterFilter(**asked), NOW) == len(expected), asked  # type: ignore[arg-type]


def test_a_decision_replaces_what_the_register_held(store: SqlStore) -> None:
    first = request("c1", NOW, *facts(FLAT, 5000))
    store.commit([change(first, NOW)], NOW)
    store.commit([change(replace(first, version=2, facts=facts(HANDLES, 200), stage="done"), NOW)], NOW)
    report = store.register_report(NOW.date(), NOW.date(), OURS)
    assert [(w.what, w.quantity, w.requests) for w in report.whats] == [(HANDLES, Decimal(200), 1)]
    assert report.stages == {"done": 1}


def test_alerts_hold_from_their_time_on_though_nothing_happens(store: SqlStore) -> None:
    due = Day(date(2026, 3, 3))  # a day after NOW
    store.commit([change(request("c1", NOW, *facts(delivery=due)), NOW)], NOW)
    store.commit([change(request("c2", NOW, *facts(sure=0.4), who="b@x.fr"), NOW)], NOW)
    night = datetime(2026, 3, 3, 23, 0, tzinfo=UTC)  # midnight in Paris
    for at, expected in (
        (NOW, {"c2": ["lecture"]}),
        (night - timedelta(seconds=1), {"c2": ["lecture"]}),
        (night, {"c1": ["retard"], "c2": ["lecture"]}),
        (NOW + timedelta(days=2), {"c1": ["retard", "attente"], "c2": ["attente", "lecture"]}),
    ):
        rows = store.find_register(RegisterFilter(alert="*", order="oldest"), at, limit=5).rows
        assert {row.case.id: names(row.alerts) for row in rows} == expected, at
    assert store.alert_counts(NOW + timedelta(days=2), ALERTS) == {"retard": 1, "attente": 2, "lecture": 1}
    assert found(store, NOW + timedelta(days=2), alert="retard") == ["c1"]
    assert names(store.raised("c2", NOW)) == ["lecture"]


def test_figures_are_those_counted_by_hand(store: SqlStore) -> None:
    paris = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)  # the 29th in Paris

    def total(n: int) -> Money:
        return Money(Decimal(n), "MAD")

    rows = Rows((Row(facts(FLAT, 100)), Row(facts(HANDLES, 7))))
    cases = [
        request("a", paris, *facts(FLAT, 1000, total=total(900)), who="a@x.fr", stage="done"),
        request("b", paris + HOUR, *facts(FLAT, 100, total=total(80)), Fact("lines", rows, ()), who="a@x.fr"),
        request("c", paris + 24 * HOUR, *facts(HANDLES, 5, total=total(70)), who="b@x.fr", stage="rejected"),
        request("d", paris - 2 * HOUR, who="c@x.fr"),
        request("e", paris, Fact("quantity", Quantity(Decimal(3), "palette"), ()), Fact("article", FLAT, ()), who="b@x.fr"),
    ]
    store.commit([change(case, paris) for case in cases], paris)
    report = store.register_report(date(2026, 3, 29), date(2026, 3, 30), OURS)
    assert [(d.day.day, d.stages) for d in report.days] == [(29, {"done": 1, "waiting_review": 2}), (30, {"rejected": 1})]
    assert [d.totals for d in report.days] == [{"MAD": Decimal(980)}, {}]
    assert [(w.what, w.unit, w.requests, w.quantity) for w in report.whats] == [
        (FLAT, "pièce", 2, Decimal(1100)), (HANDLES, "pièce", 1, Decimal(7)), (FLAT, "palette", 1, Decimal(3)),
    ]  # fmt: skip
    people = {p.party.email: p.id for p in store.find_contacts(limit=9).rows}
    assert {c.person: c.requests for c in report.clients} == {people["a@x.fr"]: 2, people["b@x.fr"]: 2}
    assert store.register_report(date(2026, 3, 29), date(2026, 3, 30), ("autre",)).stages == {}


def test_an_erased_person_leaves_figures_without_him(store: SqlStore) -> None:
    case = request("c1", NOW, *facts(sure=0.4), party=Party("a@x.fr", "Aïcha"))
    store.commit([change(case, NOW)], NOW)
    whole: Person = store.person(["a@x.fr"])
    store.calm(whole, "anne", NOW)
    store.erase_person(store.person(["a@x.fr"]), {}, "anne", NOW)
    report = store.register_report(NOW.date(), NOW.date(), OURS)
    assert (report.stages, report.clients) == ({"closed": 1}, ())
    assert store.alert_counts(NOW + timedelta(days=9), ALERTS) == {}


@pytest.fixture(scope="module")
def full(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStore]:
    path = tmp_path_factory.mktemp("register") / "full.db"
    shutil.copyfile(sqlite_template, path)
    opened = open_store(f"sqlite:///{path}", keys=KEYS, now=NOW)
    opened.commit([change(case, NOW) for case in many(400, NOW)], NOW)
    yield opened
    opened.close()


QUESTIONS: dict[str, Any] = {
    "first page": lambda s: s.find_register(RegisterFilter(OURS, ("waiting_review",)), NOW, limit=20),
    "of a client": lambda s: s.find_register(RegisterFilter(person="x", order="oldest"), NOW, limit=20),
    "by day due": lambda s: s.find_register(RegisterFilter(OURS, order="due"), NOW, limit=20),
    "of a thing, with alerts": lambda s: s.find_register(RegisterFilter(what=FLAT, alert="*"), NOW, limit=20),
    "of one alert": lambda s: s.find_register(RegisterFilter(alert="retard"), NOW, limit=20),
    "words": lambda s: s.find_register(RegisterFilter(search="client7"), NOW, limit=20),
    "count": lambda s: s.count_register(RegisterFilter(OURS, ("done",)), NOW),
    "alerts": lambda s: s.alert_counts(NOW, ALERTS),
    "figures": lambda s: s.register_report(date(2025, 3, 1), date(2026, 3, 1), OURS),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_question_walks_over_a_table(full: SqlStore, question: str) -> None:
    seen = plans(full, lambda: QUESTIONS[question](full))
    own = ("SCAN v", "days", "subquery", "anon", "CONSTANT ROW", "(subquery")
    walks = [line for line in seen if line.startswith("SCAN") and "COVERING INDEX" not in line]
    assert [line for line in walks if not any(name in line for name in own)] == [], seen
    lines = [line for line in seen if "case_lines" in line and "autoindex" not in line and "PRIMARY KEY" not in line]
    if question == "figures":
        assert lines
        assert all("COVERING INDEX" in line for line in lines), seen
        # The years of a busy house are counted in the order of the indexes; only the few groups of clients are put in order.
        assert [line for line in seen if "TEMP B-TREE" in line] == ["USE TEMP B-TREE FOR ORDER BY"], seen
    if question == "of one alert":
        assert any("case_alerts" in line and "case_id=?" in line for line in seen), seen
    if question in ("first page", "by day due"):
        assert not any("TEMP B-TREE FOR ORDER BY" in line for line in seen), seen
