"""Contents that are stored together share a file: each stays a content of its own, and none is lost or left behind."""

from __future__ import annotations

import itertools
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.errors import UserError
from store.sealed import CHUNK, Damaged, walk
from store.spool import PACK, FolderSpool
from tests.store_help import KEYS, killed_before

CONTENTS = [b"a" * 5000, b"", os.urandom(2 * CHUNK + 7), b"d" * 100, os.urandom(CHUNK)]


@pytest.fixture
def spool(tmp_path: Path) -> FolderSpool:
    return FolderSpool(tmp_path / "spool", KEYS)


def packs(spool: FolderSpool) -> list[Path]:
    folder = spool.folder / "packs"
    return [path for path in folder.iterdir() if path.name.isdecimal()] if folder.is_dir() else []


def leftovers(spool: FolderSpool) -> list[Path]:
    return list((spool.folder / "tmp").iterdir())


def test_a_batch_is_one_file_and_every_content_comes_out_by_every_road(spool: FolderSpool) -> None:
    digests = spool.put_many(CONTENTS)
    assert len(packs(spool)) == 1
    assert [spool.get(digest) for digest in digests] == CONTENTS
    assert [spool.verify(digest) for digest in digests] == [len(content) for content in CONTENTS]
    assert list(spool.digests()) == sorted(digests)
    with spool.open(digests[2]) as stream:
        stream.seek(CHUNK - 3)
        assert stream.read(10) == CONTENTS[2][CHUNK - 3 : CHUNK + 7]
    with spool.path(digests[0]) as path:
        assert path.read_bytes() == CONTENTS[0]
    assert b"aaaa" not in packs(spool)[0].read_bytes()
    assert packs(spool)[0].stat().st_mode & 0o077 == 0
    again = FolderSpool(spool.folder, KEYS)
    assert again.get(digests[4]) == CONTENTS[4]
    assert leftovers(spool) == []


def test_few_and_those_of_a_shared_bucket_have_files_of_their_own(spool: FolderSpool, tmp_path: Path) -> None:
    spool.put_many(CONTENTS[: PACK - 1])
    FolderSpool(tmp_path / "other", KEYS, packs=False).put_many(CONTENTS)
    assert packs(spool) == []
    assert not (tmp_path / "other" / "packs").exists()


def test_what_is_there_is_not_stored_again(spool: FolderSpool) -> None:
    digests = spool.put_many(CONTENTS)
    assert spool.put_many([*CONTENTS, b"new"]) == [*digests, spool.put(b"new")]
    assert len(packs(spool)) == 1
    assert spool.put(CONTENTS[0]) == digests[0]
    assert len(list(spool.digests())) == len(CONTENTS) + 1
    assert spool.forget(digests[0], -60)
    assert not spool.exists(digests[0])
    assert spool.put_many(CONTENTS)[0] == digests[0]
    assert spool.get(digests[0]) == CONTENTS[0]


def test_what_goes_leaves_nothing_and_the_others_stay(spool: FolderSpool) -> None:
    digests = spool.put_many(CONTENTS)
    (pack,) = packs(spool)
    whole = pack.read_bytes()
    assert spool.delete(digests[2])
    assert not spool.delete(digests[2])
    assert not spool.exists(digests[2])
    with pytest.raises(KeyError):
        spool.get(digests[2])
    assert pack.stat().st_size == len(whole)
    start = len(whole) - 2 * 76 - 100 - 2 * CHUNK - 7 - 3 * 16 - 60 - CHUNK + 60
    kept = pack.read_bytes()
    assert (
        sum(a == b for a, b in zip(kept[start : start + 2 * CHUNK], whole[start : start + 2 * CHUNK], strict=True))
        < CHUNK // 50
    )
    assert pack.stat().st_blocks * 512 < len(whole) - CHUNK, "its room is given back"
    for number in (0, 1, 3, 4):
        assert spool.get(digests[number]) == CONTENTS[number]
    for number in (0, 1, 3):
        assert spool.forget(digests[number], -60)
    assert pack.exists()
    assert spool.delete(digests[4])
    assert packs(spool) == []
    assert list(spool.digests()) == []


