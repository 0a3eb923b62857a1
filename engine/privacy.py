"""What an administrator does with all that is kept of a person: look what erasing would take, erase, hand over a copy."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, Protocol

from core.case import Party
from core.erasure import Person
from core.errors import UserError
from core.ports import Spool
from core.views import DeskStore
from engine.erasure import Report, export

#: Bytes of a copy that are kept in memory; the rest goes to a temporary file, which has no name.
IN_MEMORY = 4_000_000


class Erases(Protocol):
    """engine.erasure.Eraser."""

    def find(self, address: str) -> Person:
        """All that is kept of him. Raises UserError when nothing is."""

    def erase(self, address: str, author: str, *, dry: bool = False) -> Report:
        """Erase him everywhere. Raises UserError when something is under way or an outside system fails: run it again."""


class Unconfirmed(UserError):
    """What was typed is not the person's address or number."""


class Privacy:
    """Every call blocks and is safe from any thread. By a contact's id; None or KeyError where there is no such contact.

    ``eraser`` opens one with connections of its own, beside the couriers that use theirs. Raises UserError as it does.
    """

    def __init__(self, store: DeskStore, spool: Spool, eraser: Callable[[], AbstractContextManager[Erases]]) -> None:
        self._store, self._spool, self._eraser = store, spool, eraser

    def preview(self, contact_id: str) -> Report:
        """What erasing would take; nothing is done. Raises KeyError, UserError."""
        with self._eraser() as eraser:
            return eraser.erase(self._address(contact_id), "", dry=True)

    def erase(self, contact_id: str, author: str, confirmed: str) -> Report:
        """Erase him everywhere; the receipt. ``confirmed`` is his address or number as the author typed it.

        Raises KeyError, Unconfirmed, UserError.
        """
        party = self._party(contact_id)
        if _plain(confirmed) not in {_plain(party.email), _plain(party.phone)} - {""}:
            raise Unconfirmed(
                "rien n'a été effacé : l'adresse tapée n'est pas la sienne", todo="tapez son adresse ou son numéro"
            )
        with self._eraser() as eraser:
            return eraser.erase(self._address(contact_id), author)

    def copy(self, contact_id: str) -> IO[bytes]:
        """All that is kept of him as a ZIP file, from its beginning. Raises KeyError, UserError."""
        with self._eraser() as eraser:
            person = eraser.find(self._address(contact_id))
        packed = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 (whoever reads it closes it)
        with (
            tempfile.TemporaryDirectory(prefix="guichet-") as name,
            zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            folder = Path(name) / "personne"
            export(person, self._spool, folder)
            for path in _files(folder):
                archive.write(path, path.relative_to(folder).as_posix())
        packed.seek(0)
        return packed

    def _party(self, contact_id: str) -> Party:
        row = self._store.contact(contact_id)
        if row is None:
            raise KeyError(contact_id)
        return row.party

    def _address(self, contact_id: str) -> str:
        party = self._party(contact_id)
        return party.email or party.phone


def _plain(address: str) -> str:
    return "".join(address.split()).casefold()


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())
