"""The light road of an upload: libcurl's signature beside botocore's, and HTTP as servers really end it."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from dovecot import make_certificate
from hypothesis import assume, given
from hypothesis import strategies as st

from connectors.r2.wire import MOST_BODY, Lost, Signature, Unreached, Wire

Kept = botocore.auth.S3SigV4Auth
WHO = Signature("clé".encode().hex(), "secret/é:+", "auto")
SHA = "0" * 64
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Signed:
    """A server that answers all requests of one connection with 200 and keeps the last."""

    def __init__(self) -> None:
        self.last = b""
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        connection, _ = self._listening.accept()
        with connection:
            while request := _request(connection):
                self.last = request
                connection.sendall(OK)

    def close(self) -> None:
        self._listening.close()


@pytest.fixture(scope="module")
def signed() -> Iterator[tuple[Signed, Wire]]:
    server = Signed()
    with closing(server), closing(wire(f"http://{server.host}")) as client:
        yield server, client


@given(
    method=st.sampled_from(["PUT", "HEAD"]),
    key=st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters="?#"), min_size=1, max_size=30),
    spaces=st.sampled_from(["a", " a  b ", "attachment; filename=\"x\"; filename*=UTF-8''x"]),
    sha256=st.binary(min_size=32, max_size=32).map(bytes.hex),
)
def test_the_signature_is_the_one_that_botocore_would_make(
    signed: tuple[Signed, Wire], method: str, key: str, spaces: str, sha256: str
) -> None:
    assume(not {".", ".."} & set(key.split("/")))
    server, client = signed
    path = f"/seau/{quote(key)}"
    headers = {"Content-Type": "image/jpeg", "Content-Disposition": spaces, "x-amz-meta-sha256": sha256}
    assert client.exchange(method, path, headers, b"photo" if method == "PUT" else b"", sha256) == (200, b"")
    line, *fields = server.last.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    assert line == f"{method} {path} HTTP/1.1"
    sent = {name.lower(): value for name, _, value in (field.partition(": ") for field in fields)}
    names = sent["authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
    # What names the object and what it is must be signed; nobody on the way may change it.
    assert {"host", "x-amz-date", "x-amz-content-sha256", "x-amz-meta-sha256", "content-type"} <= set(names)
    with pytest.MonkeyPatch.context() as patch:
        at = datetime.strptime(sent["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        patch.setattr(botocore.auth, "get_current_datetime", lambda: at.replace(tzinfo=None))
        patch.setattr(Kept, "payload", lambda self, request: sha256)
        theirs = AWSRequest(method, f"http://{server.host}{path}", {n: sent[n] for n in names if n != "x-amz-date"}, b"")
        Kept(Credentials(WHO.key_id, WHO.secret), "s3", WHO.region).add_auth(theirs)
    assert theirs.headers["Authorization"] == sent["authorization"]


class Scripted:
    """A server that answers each request of each connection with what was written down; ``None`` closes instead."""

    def __init__(self, connections: Sequence[Sequence[bytes | None]]) -> None:
        self.requests: list[bytes] = []
        self.opened = 0
        #: A connection was closed by us.
        self.ended = threading.Event()
        self._script = connections
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        for answers in self._script:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.opened += 1
            with connection:
                for answer in answers:
                    if answer is None:
                        break
                    self.requests.append(_request(connection))
                    with contextlib.suppress(OSError):  # who has read enough hangs up
                        connection.sendall(answer)
            self.ended.set()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)  # wakes who waits in accept
        self._listening.close()
        self._thread.join(5)


def _request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        if not (piece := connection.recv(65536)):
            return b""
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    length = next((int(x.split(b":")[1]) for x in head.lower().split(b"\r\n") if x.startswith(b"content-length")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def wire(url: str, timeout: float = 5.0) -> Wire:
    return Wire(url, WHO, connect_timeout=2.0, timeout=timeout, pool=2)


@pytest.fixture
def scripts() -> Iterator[list[Scripted]]:
    made: list[Scripted] = []
    yield made
    for server in made:
        server.close()


def scripted(scripts: list[Scripted], *connections: Sequence[bytes | None]) -> tuple[Scripted, Wire]:
    server = Scripted(connections)
    scripts.append(server)
    return server, wire(server.url)


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (OK, 200, b""),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, 200, b""),
        (b"HTTP/1.1 403 Forbidden\r\ncontent-length: 3\r\n\r\nnon", 403, b"non"),
        (b"HTTP/1.1 503 x\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nnon\r\n1\r\n!\r\n0\r\nA: b\r\n\r\n", 503, b"non!"),
        (b"HTTP/1.1 204\r\n\r\n", 204, b""),
    ],
)
def test_an_answer_is_read_to_its_end_and_its_connection_serves_again(
    scripts: list[Scripted], answer: bytes, status: int, said: bytes
) -> None:
    server, client = scripted(scripts, [answer, OK])
    with closing(client):
        assert client.exchange("PUT", "/b/k", {"A": "b"}, b"x" * 200_000, SHA) == (status, said)
        assert client.exchange("PUT", "/b/k", {}, b"", SHA) == (200, b"")
    assert server.opened == 1
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    line, *fields = head.split(b"\r\n")
    assert line == b"PUT /b/k HTTP/1.1"
    assert {b"Host: " + server.url[7:].encode(), b"A: b", b"Content-Length: 200000"} <= set(fields)
    assert not any(field.lower().startswith(b"expect") for field in fields)
    assert body == b"x" * 200_000


def test_a_connection_at_rest_does_not_hold_what_it_sent(scripts: list[Scripted]) -> None:
    _, client = scripted(scripts, [OK])
    body = b"x" * 200_000
    held = sys.getrefcount(body)
    with closing(client):
        client.exchange("PUT", "/b/k", {}, body, SHA)
        assert client._free
        assert sys.getrefcount(body) == held


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nab", b"ab"),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nab", b"ab"),
        (b"HTTP/1.1 200 OK\r\n\r\nab", b"ab"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabHTTP/1.1 500 not asked for\r\n\r\n", b"ab"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (MOST_BODY + 1) + b"a" * (MOST_BODY + 1), b"a" * MOST_BODY),
    ],
)
def test_a_connection_that_may_not_serve_again_does_not(scripts: list[Scripted], answer: bytes, said: bytes) -> None:
    server, client = scripted(scripts, [answer, None], [OK])
    with closing(client):
        assert client.exchange("PUT", "/b/k", {}, b"", SHA) == (200, said)
        assert client.exchange("PUT", "/b/k", {}, b"", SHA) == (200, b"")
    assert server.opened == 2


def test_one_that_the_server_ended_while_it_rested_is_replaced(scripts: list[Scripted]) -> None:
    server, client = scripted(scripts, [OK, None], [OK])
    with closing(client):
        client.exchange("HEAD", "/b", {}, b"", SHA)
        assert server.ended.wait(5)
        assert client.exchange("HEAD", "/b", {}, b"", SHA) == (200, b"")
    assert server.opened == 2
    assert b"Content-Length" not in server.requests[0]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 20",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"SSH-2.0-x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"x" * 200_000,
    ],
)
def test_what_is_no_whole_answer_leaves_it_in_doubt(scripts: list[Scripted], answer: bytes) -> None:
    _, client = scripted(scripts, [answer, None])
    with closing(client), pytest.raises(Lost):
        client.exchange("PUT", "/b/k", {}, b"photo", SHA)


def test_silence_leaves_it_in_doubt() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Lost):
        wire(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.2).exchange("PUT", "/b/k", {}, b"photo", SHA)


def test_a_refusal_before_the_end_of_the_body_is_heard() -> None:
    """Whoever refuses may close before it has read what we are still sending."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def refuse() -> None:
            connection, _ = server.accept()
            connection.recv(100)
            connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nnon")
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(1 << 20):
                pass
            connection.close()

        thread = threading.Thread(target=refuse, daemon=True)
        thread.start()
        with closing(wire(f"http://127.0.0.1:{server.getsockname()[1]}")) as client:
            assert client.exchange("PUT", "/b/k", {}, b"x" * (8 << 20), SHA) == (403, b"non")
        thread.join(5)


