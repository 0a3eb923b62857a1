"""R2 as the place for customers' files, on moto's server behind a line that fails."""

from __future__ import annotations

import hashlib
import io
import os
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from effects_help import MemorySpool, letter
from hypothesis import given
from hypothesis import strategies as st
from r2_server import R2Server, r2_server

from connectors.r2.client import Bucket
from connectors.r2.files import R2Files, content_type, disposition
from core.effects import Effect, Receipt, StoreFile
from core.errors import Ambiguous, PortError, Rejected, Transient, Unauthorized

MIB = 1024 * 1024
PART = 5 * MIB


@pytest.fixture(scope="module")
def server() -> Iterator[R2Server]:
    with r2_server() as running:
        yield running


@pytest.fixture
def spool() -> MemorySpool:
    return MemorySpool()


@pytest.fixture
def bucket(server: R2Server) -> Bucket:
    return server.bucket()


@pytest.fixture
def files(bucket: Bucket, spool: MemorySpool) -> Iterator[R2Files]:
    made = R2Files(bucket, spool=spool, part=PART)
    yield made
    made.close()


def wanted(spool: MemorySpool, content: bytes, name: str = "fauteuil.jpg", case: str = "c1", **changed: Any) -> Effect:
    values = {"sha256": spool.put(content), "name": name, "type": "image/jpeg", "size": len(content), "case_id": case} | changed
    return Effect(f"{case}/1/0", case, "files", StoreFile(**values))


def stored(server: R2Server, bucket: Bucket) -> dict[str, bytes]:
    s3 = server.client()
    listed = s3.list_objects_v2(Bucket=bucket.name).get("Contents", [])
    return {o["Key"]: s3.get_object(Bucket=bucket.name, Key=o["Key"])["Body"].read() for o in listed}


def unfinished(server: R2Server, bucket: Bucket) -> int:
    return len(server.client().list_multipart_uploads(Bucket=bucket.name).get("Uploads", []))


def one(files: R2Files, effect: Effect) -> Receipt:
    (outcome,) = files.deliver([effect])
    assert isinstance(outcome, Receipt), outcome
    return outcome


# ------------------------------------------------------------------ storing


def test_a_small_file_takes_one_call_and_is_a_download(
    server: R2Server, bucket: Bucket, files: R2Files, spool: MemorySpool
) -> None:
    effect = wanted(spool, b"photo", "Fauteuil du père Noël.jpg")
    before = len(server.calls)
    receipt = one(files, effect)
    assert len(server.calls) - before == 1
    digest = hashlib.sha256(b"photo").hexdigest()
    assert receipt == Receipt(
        f"c1/{digest[:16]}-Fauteuil-du-pere-Noel.jpg",
        f"https://fichiers.example.org/c1/{digest[:16]}-Fauteuil-du-pere-Noel.jpg",
    )
    head = server.client().head_object(Bucket=bucket.name, Key=receipt.id)
    assert head["ContentType"] == "image/jpeg"
    assert head["Metadata"] == {"sha256": digest}
    assert head["ContentDisposition"] == (
        "attachment; filename=\"Fauteuil-du-pere-Noel.jpg\"; filename*=UTF-8''Fauteuil%20du%20p%C3%A8re%20No%C3%ABl.jpg"
    )
    assert stored(server, bucket) == {receipt.id: b"photo"}


def test_a_large_file_goes_in_parts_and_comes_out_whole(
    server: R2Server, bucket: Bucket, files: R2Files, spool: MemorySpool
) -> None:
    content = os.urandom(2 * PART + 12_345)
    server.largest = 0
    receipt = one(files, wanted(spool, content, "buffet.glb", type="model/gltf-binary"))
    assert stored(server, bucket)[receipt.id] == content
    assert server.largest <= PART
    head = server.client().head_object(Bucket=bucket.name, Key=receipt.id)
    assert head["ContentType"] == "model/gltf-binary"
    assert head["ContentDisposition"].startswith("attachment; ")
    assert unfinished(server, bucket) == 0
    before = server.methods()["PUT"]
    assert one(files, wanted(spool, content, "buffet.glb", type="model/gltf-binary")) == Receipt(receipt.id, receipt.url, True)
    assert server.methods()["PUT"] == before, "what is there is not sent again"


