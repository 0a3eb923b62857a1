"""Webhooks of outside systems at the edge: verified, stored before the answer, worked on afterwards."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fakes.twilio import Twilio
from fakes.wire import Webhook
from web_help import KEY, SITE, Answer, Running, running
from whatsapp_help import CLIENT, client_of, crowd

from connectors.whatsapp.inbox import WhatsAppInbox
from core.effects import Effect, Receipt, SendMessage
from core.errors import PortError, UserError
from core.ports import Change, Settled
from engine.arrivals import Arrivals
from engine.hooks import Hook, Told
from hooks import clickup_hook, hubspot_hook, whatsapp_hooks
from tests.quick import Quick
from web.options import Options

PUBLIC = "https://guichet.example"
URL = f"{PUBLIC}/webhook/whatsapp"
SECRET = "secret-des-webhooks"
PHOTO = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\0" * 400


@pytest.fixture(scope="module")
def twilio() -> Iterator[Twilio]:
    with Twilio() as fake:
        yield fake


@pytest.fixture
def web(tmp_path: Path, twilio: Twilio) -> Iterator[Running]:
    def make(counter: Quick) -> Options:
        inbox = WhatsAppInbox(client_of(twilio), spool=counter.house.spool, clock=counter.clock)
        hooks = whatsapp_hooks(inbox, token=twilio.auth_token, public_url=PUBLIC, budget=2.0)
        hooks |= hubspot_hook(("intake:folder",), secret=SECRET, public_url=PUBLIC, clock=counter.clock)
        hooks |= clickup_hook(secret=SECRET, clock=counter.clock)
        values = {"form_origins": (SITE,), "local_hosts": frozenset({"127.0.0.1"})}
        return Options(api_key=KEY, public_url=PUBLIC, hooks=hooks, **values)  # type: ignore[arg-type]

    with running(tmp_path / "data", make) as edge:
        yield edge


def send(web: Running, hook: Webhook) -> Answer:
    """As the vendor's server would, through a proxy that keeps nothing of the public address."""
    headers = {name.replace("-", "_"): value for name, value in hook.headers.items()}
    return web.call("POST", hook.target, hook.body, **headers)


def taken(web: Running) -> int:
    """Rows of messages that stand in the database file now."""
    with sqlite3.connect(web.counter.settings.data_dir / "guichet.db") as database:
        return int(database.execute("select count(*) from inbox").fetchone()[0])


# ------------------------------------------------------------------ WhatsApp


def test_row_20_a_message_is_believed_by_its_signature_alone(web: Running, twilio: Twilio) -> None:
    for service in (True, False):
        hook = twilio.receive(CLIENT, "Bonjour, mon paiement est refusé", url=URL, service=service)
        answer = send(web, hook)
        assert (answer.status, answer.headers["content-type"]) == (200, "application/xml")
        assert answer.body.endswith(b"<Response/>")
    before = taken(web)
    for bad in (
        twilio.receive(CLIENT, "Je valide", url=URL, forged=True),
        hook.tampered(b"paiement", b"virement"),
        hook.with_headers(X_Twilio_Signature=""),
        twilio.receive(CLIENT, "Je valide", url="https://autre.example/webhook/whatsapp"),
    ):
        answer = send(web, bad)
        assert answer.status == 403
        assert "signature" in answer.json["error"]
    assert taken(web) == before


def test_a_proxy_that_changes_host_and_scheme_does_no_harm(web: Running, twilio: Twilio) -> None:
    hook = twilio.receive(CLIENT, "Bonjour", url=URL).with_headers(Host="interne:8080", X_Forwarded_Proto="http")
    assert send(web, hook).status == 200


def test_a_message_is_on_the_disk_when_it_is_answered_and_told_again_it_is_one(web: Running, twilio: Twilio) -> None:
    hook = twilio.receive(CLIENT, "Bonjour, mon compte est bloqué", url=URL)
    assert send(web, hook).status == 200
    assert taken(web) == 1
    with ThreadPoolExecutor(5) as many:
        assert {a.status for a in many.map(lambda _: send(web, hook), range(5))} == {200}
    assert taken(web) == 1
    web.counter.settle()
    assert len(web.counter.cases()) == 1


