"""Retention periods: what is older than it is to be kept goes, a few at a time, and nothing else."""

from __future__ import annotations

import os
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from core.model import Answer, Usage
from core.ports import Change, Settled
from engine.retention import Periods, Retention
from settings import Settings
from store import SqlStore
from store.spool import FolderSpool
from tests.road import JPEG, Light, mail
from tests.store_help import KEYS, NOW, effect, entry, later, opened, reading, taken

pytest_plugins = ["tests.store_fixtures"]

DAY = timedelta(days=1)


@pytest.fixture
def spool(tmp_path: Path) -> FolderSpool:
    return FolderSpool(tmp_path / "spool", KEYS)


def _ignored(store: SqlStore, spool: FolderSpool, *names: str, raw: bytes | None = None) -> list[str]:
    """Messages that were ignored at NOW; their digests."""
    items = [taken(name, raw=raw or f"pub {name}".encode()) for name in names]
    for item in items:
        spool.put(item.item.raw or b"")
    store.take("gmail", "email", items, {}, NOW)
    rows = store.unread(99, NOW)
    store.save_readings([reading(row) for row in rows], [], NOW)
    store.commit([Change(None, inbox_id=row.id, outcome="ignored") for row in rows], NOW)
    for digest in spool.digests():
        os.utime(spool.stored(digest), (1, 1))
    return [item.raw for item in items]


def _run(store: SqlStore, spool: FolderSpool, periods: Periods, days: float) -> int:
    lane = Retention(store, spool, periods, clock=lambda: NOW + days * DAY)
    number = 0
    while done := lane.run():
        number += done
    return number


def test_ignored_messages_go_after_their_days_and_not_before(store: SqlStore, spool: FolderSpool) -> None:
    digests = _ignored(store, spool, "a", "b")
    assert _run(store, spool, Periods(ignored=30), 30) == 0
    assert _run(store, spool, Periods(ignored=0), 9999) == 0, "0: for ever"
    assert [spool.exists(d) for d in digests] == [True, True]
    assert _run(store, spool, Periods(ignored=30), 30.1) == 2
    assert [spool.exists(d) for d in digests] == [False, False]
    (line,) = store.history("")
    assert (line[1].kind, dict(line[1].data)) == ("retention", {"what": "ignored", "count": 2, "contents": 2})
    assert _run(store, spool, Periods(ignored=30), 99) == 0, "once"
    assert store.take("gmail", "email", [taken("a", raw=b"pub a")], {}, NOW) == 0
    assert store.audit().ok


def test_a_content_that_another_message_has_stays(store: SqlStore, spool: FolderSpool) -> None:
    (digest,) = _ignored(store, spool, "a", raw=b"la meme")
    store.take("gmail", "email", [taken("b", raw=b"la meme")], {}, NOW)
    assert _run(store, spool, Periods(ignored=30), 31) == 1
    assert spool.exists(digest)


def test_small_batches(store: SqlStore, spool: FolderSpool) -> None:
    _ignored(store, spool, *map(str, range(5)))
    assert store.forget_ignored(later(60), 2, later(61)) == 2
    assert store.forget_ignored(later(60), 2, later(61)) == 2
    assert store.forget_ignored(later(60), 2, later(61)) == 1
    assert store.forget_ignored(later(60), 2, later(61)) == 0


def test_closed_cases_lose_words_and_keep_figures(store: SqlStore, spool: FolderSpool) -> None:
    closed = {"stage": "closed", "closed_at": NOW, "notes": ("une note",), "summary": "le fauteuil"}
    note = effect("c1/1/0", text="le fauteuil")
    new = opened(store, note, **closed)
    opened(store, id="c2")
    store.commit([Change(None, journal=(entry("opened", "le fauteuil"), entry("opened", "en cours", case_id="c2")))], NOW)
    assert _run(store, spool, Periods(closed=30), 31) == 0, "an effect of it has not ended"
    store.sending([note.key], NOW)
    store.settle([Settled(note.key, "parked", error="refusé")], NOW)
    assert _run(store, spool, Periods(closed=30), 31) == 0, "a person may still let it go again"
    store.drop([f"effect:{note.key}"], "anne", NOW)
    assert _run(store, spool, Periods(closed=30), 30) == 0
    assert _run(store, spool, Periods(closed=30), 31) == 1
    kept = store.cases(["c1"])["c1"]
    assert (kept.party, kept.subject, kept.kind, kept.stage) == (new.party, new.subject, new.kind, "closed")
    assert (kept.notes, kept.summary) == ((), "")
    assert [line.text for _, line in store.history("c1") if line.kind == "opened"] == [""]
    assert [line.text for _, line in store.history("c2") if line.kind == "opened"] == ["en cours"]
    assert "le fauteuil" not in str(store.outbox("c1"))
    assert _run(store, spool, Periods(closed=30), 99) == 0, "once"
    assert store.audit().ok


def test_words_of_the_model_go(store: SqlStore, spool: FolderSpool) -> None:
    key = "a" * 64
    store.keep_answer(key, Answer("{}", "complete", "m", Usage(), Decimal(1)), NOW)
    assert _run(store, spool, Periods(answers=30), 29) == 0
    assert _run(store, spool, Periods(answers=30), 31) == 1
    row = store.answer(key)
    assert row is not None
    assert row.answer is None
    assert [dict(line.data) for _, line in store.history("")] == [{"what": "answers", "count": 1}]


def test_the_service_keeps_the_periods_of_its_settings(tmp_path: Path) -> None:
    start = Light(tmp_path).clock()
    late = timedelta(0)
    counter = Light(tmp_path, clock=lambda: start + late, keep_closed_days=7)
    counter.drop(mail("Je souhaite modéliser ce fauteuil", files=(("photo.jpg", JPEG),)))
    assert counter.work() == {}
    late = timedelta(days=90)  # the offer runs out by itself
    for _ in range(6):
        assert counter.work() == {}
        late += timedelta(days=30)
    (case,) = counter.cases()
    assert not case.open
    assert case.files == ()
    assert case.party.email == "client@example.com"


def test_the_defaults_keep_cases_for_ever() -> None:
    assert (Settings().keep_closed_days, Settings().keep_ignored_days, Settings().keep_answers_days) == (0, 0, 30)
