"""Quarantine that heals: after an upgrade what could not be read is tried once more, and what was recovered is told."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from core.effects import Effect, SendMessage, System
from core.ports import Change, Healing, Store
from engine.reader import MOST_ATTEMPTS

log = logging.getLogger("guichet.reader")

#: What reads a message, beside the packages it uses: when one of these files changes, the reading has changed.
READING = ("processors", "engine/pipeline.py", "core/message.py", "core/reading.py", "core/document.py", "requirements.lock")


def reading_version(version: str, root: Path | None = None) -> str:
    """The product's version and a digest of the code that reads: nobody needs to remember to count it up."""
    root = root or Path(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for path in _files(root):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{version}+{digest.hexdigest()[:12]}"


def _files(root: Path) -> Iterable[Path]:
    for name in READING:
        path = root / name
        if path.is_dir():
            yield from sorted(path.rglob("*.py"))
        elif path.is_file():
            yield path


class Healer:
    """One round of a start. ``look`` is called after every run of the lanes that read and decide; from any thread."""

    def __init__(
        self,
        store: Store,
        version: str,
        *,
        clock: Callable[[], datetime],
        admin: tuple[System, str],
        wake: Callable[[str], None],
    ) -> None:
        """``version`` as ``reading_version`` gives it; ``admin`` how and where the administrator is written to."""
        self._store, self._version, self._clock = store, version, clock
        self._admin, self._wake = admin, wake
        self._open = False

    def begin(self) -> int:
        """Let what is parked be read once more if the reading is new; how many messages."""
        number = self._store.heal(self._version, MOST_ATTEMPTS - 1, self._clock())
        if number:
            log.info("the reading is new (%s): %d parked messages are tried once more", self._version, number)
        # Also what a round that was cut short left to tell.
        self._open = self._store.healing() is not None
        return number

    def look(self) -> None:
        """Once everything of the round has ended, tell what was recovered."""
        if not self._open:
            return
        found = self._store.healing()
        if found is not None and found.waiting:
            return
        self._open = False
        if found is None or not self._store.healed(found, self._letter(found), self._clock()):
            return
        log.info("of %d messages that could not be read, %d were recovered", found.messages, found.recovered)
        if self._admin[1]:
            self._wake(f"courier:{self._admin[0]}")

    def _letter(self, found: Healing) -> Change | None:
        """To the administrator, where there is good news."""
        system, address = self._admin
        if not found.recovered or not address:
            return None
        now = self._clock()
        words = (
            f"Bonjour,\n\nDepuis la mise à jour du guichet, des messages mis de côté parce qu'ils étaient illisibles ont été relus "
            f"d'eux-mêmes : {found.recovered} sur {found.messages} ont été lus et traités. "
            f"Il en reste {found.parked} pour une personne (daemon.py parked).\n\n"
            f"Hello,\n\nSince the upgrade of the desk, messages that could not be read were tried again by themselves: "
            f"{found.recovered} of {found.messages} were read and handled. {found.parked} still wait for a person.\n"
        )
        subject = "Guichet : messages récupérés après la mise à jour"
        payload = SendMessage(address, "", subject, words, "reader_healed", "fr", "internal", audience="admin")
        effect = Effect(f"healed/{found.version}/{now:%Y%m%dT%H%M%S}", "", system, payload)
        return Change(None, effects=(effect,))
