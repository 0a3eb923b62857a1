"""An installation that stays open in this process: mails are read without worker processes, time goes by when told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

import switchboard
from core.case import Case
from core.effects import Effect, SendMessage
from core.ports import Outlet
from engine.house import House
from engine.office import Office
from tests.road import Light

#: The folder's own files are always older than this.
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Quick(Light):
    """A counter whose house is open: ``send`` drops mails and lets it work."""

    house: House

    def __init__(self, folder: Path, **more: Any) -> None:
        super().__init__(folder, **more)
        self.now = START
        self._seen: set[Path] = set()

    def clock(self) -> datetime:
        """The house's time."""
        return self.now

    def pass_time(self, **span: float) -> None:
        """Let time go by, and the house do what is due."""
        self.now += timedelta(**span)
        for name in self.house.lanes.names():
            self.house.lanes.wake(name)
        self.settle()

    def send(self, *raws: bytes) -> dict[str, str]:
        """Drop mails, let the house work; what is wrong, by lane."""
        for raw in raws:
            self.drop(raw)
        self.house.lanes.wake("intake:folder")
        return self.settle()

    def settle(self) -> dict[str, str]:
        """Wait until there is nothing left to do now; what is wrong, by lane."""
        assert self.house.lanes.wait_idle(30)
        return self.house.lanes.troubles()

    def fresh(self, to: str = "") -> list[EmailMessage]:
        """Mails written since the last look, to whom."""
        found = []
        for path in sorted(set(self.outbox.glob("*.eml")) - self._seen):
            message = message_from_bytes(path.read_bytes(), policy=default)
            assert isinstance(message, EmailMessage)
            if to in str(message["To"]):
                self._seen.add(path)
                found.append(message)
        return found

    def only(self) -> Case:
        """The one case there is."""
        (case,) = self.cases()
        return case

    def history(self, case_id: str = "") -> list[tuple[str, str]]:
        """(kind, prose) of the journal's lines about a case, '' for those about none."""
        return [(entry.kind, entry.text) for _, entry in self.house.store.history(case_id)]


@contextmanager
def quick(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch | None = None,
    mail_outlet: Callable[..., Outlet] | None = None,
    make: type[Quick] = Quick,
    **more: Any,
) -> Iterator[Quick]:
    """An open installation; ``mail_outlet(message_id=…, spool=…, clock=…)`` makes another outlet for mail than the folder."""
    counter = make(folder, **more)
    if mail_outlet is not None:
        assert monkeypatch is not None

        def mail(board: switchboard.Switchboard, office: Office, label: str) -> Outlet:
            def message_id(effect: Effect) -> str:
                assert isinstance(effect.payload, SendMessage)
                return office.message_id(effect.key, effect.payload.reference or switchboard.NO_CASE)

            return mail_outlet(message_id=message_id, spool=board._spool, clock=board._clock)

        monkeypatch.setattr(switchboard.Switchboard, "_mail", mail)
    counter.house = house = counter.opened()
    house.start()
    try:
        counter.settle()
        yield counter
    finally:
        assert house.stop(20)
