"""The edge against those who mean harm: addresses inside our network, floods, slow callers, odd requests."""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import json
import re
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from web_help import KEY, SAMPLE, SITE, Client, Files, Running, file_server, running

from core.errors import UserError
from edge import open_edge
from tests.road import JPEG
from web.fetch import Fetcher, NotFetched, public
from web.options import Options
from web.security import Rate, same_key


@pytest.fixture(scope="module")
def files() -> Iterator[Files]:
    with file_server() as server:
        yield server


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("web") / "data", wait=0.0, body_seconds=1.0, concurrency=16) as edge:
        yield edge


LOCAL = frozenset({"127.0.0.1"})


def fetch(url: str, *, local: frozenset[str] = LOCAL, most: int = 1_000_000, seconds: float = 5.0, **more: Any) -> bytes:
    got = Fetcher(most=most, local=local, **more).fetch(url, time.monotonic() + seconds)
    with got.file as file:
        return file.read()


# ------------------------------------------------------------------ SSRF

INSIDE = (
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost", "0.0.0.0", "0", "[::1]", "[::]",
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[2002:7f00:1::]",
    "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "[fe80::1]", "[fe80::1%25eth0]", "[fc00::1]", "[fec0::1]",
    "100.64.0.1", "192.0.0.8", "198.18.0.1", "224.0.0.1", "[ff02::1]", "255.255.255.255", "240.0.0.1", "127.0.0.1.",
)  # fmt: skip


@pytest.mark.parametrize("host", INSIDE)
def test_no_address_of_our_own_network_is_fetched_from(host: str, files: Files) -> None:
    before = len(files.seen)
    for url in (f"http://{host}:{files.port}/photo.jpg", f"https://{host}/", f"http://{host}/"):
        with pytest.raises(NotFetched):
            fetch(url, local=frozenset())
    assert len(files.seen) == before


@pytest.mark.parametrize("answers", [["93.184.215.14", "127.0.0.1"], ["::1", "93.184.215.14"], ["10.0.0.1"], []])
def test_a_name_that_leads_inside_with_any_of_its_addresses_is_refused(answers: list[str], files: Files) -> None:
    def resolve(*_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, 80)) for a in answers]

    with pytest.raises(NotFetched):
        fetch(f"http://client.example:{files.port}/photo.jpg", local=frozenset(), resolve=resolve)


