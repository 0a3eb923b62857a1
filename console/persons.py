"""What ``daemon.py person`` does: erase one everywhere, or hand over all that is kept of him."""

from __future__ import annotations

import contextlib
import getpass
from collections.abc import Iterator
from pathlib import Path

from assembly import now
from console.beside import reading_store, unbound_office
from core.directive import Business
from data_folder import keys_of
from engine.directives import load_all
from engine.erasure import Eraser, Report, export
from settings import Settings
from spools import open_spool
from switchboard import Switchboard, ticket_properties


def erase_person(settings: Settings, address: str, *, dry: bool) -> Report:
    """Erase him; the receipt. Beside the running service or without it. Raises UserError."""
    with _eraser(settings) as eraser:
        return eraser.erase(address, getpass.getuser(), dry=dry)


def export_person(settings: Settings, address: str, folder: Path) -> str:
    """Write all that is kept of him into a folder; the sentence to print. Raises UserError."""
    with _eraser(settings) as eraser:
        person = eraser.find(address)
        number = export(person, open_spool(settings, keys_of(settings)), folder)
    return f"{number} fichiers écrits dans {folder} : {len(person.cases)} dossiers, {len(person.letters)} messages."


@contextlib.contextmanager
def _eraser(settings: Settings) -> Iterator[Eraser]:
    keys = keys_of(settings)
    loaded = load_all(settings.directives_dir)
    with reading_store(settings) as store, contextlib.ExitStack() as open_:
        spool = open_spool(settings, keys)

        def business(name: str) -> Business:
            return loaded[name]

        office = unbound_office(keys, settings, business)
        outlets = Switchboard(settings, spool, now).outlets(store, office, "", lambda: ticket_properties(loaded.values()))
        for outlet in outlets:
            open_.callback(outlet.close)
        yield Eraser(store, outlets, spool, now)
