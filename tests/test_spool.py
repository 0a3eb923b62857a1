"""The spool: what goes in comes out, once, encrypted; what was changed on the disk is noticed."""

from __future__ import annotations

import hashlib
import io
import itertools
import os
import tracemalloc
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import UserError
from core.ports import Spool
from store import Keys
from store.sealed import CHUNK, Damaged, stored_size
from store.spool import FolderSpool
from tests.store_help import KEYS, killed_before

SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7]


@pytest.fixture
def spool(tmp_path: Path) -> FolderSpool:
    return FolderSpool(tmp_path / "spool", KEYS)


def leftovers(spool: FolderSpool) -> list[Path]:
    return list((spool.folder / "tmp").iterdir())


def test_it_is_a_spool(spool: FolderSpool) -> None:
    port: Spool = spool
    assert port.get(port.put(b"x")) == b"x"


@pytest.mark.parametrize("size", SIZES)
def test_what_goes_in_comes_out_by_every_road(spool: FolderSpool, size: int) -> None:
    content = os.urandom(size)
    digest = spool.put(content)
    assert digest == hashlib.sha256(content).hexdigest()
    assert spool.get(digest) == content
    assert spool.exists(digest)
    assert spool.verify(digest) == size
    with spool.open(digest) as stream:
        assert stream.read(10) + stream.read() == content
        assert stream.seek(0, os.SEEK_END) == size
        stream.seek(size // 2)
        assert stream.read() == content[size // 2 :]
    with spool.path(digest) as path:
        assert path.read_bytes() == content
        assert path.stat().st_mode & 0o077 == 0
    assert not path.exists()
    assert spool.stored(digest).stat().st_size == stored_size(size)
    assert leftovers(spool) == []


@pytest.mark.parametrize("size", SIZES)
def test_a_stream_that_gives_little_at_a_time_is_stored_alike(spool: FolderSpool, size: int) -> None:
    content = os.urandom(size)

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 0, 5000))

    assert spool.put_stream(Slow(content)) == (hashlib.sha256(content).hexdigest(), size)
    assert spool.get(hashlib.sha256(content).hexdigest()) == content


def test_nothing_of_the_content_stands_on_the_disk(spool: FolderSpool) -> None:
    digest = spool.put(b"Bonjour Zo\xc3\xa9 " * 1000)
    assert b"Bonjour" not in spool.stored(digest).read_bytes()


def test_many_at_once_and_again(spool: FolderSpool) -> None:
    contents = [b"a", b"b" * CHUNK, b"a", b""]
    digests = spool.put_many(contents)
    assert [spool.get(digest) for digest in digests] == contents
    before = {digest: spool.stored(digest).stat().st_ino for digest in digests}
    assert spool.put_many(contents) == digests
    assert {digest: spool.stored(digest).stat().st_ino for digest in digests} == before
    assert sorted(spool.digests()) == sorted(set(digests))
    assert spool.put_many([]) == []


def test_twenty_threads_store_the_same(spool: FolderSpool) -> None:
    content = os.urandom(100_000)
    with ThreadPoolExecutor(20) as threads:
        assert len({one.result() for one in [threads.submit(spool.put, content) for _ in range(20)]}) == 1
    assert spool.get(hashlib.sha256(content).hexdigest()) == content
    assert leftovers(spool) == []


def test_memory_stays_bounded_whatever_the_size(spool: FolderSpool) -> None:
    class Zeros(io.RawIOBase):
        left = 64 * 1024 * 1024

        def read(self, size: int = -1) -> bytes:
            part = bytes(min(size, self.left))
            self.left -= len(part)
            return part

    tracemalloc.start()
    stream: BinaryIO = Zeros()  # type: ignore[assignment]
    digest, size = spool.put_stream(stream)
    assert spool.verify(digest) == size == 64 * 1024 * 1024
    with spool.path(digest) as path:
        assert path.stat().st_size == size
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * 1024 * 1024


@pytest.mark.parametrize("name", ["", "x", "0" * 63, "0" * 64, "../../etc/passwd", "A" * 64, "0" * 64 + "\n"])
def test_what_is_not_there_is_a_key_error(spool: FolderSpool, name: str) -> None:
    for ask in (spool.get, spool.open, spool.verify):
        with pytest.raises(KeyError):
            ask(name)
    with pytest.raises(KeyError), spool.path(name):
        pass
    assert not spool.exists(name)
    assert not spool.delete(name)
    assert leftovers(spool) == []


