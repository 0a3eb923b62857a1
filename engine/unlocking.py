"""Files that are closed by a password: tried with what the customer wrote, or with what a person enters at the desk.

The password is sealed with the file that waits to be read and is gone once it was; no journal, no log, no notice has it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from core.case import Case
from core.message import Attachment, kind_of
from core.papers import WantedFile, wanted_file
from core.ports import Change, JournalEntry
from core.views import DeskStore

#: Characters of a password.
LONGEST = 200


def locked_files(case: Case, passwords: Sequence[str]) -> tuple[WantedFile, ...]:
    """The case's files that a password would open, to be tried with these."""
    closed = {one.sha256 for one in case.unread if one.locked}
    files = [Attachment(f.name, f.type, f.size, f.sha256, f.family, f.inline) for f in case.files if f.sha256 in closed]
    return tuple(replace(wanted_file(one), passwords=tuple(passwords)) for one in files if kind_of(one) is not None)


class Unlocking:
    """The desk's side. Blocks; safe from any thread."""

    def __init__(self, store: DeskStore, *, clock: Callable[[], datetime], wake: Callable[[str], None]) -> None:
        self._store, self._clock, self._wake = store, clock, wake

    def give(self, case_id: str, sha256: str, password: str, author: str) -> bool:
        """Try a file of the case with a password; False where there is no such file, or none that it would open. What was read shows
        in the case a moment later, and so does that it opened nothing."""
        case = self._store.cases([case_id]).get(case_id)
        if case is None or not 0 < len(password) <= LONGEST:
            return False
        wanted = [one for one in locked_files(case, (password,)) if one.sha256 == sha256]
        if not wanted:
            return False
        now = self._clock()
        entry = JournalEntry(now, case.id, "file.unlock", {"file": sha256}, f"« {wanted[0].name} »", author)
        self._store.commit([Change(None, journal=(entry,), unlock=tuple(wanted))], now)
        self._wake("documents")
        return True
