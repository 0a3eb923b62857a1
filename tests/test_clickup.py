"""ClickUp as the task manager, on a loopback server that keeps nothing from being made twice but us."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from effects_help import MemorySpool
from fakes.clickup import ClickUp, sign
from hypothesis import given
from hypothesis import strategies as st

from connectors.clickup.changes import TaskChange, from_webhook
from connectors.clickup.client import ClickUpClient
from connectors.clickup.signature import verify
from connectors.clickup.tasks import ClickUpTasks
from connectors.clickup.upload import Upload
from core.effects import CommentTask, CreateTask, Effect, Receipt, StoreFile
from core.errors import Ambiguous, Rejected, Transient, Unauthorized

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def space() -> Iterator[ClickUp]:
    with ClickUp() as fake:
        yield fake
        assert not fake.unknown


def tasks(fake: ClickUp, spool: MemorySpool | None = None, **more: Any) -> ClickUpTasks:
    names = ("token", "timeout", "sleep", "monotonic", "window")
    own = {k: more.pop(k) for k in names if k in more}
    client = ClickUpClient(own.pop("token", fake.token), **({"base": fake.url + "/api", "timeout": (2.0, 1.0)} | own))
    return ClickUpTasks(client, **({"parent": fake.parent, "spool": spool or MemorySpool()} | more))


def create(n: int, **more: Any) -> Effect:
    values: dict[str, Any] = {
        "name": f"Modéliser {n}",
        "description": "**Fauteuil**\n\n- [photo](https://files.example.com/p.jpg)",
        "reference": f"G-{n}",
        "quantity": Decimal("2.5"),
    }
    return Effect(f"c{n}/1/0", f"c{n}", "tasks", CreateTask(**(values | more)))


def comment(n: int, task: str, text: str = "un mot") -> Effect:
    return Effect(f"c{n}/2/0", f"c{n}", "tasks", CommentTask(task, text))


def ids(outcomes: list[Any]) -> list[str]:
    assert all(isinstance(o, Receipt) for o in outcomes), outcomes
    return [o.id for o in outcomes]


def test_a_subtask_with_all_that_it_says(space: ClickUp) -> None:
    space.add_field("Client")
    space.add_field("Crédits", "number")
    space.add_field("Type", "drop_down", ("Meuble", "Objet"))
    key = space.add_field("guichet_key")
    out = tasks(space, assignee=str(space.member))
    properties = {"Client": "Jean", "Crédits": "2.5", "Type": "meuble", "Inconnu": "x"}
    (receipt,) = out.deliver([create(1, due="2026-12-24", properties=properties)])
    (made,) = space.created()
    assert receipt == Receipt(made["id"], made["url"])
    assert (made["name"], made["parent"]) == ("Modéliser 1", space.parent)
    assert made["markdown_description"] == "**Fauteuil**\n\n- [photo](https://files.example.com/p.jpg)", (
        "no marker where a field holds the key"
    )
    assert [a["id"] for a in made["assignees"]] == [space.member]
    assert datetime.fromtimestamp(int(made["due_date"]) / 1000, UTC).date().isoformat() == "2026-12-24"
    values = {f["name"]: f.get("value") for f in made["custom_fields"]}
    assert values["Client"] == "Jean"
    assert float(values["Crédits"]) == 2.5
    assert values["Type"] == 0
    assert space.fields[key]["name"] == "guichet_key"
    assert values["guichet_key"] == "c1/1/0"


@pytest.mark.parametrize("field", [True, False], ids=["field", "description"])
@pytest.mark.parametrize("how", ["cut", "silent", "504", "half", "page"])
def test_success_that_is_never_heard_of_is_found_not_repeated(space: ClickUp, how: str, field: bool) -> None:
    if field:
        space.add_field("guichet_key")
    out = tasks(space)
    match = r"POST .*/(task|comment)$"
    trouble = {
        "cut": lambda: space.late_success(match=match),
        "silent": lambda: space.late_success(match=match, silent=1.5),
        "504": lambda: space.late_error(1, 504, match=match),
        "half": lambda: space.cut_next(match=match),
        "page": lambda: space.garble_next(match=match),
    }[how]
    parent = space.add_task("ancienne", parent=space.parent)
    for effect in (create(1), comment(2, parent)):
        trouble()
        (outcome,) = out.deliver([effect])
        assert isinstance(outcome, Ambiguous), outcome
        (found,) = out.find([effect])
        if how == "page":
            assert found is None
            (made,) = out.deliver([effect])
            assert isinstance(made, Receipt)
            (found,) = out.find([effect])
        assert found is not None
        assert found.found
    assert len(space.created()) == 1
    assert len(space.comments[parent]) == 1


def test_it_is_found_by_another_process_among_hundreds_closed_ones_too(space: ClickUp) -> None:
    space.limit = None
    effects = [create(n) for n in (1, 11, 111)]
    made = ids(tasks(space).deliver(effects))
    for n in range(230):
        space.add_task(
            f"autre {n}", parent=space.parent, markdown_content="guichet:c1/1/0\nmais ce n'est pas la dernière ligne"
        )
    space.set_status(made[1], "complete")
    found = tasks(space).find([*effects, create(2)])
    assert [r.id if r else None for r in found] == [*made, None]


def test_a_page_of_something_in_between_is_not_absence(space: ClickUp) -> None:
    out = tasks(space)
    ids(out.deliver([create(1)]))
    space.garble_next(2)
    with pytest.raises(Transient):
        out.find([create(1)])


def test_files_are_attached_and_what_was_interrupted_goes_on(space: ClickUp) -> None:
    spool = MemorySpool()
    files = tuple(spool.put(f"contenu {n}".encode() * 1000) + f"/photo {n}.jpg" for n in range(3))
    out = tasks(space, spool)
    # The second file: its upload is cut, before or after the work.
    space.script(_once(lambda r: "attachment" in r.path and b"contenu 1" in r.body))
    (outcome,) = out.deliver([create(1, files=files)])
    assert isinstance(outcome, Ambiguous)
    assert "fichiers" in str(outcome)
    # A new process knows nothing of it but what ClickUp says.
    out = tasks(space, spool)
    assert out.find([create(1, files=files)]) == [None]
    (receipt,) = out.deliver([create(1, files=files)])
    assert isinstance(receipt, Receipt)
    assert len(space.created()) == 1
    assert sorted(a["data"][:9] for a in space.attachments) == [b"contenu 0", b"contenu 1", b"contenu 2"]
    assert sorted(a["name"].partition("-")[0] for a in space.attachments) == ["photo 0", "photo 1", "photo 2"]
    attached = sorted(space.attachments, key=lambda a: str(a["name"]))
    assert [a["data"] for a in attached] == [spool.get(f.partition("/")[0]) for f in files]
    (found,) = out.find([create(1, files=files)])
    assert found is not None


def _once(when: Any) -> Any:
    from fakes.base import Trouble

    left = [1]

    def step(request: Any) -> Any:
        if left and when(request):
            left.clear()
            return Trouble("drop")
        return None

    return step


def test_a_file_that_can_never_be_attached_does_not_hold_the_task_up(space: ClickUp) -> None:
    spool = MemorySpool()
    space.max_attachment = 100
    big, small = spool.put(b"x" * 1000), spool.put(b"y" * 10)
    (receipt,) = tasks(space, spool).deliver([create(1, files=(big, "0" * 64, small))])
    assert isinstance(receipt, Receipt)
    assert [a["data"] for a in space.attachments] == [b"y" * 10]
    assert len(space.comments[receipt.id]) == 2


def test_a_file_is_never_whole_in_memory() -> None:
    class Endless:
        def read(self, size: int) -> bytes:
            return b"x" * size

    size = 200 * 2**20
    upload = Upload("attachment", 'a"b\r\n.jpg', Endless(), size)  # type: ignore[arg-type]
    tracemalloc.start()
    total, head = 0, upload.read(65536)
    total += len(head)
    while piece := upload.read(65536):
        total += len(piece)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert total == len(upload)
    assert peak < 1_000_000
    assert b'filename="a_b__.jpg"' in head


def test_a_file_that_got_shorter_is_an_error_not_a_wait() -> None:
    class Short:
        def read(self, size: int) -> bytes:
            return b""

    upload = Upload("attachment", "a", Short(), 10)  # type: ignore[arg-type]
    upload.read(10_000)
    with pytest.raises(OSError, match="shorter"):
        upload.read(10)


def test_what_is_refused(space: ClickUp) -> None:
    out = tasks(space)
    gone = ids(out.deliver([create(1)]))[0]
    with space.lock:
        space.deleted[gone] = space._tasks.pop(gone)
    outcomes = out.deliver(
        [
            comment(2, "86cinconnu"),
            comment(3, gone),
            comment(4, "../../team"),
            create(5, name="", reference=""),
            Effect("x/1/0", "x", "tasks", StoreFile("0" * 64, "a", "b", 1, "x")),
            create(6),
        ]
    )
    assert [type(o) for o in outcomes[-1:]] == [Receipt]
    assert all(isinstance(o, Rejected) for o in outcomes[:-1]), outcomes
    assert out.find([comment(2, "86cinconnu"), comment(4, "../../team")]) == [None, None]


def test_the_limit_is_kept_and_the_reset_believed(space: ClickUp) -> None:
    now, waited = [0.0], list[float]()

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        now[0] += seconds

    out = tasks(space, sleep=sleep, monotonic=lambda: now[0])
    space.fail_next(1, 429, retry_after=7)
    assert len(ids(out.deliver([create(1), create(2)]))) == 2
    assert len(waited) == 1
    assert 6 <= waited[0] <= 8


def test_a_long_pause_is_given_back_to_the_lane(space: ClickUp) -> None:
    out = tasks(space)
    space.fail_next(1, 429, retry_after=55)
    outcomes = out.deliver([create(1), create(2)])
    assert [type(o) for o in outcomes] == [Transient, Transient]
    assert all(50 < (o.after or 0) < 60 for o in outcomes if isinstance(o, Transient))
    assert len(space.calls) == 1


def test_credentials(space: ClickUp) -> None:
    out = tasks(space, token="pk_9_TRES_SECRET_0000")
    outcomes = out.deliver([create(1), create(2)])
    assert all(isinstance(o, Unauthorized) and "SECRET" not in str(o) for o in outcomes), outcomes
    assert out.check().ok is False


def test_check_says_what_is_wrong(space: ClickUp) -> None:
    assert tasks(space, assignee=str(space.member)).check().ok is True
    health = tasks(space, parent="86cxxxxxx").check()
    assert health.ok is False
    assert "86cxxxxxx est introuvable" in health.detail
    health = tasks(space, assignee="1").check()
    assert health.ok is False
    assert "n'est pas membre" in health.detail
    assert isinstance(tasks(space, parent="86cxxxxxx").deliver([create(1)])[0], Unauthorized), (
        "a setting to mend stops the lane"
    )


# ------------------------------------------------------------------ what becomes of tasks


def test_changes_since_tell_what_people_did(space: ClickUp) -> None:
    out = tasks(space)
    made = ids(out.deliver([create(n) for n in range(3)]))
    space.advance(1000)
    since = datetime.fromtimestamp(space.now(), UTC)
    space.advance(1)
    space.set_status(made[1], "in progress")
    space.advance(1)
    space.set_status(made[0], "complete")
    changes = out.changes(since)
    assert [(c.task, c.status, c.type, c.key) for c in changes] == [
        (made[1], "in progress", "custom", "c1/1/0"),
        (made[0], "complete", "closed", "c0/1/0"),
    ]
    assert all(c.at > since for c in changes)
    assert len(out.changes(since, overlap=2000)) == 3


def test_webhooks_tell_the_same(space: ClickUp) -> None:
    body = json.dumps(
        {
            "event": "taskStatusUpdated",
            "task_id": "86c1",
            "webhook_id": "w",
            "history_items": [
                {"field": "status", "date": "1642734631523", "after": {"status": "in progress", "type": "custom"}},
                {"field": "assignee", "after": {"id": 1}},
            ],
        }
    ).encode()
    at = datetime.fromtimestamp(1642734631.523, UTC)
    assert from_webhook(body, NOW) == [TaskChange("86c1", "in progress", "custom", at)]
    assert verify(body, sign("secret", body), "secret")
    assert verify(body, sign("secret", body).upper(), "secret")
    for signature, secret in ((sign("autre", body), "secret"), ("", "secret"), (sign("", body), ""), ("é", "secret")):
        assert not verify(body, signature, secret)
    assert not verify(body + b" ", sign("secret", body), "secret")


_NAMES = st.sampled_from(["event", "task_id", "history_items", "after", "field", "date"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_NAMES, inner),
    max_leaves=12,
)


@given(_JSON, st.binary(max_size=60))
def test_a_webhook_that_makes_no_sense_says_nothing(value: object, raw: bytes) -> None:
    assert isinstance(from_webhook(json.dumps(value).encode(), NOW), list)
    assert from_webhook(raw, NOW) == []
    event = {
        "event": "taskStatusUpdated",
        "task_id": "t",
        "history_items": [{"field": "status", "after": value, "date": value}],
    }
    assert isinstance(from_webhook(json.dumps(event).encode(), NOW), list)