def test_what_was_deleted_is_gone(spool: FolderSpool) -> None:
    digest = spool.put(b"x")
    assert spool.delete(digest)
    assert not spool.exists(digest)
    assert not spool.delete(digest)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), size=st.sampled_from([0, 5, CHUNK, 2 * CHUNK + 9]))
def test_any_change_of_a_file_is_noticed(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, size: int) -> None:
    spool = FolderSpool(tmp_path_factory.mktemp("s"), KEYS)
    digest = spool.put(os.urandom(size))
    path = spool.stored(digest)
    content = bytearray(path.read_bytes())
    kind = data.draw(st.sampled_from(["flip", "cut", "add", "swap"]))
    if kind == "flip":
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] ^= 1 << data.draw(st.integers(0, 7))
    elif kind == "cut":
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    elif kind == "add":
        content += b"x" * data.draw(st.integers(1, 300))
    else:
        content = bytearray(spool.stored(spool.put(os.urandom(size))).read_bytes())
        if size == 0:
            return
    path.write_bytes(content)
    with pytest.raises(Damaged) as raised:
        spool.get(digest)
    assert str(path) in str(raised.value)
    assert "→" in str(raised.value)


def test_a_change_of_an_empty_file_is_noticed(spool: FolderSpool) -> None:
    digest = spool.put(b"")
    path = spool.stored(digest)
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(Damaged):
        spool.get(digest)


def test_parts_in_another_order_are_noticed(spool: FolderSpool) -> None:
    digest = spool.put(os.urandom(3 * CHUNK))
    path = spool.stored(digest)
    content = path.read_bytes()
    head, part = content[:60], CHUNK + 16
    one, two, three = (content[60 + n * part : 60 + (n + 1) * part] for n in range(3))
    path.write_bytes(head + two + one + three)
    with pytest.raises(Damaged, match="partie 0"):
        spool.get(digest)


def test_a_file_that_was_cut_is_written_again(spool: FolderSpool) -> None:
    digest = spool.put(b"x" * 5000)
    spool.stored(digest).write_bytes(b"")
    assert spool.put(b"x" * 5000) == digest
    assert spool.get(digest) == b"x" * 5000


def test_another_key_does_not_open_it(spool: FolderSpool) -> None:
    digest = spool.put(b"secret")
    with pytest.raises(Damaged):
        FolderSpool(spool.folder, Keys.derive("un tout autre secret, long aussi")).get(digest)


def test_an_archive_can_be_read_in_place(spool: FolderSpool) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.txt", "bonjour")
        archive.writestr("big", os.urandom(2 * CHUNK))
    with spool.open(spool.put(packed.getvalue())) as stream, zipfile.ZipFile(stream) as archive:
        assert archive.read("a.txt") == b"bonjour"
        assert archive.testzip() is None


def test_an_error_inside_a_path_context_stays_what_it_is(spool: FolderSpool) -> None:
    digest = spool.put(b"x")
    with pytest.raises(ConnectionResetError), spool.path(digest):
        raise ConnectionResetError
    assert leftovers(spool) == []


def test_a_folder_that_cannot_be_used_and_a_full_disk_are_said_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UserError, match="→"):
        FolderSpool(tmp_path / "file" / "spool", KEYS)
    spool = FolderSpool(tmp_path / "spool", KEYS)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    for put in (lambda: spool.put(b"x"), lambda: spool.put_many([b"y", b"z"]), lambda: spool.put_stream(io.BytesIO(b"w"))):
        with pytest.raises(UserError, match="disque est plein"):
            put()
    assert leftovers(spool) == []
    monkeypatch.undo()
    assert spool.get(spool.put(b"x")) == b"x"


def test_a_kill_leaves_a_whole_file_or_none_and_old_leftovers_are_swept(spool: FolderSpool) -> None:
    content = os.urandom(3 * CHUNK)
    digest = hashlib.sha256(content).hexdigest()
    for calls in itertools.count(1):
        killed = killed_before(calls, ("fsync", "replace", "mkdir", "writev"), lambda: bool(spool.put(content)))
        if spool.exists(digest):
            assert spool.get(digest) == content
            spool.delete(digest)
        if not killed:
            break
    assert calls > 4
    assert leftovers(spool), "the kill left something"
    FolderSpool(spool.folder, KEYS)
    assert leftovers(spool), "it may be another process's"
    for left in leftovers(spool):
        os.utime(left, (0, 0))
    FolderSpool(spool.folder, KEYS)
    assert leftovers(spool) == []
