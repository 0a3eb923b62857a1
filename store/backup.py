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

import base64
import gzip
import hashlib
import hmac
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    LargeBinary,
    MetaData,
    Text,
    column,
    func,
    insert,
    select,
    table,
    text,
    update,
)
from sqlalchemy.types import TypeEngine

from core.errors import UserError
from core.ports import JournalEntry
from store import schema
from store.crypto import Keys
from store.engine import connect
from store.journal import Head
from store.spool import FolderSpool
from store.sql import SqlStore
from store.tables import Moment, metadata, microseconds, moment, outbox

FORMAT = 1
_ROWS = 500
#: How many files, of how many: called now and then, for a progress bar.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. ``tables`` counts rows; ``files`` and ``bytes`` are of the spool."""

    created_at: datetime
    schema: str
    tables: dict[str, int]
    files: int
    bytes: int
    journal: Head


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored: its manifest, how many effects became uncertain, and the files the backup lacked."""

    manifest: Manifest
    uncertain: int
    missing: tuple[str, ...]


# ------------------------------------------------------------------ taking one


def backup(store: SqlStore, spool: FolderSpool, to: Path, now: datetime, progress: Progress = lambda done, of: None) -> Path:
    """Back up into a new folder of ``to``; its path. Raises UserError, Transient, and Damaged never: a backup takes what is there."""
    folder = to / now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    try:
        to.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.mkdir(mode=0o700)
    except FileExistsError:
        raise UserError(
            "une sauvegarde de cette seconde existe déjà", where=str(folder), todo="recommencez dans un instant"
        ) from None
    except OSError as error:
        raise _disk(error, to) from error
    try:
        with store.db.read() as connection:
            revision = schema.revision(connection)
            head = store._head(connection)
            counts = _dump(connection, folder / "tables.jsonl.gz")
        digests = list(spool.digests())
        size = _copy_files(spool, digests, to / "spool", progress)
        with _zipped(folder / "files.txt.gz") as target:
            target.writelines(f"{digest}\n" for digest in digests)
        manifest = {
            "format": FORMAT,
            "created_at": now.astimezone(UTC).isoformat(),
            "schema": revision,
            "tables": counts,
            "files": len(digests),
            "bytes": size,
            "journal": {"seq": head.seq, "mac": head.mac, "tag": head.tag},
            "sha256": {name: _sha256(folder / name) for name in ("tables.jsonl.gz", "files.txt.gz")},
        }
        manifest["mac"] = _mac(store.keys, manifest)
        for name in ("tables.jsonl.gz", "files.txt.gz"):
            _sync(folder / name)
        _write(folder / "manifest.json", json.dumps(manifest, indent=1))
        _sync(folder)
        _sync(to)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)  # it has no manifest: nobody could use it, and it takes room
        if isinstance(error, OSError):
            raise _disk(error, to) from error
        raise
    return folder


def heads(to: Path, keys: Keys) -> list[Head]:
    """The journal's heads that the backups of this folder know, for ``SqlStore.audit``; foreign ones are left out."""
    return [_manifest(folder, keys)[0].journal for folder in _complete(to) if _ours(folder, keys)]


def _dump(connection: Connection, path: Path) -> dict[str, int]:
    """Every row of every table, after a line that names the table's columns; how many of each."""
    counts: dict[str, int] = {}
    with _zipped(path) as target:
        for one in metadata.sorted_tables:
            kinds = [_kind(c.type) for c in one.columns]
            target.write(
                json.dumps({"table": one.name, "columns": [[c.name, k] for c, k in zip(one.columns, kinds, strict=True)]})
                + "\n"
            )
            counts[one.name] = 0
            # A server-side cursor where there is one: the memory does not grow with the table.
            rows = connection.execution_options(yield_per=_ROWS).execute(select(one).order_by(*one.primary_key))
            for row in rows:
                values = [_WRITE[kind](value) if value is not None else None for kind, value in zip(kinds, row, strict=True)]
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
                _copy(source, copy)
                made.add(copy.parent)
            total += size
        except FileNotFoundError:
            if source.exists():
                raise
            continue  # erased while the backup ran
        if number % 50 == 0:
            progress(number, len(digests))
    for folder in sorted(made | {f.parent for f in made} | {f.parent.parent for f in made}):
        _sync(folder)
    progress(len(digests), len(digests))
    return total


