"""Calls to outside systems: counted where they are made, kept by day for other processes; and whether the systems answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.clickup import ClickUp
from fakes.hubspot import HubSpot
from hubspot_help import crm

from connectors.clickup.client import ClickUpClient
from core.errors import PortError, Transient
from core.outside import Budget
from core.ports import Health
from engine.answering import Answering, noted
from engine.calls import Calls
from engine.show_status import state
from store import SqlStore
from tests.quick import Quick, quick
from tests.store_help import NOW

pytest_plugins = ["tests.store_fixtures"]


# ------------------------------------------------------------------ counting


def test_every_exchange_is_counted_by_its_answer_also_those_that_never_came() -> None:
    calls = Calls()
    with ClickUp() as space:
        client = ClickUpClient(space.token, base=space.url + "/api", timeout=(2.0, 1.0), count=calls.count)
        client.call("GET", "/v2/user", reads=True)
        space.fail_next(1, 500)
        space.drop_next(1)
        for _ in range(2):
            with pytest.raises(PortError):
                client.call("POST", f"/v2/list/{space.list_id}/task", body={"name": "x"})
    with pytest.raises(PortError):
        ClickUpClient("x", base="http://127.0.0.1:9", count=calls.count).call("GET", "/v2/user", reads=True)
    assert calls.totals() == {("clickup", "200"): 1, ("clickup", "500"): 1, ("clickup", "lost"): 2}


def test_the_counts_of_a_day_add_up_over_restarts(store: SqlStore) -> None:
    for _ in range(2):
        calls = Calls(lambda: {"hubspot": Budget(1000, 990)})
        for status in ("200", "200", "429"):
            calls.count("hubspot", status)
        calls.keep(store, NOW)
        calls.keep(store, NOW)
    assert store.calls_since(NOW.date()) == [(NOW.date(), "hubspot", "200", 4), (NOW.date(), "hubspot", "429", 2)]
    assert store.budgets(NOW.date()) == {"hubspot": Budget(1000, 990)}
    tomorrow = NOW + timedelta(days=1)
    assert store.budgets(tomorrow.date()) == {}
    store.count_calls({("r2", "200"): 1}, {"hubspot": Budget(1000, 999)}, tomorrow)
    assert store.calls_since(tomorrow.date()) == [(tomorrow.date(), "r2", "200", 1)]
    assert store.budgets(tomorrow.date()) == {"hubspot": Budget(1000, 999)}


def test_counts_that_cannot_be_kept_are_kept_later(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = Calls()
    calls.count("r2", "200")

    def busy(*_: Any) -> None:
        raise Transient("la base est occupée")

    with monkeypatch.context() as broken:
        broken.setattr(store, "count_calls", busy)
        calls.keep(store, NOW)
    calls.count("r2", "200")
    calls.keep(store, NOW)
    assert store.calls_since(NOW.date()) == [(NOW.date(), "r2", "200", 2)]


def test_status_shows_the_days_calls_and_what_is_left_of_hubspots_budget(tmp_path: Path) -> None:
    from rich.console import Console

    from console.status import status_of

    with HubSpot() as portal:
        own = {"hubspot_api_key": portal.token, "hubspot_base_url": portal.url, "hubspot_hub_id": "1"}
        own |= {"hubspot_pipeline_id": "0", "hubspot_stage_new": "1", "hubspot_stage_closed": "4"}
        from tests.road import Light, mail

        counter = Light(tmp_path / "data", **own)
        counter.drop(mail("Mon paiement est refusé", subject="paiement"))
        assert counter.work() == {}
        made = len(portal.calls)
    found = status_of(counter.settings)
    one = found["calls"]["hubspot"]
    assert one["calls"] == made > 0
    assert sum(one["statuses"].values()) == made
    assert one["budget"] - one["left"] == made
    console = Console(width=120, record=True)
    console.print(state(found))
    told = console.export_text()
    assert f"{one['left']} restent sur {one['budget']}" in told


# ------------------------------------------------------------------ answering


class Outside:
    """An outlet that says of itself what it is told to."""

    batch, findable, lag = 1, True, 0.0

    def __init__(self, system: str) -> None:
        self.system, self.says = system, Health(True, "")
        self.asked = 0

    def check(self) -> Health:
        self.asked += 1
        if isinstance(self.says, Exception):
            raise self.says
        return self.says

    def deliver(self, effects: Sequence[Any]) -> list[Any]: ...  # type: ignore[empty-body]
    def find(self, effects: Sequence[Any]) -> list[Any]: ...  # type: ignore[empty-body]
    def close(self) -> None: ...


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Quick]:
    with quick(tmp_path / "data") as opened:
        yield opened


def test_a_system_that_stops_answering_is_noted_with_its_reason_and_again_when_it_answers(counter: Quick) -> None:
    one, other = Outside("crm"), Outside("tasks")
    store = counter.house.store
    watch = Answering([one, other], store, clock=counter.clock)
    assert watch.look() is True
    one.says = Health(False, "HubSpot : accès refusé")
    other.says = ZeroDivisionError("défaut")  # type: ignore[assignment]
    assert watch.look() is False
    lanes = store.status(counter.now)["lanes"]
    assert (lanes[noted("crm")]["ok"], lanes[noted("crm")]["detail"]) == (False, "HubSpot : accès refusé")
    assert lanes[noted("tasks")]["ok"] is False, "the defect of one does not keep another from being asked"
    one.says = other.says = Health(True, "")
    assert watch.look() is True
    assert store.notes()[noted("crm")][0] is True


def test_a_trouble_with_a_system_that_is_no_longer_set_up_is_forgotten(counter: Quick) -> None:
    store = counter.house.store
    store.note(noted("files"), False, "R2 : accès refusé", counter.now)
    watch = Answering([Outside("crm")], store, clock=counter.clock)
    watch.start()
    watch.stop()
    assert store.notes()[noted("files")][0] is True


def test_a_token_that_expires_is_found_without_a_customer(counter: Quick) -> None:
    with HubSpot() as portal:
        outlet = crm(portal)
        outlet._pipeline, outlet._stages = "0", {True: "1", False: "4"}
        watch = Answering([outlet], counter.house.store, clock=counter.clock)
        assert watch.look() is True
        portal.token = "another"
        assert watch.look() is False
        assert "HubSpot" in counter.house.store.status(counter.now)["lanes"][noted("crm")]["detail"]