def test_no_connection_is_no_doubt() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(Unreached) as told:
        wire(f"http://127.0.0.1:{port}").exchange("PUT", "/b/k", {}, b"", SHA)
    assert not told.value.secure


def test_a_certificate_of_nobody_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    import ssl

    make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                try:
                    with context.wrap_socket(connection, server_side=True) as secure:
                        heard.append(secure.recv(100))
                except OSError:
                    return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        with pytest.raises(Unreached) as told:
            wire(f"https://127.0.0.1:{server.getsockname()[1]}").exchange("PUT", "/b/k", {}, b"photo", SHA)
        thread.join(5)
    assert told.value.secure
    assert b"".join(heard) == b""


@pytest.mark.parametrize("value", ["a\r\nX: y", "a\nb", "a\0"])
def test_a_header_stays_one_line(value: str) -> None:
    with pytest.raises(ValueError, match="more than one line"):
        wire("http://127.0.0.1:9").exchange("PUT", "/b/k", {"A": value}, b"", SHA)


@pytest.mark.parametrize("url", ["", "s3://seau", "127.0.0.1:9000", "https:///seau"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="address"):
        wire(url)


@pytest.mark.parametrize("path", ["/seau/../autre/k", "/seau/a/..", "/seau/./k", "/seau/."])
def test_no_name_leads_out_of_the_bucket(path: str) -> None:
    with pytest.raises(ValueError, match="shorten"):
        wire("http://127.0.0.1:9").exchange("PUT", path, {}, b"", SHA)