def test_a_content_that_is_wanted_is_not_forgotten(spool: FolderSpool) -> None:
    digests = spool.put_many(CONTENTS)
    assert not spool.forget(digests[0], 3600)
    assert spool.get(digests[0]) == CONTENTS[0]
    spool._packs._connection().execute("UPDATE contents SET at = 1000")
    spool.put(CONTENTS[1])
    assert not spool.forget(digests[1], 3600), "stored a moment ago, though it was there"
    assert spool.forget(digests[0], 3600)
    assert spool.forget(digests[0], 3600), "gone is gone"
    assert not spool.exists(digests[0])


def test_one_that_is_to_be_alone_gets_its_own_file_and_keeps_its_time(spool: FolderSpool) -> None:
    digests = spool.put_many(CONTENTS)
    spool._packs._connection().execute("UPDATE contents SET at = 1000")
    alone = spool.stored(digests[2])
    assert alone.stat().st_mtime == 1000
    assert spool.get(digests[2]) == CONTENTS[2]
    assert spool._packs.find(digests[2]) is None
    assert list(spool.digests()) == sorted(digests)
    with ThreadPoolExecutor(8) as threads:
        assert all(path.is_file() for path in threads.map(spool.stored, digests * 3))
    assert packs(spool) == []
    assert [spool.get(digest) for digest in digests] == CONTENTS


def test_renewed_while_it_is_taken_out_it_counts_as_wanted(spool: FolderSpool, monkeypatch: pytest.MonkeyPatch) -> None:
    digests = spool.put_many(CONTENTS)
    spool._packs._connection().execute("UPDATE contents SET at = 1000")
    copy = spool._copy

    def meanwhile(packed):  # type: ignore[no-untyped-def]
        name = copy(packed)
        FolderSpool(spool.folder, KEYS)._packs.wanted([digests[0]])
        return name

    monkeypatch.setattr(spool, "_copy", meanwhile)
    assert not spool.forget(digests[0], 3600)
    assert spool.get(digests[0]) == CONTENTS[0]


def test_two_that_store_the_same_at_once_leave_one_of_each(spool: FolderSpool, monkeypatch: pytest.MonkeyPatch) -> None:
    other = FolderSpool(spool.folder, KEYS)
    place = spool._packs.place

    def late(temporary, contents):  # type: ignore[no-untyped-def]
        other.put_many(CONTENTS[:4])
        place(temporary, contents)

    monkeypatch.setattr(spool._packs, "place", late)
    digests = spool.put_many(CONTENTS)
    assert len(packs(spool)) == 2
    left = [digest for pack in packs(spool) for digest, *_ in walk(KEYS.spool, pack)]
    assert sorted(left) == sorted(digests), "nothing stands there twice"
    for digest in digests:
        assert spool.delete(digest)
    assert packs(spool) == []
    monkeypatch.setattr(spool._packs, "place", late)
    spool.put_many(CONTENTS[:4])
    assert len(packs(spool)) == 1, "a pack of which nothing is needed goes at once"


@pytest.mark.parametrize("how", ["flip", "cut", "gone"])
def test_a_change_is_noticed_and_what_was_cut_is_stored_anew(spool: FolderSpool, how: str) -> None:
    digests = spool.put_many(CONTENTS)
    (pack,) = packs(spool)
    content = bytearray(pack.read_bytes())
    if how == "flip":
        content[-1] ^= 1
        pack.write_bytes(content)
    elif how == "cut":
        pack.write_bytes(content[:-1])
    else:
        pack.unlink()
    with pytest.raises((Damaged, KeyError)):
        spool.get(digests[-1])
    if how != "flip":
        assert spool.put_many(CONTENTS) == digests
        assert [spool.get(digest) for digest in digests] == CONTENTS


