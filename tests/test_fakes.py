"""The loopback vendors themselves: they keep state, refuse what the real ones refuse, have bad days on demand, and answer as specified.

Plain http.client on purpose: nothing of ours stands between these tests and the fakes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import contract_check
import pytest
from fakes.anthropic import Anthropic, Reply
from fakes.base import Fake, Trouble
from fakes.clickup import ClickUp
from fakes.hubspot import HubSpot
from fakes.recorder import VARIABLE
from fakes.twilio import Twilio
from fakes.wire import Answer, Webhook

TICKET_TO_CONTACT = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 16}


class Client:
    """One kept-open connection to a fake. Calls return (status, decoded JSON or bytes, headers in small letters)."""

    def __init__(self, fake: Fake, headers: dict[str, str], timeout: float = 10.0) -> None:
        self.fake, self.headers = fake, headers
        self.connection = http.client.HTTPConnection("127.0.0.1", fake.port, timeout=timeout)

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any, dict[str, str]]:
        sent = dict(self.headers) | {key.replace("_", "-"): value for key, value in headers.items()}
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        try:
            self.connection.request(method, path, data, sent)
            answer = self.connection.getresponse()
            raw = answer.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            raise
        found = {key.lower(): value for key, value in answer.getheaders()}
        value: Any = raw
        if "json" in found.get("content-type", ""):
            value = json.loads(raw)
        return answer.status, value, found


@pytest.fixture(autouse=True)
def off_the_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """Much of what is sent here is wrong on purpose: it is no part of the suite's contract log."""
    monkeypatch.delenv(VARIABLE, raising=False)


@pytest.fixture
def hubspot() -> Iterator[HubSpot]:
    with HubSpot(limit=None, search_limit=None) as fake:
        fake.add_property("tickets", "guichet_key", unique=True)
        yield fake


def talk(fake: HubSpot) -> Client:
    return Client(fake, {"Authorization": f"Bearer {fake.token}"})


@pytest.fixture
def hs(hubspot: HubSpot) -> Iterator[Client]:
    client = talk(hubspot)
    yield client
    client.connection.close()


def ticket(key: str, **more: Any) -> dict[str, Any]:
    return {"properties": {"subject": "Fauteuil", "hs_pipeline_stage": "1", "guichet_key": key} | more}


# ---------------------------------------------------------------- every fake
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


# ---------------------------------------------------------------- HubSpot
def test_hubspot_wants_its_token_and_names_missing_scopes(hubspot: HubSpot, hs: Client) -> None:
    assert hs("GET", "/crm/v3/owners/", Authorization="Bearer other")[1]["category"] == "INVALID_AUTHENTICATION"
    hubspot.revoke("tickets", "crm.objects.contacts.write")
    status, body, _ = hs("POST", "/crm/v3/objects/tickets/batch/create", {"inputs": [ticket("a")]})
    assert (status, body["category"]) == (403, "MISSING_SCOPES")
    assert body["errors"][0]["context"]["requiredGranularScopes"] == ["tickets"]
    assert hs("POST", "/crm/v3/objects/contacts", {"properties": {}})[0] == 403
    assert hs("GET", "/crm/v3/objects/contacts")[0] == 200


def test_hubspot_counts_a_sliding_window_the_day_and_searches() -> None:
    with HubSpot(limit=3, daily=7, search_limit=1) as fake:
        hs = talk(fake)
        codes = [hs("GET", "/crm/v3/owners/")[0] for _ in range(3)]
        status, body, headers = hs("GET", "/crm/v3/owners/")
        assert (codes, status, body["policyName"], body["errorType"]) == ([200] * 3, 429, "TEN_SECONDLY_ROLLING", "RATE_LIMIT")
        assert 1 <= int(headers["retry-after"]) <= 10
        assert headers["x-hubspot-ratelimit-max"] == "3"
        search = {"filterGroups": [], "limit": 1}
        assert [hs("POST", "/crm/v3/objects/contacts/search", search)[0] for _ in range(2)] == [200, 429]
        fake.advance(11)
        assert hs("GET", "/crm/v3/owners/")[0] == 200
        assert hs("GET", "/crm/v3/owners/")[1]["policyName"] == "DAILY"


def test_one_contact_under_twenty_creators_and_the_409_names_it(hubspot: HubSpot) -> None:
    hubspot.latency = 0.02
    body = {"properties": {"email": "Jean@Exemple.FR "}}
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: talk(hubspot)("POST", "/crm/v3/objects/contacts", body), range(20)))
    assert Counter(status for status, *_ in answers) == {201: 1, 409: 19}
    number = hubspot.contacts[0]["id"]
    assert hubspot.contacts[0]["properties"]["email"] == "jean@exemple.fr"
    assert {body["message"] for status, body, _ in answers if status == 409} == {
        f"Contact already exists. Existing ID: {number}"
    }


def test_upsert_finds_by_any_spelling_and_twins_in_one_batch_are_refused(hubspot: HubSpot, hs: Client) -> None:
    def upsert(*mails: str) -> tuple[int, Any, dict[str, str]]:
        inputs = [{"idProperty": "email", "id": mail, "properties": {"email": mail, "firstname": "J"}} for mail in mails]
        return hs("POST", "/crm/v3/objects/contacts/batch/upsert", {"inputs": inputs})

    assert [one["new"] for one in upsert("a@b.fr")[1]["results"]] == [True]
    assert [one["new"] for one in upsert("A@b.fr")[1]["results"]] == [False]
    status, body, _ = upsert("c@b.fr", "C@B.fr")
    assert status == 400
    assert "Duplicate IDs found in batch input" in body["message"]
    assert len(hubspot.contacts) == 1
    # one bad address refuses them all: nothing of the good one stays
    status, body, _ = upsert("d@b.fr", "not an address")
    assert (status, len(hubspot.contacts)) == (400, 1)
    assert "INVALID_EMAIL" in body["message"]
    assert (
        hs("POST", "/crm/v3/objects/contacts/batch/upsert", {"inputs": [{"idProperty": "phone", "id": "1", "properties": {}}]})[
            0
        ]
        == 400
    )


def test_a_second_address_finds_the_same_contact(hubspot: HubSpot, hs: Client) -> None:
    number = hubspot.add("contacts", {"email": "a@b.fr", "hs_additional_emails": "alias@b.fr"})
    inputs = [{"idProperty": "email", "id": "alias@b.fr", "properties": {"email": "alias@b.fr", "firstname": "Jean"}}]
    answer = hs("POST", "/crm/v3/objects/contacts/batch/upsert", {"inputs": inputs})[1]["results"][0]
    assert (answer["id"], answer["properties"]["email"]) == (number, "a@b.fr")


def test_a_batch_without_traces_fails_whole_and_with_traces_alone(hubspot: HubSpot, hs: Client) -> None:
    inputs = [ticket("a"), ticket("b", hs_ticket_priority="VERY"), ticket("c")]
    status, body, _ = hs("POST", "/crm/v3/objects/tickets/batch/create", {"inputs": inputs})
    assert (status, body["category"], hubspot.created("tickets"), hubspot.hooks("https://x.example")) == (
        400,
        "VALIDATION_ERROR",
        [],
        [],
    )
    assert "INVALID_OPTION" in body["message"]
    traced = [one | {"objectWriteTraceId": str(n)} for n, one in enumerate(inputs)]
    status, body, _ = hs("POST", "/crm/v3/objects/tickets/batch/create", {"inputs": traced})
    assert (status, body["numErrors"], body["errors"][0]["context"]) == (207, 1, {"objectWriteTraceId": ["1"]})
    assert sorted(one["objectWriteTraceId"] for one in body["results"]) == ["0", "2"]
    # the results' order is HubSpot's own
    many = {"inputs": [ticket(f"k{n}") for n in range(50)]}
    order = [one["properties"]["guichet_key"] for one in hs("POST", "/crm/v3/objects/tickets/batch/create", many)[1]["results"]]
    assert order != sorted(order, key=lambda key: int(key[1:]))
    assert len(order) == 50


