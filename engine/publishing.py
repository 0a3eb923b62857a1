"""Writing documents into the directives folder: whole files under their names, all of them or none, and nothing outside it."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from core.errors import UserError
from engine.directive_compile import MESSAGES, normal
from engine.directives import MOST_BYTES, business_folders

#: A document's name in its business's folder: « prix.md », « messages/quote.md », « messages/en/quote.md ».
_NAME = re.compile(rf"(?:{MESSAGES}/(?:[^\W_][\w-]{{0,40}}/)?)?[^\W_][\w .()’'-]{{0,80}}\.md")


def name_problem(name: str) -> str:
    """What is wrong with the name of a document, '' when nothing is."""
    if not _NAME.fullmatch(name) or ".." in name or name != normal(name):
        return f"un nom comme « prix.md » ou « {MESSAGES}/quote.md » est attendu"
    if name.rpartition("/")[2].casefold() == "readme.md":
        return "ce nom est réservé : README.md n'est pas lu"
    return ""


def text_problem(text: str) -> str:
    """What is wrong with the text of a document as a file, '' when nothing is."""
    if "\0" in text or any(0xD800 <= ord(c) <= 0xDFFF for c in text):
        return "le texte contient un caractère qui ne s'écrit pas"
    if len(text.encode()) > MOST_BYTES:
        return f"ce document dépasse {MOST_BYTES // 1000} ko"
    return ""


def folder_of(directives: Path, business: str) -> Path:
    """The folder of that business. Raises UserError."""
    for path in business_folders(directives):
        if normal(path.name) == business:
            return path
    raise UserError("ce métier n'a pas de dossier", where=business)


def write_documents(folder: Path, changes: Mapping[str, str | None]) -> None:
    """Give the files these texts; None removes one. What was there comes back when something fails. Raises UserError."""
    ready: list[tuple[Path, Path | None]] = []
    undo: list[tuple[Path, bytes | None]] = []
    try:
        for name, text in changes.items():
            target = _existing(folder, name) or folder / name
            if target.resolve().parent != target.parent.resolve() or not target.resolve().is_relative_to(folder.resolve()):
                raise UserError("ce document est un lien vers un autre endroit : il se modifie là-bas", where=name)
            ready.append((target, _beside(target, text) if text is not None else None))
        for target, fresh in ready:
            undo.append((target, target.read_bytes() if target.exists() else None))
            if fresh is None:
                target.unlink(missing_ok=True)
            else:
                fresh.replace(target)
        for parent in {target.parent for target, _ in ready}:
            _sync(parent)
    except BaseException as error:  # whatever it is, no half of a publication may stay
        for target, before in reversed(undo):
            with contextlib.suppress(OSError):
                if before is None:
                    target.unlink(missing_ok=True)
                else:
                    target.write_bytes(before)
        if isinstance(error, OSError):
            raise UserError(
                f"les documents ne peuvent pas être écrits ({error.strerror or error})",
                where=str(folder),
                todo="donnez au service le droit d'écrire dans ce dossier (DIRECTIVES_DIR)",
            ) from error
        raise
    finally:
        for _, fresh in ready:
            if fresh is not None:
                fresh.unlink(missing_ok=True)


def _existing(folder: Path, name: str) -> Path | None:
    """The file of that name, however its accents are spelt on the disk."""
    for path in (*folder.glob("*"), *folder.glob(f"{MESSAGES}/*"), *folder.glob(f"{MESSAGES}/*/*")):
        if normal(path.relative_to(folder).as_posix()) == name:
            return path
    return None


def _beside(target: Path, text: str) -> Path:
    """The text on the disk, beside its place; hidden, so that nobody reads it there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o644
    handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=target.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
    Path(name).chmod(mode)
    return Path(name)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
