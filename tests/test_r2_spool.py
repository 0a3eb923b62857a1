"""The spool that several machines share: each with its folder, one bucket."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from r2_server import R2Server, r2_server

from connectors.r2.client import Bucket, R2Client
from connectors.r2.spool import R2Spool
from core.errors import PortError, Transient, UserError
from core.ports import Spool
from store.crypto import Keys
from store.spool import FolderSpool

KEYS = Keys.derive("un secret assez long pour les essais, vraiment")
Make = Callable[[str], R2Spool]


@pytest.fixture(scope="module")
def server() -> Iterator[R2Server]:
    with r2_server() as running:
        yield running


@pytest.fixture
def bucket(server: R2Server) -> Bucket:
    return server.bucket()


@pytest.fixture
def machine(bucket: Bucket, tmp_path: Path) -> Iterator[Make]:
    clients: list[R2Client] = []

    def make(name: str) -> R2Spool:
        clients.append(R2Client(bucket))
        return R2Spool(FolderSpool(tmp_path / name, KEYS), clients[-1])

    yield make
    for client in clients:
        client.close()


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_it_is_a_spool(machine: Make) -> None:
    spool: Spool = machine("a")
    assert spool.get(spool.put(b"x")) == b"x"


def test_what_one_machine_stores_the_others_read(machine: Make) -> None:
    a, b = machine("a"), machine("b")
    for content in (b"", b"bonjour", os.urandom(600_000)):
        sha = a.put(content)
        assert sha == digest(content)
        assert b.exists(sha)
        assert b.get(sha) == content
        with b.open(sha) as stream, b.path(sha) as path:
            assert stream.read(3) == content[:3]
            assert path.read_bytes() == content


def test_the_bucket_sees_no_content(server: R2Server, bucket: Bucket, machine: Make) -> None:
    machine("a").put(b"adresse du client : 1 rue X" * 100)
    s3 = server.client()
    stored = [
        s3.get_object(Bucket=bucket.name, Key=o["Key"])["Body"].read()
        for o in s3.list_objects_v2(Bucket=bucket.name)["Contents"]
    ]
    assert len(stored) == 1
    assert b"adresse" not in stored[0]


def test_storing_again_costs_one_look_and_no_upload(server: R2Server, machine: Make) -> None:
    a, b = machine("a"), machine("b")
    a.put(b"bonjour")
    before = server.methods()
    b.put(b"bonjour")
    a.put_many([b"bonjour", b"bonjour"])
    after = server.methods()
    assert after["PUT"] == before["PUT"]
    assert after["HEAD"] == before["HEAD"] + 2


def test_reading_what_is_here_asks_nobody(server: R2Server, machine: Make) -> None:
    a = machine("a")
    sha = a.put(b"bonjour")
    before = len(server.calls)
    assert a.get(sha) == b"bonjour"
    assert len(server.calls) == before


def test_what_nobody_has(machine: Make) -> None:
    a = machine("a")
    for sha in (digest(b"rien"), "../../etc/passwd", ""):
        with pytest.raises(KeyError):
            a.get(sha)
        with pytest.raises(KeyError):
            a.open(sha)
    assert not a.exists(digest(b"rien"))


def test_a_folder_that_was_lost_fills_again(machine: Make, tmp_path: Path) -> None:
    a = machine("a")
    sha = a.put(b"bonjour")
    (path,) = (tmp_path / "a").rglob(sha)
    path.unlink()
    assert a.get(sha) == b"bonjour"
    assert path.exists()


def test_what_was_changed_in_the_bucket_does_not_open(server: R2Server, bucket: Bucket, machine: Make) -> None:
    a, b = machine("a"), machine("b")
    sha, other = a.put(b"bonjour"), a.put(b"au revoir")
    s3 = server.client()
    keys = {o["Key"].rsplit("/", 1)[1]: o["Key"] for o in s3.list_objects_v2(Bucket=bucket.name)["Contents"]}
    s3.put_object(Bucket=bucket.name, Key=keys[sha], Body=s3.get_object(Bucket=bucket.name, Key=keys[other])["Body"].read())
    with pytest.raises(UserError):
        b.get(sha)
    assert b.get(other) == b"au revoir"


def test_an_upload_that_failed_is_made_up_for_by_the_next_put(server: R2Server, machine: Make) -> None:
    a, b = machine("a"), machine("b")
    for _ in range(2):
        server.trouble("PUT", "drop")
    with pytest.raises(PortError):
        a.put(b"bonjour")
    sha = a.put(b"bonjour")
    assert b.get(sha) == b"bonjour"


def test_a_download_that_breaks_leaves_nothing_half(server: R2Server, machine: Make, tmp_path: Path) -> None:
    a, b = machine("a"), machine("b")
    sha = a.put(os.urandom(300_000))
    for _ in range(2):
        server.trouble("GET", "drop")
    with pytest.raises(Transient):
        b.get(sha)
    assert [p for p in (tmp_path / "b").rglob("*") if p.is_file()] == []
    assert len(b.get(sha)) == 300_000


def test_deleting_is_for_good(machine: Make) -> None:
    a, b = machine("a"), machine("b")
    sha = a.put(b"bonjour")
    assert a.delete(sha)
    assert not a.delete(sha)
    with pytest.raises(KeyError):
        b.get(sha)
