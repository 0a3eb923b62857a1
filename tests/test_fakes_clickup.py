"""ClickUp on loopback keeps state, refuses what the real one refuses, and answers as specified."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from fakes.clickup import ClickUp
from fakes_help import (
    Listener,
    cu,
    multipart,
)

pytest_plugins = ("tests.fakes_fixtures",)
pytestmark = pytest.mark.usefixtures("off_the_record")


@pytest.fixture
def clickup() -> Iterator[ClickUp]:
    with ClickUp(limit=None) as fake:
        yield fake


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
