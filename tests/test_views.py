"""What the store answers the desk, on both databases: lists by key, words, figures against hand-counted cases, the fill of older rows."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, delete, insert, select, text, update
from sqlalchemy.engine import Connection

from core.case import Case, Party, Thread
from core.effects import Effect, Receipt, SendMessage
from core.ports import Change, Incoming, Settled, Taken
from core.quote import Approval, Quote
from core.views import CaseFilter, DraftRow
from store import SqlStore, open_store, schema
from store.tables import cases, meta, words
from store.words import asked_words, case_words
from tests.store_help import KEYS, NOW, case, entry, later, opened, reading, taken

pytest_plugins = ["tests.store_fixtures"]


def put(store: SqlStore, *some: Case, at: datetime = NOW) -> None:
    store.commit([Change(one) for one in some], at)


def one(name: str, **fields: Any) -> Case:
    """A case opened so many seconds after NOW."""
    return case(id=name, **{"opened_at": NOW, "updated_at": NOW, **fields})


def ids(page: Any) -> list[str]:
    return [row.id for row in page.rows]


def text_to(key: str, case_id: str, audience: Any = "customer") -> Effect:
    return Effect(key, case_id, "mail", SendMessage("a@b.c", "", "s", "t", "quote", "fr", "quote", audience=audience))


# ------------------------------------------------------------------ lists


def test_pages_follow_one_another_whatever_ties(store: SqlStore) -> None:
    put(store, *(one(f"c{n:02d}", opened_at=later(n // 4), updated_at=later(n // 3)) for n in range(30)))
    for order, key in (
        ("updated", lambda n: (-(n // 3), -n)), ("opened", lambda n: (-(n // 4), -n)), ("oldest", lambda n: (n // 4, n)),
    ):  # fmt: skip
        found, after = [], ""
        while True:
            page = store.find_cases(CaseFilter(order=order), limit=7, after=after)  # type: ignore[arg-type]
            found += ids(page)
            after = page.next
            if not after:
                break
        assert found == [f"c{n:02d}" for n in sorted(range(30), key=key)], order
    for odd in ("x", "AAAA", "é", "MTIz"):
        with pytest.raises(ValueError, match="place"):
            store.find_cases(CaseFilter(), limit=5, after=odd)


def test_a_list_of_what_stands_still_misses_nothing_while_others_write(store: SqlStore) -> None:
    put(store, *(one(f"c{n:02d}", opened_at=later(n)) for n in range(20)))
    found, after, fresh = [], "", itertools.count(100)
    while True:
        page = store.find_cases(CaseFilter(order="oldest"), limit=3, after=after)
        found += ids(page)
        # Meanwhile one changes and a new one comes.
        first = store.cases(["c00"])["c00"]
        changed = replace(first, version=first.version + 1, updated_at=later(500), subject=f"autre {len(found)}")
        number = next(fresh)
        store.commit([Change(changed, first.version), Change(one(f"d{number}", opened_at=later(number)))], NOW)
        if not (after := page.next) or number > 105:
            break
    assert found[: 3 * 6] == [f"c{n:02d}" for n in range(18)]
    assert len(set(found)) == len(found)


def test_every_condition_must_hold(store: SqlStore) -> None:
    put(
        store,
        one("ab12", stage="waiting_review", kind="X"),
        one("b", stage="done", opened_at=later(100), party=Party("zoe@exemple.fr", "Zoé Núñez", "+33612345678")),
        one("c", stage="waiting_info", thread=Thread("whatsapp", "w", "+33600000000"), business="autre"),
    )
    for expected, which in (
        (["ab12"], CaseFilter(stages=("waiting_review",))),
        (["ab12"], CaseFilter(kinds=("X",))),
        (["c"], CaseFilter(channels=("whatsapp",))),
        (["c"], CaseFilter(business="autre")),
        (["b"], CaseFilter(since=later(100), until=later(101))),
        ([], CaseFilter(since=later(101))),
        (["ab12", "c"], CaseFilter(until=later(100), order="oldest")),
        (["ab12"], CaseFilter(waits="us")),
        (["c"], CaseFilter(waits="customer")),
        ([], CaseFilter(waits="us", stages=("done",))),
        (["b"], CaseFilter(person="ZOE@exemple.fr")),
        (["b"], CaseFilter(person="+33 6 12 34 56 78")),
        (["b"], CaseFilter(search="nunez")),
        (["b"], CaseFilter(search="  Zoé  NÚÑEZ ")),
        (["b"], CaseFilter(search="06 12 34 56 78")),
        (["b"], CaseFilter(search="zoe@exemple.fr")),
        (["ab12"], CaseFilter(kinds=("X",))),
        ([], CaseFilter(search="nunez autre")),
        ([], CaseFilter(search="!!")),
    ):
        assert ids(store.find_cases(which, limit=10)) == expected, which
        assert store.count_cases(which) == len(expected), which
    assert store.count_cases(CaseFilter(), most=2) == 2


def test_parked_things_are_paged_whatever_ties_and_only_a_pages_reasons_are_opened(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = tuple(text_to(f"c1/1/{n}", "c1") for n in range(9))
    store.commit([Change(one("c1"), effects=texts)], NOW)
    for n, said in enumerate(texts):
        store.settle([Settled(said.key, "parked", error=f"non {n}")], later(n // 4))
    broken = [Taken(Incoming(f"m{n}", None, 1, NOW, error="illisible"), "", "") for n in range(7)]
    for _ in range(5):
        store.take("boîte", "email", broken, {}, later(1))
    everything = store.parked()
    assert len(everything) == 16
    assert [r.since for r in everything] == sorted(r.since for r in everything)
    opened_: list[str] = []
    reason = SqlStore._text
    monkeypatch.setattr(SqlStore, "_text", lambda self, *of: opened_.append("") or reason(self, *of))  # type: ignore[func-returns-value]
    found, after = [], ""
    while True:
        opened_.clear()
        page = store.find_parked(limit=3, after=after)
        assert len(opened_) <= 4
        found += page.rows
        if not (after := page.next):
            break
    assert found == everything
    assert (store.count_parked(), store.count_parked(most=11)) == (16, 11)
    for wrong in ("x", "MTp4", "MToyOmVmZmVjdDp4"):
        with pytest.raises(ValueError):
            store.find_parked(limit=3, after=wrong)


def test_a_row_tells_what_is_due_stuck_and_how_long_the_answer_took(store: SqlStore) -> None:
    quote = Quote(1, Decimal("2.5"), "crédits", {}, "g", None, "grid", NOW, "d")
    new = one("c1", quote=quote, stage="waiting_approval")
    due = (("b", later(500)), ("a", later(400)))
    admin, first, second = text_to("c1/1/0", "c1", "admin"), text_to("c1/1/1", "c1"), text_to("c1/1/2", "c1")
    store.commit(
        [Change(new, effects=(admin, first, second, Effect("c1/1/3", "c1", "crm", first.payload)), deadlines=due)], NOW
    )
    store.settle([Settled("c1/1/0", "done", Receipt("1"))], later(10))
    (row,) = store.find_cases(CaseFilter(), limit=5).rows
    assert (row.answered, row.parked) == (None, 0)
    store.settle([Settled("c1/1/1", "done", Receipt("2"))], later(60))
    store.settle([Settled("c1/1/2", "done", Receipt("3")), Settled("c1/1/3", "parked", error="non")], later(90))
    (row,) = store.case_rows(["c1", "nobody"])
    assert row.answered == timedelta(seconds=60)
    assert row.parked == 1
    assert (row.amount, row.unit, row.offer) == (Decimal("2.5"), "crédits", "open")
    assert row.due is not None
    assert (row.due.name, row.due.due) == ("a", later(400))


def test_words_change_with_the_case_and_nothing_of_them_stands_in_clear(store: SqlStore) -> None:
    first = opened(store, subject="Fauteuil Récamier")
    changed = replace(first, version=2, subject="Table Voltaire")
    store.commit([Change(changed, 1)], NOW)
    assert ids(store.find_cases(CaseFilter(search="voltaire"), limit=5)) == ["c1"]
    with store.db.read() as connection:
        rows = connection.execute(select(words)).all()
        marks = connection.execute(select(cases.c.words)).scalars().all()
    assert all(isinstance(row.word, int) and row.word < 2**60 for row in rows)
    assert marks == [store._words_mark(case_words(changed))]
    other = SqlStore(store.db, type(KEYS).derive("une autre clé, tout aussi longue"))
    assert {other._word(w) for w in case_words(changed)}.isdisjoint(row.word for row in rows)


@pytest.mark.parametrize(
    ("search", "found"),
    [("Élodie  DURAND", ("elodie", "durand")), ("+33 6 12 34 56 78", ("612345678",)), ("a@b.fr <x", ("a@b.fr",)), ("a - b", ()),
     ("l'objet", ("objet",)), ("", ())],
)  # fmt: skip
def test_what_a_search_looks_for(search: str, found: tuple[str, ...]) -> None:
    assert asked_words(search) == found
    assert len(asked_words("mot " * 5_000 + " ".join(f"m{n}" for n in range(500)))) <= 8


# ------------------------------------------------------------------ messages, people, news


def test_messages_of_a_case_and_the_last_ones(store: SqlStore) -> None:
    store.take("gmail", "email", [taken(n) for n in ("m1", "m2", "m3")], {}, NOW)
    rows = {row.external_id: row for row in store.unread(10, NOW)}
    store.save_readings([reading(rows[n], f"mot {n}", n) for n in ("m1", "m2")], [], NOW)
    assert store.message(rows["m3"].id) is None
    assert store.recent(10) == []
    store.commit([Change(case(), inbox_id=rows["m1"].id, outcome="opened")], NOW)
    store.commit([Change(case(version=2), 1, inbox_id=rows["m2"].id, outcome="joined")], NOW)
    assert [(s.message.text, s.outcome) for s in store.said("c1")] == [("mot m1", "opened"), ("mot m2", "joined")]
    assert [s.inbox_id for s in store.recent(1)] == [rows["m2"].id]
    found = store.message(rows["m1"].id)
    assert found is not None
    assert found.message.text == "mot m1"
    assert store.message(10**30) is store.message(0) is None


def test_people_by_word_with_their_cases(store: SqlStore) -> None:
    people = [Party(f"p{n}@x.fr", f"Personne{n} Durand", f"+3360000000{n}") for n in range(5)]
    for n, party in enumerate(people):
        put(store, one(f"c{n}", party=party, stage="done" if n else "waiting_info"), at=later(n))
    put(store, one("d0", party=people[0], updated_at=later(9)), at=later(9))
    assert [c.party.name for c in store.find_contacts(limit=9).rows] == [f"Personne{n} Durand" for n in (4, 3, 2, 1, 0)]
    first = store.find_contacts(limit=2, search="durand")
    assert [c.party.email for c in store.find_contacts(limit=9, search="durand", after=first.next).rows] == [
        "p2@x.fr", "p1@x.fr", "p0@x.fr",
    ]  # fmt: skip
    (contact,) = store.find_contacts(limit=9, search="personne0").rows
    assert (contact.cases, contact.open) == (2, 2)
    assert [row.id for row in store.contact_cases(contact.id)] == ["d0", "c0"]
    assert store.contact("x") is None
    assert store.contact_cases("x") == []
    assert store.find_contacts(limit=9, search="personne0 inconnu").rows == ()


def test_news_are_the_journal_behind_a_number(store: SqlStore) -> None:
    assert store.head_seq() == 0
    store.commit([Change(None, journal=(entry("a"), entry("b", case_id="c9")))], NOW)
    assert store.head_seq() == 2
    assert [(m.seq, m.kind, m.case_id) for m in store.moments(0, 10)] == [(1, "a", "c1"), (2, "b", "c9")]
    assert [m.seq for m in store.moments(1, 10)] == [2]
    assert store.waiting_event("nobody") is None


def test_drafts_and_publications(store: SqlStore) -> None:
    draft = DraftRow("b", "alice", "r1", {"x.md": "é\n", "y.md": None}, 1, NOW)
    assert store.save_draft(draft)
    assert not store.save_draft(draft)
    assert not store.save_draft(replace(draft, version=3))
    assert store.save_draft(replace(draft, version=2, at=later(5)))
    assert store.save_draft(replace(draft, author="bob", at=later(1)))
    assert [d.author for d in store.drafts("b")] == ["alice", "bob"]
    kept = store.draft("b", "alice")
    assert kept is not None
    assert (kept.version, kept.documents, kept.at) == (2, {"x.md": "é\n", "y.md": None}, later(5))
    assert store.drop_draft("b", "alice")
    assert not store.drop_draft("b", "alice")
    assert store.keep_publication("b", "r1", "", "", NOW)
    assert not store.keep_publication("b", "r1", "alice", "", NOW)
    assert store.keep_publication("b", "r2", "alice", "note", NOW)
    assert [(p.revision, p.author, p.note) for p in store.publications("b")] == [("r2", "alice", "note"), ("r1", "", "")]


# ------------------------------------------------------------------ figures


def test_figures_are_those_counted_by_hand(store: SqlStore) -> None:
    paris = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)  # the 29th in Paris, whose day has 23 hours
    hour = timedelta(hours=1)
    quote = Quote(1, Decimal(2), "crédits", {}, "g", None, "grid", paris, "d")
    yes = Approval("customer", "x", "reply", Decimal(2), "d", paris + hour)
    some = [
        one("a", opened_at=paris, kind="M", stage="done", closed_at=paris + 10 * hour, approval=yes,
            quote=replace(quote, status="approved")),
        one("b", opened_at=paris + hour, kind="M", stage="rejected", closed_at=paris + 2 * hour, quote=replace(quote, status="refused")),
        one("c", opened_at=paris + 2 * hour, kind="S", stage="waiting_approval", quote=quote),
        one("d", opened_at=paris - 2 * hour, kind="S", stage="waiting_info", business="autre"),  # the day before
        one("e", opened_at=paris + 24 * hour, kind="M", stage="fulfilling",
            approval=replace(yes, at=paris + 24 * hour, amount=Decimal("3.5")),
            quote=replace(quote, amount=Decimal("3.5"), status="approved")),
    ]  # fmt: skip
    store.commit([Change(c, effects=(text_to(f"{c.id}/1/0", c.id),)) for c in some], paris)
    for name, minutes in (("a", 10), ("b", 70), ("c", 300)):
        store.settle([Settled(f"{name}/1/0", "done", Receipt("1"))], paris + timedelta(minutes=minutes))
    store.take("gmail", "email", [taken("m1"), taken("m2")], {}, paris)
    store.take("wa", "whatsapp", [taken("m3")], {}, paris + 24 * hour)
    found = store.report(date(2026, 3, 28), date(2026, 3, 30), "Europe/Paris")
    days = {d.day.day: d for d in found.days}
    assert list(days) == [28, 29, 30]
    assert [dict(days[n].opened) for n in days] == [{"S": 1}, {"M": 2, "S": 1}, {"M": 1}]
    assert [dict(days[n].ended) for n in days] == [{}, {"done": 1, "rejected": 1}, {}]
    assert [dict(days[n].approved) for n in days] == [{}, {"crédits": Decimal(2)}, {"crédits": Decimal("3.5")}]
    assert [dict(days[n].messages) for n in days] == [{}, {"email": 2}, {"whatsapp": 1}]
    assert (found.opened, found.quoted, found.accepted, found.refused) == (5, 4, 2, 1)
    assert found.approved == {"crédits": Decimal("5.5")}
    assert found.stages == {"done": 1, "rejected": 1, "waiting_approval": 1, "waiting_info": 1, "fulfilling": 1}
    assert found.channels == {"email": 5}
    delays = found.delays
    assert (delays.answers, delays.answered, delays.answered_90) == (3, timedelta(minutes=10), timedelta(minutes=180))
    assert (delays.ends, delays.resolved, delays.resolved_90) == (2, hour, 10 * hour)
    other = store.report(date(2026, 3, 28), date(2026, 3, 28), "Europe/Paris", business="autre")
    assert (other.opened, dict(other.days[0].opened), other.delays.answered) == (1, {"S": 1}, None)
    # The same hours are other days elsewhere.
    assert [dict(d.opened) for d in store.report(date(2026, 3, 28), date(2026, 3, 29), "UTC").days] == [
        {"S": 1, "M": 1}, {"M": 2, "S": 1},
    ]  # fmt: skip


# ------------------------------------------------------------------ the way there


def test_rows_of_before_are_filled_when_the_store_is_opened(store: SqlStore, url: str) -> None:
    quote = Quote(1, Decimal(2), "crédits", {}, "g", None, "grid", NOW, "d")
    new = one("c1", quote=quote, subject="Fauteuil", stage="done", closed_at=later(50))
    store.commit([Change(new, effects=(text_to("c1/1/0", "c1"),))], NOW)
    store.settle([Settled("c1/1/0", "done", Receipt("1"))], later(60))
    (before,) = store.case_rows(["c1"])
    empty = dict.fromkeys(("closed_at", "answered_at", "amount")) | {"channel": "", "offer": "", "unit": "", "words": 0}

    def forget(connection: Connection) -> None:
        connection.execute(update(cases).values(empty))
        connection.execute(delete(words))
        connection.execute(insert(meta).values(name="fill", value="views"))

    store.db.write(forget)
    assert ids(store.find_cases(CaseFilter(search="fauteuil"), limit=5)) == []
    again = open_store(url, keys=KEYS, now=NOW)
    try:
        assert again.case_rows(["c1"]) == [before]
        assert ids(again.find_cases(CaseFilter(search="fauteuil", channels=("email",)), limit=5)) == ["c1"]
        assert len(again.find_contacts(search="zoé", limit=5).rows) == 1
        with again.db.read() as connection:
            assert connection.execute(select(meta.c.value).where(meta.c.name == "fill")).first() is None
    finally:
        again.close()


def test_the_migration_leaves_its_mark_where_there_are_cases(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'old.db'}")
    number = "0004"
    before = str(int(number) - 1).zfill(4)
    with engine.begin() as connection:
        schema.migrate(connection, before)
        connection.execute(
            text(
                "INSERT INTO cases (id, ref, version, business, directive, revision, kind, stage, open, body, opened_at, updated_at) "
                "VALUES ('c', 'C', 1, 'b', 'd', 'r', 'k', 'done', 0, x'00', 0, 0)"
            )
        )
        schema.migrate(connection)
        assert connection.execute(text("SELECT value FROM meta WHERE name = 'fill'")).scalar() == "views"
    engine.dispose()