def test_a_lost_index_is_made_again_and_brings_nothing_back(spool: FolderSpool) -> None:
    digests = spool.put_many(CONTENTS)
    spool.put_many([b"%d" % number for number in range(6)])
    assert spool.delete(digests[3])
    for file in (spool.folder / "packs").glob("index.db*"):
        file.unlink()
    again = FolderSpool(spool.folder, KEYS)
    assert not again.exists(digests[3])
    assert len(list(again.digests())) == len(CONTENTS) - 1 + 6
    assert [again.get(digests[number]) for number in (0, 1, 2, 4)] == [CONTENTS[number] for number in (0, 1, 2, 4)]


def test_a_full_disk_is_said_plainly_and_leaves_nothing(spool: FolderSpool, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match="disque est plein"):
        spool.put_many(CONTENTS)
    monkeypatch.undo()
    assert leftovers(spool) == []
    (spool.folder / "packs").mkdir(exist_ok=True)
    (spool.folder / "packs" / "index.db").write_bytes(b"no database" * 100)
    with pytest.raises(UserError, match="ne répond pas"):
        FolderSpool(spool.folder, KEYS).put_many(CONTENTS)


def test_a_kill_leaves_a_whole_batch_or_none_and_old_leftovers_are_swept(spool: FolderSpool) -> None:
    def work() -> bool:
        return all(map(spool.exists, FolderSpool(spool.folder, KEYS).put_many(CONTENTS)))

    for calls in itertools.count(1):
        killed = killed_before(calls, ("fsync", "writev", "link", "unlink", "close", "open"), work)
        found = list(spool.digests())
        assert len(found) in (0, len(CONTENTS))
        for digest in found:
            spool.verify(digest)
            spool.delete(digest)
        if not killed:
            break
    assert calls > 10
    assert leftovers(spool), "the kill left something"
    for left in leftovers(spool):
        os.utime(left, (0, 0))
    FolderSpool(spool.folder, KEYS)
    assert leftovers(spool) == []
    assert packs(spool) == []


def test_what_a_kill_left_of_a_named_pack_takes_nothing_along(spool: FolderSpool) -> None:
    digests = spool.put_many(CONTENTS)
    (pack,) = packs(spool)
    left = spool.folder / "tmp" / f"pack.{pack.name}"
    os.link(pack, left)
    os.utime(left, (0, 0))
    began = time.time()
    FolderSpool(spool.folder, KEYS)
    assert leftovers(spool) == []
    assert [spool.get(digest) for digest in digests] == CONTENTS
    assert time.time() - began < 60


def test_of_contents_that_came_together_one_question_tells_where_all_are(
    spool: FolderSpool, monkeypatch: pytest.MonkeyPatch
) -> None:
    digests = spool.put_many(CONTENTS)
    reading = FolderSpool(spool.folder, KEYS)
    asked = []
    rows = reading._packs._rows
    monkeypatch.setattr(reading._packs, "_rows", lambda *question: asked.append(question) or rows(*question))
    assert [reading.get(digest) for digest in digests] == CONTENTS
    assert len(asked) == 3, "the first, the second, and all of their pack"


def test_what_has_left_its_pack_since_it_was_seen_there_is_found_where_it_is(spool: FolderSpool) -> None:
    digests = spool.put_many(CONTENTS)
    assert [spool.get(digest) for digest in digests] == CONTENTS
    other = FolderSpool(spool.folder, KEYS)
    moved = other.stored(digests[0])
    assert moved.is_file()
    assert spool.get(digests[0]) == CONTENTS[0]
    assert other.delete(digests[3])
    with pytest.raises(KeyError):
        spool.get(digests[3])
    assert spool.get(digests[2]) == CONTENTS[2]
    other.put_many([CONTENTS[3], *(os.urandom(9) for _ in range(PACK))])
    assert spool.get(digests[3]) == CONTENTS[3]
    for digest in digests:
        other.delete(digest)
    with pytest.raises(KeyError):
        spool.get(digests[2])