def test_partial_failures_on_demand(hubspot: HubSpot, hs: Client) -> None:
    hubspot.partial(1, lambda index, one: one["properties"]["guichet_key"] == "b")
    status, body, _ = hs("POST", "/crm/v3/objects/tickets/batch/create", {"inputs": [ticket("a"), ticket("b")]})
    assert (status, body["numErrors"], len(hubspot.tickets)) == (207, 1, 1)
    assert hs("POST", "/crm/v3/objects/tickets/batch/create", {"inputs": [ticket("b")]})[0] == 201


def test_unique_values_are_enforced_everywhere_and_read_back_by(hubspot: HubSpot, hs: Client) -> None:
    assert hs("POST", "/crm/v3/objects/tickets/batch/create", {"inputs": [ticket("a")]})[0] == 201
    for path, body in (("", ticket("a")), ("/batch/create", {"inputs": [ticket("z"), ticket("a")]})):
        status, answer, _ = hs("POST", f"/crm/v3/objects/tickets{path}", body)
        assert (status, len(hubspot.tickets)) == (400, 1)
        assert "CONFLICTING_UNIQUE_VALUE" in answer["message"]
    other = hs("POST", "/crm/v3/objects/tickets", ticket("b"))[1]["id"]
    assert hs("PATCH", f"/crm/v3/objects/tickets/{other}", {"properties": {"guichet_key": "a"}})[0] == 400
    ask = {"idProperty": "guichet_key", "properties": ["guichet_key"], "propertiesWithHistory": []}
    status, body, _ = hs(
        "POST", "/crm/v3/objects/tickets/batch/read", ask | {"inputs": [{"id": "a"}, {"id": "b"}, {"id": "zz"}]}
    )
    assert (status, {one["properties"]["guichet_key"] for one in body["results"]}) == (207, {"a", "b"})
    assert body["errors"][0]["context"] == {"ids": ["zz"]}
    assert hs("POST", "/crm/v3/objects/tickets/batch/read", ask | {"idProperty": "subject", "inputs": [{"id": "a"}]})[0] == 400
    hs("DELETE", f"/crm/v3/objects/tickets/{other}")
    assert hs("GET", f"/crm/v3/objects/tickets/{other}")[0] == 404
    assert len(hubspot.created("tickets")) == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"nope": "1"}, "PROPERTY_DOESNT_EXIST"),
        ({"hs_pipeline_stage": "99"}, "INVALID_OPTION"),
        ({"hs_pipeline": "77"}, "INVALID_OPTION"),
        ({"closed_date": "hier"}, "INVALID_DATE"),
        ({"hs_object_id": "4"}, "READ_ONLY_VALUE"),
        ({"hs_pipeline_stage": ""}, "Some required properties were not set"),
        ({"content": "x" * 70_000}, "VALUE_TOO_LONG"),
        ({"hs_ticket_priority": "high"}, "INVALID_OPTION"),
    ],
)
def test_a_ticket_is_refused_with_its_reason(hubspot: HubSpot, hs: Client, change: dict[str, str], code: str) -> None:
    status, body, _ = hs("POST", "/crm/v3/objects/tickets", ticket("a", **change))
    assert (status, hubspot.tickets) == (400, [])
    assert code in body["message"]


def test_batches_take_a_hundred(hs: Client) -> None:
    assert hs("POST", "/crm/v3/objects/tickets/batch/create", {"inputs": [ticket(str(n)) for n in range(101)]})[0] == 400
    assert hs("POST", "/crm/v3/objects/tickets/batch/create", {"inputs": []})[0] == 400


def test_the_search_does_not_see_what_is_young(hubspot: HubSpot, hs: Client) -> None:
    number = hubspot.add("contacts", {"email": "a@b.fr"})
    ask = {
        "filterGroups": [{"filters": [{"propertyName": "email", "operator": "EQ", "value": "A@b.fr"}]}],
        "limit": 5,
        "properties": ["phone"],
    }

    def found() -> list[str | None]:
        return [one["properties"]["phone"] for one in hs("POST", "/crm/v3/objects/contacts/search", ask)[1]["results"]]

    assert found() == []
    hubspot.advance(11)
    assert found() == [None]
    hubspot.change("contacts", number, phone="+33612345678")
    hubspot.advance(30)
    assert found() == [None]
    hubspot.advance(31)
    assert found() == ["+33612345678"]


def test_associations_are_checked_and_stand_on_both_sides(hubspot: HubSpot, hs: Client) -> None:
    contact = hubspot.add("contacts", {"email": "a@b.fr"})
    wrong = ticket("a") | {"associations": [{"to": {"id": contact}, "types": [TICKET_TO_CONTACT | {"associationTypeId": 15}]}]}
    nobody = ticket("a") | {"associations": [{"to": {"id": "1"}, "types": [TICKET_TO_CONTACT]}]}
    assert [hs("POST", "/crm/v3/objects/tickets", body)[0] for body in (wrong, nobody)] == [400, 400]
    right = ticket("a") | {"associations": [{"to": {"id": contact}, "types": [TICKET_TO_CONTACT]}]}
    number = hs("POST", "/crm/v3/objects/tickets", right)[1]["id"]
    assert hubspot.tickets[0]["associations"] == {"contacts": [contact]}
    for path in (
        f"/crm/v4/objects/contacts/{contact}/associations/tickets",
        f"/crm/objects/2026-09/contacts/{contact}/associations/0-5",
    ):
        assert [one["toObjectId"] for one in hs("GET", path)[1]["results"]] == [number]
    thread = hubspot.add_thread("a@b.fr")
    assert hs("PUT", f"/crm/v4/objects/tickets/{number}/associations/default/conversations/{thread}")[0] == 200
    shown = hs("GET", f"/conversations/v3/conversations/threads/{thread}?association=TICKET")[1]
    assert shown["threadAssociations"] == {"associatedTicketId": number}


def test_properties_are_created_once_with_a_known_group_and_options(hubspot: HubSpot, hs: Client) -> None:
    options = [{"label": one, "value": one, "hidden": False} for one in ("validated", "rejected")]
    wanted = {
        "name": "validation_status",
        "label": "Validation",
        "type": "enumeration",
        "fieldType": "select",
        "groupName": "ticketinformation",
    }
    assert hs("POST", "/crm/v3/properties/tickets", wanted)[0] == 400
    assert hs("POST", "/crm/v3/properties/tickets", wanted | {"options": options, "groupName": "nope"})[0] == 400
    assert hs("POST", "/crm/v3/properties/tickets", wanted | {"options": options, "hasUniqueValue": True})[0] == 400
    assert hs("POST", "/crm/v3/properties/tickets", wanted | {"options": options})[0] == 201
    assert hs("POST", "/crm/v3/properties/tickets", wanted | {"options": options})[0] == 409
    number = {
        "name": "credits_estimes",
        "label": "Crédits",
        "type": "number",
        "fieldType": "number",
        "groupName": "ticketinformation",
    }
    status, body, _ = hs("POST", "/crm/v3/properties/tickets/batch/create", {"inputs": [number, wanted | {"options": options}]})
    assert (status, len(body["results"]), body["numErrors"]) == (207, 1, 1)
    assert hs("POST", "/crm/v3/objects/tickets", ticket("a", validation_status="maybe"))[0] == 400
    assert hs("POST", "/crm/v3/objects/tickets", ticket("a", validation_status="validated", credits_estimes="deux"))[0] == 400
    assert hs("POST", "/crm/v3/objects/tickets", ticket("a", validation_status="validated", credits_estimes="2"))[0] == 201