# ------------------------------------------------------------------ putting one back


def latest(at: Path) -> Path:
    """The backup meant by that path: itself, or the last complete one of a folder of backups. Raises UserError."""
    if (at / "manifest.json").is_file():
        return at
    found = _complete(at)
    if not found:
        raise UserError("aucune sauvegarde complète ici", where=str(at), todo="indiquez le dossier donné à « backup »")
    return found[-1]


def check(at: Path, keys: Keys) -> Manifest:
    """Verify a backup without restoring it: its mac, its checksums, every row, every file. Raises UserError."""
    folder = latest(at)
    manifest, _ = _manifest(folder, keys)
    counts: dict[str, int] = {}
    for name, _, rows in _rows(folder / "tables.jsonl.gz"):
        counts[name] = sum(1 for _ in rows)
    if counts != manifest.tables:
        raise _broken(folder, "il manque des lignes")
    spool = FolderSpool(folder.parent / "spool", keys)
    for digest in _digests(folder):
        try:
            spool.verify(digest)
        except KeyError:
            raise _broken(folder, f"il manque le fichier {digest}") from None
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
    manifest, plain = _manifest(folder, keys)
    schema.refuse_newer(manifest.schema, str(folder))
    spool = FolderSpool(spool_folder, keys)
    db = connect(url)
    store = SqlStore(db, keys)
    try:
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


