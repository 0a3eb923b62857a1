"""A backlog goes out in full batches; what comes alone is never held (engine.gathering, Store.queued, Store.coming)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.effects import AddNote, Effect, StoreFile, UpdateTicket
from core.ports import PendingEvent, Settled
from engine.gathering import LOOK, STALLED, Gathering
from store import SqlStore
from tests.store_help import NOW, later, opened, reading, taken

pytest_plugins = ["tests.store_fixtures"]

MOST = 4.0
KINDS = {"contact.upsert": MOST, "ticket.open": MOST, "ticket.update": 15.0}


class Bench:
    """A lane whose time only passes while it waits; ``arrive`` says what is ready at a time, by kind."""

    def __init__(
        self, arrive: Callable[[float], dict[str, int]], coming: Callable[[float, str], bool], batch: int = 100
    ) -> None:
        self.now, self.held = 0.0, 0.0
        self.taken: dict[str, int] = {}
        #: Seconds that a delivery takes.
        self.call = 0.0
        self._arrive, self._coming = arrive, coming
        self.gathering = Gathering(KINDS, batch, self._pause, lambda: self.now)

    def _pause(self, seconds: float) -> None:
        assert 0 < seconds <= LOOK
        self.now += seconds
        self.held += seconds

    def _queued(self, most: int) -> dict[str, int]:
        counts = {kind: number - self.taken.get(kind, 0) for kind, number in self._arrive(self.now).items()}
        return {kind: min(number, most) for kind, number in counts.items() if number > 0}

    def deliver(self, batch: int = 100) -> tuple[str, int]:
        """What one run of the lane takes."""
        kind = None
        while kind is None:
            before = self.held
            kind = self.gathering.next(self._queued, lambda kind: self._coming(self.now, kind))
            assert self.held - before < 0.5, "a lane that is told to stop must not be held"
        number = min(self._queued(10**6).get(kind, 0), batch)
        self.taken[kind] = self.taken.get(kind, 0) + number
        self.now += self.call
        return kind, number


def test_what_comes_alone_is_not_held_for_a_moment() -> None:
    bench = Bench(lambda now: {"contact.upsert": 1}, lambda now, kind: False)
    assert bench.deliver() == ("contact.upsert", 1)
    assert bench.deliver() == ("", 0)
    assert bench.held == 0


def test_a_batch_fills_while_more_is_on_its_way_and_goes_when_full() -> None:
    bench = Bench(lambda now: {"contact.upsert": int(64 + now * 100)}, lambda now, kind: True)
    assert bench.deliver() == ("contact.upsert", 100)
    assert 0.3 < bench.held < 0.5


def test_a_batch_goes_as_soon_as_nothing_more_is_on_its_way() -> None:
    bench = Bench(lambda now: {"contact.upsert": int(10 + now * 10)}, lambda now, kind: now < 0.5)
    assert bench.deliver() == ("contact.upsert", 15)
    assert bench.held == pytest.approx(0.5, abs=LOOK)


def test_what_stopped_growing_is_not_held_for_something_stuck() -> None:
    bench = Bench(lambda now: {"contact.upsert": 1}, lambda now, kind: True)
    assert bench.deliver() == ("contact.upsert", 1)
    assert bench.held == pytest.approx(STALLED, abs=LOOK)


def test_what_goes_on_growing_slowly_is_held_no_longer_than_it_may() -> None:
    bench = Bench(lambda now: {"contact.upsert": int(1 + now * 5)}, lambda now, kind: True)
    assert bench.deliver()[0] == "contact.upsert"
    assert bench.held == pytest.approx(MOST, abs=LOOK)


def test_what_sets_others_free_goes_first_and_a_full_batch_before_all() -> None:
    bench = Bench(lambda now: {"ticket.update": 30, "ticket.open": 20, "contact.upsert": 10}, lambda now, kind: False)
    assert [bench.deliver()[0] for _ in range(4)] == [*KINDS, ""]
    bench = Bench(lambda now: {"ticket.update": 130, "contact.upsert": 10}, lambda now, kind: False)
    assert [bench.deliver() for _ in range(3)] == [("ticket.update", 100), ("contact.upsert", 10), ("ticket.update", 30)]
    assert bench.held == 0


def test_a_steady_stream_of_new_contacts_starves_no_ticket() -> None:
    """Contacts keep coming, so that each of their batches waits; a ticket that waits all that while goes out all the same."""
    bench = Bench(lambda now: {"contact.upsert": int(1 + now * 10), "ticket.open": 1}, lambda now, kind: True)
    bench.call = 0.5
    kinds = [bench.deliver()[0] for _ in range(2)]
    assert kinds == ["contact.upsert", "ticket.open"]
    assert bench.now <= MOST + 2 * bench.call + 2 * LOOK


def test_what_nobody_waits_for_gathers_longer_and_behind_what_sets_it_free() -> None:
    """A hundred files are being stored, ten a second: their tickets' updates go out together."""
    bench = Bench(lambda now: {"ticket.update": min(90, int(now * 10))}, lambda now, kind: now < 9)
    assert bench.deliver() == ("", 0)
    bench.now = 0.5
    assert bench.deliver() == ("ticket.update", 90)
    bench = Bench(lambda now: {"ticket.update": int(1 + now * 4)}, lambda now, kind: True)
    assert bench.deliver()[0] == "ticket.update"
    assert bench.held == pytest.approx(15.0, abs=LOOK)


