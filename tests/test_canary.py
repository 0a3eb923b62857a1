"""The canary: a mail to ourselves that must go out, come back and reach the ledger."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assembly import now
from console.canary import fly_canary
from core.errors import UserError
from engine import canary
from settings import Settings
from switchboard import LOCAL_ADDRESS
from tests.road import ADMIN, Counter, Light, mail


def _with_mailbox(counter: Counter) -> Settings:
    """The counter's settings as the command sees them where a mailbox is set."""
    return counter.settings.model_copy(update={"gmail_email": LOCAL_ADDRESS})


def _postman(counter: Counter) -> None:
    """Carry what was sent to ourselves into our own mailbox."""
    for path in sorted(counter.outbox.glob("*.eml")):
        if LOCAL_ADDRESS in path.read_text("utf-8").partition("\nSubject")[0].partition("\nTo: ")[2]:
            counter.drop(path.read_bytes())
            path.unlink()


def _while_working(counter: Counter, work: Callable[[], object], *, carry: bool = True) -> None:
    """Run the service, and a postman, until the command has ended."""
    ended = threading.Event()

    def run() -> None:
        while not ended.is_set():
            counter.work()
            if carry:
                _postman(counter)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        work()
    finally:
        ended.set()
        thread.join(30)


def test_it_comes_back_and_opens_no_case(tmp_path: Path) -> None:
    counter = Light(tmp_path / "data", admin_email=ADMIN)
    counter.work()
    found: list[bool] = []
    _while_working(counter, lambda: found.append(fly_canary(_with_mailbox(counter), 0.5)))
    assert found == [True]
    assert counter.cases() == []
    assert counter.sent() == [], "nobody answers a canary"


def test_one_that_stays_away_turns_the_light_red_and_tells_the_administrator_once(tmp_path: Path) -> None:
    from console.beside import reading_store
    from console.status import status_of

    counter = Light(tmp_path / "data", admin_email=ADMIN)
    counter.work()
    for _ in range(2):
        assert not fly_canary(_with_mailbox(counter), 0.0)
    status = status_of(counter.settings)
    assert not status["healthy"]
    assert any(trouble.startswith("canary : le canari lâché le") for trouble in status["troubles"])
    counter.work()
    assert len(counter.sent(ADMIN)) == 1
    # The next one that comes back turns it green again.
    _postman(counter)
    counter.work()
    with reading_store(counter.settings) as store:
        assert store.notes()[canary.NOTE][0]


def test_a_mail_that_only_pretends_to_be_one_proves_nothing(tmp_path: Path) -> None:
    from console.beside import reading_store

    counter = Light(tmp_path / "data", admin_email=ADMIN)
    counter.work()
    assert not fly_canary(_with_mailbox(counter), 0.0)
    forged = f"<guichet.{canary.REFERENCE.lower()}.0123456789abcdef.0123456789abcdef@guichet.invalid>"
    counter.drop(mail("x", sender=LOCAL_ADDRESS, headers=(("X-Guichet-Ref", canary.REFERENCE),)).replace(
        b"Message-ID: <1@guichet.invalid>", f"Message-ID: {forged}".encode()
    ))  # fmt: skip
    shutil.rmtree(counter.outbox, ignore_errors=True)
    counter.work()
    with reading_store(counter.settings) as store:
        assert not store.notes()[canary.NOTE][0]


def test_an_older_one_is_not_taken_for_ours() -> None:
    since = datetime(2026, 3, 2, 10, tzinfo=UTC)

    class Notes:
        def notes(self) -> dict[str, tuple[bool, datetime, datetime | None]]:
            return {canary.NOTE: (True, since, since - timedelta(hours=1))}

    assert not canary.came_back(Notes(), since, 4.0, sleep=lambda _: None)


def test_without_a_mailbox_there_is_nothing_to_try(tmp_path: Path) -> None:
    counter = Light(tmp_path / "data")
    with pytest.raises(UserError, match="boîte"):
        fly_canary(counter.settings, 1.0, clock=now)
