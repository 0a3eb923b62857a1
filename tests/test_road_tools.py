"""The road with the company's own tools: HubSpot, ClickUp and R2 on loopback, with their refusals and bad days."""

from __future__ import annotations

import re
from collections import Counter as Count
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import engine.courier
from connectors.clickup.client import ClickUpClient
from connectors.hubspot.client import HubSpotClient
from tests.fakes.clickup import ClickUp
from tests.fakes.hubspot import HubSpot
from tests.road import JPEG, Light, mail

#: The user whose name stands on answers in HubSpot's conversations.
AGENT = "51234567"


@pytest.fixture
def hubspot() -> Iterator[HubSpot]:
    with HubSpot() as fake:
        yield fake


@pytest.fixture
def clickup() -> Iterator[ClickUp]:
    with ClickUp() as fake:
        yield fake


#: What figurative.md wants of the ticket, made by the product: (type, form field).
PROPERTIES = {
    "validation_status": ("enumeration", "select"),
    "credits_estimes": ("number", "number"),
    "clickup_subtask_id": ("string", "text"),
    "fichiers_urls": ("string", "textarea"),
}
STATUSES = {"pending_info", "pending_credits", "pending_admin", "validated", "rejected"}
#: Of HubSpot's paths; "v3" where a test does not ask for both.
VERSIONS = pytest.mark.parametrize("version", ["v3", "2026-09"], indirect=True)


@pytest.fixture
def version(request: pytest.FixtureRequest) -> str:
    return str(getattr(request, "param", "v3"))


@pytest.fixture
def tools(hubspot: HubSpot, clickup: ClickUp, version: str) -> dict[str, Any]:
    """Settings that point at the loopback tools."""
    hubspot.retire(*({"v3": [], "2026-09": ["v3", "v4"]}[version]))
    return {
        "hubspot_api_version": version,
        "hubspot_api_key": hubspot.token,
        "hubspot_base_url": hubspot.url,
        "hubspot_hub_id": str(hubspot.portal),
        "hubspot_pipeline_id": "0",
        "hubspot_stage_new": "1",
        "hubspot_stage_closed": "4",
        "clickup_api_key": clickup.token,
        "clickup_base_url": clickup.url,
        "clickup_parent_task_id": clickup.parent,
        "clickup_assignee_id": str(clickup.member),
    }


@VERSIONS
def test_the_whole_journey_into_hubspot_and_clickup(
    tmp_path: Path, tools: dict[str, Any], hubspot: HubSpot, clickup: ClickUp
) -> None:
    for name, kind in (("Crédits", "number"), ("Client", "short_text")):
        clickup.add_field(name, kind)
    counter = Light(tmp_path / "data", **tools, files_dir=str(tmp_path / "files"))
    counter.drop(mail("Je souhaite modéliser ce fauteuil... pour le 24 décembre 2026", files=(("photo.jpg", JPEG),)))
    assert counter.work() == {}
    (contact,) = hubspot.created("contacts")
    assert contact["properties"]["email"] == "client@example.com"
    ticket = hubspot.created("tickets")[0]["properties"]
    assert ticket["validation_status"] == "pending_credits"
    assert ticket["credits_estimes"] == "2"
    assert ticket["guichet_source_id"] == "<1@example.com>"
    assert (ticket["hs_pipeline"], ticket["hs_pipeline_stage"]) == ("0", "1")
    assert re.fullmatch(
        r"http://127\.0\.0\.1:5000/cases/\w+#file-\w+", ticket["fichiers_urls"]
    )  # where no outside storage is: its page
    assert hubspot.created("tickets")[0]["associations"]["contacts"] == [contact["id"]]
    (quote,) = counter.sent("client@example.com")
    counter.drop(mail("Je valide", answers=quote, number=2))
    assert counter.work() == {}
    (case,) = counter.cases()
    assert case.stage == "done"
    ticket = hubspot.created("tickets")[0]["properties"]
    assert ticket["validation_status"] == "validated"
    made = clickup.created()
    assert len(made) == 1
    assert ticket["clickup_subtask_id"] == made[0]["id"]
    assert ticket["hs_pipeline_stage"] == "1", "people go on working with the ticket"
    (task,) = made
    assert task["parent"] == clickup.parent
    assert [one["id"] for one in task["assignees"]] == [clickup.member]
    assert datetime.fromtimestamp(int(task["due_date"]) / 1000, UTC).date().isoformat() == "2026-12-24"
    for part in ("photo.jpg", f"/record/0-5/{hubspot.created('tickets')[0]['id']}", "2 crédits"):
        assert part in task["markdown_description"], part
    fields = {one["name"]: one.get("value") for one in task["custom_fields"]}
    assert (float(fields["Crédits"]), fields["Client"]) == (2.0, "Jean Dupont")
    (file,) = clickup.attachments
    assert (file["task"], file["data"]) == (task["id"], JPEG)
    assert file["name"].startswith("photo-")
    assert file["name"].endswith(".jpg")
    made = {name: hubspot.property("tickets", name) for name in PROPERTIES}
    assert {name: one and (one["type"], one["fieldType"]) for name, one in made.items()} == PROPERTIES
    status = made["validation_status"]
    assert status is not None
    assert {one["value"] for one in status["options"]} == STATUSES
    assert {state for _, _, state in counter.effects()} <= {"done", "reconciled"}


