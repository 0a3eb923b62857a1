"""The store's contract, the same on SQLite and on PostgreSQL (core.ports.Store): courier, operators, records, what is sealed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from core import codec
from core.case import Party
from core.effects import Receipt
from core.events import EffectDone, EffectParked
from core.ports import Change, JournalEntry, Settled
from store import SqlStore
from store.tables import metadata
from tests.store_help import NOW, case, effect, end, entry, later, opened, reading, ready, states, taken

pytest_plugins = ["tests.store_fixtures"]


class TestCourier:
    def test_effects_are_ready_in_the_order_they_were_decided(self, store: SqlStore) -> None:
        opened(store, effect("c1/1/2"), effect("c1/1/0"), effect("c1/1/1", system="mail"))
        assert ready(store) == ["c1/1/2", "c1/1/0"]
        assert [row.effect for row in store.ready("mail", NOW, 9)] == [effect("c1/1/1", system="mail")]

    def test_a_clock_that_goes_back_holds_up_only_what_was_put_off(self, store: SqlStore) -> None:
        opened(store, effect("fresh"), effect("put off"))
        store.sending(["put off"], NOW)
        end(store, "put off", "intended", next_at=later(60))
        assert ready(store, later(59)) == ["fresh"]
        assert ready(store, later(-3600)) == ["fresh"]
        assert ready(store, later(60)) == ["fresh", "put off"]

    def test_what_needs_another_waits_for_it_and_gets_its_receipt(self, store: SqlStore) -> None:
        opened(store, effect("t", name="ticket"), effect("n", after=("t",), refers=True))
        assert ready(store) == ["t"]
        end(store, "t", "done", receipt=Receipt("77", "https://crm/77"))
        [row] = store.ready("crm", NOW, 9)
        assert row.effect.key == "n"
        assert row.receipts == {"ticket": Receipt("77", "https://crm/77")}
        assert row.state == "intended"

    def test_a_receipt_is_that_of_the_effect_it_was_made_after(self, store: SqlStore) -> None:
        opened(store, effect("t1", name="ticket"), effect("t2", name="ticket"), effect("n", after=("t1",), refers=True))
        opened(store, effect("o", case_id="c2", name="ticket"), id="c2")
        for key in ("t1", "t2", "o"):
            end(store, key, "reconciled", receipt=Receipt(key))
        assert store.outbox("c1")[2].receipts == {"ticket": Receipt("t1")}

    @pytest.mark.parametrize("how", ["done", "reconciled", "parked"])
    def test_behind_waits_only_for_the_end(self, store: SqlStore, how: Any) -> None:
        opened(store, effect("a"), effect("b", behind=("a",)), effect("c", after=("a",)))
        end(store, "a", how, error="refusé" if how == "parked" else "")
        assert ready(store) == (["b"] if how == "parked" else ["b", "c"])

    def test_only_what_is_free_is_marked_as_being_sent(self, store: SqlStore) -> None:
        opened(store, effect("a"), effect("b"), effect("c", after=("a",)))
        assert store.sending(["b", "zzz", "a", "c", "b"], NOW) == ["b", "a"]
        assert store.sending(["a", "b"], NOW) == []
        assert ready(store) == []
        assert store.outbox("c1")[0].sent_at == NOW

    def test_another_try_waits_for_its_time_and_counts(self, store: SqlStore) -> None:
        opened(store, effect("a"))
        store.sending(["a"], NOW)
        store.settle([Settled("a", "intended", error="occupé", next_at=later(30))], NOW)
        assert ready(store, later(29)) == []
        assert store.next_due() == later(30)
        [row] = store.ready("crm", later(30), 9)
        assert (row.state, row.attempts, row.error, row.next_at) == ("intended", 1, "occupé", later(30))
        store.settle([Settled("a", "intended", next_at=later(40), counted=False)], NOW)
        assert store.outbox("c1")[0].attempts == 1

    def test_what_may_have_happened_is_looked_up_when_its_time_has_come(self, store: SqlStore) -> None:
        opened(store, effect("a"), effect("b", after=("a",)))
        store.sending(["a"], NOW)
        store.settle([Settled("a", "uncertain", error="coupé", next_at=later(90))], NOW)
        assert ready(store, later(89)) == []
        [row] = store.ready("crm", later(90), 9)
        assert (row.effect.key, row.state) == ("a", "uncertain")
        assert store.sending(["a"], later(90)) == ["a"]

    def test_after_a_start_what_was_being_sent_is_uncertain(self, store: SqlStore) -> None:
        opened(store, effect("a"), effect("b"), effect("m", system="mail"))
        store.sending(["a", "m"], NOW)
        assert store.recover("crm", later(5), later(65)) == 1
        assert states(store) == {"a": "uncertain", "b": "intended", "m": "sending"}
        assert store.next_due() == later(65)

    def test_every_end_is_told_once_under_a_stable_id(self, store: SqlStore) -> None:
        opened(store, effect("a", tell=True, name="ticket"), effect("b"))
        end(store, "a", "parked", error="refusé")
        store.settle([Settled("a", "parked", error="encore")], NOW)
        end(store, "b", "done", receipt=Receipt("9"))
        store.settle([Settled("b", "done", receipt=Receipt("10"))], NOW)
        first, second = store.pending_events(10)
        assert (first.id, first.kind, first.tell, first.case_id) == ("a#1", "parked", True, "c1")
        assert codec.load(EffectParked, first.body) == EffectParked("a#1", NOW, "a", "ticket.note", "ticket", "refusé")
        assert (second.id, second.kind, second.tell) == ("b#1", "done", False)
        assert codec.load(EffectDone, second.body) == EffectDone("b#1", NOW, "b", "ticket.note", "", Receipt("9"))
        assert store.retry(["effect:a"], NOW) == 1
        end(store, "a", "done")
        assert [event.id for event in store.pending_events(10)] == ["a#1", "b#1", "a#2"]

    def test_an_end_from_which_nothing_follows_is_in_the_journal_at_once_and_once(self, store: SqlStore) -> None:
        opened(store, effect("a"), effect("b", after=("a",)), effect("c"))
        line = JournalEntry(NOW, "c1", "effect.done", {"effect": "a"})
        store.sending(["a", "c"], NOW)
        store.settle([Settled("a", "done", Receipt("9"), line=line), Settled("c", "done", Receipt("8"))], NOW)
        store.settle([Settled("a", "done", Receipt("9"), line=line)], NOW)
        assert [e.data for _, e in store.history("c1") if e.kind == "effect.done"] == [{"effect": "a"}]
        assert [event.id for event in store.pending_events(10)] == ["c#1"]
        assert ready(store) == ["b"]
        assert store.audit().ok

    def test_a_parked_effect_of_which_we_hear_late_that_it_was_done_is_done(self, store: SqlStore) -> None:
        opened(store, effect("a"), effect("b", after=("a",)))
        end(store, "a", "parked", error="introuvable")
        store.settle([Settled("a", "intended", next_at=NOW)], NOW)
        assert states(store)["a"] == "parked"
        store.settle([Settled("a", "done", receipt=Receipt("1"))], NOW)
        assert ready(store) == ["b"]

    def test_effects_of_later_decisions_see_what_ended_before(self, store: SqlStore) -> None:
        opened(store, effect("a"), effect("p"), effect("d"))
        end(store, "a", "done")
        end(store, "p", "parked", error="non")
        end(store, "d", "parked", error="non")
        store.drop(["effect:d"], "zoé", NOW)
        later_on = (
            effect("1", after=("a",)),
            effect("2", after=("p",)),
            effect("3", behind=("p", "d", "unknown")),
            effect("4", after=("d",)),
            effect("5", after=("unknown",)),
            effect("6", behind=("4",)),
            effect("7", after=("8",)),
            effect("8", after=("8",)),
        )
        store.commit([Change(case(version=2), 1, effects=later_on)], NOW)
        assert ready(store) == ["1", "3", "6", "8"]
        assert {key: state for key, state in states(store).items() if state == "parked"} == {
            "p": "parked",
            "4": "parked",
            "5": "parked",
        }
        assert {"4#1", "5#1"} <= {event.id for event in store.pending_events(99)}


class TestOperators:
    def test_parked_things_are_listed_with_the_case_and_the_reason(self, store: SqlStore) -> None:
        opened(store, effect("a"))
        store.sending(["a"], NOW)
        store.settle([Settled("a", "parked", error="adresse refusée")], later(3))
        [row] = store.parked()
        assert (row.id, row.case_id, row.ref, row.why, row.since, row.attempts) == (
            "effect:a",
            "c1",
            "C1",
            "adresse refusée",
            later(3),
            1,
        )

    def test_dropping_parks_what_needed_it_as_far_as_it_reaches(self, store: SqlStore) -> None:
        opened(
            store,
            effect("a"),
            effect("b", after=("a",)),
            effect("c", after=("b",)),
            effect("d", behind=("b",)),
            effect("e", behind=("c",)),
        )
        end(store, "a", "parked", error="refusé")
        assert store.drop(["effect:a", "effect:c", "effect:zzz", "nonsense", "message:x"], "zoé", NOW) == 1
        assert states(store) == {"a": "dropped", "b": "parked", "c": "intended", "d": "intended", "e": "intended"}
        assert ready(store) == ["d"]
        assert "a" in store.parked()[0].why
        assert store.drop(["effect:b"], "zoé", NOW) == 1
        assert states(store)["c"] == "parked"
        assert ready(store) == ["d", "e"]
        assert [(line.kind, line.data["effect"], line.author) for _, line in store.history("c1")] == [
            ("dropped", "a", "zoé"),
            ("dropped", "b", "zoé"),
        ]
        assert store.audit().ok

    def test_dropping_tells_no_second_time_of_what_was_parked_already(self, store: SqlStore) -> None:
        opened(store, effect("a"), effect("b", after=("a",)))
        store.settle([Settled("a", "parked", error="refusé"), Settled("b", "parked", error="trop long")], NOW)
        store.drop(["effect:a"], "zoé", NOW)
        assert [event.id for event in store.pending_events(9)] == ["a#1", "b#1"]
        assert store.parked()[0].why == "trop long"

    def test_what_needs_a_dropped_effect_cannot_go_again(self, store: SqlStore) -> None:
        opened(store, effect("a"), effect("b", after=("a",)))
        end(store, "a", "parked", error="refusé")
        store.drop(["effect:a"], "zoé", NOW)
        assert store.retry(["effect:b", "effect:a"], NOW) == 0
        assert states(store) == {"a": "dropped", "b": "parked"}

    def test_a_parked_effect_goes_again_and_frees_what_waits(self, store: SqlStore) -> None:
        opened(store, effect("a"), effect("b", after=("a",)), effect("c", behind=("a",)))
        end(store, "a", "parked", error="refusé")
        end(store, "c", "done")
        assert store.retry(["effect:a", "effect:c"], later(9)) == 1
        [row] = store.ready("crm", later(9), 9)
        assert (row.effect.key, row.attempts, row.error, row.state) == ("a", 0, "", "intended")
        end(store, "a", "done")
        assert ready(store, later(9)) == ["b"]
        assert [line.kind for _, line in store.history("c1")] == ["retried"]

    def test_a_dropped_message_is_gone_from_the_list(self, store: SqlStore) -> None:
        store.take("gmail", "email", [taken("1")], {}, NOW)
        [row] = store.unread(1, NOW)
        store.save_readings([], [(row.id, "illisible", None)], NOW)
        assert store.drop([f"message:{row.id}"], "zoé", NOW) == 1
        assert store.drop([f"message:{row.id}"], "zoé", NOW) == 0
        assert store.parked() == []
        assert store.status(NOW)["messages"] == {"dropped": 1}

    def test_status_counts_and_lanes(self, store: SqlStore) -> None:
        opened(store, effect("a"), effect("b", system="mail"))
        store.commit([Change(case(version=2), 1, deadlines=(("x", NOW), ("y", later(9))), journal=(entry(),))], NOW)
        store.take("gmail", "email", [taken("1"), taken("2", skip="ancien")], {}, NOW)
        store.note("intake:gmail", True, "3 messages", NOW)
        store.note("intake:gmail", False, "mot de passe refusé", later(5))
        store.note("courier:mail", True, "", NOW)
        status = json.loads(json.dumps(store.status(NOW)))
        assert status["messages"] == {"new": 1}
        assert status["ledger"] == {"gmail": {"skipped": 1, "taken": 1}}
        assert status["cases"] == {"waiting_info": 1}
        assert status["effects"] == {"crm": {"intended": 1}, "mail": {"intended": 1}}
        assert status["deadlines"] == {"waiting": 1, "passed": 1}
        assert (status["journal"], status["events"]) == (1, 0)
        assert list(status["lanes"]) == ["courier:mail", "intake:gmail"]
        assert status["lanes"]["intake:gmail"] == {
            "ok": False,
            "detail": "mot de passe refusé",
            "at": later(5).isoformat(),
            "good_at": NOW.isoformat(),
            "trouble_at": later(5).isoformat(),
            "trouble": "mot de passe refusé",
        }

    def test_directives_are_kept_by_revision(self, store: SqlStore) -> None:
        assert store.directives("r1") is None
        assert store.last_directives("figurative") is None
        store.keep_directives("figurative", "r1", {"a.md": "é"}, NOW)
        store.keep_directives("figurative", "r2", {"a.md": "è"}, later(1))
        assert store.directives("r1") == ("figurative", {"a.md": "é"})
        assert store.last_directives("figurative") == ("r2", {"a.md": "è"})
        store.keep_directives("figurative", "r1", {"a.md": "é"}, later(2))
        assert store.last_directives("figurative") == ("r1", {"a.md": "é"}), "published again"


class TestRecords:
    def test_a_record_is_made_once_and_merged(self, store: SqlStore) -> None:
        id, new = store.put("crm.ticket", "k1", {"a": 1, "b": {"c": 2}}, NOW)
        assert new
        assert store.put("crm.ticket", "k1", {"a": 9}, NOW) == (id, False)
        assert store.get("crm.ticket", "k1") == (id, {"a": 1, "b": {"c": 2}})
        assert store.update("crm.ticket", id, {"a": 3, "d": "é"})
        assert store.get("crm.ticket", "k1") == (id, {"a": 3, "b": {"c": 2}, "d": "é"})
        assert not store.update("crm.ticket", "999", {})
        assert not store.update("crm.ticket", "nonsense", {})
        assert not store.update("tasks", id, {"a": 4}), "another system's"
        assert store.get("tasks", "k1") is None
        other, _ = store.put("tasks", "k1", {}, NOW)
        assert [record[1:] for record in store.all("crm.ticket")] == [("k1", {"a": 3, "b": {"c": 2}, "d": "é"})]
        assert [record[0] for record in store.all("tasks")] == [other]


def test_nothing_a_person_wrote_stands_in_clear(store: SqlStore) -> None:
    secret = "Zoé-Secrète"
    mail = f"{secret}@example.com"
    store.take("gmail", "email", [taken("1", hints={"from": mail})], {}, NOW)
    [row] = store.unread(1, NOW)
    read = reading(row, secret * 3)
    store.save_readings([read], [], NOW)
    party = Party(mail, secret, secret)
    new = case(party=party, subject=secret, thread=replace(case().thread, to=mail))
    note = effect("a", text=secret)
    store.commit(
        [Change(new, 0, (note,), thread_ids=(secret,), journal=(entry(text=secret),), inbox_id=row.id, notice_to=mail)], NOW
    )
    end(store, "a", "parked", error=f"{secret} refusé")
    store.put("crm", "k", {"name": secret}, NOW)
    with store.db.read() as connection:
        for one in metadata.sorted_tables:
            for found in connection.execute(select(one)):
                plain = " ".join(value.decode("latin-1") if isinstance(value, bytes) else str(value) for value in found)
                assert "Secr" not in plain, one.name
    assert store.audit().ok


def test_times_come_back_as_they_went(store: SqlStore) -> None:
    odd = NOW.replace(year=2199, microsecond=999_999)
    store.commit([Change(case(), deadlines=(("far", odd), ("paris", NOW.astimezone())))], NOW)
    assert [row.due for row in store.due(odd, 9)] == [NOW, odd]
    assert all(row.due.utcoffset() == timedelta(0) for row in store.due(odd, 9))
    with pytest.raises(StatementError, match="zone"):
        store.commit([Change(case(version=2), 1, deadlines=(("naive", NOW.replace(tzinfo=None)),))], NOW)
    assert store.cases(["c1"])["c1"].version == 1


def test_settling_tells_of_which_systems_something_was_freed(store: SqlStore) -> None:
    opened(
        store,
        effect("c1/1/0"),
        effect("c1/1/1", system="mail", after=("c1/1/0",)),
        effect("c1/1/2", system="files", behind=("c1/1/0",)),
        effect("c1/1/3", system="tasks", after=("c1/1/0", "c1/1/2")),
        effect("c1/1/4", system="whatsapp"),
    )
    assert store.settle([], NOW) == set()
    for key, freed in (("c1/1/0", {"mail", "files"}), ("c1/1/4", set()), ("c1/1/2", {"tasks"})):
        store.sending([key], NOW)
        assert store.settle([Settled(key, "done", Receipt("1"))], NOW) == freed
        assert store.settle([Settled(key, "done", Receipt("1"))], NOW) == set()
