"""What keeps the cost of a message low: one question a batch, the next batch fetched meanwhile, patterns tried only where they can be."""

from __future__ import annotations

import hashlib
import threading
import time
import tracemalloc
from collections.abc import Iterator, Sequence
from datetime import timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Connection, bindparam, delete, event, insert, select, text, update
from sqlalchemy.exc import IntegrityError, StatementError

from core.directive import Word
from core.errors import Transient
from core.ports import Batch, Incoming
from engine.intake import Intake, ahead
from processors.tokens import tokenise
from processors.words import WordMatcher
from store import SqlStore, tables
from store.base import many
from store.engine import Sqlite
from tests.store_help import NOW, case, later, opened

pytest_plugins = ["tests.store_fixtures"]


# ------------------------------------------------------------------ the store


def questions(store: SqlStore, people: list[str]) -> int:
    """How many statements it takes to find the cases of so many people, and who of them had a notice."""
    seen: list[str] = []

    def see(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(store.db.engine, "before_cursor_execute", see)
    try:
        store.find([], [], people)
        store.noticed(people, NOW)
    finally:
        event.remove(store.db.engine, "before_cursor_execute", see)
    return len([s for s in seen if s.lstrip().upper().startswith("SELECT")])


def test_a_hundred_people_are_looked_up_with_as_many_questions_as_one(store: SqlStore) -> None:
    one = questions(store, ["a@x.example"])
    assert questions(store, [f"p{n}@x.example" for n in range(100)]) == one


def test_each_person_has_his_own_open_cases_the_newest_first(store: SqlStore) -> None:
    for n in range(3):
        mine = case(f"a{n}", ref=f"A{n}", opened_at=later(n), updated_at=later(n))
        opened(store, id=mine.id, ref=mine.ref, opened_at=mine.opened_at, updated_at=mine.updated_at)
    found = store.find([], [], ["client@example.com", "Client@Example.com ", "nobody@example.com"])
    assert found.by_person == {
        "client@example.com": ("a2", "a1", "a0"),
        "Client@Example.com ": ("a2", "a1", "a0"),
    }


# ------------------------------------------------------------------ fetching ahead


def batches(number: int, made: list[int], error: Exception | None = None) -> Iterator[Batch]:
    for n in range(number):
        made.append(n)
        yield Batch((), {"n": str(n)})
    if error is not None:
        raise error


def test_batches_come_in_order_and_an_error_after_what_came_before_it() -> None:
    going = ahead(batches(5, [], Transient("plus tard")))
    seen = [next(going).cursor["n"] for _ in range(5)]
    with pytest.raises(Transient, match="plus tard"):
        next(going)
    assert seen == ["0", "1", "2", "3", "4"]


def test_no_more_than_one_batch_waits() -> None:
    """Whatever the mailbox holds: one is worked on, one is ready or under way."""
    made: list[int] = []
    going = ahead(batches(50, made))
    for taken in range(1, 4):
        next(going)
        end = time.monotonic() + 10
        while len(made) < taken + 1 and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(0.05)
        assert len(made) == taken + 1
    assert len(list(going)) == 47


def test_a_reader_that_gives_up_ends_the_thread() -> None:
    made: list[int] = []
    going = ahead(batches(1000, made))
    next(going)
    going.close()  # type: ignore[attr-defined]
    assert not [t for t in threading.enumerate() if t.name == "intake-ahead"]
    assert len(made) < 10


def test_a_single_batch_starts_no_second_one_before_it_is_given() -> None:
    assert [b.cursor for b in ahead(batches(1, []))] == [{"n": "0"}]
    assert list(ahead(batches(0, []))) == []


def test_what_was_taken_in_is_not_kept_while_the_next_is_fetched(store: SqlStore) -> None:
    size, held = 4_000_000, []

    class Source:
        name, channel, interval = "source", "email", 60.0

        def poll(self, _cursor: Any, _ledger: Any, _limit: int) -> Iterator[Batch]:
            for n in range(3):
                yield Batch((Incoming(f"{n}", bytes([n]) * size, size, NOW),), {"n": str(n)})
                held.append(tracemalloc.get_traced_memory()[0])

        def acknowledge(self, _ids: Any) -> None: ...

    class Heap:
        def put_many(self, contents: Sequence[bytes]) -> list[str]:
            return [hashlib.sha256(one).hexdigest() for one in contents]

    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        taken = Intake(Source(), store, Heap(), clock=lambda: NOW, taken=lambda: None).poll()  # type: ignore[arg-type]
    finally:
        tracemalloc.stop()
    assert taken == 3
    assert max(held) - before < size // 2


# ------------------------------------------------------------------ words


def test_hits_are_those_of_each_word_alone() -> None:
    """A matcher of many words finds what matchers of one word find, in the same order."""
    words = [
        Word(w)
        for w in ("mot de passe", "ne marche pas", "modéliser", "modéliser en 3D", "3D", "e-mail", "email", "passe partout")
    ]
    text = "Mon e-mail et mon mot de passe ne marchent plus, pouvez-vous le modéliser en 3D ? Un passe-partout, un email, mot passe."
    together = WordMatcher(words).find(text)
    alone = [hit for word in words for hit in WordMatcher([word]).find(text)]
    key = lambda h: (h.start, -h.end, h.word.text)  # noqa: E731
    assert sorted(together, key=key) == sorted(alone, key=key)
    assert len({h.word for h in together}) >= 6
    assert together == sorted(together, key=lambda h: (h.start, -h.end))


def test_hyphens_are_remembered_by_their_first_word() -> None:
    tokens = tokenise("un e-mail, un rendez-vous - demain")
    assert [tokens.items[i].form for i in tokens.hyphens] == ["e", "rendez"]


def test_many_rows_are_the_same_by_the_short_road_and_by_sqlalchemys(sqlite_store: SqlStore) -> None:
    """Without a listener the driver is given what was worked out once; with one, SQLAlchemy does it: rows and errors are alike."""
    statement = insert(tables.deadlines)
    change = update(tables.deadlines).where(tables.deadlines.c.name == bindparam("which"))
    database = sqlite_store.db
    assert isinstance(database, Sqlite)

    def write(case: str) -> list[Any]:
        def work(connection: Connection) -> int:
            connection.execute(text("PRAGMA defer_foreign_keys = 1"))
            with pytest.raises(IntegrityError):
                many(
                    connection,
                    statement,
                    [{"case_id": case, "name": "x", "due": NOW}, {"case_id": case, "name": None, "due": NOW}],
                )
            with pytest.raises(StatementError, match="zone"):
                many(connection, statement, [{"case_id": case, "name": "y", "due": NOW.replace(tzinfo=None)}])
            connection.execute(delete(tables.deadlines))
            dues = [NOW, later(60), NOW, NOW.astimezone(timezone(timedelta(hours=2))), later(60)]
            many(connection, statement, [{"case_id": case, "name": f"n{n}", "due": due} for n, due in enumerate(dues)])
            touched = many(connection, change, [{"which": f"n{n}", "due": NOW + timedelta(days=n)} for n in range(1, 5)])
            assert many(connection, statement, []) == 0
            found = connection.execute(select(tables.deadlines.c.name, tables.deadlines.c.due).order_by("name")).all()
            connection.execute(delete(tables.deadlines))
            return [touched, *map(tuple, found)]

        return database.write(work)

    short = write("c1")
    seen: list[str] = []

    def see(*args: Any) -> None:
        seen.append(args[2])

    event.listen(database._writing, "before_cursor_execute", see)
    try:
        assert write("c1") == short
    finally:
        event.remove(database._writing, "before_cursor_execute", see)
    assert sum("INSERT" in one for one in seen) == 2
    moved = [timedelta(days=n) for n in range(1, 5)]
    assert short == [4, ("n0", NOW), *((f"n{n}", NOW + by) for n, by in enumerate(moved, 1))]