def test_a_kind_that_nobody_named_goes_too() -> None:
    bench = Bench(lambda now: {"something.else": 3}, lambda now, kind: False)
    assert bench.deliver() == ("something.else", 3)


# ------------------------------------------------------------------ what the store tells


def update(key: str, **more: Any) -> Effect:
    return Effect(key, "c1", "crm", UpdateTicket("1", {"a": "b"}), **more)


def file(key: str) -> Effect:
    return Effect(key, "c1", "files", StoreFile("0" * 64, "a.jpg", "image/jpeg", 9, "c1"))


def note(key: str, **more: Any) -> Effect:
    return Effect(key, "c1", "crm", AddNote("1", "mot"), **more)


def test_what_is_ready_is_counted_by_kind(store: SqlStore) -> None:
    opened(store, file("f"), note("n1"), note("n2"), update("u1"), update("u2", after=("f",)))
    assert store.queued("crm", NOW, 100) == {"ticket.note": 2, "ticket.update": 1}
    assert sum(store.queued("crm", NOW, 2).values()) == 2
    assert store.queued("tasks", NOW, 100) == {}
    store.sending(["n1"], NOW)
    store.settle([Settled("n1", "intended", next_at=later(60))], NOW)
    assert store.queued("crm", NOW, 100) == {"ticket.note": 1, "ticket.update": 1}
    assert store.queued("crm", later(61), 100) == {"ticket.note": 2, "ticket.update": 1}


def test_one_kind_may_be_taken_alone(store: SqlStore) -> None:
    opened(store, note("n1"), update("u1"), note("n2"))
    assert [row.effect.key for row in store.ready("crm", NOW, 10, "ticket.note")] == ["n1", "n2"]
    assert [row.effect.key for row in store.ready("crm", NOW, 10)] == ["n1", "u1", "n2"]


def test_more_is_coming_while_another_system_works_on_what_it_needs(store: SqlStore) -> None:
    opened(store, file("f1"), file("f2"), note("n1"), update("u2", after=("f1", "f2", "n1")))
    assert store.coming("crm", "ticket.update", NOW)
    assert not store.coming("crm", "ticket.note", NOW), "no note waits for anything"
    assert not store.coming("files", "file.store", NOW)
    store.sending(["f1", "f2"], NOW)
    assert store.coming("crm", "ticket.update", NOW), "it is being stored right now"
    store.settle([Settled("f1", "done")], NOW)
    assert store.coming("crm", "ticket.update", NOW)
    store.settle([Settled("f2", "intended", next_at=later(300))], NOW)
    assert not store.coming("crm", "ticket.update", NOW), "that will take minutes"
    assert store.coming("crm", "ticket.update", later(300))
    store.sending(["f2"], later(300))
    store.settle([Settled("f2", "done")], later(300))
    assert not store.coming("crm", "ticket.update", later(300)), "what it waits for now is in its own lane"


def test_more_is_coming_while_messages_wait_to_be_read_or_decided(store: SqlStore) -> None:
    assert not store.coming("crm", "contact.upsert", NOW)
    store.take("gmail", "email", [taken("1:1")], {}, NOW)
    assert store.coming("crm", "contact.upsert", NOW)
    (row,) = store.unread(10, NOW)
    store.save_readings([], [(row.id, "illisible", later(30))], NOW)
    assert not store.coming("crm", "contact.upsert", NOW), "it is tried again later"
    assert store.coming("crm", "contact.upsert", later(30))
    store.save_readings([reading(row)], [], NOW)
    assert store.coming("crm", "contact.upsert", NOW)


@pytest.mark.parametrize("tell", [True, False])
def test_an_event_that_only_the_journal_wants_brings_nothing(store: SqlStore, tell: bool) -> None:
    store.add_event(PendingEvent("e", "c1", "operator", "{}", NOW, tell))
    assert store.coming("crm", "ticket.update", NOW) is tell
