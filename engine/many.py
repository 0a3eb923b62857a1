"""Many mails explained in one call: files, folders of files, standard input; spread over the cores when there are many."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, cast

from engine.explain import OpenFile, Stage, as_json, explain
from engine.pipeline import Setup

#: Below this number, starting processes costs more than it gains.
WORTH_SPREADING = 24

#: How raw mails are named in a folder that may hold other things too; one without a suffix may be a mail as well.
MAILS = frozenset({"", ".eml", ".mail", ".msg"})

_shared: dict[str, Any] = {}


def explain_all(
    paths: Sequence[str], setup: Setup, *, admin_email: str, stage: str, now: datetime, open_file: OpenFile | None = None
) -> Iterator[dict[str, Any]]:
    """One line a mail, in order. What cannot be read gives {"path", "error"} and the others go on."""
    files = list(mails_in(paths))
    one = partial(_one, setup=setup, admin_email=admin_email, stage=cast(Stage, stage), now=now, open_file=open_file)
    cores = len(os.sched_getaffinity(0))
    if len(files) < WORTH_SPREADING or cores < 2:
        yield from map(one, files)
        return
    # The children are forked with everything loaded: the setup holds compiled conditions, which no pickle takes.
    # No thread runs yet, so forking is safe.
    _shared["one"] = one
    with multiprocessing.get_context("fork").Pool(cores) as pool:
        yield from pool.imap(_in_child, files, chunksize=16)


def mails_in(paths: Sequence[str]) -> Iterator[str]:
    """The files that the arguments mean: each file, and every mail under each folder by name; "-" is standard input."""
    for path in paths:
        place = Path(path)
        if path != "-" and place.is_dir() and os.access(place, os.R_OK | os.X_OK):
            yield from (str(p) for p in sorted(place.rglob("*")) if _mail(p) and p.is_file())
        else:
            yield path


def _mail(path: Path) -> bool:
    """Whether a file of a folder is named as mails are; those of a Maildir are known by their folder."""
    return not path.name.startswith(".") and (path.suffix.casefold() in MAILS or path.parent.name in ("cur", "new"))


def _in_child(path: str) -> dict[str, Any]:
    found: dict[str, Any] = _shared["one"](path)
    return found


def _one(
    path: str, *, setup: Setup, admin_email: str, stage: Stage, now: datetime, open_file: OpenFile | None
) -> dict[str, Any]:
    try:
        raw = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        return {"path": path, "error": f"ce fichier ne peut pas être lu : {error.strerror or error}"}
    return as_json(explain(raw, path, setup, admin_email=admin_email, stage=stage, now=now, open_file=open_file))
