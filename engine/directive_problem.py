"""What is wrong with the documents of a business: one sentence a problem, with its file and line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from core.errors import UserError

#: More problems than this are counted, not listed: nobody reads the rest.
MOST_PROBLEMS = 200


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """``path`` as people know the file, ``line`` counts from 1. ``message`` and ``todo`` are French sentences."""

    path: str
    line: int
    message: str
    todo: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}" + (f"\n  → {self.todo}" if self.todo else "")


class DirectiveErrors(UserError):
    """All the problems of one or several folders at once, in the order of the files."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        count = len(self.problems)
        head = "1 problème dans les directives" if count == 1 else f"{count} problèmes dans les directives"
        super().__init__(head, todo="corrigez-les, puis relancez « daemon.py check »")

    def __str__(self) -> str:
        shown = [str(problem) for problem in self.problems[:MOST_PROBLEMS]]
        if len(self.problems) > MOST_PROBLEMS:
            shown.append(f"… et {len(self.problems) - MOST_PROBLEMS} autres")
        return "\n".join([*shown, f"{self.what} ; {self.todo}."])


@dataclass(slots=True)
class Problems:
    """Collects what is found in one folder; ``path`` is the document at hand."""

    path: str = ""
    found: list[Problem] = field(default_factory=list)

    def add(self, line: int, message: str, todo: str = "", path: str = "") -> None:
        """One more problem, in the document at hand unless ``path`` names another."""
        self.found.append(Problem(path or self.path, max(1, line), message, todo))


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant, or ''. Long input is cut: the comparison is quadratic."""
    names = {name.casefold(): name for name in known}
    close = get_close_matches(word.casefold()[:60], list(names), n=1, cutoff=0.6)
    return names[close[0]] if close else ""


def suggestion(word: str, known: Iterable[str]) -> str:
    """ " ; vouliez-vous dire « gates » ?", or the known words where none is near."""
    names = sorted(known)
    meant = nearest(word, names)
    if meant:
        return f" ; vouliez-vous dire « {meant} » ?"
    if not names:
        return ""
    listed = ", ".join(names[:30]) + (", …" if len(names) > 30 else "")
    return f" ; mots connus : {listed}"


def shown(word: object) -> str:
    """The word in guillemets, short enough for a line and without line breaks."""
    text = " ".join(str(word).split())
    return f"« {text[:40]}… »" if len(text) > 41 else f"« {text} »"
