"""Limits, credentials and the ends of a call: the HTTP client and HubSpot's own rules on it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import responses
from fakes.hubspot import HubSpot
from hubspot_help import client, contact, crm, ids
from hypothesis import given
from hypothesis import strategies as st

from connectors.http import Denied, HttpClient, Refused
from connectors.http.limits import Window, retry_after
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.paths import TABLE, Paths
from connectors.hubspot.signature import decoded, verify
from core.errors import Ambiguous, PortError, Transient

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
BASE = "https://api.example.com"


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now, self.slept = 0.0, list[float]()
        self.lock = threading.Lock()

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self.lock:
            self.slept.append(seconds)
            self.now += seconds

    def clock(self) -> datetime:
        return NOW + timedelta(seconds=self.now)

    def given(self) -> dict[str, Any]:
        return {"monotonic": self.monotonic, "sleep": self.sleep, "clock": self.clock}


@pytest.fixture
def portal() -> Iterator[HubSpot]:
    with HubSpot() as fake:
        yield fake


# ------------------------------------------------------------------ the window


@given(st.integers(1, 8), st.lists(st.floats(0, 9), max_size=40))
def test_no_window_ever_holds_more_than_it_may(most: int, pauses: list[float]) -> None:
    clock = Time()
    window = Window(most, 10.0, patience=1e9, **clock.given())
    taken = []
    for pause in pauses:
        clock.now += pause
        window.before()
        taken.append(clock.now)
    for at in taken:
        assert sum(at - 10.0 + 1e-6 < t <= at for t in taken) <= most


def test_lanes_share_the_window(portal: HubSpot) -> None:
    portal.window.limit = 30
    hub = client(portal, window=30)
    start = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: hub.call("GET", hub.path("groups", type="tickets"), reads=True), range(30)))
    assert time.monotonic() - start < 5
    assert all(call.status == 200 for call in portal.calls)
    assert hub.limits._wait(time.monotonic()) > 4, "the thirty-first waits"


def test_a_full_window_over_there_is_waited_for(portal: HubSpot) -> None:
    clock = Time()
    hub = client(portal, **clock.given())
    portal.fail_next(2, 429, retry_after=3)
    assert hub.call("GET", hub.path("groups", type="tickets"), reads=True).status == 200
    assert clock.slept == [3.0, 3.0]
    assert hub.usage().by_status == {"429": 2, "200": 1}


def test_the_daily_budget_is_counted_and_kept(portal: HubSpot) -> None:
    clock = Time()
    hub = client(portal, daily=3, **clock.given())
    before = hub.usage()
    assert (before.calls, before.left) == (0, 3)
    with responses.RequestsMock() as mock:
        mock.get(f"{portal.url}/crm/v3/properties/tickets", json={"results": []})
        for _ in range(3):
            hub.call("GET", hub.path("properties", type="tickets"), reads=True)
        with pytest.raises(Transient) as caught:
            hub.call("GET", hub.path("properties", type="tickets"), reads=True)
    assert caught.value.after == 12 * 3600
    assert "quota" in str(caught.value)
    assert hub.usage().left == 0
    clock.now += 12 * 3600
    assert hub.usage().left == 3


def test_a_spent_day_closes_for_an_hour_and_tells_so() -> None:
    clock = Time()
    hub = HubSpotClient("pat-eu1-x", base=BASE, **clock.given())
    with responses.RequestsMock() as mock:
        mock.get(
            f"{BASE}/x",
            status=429,
            json={"status": "error", "message": "You have reached your daily limit.", "policyName": "DAILY"},
            headers={"X-HubSpot-RateLimit-Daily": "250000", "X-HubSpot-RateLimit-Daily-Remaining": "0"},
        )
        for calls in (1, 1):
            with pytest.raises(Transient) as caught:
                hub.call("GET", "/x", reads=True)
            assert caught.value.after == 3600
            assert len(mock.calls) == calls
    assert hub.usage().left == 0


def test_what_the_portal_says_of_the_day_is_believed() -> None:
    hub = HubSpotClient("pat-eu1-x", base=BASE)
    with responses.RequestsMock() as mock:
        headers = {"X-HubSpot-RateLimit-Daily": "625000", "X-HubSpot-RateLimit-Daily-Remaining": "1234"}
        mock.get(f"{BASE}/x", json={}, headers=headers)
        hub.call("GET", "/x", reads=True)
    assert (hub.usage().budget, hub.usage().left, hub.usage().calls) == (625_000, 1234, 1)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("5", 5.0),
        ("0", 0.0),
        ("-3", 0.0),
        ("1e9", 86_400.0),
        ("nan", None),
        ("", None),
        ("demain", None),
        ("Fri, 20 Nov 2026 12:00:30 GMT", 30.0),
        ("Fri, 20 Nov 2026 11:00:00 GMT", 0.0),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": value}, lambda: NOW) == seconds


# ------------------------------------------------------------------ the ends of a call


def http(base: str = BASE, **more: Any) -> HttpClient:
    return HttpClient(base, system="Essai", **({"authorization": "Bearer un-secret-bien-long", "timeout": (1.0, 0.5)} | more))


@pytest.mark.parametrize(
    ("status", "body", "writing", "reading"),
    [
        (400, '{"message": "non"}', Refused, Refused),
        (404, '{"message": "non"}', Refused, Refused),
        (409, '{"message": "non"}', Refused, Refused),
        (422, '{"message": "non"}', Refused, Refused),
        (404, "<html>", Transient, Transient),
        (401, "", Denied, Denied),
        (403, '{"message": "non"}', Denied, Denied),
        (403, "<html>", Transient, Transient),
        (408, "", Transient, Transient),
        (423, "", Transient, Transient),
        (429, "", Transient, Transient),
        (500, "", Ambiguous, Transient),
        (502, "<html>", Ambiguous, Transient),
        (504, "", Ambiguous, Transient),
        (301, "", Transient, Transient),
        (200, "<html>", Ambiguous, Transient),
        (200, "", Ambiguous, Transient),
        (200, '{"a": ', Ambiguous, Transient),
    ],
)
def test_every_status_has_one_meaning(status: int, body: str, writing: type[PortError], reading: type[PortError]) -> None:
    for reads, expected in ((False, writing), (True, reading)):
        with responses.RequestsMock() as mock:
            mock.post(f"{BASE}/x", body=body, status=status)
            with pytest.raises(PortError) as caught:
                http().call("POST", "/x", body={}, reads=reads)
        assert type(caught.value) is expected
        assert "\n" not in str(caught.value)


def test_credentials_never_show_and_never_follow_a_redirect() -> None:
    with responses.RequestsMock() as mock:
        told = {
            "message": "bad token un-secret-bien-long, Bearer autre.secret.tout-entier, pat-eu1-0000-1111 and pk_12_ABCDEFGH"
        }
        mock.get(f"{BASE}/x", status=400, json=told)
        mock.get(f"{BASE}/y", status=302, headers={"Location": "https://evil.example.com/"})
        with pytest.raises(Refused) as caught:
            http().call("GET", "/x", reads=True)
        assert not any(s in str(caught.value) for s in ("un-secret", "autre.secret", "1111", "ABCDEFGH"))
        with pytest.raises(Transient):
            http().call("GET", "/y", reads=True)
        assert [c.request.url for c in mock.calls] == [f"{BASE}/x", f"{BASE}/y"]


def _serve(answer: bytes, *, wait: float = 0.0, read: bool = True) -> tuple[str, list[int]]:
    """A server on loopback that answers each connection so and closes it; its address and how many came."""
    server, came = socket.create_server(("127.0.0.1", 0)), list[int]()

    def run() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            came.append(1)
            with connection:
                if read:
                    connection.recv(65536)
                for byte in range(len(answer)) if wait else (0,):
                    try:
                        connection.sendall(answer[byte : byte + 1] if wait else answer)
                    except OSError:
                        break
                    time.sleep(wait)

    threading.Thread(target=run, daemon=True).start()
    return f"http://127.0.0.1:{server.getsockname()[1]}", came


def test_a_connection_cut_without_an_answer_may_have_been_heard() -> None:
    base, came = _serve(b"")
    with pytest.raises(Ambiguous):
        http(base).call("POST", "/x", body={})
    assert len(came) == 1, "what may have been done is not done again"
    with pytest.raises(Transient):
        http(base).call("GET", "/x", reads=True)
    assert len(came) == 3, "reading again is harmless"


def test_nobody_there_is_certain() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Transient):
        http(f"http://127.0.0.1:{port}").call("POST", "/x", body={})
    with pytest.raises(Transient):
        http("http://nulle-part.invalid").call("POST", "/x", body={})


def test_an_answer_that_drips_holds_nobody_for_long() -> None:
    base, _ = _serve(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b" " * 1000, wait=0.02)
    start = time.monotonic()
    with pytest.raises(Ambiguous):
        http(base, deadline=0.5).call("POST", "/x", body={})
    assert time.monotonic() - start < 8


def test_no_password_is_taken_from_a_netrc(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine api.example.com login a password b\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with responses.RequestsMock() as mock:
        mock.get(f"{BASE}/x", json={})
        http().call("GET", "/x", reads=True)
        assert mock.calls[0].request.headers["Authorization"] == "Bearer un-secret-bien-long"


def test_it_may_be_closed_and_used_again(portal: HubSpot) -> None:
    out = crm(portal)
    out.close()
    ids(out.deliver([contact(1)]))


# ------------------------------------------------------------------ paths


def test_every_path_has_two_forms_that_differ_by_version_only() -> None:
    parts = {"type": "tickets", "action": "create", "id": "1", "property": "p", "message": "m", "to": "emails"}
    for name, templates in TABLE.items():
        used = [{k: v for k, v in parts.items() if "{" + k + "}" in template} for template in templates]
        assert used[0] == used[1], name
        assert "/v3/" in Paths("v3")(name, **used[0]) or "/v4/" in Paths("v3")(name, **used[0])
        assert "/2026-09" in Paths("2026-09")(name, **used[1])
    assert Paths()("thread", id="../x") == "/conversations/v3/conversations/threads/..%2Fx"


# ------------------------------------------------------------------ signatures

SECRET = "2f1c9a6e-app-secret"


def _signed(uri: str, body: bytes, at: datetime, secret: str = SECRET) -> dict[str, Any]:
    """As HubSpot's documentation says it: written apart from the code under test."""
    plain = uri
    for escape, char in zip(
        ("%3A", "%2F", "%3F", "%40", "%21", "%24", "%27", "%28", "%29", "%2A", "%2C", "%3B"), ":/?@!$'()*,;", strict=True
    ):
        plain = plain.replace(escape, char)
    stamp = str(int(at.timestamp() * 1000))
    digest = hmac.new(secret.encode(), f"POST{plain}{body.decode()}{stamp}".encode(), hashlib.sha256).digest()
    return {
        "method": "POST",
        "uri": uri,
        "body": body,
        "timestamp": stamp,
        "signature": base64.b64encode(digest).decode(),
        "secret": SECRET,
    }