def test_a_full_disk_asks_them_to_come_again(web: Running, twilio: Twilio, monkeypatch: pytest.MonkeyPatch) -> None:
    hook = twilio.receive(CLIENT, "Bonjour, mon compte est bloqué", url=URL)

    def full(*_: Any) -> int:
        raise UserError("le disque est plein", where="/un/chemin/interne")

    with monkeypatch.context() as broken:
        broken.setattr(Arrivals, "spooled", full)
        answer = send(web, hook)
    assert answer.status == 503
    assert b"chemin" not in answer.body
    assert answer.headers["retry-after"]
    assert send(web, hook).status == 200
    assert taken(web) == 1


def test_row_21_ten_webhooks_of_a_new_number_at_once_are_one_case_with_ten_messages(web: Running, twilio: Twilio) -> None:
    hooks = crowd(twilio, url=URL)
    with ThreadPoolExecutor(10) as many:
        assert {a.status for a in many.map(lambda h: send(web, h), hooks)} == {200}
    web.counter.settle()
    (case,) = web.counter.cases()
    assert case.messages == 10
    assert len(case.files) == 9
    assert case.party.phone == CLIENT


def test_the_polls_place_in_the_list_is_not_lost_by_a_webhook(web: Running, twilio: Twilio) -> None:
    hook = twilio.receive(CLIENT, "Bonjour", url=URL)
    store, clock = web.counter.house.store, web.counter.clock
    name = client_of(twilio).account.address
    store.take(name, "whatsapp", (), {"until": "2026-03-02T08:00:00+00:00"}, clock())
    assert send(web, hook).status == 200
    assert store.cursor(name) == {"until": "2026-03-02T08:00:00+00:00"}
    sid = next(p.partition("=")[2] for p in hook.body.decode().split("&") if p.startswith("MessageSid="))
    assert store.unknown(name, [sid]) == [], "the poll leaves alone what the webhook brought"


def test_row_23_a_text_that_never_arrived_is_told_to_the_clerk_once(web: Running, twilio: Twilio) -> None:
    """What Twilio had taken and WhatsApp did not deliver goes by mail to whom we know by mail."""
    store = web.counter.house.store
    answer = web.call("POST", "/webhook/request", {"user_email": "c@example.com", "objet": "paiement refusé"}, key=KEY)
    assert answer.status == 200
    web.counter.settle()
    case = web.counter.only()
    key, sid, now = f"{case.id}/9/0", "SM" + "a" * 32, web.counter.now
    text = SendMessage("+33612345678", "", "", "Bonjour", "acknowledgement", "fr", "notice")
    store.commit([Change(None, effects=(Effect(key, case.id, "whatsapp", text),))], now)
    store.sending([key], now)
    store.settle([Settled(key, "done", Receipt(sid), "")], now)
    sent = len(web.counter.sent("c@example.com"))
    url = f"{PUBLIC}/webhook/whatsapp/status?effect={key.replace('/', '%2F')}&part=1&parts=1"
    form = {"MessageSid": sid, "MessageStatus": "undelivered", "ErrorCode": "63024", "To": "whatsapp:+33612345678"}
    signed = twilio.receive(CLIENT, "x", url=url)
    from fakes.twilio import sign

    body = "&".join(f"{k}={v.replace(':', '%3A').replace('+', '%2B')}" for k, v in form.items()).encode()
    hook = Webhook(url, {**signed.headers, "X-Twilio-Signature": sign(twilio.auth_token, url, form)}, body)
    for _ in range(3):
        assert send(web, hook).status == 200
    assert send(web, hook.tampered(b"63024", b"63016")).status == 403
    web.counter.settle()
    assert len(web.counter.sent("c@example.com")) == sent + 1


# ------------------------------------------------------------------ HubSpot and ClickUp


def hubspot(body: bytes, at: float, *, secret: str = SECRET, url: str = f"{PUBLIC}/webhook/hubspot") -> Webhook:
    stamp = str(int(at * 1000))
    text = b"POST" + url.encode() + body + stamp.encode()
    signature = base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode()
    headers = {"X-HubSpot-Signature-v3": signature, "X-HubSpot-Request-Timestamp": stamp, "Content-Type": "application/json"}
    return Webhook(url, headers, body)