def test_versions_serve_the_same_state_and_can_be_retired(hubspot: HubSpot, hs: Client) -> None:
    number = hs("POST", "/crm/objects/2026-03/tickets", ticket("a"))[1]["id"]
    assert hs("GET", f"/crm/v3/objects/tickets/{number}")[0] == 200
    hubspot.retire("v3")
    assert hs("GET", f"/crm/v3/objects/tickets/{number}")[0] == 404
    assert hs("GET", f"/crm/objects/2026-09/tickets/{number}")[0] == 200
    assert hs("GET", "/crm/objects/2025-01/tickets/1")[0] == 404
    assert hs("GET", "/conversations/conversations/2026-09-beta/inboxes")[0] == 200


def test_threads_have_their_rule_of_sorting_and_mails_are_cut(hubspot: HubSpot, hs: Client) -> None:
    root = "/conversations/v3/conversations"
    thread = hubspot.add_thread("jean@exemple.fr", "Jean")
    since = quote("2020-01-01T00:00:00Z")
    assert hs("GET", f"{root}/threads?sort=latestMessageTimestamp")[0] == 400
    assert hs("GET", f"{root}/threads?sort=-latestMessageTimestamp&latestMessageTimestampAfter={since}")[0] == 400
    text = "Je souhaite modéliser ce fauteuil. " * 40
    hubspot.noise(thread)
    number = hubspot.receive(
        thread, text, subject="Fauteuil", message_id="<a@b>", files=[("photo.jpg", "image/jpeg", b"\xff\xd8x")]
    )
    rows = hs("GET", f"{root}/threads?sort=latestMessageTimestamp&latestMessageTimestampAfter={since}")[1]["results"]
    assert [one["id"] for one in rows] == [thread]
    late = quote(rows[0]["latestMessageTimestamp"])
    assert hs("GET", f"{root}/threads?sort=latestMessageTimestamp&latestMessageTimestampAfter={late}")[1]["results"] == []
    messages = hs("GET", f"{root}/threads/{thread}/messages")[1]["results"]
    said = next(one for one in messages if one["type"] == "MESSAGE")
    assert (len(messages), said["id"], said["truncationStatus"]) == (2, number, "TRUNCATED")
    assert text.startswith(said["text"])
    assert len(said["text"]) < len(text)
    assert hs("GET", f"{root}/threads/{thread}/messages/{number}/original-content")[1]["text"] == text
    address = urlsplit(said["attachments"][0]["url"]).path
    assert hs("GET", address)[0] == 403
    signed = hs("GET", f"/files/v3/files/{said['attachments'][0]['fileId']}/signed-url")[1]["url"]
    assert hs("GET", signed.removeprefix(hubspot.url))[1] == b"\xff\xd8x"
    assert hubspot.created("emails")[0]["properties"]["hs_email_message_id"] == "<a@b>"


def test_a_reply_goes_into_the_thread_only_when_it_is_whole(hubspot: HubSpot, hs: Client) -> None:
    thread = hubspot.add_thread("jean@exemple.fr")
    path = f"/conversations/v3/conversations/threads/{thread}/messages"
    way = {"type": "HS_EMAIL_ADDRESS", "value": "jean@exemple.fr"}
    good = {
        "type": "MESSAGE",
        "text": "2 crédits",
        "senderActorId": "A-51234567",
        "channelId": "1002",
        "channelAccountId": hubspot.email_account,
        "recipients": [{"deliveryIdentifiers": [way]}],
    }
    for change in (
        {"senderActorId": "V-1"},
        {"channelAccountId": "1"},
        {"recipients": []},
        {"text": ""},
        {"recipients": [{"deliveryIdentifiers": []}]},
    ):
        assert hs("POST", path, good | change)[0] == 400, change
    assert hubspot.sent == []
    assert hs("POST", path, good)[0] == 201
    assert [(one["direction"], one["text"]) for one in hubspot.messages(thread)] == [("OUTGOING", "2 crédits")]


def test_hubspot_signs_its_webhooks_and_sends_them_twice(hubspot: HubSpot) -> None:
    hubspot.receive(hubspot.add_thread("jean@exemple.fr"), "Bonjour")
    url = "https://guichet.example/hubspot%2Fhook?a=%40b"
    hooks = hubspot.hooks(url, "newMessage|contact.creation")
    events = [event for hook in hooks for event in json.loads(hook.body)]
    assert Counter(event["subscriptionType"] for event in events) == {"contact.creation": 2, "conversation.newMessage": 2}
    hook = hooks[0]
    when = hook.headers["X-HubSpot-Request-Timestamp"]
    plain = b"POST" + b"https://guichet.example/hubspot/hook?a=@b" + hook.body + when.encode()
    wanted = base64.b64encode(hmac.new(hubspot.secret.encode(), plain, hashlib.sha256).digest()).decode()
    assert hook.headers["X-HubSpot-Signature-v3"] == wanted
    hubspot.add("contacts", {"email": "x@y.fr"})
    assert hubspot.hooks(url, "contact.creation", forged=True)[0].headers["X-HubSpot-Signature-v3"] != wanted
    assert hubspot.hooks(url, "contact.creation") == []


# ---------------------------------------------------------------- ClickUp
@pytest.fixture
def clickup() -> Iterator[ClickUp]:
    with ClickUp(limit=None) as fake:
        yield fake


def cu(fake: ClickUp) -> Client:
    return Client(fake, {"Authorization": fake.token})


def multipart(name: str, filename: str, data: bytes, fields: dict[str, str] | None = None) -> tuple[bytes, str]:
    lines = [
        f'--frontier\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in (fields or {}).items()
    ]
    lines.append(f'--frontier\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'.encode())
    return b"".join(
        lines
    ) + b"Content-Type: model/gltf-binary\r\n\r\n" + data + b"\r\n--frontier--\r\n", "multipart/form-data; boundary=frontier"


def test_clickup_counts_a_minute_and_knows_its_token() -> None:
    with ClickUp(limit=2) as fake:
        call = cu(fake)
        assert call("GET", "/v2/user", Authorization="Bearer x")[1]["ECODE"] == "OAUTH_025"
        assert [call("GET", "/api/v2/user")[0] for _ in range(3)] == [200, 200, 429]
        _, body, headers = call("GET", "/v2/user")
        assert (body["ECODE"], headers["x-ratelimit-remaining"]) == ("APP_002", "0")
        assert 0 < int(headers["x-ratelimit-reset"]) - fake.now() <= 61
        fake.advance(61)
        assert call("GET", "/v2/user")[0] == 200


