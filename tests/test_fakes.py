"""The loopback vendors themselves, what all have in common: they keep state and have bad days on demand."""

from __future__ import annotations

import http.client
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from fakes.base import Trouble
from fakes.hubspot import HubSpot
from fakes.wire import Answer
from fakes_help import (
    Client,
    talk,
    ticket,
)

pytest_plugins = ("tests.fakes_fixtures",)
pytestmark = pytest.mark.usefixtures("off_the_record")


def test_a_connection_stays_open_and_calls_are_counted_by_kind(hubspot: HubSpot, hs: Client) -> None:
    hs("GET", "/crm/v3/owners/")
    first = hs.connection.sock
    hs("GET", "/crm/objects/2026-09/contacts")
    assert hs.connection.sock is first is not None
    assert hubspot.kinds() == Counter(owners_list=1, contacts_list=1)
    assert [(call.method, call.status) for call in hubspot.calls] == [("GET", 200), ("GET", 200)]


def test_late_success_leaves_the_work_done_and_no_answer(hubspot: HubSpot, hs: Client) -> None:
    hubspot.late_success(1, match=r"batch/create")
    with pytest.raises((OSError, http.client.HTTPException)):
        hs("POST", "/crm/v3/objects/tickets/batch/create", {"inputs": [ticket("a")]})
    assert [one["properties"]["guichet_key"] for one in hubspot.tickets] == ["a"]
    assert (hubspot.calls[-1].status, hubspot.calls[-1].worked) == (None, True)


def test_a_silent_server_outlasts_the_client(hubspot: HubSpot) -> None:
    impatient = Client(hubspot, {"Authorization": f"Bearer {hubspot.token}"}, timeout=0.2)
    hubspot.late_success(1, silent=5)
    with pytest.raises(TimeoutError):
        impatient("POST", "/crm/v3/objects/contacts", {"properties": {"email": "a@b.fr"}})
    assert len(hubspot.contacts) == 1


def test_drop_leaves_nothing_and_error_after_the_work_leaves_it(hubspot: HubSpot, hs: Client) -> None:
    hubspot.drop_next(1)
    with pytest.raises((OSError, http.client.HTTPException)):
        hs("POST", "/crm/v3/objects/contacts", {"properties": {"email": "a@b.fr"}})
    assert hubspot.contacts == []
    hubspot.late_error(1, 504)
    assert hs("POST", "/crm/v3/objects/contacts", {"properties": {"email": "a@b.fr"}})[0] == 504
    assert len(hubspot.contacts) == 1


def test_failures_garbage_and_halves_come_as_often_as_asked(hubspot: HubSpot, hs: Client) -> None:
    hubspot.fail_next(2, 503)
    hubspot.garble_next(1)
    hubspot.cut_next(1)
    seen = [hs("GET", "/crm/v3/owners/")[0] for _ in range(3)]
    assert seen == [503, 503, 200]
    with pytest.raises(http.client.IncompleteRead):
        hs("GET", "/crm/v3/owners/")
    assert hs("GET", "/crm/v3/owners/")[1]["results"]


def test_script_sees_each_request_and_may_answer_or_make_trouble(hubspot: HubSpot, hs: Client) -> None:
    hubspot.script(lambda request: Answer(418, {"tea": True}) if request.path.endswith("/groups") else None)
    hubspot.script(lambda request: Trouble("fail", status=500) if request.method == "PATCH" else None)
    assert hs("GET", "/crm/v3/properties/tickets/groups")[0] == 418
    assert hs("PATCH", "/crm/v3/objects/tickets/1", {"properties": {}})[0] == 500
    hubspot.kind_again()
    assert hs("GET", "/crm/v3/properties/tickets/groups")[0] == 200


def test_latency_lets_calls_overlap(hubspot: HubSpot) -> None:
    hubspot.latency = 0.3
    began = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: talk(hubspot)("GET", "/crm/v3/owners/")[0], range(8))) == {200}
    assert time.monotonic() - began < 1.5  # one after the other would take 2.4 s


def test_chunked_bodies_and_a_defect_of_the_fake_is_loud() -> None:
    fake = HubSpot()
    connection = http.client.HTTPConnection("127.0.0.1", fake.port, timeout=5)
    body = iter([b'{"properties": {"em', b'ail": "a@b.fr"}}'])
    connection.request("POST", "/crm/v3/objects/contacts", body, {"Authorization": f"Bearer {fake.token}"}, encode_chunked=True)
    assert connection.getresponse().status in (200, 201)
    fake.objects_list = lambda *a, **k: 1 / 0  # type: ignore[method-assign]
    connection.close()
    assert talk(fake)("GET", "/crm/v3/objects/contacts")[0] == 500
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        fake.stop()
