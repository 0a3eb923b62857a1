"""The portable form of a backup: rows as lines of JSON, a signed manifest, files that appear whole. store.backup says the picture."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy import BigInteger, Boolean, LargeBinary, Text
from sqlalchemy.types import TypeEngine

from core.errors import UserError
from store.crypto import Keys
from store.disk import synchronise
from store.journal import Head
from store.tables import Moment, microseconds, moment

FORMAT = 1
ROWS = 500
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


TYPES: dict[str, type[TypeEngine[Any]]] = {
    "int": BigInteger,
    "bool": Boolean,
    "bytes": LargeBinary,
    "text": Text,
    "time": Moment,
}
WRITE: dict[str, Callable[[Any], Any]] = {
    "int": int, "bool": bool, "text": str, "bytes": lambda value: base64.b64encode(value).decode(), "time": microseconds,
}  # fmt: skip
READ: dict[str, Callable[[Any], Any]] = {"int": int, "bool": bool, "text": str, "bytes": base64.b64decode, "time": moment}


def kind_of(kind: TypeEngine[Any]) -> str:
    """The name of a column's type in a backup: a key of TYPES."""
    if isinstance(kind, Moment):
        return "time"
    if isinstance(kind, LargeBinary):
        return "bytes"
    return {bool: "bool", int: "int", str: "text"}[kind.python_type]


def read_rows(path: Path) -> Iterator[tuple[str, list[tuple[str, str]], Iterator[list[Any]]]]:
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
        raise broken(path.parent, "ses lignes ne se lisent pas") from error


def grouped(rows: Iterable[list[Any]], size: int) -> Iterator[list[list[Any]]]:
    """The rows in lists of at most ``size``."""
    some: list[list[Any]] = []
    for row in rows:
        some.append(row)
        if len(some) == size:
            yield some
            some = []
    if some:
        yield some


def complete(at: Path) -> list[Path]:
    """The folders of finished backups below a folder, oldest first by name."""
    return sorted(path.parent for path in at.glob("*/manifest.json"))


def read_digests(folder: Path) -> Iterator[str]:
    """The SHA-256 (hex) of every file that a backup holds."""
    with gzip.open(folder / "files.txt.gz", "rt", encoding="ascii") as source:
        for line in source:
            yield line.strip()


def is_ours(folder: Path, keys: Keys) -> bool:
    """Whether a manifest was written with these keys."""
    try:
        read_manifest(folder, keys, contents=False)
    except UserError:
        return False
    return True


def read_manifest(folder: Path, keys: Keys, *, contents: bool = True) -> tuple[Manifest, dict[str, Any]]:
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
        if not hmac.compare_digest(mac, manifest_mac(keys, plain)):
            raise UserError(
                "cette sauvegarde a été faite avec une autre clé secrète, ou modifiée depuis",
                where=str(folder),
                todo="mettez dans .env la SECRET_KEY de l'installation sauvegardée, ou prenez une autre sauvegarde",
            )
        if contents:
            for name, known in plain["sha256"].items():
                if file_sha256(folder / name) != known:
                    raise broken(folder, f"{name} n'est plus ce qu'il était")
        head = Head(plain["journal"]["seq"], plain["journal"]["mac"], plain["journal"]["tag"])
        created = datetime.fromisoformat(plain["created_at"])
        return Manifest(created, plain["schema"], plain["tables"], plain["files"], plain["bytes"], head), plain
    except FileNotFoundError as error:
        raise broken(folder, f"il manque {Path(error.filename).name}") from None
    except OSError as error:
        raise disk_error(error, folder) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise broken(folder, "son manifeste ne se lit pas") from error


def manifest_mac(keys: Keys, manifest: dict[str, Any]) -> str:
    """The keyed hash (hex) over a manifest without its ``mac``."""
    plain = json.dumps(manifest, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hmac.new(keys.journal, b"manifest\n" + plain.encode(), hashlib.sha256).hexdigest()


def zipped(path: Path) -> TextIO:
    """A new text file, compressed, for the owner alone."""
    path.touch(mode=0o600)
    return gzip.open(path, "wt", compresslevel=3, encoding="utf-8", newline="\n")


def copy_whole(source: Path, target: Path) -> None:
    """A copy that appears when it is whole and on the disk."""
    temporary = target.with_name(target.name + ".part")
    temporary.touch(mode=0o600)
    shutil.copyfile(source, temporary)
    synchronise(temporary)
    temporary.replace(target)


def write_whole(path: Path, content: str) -> None:
    """A text file that appears when it is whole and on the disk."""
    temporary = path.with_name(path.name + ".part")
    temporary.touch(mode=0o600)
    temporary.write_text(content, "utf-8")
    synchronise(temporary)
    temporary.replace(path)


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file's content, in hex."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def broken(folder: Path, what: str) -> UserError:
    """What a person is told of a backup that cannot be trusted."""
    return UserError(f"cette sauvegarde est endommagée : {what}", where=str(folder), todo="prenez la sauvegarde précédente")


def disk_error(error: OSError, where: Path) -> UserError:
    """What a person is told when the disk refuses."""
    return UserError(
        f"la sauvegarde n'est pas complète : {error.strerror or error}",
        where=str(where),
        todo="vérifiez la place libre et les droits, puis recommencez",
    )