def test_a_subtask_and_what_comes_back_of_it(clickup: ClickUp) -> None:
    call, key, credits = cu(clickup), clickup.add_field("Clé"), clickup.add_field("Crédits", "number")
    kind = clickup.add_field("Genre", "drop_down", ("chaise", "table"))
    path = f"/v2/list/{clickup.list_id}/task"
    body = {
        "name": "Fauteuil",
        "parent": clickup.parent,
        "assignees": [clickup.member, 999],
        "markdown_content": "# Fauteuil\n**2** [photo](https://r2.example/a.jpg)",
        "due_date": 1_795_000_000_000,
        "custom_fields": [
            {"id": key, "value": "case/1/0"},
            {"id": credits, "value": 2},
            {"id": kind, "value": clickup.fields[kind]["type_config"]["options"][1]["id"]},
        ],
    }
    for change in (
        {"parent": "86cnothere"},
        {"status": "nowhere"},
        {"name": " "},
        {"custom_fields": [{"id": "x", "value": "1"}]},
        {"custom_fields": [{"id": credits, "value": "2"}]},
    ):
        assert call("POST", path, body | change)[0] == 400, change
    assert clickup.created() == []
    task = call("POST", path, body)[1]
    again = call("POST", path, body)[1]
    assert task["id"] != again["id"]
    assert (task["parent"], task["due_date"], [one["id"] for one in task["assignees"]]) == (
        clickup.parent,
        "1795000000000",
        [clickup.member],
    )
    assert "https://r2.example" not in task["description"]
    assert "markdown_description" not in task
    values = {
        one["name"]: one.get("value")
        for one in call("GET", f"/v2/task/{task['id']}?include_markdown_description=true")[1]["custom_fields"]
    }
    assert values == {"Clé": "case/1/0", "Crédits": "2", "Genre": 1}
    assert [one["id"] for one in call("GET", path)[1]["tasks"]] == [clickup.parent]
    ask = urlencode(
        {"subtasks": "true", "custom_fields": json.dumps([{"field_id": key, "operator": "=", "value": "case/1/0"}])}
    )
    assert {one["id"] for one in call("GET", f"{path}?{ask}")[1]["tasks"]} == {task["id"], again["id"]}
    clickup.set_status(task["id"], "complete")
    assert {one["id"] for one in call("GET", f"{path}?{ask}")[1]["tasks"]} == {again["id"]}
    assert (
        call("GET", f"/v2/team/{clickup.team}/task?parent={clickup.parent}&include_closed=true")[1]["tasks"][1]["status"][
            "type"
        ]
        == "closed"
    )


def test_a_task_of_others_is_a_401_and_a_deleted_one_a_404(clickup: ClickUp) -> None:
    call = cu(clickup)
    assert call("GET", "/v2/task/86cxxxxxx")[1]["ECODE"] == "OAUTH_027"
    task = clickup.add_task("x")
    assert call("DELETE", f"/v2/task/{task}")[0] == 204
    assert call("GET", f"/v2/task/{task}")[0] == 404


def test_attachments_comments_and_a_late_list(clickup: ClickUp) -> None:
    call = cu(clickup)
    data, kind = multipart("attachment", "chaise.glb", b"glTF\x00\xff")
    status, body, _ = call("POST", f"/v2/task/{clickup.parent}/attachment", data, Content_Type=kind)
    assert (status, body["title"], clickup.attachments[0]["data"]) == (200, "chaise.glb", b"glTF\x00\xff")
    assert call("POST", f"/v2/task/{clickup.parent}/attachment", b"", Content_Type=kind)[0] == 400
    assert call("POST", f"/v2/task/{clickup.parent}/comment", {"comment_text": "Validé"})[0] == 400
    assert call("POST", f"/v2/task/{clickup.parent}/comment", {"comment_text": "Validé", "notify_all": False})[0] == 200
    assert call("GET", f"/v2/task/{clickup.parent}/comment")[1]["comments"][0]["comment_text"] == "Validé"
    clickup.list_lag = 5
    young, path = clickup.add_task("tout neuf"), f"/v2/list/{clickup.list_id}/task"
    assert young not in [one["id"] for one in call("GET", path)[1]["tasks"]]
    clickup.advance(6)
    assert young in [one["id"] for one in call("GET", path)[1]["tasks"]]


class Listener:
    """A loopback server that keeps what is posted to it and answers as told."""

    def __init__(self, status: Callable[[int], int] = lambda n: 200) -> None:
        seen: list[tuple[dict[str, str], bytes]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                seen.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(status(len(seen)))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self.seen = seen
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


def test_clickup_webhooks_are_signed_retried_and_suspended(clickup: ClickUp) -> None:
    call = cu(clickup)
    body = {"endpoint": "https://guichet.example/clickup", "events": ["taskStatusUpdated"]}
    made = call("POST", f"/v2/team/{clickup.team}/webhook", body)[1]["webhook"]
    assert call("POST", f"/v2/team/{clickup.team}/webhook", body)[0] == 400
    clickup.set_status(clickup.parent, "in progress")
    hooks = clickup.hooks()
    assert len(hooks) == 2
    event = json.loads(hooks[0].body)
    assert (event["event"], event["task_id"], event["history_items"][0]["after"]["status"]) == (
        "taskStatusUpdated",
        clickup.parent,
        "in progress",
    )
    assert hooks[0].headers["X-Signature"] == hmac.new(made["secret"].encode(), hooks[0].body, hashlib.sha256).hexdigest()
    with Listener(lambda n: 503 if n < 3 else 200) as place:
        assert clickup.deliver(hooks[0], place.url) == 200
        assert len(place.seen) == 3
    with Listener(lambda n: 410) as place:
        clickup.deliver(hooks[1], place.url)
    assert clickup.webhooks[made["id"]]["health"]["status"] == "suspended"
    clickup.set_status(clickup.parent, "complete")
    assert clickup.hooks() == []


# ---------------------------------------------------------------- Twilio
@pytest.fixture
def twilio() -> Iterator[Twilio]:
    with Twilio() as fake:
        yield fake


def tw(fake: Twilio) -> Client:
    return Client(fake, {"Authorization": "Basic " + base64.b64encode(f"{fake.account}:{fake.auth_token}".encode()).decode()})


CUSTOMER = "+33612345678"


def say(fake: Twilio, call: Client, **fields: str) -> tuple[int, Any, dict[str, str]]:
    form = {"To": f"whatsapp:{CUSTOMER}", "From": fake.number} | fields
    body = urlencode({key: value for key, value in form.items() if value}).encode()
    return call(
        "POST", f"/2010-04-01/Accounts/{fake.account}/Messages.json", body, Content_Type="application/x-www-form-urlencoded"
    )


def states(hooks: list[Webhook]) -> list[tuple[str, str]]:
    found = [parse_qs(hook.body.decode()) for hook in hooks]
    return [(one["MessageStatus"][0], one.get("ErrorCode", [""])[0]) for one in found]


def test_free_text_is_taken_and_fails_later_outside_the_window(twilio: Twilio) -> None:
    call, back = tw(twilio), {"StatusCallback": "https://guichet.example/status"}
    status, body, _ = say(twilio, call, Body="Bonjour", **back)
    assert (status, body["status"], body["error_code"], body["date_sent"]) == (201, "queued", None, None)
    assert states(twilio.callbacks(duplicated=False, shuffled=False)) == [("queued", ""), ("undelivered", "63016")]
    assert call("GET", f"/2010-04-01/Accounts/{twilio.account}/Messages/{body['sid']}.json")[1]["error_code"] == 63016
    twilio.receive(CUSTOMER, "Bonjour")
    say(twilio, call, Body="Re", **back)
    assert states(twilio.callbacks(duplicated=False, shuffled=False)) == [("queued", ""), ("sent", ""), ("delivered", "")]
    twilio.advance(24 * 3600)
    say(twilio, call, Body="Trop tard", **back)
    assert ("undelivered", "63016") in states(twilio.callbacks())


def test_templates_pass_when_approved_and_filled(twilio: Twilio) -> None:
    call, back = tw(twilio), {"StatusCallback": "https://guichet.example/status"}
    good = twilio.add_template("Votre devis : {{1}} crédits ({{2}}).", buttons=(("Je valide", "yes"), ("Je refuse", "no")))
    young = twilio.add_template("Bonjour {{1}}", status="pending")
    say(
        twilio,
        call,
        ContentSid=good,
        ContentVariables='{"1": "2", "2": "G-12"}',
        MessagingServiceSid=twilio.service,
        From="",
        **back,
    )
    say(twilio, call, ContentSid=good, ContentVariables='{"1": "2"}', **back)
    say(twilio, call, ContentSid=young, ContentVariables='{"1": "2"}', **back)
    assert sorted(code for _, code in states(twilio.callbacks(duplicated=False)) if code) == ["63016", "63028"]
    assert (twilio.sent[0]["status"], twilio.sent[0]["body"]) == ("delivered", "Votre devis : 2 crédits (G-12).")
    assert say(twilio, call, ContentSid=good, ContentVariables='{"1": "a\\nb", "2": "c"}')[1]["code"] == 21656
    assert call("GET", f"/v1/Content/{good}/ApprovalRequests")[1]["whatsapp"]["status"] == "approved"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"To": ""}, 21604),
        ({"From": "", "Body": "x"}, 21603),
        ({"To": "+33612345678", "Body": "x"}, 21910),
        ({"To": "whatsapp:0612345678", "Body": "x"}, 21211),
        ({"From": "whatsapp:+33700000000", "Body": "x"}, 63007),
        ({}, 21619),
        ({"Body": "x" * 1601}, 21617),
        ({"ContentSid": "HX" + "0" * 32}, 21655),
    ],
)
def test_twilio_refuses_with_its_codes(twilio: Twilio, fields: dict[str, str], code: int) -> None:
    with twilio.unrecorded():
        status, body, _ = say(twilio, tw(twilio), **fields)
    assert (status, body["code"], twilio.sent) == (400, code, [])