def _refuse_full(store: SqlStore, spool: FolderSpool) -> None:
    with store.db.read() as connection:
        made = bool(schema.revision(connection))
        full = made and any(
            connection.execute(select(func.count()).select_from(one)).scalar_one()
            for one in metadata.sorted_tables
            if one.name not in ("meta", "lanes")
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
    digests = list(_digests(folder))
    for number, digest in enumerate(digests):
        try:
            source.verify(digest)
        except KeyError:
            missing.append(digest)
            continue
        target = spool.stored(digest)
        if not spool.exists(digest):
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _copy(source.stored(digest), target)
            _sync(target.parent)
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
    for name, columns, rows in _rows(folder / "tables.jsonl.gz"):
        target = table(name, *(column(c, _TYPES[kind]()) for c, kind in columns))
        counts[name] = 0
        for some in _by(rows, _ROWS):
            values = [
                {c: _READ[kind](value) if value is not None else None for (c, kind), value in zip(columns, row, strict=True)}
                for row in some
            ]
            connection.execute(insert(target), values)
            counts[name] += len(values)
    if counts != manifest.tables:
        raise _broken(folder, "il manque des lignes")
    schema.migrate(connection)
    if connection.dialect.name == "postgresql":
        _restart_sequences(connection)


def _drop_ours(connection: Connection) -> None:
    """Our tables and no others: a server's schema may be shared."""
    found = MetaData()
    ours = {*metadata.tables, "alembic_version"}
    found.reflect(connection, only=lambda name, _: name in ours)
    found.drop_all(connection)


def _restart_sequences(connection: Connection) -> None:
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
    head = store._lock_head(connection)
    if (head.seq, head.mac) != (manifest["journal"]["seq"], manifest["journal"]["mac"]):
        raise UserError("le journal de la sauvegarde n'est pas celui que son manifeste annonce", where="sauvegarde")
    data = {"backup": manifest["created_at"], "uncertain": uncertain}
    store._append(connection, head, [JournalEntry(now, "", "restored", data)])
    return uncertain


# ------------------------------------------------------------------ the form

_TYPES: dict[str, type[TypeEngine[Any]]] = {
    "int": BigInteger,
    "bool": Boolean,
    "bytes": LargeBinary,
    "text": Text,
    "time": Moment,
}
_WRITE: dict[str, Callable[[Any], Any]] = {
    "int": int, "bool": bool, "text": str, "bytes": lambda value: base64.b64encode(value).decode(), "time": microseconds,
}  # fmt: skip
_READ: dict[str, Callable[[Any], Any]] = {"int": int, "bool": bool, "text": str, "bytes": base64.b64decode, "time": moment}


def _kind(kind: TypeEngine[Any]) -> str:
    if isinstance(kind, Moment):
        return "time"
    if isinstance(kind, LargeBinary):
        return "bytes"
    return {bool: "bool", int: "int", str: "text"}[kind.python_type]


def _rows(path: Path) -> Iterator[tuple[str, list[tuple[str, str]], Iterator[list[Any]]]]:
    """(table, [(column, kind)], rows) of every table, in an order in which they can be filled."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as source:
            line = source.readline()
            while line:
                head = json.loads(line)
                line = ""

                def rows() -> Iterator[list[Any]]:
                    nonlocal line
                    for line in source:
                        if line[0] != "[":
                            return
                        yield json.loads(line)
                    line = ""

                yield head["table"], [(name, kind) for name, kind in head["columns"]], rows()
    except (EOFError, gzip.BadGzipFile, ValueError, KeyError) as error:
        raise _broken(path.parent, "ses lignes ne se lisent pas") from error


def _by(rows: Iterable[list[Any]], size: int) -> Iterator[list[list[Any]]]:
    some: list[list[Any]] = []
    for row in rows:
        some.append(row)
        if len(some) == size:
            yield some
            some = []
    if some:
        yield some


def _complete(at: Path) -> list[Path]:
    return sorted(path.parent for path in at.glob("*/manifest.json"))


def _digests(folder: Path) -> Iterator[str]:
    with gzip.open(folder / "files.txt.gz", "rt", encoding="ascii") as source:
        for line in source:
            yield line.strip()


def _ours(folder: Path, keys: Keys) -> bool:
    try:
        _manifest(folder, keys, contents=False)
    except UserError:
        return False
    return True


def _manifest(folder: Path, keys: Keys, *, contents: bool = True) -> tuple[Manifest, dict[str, Any]]:
    """The manifest, its mac and the checksums it names verified. Raises UserError."""
    try:
        plain: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
        mac = plain.pop("mac")
        if plain.get("format") != FORMAT:
            raise UserError(
                "cette sauvegarde est d'un format que ce programme ne connaît pas",
                where=str(folder),
                todo="installez une version plus récente",
            )
        if not hmac.compare_digest(mac, _mac(keys, plain)):
            raise UserError(
                "cette sauvegarde a été faite avec une autre clé secrète, ou modifiée depuis",
                where=str(folder),
                todo="mettez dans .env la SECRET_KEY de l'installation sauvegardée, ou prenez une autre sauvegarde",
            )
        if contents:
            for name, known in plain["sha256"].items():
                if _sha256(folder / name) != known:
                    raise _broken(folder, f"{name} n'est plus ce qu'il était")
        head = Head(plain["journal"]["seq"], plain["journal"]["mac"], plain["journal"]["tag"])
        created = datetime.fromisoformat(plain["created_at"])
        return Manifest(created, plain["schema"], plain["tables"], plain["files"], plain["bytes"], head), plain
    except FileNotFoundError as error:
        raise _broken(folder, f"il manque {Path(error.filename).name}") from None
    except OSError as error:
        raise _disk(error, folder) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _broken(folder, "son manifeste ne se lit pas") from error


def _mac(keys: Keys, manifest: dict[str, Any]) -> str:
    plain = json.dumps(manifest, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hmac.new(keys.journal, b"manifest\n" + plain.encode(), hashlib.sha256).hexdigest()


# ------------------------------------------------------------------ files


def _zipped(path: Path) -> TextIO:
    path.touch(mode=0o600)
    return gzip.open(path, "wt", compresslevel=3, encoding="utf-8", newline="\n")


def _copy(source: Path, target: Path) -> None:
    """A copy that appears when it is whole and on the disk."""
    temporary = target.with_name(target.name + ".part")
    temporary.touch(mode=0o600)
    shutil.copyfile(source, temporary)
    _sync(temporary)
    temporary.replace(target)


def _write(path: Path, content: str) -> None:
    temporary = path.with_name(path.name + ".part")
    temporary.touch(mode=0o600)
    temporary.write_text(content, "utf-8")
    _sync(temporary)
    temporary.replace(path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sha256(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _broken(folder: Path, what: str) -> UserError:
    return UserError(f"cette sauvegarde est endommagée : {what}", where=str(folder), todo="prenez la sauvegarde précédente")


def _disk(error: OSError, where: Path) -> UserError:
    return UserError(
        f"la sauvegarde n'est pas complète : {error.strerror or error}",
        where=str(where),
        todo="vérifiez la place libre et les droits, puis recommencez",
    )
