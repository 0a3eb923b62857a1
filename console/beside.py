"""The store and the office beside a running daemon, or without one."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from assembly import open_store
from core.errors import UserError
from data_folder import SQLITE, keys_of
from settings import Settings

if TYPE_CHECKING:
    from core.case import Case
    from core.directive import Business, Directive
    from engine.office import Office
    from store import SqlStore
    from store.crypto import Keys


@contextlib.contextmanager
def reading_store(settings: Settings) -> Iterator[SqlStore]:
    """The store beside a running daemon. Raises UserError when there is none yet."""
    own = not settings.database_url.get_secret_value()
    if own and not (settings.data_dir / SQLITE).exists():
        raise UserError(
            "il n'y a pas encore de données ici",
            where=str(settings.data_dir),
            todo="lancez d'abord « daemon.py run », ou réglez DATA_DIR",
        )
    store = open_store(settings, keys_of(settings))
    try:
        yield store
    finally:
        store.close()


def unbound_office(keys: Keys, settings: Settings, business: Callable[[str], Business]) -> Office:
    """An office for outlets that send nothing: no case is looked up in it."""
    from engine.office import Office

    return Office(keys.token, settings.admin_email, "guichet.invalid", "", business, _no_case)


def _no_case(case: Case) -> Directive:
    raise LookupError(case.id)