def test_twilio_credentials_and_rate(twilio: Twilio) -> None:
    call = tw(twilio)
    assert call("GET", f"/2010-04-01/Accounts/{twilio.account}.json", Authorization="Basic eA==")[1]["code"] == 20003
    twilio.window.limit = 1
    codes = [call("GET", f"/2010-04-01/Accounts/{twilio.account}.json")[0] for _ in range(2)]
    assert codes == [200, 429]


def test_media_are_late_elsewhere_and_credentials_must_not_follow(twilio: Twilio) -> None:
    hook = twilio.receive(CUSTOMER, "photo", media=(("image/jpeg", b"\xff\xd8photo"),))
    url = parse_qs(hook.body.decode())["MediaUrl0"][0]
    call = tw(twilio)
    path = url.removeprefix(twilio.url)
    assert call("GET", path)[0] == 404
    status, _, headers = call("GET", path)
    assert (status, urlsplit(headers["location"]).hostname) == (307, "localhost")
    target = headers["location"].split(str(twilio.cdn.port), 1)[1]
    assert Client(twilio.cdn, call.headers)("GET", target)[0] == 400
    assert len(twilio.leaked) == 1
    assert Client(twilio.cdn, {})("GET", target)[1] == b"\xff\xd8photo"


def expected(token: str, url: str, body: bytes) -> str:
    pairs = sorted((key, values[0]) for key, values in parse_qs(body.decode(), keep_blank_values=True).items())
    text = url + "".join(key + value for key, value in pairs)
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def test_twilio_signs_every_parameter_and_leaves_out_the_port_of_https(twilio: Twilio) -> None:
    hook = twilio.receive(CUSTOMER, "Bonjour & co", url="https://guichet.example:8443/wa?x=1", service=True, NewParam="1")
    assert b"MessagingServiceSid=MG" in hook.body
    assert hook.headers["X-Twilio-Signature"] == expected(twilio.auth_token, "https://guichet.example/wa?x=1", hook.body)
    plain = twilio.receive(CUSTOMER, "x", url="http://guichet.example:8080/wa")
    assert plain.headers["X-Twilio-Signature"] == expected(twilio.auth_token, "http://guichet.example:8080/wa", plain.body)
    forged = twilio.receive(CUSTOMER, "x", forged=True)
    assert forged.headers["X-Twilio-Signature"] != expected(twilio.auth_token, forged.url, forged.body)
    added = twilio.stranger(hook, Body="Je valide")
    assert added.headers == hook.headers
    assert added.body != hook.body
    with Listener() as place:
        assert hook.post(place.url)[0] == 200
        headers = place.seen[0][0]
    assert (headers["X-Forwarded-Host"], headers["X-Forwarded-Proto"]) == ("guichet.example:8443", "https")


def test_the_list_of_messages_pages_and_filters(twilio: Twilio) -> None:
    call, root = tw(twilio), f"/2010-04-01/Accounts/{twilio.account}/Messages.json"
    for n in range(5):
        twilio.receive(CUSTOMER, f"message {n}")
        twilio.advance(1)
    say(twilio, call, Body="ours")
    page = call("GET", f"{root}?PageSize=2&To={quote(twilio.number)}")[1]
    bodies = [one["body"] for one in page["messages"]]
    while page["next_page_uri"]:
        page = call("GET", page["next_page_uri"])[1]
        bodies += [one["body"] for one in page["messages"]]
    assert bodies == [f"message {n}" for n in (4, 3, 2, 1, 0)]
    late = quote("DateSent>") + "=" + quote("2026-01-01T00:00:00Z")
    assert "ours" not in [one["body"] for one in call("GET", f"{root}?{late}")[1]["messages"]]
    twilio.settle()
    assert "ours" in [one["body"] for one in call("GET", f"{root}?{late}")[1]["messages"]]


def test_callbacks_come_by_themselves_when_told_where(twilio: Twilio) -> None:
    twilio.sent_after = twilio.delivered_after = 0.05
    twilio.receive(CUSTOMER, "Bonjour")
    with Listener() as place:
        twilio.deliver_to = place.url
        say(twilio, tw(twilio), Body="Re", StatusCallback="https://guichet.example/status")
        for _ in range(100):
            if b"delivered" in b"".join(body for _, body in list(place.seen)):
                break
            threading.Event().wait(0.05)
    assert b"MessageStatus=delivered" in b"".join(body for _, body in place.seen)


# ---------------------------------------------------------------- Anthropic
@pytest.fixture
def anthropic() -> Iterator[Anthropic]:
    with Anthropic() as fake:
        yield fake


def an(fake: Anthropic) -> Client:
    return Client(fake, {"Authorization": f"Bearer {fake.key}", "anthropic-version": "2026-10-21"})


