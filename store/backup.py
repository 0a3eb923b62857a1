"""Backups: everything in one portable form, the same from SQLite and PostgreSQL, so that one can be restored into the other.

    <backups>/spool/ab/cd/…                     the files, encrypted as they are, once for all backups of this folder
    <backups>/20260131T020000Z/tables.jsonl.gz  every row; what is sealed stays sealed
                               files.txt.gz     the digests of the files that belong to it
                               manifest.json    counts, checksums, the journal's head, and a mac over all of that

A backup is taken while the service runs: the tables in one read transaction, then the files, which were stored before the rows that name
them. The manifest is written last, so a folder without one is a backup that did not end; restore passes it over.

Restoring marks every unfinished effect as uncertain: it may have been sent after the backup, so the courier looks it up first.
"""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, select

from core.errors import UserError
from store import schema
from store.crypto import Keys
from store.disk import synchronise
from store.journal import Head
from store.portable import (
    FORMAT,
    ROWS,
    WRITE,
    Manifest,
    Progress,
    complete,
    copy_whole,
    disk_error,
    file_sha256,
    is_ours,
    kind_of,
    manifest_mac,
    read_digests,
    read_manifest,
    write_whole,
    zipped,
)
from store.restore import Restored, check, latest, restore
from store.spool import FolderSpool
from store.sql import SqlStore
from store.tables import metadata

__all__ = ["Manifest", "Progress", "Restored", "backup", "check", "heads", "latest", "prune", "restore"]


def backup(store: SqlStore, spool: FolderSpool, to: Path, now: datetime, progress: Progress = lambda done, of: None) -> Path:
    """Back up into a new folder of ``to``; its path. Takes files as they are, unchecked. Raises UserError, Transient."""
    folder = to / now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    try:
        to.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.mkdir(mode=0o700)
    except FileExistsError:
        raise UserError(
            "une sauvegarde de cette seconde existe déjà", where=str(folder), todo="recommencez dans un instant"
        ) from None
    except OSError as error:
        raise disk_error(error, to) from error
    try:
        with store.db.read() as connection:
            revision = schema.revision(connection)
            head = store._head(connection)
            counts = _dump(connection, folder / "tables.jsonl.gz")
        digests = list(spool.digests())
        size = _copy_files(spool, digests, to / "spool", progress)
        with zipped(folder / "files.txt.gz") as target:
            target.writelines(f"{digest}\n" for digest in digests)
        manifest = {
            "format": FORMAT,
            "created_at": now.astimezone(UTC).isoformat(),
            "schema": revision,
            "tables": counts,
            "files": len(digests),
            "bytes": size,
            "journal": {"seq": head.seq, "mac": head.mac, "tag": head.tag},
            "sha256": {name: file_sha256(folder / name) for name in ("tables.jsonl.gz", "files.txt.gz")},
        }
        manifest["mac"] = manifest_mac(store.keys, manifest)
        for name in ("tables.jsonl.gz", "files.txt.gz"):
            synchronise(folder / name)
        write_whole(folder / "manifest.json", json.dumps(manifest, indent=1))
        synchronise(folder)
        synchronise(to)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)  # it has no manifest: nobody could use it, and it takes room
        if isinstance(error, OSError):
            raise disk_error(error, to) from error
        raise
    return folder


def prune(to: Path, keep: int, keys: Keys) -> int:
    """Let all but the newest ``keep`` backups of ours go, with the files that only they named; how many. Raises UserError.

    A folder of somebody else's (another key, a damaged manifest) is never touched, and while there is one every file stays.
    """
    ours = [folder for folder in complete(to) if is_ours(folder, keys)]
    old = ours[: max(0, len(ours) - max(1, keep))]
    if not old:
        return 0
    try:
        for folder in old:
            # The manifest first: a folder without one is no backup any more, whatever happens to the rest of it.
            (folder / "manifest.json").unlink()
            shutil.rmtree(folder)
        left = complete(to)
        if all(is_ours(folder, keys) for folder in left):
            named = {digest for folder in left for digest in read_digests(folder)}
            for path in (to / "spool").glob("??/??/*"):
                if path.name not in named:
                    path.unlink()
    except OSError as error:
        raise disk_error(error, to) from error
    return len(old)


def heads(to: Path, keys: Keys) -> list[Head]:
    """The journal's heads that the backups of this folder know, for ``SqlStore.audit``; foreign ones are left out."""
    return [read_manifest(folder, keys)[0].journal for folder in complete(to) if is_ours(folder, keys)]


def _dump(connection: Connection, path: Path) -> dict[str, int]:
    """Every row of every table, after a line that names the table's columns; how many of each."""
    counts: dict[str, int] = {}
    with zipped(path) as target:
        for one in metadata.sorted_tables:
            kinds = [kind_of(c.type) for c in one.columns]
            target.write(
                json.dumps({"table": one.name, "columns": [[c.name, k] for c, k in zip(one.columns, kinds, strict=True)]})
                + "\n"
            )
            counts[one.name] = 0
            # A server-side cursor where there is one: the memory does not grow with the table.
            rows = connection.execution_options(yield_per=ROWS).execute(select(one).order_by(*one.primary_key))
            for row in rows:
                values = [WRITE[kind](value) if value is not None else None for kind, value in zip(kinds, row, strict=True)]
                target.write(json.dumps(values, separators=(",", ":")) + "\n")
                counts[one.name] += 1
    return counts


def _copy_files(spool: FolderSpool, digests: list[str], target: Path, progress: Progress) -> int:
    """Copy what the backups do not have yet; the bytes of all of them on the disk."""
    total = 0
    made: set[Path] = set()
    for number, digest in enumerate(digests):
        source = spool.stored(digest)
        copy = target / digest[:2] / digest[2:4] / digest
        try:
            size = source.stat().st_size
            if not (copy.is_file() and copy.stat().st_size == size):
                copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                copy_whole(source, copy)
                made.add(copy.parent)
            total += size
        except FileNotFoundError:
            if source.exists():
                raise
            continue  # erased while the backup ran
        if number % 50 == 0:
            progress(number, len(digests))
    for folder in sorted(made | {f.parent for f in made} | {f.parent.parent for f in made}):
        synchronise(folder)
    progress(len(digests), len(digests))
    return total