URI = "https://guichet.example.com/webhook/hubspot?a=b%40c%2Cd&e=%C3%A9%20%26"
BODY = '[{"eventId": 1, "text": "é"}]'.encode()


def test_what_hubspot_signed_is_theirs() -> None:
    assert verify(**_signed(URI, BODY, NOW), now=NOW)
    assert verify(**_signed(URI, BODY, NOW), now=NOW + timedelta(minutes=4, seconds=59))
    assert decoded(URI) == "https://guichet.example.com/webhook/hubspot?a=b@c,d&e=%C3%A9%20%26"
    assert decoded("%2f%3a") == "/:"


@pytest.mark.parametrize(
    "changed",
    [
        {"body": BODY + b" "},
        {"uri": URI + "&x=1"},
        {"method": "GET"},
        {"timestamp": str(int(NOW.timestamp() * 1000) + 1)},
        {"timestamp": ""},
        {"timestamp": "1" * 40},
        {"timestamp": "²"},
        {"signature": ""},
        {"signature": "é"},
        {"signature": "A" * 44},
        {"secret": ""},
        {"secret": "autre"},
    ],
)
def test_what_differs_by_anything_is_not(changed: dict[str, Any]) -> None:
    assert not verify(**(_signed(URI, BODY, NOW) | changed), now=NOW)


@pytest.mark.parametrize("late", [timedelta(minutes=5, seconds=1), timedelta(days=1), timedelta(minutes=-6)])
def test_what_is_old_is_refused_however_well_signed(late: timedelta) -> None:
    assert not verify(**_signed(URI, BODY, NOW), now=NOW + late)


def test_the_fake_portals_webhooks_are_believed(portal: HubSpot) -> None:
    address = "https://guichet.example.com/webhook/hubspot?token=a%40b"
    now = datetime.now(UTC)
    for forged in (False, True):
        portal.receive(portal.add_thread("client@example.com"), "Bonjour")
        hooks = portal.hooks(address, forged=forged)
        assert hooks
        for hook in hooks:
            headers = {k.lower(): v for k, v in dict(hook.headers).items()}
            stamp, signature = headers["x-hubspot-request-timestamp"], headers["x-hubspot-signature-v3"]
            said = verify(
                method="POST", uri=address, body=hook.body, timestamp=stamp, signature=signature, secret=portal.secret, now=now
            )
            assert said is not forged
