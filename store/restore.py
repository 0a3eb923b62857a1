"""Putting a backup back: verified, all the rows or none, and what may have been sent since is to be looked up first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, column, delete, func, insert, inspect, select, table, text, update

from core.errors import UserError
from core.ports import JournalEntry
from store import schema
from store.crypto import Keys
from store.disk import synchronise
from store.engine import connect
from store.portable import (
    READ,
    ROWS,
    TYPES,
    Manifest,
    Progress,
    broken,
    complete,
    copy_whole,
    grouped,
    read_digests,
    read_manifest,
    read_rows,
)
from store.spool import FolderSpool
from store.sql import SqlStore
from store.tables import metadata, nodes, outbox, sessions


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored: its manifest, how many effects became uncertain, and the files the backup lacked."""

    manifest: Manifest
    uncertain: int
    missing: tuple[str, ...]


def latest(at: Path) -> Path:
    """The backup meant by that path: itself, or the last complete one of a folder of backups. Raises UserError."""
    if (at / "manifest.json").is_file():
        return at
    found = complete(at)
    if not found:
        raise UserError("aucune sauvegarde complète ici", where=str(at), todo="indiquez le dossier donné à « backup »")
    return found[-1]


def check(at: Path, keys: Keys) -> Manifest:
    """Verify a backup without restoring it: its mac, its checksums, every row, every file. Raises UserError."""
    folder = latest(at)
    manifest, _ = read_manifest(folder, keys)
    counts: dict[str, int] = {}
    for name, _, rows in read_rows(folder / "tables.jsonl.gz"):
        counts[name] = sum(1 for _ in rows)
    if counts != manifest.tables:
        raise broken(folder, "il manque des lignes")
    spool = FolderSpool(folder.parent / "spool", keys)
    for digest in read_digests(folder):
        try:
            spool.verify(digest)
        except KeyError:
            raise broken(folder, f"il manque le fichier {digest}") from None
    return manifest


def restore(
    at: Path,
    url: str,
    spool_folder: Path,
    *,
    keys: Keys,
    now: datetime,
    force: bool = False,
    progress: Progress = lambda done, of: None,
) -> Restored:
    """Put a backup back into that database and that spool, either all the rows or none.

    Refuses a database or a spool that holds something, unless ``force``: then the rows are replaced (the spool only ever gains files).
    The service must not be running. Raises UserError, Transient.
    """
    folder = latest(at)
    manifest, plain = read_manifest(folder, keys)
    schema.refuse_newer(manifest.schema, str(folder))
    spool = FolderSpool(spool_folder, keys)
    db = connect(url)
    store = SqlStore(db, keys)
    try:
        _refuse_living(store)
        if not force:
            _refuse_full(store, spool)
        missing = _restore_files(folder, spool, progress)

        def work(connection: Connection) -> int:
            _load(connection, folder, manifest)
            return _mark(store, connection, plain, now)

        uncertain = db.write(work)
    finally:
        db.close()
    return Restored(manifest, uncertain, tuple(missing))


def _refuse_living(store: SqlStore) -> None:
    """The lock of this machine's folder says nothing of other machines that share the database."""
    with store.db.read() as connection:
        if not inspect(connection).has_table(nodes.name):
            return
    living = [node.name for node in store.nodes() if node.state != "dead"]
    if living:
        raise UserError(
            f"des nœuds travaillent sur cette base : {', '.join(living)}",
            where=store.db.url.render_as_string(hide_password=True),
            todo="arrêtez le service sur toutes les machines, puis recommencez",
        )


def _refuse_full(store: SqlStore, spool: FolderSpool) -> None:
    with store.db.read() as connection:
        made = bool(schema.revision(connection))
        full = made and any(
            connection.execute(select(func.count()).select_from(one)).scalar_one()
            for one in metadata.sorted_tables
            if one.name not in ("meta", "lanes", "nodes")
        )
    if full or next(spool.digests(), None):
        raise UserError(
            "la destination contient déjà des données",
            where=str(spool.folder) if not full else store.db.url.render_as_string(hide_password=True),
            todo="restaurez dans un endroit vide, ou ajoutez --force pour remplacer ce qui s'y trouve",
        )


def _restore_files(folder: Path, spool: FolderSpool, progress: Progress) -> list[str]:
    """Bring the backup's files back, each verified on the way; those it does not have."""
    source = FolderSpool(folder.parent / "spool", spool.keys)
    missing: list[str] = []
    digests = list(read_digests(folder))
    for number, digest in enumerate(digests):
        try:
            source.verify(digest)
        except KeyError:
            missing.append(digest)
            continue
        target = spool.stored(digest)
        if not spool.exists(digest):
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            copy_whole(source.stored(digest), target)
            synchronise(target.parent)
        if number % 50 == 0:
            progress(number, len(digests))
    progress(len(digests), len(digests))
    return missing


def _load(connection: Connection, folder: Path, manifest: Manifest) -> None:
    """The backup's rows in the backup's schema, then brought up to date; everything in the one transaction."""
    current = schema.revision(connection)
    if current:
        _drop_ours(connection)
    schema.migrate(connection, manifest.schema)
    connection.execute(text("DELETE FROM meta"))
    counts: dict[str, int] = {}
    for name, columns, rows in read_rows(folder / "tables.jsonl.gz"):
        target = table(name, *(column(c, TYPES[kind]()) for c, kind in columns))
        counts[name] = 0
        for some in grouped(rows, ROWS):
            values = [
                {c: READ[kind](value) if value is not None else None for (c, kind), value in zip(columns, row, strict=True)}
                for row in some
            ]
            connection.execute(insert(target), values)
            counts[name] += len(values)
    if counts != manifest.tables:
        raise broken(folder, "il manque des lignes")
    schema.migrate(connection)
    if connection.dialect.name == "postgresql":
        restart_sequences(connection)


def _drop_ours(connection: Connection) -> None:
    """Our tables and no others: a server's schema may be shared."""
    found = MetaData()
    ours = {*metadata.tables, "alembic_version"}
    found.reflect(connection, only=lambda name, _: name in ours)
    found.drop_all(connection)


def restart_sequences(connection: Connection) -> None:
    """PostgreSQL's own numbers go on behind those of the rows that were put in."""
    for one in metadata.sorted_tables:
        serial = one.autoincrement_column
        if serial is not None:
            ask = text(
                f"SELECT setval(pg_get_serial_sequence('{one.name}', '{serial.name}'), "
                f"(SELECT coalesce(max({serial.name}), 0) + 1 FROM {one.name}), false)"
            )
            connection.execute(ask)


def _mark(store: SqlStore, connection: Connection, manifest: dict[str, Any], now: datetime) -> int:
    """What was not finished may have been sent since: it is to be looked up. The journal says that this is a restored past."""
    doubt = update(outbox).where(outbox.c.state.in_(("intended", "sending")))
    uncertain = connection.execute(doubt.values(state="uncertain", next_at=now, changed_at=now)).rowcount
    # Whoever worked then is not there now.
    connection.execute(delete(nodes))
    # Whoever logged out since must not find himself logged in again.
    connection.execute(delete(sessions))
    head = store._lock_head(connection)
    if (head.seq, head.mac) != (manifest["journal"]["seq"], manifest["journal"]["mac"]):
        raise UserError("le journal de la sauvegarde n'est pas celui que son manifeste annonce", where="sauvegarde")
    data = {"backup": manifest["created_at"], "uncertain": uncertain}
    store._append(connection, head, [JournalEntry(now, "", "restored", data)])
    return uncertain