def test_the_name_is_asked_for_once_and_the_connection_goes_where_it_was_looked_at(files: Files) -> None:
    """A name server that answers otherwise the second time (rebinding) changes nothing."""
    asked: list[str] = []

    def resolve(host: str, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1" if len(asked) == 1 else "10.9.9.9", 80))]

    assert fetch(f"http://photos.example:{files.port}/photo.jpg", resolve=resolve) == JPEG + b"/photo.jpg"
    assert asked == ["photos.example"]
    assert files.headers[-1]["Host"] == f"photos.example:{files.port}"
    assert "Authorization" not in files.headers[-1]


@pytest.mark.parametrize(
    "place",
    ["http://169.254.169.254/latest/meta-data", "http://[::1]/", "//10.0.0.1/x", "file:///etc/passwd", "gopher://127.0.0.1/"],
)
def test_a_redirect_into_our_network_is_not_followed(place: str, files: Files) -> None:
    with pytest.raises(NotFetched):
        fetch(files.url(f"away?to={place}"))


def test_a_redirect_outside_is_followed_a_few_times(files: Files) -> None:
    assert fetch(files.url("away?to=/photo.jpg")) == JPEG + b"/photo.jpg"
    with pytest.raises(NotFetched, match="redirections"):
        fetch(files.url("away?to=" + "/away?to=" * 6 + "/photo.jpg"))


@pytest.mark.parametrize(
    "url",
    [
        "", "photo.jpg", "ftp://example.com/x", "file:///etc/passwd", "http://", "http://a:b@example.com/", "http://exa mple/",
        "http://x\r\nHost: y/", "http://example.com:99999/", "javascript:alert(1)", "data:image/png;base64,xx", "http://[::1",
        "http://\u2024/", "http://" + "a" * 300 + ".example/",
    ],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(NotFetched):
        fetch(url, local=frozenset(), resolve=lambda *_, **__: [])


@settings(max_examples=300, deadline=None)
@given(st.ip_addresses())
def test_no_private_address_is_public_however_it_is_written(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if public(address):
        inside = (address.is_private, address.is_loopback, address.is_link_local, address.is_multicast)
        assert not any(inside)
    if isinstance(address, ipaddress.IPv4Address):
        for prefix in ("::ffff:", "64:ff9b::", "::"):
            assert not public(ipaddress.ip_address(f"{prefix}{address}")) or public(address)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_address_is_refused_in_a_sentence_or_fetched(url: str) -> None:
    with pytest.raises(NotFetched):
        fetch(f"http://{url}", local=frozenset(), resolve=lambda *_, **__: [], seconds=1.0)


# ------------------------------------------------------------------ greedy and slow servers


@pytest.mark.parametrize(
    ("path", "why"),
    [("big", "Mo"), ("gz", "compressé"), ("short", "."), ("empty", "vide"), ("gone", "404")],
)
def test_a_file_that_is_not_right_is_refused(path: str, why: str, files: Files) -> None:
    with pytest.raises(NotFetched, match=why):
        fetch(files.url(path))


def test_a_server_that_drips_holds_us_no_longer_than_the_deadline(files: Files) -> None:
    began = time.monotonic()
    with pytest.raises(NotFetched, match="lent"):
        fetch(files.url("drip"), seconds=0.5)
    assert time.monotonic() - began < 2.0


def test_a_request_with_bad_files_is_still_taken_in_time(tmp_path: Path, files: Files) -> None:
    with running(tmp_path / "data", fetch_seconds=1.0, file_bytes=1_000_000) as web:
        links = [{"name": p, "url": files.url(p)} for p in ("photo.jpg", "drip", "big", "gone")]
        links.append({"name": "interne", "url": "http://169.254.169.254/latest/meta-data"})
        began = time.monotonic()
        plain = web.call.post(objet="Une photo", user_email="autre@example.com", fichiers=links[:1])
        usual = time.monotonic() - began
        assert plain.json["files_uploaded"] == 1
        began = time.monotonic()
        answer = web.call.post(fichiers=links)
        # Bad files cost their deadline of a second, whatever a good request takes on this machine at this moment.
        assert time.monotonic() - began < 2.5 + 2 * usual
        assert answer.json["files_uploaded"] == 1
        assert "interne (cette adresse n'est pas publique)" in answer.json["message"]
        assert [len(case.files) for case in web.counter.cases()] == [1, 1]


# ------------------------------------------------------------------ odd and greedy callers


def raw(web: Running, request: bytes, timeout: float = 10.0) -> bytes:
    with socket.create_connection(("127.0.0.1", web.edge.server.port), timeout) as line:
        pieces = []
        try:
            line.sendall(request)
            while piece := line.recv(65_536):
                pieces.append(piece)
        except (TimeoutError, ConnectionResetError, BrokenPipeError):
            pass
        return b"".join(pieces)


def test_a_body_that_is_too_large_is_refused_declared_or_not(web: Running) -> None:
    head = b"POST /webhook/request HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    declared = raw(web, head + b"Content-Length: 99999999\r\n\r\n")
    assert declared.startswith(b"HTTP/1.1 413")
    assert json.loads(declared.partition(b"\r\n\r\n")[2])["error"]
    chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    assert raw(web, head + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 6 + b"0\r\n\r\n").startswith(b"HTTP/1.1 413")
    assert web.call("POST", "/webhook/hubspot", b"x" * 2_000_000).status == 413


def test_a_body_that_does_not_come_is_not_waited_for(web: Running) -> None:
    began = time.monotonic()
    answer = raw(web, b"POST /webhook/request HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
    assert answer.startswith(b"HTTP/1.1 408")
    assert time.monotonic() - began < 5


def test_headers_that_do_not_come_are_not_waited_for(tmp_path: Path) -> None:
    from web.app import make_app
    from web.server import Server

    with running(tmp_path / "data") as web:
        server = Server(make_app(web.edge.desk), "127.0.0.1", 0, head_seconds=0.3)
        server.start()
        try:
            call = Client(server.port)
            with socket.create_connection(("127.0.0.1", server.port), 5) as line:
                line.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n")
                began = time.monotonic()
                assert line.recv(100) == b""
                assert time.monotonic() - began < 3
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)) as line:
                for _ in range(2):
                    line.request("GET", "/health")
                    response = line.getresponse()
                    assert (response.status, bool(response.read())) == (200, True)
                    time.sleep(0.5)  # between requests it may rest
                line.sock.sendall(b"GET /health HTTP/1.1\r\n")
                assert line.sock.recv(100) == b""
            assert call("GET", "/health").status == 200
        finally:
            assert server.stop()


def test_one_request_too_many_is_asked_to_come_again(tmp_path: Path, files: Files) -> None:
    with running(tmp_path / "data", concurrency=4, fetch_seconds=2.0) as web, ThreadPoolExecutor(12) as many:
        posts = [
            many.submit(web.call.post, objet=f"3D {n}", fichiers=[{"name": "x", "url": files.url("drip")}]) for n in range(12)
        ]
        told = [p.result() for p in posts]
        refused = [t for t in told if t.status == 503]
        assert 0 < len(refused) <= 8
        assert all(t.headers["retry-after"] for t in refused)
        assert web.call("GET", "/health").status == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/nulle-part", None, 404),
        ("GET", "/../../etc/passwd", None, 404),
        ("GET", "/%2e%2e/%2e%2e/etc/passwd", None, 404),
        ("GET", "/webhook/request", None, 405),
        ("DELETE", "/health", None, 405),
        ("GET", "/webhook/request/../validate", None, 404),
        ("POST", "/webhook/request", b"", 422),
        ("POST", "/webhook/request", b"{", 400),
        ("POST", "/webhook/request", b"[" * 100_000, 400),
        ("POST", "/webhook/request", b"\xff\xfe", 400),
        ("POST", "/webhook/request", b'"x"', 422),
        ("POST", "/webhook/request", b'{"user_email": "a@b.example", "objet": "\\ud800"}', 422),
        ("POST", "/webhook/request", b'{"user_email": "a@b.example", "objet": "\\u0000"}', 422),
    ],
)
def test_odd_requests_are_told_in_a_sentence(web: Running, method: str, path: str, body: bytes | None, status: int) -> None:
    answer = web.call(method, path, body, key=KEY, Content_Type="application/json")
    assert answer.status == status
    assert answer.json["error"]
    assert b"Traceback" not in answer.body


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([*SAMPLE, "fichiers", "website", "x"]),
        st.recursive(
            st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=40),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
            max_leaves=6,
        ),
    )
)
def test_any_json_is_answered_with_a_documented_status(web: Running, body: dict[str, Any]) -> None:
    if isinstance(body.get("fichiers"), list):
        body["fichiers"] = [f for f in body["fichiers"] if not isinstance(f, dict) or "url" not in f]
    answer = web.call("POST", "/webhook/request", body, key=KEY)
    assert answer.status in (200, 202, 422), answer.body
    assert "error" in answer.json or "message" in answer.json