SCHEMA = {
    "type": "object",
    "properties": {"kind": {"enum": ["SUPPORT", "MODELISATION"]}, "n": {"type": ["integer", "null"]}},
    "required": ["kind", "n"],
    "additionalProperties": False,
}


def prompt(text: str = "Bonjour", **more: Any) -> dict[str, Any]:
    return {"model": "claude-sonnet-5-5", "max_tokens": 500, "messages": [{"role": "user", "content": text}]} | more


def shaped(text: str = "Bonjour", schema: dict[str, Any] = SCHEMA, **more: Any) -> dict[str, Any]:
    return prompt(text, output_config={"format": {"type": "json_schema", "schema": schema}}, **more)


def test_anthropic_answers_by_schema_by_script_and_cuts_at_max_tokens(anthropic: Anthropic) -> None:
    call = an(anthropic)
    assert json.loads(call("POST", "/v1/messages", shaped())[1]["content"][0]["text"]) == {"kind": "SUPPORT", "n": None}
    anthropic.answer(lambda body: {"kind": "MODELISATION", "n": len(body["messages"])})
    assert json.loads(call("POST", "/v1/messages", shaped())[1]["content"][0]["text"])["n"] == 1
    short = call("POST", "/v1/messages", shaped(max_tokens=4))[1]
    assert (short["stop_reason"], short["usage"]["output_tokens"]) == ("max_tokens", 4)
    with pytest.raises(ValueError, match=r"(?i)unterminated|expecting"):
        json.loads(short["content"][0]["text"])
    anthropic.refuse_next()
    assert call("POST", "/v1/messages", shaped())[1]["stop_reason"] == "refusal"
    anthropic.next_answers(Reply("not JSON", lawless=True))
    assert call("POST", "/v1/messages", shaped())[1]["content"][0]["text"] == "not JSON"
    assert "Bonjour" in anthropic.prompts()[0]


def test_a_script_that_breaks_its_schema_is_the_tests_own_defect() -> None:
    fake = Anthropic()
    fake.answer({"kind": "OTHER", "n": 1})
    assert an(fake)("POST", "/v1/messages", shaped())[0] == 500
    with pytest.raises(AssertionError, match="OTHER"):
        fake.stop()


def test_forced_tools_answer_with_tool_use(anthropic: Anthropic) -> None:
    tools = [{"name": "facts", "input_schema": SCHEMA, "strict": True}]
    anthropic.answer({"kind": "SUPPORT", "n": 3})
    body = an(anthropic)("POST", "/v1/messages", prompt(tools=tools, tool_choice={"type": "tool", "name": "facts"}))[1]
    assert (body["stop_reason"], body["content"][0]["input"]) == ("tool_use", {"kind": "SUPPORT", "n": 3})


@pytest.mark.parametrize(
    ("change", "status", "text"),
    [
        ({"temperature": 0}, 400, "temperature: Extra inputs"),
        ({"top_p": 0.9}, 400, "top_p"),
        ({"top_k": 1}, 400, "top_k"),
        ({"model": "claude-1"}, 404, "claude-1"),
        ({"max_tokens": 0}, 400, "max_tokens"),
        ({"messages": []}, 400, "messages"),
        ({"messages": [{"role": "user", "content": ""}]}, 400, "non-empty"),
        ({"messages": [{"role": "assistant", "content": "x"}]}, 400, "user role"),
        (
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "/9g="}}],
                    }
                ]
            },
            400,
            "image/png",
        ),
        (
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [
                            {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "AAAA"}}
                        ],
                    }
                ]
            },
            400,
            "PDF",
        ),
        (
            {"system": [{"type": "text", "text": str(n), "cache_control": {"type": "ephemeral"}} for n in range(5)]},
            400,
            "maximum of 4",
        ),
        (
            {"output_config": {"format": {"type": "json_schema", "schema": {"type": "object", "properties": {}}}}},
            400,
            "additionalProperties",
        ),
        ({"output_config": {"format": {"type": "json_schema", "schema": {"type": "integer", "minimum": 1}}}}, 400, "minimum"),
        ({"messages": [{"role": "user", "content": "x" * 800_000}]}, 400, "prompt is too long"),
    ],
)
def test_anthropic_refuses_what_the_api_refuses(anthropic: Anthropic, change: dict[str, Any], status: int, text: str) -> None:
    with anthropic.unrecorded():
        got, body, _ = an(anthropic)("POST", "/v1/messages", prompt() | change)
    assert got == status
    assert text in body["error"]["message"]
    assert anthropic.requests == []


def test_anthropic_credentials_version_limits_and_overload(anthropic: Anthropic) -> None:
    call = an(anthropic)
    with anthropic.unrecorded():
        assert call("POST", "/v1/messages", prompt(), Authorization="Bearer x")[1]["error"]["type"] == "authentication_error"
        assert call("POST", "/v1/messages", prompt(), anthropic_version="")[0] == 400
    assert call("POST", "/v1/messages", prompt(), Authorization="", x_api_key=anthropic.key)[0] == 200
    anthropic.fail_next(1, 529)
    anthropic.fail_next(1, 429, retry_after=3)
    assert call("POST", "/v1/messages", prompt())[1]["error"]["type"] == "overloaded_error"
    status, body, headers = call("POST", "/v1/messages", prompt())
    assert (status, body["error"]["type"], headers["retry-after"]) == (429, "rate_limit_error", "3")
    anthropic.itpm = 1
    assert call("POST", "/v1/messages", prompt())[0] == 429
    anthropic.advance(61)
    assert call("POST", "/v1/messages", prompt())[0] == 200


def test_the_cache_writes_once_reads_after_and_forgets(anthropic: Anthropic) -> None:
    call = an(anthropic)
    long = [{"type": "text", "text": "Règle de la grille. " * 500, "cache_control": {"type": "ephemeral"}}]

    def usage(text: str, **more: Any) -> tuple[int, int, int]:
        found = call("POST", "/v1/messages", prompt(text, **({"system": long} | more)))[1]["usage"]
        return found["input_tokens"], found["cache_creation_input_tokens"], found["cache_read_input_tokens"]

    plain, written, read = usage("un")
    assert (written > 2000, read) == (True, 0)
    assert usage("deux")[1:] == (0, written)
    anthropic.advance(200)
    assert usage("trois")[1:] == (0, written)  # used: lives on
    anthropic.advance(200)
    assert usage("encore")[1:] == (0, written)
    anthropic.advance(301)
    assert usage("quatre")[1:] == (written, 0)
    assert usage("cinq", model="claude-opus-4-8")[1:] == (0, 0)  # too short for that model: not cached, without a word
    changed = [long[0] | {"text": "Autre. " + long[0]["text"]}]
    assert usage("six", system=changed)[2] == 0
    assert usage("sept", system=[{"type": "text", "text": "court", "cache_control": {"type": "ephemeral"}}])[1:] == (0, 0)
    counted = call(
        "POST",
        "/v1/messages/count_tokens",
        {key: value for key, value in prompt("un", system=long).items() if key != "max_tokens"},
    )[1]
    assert counted["input_tokens"] == plain + written
    assert anthropic.spent["cache_read"] == 3 * written


def test_streams_carry_the_same_text(anthropic: Anthropic) -> None:
    anthropic.answer("Bonjour, voici une phrase assez longue pour deux morceaux.")
    raw = an(anthropic)("POST", "/v1/messages", prompt(stream=True))[1].decode()
    data = [json.loads(line[6:]) for line in raw.splitlines() if line.startswith("data: ")]
    assert "".join(one["delta"]["text"] for one in data if one["type"] == "content_block_delta") == anthropic._standing
    assert data[-1]["type"] == "message_stop"


