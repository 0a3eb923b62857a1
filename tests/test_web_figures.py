"""Health and figures of the edge, and what leaves for Sentry."""

from __future__ import annotations

import gzip
import json
import logging
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import sentry_sdk
from hypothesis import given
from hypothesis import strategies as st
from web_help import KEY, Running, running

from core.errors import UserError
from engine import sentry
from engine.logs import mask
from tests.browser import Browser, text_of, with_people


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path / "data") as edge:
        yield edge


def figures(web: Running) -> dict[str, float]:
    """The figures by name with labels."""
    with web.edge.desk._lock:
        web.edge.desk._figures = None
    text = web.call("GET", "/metrics").body.decode()
    rows = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in rows}


# ------------------------------------------------------------------ health


def test_health_has_the_stated_shape(web: Running) -> None:
    answer = web.call("GET", "/health")
    assert answer.status == 200
    assert answer.json == {
        "status": "healthy",
        "version": "3.0.0",
        "features": {
            "classification": True,
            "file_upload": True,
            "hubspot": True,
            "clickup": True,
            "credit_validation": True,
        },
        "workflow": {"support": "immediate_ticket", "modelisation": "validation_required"},
    }


def test_a_system_that_does_not_answer_is_a_feature_less(web: Running) -> None:
    web.counter.house.store.note("courier:crm", False, "HubSpot : accès refusé", web.counter.now)
    told = web.call("GET", "/health")
    assert (told.status, told.json["status"], told.json["features"]["hubspot"]) == (200, "degraded", False)
    assert told.json["features"]["clickup"] is True
    assert b"refus" not in told.body


def test_a_system_that_was_asked_and_did_not_answer_is_a_feature_less_though_its_lane_had_nothing_to_do(web: Running) -> None:
    web.counter.house.store.note("answers:tasks", False, "ClickUp : accès refusé", web.counter.now)
    told = web.call("GET", "/health").json
    assert (told["status"], told["features"]["clickup"], told["features"]["hubspot"]) == ("degraded", False, True)


def test_a_lane_that_sleeps_for_hours_is_well_until_it_is_overdue(web: Running) -> None:
    """The lane that lets old things go looks once an hour: a quiet day is no trouble."""
    store, lanes = web.counter.house.store, web.counter.house.lanes
    began = web.counter.now
    every = timedelta(seconds=lanes.intervals()["retention"])
    assert every > timedelta(minutes=30)

    def after(span: timedelta) -> str:
        web.counter.now = began + span
        for name in lanes.names():
            if name != "retention":
                store.note(name, True, "", web.counter.now)
        return str(web.call("GET", "/health").json["status"])

    assert after(timedelta(minutes=10)) == "healthy"
    assert after(3 * every - timedelta(minutes=1)) == "healthy"
    assert after(3 * every + timedelta(minutes=1)) == "degraded"


