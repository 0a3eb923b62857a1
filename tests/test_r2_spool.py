"""The spool that several machines share: each with its folder, one bucket."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from r2_server import R2Server, r2_server

from assembly import open_house
from connectors.r2.client import Bucket, R2Client
from connectors.r2.spool import R2Spool
from console.keeping import back_up, put_back
from core.errors import PortError, Transient, UserError
from core.ports import Spool
from store.crypto import Keys
from store.spool import FolderSpool
from tests.road import JPEG, Counter, mail

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


def test_a_backup_brings_what_other_machines_stored_and_a_restore_shares_it(
    server: R2Server, bucket: Bucket, machine: Make, tmp_path: Path
) -> None:
    a, b = machine("a"), machine("b")
    here = a.put_many([f"message {n}".encode() for n in range(12)])
    there = b.put(b"ailleurs")
    assert a.bring() == 1
    assert sorted(FolderSpool(tmp_path / "a", KEYS).digests()) == sorted([*here, there])
    assert a.bring() == 0
    s3 = server.client()
    for one in s3.list_objects_v2(Bucket=bucket.name)["Contents"]:
        s3.delete_object(Bucket=bucket.name, Key=one["Key"])
    assert a.share() == 13
    assert a.share() == 0
    c = machine("c")
    assert c.get(there) == b"ailleurs"
    assert c.bring() == 12


def test_more_files_than_a_page_holds_are_all_brought(machine: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = machine("a"), machine("b")
    a.put_many([f"message {n}".encode() for n in range(7)])
    listed = b._client.s3.list_objects_v2
    monkeypatch.setattr(b._client.s3, "list_objects_v2", lambda **more: listed(MaxKeys=3, **more))
    assert b.bring() == 7


def test_one_upload_of_many_that_fails_is_told(server: R2Server, machine: Make) -> None:
    a = machine("a")
    for _ in range(2):
        server.trouble("PUT", "fail", 403)
    with pytest.raises(PortError):
        a.put_many([f"message {n}".encode() for n in range(6)])


class Machine(Counter):
    """One of several machines over one store: its own data folder, the bucket that all share."""

    def __init__(self, folder: Path, bucket: Bucket, database: Path, **more: Any) -> None:
        super().__init__(
            folder,
            spool_bucket=bucket.name,
            r2_endpoint_url=bucket.endpoint,
            r2_access_key_id="key",
            r2_secret_access_key="secret",
            r2_bucket_name=more.pop("files"),
            database_url=f"sqlite:///{database}",
            secret_key="une clé commune à toutes les machines du guichet",
            **more,
        )


def test_what_one_machine_takes_another_reads_stores_and_backs_up(server: R2Server, bucket: Bucket, tmp_path: Path) -> None:
    """The raw mail, the picture in it and the worker processes all find their bytes by the bucket alone."""
    files = server.bucket()
    one = Machine(tmp_path / "one", bucket, tmp_path / "common.db", files=files.name)
    two = Machine(tmp_path / "two", bucket, tmp_path / "common.db", files=files.name)
    one.drop(mail("Je souhaite modéliser ce fauteuil...", files=(("photo.jpg", JPEG),)))
    house = open_house(one.settings, one.clock)
    house.reader.run = lambda: 0  # type: ignore[method-assign]
    intake = next(lane for lane in house.lanes._lanes.values() if lane.name.startswith("intake:"))  # type: ignore[attr-defined]
    assert intake.step() == 1
    assert house.stop(10)
    assert two.work() == {}
    (case,) = two.cases()
    assert case.stage == "waiting_approval"
    (stored,) = server.client().list_objects_v2(Bucket=files.name)["Contents"]
    assert stored["Size"] == len(JPEG)
    assert {state for _, _, state in two.effects()} == {"done"}
    shutil.rmtree(tmp_path / "two" / "spool")
    back_up(two.settings, tmp_path / "backups", 0)
    kept = {p.name for p in (tmp_path / "backups" / "spool").rglob("*") if p.is_file()}
    assert digest(JPEG) in kept
    assert len(kept) >= 2
    s3 = server.client()
    for object in s3.list_objects_v2(Bucket=bucket.name)["Contents"]:
        s3.delete_object(Bucket=bucket.name, Key=object["Key"])
    (made,) = [p for p in (tmp_path / "backups").iterdir() if p.name != "spool"]
    put_back(two.settings, made, force=True)
    assert {o["Key"].rpartition("/")[2] for o in s3.list_objects_v2(Bucket=bucket.name)["Contents"]} == kept


def test_a_bucket_that_is_away_holds_the_mail_where_it_is(server: R2Server, bucket: Bucket, tmp_path: Path) -> None:
    """Nothing is acknowledged before all machines can have it; once the bucket is back it goes on."""
    one = Machine(tmp_path / "one", bucket, tmp_path / "common.db", files=server.bucket().name)
    one.drop(mail("Je souhaite modéliser ce fauteuil...", files=(("photo.jpg", JPEG),)))
    for _ in range(20):
        server.trouble(f"(HEAD|PUT) /{bucket.name}/spool", "fail", 503)
    troubles = one.work()
    assert any(name.startswith("intake:") for name in troubles), troubles
    assert one.cases() == []
    server.forget_troubles()
    assert one.work() == {}
    assert [c.stage for c in one.cases()] == ["waiting_approval"]