# ---------------------------------------------------------------- the contract
def drive_hubspot(call: Client, fake: HubSpot, style: str) -> None:
    """Every operation once, on the paths of one version."""
    dated = style != "v3"
    objects, v4 = (f"/crm/objects/{style}", f"/crm/objects/{style}") if dated else ("/crm/v3/objects", "/crm/v4/objects")
    links = f"/crm/associations/{style}" if dated else "/crm/v4/associations"
    crm = (lambda name: f"/crm/{name}/{style}") if dated else (lambda name: f"/crm/v3/{name}")
    inbox = f"/conversations/conversations/{style}" if dated else "/conversations/v3/conversations"
    files = f"/files/{style}/files" if dated else "/files/v3/files"
    mail = f"contact-{style}@exemple.fr"
    upsert = {"inputs": [{"idProperty": "email", "id": mail, "properties": {"email": mail, "lastname": "Martin"}}]}
    contact = call("POST", f"{objects}/contacts/batch/upsert", upsert)[1]["results"][0]["id"]
    to = {"associations": [{"to": {"id": contact}, "types": [TICKET_TO_CONTACT]}]}
    inputs = [ticket(f"{style}/{n}") | to | {"objectWriteTraceId": str(n)} for n in range(3)]
    inputs[1]["properties"]["hs_ticket_priority"] = "VERY"
    made = call("POST", f"{objects}/tickets/batch/create", {"inputs": inputs})[1]["results"]
    one, two = made[0]["id"], made[1]["id"]
    read = {"idProperty": "guichet_key", "properties": ["guichet_key"], "propertiesWithHistory": []}
    call("POST", f"{objects}/tickets/batch/read", read | {"inputs": [{"id": f"{style}/0"}, {"id": "none"}]})
    call("POST", f"{objects}/tickets/batch/update", {"inputs": [{"id": one, "properties": {"subject": "Chaise"}}]})
    call("PATCH", f"{objects}/tickets/{one}", {"properties": {"hs_pipeline_stage": "4"}})
    call("GET", f"{objects}/tickets/{one}?properties=subject&properties=guichet_key&associations=contacts")
    call("GET", f"{objects}/tickets?limit=1")
    call("GET", f"{objects}/tickets/1")
    note = {"properties": {"hs_timestamp": "2026-11-20T10:00:00Z", "hs_note_body": "Note"}}
    note |= {
        "associations": [{"to": {"id": one}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 228}]}]
    }
    call("POST", f"{objects}/notes", note)
    call("POST", f"{objects}/notes/batch/create", {"inputs": [note]})
    call("POST", f"{objects}/contacts", {"properties": {"email": mail}})
    search = {
        "filterGroups": [{"filters": [{"propertyName": "email", "operator": "EQ", "value": mail}]}],
        "limit": 5,
        "properties": ["email"],
    }
    fake.advance(20)
    assert call("POST", f"{objects}/contacts/search", search)[1]["total"] == 1
    call("GET", f"{v4}/contacts/{contact}/associations/tickets?limit=1")
    call("PUT", f"{v4}/tickets/{two}/associations/default/contacts/{contact}")
    call("PUT", f"{v4}/tickets/{two}/associations/contacts/{contact}", [TICKET_TO_CONTACT])
    pair = {"from": {"id": two}, "to": {"id": contact}}
    call("POST", f"{links}/tickets/contacts/batch/create", {"inputs": [pair | {"types": [TICKET_TO_CONTACT]}]})
    call("POST", f"{links}/tickets/contacts/batch/associate/default", {"inputs": [pair]})
    call("POST", f"{links}/tickets/contacts/batch/read", {"inputs": [{"id": two}, {"id": "1"}]})
    call("GET", f"{links}/tickets/contacts/labels")
    call("POST", f"{links}/tickets/contacts/batch/archive", {"inputs": [{"from": {"id": two}, "to": [{"id": contact}]}]})
    call("DELETE", f"{v4}/tickets/{two}/associations/contacts/{contact}")
    prop = {
        "name": f"p_{style.replace('-', '_')}",
        "label": "P",
        "type": "string",
        "fieldType": "text",
        "groupName": "ticketinformation",
        "hasUniqueValue": True,
    }
    for path, body in (
        ("", prop),
        ("/batch/create", {"inputs": [prop, prop | {"name": prop["name"] + "x"}]}),
        ("/batch/read", {"archived": False, "inputs": [{"name": "nope"}]}),
    ):
        call("POST", f"{crm('properties')}/tickets{path}", body)
    call("PATCH", f"{crm('properties')}/tickets/{prop['name']}", {"label": "Q"})
    for path in ("", "/subject", "/nope", "/groups"):
        call("GET", f"{crm('properties')}/tickets{path}")
    for path in ("", "/0", "/0/stages", "/0/stages/1", "/999"):
        call("GET", f"{crm('pipelines')}/tickets{path}")
    owner = next(iter(fake.owners))
    call("GET", f"{crm('owners')}/?email=agent%40studio.example")
    call("GET", f"{crm('owners')}/{owner}")
    data, kind = multipart("file", "plan.pdf", b"%PDF", {"folderPath": "/guichet", "options": '{"access": "PRIVATE"}'})
    number = call("POST", files, data, Content_Type=kind)[1]["id"]
    call("GET", f"{files}/{number}")
    call("GET", f"{files}/{number}/signed-url")
    thread = fake.add_thread(mail, "Jean")
    fake.noise(thread)
    said = fake.receive(
        thread, "Bonjour " * 100, subject="Devis", files=[("a.png", "image/png", b"\x89PNG")], message_id=f"<{style}@x>"
    )
    call(
        "GET",
        f"{inbox}/threads?sort=latestMessageTimestamp&latestMessageTimestampAfter=2026-01-01T00%3A00%3A00Z&association=TICKET&limit=1",
    )
    call("GET", f"{inbox}/threads/{thread}?association=TICKET")
    call("GET", f"{inbox}/threads/{thread}/messages?limit=1&sort=createdAt")
    call("GET", f"{inbox}/threads/{thread}/messages/{said}")
    call("GET", f"{inbox}/threads/{thread}/messages/{said}/original-content")
    reply = {
        "type": "MESSAGE",
        "text": "Bonjour",
        "senderActorId": "A-51234567",
        "channelId": "1002",
        "channelAccountId": fake.email_account,
    }
    reply["recipients"] = [{"deliveryIdentifiers": [{"type": "HS_EMAIL_ADDRESS", "value": mail}]}]  # type: ignore[assignment]
    assert call("POST", f"{inbox}/threads/{thread}/messages", reply)[0] == 201
    assert call("POST", f"{inbox}/threads/{thread}/messages", {"type": "COMMENT", "text": "interne"})[0] == 201
    call("PATCH", f"{inbox}/threads/{thread}", {"status": "CLOSED"})
    call("POST", f"{inbox}/actors/batch/read", {"inputs": [f"V-{contact}", "A-51234567"]})
    for path in (
        "actors/A-51234567",
        "inboxes",
        "channels",
        "channel-accounts",
        f"channel-accounts/{fake.email_account}",
        "actors/V-1",
    ):
        call("GET", f"{inbox}/{path}")
    call("DELETE", f"{objects}/tickets/{two}")
    call("POST", f"{objects}/tickets/batch/archive", {"inputs": [{"id": one}]})
    call("POST", f"{objects}/contacts/gdpr-delete", {"objectId": contact})


