"""The data folder: the secret that everything in it is sealed with, its database, and the lock that admits one daemon."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Literal

from core.errors import UserError
from settings import Settings

if TYPE_CHECKING:
    from store.crypto import Keys

#: The database of one machine, in DATA_DIR.
SQLITE = "guichet.db"
#: Tries to have the lock, and the seconds between them.
LOCK_TRIES, LOCK_PAUSE = 3, 0.05


def secret_of(settings: Settings) -> str:
    """SECRET_KEY, else the one that the first start drew and keeps in DATA_DIR/secret.key (readable by its owner only)."""
    given = settings.secret_key.get_secret_value()
    if given:
        return given
    path = settings.data_dir / "secret.key"
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_hex(32) + "\n")
                file.flush()
                os.fsync(file.fileno())
        found = path.read_text().strip()
    except OSError as error:
        raise UserError(
            f"la clé secrète ne peut être ni lue ni créée ({error.strerror or error})",
            where=str(path),
            todo="donnez au service le droit d'écrire dans DATA_DIR, ou réglez SECRET_KEY",
        ) from None
    if not found:
        raise UserError(
            "ce fichier est vide", where=str(path), todo="remettez la clé depuis une sauvegarde, ou réglez SECRET_KEY"
        )
    return found


def keys_of(settings: Settings) -> Keys:
    """All keys of the installation."""
    from store.crypto import Keys

    return Keys.derive(secret_of(settings))


def database_of(settings: Settings) -> str:
    """The database's URL."""
    given = settings.database_url.get_secret_value()
    return given or f"sqlite:///{(settings.data_dir / SQLITE).absolute()}"


@contextlib.contextmanager
def sole_daemon(settings: Settings) -> Iterator[None]:
    """Holds the lock that admits one daemon to a data folder. Raises UserError when another holds it."""
    path = settings.data_dir / "guichet.lock"
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        lock = path.open("a+")
    except OSError as error:
        raise UserError(
            f"le dossier des données ne peut pas être écrit ({error.strerror or error})",
            where=str(settings.data_dir),
            todo="donnez-en le droit d'écriture au compte du service, ou réglez un autre DATA_DIR",
        ) from None
    with lock as file:
        if not _locked(file):
            file.seek(0)
            holder = file.read().strip() or "?"
            raise UserError(
                f"un autre guichet (processus {holder}) travaille déjà sur ces données",
                where=str(settings.data_dir),
                todo="arrêtez-le d'abord, ou réglez un autre DATA_DIR",
            )
        file.seek(0)
        file.truncate()
        file.write(f"{os.getpid()}\n")
        file.flush()
        try:
            yield
        finally:
            # Whoever finds a number here and no lock knows that its owner died.
            file.seek(0)
            file.truncate()
            file.flush()


def _locked(file: IO[str]) -> bool:
    """Whether the lock could be had. Tried more than once: ``daemon_state`` may have it for a moment."""
    for last in range(LOCK_TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if last + 1 < LOCK_TRIES:
                time.sleep(LOCK_PAUSE)
        else:
            return True
    return False


def daemon_state(settings: Settings) -> Literal["runs", "died", "ended"]:
    """How the daemon of this data folder is: the kernel gives its lock back with its last breath, however that comes."""
    try:
        with (settings.data_dir / "guichet.lock").open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return "died" if file.read().strip() else "ended"
    except FileNotFoundError:
        return "ended"
    except OSError:
        return "runs"