def test_a_lane_in_the_middle_of_a_long_file_is_well(web: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    store, lanes = web.counter.house.store, web.counter.house.lanes
    web.counter.now += timedelta(minutes=5)
    for name in lanes.names():
        if name != "courier:files":
            store.note(name, True, "", web.counter.now)
    assert [one.name for one in web.edge.desk.amiss()] == ["courier:files"]
    monkeypatch.setattr(type(lanes), "at_work", lambda self, name: name == "courier:files")
    assert web.edge.desk.amiss() == []


def test_the_page_says_what_is_amiss_since_when_and_what_to_do(web: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    with_people(web, marc="agent")
    marc = Browser(web)
    marc.login("marc")
    assert "Tout va bien." in text_of(marc.get("/status"))
    store = web.counter.house.store
    store.note("courier:crm", False, "HubSpot : accès refusé", web.counter.now)
    page = text_of(marc.get("/status"))
    assert "un service extérieur ne répond pas comme il faut" in page
    assert "HubSpot : accès refusé" in page
    assert "Tout allait bien" in page
    assert "daemon.py check --online" in page
    # What stands in for a service that is not set up is part of the house.
    monkeypatch.setitem(web.edge.desk._outside, "hubspot", False)  # type: ignore[index]
    page = text_of(marc.get("/status"))
    assert "un service extérieur" not in page
    assert "quelque chose ne va pas comme il faut" in page
    store.note("courier:crm", True, "", web.counter.now)
    web.counter.now += timedelta(hours=1)
    for name in web.counter.house.lanes.names():
        if name != "courier:tasks":
            store.note(name, True, "", web.counter.now)
    page = text_of(marc.get("/status"))
    assert "Tâches : plus de signe de vie" in page
    assert "Redémarrez le service" in page
    assert "un service extérieur" not in page


@pytest.mark.parametrize("lane", ["reader", "clerk", "intake:folder"])
def test_health_is_red_when_nothing_is_taken_in_or_decided(web: Running, lane: str) -> None:
    web.counter.house.store.note(lane, False, "la boîte ne répond pas", web.counter.now)
    told = web.call("GET", "/health")
    assert (told.status, told.json["status"]) == (503, "unhealthy")


def test_row_01_an_inbox_that_gave_no_sign_for_three_intervals_is_red(web: Running) -> None:
    inbox, store = web.counter.house.inboxes[0], web.counter.house.store
    limit = max(timedelta(minutes=2), 3 * timedelta(seconds=inbox.interval))
    web.counter.now += timedelta(hours=1)
    for name in web.counter.house.lanes.names():
        store.note(name, True, "", web.counter.now)
    store.note("intake:folder", True, "", web.counter.now - limit + timedelta(seconds=1))
    assert web.call("GET", "/health").json["status"] == "healthy"
    store.note("intake:folder", True, "", web.counter.now - limit - timedelta(seconds=1))
    assert web.call("GET", "/health").json["status"] == "unhealthy"


def test_a_store_that_does_not_answer_is_unhealthy_not_an_error(web: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Any:
        raise UserError("la base est endommagée", where="/un/chemin")

    monkeypatch.setattr(web.counter.house.store, "notes", broken)
    told = web.call("GET", "/health")
    assert (told.status, told.json["status"]) == (503, "unhealthy")
    assert b"chemin" not in told.body


# ------------------------------------------------------------------ figures


def test_the_figures_tell_messages_lanes_effects_and_calls(web: Running) -> None:
    web.edge.desk._calls = lambda: {("hubspot", "200"): 3, ("hubspot", "429"): 1}
    before = figures(web)
    assert web.call.post(objet="paiement", description="Mon paiement est refusé").status == 200
    web.counter.settle()
    after = figures(web)
    assert after['guichet_messages{channel="form",outcome="opened",state="decided"}'] == 1
    assert 'guichet_messages{channel="form",outcome="opened",state="decided"}' not in before
    assert after['guichet_effects{state="done",system="crm"}'] >= 2
    assert after['guichet_cases{stage="done"}'] == 1
    assert after['guichet_lane_up{lane="clerk"}'] == 1
    assert after['guichet_lane_last_success_timestamp_seconds{lane="clerk"}'] == web.counter.now.timestamp()
    assert after['guichet_outside_calls_total{status="429",system="hubspot"}'] == 1
    assert after['guichet_model_tokens_month{kind="input"}'] == 0
    assert after['guichet_http_requests_total{method="POST",route="/webhook/request",status="200"}'] == 1


def test_a_lane_that_lags_shows_how_long_and_one_in_trouble_is_down(web: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    from connectors.local.records import LocalCrm
    from core.errors import Transient

    def down(*_: Any) -> Any:
        raise Transient("HubSpot ne répond pas", 5.0)

    monkeypatch.setattr(LocalCrm, "_do", down)
    web.edge.desk.closing.set()  # nobody waits for the answer
    web.call.post(objet="paiement", description="Mon paiement est refusé")
    web.edge.desk.closing.clear()
    web.counter.settle()
    # It looks again by itself every few seconds: a try of then would be 0 s old.
    web.counter.house.lanes._lanes["courier:crm"].step = lambda: 0  # type: ignore[attr-defined]
    web.counter.now += timedelta(seconds=90)
    assert 0 < figures(web)['guichet_lane_lag_seconds{lane="courier:crm"}'] <= 90
    web.counter.house.store.note("courier:crm", False, "HubSpot : accès refusé", web.counter.now)
    assert figures(web)['guichet_lane_up{lane="courier:crm"}'] == 0


def test_no_figure_holds_what_callers_or_customers_wrote(web: Running) -> None:
    web.call.post(objet="paiement", description="Mon paiement est refusé", source="source-inconnue")
    web.call("GET", "/webhook/request/adresse-inventee", key=KEY)
    web.call("BREW", "/cafe")
    web.counter.settle()
    text = web.call("GET", "/metrics").body
    for word in (b"client@", b"paiement", b"source-inconnue", b"inventee", b"BREW", b"cafe"):
        assert word not in text


def test_figures_are_for_this_machine_or_for_who_has_the_key(tmp_path: Path) -> None:
    with running(tmp_path / "a") as web:
        assert web.call("GET", "/metrics").status == 200
        for header in ("X_Forwarded_For", "Forwarded", "X_Real_IP", "Via"):
            assert web.call("GET", "/metrics", **{header: "127.0.0.1"}).status == 403, header
    with running(tmp_path / "b", metrics_key="cle-des-chiffres-0003") as web:
        assert web.call("GET", "/metrics").status == 401
        assert web.call("GET", "/metrics", key=KEY).status == 401
        assert web.call("GET", "/metrics", key="cle-des-chiffres-0003", X_Forwarded_For="203.0.113.9").status == 200


# ------------------------------------------------------------------ Sentry


class Collector:
    """Takes envelopes as Sentry does."""

    def __init__(self) -> None:
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.bodies.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: Any) -> None: ...

        self.bodies: list[bytes] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.dsn = f"http://abcdef@127.0.0.1:{self.server.server_address[1]}/1"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def events(self) -> list[dict[str, Any]]:
        sentry_sdk.flush(5.0)
        found = []
        for body in self.bodies:
            lines = body.split(b"\n")
            assert json.loads(lines[1])["type"] == "event"
            found.append(json.loads(lines[2]))
        return found


@pytest.fixture
def collector() -> Iterator[Collector]:
    server = Collector()
    sentry.start(server.dsn, release="3.0.0", environment="test")
    try:
        yield server
    finally:
        sentry.stop()
        server.server.shutdown()
        server.server.server_close()


PERSONAL = (
    "jean.dupont@client.example", "+33 6 12 34 56 78", "pat-eu1-12345678-aaaa-bbbb", "pk_1234567_ABCDEFGHIJ", "Bearer abcdefghijkl",
    "sk-ant-api03-abcdefghijkl", "https://client.example/photo?token=xyz",
)  # fmt: skip


def test_a_defect_is_told_without_anything_of_the_customers(collector: Collector) -> None:
    log = logging.getLogger("guichet.test")
    customer = {"text": "Je m'appelle Jean Dupont, rue des Lilas"}
    log.warning("before: %s", PERSONAL[0])
    for words in PERSONAL:
        try:
            secret_local = f"local {words}"
            raise ValueError(f"cannot read {words} in {customer!r} and {secret_local!r}")
        except ValueError:
            log.exception("a message of %s could not be read", words, extra={"body": customer["text"]})
    events = collector.events()
    assert len(events) == len(PERSONAL)
    whole = b"\n".join(collector.bodies).decode()
    for words in (*PERSONAL, "Jean Dupont", "Lilas", "client.example", "12 34", "abcdefghijkl", "secret_local ="):
        assert words not in whole, words
    event = events[0]
    assert event["logentry"]["message"] == "a message of %s could not be read"
    (exception,) = event["exception"]["values"]
    assert exception["type"] == "ValueError"
    assert exception["value"].startswith("cannot read ")
    frame = exception["stacktrace"]["frames"][-1]
    assert frame["function"] == "test_a_defect_is_told_without_anything_of_the_customers"
    assert frame["lineno"]
    assert not {"vars", "context_line", "pre_context", "abs_path"} & set(frame)
    assert not {"request", "user", "breadcrumbs", "modules", "extra", "server_name", "contexts"} & set(event)
    assert event["release"] == "3.0.0"


def test_a_defect_in_a_request_and_in_a_thread_is_told_without_the_request(collector: Collector, tmp_path: Path) -> None:
    from engine.hooks import Hook
    from web.options import Options

    def defect(call: Any) -> Any:
        raise LookupError(call.body.decode())

    with running(tmp_path / "data", lambda _: Options(hooks={"clickup": Hook(lambda call: True, defect)})) as web:
        assert web.call("POST", "/webhook/clickup", b"'jean.dupont@client.example'", X_Secret="abc-secret").status == 500
    (event,) = collector.events()
    assert event["exception"]["values"][-1]["type"] == "LookupError"
    whole = b"".join(collector.bodies)
    assert b"dupont" not in whole
    assert b"abc-secret" not in whole


def test_only_errors_are_told_and_nothing_is_switched_on_by_itself(collector: Collector) -> None:
    logging.getLogger("guichet").warning("nothing grave")
    assert collector.events() == []
    names = set(sentry_sdk.get_client().integrations)
    assert names == {"logging", "excepthook", "threading", "dedupe", "atexit"}


def test_a_wrong_address_of_sentry_is_told_in_a_sentence() -> None:
    with pytest.raises(UserError, match="Sentry"):
        sentry.start("https://no-key.example/1")


@given(st.text(max_size=300))
def test_cleaning_never_raises_and_leaves_no_address(text: str) -> None:
    told = sentry.clean(f"{text} jean.dupont@client.example {text}")
    assert "dupont@client" not in told
    assert len(told) <= sentry.MOST_TEXT
    assert mask(told) is not None
