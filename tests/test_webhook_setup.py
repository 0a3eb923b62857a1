"""``daemon.py webhooks``: the addresses to paste, ClickUp's webhook made once; its status changes told once by either road."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.clickup import ClickUp
from fakes.wire import Webhook
from web_help import KEY, Running, running

from console.webhooks import lines, webhooks
from core.errors import PortError, Unauthorized, UserError
from hooks import clickup_hook
from settings import Settings
from tests.quick import Quick
from web.options import Options

PUBLIC = "https://guichet.example"


@pytest.fixture
def space() -> Iterator[ClickUp]:
    with ClickUp() as fake:
        yield fake
        assert not fake.unknown


def settings(space: ClickUp, **more: Any) -> Settings:
    values = {"clickup_api_key": space.token, "clickup_base_url": space.url + "/api", "clickup_parent_task_id": space.parent}
    return Settings(public_url=PUBLIC, **(values | more))


def told(given: Settings, *, register: bool = False) -> str:
    return "\n".join(lines(webhooks(given, register=register)))


def test_every_vendor_gets_its_exact_address(space: ClickUp) -> None:
    text = told(settings(space, twilio_account_sid="AC1"))
    for path in ("/webhook/whatsapp,", "/webhook/whatsapp/status,", "/webhook/hubspot.", "/webhook/clickup\n"):
        assert f"{PUBLIC}{path}" in text
    assert "WhatsApp (Twilio) : réglé" in text
    assert "ClickUp : à régler" in text
    assert not space.calls


def test_without_a_public_address_the_command_says_what_to_set(space: ClickUp) -> None:
    with pytest.raises(UserError, match="PUBLIC_URL"):
        webhooks(Settings())
    with pytest.raises(UserError, match="CLICKUP_API_KEY"):
        webhooks(Settings(public_url=PUBLIC), register=True)


def test_the_webhook_of_clickup_is_made_once_and_its_secret_said(space: ClickUp) -> None:
    first = told(settings(space), register=True)
    (made,) = space.webhooks.values()
    assert (made["endpoint"], made["list_id"]) == (f"{PUBLIC}/webhook/clickup", int(space.list_id))
    assert f"CLICKUP_WEBHOOK_SECRET={made['secret']}" in first
    again = told(settings(space), register=True)
    assert "rien n'a été créé" in again
    assert made["secret"] in again
    known = told(settings(space, clickup_webhook_secret=made["secret"]), register=True)
    assert "ClickUp : réglé" in known
    assert made["secret"] not in known, "what is known already is not shown again"
    assert len(space.webhooks) == 1


def test_a_webhook_that_clickup_gave_up_is_awoken(space: ClickUp) -> None:
    told(settings(space), register=True)
    (made,) = space.webhooks.values()
    made["health"] = {"status": "suspended", "fail_count": 100}
    assert "réveillé" in told(settings(space), register=True)
    assert made["health"]["status"] == "active"
    assert len(space.webhooks) == 1


@pytest.mark.parametrize("way", ["late_success", "drop_next"])
def test_an_answer_that_gets_lost_leaves_one_webhook(space: ClickUp, way: str) -> None:
    getattr(space, way)(match="POST .*/webhook")
    with contextlib.suppress(PortError):
        told(settings(space), register=True)
    assert "CLICKUP_WEBHOOK_SECRET=" in told(settings(space), register=True)
    assert len(space.webhooks) == 1


def test_a_token_that_is_refused_is_a_sentence(space: ClickUp) -> None:
    with pytest.raises(Unauthorized, match="ClickUp"):
        webhooks(settings(space, clickup_api_key="pk_1_WRONG"), register=True)


# ------------------------------------------------------------------ what it then tells


@pytest.fixture
def work(space: ClickUp, tmp_path: Path) -> Iterator[tuple[Running, str]]:
    """An edge over a house with ClickUp, one task ordered; the task's id."""
    given = settings(space)
    webhooks(given, register=True)
    (made,) = space.webhooks.values()

    def make(counter: Quick) -> Options:
        return Options(api_key=KEY, public_url=PUBLIC, hooks=clickup_hook(secret=made["secret"], clock=counter.clock))

    own = {name: getattr(given, name) for name in ("clickup_api_key", "clickup_base_url", "clickup_parent_task_id")}
    with running(tmp_path / "data", make, house=own) as web:
        request = {"user_email": "c@example.com", "objet": "modélisation 3D", "description": "un vase"}
        ticket = web.call("POST", "/webhook/request", request, key=KEY).json["ticket_id"]
        done = web.call("POST", "/webhook/validate", {"ticket_id": ticket, "credits": 1}, key=KEY)
        web.counter.settle()
        yield web, done.json["subtask_id"]


def send(web: Running, hook: Webhook) -> int:
    headers = {name.replace("-", "_"): value for name, value in hook.headers.items()}
    return web.call("POST", hook.target, hook.body, **headers).status


def moved(web: Running) -> list[str]:
    """The statuses that the journal keeps."""
    case = web.counter.only()
    return [e.data["status"] for _, e in web.counter.house.store.history(case.id) if e.kind == "task.moved"]


def poll(web: Running) -> None:
    web.counter.house.lanes.wake("watch:tasks")
    web.counter.settle()


def letters(web: Running) -> list[str]:
    return [str(m["Subject"]) for m in web.counter.sent("c@example.com")]


def test_a_status_told_by_webhook_and_found_by_polling_is_told_once(work: tuple[Running, str], space: ClickUp) -> None:
    web, task = work
    poll(web)
    assert moved(web) == ["to do"]
    before = len(letters(web))
    space.set_status(task, "in progress")
    hooks = space.hooks()
    assert len(hooks) == 2, "ClickUp tells things twice"
    assert [send(web, hook) for hook in hooks] == [200, 200]
    poll(web)
    space.comment(task, "une remarque")
    space.set_status(task, "complete")
    poll(web)
    assert [send(web, hook) for hook in space.hooks()] == [200, 200]
    poll(web)
    assert moved(web) == ["to do", "in progress", "complete"]
    assert len(letters(web)) == before + 2, "the customer hears that work began and ended, once each"


def test_polling_alone_tells_what_no_webhook_brought(work: tuple[Running, str], space: ClickUp) -> None:
    web, task = work
    space.set_status(task, "in progress")
    space.hooks()  # lost on their way
    web.counter.now += timedelta(minutes=1)
    poll(web)
    poll(web)
    assert moved(web) == ["in progress"]


@pytest.mark.parametrize("at_once", [True, False])
def test_what_comes_too_late_does_not_bring_an_old_status_back(
    work: tuple[Running, str], space: ClickUp, at_once: bool
) -> None:
    web, task = work
    space.set_status(task, "in progress")
    began = space.hooks(duplicated=False)
    space.advance(5)
    space.set_status(task, "complete")
    ended = space.hooks(duplicated=False)
    before = len(letters(web))
    for hook in (*ended, *began):
        assert send(web, hook) == 200
        if not at_once:
            web.counter.settle()
    web.counter.settle()
    task_now = web.counter.only().task
    assert task_now is not None
    assert task_now.status == "complete"
    assert len(letters(web)) == before + 1
    if not at_once:
        assert moved(web) == ["complete"]
    assert send(web, space.hook(next(iter(space.webhooks.values())), {"event": "x"}, forged=True)) == 403