def drive_clickup(fake: ClickUp) -> None:
    call, key = cu(fake), fake.add_field("Clé")
    path = f"/api/v2/list/{fake.list_id}/task"
    body = {
        "name": "Fauteuil",
        "parent": fake.parent,
        "assignees": [fake.member],
        "markdown_content": "**x**",
        "due_date": 1_795_000_000_000,
        "due_date_time": False,
    }
    task = call("POST", path, body | {"custom_fields": [{"id": key, "value": "k"}]})[1]["id"]
    call("GET", f"{path}?subtasks=true&include_closed=true&page=0&custom_fields=%5B%5D")
    call("PUT", f"/api/v2/task/{task}", {"status": "in progress", "assignees": {"add": [], "rem": []}})
    call("GET", f"/api/v2/task/{task}?include_subtasks=true&include_markdown_description=true")
    call("POST", f"/api/v2/task/{task}/field/{key}", {"value": "k2"})
    data, kind = multipart("attachment", "a.glb", b"glTF")
    call("POST", f"/api/v2/task/{task}/attachment", data, Content_Type=kind)
    call("POST", f"/api/v2/task/{task}/comment", {"comment_text": "x", "notify_all": False})
    call("POST", f"/api/v2/team/{fake.team}/webhook", {"endpoint": "https://x.example/cu", "events": ["*"]})
    for get in (
        "user",
        "team",
        f"list/{fake.list_id}/field",
        f"list/{fake.list_id}",
        f"task/{task}/comment",
        f"team/{fake.team}/webhook",
    ):
        assert call("GET", f"/api/v2/{get}")[0] == 200, get


def drive_twilio(fake: Twilio) -> None:
    call, root = tw(fake), f"/2010-04-01/Accounts/{fake.account}"
    url = parse_qs(fake.receive(CUSTOMER, "photo", media=(("image/jpeg", b"\xff\xd8"),)).body.decode())["MediaUrl0"][
        0
    ].removeprefix(fake.url)
    template = fake.add_template("{{1}}", buttons=(("Oui", "y"),))
    sent = say(fake, call, Body="Bonjour", StatusCallback="https://x.example/s")[1]["sid"]
    say(fake, call, ContentSid=template, ContentVariables='{"1": "a"}', MessagingServiceSid=fake.service, From="")
    fake.settle()
    for path in (
        ".json",
        "/IncomingPhoneNumbers.json",
        f"/Messages/{sent}.json",
        "/Messages.json?PageSize=1",
        "/Messages/SM" + "0" * 32 + ".json",
    ):
        call("GET", root + path)
    message = url.split("/Messages/")[1].split("/")[0]
    for path in (url, url, url + ".json", f"{root}/Messages/{message}/Media.json"):
        call("GET", path)
    created = call(
        "POST",
        "/v1/Content",
        {
            "friendly_name": "x",
            "language": "fr",
            "types": {"twilio/text": {"body": "Bonjour {{1}}"}},
            "variables": {"1": "Jean"},
        },
    )[1]["sid"]
    call("POST", f"/v1/Content/{created}/ApprovalRequests/whatsapp", {"name": "bonjour", "category": "UTILITY"})
    for path in (
        f"/v1/Content/{created}",
        f"/v1/Content/{created}/ApprovalRequests",
        "/v1/Content?PageSize=1",
        "/v1/ContentAndApprovals",
    ):
        assert call("GET", path)[0] == 200


def drive_anthropic(fake: Anthropic) -> None:
    call = an(fake)
    long = [{"type": "text", "text": "Règle. " * 2000, "cache_control": {"type": "ephemeral", "ttl": "1h"}}]
    image = {
        "type": "image",
        "source": {"type": "base64", "media_type": "image/png", "data": base64.b64encode(b"\x89PNG....").decode()},
    }
    tools = [{"name": "facts", "input_schema": SCHEMA, "strict": True}]
    assert call("POST", "/v1/messages", shaped(system=long))[0] == 200
    assert (
        call(
            "POST",
            "/v1/messages",
            prompt(system=long, messages=[{"role": "user", "content": [image, {"type": "text", "text": "Quoi ?"}]}]),
        )[0]
        == 200
    )
    assert call("POST", "/v1/messages", prompt(tools=tools, tool_choice={"type": "any"}))[0] == 200
    assert call("POST", "/v1/messages", prompt(stream=True))[0] == 200
    fake.refuse_next()
    call("POST", "/v1/messages", shaped())
    call("POST", "/v1/messages/count_tokens", {key: value for key, value in prompt().items() if key != "max_tokens"})
    fake.fail_next(1, 529)
    call("POST", "/v1/messages", prompt())
    for path in ("/v1/models?limit=2", "/v1/models/claude-sonnet-5-5", "/v1/models/none"):
        call("GET", path)


@pytest.mark.skipif(not contract_check.available(), reason="the official specifications stand beside the project, not in it")
def test_what_the_fakes_say_satisfies_the_specifications(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "exchanges.jsonl"
    monkeypatch.setenv(VARIABLE, str(log))
    with HubSpot(limit=None, search_limit=None) as hubspot, ClickUp() as clickup, Twilio() as twilio, Anthropic() as anthropic:
        hubspot.add_property("tickets", "guichet_key", unique=True)
        for style in ("v3", "2026-09"):
            drive_hubspot(talk(hubspot), hubspot, style)
        hubspot.fail_next(1, 429)
        talk(hubspot)("GET", "/crm/v3/owners/")
        hubspot.late_success(1)
        with pytest.raises((OSError, http.client.HTTPException)):
            talk(hubspot)("GET", "/crm/v3/owners/")
        drive_clickup(clickup)
        drive_twilio(twilio)
        drive_anthropic(anthropic)
        calls = sum(len(fake.calls) for fake in (hubspot, clickup, twilio, anthropic))
        assert [fake.unknown for fake in (hubspot, clickup, twilio, anthropic)] == [[], [], [], []]
    status, text = contract_check.run(log)
    assert (status, text.splitlines()[-1]) == (0, f"{calls} exchanges, 0 violations"), text
    kept = log.read_text(encoding="utf-8")
    assert hubspot.token not in kept
    assert anthropic.key not in kept
    assert clickup.token not in kept


@pytest.mark.skipif(not contract_check.available(), reason="the official specifications stand beside the project, not in it")
def test_the_check_finds_a_field_nobody_described(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "exchanges.jsonl"
    monkeypatch.setenv(VARIABLE, str(log))
    with HubSpot() as fake:
        talk(fake)("POST", "/crm/v3/objects/contacts", {"properties": {"email": "a@b.fr"}, "emial": 1})
        with fake.unrecorded():
            talk(fake)("GET", "/crm/v3/owners/?nope=1")
    status, text = contract_check.run(log)
    assert (status, text.splitlines()[-1]) == (1, "1 exchanges, 1 violations")


def test_without_the_specifications_the_check_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(contract_check, "available", lambda: False)
    assert contract_check.main([]) == 0
    assert "../shared/specs" in capsys.readouterr().out
    monkeypatch.setattr(contract_check, "available", lambda: True)
    assert contract_check.main([str(tmp_path / "none")]) == 2