def test_every_answer_carries_the_security_headers(web: Running) -> None:
    for answer in (
        web.call("GET", "/health"),
        web.call("GET", "/nulle-part"),
        web.call("POST", "/webhook/request", SAMPLE),
        web.call("POST", "/webhook/hubspot", b"x" * 2_000_000),
    ):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["cache-control"] == "no-store"
        assert "server" not in answer.headers


def test_the_description_names_every_answer_that_is_given(web: Running) -> None:
    told = web.call("GET", "/openapi.json").json
    assert {path for path in told["paths"] if not path.startswith("/api/")} == {
        "/webhook/request", "/webhook/request/{id}", "/webhook/validate", "/webhook/whatsapp", "/webhook/whatsapp/status",
        "/webhook/hubspot", "/webhook/clickup", "/health", "/metrics", "/export/csv", "/export/excel", "/export/pdf",
    }  # fmt: skip
    request = told["paths"]["/webhook/request"]["post"]
    assert {"200", "202", "400", "401", "403", "408", "413", "422", "429", "500", "503"} <= set(request["responses"])
    assert {"404", "409", "202"} <= set(told["paths"]["/webhook/validate"]["post"]["responses"])
    for path, methods in told["paths"].items():
        for method in methods.values():
            for status, answer in method["responses"].items():
                assert answer["description"], (path, status)
                # Unchanged, and no such part of a file: these have no body that could be described.
                assert answer.get("content") or status in ("304", "416"), (path, status)
            assert "HTTPValidationError" not in json.dumps(method["responses"])
            assert method["responses"]["500"]["content"]["application/json"]["schema"]["$ref"].endswith("/ProblemOut"), path
    shapes = told["components"]["schemas"]
    assert set(re.findall('"#/components/schemas/([^"]+)"', json.dumps(told))) == set(shapes)
    assert set(shapes["ProblemOut"]["properties"]) == {"error", "fields"}


