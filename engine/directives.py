"""The businesses under directives/: loaded from their folders, and the last good ones kept whatever is saved there later.

Directives(folder)   the holder the service works with: ``current``, ``reload()`` (SIGHUP), ``documents`` for the store
load_all(folder)     every business, or DirectiveErrors with all problems of all of them
load_business(…)     one folder          compile_business(…)   documents as text, e.g. an old revision from the store
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.directive import Business
from core.errors import UserError
from engine.directive_compile import (
    MESSAGES,
    MOST_CHARACTERS,
    MOST_DOCUMENTS,
    compile_business,
    normal,
    revision_of,
)
from engine.directive_problem import DirectiveErrors, Problem, Problems

__all__ = [
    "DirectiveErrors",
    "Directives",
    "Problem",
    "Report",
    "compile_business",
    "load_all",
    "load_business",
    "read_documents",
    "revision_of",
]

#: The largest document taken, in bytes.
MOST_BYTES = 400_000
#: Endings of files that somebody meant as a document.
_MISNAMED = (".md.txt", ".markdown", ".mdown", ".yaml", ".yml", ".md.docx")

Documents = dict[str, str]


def load_business(folder: Path) -> Business:
    """The business in that folder. Raises DirectiveErrors, UserError when the folder cannot be read."""
    problems = Problems()
    documents = read_documents(folder, problems)
    try:
        business = compile_business(normal(folder.name), documents, _shown(folder))
    except DirectiveErrors as errors:
        raise DirectiveErrors([*problems.found, *errors.problems]) from None
    if problems.found:
        raise DirectiveErrors(problems.found)
    return business


def load_all(folder: Path) -> dict[str, Business]:
    """Every business under ``folder`` by name. Raises DirectiveErrors with the problems of all of them."""
    loaded: dict[str, Business] = {}
    problems: list[Problem] = []
    for path in business_folders(folder):
        try:
            loaded[normal(path.name)] = load_business(path)
        except DirectiveErrors as errors:
            problems.extend(errors.problems)
    if problems:
        raise DirectiveErrors(problems)
    return loaded


def business_folders(folder: Path) -> list[Path]:
    """The folders of businesses, in order of name. Raises UserError when there is none."""
    try:
        found = sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith((".", "_")))
    except OSError as error:
        raise UserError(
            f"le dossier des directives ne peut pas être lu ({error.strerror or error})",
            where=_shown(folder),
            todo="vérifiez qu'il existe et que le service a le droit de le lire",
        ) from None
    if not found:
        raise UserError(
            "aucune directive ici",
            where=_shown(folder),
            todo="il faut un dossier par métier, par exemple directives/ma-maison",
        )
    return found


def read_documents(folder: Path, problems: Problems) -> Documents:
    """The documents of one business as text, by their path in its folder. README.md and hidden files are left alone."""
    documents: Documents = {}
    total = 0
    try:
        paths = sorted([*folder.glob("*"), *folder.glob(f"{MESSAGES}/*"), *folder.glob(f"{MESSAGES}/*/*")])
    except OSError as error:
        raise UserError(
            f"le dossier ne peut pas être lu ({error.strerror or error})", where=_shown(folder), todo="vérifiez ses droits"
        ) from None
    for path in paths:
        relative = path.relative_to(folder)
        name = normal(relative.as_posix())
        if any(part.startswith((".", "_")) for part in relative.parts) or path.name.casefold() == "readme.md":
            continue
        if not path.is_file():
            continue
        shown = f"{_shown(folder)}/{name}"
        if path.name.casefold().endswith(_MISNAMED):
            problems.add(1, "ce fichier n'est pas lu : son nom doit finir par « .md »", "renommez-le", path=shown)
        if path.suffix.casefold() != ".md":
            continue
        if len(documents) >= MOST_DOCUMENTS or total > MOST_CHARACTERS:
            problems.add(1, "ce dossier compte trop de documents", path=_shown(folder))
            break
        if name in documents:
            problems.add(1, "deux fichiers portent ce nom, écrit de deux façons", "gardez-en un", path=shown)
        text = _read(path, shown, problems)
        if text is not None:
            documents[name] = text
            total += len(text)
    return documents


def _read(path: Path, shown: str, problems: Problems) -> str | None:
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        problems.add(1, f"ce fichier ne peut pas être lu ({error.strerror or error})", "vérifiez ses droits", path=shown)
        return None
    if len(raw) > MOST_BYTES:
        problems.add(1, f"ce document dépasse {MOST_BYTES // 1000} ko", "répartissez-le en plusieurs documents", path=shown)
        return None
    try:
        return normal(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        problems.add(
            raw.count(b"\n", 0, error.start) + 1,
            "ce fichier n'est pas enregistré en UTF-8 : un accent n'est pas lisible ici",
            "enregistrez-le à nouveau en choisissant l'encodage UTF-8",
            path=shown,
        )
        return None


def _shown(folder: Path) -> str:
    """The folder as people know it: from the working directory where it is inside."""
    try:
        return folder.resolve().relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return folder.as_posix()


@dataclass(frozen=True, slots=True)
class Report:
    """What a reload did: ``changed`` names businesses new, changed or gone; ``errors`` say why others stayed as they were."""

    ok: bool
    changed: tuple[str, ...] = ()
    errors: tuple[Problem, ...] = ()


class Directives:
    """The businesses in force. A broken document never replaces the last good revision of its business.

    ``fallback`` are the last good documents by business, as the store keeps them, for a start with a broken folder.
    ``current`` is replaced as a whole, never changed: whoever holds it may read on. ``report`` is the last reload's.
    Raises DirectiveErrors or UserError when nothing good is to be had at all.
    """

    def __init__(self, folder: Path, fallback: Mapping[str, Mapping[str, str]] | None = None) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._state: dict[str, tuple[Business, Documents]] = {}
        for name, documents in (fallback or {}).items():
            try:
                self._state[name] = (compile_business(name, documents), dict(documents))
            except DirectiveErrors:
                # A revision that an older version of the product accepted; the folder decides then.
                continue
        self.current: dict[str, Business] = {name: business for name, (business, _) in self._state.items()}
        kept = bool(self._state)
        self.report = self.reload()
        if not self.current or (not kept and not self.report.ok):
            raise DirectiveErrors(self.report.errors)

    @property
    def folder(self) -> Path:
        """Where the documents are read."""
        return self._folder

    @property
    def documents(self) -> dict[str, Documents]:
        """The documents behind ``current``, for the store."""
        return {name: dict(documents) for name, (_, documents) in self._state.items()}

    def reload(self) -> Report:
        """Read the folder again. Each business changes only as a whole and only when all of its documents are good."""
        with self._lock:
            self.report = self._reload()
            return self.report

    def adopt(self, name: str, documents: Mapping[str, str]) -> None:
        """Put these documents of a business in force, whatever its folder holds. Raises DirectiveErrors."""
        business = compile_business(name, documents)
        with self._lock:
            self._state = {**self._state, name: (business, dict(documents))}
            self.current = {**self.current, name: business}

    def _reload(self) -> Report:
        errors: list[Problem] = []
        try:
            folders = business_folders(self._folder)
        except UserError as error:
            if not self._state:
                raise
            return Report(False, (), (Problem(error.where, 1, error.what, error.todo),))
        fresh: dict[str, tuple[Business, Documents]] = {}
        for path in folders:
            name = normal(path.name)
            problems = Problems()
            try:
                documents = read_documents(path, problems)
                before = self._state.get(name)
                if before is not None and not problems.found and revision_of(documents) == before[0].revision:
                    fresh[name] = before
                    continue
                business = compile_business(name, documents, _shown(path))
            except DirectiveErrors as error:
                errors.extend((*problems.found, *error.problems))
            except UserError as error:
                errors.append(Problem(error.where, 1, error.what, error.todo))
            else:
                if not problems.found:
                    fresh[name] = (business, documents)
                    continue
                errors.extend(problems.found)
            if name in self._state:
                fresh[name] = self._state[name]
        changed = tuple(
            sorted(
                name
                for name in fresh.keys() | self._state.keys()
                if fresh.get(name, (None,))[0] is not self._state.get(name, (None,))[0]
            )
        )
        self._state = fresh
        self.current = {name: business for name, (business, _) in fresh.items()}
        return Report(not errors, changed, tuple(sorted(set(errors))))
