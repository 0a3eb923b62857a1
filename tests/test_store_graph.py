"""The graph of effects: whatever the order of decisions, ends, retries and drops, what is ready is what should be."""

from __future__ import annotations

import itertools
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Connection, delete, func, select

from core.effects import Receipt
from core.ports import Change, Settled
from store import SqlStore
from store.tables import dependencies, outbox
from tests.store_help import NOW, case, effect, later

pytest_plugins = ["tests.store_fixtures"]

_lives = itertools.count(1)
DONE, ENDED = {"done", "reconciled"}, {"done", "reconciled", "parked", "dropped"}


@dataclass
class Node:
    """What the model knows of an effect. ``open`` are the needs that are not satisfied, by kind."""

    state: str = "intended"
    needs: dict[str, str] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    ends: int = 0


class Graph(RuleBasedStateMachine):
    """Plays on a store and on the simplest model of it; compares after every step."""

    store: SqlStore

    @initialize()
    def begin(self) -> None:
        self.case_id = f"life{next(_lives)}"
        self.version = 0
        self.nodes: dict[str, Node] = {}

    def teardown(self) -> None:
        """Leave nothing ready for the next life."""

        def forget(connection: Connection) -> None:
            connection.execute(delete(dependencies))
            connection.execute(delete(outbox))

        self.store.db.write(forget)

    # ---- the model

    def satisfied(self, kind: str, state: str) -> bool:
        return state in (DONE if kind == "after" else ENDED)

    def ended(self, key: str, state: str) -> None:
        self.nodes[key].state = state
        self.nodes[key].ends += state != "dropped"
        for other, node in self.nodes.items():
            if key in node.open and self.satisfied(node.needs[key], state):
                node.open.discard(key)
            elif (
                state == "dropped"
                and node.needs.get(key) == "after"
                and key in node.open
                and node.state in ("intended", "uncertain")
            ):
                self.ended(other, "parked")

    def some(self, data: st.DataObject, keys: list[str]) -> str:
        return data.draw(st.sampled_from(keys))

    # ---- what happens

    @rule(data=st.data())
    def decide(self, data: st.DataObject) -> None:
        count = data.draw(st.integers(1, 4))
        new = [f"{self.case_id}/{self.version + 1}/{n}" for n in range(count)]
        pool = [*self.nodes, *new, f"{self.case_id}/nowhere"]
        effects = []
        for key in new:
            after = data.draw(st.lists(st.sampled_from(pool), max_size=2))
            behind = data.draw(st.lists(st.sampled_from(pool), max_size=2))
            effects.append(effect(key, case_id=self.case_id, after=tuple(after), behind=tuple(behind)))
        change = Change(case(self.case_id, self.version + 1), self.version, effects=tuple(effects))
        self.version += 1
        self.store.commit([change], NOW)
        for one in effects:
            node = self.nodes[one.key] = Node()
            node.needs = dict.fromkeys(one.behind, "behind") | dict.fromkeys(one.after, "after")
            node.needs.pop(one.key, None)
        hopeless = []
        for one in effects:
            node = self.nodes[one.key]
            for key, kind in node.needs.items():
                state = self.nodes[key].state if key in self.nodes else "dropped"
                if not self.satisfied(kind, state):
                    node.open.add(key)
                    if state == "dropped":
                        hopeless.append(one.key)
        for key in dict.fromkeys(hopeless):
            self.ended(key, "parked")

    @precondition(lambda self: self.nodes)
    @rule(data=st.data())
    def send(self, data: st.DataObject) -> None:
        keys = data.draw(st.lists(st.sampled_from(list(self.nodes)), min_size=1, max_size=3, unique=True))
        free = [key for key in keys if self.nodes[key].state in ("intended", "uncertain") and not self.nodes[key].open]
        assert self.store.sending(keys, NOW) == free
        for key in free:
            self.nodes[key].state = "sending"

    @precondition(lambda self: self.nodes)
    @rule(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        keys = data.draw(st.lists(st.sampled_from(list(self.nodes)), min_size=1, max_size=3))
        outcomes = []
        for key in keys:
            state: Any = data.draw(st.sampled_from(["done", "reconciled", "intended", "uncertain", "parked"]))
            outcomes.append(Settled(key, state, Receipt("1") if state in DONE else None, next_at=NOW))
        self.store.settle(outcomes, NOW)
        # As the store does it: what is no end first, then the ends together.
        before = {key: self.nodes[key].state for key in keys}
        first = {one.key: one.state for one in reversed(outcomes)}
        for key, state in first.items():
            if before[key] in ("intended", "uncertain", "sending") or (before[key] == "parked" and state in DONE):
                if state in ENDED:
                    self.ended(key, state)
                else:
                    self.nodes[key].state = state

    @precondition(lambda self: any(node.state == "parked" for node in self.nodes.values()))
    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        key = self.some(data, [key for key, node in self.nodes.items() if node.state == "parked"])
        node = self.nodes[key]
        hopeless = any(
            kind == "after" and (need not in self.nodes or self.nodes[need].state == "dropped")
            for need, kind in node.needs.items()
        )
        assert self.store.retry([f"effect:{key}"], NOW) == (not hopeless)
        if not hopeless:
            node.state = "intended"

    @precondition(lambda self: any(node.state == "parked" for node in self.nodes.values()))
    @rule(data=st.data())
    def drop(self, data: st.DataObject) -> None:
        key = self.some(data, [key for key, node in self.nodes.items() if node.state == "parked"])
        assert self.store.drop([f"effect:{key}"], "zoé", NOW) == 1
        self.ended(key, "dropped")

    @rule()
    def restart(self) -> None:
        sending = [node for node in self.nodes.values() if node.state == "sending"]
        assert self.store.recover("crm", NOW, NOW) == len(sending)
        for node in sending:
            node.state = "uncertain"

    # ---- what must hold

    @invariant()
    def is_as_the_model_says(self) -> None:
        with self.store.db.read() as connection:
            query = select(outbox.c.key, outbox.c.state, outbox.c.blocked, outbox.c.ends).where(
                outbox.c.case_id == self.case_id
            )
            rows = {row.key: (row.state, row.blocked, row.ends) for row in connection.execute(query)}
        assert rows == {key: (node.state, len(node.open), node.ends) for key, node in self.nodes.items()}
        ready = [row.effect.key for row in self.store.ready("crm", NOW, 1000)]
        assert ready == [key for key, node in self.nodes.items() if node.state in ("intended", "uncertain") and not node.open]


@pytest.mark.slow
def test_any_life_of_a_graph(store: SqlStore) -> None:
    class Life(Graph):
        pass

    Life.store = store
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=40, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck), database=None
        ),
    )
    told = store.pending_events(100_000)
    assert len({event.id for event in told}) == len(told)


