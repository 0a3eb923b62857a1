"""What the web asks of the store, the same on SQLite and on PostgreSQL (core.ports.Lookup)."""

from __future__ import annotations

from core.effects import Receipt
from core.ports import PendingEvent, Settled
from store import SqlStore
from tests.store_help import NOW, effect, later, opened, reading, taken

pytest_plugins = ["tests.store_fixtures"]


def end(store: SqlStore, key: str, receipt: str, state: str = "done") -> None:
    store.sending([key], NOW)
    store.settle([Settled(key, state, Receipt(receipt) if receipt else None, "raison")], NOW)  # type: ignore[arg-type]


def test_what_is_told_is_taken_once_and_leaves_the_polls_cursor_alone(store: SqlStore) -> None:
    store.take("wa", "whatsapp", (), {"until": "x"}, NOW)
    assert store.receive("wa", "whatsapp", [taken("SM1")], later(1)) == 1
    assert store.receive("wa", "whatsapp", [taken("SM1")], later(2)) == 0
    assert store.receive("new", "whatsapp", [taken("SM2")], later(2)) == 1
    assert store.cursor("wa") == {"until": "x"}
    assert store.cursor("new") == {}
    assert store.unknown("wa", ["SM1", "SM3"]) == ["SM3"]


def test_a_message_is_found_by_its_identity_with_what_became_of_it(store: SqlStore) -> None:
    assert store.posted("<SM1@example.com>") is None
    store.receive("wa", "whatsapp", [taken("SM1")], later(1))
    found = store.posted("<SM1@example.com>")
    assert found is not None
    assert (found.state, found.outcome, found.case_id, found.taken_at) == ("new", "", "", later(1))


def test_a_case_is_found_by_the_outside_id_of_its_named_effects(store: SqlStore) -> None:
    opened(store, effect("c1/1/0", name="ticket"), effect("c1/1/1", name="task"), effect("c1/1/2"))
    assert store.named("ticket", "4711") == ""
    end(store, "c1/1/0", "4711")
    end(store, "c1/1/1", "86c", "reconciled")
    end(store, "c1/1/2", "99")
    assert (store.named("ticket", "4711"), store.named("task", "86c")) == ("c1", "c1")
    assert [store.named(*pair) for pair in (("task", "4711"), ("ticket", "86c"), ("", "99"), ("ticket", ""))] == [""] * 4
    # A message that names such an id in its headers leads nowhere.
    assert store.find([], ["<receipt:ticket:4711>", "4711"], []).by_thread == {}


def test_an_effect_that_is_parked_and_done_later_is_found_then(store: SqlStore) -> None:
    opened(store, effect("c1/1/0", name="ticket"))
    end(store, "c1/1/0", "", "parked")
    assert store.named("ticket", "4711") == ""
    store.settle([Settled("c1/1/0", "reconciled", Receipt("4711"))], later(9))
    assert store.named("ticket", "4711") == "c1"


def test_the_deliveries_of_a_case_tell_states_and_receipts_in_order(store: SqlStore) -> None:
    opened(store, effect("c1/1/0", name="ticket"), effect("c1/1/1"))
    end(store, "c1/1/0", "4711")
    told = [(d.key, d.kind, d.name, d.state, d.receipt.id if d.receipt else "") for d in store.deliveries("c1")]
    assert told == [("c1/1/0", "ticket.note", "ticket", "done", "4711"), ("c1/1/1", "ticket.note", "", "intended", "")]
    assert store.deliveries("other") == []


def test_lanes_wait_since_their_oldest_work_could_be_done(store: SqlStore) -> None:
    assert store.waiting(later(99)) == {}
    store.receive("wa", "whatsapp", [taken("SM1")], later(1))
    assert store.waiting(later(99)) == {"reader": later(1)}
    store.save_readings([reading(row) for row in store.unread(9, later(2))], [], later(3))
    opened(store, effect("c1/1/0"), effect("c1/1/1", after=("c1/1/0",)), effect("c1/1/2", system="mail"))
    store.add_event(PendingEvent("e1", "c1", "operator", "{}", later(2)))
    assert store.waiting(later(99)) == {"clerk": later(2), "courier:crm": NOW, "courier:mail": NOW}


def test_messages_are_counted_by_channel_state_and_outcome_and_lanes_tell_how_they_are(store: SqlStore) -> None:
    store.receive("wa", "whatsapp", [taken("SM1"), taken("SM2")], NOW)
    store.take("gmail", "email", [taken("1")], {}, NOW)
    assert store.tally() == [("email", "new", "", 1), ("whatsapp", "new", "", 2)]
    store.note("reader", True, "", NOW)
    store.note("clerk", False, "ça ne va pas", later(1))
    assert store.notes() == {"clerk": (False, later(1), None), "reader": (True, NOW, NOW)}
