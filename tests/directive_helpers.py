"""Documents for the tests of directives: the toy business on disk, and edits of it."""

from __future__ import annotations

import shutil
from pathlib import Path

from engine.directive_problem import Problem, Problems
from engine.directives import DirectiveErrors, compile_business, read_documents

ROOT = Path(__file__).resolve().parent.parent
FIGURATIVE = ROOT / "directives" / "figurative"
FLORIST = Path(__file__).resolve().parent / "fixtures" / "directives" / "fleuriste"


def documents(folder: Path = FLORIST) -> dict[str, str]:
    """The good documents of a business as text."""
    problems = Problems()
    found = read_documents(folder, problems)
    assert not problems.found
    return found


def edited(path: str, old: str, new: str, folder: Path = FLORIST) -> tuple[dict[str, str], int]:
    """The documents with one passage replaced, and the line on which it stood."""
    found = documents(folder)
    assert found[path].count(old) == 1, f"{old!r} must stand exactly once in {path}"
    line = found[path][: found[path].index(old)].count("\n") + 1
    return {**found, path: found[path].replace(old, new)}, line


def problems_of(found: dict[str, str]) -> tuple[Problem, ...]:
    """What the loader says of these documents; () when they are good."""
    try:
        compile_business("fleuriste", found)
    except DirectiveErrors as errors:
        return errors.problems
    return ()


def reading_florist(folder: Path, families: str) -> Path:
    """A folder with the florist, who has these families of requests' files read: "image, voice"."""
    shutil.copytree(FLORIST, folder / "fleuriste")
    for name in ("bouquet.md", "question.md"):
        path = folder / "fleuriste" / name
        path.write_text(path.read_text().replace("gates:", f"read_files: [{families}]\ngates:", 1))
    return folder