def test_a_single_message_costs_at_most_four_calls_to_hubspot_once_the_properties_are_there(
    tmp_path: Path, tools: dict[str, Any], hubspot: HubSpot, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[float] = []
    monkeypatch.setitem(engine.courier.Courier.__init__.__kwdefaults__, "pause", held.append)
    counter = Light(tmp_path / "data", **tools)
    counter.drop(mail("Je souhaite modéliser cette chaise", sender="z@example.org", files=(("p.jpg", JPEG + b"z"),), number=99))
    assert counter.work() == {}
    before = len(hubspot.calls)
    counter.drop(mail("Je souhaite modéliser ce fauteuil...", files=(("photo.jpg", JPEG),)))
    assert counter.work() == {}
    calls = hubspot.calls[before:]
    assert len(calls) <= 4, Count((c.method, c.path) for c in calls)
    assert not [c for c in calls if "search" in c.path]
    assert held == [], "a message that comes alone waits for no other"


def test_a_hundred_messages_cost_at_most_five_hundredths_of_a_call_each(
    tmp_path: Path, tools: dict[str, Any], hubspot: HubSpot
) -> None:
    counter = Light(tmp_path / "data", **tools)
    counter.drop(
        mail("Je souhaite modéliser cette chaise", sender="z@example.org", files=(("p.jpg", JPEG + b"z"),), number=999)
    )
    assert counter.work() == {}
    before = len(hubspot.calls)
    for number in range(100):
        text = f"Je souhaite modéliser ce fauteuil, modèle {number}"
        counter.drop(
            mail(text, sender=f"c{number}@example.com", number=number, files=((f"{number}.jpg", JPEG + b"%d" % number),))
        )
    assert counter.work() == {}
    calls = hubspot.calls[before:]
    assert len(hubspot.created("tickets")) == 101
    print(f"{len(calls)} HubSpot calls for 100 messages: {Count((c.method, c.path) for c in calls)}")
    assert len(calls) <= 5
    assert not [c for c in calls if "search" in c.path]


def test_a_refusal_closes_the_ticket_and_makes_no_task(
    tmp_path: Path, tools: dict[str, Any], hubspot: HubSpot, clickup: ClickUp
) -> None:
    counter = Light(tmp_path / "data", **tools)
    counter.drop(mail("Je souhaite modéliser ce fauteuil...", files=(("photo.jpg", JPEG),)))
    assert counter.work() == {}
    (quote,) = counter.sent("client@example.com")
    counter.drop(mail("Non merci, je refuse.", answers=quote, number=2))
    assert counter.work() == {}
    (ticket,) = hubspot.created("tickets")
    assert (ticket["properties"]["validation_status"], ticket["properties"]["hs_pipeline_stage"]) == ("rejected", "4")
    assert clickup.created() == []


@pytest.mark.parametrize("bad", ["fail", "late", "drop", "late-task"])
def test_bad_days_of_the_tools_cost_no_double_and_no_loss(
    bad: str, tmp_path: Path, tools: dict[str, Any], hubspot: HubSpot, clickup: ClickUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock jumps past every lag between runs; each run does what its time has come for."""
    for client in (HubSpotClient, ClickUpClient):
        monkeypatch.setitem(client.__init__.__kwdefaults__, "timeout", (1.0, 1.0))
    later = [timedelta()]
    counter = Light(tmp_path / "data", clock=lambda: datetime.now(UTC) + later[0], **tools)

    def days(number: int) -> None:
        for _ in range(number):
            counter.work()
            later[0] += timedelta(minutes=20)

    counter.drop(mail("Je souhaite modéliser cette chaise", sender="z@example.org", files=(("p.jpg", JPEG + b"z"),), number=99))
    days(1)
    counter.drop(mail("Je souhaite modéliser ce fauteuil...", files=(("photo.jpg", JPEG),)))
    if bad == "fail":
        hubspot.fail_next(2, 503)
    elif bad == "late":
        hubspot.late_success(1, match="tickets/batch/create")
    elif bad == "drop":
        hubspot.drop_next(1)
    days(4)
    assert len(hubspot.created("contacts")) == 2
    assert len(hubspot.created("tickets")) == 2
    (quote,) = counter.sent("client@example.com")
    if bad == "late-task":
        clickup.late_success(1, match="/task")
    elif bad == "fail":
        clickup.fail_next(1, 500)
    counter.drop(mail("Je valide", answers=quote, number=2))
    days(4)
    assert len(clickup.created()) == 1
    assert sorted(c.stage for c in counter.cases()) == ["done", "waiting_approval"]
    assert {state for _, _, state in counter.effects()} <= {"done", "reconciled"}


@VERSIONS
def test_the_whole_journey_in_hubspots_inbox_alone(
    tmp_path: Path, tools: dict[str, Any], hubspot: HubSpot, clickup: ClickUp
) -> None:
    """Request, quote and yes in one conversation; a yes that a stranger's conversation brings decides nothing."""
    later = [timedelta()]
    more = {"hubspot_agent_id": AGENT, "hubspot_poll_seconds": 1}
    counter = Light(tmp_path / "data", clock=lambda: datetime.now(UTC) + later[0], **tools, **more)

    def work() -> None:
        for _ in range(3):
            assert counter.work() == {}
            later[0] += timedelta(seconds=90)
            hubspot.advance(90)

    thread = hubspot.add_thread("client@example.com", "Jean Dupont")
    photo = [("photo.jpg", "image/jpeg", JPEG)]
    hubspot.receive(thread, "Je souhaite modéliser ce fauteuil vintage", subject="Modélisation fauteuil", files=photo)
    work()
    (case,) = counter.cases()
    assert (case.stage, case.thread.channel) == ("waiting_approval", "hubspot")
    said = [one["text"] for one in hubspot.messages(thread) if one["direction"] == "OUTGOING"]
    assert len(said) == 1
    assert "2 crédits" in said[0]
    other = hubspot.add_thread("client@example.com", "Faux Dupont")
    hubspot.receive(other, "Je valide")
    work()
    assert clickup.created() == []
    hubspot.receive(thread, "Je valide")
    work()
    assert [c.stage for c in counter.cases() if c.id == case.id] == ["done"]
    assert len(clickup.created()) == 1
    assert not counter.sent("client@example.com")


@pytest.mark.parametrize("first", ["imap", "hubspot"])
def test_row_26_the_same_mail_by_imap_and_by_hubspots_inbox_is_one_case(
    first: str, tmp_path: Path, tools: dict[str, Any], hubspot: HubSpot
) -> None:
    later = [timedelta()]
    more = {"hubspot_agent_id": AGENT, "hubspot_poll_seconds": 1}
    counter = Light(tmp_path / "data", clock=lambda: datetime.now(UTC) + later[0], **tools, **more)
    text = "Je souhaite modéliser ce fauteuil vintage"

    def by_imap() -> None:
        counter.drop(mail(text, files=(("photo.jpg", JPEG),), number=1))

    threads: list[str] = []

    def by_hubspot() -> None:
        thread = hubspot.add_thread("client@example.com", "Jean Dupont")
        threads.append(thread)
        photo = [("photo.jpg", "image/jpeg", JPEG)]
        hubspot.receive(thread, text, subject="Modélisation fauteuil vintage", message_id="<1@example.com>", files=photo)

    for arrive in (by_imap, by_hubspot) if first == "imap" else (by_hubspot, by_imap):
        arrive()
        for _ in range(3):
            assert counter.work() == {}
            later[0] += timedelta(seconds=90)
            hubspot.advance(90)
    assert len(counter.cases()) == 1
    (ticket,) = hubspot.created("tickets")
    assert ticket["associations"]["conversations"] == threads, "the ticket is tied to the conversation either way"
    assert {state for _, _, state in counter.effects()} <= {"done", "reconciled"}