def test_the_count_stays_true_when_many_settle_and_decide_at_once(store: SqlStore) -> None:
    """Four couriers end effects in any order while the clerk adds others that wait for them."""
    chance = random.Random(7)
    store.commit([Change(case("c1"), 0, effects=tuple(effect(f"a{n}") for n in range(24)))], NOW)
    keys = [f"a{n}" for n in range(24)]

    def courier(mine: list[str]) -> None:
        for key in mine:
            state: Any = "parked" if key.endswith("3") else "done"
            if store.sending([key], NOW):
                store.settle([Settled(key, state, Receipt("1") if state == "done" else None)], NOW)

    def clerk() -> None:
        for version in range(2, 14):
            effects = tuple(
                effect(f"b{version}.{n}", after=tuple(chance.sample(keys, 3)), behind=tuple(chance.sample(keys, 3)))
                for n in range(3)
            )
            store.commit([Change(case("c1", version), version - 1, effects=effects)], NOW)

    mixed = chance.sample(keys, len(keys))
    with ThreadPoolExecutor(5) as threads:
        running = [threads.submit(courier, mixed[n::4]) for n in range(4)] + [threads.submit(clerk)]
        for one in running:
            one.result()
    with store.db.read() as connection:
        waits = select(func.count()).where(dependencies.c.key == outbox.c.key, ~dependencies.c.satisfied).scalar_subquery()
        wrong = connection.execute(select(outbox.c.key, outbox.c.blocked, waits).where(outbox.c.blocked != waits)).all()
        assert wrong == []
        parked = {row.key for row in connection.execute(select(outbox.c.key).where(outbox.c.state == "parked"))}
        open_needs = connection.execute(
            select(dependencies.c.needs, dependencies.c.kind).where(~dependencies.c.satisfied)
        ).all()
    assert parked == {"a3", "a13", "a23"}
    assert all(kind == "after" and need in parked for need, kind in open_needs)
    assert len(store.ready("crm", later(1), 999)) > 5
