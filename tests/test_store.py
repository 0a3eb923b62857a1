"""The store's contract, the same on SQLite and on PostgreSQL (core.ports.Store): intake, reader, clerk."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from core.case import CaseFile, Party
from core.message import Attachment
from core.ports import Change, Conflict, DeadlineRow, PendingEvent
from store import SqlStore
from store.tables import contacts, files
from tests.store_help import NOW, case, effect, entry, later, opened, read_all, reading, taken

pytest_plugins = ["tests.store_fixtures"]


class TestIntake:
    def test_items_become_rows_and_the_cursor_moves_in_one_commit(self, store: SqlStore) -> None:
        assert store.cursor("gmail") == {}
        items = [taken(f"1:{n}", hints={"label": "INBOX"}) for n in range(3)]
        assert store.take("gmail", "email", items, {"uid": "3"}, NOW) == 3
        assert store.cursor("gmail") == {"uid": "3"}
        rows = store.unread(10, NOW)
        assert [row.external_id for row in rows] == ["1:0", "1:1", "1:2"]
        first = rows[0]
        assert (first.inbox, first.channel, first.identity, first.raw) == ("gmail", "email", "<1:0@example.com>", items[0].raw)
        assert (first.size, first.received_at, first.taken_at, first.hints, first.attempts) == (
            7,
            NOW,
            NOW,
            {"label": "INBOX"},
            0,
        )

    def test_the_same_items_again_change_nothing(self, store: SqlStore) -> None:
        items = [taken("a"), taken("b")]
        store.take("gmail", "email", items, {}, NOW)
        assert store.take("gmail", "email", [*items, taken("c")], {}, NOW) == 1
        assert [row.external_id for row in store.unread(10, NOW)] == ["a", "b", "c"]

    def test_a_clock_that_goes_back_holds_up_no_message_that_was_never_put_off(self, store: SqlStore) -> None:
        store.take("gmail", "email", [taken("a"), taken("b")], {}, NOW)
        first, second = store.unread(10, later(-3600))
        store.save_readings([reading(second)], [(first.id, "illisible", later(60))], NOW)
        assert store.unread(10, later(-3600)) == []
        assert [row.id for row in store.unread(10, later(60))] == [first.id]

    def test_a_known_identity_is_settled_without_a_new_row_by_whatever_road_it_comes(self, store: SqlStore) -> None:
        store.take("gmail", "email", [taken("1:1", identity="<x>")], {}, NOW)
        assert store.take("hubspot", "hubspot", [taken("h7", identity="<x>"), taken("h8", identity="<y>")], {}, NOW) == 1
        assert store.unknown("hubspot", ["h7", "h8", "h9"]) == ["h9"]
        assert len(store.unread(10, NOW)) == 2

    def test_the_same_identity_twice_in_a_batch_is_one_row(self, store: SqlStore) -> None:
        assert store.take("gmail", "email", [taken("1", identity="<x>"), taken("2", identity="<x>")], {}, NOW) == 1
        assert store.unknown("gmail", ["1", "2"]) == []

    def test_unknown_keeps_the_order_and_knows_each_inbox_apart(self, store: SqlStore) -> None:
        store.take("gmail", "email", [taken("5"), taken("7", skip="trop ancien")], {}, NOW)
        assert store.unknown("gmail", ["9", "7", "3", "5", "1"]) == ["9", "3", "1"]
        assert store.unknown("autre", ["5"]) == ["5"]

    def test_thousands_of_ids_are_asked_at_once(self, store: SqlStore) -> None:
        store.take("gmail", "email", [taken(str(n)) for n in range(0, 1200, 2)], {}, NOW)
        assert store.unknown("gmail", [str(n) for n in range(1200)]) == [str(n) for n in range(1, 1200, 2)]

    def test_an_item_that_fails_is_unknown_until_it_is_parked_at_the_fifth_attempt(self, store: SqlStore) -> None:
        broken = taken("11", raw=None, error="délai dépassé", identity="")
        for attempt in range(1, 6):
            assert store.unknown("gmail", ["11"]) == ["11"], attempt
            assert store.parked() == []
            assert store.take("gmail", "email", [broken, taken(f"ok{attempt}")], {}, later(attempt)) == 1
        assert store.unknown("gmail", ["11"]) == []
        [row] = store.parked()
        assert row.id.startswith("message:")
        assert (row.why, row.attempts, row.since) == ("délai dépassé", 5, later(5))
        assert "11" in row.what
        assert len(store.unread(10, later(9))) == 5, "what was never downloaded is not read"

    def test_a_parked_item_that_is_let_go_is_fetched_again(self, store: SqlStore) -> None:
        for _ in range(5):
            store.take("gmail", "email", [taken("11", raw=None, error="délai dépassé")], {}, NOW)
        assert store.retry([store.parked()[0].id], NOW) == 1
        assert store.parked() == []
        assert store.unknown("gmail", ["11"]) == ["11"]
        assert store.take("gmail", "email", [taken("11")], {}, NOW) == 1
        assert [row.external_id for row in store.unread(10, NOW)] == ["11"]

    def test_a_parked_item_that_comes_after_all_is_no_longer_parked(self, store: SqlStore) -> None:
        for _ in range(5):
            store.take("gmail", "email", [taken("11", raw=None, error="délai dépassé")], {}, NOW)
        assert store.take("gmail", "email", [taken("11")], {}, NOW) == 1
        assert store.parked() == []

    def test_hostile_names_are_kept(self, store: SqlStore) -> None:
        odd = ["a\0b", "é" * 3000, "'; drop table inbox; --", "%s", "\ud800"]
        assert store.take("gmail", "email", [taken(name, identity=f"<{n}>") for n, name in enumerate(odd)], {}, NOW) == 5
        assert store.unknown("gmail", odd) == []


class TestReader:
    def test_a_reading_comes_back_whole(self, store: SqlStore) -> None:
        store.take("gmail", "email", [taken("1")], {}, NOW)
        [row] = store.unread(1, NOW)
        file = Attachment("plan.pdf", "application/pdf", 12, "a" * 64, "pdf")
        read = reading(row, "Je veux « ça » — 3 €\n" * 200, "empreinte\nsur deux lignes")
        read = replace(read, message=replace(read.message, attachments=(file,)))
        store.save_readings([read], [], NOW)
        assert store.read_messages(10) == [read], "remembered"
        assert store.read_messages(10) == [read], "opened"
        assert store.unread(10, NOW) == []
        with store.db.read() as connection:
            assert [tuple(r) for r in connection.execute(select(files.c.sha256, files.c.owner, files.c.size))] == [
                ("a" * 64, f"message:{row.id}", 12)
            ]

    def test_messages_are_decided_in_the_order_they_were_taken(self, store: SqlStore) -> None:
        store.take("gmail", "email", [taken(str(n)) for n in range(4)], {}, NOW)
        rows = store.unread(10, NOW)
        store.save_readings([reading(rows[n]) for n in (0, 3, 1)], [], NOW)
        assert [read.row.id for read in store.read_messages(10)] == [rows[0].id, rows[1].id], "stops before the unread one"
        store.save_readings([reading(rows[2])], [], NOW)
        assert [read.row.id for read in store.read_messages(3)] == [row.id for row in rows[:3]]

    def test_a_message_that_cannot_be_read_holds_up_no_other(self, store: SqlStore) -> None:
        store.take("gmail", "email", [taken(str(n)) for n in range(3)], {}, NOW)
        rows = store.unread(10, NOW)
        store.save_readings([reading(rows[1]), reading(rows[2])], [(rows[0].id, "illisible", later(60))], NOW)
        assert [read.row.id for read in store.read_messages(10)] == [rows[1].id, rows[2].id]
        assert store.unread(10, later(59)) == []
        [again] = store.unread(10, later(60))
        assert (again.id, again.attempts) == (rows[0].id, 1)
        assert store.next_due() == later(60)
        store.save_readings([], [(rows[0].id, "toujours illisible", None)], later(61))
        [parked] = store.parked()
        assert (parked.id, parked.why, parked.attempts) == (f"message:{rows[0].id}", "toujours illisible", 2)
        assert store.unread(10, later(1000)) == []

    def test_a_parked_message_that_is_let_go_holds_up_no_other_either(self, store: SqlStore) -> None:
        store.take("gmail", "email", [taken("1"), taken("2")], {}, NOW)
        first, second = store.unread(10, NOW)
        store.save_readings([reading(second)], [(first.id, "illisible", None)], NOW)
        assert store.retry([f"message:{first.id}"], NOW) == 1
        assert [row.id for row in store.unread(10, NOW)] == [first.id]
        assert [read.row.id for read in store.read_messages(10)] == [second.id]

    def test_saving_again_harms_nothing_that_was_decided(self, store: SqlStore) -> None:
        store.take("gmail", "email", [taken("1")], {}, NOW)
        [row] = store.unread(10, NOW)
        store.save_readings([reading(row)], [], NOW)
        store.commit([Change(None, inbox_id=row.id, outcome="ignored")], NOW)
        store.save_readings([reading(row)], [(row.id, "trop tard", None)], NOW)
        assert store.read_messages(10) == []
        assert store.parked() == []


class TestCommit:
    def test_a_case_comes_back_whole_and_is_found_by_every_clue(self, store: SqlStore) -> None:
        new = case(
            party=Party("Client@Example.com", "Zoé", "+33612345678"),
            files=(CaseFile("b" * 64, "a.glb", "model/gltf", 9, "model3d"),),
        )
        store.commit([Change(new, 0, thread_ids=("<m1@x>", "f:123"), journal=(entry("opened"),))], NOW)
        assert store.cases(["c1", "nobody"]) == {"c1": new}
        found = store.find(
            ["C1", "C2"], ["<m1@x>", "f:123", "<other>"], ["client@example.COM", "+33 6 12 34 56 78", "x@y.z", ""]
        )
        assert found.by_ref == {"C1": "c1"}
        assert found.by_thread == {"<m1@x>": "c1", "f:123": "c1"}
        assert found.by_person == {"client@example.COM": ("c1",), "+33 6 12 34 56 78": ("c1",)}
        assert [line.kind for _, line in store.history("c1")] == ["opened"]

    def test_open_cases_of_a_person_come_newest_first_and_closed_ones_do_not(self, store: SqlStore) -> None:
        store.commit(
            [Change(case(f"c{n}", opened_at=later(n), stage="done" if n == 1 else "waiting_info")) for n in range(4)], NOW
        )
        assert store.find([], [], ["client@example.com"]).by_person == {"client@example.com": ("c3", "c2", "c0")}

    def test_the_first_case_keeps_a_thread(self, store: SqlStore) -> None:
        store.commit([Change(case("c1"), thread_ids=("<t>",)), Change(case("c2"), thread_ids=("<t>", "<u>"))], NOW)
        store.commit([Change(case("c3"), thread_ids=("<u>",))], NOW)
        assert store.find([], ["<t>", "<u>"], []).by_thread == {"<t>": "c1", "<u>": "c2"}

    def test_a_stale_version_is_refused_and_nothing_of_the_batch_is_kept(self, store: SqlStore) -> None:
        opened(store)
        store.commit([Change(case(version=2, subject="deux"), 1)], NOW)
        with pytest.raises(Conflict) as raised:
            store.commit(
                [
                    Change(case("c9"), 0, effects=(effect("c9/1/0", case_id="c9"),), journal=(entry(),), thread_ids=("<z>",)),
                    Change(case(version=2, subject="autre"), 1, notice_to="x@y.z"),
                ],
                NOW,
            )
        assert raised.value.case_id == "c1"
        assert store.cases(["c1", "c9"])["c1"].subject == "deux"
        assert "c9" not in store.cases(["c9"])
        assert store.outbox("c9") == []
        assert store.history("c1") == []
        assert store.noticed(["x@y.z"], NOW) == frozenset()

    def test_a_new_case_that_exists_and_a_reference_that_is_taken_are_conflicts(self, store: SqlStore) -> None:
        opened(store)
        with pytest.raises(Conflict):
            store.commit([Change(case())], NOW)
        with pytest.raises(Conflict) as raised:
            store.commit([Change(case("c2", ref="C1"))], NOW)
        assert raised.value.case_id == "c2"

    def test_several_versions_of_a_case_in_one_batch(self, store: SqlStore) -> None:
        store.commit([Change(case()), Change(case(version=2), 1), Change(case(version=3, stage="done"), 2)], NOW)
        assert store.cases(["c1"])["c1"].version == 3
        store.commit([Change(case(version=4), 3), Change(case(version=5), 4)], NOW)
        with pytest.raises(Conflict):
            store.commit([Change(case(version=6), 5), Change(case(version=7), 5)], NOW)
        assert store.cases(["c1"])["c1"].version == 5

    def test_a_message_is_decided_once(self, store: SqlStore) -> None:
        store.take("gmail", "email", [taken("1")], {}, NOW)
        read_all(store)
        [read] = store.read_messages(10)
        decision = Change(case(), 0, inbox_id=read.row.id, outcome="opened", journal=(entry(),))
        store.commit([decision], NOW)
        store.commit([decision], NOW)
        store.commit([replace(decision, case=case("c2")), decision], NOW)
        assert store.read_messages(10) == []
        assert list(store.cases(["c1", "c2"])) == ["c1"]
        assert len(store.history("c1")) == 1
        assert store.status(NOW)["messages"] == {"decided": 1}

    def test_a_message_decided_twice_in_one_batch_counts_once(self, store: SqlStore) -> None:
        store.take("gmail", "email", [taken("1")], {}, NOW)
        read_all(store)
        [read] = store.read_messages(10)
        store.commit([Change(case(), inbox_id=read.row.id), Change(case("c2"), inbox_id=read.row.id)], NOW)
        assert list(store.cases(["c1", "c2"])) == ["c1"]

    def test_an_event_is_consumed_once(self, store: SqlStore) -> None:
        event = PendingEvent("op1", "c1", "operator", '{"é": 1}', NOW)
        assert store.add_event(event)
        assert not store.add_event(event)
        assert store.pending_events(10) == [event]
        opened(store)
        store.commit([Change(case(version=2), 1, event_ids=("op1",), journal=(entry(),))], NOW)
        store.commit([Change(case(version=3), 2, event_ids=("op1",), journal=(entry(),))], NOW)
        assert store.pending_events(10) == []
        assert store.cases(["c1"])["c1"].version == 2
        assert not store.add_event(event), "its id stays known"
        assert len(store.history("c1")) == 1

    def test_an_event_named_twice_in_one_batch_counts_once(self, store: SqlStore) -> None:
        store.add_event(PendingEvent("op1", "c1", "operator", "{}", NOW))
        store.commit([Change(case("c1"), event_ids=("op1",)), Change(case("c2"), event_ids=("op1",))], NOW)
        assert list(store.cases(["c1", "c2"])) == ["c1"]

    def test_deadlines_are_replaced_due_in_order_and_consumed_once(self, store: SqlStore) -> None:
        store.commit([Change(case(), deadlines=(("remind", later(60)), ("close", later(120))))], NOW)
        store.commit([Change(case("c2"), deadlines=(("expire", later(30)),))], NOW)
        assert store.next_due() == later(30)
        assert store.due(later(29), 10) == []
        assert store.due(later(60), 10) == [DeadlineRow("c2", "expire", later(30)), DeadlineRow("c1", "remind", later(60))]
        assert len(store.due(later(999), 2)) == 2
        row = DeadlineRow("c1", "remind", later(60))
        store.commit([Change(case(version=2), 1, deadline=row)], NOW)
        store.commit([Change(case(version=3), 2, deadline=row)], NOW)
        assert store.cases(["c1"])["c1"].version == 2, "a deadline passes once"
        assert [d.name for d in store.due(later(999), 10)] == ["expire", "close"]
        store.commit([Change(case(version=3), 2, deadlines=())], NOW)
        assert [d.case_id for d in store.due(later(999), 10)] == ["c2"]

    def test_a_deadline_that_was_put_off_does_not_pass(self, store: SqlStore) -> None:
        store.commit([Change(case(), deadlines=(("remind", later(60)),))], NOW)
        [row] = store.due(later(60), 10)
        store.commit([Change(case(version=2), 1, deadlines=(("remind", later(600)),))], NOW)
        store.commit([Change(case(version=3), 2, deadline=row)], NOW)
        assert store.cases(["c1"])["c1"].version == 2
        assert store.next_due() == later(600)

    def test_notices_are_remembered_by_person(self, store: SqlStore) -> None:
        store.commit([Change(None, notice_to="A@x.fr")], NOW)
        assert store.noticed(["a@x.fr", "b@x.fr"], NOW) == {"a@x.fr"}
        assert store.noticed(["a@x.fr"], later(1)) == frozenset()

    def test_a_person_is_one_contact_by_either_address(self, store: SqlStore) -> None:
        store.commit([Change(case("c1", party=Party("a@x.fr", "", "")))], NOW)
        store.commit([Change(case("c2", party=Party("A@X.fr", "Ana", "+331")))], NOW)
        store.commit([Change(case("c3", party=Party("", "", "+331", "en"))), Change(case("c4", party=Party()))], NOW)
        with store.db.read() as connection:
            [row] = connection.execute(select(contacts)).all()
        assert store._json("contacts", row.id, row.body) == {
            "email": "A@X.fr",
            "name": "Ana",
            "phone": "+331",
            "language": "en",
        }
        store.commit([Change(case("c5", party=Party("b@x.fr", "Bea", "+331")))], NOW)
        store.commit([Change(case("c6", party=Party("c@x.fr"))), Change(case("c7", party=Party("c@x.fr", "Cy", "+337")))], NOW)
        with store.db.read() as connection:
            assert len(connection.execute(select(contacts)).all()) == 2

    def test_lines_without_a_case(self, store: SqlStore) -> None:
        store.commit([Change(None, journal=(entry(case_id="", text="ignoré"),))], NOW)
        [(seq, line)] = store.history("")
        assert (seq, line) == (1, entry(case_id="", text="ignoré"))
        store.commit([], NOW)

    def test_cases_are_listed_the_last_changed_first(self, store: SqlStore) -> None:
        store.commit([Change(case(f"c{n}", updated_at=later(n), stage="done" if n % 2 else "expired")) for n in range(5)], NOW)
        assert [c.id for c in store.list_cases(limit=2, offset=1)] == ["c3", "c2"]
        assert [c.id for c in store.list_cases(stage="done")] == ["c3", "c1"]
