"""HubSpot on loopback keeps state, refuses what the real one refuses, and answers as specified."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from fakes.hubspot import HubSpot
from fakes_help import (
    TICKET_TO_CONTACT,
    Client,
    talk,
    ticket,
)

pytest_plugins = ("tests.fakes_fixtures",)
pytestmark = pytest.mark.usefixtures("off_the_record")


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