def test_hubspot_rings_the_lane_that_polls_it(web: Running) -> None:
    from tests.road import mail

    now = web.counter.now.timestamp()
    web.counter.drop(mail("Mon paiement est refusé", subject="paiement"))
    assert send(web, hubspot(b"[{}]", now)).status == 200
    deadline = time.monotonic() + 5
    while not web.counter.cases() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert len(web.counter.cases()) == 1
    for bad in (
        hubspot(b"[{}]", now, secret="autre"),
        hubspot(b"[{}]", now - 301),
        hubspot(b"[{}]", now).tampered(b"{}", b"{1}"),
        hubspot(b"[{}]", now).with_headers(X_HubSpot_Signature_v3=""),
    ):
        assert send(web, bad).status == 403


def clickup(task: str, status: str, at: int, *, secret: str = SECRET) -> Webhook:
    event = {
        "event": "taskStatusUpdated",
        "task_id": task,
        "history_items": [{"field": "status", "date": str(at), "after": {"status": status, "type": "custom"}}],
    }
    body = json.dumps(event).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return Webhook(f"{PUBLIC}/webhook/clickup", {"X-Signature": signature, "Content-Type": "application/json"}, body)


def test_clickup_tells_the_case_that_its_task_moved(web: Running) -> None:
    store = web.counter.house.store
    answer = web.call(
        "POST",
        "/webhook/request",
        {"user_email": "c@example.com", "objet": "modélisation 3D", "description": "un vase"},
        key=KEY,
    )
    ticket = answer.json["ticket_id"]
    done = web.call("POST", "/webhook/validate", {"ticket_id": ticket, "credits": 1}, key=KEY)
    task = done.json["subtask_id"]
    at = int(web.counter.now.timestamp() * 1000)
    for _ in range(2):
        assert send(web, clickup(task, "in progress", at)).status == 200
    assert send(web, clickup("not-ours", "in progress", at)).status == 200
    assert send(web, clickup(task, "done", at, secret="autre")).status == 403
    web.counter.settle()
    case = web.counter.only()
    moved = [entry for _, entry in store.history(case.id) if entry.kind == "task.moved"]
    assert [entry.data["status"] for entry in moved] == ["in progress"]


# ------------------------------------------------------------------ the rest


def test_a_channel_that_is_not_set_up_is_not_there(tmp_path: Path) -> None:
    with running(tmp_path / "data") as web:
        for name in ("whatsapp", "whatsapp/status", "hubspot", "clickup"):
            answer = web.call("POST", f"/webhook/{name}", b"{}")
            assert answer.status == 404
            assert answer.json["error"]


def test_nothing_is_read_before_it_is_verified_and_a_defect_shows_no_trace(tmp_path: Path) -> None:
    read: list[bytes] = []

    def defect(call: Any) -> Told:
        read.append(call.body)
        raise ZeroDivisionError("secret interne")

    hooks = {"hubspot": Hook(lambda call: False, defect), "clickup": Hook(lambda call: True, defect)}
    with running(tmp_path / "data", lambda _: Options(hooks=hooks)) as web:
        assert web.call("POST", "/webhook/hubspot", b"x").status == 403
        assert read == []
        answer = web.call("POST", "/webhook/clickup", b"x")
        assert answer.status == 500
        assert set(answer.json) == {"error"}
        assert b"secret" not in answer.body
        assert b"ZeroDivision" not in answer.body


def test_answers_come_while_the_lanes_are_busy_elsewhere(web: Running, twilio: Twilio, monkeypatch: pytest.MonkeyPatch) -> None:
    """No lane is in the way of an answer: with one that hangs, messages are still taken and answered."""
    from connectors.local.records import LocalCrm

    def hang(self: LocalCrm, effects: list[Effect]) -> list[Receipt | PortError]:
        time.sleep(2.0)
        return [Receipt("1")] * len(effects)

    monkeypatch.setattr(LocalCrm, "deliver", hang)
    assert send(web, twilio.receive(CLIENT, "Mon paiement est refusé", url=URL)).status == 200
    began = time.monotonic()
    for n in range(5):
        assert send(web, twilio.receive(f"+3361234570{n}", "Mon paiement est refusé", url=URL)).status == 200
    assert time.monotonic() - began < 1.9
    assert taken(web) == 6