# ------------------------------------------------------------------ parts


def test_keys_are_compared_whole_and_an_empty_one_opens_nothing() -> None:
    assert same_key("abc", "abc")
    assert not same_key("abc", "abcd")
    assert not same_key("", "")
    assert not same_key("\udcff", "é")


def test_a_rate_gives_back_with_time_and_forgets_the_oldest_visitors() -> None:
    now = [0.0]
    rate = Rate(2, 10.0, most=3, monotonic=lambda: now[0])
    assert [rate.wait("a") for _ in range(3)] == [0.0, 0.0, 10.0]
    now[0] = 10.0
    assert (rate.wait("a"), rate.wait("a")) == (0.0, 10.0)
    assert rate.wait("b") == 0.0
    for other in "cde":
        rate.wait(other)
    assert len(rate._free_at) == 3


def test_a_port_that_is_taken_is_told_in_a_sentence(tmp_path: Path) -> None:
    with running(tmp_path / "data") as web, pytest.raises(UserError, match="ne peut pas écouter"):
        open_edge(
            web.counter.house,
            host="127.0.0.1",
            port=web.edge.server.port,
            version="3",
            options=Options(),
            businesses=list,
            clock=web.counter.clock,
            outside={},
            settings=web.counter.settings,
        )


def test_the_edge_ends_within_two_seconds_while_somebody_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from connectors.local.records import LocalCrm
    from core.errors import Transient

    def down(*_: Any) -> Any:
        raise Transient("HubSpot ne répond pas", 60.0)

    monkeypatch.setattr(LocalCrm, "_do", down)
    with running(tmp_path / "data", wait=30.0) as web, ThreadPoolExecutor(1) as one:
        waiting = one.submit(web.call.post)
        time.sleep(1.0)
        assert not waiting.done()
        began = time.monotonic()
        assert web.edge.stop()
        assert time.monotonic() - began < 2.0
        assert waiting.result().status == 202


def test_the_site_of_the_studio_itself_may_post(tmp_path: Path) -> None:
    assert Options(form_origins=(SITE + "/", ""), public_url="https://guichet.example/chemin").origins == (
        SITE,
        "https://guichet.example",
    )
