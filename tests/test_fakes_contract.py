"""What the loopback vendors say, held against the official specifications."""

from __future__ import annotations

import base64
import http.client
from pathlib import Path
from urllib.parse import parse_qs

import contract_check
import pytest
from fakes.anthropic import Anthropic
from fakes.clickup import ClickUp
from fakes.hubspot import HubSpot
from fakes.recorder import VARIABLE
from fakes.twilio import Twilio
from fakes_help import (
    CUSTOMER,
    SCHEMA,
    TICKET_TO_CONTACT,
    Client,
    an,
    cu,
    multipart,
    prompt,
    say,
    shaped,
    talk,
    ticket,
    tw,
)

pytest_plugins = ("tests.fakes_fixtures",)
pytestmark = pytest.mark.usefixtures("off_the_record")


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
