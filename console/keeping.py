"""Backups, restores and the move to PostgreSQL."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from assembly import now
from console.beside import reading_store
from core.errors import UserError
from data_folder import SQLITE, database_of, keys_of, sole_daemon
from settings import Settings
from spools import share_folder, spool_folder, whole_folder


@contextlib.contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error for long work, where somebody watches; what moves it: (done, of)."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def back_up(settings: Settings, to: Path, keep: int) -> str:
    """Back up, and let all but the newest ``keep`` go (0: none); the sentence to print."""
    from store.backup import backup, prune

    with reading_store(settings) as store, progress("Fichiers") as told:
        made = backup(store, whole_folder(settings, keys_of(settings)), to, now(), told)
        gone = prune(to, keep, keys_of(settings)) if keep else 0
    key = "SECRET_KEY" if settings.secret_key.get_secret_value() else str(settings.data_dir / "secret.key")
    return (
        f"Sauvegarde faite : {made}\n"
        + (f"{gone} plus ancienne{'s' * (gone > 1)} effacée{'s' * (gone > 1)}.\n" if gone else "")
        + f"Gardez aussi {key}, à part : sans cette clé la sauvegarde est illisible.\n"
        "Les fichiers des clients y sont, scellés ; les dossiers FILES_DIR et OUTBOX_DIR n'y sont pas."
    )


def put_back(settings: Settings, source: Path, *, force: bool) -> str:
    """Restore; the sentence to print."""
    from store.backup import restore

    if not settings.secret_key.get_secret_value() and not (settings.data_dir / "secret.key").is_file():
        raise UserError(
            "il manque la clé de ces données",
            where=str(settings.data_dir / "secret.key"),
            todo="copiez-y le fichier secret.key d'origine, ou réglez SECRET_KEY, puis recommencez",
        )
    with sole_daemon(settings), progress("Fichiers") as told:
        keys = keys_of(settings)
        restore(source, database_of(settings), spool_folder(settings), keys=keys, now=now(), force=force, progress=told)
        share_folder(settings, keys)
    return f"Remis depuis {source}. Ce qui était en cours sera vérifié dehors avant d'être refait."


def move_store(settings: Settings, *, files: bool) -> list[str]:
    """Move DATA_DIR/guichet.db to the PostgreSQL database of DATABASE_URL; the lines to print. Raises UserError, PortError."""
    from store import open_store as open_
    from store.move import move, moved_to

    old, url = settings.data_dir / SQLITE, database_of(settings)
    gone = moved_to(old)
    if url.startswith("sqlite"):
        raise UserError("réglez d'abord la base d'arrivée", where="DATABASE_URL", todo="postgresql://guichet@serveur/guichet")
    if gone is None:
        raise UserError("il n'y a pas de base SQLite à déménager ici", where=str(old))
    if gone:
        raise UserError(f"ces données ont déjà été déménagées vers {gone}", where=str(old))
    if files and not settings.spool_bucket:
        raise UserError(
            "les fichiers des clients seraient sur cette machine seule",
            where="SPOOL_BUCKET",
            todo="réglez un compartiment que toutes les machines partagent, ou ajoutez --keep-files pour rester sur celle-ci",
        )
    with sole_daemon(settings):
        if any(path.is_file() for path in (settings.data_dir / "door").rglob("*")):
            raise UserError(
                "des webhooks reçus attendent encore d'être rangés",
                where=str(settings.data_dir / "door"),
                todo="ôtez DATABASE_URL, lancez « daemon.py run --once », puis recommencez",
            )
        keys = keys_of(settings)
        number = share_folder(settings, keys) if files else 0
        source = open_(f"sqlite:///{old.absolute()}", keys=keys, now=now())
        try:
            with progress("Lignes") as told:
                done = move(source, url, now(), told)
        finally:
            source.close()
    lines = [f"{name} : {rows}" for name, rows in done.rows.items() if rows]
    lines.append(f"{sum(done.rows.values())} lignes déménagées ; journal intact ({done.audit.rows} lignes, chaîne vérifiée).")
    if files:
        lines.append(f"{number} fichiers dans le compartiment {settings.spool_bucket}.")
    else:
        lines.append(f"Les fichiers restent dans {spool_folder(settings)} : une seule machine peut travailler.")
    lines.append(f"{old} ne sert plus ; gardez-le jusqu'à la prochaine sauvegarde.")
    if not settings.secret_key.get_secret_value():
        lines.append(
            f"Les autres machines ont besoin de la même clé : SECRET_KEY, le contenu de {settings.data_dir / 'secret.key'}."
        )
    return lines