@pytest.mark.parametrize("size", [0, 1, PART - 1, PART, PART + 1, 2 * PART])
def test_every_size_around_a_part(server: R2Server, bucket: Bucket, files: R2Files, spool: MemorySpool, size: int) -> None:
    content = b"x" * size
    receipt = one(files, wanted(spool, content, case=f"c{size}"))
    assert stored(server, bucket)[receipt.id] == content
    assert files.find([wanted(spool, content, case=f"c{size}")]) == [Receipt(receipt.id, receipt.url, True)]


class Endless(io.RawIOBase):
    """A large file that is nowhere whole."""

    def __init__(self, size: int) -> None:
        self.left = size

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        n = min(self.left, size if size >= 0 else self.left, 100_000)
        self.left -= n
        return b"\0" * n


def test_a_file_never_stands_in_memory_whole(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """60 MB to a store that takes and forgets them: two parts at most, ours and the one being sent."""
    size = 60 * MIB
    known = hashlib.sha256()
    for _ in range(60):
        known.update(b"\0" * MIB)

    class Forgetful:
        def create_multipart_upload(self, **_: Any) -> Any:
            return {"UploadId": "u"}

        def upload_part(self, *, Body: bytes, **_: Any) -> Any:  # noqa: N803
            assert len(Body) <= PART
            return {"ETag": "e"}

        def complete_multipart_upload(self, **_: Any) -> None:
            pass

    class Named(MemorySpool):
        def open(self, sha256: str) -> BinaryIO:
            return Endless(size)  # type: ignore[return-value]

    files = R2Files(bucket, spool=Named(), part=PART)
    monkeypatch.setattr(files._client, "_client", Forgetful())
    monkeypatch.setattr(files, "_find", lambda effect: None)
    effect = Effect("c/1/0", "c", "files", StoreFile(known.hexdigest(), "a.bin", "application/octet-stream", size, "c"))
    tracemalloc.start()
    (outcome,) = files.deliver([effect])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(outcome, Receipt), outcome
    assert peak < 3 * PART


def test_a_batch_shares_few_threads_and_one_pool(server: R2Server, bucket: Bucket, spool: MemorySpool) -> None:
    files = R2Files(bucket, spool=spool, threads=3)
    effects = [wanted(spool, f"photo {n}".encode(), case=f"c{n}") for n in range(12)]
    outcomes = files.deliver(effects)
    assert all(isinstance(o, Receipt) for o in outcomes)
    assert [o.id.partition("/")[0] for o in outcomes if isinstance(o, Receipt)] == [f"c{n}" for n in range(12)]
    files.close()


def test_a_file_that_the_disk_spoilt_is_not_published(
    server: R2Server, bucket: Bucket, files: R2Files, spool: MemorySpool
) -> None:
    small, large = wanted(spool, b"petit"), wanted(spool, os.urandom(2 * PART), case="c2")
    for effect in (small, large):
        assert isinstance(effect.payload, StoreFile)
        content = bytearray(spool.content[effect.payload.sha256])
        content[-1] ^= 1
        spool.content[effect.payload.sha256] = bytes(content)
    outcomes = files.deliver([small, large])
    assert all(isinstance(o, Rejected) for o in outcomes), outcomes
    assert stored(server, bucket) == {}
    assert unfinished(server, bucket) == 0


def test_what_stands_there_under_our_key_but_is_another_file_is_not_found(
    server: R2Server, bucket: Bucket, files: R2Files, spool: MemorySpool
) -> None:
    effect = wanted(spool, b"photo")
    assert isinstance(effect.payload, StoreFile)
    server.client().put_object(Bucket=bucket.name, Key=files.key(effect.payload), Body=b"photo")
    assert files.find([effect]) == [None], "no hash, not ours"
    receipt = one(files, effect)
    assert files.find([effect]) == [Receipt(receipt.id, receipt.url, True)]


def test_uploads_carry_no_checksum_that_r2_refuses(server: R2Server, files: R2Files, spool: MemorySpool) -> None:
    server.headers.clear()
    one(files, wanted(spool, b"photo"))
    one(files, wanted(spool, os.urandom(PART + 1), case="c2"))
    seen = {name for headers in server.headers for name in headers}
    assert not [name for name in seen if "checksum" in name or "trailer" in name], seen
    assert all("STREAMING" not in h.get("x-amz-content-sha256", "") for h in server.headers)


# ------------------------------------------------------------------ addresses


def test_without_a_public_address_a_presigned_one_is_given(server: R2Server, spool: MemorySpool) -> None:
    files = R2Files(server.bucket(public_url=""), spool=spool, expires=10**9)
    receipt = one(files, wanted(spool, b"<script>alert(1)</script>", "page d'accueil.html", type="text/html"))
    query = parse_qs(urlsplit(receipt.url).query)
    assert query["X-Amz-Expires"] == ["604800"]
    answer = requests.get(receipt.url, timeout=5)
    assert answer.content == b"<script>alert(1)</script>"
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    files.close()


@given(name=st.text(max_size=300))
def test_any_name_gives_a_header_and_a_key_that_nothing_minds(name: str) -> None:
    header = disposition(name)
    assert header.isascii()
    assert header.isprintable()
    assert header.startswith('attachment; filename="')
    assert header.count('"') == 2
    files = R2Files(Bucket("http://127.0.0.1:1", "b", "k", "s"), spool=MemorySpool(), prefix="/clients/")
    key = files.key(StoreFile("a" * 64, name, "image/jpeg", 1, name))
    assert key.isascii()
    assert key.count("/") == 2
    assert ".." not in key.split("/")
    assert len(key) < 250


@pytest.mark.parametrize(
    ("told", "sent"),
    [("image/jpeg", "image/jpeg"), ("", "application/octet-stream"), ("text/html\r\nX: y", "application/octet-stream")],
)
def test_a_type_that_is_none_is_bytes(told: str, sent: str) -> None:
    assert content_type(told) == sent


# ------------------------------------------------------------------ a line that fails


def test_the_answer_to_a_small_file_is_lost_and_it_is_found(
    server: R2Server, bucket: Bucket, files: R2Files, spool: MemorySpool
) -> None:
    effect = wanted(spool, b"photo")
    for _ in range(2):  # it is tried once more
        server.trouble("PUT", "late")
    (outcome,) = files.deliver([effect])
    assert isinstance(outcome, Ambiguous), outcome
    (found,) = files.find([effect])
    assert found is not None
    assert found.found
    assert len(stored(server, bucket)) == 1


def test_a_silence_longer_than_our_patience_is_ambiguous(server: R2Server, bucket: Bucket, spool: MemorySpool) -> None:
    hasty = R2Files(Bucket(bucket.endpoint, bucket.name, "k", "s", "https://f.example.org", timeout=0.3), spool=spool)
    for _ in range(2):
        server.trouble("PUT", "slow", 1.0)
    effect = wanted(spool, b"photo")
    (outcome,) = hasty.deliver([effect])
    assert isinstance(outcome, Ambiguous), outcome
    assert hasty.lag >= 0.6
    assert hasty.find([effect])[0] is not None
    hasty.close()


def test_one_bad_answer_is_passed_over(server: R2Server, files: R2Files, spool: MemorySpool) -> None:
    server.trouble("PUT", "fail", 503)
    one(files, wanted(spool, b"photo"))
    server.trouble("PUT", "drop")
    one(files, wanted(spool, b"photo", case="c2"))


@pytest.mark.parametrize(("status", "means"), [(503, Transient), (429, Transient), (500, Ambiguous), (502, Ambiguous)])
def test_bad_answers_and_what_they_mean(
    server: R2Server, files: R2Files, spool: MemorySpool, status: int, means: type[PortError]
) -> None:
    for _ in range(2):
        server.trouble("PUT", "fail", status)
    (outcome,) = files.deliver([wanted(spool, b"photo")])
    server._troubles.clear()
    assert type(outcome) is means, outcome


def test_a_part_that_fails_ends_the_upload_and_leaves_nothing(
    server: R2Server, bucket: Bucket, files: R2Files, spool: MemorySpool
) -> None:
    effect = wanted(spool, os.urandom(2 * PART + 1))
    for _ in range(2):
        server.trouble(r"PUT .*partNumber=2", "drop")
    (outcome,) = files.deliver([effect])
    assert isinstance(outcome, Transient), outcome
    assert unfinished(server, bucket) == 0
    assert stored(server, bucket) == {}
    one(files, effect)


def test_an_upload_that_cannot_be_ended_now_is_ended_later(
    server: R2Server, bucket: Bucket, files: R2Files, spool: MemorySpool
) -> None:
    effect = wanted(spool, os.urandom(PART + 1))
    for _ in range(2):
        server.trouble(r"PUT .*partNumber=1", "drop")
        server.trouble("DELETE", "drop")
    (outcome,) = files.deliver([effect])
    assert isinstance(outcome, Transient), outcome
    assert unfinished(server, bucket) == 1
    one(files, wanted(spool, b"autre", case="c2"))
    assert unfinished(server, bucket) == 0


def test_the_answer_to_the_end_of_an_upload_is_lost(
    server: R2Server, bucket: Bucket, files: R2Files, spool: MemorySpool
) -> None:
    effect = wanted(spool, os.urandom(PART + 1))
    for _ in range(2):
        server.trouble(r"POST .*uploadId=", "late")
    (outcome,) = files.deliver([effect])
    assert isinstance(outcome, Ambiguous), outcome
    assert files.find([effect])[0] is not None
    files.close()
    assert len(stored(server, bucket)) == 1
    assert unfinished(server, bucket) == 0


def test_find_raises_rather_than_say_it_is_not_there(server: R2Server, files: R2Files, spool: MemorySpool) -> None:
    for _ in range(2):
        server.trouble("HEAD", "fail", 500)
    with pytest.raises(Transient):
        files.find([wanted(spool, b"photo")])
    for _ in range(2):
        server.trouble("HEAD", "fail", 403)
    with pytest.raises(Unauthorized):
        files.find([wanted(spool, b"photo")])
    server._troubles.clear()


def test_a_bucket_that_is_not_there_stops_the_lane_and_says_so(server: R2Server, spool: MemorySpool) -> None:
    files = R2Files(Bucket(server.url, "absent-bucket", "k", "s"), spool=spool)
    (outcome,) = files.deliver([wanted(spool, b"photo")])
    assert isinstance(outcome, Unauthorized)
    assert "R2_BUCKET_NAME" in str(outcome)
    assert files.check().ok is False
    files.close()


def test_a_bucket_is_looked_at_in_one_small_call(server: R2Server, bucket: Bucket, files: R2Files) -> None:
    """Looked at every few minutes in an idle service: without boto3's client, which takes forty megabytes."""
    told = files.check()
    assert (told.ok, bucket.name in told.detail) == (True, True)
    assert files._client._client is None
    server.trouble("HEAD", "fail", 503)
    assert files.check().ok
    for _ in range(2):
        server.trouble("HEAD", "fail", 403)
    refused = files.check()
    assert not refused.ok
    assert "403" in refused.detail
    server._troubles.clear()


def test_settings_that_make_no_client_are_said(spool: MemorySpool) -> None:
    files = R2Files(Bucket("pas une adresse", "b", "k", "secret-key"), spool=spool)
    (outcome,) = files.deliver([wanted(spool, b"photo")])
    assert isinstance(outcome, Unauthorized)
    assert "secret-key" not in str(outcome)
    assert "secret-key" not in repr(Bucket("e", "b", "k", "secret-key"))


def test_what_is_not_for_a_bucket_is_refused(files: R2Files) -> None:
    (outcome,) = files.deliver([letter("a/1/0")])
    assert isinstance(outcome, Rejected)


def test_importing_the_connector_does_not_import_boto3() -> None:
    import subprocess
    import sys

    code = "import connectors.r2.files, connectors.r2.spool, sys; sys.exit('boto3' in sys.modules or 'botocore' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[1], check=False).returncode == 0
